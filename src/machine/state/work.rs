//! What frames do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::RegionId;
use crate::evaluate::Answers;
use crate::ir::{ActionId, Address, BlockId, Place, ProbeId, Request, Type, Value};
use crate::machine::journal::{EffectId, Timestamp, Verdict};
use crate::source::Span;

/// What a frame does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum Work {
    /// Statements one after another; `next` is the one to begin.
    Block { block: BlockId, next: u32, role: Role },
    /// Phases that stand together, with when each began and ended.
    Phases { place: Place, phases: Vec<Progress>, times: Vec<Option<(Timestamp, Option<Timestamp>)>> },
    /// What is done after a phase.
    Measure(Measure),
    /// Branches together, so many at once.
    Parallel { place: Place, limit: usize, branches: Vec<Progress> },
    /// The items of a list, with what each gave so far.
    Loop { place: Place, items: Arc<Items>, progress: Parts, results: Vec<Value> },
    /// An attempt, while it is tried and while it is undone.
    Attempt { place: Place, region: RegionId },
    /// `unwind`: what a scope did is undone as its parts say, in a region of its own.
    Unwind { region: RegionId },
    /// Stage by stage; `next` is the one to begin.
    Rollout { place: Place, stages: Arc<Vec<StagePlan>>, next: usize, stepped_back: u32 },
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
    /// A guard.
    Guard(Guard),
    /// `wait for`.
    WaitFor(Place),
    /// `on`: the number of the next event to see, and whether one is being handled.
    Handler { place: Place, next: usize, busy: bool },
    /// A `return` that waits until no event is being handled in what it leaves.
    Return(Value),
    /// `wait`.
    Wait { until: Timestamp },
    /// A task, an approval, or a decision of a person.
    Ask(Box<Ask>),
}

/// What a block is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) enum Role {
    /// The plan itself.
    Plan,
    /// A plan that another one runs, by the statement at this place.
    SubPlan(Place),
    /// A branch of `when`, the body of a stage: no part of the run of its own.
    Inline,
    /// A phase, an item or a block step.
    Scope,
    /// The option that was taken of the decision at this place.
    Choice(Place),
    /// A branch of the `parallel` at this place, by number.
    Branch(Place, usize),
    /// An item whose value is collected.
    Item,
    /// A block of the attempt at this place, which has a name or none.
    Attempt { place: Place, named: bool },
    /// The block of a compensation; a failure of it is recorded if `best_effort`.
    Compensation { best_effort: bool },
}

/// How far a phase, a branch or an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) enum Progress {
    Waiting,
    Running,
    /// It is done, and this of what is done after each.
    Measuring(usize),
    Done,
}

/// How far the items of a loop are, counted as they go on, so that no item is looked at for each other one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Parts {
    each: Vec<Progress>,
    running: usize,
    done: usize,
    /// So many of the first in the order in which they begin have begun.
    pub begun: usize,
}

/// What is done after a phase, and why it could not be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Measure {
    pub place: Place,
    pub failed: Option<SmolStr>,
}

/// The items of a loop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Items {
    /// Each with its key, in the order of the list.
    pub list: Vec<(SmolStr, Value)>,
    /// Which ones each waits for, by number.
    pub after: Vec<Vec<usize>>,
    /// The numbers in the order in which those that are ready begin.
    pub order: Vec<usize>,
    /// How many at once.
    pub limit: usize,
}

/// A stage of a rollout: its value, and for how many nanoseconds it is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct StagePlan {
    pub value: Value,
    pub hold: Option<i64>,
}

/// A stage that runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Stage {
    pub place: Place,
    /// Nanoseconds of observed time that are needed.
    pub needed: i64,
    /// Set when the body is done.
    pub hold: Option<Hold>,
}

/// A stage that is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Hold {
    /// When it is over, if nothing is watched.
    pub until: Timestamp,
    pub gates: Vec<GateRun>,
}

/// A gate of a held stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct GateRun {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) struct Policy {
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Look {
    pub subject: Subject,
    pub answers: Answers,
    pub policy: Policy,
    pub attempt: u32,
    /// When this try is over, looks inside it included.
    pub over: Option<Timestamp>,
    pub flight: Option<Flight>,
    pub backoff: Option<Backoff>,
    pub purpose: crate::machine::journal::Purpose,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::machine) enum Subject {
    /// A probe with its arguments.
    Probe(ProbeId, Vec<Value>),
    /// A built-in effect.
    Effect { request: Arc<Request>, expects: Type, span: Span },
}

