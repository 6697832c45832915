//! What holds for every program and every fault: random plans in a world of memory, with crashes, suspensions,
//! cancels and operators' words at random records.
//!
//! A plan and the faults of its world are made from a tape of bytes, so that a failing case shrinks to a small plan.
//! Each effect has words of its own: a mark with a number (`s4` a step, `u4` its way back, `c7` that of a scope), and
//! the values of the loops around it. `ORCH_TEST_ALL=1` runs many more cases and crashes at every record.

#![expect(clippy::disallowed_methods, reason = "how many cases is asked for in the environment")]

#[path = "../support/chance.rs"]
mod chance;
#[expect(dead_code, reason = "what other tests of the machine use of this world")]
#[path = "../support/mod.rs"]
mod support;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use orch::check::check;
use orch::ir::Program;
use orch::machine::{
    Asking, Ending, Entry, Event, Machine, Purpose, Record, Settlement, Status, Timestamp, Wait, WaitOn, Word,
};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::json;
use support::{Answer, World, from_snapshot, ok};
use writer::{Fault, Plan, Way, write};

const ACTIONS: &str = r#"
uses exec("x")
action un(what: String) = exec("x", ["un", what]) idempotent
action uc(what: String) = exec("x", ["uc", what]) confirm did(key)
action uo(what: String) = exec("x", ["uo", what])
action i(what: String) -> String = exec("x", ["i", what]) idempotent compensate un("u{what}")
action k(what: String) -> String = exec("x", ["k", what]) confirm find(key) compensate uc("u{what}")
action o(what: String) -> String = exec("x", ["o", what]) compensate uo("u{what}")
action l(what: String) -> String { probe seen = look("l{what}") return exec("x", ["l", what]) } idempotent compensate un("u{what}")
event Told = { what: String }
probe find(key: String) -> String? = exec("x", ["find", key])
probe did(key: String) -> Bool = exec("x", ["did", key])
probe look(what: String) -> Bool = exec("x", ["look", what]) timeout 1m
"#;

impl Plan {
    /// The program, if the checker accepts it.
    fn program(&self) -> Result<Arc<Program>, Vec<String>> {
        let none = |_: &str| Err(orch::check::LoadError("no such file".to_owned()));
        let checked = check("test.orch", self.text.as_str(), &none);
        let severe =
            |diagnostic: &&orch::diagnostic::Diagnostic| diagnostic.severity == orch::diagnostic::Severity::Error;
        let errors: Vec<String> =
            checked.diagnostics.iter().filter(severe).map(|error| error.message.clone()).collect();
        match checked.program {
            Some(program) if errors.is_empty() => Ok(Arc::new(program)),
            _ => Err(errors),
        }
    }

    fn start(&self, program: &Arc<Program>) -> World {
        let faults = Rc::new(self.faults.clone());
        let mut world = World::of(Arc::clone(program), json!({}), move |words, count| answer(&faults, words, count));
        world.restored = false;
        world
    }

    /// The effects that must have been done to undo what the journal says was done, in that order.
    fn expected_undo(&self, records: &[Record]) -> Vec<String> {
        let mut expected = Vec::new();
        for (address, words) in forward(records).into_iter().rev() {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            if self.is_loose(way) {
                continue;
            }
            match way.scope {
                Some((scope, loops)) if self.ways[&scope].unwinds => {
                    expected.extend(self.expected_inside(records, scope, &values[..loops]));
                }
                Some((scope, loops)) => expected.extend(with_values(&self.ways[&scope].undo, &values[..loops])),
                None => expected.extend(self.own_undo(records, way, &address, &values)),
            }
        }
        unique(expected.into_iter().filter(|words| !self.lax.contains(mark(words))).collect())
    }
}

impl Plan {
    /// What a step that is undone as it says is undone by.
    fn own_undo(&self, records: &[Record], way: &Way, address: &str, values: &[&str]) -> Vec<String> {
        let is_undone = way.always || is_done(records, address);
        if is_undone { with_values(&way.undo, values) } else { Vec::new() }
    }

