//! What is going to happen, by time and then in the order it was planned.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{
    ir::Value,
    machine::{EffectId, Outcome, Timestamp, Word},
};

/// Something that is going to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// An effect ends, and is heard of.
    Outcome {
        /// The question it answers.
        number: u32,
        /// Which.
        effect: EffectId,
        /// How the run hears of it.
        outcome: Outcome,
        /// What is done under its key, if it is done, whatever the run hears.
        really: Option<(SmolStr, Value)>,
    },
    /// Somebody says something.
    Word {
        /// The question it answers, if it answers one.
        number: Option<u32>,
        /// What.
        word: Word,
        /// Who.
        who: String,
        /// Why.
        why: Option<String>,
    },
    /// The process dies.
    Crash {
        /// What is done under its key although nobody hears of it.
        really: Option<(SmolStr, Value)>,
    },
}

/// When something happens, and how many things were planned before it.
pub(super) type Slot = (Timestamp, u64);

/// What is planned.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    planned: BTreeMap<Slot, Planned>,
    count: u64,
}

impl Queue {
    pub(super) fn plan(&mut self, at: Timestamp, planned: Planned) -> Slot {
        let slot = (at, self.count);
        self.count += 1;
        self.planned.insert(slot, planned);
        slot
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.planned.first_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn take_first(&mut self) -> Option<(Timestamp, Planned)> {
        self.planned.pop_first().map(|((at, _), planned)| (at, planned))
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Planned> {
        self.planned.remove(&slot)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Timestamp, &Planned)> {
        self.planned.iter().map(|((at, _), planned)| (*at, planned))
    }
}
