//! What can go otherwise at a question.

use super::{
    Deviation,
    world::{Met, Sort},
};
use crate::{
    ir::{Address, Type, Value},
    machine::{Asking, Machine, Purpose, WaitOn},
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

/// Everything that can go otherwise at a question that was just asked.
pub(super) fn deviations(met: &Met, machine: &Machine) -> Vec<Deviation> {
    if met.stands {
        return Vec::new();
    }
    match &met.question.asks {
        Asks::Effect(effect) => of_effect(effect, &met.usual.ends),
        Asks::Person(person) => of_person(person, &met.question.address, machine),
    }
}

fn of_effect(effect: &Effect, usual: &Ends) -> Vec<Deviation> {
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
    if effect.purpose == Purpose::Look
        && effect.call != Call::Condition
        && let Ends::Returns(usual) = usual
    {
        all.extend(others(&effect.expects, usual).into_iter().map(Deviation::Gives));
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
    let late = is_limited(address, machine).then_some(Deviation::NeverComes);
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

/// Whether what is waited for from outside can come too late.
fn is_limited(address: &Address, machine: &Machine) -> bool {
    machine.waits().into_iter().any(|wait| {
        wait.address == *address
            && matches!(wait.on, WaitOn::Person { until: Some(_), .. } | WaitOn::Event { until: Some(_), .. })
    })
}

/// The event that is waited for at an address, and whether it can come too late.
pub(super) fn awaited(address: &Address, machine: &Machine) -> Option<(smol_str::SmolStr, bool)> {
    machine.waits().into_iter().find(|wait| wait.address == *address).and_then(|wait| match wait.on {
        WaitOn::Event { event, until } => Some((event, until.is_some())),
        _ => None,
    })
}

/// Whether a question is only ever asked behind a fault: on the way back, or to find out what happened.
pub(super) fn is_behind(question: &Question, machine: &Machine) -> bool {
    let by_question = question
        .effect()
        .is_some_and(|effect| effect.attempt > 1 || matches!(effect.purpose, Purpose::Undo | Purpose::Confirm));
    by_question || machine.failure().is_some()
}
