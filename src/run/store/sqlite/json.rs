//! Plain data as JSON in a column.

use rusqlite::Row;
use serde::{Serialize, de::DeserializeOwned};

/// Most of what is kept is shorter than this, in bytes.
const ROOM: usize = 1_024;

/// Plain data with text keys always has a JSON form.
pub fn to_json(value: &impl Serialize) -> String {
    let mut text = Vec::with_capacity(ROOM);
    let written = serde_json::to_writer(&mut text, value).ok();
    // Very many of them may wait to be saved together.
    text.shrink_to_fit();
    written.and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}

/// What is kept in a column.
pub fn from_json<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| conversion(column, error))
}

/// A column holds what it can't hold.
pub fn conversion(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}
