//! Where soft words are names and where they are words of the language, as the parser reads them.
//!
//! The table is written to `target/tmp/editors/soft-words.tsv`, with the programs beside it; `tests/editors/run`
//! holds against it what highlights Orch without its parser.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use orch::source::FileId;
use orch::syntax::lexer::lex;
use orch::syntax::token::Token;
use orch::syntax::{parse, parse_statements};

/// The soft words of a text that parses: where each begins, and whether it is a name there.
pub fn soft_words(text: &str) -> Vec<(usize, &str, bool)> {
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let names = names(&format!("{:?}", parsed.file));
    let lexed = lex(FileId(0), text);
    let soft = (0..lexed.tokens.len()).filter(|at| is_soft(lexed.tokens[*at]));
    soft.map(|at| {
        let span = lexed.spans[at];
        let start = span.start as usize;
        let is_name = names.contains(&start) && !is_chosen(&lexed.tokens[..=at]);
        (start, &text[span.range()], is_name)
    })
    .collect()
}

fn is_soft(token: Token) -> bool {
    Token::SOFT.iter().any(|(soft, _)| *soft == token)
}

/// Whether the last of these tokens is one of a few words, though the tree keeps it as a name.
fn is_chosen(tokens: &[Token]) -> bool {
    match tokens {
        [.., Token::Under, Token::Every, last] => matches!(last, Token::Fault | Token::Crash),
        [.., Token::Crashes, last] => matches!(last, Token::Before | Token::During),
        _ => false,
    }
}

/// Where names begin, read off the tree as it is printed for debugging: no kind of node can be forgotten there.
fn names(tree: &str) -> BTreeSet<usize> {
    let beginnings = ["Name { text: \"", "kind: Name(\""];
    let after_names = beginnings.into_iter().flat_map(|begin| tree.match_indices(begin));
    after_names
        .map(|(at, _)| {
            let start = tree[at..].split_once("start: ").expect("a name has a place").1;
            start[..start.find(',').expect("a place has an end")].parse().expect("a number")
        })
        .collect()
}

/// Statements in which a soft word stands wherever a name may; `W` is the word.
const NAMED: &[&str] = &[
    "let W = W",
    "let r = { W: W, ...W }",
    "let l = [W, W].W(W, (W, b) => W)",
    "let m = match W { W => W, W | W => W, _ => if W then W else W }",
    "let c = W + W * -W ?? W",
    "probe W: List<Int> = W(W, W: W)",
    "step W = W(W) retry W backoff W..W timeout W takes W..W risk W",
    "step W \"title\" takes W { }",
    "task W \"title\" by \"team\" takes W",
    "phase W \"title\" after W, W takes W { }",
    "when W and not W { } else when W is W { }",
    "for W in W keyed W limit W by W after W as W { return W }",
    "require W: W < W or W in W else \"{W} {W.W} {W(W)}\"",
    "gate W every W tolerate W on unknown pause",
    "gate W: W == W every W",
    "guard W every W tolerate W until W",
    "verify W within W every W",
    "wait until W every W timeout W",
    "wait for E as W where W timeout W",
    "rollout W as W in W for W { }",
    "rollout W \"title\" as W W -> W for W { }",
    "decide W \"?\" by \"team\" timeout W { option W when W takes W { } option W otherwise { } }",
    "parallel limit W { branch W takes W { } }",
    "attempt W { return W } else as W { fail \"{W}\" }",
    "run W = W(W)",
    "return W",
];

/// For each soft word a program in which it is a name, as often as the grammar lets it be one.
pub fn named() -> impl Iterator<Item = String> {
    Token::SOFT.iter().map(|(_, word)| {
        let statements = NAMED.iter().map(|statement| statement.replace('W', word));
        let read: Vec<_> = statements.filter(|text| parse_statements(FileId(0), text).1.is_empty()).collect();
        assert!(read.len() + 3 > NAMED.len(), "`{word}` can't be a name in {} statements", NAMED.len() - read.len());
        format!("plan p({word}: Int) {{\n  {}\n}}\n", read.join("\n  "))
    })
}

/// Line and column in characters, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let line = text[..at].rfind('\n').map_or(0, |line| line + 1);
    (text[..at].matches('\n').count() + 1, text[line..at].chars().count() + 1)
}

#[test]
fn the_table_of_soft_words_is_written_for_the_editors() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editors");
    std::fs::create_dir_all(&folder).unwrap();
    let mut table = String::new();
    let programs = super::accepted().into_iter().map(|(_, text)| text).chain(named());
    for (number, text) in programs.enumerate() {
        let text = text.as_str();
        let name = format!("{number:03}.orch");
        std::fs::write(folder.join(&name), text).unwrap();
        for (at, word, is_name) in soft_words(text) {
            let (line, column) = place(text, at);
            let is = if is_name { "name" } else { "word" };
            writeln!(table, "{name}\t{line}\t{column}\t{word}\t{is}").unwrap();
        }
    }
    std::fs::write(folder.join("soft-words.tsv"), table).unwrap();
}