    /// What undoes a scope that has its inside undone between the first and the last thing it does.
    fn expected_inside(&self, records: &[Record], scope: usize, around: &[&str]) -> Vec<String> {
        let own = with_values(&self.ways[&scope].undo, around);
        let mut expected = vec![own[0].clone()];
        for (address, words) in forward(records).into_iter().rev() {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            if way.scope.is_some_and(|(of, _)| of == scope) && values.starts_with(around) {
                expected.extend(self.own_undo(records, way, &address, &values));
            }
        }
        expected.extend(own[1..].iter().cloned());
        expected
    }

    /// Whether a step may be undone before, or otherwise than, those around it.
    fn is_loose(&self, way: &Way) -> bool {
        way.loose || way.scope.is_some_and(|(scope, _)| self.loose_scopes.contains(&scope))
    }

    /// The words of what undoes steps that are not loose.
    fn strict_undo(&self) -> BTreeSet<&str> {
        let is_strict = |(number, way): &(&usize, &Way)| !self.is_loose(way) && !self.loose_scopes.contains(number);
        self.ways.iter().filter(is_strict).flat_map(|(_, way)| &way.undo).map(|words| mark(words)).collect()
    }

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

fn answer(faults: &BTreeMap<String, Fault>, words: &str, count: usize) -> Answer {
    if let Some(key) = words.strip_prefix("find ") {
        return Answer::KnowsKey(key.to_owned());
    }
    if let Some(key) = words.strip_prefix("did ") {
        return Answer::Confirms(key.to_owned());
    }
    let well = if words.starts_with("look ") { ok("true") } else { ok(words) };
    match faults.get(mark(words)) {
        None => well,
        Some(fault) => fault.first.get(count).cloned().or_else(|| fault.then.clone()).unwrap_or(well),
    }
}

/// The mark in the words of an effect: `s4` of `i s4-a`.
fn mark(words: &str) -> &str {
    let what = words.split_once(' ').map_or(words, |(_, what)| what);
    what.split('-').next().unwrap_or(what)
}

/// The number of a step, and the values of the loops around it.
fn parts(words: &str) -> (usize, Vec<&str>) {
    let what = words.split_once(' ').map_or(words, |(_, what)| what);
    let mut parts = what.split('-');
    let mark = parts.next().expect("a mark");
    let number = mark.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number");
    (number, parts.collect())
}

fn with_values(undo: &[String], values: &[&str]) -> Vec<String> {
    let values: String = values.iter().map(|value| format!("-{value}")).collect();
    undo.iter().map(|words| format!("{words}{values}")).collect()
}

fn unique(words: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    words.into_iter().filter(|words| seen.insert(words.clone())).collect()
}

fn entries(records: &[Record]) -> impl DoubleEndedIterator<Item = &Entry> {
    records.iter().flat_map(|record| &record.then)
}

/// Every step that was begun since the last commit, in the order of first intents: address and words.
fn forward(records: &[Record]) -> Vec<(String, String)> {
    let mut begun: Vec<(String, String)> = Vec::new();
    for entry in entries(records) {
        match entry {
            Entry::Committed { .. } => begun.clear(),
            Entry::Intent { address, purpose: Purpose::Do, request, .. }
                if begun.iter().all(|(known, _)| *known != address.as_str()) =>
            {
                begun.push((address.as_str().to_owned(), support::words(request)));
            }
            _ => {}
        }
    }
    begun
}

fn is_done(records: &[Record], wanted: &str) -> bool {
    entries(records).any(|entry| matches!(entry, Entry::Done { address, .. } if address.as_str() == wanted))
}

/// Goes on until the end; people answer at once, truthfully, and try again.
fn resolve(world: &mut World) {
    for _ in 0..100_000 {
        if let Status::Ended(..) = world.status() {
            world.run();
            return;
        }
        let went_on = person_answers(world) || world.one();
        assert!(went_on, "it hangs: {:?} {:#?}", world.status(), world.machine.waits());
    }
    panic!("it does not end: {:#?}", world.machine.waits());
}

/// One thing that a person is asked for is answered; whether there was one.
fn person_answers(world: &mut World) -> bool {
    let word = world.machine.waits().iter().find_map(|wait| answer_to(world, wait));
    let Some(word) = word else { return false };
    world.event(Event::Operator { word, who: "test".into(), why: None });
    true
}

fn answer_to(world: &World, wait: &Wait) -> Option<Word> {
    let address = wait.address.clone();
    let value = |expects: &str| if expects.is_empty() { json!(null) } else { json!("settled") };
    Some(match &wait.on {
        WaitOn::Settlement { expects, .. } => {
            let done = world.knows(&format!("test/{}", address.as_str()));
            let verdict = if done { Settlement::Done(value(expects)) } else { Settlement::NotDone };
            Word::Settle { address, verdict }
        }
        WaitOn::Compensation { .. } | WaitOn::Measure { .. } => Word::Retry { address: Some(address) },
        WaitOn::Person { asking: Asking::Task, expects, .. } => Word::Done { address, value: value(expects) },
        WaitOn::Person { asking: Asking::Approval, .. } => Word::Approve { address, digest: None },
        WaitOn::Person { asking: Asking::Decision, options, .. } => {
            Word::Choose { address, option: options.first()?.0.clone() }
        }
        WaitOn::Paused { .. } => Word::Resume,
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. } => return None,
    })
}

