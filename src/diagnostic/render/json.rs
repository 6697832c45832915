//! Diagnostics for programs: a format of its own, which does not change when [`Diagnostic`] does.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
use crate::source::{Sources, Span};

/// The version of the format. Fields are added without a new one; none is renamed, removed or given another meaning.
const VERSION: u32 = 1;

/// The whole answer.
#[derive(Serialize)]
struct Report<'a> {
    /// The version of this format.
    version: u32,
    /// How many of the diagnostics are errors.
    errors: usize,
    /// How many are warnings.
    warnings: usize,
    /// In the order in which they were found.
    diagnostics: Vec<Entry<'a>>,
}

/// One diagnostic.
#[derive(Serialize)]
struct Entry<'a> {
    /// The stable code: `E0412`.
    code: &'a str,
    /// `error` or `warning`.
    severity: &'a str,
    /// The name of the lint, by which a project gives it a level; null for an error of the language.
    lint: Option<&'a str>,
    /// What the code is about; the same for all its diagnostics.
    title: &'a str,
    /// The command that explains the code.
    explain: String,
    /// What is wrong here.
    message: &'a str,
    /// The file with the mistake, as the user named it.
    file: &'a str,
    /// The mistake itself, then the places involved. Never empty.
    labels: Vec<Mark<'a>>,
    /// What to do, or null.
    help: Option<&'a str>,
    /// The change of the text that mends it for certain, if that is a single one; else null.
    fix: Option<Change<'a>>,
    /// What mends it for certain: at most one today.
    fixes: Vec<Mending<'a>>,
}

/// A place, and what is to be seen there.
#[derive(Serialize)]
struct Mark<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    /// What is to be seen there; may be empty.
    text: &'a str,
}

/// What mends a mistake: all of its edits, or none.
#[derive(Serialize)]
struct Mending<'a> {
    /// What it does, as an editor offers it.
    title: &'a str,
    /// The changes; no two touch each other.
    edits: Vec<Change<'a>>,
}

/// A change: the bytes of the range are replaced.
#[derive(Serialize)]
struct Change<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    /// What stands there instead.
    replacement: &'a str,
}

/// A part of a file, from `start` up to and without `end`.
#[derive(Serialize)]
struct Range<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

/// A place in a file.
#[derive(Serialize)]
struct Point {
    /// The line, from 1.
    line: u32,
    /// The character in the line, from 1.
    column: u32,
    /// The byte in the file, from 0.
    byte: u32,
}

/// The diagnostics as a program reads them, in the order given.
///
/// ```json
/// { "version": 1, "errors": 1, "warnings": 0, "diagnostics": [{
///     "code": "E0412", "severity": "error", "lint": null, "title": "..", "explain": "orch explain E0412",
///     "message": "..", "file": "migrate.orch",
///     "labels": [{ "file": "migrate.orch", "start": { "line": 41, "column": 38, "byte": 1201 },
///                  "end": { "line": 41, "column": 51, "byte": 1214 }, "text": ".." }],
///     "help": null, "fix": null, "fixes": [] }] }
/// ```
pub fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> serde_json::Value {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let report = Report {
        version: VERSION,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        diagnostics: diagnostics.iter().map(|diagnostic| entry(sources, diagnostic)).collect(),
    };
    serde_json::to_value(report).unwrap_or_default()
}

fn entry<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Entry<'a> {
    let Diagnostic { code, severity, message, labels, help, fix } = diagnostic;
    Entry {
        code: code.as_str(),
        severity: severity.word(),
        lint: code.name(),
        title: code.title(),
        explain: format!("orch explain {}", code.as_str()),
        message,
        file: sources.get(diagnostic.span().file).name(),
        labels: labels.iter().map(|Label { span, text }| Mark { range: range(sources, *span), text }).collect(),
        help: help.as_deref(),
        fix: fix.as_ref().and_then(|fix| single(sources, fix)),
        fixes: fix.iter().map(|fix| mending(sources, fix)).collect(),
    }
}

fn single<'a>(sources: &'a Sources, fix: &'a Fix) -> Option<Change<'a>> {
    let [only] = fix.edits.as_slice() else { return None };
    Some(change(sources, only))
}

fn mending<'a>(sources: &'a Sources, Fix { title, edits }: &'a Fix) -> Mending<'a> {
    Mending { title, edits: edits.iter().map(|edit| change(sources, edit)).collect() }
}

fn change<'a>(sources: &'a Sources, Edit { span, replacement }: &'a Edit) -> Change<'a> {
    Change { range: range(sources, *span), replacement }
}

fn range(sources: &Sources, span: Span) -> Range<'_> {
    let file = sources.get(span.file);
    let point = |byte| {
        let position = file.position(byte);
        Point { line: position.line, column: position.column, byte }
    };
    Range { file: file.name(), start: point(span.start), end: point(span.end) }
}
