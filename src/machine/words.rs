//! The operator's words: which are legal when, and what they do.

use smol_str::SmolStr;

use super::state::{Act, ActState, Blocked, FrameId, Work};
use super::{Ending, Entry, Machine, OnRetry, Owed, Refused, Settlement, Word};
use crate::ir::{Address, Type, Value, json::from_json, text::Shape};

impl Machine {
    /// Whether a word is legal now.
    pub(super) fn allow(&self, word: &Word, why: Option<&str>) -> Result<(), Refused> {
        let allowed = match word {
            Word::Kill | Word::Waive { .. } if why.is_none_or(|why| why.trim().is_empty()) => Err(needs_reason(word)),
            Word::Settle { address, verdict } => self.allow_settling(address, verdict),
            Word::Retry { address } => self.allow_retry(address.as_ref()),
            Word::Cancel => self.allow_cancel(),
            Word::Kill => self.allow_killing(),
            Word::Waive { address } => self.allow_waiving(address),
            Word::Event { event, payload, .. } => self.allow_event(event, payload),
            Word::Pause => self.allow_pause(),
            Word::Resume => self.allow_resume(),
            Word::Promote { address } => self.held_stage(address.as_ref()).map(drop),
            Word::Abort { address } => self.running_rollout(address.as_ref()).map(drop),
            Word::Done { address, value } => self.allow_done(address, value),
            Word::Approve { address, .. } | Word::Refuse { address } | Word::Choose { address, .. } => {
                self.allow_answer(address, word)
            }
        };
        allowed.map_err(|refused| match refused.instead.is_empty() {
            true => Refused { instead: self.legal(), ..refused },
            false => refused,
        })
    }

    /// What can be said now, for a person; events and repetitions aside.
    fn legal(&self) -> Vec<String> {
        if let Some((ending, _)) = self.state.ended {
            let retry = (ending == Ending::Halted).then(|| "retry".to_owned());
            return retry.into_iter().chain(self.state.owed.iter().flat_map(Owed::words)).collect();
        }
        if self.is_killed() {
            return Vec::new();
        }
        let stuck = self.stuck().map(|stuck| stuck.help());
        let asked = self.asks().flat_map(|(_, address, ask)| self.answers_to(address, ask));
        let undoing = self.failure_of(super::state::RegionId::RUN).is_some();
        let pause = match (undoing, self.state.paused.is_some()) {
            (true, _) => None,
            (false, true) => Some("resume"),
            (false, false) => Some("pause"),
        };
        let whole = pause.into_iter().chain((!undoing).then_some("cancel")).chain(["kill --because WHY"]);
        stuck.chain(asked).chain(whole.map(str::to_owned)).collect()
    }

    /// Does what an allowed word says.
    pub(super) fn obey(&mut self, word: Word, who: &str, why: Option<&str>) {
        match word {
            Word::Settle { address, verdict } => self.settle(&address, verdict),
            Word::Retry { address } => self.retry(address.as_ref()),
            Word::Cancel => self.fail_run(SmolStr::from(format!("cancelled by {}", said(who, why)))),
            Word::Kill => self.kill(&said(who, why)),
            Word::Waive { address } => self.waive(&address, &said(who, why)),
            Word::Pause => self.pause(Address::root(), SmolStr::from(format!("paused by {}", said(who, why)))),
            Word::Event { event, id, payload } => self.hear(&event, id, &payload),
            Word::Resume => self.resume(),
            Word::Promote { address } => self.promote(address.as_ref()),
            Word::Abort { address } => self.abort(address.as_ref(), who, why),
            Word::Done { address, value } => self.task_done(&address, &value),
            Word::Approve { address, digest: _ } => self.approved(&address),
            Word::Refuse { address } => self.refused(&address, who, why),
            Word::Choose { address, option } => self.chosen(&address, &option),
        }
    }

    fn allow_settling(&self, address: &Address, verdict: &Settlement) -> Result<(), Refused> {
        let Some((id, act)) = self.stuck_at(address) else {
            return match self.blocked().any(|blocked| blocked.address == *address) {
                true => allow_done_only(address, verdict),
                false => match self.owed_at(address) {
                    Some(owed) => self.allow_settling_owed(owed, verdict),
                    None => Err(self.nothing_to_settle(address)),
                },
            };
        };
        let Settlement::Done(value) = verdict else {
            return if matches!(act.state, ActState::Stuck { doubt: true, .. }) {
                Ok(())
            } else {
                Err(failed_already(address))
            };
        };
        let expects = self.expects(id);
        match from_json(&expects, value) {
            Ok(_) => Ok(()),
            Err(mismatch) => Err(Refused {
                reason: format!("what it gave does not fit: {mismatch}"),
                instead: vec![format!("settle {address} --done with a value of type {}", Shape(&expects))],
            }),
        }
    }

