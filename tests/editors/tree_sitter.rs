//! The tree-sitter grammar and its queries against the parser.

use std::collections::{BTreeMap, BTreeSet};

use orch::syntax::token::Token;
use tree_sitter::{Node, Parser, Query, QueryCursor, StreamingIterator, Tree};

use super::marks::marked;
use super::soft_words::{named, soft_words};

/// Traps that the grammar refuses and tree-sitter reads.
const READ_ANYWAY: &[&str] = &[];

fn tree(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_orch::LANGUAGE.into()).unwrap();
    parser.parse(text, None).unwrap()
}

fn nodes(tree: &Tree) -> Vec<Node<'_>> {
    let mut found = vec![tree.root_node()];
    let mut at = 0;
    while at < found.len() {
        let node = found[at];
        found.extend((0..node.child_count()).filter_map(|child| node.child(child)));
        at += 1;
    }
    found
}

/// Whether the tree says that something is wrong.
fn is_refused(tree: &Tree) -> bool {
    tree.root_node().has_error() || nodes(tree).iter().any(|node| node.kind() == "invalid_number")
}

#[test]
fn what_the_parser_reads_tree_sitter_reads() {
    for (name, text) in super::accepted() {
        let tree = tree(&text);
        assert!(!is_refused(&tree), "{name}\n{}", tree.root_node().to_sexp());
    }
}

#[test]
fn what_the_grammar_refuses_tree_sitter_refuses() {
    let refused: Vec<_> = super::traps().into_iter().filter(|trap| !trap.parses).collect();
    let read: Vec<_> = refused.iter().filter(|trap| !is_refused(&tree(&trap.program()))).collect();
    assert_eq!(read.iter().map(|trap| trap.text.as_str()).collect::<Vec<_>>(), READ_ANYWAY);
    assert!(refused.len() >= 40, "only {} traps", refused.len());
}

