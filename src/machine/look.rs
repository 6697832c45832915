//! Looks: probes and built-in effects that only look.
//!
//! A look is harmless, so a try whose end is not known is simply made again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::compute::Given;
use super::reason::Reason;
use super::state::{Backoff, Flight, Frame, FrameId, Look, Policy, Subject, Work};
use super::{Calling, Command, EffectId, Entry, Machine, Outcome, Perform, Purpose, Report, Timestamp};
use crate::evaluate::{Answers, Needed, Stop};
use crate::ir::{
    Request, Tries, Type, Value,
    json::{from_json, to_json},
};
use crate::source::Span;

/// What a look gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub call: Needed,
    pub result: Result<Value, SmolStr>,
}

impl Answer {
    /// Makes the answer known to the evaluation that asked.
    pub fn add_to(self, answers: &mut Answers) {
        answers.add(self.call, self.result.map_err(String::from));
    }
}

impl Machine {
    /// Begins the look that an evaluation needs; a `probe` statement may say how often and how long.
    pub(super) fn begin_look(&mut self, parent: FrameId, needed: Needed, tries: Option<&Tries>) {
        self.begin_look_for(parent, needed, tries, Purpose::Look);
    }

    pub(super) fn begin_look_for(&mut self, parent: FrameId, needed: Needed, tries: Option<&Tries>, purpose: Purpose) {
        let env = self.env_of(parent);
        let policy = match self.look_policy(&needed) {
            Ok(declared) => tries.map_or(Ok(declared), |tries| self.policy(env, tries, declared)),
            Err(reason) => Err(reason),
        };
        let policy = match policy {
            Ok(policy) => policy,
            // A look that can't be begun is one without an answer, and what asked for it says what that means.
            Err(reason) => {
                let reason = self.blame_part(parent, reason);
                let answer = Answer { call: needed, result: Err(reason) };
                return self.ready.push_back((parent, Report::Value(Box::new(answer))));
            }
        };
        let subject = Subject::from(needed);
        let answers = Answers::default();
        let look = Look { subject, answers, policy, attempt: 1, over: None, flight: None, backoff: None, purpose };
        let address = self.address_of(parent);
        self.push_child(parent, address, 0, Work::Look(Box::new(look)));
    }

    fn look_policy(&self, needed: &Needed) -> Result<Policy, Reason> {
        match needed {
            Needed::Look { probe, arguments } => {
                let names = Given { arguments, extra: None };
                self.policy_with(&names, &self.program.probes[probe.index()].tries, Policy::NOTHING_SAID)
            }
            Needed::Effect { .. } => Ok(Policy::NOTHING_SAID),
        }
    }

    /// Begins a try, or goes on with one after a look inside it.
    pub(super) fn go_on_look(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let now = self.state.now;
        let Some(look) = self.look_mut(id) else { return };
        look.over = look.over.or(look.policy.timeout.map(|timeout| now.plus(timeout)));
        if let Report::Value(answer) = report {
            answer.add_to(&mut look.answers);
        }
        match look.subject.clone() {
            Subject::Effect { request, expects, span } => self.look_once(id, request, expects, span),
            Subject::Probe(number, arguments) => {
                let (answers, purpose) = (look.answers.clone(), look.purpose);
                let probe = &program.probes[number.index()];
                let asked_whole = self.stands_in(id, Calling::Probe(number, &arguments), purpose);
                let Some(body) = probe.body.body().filter(|_| !asked_whole) else {
                    let request = Request::to_host(&probe.name, &probe.params, &arguments);
                    return self.look_once(id, Arc::new(request), probe.result.clone(), probe.span);
                };
                match self.evaluator().body(body, &arguments, &[], &answers) {
                    Ok(value) => self.look_ended(id, Ok(value)),
                    Err(Stop::Needs(needed)) => self.look_further(id, *needed),
                    Err(stop) => {
                        let reason = self.reason(&stop);
                        self.look_try_failed(id, reason, None);
                    }
                }
            }
        }
    }

