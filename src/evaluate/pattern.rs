//! Patterns, on values alone.

use super::binary;
use crate::ir::{BinaryOp, LocalId, Pattern, Value};

/// What `pattern` binds if `value` matches it; `None` if it does not.
pub fn matched(pattern: &Pattern, value: &Value) -> Option<Vec<(LocalId, Value)>> {
    let mut bound = Vec::new();
    matches(pattern, value, &mut bound).then_some(bound)
}

fn matches(pattern: &Pattern, value: &Value, bound: &mut Vec<(LocalId, Value)>) -> bool {
    match pattern {
        Pattern::Any => true,
        Pattern::None => *value == Value::None,
        Pattern::Some(inner) => *value != Value::None && matches(inner, value, bound),
        Pattern::Literal(literal) => literal == value,
        Pattern::Range(low, high) => at_most(low, value) && at_most(value, high),
        Pattern::Variant(name, fields) => variant_matches(name, fields, value, bound),
        Pattern::Alternatives(patterns) => patterns.iter().any(|pattern| matches(pattern, value, bound)),
        Pattern::Bind(inner, local) => {
            let fits = matches(inner, value, bound);
            if fits {
                bound.push((*local, value.clone()));
            }
            fits
        }
    }
}

fn variant_matches(
    name: &str,
    fields: &[(smol_str::SmolStr, Pattern)],
    value: &Value,
    bound: &mut Vec<(LocalId, Value)>,
) -> bool {
    let Value::Variant(found, payload) = value else { return false };
    let mut field = |(name, pattern): &(smol_str::SmolStr, Pattern)| {
        payload.get(name).is_some_and(|value| matches(pattern, value, bound))
    };
    found == name && fields.iter().all(&mut field)
}

fn at_most(low: &Value, high: &Value) -> bool {
    binary(BinaryOp::LessEqual, low, high) == Ok(Value::Bool(true))
}
