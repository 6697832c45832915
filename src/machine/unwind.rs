//! The way back: one list, undone from its end, one part at a time.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::state::{
    Act, ActOf, ActState, Frame, FrameId, Policy, Role, ScopeId, Stage, Undo, UndoState, WayBack, Work,
};
use super::{Command, EffectId, Ending, Entry, Kind, Machine, Outcome};
use crate::ir::Address;

/// What stands at the end of the list.
enum Last {
    /// A scope with a `compensate` of its own, which undoes all that was started in it.
    Scope(ScopeId),
    /// A step.
    Step(Address, Box<WayBack>),
    /// Nobody knows yet whether it was done.
    Pending,
}

impl Machine {
    /// Nothing new starts: what is in flight is asked to stop, and only acts that must still end are kept.
    pub(super) fn stop_all(&mut self) {
        let frames: Vec<FrameId> = self.state.live.frames.keys().copied().collect();
        let confirming: Vec<FrameId> = frames.iter().copied().filter(|id| self.looks_for_doubt(*id)).collect();
        for id in frames {
            if !confirming.contains(&id) {
                self.stop_frame(id);
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
                _ => return false,
            }
        }
        false
    }

    fn stop_frame(&mut self, id: FrameId) {
        let must_know = self.must_know(id);
        let stopping = || SmolStr::new_static("it was stopped, because the run failed");
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
            _ => {
                self.state.live.frames.remove(&id);
                None
            }
        };
        self.out.commands.extend(stop);
    }

    /// Undoes what stands last, if nothing is being undone. Gives whether something was begun.
    pub(super) fn unwind(&mut self) -> bool {
        let resting = self.state.failure.is_none() || self.state.ended.is_some() || self.state.suspended;
        if resting || self.state.undoing.is_some() || self.state.blocked.is_some() {
            return false;
        }
        match self.last() {
            None => self.unwound(),
            Some(Last::Pending) => false,
            Some(Last::Scope(scope)) if self.acts_in(scope) => false,
            Some(Last::Scope(scope)) => self.undo_scope(scope),
            Some(Last::Step(address, way_back)) => self.undo(address, *way_back),
        }
    }

    fn last(&mut self) -> Option<Last> {
        loop {
            let Undo { address, scope, state, .. } = self.state.undo.last()?;
            if let Some(scope) = scope.and_then(|scope| self.outermost(scope)) {
                return Some(Last::Scope(scope));
            }
            match state {
                UndoState::Pending { .. } => return Some(Last::Pending),
                UndoState::Done(way_back) => return Some(Last::Step(address.clone(), Box::new(way_back.clone()))),
                UndoState::Started => {
                    self.state.undo.pop();
                }
            }
        }
    }

    /// The outermost scope around one that is still to be undone.
    fn outermost(&self, scope: ScopeId) -> Option<ScopeId> {
        let mut found = None;
        let mut at = Some(scope);
        while let Some(id) = at {
            let Some(scope) = self.state.scopes.get(&id) else { break };
            found = Some(id);
            at = scope.parent;
        }
        found
    }

    fn is_in(&self, scope: Option<ScopeId>, outer: ScopeId) -> bool {
        let mut at = scope;
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            at = self.state.scopes.get(&id).and_then(|scope| scope.parent);
        }
        false
    }

    fn acts_in(&self, scope: ScopeId) -> bool {
        let acts = |frame: &Frame| matches!(frame.work, Work::Act(_)) && self.is_in(frame.scope, scope);
        self.state.live.frames.values().any(acts)
    }

    fn undo_scope(&mut self, id: ScopeId) -> bool {
        let Some(scope) = self.state.scopes.get(&id) else { return false };
        let (address, env, place) = (scope.address.clone(), scope.env, scope.place);
        let names = super::compute::Names { live: &self.state.live, env };
        let way_back = self.scope_compensation(place).and_then(|compensation| self.capture(&names, compensation));
        match way_back {
            Some(way_back) => self.undo(address, way_back),
            None => {
                self.drop_last();
                true
            }
        }
    }

    /// Begins a compensation.
    fn undo(&mut self, undone: Address, way_back: WayBack) -> bool {
        let address = self.enter(undone.undo());
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Compensation, title: None });
        let (env, work) = match way_back {
            WayBack::Broken { reason, best_effort: true } => {
                self.not_undone(reason);
                return true;
            }
            WayBack::Broken { reason, best_effort: false } => {
                self.block_on(address, reason);
                return false;
            }
            WayBack::Call { call, policy, best_effort } => {
                let act = Act::new(ActOf::Undo { best_effort }, call, policy);
                (self.new_env(None), Work::Act(Box::new(act)))
            }
            WayBack::Block { block, names, best_effort } => {
                let env = self.new_env(None);
                names.into_iter().for_each(|(local, value)| self.bind(env, local, value));
                (env, Work::Block { block, next: 0, role: Role::Compensation { best_effort } })
            }
        };
        let since = self.state.now;
        let frame =
            Frame { parent: None, address, env, owns_env: true, slot: 0, scope: None, since, undoing: true, work };
        self.state.undoing = Some(self.push(frame));
        true
    }

    /// A compensation did its work.
    pub(super) fn compensation_done(&mut self, id: FrameId) {
        if let Some(frame) = self.state.live.frames.remove(&id) {
            self.state.live.envs.remove(&frame.env);
        }
        let undone = self.drop_last();
        self.log(Entry::Undone { address: undone });
        self.state.undoing = None;
    }

    /// Takes what stands last from the list, a scope with all that was started in it, and gives its address.
    pub(super) fn drop_last(&mut self) -> Address {
        let Some(last) = self.state.undo.last() else { return Address::root() };
        let Some(scope) = last.scope.and_then(|scope| self.outermost(scope)) else {
            return self.state.undo.pop().map_or_else(Address::root, |undo| undo.address);
        };
        let first = self.state.scopes.get(&scope).map_or(0, |scope| scope.first);
        let from = self.state.undo.partition_point(|undo| undo.first < first);
        let behind = self.state.undo.split_off(from);
        let beside: Vec<Undo> = behind.into_iter().filter(|undo| !self.is_in(undo.scope, scope)).collect();
        self.state.undo.extend(beside);
        self.state.scopes.remove(&scope).map_or_else(Address::root, |scope| scope.address)
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
        let undoing = self.state.live.frames.get(&id).is_some_and(|frame| frame.undoing);
        undoing && self.undoing_frame().is_some_and(Frame::is_best_effort_compensation)
    }

    fn undoing_frame(&self) -> Option<&Frame> {
        self.state.live.frames.get(&self.state.undoing?)
    }

    /// A part of a `best_effort` compensation can't be done: the compensation ends there.
    pub(super) fn give_up_undoing(&mut self, id: FrameId, reason: SmolStr) {
        if self.state.undoing != Some(id) {
            let address = self.address_of(id);
            self.log(Entry::Failed { address, reason: reason.clone(), tolerated: false });
        }
        self.compensation_failed(id, reason);
    }

    /// The block of a compensation failed: what is left of it is dropped, and it waits to be begun anew.
    pub(super) fn compensation_failed(&mut self, _failed: FrameId, reason: SmolStr) {
        let Some(frame) = self.undoing_frame() else { return };
        let (address, best_effort) = (frame.address.clone(), frame.is_best_effort_compensation());
        self.state.undoing = None;
        self.drop_compensation();
        if best_effort { self.not_undone(reason) } else { self.block_on(address, reason) }
    }

    /// Takes away what is left of the compensation that runs; what is in flight beside is asked to stop.
    fn drop_compensation(&mut self) {
        let (dropped, kept) =
            std::mem::take(&mut self.state.live.frames).into_iter().partition(|(_, frame)| frame.undoing);
        self.state.live.frames = kept;
        let dropped: BTreeMap<FrameId, Frame> = dropped;
        for mut frame in dropped.into_values() {
            if frame.owns_env {
                self.state.live.envs.remove(&frame.env);
            }
            let stop =
                frame.flight_mut().and_then(|flight| flight.stop(SmolStr::new_static("its compensation failed")));
            self.out.commands.extend(stop);
        }
    }

    fn not_undone(&mut self, reason: SmolStr) {
        let address = self.drop_last();
        self.log(Entry::NotUndone { address, reason });
    }

    fn block_on(&mut self, address: Address, reason: SmolStr) {
        self.log(Entry::Stuck { address: address.clone(), reason: reason.clone() });
        self.state.blocked = Some((address, reason));
    }

    /// Nothing is left to undo: the run ends, once all that was asked to stop has stopped.
    fn unwound(&mut self) -> bool {
        if self.state.live.frames.is_empty() {
            let ending = if self.state.floor.is_some() { Ending::Halted } else { Ending::Compensated };
            self.end(ending, serde_json::Value::Null);
        }
        false
    }

    /// An effect ended.
    pub(super) fn outcome(&mut self, effect: EffectId, outcome: Outcome, crashed: bool) {
        let Some(id) = self.state.effects.remove(&effect) else { return };
        match self.state.live.frames.get(&id).map(|frame| &frame.work) {
            Some(Work::Look(_)) => self.look_outcome(id, outcome, crashed),
            Some(Work::Act(_)) => self.act_outcome(id, outcome, crashed),
            _ => {}
        }
    }

    /// A new process took the run up: what was in flight is in doubt, and nobody watched meanwhile.
    pub(super) fn recovered(&mut self) {
        self.state.suspended = false;
        for (effect, outcome) in std::mem::take(&mut self.state.held_back) {
            self.outcome(effect, outcome, false);
        }
        self.settle_down();
        self.forget_unobserved_time();
        let in_flight: Vec<EffectId> = self.state.effects.keys().copied().collect();
        let unheard = || Outcome::Unknown { reason: "orch ended while it ran".to_owned(), printed: String::new() };
        for effect in in_flight {
            if !self.was_asked_for_now(effect) {
                self.outcome(effect, unheard(), true);
            }
        }
        self.wake_due();
    }

    /// While no process drove the run nothing was observed, and no look could end: both have their time anew.
    fn forget_unobserved_time(&mut self) {
        let now = self.state.now;
        let anew = |policy: &Policy| policy.timeout.map(|timeout| now.plus(timeout));
        for frame in self.state.live.frames.values_mut() {
            match &mut frame.work {
                Work::Stage(Stage { hold: Some(hold), .. }) => hold.forget_unobserved(now),
                Work::Check(check) if check.next.is_none() => check.began = now,
                Work::Look(look) => look.over = look.over.and(anew(&look.policy)),
                Work::Act(act) => act.over = act.over.and(anew(&act.policy)),
                Work::Stage(_)
                | Work::Check(_)
                | Work::Block { .. }
                | Work::Phases { .. }
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Probe { .. }
                | Work::Wait { .. } => {}
            }
        }
    }

    /// Whether an effect was asked for in this very step, and so can't have been in flight before.
    fn was_asked_for_now(&self, effect: EffectId) -> bool {
        let is_it = |command: &Command| matches!(command, Command::Perform(perform) if perform.effect == effect);
        self.out.commands.iter().any(is_it)
    }
}