/// Runs until there are so many records; whether there are.
fn run_to(world: &mut World, records: usize) -> bool {
    while world.records.len() < records {
        if !person_answers(world) && !world.one() {
            return false;
        }
    }
    true
}

/// What holds when a run has ended, however it went.
fn holds_at_the_end(plan: &Plan, program: &Arc<Program>, world: &World) {
    journal_replays(program, world);
    happens_once(world);
    if world.status() != Status::Ended(Ending::Completed, json!(null)) {
        is_undone(plan, world);
    }
}

/// (b)
fn happens_once(world: &World) {
    for (purpose, words, key) in &world.repeated {
        let may = *purpose == Purpose::Undo || words.starts_with("i ") || words.starts_with("l ");
        assert!(may, "{words} with {key} happened twice");
    }
    let mut keys = BTreeSet::new();
    for (_, words, key) in &world.done {
        assert!(keys.insert(key), "{words} with {key}");
    }
}

/// (c)
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

/// (d), (e)
fn journal_replays(program: &Arc<Program>, world: &World) {
    let mut again = Machine::new(Arc::clone(program));
    for record in &world.records {
        let text = serde_json::to_string(record).expect("a record is JSON");
        let read: Record = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(&read, record);
        let value = serde_json::to_value(record).expect("a record is JSON");
        let read: Record = serde_json::from_value(value).expect("a value is read too");
        assert_eq!(&read, record);
        again.replay(&read).expect("the same entries");
        again = from_snapshot(&again);
    }
    assert_eq!(again.status(), world.machine.status());
    assert_eq!(again.waits(), world.machine.waits());
    assert_eq!(again.to_undo(), world.machine.to_undo());
    assert_eq!(again.owed(), world.machine.owed());
    assert_eq!(again.in_flight(), world.machine.in_flight());
    assert_eq!(again.snapshot(), world.machine.snapshot(), "as the one that was restored at every record");
}

/// The effects that must be the same however a run went.
fn comparable(plan: &Plan, world: &World) -> BTreeSet<String> {
    let lax = |words: &str| plan.ways.get(&parts(words).0).is_some_and(|way| way.best_effort);
    world.effects().into_iter().filter(|words| !lax(words)).map(str::to_owned).collect()
}

