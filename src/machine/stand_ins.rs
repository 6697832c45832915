//! Stand-ins: where a simulated world answers a call, a condition or a decision in place of what the program says.
//!
//! They are part of neither the state nor a snapshot. What stands in for the body of a probe or an action makes the call
//! one request, as if it were `extern`; all that follows from the answer is what follows from any other.

use std::{fmt, sync::Arc};

use serde_json::Map;

use super::phases::statement_at;
use super::state::{ActState, Call, Flight, FrameId, Subject, Work};
use super::{EffectId, Machine, Purpose, Timestamp};
use crate::evaluate::{Answers, Needed, Stop};
use crate::ir::{self, ActionId, Address, Place, ProbeId, Request, Type, Value};
use crate::source::Span;

/// What a simulated world answers itself. The same question must get the same answer as long as a run goes on.
pub trait StandIns: fmt::Debug + Send + Sync {
    /// Whether this call is answered as a whole, so that its body is not evaluated.
    fn call(&self, call: Calling<'_>, purpose: Purpose, at: &Address) -> bool;

    /// Whether the verdict of the condition at this address is asked for, so that it is not evaluated.
    fn condition(&self, at: &Address) -> bool;

    /// Whether the decision at this address is asked for, although a rule makes it.
    fn decision(&self, at: &Address) -> bool;

    /// A statement begins, or behind the last one of a block its end.
    fn begins(&self, place: Place) {
        let _ = place;
    }

    /// How many nanoseconds pass between two looks at what the program looks at `every` so many, and which has been
    /// watched, or is going to be, for `whole`.
    fn pause(&self, every: i64, whole: i64) -> i64 {
        let _ = whole;
        every
    }
}

/// A call with the values of its arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Calling<'a> {
    /// Of an action
    Action(ActionId, &'a [Value]),
    /// Of a probe
    Probe(ProbeId, &'a [Value]),
}

/// Who asked for an effect that is in flight.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// What.
    pub call: Caller<'a>,
    /// What the answer is decoded to.
    pub expects: &'a Type,
    /// Where the effect is written, or what stands for it is declared.
    pub span: Span,
    /// When its time is up.
    pub until: Option<Timestamp>,
    /// Whether the call has been told nothing so far.
    pub is_first: bool,
}

/// What asks for an effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Caller<'a> {
    /// A call of the program, or its body
    Call(Calling<'a>),
    /// A built-in effect that stands in no body
    Builtin,
    /// A condition whose verdict is asked for
    Condition,
}

impl Machine {
    /// The same run, with these answering.
    pub fn with_stand_ins(mut self, stand_ins: Arc<dyn StandIns>) -> Machine {
        self.stand_ins = Some(stand_ins);
        self
    }

    /// Who asked for an effect in flight; `None` if nobody waits for it any more.
    pub fn asker(&self, effect: EffectId) -> Option<Asker<'_>> {
        let frame = self.state.live.frames.get(self.state.effects.get(&effect)?)?;
        let (call, flight, answers) = match &frame.work {
            Work::Act(act) => {
                let ActState::InFlight { flight, .. } = &act.state else { return None };
                let call = match &act.call {
                    Call::Action(action, arguments) => Caller::Call(Calling::Action(*action, arguments)),
                    Call::Effect { .. } => Caller::Builtin,
                };
                (call, flight, &act.answers)
            }
            Work::Look(look) => {
                let call = match &look.subject {
                    Subject::Probe(probe, arguments) => Caller::Call(Calling::Probe(*probe, arguments)),
                    Subject::Effect { request, .. } if matches!(**request, Request::Extern { .. }) => Caller::Condition,
                    Subject::Effect { .. } => Caller::Builtin,
                };
                (call, look.flight.as_ref()?, &look.answers)
            }
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => return None,
        };
        let Flight { expects, span, deadline, .. } = flight;
        Some(Asker { call, expects, span: *span, until: *deadline, is_first: answers.iter().next().is_none() })
    }

    /// What the person asked at an address may answer with, and how many nanoseconds that is said to take.
    pub fn asked_of_person(&self, address: &Address) -> Option<(&Type, i64)> {
        let (id, _, ask) = self.asks().find(|(_, at, _)| *at == address)?;
        let frame = self.state.live.frames.get(&id)?;
        let estimate = &statement_at(&self.program, ask.place).estimate;
        Some((&ask.expects, self.said(frame.env, estimate).unwrap_or(0)))
    }

    /// The pause between two looks.
    pub(super) fn pause_between(&self, every: i64, whole: i64) -> i64 {
        self.stand_ins.as_ref().map_or(every, |stand_ins| stand_ins.pause(every, whole))
    }

    /// Whether a call is answered as a whole.
    pub(super) fn stands_in(&self, id: FrameId, call: Calling<'_>, purpose: Purpose) -> bool {
        self.stand_ins.as_ref().is_some_and(|stand_ins| stand_ins.call(call, purpose, &self.address_of(id)))
    }

    /// Whether a decision is asked for that a rule would make.
    pub(super) fn stands_in_for_rule(&self, address: &Address) -> bool {
        self.stand_ins.as_ref().is_some_and(|stand_ins| stand_ins.decision(address))
    }

    /// The verdict of a condition that is not evaluated but asked for; `None` for one that is evaluated.
    pub(super) fn asked_verdict(
        &self,
        id: FrameId,
        check: &ir::Check,
        answers: &Answers,
    ) -> Option<Result<Value, Stop>> {
        self.stand_ins.as_ref().filter(|stand_ins| stand_ins.condition(&self.address_of(id)))?;
        Some(match answers.iter().next() {
            Some((_, Ok(value))) => Ok(value.clone()),
            Some((call, Err(why))) => Err(Stop::NoAnswer { call: Box::new(call.clone()), message: why.to_owned() }),
            None => {
                let request = Arc::new(Request::Extern { name: check.text.to_string(), arguments: Map::new() });
                let (expects, span) = (Type::Bool, check.condition.span);
                Err(Stop::Needs(Box::new(Needed::Effect { request, expects, span })))
            }
        })
    }
}
