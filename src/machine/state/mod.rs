//! The state of a run: plain data, in which every part is found by number.
//!
//! A run is a tree of frames. A frame is a part of the program that has begun and not ended; it knows its parent,
//! its address and how far it is. Names live in environments, which may outlive the frame that made them, because
//! a way back needs them later.

mod frames;
mod kept;
mod undo;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub(in crate::machine) use frames::*;
pub(in crate::machine) use kept::Kept;
pub(in crate::machine) use undo::*;
pub(in crate::machine) use work::*;

use super::command::Owed;
use super::journal::{EffectId, Ending, Timestamp};
use crate::ir::{Address, EventId, PlanId, Value};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)] pub(in crate::machine) struct $name(pub u32);)*
    };
}

numbers! {
    /// A part of the program that has begun and not ended.
    FrameId;
    /// An environment.
    EnvId;
    /// A scope that has a `compensate` of its own.
    ScopeId;
    /// A part of the run that is undone on its own: the run itself, or an attempt.
    RegionId;
}

/// All a machine remembers of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct State {
    /// The unique name of the run, with which idempotency keys begin.
    pub run: SmolStr,
    /// When it began.
    pub began: Timestamp,
    pub now: Timestamp,
    pub live: Live,
    pub numbers: Numbers,
    /// The events that have arrived and that something may still ask for, by number.
    pub arrived: BTreeMap<usize, Arrived>,
    /// What told those from others that came from outside and are forgotten: a second one is not heard.
    pub known: BTreeSet<(EventId, SmolStr)>,
    /// Which of them each handler sees next: also one that goes on from a commit sees each once.
    pub seen: BTreeMap<FrameId, usize>,
    /// How often each address was entered, but for those inside a part that has ended and is not entered again.
    pub visits: BTreeMap<Address, u32>,
    /// Whether anything was done after a phase: when that is tried again, it is entered by its first address.
    pub measured: bool,
    /// The run itself, and the attempts that run; those that have nothing yet need not be here.
    pub regions: BTreeMap<RegionId, Box<Region>>,
    pub scopes: BTreeMap<ScopeId, Scope>,
    /// Which frame waits for which effect.
    pub effects: BTreeMap<EffectId, FrameId>,
    /// Outcomes that came while the run was suspended.
    pub held_back: Vec<(EffectId, super::journal::Outcome)>,
    pub suspended: bool,
    /// Why nothing new starts, and since when.
    pub paused: Option<Paused>,
    /// What frames were to be told while nothing new starts.
    pub held: Vec<(FrameId, super::Report)>,
    /// Where the run goes on after it was halted.
    pub floor: Option<Box<Floor>>,
    /// The same for the loop or branches that began last whose parts can be made final, before the first of them is.
    pub parts_floor: Option<Box<Floor>>,
    /// What can't be undone and was done since the last commit.
    pub kept: Kept,
    /// What is to be put right by hand.
    pub owed: Vec<Owed>,
    /// How deep plans may run each other, if somebody said.
    pub deepest: Option<u32>,
    /// Why the run was killed.
    pub killed: Option<SmolStr>,
    pub ended: Option<(Ending, serde_json::Value)>,
}

/// What runs: frames and the names they see.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct Live {
    pub frames: Frames,
    pub envs: BTreeMap<EnvId, Env>,
    /// Whether there ever was a guard or handler, which ends with the block it stands in.
    pub watched: bool,
}

/// What the next of each kind is called.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct Numbers {
    pub frame: u32,
    pub env: u32,
    pub scope: u32,
    pub region: u32,
    pub effect: u64,
    pub event: usize,
}

/// An event that has arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Arrived {
    pub event: EventId,
    pub id: SmolStr,
    pub value: Value,
    /// A `wait for` has taken it.
    pub taken: bool,
    /// It may be told again: it is none of the run's own.
    pub outside: bool,
}

/// Nothing new starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Paused {
    /// What paused it: a guard, a gate, or the root for an operator.
    pub address: Address,
    pub reason: SmolStr,
    pub since: Timestamp,
}

/// Names with their values.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct Env {
    pub parent: Option<EnvId>,
    pub bindings: Bindings,
    /// How many scopes need it after its frame.
    pub uses: u32,
}

/// A part of the program that has begun and not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Frame {
    pub parent: Option<FrameId>,
    pub address: Address,
    /// Whose names it speaks of.
    pub plan: PlanId,
    pub env: EnvId,
    /// The environment was made for this frame.
    pub owns_env: bool,
    /// Which part of its parent it is: the number of a phase, a branch, an item or a gate.
    pub slot: usize,
    /// The innermost scope with a `compensate` of its own.
    pub scope: Option<ScopeId>,
    pub region: RegionId,
    /// How many events had arrived when its plan began.
    pub heard: usize,
    pub since: Timestamp,
    /// When it has taken too long.
    pub limit: Option<Limit>,
    /// It is part of what is done after a phase: it is never undone.
    pub measures: bool,
    /// It is part of a compensation: its failure makes the run stuck.
    pub undoing: bool,
    /// It is part of a compensation, if only of an attempt in one: it is taken to be idempotent, and no pause holds it.
    pub repeats: bool,
    pub work: Work,
}

/// How long a part of the run may take.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Limit {
    /// When that is over.
    pub at: Timestamp,
    /// Nanoseconds, from its beginning on.
    pub whole: i64,
}

impl Frame {
    /// The next moment this frame waits for.
    pub(in crate::machine) fn deadline(&self) -> Option<Timestamp> {
        let limit = self.limit.map(|limit| limit.at);
        self.work_deadline().into_iter().chain(limit).min()
    }

    /// The same without regard to how long it may take.
    pub(in crate::machine) fn work_deadline(&self) -> Option<Timestamp> {
        match &self.work {
            Work::Stage(stage) => stage.hold.as_ref().and_then(Hold::deadline),
            Work::Look(look) => {
                let stopping = look.flight.as_ref().is_some_and(|flight| flight.stopped.is_some());
                look.backoff.as_ref().map(|backoff| backoff.until).or(look.over.filter(|_| !stopping))
            }
            Work::Act(act) => act.deadline(),
            Work::Check(check) => check.next.or(check.over()),
            Work::Wait { until } => Some(*until),
            Work::Guard(guard) => guard.next,
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Probe { .. }
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => None,
        }
    }
}

impl Frame {
    /// Its effect in flight.
    pub(in crate::machine) fn flight_mut(&mut self) -> Option<&mut Flight> {
        match &mut self.work {
            Work::Look(look) => look.flight.as_mut(),
            Work::Act(act) => match &mut act.state {
                ActState::InFlight { flight, .. } => Some(flight),
                ActState::Preparing
                | ActState::Backoff(_)
                | ActState::Confirming { .. }
                | ActState::ConfirmBackoff { .. }
                | ActState::RepeatBackoff(_)
                | ActState::Stuck { .. } => None,
            },
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => None,
        }
    }

    /// Whether this is a compensation as a whole, and one that blocks nothing if it can't be done.
    pub(in crate::machine) fn is_best_effort_compensation(&self) -> bool {
        match &self.work {
            Work::Block { role: Role::Compensation { best_effort }, .. } => *best_effort,
            Work::Act(act) => matches!(act.of, ActOf::Undo { best_effort: true }),
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => false,
        }
    }
}

impl Live {
    /// An environment and all it sees.
    pub(in crate::machine) fn chain(&self, env: EnvId) -> Vec<EnvId> {
        std::iter::successors(Some(env), |env| self.envs.get(env).and_then(|env| env.parent)).collect()
    }
}
