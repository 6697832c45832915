//! Statements.

mod shape;
mod watch;
mod work;

pub use shape::{Attempt, Branch, Choice, Decide, For, ForOrder, Phase};
pub use watch::{Check, Gate, Guard, Reaction, Rollout, Stages};
pub use work::{Compensation, CompensationBody, CompensationMode, Operation, Run, Step, Task};

use super::{
    address::Segment,
    expr::Expr,
    pattern::Pattern,
    program::{BlockId, EventId, LocalId, Tries},
};
use crate::source::Span;

/// How long something takes and how much is at stake, as its author says; nothing is decided by it.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// Optimistic, likely and pessimistic, `Duration`s; one where only the likely is said, two for the outer ones.
    pub takes: Vec<Expr>,
    /// A `Risk`.
    pub risk: Option<Box<Expr>>,
}

/// Statements, one after another.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its part of the address; `None` for those that add none.
    pub segment: Option<Segment>,
    /// Its title, a `String`.
    pub title: Option<Box<Expr>>,
    /// How long it takes, and how much is at stake.
    pub estimate: Estimate,
    /// How long it may take, a `Duration`; a step, a probe and a wait say that themselves.
    pub timeout: Option<Box<Expr>>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// Binds a pure value.
    Let {
        /// What it binds.
        local: LocalId,
        /// Its value.
        value: Expr,
    },
    /// Looks once.
    Probe {
        /// What it binds.
        local: LocalId,
        /// The look: its kind is `Look`, `Effect`, or a `Decode` of one.
        look: Expr,
        /// How often and how long it tries, beside what the probe itself says.
        tries: Tries,
    },
    /// Does one thing.
    Step(Box<Step>),
    /// Several effects as one entry.
    BlockStep {
        /// What is done.
        block: BlockId,
        /// Its whole way back.
        compensation: Option<Compensation>,
    },
    /// Work of a person or an outside agent.
    Task(Box<Task>),
    /// Phases that stand together, each as soon as those it waits for are done.
    Phases(Vec<Phase>),
    /// The first branch whose condition holds.
    When {
        /// Conditions and what they lead to.
        branches: Vec<(Expr, BlockId)>,
        /// What is done if none holds.
        otherwise: Option<BlockId>,
    },
    /// The first arm whose pattern matches; one always does.
    Match {
        /// What is matched.
        value: Expr,
        /// Patterns and what they lead to.
        arms: Vec<(Pattern, BlockId)>,
    },
    /// A decision point.
    Decide(Box<Decide>),
    /// Branches together.
    Parallel {
        /// How many at once, an `Int`.
        limit: Option<Expr>,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// One item after another, or several together.
    For(Box<For>),
    /// Stage by stage.
    Rollout(Box<Rollout>),
    /// Must hold now.
    Require(Check),
    /// Must come to hold.
    Verify {
        /// What.
        check: Check,
        /// For how long and how often one looks; both `Duration`s.
        within: Option<Box<(Expr, Expr)>>,
    },
    /// Must keep holding until its scope ends.
    Guard(Box<Guard>),
    /// Waits for a `Duration`.
    Wait(Expr),
    /// Waits until something holds.
    WaitUntil {
        /// What.
        check: Check,
        /// How often one looks, a `Duration`.
        every: Box<Expr>,
        /// How long it may take, a `Duration`.
        timeout: Option<Box<Expr>>,
    },
    /// Waits for an event.
    WaitFor {
        /// Which.
        event: EventId,
        /// What it is called afterwards.
        local: Option<LocalId>,
        /// Which of them; sees `local`.
        condition: Option<Box<Expr>>,
        /// How long it may take, a `Duration`.
        timeout: Option<Box<Expr>>,
    },
    /// Runs a block each time an event arrives, while its scope is active.
    On {
        /// Which.
        event: EventId,
        /// What it is called inside.
        local: Option<LocalId>,
        /// Which of them; sees `local`.
        condition: Option<Expr>,
        /// What is done.
        block: BlockId,
    },
    /// A person says yes, or no.
    Approve {
        /// What is asked, a `String`.
        question: Box<Expr>,
        /// Who answers, a `String`.
        by: Box<Expr>,
    },
    /// Publishes an event.
    Emit {
        /// Which.
        event: EventId,
        /// What it carries, a record.
        payload: Expr,
    },
    /// A nested saga.
    Attempt(Box<Attempt>),
    /// What came before is final.
    Commit(Expr),
    /// A sub-plan.
    Run(Box<Run>),
    /// Measures and reports after every phase of its block. It stands before the first of them, wherever it is
    /// written, and sees only what is bound there.
    AfterEach {
        /// What the phase is called inside: a record, see [`super::builtin::measured_phase`].
        local: LocalId,
        /// What `timeline` is inside, see [`super::builtin::timeline`].
        timeline: LocalId,
        /// What is done.
        block: BlockId,
    },
    /// Ends the scope, with a reason.
    Fail(Expr),
    /// Ends the nearest plan, branch, named attempt or collecting loop around it, with its value.
    Return(Option<Expr>),
    /// In the compensation of a scope: undoes the inside as its parts say.
    Unwind,
}

impl StatementKind {
    /// The blocks that stand directly in it, in the order written; that of a compensation is none of them.
    pub fn blocks(&self) -> Vec<BlockId> {
        match self {
            StatementKind::BlockStep { block, .. }
            | StatementKind::On { block, .. }
            | StatementKind::AfterEach { block, .. } => vec![*block],
            StatementKind::Phases(phases) => phases.iter().map(|phase| phase.block).collect(),
            StatementKind::When { branches, otherwise } => {
                branches.iter().map(|(_, block)| *block).chain(*otherwise).collect()
            }
            StatementKind::Match { arms, .. } => arms.iter().map(|(_, block)| *block).collect(),
            StatementKind::Decide(decide) => decide.options.iter().map(|option| option.block).collect(),
            StatementKind::Parallel { branches, .. } => branches.iter().map(|branch| branch.block).collect(),
            StatementKind::For(each) => vec![each.block],
            StatementKind::Rollout(rollout) => vec![rollout.block],
            StatementKind::Attempt(attempt) => vec![attempt.block, attempt.otherwise],
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::Task(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => Vec::new(),
        }
    }
}
