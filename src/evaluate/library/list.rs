//! Lists.

use std::collections::HashSet;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    super::{FaultKind, Stop},
    call::Call,
};
use crate::ir::Value;

type Outcome = Result<Value, Stop>;

pub(super) fn range(call: &Call<'_>) -> Outcome {
    let (from, to, step) = (call.int(0)?, call.int(1)?, call.int(2)?);
    let distance = i128::from(to) - i128::from(from);
    let step = match i128::from(step) {
        0 => return Err(call.stop(FaultKind::Argument("steps of 0 lead nowhere"))),
        step => step,
    };
    let count = if distance.signum() == step.signum() { (distance.abs() - 1) / step.abs() + 1 } else { 0 };
    call.room_for(usize::try_from(count).unwrap_or(usize::MAX))?;
    let items = (0..count).map(|at| i64::try_from(i128::from(from) + at * step).map_or(Value::None, Value::Int));
    Ok(Value::list(items.collect()))
}

pub(super) fn len(call: &Call<'_>) -> Outcome {
    Ok(count_of(call.list(0)?.len()))
}

/// A number of items, which is never more than fits.
pub(super) fn count_of(items: usize) -> Value {
    Value::Int(i64::try_from(items).unwrap_or(i64::MAX))
}

pub(super) fn is_empty(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.list(0)?.is_empty()))
}

pub(super) fn contains(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.list(0)?.contains(&call.value(1)?)))
}

pub(super) fn first(call: &Call<'_>) -> Outcome {
    Ok(or_none(call.list(0)?.first()))
}

pub(super) fn last(call: &Call<'_>) -> Outcome {
    Ok(or_none(call.list(0)?.last()))
}

/// An item, if it is there.
pub(super) fn or_none(item: Option<&Value>) -> Value {
    item.cloned().unwrap_or(Value::None)
}

pub(super) fn at(call: &Call<'_>) -> Outcome {
    let (items, index) = (call.list(0)?, call.int(1)?);
    Ok(or_none(usize::try_from(index).ok().and_then(|index| items.get(index))))
}

pub(super) fn find(call: &Call<'_>) -> Outcome {
    let (items, which) = (call.list(0)?, call.function(1)?);
    for item in items.iter() {
        if which.holds([item.clone()])? {
            return Ok(item.clone());
        }
    }
    Ok(Value::None)
}

pub(super) fn index_of(call: &Call<'_>) -> Outcome {
    let (items, wanted) = (call.list(0)?, call.value(1)?);
    Ok(items.iter().position(|item| *item == wanted).map_or(Value::None, count_of))
}

