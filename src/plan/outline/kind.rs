//! What a part of a plan does.

use smol_str::SmolStr;

use super::{Part, Way, WayBack};
use crate::ir::Reaction;

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
