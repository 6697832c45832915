//! Tests.

use smol_str::SmolStr;

use super::{
    expr::Expr,
    program::{ActionId, EventId, Local, LocalId, ModuleId, PlanId, ProbeId},
};
use crate::source::Span;

/// A test of a plan: what is given, what is run, what is expected.
#[derive(Clone, Debug)]
pub struct Test {
    /// What it says.
    pub name: SmolStr,
    /// The file it stands in; only those of the root file are run.
    pub module: ModuleId,
    /// What messages call the files and calls that its file imports, and what it calls them itself.
    pub imported: Vec<(SmolStr, SmolStr)>,
    /// Its statements, in order.
    pub statements: Vec<TestStatement>,
    /// What the expectations know of the run, see [`super::builtin::test_names`].
    pub known: Vec<(&'static str, LocalId)>,
    /// All its names, by [`LocalId`].
    pub locals: Vec<Local>,
    /// Where it stands.
    pub span: Span,
}

impl Test {
    /// The plan that it runs; none, if it runs none.
    pub fn plan(&self) -> Option<PlanId> {
        self.statements.iter().find_map(|statement| {
            if let TestStatementKind::Run { plan, .. } = &statement.kind { Some(*plan) } else { None }
        })
    }
}

/// A statement of a test.
#[derive(Clone, Debug)]
pub struct TestStatement {
    /// What it says.
    pub kind: TestStatementKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement of a test.
#[derive(Clone, Debug)]
pub enum TestStatementKind {
    /// Binds a pure value
    Let(LocalId, Expr),
    /// Answers what is asked
    Given(GivenSubject, Vec<Answer>),
    /// An event arrives
    GivenEvent {
        /// Which.
        event: EventId,
        /// What it carries.
        payload: Expr,
        /// When.
        time: TestTime,
    },
    /// An operator speaks
    GivenOperator {
        /// What is said: `pause`, `resume`, `promote`, `abort`, `cancel`.
        word: SmolStr,
        /// Why.
        reason: Option<Expr>,
        /// When.
        time: TestTime,
    },
    /// Runs a plan
    Run {
        /// Which.
        plan: PlanId,
        /// One argument for each parameter.
        arguments: Vec<Expr>,
        /// Under which faults, beside the one run without.
        under: Under,
    },
    /// `expect called f(_) times 2`
    ExpectCalled(CallMatch, Option<Expr>),
    /// `expect never f(_)`
    ExpectNever(CallMatch),
    /// A condition over what happened
    Expect(Expr),
}

/// Under which faults a test runs its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// None but those given
    Nothing,
    /// `under every fault`
    EveryFault,
    /// `under every crash`
    EveryCrash,
}

/// When something happens in a test.
#[derive(Clone, Debug)]
pub enum TestTime {
    /// So long after the run began, a `Duration`
    After(Expr),
    /// When the part with this address begins, a `String`
    At(Expr),
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum GivenSubject {
    /// What has this address, in which `*` stands for a key or stage: a `String`
    Address(Expr),
    /// A call
    Call(CallMatch),
}

/// A pattern of calls.
#[derive(Clone, Debug)]
pub struct CallMatch {
    /// What is called.
    pub callee: Called,
    /// One for each parameter that is said something about.
    pub arguments: Vec<(u32, ArgumentMatch)>,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// A probe
    Probe(ProbeId),
    /// An action
    Action(ActionId),
    /// A built-in effect, by its name: `exec`, `http.get`
    Builtin(SmolStr),
}

/// What is said of an argument.
#[derive(Clone, Debug)]
pub enum ArgumentMatch {
    /// `_ as x`: anything, called so in the answer
    Bind(LocalId),
    /// Equal to this
    Equals(Expr),
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// From when on in virtual time, a `Duration`; otherwise it follows the one before.
    pub from: Option<Expr>,
    /// What is answered.
    pub kind: AnswerKind,
    /// How many times, an `Int`.
    pub times: Option<Expr>,
    /// How long it takes, a `Duration`.
    pub takes: Option<Expr>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum AnswerKind {
    /// It succeeds with this
    Returns(Expr),
    /// It succeeds, or is reported done
    Done,
    /// It fails, with this reason
    Fails(Option<Expr>),
    /// It never answers
    Hangs,
    /// Nobody knows, and it happened, with this result
    LostDone(Option<Expr>),
    /// Nobody knows, and it did not happen
    LostNotDone,
    /// An approval is given
    Granted,
    /// An approval or task is refused, with this reason
    Refused(Option<Expr>),
    /// This option is chosen
    Chooses(SmolStr),
    /// The process dies before, during or after it
    Crashes(CrashTime),
}

/// When a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashTime {
    /// Before the effect starts
    Before,
    /// While it is under way
    During,
    /// When it is done and not yet journaled
    After,
}
