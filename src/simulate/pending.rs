//! What could happen now.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Planned, Question, Simulation, World};
use crate::{
    ir::Address,
    machine::{Timestamp, WaitOn, Word},
};

/// Something that could happen now.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    /// A question is answered
    Question {
        /// Which.
        question: Arc<Question>,
        /// When its planned answer comes; `None` if it is open, or never ends.
        due: Option<Timestamp>,
    },
    /// A moment comes that the run waits for
    Timer(Timestamp),
    /// Something is said, as was planned
    Word {
        /// When.
        at: Timestamp,
        /// What.
        word: Word,
    },
    /// An event arrives that is waited for
    Event {
        /// What waits for it.
        address: Address,
        /// Which.
        event: SmolStr,
    },
}

impl<W: World> Simulation<W> {
    /// What could happen now: questions in the order asked, then the next moment, what is going to be said, and the
    /// events that are waited for.
    pub fn pending(&self) -> Vec<Pending> {
        let questions = self
            .open
            .values()
            .map(|(question, slot)| Pending::Question { question: Arc::clone(question), due: slot.map(|(at, _)| at) });
        let words = self.queue.iter().filter_map(|(at, planned)| match planned {
            Planned::Word { number: None, word, .. } => Some(Pending::Word { at, word: word.clone() }),
            Planned::Word { .. } | Planned::Outcome { .. } | Planned::Crash { .. } => None,
        });
        let events = self.machine.waits().into_iter().filter_map(|wait| {
            if let WaitOn::Event { event, .. } = wait.on {
                Some(Pending::Event { address: wait.address, event })
            } else {
                None
            }
        });
        questions.chain(self.machine.next_deadline().map(Pending::Timer)).chain(words).chain(events).collect()
    }
}

impl Planned {
    /// What is done under a key when it happens.
    pub(super) fn really(self) -> Option<(SmolStr, crate::ir::Value)> {
        match self {
            Planned::Outcome { really, .. } | Planned::Crash { really } => really,
            Planned::Word { .. } => None,
        }
    }
}
