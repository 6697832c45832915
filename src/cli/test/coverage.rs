//! What tests have come through, file by file, and where they have not been.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::session::Loaded;
use crate::{
    check::is_standard,
    cli::terminal::{Style, text::padded},
    simulate::test::Part,
};

/// How much room there is for a count.
const COUNT: usize = 22;

const PARTS: [Part; 3] = [Part::Statement, Part::Option, Part::WayBack];

/// What all tests have come through of each file of theirs, those of the standard library aside. A plan that several
/// programs import counts once.
pub(super) struct Coverage(IndexMap<String, Parts>);

/// By line, column and what it is: the text of the line, and whether some test came through it.
type Parts = BTreeMap<(u32, u32, Part), (String, bool)>;

impl Coverage {
    pub(super) fn of(programs: &[Arc<Loaded>]) -> Coverage {
        let mut files: IndexMap<String, Parts> = IndexMap::new();
        for program in programs {
            for found in program.suite.coverage() {
                let source = program.sources.get(found.span.file);
                if is_standard(source.name()) {
                    continue;
                }
                let at = source.position(found.span.start);
                let text = program.sources.text(program.sources.first_line(found.span)).trim().to_owned();
                let parts = files.entry(without_dots(source.name())).or_default();
                let (_, covered) = parts.entry((at.line, at.column, found.what)).or_insert((text, false));
                *covered |= found.covered;
            }
        }
        Coverage(files)
    }

    /// `sell.orch    12 of 14 statements    2 of 2 options    3 of 4 ways back`, then where no test has been.
    pub(super) fn lines(&self, style: Style) -> Vec<String> {
        self.0.iter().flat_map(|(name, parts)| of_file(name, parts, style)).collect()
    }

    /// The same for programs.
    pub(super) fn document(&self) -> Vec<Json> {
        self.0.iter().map(|(name, parts)| document(name, parts)).collect()
    }
}

/// A path without `./`: a file is the same whether it was named or imported.
fn without_dots(path: &str) -> String {
    let parts = Path::new(path).components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().display().to_string()
}

fn of_file(name: &str, parts: &Parts, style: Style) -> Vec<String> {
    let counts = PARTS.iter().filter_map(|part| {
        let (covered, whole) = count(parts, *part)?;
        Some(padded(&format!("{covered} of {whole} {}", named(*part)), COUNT))
    });
    let counts: String = counts.collect();
    let mut lines = vec![format!("{}  {}", style.bold(name), counts.trim_end())];
    for (line, (missing, text)) in uncovered(parts) {
        let what = missing.iter().map(|part| singular(*part)).collect::<Vec<_>>().join(", ");
        lines.push(style.fitted(&format!("  {line:>5}  {}  {text}", padded(&what, COUNT)), style.width));
    }
    lines
}

fn document(name: &str, parts: &Parts) -> Json {
    let counts = |part: Part| {
        count(parts, part).map_or(json!(null), |(covered, whole)| json!({ "covered": covered, "all": whole }))
    };
    let missing = parts.iter().filter(|(_, (_, covered))| !covered);
    let missing =
        missing.map(|((line, _, part), (text, _))| json!({ "line": line, "what": singular(*part), "text": text }));
    json!({
        "file": name,
        "statements": counts(Part::Statement),
        "options": counts(Part::Option),
        "ways_back": counts(Part::WayBack),
        "uncovered": missing.collect::<Vec<_>>(),
    })
}

fn count(parts: &Parts, part: Part) -> Option<(usize, usize)> {
    let of_it = || parts.iter().filter(move |((_, _, what), _)| *what == part);
    let whole = of_it().count();
    (whole > 0).then(|| (of_it().filter(|(_, (_, covered))| *covered).count(), whole))
}

/// By line, what is not covered there, with the text of the line.
fn uncovered(parts: &Parts) -> BTreeMap<u32, (Vec<Part>, &str)> {
    let mut lines: BTreeMap<u32, (Vec<Part>, &str)> = BTreeMap::new();
    for ((line, _, part), (text, _)) in parts.iter().filter(|(_, (_, covered))| !covered) {
        lines.entry(*line).or_insert((Vec::new(), text)).0.push(*part);
    }
    lines
}

fn named(part: Part) -> &'static str {
    match part {
        Part::Statement => "statements",
        Part::Option => "options",
        Part::WayBack => "ways back",
    }
}

fn singular(part: Part) -> &'static str {
    match part {
        Part::Statement => "statement",
        Part::Option => "option",
        Part::WayBack => "way back",
    }
}
