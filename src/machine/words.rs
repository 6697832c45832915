//! The operator's words: which are legal when, and what they do.

use smol_str::SmolStr;

use super::state::{Act, ActState, FrameId, Work};
use super::{Ending, Entry, Machine, Refused, Settlement, Word};
use crate::ir::{Address, Type, Value, json::from_json};

impl Machine {
    /// Whether a word is legal now.
    pub(super) fn allow(&self, word: &Word) -> Result<(), Refused> {
        match word {
            Word::Settle { address, verdict } => self.allow_settling(address, verdict),
            Word::Retry { address } => self.allow_retry(address.as_ref()),
            Word::Cancel => self.allow_cancel(),
        }
    }

    /// Does what an allowed word says.
    pub(super) fn obey(&mut self, word: Word, who: &str, why: Option<&str>) {
        match word {
            Word::Settle { address, verdict } => self.settle(&address, verdict),
            Word::Retry { address } => self.retry(address.as_ref()),
            Word::Cancel => {
                let because = why.map_or_else(String::new, |why| format!(": {why}"));
                self.fail_run(Address::root(), SmolStr::from(format!("cancelled by {who}{because}")));
            }
        }
    }

    fn allow_settling(&self, address: &Address, verdict: &Settlement) -> Result<(), Refused> {
        let Some((id, act)) = self.stuck_at(address) else {
            return match &self.state.blocked {
                Some((blocked, _)) if blocked == address => allow_done_only(verdict),
                _ => Err(self.nothing_to_settle(address)),
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
        let stuck: Vec<String> = self.stuck().map(|(address, _)| format!("settle {address}")).collect();
        let reason = if stuck.is_empty() {
            format!("nothing is in doubt at `{address}`: this run is not stuck")
        } else {
            format!("nothing is in doubt at `{address}`")
        };
        Refused { reason, instead: stuck }
    }

    fn settle(&mut self, address: &Address, verdict: Settlement) {
        let Some((id, act)) = self.stuck_at(address) else {
            self.state.blocked = None;
            self.log(Entry::Unstuck { address: address.clone() });
            let undone = self.drop_last();
            return self.log(Entry::Undone { address: undone });
        };
        let reason = match &act.state {
            ActState::Stuck { reason, .. } => reason.clone(),
            _ => SmolStr::default(),
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
                self.try_failed(id, SmolStr::from(format!("it was not done, an operator says ({reason})")));
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
        let in_doubt: Vec<String> = stuck.iter().map(|(at, _)| format!("settle {at} --done | --not-done")).collect();
        let reason = match (self.state.ended.as_ref(), in_doubt.is_empty()) {
            (Some(_), _) => "the run is over, and not halted at a commit".to_owned(),
            (None, false) => "nobody knows whether it was done, so it is not done again unasked".to_owned(),
            (None, true) => "nothing is stuck here".to_owned(),
        };
        Err(Refused { reason, instead: in_doubt })
    }

    fn retry(&mut self, address: Option<&Address>) {
        if matches!(self.state.ended, Some((Ending::Halted, _))) {
            return self.go_on_from_commit();
        }
        let fits = |at: &Address| address.is_none_or(|address| address == at);
        if let Some((blocked, _)) = self.state.blocked.take_if(|(at, _)| fits(at)) {
            self.log(Entry::Unstuck { address: blocked });
        }
        let failed = |act: &Act| matches!(act.state, ActState::Stuck { doubt: false, .. });
        let again: Vec<(FrameId, Address)> = self
            .acts()
            .filter(|(_, at, act)| failed(act) && fits(at))
            .map(|(id, address, _)| (id, address.clone()))
            .collect();
        for (id, address) in again {
            self.log(Entry::Unstuck { address });
            if let Some(act) = self.act_mut(id) {
                act.attempt = 1;
                act.settling = 0;
                act.state = ActState::Preparing;
                self.ready.push_back((id, super::Report::Go));
            }
        }
    }

    /// A halted run goes on with the statement after its commit.
    fn go_on_from_commit(&mut self) {
        let Some(floor) = self.state.floor.clone() else { return };
        self.state.live = floor.live;
        self.state.failure = None;
        self.state.ended = None;
        self.state.undo.clear();
        self.state.scopes.clear();
        self.log(Entry::Unstuck { address: floor.address });
        self.ready.push_back((floor.frame, super::Report::Go));
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

    /// Everything a person is needed for, and whether that is to say how it ended.
    fn stuck(&self) -> impl Iterator<Item = (Address, bool)> + '_ {
        let blocked = self.state.blocked.iter().map(|(address, _)| (address.clone(), false));
        let acts = self.acts().filter_map(|(_, address, act)| match act.state {
            ActState::Stuck { doubt, .. } => Some((address.clone(), doubt)),
            _ => None,
        });
        blocked.chain(acts)
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

fn failed_already() -> Refused {
    Refused {
        reason: "it is known that this was not done: it failed".into(),
        instead: vec!["retry".into(), "settle --done".into()],
    }
}
