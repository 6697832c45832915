//! Every write of every run is a point at which its process dies, with what was in flight done or not, and dies again
//! while it recovers. It ends as it would have: the same ending, the same result, the same effects with the same keys.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use orch::ir::{Address, Program};
use orch::machine::{Entry, Machine, Owing, Purpose, Status};
use smol_str::SmolStr;

use super::corpus::Case;
use super::scene::Scene;
use super::scripts::Script;

/// How a run ended, as far as no crash may change it.
#[derive(Debug, PartialEq)]
pub struct End {
    status: Status,
    /// Purpose, words and key of all that happened, in order.
    effects: Vec<(Purpose, String, String)>,
    /// What is owed, and what would put it right; a person may give another reason.
    owed: Vec<(Address, Owing, Option<SmolStr>)>,
}

/// How a run ended. Of what is `best_effort` nobody finds out whether it was done: that may be lost.
pub fn end(scene: &Scene) -> End {
    let settled = |words: &str| !scene.case.is_never_settled(words);
    let mut effects: Vec<_> = scene.world.done.iter().filter(|(_, words, _)| settled(words)).cloned().collect();
    effects.sort_by(|one, other| one.2.cmp(&other.2));
    let owed = scene.world.records.iter().flat_map(|record| &record.then).filter_map(|entry| match entry {
        Entry::Owed { address, owing, undo, reason: _ } => Some((address.clone(), *owing, undo.clone())),
        _ => None,
    });
    End { status: scene.world.status(), effects, owed: owed.collect() }
}

/// What was counted.
#[derive(Default)]
struct Count {
    scripts: usize,
    crashes: usize,
    /// Points told apart by program, journal so far, and what has really happened.
    distinct: BTreeSet<u64>,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { scripts, crashes, distinct } = self;
        write!(f, "{scripts} scripts, {crashes} crashes at {} distinct points", distinct.len())
    }
}

impl Count {
    fn point(&mut self, case: &Case, scene: &Scene, kept: usize, happens: usize) {
        let mut hasher = DefaultHasher::new();
        case.name.hash(&mut hasher);
        format!("{:?}", &scene.world.records[..kept]).hash(&mut hasher);
        format!("{:?}", scene.world.done).hash(&mut hasher);
        happens.hash(&mut hasher);
        self.distinct.insert(hasher.finish());
        self.crashes += 1;
    }
}

/// A test for each program, and their names.
macro_rules! programs {
    ($($program:ident)+) => {
        $(#[test]
        fn $program() {
            at_all_points(stringify!($program));
        })+

        #[test]
        fn every_program_of_the_corpus_has_its_test() {
            let tested = [$(stringify!($program)),+];
            assert_eq!(tested.as_slice(), super::corpus::names());
            assert!(tested.len() >= 12);
        }
    };
}

programs! {
    attempts branches commits events loops measured people rollouts scopes steps subplans watching
}

fn at_all_points(name: &str) {
    let (case, scripts) = super::found(name);
    let mut count = Count::default();
    for (number, script) in scripts.iter().enumerate() {
        if super::all() || number % 37 == name.len() {
            at_every_point(case, script, super::all() && number.is_multiple_of(5), &mut count);
        }
    }
    println!("{name}: {count}: 0 repeated, 0 lost, 0 ended otherwise");
    // Of all twelve, more than 60,000.
    assert!(count.distinct.len() >= if super::all() { 5_000 } else { 10 }, "{name}: {count}");
}

/// How many records after a word of an operator its run dies at the latest.
const AFTER_A_WORD: usize = 8;

