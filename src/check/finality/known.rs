//! What is known at a point of a plan about what came before it, and what a part of a plan is to what is around it.

use crate::{ir::PlanId, source::Span};

/// What is known at a point, since the part around it began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// A `commit` surely came before.
    pub(super) committed: bool,
    /// The latest `commit` that may have come before.
    pub(super) commit: Option<Span>,
    /// The latest thing since then that can be undone.
    pub(super) undoable: Option<Span>,
    /// A person surely said yes.
    pub(super) approved: bool,
    pub(super) held: Hold,
}

/// What came of the latest rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nothing was waited for or asked since it
    #[default]
    Unchanged,
    /// Something was
    Held,
    /// Its last stage ended at once
    Unheld(Unheld),
}

/// A rollout whose last stage is not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Unheld {
    pub(in crate::check) rollout: Span,
    pub(in crate::check) stage: Span,
}

impl Known {
    /// What is known where two ways meet.
    pub(super) fn or(self, other: Known) -> Known {
        let held = match (self.held, other.held) {
            (unheld @ Hold::Unheld(_), _) | (_, unheld @ Hold::Unheld(_)) => unheld,
            (Hold::Held, Hold::Held) => Hold::Held,
            (Hold::Unchanged, _) | (_, Hold::Unchanged) => Hold::Unchanged,
        };
        Known {
            committed: self.committed && other.committed,
            commit: self.commit.or(other.commit),
            undoable: self.undoable.or(other.undoable),
            approved: self.approved && other.approved,
            held,
        }
    }

    /// What is known behind a part at whose end `later` is known.
    pub(super) fn then(self, later: Known) -> Known {
        Known {
            committed: self.committed || later.committed,
            commit: later.commit.or(self.commit),
            undoable: later.undoable.or(self.undoable.filter(|_| !later.committed)),
            approved: self.approved || later.approved,
            held: if later.held == Hold::Unchanged { self.held } else { later.held },
        }
    }

    /// What is known behind parts that were done together: a `commit` in one makes nothing final in another.
    pub(super) fn and(self, other: Known) -> Known {
        let held = match (self.held, other.held) {
            (unheld @ Hold::Unheld(_), _) | (_, unheld @ Hold::Unheld(_)) => unheld,
            (Hold::Held, _) | (_, Hold::Held) => Hold::Held,
            (Hold::Unchanged, Hold::Unchanged) => Hold::Unchanged,
        };
        Known {
            committed: self.committed || other.committed,
            commit: self.commit.or(other.commit),
            undoable: self.undoable.or(other.undoable),
            approved: self.approved || other.approved,
            held,
        }
    }
}

/// Where two ways meet, of which one or both may lead nowhere.
pub(super) fn meet(one: Option<Known>, other: Option<Known>) -> Option<Known> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(other)),
        (one, other) => one.or(other),
    }
}

/// What a part of a plan is to what is around it: an item, a branch, a plan that is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// What is known at its end; nothing if it never comes to it.
    pub(super) end: Option<Known>,
    /// A step that can't be undone, with no `commit` before it in the part and nothing that can be undone.
    pub(super) needs_commit: Option<Span>,
    /// A `commit` that makes one item or branch final, and needs all before to be so.
    pub(super) needs_final: Option<Span>,
    /// Something that can be undone.
    pub(super) undoable: Option<Span>,
    /// A `commit`.
    pub(super) commits: Option<Span>,
    /// A `commit` with something behind it that can be undone.
    pub(super) open_behind: Option<(Span, Span)>,
    /// It changes something.
    pub(super) acts: bool,
}

impl Facts {
    /// A part of which nothing was seen yet.
    pub(super) const BEGIN: Facts = Facts {
        end: Some(Known { committed: false, commit: None, undoable: None, approved: false, held: Hold::Unchanged }),
        needs_commit: None,
        needs_final: None,
        undoable: None,
        commits: None,
        open_behind: None,
        acts: false,
    };

    /// A part that was not looked at yet: as if it never came to its end.
    pub(super) const UNKNOWN: Facts = Facts { end: None, ..Facts::BEGIN };

    /// What commits in the part does so at this place: where the plan that it is is run.
    pub(super) fn commits_at(&mut self, place: Span) {
        let commits = [&mut self.needs_final, &mut self.commits];
        commits.into_iter().flatten().for_each(|commit| *commit = place);
        if let Some((commit, _)) = &mut self.open_behind {
            *commit = place;
        }
        if let Some(Known { commit: Some(commit), .. }) = &mut self.end {
            *commit = place;
        }
    }

    /// Whether what matters is the same; which of several places stands for it does not.
    pub(super) fn is_like(&self, other: &Facts) -> bool {
        let flags = |facts: &Facts| {
            let Facts { end, needs_commit, needs_final, undoable, commits, open_behind, acts } = facts;
            let known = end.map(|Known { committed, commit, undoable, approved, held }| {
                (committed, commit.is_some(), undoable.is_some(), approved, std::mem::discriminant(&held))
            });
            let needs = (needs_commit.is_some(), needs_final.is_some());
            (known, needs, undoable.is_some(), commits.is_some(), open_behind.is_some(), *acts)
        };
        flags(self) == flags(other)
    }
}

/// A part, when it was gone through.
pub(super) struct Part {
    pub(super) facts: Facts,
    /// What has no approval before it in the part.
    pub(super) unapproved: Vec<Unapproved>,
}

/// A step that can't be undone, with no approval before it in its part.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unapproved {
    /// The step
    Step(Span),
    /// Those of a plan that is run
    Run(PlanId),
}
