//! Why an evaluation gave no value.

use std::fmt;

use smol_str::SmolStr;

use super::Needed;
use crate::{ir::Mismatch, source::Span};

/// Why an evaluation gave no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// It can't be computed
    Fault(Fault),
    /// It needs an answer first
    Needs(Box<Needed>),
    /// What it asked for has failed
    NoAnswer {
        /// What was asked for.
        call: Box<Needed>,
        /// Why there is no answer.
        message: String,
    },
}

impl Stop {
    pub(super) fn at(span: Span, kind: FaultKind) -> Stop {
        Stop::Fault(Fault { span, kind })
    }

    /// The fault of an expression at `span` that may not look.
    pub(super) fn into_fault(self, span: Span) -> Fault {
        match self {
            Stop::Fault(fault) => fault,
            Stop::Needs(_) | Stop::NoAnswer { .. } => {
                Fault { span, kind: FaultKind::Unchecked("a constant that looks at the world") }
            }
        }
    }
}

/// What can't be computed, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The expression.
    pub span: Span,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a computation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The result does not fit the type named.
    Overflow(&'static str),
    /// `1 / 0`
    DivisionByZero,
    /// `[1, 2][2]`
    BadIndex {
        /// What was asked for.
        index: i64,
        /// How many items there are.
        length: usize,
    },
    /// `{ a: 1 }["b"]`
    MissingKey(SmolStr),
    /// JSON that does not fit its type
    Mismatch(Box<Mismatch>),
    /// A text of more bytes than [`FaultKind::MAX_TEXT`]
    TextTooLong,
    /// A list of more items than [`FaultKind::MAX_ITEMS`]
    TooManyItems,
    /// An argument that a function of the library can do nothing with: why
    Argument(&'static str),
    /// Expressions and calls more than [`FaultKind::MAX_DEPTH`] deep
    TooDeep,
    /// More than [`FaultKind::MAX_EXPRESSIONS`] expressions for one value
    TooLong,
    /// A program that no checker let pass: what it does
    Unchecked(&'static str),
}

impl FaultKind {
    /// How many expressions are evaluated for one value, so that no program can keep its run from hearing anything.
    pub const MAX_EXPRESSIONS: u64 = 10_000_000;

    /// The longest text that is put together, in bytes.
    pub const MAX_TEXT: usize = 16 * 1024 * 1024;

    /// The longest list or map that is put together.
    pub const MAX_ITEMS: usize = 1_000_000;

    /// How deep expressions and calls may stand inside of each other.
    pub const MAX_DEPTH: u32 = 500;
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::Overflow(ty) => write!(f, "the result does not fit `{ty}`"),
            FaultKind::DivisionByZero => f.write_str("division by zero"),
            FaultKind::BadIndex { length: 0, index } => write!(f, "no item `{index}` in an empty list"),
            FaultKind::BadIndex { length, index } => write!(f, "no item `{index}`, items are `0` to `{}`", length - 1),
            FaultKind::MissingKey(key) => write!(f, "no key `{key}` in the map"),
            FaultKind::Mismatch(mismatch) => mismatch.fmt(f),
            FaultKind::TextTooLong => write!(f, "the text has more than {} MiB", FaultKind::MAX_TEXT >> 20),
            FaultKind::TooManyItems => write!(f, "the list has more than {} items", FaultKind::MAX_ITEMS),
            FaultKind::Argument(why) => f.write_str(why),
            FaultKind::TooDeep => write!(f, "more than {} expressions and calls inside of each other", Self::MAX_DEPTH),
            FaultKind::TooLong => write!(f, "more than {} expressions had to be evaluated", Self::MAX_EXPRESSIONS),
            FaultKind::Unchecked(what) => write!(f, "the program was not checked: {what}"),
        }
    }
}
