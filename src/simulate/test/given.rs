//! Something that is given: which questions it is for, and how those end.

use smol_str::SmolStr;

use super::{
    request,
    script::{Computer, why},
};
use crate::{
    evaluate::{Inner, Locals, Scope, Stop},
    ir::{
        Address, Expr, LocalId, PlanId, Program, Role, Value,
        test::{AnswerKind, Called, CrashTime},
    },
    machine::{Calling, Purpose},
    simulate::{Asks, Call, Effect, Ends, NotGiven, Question, matches},
    source::Span,
};

/// Something that is given: what it speaks of, and how that is answered.
#[derive(Clone, Debug)]
pub struct Given {
    pub(super) subject: Subject,
    /// Where it stands.
    pub(super) span: Span,
    /// Each from a moment on, in nanoseconds since the run began.
    pub(super) segments: Vec<Segment>,
    /// Computes what it says, with the names that have a value where it stands.
    pub(super) computer: Computer,
    pub(super) names: Locals,
}

/// What it is given for.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A part of the plan
    Part(Address, PartKind),
    /// A call
    Call(Called, Vec<(u32, Match)>),
}

/// What is asked at a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Something done
    Act,
    /// A look
    Look,
    /// A person, or a decision
    Asked,
    /// Whether a condition holds
    Verdict,
    /// It holds others, or waits
    Scope,
}

/// What is said of an argument.
#[derive(Clone, Debug)]
pub(super) enum Match {
    Equals(Value),
    Bind(LocalId),
}

/// Answers that follow each other, from a moment on.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub from: i64,
    pub turns: Vec<Turn>,
}

/// An answer, so many times.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub kind: AnswerKind,
    pub times: u32,
    pub takes: Option<Expr>,
    pub span: Span,
}

impl Turn {
    pub(super) fn crash(&self) -> Option<CrashTime> {
        if let AnswerKind::Crashes(time) = self.kind { Some(time) } else { None }
    }
}

impl PartKind {
    /// What is asked at an address of a plan.
    pub(super) fn of(program: &Program, plan: PlanId, address: &Address) -> PartKind {
        if address.as_str().ends_with("/undo") {
            return PartKind::Act;
        }
        match program.find(&program.plans[plan.index()].name, address).map(|(_, found)| found.role()) {
            Some(Role::Act(_)) => PartKind::Act,
            Some(Role::Look(_)) => PartKind::Look,
            Some(Role::Task(_) | Role::Approval | Role::Decision(_)) => PartKind::Asked,
            Some(Role::Verdict(_)) => PartKind::Verdict,
            Some(Role::Scope) | None => PartKind::Scope,
        }
    }
}

impl Given {
    /// The address that it speaks of, if it speaks of one.
    pub fn place(&self) -> Option<&Address> {
        match &self.subject {
            Subject::Part(address, _) => Some(address),
            Subject::Call(..) => None,
        }
    }

    /// Whether it is for a question.
    pub fn is_for(&self, question: &Question) -> bool {
        self.fits(question).is_some()
    }

    /// Whether it answers at a place in place of what the program says there.
    pub fn stands_at(&self, kind: PartKind, at: &Address) -> bool {
        match &self.subject {
            Subject::Part(address, found) => *found == kind && self.answers() && matches(address, at),
            Subject::Call(..) => false,
        }
    }

    /// Whether it answers a call in place of its body.
    pub(super) fn stands_for(&self, call: Calling<'_>) -> bool {
        let (called, values) = match call {
            Calling::Action(action, values) => (Called::Action(action), values),
            Calling::Probe(probe, values) => (Called::Probe(probe), values),
        };
        match &self.subject {
            Subject::Call(wanted, arguments) => {
                let argument = |number: u32| values.get(number as usize).cloned();
                *wanted == called && self.answers() && bound(&self.names, arguments, argument).is_some()
            }
            Subject::Part(..) => false,
        }
    }

    /// Whether something is given that is more than a crash.
    fn answers(&self) -> bool {
        self.segments.iter().flat_map(|segment| &segment.turns).any(|turn| turn.crash().is_none())
    }

