//! A run as its records tell it: what began, what was tried, how it ended. Both the live lines and `orch show` are
//! drawn from it.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::terminal::readable;
use crate::{
    ir::{Address, Request},
    machine::{EffectId, Ending, Entry, Event, Kind, Outcome, Purpose, Record, Settlement, Timestamp, Verdict, Word},
};

/// What has happened to a run.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The plan.
    pub plan: String,
    /// Its arguments.
    pub inputs: Map<String, Json>,
    /// When it began.
    pub started: Timestamp,
    /// Its parts, in the order in which they began.
    pub parts: IndexMap<Address, Part>,
    /// What failed first, and why, if it is being undone or was.
    pub failure: Option<(Address, String)>,
    /// What was undone, in that order.
    pub undone: Vec<Address>,
    /// What could not be undone, and why.
    pub owed: Vec<(Address, String)>,
    /// The last commit.
    pub commit: Option<(Address, String)>,
    /// How it ended, with what value, when.
    pub ended: Option<(Ending, Json, Timestamp)>,
    /// What operators said.
    pub words: Vec<Heard>,
    /// How many records there are.
    pub records: u64,
    effects: HashMap<EffectId, (Address, usize)>,
    /// Who settled what with this record.
    settler: Option<(Address, String)>,
}

/// A part of a run.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: Option<Kind>,
    /// Its title.
    pub title: Option<String>,
    /// How it stands.
    pub state: State,
    /// When it began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Option<Timestamp>,
    /// What it gave.
    pub value: Json,
    /// Every effect that was started for it.
    pub tries: Vec<Try>,
    /// What was seen when one looked last, and how often.
    pub looks: Option<Looks>,
    /// How long a stage was held and is to be held, in nanoseconds.
    pub hold: Option<(i64, i64)>,
    /// The gates of a stage that was held.
    pub gates: Vec<Address>,
    /// How many tries there were when it came in doubt.
    doubt: Option<usize>,
    /// How a doubt was settled, or what could not be undone.
    pub settled: Option<Settled>,
}

/// How it was settled whether a part was done, where its own end did not say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// By this look.
    Found(String),
    /// By doing it again with the same key.
    Again,
    /// By this person.
    By(String),
}

/// How a part stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It began.
    Open,
    /// It ended well.
    Done,
    /// It failed, for this reason.
    Failed(String),
    /// It failed, which was tolerated.
    Tolerated(String),
    /// Nobody knows whether it was done.
    InDoubt(String),
    /// A person is needed.
    Stuck(String),
    /// It was undone.
    Undone,
    /// It was left as it was, because the run failed.
    Left,
}

/// One effect that was started.
#[derive(Clone, Debug)]
pub struct Try {
    /// What for.
    pub purpose: Purpose,
    /// Which try, from 1.
    pub attempt: u32,
    /// Its key.
    pub key: Option<String>,
    /// What was asked for.
    pub request: Request,
    /// When it was started.
    pub at: Timestamp,
    /// How and when it ended.
    pub ended: Option<(Timestamp, Outcome)>,
}

/// The looks of a condition.
#[derive(Clone, Debug)]
pub struct Looks {
    /// How often one looked.
    pub count: u32,
    /// How often there was no answer.
    pub unknown: u32,
    /// What came out last.
    pub last: Verdict,
    /// Each answer: `error_rate() = 0.4%`.
    pub answers: Vec<String>,
}

/// What an operator said.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// What.
    pub word: Word,
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
}

impl std::fmt::Display for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Settled::Found(look) => write!(f, "found done by `{look}`"),
            Settled::Again => f.write_str("done again with the same key"),
            Settled::By(who) => write!(f, "settled by {who}"),
        }
    }
}

impl Story {
    /// Adds what a record tells.
    pub fn add(&mut self, record: &Record) {
        self.records += 1;
        self.settler = settler(&record.event);
        self.event(record.at, &record.event);
        for entry in &record.then {
            self.entry(record.at, entry);
        }
    }

    /// The address that was typed, in either of its forms: as it stands in journals, or as it is printed.
    pub fn address(&self, typed: &str) -> Option<Address> {
        let address = Address::typed(typed);
        if self.parts.contains_key(&address) {
            return Some(address);
        }
        self.parts.keys().find(|address| readable(address.as_str()) == typed).cloned()
    }

    /// The part at `address`.
    pub fn part(&self, address: &Address) -> Option<&Part> {
        self.parts.get(address)
    }

