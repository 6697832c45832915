//! Whether a text that is being typed goes on in the next line.

use crate::{
    source::FileId,
    syntax::{
        lexer::{Lexed, lex},
        token::Token,
    },
};

/// Whether a bracket or a string in `"""` is open at the end, or an operator or clause waits for what follows it.
pub fn is_open(text: &str) -> bool {
    let Lexed { tokens, spans, .. } = lex(FileId::default(), text);
    let mut open: Vec<Token> = Vec::new();
    for token in &tokens {
        if token.opens() {
            open.push(token.closer());
        } else if token.closes() && open.last() == Some(token) {
            open.pop();
        } else if token.closes() {
            // It closes nothing: what is wrong is better said now than after more lines.
            return false;
        }
    }
    let last = tokens.last().copied();
    !open.is_empty() || last.is_some_and(wants_more) || spans.last().is_some_and(|span| unended(&text[span.range()]))
}

/// Whether nothing can end with this.
fn wants_more(token: Token) -> bool {
    matches!(
        token,
        Token::Assign
            | Token::Arrow
            | Token::FatArrow
            | Token::Coalesce
            | Token::Comma
            | Token::Pipe
            | Token::Plus
            | Token::Minus
            | Token::Star
            | Token::Slash
            | Token::Equal
            | Token::NotEqual
            | Token::LessEqual
            | Token::GreaterEqual
            | Token::Less
            | Token::And
            | Token::Or
            | Token::Not
            | Token::In
            | Token::Is
            | Token::Then
            | Token::Else
            | Token::If
            | Token::Match
    )
}

/// Whether this is a string of several lines without its end; one of a single line ends with it, and is a mistake.
fn unended(text: &str) -> bool {
    let quoted = text.strip_prefix('r').unwrap_or(text);
    let inside = quoted.strip_prefix("\"\"\"");
    inside.is_some_and(|inside| inside.len() < 3 || !inside.ends_with("\"\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_goes_on() {
        let open = ["f(", "{ a: 1,", "plan p() {", "\"\"\"", "\"\"\"a\n", "1 +", "let x =", "fn f() -> Int ="];
        let closed = ["", "f()", "{ a: 1 }", "\"a", "\"a {", "\"a {x} b\"", "\"\"\"a\"\"\"", "f)", "(]", "x", "true"];
        open.iter().for_each(|text| assert!(is_open(text), "{text}"));
        closed.iter().for_each(|text| assert!(!is_open(text), "{text}"));
    }
}