fn same_as_calm(plan: &Plan, calm: &World, world: &World) {
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

fn all() -> bool {
    std::env::var_os("ORCH_TEST_ALL").is_some()
}

/// Where to interfere: everywhere, or at a few places.
fn points(records: usize, seed: usize) -> Vec<usize> {
    if all() {
        return (1..=records).collect();
    }
    let few: BTreeSet<usize> = (0..3).map(|number| 1 + (seed * 7 + number * 13) % records).collect();
    few.into_iter().collect()
}

/// One case; whether the checker accepted its plan.
fn case(bytes: Vec<u8>) -> bool {
    let seed = bytes.iter().map(|byte| usize::from(*byte)).sum();
    let plan = write(bytes);
    let program = match plan.program() {
        Ok(program) => program,
        Err(_) => return false,
    };
    let mut calm = plan.start(&program);
    resolve(&mut calm);
    holds_at_the_end(&plan, &program, &calm);
    let mut again = plan.start(&program);
    resolve(&mut again);
    assert_eq!(again.records, calm.records);
    for point in points(calm.records.len(), seed) {
        for happens in [false, true] {
            crashed(&plan, &program, &calm, point, happens);
            suspended(&plan, &program, &calm, point, happens);
        }
        cancelled(&plan, &program, point);
        killed(&plan, &program, point, seed);
        interrupted_by_words(&program, &plan, point, seed);
    }
    true
}

/// (a)
fn crashed(plan: &Plan, program: &Arc<Program>, calm: &World, point: usize, happens: bool) {
    let mut world = plan.start(program);
    if !run_to(&mut world, point) {
        return;
    }
    let kept = world.records.len();
    world.crash(Arc::clone(program), kept, happens);
    if point.is_multiple_of(3) {
        // And once more, soon after.
        run_to(&mut world, kept + point % 5);
        let kept = world.records.len();
        world.crash(Arc::clone(program), kept, !happens);
    }
    resolve(&mut world);
    holds_at_the_end(plan, program, &world);
    same_as_calm(plan, calm, &world);
}

/// (h)
fn suspended(plan: &Plan, program: &Arc<Program>, calm: &World, point: usize, happens: bool) {
    let mut world = plan.start(program);
    if !run_to(&mut world, point) {
        return;
    }
    let before = world.records.len();
    world.event(Event::Suspended);
    for _ in 0..point % 3 {
        world.one();
    }
    let started = entries(&world.records[before..]).any(|entry| matches!(entry, Entry::Intent { .. }));
    assert!(!started, "started while suspended");
    let kept = world.records.len();
    world.crash(Arc::clone(program), kept, happens);
    resolve(&mut world);
    holds_at_the_end(plan, program, &world);
    same_as_calm(plan, calm, &world);
}

/// (g)
fn cancelled(plan: &Plan, program: &Arc<Program>, point: usize) {
    let mut world = plan.start(program);
    if !run_to(&mut world, point) {
        return;
    }
    let event = Event::Operator { word: Word::Cancel, who: "test".into(), why: None };
    if world.machine.clone().step(Timestamp(world.now), event.clone()).is_err() {
        return;
    }
    world.event(event);
    resolve(&mut world);
    let ended = world.status();
    let Status::Ended(Ending::Compensated | Ending::Halted, _) = ended else { panic!("{ended:?}") };
    holds_at_the_end(plan, program, &world);
}

/// (j)
fn killed(plan: &Plan, program: &Arc<Program>, point: usize, seed: usize) {
    let mut world = plan.start(program);
    if !run_to(&mut world, point) {
        return;
    }
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
        world.crash(Arc::clone(program), world.records.len(), seed.is_multiple_of(4));
    }
    world.run();
    assert_eq!(world.status(), Status::Ended(Ending::Killed, json!(null)));
    let starts = |entry: &Entry| matches!(entry, Entry::Intent { .. } | Entry::Entered { .. });
    assert!(!entries(&world.records[before..]).any(starts), "something began after the kill");
    happens_once(&world);
    journal_replays(program, &world);
    all_is_accounted_for(plan, &world);
}

