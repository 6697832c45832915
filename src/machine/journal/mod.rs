//! What a journal is made of: records, events, entries. Frozen types; what is written today is read for ever.
//!
//! A [`Record`] is one step of the machine: the event it was given, and the entries that followed from it. Only
//! the event is needed to go on; the entries are for people, and for noticing at recovery that a program no longer
//! does what it did. As the outcome of one step and the intent of the next are in one record, they are durable
//! together by construction.

mod entry;
mod told;
mod word;

pub use entry::*;
pub use word::*;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use crate::ir::Address;

/// A moment, in nanoseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment and `nanoseconds` more, at most the end of time.
    pub fn plus(self, nanoseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanoseconds))
    }

    /// The nanoseconds since `earlier`, 0 if the clock went back.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }
}

/// An effect of a run, numbered in the order of intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId(pub u64);

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// What followed from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Entry>,
}

/// What can happen to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Event {
    /// It begins.
    Started {
        /// The run, by a name that no other run anywhere has: idempotency keys begin with it.
        run: SmolStr,
        /// The plan.
        plan: SmolStr,
        /// Every parameter with its value, defaults included; the event that began the run is one, by the name that
        /// `on Event as name` gives it.
        inputs: Map<String, Json>,
        /// How deep its plans may run each other, if somebody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deepest: Option<u32>,
    },
    /// An effect ended.
    Outcome {
        /// Which.
        effect: EffectId,
        /// How.
        outcome: Outcome,
    },
    /// A moment came that the run waited for.
    Time,
    /// The process that drives the run is about to leave: outcomes are taken, but nothing new is started until the
    /// run is taken up again.
    Suspended,
    /// A process took the run up: whatever was in flight, nobody knows how it ended.
    Recovered,
    /// An operator said something.
    Operator {
        /// What.
        word: Word,
        /// Who.
        who: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The run goes on under another program, under which all that has happened so far would have happened as well.
    Migrated {
        /// The digest of the sources of that program.
        sources: SmolStr,
        /// Who.
        who: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// The approvals that were given for something else than what runs from here on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dead: Vec<Address>,
        /// What goes on and is called or asked otherwise from here on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        retold: Vec<Retold>,
    },
}

/// A part that goes on under another program and is told otherwise by that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retold {
    /// What it was called.
    pub address: Address,
    /// What it is called from here on; absent, if that is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<Address>,
    /// What a person is asked there; absent, if nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What the program says of it.
    pub text: SmolStr,
    /// Who.
    pub by: SmolStr,
}

impl Event {
    /// The event as one that was accepted once: to what an approval was given is not judged again.
    pub(super) fn accepted(&self) -> Event {
        match self {
            Event::Operator { word: Word::Approve { address, digest: _ }, who, why } => {
                let word = Word::Approve { address: address.clone(), digest: None };
                Event::Operator { word, who: who.clone(), why: why.clone() }
            }
            other => other.clone(),
        }
    }
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Ok {
        /// What it gave, as text.
        output: String,
        /// The end of what it said beside that.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        printed: String,
    },
    /// It was not done.
    Failed {
        /// Why: `exit 3`.
        reason: String,
        /// The end of what it said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        printed: String,
        /// How long it asks to be left alone, in nanoseconds from its end: `Retry-After` of HTTP (RFC 9110, 10.2.3).
        /// No try begins before that is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<i64>,
    },
    /// Nobody knows whether it was done.
    Unknown {
        /// Why: `killed by signal 9`.
        reason: String,
        /// The end of what it said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        printed: String,
    },
}

impl Outcome {
    /// It was not done, for this reason, after it had said this.
    pub fn failed(reason: impl Into<String>, printed: impl Into<String>) -> Outcome {
        Outcome::Failed { reason: reason.into(), printed: printed.into(), retry_after: None }
    }
}
