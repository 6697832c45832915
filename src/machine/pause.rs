//! Pauses: nothing new starts. Guards and plain waits go on; time that is limited or observed stands still; a failure
//! is not held, and its way back neither.

use smol_str::SmolStr;

use super::phases::statement_at;
use super::state::{ActState, Frame, FrameId, Guard, Paused, RegionId, Work};
use super::{Entry, Machine, Refused, Timestamp};
use crate::ir::{Address, Reaction, StatementKind};

impl Machine {
    /// Whether a frame starts nothing new now.
    pub(super) fn is_held(&self, id: FrameId) -> bool {
        self.state.paused.is_some() && !self.goes_on_in_a_pause(id)
    }

    /// Whether the time of a frame stands still now. An event is taken in a pause, too, but its time does not count.
    pub(super) fn stands_still(&self, id: FrameId) -> bool {
        self.state.paused.is_some() && (!self.goes_on_in_a_pause(id) || self.waits_for_event(id))
    }

    /// The moment this long from now. What stands still has the length of the pause added when that ends, so it counts
    /// from where the pause began.
    pub(super) fn moment_after(&self, id: FrameId, wait: i64) -> Timestamp {
        let paused = self.state.paused.as_ref().filter(|_| self.stands_still(id));
        paused.map_or(self.state.now, |paused| paused.since).plus(wait)
    }

    fn waits_for_event(&self, id: FrameId) -> bool {
        let Some(frame) = self.state.live.frames.get(&id) else { return false };
        matches!(frame.work, Work::WaitFor(_)) && !frame.repeats && self.failure_of(frame.region).is_none()
    }

    fn goes_on_in_a_pause(&self, id: FrameId) -> bool {
        let Some(frame) = self.state.live.frames.get(&id) else { return true };
        let unwinds = frame.repeats || self.failure_of(frame.region).is_some();
        unwinds || matches!(frame.work, Work::Wait { .. } | Work::WaitFor(_)) || self.watches(id)
    }

    /// Whether a frame is a guard, or part of one.
    fn watches(&self, id: FrameId) -> bool {
        self.guard_around(id).is_some()
    }

    fn guard_around(&self, id: FrameId) -> Option<&Guard> {
        let get = |id: FrameId| self.state.live.frames.get(&id);
        let mut frames = std::iter::successors(get(id), |frame| frame.parent.and_then(get));
        frames.find_map(|frame| if let Work::Guard(guard) = &frame.work { Some(guard) } else { None })
    }

    /// Whether a frame is a guard that can do nothing but pause a run, or part of one, and the run is paused already.
    pub(super) fn could_only_pause_again(&self, id: FrameId) -> bool {
        let Some(guard) = self.guard_around(id).filter(|_| self.state.paused.is_some()) else { return false };
        let StatementKind::Guard(written) = &statement_at(&self.program, guard.place).kind else { return false };
        (written.on_fail, written.on_unknown) == (Reaction::Pause, Reaction::Pause)
    }

    /// Nothing new starts from here on; a pause in a pause changes nothing.
    pub(super) fn pause(&mut self, address: Address, reason: SmolStr) {
        if self.state.paused.is_some() || self.failure_of(RegionId::RUN).is_some() {
            return;
        }
        self.log(Entry::Paused { address: address.clone(), reason: reason.clone() });
        self.state.paused = Some(Paused { address, reason, since: self.state.now });
    }

    /// An approval was given for something else than what would run now: a person lets the run go on, or nobody does.
    pub(super) fn pause_at_dead(&mut self, approval: &Address) {
        let reason = format!("what would run now is not what `{approval}` was approved for");
        self.pause(approval.clone(), SmolStr::from(reason));
    }

    /// It goes on, and what stood still has the time that it had.
    pub(super) fn resume(&mut self) {
        let frames = self.state.live.frames.keys().copied();
        let still: Vec<FrameId> = frames.filter(|id| self.stands_still(*id)).collect();
        let Some(paused) = self.state.paused.take() else { return };
        self.log(Entry::Resumed);
        let (now, stood) = (self.state.now, self.state.now.since(paused.since));
        for id in still {
            if let Some(frame) = self.state.live.frames.get_mut(&id) {
                frame.stood_still(now, stood);
            }
        }
        let held = std::mem::take(&mut self.state.held);
        self.ready.extend(held);
    }

    /// A failure is not held by a pause; that of the run ends the pause.
    pub(super) fn let_failure_through(&mut self, region: RegionId) {
        if region == RegionId::RUN {
            self.state.paused = None;
        }
        let held = std::mem::take(&mut self.state.held);
        self.ready.extend(held);
    }

    pub(super) fn allow_pause(&self) -> Result<(), Refused> {
        let refused = |reason: &str| Err(Refused { reason: reason.into(), instead: Vec::new() });
        match self.state.ended {
            Some(_) => refused("the run is over"),
            None if self.failure_of(RegionId::RUN).is_some() => refused("the run is being undone, which is not paused"),
            None => match &self.state.paused {
                Some(paused) => refused(&format!("the run is paused already: {}", paused.reason)),
                None => Ok(()),
            },
        }
    }

    pub(super) fn allow_resume(&self) -> Result<(), Refused> {
        if self.state.paused.is_some() {
            return Ok(());
        }
        Err(Refused { reason: "the run is not paused".into(), instead: Vec::new() })
    }
}

impl Frame {
    /// It stood still so long: what limits it, and what it observes, is moved by that.
    fn stood_still(&mut self, now: Timestamp, stood: i64) {
        let moved = |at: &mut Timestamp| *at = at.plus(stood);
        self.limit.iter_mut().for_each(|limit| moved(&mut limit.at));
        if let Some(flight) = self.flight_mut() {
            flight.deadline.iter_mut().for_each(moved);
        }
        match &mut self.work {
            Work::Check(check) => {
                check.began = now;
                let until = check.again.as_mut().and_then(|again| again.until.as_mut());
                until.into_iter().for_each(moved);
            }
            Work::Look(look) => look.over.iter_mut().for_each(moved),
            Work::Act(act) => {
                act.over.iter_mut().for_each(moved);
                if let ActState::Backoff(backoff) = &mut act.state {
                    moved(&mut backoff.until);
                }
            }
            Work::Stage(stage) => {
                if let Some(hold) = &mut stage.hold {
                    moved(&mut hold.until);
                    hold.forget_unobserved(now);
                    hold.gates.iter_mut().filter_map(|gate| gate.next.as_mut()).for_each(moved);
                }
            }
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Probe { .. }
            | Work::Guard(_)
            | Work::Wait { .. }
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => {}
        }
    }
}
