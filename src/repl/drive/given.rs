//! The world of a run that is tried: what was answered at the prompt answers as in a test; what was not is asked there.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    ir::Address,
    machine::{Calling, Purpose, StandIns},
    simulate::{
        Answer, Asks, Ends, Generated, Past, Question, World,
        test::{Given, Givens, PartKind, needs_nothing},
    },
};

/// What is given, the latest first.
type Lines = Vec<Arc<Given>>;

/// A world that answers what is given. What is not, is asked at the prompt, unless it may be made up.
#[derive(Clone, Debug)]
pub struct Prompted {
    givens: Givens,
    invents: bool,
    generated: Generated,
    /// What stands in for the program knows of it, in all worlds of one run.
    shared: Arc<RwLock<Lines>>,
    /// What was made up, by the number of the question.
    invented: Vec<u32>,
    /// What could be made up for what is asked at the prompt, by the number of the question.
    offers: Vec<(u32, Answer)>,
}

impl Prompted {
    /// A world in which nothing is given.
    pub fn new() -> Prompted {
        Prompted {
            givens: Givens::default(),
            invents: false,
            generated: Generated::new(1),
            shared: Arc::default(),
            invented: Vec::new(),
            offers: Vec::new(),
        }
    }

    /// Answers by these from here on; those that it knew go on where they are. It is the world that goes on of all that
    /// share what stands in for the program.
    pub fn give(&mut self, given: Lines) {
        self.givens = self.givens.replaced(given.clone());
        *self.shared.write().unwrap_or_else(PoisonError::into_inner) = given;
    }

    /// What is not given is made up from here on.
    pub fn invent(&mut self) {
        self.invents = true;
    }

    /// Whether it makes up what is not given.
    pub fn invents(&self) -> bool {
        self.invents
    }

    /// An answer to this was made up at the prompt.
    pub fn has_invented(&mut self, number: u32) {
        self.invented.push(number);
    }

    /// The questions to which an answer was made up.
    pub fn invented(&self) -> &[u32] {
        &self.invented
    }

    /// What could be made up for a question that is asked at the prompt.
    pub fn offer(&self, number: u32) -> Option<&Answer> {
        self.offers.iter().rev().find(|(offered, _)| *offered == number).map(|(_, answer)| answer)
    }
}

impl World for Prompted {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        // What was typed and can't be computed leaves the question open, as if it had not been.
        if let Ok(Some(answer)) = self.givens.answer(question, past, || unsaid(question, past), 0) {
            return answer;
        }
        if let Ends::Done = unsaid(question, past) {
            return Answer::now(Ends::Done);
        }
        let made_up = self.generated.answer(question, past);
        if self.invents {
            self.invented.push(question.number);
            return made_up;
        }
        self.offers.push((question.number, made_up));
        Answer::now(Ends::Open)
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Arc::new(WholeCalls(Arc::clone(&self.shared)))
    }

    fn forget(&mut self, question: &Question) {
        self.givens.forget(question);
    }
}

/// How something ends of which nothing was said: as in a test, what gives nothing succeeds; the rest is asked.
fn unsaid(question: &Question, past: &Past<'_>) -> Ends {
    match &question.asks {
        Asks::Effect(effect) if needs_nothing(effect, past.program) => Ends::Done,
        Asks::Effect(_) | Asks::Person(_) => Ends::Open,
    }
}

/// Every call is asked as a whole; a verdict or a decision only where it is given.
#[derive(Debug)]
struct WholeCalls(Arc<RwLock<Lines>>);

impl WholeCalls {
    fn has(&self, kind: PartKind, at: &Address) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|given| given.stands_at(kind, at))
    }
}

impl StandIns for WholeCalls {
    fn call(&self, _: Calling<'_>, _: Purpose, _: &Address) -> bool {
        true
    }

    fn condition(&self, at: &Address) -> bool {
        self.has(PartKind::Verdict, at)
    }

    fn decision(&self, at: &Address) -> bool {
        self.has(PartKind::Asked, at)
    }
}
