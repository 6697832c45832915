//! Text that is not Orch: each piece is reported once, and read as what was meant where that is certain.

use logos::Logos;

use super::Lexer;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::odd;
use crate::syntax::token::Token;

/// How many tokens are looked back over for the bracket that a `;` stands in.
const MAX_LOOK_BACK: usize = 200;

/// How many bytes are looked over for the end of a string in other quotes.
const MAX_LOOK_AHEAD: usize = 500;

/// What a `;` stands between.
enum Separates {
    /// Statements.
    Nothing,
    /// Fields, parameters, arguments or items.
    Parts,
    /// The parts of a loop that counts.
    Counts,
}

impl Lexer<'_> {
    /// What reads as a token, and is none.
    pub fn odd(&mut self, token: Token, span: Span) {
        let text = &self.text[span.range()];
        let last = self.lexed.tokens.last().copied();
        let (token, diagnostic) = match token {
            Token::Date => (Token::Error, odd::date(span, text)),
            Token::Version => (Token::Error, odd::version(span, text)),
            Token::UnknownUnit if last.is_some_and(names_what_follows) => {
                (Token::Name, odd::foreign_name(span, text, None))
            }
            Token::UnknownUnit => (Token::Error, odd::unit(span, text)),
            Token::OddName => match self.place_of_name(last) {
                Some(place) => (Token::Name, odd::name(span, text, &place)),
                None => return self.push(Token::Name, span),
            },
            _ if text == "/*" => return self.block_comment(span),
            _ if text.len() == 7 => return self.conflict(span),
            _ if text == "<>" && last == Some(Token::TypeName) => return self.signs(span),
            _ => odd::sign(span, text),
        };
        self.lexed.diagnostics.push(diagnostic);
        self.push(token, span);
    }

    /// Where the name stands that was just read; nowhere if it is a field or method, which the checker knows to be none.
    fn place_of_name(&self, last: Option<Token>) -> Option<odd::NamePlace> {
        let behind = self.raw.remainder();
        let value = behind.trim_start().strip_prefix(':').map(str::trim_start);
        let is_value = || value.is_some_and(|value| !value.starts_with(|letter: char| letter.is_ascii_uppercase()));
        match last {
            Some(Token::Dot | Token::QuestionDot) => None,
            Some(Token::LBrace | Token::Comma) if is_value() && self.is_in_record() => Some(odd::NamePlace::Key),
            _ => Some(odd::NamePlace::Elsewhere),
        }
    }

    /// Whether the bracket around this place is that of a record or map.
    fn is_in_record(&self) -> bool {
        self.open_bracket()
            .is_some_and(|at| self.lexed.tokens[at] == Token::LBrace && matches!(self.separates(), Separates::Parts))
    }

    /// `/* .. */`
    fn block_comment(&mut self, span: Span) {
        let rest = self.raw.remainder();
        let end = if self.comments_end { rest.find("*/") } else { None };
        self.comments_end = end.is_some();
        let inside = end.map(|end| &rest[..end]).filter(|inside| !inside.contains('\n'));
        let behind = end.map_or("", |end| rest[end + 2..].trim_start_matches([' ', '\t', '\r']));
        let ends_line = behind.is_empty() || behind.starts_with('\n');
        self.raw.bump(end.map_or_else(|| rest.find('\n').unwrap_or(rest.len()), |end| end + 2));
        let inside = inside.filter(|_| ends_line);
        let whole = Span { end: self.raw.span().end as u32, ..span };
        self.lexed.diagnostics.push(odd::block_comment(span, whole, inside));
    }

    /// `<<<<<<< HEAD`, which a merge leaves behind; elsewhere than at the head of a line, so many signs.
    fn conflict(&mut self, span: Span) {
        if !self.text[..span.start as usize].ends_with('\n') && span.start > 0 {
            return self.signs(span);
        }
        let rest = self.raw.remainder();
        self.raw.bump(rest.find('\n').unwrap_or(rest.len()));
        self.lexed.diagnostics.push(odd::conflict(span));
    }

    /// Signs of one letter, each a token.
    fn signs(&mut self, span: Span) {
        for (start, letter) in (span.start..).zip(self.text[span.range()].bytes()) {
            let token = match letter {
                b'<' => Token::Less,
                b'>' => Token::Greater,
                _ => Token::Assign,
            };
            self.push(token, Span { start, end: start + 1, ..span });
        }
    }

    /// A character that begins nothing.
    pub fn unknown(&mut self, span: Span) {
        let text = &self.text[span.range()];
        let Some(letter) = text.chars().next() else { return };
        match letter {
            ';' => self.semicolon(span),
            '#' => self.hash(span),
            '%' => self.percent(span),
            _ if odd::closes(letter, letter) || odd::closes(letter, '”') || odd::closes(letter, '»') => {
                self.quoted(span, letter);
            }
            _ if odd::is_unseen(letter) && self.is_in_word(span) => self.foreign_word(span),
            _ if odd::is_blank(letter) => self.lexed.diagnostics.push(odd::blank(span, letter)),
            _ if letter.is_alphanumeric() => self.foreign_word(span),
            _ => match odd::meant_sign(letter) {
                Some(meant) => {
                    self.lexed.diagnostics.push(odd::lookalike(span, letter, meant.text()));
                    self.push(meant, span);
                }
                None => self.junk(span),
            },
        }
    }

    /// A run of characters that mean nothing is one error.
    fn junk(&mut self, span: Span) {
        match (self.lexed.tokens.last(), self.lexed.spans.last_mut()) {
            (Some(Token::Error), Some(last)) if last.end == span.start => last.end = span.end,
            _ => self.unreadable(span, odd::character(span, &self.text[span.range()])),
        }
    }

    fn unreadable(&mut self, span: Span, diagnostic: Diagnostic) {
        self.lexed.diagnostics.push(diagnostic);
        self.push(Token::Error, span);
    }

    /// `;` between fields or arguments is a comma that was meant; elsewhere nothing is needed.
    fn semicolon(&mut self, span: Span) {
        match self.separates() {
            Separates::Nothing => self.lexed.diagnostics.push(odd::semicolon(span)),
            Separates::Parts => {
                self.lexed.diagnostics.push(odd::semicolon_for_comma(span));
                self.push(Token::Comma, span);
            }
            // The parser says that a loop is written otherwise.
            Separates::Counts => self.push(Token::Comma, span),
        }
    }

    /// What a `;` stands between, told by the bracket it stands in.
    fn separates(&self) -> Separates {
        let tokens = &self.lexed.tokens;
        self.open_bracket()
            .map_or(Separates::Nothing, |at| holds(tokens[at], at.checked_sub(1).map(|before| tokens[before])))
    }

    /// The bracket that is open at this place, if it is near.
    fn open_bracket(&self) -> Option<usize> {
        let mut closed = 0_usize;
        for (at, token) in self.lexed.tokens.iter().enumerate().rev().take(MAX_LOOK_BACK) {
            if token.closes() {
                closed += 1;
            } else if token.opens() {
                match closed.checked_sub(1) {
                    Some(left) => closed = left,
                    None => return Some(at),
                }
            }
        }
        None
    }

    /// What stands ahead, as far as the end of something odd is looked for.
    fn ahead(&self) -> &str {
        let rest = self.raw.remainder();
        &rest[..rest.floor_char_boundary(MAX_LOOK_AHEAD)]
    }

    /// `# comment`, `r#"raw"#`
    fn hash(&mut self, span: Span) {
        let rest = self.raw.remainder();
        let last = self.lexed.spans.last().copied().unwrap_or_default();
        if let Some(raw) = self.ahead().strip_prefix('"')
            && last.end == span.start
            && &self.text[last.range()] == "r"
            && let Some(length) = raw.find("\"#")
        {
            let diagnostic = |whole| odd::raw_with_hash(whole, &raw[..length]);
            let whole = Span { end: span.end + length as u32 + 3, ..last };
            let diagnostic = diagnostic(whole);
            self.raw.bump(length + 3);
            self.pop();
            return self.unreadable(whole, diagnostic);
        }
        self.raw.bump(rest.find('\n').unwrap_or(rest.len()));
        self.lexed.diagnostics.push(odd::hash(span));
    }

    /// `10 %` is a share whose blank is too much; `5 % 2` is the remainder of another language.
    fn percent(&mut self, span: Span) {
        let rest = self.raw.remainder().trim_start_matches([' ', '\t']);
        let remainder = rest.starts_with(|letter: char| letter.is_ascii_digit() || letter == '(');
        let number = self.lexed.spans.last().copied().filter(|_| self.lexed.tokens.last() == Some(&Token::Number));
        match number {
            Some(number) if !remainder => {
                self.pop();
                let whole = number.to(span);
                let written = format!("{}%", &self.text[number.range()]);
                self.unreadable(whole, odd::apart(whole, &self.text[whole.range()], &written));
            }
            _ => self.junk(span),
        }
    }

    /// A string in other quotes.
    fn quoted(&mut self, span: Span, open: char) {
        let rest = self.ahead();
        if let Some(text) = rest.strip_prefix("''").filter(|_| open == '\'')
            && let Some(length) = text.find("'''")
        {
            return self.quoted_until(span, 2..length + 2, length + 5);
        }
        let ends = |letter: char| letter == '\n' || odd::closes(open, letter);
        match rest.char_indices().find(|(_, letter)| ends(*letter)) {
            Some((at, letter)) if letter != '\n' => self.quoted_until(span, 0..at, at + letter.len_utf8()),
            _ => self.junk(span),
        }
    }

    fn quoted_until(&mut self, span: Span, inside: std::ops::Range<usize>, length: usize) {
        let whole = Span { end: span.end + length as u32, ..span };
        let diagnostic = odd::quoted(whole, &self.raw.remainder()[inside]);
        self.raw.bump(length);
        self.unreadable(whole, diagnostic);
    }

    /// A word with letters of other alphabets, with what stands directly before it.
    fn foreign_word(&mut self, span: Span) {
        let rest = self.raw.remainder();
        let ends = |letter: char| !letter.is_alphanumeric() && letter != '_' && !odd::is_unseen(letter);
        let length = rest.find(ends).unwrap_or(rest.len());
        self.raw.bump(length);
        let end = self.raw.span().end as u32;
        let before = self.lexed.tokens.last().copied().zip(self.lexed.spans.last().copied());
        let joined = before.filter(|(token, last)| last.end == span.start && is_word_like(*token));
        if joined.is_some() {
            self.pop();
        }
        let whole = Span { start: joined.map_or(span.start, |(_, last)| last.start), end, ..span };
        let text = &self.text[whole.range()];
        if text.starts_with(|letter: char| letter.is_ascii_digit()) {
            return self.unreadable(whole, odd::unit(whole, text));
        }
        let meant = odd::folded(text);
        self.lexed.diagnostics.push(odd::foreign_name(whole, text, meant.as_deref()));
        self.push(meant.map_or(Token::Name, |meant| keyword(&meant)), whole);
    }

    /// Whether a character stands between letters of one word.
    fn is_in_word(&self, span: Span) -> bool {
        let before = self.lexed.tokens.last().zip(self.lexed.spans.last());
        let behind = self.raw.remainder().starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        behind && before.is_some_and(|(token, last)| last.end == span.start && is_word_like(*token))
    }

    /// Takes back the last token.
    pub fn pop(&mut self) {
        self.lexed.tokens.pop();
        self.lexed.spans.pop();
    }
}

