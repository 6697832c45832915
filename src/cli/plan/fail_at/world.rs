//! The world in which a plan fails where it is meant to.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::{
    ir::{Address, Value},
    machine::{Asking, Purpose, StandIns},
    simulate::{Answer, Asks, Call, Ends, Generated, Past, Question, World, matches},
};

/// A world in which all goes well but one thing.
#[derive(Clone, Debug)]
pub struct Breaks {
    inner: Generated,
    lists: Lists,
    at: Address,
    /// Nothing fails before so many that are meant were asked for.
    skip: usize,
    /// What failed.
    pub broke: Option<Address>,
    /// What could have failed, and of that, what is meant.
    pub met: Vec<Address>,
    pub meant: Vec<Address>,
}

/// How long the lists are that are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// As [`Generated`] makes them up: as a simulation has them
    AsMadeUp,
    /// Of one item: items that are made up may wait for others that are not there
    OfOne,
}

impl Breaks {
    /// What is meant by `at` fails when it is asked for, but the first `skip` of those that are meant.
    pub fn new(inner: Generated, lists: Lists, at: Address, skip: usize) -> Breaks {
        Breaks { inner, lists, at, skip, broke: None, met: Vec::new(), meant: Vec::new() }
    }

    /// Whether this is what fails: what is asked for at the address, all its tries, and whenever one comes back to it.
    fn breaks(&mut self, question: &Question) -> bool {
        let acts = question.effect().is_none_or(|effect| matches!(effect.purpose, Purpose::Do | Purpose::Look));
        if !acts {
            return false;
        }
        let address = &question.address;
        if !self.met.contains(address) {
            self.met.push(address.clone());
        }
        if let Some(broke) = &self.broke {
            return matches(&broke.without_visits(), address);
        }
        if !matches(&self.at, address) {
            return false;
        }
        if !self.meant.contains(address) {
            self.meant.push(address.clone());
        }
        self.meant.len() > self.skip
    }
}

impl World for Breaks {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        if !self.breaks(question) {
            let answer = self.inner.answer(question, past);
            return match (&answer.ends, self.lists) {
                (Ends::Returns(value), Lists::OfOne) => Answer { ends: Ends::Returns(few(value, 1)), ..answer },
                (_, Lists::OfOne | Lists::AsMadeUp) => answer,
            };
        }
        self.broke.get_or_insert_with(|| question.address.clone());
        let why = SmolStr::new_static("it is let fail");
        Answer::now(match &question.asks {
            Asks::Effect(effect) if matches!(effect.call, Call::Condition) => Ends::Returns(Value::Bool(false)),
            Asks::Effect(_) => Ends::Fails(why),
            // Who decides can't say no, but can be late.
            Asks::Person(person) if person.asking == Asking::Decision => Ends::Hangs,
            Asks::Person(_) => Ends::Refused(why),
        })
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        self.inner.stand_ins()
    }
}

/// A value whose lists have at most so many items, and those in them none: made-up items would wait for others that
/// are not there.
pub fn few(value: &Value, most: usize) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().take(most).map(|item| few(item, 0)).collect()),
        Value::Record(fields) => {
            Value::record(fields.iter().map(|(name, field)| (name.clone(), few(field, most))).collect())
        }
        other => other.clone(),
    }
}
