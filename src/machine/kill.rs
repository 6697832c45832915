//! `kill`: the run ends without undoing anything. What is in flight is asked to stop and waited for; then what was done
//! and would have been undone is listed as owed.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::look::why;
use super::state::{ActState, Blocked, Flight, FrameId, Live, Work};
use super::{Ending, Entry, Machine, Outcome, Owed, Owing};

/// How an act stands whose run is killed.
enum Standing {
    /// It is in flight, and its end is waited for.
    InFlight,
    /// It never began.
    NotBegun,
    /// It failed.
    NotDone(SmolStr),
    /// Nobody knows whether it was done.
    Unknown(SmolStr),
}

impl Machine {
    /// Whether the run is being killed, or was.
    pub(super) fn is_killed(&self) -> bool {
        self.state.killed.is_some()
    }

    /// From here on nothing starts; a second word changes nothing.
    pub(super) fn kill(&mut self, said: &str) {
        if self.is_killed() {
            return;
        }
        let reason = SmolStr::from(format!("killed by {said}"));
        self.log(Entry::Killed { reason: reason.clone() });
        self.state.killed = Some(reason.clone());
        self.state.paused = None;
        self.state.held.clear();
        self.ready.clear();
        let frames: Vec<FrameId> = self.state.live.frames.keys().copied().collect();
        for id in frames {
            self.stop_for_good(id, &reason);
        }
        let needed = self.around_what_is_in_flight();
        self.state.live.frames.retain(|id| needed.contains(id));
    }

    /// The acts that still have to end, and what they are part of.
    fn around_what_is_in_flight(&self) -> BTreeSet<FrameId> {
        let parent = |id: &FrameId| self.state.live.frames.get(id).and_then(|frame| frame.parent);
        let acts = self.acts().filter(|(_, _, act)| matches!(act.state, ActState::InFlight { .. }));
        acts.flat_map(|(id, _, _)| std::iter::successors(Some(id), parent)).collect()
    }

    fn stop_for_good(&mut self, id: FrameId, reason: &SmolStr) {
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        if let Some(flight) = frame.flight_mut() {
            let stop = flight.stop(reason.clone());
            self.out.commands.extend(stop);
        }
        match &frame.work {
            Work::Act(act) => {
                let standing = act.state.standing();
                self.account_for(id, standing);
            }
            Work::Ask(_) => self.forget_way_back(id),
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Measure(_)
            | Work::Parallel { .. }
            | Work::Loop { .. }
            | Work::Attempt { .. }
            | Work::Unwind { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Check(_)
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Wait { .. } => {}
        }
    }

    /// What was in flight when the run was killed has ended.
    pub(super) fn ended_after_kill(&mut self, id: FrameId, outcome: Outcome) {
        let Some(flight) = self.flight_of(id) else { return };
        let why = why(&outcome);
        let standing = match outcome {
            Outcome::Ok { output, .. } => match self.result_of(id, &flight, &output) {
                Ok(value) => return self.act_done(id, value),
                Err(reason) => Standing::Unknown(self.blame_part(id, reason)),
            },
            Outcome::Failed { .. } => Standing::NotDone(why),
            Outcome::Unknown { .. } => Standing::Unknown(why),
        };
        self.account_for(id, standing);
        self.state.live.frames.remove(&id);
    }

    fn flight_of(&mut self, id: FrameId) -> Option<Flight> {
        self.state.live.frames.get_mut(&id)?.flight_mut().cloned()
    }

    /// What an act leaves that is not done, or of which nobody knows.
    fn account_for(&mut self, id: FrameId, standing: Standing) {
        let address = self.address_of(id);
        match standing {
            Standing::InFlight => {}
            Standing::NotBegun => self.forget_way_back(id),
            Standing::NotDone(reason) => {
                self.log(Entry::Failed { address, reason: reason.clone(), tolerated: false });
                self.stays_undone(id, reason);
                self.forget_way_back(id);
            }
            Standing::Unknown(reason) => {
                self.log(Entry::InDoubt { address, reason: reason.clone() });
                self.stays_undone(id, reason.clone());
                self.owe_unknown(id, reason);
                self.forget_way_back(id);
            }
        }
    }

    /// If it was part of a compensation, what that would have undone is owed for this reason.
    fn stays_undone(&mut self, id: FrameId, reason: SmolStr) {
        let Some(whole) = self.compensation_around(id) else { return };
        let Some(region) = self.state.live.frames.get(&whole).map(|frame| frame.region) else { return };
        let (address, since) = (self.address_of(whole), self.state.now);
        if let Some(target) = self.region(region).undoing.get(&whole).copied() {
            self.region(region).blocked.push(Blocked { address, reason, since, target });
        }
    }

    /// Once nothing is in flight, the run is over, with the list of what is owed.
    pub(super) fn end_what_was_killed(&mut self) {
        let Some(killed) = self.state.killed.clone() else { return };
        if self.acts().next().is_some() {
            return;
        }
        for (region, target, address) in self.all_to_undo() {
            let undo = self.way_back_of(region, target).and_then(|way_back| self.undo_text(&way_back));
            let reason = self.why_blocked(region, target).unwrap_or_else(|| killed.clone());
            self.owe(Owed { address, owing: Owing::NotUndone, reason, undo, since: self.state.now });
        }
        for region in self.state.regions.values_mut() {
            region.undo.clear();
            region.undoing.clear();
            region.blocked.clear();
        }
        self.state.live = Live::default();
        self.state.scopes.clear();
        self.end(Ending::Killed, serde_json::Value::Null);
    }
}

impl ActState {
    fn standing(&self) -> Standing {
        match self {
            ActState::Preparing => Standing::NotBegun,
            ActState::InFlight { .. } => Standing::InFlight,
            ActState::Backoff(backoff) => Standing::NotDone(backoff.reason.clone()),
            ActState::Stuck { reason, doubt: false, .. } => Standing::NotDone(reason.clone()),
            ActState::ConfirmBackoff { backoff, .. } | ActState::RepeatBackoff(backoff) => {
                Standing::Unknown(backoff.reason.clone())
            }
            ActState::Confirming { reason, .. } | ActState::Stuck { reason, .. } => Standing::Unknown(reason.clone()),
        }
    }
}
