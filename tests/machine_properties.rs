//! What holds for every program and every fault: random plans in a world of memory, with crashes, suspensions,
//! cancels and operators' words at random records.
//!
//! A plan and the faults of its world are made from a tape of bytes, so that a failing case shrinks to a small plan.
//! Each effect has words of its own: a mark with a number (`s4` a step, `u4` its way back, `c7` that of a scope), and
//! the values of the loops around it. `ORCH_TEST_ALL=1` runs many more cases and crashes at every record.

#![expect(clippy::disallowed_methods, reason = "how many cases is asked for in the environment")]

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use orch::check::check;
use orch::ir::Program;
use orch::machine::{Ending, Entry, Event, Machine, Purpose, Record, Settlement, Status, Timestamp, WaitOn, Word};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::json;
use support::{Answer, World, fails, ok};

const ACTIONS: &str = r#"
uses exec("x")
action un(what: String) = exec("x", ["un", what]) idempotent
action uc(what: String) = exec("x", ["uc", what]) confirm did(key)
action uo(what: String) = exec("x", ["uo", what])
action i(what: String) -> String = exec("x", ["i", what]) idempotent compensate un("u{what}")
action k(what: String) -> String = exec("x", ["k", what]) confirm find(key) compensate uc("u{what}")
action o(what: String) -> String = exec("x", ["o", what]) compensate uo("u{what}")
action l(what: String) -> String { probe seen = look("l{what}") return exec("x", ["l", what]) } idempotent compensate un("u{what}")
probe find(key: String) -> String? = exec("x", ["find", key])
probe did(key: String) -> Bool = exec("x", ["did", key])
probe look(what: String) -> Bool = exec("x", ["look", what]) timeout 1m
"#;

/// Choices, byte by byte; the simplest when it is at its end.
struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Tape {
    fn pick(&mut self, of: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % of
    }

    /// Seldom true.
    fn one_in(&mut self, of: usize) -> bool {
        self.pick(of) == of - 1
    }
}

/// What goes wrong with the effects of one mark.
#[derive(Clone, Debug)]
struct Fault {
    /// The first answers.
    first: Vec<Answer>,
    /// Every other one; `None` is well.
    then: Option<Answer>,
}

/// How a step is undone.
#[derive(Clone, Debug, Default)]
struct Way {
    /// The words of its compensation, without the values of loops.
    undo: Vec<String>,
    /// It runs though the step failed.
    always: bool,
    /// The outermost scope around it with a way back of its own, and how many loops are around that.
    scope: Option<(usize, usize)>,
    best_effort: bool,
}

/// A plan with the faults of its world, and what is known of it independently of the machine.
#[derive(Clone, Debug, Default)]
struct Plan {
    text: String,
    faults: BTreeMap<String, Fault>,
    ways: BTreeMap<usize, Way>,
    /// Phases run side by side: what is done when another fails depends on time.
    side_by_side: bool,
    /// A compensation may be begun anew as a whole.
    restarts: bool,
    /// Parts of a compensation that are best effort.
    lax: BTreeSet<String>,
}

struct Writer {
    tape: Tape,
    plan: Plan,
    number: usize,
    loops: Vec<String>,
    scope: Option<(usize, usize)>,
    left: usize,
    /// Only irreversible steps may follow a commit at once.
    committed: bool,
}

impl Writer {
    fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// The values of the loops around, as they stand in words.
    fn suffix(&self) -> String {
        self.loops.iter().map(|name| format!("-{{{name}}}")).collect()
    }

    fn block(&mut self, depth: usize) -> String {
        let count = 1 + self.tape.pick(4);
        let mut text = String::new();
        for _ in 0..count {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            text.push_str(&self.statement(depth));
        }
        if text.is_empty() { format!("let z{} = 1 ", self.next()) } else { text }
    }