    fn nothing_to_settle(&self, address: &Address) -> Refused {
        let stuck = self.stuck().map(|stuck| stuck.help());
        let instead: Vec<String> = stuck.chain(self.state.owed.iter().flat_map(Owed::words)).collect();
        let reason = if self.stuck().next().is_none() {
            format!("nothing is in doubt at `{address}`: this run is not stuck")
        } else {
            format!("nothing is in doubt at `{address}`")
        };
        Refused { reason, instead }
    }

    fn settle(&mut self, address: &Address, verdict: Settlement) {
        let Some((id, act)) = self.stuck_at(address) else {
            let blocked = self.unblock(|at| at == address);
            if blocked.is_empty() {
                self.settle_owed(address, &verdict);
            }
            for (region, Blocked { address, target, .. }) in blocked {
                self.log(Entry::Unstuck { address });
                let undone = self.drop_target(region, target);
                self.log(Entry::Undone { address: undone });
            }
            return;
        };
        let ActState::Stuck { reason, crashed, .. } = &act.state else { return };
        let (reason, crashed) = (reason.clone(), *crashed);
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
        let bare = || self.act(id).map(Act::bare_type);
        let decoded = self.step_of(id).and_then(|step| step.decode.clone());
        decoded.or(declared).or_else(bare).unwrap_or(Type::Nothing)
    }

    fn allow_retry(&self, address: Option<&Address>) -> Result<(), Refused> {
        if let Some((Ending::Halted, _)) = self.state.ended {
            return Ok(());
        }
        let fits = |at: &Address| address.is_none_or(|address| address == at);
        let stuck: Vec<Stuck> = self.stuck().filter(|stuck| fits(&stuck.address)).collect();
        if stuck.iter().any(Stuck::can_be_retried) {
            return Ok(());
        }
        let reason = match (address, stuck.first()) {
            _ if self.state.ended.is_some() => "the run is over, and not halted at a commit".to_owned(),
            (_, Some(Stuck { address: at, .. })) => {
                format!("nobody knows whether `{at}` was done, so it is not done again unasked")
            }
            (Some(address), None) => format!("nothing is stuck at `{address}`"),
            (None, None) => "nothing is stuck: the run goes on by itself".to_owned(),
        };
        Err(Refused { reason, instead: self.stuck().map(|stuck| stuck.help()).collect() })
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
        let again = |(id, at, act): (FrameId, &Address, &Act)| Some((id, at.clone(), self.on_retry(id, act)?));
        let all: Vec<(FrameId, Address, OnRetry)> =
            self.acts().filter(|(_, at, _)| fits(at)).filter_map(again).collect();
        for (id, address, how) in all {
            self.log(Entry::Unstuck { address });
            self.retried(id, how);
        }
    }

    /// A halted run goes on with the statement after its commit.
    fn go_on_from_commit(&mut self) {
        let Some(floor) = self.state.floor.clone() else { return };
        self.state.live = floor.live;
        self.state.ended = None;
        self.state.kept.goes_on();
        self.state.regions.clear();
        self.state.paused = None;
        self.state.held.clear();
        self.begin_to_watch_again(floor.at);
        self.state.scopes.clear();
        self.log(Entry::Unstuck { address: floor.address });
        self.ready.extend(floor.frames.into_iter().map(|frame| (frame, super::Report::Go)));
    }

    fn allow_cancel(&self) -> Result<(), Refused> {
        if self.is_killed() && self.state.ended.is_none() {
            return Err(Refused { reason: "the run is being killed".into(), instead: Vec::new() });
        }
        self.allow_killing()
    }

    /// A run that goes on can be killed, in whatever state it is; saying it again changes nothing.
    fn allow_killing(&self) -> Result<(), Refused> {
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
        let undoing = self.state.live.frames.get(&id).is_some_and(|frame| frame.repeats);
        let repeatable = undoing && self.action_of(id).is_none_or(|action| action.confirm.is_none());
        matches!(act.state, ActState::Stuck { doubt: true, .. }) && !repeatable
    }

