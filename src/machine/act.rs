//! Acts: the one effect of a step or of a compensation, from its first intent to its end.

use std::sync::Arc;

use smol_str::SmolStr;

use super::act_settle::Doubt;
use super::compute::{Given, Names};
use super::look::{too_long, why};
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{Act, ActOf, ActState, Backoff, Call, EnvId, Failure, FailureKind, Flight, FrameId, Policy, Work};
use super::{Calling, Entry, Machine, Outcome, Purpose, Report, Timestamp};
use crate::evaluate::{Answers, Needed, Scope, Stop};
use crate::ir::{
    Action, Body, LocalId, Operation, Place, Request, StatementKind, Step, Tries, Type, Value,
    json::{from_json, to_json},
    mismatch::Mismatch,
};
use crate::source::Span;

/// How often a compensation is tried again unless it says otherwise, and how often a doubt is looked into.
pub(super) const USUAL_RETRIES: u32 = Tries::OF_UNDOING;

impl Machine {
    /// The work of a step that begins now.
    pub(super) fn step_work(&self, id: FrameId, place: Place, step: &Step) -> Result<Work, Reason> {
        let env = self.env_of(id);
        let names = Names { live: &self.state.live, env };
        let call = self.call(&names, &step.operation)?;
        let mut policy = self.policy(env, &step.tries, self.call_policy(&call)?)?;
        if self.state.live.frames.get(&id).is_some_and(|frame| frame.repeats) {
            policy.retries = policy.retries.or(Some(USUAL_RETRIES));
        }
        Ok(Work::Act(Box::new(Act::new(ActOf::Step(place), call, policy))))
    }

    /// An operation with its arguments.
    pub(super) fn call(&self, names: &dyn Scope, operation: &Operation) -> Result<Call, Reason> {
        match operation {
            Operation::Action(action, arguments) => {
                let arguments = arguments.iter().map(|argument| self.compute_with(names, argument));
                Ok(Call::Action(*action, arguments.collect::<Result<_, _>>()?))
            }
            Operation::Effect(effect) => {
                let request = self.evaluator().request(effect, names, &Answers::default());
                let request = request.map_err(|stop| self.reason(&stop))?;
                Ok(Call::Effect { request: Arc::new(request), expects: effect.expects.clone(), span: effect.span })
            }
        }
    }

    /// How often and how long its action says that it is tried.
    pub(super) fn call_policy(&self, call: &Call) -> Result<Policy, Reason> {
        match call {
            Call::Action(action, arguments) => {
                let names = Given { arguments, extra: None };
                self.policy_with(&names, &self.program.actions[action.index()].tries, Policy::NOTHING_SAID)
            }
            Call::Effect { .. } => Ok(Policy::NOTHING_SAID),
        }
    }

    /// Begins, or goes on after a look.
    pub(super) fn go_on_act(&mut self, id: FrameId, report: Report) {
        let Some(act) = self.act_mut(id) else { return };
        match (&mut act.state, report) {
            (ActState::Preparing, Report::Value(answer)) => {
                answer.add_to(&mut act.answers);
                self.prepare(id);
            }
            (ActState::Preparing, _) => self.prepare(id),
            (ActState::Confirming { answers, .. }, Report::Value(answer)) => {
                answer.add_to(answers);
                self.go_on_confirming(id);
            }
            (ActState::Confirming { .. }, _) => self.go_on_confirming(id),
            (
                ActState::InFlight { .. }
                | ActState::Backoff(_)
                | ActState::ConfirmBackoff { .. }
                | ActState::RepeatBackoff(_)
                | ActState::Stuck { .. },
                _,
            ) => {}
        }
    }

