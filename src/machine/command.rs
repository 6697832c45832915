//! What the machine asks of its world, and what it says of itself.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::journal::{Asking, EffectId, Ending, Entry, Owing, Purpose, Timestamp};
use crate::ir::{Address, Request};

/// What followed from an event: first what must be durable, then what to do once it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// To be journaled with the event, in one write.
    pub entries: Vec<Entry>,
    /// To be done after that write, in this order.
    pub commands: Vec<Command>,
}

/// What the machine asks of its world.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start this effect; its end comes back as `Event::Outcome`, in any case.
    Perform(Perform),
    /// Stop this effect, first politely; its end still comes back.
    Stop(EffectId),
    /// Tell other runs of an event; this one has heard of it.
    Publish(Publish),
}

/// An event to be told of.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    /// Which.
    pub event: SmolStr,
    /// What tells it from others: the run and the address.
    pub id: SmolStr,
    /// What it carries.
    pub payload: Json,
}

/// An effect to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct Perform {
    /// Its number, by which its end is reported.
    pub effect: EffectId,
    /// What it is part of.
    pub address: Address,
    /// What it is for.
    pub purpose: Purpose,
    /// Its idempotency key; looks have none.
    pub key: Option<SmolStr>,
    /// What is asked for.
    pub request: Arc<Request>,
    /// Whether its output is read. If not, any output will do, and none is given back.
    pub wants_output: bool,
}

/// What a run is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It has not been started.
    New,
    /// Something is being done.
    Running,
    /// Only timers are left to wait for.
    Waiting,
    /// Nothing new starts until a person says so.
    Paused,
    /// It failed and is being undone.
    Unwinding,
    /// A person is needed; what runs beside goes on.
    Stuck,
    /// It is over.
    Ended(Ending, Json),
}

/// Something a run waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// What waits.
    pub address: Address,
    /// Since when.
    pub since: Timestamp,
    /// For what.
    pub on: WaitOn,
}

/// What can be done again about what nobody knows the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRetry {
    /// It is tried anew: it failed, or is a compensation, which may be done twice.
    Anew,
    /// Its `confirm` is asked once more.
    Confirm,
    /// It is done again with the same key: doing it twice is doing it once.
    SameKey,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitOn {
    /// An effect in flight.
    Effect {
        /// What was asked for, for a person.
        summary: String,
        /// What it is for.
        purpose: Purpose,
        /// Which try, from 1.
        attempt: u32,
    },
    /// A `wait`, or a pause between two looks.
    Time {
        /// When it is over.
        until: Timestamp,
    },
    /// A pause before the next try.
    Backoff {
        /// When it is over.
        until: Timestamp,
        /// Which try will be next.
        attempt: u32,
        /// Why the last one failed.
        reason: SmolStr,
    },
    /// A stage that is held.
    Hold {
        /// Nanoseconds of observed time.
        held: i64,
        /// Nanoseconds needed.
        needed: i64,
        /// What is watched meanwhile.
        gates: Vec<GateState>,
    },
    /// A person, to do something, to approve it, or to choose.
    Person {
        /// For what.
        asking: Asking,
        /// What the program says of it.
        text: SmolStr,
        /// Who.
        by: SmolStr,
        /// The type of what a task reports; empty if it reports nothing.
        expects: SmolStr,
        /// The options of a decision that are open, each with its title.
        options: Vec<(SmolStr, Option<SmolStr>)>,
        /// What an approval is for: the question, what would run next, and the values that can be seen there.
        digest: Option<SmolStr>,
        /// When it is too late.
        until: Option<Timestamp>,
    },
    /// An event.
    Event {
        /// Which.
        event: SmolStr,
        /// When it is too late.
        until: Option<Timestamp>,
    },
    /// A person, to try again what is done after a phase: `orch retry`.
    Measure {
        /// Why it failed.
        reason: SmolStr,
    },
    /// A person, to let a run go on that is paused.
    Paused {
        /// Why it is.
        reason: SmolStr,
    },
    /// A person, to say how an effect ended: `orch settle`.
    Settlement {
        /// Why nobody knows.
        reason: SmolStr,
        /// The type of the value that is needed if it was done, for a person; empty if none.
        expects: String,
        /// What `orch retry` would do, where one need not know how it ended.
        on_retry: Option<OnRetry>,
        /// Whether it is tried again if it was not done; else it has failed.
        is_tried_again: bool,
    },
    /// A person, to try a compensation again: `orch retry`, or to settle it.
    Compensation {
        /// Why it failed.
        reason: SmolStr,
    },
}

/// A gate of a held stage.
#[derive(Clone, Debug, PartialEq)]
pub struct GateState {
    /// Which.
    pub address: Address,
    /// Its condition in normal form.
    pub text: SmolStr,
    /// Its last verdict.
    pub last: Option<super::journal::Verdict>,
    /// The last answers: `error_rate() = 0.4%`.
    pub answers: Vec<SmolStr>,
    /// How often one looked.
    pub looks: u32,
    /// How often there was no answer.
    pub unknown: u32,
    /// When one looks next; `None` while a look is in flight.
    pub next: Option<Timestamp>,
}

/// Something that a run leaves to be put right by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The step or scope that it is about.
    pub address: Address,
    /// What about it.
    pub owing: Owing,
    /// Why.
    pub reason: SmolStr,
    /// What would undo it, for a person; `None` if nothing can, or its arguments can't be computed.
    pub undo: Option<SmolStr>,
    /// Since when.
    pub since: Timestamp,
}

/// Why an operator's word was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refused {
    /// What is wrong with it in this state: lower case, no full stop.
    pub reason: String,
    /// What can be said instead.
    pub instead: Vec<String>,
}