    fn statement(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 8 } else { 13 };
        match self.tape.pick(kinds) {
            0..=3 => self.step(),
            4 => self.require(),
            5 => self.verify(),
            6 => format!("wait m{}: 1h ", self.next()),
            7 => self.last_word(),
            8 => self.block_step(depth),
            9 => self.phases(depth),
            10 => self.items(depth),
            11 => self.rollout(depth),
            _ => self.when(depth),
        }
    }

    fn retries(&mut self) -> (String, usize) {
        match self.tape.pick(4) {
            0 | 1 => (String::new(), 0),
            2 => ("retry 1 backoff 1s..4s ".to_owned(), 1),
            _ => ("retry 3 ".to_owned(), 3),
        }
    }

    /// A fault that `retries` overcome, or one that nothing does.
    fn fault(&mut self, mark: String, retries: usize, timeout: bool, forever: bool) {
        let times = if retries == 0 { 0 } else { 1 + self.tape.pick(retries) };
        let fault = match self.tape.pick(12) {
            7 => Fault { first: vec![fails("no"); times], then: None },
            8 => Fault { first: vec![Answer::LostNotDone; times], then: None },
            9 => Fault { first: vec![Answer::LostDone], then: None },
            10 if timeout => Fault { first: vec![Answer::Hangs; times], then: None },
            11 if forever => Fault { first: Vec::new(), then: Some(fails("never")) },
            _ => return,
        };
        self.plan.faults.insert(mark, fault);
    }

    fn step(&mut self) -> String {
        let number = self.next();
        let suffix = self.suffix();
        let action = ["i", "k", "o", "l"][self.tape.pick(4)];
        let (retry, retries) = self.retries();
        let timeout = self.tape.one_in(3);
        let best_effort = self.tape.one_in(12);
        let irreversible = self.committed;
        self.fault(format!("s{number}"), retries, timeout, true);
        let mut way = Way { scope: self.scope, best_effort, ..Way::default() };
        let mut text = format!("step s{number} = {action}(\"s{number}{suffix}\") {retry}");
        text.push_str(if timeout { "timeout 10s " } else { "" });
        text.push_str(if best_effort { "best_effort " } else { "" });
        if irreversible {
            text.push_str("irreversible ");
        } else {
            text.push_str(&self.way_back(number, action, &mut way));
        }
        self.plan.ways.insert(number, way);
        text
    }

    fn undo_call(&mut self, mark: &str, words: &mut Vec<String>) -> String {
        let action = ["un", "uc", "uo"][self.tape.pick(3)];
        let (retry, retries) = self.retries();
        let within = if retry.is_empty() { 4 } else { retries };
        self.fault(mark.to_owned(), within, false, false);
        words.push(format!("{action} {mark}"));
        format!("{action}(\"{mark}{}\") {retry}", self.suffix())
    }

    fn way_back(&mut self, number: usize, action: &str, way: &mut Way) -> String {
        match self.tape.pick(8) {
            0..=2 => {
                let by = match action {
                    "k" => "uc",
                    "o" => "uo",
                    _ => "un",
                };
                self.fault(format!("us{number}"), 4, false, false);
                way.undo.push(format!("{by} us{number}"));
                String::new()
            }
            3 => "compensate nothing ".to_owned(),
            4 => {
                way.always = true;
                format!("compensate always {}", self.undo_call(&format!("v{number}"), &mut way.undo))
            }
            5 => format!("compensate {}", self.undo_call(&format!("v{number}"), &mut way.undo)),
            6 => {
                let call = self.undo_call(&format!("v{number}"), &mut way.undo);
                let lax = self.tape.one_in(2);
                if lax {
                    let never = Fault { first: Vec::new(), then: Some(fails("never")) };
                    self.plan.faults.insert(format!("v{number}"), never);
                    self.plan.lax.insert(format!("v{number}"));
                }
                format!("compensate best_effort {call}")
            }
            _ => format!("compensate {}", self.compensating_block(number, &mut way.undo)),
        }
    }

    fn compensating_block(&mut self, number: usize, words: &mut Vec<String>) -> String {
        let one = self.undo_call(&format!("v{number}"), words);
        let two = self.undo_call(&format!("w{number}"), words);
        let between = if self.tape.one_in(3) {
            self.plan.restarts = true;
            let first = vec![ok("false"); self.tape.pick(3)];
            self.plan.faults.insert(format!("q{number}"), Fault { first, then: None });
            format!("require look(\"q{number}{}\") ", self.suffix())
        } else {
            String::new()
        };
        if self.tape.one_in(3) {
            return format!(
                "{{ phase e{number} {{ step v{number} = {one} }} {between}phase d{number} {{ step w{number} = {two} }} }} "
            );
        }
        format!("{{ step v{number} = {one} {between}step w{number} = {two} }} ")
    }

    /// What stands behind a scope, written before its inside is.
    fn scope_way_back(&mut self, number: usize) -> (String, Option<(usize, usize)>) {
        let outer = self.scope;
        if !self.tape.one_in(3) || self.committed {
            return (String::new(), outer);
        }
        let mut words = Vec::new();
        let text = if self.tape.one_in(3) {
            self.compensating_block(number, &mut words)
        } else {
            self.undo_call(&format!("c{number}"), &mut words)
        };
        self.plan.ways.insert(number, Way { undo: words, ..Way::default() });
        self.scope = outer.or(Some((number, self.loops.len())));
        (format!("compensate {text}"), outer)
    }

    fn require(&mut self) -> String {
        let number = self.next();
        let then = match self.tape.pick(10) {
            8 => Some(ok("false")),
            9 => Some(fails("no answer")),
            _ => None,
        };
        self.plan.faults.insert(format!("r{number}"), Fault { first: Vec::new(), then });
        format!("require look(\"r{number}{}\") ", self.suffix())
    }

    fn verify(&mut self) -> String {
        let number = self.next();
        let first = match self.tape.pick(4) {
            0 => vec![ok("false")],
            1 => vec![fails("no answer"), ok("false")],
            2 => vec![Answer::Hangs],
            _ => Vec::new(),
        };
        let then = self.tape.one_in(10).then(|| ok("false"));
        self.plan.faults.insert(format!("t{number}"), Fault { first, then });
        format!("verify look(\"t{number}{}\") within 1h every 10m ", self.suffix())
    }

    fn last_word(&mut self) -> String {
        if self.tape.one_in(3) { format!("when true {{ fail \"f{}\" }} ", self.next()) } else { self.step() }
    }

    fn block_step(&mut self, depth: usize) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        let inside = self.steps_only(depth - 1);
        self.scope = outer;
        format!("step b{number} \"title\" {{ {inside}}} {way_back}")
    }

    /// A block step holds no phases and waits for nothing.
    fn steps_only(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.tape.pick(2) {
            let part = match self.tape.pick(5) {
                3 if depth > 0 => self.items_of(depth, Writer::steps_only),
                4 => self.probe(),
                _ => self.step(),
            };
            text.push_str(&part);
        }
        text
    }

    fn probe(&mut self) -> String {
        let number = self.next();
        format!("probe _h{number} = look(\"h{number}{}\") ", self.suffix())
    }

    fn phases(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for at in 0..2 + self.tape.pick(2) {
            let number = self.next();
            let beside = at > 0 && !self.committed && self.tape.one_in(2);
            self.plan.side_by_side |= beside;
            let (way_back, outer) = self.scope_way_back(number);
            let inside = self.block(depth - 1);
            self.scope = outer;
            let after = if beside { "after start " } else { "" };
            text.push_str(&format!("phase p{number} {after}{{ {inside}}} {way_back}\n"));
        }
        text
    }

    fn items(&mut self, depth: usize) -> String {
        self.items_of(depth, Writer::block)
    }

    fn items_of(&mut self, depth: usize, body: fn(&mut Writer, usize) -> String) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        self.loops.push(format!("n{number}"));
        let inside = body(self, depth - 1);
        self.loops.pop();
        self.scope = outer;
        let keyed = if self.tape.one_in(3) { format!("keyed \"k/{{n{number}}}\" ") } else { String::new() };
        format!("for n{number} in [\"a\", \"b\"] {keyed}{{ {inside}}} {way_back}\n")
    }

    fn rollout(&mut self, depth: usize) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        self.loops.push(format!("n{number}"));
        let inside = self.block(depth - 1);
        let suffix = self.suffix();
        self.loops.pop();
        self.scope = outer;
        let stages = ["1% for 1h -> 100%", "10% for 5m -> 50% -> 100% for 1h", "in [\"x\", \"y\"] for 30m"];
        let stages = stages[self.tape.pick(3)];
        let mut gates = String::new();
        for at in 0..self.tape.pick(3) {
            let mark = format!("g{number}{}", ["x", "y"][at]);
            let first = match self.tape.pick(5) {
                3 => vec![ok("true"), fails("no answer"), Answer::Hangs],
                4 => vec![ok("false")],
                _ => Vec::new(),
            };
            let then = self.tape.one_in(8).then(|| ok("false"));
            self.plan.faults.insert(mark.clone(), Fault { first, then });
            let every = ["20m", "7m"][self.tape.pick(2)];
            gates.push_str(&format!("gate {mark}: look(\"{mark}{suffix}\") every {every} tolerate 1 "));
        }
        format!("rollout o{number} as n{number} {stages} {{ {inside}{gates}}} {way_back}\n")
    }

    fn when(&mut self, depth: usize) -> String {
        let probe = self.probe();
        let number = self.number;
        if self.tape.one_in(3) {
            self.plan.faults.insert(format!("h{number}"), Fault { first: Vec::new(), then: Some(ok("false")) });
        }
        let probe = probe.replace("_h", "h");
        let (yes, no) = (self.block(depth - 1), self.block(depth - 1));
        format!("{probe}when h{number} {{ {yes}}} else {{ {no}}} ")
    }
}

