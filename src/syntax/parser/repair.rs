//! Declarations that could not be read: each mistake is reported, made unreadable to nobody but itself, and the rest
//! is read again.
//!
//! A mistake whose meaning is certain is read as what was meant. Of others, the smallest part that holds the mistake
//! and lets the rest be read is left out, or replaced by one [`Token::Error`], which the grammar takes for a value, a
//! text, a type or a statement. So the grammar itself needs no rules for recovery, and what is right around a mistake
//! is read as if the mistake were not there.

use chumsky::Parser;
use chumsky::extra::SimpleState;

use super::balance::{self, Patched};
use super::fault::Fault;
use super::item::{self, Grammar};
use super::report;
use super::rule::{Rule, Source};
use super::statement::STATEMENT;
use super::sync::{self, assigned, body_of, matching, next_statement};
use super::view::{Edit, Said, View};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::MAX_DEPTH;
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

/// Tokens, and what reading them gave.
struct Attempt<O> {
    patched: Patched,
    read: Result<O, Failed>,
}

/// Reads again and again, as long as that is affordable.
struct Reader<'t, O> {
    text: &'t str,
    root: Root<O>,
    left: usize,
}

/// Reads tokens that could not be read, as far as they can be; and says what is wrong.
pub fn repair<O>(text: &str, tokens: &[Token], spans: &[Span], root: Root<O>) -> (Option<O>, Vec<Diagnostic>) {
    let mut patched = Patched::new(text, tokens, spans);
    let mut diagnostics = balance::balance(text, &mut patched);
    diagnostics.extend(drop_dangling_dots(&mut patched));
    let mut reader = Reader { text, root, left: MAX_READ.max(tokens.len() + MAX_DEPTH) };
    let Some(mut attempt) = reader.read(patched) else { return (None, diagnostics) };
    let mut last = None;
    for _ in 0..MAX_FAULTS {
        let Failed { fault, statement } = match &attempt.read {
            Ok(_) => break,
            Err(failed) => failed,
        };
        let view = View { text, patched: &attempt.patched, fault, statement: *statement };
        let said = report::report(&view);
        let edits = edits(&view, said.as_ref());
        let said = said.filter(|said| !is_repeated(&diagnostics, said, &mut last, *statement));
        diagnostics.extend(said.map(|said| said.diagnostic).filter(|said| !uses_no_name(text, &diagnostics, said)));
        match reader.first_that_helps(&attempt.patched, edits) {
            Some(next) => attempt = next,
            None => break,
        }
    }
    (attempt.read.ok(), diagnostics)
}

/// A `.` at the end of a line before a word that begins a statement: the word would be taken for a field.
fn drop_dangling_dots(patched: &mut Patched) -> Vec<Diagnostic> {
    let is_dangling = |patched: &Patched, at: usize| {
        let statement =
            (Token::Goal..=Token::Unwind).contains(&patched.tokens[at]) || patched.tokens[at] == Token::Probe;
        statement && patched.begins_line(at) && patched.tokens[at - 1] == Token::Dot
    };
    let mut diagnostics = Vec::new();
    for at in (1..patched.tokens.len()).rev() {
        if diagnostics.len() < MAX_FAULTS && is_dangling(patched, at) {
            let dot = patched.spans[at - 1];
            let said = Diagnostic::new(Code::E0110, dot, "`.` names no field", "expected a name behind this");
            diagnostics.push(said.help("remove it, or write what is taken from the value"));
            patched.splice(at - 1..at, &[]);
        }
    }
    diagnostics
}

/// Whether the same was said already about this statement; that a word is no name is said once for all places.
fn is_repeated(before: &[Diagnostic], said: &Said, last: &mut Option<usize>, statement: Option<usize>) -> bool {
    let Diagnostic { code, message, .. } = &said.diagnostic;
    let same_statement = std::mem::replace(last, statement) == statement;
    let anywhere = *code == Code::E0115;
    let same = |earlier: &&Diagnostic| earlier.code == *code && earlier.message == *message;
    before
        .iter()
        .rev()
        .take(if anywhere { before.len() } else { usize::from(same_statement) })
        .any(|earlier| same(&earlier))
}

