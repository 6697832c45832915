//! Programs whose expected diagnostics stand beside the code: `//~ error[E0412]: part of the message` on the line
//! where the mistake is.

use std::{collections::BTreeMap, fs, path::Path};

use orch::{
    check::{Checked, LoadError, check_at},
    diagnostic::{Diagnostic, Level, Levels, Severity, levels::Lint},
};

/// The programs of a folder, in the order of their names.
pub fn programs(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the corpus can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "orch"))
        .map(|path| path.to_str().expect("a name in UTF-8").to_owned())
        .collect();
    files.sort();
    files
}

/// A program as the checker finds it, with the files that it imports.
fn checked(file: &str) -> Checked {
    let text = fs::read_to_string(file).expect("the program can be read");
    let loader = |path: &str| fs::read_to_string(path).map_err(|error| LoadError(error.kind().to_string()));
    check_at(file, text.as_str(), &loader, &levels(&text))
}

/// The levels that a program sets for itself: `//@ warn missing-risk`, a line for each lint.
fn levels(text: &str) -> Levels {
    let mut levels = Levels::default();
    for line in text.lines().filter_map(|line| line.strip_prefix("//@ ")) {
        let (level, lint) = line.split_once(' ').expect("a level and a lint");
        levels.set(Lint::parse(lint).expect("a lint"), Level::parse(level).expect("a level"));
    }
    levels
}

/// What is expected on a line, or was reported there.
type ByLine = BTreeMap<(String, u32), Vec<String>>;

/// Where what is reported is not what is expected.
pub fn complaints_about(file: &str) -> Vec<String> {
    let checked = checked(file);
    let mut reported: ByLine = BTreeMap::new();
    for diagnostic in &checked.diagnostics {
        let source = checked.sources.get(diagnostic.span().file);
        let line = source.position(diagnostic.span().start).line;
        reported.entry((source.name().to_owned(), line)).or_default().push(line_of(diagnostic));
    }
    let mut complaints = Vec::new();
    for (_, source) in checked.sources.iter() {
        for (line, expected) in expectations(source.text()) {
            let here = reported.entry((source.name().to_owned(), line)).or_default();
            match here.iter().position(|found| meets(found, &expected)) {
                Some(at) => drop(here.remove(at)),
                None => complaints.push(format!("{}:{line}: expected {expected}", source.name())),
            }
        }
    }
    for ((name, line), unexpected) in reported {
        complaints.extend(unexpected.iter().map(|found| format!("{name}:{line}: unexpected {found}")));
    }
    let broken = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if broken == checked.program.is_some() {
        complaints.push(format!("{file}: a program exists exactly where there is no error"));
    }
    complaints
}

/// `error[E0412]: message (help: ..)`
fn line_of(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let help = diagnostic.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    format!("{severity}[{}]: {}{help}", diagnostic.code.as_str(), diagnostic.message)
}

/// The code must be that, and the rest part of the message or help.
fn meets(found: &str, expected: &str) -> bool {
    match expected.split_once(": ") {
        Some((code, part)) => found.starts_with(code) && found.contains(part),
        None => found.starts_with(expected),
    }
}

/// The expectations of a text, by line; several on one line are separated by `//~`.
fn expectations(text: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for expected in line.split("//~").skip(1) {
            found.push((at as u32 + 1, expected.trim().to_owned()));
        }
    }
    found
}
