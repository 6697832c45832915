//! What a plan would do, as data: everything a preview says, and no more than can be known before it runs.
//!
//! Here is the tree of parts; `kind` is what a part does, `way_back` how that is undone.

mod kind;
mod way_back;

use smol_str::SmolStr;

pub use kind::{Answer, Check, CheckKind, Item, Kind, Loop, Pace, Rollout, Stage, Tries};
pub use way_back::{Undo, WayBack};

use super::{capability::Capability, estimate::Takes, read::Ask};
use crate::{
    ir::{Address, Risk},
    source::Span,
};

/// A plan before it runs.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Its name.
    pub plan: SmolStr,
    /// What it is for.
    pub goals: Vec<String>,
    /// What it is given.
    pub inputs: Vec<Input>,
    /// How a run of it comes about, and which run is the same: `on Placed as placed where .. keyed placed.order`; empty if
    /// that is all up to who starts it.
    pub begins: String,
    /// What its files may touch.
    pub capabilities: Vec<Capability>,
    /// How long it takes as a whole, if it says so itself.
    pub takes: Option<Takes>,
    /// How much is at stake, if it says so itself.
    pub risk: Option<Risk>,
    /// What it does, in order.
    pub parts: Vec<Part>,
    /// How many parts there are, those of items included: their numbers are below it.
    pub count: u32,
    /// What it would look at before it does anything, and what that would tell: the looks that were not answered.
    pub looks: Vec<Ask>,
    /// What can't be computed with what is given: where, and why. A run would fail there.
    pub faults: Vec<(Address, String)>,
    /// The actions, probes, functions, constants and events that it mentions, and those that they mention.
    pub definitions: Vec<Definition>,
}

/// Something that a program declares and a plan mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// `action`, `probe`, `fn`, `const`, `event`.
    pub word: &'static str,
    /// Its name, with its module.
    pub name: SmolStr,
    /// What it does, as it is written, in one line.
    pub text: String,
}

/// Something a plan is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: SmolStr,
    /// Its type as it is written.
    pub ty: String,
    /// Its value, if it is known.
    pub value: Option<String>,
    /// It was not given, and has its default.
    pub is_default: bool,
}

/// A part of a plan.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its number in the outline.
    pub id: u32,
    /// Its address, with `*` for the key of any item or stage; one that has none of its own has that around it.
    pub address: Address,
    /// What the program calls it; empty for what has no name.
    pub name: SmolStr,
    /// Its title.
    pub title: Option<String>,
    /// What it does.
    pub kind: Kind,
    /// How long it takes, as its author says.
    pub takes: Option<Takes>,
    /// How much is at stake, as its author says.
    pub risk: Option<Risk>,
    /// How long it may take, in nanoseconds, if that is known.
    pub timeout: Option<i64>,
    /// Where it stands.
    pub span: Span,
    /// Its expressions as they are written, without those of what lies in it.
    pub words: String,
    /// What lies in it: one way, or several of which one is taken.
    pub ways: Vec<Way>,
}

/// A sequence of parts that is gone through as a whole, or not at all.
#[derive(Clone, Debug)]
pub struct Way {
    /// The name of an option; else empty.
    pub name: SmolStr,
    /// The title of an option.
    pub title: Option<String>,
    /// When it is taken, as it is written: `total < 50GB`; `None` for what is always taken, and for an `else`.
    pub condition: Option<String>,
    /// Whether it is taken.
    pub taken: Taken,
    /// How long an option takes, as its author says.
    pub takes: Option<Takes>,
    /// How much is at stake, as its author says.
    pub risk: Option<Risk>,
    /// What is done.
    pub parts: Vec<Part>,
}

/// Whether a way is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There is no other
    Always,
    /// What is known says so
    Yes,
    /// What is known says it is not
    No,
    /// That is not known yet
    Open,
}

impl Part {
    /// The parts directly in it, in the order written, whether they are taken or not; the gates of a rollout are among
    /// them.
    pub fn inside(&self) -> impl Iterator<Item = &Part> {
        self.ways.iter().flat_map(|way| &way.parts).chain(self.gates())
    }

    /// The gates of a rollout; none of anything else.
    pub fn gates(&self) -> &[Part] {
        if let Kind::Rollout(rollout) = &self.kind { &rollout.gates } else { &[] }
    }

    /// Which of those that stand together a phase waits for, by number; none of anything else.
    pub fn after(&self) -> &[usize] {
        if let Kind::Phase { after, way_back: _ } = &self.kind { after } else { &[] }
    }

    /// It and all parts in it, outer ones first.
    pub fn all(&self) -> Vec<&Part> {
        let mut all = vec![self];
        self.inside().for_each(|part| all.extend(part.all()));
        all
    }

    /// Its title, or else its name.
    pub fn label(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}

impl Outline {
    /// All parts, outer ones first, in the order written.
    pub fn all(&self) -> Vec<&Part> {
        self.parts.iter().flat_map(Part::all).collect()
    }

    /// The phases of the plan itself, in the order written.
    pub fn phases(&self) -> Vec<&Part> {
        let groups = self.parts.iter().filter(|part| matches!(part.kind, Kind::Phases));
        groups.flat_map(Part::inside).collect()
    }
}
