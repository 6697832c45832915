//! How each statement and declaration is written, and which clauses it takes.

use crate::syntax::parser::sync;
use crate::syntax::parser::view::View;
use crate::syntax::token::Token;

/// How what could not be read is written, if the mistake is not deep inside of it.
pub fn help(view: &View) -> Option<String> {
    if view.bracket().is_some_and(|open| view.patched.tokens[open] != Token::LBrace) {
        return None;
    }
    let word = view.head()?;
    let (form, what) = (form(word)?, word.text());
    let valued = matches!(word, Token::Let | Token::Const | Token::Return)
        && sync::assigned(&view.patched.tokens, view.statement.unwrap_or(0), view.fault.at).is_some();
    (!valued).then(|| format!("{} `{what}` is written `{form}`", article(what)))
}

/// `a` or `an`, before a word of the language.
pub fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// How a statement or declaration is written.
pub fn form(word: Token) -> Option<&'static str> {
    Some(match word {
        Token::Uses => "uses exec(\"./ops\"), shell",
        Token::Import => "import \"./ops.orch\" as ops",
        Token::Type => "type Order = { id: String }` or `type Tier = small | large",
        Token::Const => "const name = value",
        Token::Event => "event Paid = { id: String }",
        Token::Fn => "fn name(x: Int) -> Int = value",
        Token::Action => "action name(x: Int) = exec(\"./ops\")",
        Token::Extern => "extern action name(x: Int) -> Int",
        Token::Plan => "plan name() { .. }",
        Token::Test => "test \"what holds\" { .. }",
        Token::Goal => "goal \"what it is for\"",
        Token::Let => "let name = value",
        Token::Probe => "probe name = look(..)",
        Token::Step => "step name = action(..)",
        Token::Task => "task name \"what to do\" by \"team\"",
        Token::Phase => "phase name \"Title\" { .. }",
        Token::When => "when condition { .. } else { .. }",
        Token::Decide => "decide name \"question\" { option a when c { .. } option b otherwise { .. } }",
        Token::Parallel => "parallel { branch a { .. } branch b { .. } }",
        Token::For => "for x in list { .. }",
        Token::Rollout => "rollout x as share 1% for 1h -> 100% { .. }",
        Token::Gate => "gate condition every 5m",
        Token::Require => "require condition else \"text\"",
        Token::Verify => "verify condition within 5m every 10s",
        Token::Guard => "guard condition every 1m",
        Token::On => "on Event as e { .. }",
        Token::Wait => "wait 5m`, `wait until condition every 10s` or `wait for Event",
        Token::Approve => "approve \"question\" by \"team\"",
        Token::Emit => "emit Event { field: value }",
        Token::Attempt => "attempt { .. } else { .. }",
        Token::Commit => "commit \"what is final\"",
        Token::Run => "run plan(..)",
        Token::After => "after each phase as p { .. }",
        Token::Fail => "fail \"why\"",
        Token::Given => "given call(..) returns value",
        Token::Expect => "expect condition",
        _ => return None,
    })
}

/// The words that may begin a clause of a statement or declaration.
pub fn clauses(word: Token) -> &'static [Token] {
    use Token::{
        After, As, BestEffort, By, Compensate, Confirm, Else, Every, For, Idempotent, In, Irreversible, Keyed, Limit,
        On, Otherwise, Parallel, Retry, Risk, Takes, Timeout, Tolerate, Until, When, Where, Within,
    };
    match word {
        Token::Plan => &[On, Keyed, Takes, Risk],
        Token::Action => &[Idempotent, Irreversible, Confirm, Retry, Timeout, Compensate],
        Token::Extern => &[Idempotent, Irreversible, Confirm, Retry, Timeout, Compensate],
        Token::Probe => &[Retry, Timeout],
        Token::Step => &[Retry, Timeout, Takes, Risk, Irreversible, BestEffort, Compensate],
        Token::Task => &[By, Takes, Risk, Timeout, Compensate],
        Token::Phase => &[After, Takes, Risk, Timeout, Compensate],
        Token::Decide => &[By, Timeout],
        Token::Option => &[When, Otherwise, Takes, Risk],
        Token::Branch => &[Takes, Risk],
        Token::Parallel => &[Limit],
        Token::For => &[In, Keyed, Parallel, Limit, After, By, As, Compensate],
        Token::Rollout => &[As, In, For, Compensate],
        Token::Gate => &[Every, Tolerate, On, Else],
        Token::Guard => &[Every, Tolerate, On, Until, Else],
        Token::Require => &[Else],
        Token::Verify => &[Within, Every, Else],
        Token::On => &[As, Where],
        Token::Wait => &[Every, As, Where, Timeout],
        Token::Approve => &[By, Timeout],
        Token::Run => &[Takes, Risk, Timeout, Compensate],
        _ => &[],
    }
}
