//! Parts of secrets. Nothing is read here: a part of a reference is a reference.

use std::sync::Arc;

use super::call::Call;
use crate::{
    evaluate::Stop,
    ir::{UrlPart, Value},
};

pub(super) fn part(call: &Call<'_>, part: UrlPart) -> Result<Value, Stop> {
    let secret = call.secret(0)?;
    call.spend(secret.parts.len())?;
    Ok(Value::Secret(Arc::new(secret.part(part))))
}

pub(super) fn parameter(call: &Call<'_>) -> Result<Value, Stop> {
    let (name, otherwise) = (call.text(1)?.to_string(), call.text(2)?.to_string());
    part(call, UrlPart::Parameter { name, otherwise })
}
