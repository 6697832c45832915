//! What holds when a run has ended, however it went.

use std::collections::BTreeSet;
use std::sync::Arc;

use orch::ir::{Address, Program};
use orch::machine::{Ending, Entry, Machine, Purpose, Record, Status};
use serde_json::json;

use super::expected::{entries, forward, is_done, mark, parts, unique, with_values};
use super::support::{World, from_snapshot};
use super::writer::Plan;

/// Where the first records of a journal lead, which was seen, and how closely the others are to be looked at.
pub struct Replayed {
    machine: Machine,
    records: usize,
    /// A machine is restored from its snapshot after one of so many records.
    restored_each: usize,
}

impl Replayed {
    /// Nothing was seen yet: it is restored after each record.
    pub fn nothing(program: &Arc<Program>) -> Replayed {
        Replayed { machine: Machine::new(Arc::clone(program)), records: 0, restored_each: 1 }
    }

    /// What a run did so far, if all of it was seen. What follows is restored after the next record and some others:
    /// those left out follow another point where it was interfered with.
    pub fn all_of(world: &World) -> Replayed {
        Replayed { machine: world.machine.clone(), records: world.records.len(), restored_each: 3 }
    }
}

/// What holds when a run has ended, however it went.
pub fn holds_at_the_end(plan: &Plan, known: &Replayed, world: &World) {
    journal_replays(known, world);
    happens_once(world);
    if world.status() != Status::Ended(Ending::Completed, json!(null)) {
        is_undone(plan, world);
    }
}

/// What may not be done twice was done once, and every key stands for one thing.
pub fn happens_once(world: &World) {
    for (purpose, words, key) in &world.repeated {
        let may = *purpose == Purpose::Undo || words.starts_with("i ") || words.starts_with("l ");
        assert!(may, "{words} with {key} happened twice");
    }
    let mut keys = BTreeSet::new();
    for (_, words, key) in &world.done {
        assert!(keys.insert(key), "{words} with {key}");
    }
}

/// What was done is undone as it says, in the reverse order, and nothing that happened is not known.
fn is_undone(plan: &Plan, world: &World) {
    let expected = plan.expected_undo(&world.records);
    let undone = world.done.iter().filter(|(purpose, _, _)| *purpose == Purpose::Undo);
    let strict = plan.strict_undo();
    let undone = undone.filter(|(_, words, _)| strict.contains(mark(words)));
    let found: Vec<String> = undone.map(|(_, words, _)| words.clone()).collect();
    plan.loose_is_undone(world);
    let found = if plan.restarts { unique(found) } else { found };
    assert_eq!(found, expected, "{}", world.journal().join("\n"));
    for (purpose, words, key) in &world.done {
        let Some(way) = (*purpose == Purpose::Do).then(|| &plan.ways[&parts(words).0]) else { continue };
        let address = key.strip_prefix("test/").expect("a key of this run");
        let matters = !way.undo.is_empty()
            && way.scope.is_none()
            && way.outer_scopes.is_empty()
            && !way.always
            && !way.best_effort;
        assert!(
            !matters || is_done(&world.records, address),
            "{words} happened and is not known\n{}",
            world.journal().join("\n")
        );
    }
}

impl Plan {
    /// What was done in an attempt is undone, by its own way back or by that of a scope around it.
    fn loose_is_undone(&self, world: &World) {
        let undone: BTreeSet<&str> = world.effects().into_iter().collect();
        for (address, words) in forward(&world.records) {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            if !self.is_loose(way) || way.undo.is_empty() || way.best_effort || !is_done(&world.records, &address) {
                continue;
            }
            let own = with_values(&way.undo, &values);
            let scopes = way.scope.iter().chain(&way.outer_scopes);
            let by_scope = scopes.map(|(scope, loops)| with_values(&self.ways[scope].undo, &values[..*loops]));
            let lax = way.undo.iter().any(|words| self.lax.contains(mark(words)));
            let is_undone =
                std::iter::once(own).chain(by_scope).any(|way| way.iter().all(|one| undone.contains(&**one)));
            assert!(lax || is_undone, "{words} at {address} is not undone\n{}", world.journal().join("\n"));
        }
    }
}

/// The journal, read from its text, leads to where the run is, also by way of snapshots.
pub fn journal_replays(known: &Replayed, world: &World) {
    let mut again = known.machine.clone();
    for (number, record) in world.records[known.records..].iter().enumerate() {
        let text = serde_json::to_string(record).expect("a record is JSON");
        let read: Record = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(&read, record);
        again.replay(&read).expect("the same entries");
        if number.is_multiple_of(known.restored_each) {
            again = from_snapshot(&again);
            let value = serde_json::to_value(record).expect("a record is JSON");
            assert_eq!(&serde_json::from_value::<Record>(value).expect("a value is read too"), record);
        }
    }
    assert_eq!(again.status(), world.machine.status());
    assert_eq!(again.waits(), world.machine.waits());
    assert_eq!(again.to_undo(), world.machine.to_undo());
    assert_eq!(again.owed(), world.machine.owed());
    assert_eq!(again.in_flight(), world.machine.in_flight());
    assert_eq!(again.snapshot(), world.machine.snapshot(), "as the one that was restored");
}

/// The effects that must be the same however a run went.
fn comparable(plan: &Plan, world: &World) -> BTreeSet<String> {
    let lax = |words: &str| plan.ways.get(&parts(words).0).is_some_and(|way| way.best_effort);
    world.effects().into_iter().filter(|words| !lax(words)).map(str::to_owned).collect()
}

pub fn same_as_calm(plan: &Plan, calm: &World, world: &World) {
    if plan.timed {
        return;
    }
    assert_eq!(world.status(), calm.status(), "{}", world.journal().join("\n"));
    let lax = plan.ways.values().any(|way| way.best_effort);
    let completed = calm.status() == Status::Ended(Ending::Completed, json!(null));
    let exact = completed && !plan.attempts || !(plan.side_by_side || lax);
    if exact {
        assert_eq!(comparable(plan, world), comparable(plan, calm), "{}", world.journal().join("\n"));
    }
}

/// What was done, and says how it is undone, is undone or owed: by itself, or by a scope around it.
pub fn all_is_accounted_for(plan: &Plan, world: &World) {
    let undone = entries(&world.records).filter_map(|entry| match entry {
        Entry::Undone { address } | Entry::NotUndone { address, .. } => Some(address),
        _ => None,
    });
    let owed = world.machine.owed().iter().map(|owed| &owed.address);
    let told: Vec<&Address> = undone.chain(owed).collect();
    for (address, words) in forward(&world.records) {
        let way = &plan.ways[&parts(&words).0];
        if way.undo.is_empty() || way.best_effort || plan.is_loose(way) || !is_done(&world.records, &address) {
            continue;
        }
        let step = Address::typed(&address);
        let around = way.scope.is_some() || !way.outer_scopes.is_empty();
        let covers = |told: &&Address| **told == step || around && is_around(told, &step);
        assert!(told.iter().any(covers), "{address} is neither undone nor owed\n{}", world.journal().join("\n"));
    }
}

/// Whether a scope is around a step; that of a loop has a name of its own.
fn is_around(scope: &Address, step: &Address) -> bool {
    step.is_within(scope) || step.as_str().strip_prefix(scope.as_str()).is_some_and(|rest| rest.starts_with('['))
}
