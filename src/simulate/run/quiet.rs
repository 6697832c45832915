//! When a run does nothing but look, and will see nothing else.

use super::{Simulation, past};
use crate::{
    machine::{Entry, Purpose, Timestamp},
    simulate::{World, queue::Planned},
};

/// So many looks that changed nothing, one after another, are enough to see that nothing will change.
const QUIET: u32 = 1_000;

/// How long nothing has happened but looks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quiet {
    /// So many happenings.
    happenings: u32,
    /// The latest moment that was to end something by itself when that began.
    until: Option<Timestamp>,
}

impl<W: World> Simulation<W> {
    /// Whether the run does nothing but look, and nothing is to come that could change what it sees.
    pub(super) fn only_looks(&self) -> bool {
        self.quiet.happenings >= QUIET
            && self.quiet.until.is_none_or(|until| until < self.now)
            && self.queue.iter().all(|(_, planned)| matches!(planned, Planned::Outcome { .. }))
            && self.world.is_settled(&past(&self.machine, &self.program, self.now, &self.happened))
    }

    /// Counts what happened, if it was only a look.
    pub(super) fn listen(&mut self, then: &[Entry]) {
        let quiet = then.iter().all(|entry| match entry {
            Entry::Intent { purpose, .. } => *purpose == Purpose::Look,
            Entry::Verdict { held, .. } => held.is_none(),
            _ => false,
        });
        self.quiet = match quiet {
            true if self.quiet.happenings == 0 => Quiet { happenings: 1, until: self.machine.last_deadline() },
            true => Quiet { happenings: self.quiet.happenings + 1, ..self.quiet },
            false => Quiet::default(),
        };
    }
}
