//! What a failed parse tells a person.

use super::clause::{CLAUSE, TWICE};
use super::fault::Expected;
use super::habit::{self, form};
use super::operators::OPERATOR;
use super::split::ends_operand;
use super::statement::STATEMENT;
use super::sync;
use super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// How many things that could stand in a place are named.
const MAX_EXPECTED: usize = 4;

/// What is said about a failed parse; nothing if what is wrong there was said already.
pub fn report(view: &View) -> Option<Said> {
    let anew = view.begins_line() && sync::begins_statement(view.patched, view.fault.at);
    let said = view.token(0) == Some(Token::Error) || (view.previous() == Some(Token::Error) && !anew);
    if view.patched.tokens.is_empty() || said || view.patched.is_inserted(view.fault.at) {
        return None;
    }
    if let Some(said) = swallowed_word(view) {
        return Some(said);
    }
    Some(habit::habit(view).unwrap_or_else(|| unexpected(view)))
}

/// `let a = b and`, with `setp` in the next line: the misspelt word was taken for the operand.
fn swallowed_word(view: &View) -> Option<Said> {
    let word = view.fault.at.checked_sub(1)?;
    let operator = word.checked_sub(1)?;
    let due = view.patched.begins_line(word) && !ends_operand(view.patched.tokens[operator]);
    let misspelt = view.previous() == Some(Token::Name) && habit::is_near_statement(view.word(word));
    let head = view.head().filter(|_| due && misspelt && view.token(0).is_some_and(Token::is_name))?;
    let message = format!("the `{}` ends too early", head.text());
    let said = view.said(Code::E0110, operator..word, message, "expected an expression behind this");
    Some(said.read_as(word..word, &[Token::Error]))
}

fn unexpected(view: &View) -> Said {
    let expected = listed(&view.fault.expected);
    let unfinished = unfinished_word(view);
    let said = match view.token(0) {
        _ if let Some(word) = unfinished => {
            let last = view.fault.at - 1;
            let label = format!("{expected} behind this");
            view.said(Code::E0110, last..last + 1, format!("the `{word}` ends too early"), label)
        }
        Some(Token::Text | Token::TextHead) => view.here(Code::E0110, "a string does not belong here", expected),
        Some(Token::TextMiddle | Token::TextTail) => {
            let mut said = view.here(Code::E0110, "the expression in a string ends too early", expected);
            let brace = &mut said.diagnostic.labels[0].span;
            // Of a string that does not end, the text ends before any brace.
            brace.end = brace.end.min(brace.start + 1);
            said
        }
        _ => view.misplaced(expected),
    };
    match form::help(view) {
        Some(help) => said.help(help),
        None => said,
    }
}

/// The word of a statement or declaration that goes on to the end of its line or block, and needs more.
fn unfinished_word(view: &View) -> Option<&'static str> {
    let start = view.statement.unwrap_or(0);
    if start >= view.fault.at {
        return None;
    }
    let word = *view.patched.tokens.get(start)?;
    let declaration = view.statement.is_none() && (word.is_word());
    let begins = declaration || sync::begins_statement(view.patched, start);
    let due = view.expects(STATEMENT) && view.previous() != Some(Token::LBrace);
    let ends = match view.token(0) {
        None => true,
        Some(Token::RBrace) => view.bracket().is_none(),
        Some(_) => {
            sync::begins_statement(view.patched, view.fault.at) && view.begins_line() && view.bracket().is_none()
        }
    };
    (begins && ends && !due && view.previous() != Some(Token::LBrace)).then(|| word.text())
}

/// `expected a, b or c`, with what is least likely meant left out.
fn listed(expected: &[Expected]) -> String {
    let value = expected.contains(&Expected::Kind("an expression"));
    let (mut meant, rest): (Vec<&Expected>, Vec<&Expected>) =
        expected.iter().partition(|expected| is_likely(expected, value));
    if meant.is_empty() {
        meant = rest;
    }
    meant.sort_by_key(|expected| matches!(expected, Expected::Token(_)));
    let mut names: Vec<String> = meant.into_iter().map(name).collect();
    names.dedup();
    let more = names.len() > MAX_EXPECTED;
    names.truncate(MAX_EXPECTED);
    match (names.pop(), more) {
        (None, _) => "nothing more is expected".to_owned(),
        (Some(last), true) => format!("expected {}, {last} or the like", names.join(", ")),
        (Some(last), false) if names.is_empty() => format!("expected {last}"),
        (Some(last), false) => format!("expected {} or {last}", names.join(", ")),
    }
}

/// Whether something expected is worth naming: what may go on with anything, or begin any value, is not.
fn is_likely(expected: &Expected, value: bool) -> bool {
    use Token::{And, Coalesce, Error, FatArrow, If, LParen, Less, Minus, Not, Or, Question};
    match expected {
        Expected::Kind(kind) => !matches!(*kind, OPERATOR | CLAUSE | TWICE),
        Expected::Token(Or | And | Coalesce | Error | Less | Question | FatArrow) => false,
        Expected::Token(If | Not | Minus | LParen) => !value,
        Expected::Token(_) => true,
    }
}

fn name(expected: &Expected) -> String {
    match expected {
        Expected::Kind(kind) => (*kind).to_owned(),
        Expected::Token(Token::Text | Token::TextHead) => "a string".to_owned(),
        Expected::Token(Token::TextMiddle | Token::TextTail) => "`}`".to_owned(),
        Expected::Token(token) => format!("`{}`", token.text()),
    }
}