    /// Everything that is stuck.
    pub(super) fn stuck(&self) -> impl Iterator<Item = Stuck> + '_ {
        let blocked = self.blocked().map(|blocked| Stuck::new(&blocked.address, StuckOn::Undoing));
        let acts = self.acts().filter(|(_, _, act)| act.is_stuck());
        let acts = acts.map(|(id, address, act)| Stuck::new(address, self.stuck_on(id, act)));
        let measures = self.state.live.frames.values().filter_map(|frame| {
            let Work::Measure(measure) = &frame.work else { return None };
            measure.failed.as_ref().map(|_| Stuck::new(&frame.address, StuckOn::Measuring))
        });
        blocked.chain(acts).chain(measures)
    }

    fn stuck_on(&self, id: FrameId, act: &Act) -> StuckOn {
        let again = self.on_retry(id, act).is_some();
        match (self.needs_settling(id, act), self.compensation_around(id)) {
            (true, None) => StuckOn::Doubt { again },
            (true, Some(_)) => StuckOn::UndoingInDoubt { again },
            (false, _) => StuckOn::Undoing,
        }
    }

    fn stuck_at(&self, wanted: &Address) -> Option<(FrameId, &Act)> {
        let is_it = |address: &Address, act: &Act| address == wanted && matches!(act.state, ActState::Stuck { .. });
        self.acts().find(|(_, address, act)| is_it(address, act)).map(|(id, _, act)| (id, act))
    }

    pub(super) fn acts(&self) -> impl Iterator<Item = (FrameId, &Address, &Act)> {
        self.state.live.frames.iter().filter_map(|(id, frame)| {
            let Work::Act(act) = &frame.work else { return None };
            Some((*id, &frame.address, act.as_ref()))
        })
    }
}

fn allow_done_only(address: &Address, verdict: &Settlement) -> Result<(), Refused> {
    match verdict {
        Settlement::Done(_) => Ok(()),
        Settlement::NotDone => Err(failed_already(address)),
    }
}

/// Something that a person is needed for.
pub(super) struct Stuck {
    pub address: Address,
    on: StuckOn,
}

/// For what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StuckOn {
    /// To say whether a step was done; or to have it looked into again, where that needs no answer.
    Doubt { again: bool },
    /// To do what a compensation could not do.
    Undoing,
    /// The same of a compensation.
    UndoingInDoubt { again: bool },
    /// To have what is done after a phase tried again.
    Measuring,
}

impl Stuck {
    fn new(address: &Address, on: StuckOn) -> Stuck {
        Stuck { address: address.clone(), on }
    }

    /// Whether it can be tried again: not while nobody knows whether it was done, unless that does not matter.
    fn can_be_retried(&self) -> bool {
        match self.on {
            StuckOn::Undoing | StuckOn::Measuring => true,
            StuckOn::Doubt { again } | StuckOn::UndoingInDoubt { again } => again,
        }
    }

    /// What an operator can say of it.
    pub(super) fn help(&self) -> String {
        let at = &self.address;
        let retry = if self.can_be_retried() { format!("retry {at} | ") } else { String::new() };
        match self.on {
            StuckOn::Doubt { .. } => format!("{retry}settle {at} --done | --not-done"),
            StuckOn::Undoing => format!("{retry}settle {at} --done | waive {at} --because WHY"),
            StuckOn::UndoingInDoubt { .. } => {
                format!("{retry}settle {at} --done | --not-done | waive {at} --because WHY")
            }
            StuckOn::Measuring => format!("retry {at}"),
        }
    }
}

fn failed_already(address: &Address) -> Refused {
    let instead = vec![Stuck::new(address, StuckOn::Undoing).help()];
    Refused { reason: "it is known that this was not done: it failed".into(), instead }
}

/// Who said something, and why: `mia: the night is over`.
pub(super) fn said(who: &str, why: Option<&str>) -> String {
    why.map_or_else(|| who.to_owned(), |why| format!("{who}: {why}"))
}

/// What leaves something to be put right by hand is not said without a reason.
fn needs_reason(word: &Word) -> Refused {
    let said = if let Word::Waive { address } = word { format!("waive {address}") } else { "kill".to_owned() };
    Refused { reason: format!("`{said}` needs a reason"), instead: vec![format!("{said} --because WHY")] }
}
