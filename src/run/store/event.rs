//! Events of a store: what runs emit, and what comes from outside to all of them.

use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::machine::Timestamp;

/// The number of an event in its store, in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventNumber(pub i64);

/// An event that came.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its number.
    pub number: EventNumber,
    /// Which it is.
    pub event: SmolStr,
    /// What tells it from all others of its kind.
    pub id: SmolStr,
    /// What it carries.
    pub payload: Json,
    /// Whether a run has emitted it; then the id is the run, a slash, and the address.
    pub emitted: bool,
    /// When it came.
    pub at: Timestamp,
}

/// What became of an event that was told to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether it was not told before.
    pub is_new: bool,
    /// How many runs are told.
    pub runs: usize,
}

/// What has been written to a store, as numbers that grow with it: two that are equal say that nothing has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// The last run.
    pub run: i64,
    /// The last entry of any journal.
    pub entry: i64,
    /// The last word.
    pub word: i64,
    /// The last event.
    pub event: i64,
}
