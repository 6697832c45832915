//! Work: what a step, a task and a sub-plan do, and how they are undone.

use crate::{
    ir::{ActionId, BlockId, EffectCall, Expr, LocalId, PlanId, Tries, Type},
    source::Span,
};

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
