//! The lists of words in grammars and editor files, made from the token table.
//!
//! Where a file says `words: hard clause + constant; soft`, the next list in it holds the hard words that are clauses
//! and the constants, and the list after that the soft words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use orch::syntax::token::{Group, Token};

/// The files that hold lists of words, from the root of the project.
const FILES: &[&str] = &[
    "editors/vscode/syntaxes/orch.tmLanguage.json",
    "grammar/tree-sitter-orch/grammar.js",
    "grammar/tree-sitter-orch/queries/highlights.scm",
    "editors/vim/syntax/orch.vim",
    "editors/vim/indent/orch.vim",
    "editors/emacs/orch-mode.el",
];

/// Where a list goes on in the next line, in kinds of files where it can.
const WIDEST_LIST: usize = 90;

const GROUPS: &[(&str, Group)] = &[
    ("declaration", Group::Declaration),
    ("statement", Group::Statement),
    ("test statement", Group::TestStatement),
    ("clause", Group::Clause),
    ("test clause", Group::TestClause),
    ("mark", Group::Mark),
    ("answer", Group::Answer),
    ("choice", Group::Choice),
    ("expression", Group::Expression),
    ("operator", Group::Operator),
    ("constant", Group::Constant),
];

/// How a kind of file writes a list.
struct Style {
    open: &'static str,
    close: &'static str,
    /// What stands around each word.
    quote: &'static str,
    /// What stands between two words; a blank may be a line break.
    between: &'static str,
}

fn style(path: &Path) -> Style {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Style { open: "(?:", close: ")", quote: "", between: "|" },
        Some("scm") => Style { open: "[", close: "]", quote: "\"", between: " " },
        Some("js") => Style { open: "[", close: "]", quote: "\"", between: ", " },
        Some("el") => Style { open: "'(", close: ")", quote: "\"", between: " " },
        Some("vim") => Style { open: "\\%(", close: "\\)", quote: "", between: "\\|" },
        other => panic!("no lists in files of kind {other:?}"),
    }
}

/// The words of `hard clause + constant`.
fn words(description: &str) -> Vec<&'static str> {
    description.split(" + ").flat_map(|term| term_words(term.trim())).collect()
}

fn term_words(term: &str) -> Vec<&'static str> {
    let (lists, group) = match term.split_once(' ').unwrap_or((term, "")) {
        ("hard", group) => (vec![Token::HARD], group),
        ("soft", group) => (vec![Token::SOFT], group),
        ("kept", group) => (vec![Token::KEPT], group),
        _ => (vec![Token::HARD, Token::SOFT], term),
    };
    let group = (!group.is_empty()).then(|| named(group));
    let all = lists.into_iter().flatten().filter(|(token, _)| group.is_none() || token.group() == group);
    let words: Vec<_> = all.map(|(_, text)| *text).collect();
    assert!(!words.is_empty(), "no word is `{term}`");
    words
}

fn named(name: &str) -> Group {
    let found = GROUPS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("there is no group `{name}`")).1
}

/// The file with its lists as the token table has them, and how many lists there are.
fn rewritten(path: &Path, text: &str) -> (String, usize) {
    let style = style(path);
    let (mut written, mut rest, mut count) = (String::new(), text, 0);
    while let Some((before, after)) = split_at_description(rest) {
        let end = after.find(['"', '\n']).expect("a description ends");
        written.extend([before, "words: ", &after[..end]]);
        rest = &after[end..];
        for description in after[..end].split("; ") {
            let open = rest.find(style.open).expect("a list opens") + style.open.len();
            let close = open + rest[open..].find(style.close).expect("a list closes");
            assert!(style.is_list(&rest[open..close]), "{}: no list behind `{description}`", path.display());
            written.push_str(&rest[..open]);
            written.push_str(&style.list(&words(description)));
            rest = &rest[close..];
            count += 1;
        }
    }
    (written + rest, count)
}

/// What stands before the next description of a list, and the description with what follows it.
fn split_at_description(text: &str) -> Option<(&str, &str)> {
    let mut found = text.match_indices("words: ");
    let (at, begin) = found.find(|(at, _)| !text[..*at].ends_with(|letter: char| letter.is_alphabetic()))?;
    Some((&text[..at], &text[at + begin.len()..]))
}

impl Style {
    /// Whether a text holds nothing but words and what stands between them.
    fn is_list(&self, text: &str) -> bool {
        let around = [self.quote, self.between, "\n"].concat();
        text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_' || around.contains(letter))
    }

    /// The words as they stand between `open` and `close`.
    fn list(&self, words: &[&str]) -> String {
        let mut list = String::new();
        let mut width = 0;
        for (at, word) in words.iter().enumerate() {
            let between = if at == 0 { "" } else { self.between };
            if between.ends_with(' ') && width + word.len() > WIDEST_LIST {
                list.extend([between.trim_end(), "\n  "]);
                width = 0;
            } else {
                list.push_str(between);
            }
            list.extend([self.quote, word, self.quote]);
            width += between.len() + word.len() + 2 * self.quote.len();
        }
        list
    }
}

/// Holds the lists in all files against the token table.
pub fn hold() {
    for name in FILES {
        let path: PathBuf = super::root().join(name);
        let text = super::read(&path);
        let (expected, count) = rewritten(&path, &text);
        assert!(count > 0, "{name} has no list of words");
        super::assert_committed(&path, &expected);
    }
}

#[test]
fn every_word_with_a_meaning_has_a_group_with_a_name() {
    for (token, text) in Token::HARD.iter().chain(Token::SOFT) {
        let group = token.group();
        assert!(GROUPS.iter().any(|(_, known)| Some(*known) == group), "{text}");
    }
}

#[test]
fn the_words_of_the_reference_grammar_are_those_of_the_token_table() {
    let grammar = super::read(&super::root().join("grammar/orch.ebnf"));
    let rules = grammar.split_once("*)").expect("the grammar has a head").1;
    let without_comments = rules.split("(*").map(|part| part.split_once("*)").map_or(part, |(_, rule)| rule));
    let rules: String = without_comments.collect();
    let is_word = |text: &&str| text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let found: BTreeSet<&str> = rules.split('"').skip(1).step_by(2).filter(is_word).collect();
    let expected: BTreeSet<&str> = Token::HARD.iter().chain(Token::SOFT).map(|(_, text)| *text).collect();
    assert_eq!(found, expected);
}
