//! The state of a run: plain data, in which every part is found by number.
//!
//! A run is a tree of frames. A frame is a part of the program that has begun and not ended; it knows its parent,
//! its address and how far it is. Names live in environments, which may outlive the frame that made them, because
//! a way back needs them later.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::journal::{EffectId, Ending, Timestamp, Verdict};
use crate::evaluate::Answers;
use crate::ir::{ActionId, Address, BlockId, LocalId, Place, ProbeId, Request, Type, Value};
use crate::source::Span;

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)] pub(super) struct $name(pub u32);)*
    };
}

numbers! {
    /// A part of the program that has begun and not ended.
    FrameId;
    /// An environment.
    EnvId;
    /// A scope that has a `compensate` of its own.
    ScopeId;
}

/// All a machine remembers of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The unique name of the run, with which idempotency keys begin.
    pub run: SmolStr,
    /// Its plan.
    pub plan: SmolStr,
    pub now: Timestamp,
    pub live: Live,
    pub numbers: Numbers,
    /// How often each address was entered.
    pub visits: BTreeMap<Address, u32>,
    /// What would be undone, in the order of intents.
    pub undo: Vec<Undo>,
    pub scopes: BTreeMap<ScopeId, Scope>,
    /// Which frame waits for which effect.
    pub effects: BTreeMap<EffectId, FrameId>,
    /// Outcomes that came while the run was suspended.
    pub held_back: Vec<(EffectId, super::journal::Outcome)>,
    pub suspended: bool,
    /// Why the run is being undone.
    pub failure: Option<Failure>,
    /// The frame of the compensation that runs.
    pub undoing: Option<FrameId>,
    /// A compensation that could not be done, with the reason.
    pub blocked: Option<(Address, SmolStr)>,
    /// Where the run goes on after it was halted.
    pub floor: Option<Box<Floor>>,
    /// Values of irreversible steps done since the last commit, by address without visits.
    pub kept: BTreeMap<Address, Value>,
    pub ended: Option<(Ending, serde_json::Value)>,
}

/// What runs: frames and the names they see.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    pub frames: BTreeMap<FrameId, Frame>,
    pub envs: BTreeMap<EnvId, Env>,
}

/// What the next of each kind is called.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub frame: u32,
    pub env: u32,
    pub scope: u32,
    pub effect: u64,
}

/// The place to go on from after a halt: what ran just behind a commit.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    pub address: Address,
    pub live: Live,
    pub frame: FrameId,
}

/// Why a run is being undone.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub address: Address,
    pub reason: SmolStr,
}

/// Names with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub parent: Option<EnvId>,
    pub bindings: BTreeMap<LocalId, Value>,
    /// How many scopes need it after its frame.
    pub uses: u32,
}

/// A part of the program that has begun and not ended.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub parent: Option<FrameId>,
    pub address: Address,
    pub env: EnvId,
    /// The environment was made for this frame.
    pub owns_env: bool,
    /// Which part of its parent it is: the number of a phase or a gate.
    pub slot: usize,
    /// The innermost scope with a `compensate` of its own.
    pub scope: Option<ScopeId>,
    pub since: Timestamp,
    /// It is part of a compensation: its failure makes the run stuck.
    pub undoing: bool,
    pub work: Work,
}

/// What a frame does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// Statements one after another; `next` is the one to begin.
    Block { block: BlockId, next: u32, role: Role },
    /// Phases that stand together.
    Phases { place: Place, phases: Vec<Progress> },
    /// One item after another; `next` is the one to begin.
    Loop { place: Place, items: Arc<Vec<(SmolStr, Value)>>, next: usize },
    /// Stage by stage; `next` is the one to begin.
    Rollout { place: Place, stages: Arc<Vec<StagePlan>>, next: usize },
    /// One stage.
    Stage(Stage),
    /// A `probe` statement.
    Probe { place: Place, answers: Answers },
    /// A look.
    Look(Box<Look>),
    /// A step or the call of a compensation.
    Act(Box<Act>),
    /// `require`, `verify`, or one look of a gate.
    Check(Box<Check>),
    /// `wait`.
    Wait { until: Timestamp },
}

/// What a block is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The plan itself.
    Plan,
    /// A branch of `when`, the body of a stage: no part of the run of its own.
    Inline,
    /// A phase, an item or a block step.
    Scope,
    /// The block of a compensation; a failure of it is recorded if `best_effort`.
    Compensation { best_effort: bool },
}

