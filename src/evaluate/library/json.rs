//! JSON that was not looked into.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{
    super::{FaultKind, Stop},
    call::Call,
};
use crate::ir::{Value, json};

type Outcome = Result<Value, Stop>;

/// A part of a JSON value, if it is there.
fn part(found: Option<&Json>) -> Value {
    found.map_or(Value::None, |json| Value::Json(Arc::new(json.clone())))
}

/// The receiver. `null` may have come as `none`.
fn receiver(call: &Call<'_>) -> Result<Arc<Json>, Stop> {
    match call.value(0)? {
        Value::Json(json) => Ok(json),
        Value::None => Ok(Arc::new(Json::Null)),
        _ => Err(call.stop(FaultKind::Unchecked("a part of a value that is no `Json`"))),
    }
}

pub(super) fn get(call: &Call<'_>) -> Outcome {
    Ok(part(receiver(call)?.get(call.text(1)?.as_str())))
}

pub(super) fn at(call: &Call<'_>) -> Outcome {
    let (json, index) = (receiver(call)?, call.int(1)?);
    Ok(part(usize::try_from(index).ok().and_then(|index| json.get(index))))
}

pub(super) fn items(call: &Call<'_>) -> Outcome {
    let json = receiver(call)?;
    let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
    call.new_list(items.iter().map(|item| part(Some(item))).collect())
}

pub(super) fn keys(call: &Call<'_>) -> Outcome {
    let json = receiver(call)?;
    let keys = json.as_object().into_iter().flat_map(|fields| fields.keys());
    call.new_list(keys.map(Value::text).collect())
}

pub(super) fn to_json(call: &Call<'_>) -> Outcome {
    let text = json::to_json(&call.value(0)?).to_string();
    call.spend(text.len() / 10)?;
    if text.len() > FaultKind::MAX_TEXT {
        return Err(call.stop(FaultKind::TextTooLong));
    }
    Ok(Value::text(text))
}
