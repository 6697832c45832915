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
    /// Whether it is broken by a run as it stands, at its end or before.
    pub(super) fn is_broken<W: World>(&self, simulation: &Simulation<W>, at_end: bool) -> bool {
        let due = match self.when {
            When::Always => true,
            When::Eventually => at_end,
        };
        due && self.property.holds(simulation) == Some(false)
    }
}