/// How far a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Waiting,
    Running,
    Done,
}

/// A stage of a rollout: its value, and for how many nanoseconds it is held.
#[derive(Clone, Debug)]
pub(super) struct StagePlan {
    pub value: Value,
    pub hold: Option<i64>,
}

/// A stage that runs.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub place: Place,
    /// Nanoseconds of observed time that are needed.
    pub needed: i64,
    /// Set when the body is done.
    pub hold: Option<Hold>,
}

/// A stage that is held.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    /// When it is over, if nothing is watched.
    pub until: Timestamp,
    pub gates: Vec<GateRun>,
}

/// A gate of a held stage.
#[derive(Clone, Debug)]
pub(super) struct GateRun {
    pub address: Address,
    pub every: i64,
    pub tolerate: i64,
    /// Nanoseconds observed.
    pub credit: i64,
    /// Since when nothing was credited.
    pub mark: Timestamp,
    /// When one looks next; `None` while one looks.
    pub next: Option<Timestamp>,
    pub last: Option<Verdict>,
    pub answers: Vec<SmolStr>,
    pub failed_in_a_row: i64,
    pub unknown_in_a_row: u32,
    pub looks: u32,
    pub unknown: u32,
}

/// How often and how long something is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// More tries after the first; `None` if nothing was said.
    pub retries: Option<u32>,
    /// The first pause, in nanoseconds.
    pub first: i64,
    /// The longest pause.
    pub longest: i64,
    /// How long one try may take.
    pub timeout: Option<i64>,
}

/// A look that runs.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub subject: Subject,
    pub answers: Answers,
    pub policy: Policy,
    pub attempt: u32,
    /// When this try is over, looks inside it included.
    pub over: Option<Timestamp>,
    pub flight: Option<Flight>,
    pub backoff: Option<Backoff>,
    pub purpose: super::journal::Purpose,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    /// A probe with its arguments.
    Probe(ProbeId, Vec<Value>),
    /// A built-in effect.
    Effect { request: Request, expects: Type, span: Span },
}

/// An effect in flight.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub effect: EffectId,
    pub request: Request,
    pub expects: Type,
    pub span: Span,
    /// When it is stopped.
    pub deadline: Option<Timestamp>,
    /// It was asked to stop, for this reason.
    pub stopped: Option<SmolStr>,
}

/// A pause before the next try.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    pub until: Timestamp,
    pub reason: SmolStr,
}

/// What an act is part of.
#[derive(Clone, Debug)]
pub(super) enum ActOf {
    /// A step.
    Step(Place),
    /// The compensation of what stands last in the list.
    Undo { best_effort: bool },
}

/// One thing that is done.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub of: ActOf,
    pub call: Call,
    pub answers: Answers,
    pub policy: Policy,
    /// The number of the try that counts, from 1.
    pub attempt: u32,
    /// How often the effect was asked for.
    pub launches: u32,
    /// When this try is over, looks before its effect included.
    pub over: Option<Timestamp>,
    /// How often settling was tried.
    pub settling: u32,
    /// The effect that is in doubt.
    pub last: Option<Flight>,
    pub state: ActState,
}

/// What is called, with everything it needs to know.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Action(ActionId, Vec<Value>),
    Effect { request: Request, expects: Type, span: Span },
}

/// How far an act is.
#[derive(Clone, Debug)]
pub(super) enum ActState {
    /// What its body looks at first is not known yet.
    Preparing,
    /// It is being done; `doubt` is why it is done again, if it is.
    InFlight {
        flight: Flight,
        doubt: Option<SmolStr>,
    },
    /// The last try failed.
    Backoff(Backoff),
    /// Nobody knows whether it was done, and one looks.
    Confirming {
        answers: Answers,
        reason: SmolStr,
        crashed: bool,
    },
    /// Nobody knows, and one will look, or do it, again.
    ConfirmBackoff {
        backoff: Backoff,
        crashed: bool,
    },
    RepeatBackoff(Backoff),
    /// A person is needed; with `doubt`, to say how it ended.
    Stuck {
        reason: SmolStr,
        doubt: bool,
        crashed: bool,
        since: Timestamp,
    },
}

