//! Strings and the expressions in them.

use super::Lexer;
use crate::source::Span;
use crate::syntax::odd;
use crate::syntax::string::{self, Quotes, Stop};
use crate::syntax::token::Token;

/// An interpolation that is being read.
pub struct Interpolation {
    /// In which string it stands.
    pub quotes: Quotes,
    /// Its `{`.
    pub brace: Span,
    /// How many braces of its expression are open.
    pub depth: u32,
    /// The interpolation of a string of one line stays on that line.
    pub line_end: u32,
}

impl Lexer<'_> {
    /// A string, from its opening quotes.
    pub fn string(&mut self, span: Span) {
        self.drop_prefix(span);
        self.string_part(span, Quotes::of(self.raw.slice()), Token::Text, Token::TextHead);
    }

    /// A letter before the quotes, as Python and others have it.
    fn drop_prefix(&mut self, quotes: Span) {
        let last = self.lexed.spans.last().copied().unwrap_or_default();
        let text = &self.text[last.range()];
        let prefix =
            matches!(text.to_ascii_lowercase().as_str(), "f" | "b" | "u" | "s" | "c" | "rb" | "br" | "fr" | "rf");
        if prefix && last.end == quotes.start {
            self.pop();
            self.lexed.diagnostics.push(odd::prefix(last, text));
        }
    }

    /// Reads on from `start`, the opening quotes or the `}` of an interpolation: the part is a `last` if the string
    /// ends with it and a `more` if an interpolation follows.
    pub fn string_part(&mut self, start: Span, quotes: Quotes, last: Token, more: Token) {
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
            self.lexed.diagnostics.push(odd::braces(span, &self.text[span.range()]));
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

    /// Ends the interpolations whose string can go no further.
    pub fn end_interpolations_before(&mut self, start: u32) {
        while let Some(open) = self.open.pop_if(|open| open.line_end < start || start == u32::MAX) {
            let end = self.lexed.spans.last().map_or(open.brace, |span| *span).after();
            self.push(Token::TextTail, end);
            if self.open.last().is_none_or(|outer| outer.line_end != open.line_end) {
                self.lexed.diagnostics.push(odd::unclosed_interpolation(open.brace));
            }
        }
    }
}
