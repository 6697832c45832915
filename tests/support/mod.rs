//! A world in memory for the machine: a virtual clock, and processes that are answered by a script.
//!
//! What is done is kept in a log with its key, so that a test can see what happened twice, what was lost, and in
//! which order things were undone.

pub mod actions;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use orch::check::{LoadError, check};
use orch::ir::{Program, Request};
use orch::machine::{Command, EffectId, Entry, Event, Machine, Outcome, Perform, Purpose, Record, Status, Timestamp};
use serde_json::{Map, Value as Json};

fn no_imports(_path: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

/// The program of a text that has no mistakes.
pub fn program(text: &str) -> Arc<Program> {
    let checked = check("test.orch", text, &no_imports);
    let errors: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == orch::diagnostic::Severity::Error)
        .map(|diagnostic| format!("{} {}", checked.sources.place(diagnostic.span()), diagnostic.message))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    Arc::new(checked.program.expect("a program without errors is lowered"))
}

/// What the world does when it is asked for an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Done, and it printed this.
    Ok(String),
    /// Not done.
    Fails(String),
    /// Not done, and it asks to be left alone for so many nanoseconds.
    Busy(i64),
    /// Done, and nobody heard.
    LostDone,
    /// Done, it printed this, and nobody heard.
    LostReturning(String),
    /// Not done, and nobody heard.
    LostNotDone,
    /// It prints these words if they were done before, and else nothing.
    Remembers(&'static str),
    /// It prints the second text as long as something of these words was done so often, and else the first.
    Changes(String, String, usize, String),
    /// It prints a word if something was done with this key, and else nothing.
    KnowsKey(String),
    /// It prints what was printed when something was done with this key, and nothing if nothing was.
    Recalls(String),
    /// It prints whether something was done with this key.
    Confirms(String),
    /// It does not end before it is stopped.
    Hangs,
}

/// Done, and it printed this.
pub fn ok(text: impl Into<String>) -> Answer {
    Answer::Ok(text.into())
}

/// Not done, for this reason.
pub fn fails(text: impl Into<String>) -> Answer {
    Answer::Fails(text.into())
}

/// The script: from the words of the process, and how often these words were asked for before, to the answer.
pub type Script = Rc<RefCell<dyn FnMut(&str, usize) -> Answer>>;

/// The machine as another process finds it: what it goes on with is what a snapshot holds.
pub fn from_snapshot(machine: &Machine) -> Machine {
    let snapshot = machine.snapshot();
    let text = || String::from_utf8_lossy(&snapshot).into_owned();
    let restored = machine.restored(&snapshot).unwrap_or_else(|| panic!("it can be restored: {}", text()));
    assert_eq!(restored.snapshot(), snapshot, "nothing is lost: {}", text());
    restored
}

/// A run in a world of its own. A clone goes on from here alone; the two have one script.
#[derive(Clone)]
pub struct World {
    pub machine: Machine,
    pub now: i64,
    /// Whether each step is given to a machine that was restored from a snapshot.
    pub restored: bool,
    pub records: Vec<Record>,
    /// Every effect that really happened: purpose, words, key.
    pub done: Vec<(Purpose, String, String)>,
    /// Every effect that was asked to happen though its key had been used: purpose, words, key.
    pub repeated: Vec<(Purpose, String, String)>,
    /// What is known of keys, as a service would remember them.
    keys: BTreeMap<String, String>,
    asked: BTreeMap<String, usize>,
    in_flight: BTreeMap<EffectId, Perform>,
    hanging: BTreeSet<EffectId>,
    script: Script,
}

impl World {
    /// A run of the only plan of `text`, started with `inputs`.
    pub fn start(text: &str, inputs: Json, script: impl FnMut(&str, usize) -> Answer + 'static) -> World {
        World::of(program(text), inputs, script)
    }

    /// The same of a program that was compiled before.
    pub fn of(program: Arc<Program>, inputs: Json, script: impl FnMut(&str, usize) -> Answer + 'static) -> World {
        let mut world = World::new(Arc::clone(&program), script);
        let plan = program.plans[0].name.clone();
        let Json::Object(inputs) = inputs else { panic!("inputs are an object") };
        world.event(Event::Started { run: "test".into(), plan, inputs: Map::from_iter(inputs), deepest: None });
        world
    }

