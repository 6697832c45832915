//! The heads of statements: what stands between their first word and their body.

mod binding;
mod shape;
mod watch;

use super::super::view::{Said, View};
use super::form;
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Mistakes in the head of a statement.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    let common = None
        .or_else(|| colon_behind_word(view, found))
        .or_else(|| word_before_block(view, found))
        .or_else(|| sign_before_block(view, found))
        .or_else(|| or_fail(view, found))
        .or_else(|| value_for_text(view, found))
        .or_else(|| text_without_else(view, found))
        .or_else(|| text_without_quotes(view, found))
        .or_else(|| sign_behind_compensate(view, found));
    if common.is_some() {
        return common;
    }
    match view.head()? {
        Token::For => shape::for_loop(view, found),
        Token::Let => binding::binding(view, found),
        Token::Step | Token::Probe | Token::Run if view.statement.is_some() => binding::call(view, found),
        Token::Task => binding::task(view, found),
        Token::Phase => shape::phase(view, found),
        Token::Rollout => watch::rollout(view, found),
        Token::Gate | Token::Guard | Token::Wait | Token::Verify => watch::watch(view, found),
        Token::Parallel | Token::Decide => shape::part(view, found),
        Token::Attempt => shape::attempt(view, found),
        Token::Emit => watch::emit(view, found),
        _ => None,
    }
}

/// `goal: "text"`, `uses: shell`
fn colon_behind_word(view: &View, found: Token) -> Option<Said> {
    let start = view.statement.unwrap_or(0);
    let behind = found == Token::Colon && view.fault.at == start + 1;
    let word = view.previous().filter(|word| behind && form::form(*word).is_some())?;
    let said = view.misplaced(format!("`{}` has no `:`", word.text())).help("remove it");
    Some(view.removing(said, view.fault.at..view.fault.at + 1))
}

/// `when ready then {`, `when ready: {`
fn word_before_block(view: &View, found: Token) -> Option<Said> {
    let word = matches!(found, Token::Then | Token::Do | Token::Colon) || view.found() == "do";
    let due = view.expects_token(Token::LBrace);
    if !word || !due || view.statement.is_none() && found != Token::Colon {
        return None;
    }
    if view.token(1) == Some(Token::LBrace) {
        let said = view.misplaced("a block begins with `{` alone").help("remove it");
        return Some(view.removing(said, view.fault.at..view.fault.at + 1));
    }
    let ends_line = view.patched.begins_line(view.fault.at + 1);
    ends_line.then(|| {
        let said = view.misplaced("expected `{`").help("a block stands in `{` and `}`, however its lines are indented");
        let end = if view.statement.is_some() { view.fault.at + 1 } else { view.patched.tokens.len() };
        said.read_as(view.fault.at..end, &[Token::LBrace, Token::RBrace])
    })
}

/// `plan p() = {`, `phase a -> {`
fn sign_before_block(view: &View, found: Token) -> Option<Said> {
    let sign = matches!(found, Token::Assign | Token::FatArrow | Token::Arrow);
    let block = view.token(1) == Some(Token::LBrace) && view.expects_token(Token::LBrace);
    (sign && block && !view.expects_token(found)).then(|| {
        let said = view.misplaced("a block begins with `{` alone").help("remove it");
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}

/// `require c or fail "text"`
fn or_fail(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let text = matches!(view.token(1), Some(Token::Text | Token::TextHead));
    let fails = found == Token::Fail && view.previous() == Some(Token::Or) && text;
    (fails && matches!(view.head(), Some(Token::Require | Token::Verify | Token::Guard | Token::Gate))).then(|| {
        let said = view.said(Code::E0110, at - 1..at + 1, "`or fail` does not belong here", "expected `else`");
        let said = said.help("write `else` before the text");
        view.replacing(said, at - 1..at + 1, "else", &[Token::Else])
    })
}

/// `require c else reason`
fn value_for_text(view: &View, found: Token) -> Option<Said> {
    let checks = matches!(view.head(), Some(Token::Require | Token::Verify | Token::Guard | Token::Gate));
    let due = checks && view.previous() == Some(Token::Else) && view.expects("a string") && found.is_name();
    due.then(|| {
        let said = view.misplaced("expected a string");
        let name = view.found();
        let help = format!("a text stands in quotes, `\"{name}\"`, and a value in it in braces, `\"{{{name}}}\"`");
        let end = super::super::sync::next_statement(view.patched, view.fault.at, view.fault.at + 1);
        said.help(help).read_as(view.fault.at..end, &[Token::Error])
    })
}

/// `require c "text"`, `require c, "text"`
fn text_without_else(view: &View, found: Token) -> Option<Said> {
    if !view.expects_token(Token::Else) {
        return None;
    }
    let help = "write `else` before the text";
    match (found, view.token(1)) {
        (Token::Text | Token::TextHead, _) => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected `else` before it");
            Some(view.inserting(said.help(help), "else ", &[Token::Else]))
        }
        (Token::Comma | Token::Colon | Token::Or, Some(Token::Text | Token::TextHead)) => {
            let said = view.misplaced("expected `else`").help(help);
            let text = if found == Token::Or { "else" } else { " else" };
            Some(view.instead(said, text, &[Token::Else]))
        }
        _ => None,
    }
}

/// `goal done`, `by team`
fn text_without_quotes(view: &View, found: Token) -> Option<Said> {
    use Token::{Approve, By, Commit, Fail, Goal, Test};
    let text = view.expects("a string") && !view.expects("an expression") && !view.expects("a name");
    let behind = matches!(view.previous()?, By | Fail | Goal | Commit | Approve | Test);
    if !text || !behind || !(found.is_name() || found == Token::TypeName) || view.begins_line() {
        return None;
    }
    let said = view.misplaced("expected a string");
    let name = view.found();
    let said =
        said.help(format!("a text stands in quotes, `\"{name}\"`, and a value in it in braces, `\"{{{name}}}\"`"));
    Some(said.read_as(view.fault.at..view.fault.at + 1, &[Token::Error]))
}

/// `compensate = f()`, `compensate: f()`
fn sign_behind_compensate(view: &View, found: Token) -> Option<Said> {
    let sign = matches!(found, Token::Assign | Token::Colon | Token::Arrow | Token::FatArrow);
    (sign && view.previous() == Some(Token::Compensate)).then(|| {
        let said = view.misplaced("not needed").help("what undoes it follows at once: `compensate remove(..)`");
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}
