//! Statements.

use smol_str::SmolStr;

use super::{
    address::Segment,
    effect::EffectCall,
    expr::Expr,
    pattern::Pattern,
    program::{ActionId, BlockId, EventId, LocalId, PlanId, Tries},
    types::Type,
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
    /// The condition that it looks at, if it is one that is looked at.
    pub fn check(&self) -> Option<&Check> {
        match self {
            StatementKind::Require(check)
            | StatementKind::Verify { check, .. }
            | StatementKind::WaitUntil { check, .. } => Some(check),
            StatementKind::Guard(guard) => Some(&guard.check),
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Task(_)
            | StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => None,
        }
    }

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

/// Work of a person or an outside agent.
#[derive(Clone, Debug)]
pub struct Task {
    /// What it binds; none without a result.
    pub local: Option<LocalId>,
    /// What is reported; [`Type::Nothing`] if only that it is done.
    pub result: Type,
    /// What is to be done, a `String`.
    pub text: Expr,
    /// By whom, a `String`.
    pub by: Expr,
    /// How it is undone.
    pub compensation: Option<Compensation>,
}

/// A decision point.
#[derive(Clone, Debug)]
pub struct Decide {
    /// The decision: a variant named like the option that was chosen.
    pub local: LocalId,
    /// What is asked, a `String`.
    pub question: Expr,
    /// Who decides, a `String`; a rule without.
    pub by: Option<Expr>,
    /// The options, in order; without `by` the last is the one that is always open.
    pub options: Vec<Choice>,
    /// The names that the conditions mention, with their values as the evidence of the record.
    pub evidence: Vec<(SmolStr, Expr)>,
}

/// An option of a decision.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub name: SmolStr,
    /// Its title, a `String`.
    pub title: Option<Box<Expr>>,
    /// When it is open, a `Bool`; always, without.
    pub condition: Option<Expr>,
    /// The text of the condition in normal form.
    pub text: Option<SmolStr>,
    /// How long it takes, and how much is at stake.
    pub estimate: Estimate,
    /// What is done.
    pub block: BlockId,
    /// Where it stands.
    pub span: Span,
}

/// A branch of `parallel`. What it binds is visible afterwards as well, as what a phase binds is.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its part of the address.
    pub segment: Segment,
    /// Its title, a `String`.
    pub title: Option<Box<Expr>>,
    /// How long it takes, and how much is at stake.
    pub estimate: Estimate,
    /// What is done.
    pub block: BlockId,
    /// What its value is called afterwards.
    pub local: LocalId,
    /// Its value at its end, if it does not `return` one: the record of what it bound.
    pub value: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct For {
    /// What each item is called.
    pub variable: LocalId,
    /// The list.
    pub list: Expr,
    /// The key of an item, which sees `variable`; a scalar item is its own.
    pub key: Option<Expr>,
    /// How the items go.
    pub order: ForOrder,
    /// What is done for each.
    pub block: BlockId,
    /// The list of what the items `return`, in the order of the items.
    pub collect: Option<LocalId>,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
}

/// How the items of a loop go.
#[derive(Clone, Debug, Default)]
pub struct ForOrder {
    /// Several at once.
    pub parallel: bool,
    /// How many at once, an `Int`.
    pub limit: Option<Expr>,
    /// The keys of the items that an item waits for, which sees `variable`: a `List` of them, or one.
    pub after: Option<Expr>,
    /// What is picked first among those ready, which sees `variable`.
    pub by: Option<Expr>,
    /// The highest first.
    pub descending: bool,
}

/// A guard.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What must hold.
    pub check: Check,
    /// How often one looks, a `Duration`.
    pub every: Expr,
    /// How many failures in a row pass, an `Int`.
    pub tolerate: Option<Expr>,
    /// What a failure does.
    pub on_fail: Reaction,
    /// What an unknown verdict does.
    pub on_unknown: Reaction,
    /// The phase of the same block whose start ends it.
    pub until: Option<Segment>,
}

/// What is done when a guard or gate fails or can't be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Fails its scope
    Undo,
    /// Asks a person
    Pause,
    /// Goes back to the stage before
    StepBack,
}