    /// A look that is one effect: it is asked for, and its answer is the look's.
    fn look_once(&mut self, id: FrameId, request: Arc<Request>, expects: Type, span: Span) {
        let Some(look) = self.look_mut(id) else { return };
        let known = look.answers.iter().next().and_then(|(_, answer)| answer.ok().cloned());
        match known {
            Some(value) => self.look_ended(id, Ok(value)),
            None => self.launch_look(id, request, expects, span),
        }
    }

    fn look_further(&mut self, id: FrameId, needed: Needed) {
        match needed {
            Needed::Effect { request, expects, span } => self.launch_look(id, request, expects, span),
            needed @ Needed::Look { .. } => self.begin_look(id, needed, None),
        }
    }

    fn launch_look(&mut self, id: FrameId, request: Arc<Request>, expects: Type, span: Span) {
        if *request == Request::Timeline {
            return self.answer_timeline(id, request, expects, span);
        }
        let Some(look) = self.look_mut(id) else { return };
        let (attempt, purpose, over) = (look.attempt, look.purpose, look.over);
        let flight = self.launch(id, purpose, attempt, None, request, expects, span, over);
        if let Some(look) = self.look_mut(id) {
            look.flight = Some(flight);
        }
    }

    /// The run itself knows how it stands: nothing is asked of the world.
    fn answer_timeline(&mut self, id: FrameId, request: Arc<Request>, expects: Type, span: Span) {
        let timeline = from_json(&expects, &to_json(&self.timeline(id)));
        match timeline {
            Ok(value) => {
                if let Some(look) = self.look_mut(id) {
                    look.answers.add(Needed::Effect { request, expects, span }, Ok(value));
                }
                self.ready.push_back((id, Report::Go));
            }
            Err(mismatch) => self.look_ended(id, Err(SmolStr::from(mismatch.to_string()))),
        }
    }

    /// Numbers an effect, journals its intent, and asks for it.
    #[expect(clippy::too_many_arguments, reason = "an intent has that many parts, and two callers")]
    pub(super) fn launch(
        &mut self,
        id: FrameId,
        purpose: Purpose,
        attempt: u32,
        key: Option<SmolStr>,
        request: Arc<Request>,
        expects: Type,
        span: Span,
        deadline: Option<Timestamp>,
    ) -> Flight {
        let effect = EffectId(self.state.numbers.effect);
        self.state.numbers.effect += 1;
        self.state.effects.insert(effect, id);
        let address = self.address_of(id);
        self.log(Entry::Intent {
            effect,
            address: address.clone(),
            purpose,
            attempt,
            key: key.clone(),
            request: Arc::clone(&request),
        });
        let wants_output = expects != Type::Nothing;
        let perform = Perform { effect, address, purpose, key, request: Arc::clone(&request), wants_output };
        self.out.commands.push(Command::Perform(perform));
        Flight { effect, request, expects, span, deadline, stopped: None }
    }

    /// The effect of a look ended.
    pub(super) fn look_outcome(&mut self, id: FrameId, outcome: Outcome, crashed: bool) {
        let Some(look) = self.look_mut(id) else { return };
        let Some(flight) = look.flight.take() else { return };
        if crashed {
            look.over = None;
            look.answers = Answers::default();
            return self.ready.push_back((id, Report::Go));
        }
        let stopped = flight.stopped.clone();
        let retry_after = match outcome {
            Outcome::Failed { retry_after, .. } => retry_after,
            Outcome::Ok { .. } | Outcome::Unknown { .. } => None,
        };
        let answered = match outcome {
            Outcome::Ok { output, .. } => flight
                .request
                .decode(&flight.expects, &output)
                .map_err(|mismatch| Reason { text: mismatch.to_string().into(), place: Some(flight.span) }),
            failed => Err(stopped.unwrap_or_else(|| why(&failed)).into()),
        };
        match answered {
            Ok(value) => {
                let Flight { request, expects, span, .. } = flight;
                look.answers.add(Needed::Effect { request, expects, span }, Ok(value));
                self.ready.push_back((id, Report::Go));
            }
            Err(reason) => self.look_try_failed(id, reason, retry_after),
        }
    }

