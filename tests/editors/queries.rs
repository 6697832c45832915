//! The queries of the editors, made from those of the tree-sitter grammar.

use tree_sitter::Query;

const SOURCE: &str = "grammar/tree-sitter-orch/queries";

/// The editors: where their queries lie, which they take from the grammar, and what they call the captures.
const EDITORS: &[(&str, &[&str], Captures)] = &[
    ("editors/neovim/queries/orch", &["highlights", "locals", "injections", "folds", "indents"], &[]),
    ("editors/helix/queries/orch", &["highlights", "locals", "injections", "textobjects", "tags"], HELIX),
    ("editors/zed/languages/orch", &["highlights", "injections"], ZED),
];

/// Captures of the grammar's queries, and what an editor calls them.
type Captures = &'static [(&'static str, &'static str)];

const HELIX: Captures = &[
    ("keyword", "keyword.control"),
    ("keyword.modifier", "keyword.storage.modifier"),
    ("keyword.conditional", "keyword.control.conditional"),
    ("boolean", "constant.builtin.boolean"),
    ("number", "constant.numeric"),
    ("string.escape", "constant.character.escape"),
    ("comment", "comment.line"),
    ("comment.documentation", "comment.line.documentation"),
    ("variable.member", "variable.other.member"),
    ("function.call", "function"),
    ("function.method.call", "function.method"),
    ("type.definition", "type"),
    ("module", "namespace"),
];

const ZED: Captures = &[
    ("comment.documentation", "comment.doc"),
    ("variable.member", "property"),
    ("variable.builtin", "variable.special"),
    ("module", "namespace"),
];

/// A query with the captures of an editor; the head is of this file's source alone.
fn translated(query: &str, captures: Captures, source: &str) -> String {
    let (_, rules) = query.split_once("\n\n").expect("a head and rules");
    let mut translated = format!("; Made from {source} by `ORCH_UPDATE=1 cargo test --test editors made`.\n\n");
    for (at, part) in rules.split('@').enumerate() {
        if at == 0 {
            translated.push_str(part);
            continue;
        }
        let end = part.find(|letter: char| !letter.is_ascii_lowercase() && !"._".contains(letter));
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        let name = captures.iter().find(|(known, _)| *known == name).map_or(name, |(_, theirs)| theirs);
        translated.extend(["@", name, rest]);
    }
    // What fills the lists here is the query they were made from.
    let is_description = |line: &&str| !line.starts_with("; words: ");
    translated.split_inclusive('\n').filter(is_description).collect()
}

/// Holds the queries of the editors against those of the grammar.
pub fn hold() {
    for (folder, names, captures) in EDITORS {
        for name in *names {
            let source = format!("{SOURCE}/{name}.scm");
            let query = super::read(&super::root().join(&source));
            let target = super::root().join(folder).join(format!("{name}.scm"));
            super::assert_committed(&target, &translated(&query, captures, &source));
        }
    }
}

#[test]
fn every_query_fits_the_trees() {
    let folders = EDITORS.iter().map(|(folder, ..)| *folder).chain([SOURCE]);
    let mut queries = 0;
    for path in folders.flat_map(|folder| std::fs::read_dir(super::root().join(folder)).unwrap()) {
        let path = path.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "scm") {
            let query = Query::new(&tree_sitter_orch::LANGUAGE.into(), &super::read(&path));
            assert!(query.is_ok(), "{}: {}", path.display(), query.unwrap_err());
            queries += 1;
        }
    }
    assert!(queries > 15, "only {queries} queries");
}
