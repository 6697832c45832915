//! Situations: what makes two questions alike, so that one of them is enough.
//!
//! Items of a loop are alike, stages are, and looks at one thing at different moments: two questions are alike if they are
//! about the same statement, while as much would be undone and the same is in flight, whichever item or stage it is of.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{deviation::Disturbance, point::sort_of, world::Met};
use crate::{
    ir::{Address, address::without_marks},
    machine::Machine,
    simulate::{Simulation, World},
};

/// The part of a run that is common to all questions of a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(u64);

impl Moment {
    /// What would be undone, what is in flight, and what is left of what went otherwise, but for the keys.
    pub(super) fn of<W: World>(simulation: &Simulation<W>, scars: &BTreeSet<String>) -> Moment {
        let mut hasher = DefaultHasher::new();
        let machine: &Machine = simulation.machine();
        machine.failure().is_some().hash(&mut hasher);
        addresses(machine.to_undo().iter()).hash(&mut hasher);
        addresses(simulation.open().map(|question| &question.address)).hash(&mut hasher);
        machine.owed().len().hash(&mut hasher);
        // What is undone does not depend on what it is undone for.
        machine.failure().is_none().then_some(scars).hash(&mut hasher);
        Moment(hasher.finish())
    }

    /// What tells a question of this moment from those that are not alike.
    pub(super) fn question(self, met: &Met) -> u64 {
        let mut hasher = DefaultHasher::new();
        let question = &met.question;
        let again = question.effect().is_some_and(|effect| effect.attempt > 1);
        (self.0, keyless(&question.address), sort_of(question), again, met.stands.is_some()).hash(&mut hasher);
        if let Some(effect) = question.effect()
            && effect.looks()
        {
            effect.span.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The same for an event that is waited for.
    pub(super) fn event(self, address: &Address) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.0, keyless(address), "event").hash(&mut hasher);
        hasher.finish()
    }

    /// The same for what can happen whatever is asked, while the run is at `place`.
    pub(super) fn disturbed(self, disturbance: &Disturbance, place: &Address) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.0, keyless(place), std::mem::discriminant(disturbance)).hash(&mut hasher);
        if let Disturbance::Arrives(handler, payload) = disturbance {
            (keyless(handler), payload.to_string()).hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn addresses<'a>(all: impl Iterator<Item = &'a Address>) -> BTreeSet<String> {
    all.map(keyless).collect()
}

/// An address without keys of items, stages and numbers of visits: `service[*]/extract/infra`.
pub(super) fn keyless(address: &Address) -> String {
    let parts = address.as_str().split('/').map(|part| {
        let part = without_marks(part);
        part.split_once('[').map_or(part.to_string(), |(name, _)| format!("{name}[*]"))
    });
    parts.collect::<Vec<_>>().join("/")
}
