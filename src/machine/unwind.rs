//! The way back: the list of each region that fails, undone from its end, one part at a time.

use super::state::{Frame, FrameId, RegionId, ScopeId, Target, Undo, UndoState, WayBack, Work};
use super::{Ending, Machine, Owing};
use crate::ir::Address;

/// What stands at the end of a list.
enum Last {
    /// A scope with a `compensate` of its own, which undoes all that was started in it.
    Scope(ScopeId),
    /// A step.
    Step(u64, Address, Box<WayBack>),
    /// Nobody knows yet whether it was done, or its own way back is under way.
    Waits,
}

impl Machine {
    /// Undoes what stands last in some region that fails. Gives whether something was begun.
    pub(super) fn unwind(&mut self) -> bool {
        if self.state.ended.is_some() || self.state.suspended {
            return false;
        }
        if self.is_killed() {
            self.end_what_was_killed();
            return false;
        }
        let failing = self.state.regions.iter().filter(|(_, region)| region.failure.is_some());
        let failing: Vec<RegionId> = failing.map(|(id, _)| *id).collect();
        failing.into_iter().any(|region| self.unwind_region(region))
    }

    fn unwind_region(&mut self, id: RegionId) -> bool {
        if self.is_undoing(id) {
            return false;
        }
        match self.last(id) {
            None => self.unwound(id),
            Some(Last::Waits) => false,
            Some(Last::Scope(scope)) if self.acts_in(scope) => false,
            Some(Last::Scope(scope)) => self.undo_scope(id, scope),
            Some(Last::Step(first, address, way_back)) => self.undo(id, Target::Part(first), address, *way_back),
        }
    }

    /// Whether a compensation runs that is not stuck: what is stuck holds only what stands before it in the list.
    fn is_undoing(&self, id: RegionId) -> bool {
        let Some(region) = self.state.regions.get(&id) else { return false };
        region.undoing.keys().any(|compensation| !self.is_stuck_inside(*compensation))
    }

    fn is_stuck_inside(&self, compensation: FrameId) -> bool {
        let stuck = |frame: &Frame| matches!(&frame.work, Work::Act(act) if act.is_stuck());
        let mut frames = self.state.live.frames.iter().filter(|(_, frame)| frame.repeats && stuck(frame));
        frames.any(|(id, _)| self.compensation_around(*id) == Some(compensation))
    }

    /// What stands last; what was only started and belongs to a scope around the region is left to that.
    fn last(&self, id: RegionId) -> Option<Last> {
        let region = self.state.regions.get(&id)?;
        let in_hand = |target: Target| {
            let blocked = region.blocked.iter().any(|blocked| blocked.target == target);
            blocked || region.undoing.values().any(|undone| *undone == target)
        };
        let last = region.undo.iter().rev().find_map(|undo| {
            let scope = undo.scope.and_then(|scope| self.outermost(scope, Some(id)));
            Some(match (scope, &undo.state) {
                (Some(scope), _) => (Target::Scope(scope), Last::Scope(scope)),
                (None, UndoState::Pending { .. }) => (Target::Part(undo.first), Last::Waits),
                (None, UndoState::Done(way_back)) => {
                    let step = Last::Step(undo.first, undo.address.clone(), Box::new(way_back.clone()));
                    (Target::Part(undo.first), step)
                }
                (None, UndoState::Started) => return None,
            })
        });
        last.map(|(target, last)| if in_hand(target) { Last::Waits } else { last })
    }

    pub(super) fn is_in(&self, scope: Option<ScopeId>, outer: ScopeId) -> bool {
        let parent = |id: &ScopeId| self.state.scopes.get(id).and_then(|scope| scope.parent);
        std::iter::successors(scope, parent).any(|id| id == outer)
    }

    fn acts_in(&self, scope: ScopeId) -> bool {
        let acts = |frame: &Frame| matches!(frame.work, Work::Act(_)) && self.is_in(frame.scope, scope);
        self.state.live.frames.values().any(acts)
    }

    /// Takes what is undone from the list, a scope with all that was started in it, and gives its address.
    pub(super) fn drop_target(&mut self, id: RegionId, target: Target) -> Address {
        match target {
            Target::Part(first) => {
                let undo = &mut self.region(id).undo;
                let at = undo.iter().rposition(|undo| undo.first == first);
                at.map_or_else(Address::root, |at| undo.remove(at).address)
            }
            Target::Scope(scope) => {
                let (_, beside): (Vec<Undo>, Vec<Undo>) = std::mem::take(&mut self.region(id).undo)
                    .into_iter()
                    .partition(|undo| self.is_in(undo.scope, scope));
                self.region(id).undo = beside;
                self.state.scopes.remove(&scope).map_or_else(Address::root, |scope| scope.address)
            }
        }
    }

    /// How a run ends that was undone as far as it can be.
    fn undone_ending(&self) -> Ending {
        let waived = self.state.owed.iter().any(|owed| owed.owing == Owing::Waived);
        match (self.state.floor.is_some(), waived) {
            (true, _) => Ending::Halted,
            (false, true) => Ending::Partial,
            (false, false) => Ending::Compensated,
        }
    }

    /// Nothing is left to undo: the region ends, once all that was asked to stop has stopped.
    fn unwound(&mut self, id: RegionId) -> bool {
        if id != RegionId::RUN {
            let ended = !self.state.live.frames.values().any(|frame| frame.region == id);
            return ended && (self.inside_is_undone(id) || self.go_the_other_way(id));
        }
        if self.state.live.frames.is_empty() {
            self.end(self.undone_ending(), serde_json::Value::Null);
        }
        false
    }
}
