//! What is given: lines of a test, and the world that answers by them.

use std::sync::{Arc, PoisonError, RwLock};

use smol_str::SmolStr;

use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals},
    ir::{
        Address, Expr, LocalId, Program, Value,
        test::{self, AnswerKind, ArgumentMatch, CallMatch, Called, GivenSubject},
    },
    machine::{Asking, Calling, Purpose, StandIns},
    simulate::{Answer, Asks, Call, Ends, Generated, Past, Question, World, matches},
};

/// One `given`, as it was checked.
#[derive(Clone, Debug)]
pub struct Given {
    subject: Subject,
    answers: Arc<Vec<test::Answer>>,
    /// The program in which it was checked.
    program: Arc<Program>,
    constants: Arc<Constants>,
    /// How often it has answered.
    used: u32,
}

#[derive(Clone, Debug)]
enum Subject {
    Place(Address),
    Call(Arc<CallMatch>),
}

impl Given {
    /// A `given` of a test of a program; `None` where its address can't be computed.
    pub fn new(program: &Arc<Program>, subject: &GivenSubject, answers: &[test::Answer]) -> Option<Given> {
        let constants = Arc::new(Constants::new(program));
        let subject = match subject {
            GivenSubject::Call(call) => Subject::Call(Arc::new(call.clone())),
            GivenSubject::Address(address) => {
                let value = value(program, &constants, address, &Locals::new());
                match value? {
                    Value::Text(address) => Subject::Place(Address::typed(&address)),
                    _ => return None,
                }
            }
        };
        Some(Given { subject, answers: Arc::new(answers.to_vec()), program: Arc::clone(program), constants, used: 0 })
    }

    /// The address it speaks of, if it speaks of one.
    pub fn place(&self) -> Option<&Address> {
        match &self.subject {
            Subject::Place(address) => Some(address),
            Subject::Call(_) => None,
        }
    }

    /// The names that it binds, if it speaks of the question.
    fn fits(&self, question: &Question) -> Option<Locals> {
        match &self.subject {
            Subject::Place(address) => matches(address, &question.address).then(Locals::new),
            Subject::Call(call) => self.fits_call(call, &question.effect()?.call),
        }
    }

    fn fits_call(&self, pattern: &CallMatch, call: &Call) -> Option<Locals> {
        let arguments = match (&pattern.callee, call) {
            (Called::Action(wanted), Call::Action(action, arguments)) if wanted == action => arguments,
            (Called::Probe(wanted), Call::Probe(probe, arguments)) if wanted == probe => arguments,
            _ => return None,
        };
        let mut bound: Vec<(LocalId, Value)> = Vec::new();
        for (at, wanted) in &pattern.arguments {
            let argument = arguments.get(*at as usize)?;
            match wanted {
                ArgumentMatch::Bind(local) => bound.push((*local, argument.clone())),
                ArgumentMatch::Equals(expected) => {
                    let expected = value(&self.program, &self.constants, expected, &Locals::new())?;
                    if expected != *argument {
                        return None;
                    }
                }
            }
        }
        Some(bound.into_iter().collect())
    }

    /// What it answers to a question, if it speaks of it.
    pub fn answer(&mut self, question: &Question, elapsed: i64) -> Option<Answer> {
        let names = self.fits(question)?;
        let (program, constants) = (Arc::clone(&self.program), Arc::clone(&self.constants));
        let value = |expr: &Expr| value(&program, &constants, expr, &names);
        let answers = Arc::clone(&self.answers);
        let answer = self.next(&answers, elapsed, &value)?;
        self.used += 1;
        let takes = match answer.takes.as_ref().map(&value) {
            Some(Some(Value::Duration(takes))) => takes,
            _ => 0,
        };
        let text = |reason: &Option<Expr>, usual: &str| match reason.as_ref().map(&value) {
            Some(Some(Value::Text(reason))) => reason,
            _ => SmolStr::new(usual),
        };
        let ends = match &answer.kind {
            AnswerKind::Returns(expr) => Ends::Returns(value(expr)?),
            AnswerKind::Done => Ends::Done,
            AnswerKind::Fails(reason) => Ends::Fails(text(reason, "it fails")),
            AnswerKind::Hangs => Ends::Hangs,
            AnswerKind::LostDone(expr) => Ends::LostDone(expr.as_ref().and_then(value)),
            AnswerKind::LostNotDone => Ends::LostNotDone,
            AnswerKind::Granted => Ends::Granted,
            AnswerKind::Refused(reason) => Ends::Refused(text(reason, "")),
            AnswerKind::Chooses(option) => Ends::Chooses(option.clone()),
            AnswerKind::Crashes(time) => return Some(Answer::now(Ends::Open).crashes(*time)),
        };
        Some(Answer::now(ends).takes(takes))
    }

