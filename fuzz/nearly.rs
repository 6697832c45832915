//! Sentences of the grammar, some of them broken.

use std::sync::LazyLock;

use super::ebnf::{Rules, rules};
use super::sentence::{Heights, Maker, heights};

static RULES: LazyLock<Rules> = LazyLock::new(|| rules(include_str!("../grammar/orch.ebnf")));
static HEIGHTS: LazyLock<Heights> = LazyLock::new(|| heights(&RULES));

/// A program that the bytes choose. The first byte says how many tokens are swapped.
pub fn a_program(bytes: &[u8]) -> String {
    let (changes, rest) = bytes.split_first().map_or((0, bytes), |(first, rest)| (first % 4, rest));
    let mut maker = Maker::new(&RULES, &HEIGHTS, rest.to_vec());
    maker.rule("file", 0);
    let mut tokens = maker.tokens;
    for (at, other) in rest.iter().zip(rest.iter().rev()).take(usize::from(changes)) {
        if !tokens.is_empty() {
            let (at, other) = (usize::from(*at) % tokens.len(), usize::from(*other) % tokens.len());
            tokens.swap(at, other);
        }
    }
    tokens.join(" ")
}
