//! Doubt: nobody knows whether an effect was done. It is settled, never guessed.
//!
//! By the action's `confirm`; else, if doing it twice with one key is doing it once, by doing it again; else by a
//! person. A compensation is taken to be idempotent, as sagas need (Garcia-Molina and Salem, "Sagas", 1987).

use smol_str::SmolStr;

use super::act::USUAL_RETRIES;
use super::compute::Given;
use super::state::{Act, ActOf, ActState, Backoff, Call, Flight, FrameId, Work};
use super::{Entry, Machine, OnRetry, Purpose, Report};
use crate::evaluate::{Answers, Stop};
use crate::ir::{Action, Request, Type, Value};

/// How it came that nobody knows.
#[derive(Clone, Copy, Default)]
pub(super) struct Doubt {
    /// The process that would have heard of it ended.
    pub crashed: bool,
    /// How long the other end asks to be left alone.
    pub retry_after: Option<i64>,
}

impl Machine {
    /// Nobody knows whether it was done.
    pub(super) fn in_doubt(&mut self, id: FrameId, flight: Flight, reason: SmolStr, doubt: Doubt) {
        let Doubt { crashed, retry_after } = doubt;
        if self.step_of(id).is_some_and(|step| step.best_effort) {
            return self.act_failed(id, reason);
        }
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (undoing, repeats) = (frame.undoing, frame.repeats);
        if self.gives_up(id) && !undoing && !self.must_know(id) {
            return self.act_failed(id, reason);
        }
        let address = self.address_of(id);
        self.log(Entry::InDoubt { address, reason: reason.clone() });
        if self.action_of(id).is_some_and(|action| action.confirm.is_some()) {
            self.set_act(id, ActState::Confirming { answers: Answers::default(), reason, crashed });
            return self.ready.push_back((id, Report::Go));
        }
        let repeatable = repeats || self.is_idempotent(id, &flight);
        self.keep_flight(id, flight);
        match (repeatable, crashed) {
            (false, _) => self.stuck_in_doubt(id, reason, crashed),
            (true, true) => self.repeat(id, reason),
            (true, false) => self.repeat_later(id, reason, retry_after),
        }
    }

    /// The same effect is asked for again, so that its request is not computed anew.
    fn keep_flight(&mut self, id: FrameId, flight: Flight) {
        if let Some(act) = self.act_mut(id) {
            act.last = Some(flight);
        }
    }

    /// What can be done again about a stuck act without anybody knowing how it ended: what the machine does by itself, and
    /// did often enough.
    pub(super) fn on_retry(&self, id: FrameId, act: &Act) -> Option<OnRetry> {
        let ActState::Stuck { doubt, .. } = act.state else { return None };
        let repeats = self.state.live.frames.get(&id).is_some_and(|frame| frame.repeats);
        let confirms = self.action_of(id).is_some_and(|action| action.confirm.is_some());
        match (doubt, confirms) {
            (false, _) => Some(OnRetry::Anew),
            (true, true) => Some(OnRetry::Confirm),
            (true, false) if repeats => Some(OnRetry::Anew),
            (true, false) => {
                act.last.as_ref().filter(|flight| self.is_idempotent(id, flight)).map(|_| OnRetry::SameKey)
            }
        }
    }

    /// Does so.
    pub(super) fn retried(&mut self, id: FrameId, how: OnRetry) {
        let Some(act) = self.act_mut(id) else { return };
        let ActState::Stuck { reason, crashed, .. } = &act.state else { return };
        let (reason, crashed) = (reason.clone(), *crashed);
        (act.settling, act.over) = (0, None);
        match how {
            OnRetry::Anew => (act.attempt, act.state) = (1, ActState::Preparing),
            OnRetry::Confirm => act.state = ActState::Confirming { answers: Answers::default(), reason, crashed },
            OnRetry::SameKey => return self.repeat(id, reason),
        }
        self.ready.push_back((id, Report::Go));
    }

    /// Whether a stuck act has another try if it was not done.
    pub(super) fn is_tried_again(&self, id: FrameId, act: &Act) -> bool {
        let ActState::Stuck { crashed, .. } = act.state else { return false };
        let undoing = self.state.live.frames.get(&id).is_some_and(|frame| frame.undoing);
        let goes_on = undoing || !self.gives_up(id);
        goes_on && (crashed || act.has_another_try())
    }

    fn is_idempotent(&self, id: FrameId, flight: &Flight) -> bool {
        let stood_in = matches!(*flight.request, Request::Extern { .. });
        let says_so = |action: &Action| action.idempotent || stood_in && action.is_idempotent_by_nature();
        flight.request.is_idempotent_by_nature() || self.action_of(id).is_some_and(says_so)
    }

    /// Does it again with the same key; that settles it only by succeeding.
    pub(super) fn repeat(&mut self, id: FrameId, reason: SmolStr) {
        let Some(act) = self.act_mut(id) else { return };
        let Some(Flight { request, expects, span, .. }) = act.last.clone() else { return };
        self.launch_act(id, request, expects, span, Some(reason));
    }