    fn look_try_failed(&mut self, id: FrameId, reason: impl Into<Reason>, retry_after: Option<i64>) {
        let reason = self.blame_part(id, reason.into());
        let now = self.state.now;
        let Some(look) = self.look_mut(id) else { return };
        if look.attempt > look.policy.retries.unwrap_or(0) {
            return self.look_ended(id, Err(reason));
        }
        look.attempt += 1;
        look.over = None;
        look.answers = Answers::default();
        let until = now.plus(look.policy.pause(look.attempt).max(retry_after.unwrap_or(0)));
        look.backoff = Some(Backoff { until, reason: reason.clone() });
        let address = self.address_of(id);
        self.log(Entry::TryFailed { address, reason, next: until });
    }

    fn look_ended(&mut self, id: FrameId, result: Result<Value, SmolStr>) {
        let Some(look) = self.look_mut(id) else { return };
        let call = look.subject.clone().into();
        self.leave(id, |_| Report::Value(Box::new(Answer { call, result })));
    }

    /// A pause is over, or a try takes too long.
    pub(super) fn wake_look(&mut self, id: FrameId) {
        let Some(look) = self.look_mut(id) else { return };
        if look.backoff.take().is_some() {
            return self.ready.push_back((id, Report::Go));
        }
        let timeout = look.policy.timeout;
        if let Some(flight) = &mut look.flight {
            let stop = flight.stop(too_long(timeout));
            return self.out.commands.extend(stop);
        }
        self.abandon_looks(id);
        self.look_try_failed(id, too_long(timeout), None);
    }

    /// Looks that are part of `parent` and have not ended are not waited for.
    pub(super) fn abandon_looks(&mut self, parent: FrameId) {
        let is_part = |frame: &Frame| frame.parent == Some(parent) && matches!(frame.work, Work::Look(_));
        let parts = self.state.live.frames.iter().filter(|(_, frame)| is_part(frame)).map(|(id, _)| *id);
        for part in parts.collect::<Vec<_>>() {
            self.abandon_looks(part);
            let flight = self.look_mut(part).and_then(|look| look.flight.as_mut());
            let stop = flight.and_then(|flight| flight.stop(SmolStr::new_static("it is not waited for any more")));
            self.out.commands.extend(stop);
            self.state.live.frames.remove(&part);
        }
    }

    pub(super) fn look_mut(&mut self, id: FrameId) -> Option<&mut Look> {
        if let Work::Look(look) = &mut self.state.live.frames.get_mut(&id)?.work { Some(look) } else { None }
    }
}

impl Flight {
    /// Asks the effect to stop, once.
    pub(super) fn stop(&mut self, reason: SmolStr) -> Option<Command> {
        if self.stopped.is_some() {
            return None;
        }
        self.stopped = Some(reason);
        self.deadline = None;
        Some(Command::Stop(self.effect))
    }
}

/// Why a try was stopped whose time was up.
pub(super) fn too_long(timeout: Option<i64>) -> SmolStr {
    SmolStr::from(format!("no end after {}", Value::Duration(timeout.unwrap_or(0))))
}

impl From<Needed> for Subject {
    fn from(needed: Needed) -> Self {
        match needed {
            Needed::Look { probe, arguments } => Subject::Probe(probe, arguments),
            Needed::Effect { request, expects, span } => Subject::Effect { request, expects, span },
        }
    }
}

impl From<Subject> for Needed {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Probe(probe, arguments) => Needed::Look { probe, arguments },
            Subject::Effect { request, expects, span } => Needed::Effect { request, expects, span },
        }
    }
}

/// Why an effect was not done, with the last line that it printed.
pub(super) fn why(outcome: &Outcome) -> SmolStr {
    let (reason, printed) = match outcome {
        Outcome::Ok { .. } => return SmolStr::new_static("it was done"),
        Outcome::Failed { reason, printed, .. } | Outcome::Unknown { reason, printed } => (reason, printed),
    };
    match printed.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => SmolStr::from(format!("{line} ({reason})")),
        None => SmolStr::from(reason),
    }
}
