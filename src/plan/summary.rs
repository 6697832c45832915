//! What a plan comes to, in numbers.

use super::outline::{Kind, Outline, Part, Taken, Way, WayBack};

/// How often something is there: at least so often, where it is in a loop over a list that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How often, as far as that is known.
    pub number: usize,
    /// It may be more.
    pub or_more: bool,
}

/// What a plan comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Of an outline. Ways that are known not to be taken don't count.
    pub fn of(outline: &Outline) -> Summary {
        let mut summary = Summary::default();
        summary.parts(&outline.parts, Count { number: 1, or_more: false });
        summary
    }

    fn parts(&mut self, parts: &[Part], times: Count) {
        parts.iter().for_each(|part| self.part(part, times));
    }

    fn part(&mut self, part: &Part, times: Count) {
        let inner = match &part.kind {
            Kind::Loop(each) => times.within(each.items.as_ref().map(Vec::len)),
            Kind::Rollout(rollout) => times.within(rollout.stages.as_ref().map(Vec::len)),
            _ => times,
        };
        match &part.kind {
            Kind::Phase { .. } => {
                self.phases += 1;
                self.undoable_phases += usize::from(can_be_undone(part));
            }
            Kind::Step { way_back, .. } => {
                self.steps.add(times);
                match way_back {
                    WayBack::Irreversible => self.irreversible.add(times),
                    WayBack::None => self.without_way_back.add(times),
                    WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing => {}
                }
            }
            Kind::Commit { .. } => self.commits.add(times),
            Kind::Approve { .. } => self.approvals.add(times),
            Kind::Task { .. } => self.tasks.add(times),
            Kind::Decide { .. } => {
                self.open_decisions += usize::from(part.ways.iter().all(|way| way.taken != Taken::Yes));
            }
            _ => {}
        }
        let taken = |way: &&Way| way.taken != Taken::No;
        part.ways.iter().filter(taken).for_each(|way| self.parts(&way.parts, inner));
    }
}

impl Count {
    fn add(&mut self, times: Count) {
        self.number += times.number;
        self.or_more |= times.or_more;
    }

    /// So often again, for each of so many items.
    fn within(self, items: Option<usize>) -> Count {
        let number = self.number.saturating_mul(items.unwrap_or(1));
        Count { number, or_more: self.or_more || items.is_none() }
    }
}

/// Whether everything in a part can be undone.
pub fn can_be_undone(part: &Part) -> bool {
    part.all().iter().all(|inner| match &inner.kind {
        Kind::Step { way_back, .. } => match way_back {
            WayBack::Irreversible | WayBack::None => false,
            WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing => true,
        },
        _ => true,
    })
}
