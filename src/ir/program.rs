//! Declarations.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    expr::{Expr, ExprKind},
    statement::{Block, Compensation, Estimate},
    test::Test,
    types::Type,
};
use crate::source::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}

ids! {
    /// A file of the program; 0 is the root file.
    ModuleId;
    /// A constant.
    ConstantId;
    /// A pure function.
    FunctionId;
    /// A probe.
    ProbeId;
    /// An action.
    ActionId;
    /// A plan.
    PlanId;
    /// An event.
    EventId;
    /// A block of statements.
    BlockId;
    /// A name, unique in its plan, function, probe or action.
    LocalId;
}

/// A whole program without errors.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Its files, root first.
    pub modules: Vec<Module>,
    /// Its constants.
    pub constants: Vec<Constant>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Its probes.
    pub probes: Vec<Probe>,
    /// Its actions.
    pub actions: Vec<Action>,
    /// Its events.
    pub events: Vec<Event>,
    /// Its plans; those of the root file can be run.
    pub plans: Vec<Plan>,
    /// The tests of the root file.
    pub tests: Vec<Test>,
    /// All blocks of all plans.
    pub blocks: Vec<Block>,
}

/// A statement of a program: which block, and which in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The block.
    pub block: BlockId,
    /// The statement in it.
    pub index: u32,
}

/// A file of the program.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its path, relative to the root file's folder where possible.
    pub path: String,
    /// What it `uses`.
    pub grants: Vec<Grant>,
}

/// A capability that a file grants itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// These programs, as written
    Exec(Vec<SmolStr>),
    /// Any command line
    Shell,
    /// These hosts
    Http(Vec<SmolStr>),
    /// These environment variables
    Env(Vec<SmolStr>),
    /// These files; a folder ends in `/`
    File(Vec<SmolStr>),
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: SmolStr,
    /// What it carries, a record.
    pub payload: Type,
}

/// A constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: SmolStr,
    /// Its value; mentions only constants before it.
    pub value: Expr,
}

/// A parameter. Parameters are the locals `0..n` of what they belong to.
#[derive(Clone, Debug)]
pub struct Param {
    /// What its callers call it.
    pub name: SmolStr,
    /// Its type.
    pub ty: Type,
    /// Its default; mentions only constants.
    pub default: Option<Expr>,
    /// Where it is declared.
    pub span: Span,
}

/// A local.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Type,
}

/// What a function, probe or action computes: bindings, then the result.
#[derive(Clone, Debug)]
pub struct Body {
    /// `let` and `probe`, in order.
    pub bindings: Vec<(LocalId, Expr)>,
    /// What is given; in an action it holds the one effect.
    pub result: Expr,
}

impl Body {
    /// Whether what it gives is what its effect gives, as it is.
    pub fn gives_its_effect(&self) -> bool {
        matches!(self.result.kind, ExprKind::Effect(_))
    }
}

/// How a probe looks or an action acts.
#[derive(Clone, Debug)]
pub enum Implementation {
    /// As the program says
    Body(Body),
    /// `extern`: as the host program does that embeds this one
    Extern,
}

impl Implementation {
    /// What the program says, if it says so itself.
    pub fn body(&self) -> Option<&Body> {
        match self {
            Implementation::Body(body) => Some(body),
            Implementation::Extern => None,
        }
    }
}

/// A pure function; never recursive.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: SmolStr,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it computes.
    pub body: Body,
}

/// A probe.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name as messages print it: `ops.healthy` for an imported one.
    pub name: SmolStr,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives.
    pub result: Type,
    /// How it looks.
    pub body: Implementation,
    /// How often and how long it tries.
    pub tries: Tries,
    /// Where it is declared.
    pub span: Span,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name as messages print it.
    pub name: SmolStr,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives; [`Type::Nothing`] without a result.
    pub result: Type,
    /// What it does: exactly one effect that changes something.
    pub body: Implementation,
    /// Doing it twice with one key is doing it once.
    pub idempotent: bool,
    /// It can't be undone.
    pub irreversible: bool,
    /// How to find out whether it happened: gives `result?`, or `Bool` without a result.
    pub confirm: Option<Expr>,
    /// How often and how long it tries.
    pub tries: Tries,
    /// How a step that uses it is undone, unless the step says otherwise; sees parameters and `result_local`.
    pub compensation: Option<Compensation>,
    /// `key` in `confirm` and the body.
    pub key_local: LocalId,
    /// `result` in the compensation.
    pub result_local: LocalId,
    /// Where it is declared.
    pub span: Span,
}

impl Action {
    /// Whether the effect that it is made of is idempotent by nature, also where a stand-in does it.
    pub fn is_idempotent_by_nature(&self) -> bool {
        let Some(body) = self.body.body() else { return false };
        let mut left = vec![&body.result];
        while let Some(expr) = left.pop() {
            if let ExprKind::Effect(effect) = &expr.kind {
                return effect.kind.is_idempotent_by_nature();
            }
            expr.each_part(|part| left.push(part));
        }
        false
    }
}

/// How often and how long something is tried; what is not said is `None`.
#[derive(Clone, Debug, Default)]
pub struct Tries {
    /// How many more tries after the first, an `Int`.
    pub retry: Option<Box<Expr>>,
    /// The first pause and the longest, `Duration`s.
    pub backoff: Option<(Box<Expr>, Option<Box<Expr>>)>,
    /// How long one try may take, a `Duration`.
    pub timeout: Option<Box<Expr>>,
}

impl Tries {
    /// The first pause between two tries unless one is written, in nanoseconds.
    pub const FIRST_PAUSE: i64 = 1_000_000_000;

    /// The longest pause between two tries unless one is written, in nanoseconds.
    pub const LONGEST_PAUSE: i64 = 60_000_000_000;

    /// How many more tries what undoes something has unless it says so.
    pub const OF_UNDOING: u32 = 5;
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: SmolStr,
    /// The file it stands in.
    pub module: ModuleId,
    /// What it takes.
    pub params: Vec<Param>,
    /// What it gives; [`Type::Nothing`] without a result.
    pub result: Type,
    /// The event that starts it.
    pub trigger: Option<Trigger>,
    /// What names a run of it, a scalar: starting it again with an equal key gives the run there is.
    pub key: Option<Expr>,
    /// How long it takes, and how much is at stake.
    pub estimate: Estimate,
    /// What it is for: its `goal` texts.
    pub goals: Vec<Expr>,
    /// What it does.
    pub body: BlockId,
    /// All its names, by [`LocalId`].
    pub locals: Vec<Local>,
    /// Where it is declared.
    pub span: Span,
}

/// `on Event as e where c`: what starts a plan from outside.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Which event.
    pub event: EventId,
    /// What it is called in the plan.
    pub local: LocalId,
    /// Which of them.
    pub condition: Option<Expr>,
}
