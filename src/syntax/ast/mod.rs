//! The syntax tree: what was written, and nothing else.
//!
//! Plain enums with byte spans. Nothing is desugared, nothing is resolved, and a part that could not be read is an
//! `Error` node, so that one mistake does not hide the rest of a file. Depth is bounded when a node is built
//! ([`MAX_DEPTH`]), so nothing that walks the tree can overflow its stack. Comments are not in the tree; they are
//! in the trivia table of the lexer.

mod expression;
mod item;
mod statement;
mod test;

pub use expression::*;
pub use item::*;
pub use statement::*;
pub use test::*;

use smol_str::SmolStr;

use crate::source::Span;

/// How deep expressions, types, patterns and blocks may nest, together.
pub const MAX_DEPTH: usize = 256;

/// A name or word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub text: SmolStr,
    /// Where.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// What `//!` at its head says, a line each.
    pub docs: Vec<SmolStr>,
    /// Its declarations, in order.
    pub items: Vec<Item>,
}

/// `Paid`, `ops.Paid`
#[derive(Clone, Debug, PartialEq)]
pub struct EventName {
    /// `ops`
    pub module: Option<Name>,
    /// `Paid`
    pub name: Name,
}

/// A clause behind a statement or declaration, in the order written.
#[derive(Clone, Debug, PartialEq)]
pub struct Modifier {
    /// Which.
    pub kind: ModifierKind,
    /// All of it.
    pub span: Span,
}

/// The clauses. Which stand where is the parser's knowledge.
#[derive(Clone, Debug, PartialEq)]
pub enum ModifierKind {
    /// `retry 3 backoff 1s..1m`
    Retry {
        /// How many more tries.
        count: Expr,
        /// The first pause and the longest.
        backoff: Option<Box<(Expr, Option<Expr>)>>,
    },
    /// `timeout 10s`
    Timeout(Expr),
    /// `takes 1d`, `takes 1d..2d`, `takes 1d..2d..4d`: one to three
    Takes(Vec<Expr>),
    /// `risk high`
    Risk(Expr),
    /// `irreversible`
    Irreversible,
    /// `best_effort`
    BestEffort,
    /// `idempotent`
    Idempotent,
    /// `confirm find(key)`
    Confirm(Expr),
    /// `after a, b` of a phase
    AfterPhases(Vec<Name>),
    /// `keyed e.id`
    Keyed(Expr),
    /// `parallel`
    Parallel,
    /// `limit 3`
    Limit(Expr),
    /// `after x.needs` of a loop
    AfterItems(Expr),
    /// `by x.size descending`
    By {
        /// What orders.
        order: Expr,
        /// Highest first.
        descending: bool,
    },
    /// `as results`
    As(Name),
    /// `on Event as e where cond` of a plan
    On {
        /// Which event.
        event: Box<EventName>,
        /// What it is called.
        alias: Name,
        /// Which of them.
        condition: Option<Box<Expr>>,
    },
    /// `tolerate 2`
    Tolerate(Expr),
    /// `on unknown pause`
    OnUnknown(Reaction),
    /// `on fail step_back`
    OnFail(Reaction),
    /// `until cleanup`
    Until(Name),
}

/// What a gate or guard does when it does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// `undo`
    Undo,
    /// `pause`
    Pause,
    /// `step_back`
    StepBack,
}

/// `compensate ..`
#[derive(Clone, Debug, PartialEq)]
pub struct Compensation {
    /// `always`, `best_effort`
    pub mode: CompensationMode,
    /// What undoes it.
    pub body: CompensationBody,
    /// All of it.
    pub span: Span,
}

/// When a compensation runs and what its failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompensationMode {
    /// For what was done; its failure makes the run stuck.
    Normal,
    /// `always`: also for what failed.
    Always,
    /// `best_effort`: its failure is recorded.
    BestEffort,
}

/// What undoes.
#[derive(Clone, Debug, PartialEq)]
pub enum CompensationBody {
    /// `nothing`
    Nothing,
    /// `refund(c.id) retry 3 timeout 1m`
    Call {
        /// The call.
        call: Expr,
        /// `retry`, `timeout`
        modifiers: Vec<Modifier>,
    },
    /// `{ .. }`
    Block(Block),
}
