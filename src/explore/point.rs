//! What can go otherwise at a question.

use super::{
    Deviation,
    origin::Source,
    run::About,
    world::{Met, Sort},
};
use crate::{
    ir::{Address, Program, Type, Value},
    machine::{Asking, Machine, Purpose},
    simulate::{Asks, Call, Effect, Ends, Person, Question},
};

/// What one question has in common with the next try of it.
pub(super) fn sort_of(question: &Question) -> Sort {
    match &question.asks {
        Asks::Person(_) => Sort::Person,
        Asks::Effect(effect) => match effect.purpose {
            Purpose::Do => Sort::Do,
            Purpose::Undo => Sort::Undo,
            Purpose::Look => Sort::Look,
            Purpose::Confirm => Sort::Confirm,
        },
    }
}

/// What is known of a run and its plan where something can go otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'a> {
    /// The run.
    pub machine: &'a Machine,
    /// Its program.
    pub program: &'a Program,
    /// Its plan.
    pub about: &'a About,
}

impl Here<'_> {
    /// Everything that can go otherwise at a question that was just asked.
    pub(super) fn deviations(&self, met: &Met) -> Vec<Deviation> {
        // What is stopped ends, and nobody knows how: it was not done, or it was.
        if met.stopped {
            let acts = met.question.effect().is_some_and(|effect| !effect.looks());
            return if acts { vec![Deviation::LostDone] } else { Vec::new() };
        }
        match &met.stands {
            Some(Deviation::Fails | Deviation::NoAnswer | Deviation::Broken) => return vec![Deviation::Recovers],
            Some(_) => return Vec::new(),
            None => {}
        }
        let ways = match &met.question.asks {
            Asks::Effect(effect) => of_effect(effect),
            Asks::Person(person) => of_person(person, &met.question.address, self.machine),
        };
        if met.is_given {
            // What is said is not doubted; that it fails, is lost or refused is tried all the same.
            return ways.into_iter().filter(Deviation::is_fault).collect();
        }
        ways.into_iter().chain(self.other_values(met).into_iter().map(Deviation::Gives)).collect()
    }

    /// What else could be told, so that the plan is likely to go another way.
    fn other_values(&self, met: &Met) -> Vec<Value> {
        let Ends::Returns(usual) = &met.usual.ends else { return Vec::new() };
        let compared = |source| self.about.compared.others(source, usual);
        let (mut all, more) = match &met.question.asks {
            Asks::Effect(effect) => match (effect.purpose, &effect.call) {
                (Purpose::Look, Call::Probe(probe, _)) => {
                    (others(&effect.expects, usual), compared(Source::Probe(*probe)))
                }
                (Purpose::Look, Call::Builtin) => (others(&effect.expects, usual), Vec::new()),
                (Purpose::Do, Call::Action(action, _)) if effect.attempt == 1 => {
                    (Vec::new(), compared(Source::Action(*action)))
                }
                (Purpose::Do | Purpose::Undo | Purpose::Look | Purpose::Confirm, _) => return Vec::new(),
            },
            Asks::Person(_) => {
                let found = self.program.find(&self.about.plan, &met.question.address);
                (Vec::new(), found.map(|(_, found)| compared(Source::Task(found.span()))).unwrap_or_default())
            }
        };
        more.into_iter().for_each(|value| {
            if !all.contains(&value) {
                all.push(value)
            }
        });
        all
    }
}

fn of_effect(effect: &Effect) -> Vec<Deviation> {
    use Deviation::{CrashAfter, CrashBefore, Fails, Hangs, LostDone, LostForGood, LostNotDone, NoAnswer};
    let again = effect.attempt > 1;
    let mut all = match (effect.purpose, &effect.call) {
        (_, Call::Nobody) => Vec::new(),
        (Purpose::Look, Call::Condition) => vec![Deviation::Broken, NoAnswer, CrashBefore],
        (Purpose::Look, _) => vec![NoAnswer, CrashBefore],
        (Purpose::Confirm, _) => vec![NoAnswer, CrashBefore],
        (Purpose::Do | Purpose::Undo, _) if again => vec![LostForGood, CrashBefore, CrashAfter],
        (Purpose::Do | Purpose::Undo, _) => vec![Fails, LostDone, LostNotDone, CrashBefore, CrashAfter],
    };
    if effect.until.is_some() && !effect.looks() && !again {
        all.push(Hangs);
    }
    all
}

/// What else a look could give that a plan is likely to go another way for.
fn others(ty: &Type, usual: &Value) -> Vec<Value> {
    let all = match ty {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Optional(_) => vec![Value::None],
        Type::List(_) => vec![Value::list(Vec::new())],
        Type::Risk => crate::ir::Risk::ALL.into_iter().map(Value::Risk).collect(),
        Type::Enum(of) => {
            let plain = of.variants.iter().filter(|variant| variant.fields.is_empty());
            plain.map(|variant| Value::Variant(variant.name.clone(), Default::default())).collect()
        }
        Type::Int
        | Type::Decimal
        | Type::String
        | Type::Percent
        | Type::Duration
        | Type::Size
        | Type::Json
        | Type::Secret
        | Type::Nothing
        | Type::Error
        | Type::Map(_)
        | Type::Record(_) => Vec::new(),
    };
    all.into_iter().filter(|value| value != usual).collect()
}

fn of_person(person: &Person, address: &Address, machine: &Machine) -> Vec<Deviation> {
    let late = machine.is_limited(address).then_some(Deviation::NeverComes);
    match person.asking {
        Asking::Task | Asking::Approval => {
            [Deviation::Refused, Deviation::CrashBefore].into_iter().chain(late).collect()
        }
        Asking::Decision => {
            let others = person.options.iter().skip(1).cloned().map(Deviation::Chooses);
            let by_person = !person.by.is_empty();
            others.chain(late.filter(|_| by_person)).chain(by_person.then_some(Deviation::CrashBefore)).collect()
        }
    }
}

/// Whether a question is only ever asked behind a fault: on the way back, or to find out what happened.
pub(super) fn is_behind(question: &Question, machine: &Machine) -> bool {
    let by_question = question
        .effect()
        .is_some_and(|effect| effect.attempt > 1 || matches!(effect.purpose, Purpose::Undo | Purpose::Confirm));
    by_question || machine.failure().is_some()
}
