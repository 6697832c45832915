//! The program as the machine runs it: typed, resolved, desugared.
//!
//! There is no syntax here and no name that still has to be looked up. A statement is found by its [`Place`], which
//! is plain data and so can stand in a run's state; what a run does is spoken of by [`Address`], which does not
//! depend on line numbers and can stand in a journal for years.

pub mod address;
pub mod exact;
pub mod expr;
pub mod json;
pub mod literal;
pub mod mismatch;
pub mod program;
pub mod request;
pub mod text;
pub mod types;
pub mod units;
pub mod value;

pub use address::{Address, Segment};
pub use expr::{BinaryOp, Expr, ExprKind, TextPart, UnaryOp};
pub use mismatch::Mismatch;
pub use program::*;
pub use request::{PathRef, Process, Request};
pub use types::{EnumType, RecordType, Type, VariantType};
pub use value::{Risk, Value};
