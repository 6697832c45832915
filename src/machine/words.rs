//! The operator's words: which are legal when, and what they do.

use smol_str::SmolStr;

use super::state::{Act, ActState, Blocked, FrameId, Work};
use super::{Ending, Entry, Machine, Refused, Settlement, Word};
use crate::ir::{Address, Type, Value, json::from_json};

impl Machine {
    /// Whether a word is legal now.
    pub(super) fn allow(&self, word: &Word) -> Result<(), Refused> {
        match word {
            Word::Settle { address, verdict } => self.allow_settling(address, verdict),
            Word::Retry { address } => self.allow_retry(address.as_ref()),
            Word::Cancel => self.allow_cancel(),
            Word::Event { event, payload, .. } => self.allow_event(event, payload),
            Word::Pause => self.allow_pause(),
            Word::Resume => self.allow_resume(),
            Word::Promote { address } => self.held_stage(address.as_ref()).map(drop),
            Word::Abort { address } => self.running_rollout(address.as_ref()).map(drop),
            Word::Done { address, value } => self.allow_done(address, value),
            Word::Approve { address } | Word::Refuse { address } | Word::Choose { address, .. } => {
                self.allow_answer(address, word)
            }
        }
    }

    /// Does what an allowed word says.
    pub(super) fn obey(&mut self, word: Word, who: &str, why: Option<&str>) {
        match word {
            Word::Settle { address, verdict } => self.settle(&address, verdict),
            Word::Retry { address } => self.retry(address.as_ref()),
            Word::Cancel => {
                let because = why.map_or_else(String::new, |why| format!(": {why}"));
                self.fail_run(SmolStr::from(format!("cancelled by {who}{because}")));
            }
            Word::Pause => {
                let because = why.map_or_else(String::new, |why| format!(": {why}"));
                self.pause(Address::root(), SmolStr::from(format!("paused by {who}{because}")));
            }
            Word::Event { event, id, payload } => self.hear(&event, id, &payload),
            Word::Resume => self.resume(),
            Word::Promote { address } => self.promote(address.as_ref()),
            Word::Abort { address } => self.abort(address.as_ref(), who, why),
            Word::Done { address, value } => self.task_done(&address, &value),
            Word::Approve { address } => self.approved(&address),
            Word::Refuse { address } => self.refused(&address, who, why),
            Word::Choose { address, option } => self.chosen(&address, &option),
        }
    }

    fn allow_settling(&self, address: &Address, verdict: &Settlement) -> Result<(), Refused> {
        let Some((id, act)) = self.stuck_at(address) else {
            return match self.blocked().any(|blocked| blocked.address == *address) {
                true => allow_done_only(verdict),
                false => Err(self.nothing_to_settle(address)),
            };
        };
        let Settlement::Done(value) = verdict else {
            return if matches!(act.state, ActState::Stuck { doubt: true, .. }) {
                Ok(())
            } else {
                Err(failed_already())
            };
        };
        let expects = self.expects(id);
        match from_json(&expects, value) {
            Ok(_) => Ok(()),
            Err(mismatch) => Err(Refused {
                reason: format!("what it gave does not fit: {mismatch}"),
                instead: vec![format!("settle --done with a value of type {expects}")],
            }),
        }
    }

    fn nothing_to_settle(&self, address: &Address) -> Refused {
        let instead: Vec<String> = self.stuck().map(|(address, doubt)| help_for(&address, doubt)).collect();
        let reason = if instead.is_empty() {
            format!("nothing is in doubt at `{address}`: this run is not stuck")
        } else {
            format!("nothing is in doubt at `{address}`")
        };
        Refused { reason, instead }
    }

    fn settle(&mut self, address: &Address, verdict: Settlement) {
        let Some((id, act)) = self.stuck_at(address) else {
            for (region, Blocked { address, target, .. }) in self.unblock(|at| at == address) {
                self.log(Entry::Unstuck { address });
                let undone = self.drop_target(region, target);
                self.log(Entry::Undone { address: undone });
            }
            return;
        };
        let (reason, crashed) = match &act.state {
            ActState::Stuck { reason, crashed, .. } => (reason.clone(), *crashed),
            _ => (SmolStr::default(), false),
        };
        let expects = self.expects(id);
        self.log(Entry::Unstuck { address: address.clone() });
        match verdict {
            Settlement::Done(value) => {
                let value = from_json(&expects, &value).unwrap_or(Value::None);
                self.act_done(id, value);
            }
            Settlement::NotDone => {
                self.set_act(id, ActState::Preparing);
                let reason = SmolStr::from(format!("it was not done, an operator says ({reason})"));
                self.found_not_done(id, reason, crashed);
            }
        }
    }

    /// What is to be known of an effect that was done: the type a step asks for, or what its action gives.
    pub(super) fn expects(&self, id: FrameId) -> Type {
        let declared = self.action_of(id).map(|action| action.result.clone());
        let bare = || match &self.state.live.frames.get(&id)?.work {
            Work::Act(act) => Some(act.bare_type()),
            _ => None,
        };
        let decoded = self.step_of(id).and_then(|step| step.decode.clone());
        decoded.or(declared).or_else(bare).unwrap_or(Type::Nothing)
    }

