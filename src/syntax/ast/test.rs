//! Tests.

use super::{EventName, Expr, Name, Statement, Template};
use crate::source::Span;

/// `test "text" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: Template,
    /// What it does.
    pub statements: Vec<TestStatement>,
}

/// A statement of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStatement {
    /// What it is.
    pub kind: TestStatementKind,
    /// All of it.
    pub span: Span,
}

/// The statements of a test.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStatementKind {
    /// `let x = expr`: a [`super::StatementKind::Let`]
    Let(Statement),
    /// `given operator pause "why" after 3d`
    GivenOperator {
        /// `pause`
        word: Name,
        /// `"why"`
        text: Option<Template>,
        /// When.
        time: TestTime,
    },
    /// `given Paid { .. } after 2d`
    GivenEvent {
        /// Which event.
        event: EventName,
        /// A record.
        payload: Option<Expr>,
        /// When.
        time: TestTime,
    },
    /// `given f(_) returns 1 then fails "x" from 26h returns 3%`
    Given {
        /// What is answered.
        subject: GivenSubject,
        /// The answers, in order.
        answers: Vec<Answer>,
    },
    /// `run p(..) under every fault`
    Run {
        /// The plan, a call.
        call: Expr,
        /// `fault`, `crash`
        under_every: Option<Name>,
    },
    /// `expect called f(_) times 2`
    ExpectCalled {
        /// Which calls.
        call: CallMatch,
        /// How many.
        times: Option<Expr>,
    },
    /// `expect never g(...)`
    ExpectNever(CallMatch),
    /// `expect cond`
    Expect(Expr),
    /// What could not be read.
    Error,
}

/// `after 2d`, `at "x/y"`
#[derive(Clone, Debug, PartialEq)]
pub enum TestTime {
    /// `after 2d`
    After(Expr),
    /// `at "x/y"`
    At(Template),
}

/// What a `given` answers.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenSubject {
    /// `"x/y"`
    Address(Template),
    /// `f(_, ...)`
    Call(CallMatch),
}

/// `ops.f(_, k: 1, ...)`
#[derive(Clone, Debug, PartialEq)]
pub struct CallMatch {
    /// `ops`, `f`
    pub path: Vec<Name>,
    /// What its arguments must be.
    pub arguments: Vec<ArgumentMatch>,
    /// All of it.
    pub span: Span,
}

/// What an argument must be.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentMatch {
    /// `...`
    Rest(Span),
    /// `_`, `_ as s`, `k: _`
    Any {
        /// `k`
        name: Option<Name>,
        /// `s`
        alias: Option<Name>,
    },
    /// `k: expr`
    Equals {
        /// `k`
        name: Option<Name>,
        /// What it equals.
        value: Expr,
    },
}

/// One answer of a `given`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Since when, for `from 26h`.
    pub from: Option<Expr>,
    /// What.
    pub kind: AnswerKind,
    /// How often.
    pub times: Option<Expr>,
    /// How long it takes.
    pub takes: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// The kinds of answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerKind {
    /// `returns e`
    Returns(Expr),
    /// `done`
    Done,
    /// `fails "text"`
    Fails(Option<Template>),
    /// `hangs`
    Hangs,
    /// `lost done`
    LostDone,
    /// `lost not done`
    LostNotDone,
    /// `lost returns e`
    LostReturns(Expr),
    /// `granted`
    Granted,
    /// `refused "why"`
    Refused(Option<Template>),
    /// `chooses option`
    Chooses(Name),
    /// `crashes before|during|after`: the word
    Crashes(Name),
}
