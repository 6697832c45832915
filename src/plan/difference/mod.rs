//! What differs between two plans in what they would do: not in lines.
//!
//! Parts are the same if they have the same address. Of those that are left, a step that calls the same in the same
//! place counts as renamed.

//!
//! `placed` says where the parts stand and which are the same, `whole` what differs in the plan itself, `parts` what differs
//! in what it does.

mod parts;
mod placed;
mod whole;

use std::collections::BTreeMap;

use super::{
    Takes,
    outline::{Kind, Outline, Part, WayBack},
};
use crate::ir::Address;
use placed::{places, renamed};

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub about: About,
    /// Where; the root for what is about the whole plan.
    pub address: Address,
    /// How it was; none of what is new.
    pub before: Option<String>,
    /// How it is; none of what is gone.
    pub after: Option<String>,
}

/// What a difference is about, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// What it may touch
    Capabilities,
    /// What it is given
    Inputs,
    /// What is done to the world, by whom, and what is published
    Effects,
    /// What the actions, probes, functions and constants are that are used
    Definitions,
    /// What comes after what
    Order,
    /// Decisions and their options
    Decisions,
    /// Who approves what
    Approvals,
    /// What must hold
    Checks,
    /// How things are undone, and what makes them final
    Undo,
    /// How long it takes and how much is at stake
    Estimates,
    /// The same under another name
    Names,
}

impl About {
    /// All of them.
    pub const ALL: [About; 11] = [
        About::Capabilities,
        About::Inputs,
        About::Effects,
        About::Definitions,
        About::Order,
        About::Decisions,
        About::Approvals,
        About::Checks,
        About::Undo,
        About::Estimates,
        About::Names,
    ];

    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            About::Capabilities => "capabilities",
            About::Inputs => "inputs",
            About::Effects => "effects",
            About::Definitions => "definitions",
            About::Order => "order",
            About::Decisions => "decisions",
            About::Approvals => "approvals",
            About::Checks => "checks",
            About::Undo => "undo",
            About::Estimates => "estimates",
            About::Names => "names",
        }
    }

    /// What it is about where a part does something else than before.
    fn of(kind: &Kind) -> About {
        match kind {
            Kind::Approve { .. } => About::Approvals,
            Kind::Decide { .. } => About::Decisions,
            Kind::Check(_) => About::Checks,
            Kind::Commit { .. } => About::Undo,
            Kind::Probe { .. }
            | Kind::Step { .. }
            | Kind::BlockStep { .. }
            | Kind::Task { .. }
            | Kind::Phases
            | Kind::Phase { .. }
            | Kind::When { .. }
            | Kind::Parallel { .. }
            | Kind::Branch
            | Kind::Loop(_)
            | Kind::Rollout(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::Attempt
            | Kind::Run { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => About::Effects,
        }
    }
}

/// How a part is told: by whoever shows differences.
pub trait Telling {
    /// What a part does, without its name.
    fn part(&self, part: &Part) -> String;
    /// How something is undone.
    fn way_back(&self, way_back: &WayBack) -> String;
    /// How long something takes.
    fn takes(&self, takes: Takes) -> String;
    /// What a part takes and how much is at stake; empty if nobody says.
    fn estimate(&self, part: &Part) -> String;
}

/// What differs from `old` to `new`, by what it is about.
pub fn differences(old: &Outline, new: &Outline, telling: &dyn Telling) -> Vec<Difference> {
    let (before, after) = (places(old), places(new));
    let renamed = renamed(&before, &after, telling);
    let names = renamed.iter().map(|(old, new)| (old.last_part(), new.last_part())).collect();
    let mut comparing = Comparing { telling, renamed: names, found: Vec::new() };
    comparing.whole(old, new);
    comparing.parts(&before, &after, &renamed);
    comparing.definitions(old, new);
    comparing.found.sort_by_key(|difference| difference.about);
    comparing.found
}

/// What was found so far.
struct Comparing<'t> {
    telling: &'t dyn Telling,
    /// Names as they were, with what they are now.
    renamed: BTreeMap<String, String>,
    found: Vec<Difference>,
}

impl Comparing<'_> {
    fn tell(&mut self, about: About, address: &Address, before: Option<String>, after: Option<String>) {
        if before != after {
            self.found.push(Difference { about, address: address.clone(), before, after });
        }
    }
}
