//! What a person sees of a run: its parts as rows, what it waits for as sentences, what can be typed as commands.
//!
//! All of it is a function of what is known, of the moment and of the width of a line; `live`, `show` and `inbox`
//! put their pages together from it.

pub mod asks;
pub mod frame;
pub mod hints;
pub mod node;
pub mod row;
pub mod sign;
pub mod telling;
pub mod tree;

use smol_str::SmolStr;

use super::story::Story;
use crate::{
    ir::Address,
    machine::{LoopState, Machine, Outlook, Owed, PhaseState, Status, Timestamp, Wait, WaitOn},
    run::{RunId, Standing},
};
use telling::{held_of, waiting};

/// How a run stands, by what its machine says.
#[derive(Clone, Debug)]
pub struct Position {
    /// What it is doing.
    pub standing: Standing,
    /// What it waits for.
    pub waits: Vec<Wait>,
    /// The events that it handles whenever they come.
    pub hears: Vec<SmolStr>,
    /// The loops that have begun.
    pub loops: Vec<LoopState>,
    /// The phases that stand together where not all are done.
    pub phases: Vec<PhaseState>,
    /// When it should be over.
    pub outlook: Option<Outlook>,
    /// What would be undone if it failed now, in that order.
    pub to_undo: Vec<Address>,
    /// What is to be put right by hand.
    pub owed: Vec<Owed>,
}

/// What is known of a run at a moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Its name.
    pub run: &'a RunId,
    /// What has happened.
    pub story: &'a Story,
    /// How it stands.
    pub position: &'a Position,
    /// Whether a process drives it.
    pub driven: bool,
    /// The moment.
    pub now: Timestamp,
}

impl Position {
    /// As a machine stands.
    pub fn of(machine: &Machine) -> Position {
        let status = machine.status();
        let over = matches!(status, Status::Ended(..));
        Position {
            standing: Standing::from(&status),
            waits: machine.waits(),
            hears: if over { Vec::new() } else { machine.hears() },
            loops: machine.loops(),
            phases: if over { Vec::new() } else { machine.phases() },
            outlook: machine.outlook().filter(|_| !over),
            to_undo: if over { Vec::new() } else { machine.to_undo() },
            owed: machine.owed().to_vec(),
        }
    }
}

impl View<'_> {
    /// What a part waits for.
    pub fn wait(&self, address: &str) -> Option<&Wait> {
        self.position.waits.iter().find(|wait| wait.address.as_str() == address)
    }

    /// What is waited for, without what it was that waits and since when.
    pub fn waiting(&self, wait: &Wait) -> String {
        if let (WaitOn::Hold { held, needed, .. }, Standing::Paused) = (&wait.on, self.position.standing) {
            return format!("{}, paused", held_of(*held, *needed));
        }
        waiting(wait, self.driven, self.now)
    }
}
