//! Text to tokens.
//!
//! All tokens of a file are one flat list. A string without interpolation is one token; `"a {x} b {y} c"` is a
//! head `"a {`, the tokens of `x`, a middle `} b {`, the tokens of `y` and a tail `} c"`, so that the parser reads
//! an expression in a string as any other. Lexing never fails: what means nothing is reported and becomes
//! [`Token::Error`], about which nobody complains again.

mod odd;
mod strings;

use logos::Logos;

use self::strings::Interpolation;
use super::token::Token;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// A file as tokens.
#[derive(Clone, Debug, Default)]
pub struct Lexed {
    /// What was read, in order.
    pub tokens: Vec<Token>,
    /// Where each token stands; as many as tokens.
    pub spans: Vec<Span>,
    /// What the parser does not see, in order.
    pub trivia: Vec<Trivia>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trivia {
    /// What it speaks of.
    pub kind: TriviaKind,
    /// With the slashes, without the line break.
    pub span: Span,
}

/// What a comment speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriviaKind {
    /// `// ..`
    Comment,
    /// `/// ..`: the declaration or statement that follows
    Doc,
    /// `//! ..`: the file
    FileDoc,
}

struct Lexer<'t> {
    raw: logos::Lexer<'t, Token>,
    file: FileId,
    text: &'t str,
    lexed: Lexed,
    open: Vec<Interpolation>,
    /// Where the line ends that was looked at last.
    line_end: u32,
    /// Whether a `/*` may have an end behind it.
    comments_end: bool,
}

/// Reads the tokens of a file.
pub fn lex(file: FileId, text: &str) -> Lexed {
    let mut raw = Token::lexer(text);
    if text.starts_with('\u{feff}') {
        raw.bump('\u{feff}'.len_utf8());
    }
    let guess = text.len() / 5;
    let lexed = Lexed { tokens: Vec::with_capacity(guess), spans: Vec::with_capacity(guess), ..Lexed::default() };
    let mut lexer = Lexer { raw, file, text, lexed, open: Vec::new(), line_end: 0, comments_end: true };
    lexer.run();
    lexer.lexed
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(token) = self.raw.next() {
            let range = self.raw.span();
            let span = Span::new(self.file, range.start as u32, range.end as u32);
            self.end_interpolations_before(span.start);
            match token.unwrap_or(Token::Error) {
                Token::Text => self.string(span),
                Token::LBrace => {
                    self.nest();
                    self.push(Token::LBrace, span);
                }
                Token::RBrace => self.closing_brace(span),
                Token::Comment => self.comment(span),
                Token::Error => self.unknown(span),
                token @ (Token::Date | Token::Version | Token::UnknownUnit | Token::OddName | Token::OddSign) => {
                    self.odd(token, span);
                }
                token => self.push(token, span),
            }
        }
        self.end_interpolations_before(u32::MAX);
    }

    fn push(&mut self, token: Token, span: Span) {
        self.lexed.tokens.push(token);
        self.lexed.spans.push(span);
    }

    fn nest(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.depth += 1;
        }
    }

    fn closing_brace(&mut self, span: Span) {
        match self.open.last_mut() {
            Some(open) if open.depth == 0 => {
                let quotes = open.quotes;
                self.open.pop();
                self.string_part(span, quotes, Token::TextTail, Token::TextMiddle);
            }
            Some(open) => {
                open.depth -= 1;
                self.push(Token::RBrace, span);
            }
            None => self.push(Token::RBrace, span),
        }
    }

    fn comment(&mut self, span: Span) {
        let text = self.raw.slice();
        let kind = if text.starts_with("//!") && self.lexed.tokens.is_empty() {
            TriviaKind::FileDoc
        } else if text.starts_with("///") && !text.starts_with("////") {
            TriviaKind::Doc
        } else {
            TriviaKind::Comment
        };
        let end = span.start + text.trim_end().len() as u32;
        self.lexed.trivia.push(Trivia { kind, span: Span { end, ..span } });
    }
}

#[cfg(test)]
mod tests;
