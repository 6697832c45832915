//! What interferes with a run: crashes, suspensions, cancels, kills, and words of operators at any record.

use std::sync::Arc;

use orch::ir::{Address, Program};
use orch::machine::{Ending, Entry, Event, Machine, Settlement, Status, Timestamp, Word};
use serde_json::json;

use super::expected::entries;
use super::holds::{Replayed, all_is_accounted_for, happens_once, holds_at_the_end, journal_replays, same_as_calm};
use super::people::{resolve, resolve_telling, run_to};
use super::support::World;
use super::writer::Plan;

/// A plan, and how it goes if nothing interferes.
pub struct Calm {
    pub plan: Plan,
    pub program: Arc<Program>,
    /// The run at its end.
    pub world: World,
    /// The run after each thing that happened.
    on_the_way: Vec<World>,
}

impl Calm {
    /// Runs a plan to its end, and sees that all that must hold then does.
    pub fn run(plan: Plan, program: Arc<Program>) -> Calm {
        let mut world = plan.start(&program);
        let mut on_the_way = vec![world.clone()];
        resolve_telling(&mut world, |world| on_the_way.push(world.clone()));
        holds_at_the_end(&plan, &Replayed::nothing(&program), &world);
        Calm { plan, program, world, on_the_way }
    }

    /// The run when it has written so many records, which are known to replay.
    fn up_to(&self, records: usize) -> (World, Replayed) {
        let there = self.on_the_way.iter().find(|world| world.records.len() >= records);
        let world = there.expect("so many records were written").clone();
        let known = Replayed::all_of(&world);
        (world, known)
    }
}

/// The process dies; what was in flight happened or not.
pub fn crashed(calm: &Calm, point: usize, happens: bool) {
    let (mut world, known) = calm.up_to(point);
    let kept = world.records.len();
    world.crash(Arc::clone(&calm.program), kept, happens);
    if point.is_multiple_of(3) {
        // And once more, soon after.
        run_to(&mut world, kept + point % 5);
        let kept = world.records.len();
        world.crash(Arc::clone(&calm.program), kept, !happens);
    }
    resolve(&mut world);
    holds_at_the_end(&calm.plan, &known, &world);
    same_as_calm(&calm.plan, &calm.world, &world);
}

/// The process is asked to leave, and leaves or dies.
pub fn suspended(calm: &Calm, point: usize, happens: bool) {
    let (mut world, known) = calm.up_to(point);
    let before = world.records.len();
    world.event(Event::Suspended);
    for _ in 0..point % 3 {
        world.one();
    }
    let started = entries(&world.records[before..]).any(|entry| matches!(entry, Entry::Intent { .. }));
    assert!(!started, "started while suspended");
    let kept = world.records.len();
    world.crash(Arc::clone(&calm.program), kept, happens);
    resolve(&mut world);
    holds_at_the_end(&calm.plan, &known, &world);
    same_as_calm(&calm.plan, &calm.world, &world);
}

/// The run is cancelled.
pub fn cancelled(calm: &Calm, point: usize) {
    let (mut world, known) = calm.up_to(point);
    let event = Event::Operator { word: Word::Cancel, who: "test".into(), why: None };
    if world.machine.clone().step(Timestamp(world.now), event.clone()).is_err() {
        return;
    }
    world.event(event);
    resolve(&mut world);
    let ended = world.status();
    let Status::Ended(Ending::Compensated | Ending::Halted, _) = ended else { panic!("{ended:?}") };
    holds_at_the_end(&calm.plan, &known, &world);
}

/// The run is killed.
pub fn killed(calm: &Calm, point: usize, seed: usize) {
    let (mut world, known) = calm.up_to(point);
    let say = |word: Word| Event::Operator { word, who: "test".into(), why: Some("why not".into()) };
    // Some runs are on their way back when they are killed.
    if seed.is_multiple_of(3) && world.machine.clone().step(Timestamp(world.now), say(Word::Cancel)).is_ok() {
        world.event(say(Word::Cancel));
        (0..seed % 4).for_each(|_| {
            world.one();
        });
    }
    if world.machine.clone().step(Timestamp(world.now), say(Word::Kill)).is_err() {
        return;
    }
    let before = world.records.len();
    world.event(say(Word::Kill));
    if seed.is_multiple_of(2) {
        world.crash(Arc::clone(&calm.program), world.records.len(), seed.is_multiple_of(4));
    }
    world.run();
    assert_eq!(world.status(), Status::Ended(Ending::Killed, json!(null)));
    let starts = |entry: &Entry| matches!(entry, Entry::Intent { .. } | Entry::Entered { .. });
    assert!(!entries(&world.records[before..]).any(starts), "something began after the kill");
    happens_once(&world);
    journal_replays(&known, &world);
    all_is_accounted_for(&calm.plan, &world);
}

/// Operators say what comes to their mind.
pub fn interrupted_by_words(calm: &Calm, point: usize, seed: usize) {
    let (mut world, known) = calm.up_to(point);
    for number in 0..6 {
        let word = some_word(&world, seed + number * 31 + point);
        let event = Event::Operator { word, who: "test".into(), why: Some("why not".into()) };
        let before = format!("{:?}", Words(&world.machine));
        let mut tried = world.machine.clone();
        if tried.step(Timestamp(world.now), event.clone()).is_ok() {
            world.event(event);
        } else {
            assert_eq!(format!("{:?}", Words(&tried)), before, "a refused word changed something");
        }
        for _ in 0..(seed + number) % 4 {
            world.one();
        }
        if number == 3 {
            world.event(Event::Suspended);
        }
        if number == 4 {
            world.crash(Arc::clone(&calm.program), world.records.len(), seed.is_multiple_of(2));
        }
    }
    resolve(&mut world);
    journal_replays(&known, &world);
}

/// All that a machine says of itself.
struct Words<'a>(&'a Machine);

impl std::fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Words(machine) = self;
        let said = (machine.status(), machine.waits(), machine.to_undo(), machine.owed(), machine.in_flight());
        write!(f, "{said:?} {:?} {:?}", machine.next_deadline(), machine.failure())
    }
}

fn some_word(world: &World, seed: usize) -> Word {
    let mut addresses: Vec<Address> = world.machine.waits().into_iter().map(|wait| wait.address).collect();
    addresses.extend(world.machine.to_undo());
    addresses.push(Address::typed("nothing/here"));
    addresses.push(Address::root());
    let address = addresses[seed % addresses.len()].clone();
    match seed / 3 % 18 {
        0 | 1 => Word::Settle { address, verdict: Settlement::Done(json!("given")) },
        2 => Word::Settle { address, verdict: Settlement::Done(json!(null)) },
        3 | 4 => Word::Settle { address, verdict: Settlement::NotDone },
        5 => Word::Retry { address: Some(address) },
        6 => Word::Retry { address: None },
        7 => Word::Done { address, value: json!(null) },
        8 => Word::Approve { address, digest: None },
        9 => Word::Refuse { address },
        10 => Word::Choose { address, option: "y".into() },
        11 | 12 => Word::Pause,
        13 => Word::Promote { address: None },
        14 => Word::Abort { address: Some(address) },
        15 => Word::Waive { address },
        16 if seed.is_multiple_of(5) => Word::Kill,
        _ => Word::Cancel,
    }
}
