//! Regions: the parts of a run that are undone on their own, which are the run itself and its attempts.
//!
//! A failure goes to the region of what failed. Nothing new starts in it, what is in flight is asked to stop, and its
//! list is unwound; regions side by side don't wait for each other. When the region around one fails meanwhile, the
//! two become one: a compensation in flight finishes, and the rest stands in the outer list by the order of intents.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::state::{ActState, Blocked, Failure, Frame, FrameId, Region, RegionId, ScopeId, Target, Work};
use super::{Entry, Machine};
use crate::ir::Address;

impl Machine {
    pub(super) fn region(&mut self, id: RegionId) -> &mut Region {
        self.state.regions.entry(id).or_default()
    }

    /// Why a region is being undone, if it is.
    pub(super) fn failure_of(&self, id: RegionId) -> Option<&Failure> {
        self.state.regions.get(&id)?.failure.as_ref()
    }

    /// Whether what a frame is part of is given up.
    pub(super) fn gives_up(&self, id: FrameId) -> bool {
        self.state.live.frames.get(&id).is_some_and(|frame| self.failure_of(frame.region).is_some())
    }

    /// A region fails: nothing new starts in it, what is in flight is asked to stop, and what was done is undone.
    pub(super) fn fail_region(&mut self, id: RegionId, failure: Failure) {
        if self.failure_of(id).is_some() {
            return;
        }
        let Failure { address, reason, .. } = failure.clone();
        let attempt = self.state.regions.get(&id).and_then(|region| region.attempt);
        let attempt = attempt.map(|attempt| self.address_of(attempt));
        self.log(match &attempt {
            None => Entry::Unwinding { address, reason },
            Some(attempt) => Entry::AttemptFailed { attempt: attempt.clone(), address, reason },
        });
        self.region(id).failure = Some(failure);
        self.take_in(id);
        self.let_failure_through(id);
        if let Some(attempt) = attempt {
            self.say_what_is_left(id, &attempt);
        }
        self.stop_region(id);
    }

    /// What stands in a region becomes part of it, with all that is to be undone there.
    fn take_in(&mut self, id: RegionId) {
        let inside: Vec<RegionId> = self.state.regions.keys().copied().filter(|at| self.lies_in(*at, id)).collect();
        // A compensation in flight finishes, with the attempts in it.
        let in_compensation = |at: RegionId| self.attempt_of(at).is_some_and(|attempt| attempt.repeats);
        let ends = |at: &RegionId| in_compensation(id) || !in_compensation(*at);
        let inside: Vec<RegionId> = inside.into_iter().filter(ends).collect();
        for region in inside {
            self.join(region, id);
        }
    }

    fn lies_in(&self, region: RegionId, outer: RegionId) -> bool {
        let around = |id: &RegionId| self.state.regions.get(id).and_then(|region| region.outer);
        std::iter::successors(around(&region), around).any(|id| id == outer)
    }

    /// A region is one no more: what would be undone in it stands in that around it, by the order of intents.
    pub(super) fn join(&mut self, inner: RegionId, outer: RegionId) {
        let forgets = self.state.regions.get(&inner).is_some_and(|region| self.is_beside_the_list(region));
        let Some(mut joined) = self.state.regions.remove(&inner) else { return };
        if forgets {
            joined.forget_what_is_not_in_hand();
            let frames = self.state.live.frames.values_mut().filter(|frame| frame.region == inner);
            frames.for_each(|frame| frame.measures = true);
        }
        let region = self.region(outer);
        region.undo.extend(joined.undo);
        region.undo.sort_by_key(|undo| undo.first);
        region.undoing.extend(joined.undoing);
        region.blocked.extend(joined.blocked);
        let regions = self.state.regions.values_mut().filter(|region| region.outer == Some(inner));
        regions.for_each(|region| region.outer = Some(outer));
        let scopes = self.state.scopes.values_mut().filter(|scope| scope.region == inner);
        scopes.for_each(|scope| scope.region = outer);
        let frames = self.state.live.frames.values_mut().filter(|frame| frame.region == inner);
        frames.for_each(|frame| frame.region = outer);
    }

    fn attempt_of(&self, region: RegionId) -> Option<&Frame> {
        self.state.live.frames.get(&self.state.regions.get(&region)?.attempt?)
    }

    /// Whether what is done in a region is undone only by its attempt: one in a compensation, or after a phase.
    pub(super) fn is_beside_the_list(&self, region: &Region) -> bool {
        let attempt = region.attempt.and_then(|attempt| self.state.live.frames.get(&attempt));
        attempt.is_some_and(|attempt| attempt.repeats || attempt.measures)
    }

    /// What is around an attempt is given up without undoing it: what was begun in it is dropped.
    pub(super) fn abandon(&mut self, region: RegionId) {
        self.state.regions.remove(&region);
        let is_part = |frame: &Frame| frame.region == region && frame.parent.is_none();
        let parts = self.state.live.frames.iter().filter(|(_, frame)| is_part(frame)).map(|(id, _)| *id);
        for part in parts.collect::<Vec<_>>() {
            self.drop_inside(part);
            let Some(mut frame) = self.state.live.frames.remove(&part) else { continue };
            let reason = SmolStr::new_static("what it is part of is given up");
            let stop = frame.flight_mut().and_then(|flight| flight.stop(reason));
            self.out.commands.extend(stop);
        }
    }

