//! The list of what would be undone, in the order of intents, and what each part of it was given.

use std::collections::BTreeMap;

use super::Machine;
use super::act::USUAL_RETRIES;
use super::compute::{Given, Names};
use super::state::{ActState, Call, FrameId, RegionId, ScopePlace, Undo, UndoState, WayBack, Work};
use crate::evaluate::Scope;
use crate::ir::{
    Compensation, CompensationBody, CompensationMode, LocalId, Operation, PlanId, StatementKind, Step, Value,
};

impl Machine {
    /// An act is about to be started: its place in the list is taken. What can't be undone has one too, until it is
    /// known how it ended: nothing from before it is undone while it may have been done.
    pub(super) fn expect_undo(&mut self, id: FrameId) {
        if let Some((region, undo)) = self.expected_undo(id) {
            self.region(region).undo.push(undo);
        }
    }

    fn expected_undo(&self, id: FrameId) -> Option<(RegionId, Undo)> {
        let step = self.step_of(id)?;
        let frame = self.state.live.frames.get(&id).filter(|frame| !frame.measures)?;
        let mode = self.compensation_of(step).map(|compensation| compensation.mode);
        if mode.is_none() && frame.scope.is_none() && !self.depends_on_outcome(id) {
            return None;
        }
        let always = (mode == Some(CompensationMode::Always)).then(|| self.capture_for(id, step, &Value::None));
        let state = UndoState::Pending { frame: id, always: always.flatten() };
        let first = self.state.numbers.effect;
        Some((frame.region, Undo { first, address: frame.address.clone(), scope: frame.scope, state }))
    }

    /// An act is done: how it is undone is settled now.
    pub(super) fn remember_way_back(&mut self, id: FrameId, result: &Value) {
        let way_back = self.step_of(id).and_then(|step| self.capture_for(id, step, result));
        self.settle_entry(id, |always| always.or(way_back));
    }

    /// An act was not done: only what is undone in any case stays.
    pub(super) fn forget_way_back(&mut self, id: FrameId) {
        self.settle_entry(id, |always| always);
    }

    pub(super) fn settle_entry(&mut self, id: FrameId, way_back: impl FnOnce(Option<WayBack>) -> Option<WayBack>) {
        let pending = |undo: &Undo| matches!(undo.state, UndoState::Pending { frame, .. } if frame == id);
        let Some(region) = self.state.live.frames.get(&id).map(|frame| frame.region) else { return };
        let Some(undo) = self.state.regions.get_mut(&region).map(|region| &mut region.undo) else { return };
        let Some(at) = undo.iter().rposition(pending) else { return };
        let entry = &mut undo[at];
        let UndoState::Pending { always, .. } = std::mem::replace(&mut entry.state, UndoState::Started) else { return };
        match way_back(always) {
            Some(way_back) => entry.state = UndoState::Done(way_back),
            None if entry.scope.is_some() => {}
            None => {
                undo.remove(at);
            }
        }
    }

    /// Whether an act, once done, could be undone.
    pub(super) fn is_undoable(&self, id: FrameId) -> bool {
        self.step_of(id).is_some_and(|step| self.compensation_of(step).is_some())
    }

    /// Whether an act has not begun, or failed and will be tried again: if all fails now, there is nothing to undo.
    pub(super) fn is_surely_not_done(&self, id: FrameId) -> bool {
        self.act(id).is_some_and(|act| match act.state {
            ActState::Preparing | ActState::Backoff(_) => true,
            ActState::InFlight { .. }
            | ActState::Confirming { .. }
            | ActState::ConfirmBackoff { .. }
            | ActState::RepeatBackoff(_)
            | ActState::Stuck { .. } => false,
        })
    }

    /// What a step says of its way back, or else its action.
    pub(super) fn compensation_of<'a>(&'a self, step: &'a Step) -> Option<&'a Compensation> {
        self.said_of(step).filter(|compensation| !matches!(compensation.body, CompensationBody::Nothing))
    }

    /// The same, `nothing` included.
    fn said_of<'a>(&'a self, step: &'a Step) -> Option<&'a Compensation> {
        let inherited = || match &step.operation {
            Operation::Action(action, _) => self.program.actions[action.index()].compensation.as_ref(),
            Operation::Effect(_) => None,
        };
        if step.irreversible { None } else { step.compensation.as_ref().or_else(inherited) }
    }

    /// Whether it matters on the way back how an act ended: not if it is undone in any case, nor if there is nothing
    /// to undo. What can't be undone matters: nobody may call a run undone that perhaps did it.
    pub(super) fn depends_on_outcome(&self, id: FrameId) -> bool {
        let compensation = self.step_of(id).and_then(|step| self.said_of(step));
        compensation.is_none_or(|compensation| {
            compensation.mode != CompensationMode::Always && !matches!(compensation.body, CompensationBody::Nothing)
        })
    }

    fn capture_for(&self, id: FrameId, step: &Step, result: &Value) -> Option<WayBack> {
        let compensation = self.compensation_of(step)?;
        let plan = self.state.live.frames.get(&id)?.plan;
        if step.compensation.is_some() {
            let names = Names { live: &self.state.live, env: self.env_of(id) };
            return self.capture(&names, plan, compensation);
        }
        let Work::Act(act) = &self.state.live.frames.get(&id)?.work else { return None };
        let Call::Action(action, arguments) = &act.call else { return None };
        let extra = Some((self.program.actions[action.index()].result_local, result));
        self.capture(&Given { arguments, extra }, plan, compensation)
    }

    /// A compensation with the values it will need.
    pub(super) fn capture(&self, names: &dyn Scope, plan: PlanId, compensation: &Compensation) -> Option<WayBack> {
        let best_effort = compensation.mode == CompensationMode::BestEffort;
        match &compensation.body {
            CompensationBody::Nothing => None,
            CompensationBody::Block { block, captures } => {
                let known = |local: &LocalId| Some((*local, names.local(*local)?));
                let names: BTreeMap<LocalId, Value> = captures.iter().filter_map(known).collect();
                Some(WayBack::Block { block: *block, names, plan, best_effort })
            }
            CompensationBody::Call { operation, tries } => {
                let captured = self.call(names, operation).and_then(|call| {
                    let declared = self.call_policy(&call)?;
                    let mut policy = self.policy_with(names, tries, declared)?;
                    policy.retries = policy.retries.or(Some(USUAL_RETRIES));
                    Ok(WayBack::Call { call, policy, best_effort })
                });
                Some(captured.unwrap_or_else(|reason| {
                    let reason = reason.told(|why| format!("what undoes it could not be computed: {why}"));
                    WayBack::Broken { reason: reason.text, place: reason.place, best_effort }
                }))
            }
        }
    }

    /// The `compensate` that a scope is written with.
    pub(super) fn scope_compensation(&self, place: ScopePlace) -> Option<&Compensation> {
        let (ScopePlace::Statement(at) | ScopePlace::Phase(at, _)) = place;
        let statement = super::phases::statement_at(&self.program, at);
        match (&statement.kind, place) {
            (StatementKind::BlockStep { compensation, .. }, _) => compensation.as_ref(),
            (StatementKind::For(each), _) => each.compensation.as_ref(),
            (StatementKind::Run(run), _) => run.compensation.as_ref(),
            (StatementKind::Rollout(rollout), _) => rollout.compensation.as_ref(),
            (StatementKind::Phases(phases), ScopePlace::Phase(_, number)) => phases[number].compensation.as_ref(),
            _ => None,
        }
    }
}
