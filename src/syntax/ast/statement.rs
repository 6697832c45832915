//! Blocks and statements.

use super::{Compensation, EventName, Expr, Modifier, Name, Pattern, Template, Type};
use crate::source::Span;

/// `{ .. }`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// What is done, in order.
    pub statements: Vec<Statement>,
    /// With the braces.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `goal "text"`
    Goal(Template),
    /// `let x: T = expr`
    Let {
        /// What it binds.
        name: Name,
        /// Its written type.
        ty: Option<Box<Type>>,
        /// Its value.
        value: Expr,
    },
    /// `probe x: T = look(..) retry .. timeout ..`
    Probe {
        /// What it binds.
        name: Name,
        /// What the answer is decoded to.
        ty: Option<Box<Type>>,
        /// The look, a call.
        call: Expr,
        /// `retry`, `timeout`
        modifiers: Vec<Modifier>,
    },
    /// `step x "title": T = act(..) .. compensate ..`, `step act(..)`, `step x "title" { .. }`
    Step(Box<Step>),
    /// `task x: T "text" by "team" ..`
    Task {
        /// What it binds.
        name: Name,
        /// What the report is decoded to.
        ty: Option<Box<Type>>,
        /// What is to be done.
        text: Template,
        /// By whom.
        by: Template,
        /// `takes`, `risk`, `timeout`
        modifiers: Vec<Modifier>,
        /// How it is undone.
        compensation: Option<Box<Compensation>>,
    },
    /// `phase x "title" after a, b { .. }`
    Phase {
        /// Its name.
        name: Name,
        /// Its title.
        title: Option<Template>,
        /// `after`, `takes`, `risk`, `timeout`
        modifiers: Vec<Modifier>,
        /// What it does.
        body: Block,
        /// How it is undone.
        compensation: Option<Box<Compensation>>,
    },
    /// `when a { .. } else when b { .. } else { .. }`
    When {
        /// Conditions with what each leads to, in order.
        branches: Vec<(Expr, Block)>,
        /// `else { .. }`
        otherwise: Option<Block>,
    },
    /// `when value { pattern => { .. } .. }`
    WhenMatch {
        /// What is matched.
        value: Expr,
        /// The arms, in order.
        arms: Vec<(Pattern, Block)>,
    },
    /// `decide x "question" by "team" timeout 2d { option .. }`
    Decide {
        /// Its name.
        name: Name,
        /// What is asked.
        question: Template,
        /// Who decides; a rule without.
        by: Option<Template>,
        /// `timeout`
        modifiers: Vec<Modifier>,
        /// The options, in order.
        options: Vec<Choice>,
    },
    /// `parallel limit 2 { branch a { .. } .. }`
    Parallel {
        /// How many at once.
        limit: Option<Expr>,
        /// The branches, in order.
        branches: Vec<Branch>,
    },
    /// `for x in list keyed k { .. }`
    For {
        /// What each item is called.
        name: Name,
        /// The list.
        list: Expr,
        /// `keyed`, `parallel`, `limit`, `after`, `by`, `as`
        modifiers: Vec<Modifier>,
        /// What is done for each.
        body: Block,
        /// How all of it is undone.
        compensation: Option<Box<Compensation>>,
    },
    /// `rollout x "title" as share 1% for 24h -> 10% { .. }`, `rollout x as region in regions for 1d { .. }`
    Rollout {
        /// `x "title" as share`
        binding: Option<Box<RolloutBinding>>,
        /// Its stages.
        stages: Stages,
        /// What is done at each.
        body: Block,
        /// How all of it is undone.
        compensation: Option<Box<Compensation>>,
    },
    /// `gate errors: cond every 5m tolerate 2 else "text"`
    Gate(Box<Watch>),
    /// `guard up: cond every 1m until cleanup else "text"`
    Guard(Box<Watch>),
    /// `require cond else "text"`
    Require {
        /// `named:`
        label: Option<Name>,
        /// What must hold.
        condition: Expr,
        /// Why, for a person.
        otherwise: Option<Template>,
    },
    /// `verify cond within 5m every 10s else "text"`
    Verify {
        /// `named:`
        label: Option<Name>,
        /// What must come to hold.
        condition: Expr,
        /// `within d every d`
        within: Option<Box<(Expr, Expr)>>,
        /// Why, for a person.
        otherwise: Option<Template>,
    },
    /// `on Event as e where cond { .. }`
    On {
        /// Which event.
        event: EventName,
        /// What it is called.
        alias: Option<Name>,
        /// Which of them.
        condition: Option<Expr>,
        /// What is done.
        body: Block,
    },
    /// `wait 24h`, `wait until ..`, `wait for ..`
    Wait {
        /// `drained:`
        label: Option<Name>,
        /// For what.
        kind: WaitKind,
    },
    /// `approve go "question" by "team" timeout 7d`
    Approve {
        /// Its name.
        name: Option<Name>,
        /// What is asked.
        question: Template,
        /// Who answers.
        by: Template,
        /// `timeout`
        modifiers: Vec<Modifier>,
    },
    /// `emit Event { .. }`
    Emit {
        /// Which event.
        event: EventName,
        /// A record.
        payload: Option<Expr>,
    },
    /// `attempt x { .. } else as failure { .. }`
    Attempt {
        /// Its name.
        name: Option<Name>,
        /// What is tried.
        body: Block,
        /// `as failure`
        alias: Option<Name>,
        /// What is done if it fails.
        otherwise: Block,
    },
    /// `commit floor "text"`
    Commit {
        /// Its name.
        name: Option<Name>,
        /// What is final from here on.
        text: Template,
    },
    /// `run x: T = p(..) timeout 1d compensate ..`
    Run {
        /// What it binds.
        name: Option<Name>,
        /// The written type.
        ty: Option<Box<Type>>,
        /// The sub-plan, a call.
        call: Expr,
        /// `timeout`, `takes`, `risk`
        modifiers: Vec<Modifier>,
        /// How all of it is undone.
        compensation: Option<Box<Compensation>>,
    },
    /// `after each phase as p { .. }`
    AfterEach {
        /// What the phase is called.
        alias: Name,
        /// What is done.
        body: Block,
    },
    /// `fail "text"`
    Fail(Template),
    /// `return expr`
    Return(Option<Expr>),
    /// `unwind`
    Unwind,
    /// What could not be read.
    Error,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it binds; none for `step act(..)`.
    pub name: Option<Name>,
    /// Its title.
    pub title: Option<Template>,
    /// What its result is decoded to.
    pub ty: Option<Box<Type>>,
    /// One call, or several effects.
    pub body: StepBody,
    /// `retry`, `timeout`, `takes`, `risk`, `irreversible`, `best_effort`
    pub modifiers: Vec<Modifier>,
    /// How it is undone.
    pub compensation: Option<Box<Compensation>>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum StepBody {
    /// One call.
    Call(Expr),
    /// Several effects as one entry of the plan.
    Block(Block),
}

