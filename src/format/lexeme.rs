//! The text as it is laid out: words, signs and whole strings, each with the comments before it and how it was broken.

use crate::source::Span;
use crate::syntax::lexer::{Lexed, Trivia};
use crate::syntax::token::Token;

/// A token, or a string with all that stands in its braces: neither is ever changed.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme {
    /// What it is; of a string, its first part.
    pub token: Token,
    /// All of it.
    pub span: Span,
    /// The line breaks before it, since the last comment or lexeme; more than two count as two.
    pub breaks: u8,
    /// The first of the comments before it, and the one after the last.
    remarks: (u32, u32),
}

/// A comment.
#[derive(Clone, Copy, Debug)]
pub struct Remark {
    /// With the slashes.
    pub span: Span,
    /// The line breaks before it; more than two count as two.
    pub breaks: u8,
    /// How it stands to what is before it.
    pub place: Place,
}

/// How a comment stands to what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a line of its own.
    Own,
    /// At the end of a line.
    Trailing,
    /// On a line of its own, just under a comment at the end of a line, which it continues.
    Continued,
}

/// All lexemes of a text, and its comments.
#[derive(Debug, Default)]
pub struct Lexemes {
    /// In order; the last is the end of the text, an error of no length.
    pub all: Vec<Lexeme>,
    remarks: Vec<Remark>,
}

impl Lexemes {
    /// Puts tokens and comments in one order.
    pub fn new(text: &str, lexed: &Lexed) -> Lexemes {
        let mut reader = Reader { text, end: 0, line: 0, lexemes: Lexemes::default(), trivia: &lexed.trivia };
        let mut at = 0;
        while let (Some(token), Some(span)) = (lexed.tokens.get(at), lexed.spans.get(at)) {
            let last = last_of_string(&lexed.tokens, at);
            let end = lexed.spans.get(last).map_or(span.end, |last| last.end);
            reader.lexeme(*token, Span { end, ..*span });
            at = last + 1;
        }
        reader.lexeme(Token::Error, Span { start: text.len() as u32, end: text.len() as u32, ..Span::default() });
        reader.lexemes
    }

    /// The comments before a lexeme.
    pub fn remarks(&self, lexeme: &Lexeme) -> &[Remark] {
        let (first, end) = lexeme.remarks;
        self.remarks.get(first as usize..end as usize).unwrap_or_default()
    }
}

/// The token with which a string ends that begins at a token; of any other token, itself.
fn last_of_string(tokens: &[Token], at: usize) -> usize {
    let mut open = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::TextHead => open += 1,
            Token::TextTail => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return index;
        }
    }
    at
}

struct Reader<'t> {
    text: &'t str,
    /// Where the last lexeme or comment ended.
    end: usize,
    /// Where the line began in which it ended.
    line: usize,
    lexemes: Lexemes,
    trivia: &'t [Trivia],
}

impl Reader<'_> {
    fn lexeme(&mut self, token: Token, span: Span) {
        let first = self.lexemes.remarks.len() as u32;
        let mut above = Above::Code;
        while let Some((Trivia { span: remark, kind: _ }, rest)) = self.trivia.split_first()
            && remark.start < span.end
        {
            self.trivia = rest;
            // What stands within a string belongs to the string.
            if remark.start < span.start || span.start == span.end {
                above = self.remark(*remark, above);
            }
        }
        let breaks = self.pass(span);
        let remarks = (first, self.lexemes.remarks.len() as u32);
        self.lexemes.all.push(Lexeme { token, span, breaks, remarks });
    }

    fn remark(&mut self, span: Span, above: Above) -> Above {
        let at_the_head = self.end == 0;
        let breaks = self.pass(span);
        let line = self.text.get(self.line..span.start as usize).unwrap_or_default();
        let column = line.chars().count();
        let place = match above {
            Above::Code if breaks == 0 && !at_the_head => Place::Trailing,
            Above::Trailing(above) if breaks == 1 && above == column => Place::Continued,
            Above::Code | Above::Trailing(_) | Above::Own => Place::Own,
        };
        self.lexemes.remarks.push(Remark { span, breaks, place });
        if place == Place::Own { Above::Own } else { Above::Trailing(column) }
    }

    /// Goes to the end of what comes next; gives the line breaks before it.
    fn pass(&mut self, span: Span) -> u8 {
        let (from, to) = (self.end, span.start as usize);
        self.end = span.end as usize;
        let passed = self.text.get(from..self.end).unwrap_or_default();
        if let Some(last) = passed.rfind('\n') {
            self.line = from + last + 1;
        }
        let before = self.text.get(from..to).unwrap_or_default();
        before.bytes().filter(|byte| *byte == b'\n').count().min(2) as u8
    }
}

/// What stands before a comment.
#[derive(Clone, Copy)]
enum Above {
    /// No comment.
    Code,
    /// A comment that ends a line, or continues one that does, in this column.
    Trailing(usize),
    /// A comment on a line of its own.
    Own,
}
