//! What a plan comes to, in numbers.

use super::outline::{Kind, Outline, Part, Taken, WayBack};

/// How often something is there, in one run that goes well: from so often to so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How often at least.
    pub least: usize,
    /// How often at most; `None` where it lies in a loop over a list that is not known, or is done for each event.
    pub most: Option<usize>,
}

/// What a plan comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its phases, those of sub-plans included.
    pub phases: usize,
    /// Those of them of which everything that is done can be undone, as long as nothing makes it final.
    pub undoable_phases: usize,
    /// Steps.
    pub steps: Count,
    /// Points from which on nothing before is undone.
    pub commits: Count,
    /// What people approve.
    pub approvals: Count,
    /// Work of people.
    pub tasks: Count,
    /// Decisions that are open.
    pub open_decisions: usize,
    /// Steps that can't be undone.
    pub irreversible: Count,
    /// Steps of which nobody says how they are undone.
    pub without_way_back: Count,
}

impl Summary {
    /// Of an outline. Ways that are known not to be taken don't count; of those of which one is taken, one does.
    pub fn of(outline: &Outline) -> Summary {
        Summary::of_parts(&outline.parts)
    }

    fn nothing() -> Summary {
        let none = Count::exactly(0);
        Summary {
            phases: 0,
            undoable_phases: 0,
            steps: none,
            commits: none,
            approvals: none,
            tasks: none,
            open_decisions: 0,
            irreversible: none,
            without_way_back: none,
        }
    }

    fn of_parts(parts: &[Part]) -> Summary {
        parts.iter().fold(Summary::nothing(), |summary, part| summary.then(&Summary::of_part(part)))
    }

    /// What is counted of a part and of what lies in it.
    fn of_part(part: &Part) -> Summary {
        let mut own = Summary::nothing();
        let once = Count::exactly(1);
        match &part.kind {
            Kind::Step { way_back, .. } => {
                own.steps = once;
                match way_back {
                    WayBack::Irreversible => own.irreversible = once,
                    WayBack::None => own.without_way_back = once,
                    WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing => {}
                }
            }
            Kind::Commit { .. } => own.commits = once,
            Kind::Approve { .. } => own.approvals = once,
            Kind::Task { .. } => own.tasks = once,
            Kind::Phase { .. } => {
                own.phases = 1;
                own.undoable_phases = usize::from(can_be_undone(part));
            }
            Kind::Decide { .. } => {
                own.open_decisions = usize::from(part.ways.iter().all(|way| way.taken != Taken::Yes));
            }
            Kind::Probe { .. }
            | Kind::BlockStep { .. }
            | Kind::Phases
            | Kind::When { .. }
            | Kind::Parallel { .. }
            | Kind::Branch
            | Kind::Loop(_)
            | Kind::Rollout(_)
            | Kind::Check(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::Attempt
            | Kind::Run { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => {}
        }
        own.then(&Summary::inside(part))
    }

    /// What is counted of what lies in a part.
    fn inside(part: &Part) -> Summary {
        let ways = || part.ways.iter().filter(|way| way.taken != Taken::No).map(|way| Summary::of_parts(&way.parts));
        match &part.kind {
            Kind::Loop(each) => Summary::one_of(ways()).times(each.items.as_ref().map(Vec::len)),
            Kind::Rollout(rollout) => Summary::one_of(ways()).times(rollout.stages.as_ref().map(Vec::len)),
            // It is done as often as the event arrives, or as there are phases: nobody counts that here.
            Kind::On { .. } | Kind::AfterEach => Summary::one_of(ways()).times(None),
            Kind::When { complete, depends_on: _ } => {
                let is_sure = *complete || part.ways.iter().any(|way| way.taken == Taken::Yes);
                Summary::one_of(ways().chain((!is_sure).then(Summary::nothing)))
            }
            Kind::Attempt => match part.ways.as_slice() {
                [tried, otherwise] => Summary::of_parts(&tried.parts)
                    .then(&Summary::one_of([Summary::nothing(), Summary::of_parts(&otherwise.parts)].into_iter())),
                _ => Summary::one_of(ways()),
            },
            Kind::Probe { .. }
            | Kind::Step { .. }
            | Kind::BlockStep { .. }
            | Kind::Task { .. }
            | Kind::Approve { .. }
            | Kind::Phases
            | Kind::Phase { .. }
            | Kind::Decide { .. }
            | Kind::Parallel { .. }
            | Kind::Branch
            | Kind::Check(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::Emit { .. }
            | Kind::Commit { .. }
            | Kind::Run { .. }
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => Summary::one_of(ways()),
        }
    }

    /// One of these, and nobody knows which.
    fn one_of(ways: impl Iterator<Item = Summary>) -> Summary {
        ways.reduce(|one, other| one.with(&other, Count::or)).unwrap_or_else(Summary::nothing)
    }

    /// Both, one after the other.
    fn then(&self, other: &Summary) -> Summary {
        self.with(other, Count::and)
    }

    /// So often; `None` where nobody knows how often.
    fn times(&self, often: Option<usize>) -> Summary {
        self.with(&Summary::nothing(), |count, _| count.times(often))
    }

    fn with(&self, other: &Summary, both: impl Fn(Count, Count) -> Count) -> Summary {
        Summary {
            phases: self.phases + other.phases,
            undoable_phases: self.undoable_phases + other.undoable_phases,
            steps: both(self.steps, other.steps),
            commits: both(self.commits, other.commits),
            approvals: both(self.approvals, other.approvals),
            tasks: both(self.tasks, other.tasks),
            open_decisions: self.open_decisions + other.open_decisions,
            irreversible: both(self.irreversible, other.irreversible),
            without_way_back: both(self.without_way_back, other.without_way_back),
        }
    }
}

impl Count {
    /// Just so often.
    pub fn exactly(number: usize) -> Count {
        Count { least: number, most: Some(number) }
    }

    /// Whether it is known how often.
    pub fn is_exact(self) -> bool {
        self.most == Some(self.least)
    }

    fn and(self, other: Count) -> Count {
        let most = self.most.zip(other.most).map(|(one, other)| one.saturating_add(other));
        Count { least: self.least.saturating_add(other.least), most }
    }

    fn or(self, other: Count) -> Count {
        let most = self.most.zip(other.most).map(|(one, other)| one.max(other));
        Count { least: self.least.min(other.least), most }
    }

    fn times(self, often: Option<usize>) -> Count {
        match often {
            Some(often) => Count {
                least: self.least.saturating_mul(often),
                most: self.most.map(|most| most.saturating_mul(often)).or((often == 0).then_some(0)),
            },
            None => Count { least: 0, most: (self.most == Some(0)).then_some(0) },
        }
    }
}

/// Whether everything in a part can be undone.
pub fn can_be_undone(part: &Part) -> bool {
    part.all().iter().all(|inner| {
        let Kind::Step { way_back, .. } = &inner.kind else { return true };
        match way_back {
            WayBack::Irreversible | WayBack::None => false,
            WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing => true,
        }
    })
}