    /// A run that has not begun.
    pub fn new(program: Arc<Program>, script: impl FnMut(&str, usize) -> Answer + 'static) -> World {
        World {
            machine: Machine::new(program),
            now: 0,
            restored: true,
            records: Vec::new(),
            done: Vec::new(),
            repeated: Vec::new(),
            keys: BTreeMap::new(),
            asked: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            hanging: BTreeSet::new(),
            script: Rc::new(RefCell::new(script)),
        }
    }

    /// Gives the machine an event, journals what follows, and does what it asks for.
    pub fn event(&mut self, event: Event) {
        let step = self.machine.step(Timestamp(self.now), event.clone()).expect("the word is legal");
        if self.restored {
            self.machine = from_snapshot(&self.machine);
        }
        self.records.push(Record { at: Timestamp(self.now), event, then: step.entries });
        for command in step.commands {
            match command {
                Command::Perform(perform) => {
                    self.in_flight.insert(perform.effect, perform);
                }
                Command::Stop(effect) => self.stopped(effect),
                Command::Publish(_) => {}
            }
        }
    }

    fn stopped(&mut self, effect: EffectId) {
        if self.in_flight.remove(&effect).is_some() {
            let outcome = Outcome::Unknown { reason: "killed by signal 15".into(), printed: String::new() };
            self.event(Event::Outcome { effect, outcome });
        }
    }

    /// Goes on until nothing is left to do or to wait for.
    pub fn run(&mut self) -> &mut Self {
        for _ in 0..100_000 {
            if !self.one() {
                return self;
            }
        }
        panic!("the run does not end: {:?}", self.machine.waits());
    }

    /// Goes on until a moment.
    pub fn run_until(&mut self, moment: i64) -> &mut Self {
        while self.has_answer() || self.machine.next_deadline().is_some_and(|deadline| deadline.0 <= moment) {
            self.one();
        }
        self.now = self.now.max(moment);
        self
    }

    /// Whether something is in flight that will end by itself.
    pub fn has_answer(&self) -> bool {
        self.in_flight.values().any(|perform| !self.hanging.contains(&perform.effect))
    }

    /// One effect, or one moment.
    pub fn one(&mut self) -> bool {
        let next = self.in_flight.values().find(|perform| !self.hanging.contains(&perform.effect)).cloned();
        if let Some(perform) = next {
            self.in_flight.remove(&perform.effect);
            match self.perform(&perform) {
                Some(outcome) => self.event(Event::Outcome { effect: perform.effect, outcome }),
                None => {
                    self.hanging.insert(perform.effect);
                    self.in_flight.insert(perform.effect, perform);
                }
            }
            return true;
        }
        let Some(deadline) = self.machine.next_deadline() else { return false };
        self.now = self.now.max(deadline.0);
        self.event(Event::Time);
        true
    }

    fn perform(&mut self, perform: &Perform) -> Option<Outcome> {
        let words = words(&perform.request);
        let count = self.asked.entry(words.clone()).or_default();
        let answer = (self.script.borrow_mut())(&words, *count);
        *count += 1;
        self.now += 1_000_000;
        let unknown = || Outcome::Unknown { reason: "killed by signal 9".into(), printed: String::new() };
        Some(match answer {
            Answer::Ok(output) => {
                let output = self.really_do(perform, &words, output);
                Outcome::Ok { output, printed: String::new() }
            }
            Answer::Fails(printed) => Outcome::failed("exit 3", printed),
            Answer::Busy(alone) => {
                Outcome::Failed { reason: "status 503".into(), printed: String::new(), retry_after: Some(alone) }
            }
            Answer::LostDone => {
                self.really_do(perform, &words, String::new());
                unknown()
            }
            Answer::LostReturning(output) => {
                self.really_do(perform, &words, output);
                unknown()
            }
            Answer::LostNotDone => unknown(),
            Answer::Remembers(wanted) => {
                let known = self.done.iter().any(|(_, words, _)| words == wanted);
                Outcome::Ok { output: if known { wanted.to_owned() } else { String::new() }, printed: String::new() }
            }
            Answer::Changes(usual, wanted, times, meanwhile) => {
                let times_done = self.done.iter().filter(|(_, words, _)| *words == wanted).count();
                let output = if times_done == times { meanwhile } else { usual };
                Outcome::Ok { output, printed: String::new() }
            }
            Answer::KnowsKey(key) => {
                let output = if self.knows(&key) { "known".to_owned() } else { String::new() };
                Outcome::Ok { output, printed: String::new() }
            }
            Answer::Recalls(key) => {
                let output = self.remembers(&key).unwrap_or_default().to_owned();
                Outcome::Ok { output, printed: String::new() }
            }
            Answer::Confirms(key) => Outcome::Ok { output: self.knows(&key).to_string(), printed: String::new() },
            Answer::Hangs => return None,
        })
    }