    fn allow_retry(&self, address: Option<&Address>) -> Result<(), Refused> {
        if let Some((Ending::Halted, _)) = self.state.ended {
            return Ok(());
        }
        let fits = |at: &Address| address.is_none_or(|address| address == at);
        let stuck: Vec<(Address, bool)> = self.stuck().collect();
        if stuck.iter().any(|(at, doubt)| !doubt && fits(at)) {
            return Ok(());
        }
        let reason = match (address, stuck.iter().find(|(at, _)| fits(at))) {
            _ if self.state.ended.is_some() => "the run is over, and not halted at a commit".to_owned(),
            (_, Some((at, _))) => format!("nobody knows whether `{at}` was done, so it is not done again unasked"),
            (Some(address), None) => format!("nothing is stuck at `{address}`"),
            (None, None) => "nothing is stuck: the run goes on by itself".to_owned(),
        };
        Err(Refused { reason, instead: stuck.iter().map(|(at, doubt)| help_for(at, *doubt)).collect() })
    }

    fn retry(&mut self, address: Option<&Address>) {
        if matches!(self.state.ended, Some((Ending::Halted, _))) {
            return self.go_on_from_commit();
        }
        let fits = |at: &Address| address.is_none_or(|address| address == at);
        for (_, Blocked { address, .. }) in self.unblock(fits) {
            self.log(Entry::Unstuck { address });
        }
        self.measure_again(fits);
        let again: Vec<(FrameId, Address)> = self
            .acts()
            .filter(|(id, at, act)| act.is_stuck() && !self.needs_settling(*id, act) && fits(at))
            .map(|(id, address, _)| (id, address.clone()))
            .collect();
        for (id, address) in again {
            self.log(Entry::Unstuck { address });
            if let Some(act) = self.act_mut(id) {
                act.attempt = 1;
                act.settling = 0;
                act.over = None;
                act.state = ActState::Preparing;
                self.ready.push_back((id, super::Report::Go));
            }
        }
    }

    /// A halted run goes on with the statement after its commit.
    fn go_on_from_commit(&mut self) {
        let Some(floor) = self.state.floor.clone() else { return };
        self.state.live = floor.live;
        self.state.ended = None;
        self.state.regions.clear();
        self.state.paused = None;
        self.state.held.clear();
        self.begin_to_watch_again(floor.at);
        self.state.scopes.clear();
        self.log(Entry::Unstuck { address: floor.address });
        self.ready.extend(floor.frames.into_iter().map(|frame| (frame, super::Report::Go)));
    }

    fn allow_cancel(&self) -> Result<(), Refused> {
        match self.state.ended {
            None => Ok(()),
            Some((Ending::Halted, _)) => {
                Err(Refused { reason: "the run is over: it halted at a commit".into(), instead: vec!["retry".into()] })
            }
            Some(_) => Err(Refused { reason: "the run is over".into(), instead: Vec::new() }),
        }
    }

    /// Whether only a person can say how an act ended. A compensation without a `confirm` may always be tried again.
    fn needs_settling(&self, id: FrameId, act: &Act) -> bool {
        let undoing = self.state.live.frames.get(&id).is_some_and(|frame| frame.undoing);
        let repeatable = undoing && self.action_of(id).is_none_or(|action| action.confirm.is_none());
        matches!(act.state, ActState::Stuck { doubt: true, .. }) && !repeatable
    }

    /// Everything a person is needed for, and whether that is to say how it ended.
    fn stuck(&self) -> impl Iterator<Item = (Address, bool)> + '_ {
        let blocked = self.blocked().map(|blocked| (blocked.address.clone(), false));
        let acts = self.acts().filter(|(_, _, act)| act.is_stuck());
        let acts = acts.map(|(id, address, act)| (address.clone(), self.needs_settling(id, act)));
        let measures = self.state.live.frames.values().filter_map(|frame| match &frame.work {
            Work::Measure(measure) if measure.failed.is_some() => Some((frame.address.clone(), false)),
            _ => None,
        });
        blocked.chain(acts).chain(measures)
    }

    fn stuck_at(&self, wanted: &Address) -> Option<(FrameId, &Act)> {
        let is_it = |address: &Address, act: &Act| address == wanted && matches!(act.state, ActState::Stuck { .. });
        self.acts().find(|(_, address, act)| is_it(address, act)).map(|(id, _, act)| (id, act))
    }

    pub(super) fn acts(&self) -> impl Iterator<Item = (FrameId, &Address, &Act)> {
        self.state.live.frames.iter().filter_map(|(id, frame)| match &frame.work {
            Work::Act(act) => Some((*id, &frame.address, act.as_ref())),
            _ => None,
        })
    }
}

fn allow_done_only(verdict: &Settlement) -> Result<(), Refused> {
    match verdict {
        Settlement::Done(_) => Ok(()),
        Settlement::NotDone => Err(failed_already()),
    }
}

/// What an operator can say of something that is stuck.
fn help_for(address: &Address, doubt: bool) -> String {
    if doubt { format!("settle {address} --done | --not-done") } else { format!("retry {address}") }
}

fn failed_already() -> Refused {
    Refused {
        reason: "it is known that this was not done: it failed".into(),
        instead: vec!["retry".into(), "settle --done".into()],
    }
}
