//! The programs of `tests/corpus/programs`: plans as people would write them, for other purposes than to please the
//! checker. Together they use the whole language.

#![expect(clippy::disallowed_methods, reason = "the corpus lies in files")]

mod expectations;

use std::{collections::BTreeSet, fs, path::Path};

use expectations::{complaints_about, programs};
use orch::{
    source::FileId,
    syntax::{lexer::lex, token::Token},
};

const FOLDER: &str = "tests/corpus/programs";

/// How many plans there are at least.
const PROGRAMS: usize = 30;

fn text(file: &str) -> String {
    fs::read_to_string(file).expect("the program can be read")
}

#[test]
fn every_program_is_reported_what_stands_beside_its_code_and_nothing_else() {
    let files = programs(Path::new(FOLDER));
    let plans = files.iter().filter(|file| text(file).contains("\nplan ")).count();
    assert!(plans >= PROGRAMS, "only {plans} programs found");
    let complaints: Vec<String> = files.iter().flat_map(|file| complaints_about(file)).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_module_of_the_library_is_used_and_documented() {
    let modules = programs(Path::new("stdlib"));
    assert!(modules.len() >= 5, "only {} modules found", modules.len());
    let corpus: Vec<String> = programs(Path::new(FOLDER)).iter().map(|file| text(file)).collect();
    for module in &modules {
        let name = Path::new(module).file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let import = format!("import std/{name}");
        assert!(corpus.iter().any(|program| program.contains(&import)), "no program says `{import}`");
        let text = text(module);
        let undocumented = undocumented(&text);
        assert!(undocumented.is_empty(), "{module}: no `///` before {undocumented:?}");
    }
}

/// The declarations without a `///` right before them.
fn undocumented(module: &str) -> Vec<&str> {
    let lines: Vec<&str> = module.lines().collect();
    let declares =
        |line: &str| ["type ", "const ", "fn ", "probe ", "action "].iter().any(|word| line.starts_with(word));
    let pairs = lines.windows(2).filter(|pair| declares(pair[1]) && !pair[0].starts_with("///"));
    pairs.map(|pair| pair[1]).collect()
}

#[test]
fn the_programs_together_use_every_word_and_sign() {
    let used: BTreeSet<Token> = programs(Path::new(FOLDER)).iter().flat_map(|file| tokens(&text(file))).collect();
    let lists = [Token::HARD, Token::SOFT, Token::SIGNS];
    let missing: Vec<&str> =
        lists.into_iter().flatten().filter(|(token, _)| !used.contains(token)).map(|(_, text)| *text).collect();
    assert!(missing.is_empty(), "no program uses {missing:?}");
}

/// The tokens of a text, without those that are only names: behind a dot, and before a colon or `=`.
fn tokens(text: &str) -> Vec<Token> {
    let all = lex(FileId(0), text).tokens;
    let at = |index: Option<usize>| index.and_then(|index| all.get(index).copied());
    let is_name = |index: usize| {
        let before = at(index.checked_sub(1));
        let behind = at(index.checked_add(1));
        matches!(before, Some(Token::Dot | Token::QuestionDot)) || matches!(behind, Some(Token::Colon | Token::Assign))
    };
    (0..all.len()).filter(|&index| !(all[index].is_word() && is_name(index))).map(|index| all[index]).collect()
}
