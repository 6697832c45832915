//! Diagnostics as workflow commands, of which GitHub makes annotations of the changed lines.

use std::collections::BTreeSet;

use super::clean::clean;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// `::error file=migrate.orch,line=41,col=38,endLine=41,endColumn=51,title=E0412::message`, a line for each diagnostic
/// of some programs. What is found in several of them is said once.
pub fn github(programs: &[(&Sources, &[Diagnostic])]) -> String {
    let all = programs.iter().flat_map(|(sources, found)| found.iter().map(|diagnostic| command(sources, diagnostic)));
    let mut said = BTreeSet::new();
    all.filter(|line| said.insert(line.clone())).collect()
}

fn command(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span();
    let source = sources.get(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    let file = property(source.name());
    // Columns are refused where the lines differ.
    let place = if start.line == end.line {
        format!("line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column)
    } else {
        format!("line={},endLine={}", start.line, end.line)
    };
    let (severity, code) = (diagnostic.severity.word(), diagnostic.code.as_str());
    format!("::{severity} file={file},{place},title={code}::{}\n", data(&message(diagnostic)))
}

/// The message, and below it what to do.
fn message(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.iter().flat_map(|help| help.lines()).map(|line| format!("\n{}", clean(line)));
    std::iter::once(clean(&diagnostic.message).into_owned()).chain(help).collect()
}

/// As the text of a command: what would end it is written as a number.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As the value of a property, which a comma ends too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
