//! What a run leaves to be put right by hand: what was done and is not undone, and what nobody knows of. It is listed
//! until it is settled, also after the end of the run.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::state::{ActState, Blocked, Call, FrameId, RegionId, ScopeId, Target, UndoState, WayBack};
use super::{Entry, Machine, Owed, Owing, Refused, Settlement};
use crate::ir::{Address, Compensation, CompensationBody, Operation, Program, text::Nested};

/// What undoes something by more than a call, for a person.
const BLOCK: SmolStr = SmolStr::new_static("its `compensate` block");

impl Machine {
    /// What is owed, in the order in which it came to be.
    pub fn owed(&self) -> &[Owed] {
        &self.state.owed
    }

    /// Puts something on the list and says so.
    pub(super) fn owe(&mut self, owed: Owed) {
        let Owed { address, owing, reason, undo, since: _ } = owed.clone();
        self.log(Entry::Owed { address, owing, reason, undo });
        self.state.owed.push(owed);
    }

    /// What is owed at an address: that of a step or scope, or of its compensation where that is what is owed.
    pub(super) fn owed_at(&self, address: &Address) -> Option<&Owed> {
        self.state.owed.iter().find(|owed| owed.is_at(address))
    }

    /// Whether a person may say so of what is owed.
    pub(super) fn allow_settling_owed(&self, owed: &Owed, verdict: &Settlement) -> Result<(), Refused> {
        match (owed.owing, verdict) {
            (Owing::Unknown, _) | (Owing::NotUndone | Owing::Waived, Settlement::Done(_)) => Ok(()),
            (Owing::NotUndone | Owing::Waived, Settlement::NotDone) => Err(Refused {
                reason: format!("it is known that `{}` is not undone", owed.address),
                instead: owed.words(),
            }),
        }
    }

    /// A person has found out, or put it right. What turns out to have been done is still to be undone, if it can be.
    pub(super) fn settle_owed(&mut self, address: &Address, verdict: &Settlement) {
        let Some(at) = self.state.owed.iter().position(|owed| owed.is_at(address)) else { return };
        let owed = self.state.owed.remove(at);
        self.log(Entry::Settled { address: owed.address.clone() });
        let done = matches!(verdict, Settlement::Done(_));
        if owed.owing == Owing::Unknown && done && owed.undo.is_some() {
            let reason = SmolStr::new_static("it was done, and nothing undid it");
            self.owe(Owed { owing: Owing::NotUndone, reason, ..owed });
        }
    }

    /// A compensation that is stuck, by its own address or that of the part of it that is, and why it is.
    fn stuck_compensation(&self, wanted: &Address) -> Option<StuckCompensation> {
        let blocked = self.state.regions.iter().find_map(|(region, found)| {
            let blocked = found.blocked.iter().find(|blocked| blocked.address == *wanted)?;
            Some(StuckCompensation {
                region: *region,
                target: blocked.target,
                reason: blocked.reason.clone(),
                whole: None,
            })
        });
        let act = || {
            let mut stuck = self.acts().filter(|(_, _, act)| act.is_stuck());
            stuck.find_map(|(id, address, act)| {
                let whole = self.compensation_around(id)?;
                let is_meant = address == wanted || self.address_of(whole) == *wanted;
                let region = self.state.live.frames.get(&whole).filter(|_| is_meant)?.region;
                let target = *self.state.regions.get(&region)?.undoing.get(&whole)?;
                let ActState::Stuck { reason, .. } = &act.state else { return None };
                Some(StuckCompensation { region, target, reason: reason.clone(), whole: Some(whole) })
            })
        };
        blocked.or_else(act)
    }

    /// Only a compensation that is stuck is waived.
    pub(super) fn allow_waiving(&self, address: &Address) -> Result<(), Refused> {
        if self.stuck_compensation(address).is_some() {
            return Ok(());
        }
        let instead = self.stuck().map(|stuck| stuck.help()).collect();
        let reason = match self.stuck().any(|stuck| stuck.address == *address) {
            true => format!("`{address}` is not the undoing of something, so there is nothing to waive"),
            false => format!("no compensation is stuck at `{address}`"),
        };
        Err(Refused { reason, instead })
    }

    /// A compensation that is stuck is given up, and what it would have undone is owed. The way back goes on.
    pub(super) fn waive(&mut self, address: &Address, said: &str) {
        let Some(StuckCompensation { region, target, reason, whole }) = self.stuck_compensation(address) else {
            return;
        };
        let undo = self.way_back_of(region, target).and_then(|way_back| self.undo_text(&way_back));
        match whole {
            Some(whole) => {
                self.drop_compensation(whole);
                self.region(region).undoing.remove(&whole);
            }
            None => drop(self.unblock(|blocked| blocked == address)),
        }
        self.log(Entry::Unstuck { address: address.clone() });
        let undone = self.drop_target(region, target);
        let reason = SmolStr::from(format!("waived by {said} ({reason})"));
        self.owe(Owed { address: undone, owing: Owing::Waived, reason, undo, since: self.state.now });
    }

