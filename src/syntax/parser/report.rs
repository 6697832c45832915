//! What a failed parse tells a person.

use super::balance::Patched;
use super::clause::CLAUSE;
use super::expression::OPERATOR;
use super::fault::{Expected, Fault};
use super::habit;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Token;

/// How many things that could stand in a place are named.
const MAX_EXPECTED: usize = 4;

/// A failed parse, as those see it who explain it.
pub struct View<'a> {
    /// The text of the file.
    pub text: &'a str,
    /// The tokens of the declaration.
    pub patched: &'a Patched,
    /// Where it failed, and what was expected.
    pub fault: &'a Fault,
    /// Where the statement begins that could not be read.
    pub statement: Option<usize>,
}

impl<'a> View<'a> {
    /// The token that could not be read, or `behind` tokens after it.
    pub fn token(&self, behind: usize) -> Option<Token> {
        self.patched.tokens.get(self.fault.at + behind).copied()
    }

    /// The token before it.
    pub fn previous(&self) -> Option<Token> {
        self.fault.at.checked_sub(1).map(|before| self.patched.tokens[before])
    }

    /// What the token says.
    pub fn found(&self) -> &'a str {
        &self.text[self.span().range()]
    }

    /// Where it stands: behind all others if the declaration ends.
    pub fn span(&self) -> Span {
        match self.patched.spans.get(self.fault.at) {
            Some(span) => *span,
            None => self.patched.spans.last().map(|span| span.after()).unwrap_or_default(),
        }
    }

    /// Whether this could have stood there.
    pub fn expects(&self, expected: Expected) -> bool {
        self.fault.expected.contains(&expected)
    }
}

/// The diagnostic of a failed parse; none if what is wrong there was said already.
pub fn report(text: &str, patched: &Patched, fault: &Fault, statement: Option<usize>) -> Option<Diagnostic> {
    let view = View { text, patched, fault, statement };
    let nothing_left = patched.tokens.is_empty();
    let said = [view.token(0), view.previous()].contains(&Some(Token::Error));
    if nothing_left || said || patched.is_inserted(fault.at) {
        return None;
    }
    Some(habit::habit(&view).unwrap_or_else(|| unexpected(&view)))
}

fn unexpected(view: &View) -> Diagnostic {
    let expected = listed(&view.fault.expected);
    let (message, label) = match view.token(0) {
        None => ("this ends too early".to_owned(), expected),
        Some(_) if view.found().is_empty() => ("this ends too early".to_owned(), expected),
        Some(Token::Text | Token::TextHead) => ("a string does not belong here".to_owned(), expected),
        Some(Token::TextMiddle | Token::TextTail) => ("the expression in a string ends too early".to_owned(), expected),
        Some(found) => match unfinished_statement(view, found) {
            Some(word) => (format!("the `{word}` ends too early"), format!("{expected} before this")),
            None => (format!("`{}` does not belong here", view.found()), expected),
        },
    };
    Diagnostic::new(Code::E0110, place(view), message, label)
}

/// The word of a statement that goes on to the end of its line or block, and needs more.
fn unfinished_statement(view: &View, found: Token) -> Option<&'static str> {
    let tokens = &view.patched.tokens;
    let failed = view.statement.filter(|start| *start < view.fault.at)?;
    let own_word = tokens[failed] <= Token::Unwind || matches!(tokens[failed], Token::Given | Token::Expect);
    let start = if own_word { failed } else { habit::last_word(view)? };
    let inside = &tokens[start..view.fault.at];
    let whole =
        inside.iter().filter(|token| token.opens()).count() == inside.iter().filter(|token| token.closes()).count();
    let ends = (found == Token::RBrace && whole) || (found <= Token::Unwind && view.patched.begins_line(view.fault.at));
    (ends && view.previous() != Some(Token::LBrace)).then(|| tokens[start].text())
}

/// Of a part of a string that goes on, only its first brace is meant.
fn place(view: &View) -> Span {
    let span = view.span();
    match view.token(0) {
        Some(Token::TextMiddle | Token::TextTail) => Span { end: span.start + 1, ..span },
        _ => span,
    }
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
        Expected::Kind(kind) => !matches!(*kind, OPERATOR | CLAUSE),
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
