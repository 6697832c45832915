//! Compensations: from their beginning to their end, or to where a person is needed.

use smol_str::SmolStr;

use super::reason::Reason;
use super::state::{Act, ActOf, ActState, Blocked, Frame, FrameId, RegionId, Role, ScopeId, Target, WayBack, Work};
use super::{Entry, Kind, Machine, Owed, Owing};
use crate::ir::{Address, PlanId};

impl Machine {
    pub(super) fn undo_scope(&mut self, region: RegionId, id: ScopeId) -> bool {
        let Some(scope) = self.state.scopes.get(&id) else { return false };
        let address = scope.address.clone();
        match self.scope_way_back(id) {
            Some(way_back) => self.undo(region, Target::Scope(id), address, way_back),
            None => {
                self.drop_target(region, Target::Scope(id));
                true
            }
        }
    }

    /// Begins a compensation.
    pub(super) fn undo(&mut self, region: RegionId, target: Target, undone: Address, way_back: WayBack) -> bool {
        let address = self.enter(undone.undo());
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Compensation, title: None });
        let (plan, env, work) = match way_back {
            WayBack::Broken { reason, place, best_effort: true } => {
                let reason = self.blame(&undone, Reason { text: reason, place });
                self.not_undone(region, target, reason);
                return true;
            }
            WayBack::Broken { reason, place, best_effort: false } => {
                let reason = self.blame(&address, Reason { text: reason, place });
                self.block_on(region, target, address, reason);
                return false;
            }
            WayBack::Call { call, policy, best_effort } => {
                let act = Act::new(ActOf::Undo { best_effort }, call, policy);
                (PlanId(0), self.new_env(None), Work::Act(Box::new(act)))
            }
            WayBack::Block { block, names, plan, best_effort } => {
                let env = self.new_env(None);
                names.into_iter().for_each(|(local, value)| self.bind(env, local, value));
                (plan, env, Work::Block { block, next: 0, role: Role::Compensation { best_effort } })
            }
        };
        let frame = Frame {
            parent: None,
            address,
            plan,
            env,
            owns_env: true,
            slot: 0,
            scope: None,
            region,
            heard: self.state.numbers.event,
            since: self.state.now,
            limit: None,
            measures: false,
            undoing: true,
            repeats: true,
            work,
        };
        let id = self.push(frame);
        self.region(region).undoing.insert(id, target);
        true
    }

    /// A compensation did its work.
    pub(super) fn compensation_done(&mut self, id: FrameId) {
        self.end_watchers(id);
        let Some(frame) = self.state.live.frames.remove(&id) else { return };
        self.state.live.envs.remove(&frame.env);
        let Some(target) = self.region(frame.region).undoing.remove(&id) else { return };
        let undone = self.drop_target(frame.region, target);
        self.log(Entry::Undone { address: undone });
    }

    /// The call of a compensation, or a step in its block, failed for good.
    pub(super) fn undo_failed(&mut self, id: FrameId, reason: SmolStr) {
        if self.blocks_nothing(id) {
            return self.give_up_undoing(id, reason);
        }
        let (address, since) = (self.address_of(id), self.state.now);
        self.set_act(id, ActState::Stuck { reason: reason.clone(), doubt: false, crashed: false, since });
        self.log(Entry::Stuck { address, reason });
    }

    /// Whether this act is, or is part of, a compensation that is `best_effort`.
    pub(super) fn blocks_nothing(&self, id: FrameId) -> bool {
        let undoes = self.state.live.frames.get(&id).is_some_and(|frame| frame.undoing);
        let whole = self.compensation_around(id).and_then(|whole| self.state.live.frames.get(&whole));
        undoes && whole.is_some_and(Frame::is_best_effort_compensation)
    }

    /// The outermost frame of the compensation that a frame is part of.
    pub(super) fn compensation_around(&self, id: FrameId) -> Option<FrameId> {
        let parent = |id: &FrameId| self.state.live.frames.get(id).and_then(|frame| frame.parent);
        self.state.live.frames.get(&id).filter(|frame| frame.repeats)?;
        std::iter::successors(Some(id), parent).last()
    }

    /// A part of a `best_effort` compensation can't be done: the compensation ends there.
    pub(super) fn give_up_undoing(&mut self, id: FrameId, reason: SmolStr) {
        if self.compensation_around(id) != Some(id) {
            let address = self.address_of(id);
            self.log(Entry::Failed { address, reason: reason.clone(), tolerated: false });
        }
        self.compensation_failed(id, reason);
    }

    /// A part of a compensation failed: what is left of it is dropped, and it waits to be begun anew.
    pub(super) fn compensation_failed(&mut self, failed: FrameId, reason: SmolStr) {
        let Some(whole) = self.compensation_around(failed) else { return };
        let Some(frame) = self.state.live.frames.get(&whole) else { return };
        let (region, address) = (frame.region, frame.address.clone());
        let best_effort = frame.is_best_effort_compensation();
        self.drop_compensation(whole);
        let Some(target) = self.region(region).undoing.remove(&whole) else { return };
        if best_effort {
            self.not_undone(region, target, reason);
        } else {
            self.block_on(region, target, address, reason);
        }
    }

    /// Takes away what is left of a compensation; what is in flight in it is asked to stop.
    pub(super) fn drop_compensation(&mut self, whole: FrameId) {
        let frames: Vec<FrameId> = self.state.live.frames.keys().copied().collect();
        let parts: Vec<FrameId> =
            frames.into_iter().filter(|id| self.compensation_around(*id) == Some(whole)).collect();
        for part in parts {
            let Some(mut frame) = self.state.live.frames.remove(&part) else { continue };
            if frame.owns_env {
                self.state.live.envs.remove(&frame.env);
            }
            match frame.work {
                Work::Unwind { region } => self.join(region, frame.region),
                Work::Attempt { region, .. } => self.abandon(region),
                Work::Block { .. }
                | Work::Phases { .. }
                | Work::Parallel { .. }
                | Work::Measure(_)
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Look(_)
                | Work::Act(_)
                | Work::Check(_)
                | Work::Wait { .. }
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Ask(_) => {}
            }
            let stop =
                frame.flight_mut().and_then(|flight| flight.stop(SmolStr::new_static("its compensation failed")));
            self.out.commands.extend(stop);
        }
    }

    fn not_undone(&mut self, region: RegionId, target: Target, reason: SmolStr) {
        let undo = self.way_back_of(region, target).and_then(|way_back| self.undo_text(&way_back));
        let address = self.drop_target(region, target);
        self.log(Entry::NotUndone { address: address.clone(), reason: reason.clone() });
        let owed = Owed { address, owing: Owing::NotUndone, reason, undo, since: self.state.now };
        self.state.owed.push(owed);
    }

    fn block_on(&mut self, region: RegionId, target: Target, address: Address, reason: SmolStr) {
        self.log(Entry::Stuck { address: address.clone(), reason: reason.clone() });
        let blocked = Blocked { address, reason, since: self.state.now, target };
        self.region(region).blocked.push(blocked);
    }
}
