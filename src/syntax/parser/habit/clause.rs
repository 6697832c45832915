//! What stands behind a statement or declaration that is complete, or in its head.

use super::super::clause::TWICE;
use super::super::sync;
use super::super::view::{Said, View};
use super::{form, near};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Words of other languages for clauses.
const SYNONYMS: &[(Token, &[&str])] = &[
    (Token::Retry, &["retries", "attempts", "tries", "max_retries"]),
    (Token::Timeout, &["deadline", "max_duration", "expires"]),
    (Token::Takes, &["take", "took", "duration", "estimate", "estimated", "lasts"]),
    (Token::After, &["depends_on", "depends", "needs", "requires", "follows", "dependencies"]),
    (
        Token::Compensate,
        &[
            "rollback",
            "undo",
            "revert",
            "on_error",
            "on_failure",
            "onerror",
            "rescue",
            "recover",
            "undo_with",
            "cleanup",
        ],
    ),
    (Token::By, &["owner", "assignee", "assigned_to", "team"]),
    (Token::Every, &["each", "interval"]),
    (Token::Within, &["timeout", "for", "until"]),
    (Token::Otherwise, &["default", "else", "_"]),
    (Token::Where, &["when", "if", "filter"]),
    (Token::Keyed, &["key", "keyed_by"]),
    (Token::Idempotent, &["idempotence", "repeatable"]),
];

/// `timeout 1s timeout 2s`
pub fn twice(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    if !view.expects(TWICE) {
        return None;
    }
    let start = view.statement.unwrap_or(0);
    let first = (start..view.fault.at).rev().find(|at| view.patched.tokens[*at] == found)?;
    let at = view.fault.at;
    let end = (at + 1..view.patched.tokens.len())
        .find(|index| sync::begins_statement(view.patched, *index) || is_any_clause(view, *index) || ends(view, *index))
        .unwrap_or(view.patched.tokens.len());
    let said = view
        .here(Code::E0119, format!("`{}` is given twice", view.found()), "the second time")
        .also(view.over(first..first + 1), "the first time")
        .help("keep one of them");
    Some(said.read_as(at..end, &[]))
}

fn ends(view: &View, at: usize) -> bool {
    matches!(view.patched.tokens[at], Token::LBrace | Token::RBrace)
}

fn is_any_clause(view: &View, at: usize) -> bool {
    let word = view.head().is_some_and(|head| form::clauses(head).contains(&view.patched.tokens[at]));
    word && !view.patched.is_name_by_place(at)
}

/// Mistakes where a clause could stand.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    None.or_else(|| behind_compensate(view, found))
        .or_else(|| second_compensate(view, found))
        .or_else(|| joined(view))
        .or_else(|| misspelt(view, found))
        .or_else(|| unknown(view, found))
}

/// Whether a clause of the statement could stand at the token: it stands behind others on its line, in no bracket.
fn is_place(view: &View) -> bool {
    let start = view.statement.unwrap_or(0);
    let inside = view.bracket().is_some_and(|open| view.patched.tokens[open] != Token::LBrace);
    let inside = inside || view.expects_token(Token::Comma) && view.head() != Some(Token::Phase);
    view.fault.at > start + 1 && !inside && !view.expects("an expression")
}

/// `step a = f() compensate g() takes 1h`
fn behind_compensate(view: &View, found: Token) -> Option<Said> {
    use Token::{BestEffort, Confirm, Idempotent, Irreversible, Retry, Risk, Takes, Timeout};
    let clause = matches!(found, Takes | Risk | Irreversible | BestEffort | Retry | Timeout | Idempotent | Confirm);
    let compensate = last_compensate(view)?;
    clause.then(|| {
        view.here(Code::E0117, format!("`{}` stands behind `compensate`", view.found()), "belongs before `compensate`")
            .also(view.over(compensate..compensate + 1), "the compensation begins here")
            .help("`compensate` comes last; only its own `retry` and `timeout` may follow it")
    })
}

