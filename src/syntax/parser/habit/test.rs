//! Tests.

use super::super::statement::STATEMENT;
use super::super::view::{Said, View};
use super::near;
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Mistakes in a `test`.
pub fn habit(view: &View) -> Option<Said> {
    if view.patched.tokens.first() != Some(&Token::Test) {
        return None;
    }
    let found = view.token(0)?;
    if view.expects(STATEMENT) && view.at_boundary() {
        return statement(view, found);
    }
    run_in_let(view, found).or_else(|| answer(view, found))
}

/// `let r = run p()`
fn run_in_let(view: &View, found: Token) -> Option<Said> {
    let bound = found == Token::Run && view.previous() == Some(Token::Assign) && view.head() == Some(Token::Let);
    let start = view.statement.filter(|_| bound)?;
    let said =
        view.misplaced("a statement, not a value").help("`run` stands alone; what the plan gave is called `result`");
    Some(view.removing(said, start..view.fault.at))
}

fn statement(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let holds = "a test holds `let`, `given`, `run` and `expect`";
    let said = || {
        view.here(Code::E0114, format!("`{}` begins no statement of a test", view.found()), "no statement of a test")
    };
    let meant = match view.found() {
        "assert" | "verify" | "require" | "check" | "should" | "assert_eq" => Some(("expect", Token::Expect)),
        "mock" | "stub" | "fake" | "when" | "with" | "setup" => Some(("given", Token::Given)),
        word => match near(word, ["let", "given", "run", "expect"]) {
            Some("let") => Some(("let", Token::Let)),
            Some("given") => Some(("given", Token::Given)),
            Some("run") => Some(("run", Token::Run)),
            Some(_) => Some(("expect", Token::Expect)),
            None => None,
        },
    };
    match meant {
        Some((word, token)) => Some(view.instead(said().help(format!("write `{word}`")), word, &[token])),
        None if found.is_word() => Some(said().help(holds).read_as(at..at + 1, &[Token::Error])),
        None => None,
    }
}

fn answer(view: &View, found: Token) -> Option<Said> {
    if !view.expects("an answer") || view.begins_line() || found == Token::RBrace {
        return None;
    }
    let said = view.misplaced("expected an answer");
    let returns = matches!(found, Token::Return | Token::Assign | Token::Arrow | Token::FatArrow | Token::Equal)
        || matches!(view.found(), "return" | "gives" | "is" | "answers");
    if returns {
        return Some(view.instead(said.help("write `returns`"), "returns", &[Token::Returns]));
    }
    let words = ["returns", "fails", "hangs", "lost", "done", "granted", "refused", "chooses", "crashes"];
    let help = "an answer is `returns value`, `fails \"why\"`, `hangs`, `lost done`, `lost not done` or the like";
    Some(match near(view.found(), words).and_then(|word| Token::SOFT.iter().find(|(_, text)| *text == word)) {
        Some((token, word)) => view.instead(said.help(format!("did you mean `{word}`?")), word, &[*token]),
        None => said.help(help),
    })
}
