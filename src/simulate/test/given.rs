//! The world of a test: what is given answers; what is not has its usual end, or none.

use std::{collections::BTreeMap, sync::Arc};

use smol_str::SmolStr;

use super::{
    Coverage, request,
    script::{Given, PartKind, Script, Segment, Subject, Turn, bound},
    usual,
};
use crate::{
    evaluate::{Inner, Locals, Scope},
    ir::{
        Address, Place, ProbeId, Value,
        test::{AnswerKind, Called, CrashTime},
    },
    machine::{Asking, Calling, Purpose, StandIns, Timestamp},
    simulate::{Answer, Asks, Call, Effect, Ends, NotGiven, Past, Question, World, generate::confirmed, matches},
};

/// The world of a test.
#[derive(Clone, Debug)]
pub struct Scripted {
    script: Arc<Script>,
    coverage: Arc<Coverage>,
    /// For each thing given, the segment it is in and how many of its answers are used up.
    used: Vec<(usize, u32)>,
    /// Which was used up for looks that may not have ended, and when they do: what nobody hears is given again.
    looks: BTreeMap<u32, (usize, Timestamp)>,
}

/// How something that is given answers.
struct Chosen {
    ends: Option<Ends>,
    takes: Option<i64>,
    crash: Option<CrashTime>,
}

impl Scripted {
    pub(super) fn new(script: Arc<Script>, coverage: Arc<Coverage>) -> Scripted {
        let used = vec![(0, 0); script.givens.len()];
        Scripted { script, coverage, used, looks: BTreeMap::new() }
    }

    /// The answer that is given for a question; `None` if nothing is.
    ///
    /// # Errors
    /// What is given can't be computed.
    pub fn given(&mut self, question: &Question, past: &Past<'_>) -> Result<Option<Answer>, NotGiven> {
        let Chosen { ends, takes, crash } = self.chosen(question, past)?;
        let ends = match (ends, crash) {
            (Some(ends), _) => ends,
            (None, None) => return Ok(None),
            // What did not begin, or was interrupted, needs no answer.
            (None, Some(CrashTime::Before | CrashTime::During)) if question.effect().is_some() => Ends::LostNotDone,
            (None, Some(_)) => unsaid(question, past),
        };
        Ok(Some(Answer { ends, takes: takes.unwrap_or_else(|| usual_time(question)), crash }))
    }

    fn chosen(&mut self, question: &Question, past: &Past<'_>) -> Result<Chosen, NotGiven> {
        let script = Arc::clone(&self.script);
        let mut chosen = Chosen { ends: None, takes: None, crash: None };
        for (number, given) in script.givens.iter().enumerate() {
            let Some(names) = fits(&script.names, given, question) else { continue };
            let Some(turn) = self.turn(number, given, past.elapsed(), &mut chosen.crash) else { continue };
            let takes = turn.takes.as_ref().map(|takes| script.computer.value(takes, &names));
            chosen.takes = match takes.transpose() {
                Ok(Some(Value::Duration(takes))) => Some(takes),
                Ok(_) => None,
                Err(stop) => return Err(not_computed(question, turn, &super::script::why(&stop))),
            };
            if chosen.crash.is_none() && question.effect().is_some_and(Effect::looks) {
                self.looks.retain(|_, (_, until)| *until >= past.now);
                self.looks.insert(question.number, (number, past.now.plus(chosen.takes.unwrap_or(0))));
            }
            let known = question.key().and_then(|key| past.happened(key));
            chosen.ends = Some(self.ends(turn, &names, known, question)?);
            return Ok(chosen);
        }
        Ok(chosen)
    }

