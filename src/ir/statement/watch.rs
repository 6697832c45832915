//! What is watched: conditions, guards, and rollouts with their gates.

use smol_str::SmolStr;

use super::Compensation;
use crate::ir::{BlockId, Expr, LocalId, Segment};

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
