//! Clauses in another order than here, and signs and words that stand in them elsewhere.

use super::super::view::{Said, View};
use super::form;
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Mistakes in how clauses are put together.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    None.or_else(|| colon_behind_clause(view, found))
        .or_else(|| times(view))
        .or_else(|| range(view, found))
        .or_else(|| clause_before_call(view, found))
        .or_else(|| clause_of_plan(view, found))
        .or_else(|| before_by(view, found))
        .or_else(|| before_question(view, found))
        .or_else(|| before_within(view, found))
}

/// Whether the token at a place is a word that begins a clause of the statement or declaration.
fn is_clause(view: &View, at: usize) -> bool {
    view.head().is_some_and(|head| form::clauses(head).contains(&view.patched.tokens[at]))
}

/// `step a = f() timeout: 5m`, `phase b after: a`
fn colon_behind_clause(view: &View, found: Token) -> Option<Said> {
    let start = view.statement.unwrap_or(0);
    let clause = view.fault.at.checked_sub(1).filter(|at| found == Token::Colon && *at > start + 1)?;
    let flag = matches!(view.token(1), Some(Token::True | Token::False));
    if !is_clause(view, clause) || view.bracket().is_some() || flag {
        return None;
    }
    let said = view.misplaced(format!("`{}` has no `:`", view.word(clause))).help("remove it");
    Some(view.removing(said, view.fault.at..view.fault.at + 1))
}

/// `retry 3 times`
fn times(view: &View) -> Option<Said> {
    (view.found() == "times" && view.before(2) == Some(Token::Retry)).then(|| {
        let said = view.misplaced("not needed").help("`retry 3` is three more tries");
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}

/// `backoff 1s to 1m`
fn range(view: &View, found: Token) -> Option<Said> {
    let joins = matches!(view.found(), "to" | "until") || found == Token::Comma;
    let bounds = view.previous() == Some(Token::Unit) && view.token(1) == Some(Token::Unit);
    let clause = view.before(2).is_some_and(|clause| matches!(clause, Token::Backoff | Token::Takes));
    (joins && bounds && clause).then(|| {
        let from = view.word(view.fault.at - 1);
        let said = view.misplaced("expected `..`");
        let said = said.help(format!("from one to another is `{from}..{}`", view.word(view.fault.at + 1)));
        let span = view.over(view.fault.at - 1..view.fault.at + 2);
        let written = format!("{from}..{}", view.word(view.fault.at + 1));
        said.fix(span, written).read_as(view.fault.at..view.fault.at + 1, &[Token::DotDot])
    })
}

/// `step a "title" takes 5m = f()`
fn clause_before_call(view: &View, found: Token) -> Option<Said> {
    let start = view.statement.filter(|_| found == Token::Assign)?;
    let head = view.head().filter(|head| matches!(head, Token::Step | Token::Run | Token::Probe))?;
    let at = view.fault.at;
    let clause = (start + 2..at).find(|index| is_clause(view, *index))?;
    if view.patched.tokens[clause] == Token::Compensate {
        return None;
    }
    let word = view.word(clause);
    let said =
        view.said(Code::E0110, clause..clause + 1, format!("`{word}` stands before the call"), "comes too early");
    let said = said.also(view.span(), "what is done stands here");
    let help = format!("clauses stand behind the call: `{} name = call(..) {} ..`", head.text(), word);
    Some(said.help(help).read_as(clause..at, &[]))
}

/// `plan release() timeout 1d {`
fn clause_of_plan(view: &View, found: Token) -> Option<Said> {
    let clause = matches!(found, Token::Timeout | Token::Retry | Token::After | Token::Compensate);
    let head = view.statement.is_none() && view.head() == Some(Token::Plan) && view.expects_token(Token::LBrace);
    (clause && head).then(|| {
        let word = view.found();
        let said = view.here(Code::E0110, format!("`{word}` is no clause of a `plan`"), "no clause");
        said.help(format!("it stands where the plan is run, `run name() {word} ..`, or at a phase of it"))
    })
}

/// `task write "Write it" takes 2d by "docs"`
fn before_by(view: &View, found: Token) -> Option<Said> {
    let head = view.head().filter(|head| matches!(head, Token::Task | Token::Approve))?;
    let due = view.expects_token(Token::By) && is_clause(view, view.fault.at) && found != Token::By;
    let mut behind = (view.fault.at..view.patched.tokens.len()).take(12);
    let by = behind.find(|at| view.patched.tokens[*at] == Token::By);
    by.filter(|_| due).map(|by| {
        let said = view.here(Code::E0110, format!("`{}` stands before `by`", view.found()), "comes too early");
        let help = format!("who is asked comes first: `{} .. by \"team\" {} ..`", head.text(), view.found());
        said.help(help).read_as(view.fault.at..by, &[])
    })
}

/// `approve by "leads" "Go on?"`
fn before_question(view: &View, found: Token) -> Option<Said> {
    let by = view.statement? + 1;
    let asked = view.head() == Some(Token::Approve) && view.word(by) == "by" && view.fault.at == by + 2;
    (asked && found == Token::Text).then(|| {
        let said = view.said(Code::E0110, by..by + 1, "`by` stands before the question", "comes too early");
        let (team, question) = (view.word(by + 1), view.found());
        let said = said.help(format!("write `approve {question} by {team}`"));
        let read = [Token::Error, Token::By, Token::Error];
        said.fix(view.over(by..by + 3), format!("{question} by {team}")).read_as(by..by + 3, &read)
    })
}

/// `verify c every 10s within 5m`
fn before_within(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let swapped = found == Token::Every && view.head() == Some(Token::Verify) && view.expects_token(Token::Within);
    if !swapped || view.token(2) != Some(Token::Within) {
        return None;
    }
    let said = view.here(Code::E0110, "`every` stands before `within`", "comes too early");
    let said = said.help("how long comes first: `verify condition within 5m every 10s`");
    let whole = (view.token(1) == Some(Token::Unit) && view.token(3) == Some(Token::Unit)).then_some(at..at + 4)?;
    let written = format!("within {} every {}", view.word(at + 3), view.word(at + 1));
    let read = [Token::Within, Token::Unit, Token::Every, Token::Unit];
    Some(view.replacing(said, whole, &written, &read))
}
