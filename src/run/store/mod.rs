//! Where runs are kept.
//!
//! A [`Store`] keeps, for each run, an append-only journal of [`Record`]s, the sources it is pinned to, and the
//! words operators have said to it from any process. What [`Store::append`] resolved for is durable. The only things
//! that are ever changed are the end of the journal, and caches beside it: how a run stands, when it is due.
//!
//! A store is shared: whoever drives a run, speaks to one or looks at one has the same one, and its drivers save what
//! they have to save together.
//!
//! Invariant: no implementation gives back a record that is not byte for byte the one that was appended, nor a
//! journal with a gap or without its end.

mod event;
mod memory;
mod run;
mod sqlite;
mod word;

use std::pin::Pin;

pub use event::*;
pub use memory::MemoryStore;
pub use run::*;
pub use sqlite::{Figures, SqliteStore};
pub use word::*;

use super::error::StoreError;
use crate::machine::{Event, Record, Refused, Timestamp};

/// A record to be appended, and what becomes durable together with it.
#[derive(Clone, Copy, Debug)]
pub struct Append<'a> {
    /// Its number in the run's journal, from 1, without gaps.
    pub number: u64,
    /// The record.
    pub record: &'a Record,
    /// How the run stands from here.
    pub standing: Standing,
    /// When it goes on by itself from here.
    pub due: Option<Timestamp>,
    /// The word that was taken up with this record.
    pub accepted: Option<WordId>,
    /// What every other run that is not over is told of.
    pub published: &'a [Said],
    /// The state of the run behind the record, so that nobody has to replay what came before.
    pub snapshot: Option<&'a [u8]>,
}

/// The state of a run behind one of its records. It is a cache: the truth is the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The number of the record.
    pub entries: u64,
    /// The state, as the machine wrote it.
    pub state: Vec<u8>,
}

/// A record that is being saved: once this resolves it is durable, or it is known that nothing was saved.
pub type Saving = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// Keeps runs.
pub trait Store: Send + Sync {
    /// Creates a run with an empty journal, and gives it a name; if there is one with its key, gives that one.
    fn create(&self, run: &NewRun) -> Result<Created, StoreError>;

    /// The event with which a run begins; `None` if it was created by a release that kept it nowhere.
    fn beginning(&self, run: &RunId) -> Result<Option<Event>, StoreError>;

    /// Adds a record to the journal of a run. It is durable when the future resolves; if that fails, nothing was
    /// saved. Records that are appended together are saved together.
    fn append(&self, run: &RunId, append: Append<'_>) -> Saving;

    /// Adds the record of a migration, and keeps the files of the program the run goes on under, beside those it has
    /// kept. It is durable when this returns; if it fails, nothing was saved.
    fn migrate(&self, run: &RunId, append: Append<'_>, sources: &[KeptSource]) -> Result<(), StoreError>;

    /// At most `limit` records of a run, from number `from`, checked to be what was written.
    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// The latest snapshot of a run, if there is one that fits its journal and its sources.
    fn snapshot(&self, run: &RunId) -> Result<Option<Snapshot>, StoreError>;

    /// The files of the program that a run goes on under, root first, checked to be what was kept.
    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError>;

    /// All runs, in the order in which they were created.
    fn runs(&self) -> Result<Vec<RunInfo>, StoreError>;

    /// The same, where one of which what is kept is damaged does not hide the others.
    fn listed(&self) -> Result<Vec<Listed>, StoreError> {
        Ok(self.runs()?.into_iter().map(Ok).collect())
    }

    /// What is known of one run.
    fn info(&self, run: &RunId) -> Result<RunInfo, StoreError>;

    /// Leaves a word for whoever drives the runs; each has its own number.
    fn say(&self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, StoreError>;

    /// The words to a run that have no answer yet, oldest first.
    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError>;

    /// The runs that have words without an answer.
    fn spoken_to(&self) -> Result<Vec<RunId>, StoreError>;

    /// Answers a word that changed nothing.
    fn refuse(&self, word: WordId, refused: Refused) -> Result<(), StoreError>;

    /// The answer to a word, once there is one.
    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError>;

    /// Whether another process has written since this was asked last; cheap.
    fn changed(&self) -> Result<bool, StoreError>;
}

/// A run of a store, or one that can't be read.
pub type Listed = Result<RunInfo, Unreadable>;

/// A run of which what is kept can't be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Which.
    pub run: RunId,
    /// Why not.
    pub error: StoreError,
}

/// The run that is meant by `typed`: its name, or the beginning of it that no other has.
pub fn select(runs: &[RunInfo], typed: &str) -> Result<RunInfo, StoreError> {
    let typed = typed.to_lowercase();
    if let Some(exact) = runs.iter().find(|run| run.id.as_str() == typed) {
        return Ok(exact.clone());
    }
    let candidates: Vec<_> =
        runs.iter().filter(|run| !typed.is_empty() && run.id.as_str().starts_with(&typed)).collect();
    match candidates.as_slice() {
        [] => Err(StoreError::NoRun { typed }),
        [only] => Ok((*only).clone()),
        several => {
            let candidates = several.iter().map(|run| format!("`{}` ({})", run.id, run.plan)).collect();
            Err(StoreError::Ambiguous { typed, candidates })
        }
    }
}
