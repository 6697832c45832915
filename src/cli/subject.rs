//! A run that is only looked at: one of the store, or one that was exported to a file.

use std::{path::Path, sync::Arc};

use super::{
    compile::{from_kept, texts},
    failure::Failure,
    files,
    global::Global,
    story::Story,
};
use crate::{
    ir::Program,
    machine::{Machine, Record},
    run::{
        Error, Holder, MemoryStore, RunInfo, Runner, Store,
        export::Export,
        lock::RunLock,
        look::{beginning, look, records, tell},
    },
    source::Sources,
};

/// A run, and where it is kept.
pub struct Subject {
    /// What is known of it without reading its journal.
    pub info: RunInfo,
    kept: Kept,
}

enum Kept {
    Here(Runner),
    Sent(MemoryStore),
}

impl Subject {
    /// A run of the store of `runner`.
    #[cfg(feature = "serve")]
    pub fn here(runner: &Runner, info: &RunInfo) -> Subject {
        Subject { info: info.clone(), kept: Kept::Here(runner.clone()) }
    }

    /// The run that `typed` is the name of, or the beginning of the name, or the file that it was exported to.
    pub fn find(typed: &str, global: &Global) -> Result<Subject, Failure> {
        let path = Path::new(typed);
        if path.extension().is_none() {
            let (runner, info) = global.find(typed)?;
            return Ok(Subject { info, kept: Kept::Here(runner) });
        }
        let export = Export::read(&files::read_named(path)?);
        let export = export.map_err(|why| Failure::usage(format!("can't read `{}`: {why}", path.display())))?;
        let (store, info) = export.into_store();
        Ok(Subject { info, kept: Kept::Sent(store) })
    }

    /// The machine as it stands, after `seen` was shown every record, each with the machine as it stood then.
    pub fn look(&self, seen: impl FnMut(&Record, &Machine)) -> Result<(Machine, Arc<Program>), Error> {
        look(self.store(), &self.info, &from_kept, seen)
    }

    /// The machine as it stands, and what its story tells: of a short history all, of a long one how the run stood at its
    /// last snapshot and what came after.
    pub fn told(&self) -> Result<(Machine, Arc<Program>, Story), Error> {
        let beginning = beginning(self.store(), &self.info.id)?;
        let mut story = Story::of(self.sources()?).begun_by(beginning.as_ref());
        let (machine, program) = tell(self.store(), &self.info, &from_kept, &mut story)?;
        story.turn_wholes(&machine.to_undo());
        Ok((machine, program, story))
    }

    /// The same, with its whole history.
    pub fn told_whole(&self) -> Result<(Machine, Arc<Program>, Story), Error> {
        let mut story = Story::of(self.sources()?);
        let (machine, program) = self.look(|record, machine| story.add(record, machine))?;
        story.turn_wholes(&machine.to_undo());
        Ok((machine, program, story))
    }

    /// The files of its program.
    pub fn sources(&self) -> Result<Sources, Error> {
        Ok(texts(&self.store().sources(&self.info.id)?))
    }

    /// Shows `each` every record from number `from` on, with its number; gives the number of the last one.
    pub fn records(&self, from: u64, each: impl FnMut(u64, &Record) -> Result<(), Failure>) -> Result<u64, Failure> {
        records(self.store(), &self.info.id, from, each)
    }

    /// Who drives it, if anybody does.
    pub fn holder(&self) -> Option<Holder> {
        match &self.kept {
            Kept::Here(runner) => RunLock::holder(runner.folder(), &self.info.id),
            Kept::Sent(_) => None,
        }
    }

    /// What keeps it.
    pub fn store(&self) -> &dyn Store {
        match &self.kept {
            Kept::Here(runner) => runner.store(),
            Kept::Sent(store) => store,
        }
    }

    /// Whether nothing can be added to it here.
    pub fn is_sent(&self) -> bool {
        matches!(self.kept, Kept::Sent(_))
    }
}
