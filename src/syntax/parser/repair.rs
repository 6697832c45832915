//! Declarations that could not be read: each mistake is reported, made unreadable to nobody but itself, and the rest
//! is read again.
//!
//! The part of a statement that holds the mistake is replaced by one [`Token::Error`], which the grammar takes for a
//! value or a statement. So the grammar itself needs no rules for recovery, and what is right around a mistake is
//! read as if the mistake were not there.

use chumsky::Parser;
use chumsky::extra::SimpleState;

use super::balance::{self, Patched};
use super::fault::Fault;
use super::item::{self, Grammar};
use super::report;
use super::rule::{Rule, Source};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::token::Token;

/// How many mistakes of one declaration are reported.
const MAX_FAULTS: usize = 32;

/// How many tokens are read for that, so that many mistakes in a very long declaration take no long time.
const MAX_READ: usize = 4_000_000;

/// A start rule of the grammar.
pub type Root<O> = for<'t> fn(Grammar<'t, Fault>) -> Rule<'t, O, Fault>;

/// A parse that failed, and in which statement.
struct Failed {
    fault: Fault,
    statement: Option<usize>,
}

/// Reads tokens that could not be read, as far as they can be; and says what is wrong.
pub fn repair<O>(text: &str, tokens: &[Token], spans: &[Span], root: Root<O>) -> (Option<O>, Vec<Diagnostic>) {
    let mut patched = Patched::new(text, tokens, spans);
    let mut diagnostics = balance::balance(text, &mut patched);
    for _ in 0..MAX_FAULTS.min(1 + MAX_READ / (tokens.len() + 1)) {
        match read(text, &patched.tokens, &patched.spans, root) {
            Ok(output) => return (Some(output), diagnostics),
            Err(Failed { fault, statement }) => {
                diagnostics.extend(report::report(text, &patched, &fault, statement));
                if let Some(start) = statement {
                    if !patch_statement(&mut patched, start, fault.at) {
                        return (None, diagnostics);
                    }
                } else if let Ok(output) = read(text, &patched.tokens[..fault.at], &patched.spans[..fault.at], root) {
                    return (Some(output), diagnostics);
                } else if !patch_item(&mut patched, fault.at) {
                    return (None, diagnostics);
                }
            }
        }
    }
    (None, diagnostics)
}

fn read<O>(text: &str, tokens: &[Token], spans: &[Span], root: Root<O>) -> Result<O, Failed> {
    let mut source = SimpleState(Source::new(text, spans));
    let rule = root(item::grammar());
    let (output, mut faults) = rule.parse_with_state(tokens, &mut source).into_output_errors();
    output.ok_or_else(|| {
        let last = faults.pop().unwrap_or(Fault { at: tokens.len(), expected: Vec::new() });
        let fault = match source.furthest() {
            Some(furthest) => furthest.clone().join(last),
            None => last,
        };
        Failed { fault, statement: source.failed() }
    })
}

/// Replaces what cannot be read of the statement at `start`: its value if that is where the mistake is, else all of
/// it. False if that was done before.
fn patch_statement(patched: &mut Patched, start: usize, at: usize) -> bool {
    let end = next_statement(patched, start, at);
    let value = match patched.tokens[start] {
        Token::Return if at > start => Some(start + 1),
        Token::Let | Token::Probe | Token::Step | Token::Run => assigned(&patched.tokens, start, at),
        _ => None,
    };
    for from in value.into_iter().chain([start]) {
        if patched.tokens[from..end] != [Token::Error] {
            patched.replace(from..end, Token::Error);
            return true;
        }
    }
    false
}

/// The token behind the `=` of a statement or declaration, if that stands before `at`.
fn assigned(tokens: &[Token], start: usize, at: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().take(at).skip(start) {
        match token {
            Token::Assign if depth == 0 => return Some(index + 1),
            token if token.opens() => depth += 1,
            token if token.closes() => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Where the statement after the one at `start` begins, or its block ends; the mistake is at `at`.
fn next_statement(patched: &Patched, start: usize, at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in patched.tokens.iter().enumerate().skip(start) {
        let misused = index == at && patched.tokens.get(at + 1) == Some(&Token::Assign);
        let begins = index > start && !misused && begins_statement(patched, index);
        if depth == 0 && index >= at && (*token == Token::RBrace || begins) {
            return index;
        }
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    patched.tokens.len()
}

/// Whether a word begins a statement; one that may also stand inside of one does if it is the first of its line.
fn begins_statement(patched: &Patched, at: usize) -> bool {
    use Token::{
        After, Approve, Attempt, Commit, Decide, Else, Emit, Expect, Fail, For, Gate, Given, Goal, Guard, Let, On,
        Parallel, Phase, Probe, Require, Return, Rollout, Run, Step, Task, Unwind, Verify, Wait, When,
    };
    if patched.is_name_by_place(at) {
        return false;
    }
    let previous = at.checked_sub(1).map(|before| patched.tokens[before]);
    match patched.tokens[at] {
        Goal | Let | Probe | Step | Task | Decide | Rollout | Gate | Require | Verify | Guard | Wait | Approve
        | Emit | Attempt | Commit | Run | Return | Unwind => true,
        Phase => previous != Some(Token::Each),
        When | Parallel | For | On | After | Fail | Given | Expect => previous != Some(Else) && patched.begins_line(at),
        _ => false,
    }
}

/// Replaces what cannot be read of the head of a declaration: its parameters, or its value. False if that cannot be.
fn patch_item(patched: &mut Patched, at: usize) -> bool {
    let params = usize::from(patched.tokens.first() == Some(&Token::Extern)) + 2;
    if patched.tokens.get(params) == Some(&Token::LParen) {
        let close = matching(&patched.tokens, params);
        if (params + 1..=close).contains(&at) && patched.tokens[params + 1..close] != [Token::Error] {
            patched.replace(params + 1..close, Token::Error);
            return true;
        }
    }
    match (patched.tokens.first(), assigned(&patched.tokens, 0, at)) {
        (Some(Token::Const | Token::Fn | Token::Probe | Token::Action), Some(value))
            if patched.tokens[value..] != [Token::Error] =>
        {
            patched.replace(value..patched.tokens.len(), Token::Error);
            true
        }
        _ => false,
    }
}

/// The bracket that closes the one at `open`.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return index;
            }
        }
    }
    tokens.len()
}
