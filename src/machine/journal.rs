//! What a journal is made of: records, events, entries. Frozen types; what is written today is read for ever.
//!
//! A [`Record`] is one step of the machine: the event it was given, and the entries that followed from it. Only
//! the event is needed to go on; the entries are for people, and for noticing at recovery that a program no longer
//! does what it did. As the outcome of one step and the intent of the next are in one record, they are durable
//! together by construction.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use crate::ir::{Address, Request};

/// A moment, in nanoseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
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
#[serde(transparent)]
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
        /// Every parameter with its value, defaults included.
        inputs: Map<String, Json>,
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

/// What an operator can say to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Word {
    /// How an effect ended of which nobody knew.
    Settle {
        /// Which.
        address: Address,
        /// Whether it was done, and what it gave.
        verdict: Settlement,
    },
    /// Once more what a run is stuck on, or on from the commit it is halted at.
    Retry {
        /// What; needed only where several things are stuck.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// Stop, and undo.
    Cancel,
}

/// How an operator settles an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// It was done and gave this; `null` if it gives nothing.
    Done(Json),
    /// It was not done.
    NotDone,
}

/// What an effect is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A step.
    Do,
    /// A compensation.
    Undo,
    /// A probe, or the look of a condition.
    Look,
    /// Finding out whether a step or compensation was done.
    Confirm,
}

/// What a part of a run is, for those who show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `phase`
    Phase,
    /// `probe`
    Probe,
    /// `step` of one call
    Step,
    /// `step` of several
    BlockStep,
    /// An item of a `for`
    Item,
    /// `rollout`
    Rollout,
    /// A stage of a rollout
    Stage,
    /// `gate`
    Gate,
    /// `require`
    Require,
    /// `verify`
    Verify,
    /// `wait`
    Wait,
    /// `commit`
    Commit,
    /// A compensation of a scope or of a step with a block
    Compensation,
}

/// A look's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There was no answer.
    Unknown,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All was done.
    Completed,
    /// It failed, and all was undone.
    Compensated,
    /// It failed, and was undone to its last commit.
    Halted,
}

/// What followed from an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Entry {
    /// A part of the run begins.
    Entered {
        /// Which.
        address: Address,
        /// What it is.
        kind: Kind,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<SmolStr>,
    },
    /// An effect is about to be started.
    Intent {
        /// Its number.
        effect: EffectId,
        /// What it is part of.
        address: Address,
        /// What it is for.
        purpose: Purpose,
        /// Which try, from 1.
        attempt: u32,
        /// Its idempotency key; looks have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<SmolStr>,
        /// What is asked for.
        request: Request,
    },
    /// A try failed and there will be another.
    TryFailed {
        /// What.
        address: Address,
        /// Why.
        reason: SmolStr,
        /// When the next begins.
        next: Timestamp,
    },
    /// Nobody knows whether an effect was done; it is being found out, or an operator is needed.
    InDoubt {
        /// What.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// A part of the run ended well.
    Done {
        /// Which.
        address: Address,
        /// What it gave; `null` if nothing.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        value: Json,
    },
    /// A part of the run failed.
    Failed {
        /// Which.
        address: Address,
        /// Why.
        reason: SmolStr,
        /// It was `best_effort`: the run goes on.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        tolerated: bool,
    },
    /// A condition was looked at.
    Verdict {
        /// Of what.
        address: Address,
        /// How it is.
        verdict: Verdict,
        /// Each look with its answer: `error_rate() = 0.4%`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        answers: Vec<SmolStr>,
        /// How much of its time a stage has been held, after this verdict, in nanoseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<i64>,
    },
    /// Nothing happens at `address` until then.
    Waits {
        /// What.
        address: Address,
        /// Until when.
        until: Timestamp,
    },
    /// A stage is held.
    Holds {
        /// Which stage.
        address: Address,
        /// How long, in nanoseconds of observed time.
        needed: i64,
    },
    /// What came before is final.
    Committed {
        /// Where.
        address: Address,
        /// What was said.
        text: SmolStr,
    },
    /// The run failed; what was done will be undone.
    Unwinding {
        /// What failed; the root if an operator cancelled.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// A part of the run was undone.
    Undone {
        /// Which.
        address: Address,
    },
    /// A compensation failed, and `best_effort` says to go on.
    NotUndone {
        /// Of what.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// A person is needed.
    Stuck {
        /// On what.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// A person helped.
    Unstuck {
        /// On what.
        address: Address,
    },
    /// The run is over.
    Ended {
        /// How.
        ending: Ending,
        /// What the plan gave.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        value: Json,
    },
}
