//! The parser against sentences that are made from the grammar, and against what is left of them when they are changed.
//!
//! A soft word is a name except where a rule names it; there the word wins, which no grammar without context can say.
//! So the parser stands between two readings: what is a sentence when no soft word is a name it must read, and what it
//! reads must be a sentence when each may be one.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use orch::diagnostic::Code;
use orch::source::FileId;
use orch::syntax::parse;
use orch::syntax::token::Token;
use proptest::prelude::*;
use proptest::sample::Index;

use super::earley::Recognizer;
use super::ebnf::{Rules, rules};
use super::sentence::{Heights, Maker, heights};

static RULES: LazyLock<Rules> = LazyLock::new(|| rules(include_str!("../../grammar/orch.ebnf")));
static HEIGHTS: LazyLock<Heights> = LazyLock::new(|| heights(&RULES));
static RECOGNIZER: LazyLock<Recognizer> = LazyLock::new(|| Recognizer::new(&RULES));

/// A file that is a sentence of the grammar, as its tokens.
fn file(bytes: Vec<u8>) -> Vec<String> {
    let mut maker = Maker::new(&RULES, &HEIGHTS, bytes);
    maker.rule("item", 0);
    maker.tokens
}

/// A plan with one statement.
fn statement(bytes: Vec<u8>) -> Vec<String> {
    let mut maker = Maker::new(&RULES, &HEIGHTS, bytes);
    maker.rule("statement", 0);
    let around = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    [around("plan p ( ) {"), maker.tokens, around("}")].concat()
}

fn said(tokens: &[String]) -> Vec<String> {
    let diagnostics = parse(FileId(0), &tokens.join(" ")).diagnostics;
    diagnostics.into_iter().map(|said| format!("{} {}", said.code.as_str(), said.message)).collect()
}

/// Whether the parser reads tokens. That a clause stands twice is no matter of the grammar.
fn reads(tokens: &[String]) -> Option<bool> {
    let diagnostics = parse(FileId(0), &tokens.join(" ")).diagnostics;
    let twice = diagnostics.iter().any(|said| said.code == Code::E0119);
    (!twice).then_some(diagnostics.is_empty())
}

fn list(words: &[(Token, &str)], token: &str) -> bool {
    words.iter().any(|(_, word)| *word == token)
}

fn is_hard(token: &str) -> bool {
    list(Token::HARD, token) || list(Token::KEPT, token)
}

/// Whether a token is of a class, with soft words as names.
fn fits(class: &str, token: &str) -> bool {
    let first = token.chars().next().unwrap_or_default();
    let name = (first.is_ascii_lowercase() || (first == '_' && token.len() > 1)) && !token.contains('"');
    match class {
        "NAME" => name && !is_hard(token),
        "WORD" => name,
        "TYPE" => first.is_ascii_uppercase(),
        "STRING" => token.contains('"'),
        "UNIT" => first.is_ascii_digit() && token.ends_with(|letter: char| !letter.is_ascii_digit()),
        _ => first.is_ascii_digit() && token.ends_with(|letter: char| letter.is_ascii_digit()),
    }
}

/// The same, with soft words as names only where every word is one, and strings only where they hold no expression.
fn fits_strictly(class: &str, token: &str) -> bool {
    let soft_name = class == "NAME" && list(Token::SOFT, token);
    let holds_expression = class == "STRING" && token.contains('{') && !token.starts_with('r');
    fits(class, token) && !soft_name && !holds_expression
}

/// Whether a `return` without a value stands before something else than `}`, or a `return` before another: whether it
/// has a value is then no matter of the grammar.
fn returns_nothing(tokens: &[String]) -> bool {
    tokens.windows(2).any(|pair| pair[0] == "return" && is_hard(&pair[1]))
}

proptest! {
    #![proptest_config(super::chance::config(150))]

    #[test]
    fn every_sentence_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for tokens in [file(bytes.clone()), statement(bytes)] {
            prop_assert_eq!(said(&tokens), Vec::<String>::new(), "{}", tokens.join(" "));
        }
    }

    #[test]
    fn the_parser_and_the_grammar_agree_on_changed_sentences(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        changes in prop::collection::vec((0..4_u8, any::<Index>(), any::<Index>()), 1..4),
    ) {
        for whole in [file(bytes.clone()), statement(bytes)] {
            let mut tokens: Vec<String> = whole.into_iter().filter(|token| token != "\n").collect();
            for (kind, at, other) in &changes {
                let (at, other) = (at.index(tokens.len().max(1)), other.index(tokens.len().max(1)));
                change(&mut tokens, *kind, at, other);
            }
            if tokens.len() < 120 && !returns_nothing(&tokens) {
                agrees(&tokens)?;
            }
        }
    }
}

/// Drops a token, says it twice, swaps two, or puts one in the place of another.
fn change(tokens: &mut Vec<String>, kind: u8, at: usize, other: usize) {
    if tokens.is_empty() {
        return;
    }
    match kind {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => tokens.swap(at, other),
        _ => tokens[at] = tokens[other].clone(),
    }
}

fn agrees(tokens: &[String]) -> Result<(), TestCaseError> {
    let Some(read) = reads(tokens) else { return Ok(()) };
    let may = RECOGNIZER.accepts("file", tokens, fits);
    let must = RECOGNIZER.accepts("file", tokens, fits_strictly);
    prop_assert!(!read || may, "read, and no sentence: {}", tokens.join(" "));
    prop_assert!(read || !must, "a sentence, and not read: {}\n{:?}", tokens.join(" "), said(tokens));
    Ok(())
}

#[test]
fn sentences_use_every_rule() {
    let mut used = BTreeSet::new();
    let mut random = 1_u64;
    for (start, _) in ["item", "statement"].into_iter().cycle().zip(0..2_000) {
        let mut byte = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 20) as u8
        };
        let mut maker = Maker::new(&RULES, &HEIGHTS, (0..2_000).map(|_| byte()).collect());
        maker.rule(start, 0);
        used.extend(maker.used);
    }
    let unused: Vec<_> = RULES.keys().filter(|name| *name != "file" && !used.contains(name.as_str())).collect();
    assert!(RULES.len() > 80, "only {} rules", RULES.len());
    assert!(unused.is_empty(), "{unused:?}");
}