    fn event(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Started { run: _, plan, inputs } => {
                self.plan = plan.to_string();
                self.inputs = inputs.clone();
                self.started = at;
            }
            Event::Outcome { effect, outcome } => self.outcome(at, *effect, outcome),
            Event::Operator { word, who, why } => {
                self.words.push(Heard { at, word: word.clone(), who: who.clone(), why: why.clone() });
            }
            Event::Time | Event::Suspended | Event::Recovered => {}
        }
    }

    fn outcome(&mut self, at: Timestamp, effect: EffectId, outcome: &Outcome) {
        let Some((address, number)) = self.effects.remove(&effect) else { return };
        let part = self.parts.get_mut(&address).and_then(|part| part.tries.get_mut(number));
        if let Some(tried) = part {
            tried.ended = Some((at, outcome.clone()));
        }
    }

    fn entry(&mut self, at: Timestamp, entry: &Entry) {
        match entry {
            Entry::Entered { address, kind, title } => {
                let part = self.open(at, address);
                part.kind = Some(*kind);
                part.title = title.as_ref().map(ToString::to_string);
            }
            Entry::Intent { effect, address, purpose, attempt, key, request } => {
                let key = key.as_ref().map(ToString::to_string);
                let request = request.clone();
                let tried = Try { purpose: *purpose, attempt: *attempt, key, request, at, ended: None };
                let part = self.open(at, address);
                part.tries.push(tried);
                let number = part.tries.len() - 1;
                self.effects.insert(*effect, (address.clone(), number));
            }
            Entry::TryFailed { .. } => {}
            Entry::InDoubt { address, reason } => {
                let part = self.open(at, address);
                part.state = State::InDoubt(reason.to_string());
                part.doubt = Some(part.tries.len());
            }
            Entry::Done { address, value } => {
                let gates = std::mem::take(&mut self.open(at, address).gates);
                gates.iter().for_each(|gate| self.close(at, gate, State::Done));
                self.settle(at, address);
                self.close(at, address, State::Done);
                self.open(at, address).value = value.clone();
            }
            Entry::Failed { address, reason, tolerated: false } => {
                self.close(at, address, State::Failed(reason.to_string()));
            }
            Entry::Failed { address, reason, tolerated: true } => {
                self.close(at, address, State::Tolerated(reason.to_string()));
            }
            Entry::Verdict { address, verdict, answers, held } => {
                self.looked(at, address, *verdict, answers.iter().map(ToString::to_string).collect());
                self.held(address, *held);
            }
            Entry::Decided { address, option, evidence } => {
                let because = if evidence.is_empty() { String::new() } else { format!(": {}", evidence.join(", ")) };
                self.open(at, address).title = Some(format!("{option}{because}"));
            }
            Entry::Asked { address, .. } | Entry::Waits { address, .. } => {
                self.open(at, address);
            }
            Entry::Holds { address, needed } => self.open(at, address).hold = Some((0, *needed)),
            Entry::Committed { address, text } => {
                self.close(at, address, State::Done);
                self.open(at, address).title = Some(text.to_string());
                self.commit = Some((address.clone(), text.to_string()));
            }
            Entry::Unwinding { address, reason } => {
                self.failure = Some((address.clone(), reason.to_string()));
                self.turn(at, |_, part| matches!(part.state, State::Open), State::Left);
            }
            Entry::AttemptFailed { .. }
            | Entry::Emitted { .. }
            | Entry::Measured { .. }
            | Entry::Otherwise { .. }
            | Entry::Paused { .. }
            | Entry::Resumed
            | Entry::Promoted { .. } => {}
            Entry::SteppedBack { address, reason } => self.close(at, address, State::Failed(reason.to_string())),
            Entry::Left { address } => self.close(at, address, State::Left),
            Entry::Undone { address } => {
                // When it was done stays; its way back is a part of its own.
                self.open(at, address).state = State::Undone;
                if self.parts.contains_key(&address.undo()) {
                    self.settle(at, &address.undo());
                    self.close(at, &address.undo(), State::Done);
                }
                self.undone.push(address.clone());
            }
            Entry::NotUndone { address, reason } => self.owed.push((address.clone(), reason.to_string())),
            Entry::Stuck { address, reason } => self.open(at, address).state = State::Stuck(reason.to_string()),
            Entry::Unstuck { address } => {
                let part = self.open(at, address);
                if part.state != State::Done {
                    part.state = State::Open;
                }
                if self.ended.take().is_some() {
                    self.failure = None;
                    self.turn(at, |left, part| part.state == State::Left && address.is_within(left), State::Open);
                }
            }
            Entry::Ended { ending, value } => self.ended = Some((*ending, value.clone(), at)),
        }
    }

    /// It turned out to be done: how one knows, if not by its own end.
    fn settle(&mut self, at: Timestamp, address: &Address) {
        let person = self.settler.as_ref().filter(|(settled, _)| settled == address).map(|(_, who)| who.clone());
        let part = self.open(at, address);
        part.settled = person.map(Settled::By).or_else(|| part.found());
    }

    fn open(&mut self, at: Timestamp, address: &Address) -> &mut Part {
        self.parts.entry(address.clone()).or_insert_with(|| Part::begun(at))
    }

    fn close(&mut self, at: Timestamp, address: &Address, state: State) {
        let part = self.open(at, address);
        part.state = state;
        part.until = Some(at);
    }

    fn looked(&mut self, at: Timestamp, address: &Address, verdict: Verdict, answers: Vec<String>) {
        let part = self.open(at, address);
        let before = part.looks.as_ref().map_or((0, 0), |looks| (looks.count, looks.unknown));
        let unknown = before.1 + u32::from(verdict == Verdict::Unknown);
        part.looks = Some(Looks { count: before.0 + 1, unknown, last: verdict, answers });
    }

    /// A gate tells how long its stage, which is the part around it, has been held.
    fn held(&mut self, gate: &Address, held: Option<i64>) {
        let stage = gate.as_str().rsplit_once('/').map(|(stage, _)| Address::typed(stage));
        let Some(held) = held else { return };
        let Some(stage) = stage.and_then(|stage| self.parts.get_mut(&stage)) else { return };
        stage.hold = stage.hold.map(|(_, needed)| (held, needed));
        if !stage.gates.contains(gate) {
            stage.gates.push(gate.clone());
        }
    }

    /// Parts that are so stand differently from now on.
    fn turn(&mut self, at: Timestamp, are_so: impl Fn(&Address, &Part) -> bool, state: State) {
        for (address, part) in &mut self.parts {
            if are_so(address, part) {
                part.until = (state == State::Left).then_some(at);
                part.state = state.clone();
            }
        }
    }
}

