//! A run in a virtual world: what happens next, and what is made of it.
//!
//! `outside` is what is done to it by who drives it, `known` what there is to see of it, `quiet` tells when nothing will
//! change any more.

mod known;
mod outside;
mod quiet;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::{
    Answer, Asked, Ends, NotGiven, Past, Question, Unfit, World, ends,
    queue::{Planned, Queue, Slot},
};
use crate::{
    ir::{Address, Program, Value, test::CrashTime},
    machine::{Beginning, CannotBegin, EffectId, Event, Machine, Record, Refused, Status, Timestamp, Word},
};

use quiet::Quiet;

/// When a simulated run begins: Monday, 7 January 2030, 09:00 UTC.
pub const BEGIN: Timestamp = Timestamp(1_894_006_800_000_000_000);

/// What a simulated run is called.
const RUN: &str = "simulated";

/// A run in a virtual world. A clone goes its own way from where it was made.
#[derive(Clone, Debug)]
pub struct Simulation<W> {
    pub(super) program: Arc<Program>,
    pub(super) machine: Machine,
    pub(super) world: W,
    pub(super) now: Timestamp,
    pub(super) queue: Queue,
    /// The questions whose end the run has not heard of, with when that is planned.
    pub(super) open: BTreeMap<u32, (Arc<Question>, Option<Slot>)>,
    pub(super) effects: BTreeMap<EffectId, u32>,
    /// How many questions were asked.
    pub(super) questions: u32,
    /// What was done, by idempotency key.
    pub(super) happened: BTreeMap<SmolStr, Value>,
    /// What happens when a part of the run begins or ends.
    pub(super) at_parts: Vec<AtPart>,
    pub(super) asked: Vec<Asked>,
    refused: Vec<(Word, Refused)>,
    records: Vec<Arc<Record>>,
    keeps: bool,
    deepest: Option<u32>,
    quiet: Quiet,
    stopped: Option<NotGiven>,
    last: Option<Happening>,
}

/// Something that happens at a part of the run.
#[derive(Clone, Debug)]
pub(super) struct AtPart {
    /// Which, in which `*` stands for a key or a stage.
    pub address: Address,
    /// A word when it begins, or a crash.
    pub what: Planned,
    /// When, at it.
    pub time: CrashTime,
}

/// One step of the run.
#[derive(Clone, Debug)]
pub struct Happening {
    /// What happened, and what followed.
    pub record: Arc<Record>,
    /// The questions that were asked then, by number.
    pub questions: Vec<u32>,
}

/// Why a simulation stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The run is over
    Ended,
    /// Nothing goes on by itself: what is waited for is open, never ends, or comes from outside
    Idle,
    /// As much happened as was allowed, or the time is up
    Limit,
    /// The world had no answer, see [`Simulation::stopped`]
    Stopped,
}

impl<W: World> Simulation<W> {
    /// A run of `program` that has not begun.
    pub fn new(program: Arc<Program>, world: W) -> Self {
        Simulation::of(Machine::new(program), world)
    }

    /// The same with a machine that has not begun: who makes many runs of one program clones one.
    pub fn of(machine: Machine, world: W) -> Self {
        Simulation {
            program: machine.shared_program(),
            machine: machine.with_stand_ins(world.stand_ins()),
            world,
            now: BEGIN,
            queue: Queue::default(),
            open: BTreeMap::new(),
            effects: BTreeMap::new(),
            questions: 0,
            happened: BTreeMap::new(),
            at_parts: Vec::new(),
            asked: Vec::new(),
            refused: Vec::new(),
            records: Vec::new(),
            keeps: true,
            deepest: None,
            quiet: Quiet::default(),
            stopped: None,
            last: None,
        }
    }

    /// Keeps neither the journal nor what was asked, for who makes many runs and looks only at how they end.
    pub fn without_journal(self) -> Self {
        Simulation { keeps: false, ..self }
    }

    /// Lets plans run each other so deep; as deep as a run does that nobody told otherwise, without.
    pub fn deepest(self, deepest: Option<u32>) -> Self {
        Simulation { deepest, ..self }
    }

    /// Begins the run.
    ///
    /// # Errors
    /// There is no such plan, or it can't begin with these inputs.
    pub fn start(&mut self, plan: &str, inputs: &Map<String, Json>) -> Result<(), CannotBegin> {
        let program = Arc::clone(&self.program);
        let Some(found) = program.plans.iter().find(|candidate| candidate.name == plan) else {
            return Err(CannotBegin { reason: format!("the program has no plan `{plan}`").into(), span: None });
        };
        let inputs = Beginning::of(&program, found).complete(inputs)?;
        self.start_with(plan, inputs);
        Ok(())
    }

    /// Begins the run with inputs that are complete: [`Beginning::complete`] made them.
    pub fn start_with(&mut self, plan: &str, inputs: Map<String, Json>) {
        self.feed(Event::Started { run: RUN.into(), plan: plan.into(), inputs, deepest: self.deepest });
    }

    /// Lets happen what comes next: the end of an effect, a word, or a moment that the run waits for. `None` if nothing
    /// does.
    pub fn step(&mut self) -> Option<&Happening> {
        loop {
            let at = self.next_at()?;
            self.now = self.now.max(at);
            if self.queue.next_at().is_none_or(|first| first > at) {
                self.feed(Event::Time);
                return self.last.as_ref();
            }
            let (_, planned) = self.queue.take_first()?;
            // An answer that comes too late is not heard.
            if self.happens(planned).is_ok() {
                return self.last.as_ref();
            }
        }
    }

