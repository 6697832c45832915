//! What a failure of the database means for who uses it.

use rusqlite::ErrorCode;

use super::super::{super::error::StoreError, RunId};

/// Why something could not be saved or read.
#[derive(Debug)]
pub enum Trouble {
    /// The database says so.
    Database(rusqlite::Error),
    /// There is no such run.
    NoRun,
    /// Another entry has this number.
    NotNext,
    /// What is there is not what was written.
    Damaged {
        /// In which entry.
        entry: u64,
        /// What is wrong.
        why: String,
    },
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Trouble {
        Trouble::Database(error)
    }
}

impl Trouble {
    /// With what was tried, with which run.
    pub fn while_doing(&self, doing: impl FnOnce() -> String, run: &RunId) -> StoreError {
        match self {
            Trouble::Database(error) => failed(doing(), error),
            Trouble::NoRun => StoreError::NoRun { typed: run.to_string() },
            Trouble::NotNext => StoreError::Database {
                doing: doing(),
                why: "it is not the next one: another process has gone on with the run".to_owned(),
                help: "nothing that follows from it was started; see `orch show`",
            },
            Trouble::Damaged { entry, why } => {
                StoreError::Damaged { run: run.clone(), entry: *entry, why: why.clone() }
            }
        }
    }

    /// Whether it may be the fault of one of several that were to be saved together.
    pub fn may_be_of_one(&self) -> bool {
        match self {
            Trouble::NoRun | Trouble::NotNext | Trouble::Damaged { .. } => true,
            Trouble::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::DiskFull)
            ),
        }
    }
}

/// Something could not be done.
pub fn failed(doing: String, error: &rusqlite::Error) -> StoreError {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "what was saved before is whole, this was not saved, and nothing that follows from it was started; make room"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process has been writing to the store for too long; this was not saved, try again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the store can't be written and nothing was saved: make it writable, or be somebody who may write it"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the file of the store is damaged; bring it back from a backup"
        }
        _ => "what was saved before is whole, this was not saved, and nothing that follows from it was started",
    };
    StoreError::Database { doing, why: error.to_string(), help }
}
