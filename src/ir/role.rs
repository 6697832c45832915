//! What a part of a plan asks of the world around it: this is what a test can give for it, and what a simulation answers.

use super::{
    expr::Expr,
    find::Found,
    statement::{Check, Decide, StatementKind, Step, Task},
};

/// What a part asks of the world.
#[derive(Clone, Copy, Debug)]
pub enum Role<'p> {
    /// That something is done
    Act(&'p Step),
    /// What is to be seen; its expression
    Look(&'p Expr),
    /// The work of a person
    Task(&'p Task),
    /// The consent of a person
    Approval,
    /// One of several options
    Decision(&'p Decide),
    /// Whether a condition holds
    Verdict(&'p Check),
    /// Nothing itself: it holds other parts, computes, or waits
    Scope,
}

impl StatementKind {
    /// What it asks of the world.
    pub fn role(&self) -> Role<'_> {
        match self {
            StatementKind::Step(step) => Role::Act(step),
            StatementKind::Probe { look, .. } => Role::Look(look),
            StatementKind::Task(task) => Role::Task(task),
            StatementKind::Approve { .. } => Role::Approval,
            StatementKind::Decide(decide) => Role::Decision(decide),
            StatementKind::Require(check)
            | StatementKind::Verify { check, .. }
            | StatementKind::WaitUntil { check, .. } => Role::Verdict(check),
            StatementKind::Guard(guard) => Role::Verdict(&guard.check),
            StatementKind::Let { .. }
            | StatementKind::BlockStep { .. }
            | StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Parallel { .. }
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => Role::Scope,
        }
    }
}

impl<'p> Found<'p> {
    /// What it asks of the world.
    pub fn role(self) -> Role<'p> {
        match self {
            Found::Statement(statement) => statement.kind.role(),
            Found::Gate(gate) => Role::Verdict(&gate.check),
            Found::Plan(_) | Found::Phase(_) | Found::Branch(_) => Role::Scope,
        }
    }

    /// The condition that it looks at, if it is one that is looked at.
    pub fn check(self) -> Option<&'p Check> {
        match self.role() {
            Role::Verdict(check) => Some(check),
            Role::Act(_) | Role::Look(_) | Role::Task(_) | Role::Approval | Role::Decision(_) | Role::Scope => None,
        }
    }
}