    /// The answer whose turn it is, and whether the process dies at it. A crash is no answer: the one after it is given
    /// when it is asked again, or what else is given.
    fn turn<'g>(
        &mut self,
        number: usize,
        given: &'g Given,
        elapsed: i64,
        crash: &mut Option<CrashTime>,
    ) -> Option<&'g Turn> {
        let at = given.segments.iter().enumerate().rev().find(|(_, segment)| segment.from <= elapsed)?.0;
        let (segment, count) = &mut self.used[number];
        if *segment != at {
            (*segment, *count) = (at, 0);
        }
        let segment = &given.segments[at];
        let (mut turn, mut used) = (nth(segment, *count), 1);
        if let Some(time) = turn.and_then(Turn::crash).filter(|_| crash.is_none()) {
            *crash = Some(time);
            // What was done before the crash was done once; it is asked for again if it was not.
            used = if time == CrashTime::After { 2 } else { 1 };
            turn = nth(segment, *count + 1).filter(|turn| turn.crash().is_none());
        }
        *count += used;
        turn.filter(|turn| turn.crash().is_none())
            .or_else(|| segment.turns.iter().rev().find(|turn| turn.crash().is_none()))
    }

    fn ends(
        &self,
        turn: &Turn,
        names: &Inner<'_>,
        known: Option<&Value>,
        question: &Question,
    ) -> Result<Ends, NotGiven> {
        let value = |expr: &crate::ir::Expr| {
            let value = self.script.computer.value(expr, names as &dyn Scope);
            value.map_err(|stop| not_computed(question, turn, &super::script::why(&stop)))
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

/// The answer to the call number `count`, from 0; `None` where the answers are used up.
fn nth(segment: &Segment, count: u32) -> Option<&Turn> {
    let mut left = count;
    segment.turns.iter().find(|turn| match left.checked_sub(turn.times) {
        None => true,
        Some(rest) => {
            left = rest;
            false
        }
    })
}

fn not_computed(question: &Question, turn: &Turn, why: &str) -> NotGiven {
    NotGiven {
        what: "what is given here".to_owned(),
        address: question.address.clone(),
        span: Some(turn.span),
        given: None,
        reason: format!("it can't be computed: {why}"),
    }
}

/// Whether something given is for a question, with the names that it binds.
fn fits<'n>(names: &'n Locals, given: &Given, question: &Question) -> Option<Inner<'n>> {
    let everything = || Some(Inner::new(names, Vec::new()));
    match (&given.subject, &question.asks) {
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
            match (called, &effect.call) {
                (Called::Builtin(_), _) => bound(names, arguments, |number| request::argument(&effect.request, number)),
                (_, Call::Action(_, values) | Call::Probe(_, values)) => {
                    bound(names, arguments, |number| values.get(number as usize).cloned())
                }
                (_, Call::Builtin | Call::Condition | Call::Nobody) => None,
            }
        }
        (Subject::Call(..), Asks::Person(_)) => None,
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

/// How something ends of which the test says nothing.
fn unsaid(question: &Question, past: &Past<'_>) -> Ends {
    match &question.asks {
        Asks::Effect(effect) if effect.purpose == Purpose::Confirm => confirmed(question, effect, past),
        Asks::Effect(_) | Asks::Person(_) => usual::ends(question, past),
    }
}

/// A task takes as long as its author says.
fn usual_time(question: &Question) -> i64 {
    question.person().filter(|person| person.asking == Asking::Task).map_or(0, |person| person.likely)
}

impl Scripted {
    /// Whether answers are given for a probe.
    pub fn gives(&self, probe: ProbeId) -> bool {
        let is_it = |given: &Given| matches!(&given.subject, Subject::Call(Called::Probe(known), _) if *known == probe);
        self.script.givens.iter().any(is_it)
    }

    /// Whether answers are given for built-in effects, so that the bodies of calls have to be evaluated.
    pub fn gives_builtins(&self) -> bool {
        let is_one = |given: &Given| matches!(&given.subject, Subject::Call(Called::Builtin(_), _));
        self.script.givens.iter().any(is_one)
    }
}

impl World for Scripted {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        match self.given(question, past) {
            Ok(Some(answer)) => answer,
            Ok(None) => Answer::now(unsaid(question, past)).takes(usual_time(question)),
            Err(missing) => Answer::now(Ends::NotGiven(Box::new(missing))),
        }
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Arc::new(ForGivens(Arc::clone(&self.script), Arc::clone(&self.coverage)))
    }

    /// What changes at a moment has changed.
    fn is_settled(&self, past: &Past<'_>) -> bool {
        let segments = self.script.givens.iter().flat_map(|given| &given.segments);
        segments.map(|segment| segment.from).max().is_none_or(|last| last <= past.elapsed())
    }

    /// A look that nobody heard of did not count.
    fn forget(&mut self, question: &Question) {
        if let Some((number, _)) = self.looks.remove(&question.number) {
            self.used[number].1 = self.used[number].1.saturating_sub(1);
        }
    }
}

/// Stands in for what is given, and for looks that find out what really happened.
#[derive(Debug)]
struct ForGivens(Arc<Script>, Arc<Coverage>);

impl ForGivens {
    fn part(&self, kind: PartKind, at: &Address) -> bool {
        self.0.givens.iter().any(|given| match &given.subject {
            Subject::Part(address, found) => *found == kind && answers(given) && matches(address, at),
            Subject::Call(..) => false,
        })
    }
}

/// Whether something is given that is more than a crash.
fn answers(given: &Given) -> bool {
    given.segments.iter().flat_map(|segment| &segment.turns).any(|turn| turn.crash().is_none())
}

impl StandIns for ForGivens {
    fn call(&self, call: Calling<'_>, purpose: Purpose, at: &Address) -> bool {
        let kind = match purpose {
            // What finds out whether something was done is told what really happened.
            Purpose::Confirm => return true,
            Purpose::Look => PartKind::Look,
            Purpose::Do | Purpose::Undo => PartKind::Act,
        };
        let (called, values) = match call {
            Calling::Action(action, values) => (Called::Action(action), values),
            Calling::Probe(probe, values) => (Called::Probe(probe), values),
        };
        let is_given = |given: &Given| match &given.subject {
            Subject::Call(wanted, arguments) => {
                let argument = |number: u32| values.get(number as usize).cloned();
                *wanted == called && answers(given) && bound(&self.0.names, arguments, argument).is_some()
            }
            Subject::Part(..) => false,
        };
        self.part(kind, at) || self.0.givens.iter().any(is_given)
    }

    fn condition(&self, at: &Address) -> bool {
        self.part(PartKind::Verdict, at)
    }

    fn decision(&self, at: &Address) -> bool {
        self.part(PartKind::Asked, at)
    }

    fn begins(&self, place: Place) {
        self.1.begins(place);
    }
}
