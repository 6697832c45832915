//! A run as its records tell it: what began, what was tried, how it ended. Both the live lines and `orch show` are
//! drawn from it.

mod entries;
mod now;
mod part;
mod whole;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::terminal::text::readable;
use crate::{
    ir::Address,
    machine::{EffectId, Ending, Entry, Event, Machine, Owed, Record, Settlement, Timestamp, Word},
    source::{Sources, Span},
};
pub use now::LeftOut;
pub use part::{Looks, Part, Settled, Skipped, State, Try, printed};
pub use whole::around;

/// What has happened to a run.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The name that no other run anywhere has.
    pub name: String,
    /// The plan.
    pub plan: String,
    /// Its arguments.
    pub inputs: Map<String, Json>,
    /// When it began.
    pub started: Timestamp,
    /// When something happened last.
    pub last: Timestamp,
    /// Its parts, in the order in which they began.
    pub parts: IndexMap<Address, Part>,
    /// What failed first, and why, if it is being undone or was.
    pub failure: Option<(Address, String)>,
    /// What was undone, in that order.
    pub undone: Vec<Address>,
    /// What is to be put right by hand.
    pub owed: Vec<Owed>,
    /// What somebody put right by hand.
    pub by_hand: Vec<Address>,
    /// By whom it was killed, and why.
    pub killed: Option<String>,
    /// The last commit.
    pub commit: Option<(Address, String)>,
    /// How it ended, with what value, when.
    pub ended: Option<(Ending, Json, Timestamp)>,
    /// What operators said.
    pub words: Vec<Heard>,
    /// When it began to go on under other programs.
    pub migrations: Vec<Moved>,
    /// How many records there are.
    pub records: u64,
    /// The files of its program, where they are known.
    sources: Arc<Sources>,
    /// What could not be computed, by the part that failed for it.
    faults: BTreeMap<Address, Fault>,
    effects: HashMap<EffectId, (Address, usize)>,
    /// Where it begins, if not with the run.
    left_out: Option<LeftOut>,
    /// How many items of each loop were done before that, by what the addresses of all its items begin with.
    done_before: HashMap<String, usize>,
    /// Who settled what with this record.
    settler: Option<(Address, String)>,
}

/// Something that could not be computed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Where it is written.
    pub place: Span,
    /// Why it gives no value.
    pub reason: String,
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

/// A run began to go on under another program.
#[derive(Clone, Debug)]
pub struct Moved {
    /// When.
    pub at: Timestamp,
    /// The digest of its sources.
    pub sources: String,
    /// Who did it.
    pub who: String,
    /// Why.
    pub why: Option<String>,
}

impl Story {
    /// Nothing has happened yet to a run of the program with these files.
    pub fn of(sources: Sources) -> Story {
        Story { sources: Arc::new(sources), ..Story::default() }
    }

    /// The same of a run that began with this event, wherever its story begins.
    pub fn begun_by(mut self, event: Option<&Event>) -> Story {
        if let Some(Event::Started { plan, inputs, .. }) = event {
            (self.plan, self.inputs) = (plan.to_string(), inputs.clone());
        }
        self
    }

    /// Adds what a record tells, and what the machine knows beside it that has just taken that step.
    pub fn add(&mut self, record: &Record, machine: &Machine) {
        self.records += 1;
        self.last = record.at;
        self.settler = settler(&record.event);
        self.event(record.at, &record.event);
        for entry in &record.then {
            self.entry(record.at, entry, machine);
            if let Some((address, reason)) = why(entry) {
                self.blame(address, reason, machine);
            }
        }
    }

    /// Where it is written why a part failed is known until it fails for another reason.
    fn blame(&mut self, address: &Address, reason: &str, machine: &Machine) {
        match machine.fault(address).filter(|place| self.sources.has(place.file)) {
            Some(place) => self.faults.insert(address.clone(), Fault { place, reason: reason.to_owned() }),
            None => self.faults.remove(address),
        };
    }

    /// What could not be computed for a part, if that is why it failed, and the files it is written in.
    pub fn fault(&self, address: &Address) -> Option<(&Fault, &Sources)> {
        Some((self.faults.get(address)?, &self.sources))
    }

    /// Where that is written: `shop.orch:12:20`.
    pub fn place(&self, address: &Address) -> Option<String> {
        self.fault(address).map(|(fault, sources)| sources.place(fault.place))
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
            Event::Started { run, plan, inputs, deepest: _ } => {
                self.name = run.to_string();
                self.plan = plan.to_string();
                self.inputs = inputs.clone();
                self.started = at;
            }
            Event::Outcome { effect, outcome } => self.outcome(at, *effect, outcome),
            Event::Operator { word, who, why } => {
                self.words.push(Heard { at, word: word.clone(), who: who.clone(), why: why.clone() });
            }
            Event::Migrated { sources, who, why, dead: _, retold } => {
                retold.iter().for_each(|retold| self.is_retold(retold));
                let (sources, who, why) = (sources.to_string(), who.clone(), why.clone());
                self.migrations.push(Moved { at, sources, who, why });
            }
            Event::Time | Event::Suspended | Event::Recovered => {}
        }
    }
}

/// Why a part could not go on, if the entry tells of one that could not.
fn why(entry: &Entry) -> Option<(&Address, &str)> {
    match entry {
        Entry::TryFailed { address, reason, .. }
        | Entry::InDoubt { address, reason }
        | Entry::Failed { address, reason, .. }
        | Entry::NotUndone { address, reason }
        | Entry::Stuck { address, reason } => Some((address, reason)),
        // The failure of the run is that of the part it names.
        Entry::Unwinding { address, reason } => address.is_root().then_some((address, reason)),
        Entry::Entered { .. }
        | Entry::Intent { .. }
        | Entry::Done { .. }
        | Entry::Verdict { .. }
        | Entry::Decided { .. }
        | Entry::Measured { .. }
        | Entry::Emitted { .. }
        | Entry::Asked { .. }
        | Entry::Waits { .. }
        | Entry::Holds { .. }
        | Entry::Paused { .. }
        | Entry::Resumed
        | Entry::Promoted { .. }
        | Entry::SteppedBack { .. }
        | Entry::Committed { .. }
        | Entry::AttemptFailed { .. }
        | Entry::Left { .. }
        | Entry::Otherwise { .. }
        | Entry::Undone { .. }
        | Entry::Killed { .. }
        | Entry::Owed { .. }
        | Entry::Settled { .. }
        | Entry::Unstuck { .. }
        | Entry::Ended { .. } => None,
    }
}

/// Who says with this event that something was done, and what.
fn settler(event: &Event) -> Option<(Address, String)> {
    let Event::Operator { word: Word::Settle { address, verdict: Settlement::Done(_) }, who, .. } = event else {
        return None;
    };
    Some((address.clone(), who.clone()))
}
