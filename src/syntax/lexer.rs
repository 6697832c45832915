//! Text to tokens.
//!
//! All tokens of a file are one flat list. A string without interpolation is one token; `"a {x} b {y} c"` is a
//! head `"a {`, the tokens of `x`, a middle `} b {`, the tokens of `y` and a tail `} c"`, so that the parser reads
//! an expression in a string as any other. Lexing never fails: what means nothing is reported and becomes
//! [`Token::Error`], about which nobody complains again.

use logos::Logos;

use super::odd;
use super::string::{self, Quotes, Stop};
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

/// An interpolation that is being read.
struct Interpolation {
    quotes: Quotes,
    /// Its `{`.
    brace: Span,
    /// How many braces of its expression are open.
    depth: u32,
    /// The interpolation of a string of one line stays on that line.
    line_end: u32,
}

struct Lexer<'t> {
    raw: logos::Lexer<'t, Token>,
    file: FileId,
    text: &'t str,
    lexed: Lexed,
    open: Vec<Interpolation>,
    /// Where the line ends that was looked at last.
    line_end: u32,
}

/// Reads the tokens of a file.
pub fn lex(file: FileId, text: &str) -> Lexed {
    let mut raw = Token::lexer(text);
    if text.starts_with('\u{feff}') {
        raw.bump('\u{feff}'.len_utf8());
    }
    let guess = text.len() / 5;
    let lexed = Lexed { tokens: Vec::with_capacity(guess), spans: Vec::with_capacity(guess), ..Lexed::default() };
    let mut lexer = Lexer { raw, file, text, lexed, open: Vec::new(), line_end: 0 };
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
                Token::Text => self.string_part(span, Quotes::of(self.raw.slice()), Token::Text, Token::TextHead),
                Token::LBrace => {
                    self.nest();
                    self.push(Token::LBrace, span);
                }
                Token::RBrace => self.closing_brace(span),
                Token::Comment => self.comment(span),
                Token::Error => self.unknown(span),
                token @ (Token::Date | Token::UnknownUnit | Token::OddName | Token::OddSign) => self.odd(token, span),
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

    /// Reads on from `start`, the opening quotes or the `}` of an interpolation: the part is a `last` if the string
    /// ends with it and a `more` if an interpolation follows.
    fn string_part(&mut self, start: Span, quotes: Quotes, last: Token, more: Token) {
        let begin = self.raw.span().end;
        let stop = self.scan_part(quotes);
        let end = self.raw.span().end as u32;
        let span = Span { end, ..start };
        if !quotes.raw {
            self.check_escapes(begin, end as usize);
        }
        match stop {
            Stop::Closed => self.push(last, span),
            Stop::Brace => {
                self.push(more, span);
                let brace = Span { start: end - 1, ..span };
                let line_end = self.line_end(quotes, end);
                self.open.push(Interpolation { quotes, brace, depth: 0, line_end });
            }
            Stop::Unfinished => {
                self.push(last, span);
                let opening = Span { end: start.end, ..start };
                let shown = if quotes.triple { opening } else { span };
                let within = self.open.last().is_some_and(|open| !open.quotes.triple);
                if quotes.triple || !within {
                    self.lexed.diagnostics.push(odd::unfinished(shown, quotes));
                }
            }
        }
    }

    /// Reads to the end of a part, over braces that hold no expression.
    fn scan_part(&mut self, quotes: Quotes) -> Stop {
        loop {
            let (length, stop) = string::scan(quotes, self.raw.remainder());
            self.raw.bump(length);
            if stop != Stop::Brace {
                return stop;
            }
            let Some(length) = odd::braces_of_another_language(self.raw.remainder()) else { return stop };
            let end = self.raw.span().end;
            let span = Span::new(self.file, end as u32 - 1, (end + length) as u32);
            self.lexed.diagnostics.push(odd::braces(span));
            self.raw.bump(length);
        }
    }

    /// Where an interpolation from `from` on must end.
    fn line_end(&mut self, quotes: Quotes, from: u32) -> u32 {
        if quotes.triple {
            return u32::MAX;
        }
        if from > self.line_end {
            let rest = &self.text.as_bytes()[from as usize..];
            self.line_end = from + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()) as u32;
        }
        self.line_end
    }

    fn check_escapes(&mut self, begin: usize, end: usize) {
        let text = &self.text[begin..end];
        if text.contains('\\') {
            for range in string::unknown_escapes(text) {
                let span = Span::new(self.file, (begin + range.start) as u32, (begin + range.end) as u32);
                self.lexed.diagnostics.push(odd::escape(span, &self.text[span.range()]));
            }
        }
    }

    fn end_interpolations_before(&mut self, start: u32) {
        while let Some(open) = self.open.pop_if(|open| open.line_end < start || start == u32::MAX) {
            let end = self.lexed.spans.last().map_or(open.brace, |span| *span).after();
            self.push(Token::TextTail, end);
            if self.open.last().is_none_or(|outer| outer.line_end != open.line_end) {
                self.lexed.diagnostics.push(odd::unclosed_interpolation(open.brace));
            }
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

    fn odd(&mut self, token: Token, span: Span) {
        let text = &self.text[span.range()];
        let after_dot = matches!(self.lexed.tokens.last(), Some(Token::Dot | Token::QuestionDot));
        let (token, diagnostic) = match token {
            Token::Date => (Token::Error, odd::date(span, text)),
            Token::UnknownUnit => (Token::Error, odd::unit(span, text)),
            Token::OddName => (Token::Name, odd::name(span, text, after_dot)),
            _ => odd::sign(span, text),
        };
        self.lexed.diagnostics.push(diagnostic);
        self.push(token, span);
    }

    /// A run of characters that mean nothing is one error.
    fn unknown(&mut self, span: Span) {
        let text = &self.text[span.range()];
        match text {
            ";" => return self.lexed.diagnostics.push(odd::semicolon(span)),
            "#" => self.raw.bump(self.raw.remainder().find('\n').unwrap_or(self.raw.remainder().len())),
            "'" => self.single_quoted(),
            _ => {}
        }
        let whole = Span { end: self.raw.span().end as u32, ..span };
        if text == "#" {
            return self.lexed.diagnostics.push(odd::character(whole, text));
        }
        match (self.lexed.tokens.last(), self.lexed.spans.last_mut()) {
            (Some(Token::Error), Some(last)) if last.end == span.start => last.end = whole.end,
            _ => {
                self.lexed.diagnostics.push(odd::character(whole, text));
                self.push(Token::Error, whole);
            }
        }
    }

    fn single_quoted(&mut self) {
        let rest = self.raw.remainder();
        let line = rest.split('\n').next().unwrap_or(rest);
        self.raw.bump(line.find('\'').map_or(0, |at| at + 1));
    }
}

#[cfg(test)]
#[path = "lexer_tests.rs"]
mod tests;
