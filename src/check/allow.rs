//! `// orch: allow(phase-verifies-nothing, the next one verifies both)`: what a lint finds in one place is meant so.
//!
//! Such a comment stands in a line of its own before a declaration or statement, or at the end of its first line, and
//! holds for all of it. Why must be said. What it allows is not reported, whatever level the project gives the lint.

use super::{has_errors, modules::Module};
use crate::{
    diagnostic::{Code, Diagnostic, levels},
    source::{Sources, Span},
    syntax::{
        ast::Statement,
        lexer::{Lexed, TriviaKind, lex},
        visit::{self, Visitor},
    },
};

/// What a comment begins with that speaks to the checker.
const MARK: &str = "orch:";
/// How such a comment is written.
const FORM: &str = "write `// orch: allow(LINT, the reason)`";

/// Takes out what is allowed where it stands, and reports what allows nothing or can't be read.
pub(super) fn apply(sources: &Sources, modules: &[Module], diagnostics: &mut Vec<Diagnostic>) {
    // Not all lints are asked of a program with errors: what seems to allow nothing then may allow something.
    let all_asked = !has_errors(diagnostics);
    for module in modules {
        let text = sources.get(module.file).text();
        if !text.contains(MARK) {
            continue;
        }
        let parts = Parts::of(module);
        let Lexed { spans, trivia, .. } = lex(module.file, text);
        for comment in trivia.iter().filter(|comment| comment.kind == TriviaKind::Comment) {
            let file = Commented { text, tokens: &spans, parts: &parts };
            match read(sources.text(comment.span), comment.span) {
                None => {}
                Some(Err(Malformed { place, message, help })) => {
                    diagnostics.push(Diagnostic::new(Code::W0102, place, message, "").help(help));
                }
                Some(Ok(lint)) => {
                    let unused = file.allow(lint, comment.span, diagnostics);
                    diagnostics.extend(unused.filter(|_| all_asked));
                }
            }
        }
    }
}

/// Why a comment that speaks to the checker can't be read, and what to do.
struct Malformed {
    place: Span,
    message: String,
    help: String,
}

/// The lint that a comment allows; none if it is a comment like any other.
fn read(comment: &str, span: Span) -> Option<Result<Code, Malformed>> {
    let body = comment.strip_prefix("//")?.trim().strip_prefix(MARK)?.trim();
    let malformed = |message: &str| Malformed { place: span, message: message.to_owned(), help: FORM.to_owned() };
    let inside = body.strip_prefix("allow").and_then(|rest| rest.trim_start().strip_prefix('(')?.strip_suffix(')'));
    let Some(inside) = inside else { return Some(Err(malformed("this means nothing to orch"))) };
    let (lint, reason) = inside.split_once(',').unwrap_or((inside, ""));
    Some(known(comment, lint.trim(), span).and_then(|code| match reason.trim() {
        "" => Err(malformed("it is not said why this is allowed")),
        _ => Ok(code),
    }))
}

/// The lint of a code or name in a comment.
fn known(comment: &str, lint: &str, span: Span) -> Result<Code, Malformed> {
    levels::lint(lint).map_err(|unknown| {
        let before = comment.find('(').map_or(0, |at| at + 1);
        let at = comment[before..].find(lint).map_or(0, |at| before + at) as u32;
        let place = Span { start: span.start + at, end: span.start + at + lint.len() as u32, ..span };
        Malformed { place, message: unknown.message, help: unknown.help.unwrap_or_else(|| FORM.to_owned()) }
    })
}

/// The declarations and statements of a file.
#[derive(Default)]
struct Parts(Vec<Span>);

impl Parts {
    fn of(module: &Module) -> Parts {
        let mut parts = Parts(module.tree.items.iter().map(|item| item.span).collect());
        visit::file(&mut parts, &module.tree);
        // What was declared beside the file belongs to it, and stands in no line of it.
        parts.0.retain(|part| part.file == module.file);
        parts
    }
}

impl Visitor for Parts {
    fn statement(&mut self, statement: &Statement) {
        self.0.push(statement.span);
    }
}

/// A file, and what stands in it beside comments.
struct Commented<'c> {
    text: &'c str,
    tokens: &'c [Span],
    parts: &'c Parts,
}

impl Commented<'_> {
    /// Takes out what the comment allows, or says that there is nothing.
    fn allow(&self, lint: Code, comment: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Diagnostic> {
        let spoken_of = self.spoken_of(comment);
        let before = diagnostics.len();
        diagnostics.retain(|found| found.code != lint || !spoken_of.iter().any(|part| holds(*part, found.span())));
        if diagnostics.len() < before {
            return None;
        }
        let unused = |message, help: &str| Diagnostic::new(Code::W0101, comment, message, "").help(help);
        Some(if spoken_of.is_empty() {
            let help = "it stands before a declaration or statement, or at the end of its first line";
            unused("this allow speaks of nothing".to_owned(), help)
        } else {
            let message = format!("there is nothing to allow: `{}` finds nothing here", lint.as_str());
            unused(message, "take it out").fix(self.removal(comment), "")
        })
    }

    /// What a comment speaks of: what follows the line it has for itself, else what begins in its line.
    fn spoken_of(&self, comment: Span) -> Vec<Span> {
        let beginnings = if self.is_alone(comment) {
            let next = self.tokens.partition_point(|token| token.start < comment.end);
            self.tokens.get(next).map_or(0..0, |token| token.start..token.start + 1)
        } else {
            self.line_start(comment)..comment.start
        };
        self.parts.0.iter().copied().filter(|part| beginnings.contains(&part.start)).collect()
    }

    fn line_start(&self, comment: Span) -> u32 {
        self.text[..comment.range().start].rfind('\n').map_or(0, |at| at as u32 + 1)
    }

    fn is_alone(&self, comment: Span) -> bool {
        let before = self.line_start(comment) as usize..comment.range().start;
        self.text[before].trim().is_empty()
    }

    /// The comment with the blanks before it, and with its line where that has nothing else.
    fn removal(&self, comment: Span) -> Span {
        if self.is_alone(comment) {
            let after = &self.text[comment.range().end..];
            let end = after.find('\n').map_or(after.len(), |at| at + 1);
            return Span { start: self.line_start(comment), end: comment.end + end as u32, ..comment };
        }
        let code = self.text[..comment.range().start].trim_end();
        Span { start: code.len() as u32, ..comment }
    }
}

/// Whether one span lies in another.
fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