/// What was done, and says how it is undone, is undone or owed: by itself, or by a scope around it.
fn all_is_accounted_for(plan: &Plan, world: &World) {
    let undone = entries(&world.records).filter_map(|entry| match entry {
        Entry::Undone { address } | Entry::NotUndone { address, .. } => Some(address),
        _ => None,
    });
    let owed = world.machine.owed().iter().map(|owed| &owed.address);
    let told: Vec<&orch::ir::Address> = undone.chain(owed).collect();
    for (address, words) in forward(&world.records) {
        let way = &plan.ways[&parts(&words).0];
        if way.undo.is_empty() || way.best_effort || plan.is_loose(way) || !is_done(&world.records, &address) {
            continue;
        }
        let step = orch::ir::Address::typed(&address);
        let around = way.scope.is_some() || !way.outer_scopes.is_empty();
        let covers = |told: &&orch::ir::Address| **told == step || around && is_around(told, &step);
        assert!(told.iter().any(covers), "{address} is neither undone nor owed\n{}", world.journal().join("\n"));
    }
}

/// Whether a scope is around a step; that of a loop has a name of its own.
fn is_around(scope: &orch::ir::Address, step: &orch::ir::Address) -> bool {
    step.is_within(scope) || step.as_str().strip_prefix(scope.as_str()).is_some_and(|rest| rest.starts_with('['))
}

/// (i)
fn interrupted_by_words(program: &Arc<Program>, plan: &Plan, point: usize, seed: usize) {
    let mut world = plan.start(program);
    run_to(&mut world, point);
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
            world.crash(Arc::clone(program), world.records.len(), seed.is_multiple_of(2));
        }
    }
    resolve(&mut world);
    journal_replays(program, &world);
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
    let mut addresses: Vec<orch::ir::Address> = world.machine.waits().into_iter().map(|wait| wait.address).collect();
    addresses.extend(world.machine.to_undo());
    addresses.push(orch::ir::Address::typed("nothing/here"));
    addresses.push(orch::ir::Address::root());
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

/// What stands in plans that the checker accepts; each is in one of a thousand.
const WRITTEN: [&str; 19] = [
    "step s",
    "retry",
    "best_effort",
    "compensate always",
    "task",
    "approve",
    "decide",
    "guard",
    "on fail",
    "within",
    "for n",
    "rollout",
    "attempt",
    "run y",
    "on Told",
    "wait a",
    "unwind",
    "after each",
    "commit \"{",
];

#[test]
fn every_run_ends_as_it_should() {
    let accepted = std::cell::RefCell::new(Vec::new());
    let config = chance::config(100);
    let cases = config.cases;
    let config = ProptestConfig { max_shrink_iters: 3_000, max_shrink_time: 15_000, ..config };
    let mut runner = TestRunner::new(config);
    let tapes = proptest::collection::vec(any::<u8>(), 0..240);
    let tried = runner.run(&tapes, |bytes| {
        let text = write(bytes.clone()).text;
        let went = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(bytes)));
        match went {
            Ok(good) => accepted.borrow_mut().extend(good.then_some(text)),
            Err(panic) => {
                let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
                let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                return Err(TestCaseError::fail(format!("{said}\n{}", &text[ACTIONS.len()..])));
            }
        }
        Ok(())
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
    let accepted = accepted.into_inner();
    let with = |what: &&str| accepted.iter().filter(|text| text[ACTIONS.len()..].contains(*what)).count();
    println!("{} plans, {:?}", accepted.len(), WRITTEN.map(|what| (what, with(&what))));
    assert!(accepted.len() * 2 > cases as usize, "only {} of {cases} plans are accepted", accepted.len());
    let missing: Vec<&str> = WRITTEN.into_iter().filter(|what| with(what) == 0).collect();
    assert!(cases < 500 || missing.is_empty(), "no plan has {missing:?}");
}