/// Whether a word is meant that was said to be no name where it was given as one.
fn uses_no_name(text: &str, before: &[Diagnostic], said: &Diagnostic) -> bool {
    let word = |said: &Diagnostic| text.get(said.span().range());
    before.iter().any(|earlier| earlier.code == Code::E0115 && word(earlier) == word(said))
}

impl<O> Reader<'_, O> {
    fn read(&mut self, patched: Patched) -> Option<Attempt<O>> {
        self.left = self.left.checked_sub(patched.tokens.len() + 1)?;
        let read = read(self.text, &patched, self.root);
        Some(Attempt { patched, read })
    }

    /// Makes the first of several changes behind which more can be read; the last one is made in any case.
    fn first_that_helps(&mut self, patched: &Patched, edits: Vec<Edit>) -> Option<Attempt<O>> {
        let last = edits.len().checked_sub(1)?;
        for (index, Edit { range, tokens }) in edits.into_iter().enumerate() {
            let behind = range.start + tokens.len();
            let mut changed = patched.clone();
            changed.splice(range, &tokens);
            let attempt = self.read(changed)?;
            let helps = attempt.read.as_ref().err().is_none_or(|Failed { fault, .. }| {
                fault.at > behind || fault.at == behind && sync::begins_statement(&attempt.patched, behind)
            });
            if helps || index == last {
                return Some(attempt);
            }
        }
        None
    }
}

fn read<O>(text: &str, patched: &Patched, root: Root<O>) -> Result<O, Failed> {
    let tokens = patched.tokens.as_slice();
    let mut source = SimpleState(Source::new(text, &patched.spans));
    let rule = root(item::grammar());
    let (output, mut faults) = rule.parse_with_state(tokens, &mut source).into_output_errors();
    output.ok_or_else(|| {
        let last = faults.pop().unwrap_or(Fault { at: tokens.len(), expected: Vec::new() });
        let fault = match source.furthest() {
            Some(furthest) => furthest.clone().join(last),
            None => last,
        };
        let statement = source.failed().map(|due| sync::statement_at(patched, due, fault.at));
        Failed { fault, statement }
    })
}

/// What can be changed so that the rest is read, the best first.
fn edits(view: &View, said: Option<&Said>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = said.and_then(|said| said.mend.clone()).into_iter().collect();
    match view.statement {
        Some(start) => statement_edits(view, start, &mut edits),
        None => item_edits(view.patched, view.fault.at, &mut edits),
    }
    edits
}

fn unreadable(range: std::ops::Range<usize>) -> Edit {
    Edit { range, tokens: vec![Token::Error] }
}

/// Of a statement: what stands between the mistake and its body, or behind what is complete; its value; all of it.
fn statement_edits(view: &View, start: usize, edits: &mut Vec<Edit>) {
    let (patched, at) = (view.patched, view.fault.at);
    let end = next_statement(patched, start, at);
    if let Some(body) = body_of(patched, start, at, end).filter(|_| has_body(&patched.tokens, start, at)) {
        head_edits(patched, start, at, body, edits);
    } else if at > start && view.expects(STATEMENT) && takes_clauses(patched.tokens[start]) {
        let clause = (at + 1..end).find(|index| is_clause(patched, *index));
        edits.extend(clause.into_iter().chain([end]).map(|to| Edit { range: at..to, tokens: Vec::new() }));
    }
    let value = match patched.tokens[start] {
        Token::Return if at > start => Some(start + 1),
        Token::Let | Token::Probe | Token::Step | Token::Run => assigned(&patched.tokens, start, at),
        _ => None,
    };
    for from in value.into_iter().chain([start]) {
        if patched.tokens[from..end] != [Token::Error] {
            edits.push(unreadable(from..end));
            return;
        }
    }
}

