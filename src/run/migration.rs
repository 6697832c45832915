//! Migrations: a run goes on under another program, of which all that has happened so far is as true.

use super::{
    driver::now,
    error::Error,
    lock::RunLock,
    look::records,
    runner::Runner,
    store::{Append, KeptSource, RunInfo, Standing, Store, digest},
};
use crate::machine::{
    Event, Machine, Record, Timestamp,
    upgrade::{Comparison, Side, Upgrade},
};

/// Who migrates a run, and why.
#[derive(Clone, Debug)]
pub struct Mover {
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
}

/// What two programs make of the journal of a run, and where it ends.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What came out.
    pub comparison: Comparison,
    /// The machine of the new program, if nothing stands against it.
    machine: Option<Machine>,
    /// How many records there are.
    records: u64,
    /// When the last one was written.
    last: Timestamp,
}

impl Runner {
    /// Whether a run could go on under the program `new` instead of `old`, which is the one it runs under.
    pub fn compare(&self, info: &RunInfo, old: Side<'_>, new: Side<'_>) -> Result<Compared, Error> {
        let mut upgrade = Upgrade::new(old, new, info.migrated);
        let mut last = Timestamp::default();
        let records = records(self.store(), &info.id, 1, |entry, record| {
            last = record.at;
            upgrade.take(record).map_err(|mismatch| Error::Mismatch {
                run: info.id.clone(),
                entry,
                why: mismatch.to_string(),
                orch: info.orch.clone(),
            })
        })?;
        if records == 0 {
            return Err(Error::NeverBegan { run: info.id.clone() });
        }
        let (comparison, machine) = upgrade.finish();
        Ok(Compared { comparison, machine, records, last })
    }

    /// Lets a run go on under the program of `sources`, which was compared with its own while `_lock` was held, and
    /// against which nothing stands.
    pub fn migrate(
        &self,
        _lock: &RunLock,
        info: &RunInfo,
        compared: &Compared,
        sources: &[KeptSource],
        by: Mover,
    ) -> Result<(), Error> {
        let Some(mut machine) = compared.machine.clone() else {
            return Err(Error::Bug("a run is migrated against which something stands".to_owned()));
        };
        let Comparison { dead, retold, differences: _, obstacles: _ } = compared.comparison.clone();
        let event = Event::Migrated { sources: digest(sources).into(), who: by.who, why: by.why, dead, retold };
        let at = now().max(compared.last);
        let step = machine.step(at, event.clone());
        let step = step.map_err(|refused| Error::Bug(format!("only operators can be refused: {refused}")))?;
        let record = Record { at, event, then: step.entries };
        let append = Append {
            number: compared.records + 1,
            record: &record,
            standing: Standing::from(&machine.status()),
            due: machine.due(),
            accepted: None,
            published: &[],
            // A snapshot of the program before is of no use any more, and the next one comes soon enough.
            snapshot: None,
        };
        Ok(self.store().migrate(&info.id, append, sources)?)
    }
}
