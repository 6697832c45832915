//! The formatter: its form is its own, says the same, and has every comment.

#![expect(clippy::disallowed_methods, reason = "the corpus lies in files")]

mod proved;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use orch::diagnostic::Code;
use orch::format::{Unformatted, format};
use orch::source::FileId;
use orch::syntax::lexer::lex;
use orch::syntax::parse;
use orch::syntax::token::Token;
use proved::proved;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All programs below a folder.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(programs(&path));
        } else if path.extension().is_some_and(|kind| kind == "orch") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// To accept what is written now: `orch fmt - <NAME.orch >NAME.expected`, and read it.
#[test]
fn the_form_is_the_one_expected() {
    let folder = root().join("tests/corpus/format");
    let mut words = BTreeSet::new();
    for path in programs(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        assert_eq!(proved(&text), expected, "{}", path.display());
        words.extend(lex(FileId(0), &text).tokens);
    }
    let all = [Token::HARD, Token::SOFT, Token::SIGNS].concat();
    let missing: Vec<&str> = all.iter().filter(|(token, _)| !words.contains(token)).map(|(_, text)| *text).collect();
    assert!(missing.is_empty(), "nothing shows how {missing:?} are written");
}

#[test]
fn the_whole_corpus_keeps_what_it_says() {
    let files = [programs(&root().join("tests/corpus")), programs(&root().join("examples"))].concat();
    assert!(files.len() > 30, "only {} programs", files.len());
    let mut formatted = 0;
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        if parse(FileId(0), &text).diagnostics.is_empty() {
            proved(&text);
            formatted += 1;
        }
    }
    assert!(formatted > 30, "only {formatted} of {} programs have no mistakes", files.len());
}

#[test]
fn the_traps_keep_what_they_say() {
    let traps = fs::read_to_string(root().join("tests/corpus/grammar-traps.jsonl")).unwrap();
    let mut formatted = 0;
    for line in traps.lines() {
        let trap: serde_json::Value = serde_json::from_str(line).unwrap();
        if trap["parses"] == true {
            let text = trap["text"].as_str().unwrap();
            proved(&if trap["as"] == "file" { text.to_owned() } else { format!("plan p() {{\n{text}\n}}") });
            formatted += 1;
        }
    }
    assert!(formatted > 60, "only {formatted} traps");
}

#[test]
fn the_examples_of_the_pages_keep_what_they_say() {
    let examples = Code::ALL.iter().filter_map(|code| code.page().split("```orch\n").nth(1)?.split("```").next());
    let readable: Vec<&str> = examples.filter(|text| parse(FileId(0), text).diagnostics.is_empty()).collect();
    assert!(readable.len() > 30, "only {} examples", readable.len());
    readable.into_iter().for_each(|text| drop(proved(text)));
}

#[test]
fn what_can_t_be_read_is_not_formatted() {
    let Err(Unformatted::Mistakes(said)) = format(FileId(0), "plan p() { let a = }") else { panic!("formatted") };
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].code, Code::E0110);
}

#[test]
fn nothing_is_nothing() {
    for text in ["", "\n\n", " \t\r\n", "\u{feff}"] {
        assert_eq!(proved(text), "");
    }
    assert_eq!(proved("\u{feff}\r\n\r\n// c  \r\n\r\n\r\n//d"), "// c\n\n//d\n");
}
