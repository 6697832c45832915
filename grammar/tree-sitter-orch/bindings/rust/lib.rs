//! The tree-sitter grammar of [Orch](https://crates.io/crates/orch-lang), and queries over its trees.
//!
//! ```
//! let mut parser = tree_sitter::Parser::new();
//! parser.set_language(&tree_sitter_orch::LANGUAGE.into())?;
//! let tree = parser.parse("const limit = 10%", None).ok_or("no tree")?;
//! assert!(!tree.root_node().has_error());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_orch() -> *const ();
}

/// The language, to be handed to a `tree_sitter::Parser`.
// SAFETY: the generated parser defines this function, and what it gives is a language.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_orch) };

/// The kinds of nodes, their fields and what may stand in them, as JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// What is shown as what.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Where names are bound and where they are used.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// Texts of other languages.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// What can be folded away.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");

/// What is indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
