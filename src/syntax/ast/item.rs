//! Declarations and types.

use smol_str::SmolStr;

use super::{Block, Compensation, Expr, Modifier, Name, Statement, Template, Test};
use crate::source::Span;

/// A declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What `///` before it says, a line each.
    pub docs: Vec<SmolStr>,
    /// What it declares.
    pub kind: ItemKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of declaration.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `uses exec("psql"), shell`
    Uses(Vec<Capability>),
    /// `import "./ops.orch" as ops`, `import std/graph { layers }`
    Import(Import),
    /// `type Scheme = jwt | session`
    Type(TypeDeclaration),
    /// `const limit: Int = 3`
    Const(Const),
    /// `event Paid = { amount: Decimal }`
    Event(Event),
    /// `fn double(x: Int) -> Int = x * 2`
    Function(Function),
    /// `probe healthy(url: String) -> Bool = ..`, also `extern probe`
    Probe(Probe),
    /// `action charge(order: Order) -> Charge = ..`, also `extern action`
    Action(Action),
    /// `plan place_order(order: Order) -> Receipt { .. }`
    Plan(Plan),
    /// `test "text" { .. }`
    Test(Test),
    /// What could not be read.
    Error,
}

/// `exec("psql", "./ops")`
#[derive(Clone, Debug, PartialEq)]
pub struct Capability {
    /// `exec`, `shell`, `http`, `env`, `file`
    pub name: Name,
    /// What it is granted for; empty without parentheses.
    pub arguments: Vec<Template>,
    /// All of it.
    pub span: Span,
}

/// An import.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// What is imported.
    pub source: ImportSource,
    /// `as ops`
    pub alias: Option<Name>,
    /// `{ layers, Graph }`
    pub names: Vec<Name>,
}

/// Where an import comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportSource {
    /// `"./ops.orch"`
    Path(Template),
    /// `std/prometheus`
    Module(Vec<Name>),
}

/// `type Order = ..`
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDeclaration {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub body: TypeBody,
}

/// What a type name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeBody {
    /// Another type.
    Alias(Type),
    /// `jwt | session | mixed(count: Int)`; one variant without `|` is one too
    Variants(Vec<Variant>),
}

/// `mixed(count: Int)`
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Its payload.
    pub fields: Vec<FieldType>,
}

/// `const limit: Int = 3`
#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    /// Its name.
    pub name: Name,
    /// Its written type.
    pub ty: Option<Box<Type>>,
    /// Its value.
    pub value: Expr,
}

/// `event Paid = { amount: Decimal }`
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: Name,
    /// A record type.
    pub payload: Type,
}

/// A pure function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives.
    pub result: Type,
    /// What it computes.
    pub body: Body,
}

/// A probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives.
    pub result: Type,
    /// How it looks; `None` for `extern`.
    pub body: Option<Body>,
    /// `timeout`, `retry`
    pub modifiers: Vec<Modifier>,
}

/// An action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives, if anything.
    pub result: Option<Type>,
    /// What it does; `None` for `extern`.
    pub body: Option<Body>,
    /// `idempotent`, `irreversible`, `confirm`, `retry`, `timeout`
    pub modifiers: Vec<Modifier>,
    /// How it is undone, never a block.
    pub compensation: Option<Box<Compensation>>,
}

/// The body of a `fn`, `probe` or `action`.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `= expr`
    Expr(Expr),
    /// `{ let .. probe .. return expr }`: only `Let` and `Probe` statements
    Block {
        /// What is bound first.
        statements: Vec<Statement>,
        /// What is returned.
        result: Expr,
    },
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives, if anything.
    pub result: Option<Type>,
    /// `on`, `keyed`, `takes`, `risk`
    pub modifiers: Vec<Modifier>,
    /// What it does.
    pub body: Block,
}

/// `bake: Duration = 24h`, `on share: Percent`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// What its callers call it, where that is another word: `on`.
    pub word: Option<Name>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its default.
    pub default: Option<Expr>,
}

impl Param {
    /// What its callers call it.
    pub fn called(&self) -> &Name {
        self.word.as_ref().unwrap_or(&self.name)
    }
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `String`, `ops.Client`, `List<Int>`
    Named {
        /// `ops`
        module: Option<Box<Name>>,
        /// `Client`
        name: Name,
        /// `<Int>`
        arguments: Vec<Type>,
    },
    /// `{ name: String, size: Size }`
    Record(Vec<FieldType>),
    /// `T?`
    Optional(Box<Type>),
    /// What could not be read.
    Error,
}

/// `name: String`
#[derive(Clone, Debug, PartialEq)]
pub struct FieldType {
    /// The field.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}
