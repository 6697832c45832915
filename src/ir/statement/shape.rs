//! The shape of a plan: phases, branches, loops, decisions, attempts.

use smol_str::SmolStr;

use super::{Compensation, Estimate};
use crate::{
    ir::{BlockId, Expr, LocalId, Segment},
    source::Span,
};

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
