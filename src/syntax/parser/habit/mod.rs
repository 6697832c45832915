//! Mistakes of habit: what someone writes who comes from another language, or slips, and what is written here.

mod clause;
mod declaration;
pub mod form;
mod head;
mod name;
mod order;
mod pair;
mod statement;
mod test;
mod types;
mod value;

use super::view::{Said, View};
use crate::diagnostic::suggest::nearest_within;

/// What to say about a mistake that many make; none about others.
pub fn habit(view: &View) -> Option<Said> {
    let kinds = [
        clause::twice,
        order::habit,
        name::habit,
        head::habit,
        test::habit,
        clause::habit,
        statement::habit,
        declaration::habit,
        types::habit,
        value::unit_apart,
        pair::habit,
        value::habit,
        name::word_of_the_language,
    ];
    kinds.into_iter().find_map(|kind| kind(view))
}

/// Whether a name is almost a word that begins a statement.
pub fn is_near_statement(name: &str) -> bool {
    statement::near_word(name).is_some()
}

/// The word that was probably meant.
fn near<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let edits = if written.len() < 5 { 1 } else { 2 };
    nearest_within(&written.to_ascii_lowercase(), edits, words)
}