/// A condition that is being looked at.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub of: CheckOf,
    pub answers: Answers,
    /// For `verify within`: when it is over, and the pause between two looks.
    pub within: Option<(Timestamp, i64)>,
    /// When one looks again; `None` while one looks.
    pub next: Option<Timestamp>,
    /// When this look began.
    pub began: Timestamp,
}

/// Whose condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CheckOf {
    Require(Place),
    Verify(Place),
    /// A gate of the rollout at this place, by number.
    Gate(Place, usize),
}

/// Something in the list of what would be undone.
#[derive(Clone, Debug)]
pub(super) struct Undo {
    /// The number of its first effect.
    pub first: u64,
    pub address: Address,
    pub scope: Option<ScopeId>,
    pub state: UndoState,
}

/// Whether and how.
#[derive(Clone, Debug)]
pub(super) enum UndoState {
    /// It is being done, or nobody knows yet; `always` is what undoes it even if it fails.
    Pending { frame: FrameId, always: Option<WayBack> },
    /// It is done.
    Done(WayBack),
    /// It was started, and only the scope it stands in says how it is undone.
    Started,
}

/// How something is undone, with what it was given then.
#[derive(Clone, Debug)]
pub(super) enum WayBack {
    Call {
        call: Call,
        policy: Policy,
        best_effort: bool,
    },
    Block {
        block: BlockId,
        names: BTreeMap<LocalId, Value>,
        best_effort: bool,
    },
    /// Its arguments could not be computed, for this reason.
    Broken {
        reason: SmolStr,
        best_effort: bool,
    },
}

/// A scope with a `compensate` of its own.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub parent: Option<ScopeId>,
    /// The number that the next effect had when it began: what is in it stands from there on in the list.
    pub first: u64,
    pub address: Address,
    /// What it sees: outer names, and inner ones where they are known.
    pub env: EnvId,
    pub place: ScopePlace,
}

/// Where the compensation of a scope is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum ScopePlace {
    Statement(Place),
    /// A phase of the phases at this place, by number.
    Phase(Place, usize),
}

impl Frame {
    /// The next moment this frame waits for.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        match &self.work {
            Work::Stage(stage) => stage.hold.as_ref().and_then(Hold::deadline),
            Work::Look(look) => {
                let stopping = look.flight.as_ref().is_some_and(|flight| flight.stopped.is_some());
                look.backoff.as_ref().map(|backoff| backoff.until).or(look.over.filter(|_| !stopping))
            }
            Work::Act(act) => act.deadline(),
            Work::Check(check) => check.next.or(check.over()),
            Work::Wait { until } => Some(*until),
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Probe { .. } => None,
        }
    }
}

impl Frame {
    /// Its effect in flight.
    pub(super) fn flight_mut(&mut self) -> Option<&mut Flight> {
        match &mut self.work {
            Work::Look(look) => look.flight.as_mut(),
            Work::Act(act) => match &mut act.state {
                ActState::InFlight { flight, .. } => Some(flight),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether this is a compensation as a whole, and one that blocks nothing if it can't be done.
    pub(super) fn is_best_effort_compensation(&self) -> bool {
        match &self.work {
            Work::Block { role: Role::Compensation { best_effort }, .. } => *best_effort,
            Work::Act(act) => matches!(act.of, ActOf::Undo { best_effort: true }),
            _ => false,
        }
    }
}

impl Hold {
    fn deadline(&self) -> Option<Timestamp> {
        if self.gates.is_empty() { Some(self.until) } else { self.gates.iter().filter_map(|gate| gate.next).min() }
    }
}

impl Act {
    fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            ActState::Preparing => self.over,
            ActState::InFlight { flight, .. } => flight.deadline,
            ActState::Backoff(backoff)
            | ActState::ConfirmBackoff { backoff, .. }
            | ActState::RepeatBackoff(backoff) => Some(backoff.until),
            ActState::Confirming { .. } | ActState::Stuck { .. } => None,
        }
    }
}

impl Check {
    /// When a look of `verify within` is over: at its end, but a late one has as long as a pause between two looks.
    fn over(&self) -> Option<Timestamp> {
        self.within.map(|(until, every)| until.max(self.began.plus(every)))
    }
}

impl Live {
    /// An environment and all it sees.
    pub(super) fn chain(&self, env: EnvId) -> Vec<EnvId> {
        std::iter::successors(Some(env), |env| self.envs.get(env).and_then(|env| env.parent)).collect()
    }
}
