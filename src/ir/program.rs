//! Declarations and statements.

use smol_str::SmolStr;

use super::{address::Segment, expr::Expr, types::Type};
use crate::source::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Its plans; those of the root file can be run.
    pub plans: Vec<Plan>,
    /// All blocks of all plans.
    pub blocks: Vec<Block>,
}

/// A statement of a program: which block, and which in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Its name.
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
    pub body: Body,
    /// How often and how long it tries.
    pub tries: Tries,
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
    pub body: Body,
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

/// A built-in effect with its arguments.
#[derive(Clone, Debug)]
pub struct EffectCall {
    /// Which.
    pub kind: EffectKind,
    /// The module whose grant it needs, beside the root's.
    pub module: ModuleId,
    /// What its output is decoded to.
    pub expects: Type,
    /// Where it stands.
    pub span: Span,
}

/// The built-in effects.
#[derive(Clone, Debug)]
pub enum EffectKind {
    /// `exec(program, [args], env:, stdin:, cwd:)`
    Exec(Exec),
    /// `succeeds(program, [args], ..)`: 0 is true, 1 is false
    Succeeds(Exec),
    /// `file.read(path)`
    FileRead(PathExpr),
    /// `file.write(path, text)`
    FileWrite(PathExpr, Expr),
}

/// The arguments of `exec` and `succeeds`.
#[derive(Clone, Debug)]
pub struct Exec {
    /// The program.
    pub program: PathExpr,
    /// A `List<String>`.
    pub arguments: Expr,
    /// A `Map<String>`.
    pub env: Option<Box<Expr>>,
    /// A `String`.
    pub stdin: Option<Box<Expr>>,
    /// The folder it runs in; without it, the root file's.
    pub cwd: Option<Box<PathExpr>>,
}

/// A path: relative to the folder of the file whose literal it is, a computed one to the root file's.
#[derive(Clone, Debug)]
pub struct PathExpr {
    /// The path, a `String`.
    pub value: Expr,
    /// The module whose folder it is relative to.
    pub origin: ModuleId,
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
    /// What it is for: its `goal` texts.
    pub goals: Vec<Expr>,
    /// What it does.
    pub body: BlockId,
    /// All its names, by [`LocalId`].
    pub locals: Vec<Local>,
    /// Where it is declared.
    pub span: Span,
}

/// Statements, one after another.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its part of the address; `None` for those that add none.
    pub segment: Option<Segment>,
    /// Its title, a `String`.
    pub title: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// Binds a pure value.
    Let {
        /// What it binds.
        local: LocalId,
        /// Its value.
        value: Expr,
    },
    /// Looks once.
    Probe {
        /// What it binds.
        local: LocalId,
        /// The look: its kind is `Look`, `Effect`, or a `Decode` of one.
        look: Expr,
        /// How often and how long it tries, beside what the probe itself says.
        tries: Tries,
    },
    /// Does one thing.
    Step(Box<Step>),
    /// Several effects as one entry.
    BlockStep {
        /// What is done.
        block: BlockId,
        /// Its whole way back.
        compensation: Option<Compensation>,
    },
    /// Phases that stand together, each as soon as those it waits for are done.
    Phases(Vec<Phase>),
    /// The first branch whose condition holds.
    When {
        /// Conditions and what they lead to.
        branches: Vec<(Expr, BlockId)>,
        /// What is done if none holds.
        otherwise: Option<BlockId>,
    },
    /// One item after another.
    For {
        /// What each item is called.
        variable: LocalId,
        /// The list.
        list: Expr,
        /// The key of an item, which sees `variable`; a scalar item is its own.
        key: Option<Expr>,
        /// What is done for each.
        block: BlockId,
        /// Its whole way back.
        compensation: Option<Compensation>,
    },
    /// Stage by stage.
    Rollout(Box<Rollout>),
    /// Must hold now.
    Require(Check),
    /// Must come to hold.
    Verify {
        /// What.
        check: Check,
        /// For how long and how often one looks; both `Duration`s.
        within: Option<(Expr, Expr)>,
    },
    /// Waits for a `Duration`.
    Wait(Expr),
    /// What came before is final.
    Commit(Expr),
    /// Ends the scope, with a reason.
    Fail(Expr),
    /// Ends the plan, with its value.
    Return(Option<Expr>),
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it binds.
    pub local: Option<LocalId>,
    /// What it does.
    pub operation: Operation,
    /// What its result is decoded to, where that differs from what the operation gives.
    pub decode: Option<Type>,
    /// How often and how long it tries; what is not said, the action says.
    pub tries: Tries,
    /// It can't be undone.
    pub irreversible: bool,
    /// Its failure is recorded, and the plan goes on.
    pub best_effort: bool,
    /// How it is undone; without it, as its action says.
    pub compensation: Option<Compensation>,
}

/// Something done.
#[derive(Clone, Debug)]
pub enum Operation {
    /// An action with one argument for each parameter
    Action(ActionId, Vec<Expr>),
    /// A built-in effect
    Effect(Box<EffectCall>),
}

/// A way back.
#[derive(Clone, Debug)]
pub struct Compensation {
    /// When it runs, and what its failure means.
    pub mode: CompensationMode,
    /// What it does.
    pub body: CompensationBody,
    /// Where it stands.
    pub span: Span,
}

/// When a compensation runs and what its failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompensationMode {
    /// For what was done; its failure makes the run stuck
    Normal,
    /// Also for what failed
    Always,
    /// Its failure is recorded
    BestEffort,
}

/// What a compensation does.
#[derive(Clone, Debug)]
pub enum CompensationBody {
    /// There is nothing to undo
    Nothing,
    /// One call; its arguments are captured when the step is done
    Call {
        /// What is done.
        operation: Operation,
        /// How often and how long it tries.
        tries: Tries,
    },
    /// A block; the names it mentions are captured when the step is done
    Block {
        /// What is done.
        block: BlockId,
        /// The outer names it mentions.
        captures: Vec<LocalId>,
    },
}

/// A phase.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Its part of the address.
    pub segment: Segment,
    /// Its title.
    pub title: Option<Expr>,
    /// Which phases of the same group it waits for.
    pub after: Vec<u32>,
    /// What it does.
    pub block: BlockId,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
    /// Where it stands.
    pub span: Span,
}

/// A rollout.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// What the stage is called inside.
    pub variable: Option<LocalId>,
    /// Its stages.
    pub stages: Stages,
    /// What is done at each stage, without the gates.
    pub block: BlockId,
    /// What is watched while a stage is held.
    pub gates: Vec<Gate>,
    /// Its whole way back.
    pub compensation: Option<Compensation>,
}

/// The stages of a rollout.
#[derive(Clone, Debug)]
pub enum Stages {
    /// Each value with how long it is held
    Listed(Vec<(Expr, Option<Expr>)>),
    /// The values of a list, each held as long
    In(Expr, Expr),
}

/// A gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its part of the address.
    pub segment: Segment,
    /// What must hold.
    pub check: Check,
    /// How often one looks, a `Duration`.
    pub every: Expr,
    /// How many failures in a row pass, an `Int`.
    pub tolerate: Option<Expr>,
}

/// A condition that may look, and what to say if it does not hold.
#[derive(Clone, Debug)]
pub struct Check {
    /// A `Bool`.
    pub condition: Expr,
    /// Its text in normal form.
    pub text: SmolStr,
    /// A `String`.
    pub otherwise: Option<Box<Expr>>,
}