/// A plan from a tape.
fn write(bytes: Vec<u8>) -> Plan {
    let tape = Tape { bytes, at: 0 };
    let mut writer =
        Writer { tape, plan: Plan::default(), number: 0, loops: Vec::new(), scope: None, left: 14, committed: false };
    let mut body = writer.block(3);
    if writer.tape.one_in(4) {
        body.push_str("commit \"so far\" ");
        writer.committed = true;
        body.push_str(&writer.step());
        writer.committed = false;
        writer.left = 6;
        body.push_str(&writer.block(1));
    }
    writer.plan.text = format!("{ACTIONS}plan p() {{ {body}}}\n");
    writer.plan
}

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
        World::of(Arc::clone(program), json!({}), move |words, count| answer(&faults, words, count))
    }

    /// The effects that must have been done to undo what the journal says was done, in that order.
    fn expected_undo(&self, records: &[Record]) -> Vec<String> {
        let mut expected = Vec::new();
        for (address, words) in forward(records).into_iter().rev() {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            let undo = match way.scope {
                Some((scope, loops)) => {
                    let values = values.iter().take(loops).copied().collect::<Vec<_>>();
                    with_values(&self.ways[&scope].undo, &values)
                }
                None if way.always || is_done(records, &address) => with_values(&way.undo, &values),
                None => continue,
            };
            expected.extend(undo);
        }
        unique(expected.into_iter().filter(|words| !self.lax.contains(mark(words))).collect())
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

/// Goes on until the end; a person answers truthfully and tries again.
fn resolve(world: &mut World) {
    for _ in 0..200 {
        world.run();
        if let Status::Ended(..) = world.status() {
            return;
        }
        assert_eq!(world.status(), Status::Stuck, "it hangs: {:#?}", world.machine.waits());
        let waits = world.machine.waits();
        let word = waits.iter().find_map(|wait| match &wait.on {
            WaitOn::Settlement { expects, .. } => {
                let value = if expects.is_empty() { json!(null) } else { json!("settled") };
                let done = world.knows(&format!("test/{}", wait.address.as_str()));
                let verdict = if done { Settlement::Done(value) } else { Settlement::NotDone };
                Some(Word::Settle { address: wait.address.clone(), verdict })
            }
            WaitOn::Compensation { .. } => Some(Word::Retry { address: Some(wait.address.clone()) }),
            _ => None,
        });
        let word = word.unwrap_or_else(|| panic!("stuck on nothing: {waits:#?}"));
        world.event(Event::Operator { word, who: "test".into(), why: None });
    }
    panic!("a person can't help: {:#?}", world.machine.waits());
}

/// Runs until there are so many records; whether there are.
fn run_to(world: &mut World, records: usize) -> bool {
    while world.records.len() < records {
        if !world.one() {
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
    let found: Vec<String> = undone.map(|(_, words, _)| words.clone()).collect();
    let found = if plan.restarts { unique(found) } else { found };
    assert_eq!(found, expected, "{}", world.journal().join("\n"));
    for (purpose, words, key) in &world.done {
        let Some(way) = (*purpose == Purpose::Do).then(|| &plan.ways[&parts(words).0]) else { continue };
        let address = key.strip_prefix("test/").expect("a key of this run");
        let matters = !way.undo.is_empty() && way.scope.is_none() && !way.always && !way.best_effort;
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
    }
    assert_eq!(again.status(), world.machine.status());
    assert_eq!(again.waits(), world.machine.waits());
    assert_eq!(again.to_undo(), world.machine.to_undo());
    assert_eq!(again.in_flight(), world.machine.in_flight());
}

/// The effects that must be the same however a run went.
fn comparable(plan: &Plan, world: &World) -> BTreeSet<String> {
    let lax = |words: &str| plan.ways.get(&parts(words).0).is_some_and(|way| way.best_effort);
    world.effects().into_iter().filter(|words| !lax(words)).map(str::to_owned).collect()
}

fn same_as_calm(plan: &Plan, calm: &World, world: &World) {
    assert_eq!(world.status(), calm.status(), "{}", world.journal().join("\n"));
    let lax = plan.ways.values().any(|way| way.best_effort);
    let exact = calm.status() == Status::Ended(Ending::Completed, json!(null)) || !(plan.side_by_side || lax);
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
        let said = (machine.status(), machine.waits(), machine.to_undo(), machine.in_flight());
        write!(f, "{said:?} {:?} {:?}", machine.next_deadline(), machine.failure())
    }
}

fn some_word(world: &World, seed: usize) -> Word {
    let mut addresses: Vec<orch::ir::Address> = world.machine.waits().into_iter().map(|wait| wait.address).collect();
    addresses.extend(world.machine.to_undo());
    addresses.push(orch::ir::Address::typed("nothing/here"));
    addresses.push(orch::ir::Address::root());
    let address = addresses[seed % addresses.len()].clone();
    match seed / 3 % 8 {
        0 | 1 => Word::Settle { address, verdict: Settlement::Done(json!("given")) },
        2 => Word::Settle { address, verdict: Settlement::Done(json!(null)) },
        3 | 4 => Word::Settle { address, verdict: Settlement::NotDone },
        5 => Word::Retry { address: Some(address) },
        6 => Word::Retry { address: None },
        _ => Word::Cancel,
    }
}

#[test]
fn every_run_ends_as_it_should() {
    let cases = std::env::var("ORCH_TEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = cases.unwrap_or(if all() { 1_000 } else { 300 });
    let accepted = std::cell::Cell::new(0_u32);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 3_000,
        max_shrink_time: 15_000,
        ..Default::default()
    };
    let mut runner = TestRunner::new(config);
    let tapes = proptest::collection::vec(any::<u8>(), 0..240);
    let tried = runner.run(&tapes, |bytes| {
        let text = write(bytes.clone()).text;
        let went = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(bytes)));
        match went {
            Ok(good) => accepted.set(accepted.get() + u32::from(good)),
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
    assert!(accepted.get() * 2 > cases, "only {} of {cases} plans are accepted", accepted.get());
}
