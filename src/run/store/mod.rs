//! Where runs are kept.
//!
//! A [`Store`] keeps, for each run, an append-only journal of [`Record`]s, the sources it is pinned to, and the
//! words operators have said to it from any process. What [`Store::append`] returned for is durable. The only thing
//! that is ever changed is a cache: how a run stands, for lists.
//!
//! Invariant: no implementation gives back a record that is not byte for byte the one that was appended, nor a
//! journal with a gap.

mod id;
mod memory;
mod schema;
mod sqlite;

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

use super::error::StoreError;
use crate::machine::{Ending, Record, Refused, Status, Timestamp, Word};

/// The short name of a run: `k7f2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(SmolStr);

impl RunId {
    /// The run of this name, if there is one.
    pub fn new(id: impl Into<SmolStr>) -> RunId {
        RunId(id.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file of the program that a run is pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSource {
    /// Its name as messages print it.
    pub name: String,
    /// The folder it lay in when the run was started: `./` in it is relative to this.
    pub folder: PathBuf,
    /// Its text.
    pub text: String,
}

/// A run that is about to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The plan.
    pub plan: SmolStr,
    /// The files of its program, root first.
    pub sources: Vec<KeptSource>,
    /// When.
    pub at: Timestamp,
}

/// What a store knows of a run without reading its journal.
#[derive(Clone, Debug, PartialEq)]
pub struct RunInfo {
    /// Its name.
    pub id: RunId,
    /// The plan.
    pub plan: SmolStr,
    /// The root file, as it was named when the run was started.
    pub file: String,
    /// The folder of the root file.
    pub folder: PathBuf,
    /// When it was started.
    pub started: Timestamp,
    /// How it stands.
    pub standing: Standing,
    /// Since when it stands so.
    pub since: Timestamp,
    /// The version of orch that started it.
    pub orch: String,
    /// The version of the language it is written in.
    pub language: u32,
    /// The version of its records.
    pub format: u32,
}

/// How a run stands: the status, short enough for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It was created, and nothing has happened yet.
    New,
    /// Something is being done.
    Running,
    /// Only timers are left to wait for.
    Waiting,
    /// Nothing new starts until a person says so.
    Paused,
    /// It is being undone.
    Unwinding,
    /// A person is needed.
    Stuck,
    /// All was done.
    Completed,
    /// It failed, and all was undone.
    Compensated,
    /// It failed, and was undone to its last commit.
    Halted,
}

impl Standing {
    const ALL: [Standing; 9] = [
        Standing::New,
        Standing::Running,
        Standing::Waiting,
        Standing::Paused,
        Standing::Unwinding,
        Standing::Stuck,
        Standing::Completed,
        Standing::Compensated,
        Standing::Halted,
    ];

    /// As it is kept and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::New => "new",
            Standing::Running => "running",
            Standing::Waiting => "waiting",
            Standing::Paused => "paused",
            Standing::Unwinding => "unwinding",
            Standing::Stuck => "stuck",
            Standing::Completed => "completed",
            Standing::Compensated => "compensated",
            Standing::Halted => "halted",
        }
    }

    /// The standing that is written so.
    pub fn parse(text: &str) -> Option<Standing> {
        Standing::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Whether the run is over.
    pub fn ended(self) -> bool {
        matches!(self, Standing::Completed | Standing::Compensated | Standing::Halted)
    }
}

impl From<&Status> for Standing {
    fn from(status: &Status) -> Standing {
        match status {
            Status::New => Standing::New,
            Status::Running => Standing::Running,
            Status::Waiting => Standing::Waiting,
            Status::Paused => Standing::Paused,
            Status::Unwinding => Standing::Unwinding,
            Status::Stuck => Standing::Stuck,
            Status::Ended(Ending::Completed, _) => Standing::Completed,
            Status::Ended(Ending::Compensated, _) => Standing::Compensated,
            Status::Ended(Ending::Halted, _) => Standing::Halted,
        }
    }
}

/// A record to be appended, and what becomes durable together with it.
#[derive(Clone, Copy, Debug)]
pub struct Append<'a> {
    /// Its number in the run's journal, from 1, without gaps.
    pub number: u64,
    /// The record.
    pub record: &'a Record,
    /// How the run stands from here, if that changes.
    pub standing: Option<Standing>,
    /// The word that was taken up with this record.
    pub accepted: Option<WordId>,
}

/// The number of an operator's word in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub i64);

/// What an operator said, from whatever process.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// What.
    pub word: Word,
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a run answered to an operator's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// It was taken up, and is in the journal.
    Accepted,
    /// It changed nothing.
    Refused {
        /// What is wrong with it in this state.
        reason: String,
        /// What can be said instead.
        instead: Vec<String>,
    },
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Answer {
        Answer::Refused { reason: refused.reason, instead: refused.instead }
    }
}

/// Keeps runs.
pub trait Store: Send {
    /// Creates a run with an empty journal, and gives it a name.
    fn create(&mut self, run: &NewRun) -> Result<RunId, StoreError>;

    /// Adds a record to the journal of a run. It is durable when this returns; if it fails, nothing was saved.
    fn append(&mut self, run: &RunId, append: Append<'_>) -> Result<(), StoreError>;

    /// At most `limit` records of a run, from number `from`, checked to be what was written.
    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// The files of a run's program, root first, checked to be what was kept.
    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError>;

    /// All runs, in the order in which they were created.
    fn runs(&self) -> Result<Vec<RunInfo>, StoreError>;

    /// Leaves a word for whoever drives the run.
    fn say(&mut self, run: &RunId, said: &Said) -> Result<WordId, StoreError>;

    /// The words to a run that have no answer yet, oldest first.
    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError>;

    /// Answers a word that changed nothing.
    fn refuse(&mut self, word: WordId, refused: Refused) -> Result<(), StoreError>;

    /// The answer to a word, once there is one.
    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError>;

    /// Whether another process has written since this was asked last; cheap.
    fn changed(&mut self) -> Result<bool, StoreError>;
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
