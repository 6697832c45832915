//! Why something could not be computed, and where that is written.
//!
//! A journal tells the reason in words, for ever. Where it is written follows from the program and the step, so it is
//! not journaled: who shows a run asks the machine after each step.

use smol_str::SmolStr;

use super::Machine;
use super::state::{Call, FrameId, Subject, Work};
use crate::evaluate::{Needed, Stop};
use crate::ir::{Address, Expr, Program, mismatch::capped};
use crate::machine::EffectId;
use crate::source::Span;

/// Why something could not be computed.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    /// For a person.
    pub text: SmolStr,
    /// The expression that gave no value, or one of no use, if it is one.
    pub place: Option<Span>,
}

impl Reason {
    /// Of a value that this expression gives, and that is of no use where it stands.
    pub(super) fn unfit(expr: &Expr, text: impl Into<SmolStr>) -> Reason {
        Reason { text: text.into(), place: Some(expr.span) }
    }

    /// The same, told in other words.
    pub(super) fn told(self, words: impl FnOnce(&str) -> String) -> Reason {
        Reason { text: words(&self.text).into(), place: self.place }
    }
}

impl Call {
    /// As one would write it, in one short line.
    pub(super) fn shown(&self, program: &Program) -> SmolStr {
        capped(&self.summary(program)).into()
    }
}

impl Subject {
    /// As one would write it, in one short line.
    pub(super) fn shown(&self, program: &Program) -> SmolStr {
        Needed::from(self.clone()).summary(program).into()
    }
}

impl From<SmolStr> for Reason {
    fn from(text: SmolStr) -> Reason {
        Reason { text, place: None }
    }
}

impl Machine {
    /// Where it is written what could not be computed of the part at `address` in the step that was taken last.
    pub fn fault(&self, address: &Address) -> Option<Span> {
        self.faults.iter().rev().find(|(part, _)| part == address).map(|(_, place)| *place)
    }

    /// What was called that led to an effect in flight, as one would write it: `reserve("o-1")`; `None`, if an effect is
    /// asked for without a name.
    pub fn called(&self, effect: EffectId) -> Option<SmolStr> {
        let frame = self.state.live.frames.get(self.state.effects.get(&effect)?)?;
        match &frame.work {
            Work::Act(act) => matches!(act.call, Call::Action(..)).then(|| act.call.shown(&self.program)),
            Work::Look(look) => matches!(look.subject, Subject::Probe(..)).then(|| look.subject.shown(&self.program)),
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
            | Work::Ask(_) => None,
        }
    }

    /// Why an evaluation stopped.
    pub(super) fn reason(&self, stop: &Stop) -> Reason {
        match stop {
            Stop::Fault(fault) => Reason { text: SmolStr::from(fault.to_string()), place: Some(fault.span) },
            Stop::NoAnswer { call, message } => {
                let text = format!("`{}` gave no answer: {message}", call.summary(&self.program));
                SmolStr::from(text).into()
            }
            Stop::Needs(_) => SmolStr::new_static("it looks at the world where only computing is possible").into(),
        }
    }

    /// Keeps where it is written why the part at `address` could not go on, and gives the words.
    pub(super) fn blame(&mut self, address: &Address, reason: Reason) -> SmolStr {
        self.faults.extend(reason.place.map(|place| (address.clone(), place)));
        reason.text
    }

    /// The same of the part that a frame is.
    pub(super) fn blame_part(&mut self, id: FrameId, reason: Reason) -> SmolStr {
        self.blame(&self.address_of(id), reason)
    }
}