fn at_every_point(case: &Case, script: &Script, deeply: bool, count: &mut Count) {
    let mut turns = Vec::new();
    let mut calm = Scene::start(case, script);
    calm.go_on(|scene| turns.push(scene.clone()));
    let expected = end(&calm);
    nothing_is_lost_or_repeated(&calm, "without a crash");
    count.scripts += 1;
    // What an operator says at a record was said before: a crash may change how many records come first.
    let last = calm.world.records.len() - 1;
    let (from, to) = script.said.as_ref().map_or((1, last), |(at, _)| (at + 1, last.min(at + AFTER_A_WORD)));
    for kept in from..=to {
        if !super::all() && !kept.is_multiple_of(3) {
            continue;
        }
        let Some(turn) = turns.iter().find(|turn| turn.world.records.len() >= kept) else { continue };
        takes_up_where_it_was(turn);
        for happens in in_flight(turn) {
            count.point(case, turn, kept, happens);
            let mut world = turn.clone();
            world.crash(kept, happens);
            let what = format!("{}, {}: {kept}, {happens:b}", case.name, script.name);
            dies_again(case, &world, if deeply { 3 } else { 1 }, &expected, count, &what);
            ends_the_same(world, &expected, &what);
        }
    }
}

/// What of that which is in flight happens: nothing, all, and one or the other.
fn in_flight(scene: &Scene) -> Vec<usize> {
    match scene.world.flying() {
        0 => vec![0],
        1 => vec![0, 0xffff],
        _ => vec![0, 0xffff, 0x5555, 0xaaaa],
    }
}

/// While it recovers, which is from its first record on for a while.
fn dies_again(case: &Case, once: &Scene, times: usize, expected: &End, count: &mut Count, what: &str) {
    let mut world = once.clone();
    let first = world.world.records.len();
    for _ in 0..times {
        let kept = world.world.records.len();
        if matches!(world.world.status(), Status::Ended(..)) {
            return;
        }
        for happens in in_flight(&world) {
            count.point(case, &world, kept, happens);
            let mut again = world.clone();
            again.crash(kept, happens);
            ends_the_same(again, expected, &format!("{what}, and again {} after {first}: {happens:b}", kept - first));
        }
        if !world.turn() {
            return;
        }
    }
}

fn ends_the_same(mut world: Scene, expected: &End, what: &str) {
    let ended = world.go_on(|_| ());
    assert!(ended, "{what}: it does not end: {:#?}", world.world.machine.waits());
    assert_eq!(&end(&world), expected, "{what}\n{}", world.world.journal().join("\n"));
    nothing_is_lost_or_repeated(&world, what);
}

/// A machine that is given the journal stands where the one does that wrote it.
fn takes_up_where_it_was(scene: &Scene) {
    let mut machine = Machine::new(Arc::clone(&scene.case.program));
    scene.world.records.iter().for_each(|record| drop(machine.replay(record).expect("the journal fits")));
    assert_eq!(machine.snapshot(), scene.world.machine.snapshot(), "{}", scene.world.journal().join("\n"));
    super::support::from_snapshot(&machine);
}

/// Whatever the calm run did: only what may be repeated was, and what happened is known.
fn nothing_is_lost_or_repeated(scene: &Scene, what: &str) {
    let journal = || scene.world.journal().join("\n");
    for (purpose, words, key) in &scene.world.repeated {
        let may = may_be_repeated(&scene.case.program, *purpose, words);
        assert!(may, "{what}: {words} with {key} happened twice\n{}", journal());
    }
    let entries = || scene.world.records.iter().flat_map(|record| &record.then);
    for (_, words, key) in &scene.world.done {
        let address = key.strip_prefix("test/").expect("a key of this run");
        let is_told = |entry: &Entry| match entry {
            Entry::Done { address: at, .. }
            | Entry::Undone { address: at }
            | Entry::NotUndone { address: at, .. }
            | Entry::Owed { address: at, .. } => is_at(address, at.as_str()),
            _ => false,
        };
        let settled = !scene.case.is_never_settled(words);
        assert!(!settled || entries().any(is_told), "{what}: {words} at {address} is lost\n{}", journal());
    }
}

/// Whether `told` is about what stands at `address`, or about a scope around it.
fn is_at(address: &str, told: &str) -> bool {
    address.strip_prefix(told).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
}

fn may_be_repeated(program: &Program, purpose: Purpose, words: &str) -> bool {
    let name = words.split([' ', '(']).next().unwrap_or(words);
    match program.actions.iter().find(|action| action.name == name) {
        Some(action) => action.idempotent || purpose == Purpose::Undo && action.confirm.is_none(),
        // A built-in effect: by nature, or not.
        None => ["write", "http.put", "http.delete"].contains(&name),
    }
}