/// `compensate g() compensate h()`
fn second_compensate(view: &View, found: Token) -> Option<Said> {
    let compensate = last_compensate(view)?;
    (found == Token::Compensate && compensate + 1 < view.fault.at).then(|| {
        view.here(Code::E0117, "`compensate` stands behind `compensate`", "the second one")
            .also(view.over(compensate..compensate + 1), "the first one")
            .help("one way back is enough: put both calls into a block, `compensate { step .. step .. }`")
    })
}

/// The `compensate` of the statement that ends just before the mistake.
fn last_compensate(view: &View) -> Option<usize> {
    let start = match view.statement {
        Some(start) if start < view.fault.at => start,
        Some(_) => sync::statement_before(view.patched, view.fault.at)?,
        None => 0,
    };
    let mut depth = 0_usize;
    let mut last = None;
    for at in start..view.fault.at {
        match view.patched.tokens[at] {
            token if token.opens() => depth += 1,
            token if token.closes() => depth = depth.saturating_sub(1),
            Token::Compensate if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    last
}

/// `step a = f() retires 3`, `phase b needs a { }`
fn misspelt(view: &View, found: Token) -> Option<Said> {
    let words = clauses_due(view)?;
    let listed = found.is_word() || found == Token::Underscore;
    if !listed || !is_place(view) || view.begins_line() && sync::begins_statement(view.patched, view.fault.at) {
        return None;
    }
    let word = view.found();
    if words.contains(&found) {
        return None;
    }
    let synonym = || words.iter().find(|meant| is_synonym(**meant, word)).copied();
    let near = || near(word, words.iter().map(|meant| meant.text())).and_then(|text| of_text(words, text));
    let meant = synonym().or_else(|| near().filter(|_| found.is_name()))?;
    let said = clause_said(view).help(format!("did you mean `{}`?", meant.text()));
    Some(view.instead(said, meant.text(), &[meant]))
}

/// The clauses of the statement, or of the option or branch in it.
fn clauses_due(view: &View) -> Option<&'static [Token]> {
    owner(view).map(form::clauses)
}

/// The word that the clauses belong to.
fn owner(view: &View) -> Option<Token> {
    Some(match view.head()? {
        Token::Decide if view.expects_token(Token::Otherwise) => Token::Option,
        Token::Parallel if view.bracket().is_some() => Token::Branch,
        head => head,
    })
}

/// `on_fail undo`
fn joined(view: &View) -> Option<Said> {
    let (text, tokens) = match view.found() {
        "on_fail" | "on_failure" => ("on fail", [Token::On, Token::Fail]),
        "on_unknown" => ("on unknown", [Token::On, Token::Unknown]),
        _ => return None,
    };
    form::clauses(view.head()?)
        .contains(&Token::Tolerate)
        .then(|| view.instead(clause_said(view).help(format!("write `{text}`")), text, &tokens))
}

fn is_synonym(meant: Token, word: &str) -> bool {
    SYNONYMS.iter().any(|(token, words)| *token == meant && words.contains(&word))
}

fn of_text(words: &[Token], text: &str) -> Option<Token> {
    words.iter().copied().find(|token| token.text() == text)
}

fn clause_said(view: &View) -> Said {
    let head = owner(view).map_or("statement", Token::text);
    let article = form::article(head);
    view.here(Code::E0110, format!("`{}` is no clause of {article} `{head}`", view.found()), "no clause")
}

/// `step a = f() priority 3`
fn unknown(view: &View, found: Token) -> Option<Said> {
    let words = form::clauses(view.head()?);
    let behind_call = matches!(view.previous()?, Token::RParen | Token::Text | Token::TextTail | Token::Unit)
        || view.head() == Some(Token::Phase);
    if !found.is_name() || words.is_empty() || view.begins_line() || !is_place(view) || !behind_call {
        return None;
    }
    if view.touches(view.fault.at)
        || matches!(view.head(), Some(Token::Let | Token::Require | Token::Verify | Token::Wait))
    {
        return None;
    }
    let (last, rest) = words.split_last()?;
    let all: Vec<String> = rest.iter().map(|word| format!("`{}`", word.text())).collect();
    let head = view.head()?.text();
    let list = if all.is_empty() { String::new() } else { format!("{} and ", all.join(", ")) };
    Some(clause_said(view).help(format!("the clauses of `{head}` are {list}`{}`", last.text())))
}
