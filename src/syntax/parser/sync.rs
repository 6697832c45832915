//! Where statements begin and end in tokens that could not be read.

use super::balance::Patched;
use super::split::{ends_operand, soft_item};
use crate::syntax::token::Token;

/// Whether a word begins a statement; one that may also stand inside of one does if it is the first of its line.
pub fn begins_statement(patched: &Patched, at: usize) -> bool {
    use Token::{
        After, Approve, Attempt, Commit, Decide, Else, Emit, Expect, Fail, For, Gate, Given, Goal, Guard, Let, On,
        Parallel, Phase, Probe, Require, Return, Rollout, Run, Step, Task, Unwind, Verify, Wait, When,
    };
    let Some(token) = patched.tokens.get(at) else { return false };
    let previous = at.checked_sub(1).map(|before| patched.tokens[before]);
    let behind_operand = patched.begins_line(at) && previous.is_some_and(ends_operand);
    if patched.is_name_by_place(at) && !behind_operand {
        return false;
    }
    match token {
        Goal | Let | Probe | Step | Task | Decide | Rollout | Gate | Require | Verify | Guard | Wait | Approve
        | Emit | Attempt | Commit | Run | Return | Unwind => true,
        Phase => previous != Some(Token::Each),
        When | Parallel | For | On | After | Fail | Given | Expect => {
            previous != Some(Else) && (patched.begins_line(at) || matches!(previous, Some(Token::LBrace)))
        }
        // Whatever it should be, nothing that is complete goes on with it.
        Token::Name
        | Token::TypeName
        | Token::If
        | Token::Match
        | Token::While
        | Token::Loop
        | Token::Do
        | Token::Try
        | Token::Plan
        | Token::Fn
        | Token::Action => behind_operand,
        Token::Number | Token::Unit => {
            behind_operand && previous.is_some_and(|token| token == Token::Name || !token.is_name())
        }
        Token::Text | Token::TextHead => behind_operand && previous.is_some_and(|token| !token.is_name()),
        Token::Minus => behind_operand && begins_statement(patched, at + 1),
        soft => behind_operand && soft_item(*soft, patched.tokens.get(at + 1).copied()),
    }
}

/// Whether a statement is due at a token by its place: it is the first of its line, or of a block, or stands behind
/// one.
pub fn is_boundary(patched: &Patched, at: usize) -> bool {
    let previous = at.checked_sub(1).map(|before| patched.tokens[before]);
    patched.begins_line(at) || matches!(previous, None | Some(Token::LBrace | Token::RBrace))
}

/// Where the statement begins that goes on at `due`, where another was due: at `due` itself if that looks like a
/// statement, else at the one before.
pub fn statement_at(patched: &Patched, due: usize, failed: usize) -> usize {
    if begins_statement(patched, due) || (failed == due && is_boundary(patched, due)) {
        return due;
    }
    statement_before(patched, due).unwrap_or(due)
}

/// Where the statement begins that stands in the same block before a token.
pub fn statement_before(patched: &Patched, before: usize) -> Option<usize> {
    let mut closed = 0_usize;
    for at in (0..before).rev() {
        let token = patched.tokens[at];
        if token.closes() {
            closed += 1;
        } else if token.opens() {
            closed = closed.checked_sub(1)?;
        } else if closed == 0 && (begins_statement(patched, at) || token == Token::Error && is_boundary(patched, at)) {
            return Some(at);
        }
    }
    None
}

/// Where the statement after the one at `start` begins, or its block ends; the mistake is at `at`.
pub fn next_statement(patched: &Patched, start: usize, at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in patched.tokens.iter().enumerate().skip(start) {
        let begins = index > start && !(index == at && is_misused(patched, at)) && begins_statement(patched, index);
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

/// Whether a word of the language stands where something else is meant: `let step = 1`, `let a = phase`.
pub fn is_misused(patched: &Patched, at: usize) -> bool {
    let next = patched.tokens.get(at + 1).copied();
    let ends_line = next.is_none_or(|token| token == Token::RBrace) || patched.begins_line(at + 1);
    let joins = matches!(next, Some(Token::Assign | Token::RParen | Token::RBracket | Token::Comma | Token::In));
    joins || (ends_line && !is_boundary(patched, at))
}

/// The first `{` at or behind `at` that opens a block of the statement at `start`.
pub fn body_of(patched: &Patched, start: usize, at: usize, end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for index in start..end {
        let token = patched.tokens[index];
        if token == Token::LBrace && depth == 0 && index >= at && opens_block(patched, index) {
            return Some(index);
        }
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    None
}

/// Whether a `{` opens a block, and not a record: what follows is no field.
pub fn opens_block(patched: &Patched, brace: usize) -> bool {
    match patched.tokens.get(brace + 1) {
        Some(Token::Ellipsis | Token::DotDot) => false,
        Some(_) => !matches!(patched.tokens.get(brace + 2), Some(Token::Colon | Token::Comma)),
        None => true,
    }
}

/// The token behind the `=` of a statement or declaration, if that stands before `at`.
pub fn assigned(tokens: &[Token], start: usize, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().take(at).skip(start) {
        match token {
            Token::Assign if depth == 0 => return Some(index + 1),
            token if token.opens() => depth += 1,
            token if token.closes() => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The bracket that closes the one at `open`.
pub fn matching(tokens: &[Token], open: usize) -> usize {
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
