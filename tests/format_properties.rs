//! What holds for the form of every program, however it was laid out and commented before.

#![expect(clippy::disallowed_methods, reason = "the grammar lies in a file")]

#[path = "support/chance.rs"]
mod chance;
mod proved;
mod sentences;

use std::path::Path;
use std::sync::LazyLock;

use orch::source::FileId;
use orch::syntax::parse;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proved::{formatted, proved};
use sentences::{Choices, Grammar};

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/orch.ebnf");
    Grammar::read(&std::fs::read_to_string(path).unwrap())
});

/// Any blanks, line breaks and comments.
const ANY: &[&str] = &[
    " ",
    " ",
    " ",
    "\t",
    "\n  ",
    "\r\n ",
    "\n\n\n ",
    " // c\n ",
    "\n/// d\n ",
    "  // e\n     // f\n ",
    " //g\n\n\n //! h\n ",
];

/// What separates words and is no line.
const BLANKS: &[&str] = &[" ", "  ", "\t", "      "];

/// What separates words, but no comments; and the same with fewer blank lines.
const LINES: &[&str] = &[" ", " ", "\n ", "\n\n\n  ", "\r\n\n\n\n "];
const FEWER_LINES: &[&str] = &[" ", " ", "\n ", "\n\n ", "\n\n "];

/// The tokens of a program, if they are one: a few sentences of the grammar are not.
fn program(numbers: &[u8]) -> Option<Vec<String>> {
    let mut choices = Choices::new(numbers);
    let rule = choices.of(&["plan", "file", "plan", "plan", "test"]);
    let tokens = GRAMMAR.sentence(rule, &mut choices);
    parse(FileId(0), &tokens.join(" ")).diagnostics.is_empty().then_some(tokens)
}

/// A program with separators that are chosen, also before and behind it.
fn laid_out(tokens: &[String], separators: &[&str], numbers: &[u8]) -> String {
    let mut choices = Choices::new(numbers);
    let mut text = choices.of(separators).to_owned();
    for token in tokens {
        text.push_str(token);
        text.push_str(choices.of(separators));
    }
    text
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

#[test]
fn most_sentences_are_programs() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut sentence = || numbers(400).new_tree(&mut runner).unwrap().current();
    let read = std::iter::repeat_with(&mut sentence).take(300).filter(|numbers| program(numbers).is_some()).count();
    assert!(read > 180, "only {read} of 300");
}

proptest! {
    #![proptest_config(chance::config(300))]

    #[test]
    fn whatever_stands_between_words_the_form_says_the_same(words in numbers(600), gaps in numbers(800)) {
        let Some(tokens) = program(&words) else { return Ok(()) };
        proved(&laid_out(&tokens, ANY, &gaps));
    }

    #[test]
    fn blanks_say_nothing(words in numbers(400), gaps in numbers(600)) {
        let Some(tokens) = program(&words) else { return Ok(()) };
        prop_assert_eq!(formatted(&laid_out(&tokens, BLANKS, &gaps)), formatted(&tokens.join(" ")));
    }
    #[test]
    fn more_blank_lines_than_one_say_nothing(words in numbers(400), gaps in numbers(600)) {
        let Some(tokens) = program(&words) else { return Ok(()) };
        let fewer = formatted(&laid_out(&tokens, FEWER_LINES, &gaps));
        prop_assert_eq!(formatted(&laid_out(&tokens, LINES, &gaps)), fewer);
    }
}
