//! Typed expressions.
//!
//! An expression computes. What it can't compute it asks for: a [`ExprKind::Look`] or an [`ExprKind::Effect`] stops
//! the evaluation, and it begins again when the answer is known. So conditions of `and` and `if` are looked at only
//! where they matter, and each distinct call is made once.

use smol_str::SmolStr;

use super::{
    program::{ConstantId, EffectCall, FunctionId, LocalId, ProbeId},
    types::Type,
    value::Value,
};
use crate::source::Span;

/// An expression with its type and its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// What it gives.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A value
    Literal(Value),
    /// A name of the plan or body
    Local(LocalId),
    /// A constant
    Constant(ConstantId),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a: 1 }`, for records and maps
    Record(Vec<(SmolStr, Expr)>),
    /// A variant with its payload
    Variant(SmolStr, Vec<(SmolStr, Expr)>),
    /// `"a {b}"`
    Text(Vec<TextPart>),
    /// `base.name`
    Field(Box<Expr>, SmolStr),
    /// `base[index]`: a list by number from 0, a map by text
    Index(Box<Expr>, Box<Expr>),
    /// `-e`, `not e`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`; both sides have the types the operation needs
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `value is none`
    IsNone(Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `f(a)`: one argument for each parameter
    Call(FunctionId, Vec<Expr>),
    /// An `Int` where a `Decimal` is due
    Widen(Box<Expr>),
    /// `Json` decoded to the type of the expression
    Decode(Box<Expr>),
    /// `look(a)`: one argument for each parameter
    Look(ProbeId, Vec<Expr>),
    /// A built-in effect
    Effect(Box<EffectCall>),
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum TextPart {
    /// As it reads
    Text(SmolStr),
    /// A value in its text form
    Value(Expr),
}

/// The signs before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// The signs between two operands that are both evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`: an item of a list, a key of a map, a part of a text
    In,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}
