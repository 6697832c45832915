//! Diagnostics as SARIF 2.1.0, the format in which tools of analysis hand their reports to each other.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Label, Level, Severity};
use crate::source::{Source, Sources, Span};

/// What the document follows.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One document for the diagnostics of some programs; what is found in several of them is in it once. `complete` says
/// that every file that was asked for could be read.
pub fn sarif(programs: &[(&Sources, &[Diagnostic])], complete: bool) -> Value {
    let codes: BTreeSet<Code> = programs.iter().flat_map(|(_, found)| *found).map(|found| found.code).collect();
    let rules: Vec<Code> = codes.into_iter().collect();
    let all = programs.iter().flat_map(|(sources, found)| found.iter().map(|found| result(sources, found, &rules)));
    let mut said = BTreeSet::new();
    let results: Vec<Value> = all.filter(|result| said.insert(result.to_string())).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "orch",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": complete }],
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let mut rule = json!({ "id": code.as_str() });
    if let Some(name) = code.name() {
        rule["name"] = name.into();
    }
    rule["shortDescription"] = json!({ "text": code.title() });
    rule["help"] = json!({ "text": code.page(), "markdown": code.page() });
    let level = match code.level() {
        None | Some(Level::Deny) => "error",
        Some(Level::Warn) => "warning",
        Some(Level::Allow) => "none",
    };
    rule["defaultConfiguration"] = json!({ "level": level });
    rule
}

fn result(sources: &Sources, diagnostic: &Diagnostic, rules: &[Code]) -> Value {
    let Diagnostic { code, severity, message, labels, help, fix } = diagnostic;
    let level = match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let help = help.iter().map(|help| format!("\nhelp: {help}"));
    let text: String = std::iter::once(message.clone()).chain(help).collect();
    let mut result = json!({
        "ruleId": code.as_str(),
        "ruleIndex": rules.iter().position(|rule| rule == code),
        "level": level,
        "message": { "text": text },
        "locations": labels.iter().take(1).map(|label| location(sources, label)).collect::<Vec<_>>(),
    });
    if labels.len() > 1 {
        result["relatedLocations"] = labels.iter().enumerate().skip(1).map(|each| related(sources, each)).collect();
    }
    if let Some(fix) = fix {
        result["fixes"] = json!([mending(sources, fix)]);
    }
    result
}

fn location(sources: &Sources, Label { span, text }: &Label) -> Value {
    let source = sources.get(span.file);
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(source), "region": region(source, *span) },
    });
    if !text.is_empty() {
        location["message"] = json!({ "text": text });
    }
    location
}

/// A place that is involved, with its number in the result.
fn related(sources: &Sources, (number, label): (usize, &Label)) -> Value {
    let mut location = location(sources, label);
    location["id"] = number.into();
    location
}

fn region(source: &Source, span: Span) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    })
}

fn artifact(source: &Source) -> Value {
    json!({ "uri": uri(source.name()) })
}

/// The edits, by file in the order of the first edit in each.
fn mending(sources: &Sources, Fix { title, edits }: &Fix) -> Value {
    let mut files = Vec::new();
    for edit in edits {
        if !files.contains(&edit.span.file) {
            files.push(edit.span.file);
        }
    }
    let change = |file| {
        let source = sources.get(file);
        let inside = edits.iter().filter(|edit| edit.span.file == file);
        let replacements: Vec<Value> = inside.map(|edit| replacement(source, edit)).collect();
        json!({ "artifactLocation": artifact(source), "replacements": replacements })
    };
    json!({
        "description": { "text": title },
        "artifactChanges": files.into_iter().map(change).collect::<Vec<_>>(),
    })
}

fn replacement(source: &Source, Edit { span, replacement }: &Edit) -> Value {
    json!({ "deletedRegion": region(source, *span), "insertedContent": { "text": replacement } })
}

/// The name of a file as a URI: relative as it was given, and `file://` before one that is not relative.
fn uri(name: &str) -> String {
    let mut uri = if name.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            // Writing into a text does not fail.
            other => drop(write!(uri, "%{other:02X}")),
        }
    }
    uri
}