impl Part {
    fn begun(at: Timestamp) -> Part {
        Part {
            kind: None,
            title: None,
            state: State::Open,
            since: at,
            until: None,
            value: Json::Null,
            tries: Vec::new(),
            looks: None,
            hold: None,
            gates: Vec::new(),
            doubt: None,
            settled: None,
        }
    }

    /// What ended a doubt; nothing if a look found that it was not done, and it was then done as usual.
    fn found(&self) -> Option<Settled> {
        let since = self.tries.get(self.doubt?..)?;
        let last = since.last()?;
        match last.purpose {
            Purpose::Confirm | Purpose::Look => Some(Settled::Found(last.request.summary())),
            Purpose::Do | Purpose::Undo => {
                let looked = since.iter().any(|tried| tried.purpose == Purpose::Confirm);
                (!looked).then_some(Settled::Again)
            }
        }
    }

    /// How long it took, if it is over.
    pub fn took(&self) -> Option<i64> {
        self.until.map(|until| until.since(self.since))
    }

    /// The last thing that was done for it, or looked at.
    pub fn last_try(&self) -> Option<&Try> {
        self.tries.iter().rev().find(|tried| tried.purpose != Purpose::Confirm).or(self.tries.last())
    }

    /// The end of what the last process printed that printed something.
    pub fn printed(&self) -> Option<&str> {
        let ended = self.tries.iter().rev().filter_map(|tried| tried.ended.as_ref());
        ended.map(|(_, outcome)| printed(outcome)).find(|printed| !printed.trim().is_empty())
    }
}

/// Who says with this event that something was done, and what.
fn settler(event: &Event) -> Option<(Address, String)> {
    match event {
        Event::Operator { word: Word::Settle { address, verdict: Settlement::Done(_) }, who, .. } => {
            Some((address.clone(), who.clone()))
        }
        _ => None,
    }
}

/// The end of what an effect said beside its output.
pub fn printed(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Ok { printed, .. } | Outcome::Failed { printed, .. } | Outcome::Unknown { printed, .. } => printed,
    }
}
