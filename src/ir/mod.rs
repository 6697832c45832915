//! The program as the machine runs it: typed, resolved, desugared.
//!
//! There is no syntax here and no name that still has to be looked up. A statement is found by its [`Place`], which
//! is plain data and so can stand in a run's state; what a run does is spoken of by [`Address`], which does not
//! depend on line numbers and can stand in a journal for years.

pub mod address;
pub mod builtin;
pub mod effect;
pub mod exact;
pub mod expr;
pub mod find;
pub mod host;
pub mod json;
pub mod library;
pub mod literal;
pub mod mismatch;
pub mod pattern;
pub mod program;
pub mod request;
pub mod role;
pub mod secret;
pub mod statement;
pub mod test;
pub mod text;
pub mod types;
pub mod units;
pub mod url;
pub mod value;
pub mod walk;

pub use address::{Address, Segment};
pub use effect::{EffectCall, EffectKind, Exec, Http, PathExpr, Shell};
pub use expr::{Argument, BinaryOp, Expr, ExprKind, RecordPart, TextPart, UnaryOp};
pub use find::Found;
pub use library::Member;
pub use mismatch::Mismatch;
pub use pattern::Pattern;
pub use program::*;
pub use request::{HttpMethod, HttpRequest, PathRef, Process, Request, Script};
pub use role::Role;
pub use secret::{Input, Secret, SecretPlace, SecretRef, SecretSource, Text};
pub use statement::*;
pub use test::Test;
pub use types::{EnumType, RecordType, Type, VariantType};
pub use url::UrlPart;
pub use value::{Risk, Value};
