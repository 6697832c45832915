//! Plain data as JSON in a column.

use std::cell::RefCell;

use rusqlite::Row;
use serde::{Serialize, de::DeserializeOwned};

/// What is longer than this, in bytes, is written to a place that is given back afterwards.
const ROOM: usize = 64 << 10;

thread_local! {
    /// Where a text is written before its length is known: what is kept of it has no room to spare, as very many of
    /// them may wait to be saved together.
    static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Plain data with text keys always has a JSON form.
pub fn to_json(value: &impl Serialize) -> String {
    DRAFT.with_borrow_mut(|draft| {
        draft.clear();
        let written = serde_json::to_writer(&mut *draft, value).ok();
        let text = written.and_then(|()| str::from_utf8(draft).ok()).unwrap_or_default().to_owned();
        draft.shrink_to(ROOM);
        text
    })
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