    /// Looks where the body of the action looks first, then starts the effect.
    fn prepare(&mut self, id: FrameId) {
        let (key, now) = (self.key_of(id), self.state.now);
        let Some(act) = self.act_mut(id) else { return };
        act.over = act.over.or(act.policy.timeout.map(|timeout| now.plus(timeout)));
        let (call, answers) = (act.call.clone(), act.answers.clone());
        let (number, arguments) = match call {
            Call::Effect { request, expects, span } => return self.launch_act(id, request, expects, span, None),
            Call::Action(action, arguments) => (action, arguments),
        };
        let program = self.program();
        let action = &program.actions[number.index()];
        let extra = [(action.key_local, Value::Text(key))];
        let purpose = self.purpose_of(id);
        let asked_whole = self.stands_in(id, Calling::Action(number, &arguments), purpose);
        let Some(body) = action.body.body().filter(|_| !asked_whole) else {
            let request = Request::to_host(&action.name, &action.params, &arguments);
            return self.launch_act(id, Arc::new(request), action.result.clone(), action.span, None);
        };
        match self.evaluator().body(body, &arguments, &extra, &answers) {
            Ok(value) => self.act_done(id, value),
            Err(Stop::Needs(needed)) => match *needed {
                Needed::Effect { request, expects, span } if is_its_effect(action, span) => {
                    self.launch_act(id, request, expects, span, None);
                }
                needed => self.begin_look(id, needed, None),
            },
            Err(stop) => {
                let reason = self.blame_part(id, self.reason(&stop));
                self.try_failed(id, reason, None);
            }
        }
    }

    /// Starts the effect, or starts it again because of a `doubt`.
    pub(super) fn launch_act(
        &mut self,
        id: FrameId,
        request: Arc<Request>,
        expects: Type,
        span: Span,
        doubt: Option<SmolStr>,
    ) {
        let (key, whole) = (self.key_of(id), self.end_of_try(id));
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let undoing = frame.undoing;
        let Work::Act(act) = &mut frame.work else { return };
        act.launches += 1;
        let (launches, over) = (act.launches, if doubt.is_some() { whole } else { act.over });
        if launches == 1 && !undoing {
            self.expect_undo(id);
        }
        let purpose = self.purpose_of(id);
        let flight = self.launch(id, purpose, launches, Some(key), request, expects, span, over);
        self.set_act(id, ActState::InFlight { flight, doubt });
    }

    /// When a try that begins now takes too long.
    fn end_of_try(&self, id: FrameId) -> Option<Timestamp> {
        let timeout = self.act(id)?.policy.timeout?;
        Some(self.moment_after(id, timeout))
    }

    /// The effect of an act ended; after a crash nobody knows how.
    pub(super) fn act_outcome(&mut self, id: FrameId, outcome: Outcome, crashed: bool) {
        let Some(act) = self.act_mut(id) else { return };
        let state = std::mem::replace(&mut act.state, ActState::Preparing);
        let ActState::InFlight { flight, doubt } = state else {
            act.state = state;
            return;
        };
        let stopped = flight.stopped.clone();
        let why = |outcome: &Outcome| stopped.unwrap_or_else(|| why(outcome));
        match outcome {
            Outcome::Ok { output, .. } => match self.result_of(id, &flight, &output) {
                Ok(value) => self.act_done(id, value),
                Err(reason) => {
                    let reason = self.blame_part(id, reason);
                    self.in_doubt(id, flight, reason, Doubt::default());
                }
            },
            failed @ Outcome::Failed { retry_after, .. } => match doubt {
                None => self.try_failed(id, why(&failed), retry_after),
                Some(_) => self.in_doubt(id, flight, why(&failed), Doubt { retry_after, crashed: false }),
            },
            unknown @ Outcome::Unknown { .. } => {
                self.in_doubt(id, flight, why(&unknown), Doubt { retry_after: None, crashed });
            }
        }
    }

    /// What an act gives whose effect printed `output`.
    pub(super) fn result_of(&self, id: FrameId, flight: &Flight, output: &str) -> Result<Value, Reason> {
        let unread = |reason: Reason| reason.told(|why| format!("it was done, but what it gave is not known: {why}"));
        let unfit = |why: String| unread(Reason { text: why.into(), place: Some(flight.span) });
        let output = flight.request.decode(&flight.expects, output).map_err(|mismatch| unfit(mismatch.to_string()))?;
        let value = self.value_with(id, flight, output).map_err(|stop| unread(self.reason(&stop)))?;
        self.decode_result(id, value).map_err(|mismatch| unfit(mismatch.to_string()))
    }

