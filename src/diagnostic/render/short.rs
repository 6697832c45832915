//! Diagnostics in one line each, as compilers of C print them and editors take them up.

use std::collections::BTreeSet;

use super::clean::clean;
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// A help of more characters does not stand in the line.
const LONGEST_HELP: usize = 80;

/// `migrate.orch:41:38: error[E0412]: message (help: what to do)`, a line for each diagnostic of some programs.
/// What is found in several of them is said once.
pub fn short(programs: &[(&Sources, &[Diagnostic])]) -> String {
    let all = programs.iter().flat_map(|(sources, found)| found.iter().map(|diagnostic| line(sources, diagnostic)));
    let mut said = BTreeSet::new();
    all.filter(|line| said.insert(line.clone())).collect()
}

fn line(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_deref();
    let help = help.filter(|help| !help.contains('\n') && help.chars().count() <= LONGEST_HELP);
    let help = help.map(|help| format!(" (help: {})", clean(help))).unwrap_or_default();
    format!("{}{help}\n", headline(sources, diagnostic))
}

/// `migrate.orch:41:38: error[E0412]: message`
pub fn headline(sources: &Sources, diagnostic: &Diagnostic) -> String {
    format!("{}: {}: {}", place(sources, diagnostic.span()), kind(diagnostic), clean(&diagnostic.message))
}

/// `error[E0412]`
pub fn kind(diagnostic: &Diagnostic) -> String {
    format!("{}[{}]", diagnostic.severity.word(), diagnostic.code.as_str())
}

/// `migrate.orch:41:38`
pub fn place(sources: &Sources, span: Span) -> String {
    clean(&sources.place(span)).into_owned()
}
