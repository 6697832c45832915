//! Where declarations begin, and whether anything in them is nested too deeply: found out on the tokens alone, before
//! anything is parsed.
//!
//! Each declaration is then parsed alone, so that a mistake in one cannot reach the next. Depth is what could exhaust
//! a stack later: brackets in brackets, and the chains that need none (`a + b + c`, `- - a`, `a.b.c`, `if .. else if`).

use std::ops::Range;

use crate::source::Span;
use crate::syntax::ast::MAX_DEPTH;
use crate::syntax::token::Token;

/// A declaration as tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// The first token that is nested too deeply.
    pub too_deep: Option<usize>,
}

/// Splits the tokens of a file where declarations begin.
pub fn split(text: &str, tokens: &[Token], spans: &[Span]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = Depth::default();
    let file = Tokens { text, tokens, spans };
    for at in 0..tokens.len() {
        if at > start && file.begins_item(at, start, depth.open.len()) {
            parts.push(Part { tokens: start..at, too_deep: depth.too_deep });
            start = at;
            depth = Depth::default();
        }
        depth.enter(tokens, at);
    }
    if start < tokens.len() {
        parts.push(Part { tokens: start..tokens.len(), too_deep: depth.too_deep });
    }
    parts
}

/// The first of `tokens` that is nested too deeply.
pub fn too_deep(tokens: &[Token]) -> Option<usize> {
    let mut depth = Depth::default();
    (0..tokens.len()).for_each(|at| depth.enter(tokens, at));
    depth.too_deep
}

/// How many bytes are looked back over for the beginning of a line.
const MAX_INDENT: usize = 256;

/// The tokens of a file.
struct Tokens<'t> {
    text: &'t str,
    tokens: &'t [Token],
    spans: &'t [Span],
}

impl Tokens<'_> {
    /// Whether a declaration begins at a token, behind the one that begins at `start`. Where brackets are open, only
    /// what can be nothing else counts, and is not indented more: one of them was not closed.
    fn begins_item(&self, at: usize, start: usize, open: usize) -> bool {
        let token = self.tokens[at];
        if open > 0 && !is_hard_item(token) && !is_soft_item(token) {
            return false;
        }
        let next = self.tokens.get(at + 1).copied();
        match (token, self.tokens[at - 1]) {
            (Token::Plan | Token::Fn | Token::Action | Token::Probe, previous) => {
                let called = self.tokens.get(at + 2) == Some(&Token::LParen);
                let nothing_else = !matches!(previous, Token::Extern | Token::Dot | Token::QuestionDot);
                let named = next.is_some_and(Token::is_name);
                let misnamed = open == 0 && called && next.is_some_and(Token::is_word);
                let first = open == 0 && self.begins_line(at) && ends_operand(previous);
                nothing_else
                    && (first || named && (open == 0 || called && self.indent(at) <= self.indent(start)) || misnamed)
            }
            (soft, previous) if is_soft_item(soft) => {
                let due = self.begins_line(at) || (open == 0 && ends_operand(previous));
                due && (soft_item(soft, next) || open == 0 && self.begins_line(at) && ends_operand(previous))
            }
            (token, previous)
                if token.is_name() && next.is_some_and(|next| is_hard_item(next) || next == Token::Assign) =>
            {
                open == 0 && self.begins_line(at) && ends_operand(previous)
            }
            (token, previous) => {
                open == 0 && no_item_goes_on_with(token) && self.begins_line(at) && ends_operand(previous)
            }
        }
    }

    /// Whether a token stands in the first column.
    fn begins_line(&self, at: usize) -> bool {
        let start = self.spans[at].start as usize;
        start == 0 || self.text.as_bytes()[start - 1] == b'\n'
    }

    /// How far a token stands from the left, or that it is very far.
    fn indent(&self, at: usize) -> usize {
        let start = self.spans[at].start as usize;
        let before = &self.text.as_bytes()[start.saturating_sub(MAX_INDENT)..start];
        before.iter().rev().position(|byte| *byte == b'\n').unwrap_or(before.len())
    }
}

/// Whether no declaration that is complete goes on with a token: a name, or a word that begins a statement.
fn no_item_goes_on_with(token: Token) -> bool {
    let statement = (Token::Goal..=Token::Unwind).contains(&token);
    matches!(token, Token::Name | Token::TypeName) || (statement && !matches!(token, Token::On | Token::After))
}

fn is_hard_item(token: Token) -> bool {
    token <= Token::Probe
}

fn is_soft_item(token: Token) -> bool {
    (Token::Uses..=Token::Test).contains(&token)
}