#[test]
fn soft_words_are_names_where_they_are() {
    let programs = super::accepted().into_iter().map(|(_, text)| text).chain(named());
    let mut wrong = Vec::new();
    for text in programs {
        let tree = tree(&text);
        for (at, word, is_name) in soft_words(&text) {
            let node = tree.root_node().descendant_for_byte_range(at, at + word.len()).unwrap();
            if matches!(node.kind(), "identifier" | "binding") != is_name {
                let line = text.lines().nth(node.start_position().row).unwrap();
                wrong.push(format!("{word} in {line}: {}", node.kind()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_words_of_the_grammar_are_those_of_the_token_table() {
    let all = [Token::HARD, Token::SOFT].concat();
    let expected: BTreeSet<&str> = all.iter().map(|(_, text)| *text).collect();
    let language = tree_sitter::Language::from(tree_sitter_orch::LANGUAGE);
    let kinds = (0..language.node_kind_count() as u16).filter(|id| {
        // What begins with `_` is a rule, not a word; so is `end`.
        *id > 0 && language.node_kind_is_visible(*id) && !language.node_kind_is_named(*id)
    });
    let kinds = kinds.filter_map(|id| language.node_kind_for_id(id));
    let is_word = |kind: &&str| kind.len() > 1 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let mut found: BTreeSet<&str> = kinds.filter(is_word).collect();
    found.extend(["none"]);
    assert_eq!(found.difference(&expected).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in the token table");
    assert_eq!(expected.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in grammar.js");
}

/// The captures that each kind of thing may have.
const KINDS: &[(&str, &[&str])] = &[
    ("doc", &["comment.documentation"]),
    ("comment", &["comment"]),
    ("declaration", &["keyword.function"]),
    ("statement", &["keyword"]),
    ("clause", &["keyword.modifier"]),
    ("expression", &["keyword.conditional"]),
    ("operator", &["keyword.operator", "operator"]),
    ("constant", &["boolean", "constant.builtin"]),
    ("type", &["type", "type.definition"]),
    ("call", &["function", "function.builtin", "function.call", "function.method.call"]),
    ("name", &["", "variable", "variable.member", "variable.parameter", "constant", "label", "module"]),
    ("string", &["string"]),
    ("escape", &["string.escape"]),
    ("number", &["number"]),
];

fn highlights() -> Query {
    Query::new(&tree_sitter_orch::LANGUAGE.into(), tree_sitter_orch::HIGHLIGHTS_QUERY).unwrap()
}

/// The last capture of each byte.
fn captures<'q>(text: &str, query: &'q Query) -> Vec<&'q str> {
    let tree = tree(text);
    let mut shown = vec![(0, ""); text.len()];
    let mut cursor = QueryCursor::new();
    let mut found = cursor.captures(query, tree.root_node(), text.as_bytes());
    while let Some((matched, index)) = found.next() {
        let capture = matched.captures()[*index];
        for byte in &mut shown[capture.node.byte_range()] {
            if matched.pattern_index >= byte.0 {
                *byte = (matched.pattern_index, query.capture_names()[capture.index as usize]);
            }
        }
    }
    shown.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn everything_is_shown_as_what_it_is() {
    let (text, marks) = marked();
    let kinds: BTreeMap<_, _> = KINDS.iter().copied().collect();
    let query = highlights();
    let shown = captures(&text, &query);
    let mut wrong = Vec::new();
    for mark in marks {
        let found: BTreeSet<_> = shown[mark.range.clone()].iter().copied().collect();
        if !found.iter().all(|name| kinds[mark.kind.as_str()].contains(name)) {
            wrong.push(format!("{} `{}` is {found:?}", mark.kind, &text[mark.range]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines of a program with one cut in the middle of its words, as somebody types it.
fn half_typed(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, String)> {
    let starts = text.split_inclusive('\n').scan(0, |start, line| {
        *start += line.len();
        Some((*start - line.len(), line))
    });
    starts.filter(|(_, line)| line.split_whitespace().count() > 2).map(|(start, line)| {
        let end = start + line.trim_end().len();
        let middle = start + line.char_indices().nth(line.chars().count() / 2).map_or(0, |(at, _)| at);
        let blank = " ".repeat(end - middle);
        (start..end, [&text[..middle], &blank, &text[end..]].concat())
    })
}

#[test]
fn what_is_half_typed_spoils_little_else() {
    let query = highlights();
    let (mut same, mut all) = (0, 0);
    for (name, text) in super::accepted().iter().filter(|(name, _)| name.ends_with("/auth_migration.orch")) {
        let before = captures(text, &query);
        for (cut, half) in half_typed(text) {
            assert_eq!(half.len(), text.len(), "{name}");
            let after = captures(&half, &query);
            let others = (0..text.len()).filter(|at| !cut.contains(at));
            all += others.clone().count();
            same += others.filter(|at| before[*at] == after[*at]).count();
        }
    }
    // Where a brace is cut off, much changes.
    assert!(same * 100 > all * 95, "{same} of {all} are shown as before");
}

/// The cases of a file of `test/corpus`: name, program, tree.
fn cases(text: &str) -> Vec<(String, String, String)> {
    let rule = "=".repeat(80);
    let parts: Vec<&str> = text.split(&rule).skip(1).collect();
    let case = |pair: &[&str]| {
        let (program, tree) = pair[1].split_once(&"-".repeat(80)).expect("a tree behind the program");
        (pair[0].trim().to_owned(), program.to_owned(), tree.to_owned())
    };
    parts.chunks(2).map(case).collect()
}

/// A tree as the cases have it: without fields, on one line.
fn plain(tree: &str) -> String {
    let words = tree.split_whitespace().filter(|word| !word.ends_with(':'));
    words.collect::<Vec<_>>().join(" ").replace(" )", ")")
}

#[test]
fn trees_are_as_the_cases_say() {
    let folder = super::root().join("grammar/tree-sitter-orch/test/corpus");
    let mut count = 0;
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        for (name, program, expected) in cases(&super::read(&path)) {
            assert_eq!(plain(&tree(&program).root_node().to_sexp()), plain(&expected), "{name}");
            count += 1;
        }
    }
    assert!(count > 20, "only {count} cases");
}
