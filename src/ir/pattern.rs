//! Patterns.

use smol_str::SmolStr;

use super::{program::LocalId, value::Value};

/// A pattern, which a value matches or not.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `_`
    Any,
    /// `none`
    None,
    /// `some(value)`: anything that is not `none` and matches
    Some(Box<Pattern>),
    /// A value that is equal
    Literal(Value),
    /// `1..9`: from the one to the other, both among them
    Range(Value, Value),
    /// A variant whose fields match; fields that are not named may be anything
    Variant(SmolStr, Vec<(SmolStr, Pattern)>),
    /// One of them; none binds a name. Without any, nothing matches
    Alternatives(Vec<Pattern>),
    /// `pattern as name`: binds what matches
    Bind(Box<Pattern>, LocalId),
}