    /// What the body of an act's action gives once its effect gave `output`.
    fn value_with(&self, id: FrameId, flight: &Flight, output: Value) -> Result<Value, Stop> {
        let Some(act) = self.act(id) else { return Ok(Value::None) };
        let Call::Action(action, arguments) = &act.call else { return Ok(output) };
        let action = &self.program.actions[action.index()];
        // The call itself was asked: of a host program, or of what stands in for it.
        let asked_whole = matches!(*flight.request, Request::Extern { .. });
        let evaluated = |body: &&Body| !asked_whole && !body.gives_its_effect();
        let Some(body) = action.body.body().filter(evaluated) else { return Ok(output) };
        let Flight { request, expects, span, .. } = flight.clone();
        let mut answers = act.answers.clone();
        answers.add(Needed::Effect { request, expects, span }, Ok(output));
        let extra = [(action.key_local, Value::Text(self.key_of(id)))];
        self.evaluator().body(body, arguments, &extra, &answers)
    }

    /// A step may ask for its result in another type.
    pub(super) fn decode_result(&self, id: FrameId, value: Value) -> Result<Value, Mismatch> {
        let decode = self.step_of(id).and_then(|step| step.decode.clone());
        match (decode, &value) {
            (Some(ty), Value::Json(json)) => from_json(&ty, json),
            _ => Ok(value),
        }
    }