    /// The names that it binds, if it is for a question.
    pub(super) fn fits(&self, question: &Question) -> Option<Inner<'_>> {
        let names = &self.names;
        let everything = || Some(Inner::new(names, Vec::new()));
        match (&self.subject, &question.asks) {
            (Subject::Part(address, kind), asks) => {
                let is_meant = match (asks, kind) {
                    (Asks::Effect(effect), PartKind::Act) => !effect.looks(),
                    (Asks::Effect(effect), PartKind::Look) => effect.purpose == Purpose::Look,
                    (Asks::Effect(effect), PartKind::Verdict) => effect.call == Call::Condition,
                    (Asks::Person(_), PartKind::Asked) => true,
                    (Asks::Effect(_), PartKind::Asked | PartKind::Scope) => false,
                    (Asks::Person(_), PartKind::Act | PartKind::Look | PartKind::Verdict | PartKind::Scope) => false,
                };
                if is_meant && matches(address, &question.address) { everything() } else { None }
            }
            (Subject::Call(called, arguments), Asks::Effect(effect)) => {
                if !is_called(called, effect) {
                    return None;
                }
                bound(names, arguments, |number| argument(called, effect, number))
            }
            (Subject::Call(..), Asks::Person(_)) => None,
        }
    }

    /// How a question ends that is answered so; `known` is what was done under its key before.
    pub(super) fn ends(
        &self,
        turn: &Turn,
        names: &Inner<'_>,
        known: Option<&Value>,
        question: &Question,
    ) -> Result<Ends, Box<NotGiven>> {
        let value = |expr: &crate::ir::Expr| {
            let value = self.computer.value(expr, names as &dyn Scope);
            value.map_err(|stop| not_computed(question, turn, &stop))
        };
        let text = |expr: &Option<crate::ir::Expr>, usual: &'static str| match expr {
            None => Ok(SmolStr::new_static(usual)),
            Some(expr) => value(expr).map(|value| SmolStr::from(value.to_string())),
        };
        Ok(match (&turn.kind, known) {
            // What was done with this key and lost is not done again, and this time one hears of it.
            (AnswerKind::LostDone(_), Some(known)) => Ends::Returns(known.clone()),
            (AnswerKind::LostDone(value_given), None) => Ends::LostDone(value_given.as_ref().map(value).transpose()?),
            (AnswerKind::Returns(expr), _) => Ends::Returns(value(expr)?),
            (AnswerKind::Done, _) => Ends::Done,
            (AnswerKind::Fails(reason), _) => Ends::Fails(text(reason, "it failed")?),
            (AnswerKind::Hangs | AnswerKind::Crashes(_), _) => Ends::Hangs,
            (AnswerKind::LostNotDone, _) => Ends::LostNotDone,
            (AnswerKind::Granted, _) => Ends::Granted,
            (AnswerKind::Refused(reason), _) => Ends::Refused(text(reason, "")?),
            (AnswerKind::Chooses(option), _) => Ends::Chooses(option.clone()),
        })
    }
}

/// Whether an effect is the call of an action or probe as a whole, or a built-in effect of this name.
fn is_called(called: &Called, effect: &Effect) -> bool {
    match (called, &effect.call) {
        (Called::Builtin(name), _) => !effect.is_whole() && request::name(&effect.request) == name.as_str(),
        (Called::Action(wanted), Call::Action(action, _)) => effect.is_whole() && wanted == action,
        (Called::Probe(wanted), Call::Probe(probe, _)) => effect.is_whole() && wanted == probe,
        (Called::Action(_) | Called::Probe(_), _) => false,
    }
}

/// An argument of an effect that is such a call, by the number of the parameter.
pub(super) fn argument(called: &Called, effect: &Effect, number: u32) -> Option<Value> {
    match (called, &effect.call) {
        (Called::Builtin(_), _) => request::argument(&effect.request, number),
        (_, Call::Action(_, values) | Call::Probe(_, values)) => values.get(number as usize).cloned(),
        (_, Call::Builtin | Call::Condition | Call::Nobody) => None,
    }
}

pub(super) fn not_computed(question: &Question, turn: &Turn, stop: &Stop) -> Box<NotGiven> {
    Box::new(NotGiven {
        what: "what is given here".to_owned(),
        address: question.address.clone(),
        span: Some(turn.span),
        given: None,
        instead: None,
        reason: format!("it can't be computed: {}", why(stop)),
    })
}

/// Whether what is said of the arguments of a call fits them, and what that names.
pub(super) fn bound<'n>(
    names: &'n Locals,
    matches: &[(u32, Match)],
    argument: impl Fn(u32) -> Option<Value>,
) -> Option<Inner<'n>> {
    let mut own = Vec::new();
    for (number, said) in matches {
        let value = argument(*number)?;
        match said {
            Match::Equals(wanted) if *wanted == value => {}
            Match::Equals(_) => return None,
            Match::Bind(local) => own.push((*local, value)),
        }
    }
    Some(Inner::new(names, own))
}
