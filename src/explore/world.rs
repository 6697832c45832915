//! The world that is explored: what is made up, unless something goes otherwise.

use std::{collections::BTreeMap, sync::Arc};

use super::{Deviation, point::sort_of};
use crate::{
    ir::{Address, Place},
    machine::{Asking, Calling, Purpose, StandIns},
    simulate::{Answer, Asks, Ends, Generated, Past, Question, World, test::Coverage},
};

/// How often something that is watched for long is looked at: ever more rarely.
const LOOKS: i64 = 4;

/// A world in which all goes well, but for what goes otherwise.
#[derive(Clone, Debug)]
pub(super) struct Explored {
    usual: Generated,
    /// What statements the plan came to.
    reached: Arc<Coverage>,
    /// What goes otherwise from now on, however often it is asked.
    standing: BTreeMap<(Address, Sort), Deviation>,
    /// What was asked since one looked last, with what is answered.
    pub(super) met: Vec<Met>,
}

/// What one question has in common with the next try of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sort {
    Do,
    Undo,
    Look,
    Confirm,
    Person,
}

/// A question, and how it would end if nothing went otherwise.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub question: Question,
    pub usual: Answer,
    /// What settled before how it goes: it is a further try of something that goes otherwise.
    pub stands: Option<Deviation>,
    /// It was stopped while it was in flight.
    pub stopped: bool,
}

impl Explored {
    pub(super) fn new(seed: u64, reached: Arc<Coverage>) -> Explored {
        Explored { usual: Generated::new(seed), reached, standing: BTreeMap::new(), met: Vec::new() }
    }

    /// From here on it goes so, however often it is asked.
    pub(super) fn stands(&mut self, question: &Question, deviation: &Deviation) {
        if deviation.stays() {
            self.standing.insert((question.address.clone(), sort_of(question)), deviation.clone());
        }
    }

    /// From here on it goes well again.
    pub(super) fn stands_no_more(&mut self, question: &Question) {
        self.standing.remove(&(question.address.clone(), sort_of(question)));
    }

    fn usually(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        match &question.asks {
            Asks::Person(person) if person.asking == Asking::Decision => person
                .options
                .first()
                .map_or(Answer::now(Ends::Open), |first| Answer::now(Ends::Chooses(first.clone()))),
            Asks::Person(_) | Asks::Effect(_) => self.usual.answer(question, past),
        }
    }
}

impl World for Explored {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        let usual = self.usually(question, past);
        let stands = self.standing.get(&(question.address.clone(), sort_of(question))).cloned();
        let answer = stands.as_ref().map_or_else(|| usual.clone(), |deviation| deviation.answer(usual.clone()));
        self.met.push(Met { question: question.clone(), usual, stands, stopped: false });
        answer
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Arc::new(ForAll(Arc::clone(&self.reached)))
    }
}

/// Everything is asked: each call, whether each condition holds, and where each decision goes.
#[derive(Debug)]
struct ForAll(Arc<Coverage>);

impl StandIns for ForAll {
    fn call(&self, _: Calling<'_>, _: Purpose, _: &Address) -> bool {
        true
    }

    fn condition(&self, _: &Address) -> bool {
        true
    }

    fn decision(&self, _: &Address) -> bool {
        true
    }

    fn begins(&self, place: Place) {
        self.0.begins(place);
    }

    /// Weeks of looks that are alike say no more than some of them.
    fn pause(&self, every: i64, whole: i64) -> i64 {
        every.max(whole / LOOKS)
    }
}
