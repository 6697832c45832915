//! What a plan would do, as data: everything a preview says, and no more than can be known before it runs.

use smol_str::SmolStr;

use super::{capability::Capability, estimate::Takes};
use crate::{
    ir::{Address, Reaction, Risk},
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
    pub looks: Vec<super::read::Ask>,
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

/// What a part does.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Looks at the world.
    Probe {
        /// What is called.
        call: String,
        /// What it answered, if it was asked.
        answer: Answer,
    },
    /// Changes the world.
    Step {
        /// What is called.
        call: String,
        /// How often and how long it tries.
        tries: Tries,
        /// How it is undone.
        way_back: WayBack,
        /// Its failure stops nothing.
        best_effort: bool,
        /// A crash in the middle of it is settled by itself: it is idempotent, or can be looked up.
        settles: bool,
    },
    /// Several effects as one entry.
    BlockStep {
        /// How it is undone as a whole.
        way_back: Option<WayBack>,
    },
    /// Work of a person.
    Task {
        /// What is to be done.
        text: String,
        /// By whom.
        by: String,
        /// How it is undone.
        way_back: Option<WayBack>,
    },
    /// A person says yes or no.
    Approve {
        /// What is asked.
        question: String,
        /// Who is asked.
        by: String,
    },
    /// Phases that stand together.
    Phases,
    /// A phase.
    Phase {
        /// Which of those that stand together it waits for, by number.
        after: Vec<usize>,
        /// Its whole way back.
        way_back: Option<WayBack>,
    },
    /// The first way whose condition holds.
    When {
        /// What decides it, where that is not known yet.
        depends_on: Vec<SmolStr>,
        /// One of its ways is always taken: there is an `else`, or it matches everything.
        complete: bool,
    },
    /// A decision.
    Decide {
        /// What is asked.
        question: String,
        /// Who decides; a rule without.
        by: Option<String>,
        /// What decides it, where that is not known yet.
        depends_on: Vec<SmolStr>,
        /// The option was fixed by whoever asks, not by what is known.
        assumed: bool,
    },
    /// Branches at once.
    Parallel {
        /// How many at once.
        limit: Option<usize>,
    },
    /// A branch.
    Branch,
    /// A loop. Its way is what is done for any item.
    Loop(Loop),
    /// A rollout. Its way is what is done at each stage.
    Rollout(Rollout),
    /// Must hold, or come to hold.
    Check(Check),
    /// Waits for a length of time.
    Wait {
        /// In nanoseconds, if that is known.
        length: Option<i64>,
        /// As it is written.
        text: String,
    },
    /// Waits for an event.
    WaitFor {
        /// Which.
        event: SmolStr,
    },
    /// Is done whenever an event arrives.
    On {
        /// Which.
        event: SmolStr,
    },
    /// Publishes an event.
    Emit {
        /// Which.
        event: SmolStr,
    },
    /// A nested saga: the second way is taken if the first fails.
    Attempt,
    /// What came before is final.
    Commit {
        /// What is final by it.
        text: String,
    },
    /// A sub-plan.
    Run {
        /// Which.
        plan: SmolStr,
        /// What is called.
        call: String,
        /// It is running already: what it does is told there.
        again: bool,
        /// Its whole way back.
        way_back: Option<WayBack>,
    },
    /// Is done after each phase of the block.
    AfterEach,
    /// Ends the scope with a failure.
    Fail {
        /// Why.
        text: String,
    },
    /// Ends the scope with a value.
    Return,
    /// Undoes the inside of a scope.
    Unwind,
}

/// What a look answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nobody asked, or what it asks for is not known yet.
    Open,
    /// It gave this.
    Given(String),
    /// It was asked, and gave no answer.
    Failed(String),
}

/// How often and how long a step tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many more tries after the first.
    pub retries: Option<i64>,
    /// How long one may take, in nanoseconds.
    pub timeout: Option<i64>,
}

/// How something is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// As it says itself.
    Own(Undo),
    /// As its action says.
    Inherited(Undo),
    /// A scope around it is undone as a whole.
    Scope(Address),
    /// There is nothing to undo.
    Nothing,
    /// It can't be undone.
    Irreversible,
    /// Nobody says how.
    None,
}

/// What undoes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// What is called.
    pub call: String,
    /// It also runs for what failed.
    pub always: bool,
    /// Its failure stops nothing.
    pub best_effort: bool,
    /// How long it takes at most until it is done or given up, with all its tries and the pauses between them, in
    /// nanoseconds; `None` where no timeout limits it.
    pub longest: Option<i64>,
    /// How long its parts take, as their author says.
    pub takes: Option<Takes>,
}

