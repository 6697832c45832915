//! What a store knows of a run.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use smol_str::{SmolStr, format_smolstr};

use crate::machine::{Ending, Event, Status, Timestamp};

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

/// What tells the program of these files from others, wherever they lie: a digest of their texts.
pub fn digest(sources: &[KeptSource]) -> String {
    let mut hasher = Sha256::new();
    for source in sources {
        hasher.update((source.text.len() as u64).to_le_bytes());
        hasher.update(source.text.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A run that is about to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The plan.
    pub plan: SmolStr,
    /// Every parameter with its value.
    pub inputs: Map<String, Json>,
    /// How deep its plans may run each other; [`USUAL_DEPTH`](crate::machine::USUAL_DEPTH), without.
    pub deepest: Option<u32>,
    /// What makes its name one that no run of any other store has.
    pub unique: SmolStr,
    /// What there may be one run of in a store: the plan with the key of what it is about, the event that starts it.
    pub key: Option<SmolStr>,
    /// The files of its program, root first.
    pub sources: Vec<KeptSource>,
    /// When.
    pub at: Timestamp,
}

impl NewRun {
    /// The event with which it begins, once it has a name.
    pub fn beginning(&self, id: &RunId) -> Event {
        let run = format_smolstr!("{id}-{}", self.unique);
        Event::Started { run, plan: self.plan.clone(), inputs: self.inputs.clone(), deepest: self.deepest }
    }
}

/// What became of a run that was to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    New(RunId),
    /// There was one with its key, and nothing was changed.
    Known(RunId),
}

impl Created {
    /// The run, whether it is new or not.
    pub fn id(&self) -> &RunId {
        match self {
            Created::New(id) | Created::Known(id) => id,
        }
    }
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
    /// When it goes on by itself; without, it waits for a word, or is over.
    pub due: Option<Timestamp>,
    /// How many entries its journal has.
    pub entries: u64,
    /// What there may be one run of.
    pub key: Option<SmolStr>,
    /// The version of orch that started it.
    pub orch: String,
    /// The version of the language it is written in.
    pub language: u32,
    /// The version of its records.
    pub format: u32,
    /// Which program it runs under: 1 for the one it was started with, and one more for each migration.
    pub version: u32,
    /// The number of the record of its last migration, 0 without one. Records up to it were written under programs
    /// before.
    pub migrated: u64,
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
    /// It failed, and was undone but for what was waived.
    Partial,
    /// It was killed, and nothing was undone.
    Killed,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 11] = [
        Standing::New,
        Standing::Running,
        Standing::Waiting,
        Standing::Paused,
        Standing::Unwinding,
        Standing::Stuck,
        Standing::Completed,
        Standing::Compensated,
        Standing::Halted,
        Standing::Partial,
        Standing::Killed,
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
            Standing::Partial => "partial",
            Standing::Killed => "killed",
        }
    }

    /// The standing that is written so.
    pub fn parse(text: &str) -> Option<Standing> {
        Standing::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Whether the run is over.
    pub fn ended(self) -> bool {
        match self {
            Standing::Completed | Standing::Compensated | Standing::Halted | Standing::Partial | Standing::Killed => {
                true
            }
            Standing::New
            | Standing::Running
            | Standing::Waiting
            | Standing::Paused
            | Standing::Unwinding
            | Standing::Stuck => false,
        }
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
            Status::Ended(Ending::Partial, _) => Standing::Partial,
            Status::Ended(Ending::Killed, _) => Standing::Killed,
        }
    }
}
