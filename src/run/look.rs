//! Looking at a run that is kept somewhere, without driving it.

use std::sync::Arc;

use super::{
    driver::{Listener, replay},
    error::Error,
    runner::{Compile, compiled},
    store::{RunId, RunInfo, Store},
};
use crate::{
    ir::Program,
    machine::{Event, Machine, Record},
};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// A run as its journal tells it: the machine as it stands, after `seen` was shown every record, each with the machine as
/// it stood then.
pub fn look(
    store: &dyn Store,
    info: &RunInfo,
    compile: Compile<'_>,
    seen: impl FnMut(&Record, &Machine),
) -> Result<(Machine, Arc<Program>), Error> {
    let sources = store.sources(&info.id)?;
    let program = compiled(info, &sources, compile)?;
    let mut machine = Machine::new(Arc::clone(&program));
    replay(&mut machine, store, info, seen)?;
    Ok((machine, program))
}

/// A run as it stands. `listener` is told of it: of a short history all, of a long one how it stood at its last snapshot
/// and what came after.
///
/// # Errors
/// Its journal can't be read, or does not fit its program.
pub fn tell(
    store: &dyn Store,
    info: &RunInfo,
    compile: Compile<'_>,
    listener: &mut dyn Listener,
) -> Result<(Machine, Arc<Program>), Error> {
    let sources = store.sources(&info.id)?;
    let program = compiled(info, &sources, compile)?;
    let recovered = super::driver::tell(&Machine::new(Arc::clone(&program)), store, info, listener)?;
    Ok((recovered.machine, program))
}

/// The event that a run began with, or is to begin with; `None` if nobody has begun it that keeps that.
///
/// # Errors
/// What is kept of it can't be read.
pub fn beginning(store: &dyn Store, run: &RunId) -> Result<Option<Event>, Error> {
    match store.beginning(run)? {
        Some(event) => Ok(Some(event)),
        None => Ok(store.records(run, 1, 1)?.into_iter().next().map(|record| record.event)),
    }
}

/// Shows `each` every record of a run from number `from` on, with its number; gives the number of the last one.
///
/// # Errors
/// The journal can't be read, or `each` fails.
pub fn records<E: From<Error>>(
    store: &dyn Store,
    run: &RunId,
    from: u64,
    mut each: impl FnMut(u64, &Record) -> Result<(), E>,
) -> Result<u64, E> {
    let mut next = from.max(1);
    loop {
        let records = store.records(run, next, PAGE).map_err(Error::from)?;
        for record in &records {
            each(next, record)?;
            next += 1;
        }
        if records.len() < PAGE {
            return Ok(next - 1);
        }
    }
}