impl WayBack {
    /// What is called to undo it, if something is.
    pub fn undo(&self) -> Option<&Undo> {
        match self {
            WayBack::Own(undo) | WayBack::Inherited(undo) => Some(undo),
            WayBack::Scope(_) | WayBack::Nothing | WayBack::Irreversible | WayBack::None => None,
        }
    }
}

/// How the items of a loop go.
#[derive(Clone, Debug)]
pub struct Loop {
    /// What each item is called.
    pub variable: SmolStr,
    /// The list, as it is written.
    pub list: String,
    /// Its items, if they are known.
    pub items: Option<Vec<Item>>,
    /// What the list depends on, where it is not known.
    pub depends_on: Vec<SmolStr>,
    /// How many at once.
    pub pace: Pace,
    /// What an item waits for, as it is written.
    pub after: Option<String>,
    /// What is picked first, as it is written.
    pub by: Option<String>,
    /// The highest first.
    pub descending: bool,
    /// Its whole way back.
    pub way_back: Option<WayBack>,
}

/// How many items go at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All that can
    All,
    /// So many
    AtMost(usize),
    /// So many as this says, which is not known yet
    Open(String),
}

impl Pace {
    /// How many, if that is known and not all.
    pub fn limit(&self) -> Option<usize> {
        match self {
            Pace::AtMost(limit) => Some(*limit),
            Pace::All | Pace::Open(_) => None,
        }
    }
}

/// An item of a loop.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its number in the outline.
    pub id: u32,
    /// Its key.
    pub key: SmolStr,
    /// Which items it waits for, by number.
    pub after: Vec<usize>,
    /// Its place in the order in which items are picked that could begin.
    pub rank: usize,
    /// What is done for it; `None` where there are too many items to look at each.
    pub way: Option<Way>,
}

/// A rollout.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// What a stage is called.
    pub variable: Option<SmolStr>,
    /// Its stages, if they are known.
    pub stages: Option<Vec<Stage>>,
    /// What they depend on, where they are not known.
    pub depends_on: Vec<SmolStr>,
    /// Its stages as they are written.
    pub text: String,
    /// What is watched while a stage is held.
    pub gates: Vec<Part>,
    /// Its whole way back.
    pub way_back: Option<WayBack>,
}

/// A stage of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its value.
    pub value: String,
    /// How long it is held, in nanoseconds.
    pub hold: Option<i64>,
}

/// A condition.
#[derive(Clone, Debug)]
pub struct Check {
    /// How it is looked at.
    pub way: CheckKind,
    /// What must hold, with what is known put in.
    pub text: String,
    /// What is said if it does not.
    pub otherwise: Option<String>,
    /// For how long one looks again, in nanoseconds.
    pub within: Option<i64>,
    /// How often one looks, in nanoseconds.
    pub every: Option<i64>,
    /// How many failures in a row pass.
    pub tolerate: Option<i64>,
    /// Whether it holds now, if somebody looked.
    pub now: Option<bool>,
}

/// The kinds of condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// Must hold now
    Require,
    /// Must come to hold
    Verify,
    /// Is waited for
    WaitUntil,
    /// Must keep holding, until its scope ends or this phase begins; and what a failure does
    Guard(Option<SmolStr>, Reaction),
    /// Must keep holding while a stage is held; and what a failure does
    Gate(Reaction),
}

impl Part {
    /// The parts directly in it, in the order written, whether they are taken or not; the gates of a rollout are among
    /// them.
    pub fn inside(&self) -> impl Iterator<Item = &Part> {
        let gates = match &self.kind {
            Kind::Rollout(rollout) => rollout.gates.as_slice(),
            _ => &[],
        };
        self.ways.iter().flat_map(|way| &way.parts).chain(gates)
    }

    /// How it is undone, if that is to be said of it.
    pub fn way_back(&self) -> Option<&WayBack> {
        match &self.kind {
            Kind::Step { way_back, .. } => Some(way_back),
            Kind::BlockStep { way_back }
            | Kind::Task { way_back, .. }
            | Kind::Phase { way_back, .. }
            | Kind::Run { way_back, .. } => way_back.as_ref(),
            Kind::Loop(each) => each.way_back.as_ref(),
            Kind::Rollout(rollout) => rollout.way_back.as_ref(),
            Kind::Probe { .. }
            | Kind::Approve { .. }
            | Kind::Phases
            | Kind::When { .. }
            | Kind::Decide { .. }
            | Kind::Parallel { .. }
            | Kind::Branch
            | Kind::Check(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::Attempt
            | Kind::Commit { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => None,
        }
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
