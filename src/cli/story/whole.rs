//! Parts that are undone because all that was done in them is: journals name the steps only.

use std::collections::HashSet;

use super::{Part, State, Story};
use crate::{
    ir::Address,
    machine::{Kind, Timestamp},
};

impl Story {
    /// In a run that failed, parts that were done are undone if everything in them was undone since, or if they lie in
    /// what was undone as a whole; `to_undo` is what is still to be undone.
    pub fn turn_wholes(&mut self, to_undo: &[Address]) {
        if self.failure.is_none() {
            return;
        }
        let wholes = self.wholes(to_undo);
        self.recall_items(&wholes);
        let undone: HashSet<String> = self.all_undone().map(|address| address.as_str().to_owned()).collect();
        for (address, part) in &mut self.parts {
            let is_undone =
                wholes.contains(address.as_str()) || around(address.as_str()).any(|outer| undone.contains(outer));
            if is_undone && part.state == State::Done && does(part) {
                part.state = State::Undone;
            }
        }
    }

    /// What lies in an attempt that went the other way is undone with it.
    pub(super) fn goes_otherwise(&mut self, attempt: &Address) {
        // Parts stand in the order in which they began.
        let begun = self.parts.get_index_of(attempt).unwrap_or_default();
        let Some(since) = self.parts.get_range_mut(begun..) else { return };
        for (address, part) in since.iter_mut() {
            if holds_others(part) && part.state == State::Done && address != attempt && address.is_within(attempt) {
                part.state = State::Undone;
            }
        }
    }

    fn all_undone(&self) -> impl Iterator<Item = &Address> {
        self.undone.iter().chain(&self.by_hand)
    }

    /// What lies around something that was undone, and around nothing that still stands.
    fn wholes(&self, to_undo: &[Address]) -> HashSet<String> {
        let mut wholes: HashSet<&str> = self.all_undone().flat_map(|address| around(address.as_str())).collect();
        let owed = self.owed.iter().map(|owed| &owed.address);
        for outer in to_undo.iter().chain(owed).chain(self.final_steps()).flat_map(|address| around(address.as_str())) {
            wholes.remove(outer);
        }
        wholes.into_iter().map(str::to_owned).collect()
    }

    /// Steps that came before the last commit are not undone any more.
    fn final_steps(&self) -> impl Iterator<Item = &Address> {
        let commit = self.commit.as_ref().and_then(|(address, _)| self.parts.get(address)?.until);
        let is_final = move |part: &Part| commit.is_some_and(|commit| is_done_by(part, commit));
        self.parts.iter().filter(move |(_, part)| is_final(part)).map(|(address, _)| address)
    }

    /// Items that were done before the story begins are only counted; one that was undone since is a part again.
    fn recall_items(&mut self, wholes: &HashSet<String>) {
        for item in wholes.iter().map(|whole| Address::typed(whole)) {
            let done = item.as_str().rsplit_once('[').and_then(|(items, _)| self.done_before.get_mut(items));
            let Some(done) = done.filter(|_| !self.parts.contains_key(&item)) else { continue };
            *done = done.saturating_sub(1);
            self.parts.insert(item, Part { kind: Some(Kind::Item), state: State::Undone, ..Part::begun(self.last) });
        }
    }
}

fn is_done_by(part: &Part, commit: Timestamp) -> bool {
    let is_step = matches!(part.kind, Some(Kind::Step | Kind::BlockStep));
    is_step && part.state == State::Done && part.until.is_some_and(|until| until <= commit)
}

/// What lies around a part, the nearest first: `x[a]/s` lies in `x[a]`, which is one of `x`.
pub fn around(address: &str) -> impl Iterator<Item = &str> {
    address.rmatch_indices(['/', '[']).map(|(at, _)| &address[..at])
}

/// Whether there is something to undo of a part, or of what lies in it; what was only seen or said stays so.
fn does(part: &Part) -> bool {
    matches!(part.kind, Some(Kind::Step | Kind::BlockStep)) || holds_others(part)
}

fn holds_others(part: &Part) -> bool {
    part.kind.is_some_and(|kind| match kind {
        Kind::Phase
        | Kind::Item
        | Kind::Rollout
        | Kind::Stage
        | Kind::Plan
        | Kind::Branch
        | Kind::Attempt
        | Kind::Handler => true,
        Kind::Step
        | Kind::BlockStep
        | Kind::Probe
        | Kind::Gate
        | Kind::Require
        | Kind::Verify
        | Kind::Wait
        | Kind::Commit
        | Kind::Compensation
        | Kind::Decision
        | Kind::Task
        | Kind::Approval
        | Kind::Guard
        | Kind::WaitFor => false,
    })
}