/// An effect in flight.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Flight {
    pub effect: EffectId,
    pub request: Arc<Request>,
    pub expects: Type,
    pub span: Span,
    /// When it is stopped.
    pub deadline: Option<Timestamp>,
    /// It was asked to stop, for this reason.
    pub stopped: Option<SmolStr>,
}

/// A pause before the next try.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Backoff {
    pub until: Timestamp,
    pub reason: SmolStr,
}

/// What an act is part of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum ActOf {
    /// A step.
    Step(Place),
    /// The compensation of what stands last in the list.
    Undo { best_effort: bool },
}

/// One thing that is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Act {
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum Call {
    Action(ActionId, Arc<[Value]>),
    Effect { request: Arc<Request>, expects: Type, span: Span },
}

/// How far an act is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum ActState {
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Check {
    pub of: CheckOf,
    pub answers: Answers,
    /// How it is looked at again; it is not, without.
    pub again: Option<Again>,
    /// When one looks again; `None` while one looks.
    pub next: Option<Timestamp>,
    /// When this look began.
    pub began: Timestamp,
}

/// How a condition is looked at again until it holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Again {
    /// The pause between two looks, in nanoseconds.
    pub every: i64,
    /// When it is over; without, it goes on for ever.
    pub until: Option<Timestamp>,
}

/// Whose condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) enum CheckOf {
    Require(Place),
    Verify(Place),
    WaitUntil(Place),
    /// A gate of the rollout at this place, by number.
    Gate(Place, usize),
    Guard(Place),
}

/// A guard that watches the block it stands in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Guard {
    pub place: Place,
    pub every: i64,
    pub tolerate: i64,
    /// When one looks next; `None` while one looks.
    pub next: Option<Timestamp>,
    /// Whether the statement after it has begun.
    pub let_go: bool,
    pub failed_in_a_row: i64,
    pub unknown_in_a_row: u32,
}

/// What is asked of a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Ask {
    pub place: Place,
    pub asking: crate::machine::journal::Asking,
    pub text: SmolStr,
    /// Who is asked.
    pub by: SmolStr,
    /// What a task reports.
    pub expects: Type,
    /// The options of a decision that are open, by number.
    pub open: Vec<usize>,
    /// What an approval is for.
    pub digest: Option<SmolStr>,
}

impl Role {
    /// Whether a `return` inside ends it.
    pub(in crate::machine) fn takes_return(self) -> bool {
        match self {
            Role::Plan | Role::SubPlan(_) | Role::Branch(..) | Role::Item | Role::Compensation { .. } => true,
            Role::Attempt { named, .. } => named,
            Role::Inline | Role::Scope | Role::Choice(_) => false,
        }
    }
}

impl Parts {
    /// So many, of which none has begun.
    pub(in crate::machine) fn waiting(count: usize) -> Parts {
        Parts { each: vec![Progress::Waiting; count], running: 0, done: 0, begun: 0 }
    }

    /// How far one is.
    pub(in crate::machine) fn of(&self, slot: usize) -> Progress {
        self.each[slot]
    }

    /// One of them is this far now.
    pub(in crate::machine) fn set(&mut self, slot: usize, now: Progress) {
        let before = std::mem::replace(&mut self.each[slot], now);
        let counts = |progress: Progress, wanted: Progress| usize::from(progress == wanted);
        self.running = self.running + counts(now, Progress::Running) - counts(before, Progress::Running);
        self.done = self.done + counts(now, Progress::Done) - counts(before, Progress::Done);
    }

    /// How many run.
    pub(in crate::machine) fn running(&self) -> usize {
        self.running
    }

    /// How many are done.
    pub(in crate::machine) fn done(&self) -> usize {
        self.done
    }

    /// How many have not begun.
    pub(in crate::machine) fn left(&self) -> usize {
        self.each.len() - self.running - self.done
    }
}

impl Hold {
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        if self.gates.is_empty() { Some(self.until) } else { self.gates.iter().filter_map(|gate| gate.next).min() }
    }
}

impl Act {
    pub(super) fn deadline(&self) -> Option<Timestamp> {
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
    /// When a look that is repeated is over: at the end, but a late one has as long as a pause between two looks.
    pub(in crate::machine) fn over(&self) -> Option<Timestamp> {
        let again = self.again?;
        again.until.map(|until| until.max(self.began.plus(again.every)))
    }
}