    /// Everything that would be undone if the run failed now, in that order: each with its region and the address of
    /// the step or scope that says how.
    pub(super) fn all_to_undo(&self) -> Vec<(RegionId, Target, Address)> {
        let mut all: Vec<(RegionId, &super::state::Undo)> = Vec::new();
        for (id, region) in self.state.regions.iter().filter(|(_, region)| !self.is_beside_the_list(region)) {
            all.extend(region.undo.iter().map(|undo| (*id, undo)));
        }
        all.sort_by_key(|(_, undo)| undo.first);
        let mut listed: Vec<(RegionId, Target, Address)> = Vec::new();
        let mut scopes: BTreeSet<ScopeId> = BTreeSet::new();
        for (region, undo) in all.into_iter().rev() {
            let scope = undo.scope.and_then(|scope| self.outermost(scope, None));
            let found = scope.and_then(|id| Some((id, self.state.scopes.get(&id)?)));
            let (target, address) = match (found, &undo.state) {
                (Some((id, _)), _) if !scopes.insert(id) => continue,
                (Some((id, scope)), _) => (Target::Scope(id), &scope.address),
                (None, UndoState::Started) => continue,
                (None, UndoState::Pending { frame, .. }) if !self.is_undoable(*frame) => continue,
                (None, UndoState::Pending { frame, always: None }) if self.is_surely_not_done(*frame) => continue,
                (None, UndoState::Pending { .. } | UndoState::Done(_)) => (Target::Part(undo.first), &undo.address),
            };
            listed.push((region, target, address.clone()));
        }
        listed
    }

    /// How something is undone, as far as that is known.
    pub(super) fn way_back_of(&self, region: RegionId, target: Target) -> Option<WayBack> {
        match target {
            Target::Scope(scope) => self.scope_way_back(scope),
            Target::Part(first) => {
                let undo = self.state.regions.get(&region)?.undo.iter().find(|undo| undo.first == first)?;
                match &undo.state {
                    UndoState::Done(way_back) => Some(way_back.clone()),
                    UndoState::Pending { .. } | UndoState::Started => None,
                }
            }
        }
    }

    /// What a scope's own `compensate` would do now.
    pub(super) fn scope_way_back(&self, id: ScopeId) -> Option<WayBack> {
        let scope = self.state.scopes.get(&id)?;
        let names = super::compute::Names { live: &self.state.live, env: scope.env };
        self.capture(&names, scope.plan, self.scope_compensation(scope.place)?)
    }

    /// What would undo it, for a person.
    pub(super) fn undo_text(&self, way_back: &WayBack) -> Option<SmolStr> {
        match way_back {
            WayBack::Call { call, .. } => Some(call.summary(&self.program)),
            WayBack::Block { .. } => Some(BLOCK),
            WayBack::Broken { .. } => None,
        }
    }

    /// Nobody knows whether an act was done whose run has ended: a person has to find out, if anything depends on it.
    pub(super) fn owe_unknown(&mut self, id: FrameId, reason: SmolStr) {
        let Some(frame) = self.state.live.frames.get(&id).filter(|frame| !frame.repeats) else { return };
        let covered = frame.scope.is_some_and(|scope| self.outermost(scope, None).is_some());
        let best_effort = self.step_of(id).is_some_and(|step| step.best_effort);
        if covered || best_effort || frame.measures || !self.depends_on_outcome(id) {
            return;
        }
        let (address, since) = (frame.address.clone(), self.state.now);
        let undo = self.step_of(id).and_then(|step| self.compensation_of(step)).and_then(|said| self.named(said));
        self.owe(Owed { address, owing: Owing::Unknown, reason, undo, since });
    }

    /// What undoes something that may have been done; its arguments are only known of what was.
    fn named(&self, compensation: &Compensation) -> Option<SmolStr> {
        match &compensation.body {
            CompensationBody::Call { operation: Operation::Action(action, _), .. } => {
                Some(SmolStr::from(format!("{}(..)", self.program.actions[action.index()].name)))
            }
            CompensationBody::Call { operation: Operation::Effect(effect), .. } => {
                Some(SmolStr::from(format!("{}(..)", effect.kind.word())))
            }
            CompensationBody::Block { .. } => Some(BLOCK),
            CompensationBody::Nothing => None,
        }
    }

    /// Why a compensation could not be done, if that is known.
    pub(super) fn why_blocked(&self, region: RegionId, target: Target) -> Option<SmolStr> {
        let is_it = |blocked: &&Blocked| blocked.target == target;
        Some(self.state.regions.get(&region)?.blocked.iter().find(is_it)?.reason.clone())
    }
}

/// A compensation that a person is needed for.
struct StuckCompensation {
    region: RegionId,
    target: Target,
    reason: SmolStr,
    /// Its frame, unless it is to be begun anew.
    whole: Option<FrameId>,
}

impl Owed {
    fn is_at(&self, address: &Address) -> bool {
        let undo = || self.owing != Owing::Unknown && self.address.undo() == *address;
        self.address == *address || undo()
    }

    /// What can be said of it.
    pub(super) fn words(&self) -> Vec<String> {
        match self.owing {
            Owing::NotUndone | Owing::Waived => vec![format!("settle {} --done", self.address.undo())],
            Owing::Unknown => vec![format!("settle {} --done | --not-done", self.address)],
        }
    }
}

impl Call {
    /// One short line for people: `refund("o-1")`, `./shop refund o-1`.
    pub(super) fn summary(&self, program: &Program) -> SmolStr {
        SmolStr::from(match self {
            Call::Action(action, arguments) => {
                let arguments = arguments.iter().map(|argument| Nested(argument).to_string()).collect::<Vec<_>>();
                format!("{}({})", program.actions[action.index()].name, arguments.join(", "))
            }
            Call::Effect { request, .. } => request.summary(),
        })
    }
}
