//! Maps.

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    super::{FaultKind, Stop},
    call::Call,
    list::{count_of, or_none, pair},
};
use crate::ir::Value;

type Outcome = Result<Value, Stop>;

pub(super) fn group_by(call: &Call<'_>) -> Outcome {
    let (items, key) = (call.list(0)?, call.function(1)?);
    let mut groups: IndexMap<SmolStr, Vec<Value>> = IndexMap::new();
    for item in items.iter() {
        groups.entry(key.text(item.clone())?).or_default().push(item.clone());
    }
    Ok(Value::record(groups.into_iter().map(|(key, items)| (key, Value::list(items))).collect()))
}

pub(super) fn index_by(call: &Call<'_>) -> Outcome {
    let (items, key) = (call.list(0)?, call.function(1)?);
    let entry = |item: &Value| Ok((key.text(item.clone())?, item.clone()));
    items.iter().map(entry).collect::<Result<_, _>>().map(Value::record)
}

pub(super) fn of_entries(call: &Call<'_>) -> Outcome {
    let entry = |item: &Value| match item {
        Value::Record(entry) => match (entry.get("key"), entry.get("value")) {
            (Some(Value::Text(key)), Some(value)) => Ok((key.clone(), value.clone())),
            _ => Err(call.stop(FaultKind::Unchecked("a map of entries without a key and a value"))),
        },
        _ => Err(call.stop(FaultKind::Unchecked("a map of entries that are none"))),
    };
    call.list(0)?.iter().map(entry).collect::<Result<_, _>>().map(Value::record)
}

pub(super) fn len(call: &Call<'_>) -> Outcome {
    Ok(count_of(call.map(0)?.len()))
}

pub(super) fn is_empty(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.map(0)?.is_empty()))
}

pub(super) fn contains(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.map(0)?.contains_key(&call.text(1)?)))
}

pub(super) fn get(call: &Call<'_>) -> Outcome {
    Ok(or_none(call.map(0)?.get(&call.text(1)?)))
}

pub(super) fn keys(call: &Call<'_>) -> Outcome {
    Ok(Value::list(call.map(0)?.keys().cloned().map(Value::Text).collect()))
}

pub(super) fn values(call: &Call<'_>) -> Outcome {
    Ok(Value::list(call.map(0)?.values().cloned().collect()))
}

pub(super) fn entries(call: &Call<'_>) -> Outcome {
    let entries = call.map(0)?;
    let entry = |(key, value): (&SmolStr, &Value)| pair(("key", Value::Text(key.clone())), ("value", value.clone()));
    Ok(Value::list(entries.iter().map(entry).collect()))
}

pub(super) fn map_values(call: &Call<'_>) -> Outcome {
    let (entries, to) = (call.map(0)?, call.function(1)?);
    let entry = |(key, value): (&SmolStr, &Value)| Ok((key.clone(), to.of([value.clone()])?));
    entries.iter().map(entry).collect::<Result<_, _>>().map(Value::record)
}

pub(super) fn filter(call: &Call<'_>) -> Outcome {
    let (entries, which) = (call.map(0)?, call.function(1)?);
    let mut kept = IndexMap::new();
    for (key, value) in entries.iter() {
        if which.holds([Value::Text(key.clone()), value.clone()])? {
            kept.insert(key.clone(), value.clone());
        }
    }
    Ok(Value::record(kept))
}

pub(super) fn merge(call: &Call<'_>) -> Outcome {
    let (mut merged, other) = (call.map(0)?.as_ref().clone(), call.map(1)?);
    merged.extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
    call.room_for(merged.len())?;
    Ok(Value::record(merged))
}

pub(super) fn with(call: &Call<'_>) -> Outcome {
    let mut entries = call.map(0)?.as_ref().clone();
    entries.insert(call.text(1)?, call.value(2)?);
    call.room_for(entries.len())?;
    Ok(Value::record(entries))
}

pub(super) fn without(call: &Call<'_>) -> Outcome {
    let mut entries = call.map(0)?.as_ref().clone();
    entries.shift_remove(&call.text(1)?);
    Ok(Value::record(entries))
}