pub(super) fn all(call: &Call<'_>) -> Outcome {
    let (items, which) = (call.list(0)?, call.function(1)?);
    for item in items.iter() {
        if !which.holds([item.clone()])? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

pub(super) fn any(call: &Call<'_>) -> Outcome {
    let (items, which) = (call.list(0)?, call.function(1)?);
    for item in items.iter() {
        if which.holds([item.clone()])? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// The items of which the second argument holds.
fn kept(call: &Call<'_>) -> Result<Vec<Value>, Stop> {
    let (items, which) = (call.list(0)?, call.function(1)?);
    let mut kept = Vec::new();
    for item in items.iter() {
        if which.holds([item.clone()])? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

pub(super) fn count(call: &Call<'_>) -> Outcome {
    Ok(count_of(kept(call)?.len()))
}

pub(super) fn filter(call: &Call<'_>) -> Outcome {
    kept(call).map(Value::list)
}

pub(super) fn map(call: &Call<'_>) -> Outcome {
    let (items, to) = (call.list(0)?, call.function(1)?);
    items.iter().map(|item| to.of([item.clone()])).collect::<Result<_, _>>().map(Value::list)
}

pub(super) fn flat_map(call: &Call<'_>) -> Outcome {
    let (items, to) = (call.list(0)?, call.function(1)?);
    let lists: Vec<Value> = items.iter().map(|item| to.of([item.clone()])).collect::<Result<_, _>>()?;
    joined(call, &lists)
}

pub(super) fn flatten(call: &Call<'_>) -> Outcome {
    joined(call, &call.list(0)?)
}

fn joined(call: &Call<'_>, lists: &[Value]) -> Outcome {
    let mut items = Vec::new();
    for list in lists {
        if let Value::List(list) = list {
            call.fits_in_a_list(items.len().saturating_add(list.len()))?;
            call.spend(list.len())?;
            items.extend(list.iter().cloned());
        }
    }
    Ok(Value::list(items))
}

pub(super) fn fold(call: &Call<'_>) -> Outcome {
    let (items, from, with) = (call.list(0)?, call.value(1)?, call.function(2)?);
    items.iter().try_fold(from, |so_far, item| with.of([so_far, item.clone()]))
}

pub(super) fn reverse(call: &Call<'_>) -> Outcome {
    Ok(Value::list(call.list(0)?.iter().rev().cloned().collect()))
}

pub(super) fn unique(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    let mut scalars = HashSet::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in items.iter() {
        let is_new = match scalar(item) {
            Some(text) => scalars.insert(text),
            None => {
                call.spend(kept.len())?;
                !kept.contains(item)
            }
        };
        if is_new {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

/// The text of a value whose text tells it from all others of its type.
fn scalar(value: &Value) -> Option<SmolStr> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Decimal(_)
        | Value::Percent(_)
        | Value::Duration(_)
        | Value::Size(_)
        | Value::Risk(_) => Some(SmolStr::from(value.to_string())),
        Value::None | Value::Variant(..) | Value::List(_) | Value::Record(_) | Value::Json(_) | Value::Secret(_) => {
            None
        }
    }
}

pub(super) fn take(call: &Call<'_>) -> Outcome {
    Ok(Value::list(call.list(0)?.iter().take(call.index(1)?).cloned().collect()))
}

pub(super) fn drop(call: &Call<'_>) -> Outcome {
    Ok(Value::list(call.list(0)?.iter().skip(call.index(1)?).cloned().collect()))
}

pub(super) fn slice(call: &Call<'_>) -> Outcome {
    let (items, from, to) = (call.list(0)?, call.index(1)?, call.index(2)?);
    Ok(Value::list(items.iter().take(to).skip(from).cloned().collect()))
}

pub(super) fn chunks(call: &Call<'_>) -> Outcome {
    let (items, size) = (call.list(0)?, call.index(1)?);
    if size == 0 {
        return Err(call.stop(FaultKind::Argument("chunks need a size of 1 or more")));
    }
    Ok(Value::list(items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

pub(super) fn append(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    call.new_list(items.iter().cloned().chain([call.value(1)?]).collect())
}

pub(super) fn concat(call: &Call<'_>) -> Outcome {
    let (one, other) = (call.list(0)?, call.list(1)?);
    call.room_for(one.len().saturating_add(other.len()))?;
    Ok(Value::list(one.iter().chain(other.iter()).cloned().collect()))
}

pub(super) fn without(call: &Call<'_>) -> Outcome {
    let (items, unwanted) = (call.list(0)?, call.value(1)?);
    Ok(Value::list(items.iter().filter(|item| **item != unwanted).cloned().collect()))
}

pub(super) fn zip(call: &Call<'_>) -> Outcome {
    let (one, other) = (call.list(0)?, call.list(1)?);
    let pairs = one.iter().zip(other.iter());
    Ok(Value::list(pairs.map(|(first, second)| pair(("first", first.clone()), ("second", second.clone()))).collect()))
}

pub(super) fn enumerate(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    let numbered = items.iter().enumerate();
    Ok(Value::list(numbered.map(|(at, item)| pair(("index", count_of(at)), ("item", item.clone()))).collect()))
}

/// A record of two fields.
pub(super) fn pair(first: (&'static str, Value), second: (&'static str, Value)) -> Value {
    let fields = [first, second].into_iter().map(|(name, value)| (SmolStr::new_static(name), value));
    Value::record(fields.collect::<IndexMap<_, _>>())
}
