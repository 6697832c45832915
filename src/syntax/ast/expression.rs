//! Expressions, texts and patterns.

use smol_str::SmolStr;

use super::Name;
use crate::source::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `1_000`, `0.98`: as written
    Number(SmolStr),
    /// `24h`, `99.9%`, `2TB`: as written
    Unit(SmolStr),
    /// `"text {expr}"`
    Text(Template),
    /// `true`, `false`
    Bool(bool),
    /// `none`
    None,
    /// `x`
    Name(SmolStr),
    /// `secret env("X")`
    Secret {
        /// `env`, `file`
        source: Name,
        /// What is named there.
        argument: Box<Template>,
    },
    /// `.size`: the field of the argument's own parameter
    Shorthand(Name),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ ...base, a: 1, "b": 2 }`
    Record(Vec<RecordItem>),
    /// `match v { p => e, .. }`
    Match {
        /// What is matched.
        value: Box<Expr>,
        /// The arms, in order.
        arms: Vec<(Pattern, Expr)>,
    },
    /// `(e)`
    Paren(Box<Expr>),
    /// `base.name`, `base?.name`
    Field {
        /// Of what.
        base: Box<Expr>,
        /// Which.
        name: Name,
        /// `?.`
        optional: bool,
    },
    /// `f(a, k: b)`
    Call {
        /// What is called: a name, or a field of something.
        callee: Box<Expr>,
        /// With what.
        arguments: Vec<Argument>,
    },
    /// `base[index]`
    Index {
        /// Of what.
        base: Box<Expr>,
        /// Which.
        index: Box<Expr>,
    },
    /// `not e`, `-e`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Which.
        op: BinaryOp,
        /// Where the sign stands.
        op_span: Span,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `v is not a | b`
    Is {
        /// What is tested.
        value: Box<Expr>,
        /// `not`
        negated: bool,
        /// The alternatives; none binds.
        patterns: Vec<Pattern>,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        condition: Box<Expr>,
        /// If it holds.
        then: Box<Expr>,
        /// If not.
        otherwise: Box<Expr>,
    },
    /// `x => e`, `(a, b) => e`; only as an argument; `_` is the name `_`
    Lambda {
        /// What it takes.
        params: Vec<Name>,
        /// What it computes.
        body: Box<Expr>,
    },
    /// What could not be read.
    Error,
}

/// The signs before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// The signs between operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
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
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `??`
    Coalesce,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// `k: e`
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// `k`
    pub name: Option<Name>,
    /// The value, a [`ExprKind::Lambda`] perhaps.
    pub value: Expr,
}

/// A part of a record expression.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordItem {
    /// `...base`
    Spread(Expr),
    /// `a: 1`, `"a-b": 1`
    Field {
        /// The field.
        name: Name,
        /// Its value.
        value: Expr,
    },
}

/// A string, with what stands in its braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Text and expressions in turn; escapes are resolved, common indent is removed.
    pub parts: Vec<TemplatePart>,
    /// With the quotes.
    pub span: Span,
}

impl Template {
    /// The text, if nothing is interpolated.
    pub fn plain(&self) -> Option<SmolStr> {
        match self.parts.as_slice() {
            [] => Some(SmolStr::default()),
            [TemplatePart::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// As it will read.
    Text(SmolStr),
    /// `{expr}`
    Expr(Expr),
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it matches.
    pub kind: PatternKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `_`
    Any,
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `"text"`
    Text(Template),
    /// `5`, `-1`, `10%`: as written, with the sign
    Number(SmolStr),
    /// `1..9`: both as written, with the sign
    Range(SmolStr, SmolStr),
    /// `mixed(count, size: n)`
    Variant {
        /// Its name.
        name: Name,
        /// Its payload.
        payload: Vec<PayloadPattern>,
    },
    /// `a | b`
    Alternatives(Vec<Pattern>),
    /// `_ as v`, `a | b as v`
    As {
        /// What is matched.
        pattern: Box<Pattern>,
        /// What it is called.
        name: Name,
    },
    /// What could not be read.
    Error,
}

/// A part of a variant pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PayloadPattern {
    /// `count`, which binds the field of that name
    Bind(Name),
    /// `count: n`
    Field {
        /// The field.
        name: Name,
        /// What it must match.
        pattern: Pattern,
    },
    /// `_`
    Any(Span),
}