    fn repeat_later(&mut self, id: FrameId, reason: SmolStr, retry_after: Option<i64>) {
        match self.next_settling(id) {
            Some(until) => {
                let until = until.max(self.state.now.plus(retry_after.unwrap_or(0)));
                let backoff = Backoff { until, reason: reason.clone() };
                self.set_act(id, ActState::RepeatBackoff(backoff));
                let address = self.address_of(id);
                self.log(Entry::TryFailed { address, reason, next: until });
            }
            None => self.stuck_in_doubt(id, reason, false),
        }
    }

    /// When a doubt is looked into again, unless that was done often enough.
    fn next_settling(&mut self, id: FrameId) -> Option<super::Timestamp> {
        let now = self.state.now;
        let act = self.act_mut(id)?;
        act.settling += 1;
        let limit = act.policy.retries.unwrap_or(USUAL_RETRIES);
        (act.settling <= limit).then(|| now.plus(act.policy.pause(act.settling + 1)))
    }

    /// Asks the action's `confirm` as far as the answers go.
    pub(super) fn go_on_confirming(&mut self, id: FrameId) {
        let program = self.program();
        let key = Value::Text(self.key_of(id));
        let Some(act) = self.act_mut(id) else { return };
        let Call::Action(action, arguments) = act.call.clone() else { return };
        let ActState::Confirming { answers, reason: doubt, crashed } = &act.state else { return };
        let (answers, doubt, crashed) = (answers.clone(), doubt.clone(), *crashed);
        let action = &program.actions[action.index()];
        let Some(confirm) = &action.confirm else { return };
        let names = Given { arguments: &arguments, extra: Some((action.key_local, &key)) };
        match self.evaluator().evaluate(confirm, &names, &answers) {
            Err(Stop::Needs(needed)) => self.begin_look_for(id, *needed, None, Purpose::Confirm),
            Err(stop) => {
                let reason = self.blame_part(id, self.reason(&stop));
                self.confirm_later(id, reason, doubt, crashed);
            }
            Ok(Value::None) => self.found_not_done(id, not_done(&doubt), crashed),
            Ok(Value::Bool(false)) if action.result == Type::Nothing => {
                self.found_not_done(id, not_done(&doubt), crashed)
            }
            Ok(_) if action.result == Type::Nothing => self.act_done(id, Value::None),
            Ok(value) => match self.decode_result(id, value) {
                Ok(value) => self.act_done(id, value),
                Err(mismatch) => self.stuck_in_doubt(id, mismatch.to_string().into(), crashed),
            },
        }
    }

    /// It did not happen: after a crash it is started again, which counts as no try; else it failed.
    pub(super) fn found_not_done(&mut self, id: FrameId, reason: SmolStr, crashed: bool) {
        let giving_up = self.gives_up(id);
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let undoing = frame.undoing;
        let Work::Act(act) = &mut frame.work else { return };
        act.settling = 0;
        if crashed && (undoing || !giving_up) {
            act.over = None;
            act.state = ActState::Preparing;
            return self.ready.push_back((id, Report::Go));
        }
        self.try_failed(id, reason, None);
    }

    /// There was no answer: it is asked again after a pause, and then a person is.
    fn confirm_later(&mut self, id: FrameId, no_answer: SmolStr, doubt: SmolStr, crashed: bool) {
        let address = self.address_of(id);
        match self.next_settling(id) {
            Some(until) => {
                let backoff = Backoff { until, reason: doubt };
                self.set_act(id, ActState::ConfirmBackoff { backoff, crashed });
                self.log(Entry::TryFailed { address, reason: no_answer, next: until });
            }
            None => self.stuck_in_doubt(id, SmolStr::from(format!("{doubt}, and {no_answer}")), crashed),
        }
    }

    fn stuck_in_doubt(&mut self, id: FrameId, reason: SmolStr, crashed: bool) {
        if self.blocks_nothing(id) {
            return self.give_up_undoing(id, reason);
        }
        let address = self.address_of(id);
        let since = self.state.now;
        self.set_act(id, ActState::Stuck { reason: reason.clone(), doubt: true, crashed, since });
        self.log(Entry::Stuck { address, reason });
    }

    /// Whether the way back, or the way on after a halt, depends on how this act ended.
    pub(super) fn must_know(&self, id: FrameId) -> bool {
        let Some(frame) = self.state.live.frames.get(&id) else { return false };
        let Work::Act(act) = &frame.work else { return false };
        match act.of {
            ActOf::Undo { .. } => true,
            ActOf::Step(_) if frame.measures => false,
            ActOf::Step(_) => {
                self.would_be_kept(id) || (self.scope_in_region(frame).is_none() && self.depends_on_outcome(id))
            }
        }
    }
}

fn not_done(doubt: &str) -> SmolStr {
    SmolStr::from(format!("it was not done ({doubt})"))
}