/// A nested saga.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What it binds: what its blocks `return`.
    pub local: Option<LocalId>,
    /// What is tried.
    pub block: BlockId,
    /// What the failure is called in `otherwise`, see [`super::builtin::failure`].
    pub failure: Option<LocalId>,
    /// What is done if it fails.
    pub otherwise: BlockId,
}

/// A sub-plan that is run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it binds.
    pub local: Option<LocalId>,
    /// Which.
    pub plan: PlanId,
    /// One argument for each parameter.
    pub arguments: Vec<Expr>,
    /// What its result is decoded to, where that differs from what the plan gives.
    pub decode: Option<Type>,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it binds.
    pub local: Option<LocalId>,
    /// What it does.
    pub operation: Operation,
    /// What its result is decoded to, where that differs from what the operation gives.
    pub decode: Option<Type>,
    /// How often and how long it tries; what is not said, the action says.
    pub tries: Tries,
    /// It can't be undone.
    pub irreversible: bool,
    /// Its failure is recorded, and the plan goes on.
    pub best_effort: bool,
    /// How it is undone; without it, as its action says.
    pub compensation: Option<Compensation>,
}

/// Something done.
#[derive(Clone, Debug)]
pub enum Operation {
    /// An action with one argument for each parameter
    Action(ActionId, Vec<Expr>),
    /// A built-in effect
    Effect(Box<EffectCall>),
}

/// A way back.
#[derive(Clone, Debug)]
pub struct Compensation {
    /// When it runs, and what its failure means.
    pub mode: CompensationMode,
    /// What it does.
    pub body: CompensationBody,
    /// Where it stands.
    pub span: Span,
}

/// When a compensation runs and what its failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompensationMode {
    /// For what was done; its failure makes the run stuck
    Normal,
    /// Also for what failed
    Always,
    /// Its failure is recorded
    BestEffort,
}

/// What a compensation does.
#[derive(Clone, Debug)]
pub enum CompensationBody {
    /// There is nothing to undo
    Nothing,
    /// One call; its arguments are captured when the step is done
    Call {
        /// What is done.
        operation: Operation,
        /// How often and how long it tries.
        tries: Tries,
    },
    /// A block; the names it mentions are captured when the step is done
    Block {
        /// What is done.
        block: BlockId,
        /// The outer names it mentions.
        captures: Vec<LocalId>,
    },
}

/// A phase.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Its part of the address.
    pub segment: Segment,
    /// Its title.
    pub title: Option<Box<Expr>>,
    /// Which phases of the same group it waits for.
    pub after: Vec<u32>,
    /// How long it takes, and how much is at stake.
    pub estimate: Estimate,
    /// How long it may take, a `Duration`.
    pub timeout: Option<Box<Expr>>,
    /// What it does.
    pub block: BlockId,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
    /// Where it stands.
    pub span: Span,
}

/// A rollout.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// What the stage is called inside.
    pub variable: Option<LocalId>,
    /// Its stages.
    pub stages: Stages,
    /// What is done at each stage, without the gates.
    pub block: BlockId,
    /// What is watched while a stage is held.
    pub gates: Vec<Gate>,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
}

/// The stages of a rollout.
#[derive(Clone, Debug)]
pub enum Stages {
    /// Each value with how long it is held
    Listed(Vec<(Expr, Option<Expr>)>),
    /// The values of a list, each held as long
    In(Expr, Expr),
}

/// A gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its part of the address.
    pub segment: Segment,
    /// What must hold.
    pub check: Check,
    /// How often one looks, a `Duration`.
    pub every: Expr,
    /// How many failures in a row pass, an `Int`.
    pub tolerate: Option<Expr>,
    /// What a failure does.
    pub on_fail: Reaction,
    /// What three unknown verdicts in a row do.
    pub on_unknown: Reaction,
}

/// A condition that may look, and what to say if it does not hold.
#[derive(Clone, Debug)]
pub struct Check {
    /// A `Bool`.
    pub condition: Expr,
    /// Its text in normal form.
    pub text: SmolStr,
    /// A `String`.
    pub otherwise: Option<Box<Expr>>,
}
