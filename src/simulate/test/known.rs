//! What the expectations of a test know of its run.

use indexmap::IndexMap;
use smol_str::SmolStr;

use crate::{
    ir::{Address, Plan, Value, json::from_json},
    machine::{Ending, Entry, Kind, Machine, Record, Status, WaitOn},
    simulate::{Simulation, World},
};
use std::{collections::BTreeSet, sync::Arc};

/// The value of a name of [`crate::ir::builtin::test_names`]; `None` where the run has none.
pub(super) fn value<W: World>(name: &str, simulation: &Simulation<W>, plan: &Plan) -> Option<Value> {
    let machine = simulation.machine();
    let records = simulation.records();
    Some(match name {
        "outcome" => variant(outcome(&machine.status())?),
        "result" => match machine.status() {
            Status::Ended(Ending::Completed, value) => from_json(&plan.result, &value).ok()?,
            _ => return None,
        },
        "failure" => machine.failure_value()?,
        "done" => addresses(done(records).into_iter()),
        "undone" => addresses(undone(records).into_iter()),
        "owed" => addresses(machine.owed().iter().map(|owed| &owed.address)),
        "emitted" => Value::list(emitted(records, plan)),
        "decided" => Value::record(decided(records)),
        "stuck_on" => stuck_on(machine),
        "duration" => {
            let began = records.first().map_or(simulation.now(), |record| record.at);
            let ended = records.last().map_or(simulation.now(), |record| record.at);
            Value::Duration(ended.since(began))
        }
        _ => return None,
    })
}

/// How a run stands that nothing happens to any more, as a test calls it; `None` if it waits for an answer or an event.
/// One that is paused needs a person as one that is stuck does.
pub(super) fn outcome(status: &Status) -> Option<&'static str> {
    Some(match status {
        Status::Ended(Ending::Completed, _) => "completed",
        Status::Ended(Ending::Compensated, _) => "compensated",
        Status::Ended(Ending::Halted, _) => "halted",
        Status::Ended(Ending::Partial, _) => "partial",
        Status::Ended(Ending::Killed, _) => "killed",
        Status::Stuck | Status::Paused => "stuck",
        Status::New | Status::Running | Status::Waiting | Status::Unwinding => return None,
    })
}

fn entries(records: &[Arc<Record>]) -> impl Iterator<Item = &Entry> {
    records.iter().flat_map(|record| &record.then)
}

/// The names of the events that were published, in that order, as the file of the plan calls them: so a test says the
/// same in that file and beside it.
fn emitted(records: &[Arc<Record>], plan: &Plan) -> Vec<Value> {
    let file = plan.name.rsplit_once('.').map(|(file, _)| file);
    let own = |event: &str| Some(event.strip_prefix(file?)?.strip_prefix('.')?.to_owned());
    let emitted = entries(records).filter_map(|entry| {
        let Entry::Emitted { event, .. } = entry else { return None };
        Some(Value::text(own(event).unwrap_or_else(|| event.to_string())))
    });
    emitted.collect()
}

/// The steps and tasks that were done, those of ways back aside.
fn done(records: &[Arc<Record>]) -> Vec<&Address> {
    let mut work: BTreeSet<&Address> = BTreeSet::new();
    let mut done = Vec::new();
    for entry in entries(records) {
        match entry {
            Entry::Entered { address, kind: Kind::Step | Kind::BlockStep | Kind::Task, .. } => {
                work.insert(address);
            }
            Entry::Done { address, .. } if work.contains(address) && !is_way_back(address) => done.push(address),
            _ => {}
        }
    }
    done
}

fn undone(records: &[Arc<Record>]) -> Vec<&Address> {
    let undone = entries(records);
    undone.filter_map(|entry| if let Entry::Undone { address } = entry { Some(address) } else { None }).collect()
}

/// Whether a part is in a compensation.
pub(super) fn is_way_back(address: &Address) -> bool {
    address.as_str().split('/').any(|part| part == "undo")
}

fn decided(records: &[Arc<Record>]) -> IndexMap<SmolStr, Value> {
    let decided = entries(records).filter_map(|entry| {
        let Entry::Decided { address, option, .. } = entry else { return None };
        Some((shown(address), Value::Text(option.clone())))
    });
    decided.collect()
}

fn stuck_on(machine: &Machine) -> Value {
    let stuck = machine.waits().into_iter().filter(|wait| match wait.on {
        WaitOn::Settlement { .. } | WaitOn::Compensation { .. } | WaitOn::Measure { .. } | WaitOn::Paused { .. } => {
            true
        }
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Person { .. }
        | WaitOn::Event { .. } => false,
    });
    Value::list(stuck.map(|wait| Value::Text(shown(&wait.address))).collect())
}

fn addresses<'a>(addresses: impl Iterator<Item = &'a Address>) -> Value {
    Value::list(addresses.map(|address| Value::Text(shown(address))).collect())
}

fn shown(address: &Address) -> SmolStr {
    SmolStr::from(address.to_string())
}

fn variant(name: &'static str) -> Value {
    Value::Variant(SmolStr::new_static(name), Arc::new(IndexMap::new()))
}