    /// Does it, unless its key was used before.
    fn really_do(&mut self, perform: &Perform, words: &str, output: String) -> String {
        let Some(key) = &perform.key else { return output };
        if let Some(known) = self.keys.get(key.as_str()) {
            self.repeated.push((perform.purpose, words.to_owned(), key.to_string()));
            return known.clone();
        }
        self.keys.insert(key.to_string(), output.clone());
        self.done.push((perform.purpose, words.to_owned(), key.to_string()));
        output
    }

    /// Whether something was done with this key.
    pub fn knows(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// What was printed when something was done with this key.
    pub fn remembers(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str)
    }

    /// How many effects are in flight.
    pub fn flying(&self) -> usize {
        self.in_flight.len()
    }

    /// The process dies; what is in flight happens or not; another takes the run up from the first `kept` records.
    pub fn crash(&mut self, program: Arc<Program>, kept: usize, happens: bool) {
        self.crash_where(program, kept, |_| happens);
    }

    /// The same; of what is in flight that happens whose place in the order of intents is told to. What a record
    /// asked for that is not kept had not begun.
    pub fn crash_where(&mut self, program: Arc<Program>, kept: usize, happens: impl Fn(usize) -> bool) {
        let lost: Vec<Perform> = std::mem::take(&mut self.in_flight).into_values().collect();
        let lost = lost.into_iter().filter(|perform| self.was_asked_for(perform.effect, kept)).collect::<Vec<_>>();
        self.hanging.clear();
        for (_, perform) in lost.into_iter().enumerate().filter(|(place, _)| happens(*place)) {
            self.perform(&perform);
        }
        self.records.truncate(kept);
        self.machine = Machine::new(program);
        for record in &self.records {
            self.machine.replay(record).expect("the journal fits the program");
        }
        self.event(Event::Recovered);
    }

    /// Whether an effect was asked for in the first `kept` records.
    fn was_asked_for(&self, wanted: EffectId, kept: usize) -> bool {
        let is_it = |entry: &Entry| matches!(entry, Entry::Intent { effect, .. } if *effect == wanted);
        self.records[..kept.min(self.records.len())].iter().flat_map(|record| &record.then).any(is_it)
    }

    /// How it ended, or what it is doing.
    pub fn status(&self) -> Status {
        self.machine.status()
    }

    /// What really happened, in order: the words of each effect that changes something.
    pub fn effects(&self) -> Vec<&str> {
        self.done.iter().map(|(_, words, _)| words.as_str()).collect()
    }

    /// Everything that was journaled, a line each, without times.
    pub fn journal(&self) -> Vec<String> {
        self.records.iter().flat_map(|record| &record.then).map(|entry| format!("{entry:?}")).collect()
    }
}

/// The words of a process without its program; `read x` and `write x` for files.
pub fn words(request: &Request) -> String {
    match request {
        Request::Exec(process) | Request::Succeeds(process) => process.arguments.join(" "),
        Request::Shell(_) | Request::Http(_) | Request::Env { .. } | Request::Timeline | Request::Extern { .. } => {
            request.summary()
        }
        Request::FileRead { path, .. } => format!("read {}", path.path),
        Request::FileWrite { path, content, .. } => format!("write {} {content}", path.path),
    }
}
