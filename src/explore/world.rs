//! The world that is explored: what is made up, unless something goes otherwise.

use std::{collections::BTreeMap, sync::Arc};

use super::{Deviation, point::sort_of};
use crate::{
    ir::{Address, Place},
    machine::{Asking, Calling, Purpose, StandIns},
    simulate::{Answer, Completed, Ends, Generated, Past, Question, World, test::Coverage},
};

/// How often something that is watched for long is looked at: ever more rarely.
const LOOKS: i64 = 4;

/// A world in which all goes well, but for what goes otherwise.
#[derive(Clone, Debug)]
pub(super) struct Explored {
    usual: Usual,
    /// What statements the plan came to.
    reached: Arc<Coverage>,
    /// What goes otherwise from now on, however often it is asked.
    standing: BTreeMap<(Address, Sort), Deviation>,
    /// What was asked since one looked last, with what is answered.
    pub(super) met: Vec<Met>,
}

/// What is answered where nothing goes otherwise.
#[derive(Clone, Debug)]
enum Usual {
    /// All is made up
    MadeUp(Generated),
    /// Some things are given, and the rest is made up
    Given(Box<Completed>),
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
    /// Somebody said how it is answered: no other value is tried.
    pub is_given: bool,
    /// It was stopped while it was in flight.
    pub stopped: bool,
}

impl Explored {
    /// With what is given, if something is; the rest is made up from a seed.
    pub(super) fn new(seed: u64, given: Option<Completed>, reached: Arc<Coverage>) -> Explored {
        let made_up = || Usual::MadeUp(Generated::new(seed));
        let usual = given.map_or_else(made_up, |given| Usual::Given(Box::new(given)));
        Explored { usual, reached, standing: BTreeMap::new(), met: Vec::new() }
    }

    /// What is given, if something is.
    pub(super) fn given(&self) -> Option<&Completed> {
        match &self.usual {
            Usual::MadeUp(_) => None,
            Usual::Given(given) => Some(given),
        }
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

    /// How a question is answered if nothing goes otherwise, and whether that is given.
    fn usually(&mut self, question: &Question, past: &Past<'_>) -> (Answer, bool) {
        match &mut self.usual {
            Usual::Given(given) => {
                let answer = given.answer(question, past);
                if given.made_up().last() != Some(&question.number) {
                    return (answer, true);
                }
                (first_option(question).unwrap_or(answer), false)
            }
            Usual::MadeUp(generated) => {
                (first_option(question).unwrap_or_else(|| generated.answer(question, past)), false)
            }
        }
    }
}

/// A decision that nobody says anything of goes the first of its ways.
fn first_option(question: &Question) -> Option<Answer> {
    let person = question.person().filter(|person| person.asking == Asking::Decision)?;
    let first = person.options.first();
    Some(Answer::now(first.map_or(Ends::Open, |first| Ends::Chooses(first.clone()))))
}

impl World for Explored {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        let (usual, is_given) = self.usually(question, past);
        let stands = self.standing.get(&(question.address.clone(), sort_of(question))).cloned();
        let answer = stands.as_ref().map_or_else(|| usual.clone(), |deviation| deviation.answer(usual.clone()));
        self.met.push(Met { question: question.clone(), usual, stands, is_given, stopped: false });
        answer
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        let given = self.given().map(World::stand_ins);
        Arc::new(ForAll { reached: Arc::clone(&self.reached), given })
    }

    fn is_settled(&self, past: &Past<'_>) -> bool {
        self.given().is_none_or(|given| given.is_settled(past))
    }

    fn forget(&mut self, question: &Question) {
        if let Usual::Given(given) = &mut self.usual {
            given.forget(question);
        }
    }
}

/// Everything is asked: each call, whether each condition holds, and where each decision goes; but for what is computed
/// with what is given.
#[derive(Debug)]
struct ForAll {
    reached: Arc<Coverage>,
    given: Option<Arc<dyn StandIns>>,
}

impl StandIns for ForAll {
    fn call(&self, call: Calling<'_>, purpose: Purpose, at: &Address) -> bool {
        self.given.as_ref().is_none_or(|given| given.call(call, purpose, at))
    }

    fn condition(&self, at: &Address) -> bool {
        self.given.as_ref().is_none_or(|given| given.condition(at))
    }

    fn decision(&self, _: &Address) -> bool {
        true
    }

    fn begins(&self, place: Place) {
        self.reached.begins(place);
    }

    /// Weeks of looks that are alike say no more than some of them.
    fn pause(&self, every: i64, whole: i64) -> i64 {
        every.max(whole / LOOKS)
    }
}
