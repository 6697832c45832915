//! Requests of two programs, whose files have other numbers.

use serde_json::{Value as Json, json};

use crate::ir::Request;

/// The fields of a request that are the number of a file.
const NUMBERS: [&str; 2] = ["origin", "module"];

/// A request in which files are not numbers but the folders that paths in them start from.
pub(super) fn placed(request: &Request, folders: &[String]) -> Json {
    let mut placed = json!(request);
    place(&mut placed, folders);
    placed
}

fn place(json: &mut Json, folders: &[String]) {
    match json {
        Json::Object(fields) => fields.iter_mut().for_each(|(name, value)| match value.as_u64() {
            Some(number) if NUMBERS.contains(&name.as_str()) => {
                *value = json!(usize::try_from(number).ok().and_then(|number| folders.get(number)));
            }
            _ => place(value, folders),
        }),
        Json::Array(items) => items.iter_mut().for_each(|item| place(item, folders)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
