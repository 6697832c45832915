//! What followed from an event.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::{Asking, EffectId, Timestamp};
use crate::ir::{Address, Request};

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
    /// `run`
    Plan,
    /// `decide`
    Decision,
    /// A branch of `parallel`
    Branch,
    /// `attempt` with a name
    Attempt,
    /// `task`
    Task,
    /// `approve`
    Approval,
    /// `guard`
    Guard,
    /// `wait for`
    WaitFor,
    /// `on`, for one event
    Handler,
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
    /// It failed, and was undone but for what was waived.
    Partial,
    /// It was killed, and nothing was undone.
    Killed,
}

/// Why something is to be put right by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owing {
    /// It was done, and is not undone.
    NotUndone,
    /// It was done, and a person said not to undo it.
    Waived,
    /// Nobody knows whether it was done.
    Unknown,
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
        request: Arc<Request>,
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
    /// An option was taken.
    Decided {
        /// Of which decision.
        address: Address,
        /// Which.
        option: SmolStr,
        /// The names that its conditions mention, with their values: `seen.share = 10%`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<SmolStr>,
    },
    /// A phase is done, and what is done after each of them begins.
    Measured {
        /// What is done after the phase.
        address: Address,
        /// Title, estimate, actual time, slip.
        phase: Json,
        /// When the run is due, its slip, the phase that decides it.
        timeline: Json,
    },
    /// An event is published.
    Emitted {
        /// Where; with the run, it is what tells the event from others.
        address: Address,
        /// Which.
        event: SmolStr,
        /// What it carries.
        payload: Json,
    },
    /// A person is asked.
    Asked {
        /// Where.
        address: Address,
        /// For what.
        asking: Asking,
        /// What the program says of it.
        text: SmolStr,
        /// Who.
        by: SmolStr,
        /// The type of what a task reports; empty if it reports nothing.
        #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
        expects: SmolStr,
        /// The options of a decision that are open.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        options: Vec<SmolStr>,
        /// What an approval is for: the question, what would run next, and the values that can be seen there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<SmolStr>,
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
    /// Nothing new starts.
    Paused {
        /// What asks for it: a guard or gate; the root for an operator.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// It goes on after a pause.
    Resumed,
    /// The rest of a hold is skipped.
    Promoted {
        /// Of which stage.
        address: Address,
    },
    /// A gate failed, and the body of the stage before is run again.
    SteppedBack {
        /// The stage that is left.
        address: Address,
        /// Why.
        reason: SmolStr,
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
    /// An attempt failed; what was done in it will be undone, and then the run goes another way.
    AttemptFailed {
        /// The attempt; one without a name is spoken of as the part it stands in.
        attempt: Address,
        /// What failed in it.
        address: Address,
        /// Why.
        reason: SmolStr,
    },
    /// A part of an attempt was left as it was, because the attempt failed.
    Left {
        /// Which.
        address: Address,
    },
    /// What was done in an attempt that failed is undone, and the run goes the other way.
    Otherwise {
        /// The attempt; one without a name is spoken of as the part it stands in.
        attempt: Address,
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
    /// The run is killed: nothing new starts, and nothing is undone.
    Killed {
        /// By whom, and why.
        reason: SmolStr,
    },
    /// Something is to be put right by hand.
    Owed {
        /// The step or scope that it is about.
        address: Address,
        /// What about it.
        owing: Owing,
        /// Why.
        reason: SmolStr,
        /// What would undo it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo: Option<SmolStr>,
    },
    /// A person says that something is not owed any more.
    Settled {
        /// What it was about.
        address: Address,
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
