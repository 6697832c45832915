//! The corpus against the grammar: programs parse, traps parse or are refused as they say.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

#[path = "../support/chance.rs"]
mod chance;
mod earley;
mod ebnf;
mod generated;
mod sentence;

use std::fs;
use std::path::{Path, PathBuf};

use orch::source::FileId;
use orch::syntax::{parse, parse_statements};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn programs() -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(corpus().join("programs")).unwrap().map(|entry| entry.unwrap().path());
    let programs: Vec<_> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "orch")).collect();
    assert!(programs.len() >= 6, "only {} programs", programs.len());
    programs.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_program_parses() {
    for (path, text) in programs() {
        let parsed = parse(FileId(0), &text);
        assert_eq!(parsed.diagnostics, [], "{}", path.display());
        assert!(!parsed.file.items.is_empty(), "{}", path.display());
    }
}

#[derive(serde::Deserialize)]
struct Trap {
    parses: bool,
    r#as: String,
    text: String,
}

#[test]
fn every_trap_is_read_or_refused_as_it_says() {
    let lines = fs::read_to_string(corpus().join("grammar-traps.jsonl")).unwrap();
    let traps: Vec<Trap> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(traps.len() >= 100, "only {} traps", traps.len());
    let mut wrong = Vec::new();
    for trap in traps {
        let diagnostics = match trap.r#as.as_str() {
            "statements" => parse_statements(FileId(0), &trap.text).1,
            "file" => parse(FileId(0), &trap.text).diagnostics,
            other => panic!("unknown kind {other}"),
        };
        let one = diagnostics.len() == 1;
        if trap.parses != diagnostics.is_empty() || (!trap.parses && !one) {
            wrong.push(format!("{}\n  {diagnostics:#?}", trap.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