/// `option a "title" when cond takes 1w risk low { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Template>,
    /// When it is taken.
    pub condition: ChoiceCondition,
    /// `takes`, `risk`
    pub modifiers: Vec<Modifier>,
    /// What is done.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// When an option is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum ChoiceCondition {
    /// Nothing said.
    Open,
    /// `when cond`
    When(Expr),
    /// `otherwise`, which stands there
    Otherwise(Span),
}

/// `branch a "title" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Template>,
    /// `takes`, `risk`
    pub modifiers: Vec<Modifier>,
    /// What is done.
    pub body: Block,
    /// All of it.
    pub span: Span,
}

/// `x "title" as share`
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutBinding {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Template>,
    /// What the stage is called inside.
    pub variable: Name,
}

/// The stages of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub enum Stages {
    /// `1% for 24h -> 10%`
    Listed(Vec<Stage>),
    /// `in regions for 1d`
    In {
        /// The values.
        list: Box<Expr>,
        /// How long each is held.
        hold: Box<Expr>,
    },
}

/// `10% for 48h`
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The value.
    pub value: Expr,
    /// How long it is held.
    pub hold: Option<Expr>,
}

/// A gate or a guard.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// `errors:`
    pub label: Option<Name>,
    /// What must hold.
    pub condition: Expr,
    /// How often one looks.
    pub every: Expr,
    /// `tolerate`, `on unknown`, `on fail`, `until`
    pub modifiers: Vec<Modifier>,
    /// Why, for a person.
    pub otherwise: Option<Template>,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitKind {
    /// `wait 24h`
    Duration(Expr),
    /// `wait until cond every d timeout d`
    Until {
        /// What must come to hold.
        condition: Expr,
        /// How often one looks.
        every: Expr,
        /// `timeout`
        modifiers: Vec<Modifier>,
    },
    /// `wait for Event as e where cond timeout d`
    Event {
        /// Which event.
        event: EventName,
        /// What it is called.
        alias: Option<Name>,
        /// Which of them.
        condition: Option<Expr>,
        /// `timeout`
        modifiers: Vec<Modifier>,
    },
}
