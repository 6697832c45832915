//! Recovery: from the last snapshot and what was journaled after it, else from the beginning.

use crate::{
    machine::{Machine, Record, Timestamp},
    run::{
        error::Error,
        look::records,
        store::{RunInfo, Store},
    },
};

/// A run as its journal leaves it.
pub struct Recovered {
    /// The machine as it stands.
    pub machine: Machine,
    /// How many entries the journal has.
    pub entries: u64,
    /// How many of them had to be replayed.
    pub replayed: u64,
    /// When the last one was written.
    pub last: Timestamp,
}

/// Who is told of a run while it is recovered: how it stood somewhere, then everything that came after.
pub trait Listener {
    /// The run stood like this behind its entry of this number, before the first one if it is 0. What was told before,
    /// if anything was, is void.
    fn begins(&mut self, behind: u64, machine: &Machine);

    /// The next entry, with the machine as it stood then.
    fn hears(&mut self, record: &Record, machine: &Machine);
}

/// Nobody is told.
impl Listener for () {
    fn begins(&mut self, _: u64, _: &Machine) {}

    fn hears(&mut self, _: &Record, _: &Machine) {}
}

/// A history of so many entries is told whole, which takes a few hundredths of a second; of a longer one, what its last
/// snapshot stands for is left out.
const TOLD_WHOLE: u64 = 5_000;

/// The run `info`, whose program the machine `fresh` has, which has not begun.
///
/// A snapshot is only a cache: one that does not fit this release, or that the rest of the journal does not fit, is
/// left aside.
pub fn recover(fresh: &Machine, store: &dyn Store, info: &RunInfo) -> Result<Recovered, Error> {
    go_back(fresh, store, info, 1, &mut ())
}

/// The same, and `listener` is told: of a short history all, of a long one what came after its last snapshot.
pub fn tell(
    fresh: &Machine,
    store: &dyn Store,
    info: &RunInfo,
    listener: &mut dyn Listener,
) -> Result<Recovered, Error> {
    go_back(fresh, store, info, TOLD_WHOLE, listener)
}

/// To the last snapshot if that saves at least `worth` entries, else to the beginning, and on from there.
fn go_back(
    fresh: &Machine,
    store: &dyn Store,
    info: &RunInfo,
    worth: u64,
    listener: &mut dyn Listener,
) -> Result<Recovered, Error> {
    if let Some(recovered) = from_snapshot(fresh, store, info, worth, listener)? {
        return Ok(recovered);
    }
    let mut machine = fresh.clone();
    listener.begins(0, &machine);
    let entries = replay(&mut machine, store, info, |record, machine| listener.hears(record, machine))?;
    let last = machine.now();
    Ok(Recovered { machine, entries, replayed: entries, last })
}

fn from_snapshot(
    fresh: &Machine,
    store: &dyn Store,
    info: &RunInfo,
    worth: u64,
    listener: &mut dyn Listener,
) -> Result<Option<Recovered>, Error> {
    // What was saved before a migration is the state of another program.
    let earliest = info.migrated.max(worth);
    if info.entries < earliest {
        return Ok(None);
    }
    let Some(snapshot) = store.snapshot(&info.id)?.filter(|snapshot| snapshot.entries >= earliest) else {
        return Ok(None);
    };
    let Some(mut machine) = fresh.restored(&snapshot.state) else { return Ok(None) };
    listener.begins(snapshot.entries, &machine);
    match go_on(&mut machine, snapshot.entries, store, info, |record, machine| listener.hears(record, machine)) {
        Ok(entries) => {
            let last = machine.now();
            Ok(Some(Recovered { machine, entries, replayed: entries - snapshot.entries, last }))
        }
        Err(Error::Mismatch { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Feeds the journal of a run to a machine of its program; gives how many records there are.
pub fn replay(
    machine: &mut Machine,
    store: &dyn Store,
    info: &RunInfo,
    seen: impl FnMut(&Record, &Machine),
) -> Result<u64, Error> {
    go_on(machine, 0, store, info, seen)
}

/// Feeds what follows the entry `written`; gives the number of the last.
fn go_on(
    machine: &mut Machine,
    written: u64,
    store: &dyn Store,
    info: &RunInfo,
    mut seen: impl FnMut(&Record, &Machine),
) -> Result<u64, Error> {
    records(store, &info.id, written + 1, |entry, record| {
        // What was journaled under programs before was checked when the run was migrated.
        let taken = match entry <= info.migrated {
            true => machine.follow(record).map(drop),
            false => machine.replay(record).map(drop),
        };
        taken.map_err(|mismatch| Error::Mismatch {
            run: info.id.clone(),
            entry,
            why: mismatch.to_string(),
            orch: info.orch.clone(),
        })?;
        seen(record, machine);
        Ok(())
    })
}