/// What a bracket holds, told by the token before it.
fn holds(open: Token, before: Option<Token>) -> Separates {
    use Token::{Arrow, Assign, Colon, Comma, LBrace, LBracket, LParen, Less, Return};
    match (open, before) {
        (_, Some(Token::For)) => Separates::Counts,
        (LParen | LBracket, _) => Separates::Parts,
        (LBrace, Some(Assign | Colon | Comma | LParen | LBracket | Less | Arrow | Return)) => Separates::Parts,
        _ => Separates::Nothing,
    }
}

/// The word that is meant; a name is unreadable, since it would be another name than the one that is meant.
fn keyword(meant: &str) -> Token {
    match Token::lexer(meant).next() {
        Some(Ok(word)) if word.is_hard() => word,
        _ => Token::Error,
    }
}

/// Whether a token is written with letters and digits.
fn is_word_like(token: Token) -> bool {
    token.is_word() || matches!(token, Token::TypeName | Token::Number | Token::Underscore)
}

/// Whether a name must follow a word.
fn names_what_follows(token: Token) -> bool {
    use Token::{Branch, Decide, Fn, Let, Option, Phase, Plan, Probe, Task};
    matches!(token, Plan | Fn | Token::Action | Probe | Let | Task | Phase | Decide | Option | Branch)
}
