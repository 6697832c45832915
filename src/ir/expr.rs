//! Typed expressions.
//!
//! An expression computes. What it can't compute it asks for: a [`ExprKind::Look`] or an [`ExprKind::Effect`] stops
//! the evaluation, and it begins again when the answer is known. So conditions of `and` and `if` are looked at only
//! where they matter, and each distinct call is made once.

use smol_str::SmolStr;

use super::{
    effect::EffectCall,
    library::Member,
    pattern::Pattern,
    program::{ConstantId, FunctionId, LocalId, ProbeId},
    secret::Secret,
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

impl Expr {
    /// Looks at the expressions that stand directly in it, in the order written.
    pub fn each_part<'e>(&'e self, mut look: impl FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Constant(_) => {}
            ExprKind::List(items) | ExprKind::Call(_, items) | ExprKind::Look(_, items) => items.iter().for_each(look),
            ExprKind::Record(fields) | ExprKind::Variant(_, fields) => fields.iter().for_each(|(_, value)| look(value)),
            ExprKind::Update(parts) => parts.iter().map(RecordPart::value).for_each(look),
            ExprKind::Text(parts) => parts.iter().filter_map(TextPart::value).for_each(look),
            ExprKind::Field(inner, _)
            | ExprKind::Unary(_, inner)
            | ExprKind::Is(inner, _)
            | ExprKind::Widen(inner)
            | ExprKind::Decode(inner)
            | ExprKind::Encode(inner) => look(inner),
            ExprKind::Index(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right) => [left, right].into_iter().for_each(|part| look(part)),
            ExprKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|part| look(part));
            }
            ExprKind::Match(value, arms) => {
                look(value);
                arms.iter().for_each(|(_, way)| look(way));
            }
            ExprKind::Library(_, arguments) => arguments.iter().map(Argument::expr).for_each(look),
            ExprKind::Secret(secret) => look(secret.name()),
            ExprKind::Effect(call) => call.parts().into_iter().for_each(look),
        }
    }
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
    /// `value is pattern`, which binds nothing
    Is(Box<Expr>, Box<Pattern>),
    /// `match v { p => e, .. }`: the first arm that matches, and one does; `a ?? b` and `a?.b` are this, too
    Match(Box<Expr>, Vec<(Pattern, Expr)>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `{ ...base, a: 1 }`: of one name the last counts
    Update(Vec<RecordPart>),
    /// `base.len()`, `range(0, 10)`: a function of the library, with its receiver first
    Library(Member, Vec<Argument>),
    /// `f(a)`: one argument for each parameter
    Call(FunctionId, Vec<Expr>),
    /// An `Int` where a `Decimal` is due
    Widen(Box<Expr>),
    /// `Json` decoded to the type of the expression
    Decode(Box<Expr>),
    /// A value where `Json` is due
    Encode(Box<Expr>),
    /// `look(a)`: one argument for each parameter
    Look(ProbeId, Vec<Expr>),
    /// `secret env("X")`: a reference
    Secret(Box<Secret>),
    /// A built-in effect
    Effect(Box<EffectCall>),
}

/// A part of a record that is made of others.
#[derive(Clone, Debug)]
pub enum RecordPart {
    /// `...base`: all its fields, or all entries of a map
    Spread(Expr),
    /// `a: 1`
    Field(SmolStr, Expr),
}

impl RecordPart {
    /// What is spread, or the value of the field.
    pub fn value(&self) -> &Expr {
        match self {
            RecordPart::Spread(value) | RecordPart::Field(_, value) => value,
        }
    }
}

/// An argument of a function of the library: one for each parameter, defaults included.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A value
    Value(Expr),
    /// `x => e`, `.field`
    Function {
        /// What it takes.
        params: Vec<LocalId>,
        /// What it gives.
        body: Expr,
    },
}

impl Argument {
    /// The value, or what the function gives.
    pub fn expr(&self) -> &Expr {
        match self {
            Argument::Value(expr) | Argument::Function { params: _, body: expr } => expr,
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum TextPart {
    /// As it reads
    Text(SmolStr),
    /// A value in its text form
    Value(Expr),
}

impl TextPart {
    /// What is put into the text.
    pub fn value(&self) -> Option<&Expr> {
        match self {
            TextPart::Text(_) => None,
            TextPart::Value(value) => Some(value),
        }
    }
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

impl BinaryOp {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::In => "in",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
        }
    }

    /// Whether it tells how two values stand to each other; the others compute, which may fail.
    pub fn compares(self) -> bool {
        match self {
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::In => true,
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => false,
        }
    }
}
