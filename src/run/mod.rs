//! The local world: a store on disk, real effects, and the driver that connects them with the machine.
//!
//! - [`store`] keeps runs: what was journaled, the sources they are pinned to, the words of operators.
//! - [`effects`] touches the world: processes, files, servers, after asking once more whether it may.
//! - [`Host`] is what a program that embeds this one does for its plans.
//! - [`driver`] is the loop: an event, one journal write, then what followed from it.
//! - [`runner`] puts the three together for one folder; it is where an embedding program begins.
//!
//! Nothing here knows how a program is written: a program comes as [`Program`](crate::ir::Program), and resuming
//! a run is given a function that compiles the sources the run has kept.

#![expect(clippy::disallowed_methods, reason = "this is the part that touches the world")]

pub mod driver;
pub mod effects;
pub mod error;
pub mod export;
pub mod folder;
pub mod lock;
pub mod look;
pub mod migration;
mod programs;
pub mod runner;
pub mod start;
pub mod store;

pub use driver::{
    Driver, Left,
    control::{Control, Leaver, Wish},
};
pub use effects::{Call, Effects, Fault, Host, LocalEffects};
pub use error::Error;
pub use folder::Folder;
pub use lock::Holder;
pub use runner::{ActiveRun, Runner, Started};
pub use start::{Otherwise, Start};
pub use store::{MemoryStore, RunId, RunInfo, SqliteStore, Standing, Store};

/// The version of the language that this release reads; kept with every run.
pub const LANGUAGE_VERSION: u32 = 1;

/// The version of the records that this release writes; kept with every run.
pub const JOURNAL_FORMAT: u32 = 2;