    /// Parts of an attempt that have begun and will not end: acts say themselves how they end.
    fn say_what_is_left(&mut self, id: RegionId, attempt: &Address) {
        let is_left = |frame: &&Frame| {
            let speaks = matches!(frame.work, Work::Act(_) | Work::Look(_));
            frame.region == id && !frame.undoing && !speaks && frame.address != *attempt
        };
        let left: BTreeSet<Address> =
            self.state.live.frames.values().filter(is_left).map(|frame| frame.address.clone()).collect();
        for address in left {
            self.log(Entry::Left { address });
        }
    }

    /// Nothing new starts: what is in flight is asked to stop, and only acts that must still end are kept.
    fn stop_region(&mut self, id: RegionId) {
        let is_inside = |frame: &Frame| frame.region == id && !frame.undoing;
        let frames = self.state.live.frames.iter().filter(|(_, frame)| is_inside(frame));
        let frames: Vec<FrameId> = frames.map(|(id, _)| *id).collect();
        let confirming: Vec<FrameId> = frames.iter().copied().filter(|id| self.looks_for_doubt(*id)).collect();
        for frame in frames {
            if !confirming.contains(&frame) {
                self.stop_frame(frame, id);
            }
        }
    }

    /// Whether a frame is, or is part of, finding out how an act ended of which that must be known.
    fn looks_for_doubt(&self, id: FrameId) -> bool {
        let mut at = Some(id);
        while let Some(frame) = at.and_then(|id| self.state.live.frames.get(&id)) {
            match &frame.work {
                Work::Look(_) => at = frame.parent,
                Work::Act(act) => {
                    let confirming = matches!(act.state, ActState::Confirming { .. });
                    return confirming && at.is_some_and(|id| self.must_know(id));
                }
                Work::Block { .. }
                | Work::Phases { .. }
                | Work::Parallel { .. }
                | Work::Attempt { .. }
                | Work::Measure(_)
                | Work::Unwind { .. }
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Check(_)
                | Work::Wait { .. }
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Ask(_) => return false,
            }
        }
        false
    }

    fn stop_frame(&mut self, id: FrameId, region: RegionId) {
        let must_know = self.must_know(id);
        let stopping = || {
            SmolStr::new_static(match region {
                RegionId::RUN => "it was stopped, because the run failed",
                RegionId(_) => "it was stopped, because the attempt failed",
            })
        };
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let stop = match &mut frame.work {
            Work::Act(act) => match &mut act.state {
                ActState::InFlight { flight, .. } => flight.stop(stopping()),
                ActState::Backoff(backoff) => {
                    let reason = backoff.reason.clone();
                    return self.act_failed(id, reason);
                }
                ActState::Preparing => return self.act_failed(id, stopping()),
                ActState::Confirming { .. }
                | ActState::ConfirmBackoff { .. }
                | ActState::RepeatBackoff(_)
                | ActState::Stuck { .. } => {
                    if !must_know {
                        return self.act_failed(id, stopping());
                    }
                    None
                }
            },
            Work::Look(look) => {
                let stop = look.flight.as_mut().and_then(|flight| flight.stop(stopping()));
                self.state.live.frames.remove(&id);
                stop
            }
            Work::Ask(_) => {
                self.withdraw(id);
                None
            }
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_) => {
                self.state.live.frames.remove(&id);
                None
            }
        };
        self.out.commands.extend(stop);
    }

    /// The outermost scope of a frame that belongs to the region the frame is in.
    pub(super) fn scope_in_region(&self, frame: &Frame) -> Option<ScopeId> {
        frame.scope.and_then(|scope| self.outermost(scope, Some(frame.region)))
    }

    /// The outermost scope around one that is still to be undone; in one region, or in the whole run.
    pub(super) fn outermost(&self, scope: ScopeId, region: Option<RegionId>) -> Option<ScopeId> {
        let parent = |id: &ScopeId| self.state.scopes.get(id).and_then(|scope| scope.parent);
        let counts = |id: &ScopeId| {
            let scope = self.state.scopes.get(id);
            scope.is_some_and(|scope| region.is_none_or(|region| scope.region == region))
        };
        std::iter::successors(Some(scope), parent).filter(counts).last()
    }

    /// Takes those compensations out of what is stuck that a person speaks of.
    pub(super) fn unblock(&mut self, is_meant: impl Fn(&Address) -> bool) -> Vec<(RegionId, Blocked)> {
        let mut meant = Vec::new();
        for (id, region) in &mut self.state.regions {
            let (taken, kept): (Vec<Blocked>, Vec<Blocked>) =
                std::mem::take(&mut region.blocked).into_iter().partition(|blocked| is_meant(&blocked.address));
            region.blocked = kept;
            meant.extend(taken.into_iter().map(|blocked| (*id, blocked)));
        }
        meant
    }
}

impl Region {
    /// Only what is being undone, or could not be, stays in the list.
    fn forget_what_is_not_in_hand(&mut self) {
        let blocked = self.blocked.iter().map(|blocked| blocked.target);
        let in_hand: Vec<Target> = blocked.chain(self.undoing.values().copied()).collect();
        self.undo.retain(|undo| in_hand.contains(&Target::Part(undo.first)));
    }
}
