//! A world for every program: it makes up what is answered, by type and from a seed, so that runs go on.
//!
//! Every call is answered as a whole, every condition holds, approvals are granted, and people are done after their
//! likely time. Where a rule decides, it decides over values that were made up; an option can be forced.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    sync::Arc,
};

use fastrand::Rng;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Answer, Asks, Call, Effect, Ends, Past, Person, Question, World, world::write_call};
use crate::{
    ir::{Address, Risk, SecretPlace, SecretRef, Type, Value},
    machine::{Asking, Calling, Purpose, StandIns},
};

/// A world that makes up what it answers.
#[derive(Clone, Debug, Default)]
pub struct Generated {
    seed: u64,
    options: Arc<BTreeMap<Address, SmolStr>>,
}

impl Generated {
    /// The same seed gives the same answers to the same questions.
    pub fn new(seed: u64) -> Generated {
        Generated { seed, options: Arc::default() }
    }

    /// These decisions go this way, whatever their conditions say.
    pub fn with_options(self, options: BTreeMap<Address, SmolStr>) -> Generated {
        Generated { options: Arc::new(options), ..self }
    }

    /// One question has one answer, however often it is asked and whatever was asked before.
    fn rng(&self, question: &Question, what: impl FnOnce(&mut Hash) -> fmt::Result) -> Rng {
        let mut hash = Hash::new();
        // A hash takes whatever is written to it.
        let _ = hash.write_str(question.address.as_str()).and_then(|()| hash.write_char('\0'));
        let _ = what(&mut hash);
        Rng::with_seed(self.seed ^ hash.0)
    }

    fn effect(&self, question: &Question, effect: &Effect, past: &Past<'_>) -> Ends {
        match (&effect.call, effect.purpose) {
            (Call::Condition, _) => Ends::Returns(Value::Bool(true)),
            (_, Purpose::Confirm) => confirmed(question, effect, past),
            _ => match question.key().and_then(|key| past.happened(key)) {
                Some(known) => Ends::Returns(known.clone()),
                None if effect.expects == Type::Nothing => Ends::Returns(Value::None),
                None => {
                    let called = effect.call.parts(past.program);
                    let mut rng = self.rng(question, |hash| match called {
                        Some((name, arguments)) => write_call(name, arguments, hash),
                        None => hash.write_str(&effect.request.summary()),
                    });
                    // What is called, without the module.
                    let name = called.and_then(|(name, _)| name.rsplit('.').next()).unwrap_or("value");
                    let value = made_up(&effect.expects, name, &mut rng);
                    Ends::Returns(if is_in_itself(&question.address) { without_items(value) } else { value })
                }
            },
        }
    }

    fn person(&self, question: &Question, person: &Person) -> Ends {
        let mut rng = self.rng(question, |hash| hash.write_str(&person.text));
        match person.asking {
            Asking::Approval => Ends::Granted,
            Asking::Task if person.expects == Type::Nothing => Ends::Done,
            Asking::Task => Ends::Returns(made_up(&person.expects, "value", &mut rng)),
            Asking::Decision => match self.options.get(&question.address) {
                Some(option) => Ends::Chooses(option.clone()),
                None => rng.choice(&person.options).map_or(Ends::Open, |option| Ends::Chooses(option.clone())),
            },
        }
    }
}

impl World for Generated {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        match &question.asks {
            Asks::Effect(effect) => Answer::now(self.effect(question, effect, past)),
            Asks::Person(person) => Answer::now(self.person(question, person)).takes(person.likely),
        }
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Arc::new(ForEverything { options: Arc::clone(&self.options) })
    }
}

/// What really happened, for a look that finds out afterwards: the value, `none`, or whether.
pub fn confirmed(question: &Question, effect: &Effect, past: &Past<'_>) -> Ends {
    let known = past.happened(&past.key(&question.address));
    Ends::Returns(match (&effect.expects, known) {
        (Type::Bool, known) => Value::Bool(known.is_some()),
        (_, known) => known.cloned().unwrap_or(Value::None),
    })
}

/// FNV-1a, of 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/.
struct Hash(u64);

impl Hash {
    /// Of nothing.
    fn new() -> Hash {
        Hash(0xcbf2_9ce4_8422_2325)
    }
}

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = text.bytes().fold(self.0, add);
        Ok(())
    }
}

/// Stands in for every call and condition.
#[derive(Debug)]
struct ForEverything {
    options: Arc<BTreeMap<Address, SmolStr>>,
}

impl StandIns for ForEverything {
    fn call(&self, _: Calling<'_>, _: Purpose, _: &Address) -> bool {
        true
    }

    fn condition(&self, _: &Address) -> bool {
        true
    }

    fn decision(&self, at: &Address) -> bool {
        self.options.contains_key(at)
    }
}

/// Whether a part lies in another one of the same name: a plan that runs itself.
fn is_in_itself(address: &Address) -> bool {
    let names = || address.as_str().split('/').map(|part| part.split(['[', '~']).next());
    names().enumerate().any(|(at, name)| names().take(at).any(|outer| outer == name))
}

/// A plan that runs itself for each of what it finds comes to an end: it finds nothing.
fn without_items(value: Value) -> Value {
    match value {
        Value::List(_) => Value::list(Vec::new()),
        other => other,
    }
}

/// A value of a type, made up from a seed; `name` is where its texts begin with.
pub fn generate(ty: &Type, seed: u64, name: &str) -> Value {
    made_up(ty, name, &mut Rng::with_seed(seed))
}

fn made_up(ty: &Type, name: &str, rng: &mut Rng) -> Value {
    match ty {
        Type::Bool => Value::Bool(true),
        Type::Int => Value::Int(rng.i64(1..100)),
        Type::Decimal => Value::Decimal(Decimal::new(rng.i64(1..10_000), 2)),
        Type::String => Value::text(format!("{name}-{}", rng.u32(1..1000))),
        Type::Percent => Value::Percent(Decimal::new(rng.i64(0..1000), 1)),
        Type::Duration => Value::Duration(rng.i64(1..600) * 1_000_000_000),
        Type::Size => Value::Size(rng.i64(1..1000) * 1_000_000),
        Type::Risk => Value::Risk(rng.choice(Risk::ALL).unwrap_or(Risk::Low)),
        Type::Json => Value::Json(Arc::new(serde_json::Value::Object(serde_json::Map::new()))),
        Type::Secret => {
            let place = SecretPlace::Env(name.to_uppercase().replace('-', "_"));
            Value::Secret(Arc::new(SecretRef::whole(place, 0)))
        }
        Type::Nothing | Type::Error => Value::None,
        Type::List(item) => Value::list((0..2).map(|_| made_up(item, name, rng)).collect()),
        Type::Map(item) => {
            Value::record(IndexMap::from([(SmolStr::from(format!("{name}-1")), made_up(item, name, rng))]))
        }
        Type::Optional(some) => made_up(some, name, rng),
        Type::Record(record) => Value::record(fields(&record.fields, rng)),
        Type::Enum(of) => match rng.choice(&of.variants) {
            Some(variant) => Value::Variant(variant.name.clone(), Arc::new(fields(&variant.fields, rng))),
            None => Value::None,
        },
    }
}

fn fields(types: &IndexMap<SmolStr, Type>, rng: &mut Rng) -> IndexMap<SmolStr, Value> {
    types.iter().map(|(name, ty)| (name.clone(), made_up(ty, name, rng))).collect()
}
