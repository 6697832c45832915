//! Properties: what must hold on every path.

use crate::simulate::{Simulation, World, test::Property};

/// When something must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At every moment
    Always,
    /// At the end
    Eventually,
}

/// Something that must hold on every path.
#[derive(Clone, Debug)]
pub struct Stated {
    /// As it was said: `never "hold" in undone`.
    pub text: String,
    /// When it must hold.
    pub when: When,
    /// What must.
    pub property: Property,
}

impl Stated {
    /// Whether it may depend on how long a run lasts, so that states are others at other moments.
    pub(super) fn speaks_of_time(&self) -> bool {
        self.text.contains("duration")
    }

    /// Whether it is broken by a run as it stands, at its end or before.
    pub(super) fn is_broken<W: World>(&self, simulation: &Simulation<W>, at_end: bool) -> bool {
        let due = match self.when {
            When::Always => true,
            When::Eventually => at_end,
        };
        due && self.property.holds(simulation) == Some(false)
    }
}
