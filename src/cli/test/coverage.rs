//! What tests have come through, file by file, and where they have not been.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::session::Loaded;
use crate::{
    cli::terminal::{Style, text::padded},
    simulate::test::{Covered, Part},
    source::FileId,
};

/// How much room there is for a count.
const COUNT: usize = 22;

const PARTS: [Part; 3] = [Part::Statement, Part::Option, Part::WayBack];

/// `sell.orch    12 of 14 statements    2 of 2 options    3 of 4 ways back`, then where no test has been.
pub(super) fn lines(program: &Loaded, style: Style) -> Vec<String> {
    let all = program.suite.coverage();
    let counts = PARTS.iter().filter_map(|part| {
        let (covered, whole) = count(&all, *part)?;
        Some(padded(&format!("{covered} of {whole} {}", named(*part)), COUNT))
    });
    let counts: String = counts.collect();
    let mut lines = vec![format!("{}  {}", style.bold(&program.name), counts.trim_end())];
    for (line, missing) in uncovered(program, &all) {
        let what = missing.iter().map(|(part, _)| singular(*part)).collect::<Vec<_>>().join(", ");
        let text = missing.first().map(|(_, text)| text.clone()).unwrap_or_default();
        lines.push(style.fitted(&format!("  {line:>5}  {}  {text}", padded(&what, COUNT)), style.width));
    }
    lines
}

/// The same for programs.
pub(super) fn document(program: &Loaded) -> Json {
    let all = program.suite.coverage();
    let counts = |part: Part| {
        count(&all, part).map_or(json!(null), |(covered, whole)| json!({ "covered": covered, "all": whole }))
    };
    let missing = uncovered(program, &all).into_iter().flat_map(|(line, missing)| {
        missing.into_iter().map(move |(part, text)| json!({ "line": line, "what": singular(part), "text": text }))
    });
    json!({
        "file": program.name,
        "statements": counts(Part::Statement),
        "options": counts(Part::Option),
        "ways_back": counts(Part::WayBack),
        "uncovered": missing.collect::<Vec<_>>(),
    })
}

fn count(all: &[Covered], part: Part) -> Option<(usize, usize)> {
    let of_it = || all.iter().filter(|found| found.what == part);
    let whole = of_it().count();
    (whole > 0).then(|| (of_it().filter(|found| found.covered).count(), whole))
}

/// By line, what is not covered there, with the text of the line.
fn uncovered(program: &Loaded, all: &[Covered]) -> BTreeMap<u32, Vec<(Part, String)>> {
    let mut lines: BTreeMap<u32, Vec<(Part, String)>> = BTreeMap::new();
    for found in all.iter().filter(|found| !found.covered) {
        let line = program.sources.get(FileId(0)).position(found.span.start).line;
        let text = program.sources.text(program.sources.first_line(found.span)).trim().to_owned();
        lines.entry(line).or_default().push((found.what, text));
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