fn head_edits(patched: &Patched, start: usize, at: usize, body: usize, edits: &mut Vec<Edit>) {
    edits.push(Edit { range: at..body, tokens: Vec::new() });
    if at > start {
        edits.push(unreadable(at..body));
    }
    let holds_statements =
        sync::begins_statement(patched, body + 1) || patched.tokens.get(body + 1) == Some(&Token::RBrace);
    if holds_statements && patched.tokens[start..body] != [Token::Error] {
        edits.push(unreadable(start..body));
    }
}

/// Whether a statement has a body behind its head, as far as it is read.
fn has_body(tokens: &[Token], start: usize, at: usize) -> bool {
    use Token::{
        Approve, Commit, Emit, Fail, Gate, Given, Goal, Guard, Let, Probe, Require, Return, Run, Task, Verify, Wait,
    };
    match tokens[start] {
        Goal
        | Let
        | Probe
        | Run
        | Task
        | Gate
        | Guard
        | Require
        | Verify
        | Wait
        | Approve
        | Emit
        | Commit
        | Fail
        | Return
        | Given
        | Token::Expect => false,
        _ => assigned(tokens, start, at).is_none(),
    }
}

/// Whether clauses may stand behind a statement that is complete without them.
fn takes_clauses(token: Token) -> bool {
    matches!(token, Token::Step | Token::Probe | Token::Task | Token::Run | Token::Approve | Token::Phase)
}

fn is_clause(patched: &Patched, at: usize) -> bool {
    use Token::{BestEffort, Compensate, Irreversible, Retry, Risk, Takes, Timeout};
    let word = matches!(patched.tokens[at], BestEffort | Compensate | Irreversible | Retry | Risk | Takes | Timeout);
    word && !patched.is_name_by_place(at)
}

/// Of parameters: what stands behind the name of the one that holds the mistake; all of it; all of them.
fn parameter_edits(tokens: &[Token], open: usize, close: usize, at: usize, edits: &mut Vec<Edit>) {
    let comma = |index: &usize| tokens[*index] == Token::Comma;
    let start = (open + 1..at).rev().find(comma).map_or(open + 1, |comma| comma + 1);
    let end = (at..close).find(comma).unwrap_or(close);
    if at > start && tokens[start].is_word() {
        edits.push(Edit { range: start + 1..end, tokens: vec![Token::Colon, Token::Error] });
    }
    edits.push(unreadable(start..end));
    edits.push(if tokens[open + 1..close] == [Token::Error] {
        unreadable(0..tokens.len())
    } else {
        unreadable(open + 1..close)
    });
}

/// Of a declaration: what stands between the mistake and its body; its parameters; its value; what stands behind it.
fn item_edits(patched: &Patched, at: usize, edits: &mut Vec<Edit>) {
    let tokens = &patched.tokens;
    let params = usize::from(tokens.first() == Some(&Token::Extern)) + 2;
    if tokens.get(params) == Some(&Token::LParen) {
        let close = matching(tokens, params);
        if (params + 1..=close).contains(&at) {
            return parameter_edits(tokens, params, close, at, edits);
        }
    }
    if let Some(body) = body_of(patched, 0, at, tokens.len()) {
        head_edits(patched, 0, at, body, edits);
    }
    if at > 0 && tokens.first() != Some(&Token::Error) {
        edits.push(Edit { range: at..tokens.len(), tokens: Vec::new() });
    }
    if let (Some(Token::Const | Token::Fn | Token::Probe | Token::Action), Some(value)) =
        (tokens.first(), assigned(tokens, 0, at))
        && tokens[value..] != [Token::Error]
    {
        return edits.push(unreadable(value..tokens.len()));
    }
    if tokens.as_slice() != [Token::Error] {
        edits.push(unreadable(0..tokens.len()));
    }
}
