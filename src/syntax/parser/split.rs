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
    for at in 0..tokens.len() {
        if at > start && begins_item(text, tokens, spans, at, depth.open) {
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

/// Whether a declaration begins at a token. Where brackets are open, only what can be nothing else counts: one of
/// them was not closed.
fn begins_item(text: &str, tokens: &[Token], spans: &[Span], at: usize, open: usize) -> bool {
    if !matches!(tokens[at], Token::Plan | Token::Fn | Token::Action | Token::Probe) && !is_soft_item(tokens[at]) {
        return false;
    }
    let next = tokens.get(at + 1).copied();
    let named = next.is_some_and(Token::is_name);
    match (tokens[at], tokens[at - 1]) {
        (Token::Plan | Token::Fn | Token::Action | Token::Probe, previous) => {
            let called = tokens.get(at + 2) == Some(&Token::LParen);
            let nothing_else = !matches!(previous, Token::Extern | Token::Dot | Token::QuestionDot);
            let misnamed = open == 0 && called && next.is_some_and(Token::is_word);
            nothing_else && (named && (open == 0 || called) || misnamed)
        }
        (soft, previous) => {
            let begins_line = spans[at].start == 0 || text.as_bytes()[spans[at].start as usize - 1] == b'\n';
            (begins_line || (open == 0 && ends_operand(previous))) && soft_item(soft, next)
        }
    }
}

fn is_soft_item(token: Token) -> bool {
    use Token::{Const, Event, Extern, Import, Test, Type, Uses};
    matches!(token, Uses | Import | Type | Const | Event | Extern | Test)
}

/// Whether a soft word and the token behind it begin a declaration: elsewhere no name stands beside either.
fn soft_item(token: Token, next: Option<Token>) -> bool {
    let Some(next) = next else { return false };
    let text = matches!(next, Token::Text | Token::TextHead);
    match token {
        Token::Uses | Token::Const => next.is_name(),
        Token::Import => next.is_name() || text,
        Token::Type | Token::Event => next.is_name() || next == Token::TypeName,
        Token::Extern => matches!(next, Token::Probe | Token::Action),
        _ => text,
    }
}

/// Whether a value may end with a token.
fn ends_operand(token: Token) -> bool {
    use Token::{Error, False, None, Number, Question, RBrace, RBracket, RParen, Text, TextTail, True, TypeName, Unit};
    token.is_name()
        || matches!(token, TypeName | Number | Unit | Text | TextTail | RParen | RBracket | RBrace)
        || matches!(token, True | False | None | Error | Question | Token::Greater)
}

/// How deep one stands within brackets and chains.
#[derive(Default)]
struct Depth {
    open: usize,
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
            _ if token.opens() => return self.open(at),
            _ if token.closes() => return self.close(),
            _ if begins_anew(token, previous) => self.chain = Chain::default(),
            _ => return,
        }
        self.total = self.total + self.chain.depth() - before;
        self.check(at);
    }

    fn open(&mut self, at: usize) {
        self.open += 1;
        self.chain.postfix += 1;
        self.total += 1;
        self.check(at);
        if self.too_deep.is_none() {
            self.outer.push(std::mem::take(&mut self.chain));
        }
    }

    fn close(&mut self) {
        self.open = self.open.saturating_sub(1);
        if let Some(outer) = self.outer.pop() {
            self.total -= self.chain.depth();
            self.chain = outer;
        }
    }

    fn check(&mut self, at: usize) {
        if self.total > MAX_DEPTH && self.too_deep.is_none() {
            self.too_deep = Some(at);
        }
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
