//! What holds for every program and every fault: random plans in a world of memory, with crashes, suspensions,
//! cancels and operators' words at random records.
//!
//! A plan and the faults of its world are made from a tape of bytes, so that a failing case shrinks to a small plan.
//! Each effect has words of its own: a mark with a number (`s4` a step, `u4` its way back, `c7` that of a scope), and
//! the values of the loops around it. `ORCH_TEST_ALL=1` runs many more cases and crashes at every record.

#![expect(
    clippy::disallowed_methods,
    reason = "how many cases is asked for in the environment, and threads share them"
)]

#[path = "../support/chance.rs"]
mod chance;
mod expected;
mod holds;
mod interrupted;
mod people;
#[expect(dead_code, reason = "what other tests of the machine use of this world")]
#[path = "../support/mod.rs"]
mod support;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use expected::mark;
use interrupted::{Calm, cancelled, crashed, interrupted_by_words, killed, suspended};
use orch::check::check;
use orch::ir::Program;
use people::resolve;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError, TestRunner};
use serde_json::json;
use support::{Answer, World, ok};
use writer::{Fault, Plan, write};

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
    let mut again = plan.start(&program);
    resolve(&mut again);
    let calm = Calm::run(plan, program);
    assert_eq!(again.records, calm.world.records);
    for point in points(calm.world.records.len(), seed) {
        for happens in [false, true] {
            crashed(&calm, point, happens);
            suspended(&calm, point, happens);
        }
        cancelled(&calm, point);
        killed(&calm, point, seed);
        interrupted_by_words(&calm, point, seed);
    }
    true
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

/// So many threads try a share of the cases each, whatever the machine: so the cases are the same on all.
const SHARES: u32 = 2;

#[test]
fn every_run_ends_as_it_should() {
    let config = chance::config(100);
    let cases = config.cases;
    let accepted = std::thread::scope(|scope| {
        let shares: Vec<_> = (0..SHARES).map(|share| scope.spawn(move || a_share(share))).collect();
        let tried = shares.into_iter().map(|share| share.join().expect("it tells what went wrong"));
        tried.collect::<Result<Vec<_>, String>>().unwrap_or_else(|error| panic!("{error}")).concat()
    });
    let with = |what: &&str| accepted.iter().filter(|text| text.contains(*what)).count();
    println!("{} plans, {:?}", accepted.len(), WRITTEN.map(|what| (what, with(&what))));
    assert!(accepted.len() * 2 > cases as usize, "only {} of {cases} plans are accepted", accepted.len());
    let missing: Vec<&str> = WRITTEN.into_iter().filter(|what| with(what) == 0).collect();
    assert!(cases < 500 || missing.is_empty(), "no plan has {missing:?}");
}

/// The texts of the plans that the checker accepted, or the smallest that went wrong, and how.
fn a_share(share: u32) -> Result<Vec<String>, String> {
    let accepted = std::cell::RefCell::new(Vec::new());
    let config = config_of(share);
    let tapes = proptest::collection::vec(any::<u8>(), 0..240);
    let tried = TestRunner::new(config).run(&tapes, |bytes| {
        let text = write(bytes.clone()).text.split_off(ACTIONS.len());
        let went = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(bytes)));
        let good = went.map_err(|panic| TestCaseError::fail(format!("{}\n{text}", said(&*panic))))?;
        accepted.borrow_mut().extend(good.then_some(text));
        Ok(())
    });
    tried.map_err(|error| error.to_string())?;
    Ok(accepted.into_inner())
}

/// As many cases as one thread tries, which are others than those of the next.
fn config_of(share: u32) -> ProptestConfig {
    let config = chance::config(100);
    let rng_seed = match config.rng_seed {
        RngSeed::Fixed(seed) => RngSeed::Fixed(seed + u64::from(share)),
        RngSeed::Random => RngSeed::Random,
    };
    let cases = config.cases.div_ceil(SHARES);
    ProptestConfig { cases, rng_seed, max_shrink_iters: 3_000, max_shrink_time: 15_000, ..config }
}

/// What somebody said who panicked.
fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}
