//! Questions: what the machine asks for, as a world is asked it.

use std::borrow::Cow;

use super::{Asks, Call, Effect, Person, Question, Simulation, World, ends, queue::Planned, run::AtPart};
use crate::{
    ir::{Address, Type, address::without_marks, test::CrashTime},
    machine::{Asker, Caller, Calling, Command, EffectId, Entry},
    source::Span,
};

impl<W: World> Simulation<W> {
    /// Asks for everything that a step asks for, in its order, and says what is said at parts that begin.
    pub(super) fn take_up(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry {
                Entry::Intent { address, .. } => {
                    self.passes(address, CrashTime::Before);
                    self.passes(address, CrashTime::During);
                    let question = self.effect(entry);
                    question.into_iter().for_each(|question| self.ask(question));
                }
                Entry::Asked { .. } => {
                    let question = self.person(entry);
                    question.into_iter().for_each(|question| self.ask(question));
                }
                Entry::Entered { address, .. } => self.passes(address, CrashTime::Before),
                Entry::Done { address, .. } => self.passes(address, CrashTime::After),
                _ => {}
            }
        }
    }

    /// What the machine wants done at once.
    pub(super) fn command(&mut self, command: &Command) {
        match command {
            Command::Stop(effect) => self.stop_effect(*effect),
            // Effects are asked for by their intents, and nobody else listens to events.
            Command::Perform(_) | Command::Publish(_) => {}
        }
    }

    /// An effect is stopped that would have gone on.
    fn stop_effect(&mut self, effect: EffectId) {
        let Some((question, slot)) = self.effects.get(&effect).and_then(|number| self.open.get(number)).cloned() else {
            return;
        };
        let planned = slot.and_then(|slot| (slot.0 > self.now).then(|| self.queue.take(slot)));
        // What ends at this very moment ends as it would have.
        if slot.is_none() || planned.is_some() {
            let stopped = Planned::Outcome { number: question.number, effect, outcome: ends::stopped(), really: None };
            let slot = self.queue.plan(self.now, stopped);
            self.open.insert(question.number, (question, Some(slot)));
        }
    }

    fn effect(&self, entry: &Entry) -> Option<Question> {
        let Entry::Intent { effect, address, purpose, attempt, key, request } = entry else { return None };
        let asker = self.machine.asker(*effect);
        let (expects, span) =
            asker.map_or((Type::Nothing, Span::default()), |asker| (asker.expects.clone(), asker.span));
        let asks = Effect {
            effect: *effect,
            purpose: *purpose,
            attempt: *attempt,
            key: key.clone(),
            call: called(asker.as_ref()),
            request: request.clone(),
            expects,
            span,
            until: asker.and_then(|asker| asker.until),
            is_first: asker.is_some_and(|asker| asker.is_first),
        };
        Some(Question { number: self.questions, address: address.clone(), asks: Asks::Effect(Box::new(asks)) })
    }

    fn person(&self, entry: &Entry) -> Option<Question> {
        let Entry::Asked { address, asking, text, by, options, .. } = entry else { return None };
        let (expects, likely) = self.machine.asked_of_person(address)?;
        let (text, by, options, expects) = (text.clone(), by.clone(), options.clone(), expects.clone());
        let asks = Asks::Person(Box::new(Person { asking: *asking, text, by, options, expects, likely }));
        Some(Question { number: self.questions, address: address.clone(), asks })
    }

    /// The run is at a part of which something is planned to happen, once.
    fn passes(&mut self, address: &Address, time: CrashTime) {
        let is_there = |planned: &AtPart| match time {
            CrashTime::During => within(&planned.address, address),
            CrashTime::Before | CrashTime::After => matches(&planned.address, address),
        };
        while let Some(at) = self.at_parts.iter().position(|planned| planned.time == time && is_there(planned)) {
            let planned = self.at_parts.remove(at).what;
            self.queue.plan(self.now, planned);
        }
    }
}

impl Question {
    /// The effect that is asked for, if it is one.
    pub fn effect(&self) -> Option<&Effect> {
        match &self.asks {
            Asks::Effect(effect) => Some(effect),
            Asks::Person(_) => None,
        }
    }

    /// The person who is asked, if one is.
    pub fn person(&self) -> Option<&Person> {
        match &self.asks {
            Asks::Person(person) => Some(person),
            Asks::Effect(_) => None,
        }
    }

    /// Its idempotency key; people and looks have none.
    pub fn key(&self) -> Option<&str> {
        self.effect()?.key.as_deref()
    }
}

fn called(asker: Option<&Asker<'_>>) -> Call {
    match asker.map(|asker| asker.call) {
        None => Call::Nobody,
        Some(Caller::Builtin) => Call::Builtin,
        Some(Caller::Condition) => Call::Condition,
        Some(Caller::Call(Calling::Action(action, arguments))) => Call::Action(action, arguments.to_vec()),
        Some(Caller::Call(Calling::Probe(probe, arguments))) => Call::Probe(probe, arguments.to_vec()),
    }
}

/// Whether an address is meant by one in which `*` stands for a key or a stage. The number of a visit matters only where
/// it is written.
pub fn matches(pattern: &Address, address: &Address) -> bool {
    let (mut left, mut right) = (pattern.as_str().split('/'), address.as_str().split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_matches(pattern, part) => {}
            _ => return false,
        }
    }
}

/// Whether an address lies in a part that is meant so.
fn within(pattern: &Address, address: &Address) -> bool {
    let depth = pattern.as_str().split('/').count();
    let parts: Vec<&str> = address.as_str().split('/').take(depth).collect();
    matches(pattern, &Address::typed(&parts.join("/")))
}

fn part_matches(pattern: &str, part: &str) -> bool {
    let part = if pattern.contains('~') { Cow::Borrowed(part) } else { without_marks(part) };
    match (pattern.strip_suffix("[*]"), part.split_once('[')) {
        (Some(name), Some((part, _))) => name == part,
        _ => pattern == part,
    }
}
