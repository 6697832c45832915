//! What can't be undone and was done stays done: when a halted run goes on, it is not done again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ir::{Address, Place, Value};

/// The irreversible steps that were done since the last commit, by address without visits.
///
/// The two ways of an attempt may have steps of one name, so an address is that of several statements; of a statement
/// that was come to again, as the steps of a stage are after a step back, the last value counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct Kept {
    done: BTreeMap<Address, Vec<(Place, Value)>>,
    /// Those that were done before the run was halted, and that it has not come to again since. What it comes to a
    /// second time then is to be done, as it would have been the first time.
    before: BTreeSet<(Address, Place)>,
}

impl Kept {
    /// A step was done.
    pub fn done(&mut self, address: &Address, place: Place, value: Value) {
        let steps = self.done.entry(address.without_visits()).or_default();
        match steps.iter_mut().find(|(known, _)| *known == place) {
            Some((_, known)) => *known = value,
            None => steps.push((place, value)),
        }
    }

    /// A halted run goes on.
    pub fn goes_on(&mut self) {
        let places = |(address, steps): (&Address, &Vec<(Place, Value)>)| {
            steps.iter().map(|(place, _)| (address.clone(), *place)).collect::<Vec<_>>()
        };
        self.before = self.done.iter().flat_map(places).collect();
    }

    /// The run comes to a step: what it gave, if it was done before the run was halted.
    pub fn come_to(&mut self, address: &Address, place: Place) -> Option<Value> {
        if self.before.is_empty() {
            return None;
        }
        let step = (address.without_visits(), place);
        self.before.take(&step)?;
        self.done.get(&step.0)?.iter().find(|(known, _)| *known == place).map(|(_, value)| value.clone())
    }

    /// All of it is final.
    pub fn clear(&mut self) {
        *self = Kept::default();
    }

    /// A part of the run is final, or has ended where nothing goes on inside it any more.
    pub fn forget_inside(&mut self, part: &Address) {
        if self.done.is_empty() {
            return;
        }
        let part = part.without_visits();
        self.done.retain(|address, _| !address.is_within(&part));
        self.before.retain(|(address, _)| !address.is_within(&part));
    }
}