/// Whether a soft word and the token behind it begin a declaration: elsewhere no name stands beside either.
pub fn soft_item(token: Token, next: Option<Token>) -> bool {
    let Some(next) = next else { return false };
    let text = matches!(next, Token::Text | Token::TextHead);
    match token {
        Token::Uses => next.is_name(),
        Token::Const => next.is_name() || next == Token::TypeName,
        Token::Import => next.is_name() || text,
        Token::Type | Token::Event => next.is_name() || next == Token::TypeName,
        Token::Extern => matches!(next, Token::Probe | Token::Action),
        Token::Test => text,
        _ => false,
    }
}

/// Whether a value may end with a token.
pub fn ends_operand(token: Token) -> bool {
    use Token::{Error, False, None, Number, Question, RBrace, RBracket, RParen, Text, TextTail, True, TypeName, Unit};
    token.is_name()
        || matches!(token, TypeName | Number | Unit | Text | TextTail | RParen | RBracket | RBrace)
        || matches!(token, True | False | None | Error | Question | Token::Greater)
}

/// How deep one stands within brackets and chains.
#[derive(Default)]
struct Depth {
    open: Vec<Token>,
    /// How many of each kind are open.
    kinds: [usize; 4],
    outer: Vec<Chain>,
    chain: Chain,
    total: usize,
    too_deep: Option<usize>,
}

/// The nesting within one pair of brackets, from the loosest binding to the tightest.
#[derive(Clone, Copy, Default)]
struct Chain {
    loose: usize,
    sum: usize,
    postfix: usize,
    angle: usize,
}

impl Chain {
    fn depth(self) -> usize {
        self.loose + self.sum + self.postfix + self.angle
    }
}

impl Depth {
    fn enter(&mut self, tokens: &[Token], at: usize) {
        let token = tokens[at];
        let previous = at.checked_sub(1).map(|before| tokens[before]);
        let before = self.chain.depth();
        match token {
            _ if token.is_word() && matches!(previous, Some(Token::Dot | Token::QuestionDot)) => return,
            Token::If | Token::Not | Token::And | Token::Or => {
                self.chain = Chain { loose: self.chain.loose + 1, ..Chain::default() };
            }
            Token::Plus | Token::Minus | Token::Star | Token::Slash | Token::Coalesce => {
                self.chain = Chain { sum: self.chain.sum + 1, postfix: 0, ..self.chain };
            }
            Token::Dot | Token::QuestionDot => self.chain.postfix += 1,
            Token::Less if previous == Some(Token::TypeName) => self.chain.angle += 1,
            Token::Greater => self.chain.angle = self.chain.angle.saturating_sub(1),
            Token::Comma | Token::Pipe | Token::Arrow | Token::FatArrow | Token::TextMiddle => {
                self.chain = Chain::default();
            }
            _ if token.opens() => return self.open(token, at),
            _ if token.closes() => return self.close(token),
            _ if begins_anew(token, previous) => self.chain = Chain::default(),
            _ => return,
        }
        self.total = self.total + self.chain.depth() - before;
        self.check(at);
    }

    fn open(&mut self, token: Token, at: usize) {
        self.open.push(token);
        self.kinds[kind(token)] += 1;
        self.chain.postfix += 1;
        self.total += 1;
        self.check(at);
        if self.too_deep.is_none() {
            self.outer.push(std::mem::take(&mut self.chain));
        }
    }

    /// Closes the last bracket of the kind, with those in it that were not closed; nothing if there is none.
    fn close(&mut self, token: Token) {
        let kind_closed = kind(token);
        while self.kinds[kind_closed] > 0
            && let Some(closed) = self.open.pop()
        {
            self.kinds[kind(closed)] -= 1;
            if self.open.len() < self.outer.len()
                && let Some(outer) = self.outer.pop()
            {
                self.total -= self.chain.depth();
                self.chain = outer;
            }
            if kind(closed) == kind_closed {
                break;
            }
        }
    }

    fn check(&mut self, at: usize) {
        if self.total > MAX_DEPTH && self.too_deep.is_none() {
            self.too_deep = Some(at);
        }
    }
}

/// Which kind of bracket a token opens or closes.
fn kind(token: Token) -> usize {
    match token {
        Token::LParen | Token::RParen => 0,
        Token::LBracket | Token::RBracket => 1,
        Token::LBrace | Token::RBrace => 2,
        _ => 3,
    }
}

/// Whether no value goes on at a token: it begins a statement, or stands beside a value that is complete.
fn begins_anew(token: Token, previous: Option<Token>) -> bool {
    use Token::{As, Compensate, Else, In, Is, Then};
    if token <= Compensate {
        return true;
    }
    let joins = matches!(token, Then | Else | In | Is | As);
    let word = token.is_word() || matches!(token, Token::Text | Token::Number | Token::Unit | Token::TypeName);
    word && !joins && previous.is_some_and(ends_operand)
}
