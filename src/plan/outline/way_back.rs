//! How a part of a plan is undone.

use super::{Kind, Part};
use crate::{ir::Address, plan::Takes};

/// How something is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// As it says itself.
    Own(Undo),
    /// As its action says.
    Inherited(Undo),
    /// A scope around it is undone as a whole.
    Scope(Address),
    /// There is nothing to undo.
    Nothing,
    /// It can't be undone.
    Irreversible,
    /// Nobody says how.
    None,
}

/// What undoes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// What is called.
    pub call: String,
    /// It also runs for what failed.
    pub always: bool,
    /// Its failure stops nothing.
    pub best_effort: bool,
    /// How long it takes at most until it is done or given up, with all its tries and the pauses between them, in
    /// nanoseconds; `None` where no timeout limits it.
    pub longest: Option<i64>,
    /// How long its parts take, as their author says.
    pub takes: Option<Takes>,
}

impl WayBack {
    /// What is called to undo it, if something is.
    pub fn undo(&self) -> Option<&Undo> {
        match self {
            WayBack::Own(undo) | WayBack::Inherited(undo) => Some(undo),
            WayBack::Scope(_) | WayBack::Nothing | WayBack::Irreversible | WayBack::None => None,
        }
    }
}

impl Part {
    /// How it is undone, if that is to be said of it.
    pub fn way_back(&self) -> Option<&WayBack> {
        match &self.kind {
            Kind::Step { way_back, .. } => Some(way_back),
            Kind::BlockStep { way_back }
            | Kind::Task { way_back, .. }
            | Kind::Phase { way_back, .. }
            | Kind::Run { way_back, .. } => way_back.as_ref(),
            Kind::Loop(each) => each.way_back.as_ref(),
            Kind::Rollout(rollout) => rollout.way_back.as_ref(),
            Kind::Probe { .. }
            | Kind::Approve { .. }
            | Kind::Phases
            | Kind::When { .. }
            | Kind::Decide { .. }
            | Kind::Parallel { .. }
            | Kind::Branch
            | Kind::Check(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::Attempt
            | Kind::Commit { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => None,
        }
    }
}
