//! What can go wrong around a run: the store, the files, the program it was started with.
//!
//! A run that fails is no error: it ends, and says how. These are the failures of the world it runs in.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::{lock::Holder, store::RunId};

/// An operational error of the local world.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// The store can't be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
    /// Another process drives the run.
    #[error("run `{run}` is driven by another process: {holder}")]
    #[diagnostic(help("it takes up what operators say; to see it: `orch show {run}`"))]
    Held {
        /// Which run.
        run: RunId,
        /// Who drives it.
        holder: Holder,
    },
    /// There is a run of what there may be one run of.
    #[error("there is one already: run `{run}`")]
    #[diagnostic(help("`orch show {run}` shows it"))]
    Known {
        /// Which run.
        run: RunId,
    },
    /// The program no longer does what the journal says it did.
    #[error("run `{run}` can't be taken up: entry {entry} of its journal is not what its program does: {why}")]
    #[diagnostic(help("take it up with the orch that started it: {orch}"))]
    Mismatch {
        /// Which run.
        run: RunId,
        /// The number of the entry.
        entry: u64,
        /// How they differ.
        why: String,
        /// The version of orch that started the run.
        orch: String,
    },
    /// The sources a run has kept no longer compile.
    #[error("the sources kept with run `{run}` do not compile with this version: {why}")]
    #[diagnostic(help("take it up with the orch that started it: {orch}"))]
    Compile {
        /// Which run.
        run: RunId,
        /// What the compiler says.
        why: String,
        /// The version of orch that started the run.
        orch: String,
    },
    /// The process that created the run died before it began, and kept nowhere how it was to begin.
    #[error("run `{run}` never began, and nothing was done")]
    #[diagnostic(help("start it again with `orch run`"))]
    NeverBegan {
        /// Which run.
        run: RunId,
    },
    /// The run was journaled in a format of a later release.
    #[error("run `{run}` was written by a newer orch ({orch}), in a format this one does not know")]
    #[diagnostic(help("take it up with that version"))]
    NewerRun {
        /// Which run.
        run: RunId,
        /// The version of orch that started the run.
        orch: String,
    },
    /// The plan asks for what only the program can do that embeds this one, and that program does not.
    #[error("`{plan}` needs a program around it that provides {}", missing.join(", "))]
    #[diagnostic(help("run it from that program; words that were said to its run are kept for it"))]
    NotProvided {
        /// Which plan.
        plan: String,
        /// `action reserve`, and what else is missing.
        missing: Vec<String>,
    },
    /// The program speaks of secrets that this process does not have.
    #[error("run `{run}` is not taken up here: {} not set, which its program names as a secret", none_of(missing))]
    #[diagnostic(help(
        "what was said to it is kept: `orch resume {run}` takes it up where the secrets are; what is not needed any more \
         can be set to nothing: `{}= orch resume {run}`",
        missing.join("= ")
    ))]
    NoSecret {
        /// Which run.
        run: RunId,
        /// The variables that are not set.
        missing: Vec<String>,
    },
    /// A file of the store's folder, or a process, could not be handled.
    #[error("can't {doing} `{}`: {source}", path.display())]
    Files {
        /// What was tried: `create`.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The machine and its driver do not agree: a mistake in orch itself.
    #[error("a bug in orch: {0}")]
    #[diagnostic(help("the journal is whole; the run can be taken up again"))]
    Bug(String),
}

/// The names of variables, and the verb that follows them.
fn none_of(variables: &[String]) -> String {
    let verb = if variables.len() == 1 { "is" } else { "are" };
    let names: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
    format!("{} {verb}", names.join(", "))
}

/// Why a store can't do what was asked.
#[derive(Debug, Error, Diagnostic)]
pub enum StoreError {
    /// The file is a database of something else, or none at all.
    #[error("`{}` is not a store of orch", path.display())]
    #[diagnostic(help("choose another folder with `--store DIR` or `ORCH_STORE`, or move the file away"))]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later release.
    #[error("`{}` has version {found}, and this orch knows versions up to {known}", path.display())]
    #[diagnostic(help("use the newer orch that wrote it"))]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this release knows.
        known: i64,
    },
    /// The file was written by an earlier release, and can't be brought up to date where it is.
    #[error("`{}` was written by an earlier orch, and can't be brought up to date: it can't be written", path.display())]
    #[diagnostic(help("use that orch, or a copy of the store that can be written"))]
    Older {
        /// The file.
        path: PathBuf,
    },
    /// The file is a whole store, but not the one it was, or as it was at an earlier moment.
    #[error("`{}` is not what it was: {lost}", path.display())]
    #[diagnostic(help(
        "what is missing may have been done, and would be done again: bring the store back with all its files; to go on \
         with what is there, remove `{}`",
        path.with_extension("mark").display()
    ))]
    Behind {
        /// The file.
        path: PathBuf,
        /// What is missing: `it has 17 entries, and had 120`.
        lost: String,
    },
    /// The journal of a run is not as it was written.
    #[error("the journal of run `{run}` is damaged at entry {entry}: {why}")]
    #[diagnostic(help("nothing was done; bring the store back from a backup, other runs in it can still be used"))]
    Damaged {
        /// Which run.
        run: RunId,
        /// The number of the entry.
        entry: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The database could not do it.
    #[error("can't {doing}: {why}")]
    #[diagnostic(help("{help}"))]
    Database {
        /// What was tried: `save a step of run k7f2`.
        doing: String,
        /// What the database says.
        why: String,
        /// What was and what was not saved, and what to do.
        help: &'static str,
    },
    /// The folder or a file of the store can't be used.
    #[error("can't {doing} `{}`: {source}", path.display())]
    #[diagnostic(help("choose another folder with `--store DIR` or `ORCH_STORE`"))]
    Files {
        /// What was tried: `create`.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Who asks may not read the store.
    #[error("can't read the store `{}`: {source}", path.display())]
    #[diagnostic(help("nothing was said and nothing started: be somebody who may read and write it"))]
    Unreadable {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The store was opened to be looked at only, as its file can't be written.
    #[error("can't {doing}: `{}` can't be written", path.display())]
    #[diagnostic(help(
        "nothing was said and nothing started; it can be looked at: to do this, be somebody who may write it, or choose \
         another folder with `--store DIR` or `ORCH_STORE`"
    ))]
    Unwritable {
        /// What was tried: `tell of Paid`.
        doing: String,
        /// The file.
        path: PathBuf,
    },
    /// There is no such run.
    #[error("there is no run `{typed}` in this store")]
    #[diagnostic(help("`orch list` names those there are"))]
    NoRun {
        /// What was asked for.
        typed: String,
    },
    /// Several runs could be meant.
    #[error("`{typed}` could be {}", candidates.join(", "))]
    #[diagnostic(help("type more of the one that is meant"))]
    Ambiguous {
        /// What was asked for.
        typed: String,
        /// The runs it could be.
        candidates: Vec<String>,
    },
}
