//! What stands before a place, on tokens: the value whose field is asked for, the call whose arguments are typed.

use crate::{
    source::{FileId, Span},
    syntax::{
        lexer::{Lexed, lex},
        token::Token,
    },
};

/// The tokens of a text up to a place.
pub(super) struct Before<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    spans: Vec<Span>,
}

/// A call that is being typed.
pub(super) struct OpenCall<'t> {
    /// What is called, with what stands before it: `order.items.map`.
    pub(super) callee: &'t str,
    /// How many arguments are whole.
    pub(super) arguments: usize,
}

impl<'t> Before<'t> {
    /// Reads a text up to its end.
    pub(super) fn new(text: &'t str) -> Before<'t> {
        let Lexed { mut tokens, mut spans, .. } = lex(FileId::default(), text);
        // A string that is being typed is ended by the lexer, with nothing.
        let written = spans.iter().rposition(|span| span.start < span.end).map_or(0, |last| last + 1);
        tokens.truncate(written);
        spans.truncate(written);
        Before { text, tokens, spans }
    }

    /// The value that ends right before token `end`: names, calls, indexes and fields behind each other.
    fn operand(&self, end: usize) -> Option<&'t str> {
        let mut start = end;
        loop {
            let before = start.checked_sub(1)?;
            start = match self.tokens[before] {
                token if token.closes() => self.opening(before)?,
                token if token.is_word() || is_literal(token) => before,
                _ => return None,
            };
            let part_of_more =
                self.tokens[start].opens() && start > 0 && self.touches(start) && self.ends_value(start - 1);
            let behind_dot = start > 0 && matches!(self.tokens[start - 1], Token::Dot | Token::QuestionDot);
            if behind_dot {
                start -= 1;
            } else if !part_of_more {
                let range = self.spans[start].range().start..self.spans[end - 1].range().end;
                return self.text.get(range);
            }
        }
    }

    /// Whether a token stands right behind the one before.
    fn touches(&self, at: usize) -> bool {
        self.spans[at - 1].end == self.spans[at].start
    }

    fn ends_value(&self, at: usize) -> bool {
        let token = self.tokens[at];
        token.is_name() || token.closes() || is_literal(token) && token != Token::Number
    }

    /// The token that opens what another closes.
    fn opening(&self, closing: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=closing).rev() {
            if self.tokens[at].closes() {
                depth += 1;
            } else if self.tokens[at].opens() {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The value whose field or method is being typed, the dot being the last token or the last but the name, and
    /// whether the dot is `?.`.
    pub(super) fn receiver(&self) -> Option<(&'t str, bool)> {
        let last = self.tokens.len().checked_sub(1)?;
        let whole = self.text.len() == self.spans[last].range().end;
        let dot = if whole && self.tokens[last].is_word() { last.checked_sub(1)? } else { last };
        match self.tokens[dot] {
            Token::Dot => Some((self.operand(dot)?, false)),
            Token::QuestionDot => Some((self.operand(dot)?, true)),
            _ => None,
        }
    }

    /// The innermost call that is not closed.
    pub(super) fn open_call(&self) -> Option<OpenCall<'t>> {
        let (mut depth, mut arguments) = (0_usize, 0);
        for at in (0..self.tokens.len()).rev() {
            let token = self.tokens[at];
            if token.closes() {
                depth += 1;
            } else if token.opens() && depth > 0 {
                depth -= 1;
            } else if token == Token::LParen {
                return Some(OpenCall { callee: self.operand(at)?, arguments });
            } else if token.opens() {
                arguments = 0;
            } else if token == Token::Comma && depth == 0 {
                arguments += 1;
            }
        }
        None
    }

    /// The last token, unless it is the word that is being typed, which begins at `word`.
    pub(super) fn last_before(&self, word: usize) -> Option<Token> {
        let at = self.spans.iter().rposition(|span| span.range().end <= word)?;
        self.tokens.get(at).copied()
    }

    /// Whether the end of the text stands in a string.
    pub(super) fn in_string(&self) -> bool {
        let last = self.tokens.last().zip(self.spans.last());
        last.is_some_and(|(token, span)| {
            let text = &self.text[span.range()];
            let part = matches!(token, Token::Text | Token::TextTail | Token::TextMiddle);
            let ended = text.len() > 1 && text.ends_with(if *token == Token::TextMiddle { '{' } else { '"' });
            part && span.range().end == self.text.len() && !ended
        })
    }
}

fn is_literal(token: Token) -> bool {
    matches!(token, Token::Number | Token::Unit | Token::Text | Token::TypeName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_dot_is_found() {
        let check = |text: &str, expected: Option<(&str, bool)>| {
            assert_eq!(Before::new(text).receiver(), expected, "{text}");
        };
        check("a.", Some(("a", false)));
        check("1 + a.b.c", Some(("a.b", false)));
        check("f(x, y[1]).to", Some(("f(x, y[1])", false)));
        check("x?.", Some(("x", true)));
        check("[1, 2].", Some(("[1, 2]", false)));
        check("\"a {b} c\".", Some(("\"a {b} c\"", false)));
        check("\"a {b.", Some(("b", false)));
        check("{ a: 1 }.", Some(("{ a: 1 }", false)));
        check("a", None);
        check(".", None);
        check("+.", None);
    }

    #[test]
    fn the_innermost_call_is_found() {
        let check = |text: &str, expected: Option<(&str, usize)>| {
            let found = Before::new(text).open_call().map(|call| (call.callee, call.arguments));
            assert_eq!(found, expected, "{text}");
        };
        check("f(", Some(("f", 0)));
        check("f(a, g(b), ", Some(("f", 2)));
        check("f(a, g(b", Some(("g", 0)));
        check("a.map(x => f([1, 2], ", Some(("f", 1)));
        check("f(a, { b: 1, c: ", Some(("f", 1)));
        check("f(a)", None);
        check("(a, ", None);
    }
}