    /// It was done and gave this.
    pub(super) fn act_done(&mut self, id: FrameId, value: Value) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (env, address, undoing) = (frame.env, frame.address.clone(), frame.undoing);
        let Some((place, local)) = self.step_place(id).zip(self.step_of(id)).map(|(place, step)| (place, step.local))
        else {
            return self.compensation_done(id);
        };
        if self.would_be_kept(id) {
            self.state.kept.done(&address, place, value.clone());
        }
        let shown = to_json(&value);
        self.bind_step(env, local, value.clone());
        if !undoing {
            self.remember_way_back(id, &value);
        }
        self.done(id, shown);
    }

    /// A try failed: there will be another, or the act has failed. The other end may ask to be left alone for so long.
    pub(super) fn try_failed(&mut self, id: FrameId, reason: SmolStr, retry_after: Option<i64>) {
        let now = self.state.now;
        let giving_up = self.gives_up(id);
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let (undoing, address) = (frame.undoing, frame.address.clone());
        let Work::Act(act) = &mut frame.work else { return };
        if (giving_up && !undoing) || !act.has_another_try() {
            return self.act_failed(id, reason);
        }
        act.attempt += 1;
        act.over = None;
        act.answers = Answers::default();
        let pause = act.policy.pause(act.attempt).max(retry_after.unwrap_or(0));
        let until = self.moment_after(id, pause);
        self.set_act(id, ActState::Backoff(Backoff { until, reason: reason.clone() }));
        self.log(Entry::TryFailed { address, reason, next: now.plus(pause) });
    }

    /// It was not done, and will not be.
    pub(super) fn act_failed(&mut self, id: FrameId, reason: SmolStr) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (address, undoing, env, region) = (frame.address.clone(), frame.undoing, frame.env, frame.region);
        let tolerated = self.step_of(id).filter(|step| step.best_effort).map(|step| step.local);
        if undoing && tolerated.is_none() {
            return self.undo_failed(id, reason);
        }
        self.log(Entry::Failed { address: address.clone(), reason: reason.clone(), tolerated: tolerated.is_some() });
        self.forget_way_back(id);
        match tolerated {
            Some(local) => {
                self.bind_step(env, local, Value::None);
                self.leave(id, Report::Done);
            }
            None => {
                if let Some(measure) = self.measure_around(id) {
                    return self.measure_failed(measure, reason);
                }
                self.state.live.frames.remove(&id);
                self.fail_region(region, Failure { address, reason, kind: FailureKind::Effect });
            }
        }
    }

    /// A pause is over, or the try takes too long.
    pub(super) fn wake_act(&mut self, id: FrameId) {
        let Some(act) = self.act_mut(id) else { return };
        let timeout = act.policy.timeout;
        match &mut act.state {
            ActState::InFlight { flight, .. } => {
                let stop = flight.stop(too_long(timeout));
                self.out.commands.extend(stop);
            }
            ActState::Preparing => {
                self.abandon_looks(id);
                self.try_failed(id, too_long(timeout), None);
            }
            ActState::Backoff(_) => {
                act.state = ActState::Preparing;
                self.ready.push_back((id, Report::Go));
            }
            ActState::ConfirmBackoff { backoff, crashed } => {
                let (reason, crashed) = (backoff.reason.clone(), *crashed);
                act.state = ActState::Confirming { answers: Answers::default(), reason, crashed };
                self.ready.push_back((id, Report::Go));
            }
            ActState::RepeatBackoff(backoff) => {
                let reason = backoff.reason.clone();
                self.repeat(id, reason);
            }
            ActState::Confirming { .. } | ActState::Stuck { .. } => {}
        }
    }

    pub(super) fn bind_step(&mut self, env: EnvId, local: Option<LocalId>, value: Value) {
        if let Some(local) = local {
            self.bind(env, local, value);
        }
    }

    /// Whether a step can't be undone: by its own word, or by its action's where it says nothing else.
    pub(super) fn is_irreversible(&self, step: &Step) -> bool {
        let by_action = || match &step.operation {
            Operation::Action(action, _) => self.program.actions[action.index()].irreversible,
            Operation::Effect(_) => false,
        };
        step.irreversible || (step.compensation.is_none() && by_action())
    }

    /// Whether an act, once done, stays done when a halted run goes on. What undoes something does so whenever it is
    /// undone.
    pub(super) fn would_be_kept(&self, id: FrameId) -> bool {
        self.state.floor.is_some()
            && self.state.live.frames.get(&id).is_some_and(|frame| !frame.repeats)
            && self.step_of(id).is_some_and(|step| self.is_irreversible(step))
    }

    /// One key for each visit, the same for all its tries.
    pub(super) fn key_of(&self, id: FrameId) -> SmolStr {
        SmolStr::from([self.state.run.as_str(), "/", self.address_of(id).as_str()].concat())
    }

    /// What an act is for.
    pub(super) fn purpose_of(&self, id: FrameId) -> Purpose {
        let repeats = self.state.live.frames.get(&id).is_some_and(|frame| frame.repeats);
        if repeats { Purpose::Undo } else { Purpose::Do }
    }

    /// The step an act carries out; a compensation carries out none.
    pub(super) fn step_of(&self, id: FrameId) -> Option<&Step> {
        let place = self.step_place(id)?;
        if let StatementKind::Step(step) = &statement_at(&self.program, place).kind { Some(step) } else { None }
    }

    fn step_place(&self, id: FrameId) -> Option<Place> {
        match self.act(id)?.of {
            ActOf::Step(place) => Some(place),
            ActOf::Undo { .. } => None,
        }
    }

    /// The action an act calls; a bare effect calls none.
    pub(super) fn action_of(&self, id: FrameId) -> Option<&Action> {
        match &self.act(id)?.call {
            Call::Action(action, _) => Some(&self.program.actions[action.index()]),
            Call::Effect { .. } => None,
        }
    }

    pub(super) fn act(&self, id: FrameId) -> Option<&Act> {
        if let Work::Act(act) = &self.state.live.frames.get(&id)?.work { Some(act) } else { None }
    }

    pub(super) fn act_mut(&mut self, id: FrameId) -> Option<&mut Act> {
        if let Work::Act(act) = &mut self.state.live.frames.get_mut(&id)?.work { Some(act) } else { None }
    }

    pub(super) fn set_act(&mut self, id: FrameId, state: ActState) {
        if let Some(act) = self.act_mut(id) {
            act.state = state;
        }
    }
}

impl Act {
    /// Whether it is tried again if this try fails.
    pub(super) fn has_another_try(&self) -> bool {
        self.attempt <= self.policy.retries.unwrap_or(0)
    }

    pub(super) fn new(of: ActOf, call: Call, policy: Policy) -> Act {
        let answers = Answers::default();
        let state = ActState::Preparing;
        Act { of, call, answers, policy, attempt: 1, over: None, launches: 0, settling: 0, last: None, state }
    }
}

/// The effect of an action stands in its result; one in a binding before it is a look.
pub(super) fn is_its_effect(action: &Action, effect: Span) -> bool {
    action.body.body().is_some_and(|body| {
        let result = body.result.span;
        result.file == effect.file && result.start <= effect.start && effect.end <= result.end
    })
}