    /// The answer whose turn it is: the last one whose moment has come, else the next in the row; the last one repeats.
    fn next<'a>(
        &self,
        answers: &'a [test::Answer],
        elapsed: i64,
        value: &dyn Fn(&Expr) -> Option<Value>,
    ) -> Option<&'a test::Answer> {
        let due = |answer: &&test::Answer| match answer.from.as_ref().map(value) {
            Some(Some(Value::Duration(from))) => from <= elapsed,
            _ => false,
        };
        if let Some(answer) = answers.iter().rev().find(due) {
            return Some(answer);
        }
        let mut left = i64::from(self.used);
        let mut in_row = answers.iter().filter(|answer| answer.from.is_none());
        let turn = in_row.clone().find(|answer| {
            let times = match answer.times.as_ref().map(value) {
                Some(Some(Value::Int(times))) => times,
                _ => 1,
            };
            left -= times;
            left < 0
        });
        // A process that has died does not die again at the same place, unless it is said so.
        turn.or_else(|| in_row.next_back().filter(|answer| !matches!(answer.kind, AnswerKind::Crashes(_))))
    }
}

fn value(program: &Program, constants: &Constants, expr: &Expr, names: &Locals) -> Option<Value> {
    Evaluator::new(program, constants).evaluate(expr, names, &Answers::new()).ok()
}

/// A world that answers what is given. What is not, is asked at the prompt, unless it may be made up.
#[derive(Clone, Debug)]
pub struct Prompted {
    given: Vec<Given>,
    invents: bool,
    generated: Generated,
    places: Arc<RwLock<Vec<Address>>>,
    /// What was made up, by the number of the question.
    invented: Vec<u32>,
    /// What could be made up for what is asked at the prompt, by the number of the question.
    offers: Vec<(u32, Answer)>,
}

impl Prompted {
    /// A world in which nothing is given.
    pub fn new() -> Prompted {
        Prompted {
            given: Vec::new(),
            invents: false,
            generated: Generated::new(1),
            places: Arc::default(),
            invented: Vec::new(),
            offers: Vec::new(),
        }
    }

    /// Answers by these from here on.
    pub fn give(&mut self, given: Vec<Given>) {
        self.given = given;
        self.show_places();
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

    /// All that share what stands in for the program know the places of this world: it is the one that goes on.
    pub fn show_places(&self) {
        let places = self.given.iter().filter_map(|given| given.place().cloned()).collect();
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = places;
    }

    /// What is given for a question: for its address before its call; of several the first.
    pub fn given(&mut self, question: &Question, elapsed: i64) -> Option<Answer> {
        let order = |placed: bool| move |given: &&mut Given| given.place().is_some() == placed;
        for placed in [true, false] {
            let found = self.given.iter_mut().filter(order(placed)).find_map(|given| given.answer(question, elapsed));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What could be made up for a question that is asked at the prompt.
    pub fn offer(&self, number: u32) -> Option<&Answer> {
        self.offers.iter().rev().find(|(offered, _)| *offered == number).map(|(_, answer)| answer)
    }
}

impl World for Prompted {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        if let Some(answer) = self.given(question, past.elapsed()) {
            return answer;
        }
        if needs_no_answer(question) {
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
        Arc::new(Places(Arc::clone(&self.places)))
    }
}

/// Whether it goes without saying how it ends: as in a test, what gives nothing succeeds.
fn needs_no_answer(question: &Question) -> bool {
    use crate::ir::Type;
    match &question.asks {
        Asks::Effect(effect) => effect.expects == Type::Nothing && !effect.looks(),
        Asks::Person(person) => match person.asking {
            Asking::Task | Asking::Approval | Asking::Decision => false,
        },
    }
}

/// Every call is asked as a whole; a verdict or a decision only where it is given.
#[derive(Debug)]
struct Places(Arc<RwLock<Vec<Address>>>);

impl Places {
    fn has(&self, at: &Address) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|place| matches(place, at))
    }
}

impl StandIns for Places {
    fn call(&self, _: Calling<'_>, _: Purpose, _: &Address) -> bool {
        true
    }

    fn condition(&self, at: &Address) -> bool {
        self.has(at)
    }

    fn decision(&self, at: &Address) -> bool {
        self.has(at)
    }
}
