//! What editors know of Orch, held against the lexer and the parser.
//!
//! `ORCH_UPDATE=1 cargo test --test editors made` writes what is made from them, instead of comparing it.

#![expect(clippy::disallowed_methods, reason = "real files are what is tested")]

mod lists;
mod marks;
mod queries;
mod snippets;
mod soft_words;
mod tree_sitter;

use std::path::{Path, PathBuf};

use orch::source::FileId;
use orch::syntax::parse;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails if a file is not what it should be, or makes it so where `ORCH_UPDATE` is set.
fn assert_committed(path: &Path, expected: &str) {
    if std::env::var_os("ORCH_UPDATE").is_some() {
        std::fs::write(path, expected).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    let hint = "ORCH_UPDATE=1 cargo test --test editors made";
    assert!(there == expected, "{} is not what the token table makes; to write it: {hint}", path.display());
}

#[test]
fn what_is_made_from_the_token_table_is_committed() {
    lists::hold();
    queries::hold();
}

/// All programs of the project that parse, and the traps of the grammar that do, each with where it is from.
fn accepted() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "tests/corpus", "tests/editors"] {
        found.extend(programs_in(&root().join(folder)));
    }
    found.retain(|(_, text)| parse(FileId(0), text).diagnostics.is_empty());
    found.sort();
    assert!(found.len() >= 25, "only {} programs", found.len());
    found.extend(traps().into_iter().filter(|trap| trap.parses).map(|trap| (trap.text.clone(), trap.program())));
    found
}

fn programs_in(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of_entry = |path: PathBuf| match path.is_dir() {
        true => programs_in(&path),
        false if path.extension().is_some_and(|kind| kind == "orch") => vec![(path.display().to_string(), read(&path))],
        false => Vec::new(),
    };
    entries.flat_map(of_entry).collect()
}

/// A text that the grammar takes or refuses.
#[derive(serde::Deserialize)]
struct Trap {
    parses: bool,
    r#as: String,
    text: String,
}

impl Trap {
    /// The text as a file: statements stand in a plan.
    fn program(&self) -> String {
        if self.r#as == "file" { self.text.clone() } else { format!("plan p() {{\n{}\n}}\n", self.text) }
    }
}

fn traps() -> Vec<Trap> {
    let lines = read(&root().join("tests/corpus/grammar-traps.jsonl"));
    let traps: Vec<Trap> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(traps.len() >= 100, "only {} traps", traps.len());
    traps
}
