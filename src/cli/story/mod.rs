//! A run as its records tell it: what began, what was tried, how it ended. Both the live lines and `orch show` are
//! drawn from it.

mod entries;
mod part;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::terminal::text::readable;
use crate::{
    ir::Address,
    machine::{EffectId, Ending, Event, Owed, Record, Settlement, Timestamp, Word},
};
pub use part::{Looks, Part, Settled, State, Try, printed};

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
    /// What is to be put right by hand.
    pub owed: Vec<Owed>,
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
    effects: HashMap<EffectId, (Address, usize)>,
    /// Who settled what with this record.
    settler: Option<(Address, String)>,
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
            Event::Migrated { sources, who, why, dead: _ } => {
                let (sources, who, why) = (sources.to_string(), who.clone(), why.clone());
                self.migrations.push(Moved { at, sources, who, why });
            }
            Event::Time | Event::Suspended | Event::Recovered => {}
        }
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