    /// When something happens next; never, once the run is over or the world has had no answer.
    pub fn next_at(&self) -> Option<Timestamp> {
        if self.stopped.is_some() || matches!(self.machine.status(), Status::Ended(..)) {
            return None;
        }
        self.queue.next_at().into_iter().chain(self.machine.next_deadline()).min()
    }

    /// Goes on until nothing happens any more, or so many things have. A run that only looks, again and again, and sees
    /// what it saw before, counts as one in which nothing happens.
    pub fn run(&mut self, limit: u32) -> Halt {
        for _ in 0..limit {
            if self.only_looks() || self.step().is_none() {
                return self.halt();
            }
        }
        Halt::Limit
    }

    /// What the world says to a question.
    fn asked_of_world(&mut self, question: &Question) -> Answer {
        let past = past(&self.machine, &self.program, self.now, &self.happened);
        self.world.answer(question, &past)
    }

    /// Lets so many nanoseconds pass, and all that happens in them.
    pub fn advance(&mut self, nanoseconds: i64) -> Halt {
        let until = self.now.plus(nanoseconds.max(0));
        while self.next_at().is_some_and(|at| at <= until) {
            self.step();
        }
        if self.next_at().is_some() || self.halt() == Halt::Idle {
            self.now = until;
            return Halt::Limit;
        }
        self.halt()
    }

    /// Why nothing happens.
    pub fn halt(&self) -> Halt {
        match (&self.stopped, self.machine.status()) {
            (Some(_), _) => Halt::Stopped,
            (None, Status::Ended(..)) => Halt::Ended,
            (None, _) => Halt::Idle,
        }
    }

    fn happens(&mut self, planned: Planned) -> Result<(), Refused> {
        match planned {
            Planned::Outcome { number, effect, outcome, really } => {
                self.open.remove(&number);
                self.effects.remove(&effect);
                self.happened.extend(really);
                self.feed(Event::Outcome { effect, outcome });
                Ok(())
            }
            Planned::Word { number, word, who, why } => {
                let answers = number.and_then(|number| self.open.remove(&number)).is_some();
                let event = Event::Operator { word: word.clone(), who, why };
                let refused = self.hear(event).map(drop);
                if let Err(refused) = &refused
                    && !answers
                {
                    self.refused.push((word, refused.clone()));
                }
                refused
            }
            Planned::Crash { really } => {
                self.happened.extend(really);
                self.die();
                Ok(())
            }
        }
    }

    /// The process dies: nobody hears how what is in flight ends.
    fn die(&mut self) {
        for number in std::mem::take(&mut self.effects).into_values() {
            let Some((question, slot)) = self.open.remove(&number) else { continue };
            slot.and_then(|slot| self.queue.take(slot));
            self.world.forget(&question);
        }
        self.feed(Event::Recovered);
    }

    /// Takes an event that is never refused.
    fn feed(&mut self, event: Event) {
        // Only words are refused.
        let _ = self.hear(event);
    }

    fn hear(&mut self, event: Event) -> Result<&Happening, Refused> {
        let step = self.machine.step(self.now, event.clone())?;
        let record = Arc::new(Record { at: self.now, event, then: step.entries });
        let first = self.questions;
        self.listen(&record.then);
        self.take_up(&record.then);
        step.commands.iter().for_each(|command| self.command(command));
        if self.keeps {
            self.records.push(Arc::clone(&record));
        }
        let happening = Happening { record, questions: (first..self.questions).collect() };
        Ok(self.last.insert(happening))
    }

    /// Asks the world, and plans what it answers.
    pub(super) fn ask(&mut self, question: Question) {
        let answer = self.asked_of_world(&question);
        let known = question.key().is_some_and(|key| self.happened.contains_key(key));
        let planned = match ends::planned(&question, &answer, self.now) {
            Ok(planned) => planned,
            Err(Unfit(reason)) => {
                self.stop(not_fitting(&question, reason));
                None
            }
        };
        if let Ends::NotGiven(missing) = &answer.ends {
            self.stop((**missing).clone());
        }
        // What is asked of a person is still asked when another process takes the run up.
        if let (Some(after), Some(_)) = (answer.crash_after(), question.person()) {
            self.queue.plan(self.now.plus(after), Planned::Crash { really: None });
        }
        let slot = planned.map(|(at, planned)| self.queue.plan(at, planned));
        let (question, number) = (Arc::new(question), self.questions);
        self.questions += 1;
        if let Some(effect) = question.effect() {
            self.effects.insert(effect.effect, number);
        }
        if self.keeps {
            self.asked.push(Asked { question: Arc::clone(&question), at: self.now, known, answer });
        }
        self.open.insert(number, (question, slot));
    }

    /// Nothing goes on from here; of several reasons the first counts.
    fn stop(&mut self, missing: NotGiven) {
        self.stopped.get_or_insert(missing);
    }
}

/// What has happened on a run so far, as its world is told.
fn past<'a>(
    machine: &'a Machine,
    program: &'a Program,
    now: Timestamp,
    happened: &'a BTreeMap<SmolStr, Value>,
) -> Past<'a> {
    Past { machine, began: BEGIN, now, program, run: RUN, happened }
}

/// A world that answers what is not asked is one without an answer.
fn not_fitting(question: &Question, reason: String) -> NotGiven {
    let span = question.effect().map(|effect| effect.span);
    NotGiven {
        what: "an answer".to_owned(),
        address: question.address.clone(),
        span,
        given: None,
        instead: None,
        reason,
    }
}
