//! A failed parse, as those see it who explain it; and what they say.

use std::ops::Range;

use super::balance::Patched;
use super::fault::{Expected, Fault};
use super::sync;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Token;

/// What is said about a mistake, and how reading goes on behind it.
#[derive(Clone, Debug)]
pub struct Said {
    /// What is said.
    pub diagnostic: Diagnostic,
    /// What the tokens would be without the mistake, if that is known.
    pub mend: Option<Edit>,
}

/// Tokens in place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which are replaced.
    pub range: Range<usize>,
    /// By what.
    pub tokens: Vec<Token>,
}

/// A failed parse.
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
        self.before(1)
    }

    /// The token so many before it.
    pub fn before(&self, count: usize) -> Option<Token> {
        self.fault.at.checked_sub(count).map(|before| self.patched.tokens[before])
    }

    /// What the token says.
    pub fn found(&self) -> &'a str {
        &self.text[self.span().range()]
    }

    /// What a token says.
    pub fn word(&self, at: usize) -> &'a str {
        self.patched.spans.get(at).map_or("", |span| &self.text[span.range()])
    }

    /// What tokens say, with what stands between them.
    pub fn words(&self, range: Range<usize>) -> &'a str {
        &self.text[self.over(range).range()]
    }

    /// Where the token stands: behind all others if the declaration ends.
    pub fn span(&self) -> Span {
        self.patched.spans.get(self.fault.at).copied().unwrap_or_else(|| self.end())
    }

    /// Where tokens stand; an empty range stands directly before its token.
    pub fn over(&self, range: Range<usize>) -> Span {
        match self.patched.spans.get(self.patched.within(range.clone())) {
            Some([first, .., last]) => first.to(*last),
            Some([one]) => *one,
            _ => {
                self.patched.spans.get(range.start).map_or_else(|| self.end(), |span| Span { end: span.start, ..*span })
            }
        }
    }

    /// Behind all tokens.
    fn end(&self) -> Span {
        self.patched.spans.last().map(|last| last.after()).unwrap_or_default()
    }

    /// Whether this kind of thing could have stood there.
    pub fn expects(&self, kind: &'static str) -> bool {
        self.fault.expected.contains(&Expected::Kind(kind))
    }

    /// Whether this token could have stood there.
    pub fn expects_token(&self, token: Token) -> bool {
        self.fault.expected.contains(&Expected::Token(token))
    }

    /// Whether a token stands directly behind the one before it.
    pub fn touches(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.patched.spans.get(before));
        before.zip(self.patched.spans.get(at)).is_some_and(|(before, here)| before.end == here.start)
    }

    /// Whether the token is the first of its line.
    pub fn begins_line(&self) -> bool {
        self.patched.begins_line(self.fault.at)
    }

    /// The word that begins the statement or declaration that could not be read.
    pub fn head(&self) -> Option<Token> {
        self.patched.tokens.get(self.statement.unwrap_or(0)).copied()
    }

    /// The bracket of the statement that is open at the token.
    pub fn bracket(&self) -> Option<usize> {
        let start = self.statement.unwrap_or(0);
        let mut open = Vec::new();
        for at in start..self.fault.at.min(self.patched.tokens.len()) {
            match self.patched.tokens[at] {
                token if token.opens() => open.push(at),
                token if token.closes() => drop(open.pop()),
                _ => {}
            }
        }
        open.pop()
    }

    /// Whether a statement is due at the token, and not only what goes on with the one before.
    pub fn at_boundary(&self) -> bool {
        sync::is_boundary(self.patched, self.fault.at)
    }

    /// The end of the bracketed part that begins at a token: behind what closes it.
    pub fn behind_bracket(&self, open: usize) -> usize {
        (sync::matching(&self.patched.tokens, open) + 1).min(self.patched.tokens.len())
    }

    /// A mistake over tokens.
    pub fn said(&self, code: Code, range: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Said {
        Said { diagnostic: Diagnostic::new(code, self.over(range), message, label), mend: None }
    }

    /// A mistake at the token that could not be read.
    pub fn here(&self, code: Code, message: impl Into<String>, label: impl Into<String>) -> Said {
        self.said(code, self.fault.at..self.fault.at + 1, message, label)
    }

    /// A token that has no place here.
    pub fn misplaced(&self, label: impl Into<String>) -> Said {
        self.here(Code::E0110, format!("`{}` does not belong here", self.found()), label)
    }

    /// The same, with another in its place.
    pub fn instead(&self, said: Said, text: &str, tokens: &[Token]) -> Said {
        self.replacing(said, self.fault.at..self.fault.at + 1, text, tokens)
    }

    /// The fix that replaces tokens, which is also how reading goes on.
    pub fn replacing(&self, said: Said, range: Range<usize>, text: &str, tokens: &[Token]) -> Said {
        let span = self.over(range.clone());
        Said { diagnostic: said.diagnostic.fix(span, text), mend: Some(Edit { range, tokens: tokens.to_vec() }) }
    }

    /// The fix that puts text in before the token; blanks belong to it.
    pub fn inserting(&self, said: Said, text: &str, tokens: &[Token]) -> Said {
        self.replacing(said, self.fault.at..self.fault.at, text, tokens)
    }

    /// The fix that takes tokens out, with the blanks behind them.
    pub fn removing(&self, said: Said, range: Range<usize>) -> Said {
        let first = self.over(range.start..range.start + 1);
        let before = range.start.checked_sub(1).map(|before| self.patched.spans[before].end);
        let behind = self.patched.spans.get(range.end).map(|span| span.start);
        let same_line = |end: u32| !self.text[first.start as usize..end as usize].contains('\n');
        let whole = self.over(range.clone());
        let span = match (behind.filter(|end| same_line(*end)), before) {
            _ if self.touches(range.start) => whole,
            (Some(end), _) => Span { end, ..first },
            (None, Some(start)) => Span { start, ..whole },
            (None, None) => whole,
        };
        Said { diagnostic: said.diagnostic.fix(span, ""), mend: Some(Edit { range, tokens: Vec::new() }) }
    }
}

impl Said {
    /// Says what to do.
    pub fn help(self, text: impl Into<String>) -> Self {
        Self { diagnostic: self.diagnostic.help(text), ..self }
    }

    /// Adds another place that is involved.
    pub fn also(self, span: Span, text: impl Into<String>) -> Self {
        Self { diagnostic: self.diagnostic.label(span, text), ..self }
    }

    /// Says how reading goes on.
    pub fn read_as(self, range: Range<usize>, tokens: &[Token]) -> Self {
        Self { mend: Some(Edit { range, tokens: tokens.to_vec() }), ..self }
    }

    /// Gives the change of the text that mends it.
    pub fn fix(self, span: Span, replacement: impl Into<String>) -> Self {
        Self { diagnostic: self.diagnostic.fix(span, replacement), ..self }
    }
}
