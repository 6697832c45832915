//! A run in a virtual world: what happens next, and what is made of it.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::{
    Answer, Asked, Ends, NotGiven, Past, Question, Unfit, World, ends,
    queue::{Planned, Queue, Slot},
};
use crate::{
    ir::{Address, Program, Value, test::CrashTime},
    machine::{
        Beginning, CannotBegin, EffectId, Entry, Event, Machine, Purpose, Record, Refused, Status, Timestamp, Word,
    },
};

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

/// So many looks that changed nothing, one after another, are enough to see that nothing will change.
const QUIET: u32 = 1_000;

/// How long nothing has happened but looks.
#[derive(Clone, Copy, Debug, Default)]
struct Quiet {
    /// So many happenings.
    happenings: u32,
    /// The latest moment that was to end something by itself when that began.
    until: Option<Timestamp>,
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

    /// Whether the run does nothing but look, and nothing is to come that could change what it sees.
    fn only_looks(&self) -> bool {
        self.quiet.happenings >= QUIET
            && self.quiet.until.is_none_or(|until| until < self.now)
            && self.queue.iter().all(|(_, planned)| matches!(planned, Planned::Outcome { .. }))
            && self.world.is_settled(&self.past())
    }

    /// Counts what happened, if it was only a look.
    fn listen(&mut self, then: &[Entry]) {
        let quiet = then.iter().all(|entry| match entry {
            Entry::Intent { purpose, .. } => *purpose == Purpose::Look,
            Entry::Verdict { held, .. } => held.is_none(),
            _ => false,
        });
        self.quiet = match quiet {
            true if self.quiet.happenings == 0 => Quiet { happenings: 1, until: self.machine.last_deadline() },
            true => Quiet { happenings: self.quiet.happenings + 1, ..self.quiet },
            false => Quiet::default(),
        };
    }

    fn past(&self) -> Past<'_> {
        Past {
            machine: &self.machine,
            began: BEGIN,
            now: self.now,
            program: &self.program,
            run: RUN,
            happened: &self.happened,
        }
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

    /// Says something to the run, now.
    ///
    /// # Errors
    /// The word is refused: nothing happened.
    pub fn say(&mut self, word: Word, who: &str, why: Option<&str>) -> Result<&Happening, Refused> {
        self.hear(Event::Operator { word, who: who.to_owned(), why: why.map(str::to_owned) })
    }

    /// Says something at a moment to come. A word that is refused then is not heard.
    pub fn plan_word(&mut self, at: Timestamp, word: Word, who: &str, why: Option<&str>) {
        let (who, why) = (who.to_owned(), why.map(str::to_owned));
        self.queue.plan(at, Planned::Word { number: None, word, who, why });
    }

    /// Says something when the part with this address begins, in which `*` stands for a key or a stage.
    pub fn plan_word_at(&mut self, address: Address, word: Word, who: &str, why: Option<&str>) {
        let (who, why) = (who.to_owned(), why.map(str::to_owned));
        let what = Planned::Word { number: None, word, who, why };
        self.at_parts.push(AtPart { address, what, time: CrashTime::Before });
    }

    /// The process dies when the part with this address begins, at the first effect in it, or when it is done.
    pub fn plan_crash_at(&mut self, address: Address, time: CrashTime) {
        self.at_parts.push(AtPart { address, what: Planned::Crash { really: None }, time });
    }

    /// The process dies, and another takes the run up. What was in flight was done if it `happened`, and nobody knows.
    pub fn crash(&mut self, happened: bool) -> Option<&Happening> {
        if happened {
            let slots: Vec<Slot> = self.effects.values().filter_map(|number| self.open.get(number)?.1).collect();
            let done = slots.into_iter().filter_map(|slot| self.queue.take(slot));
            let done: Vec<(SmolStr, Value)> = done.filter_map(Planned::really).collect();
            self.happened.extend(done);
        }
        self.die();
        self.last.as_ref()
    }

    /// Answers a question that is open, or answers one otherwise than was planned. It happens with [`Simulation::step`].
    ///
    /// # Errors
    /// There is no such question any more, or the answer does not fit it.
    pub fn answer(&mut self, number: u32, answer: Answer) -> Result<(), Unfit> {
        let Some((question, slot)) = self.open.get(&number).cloned() else {
            return Err(Unfit(format!("question {number} is not open")));
        };
        let planned = ends::planned(&question, &answer, self.now)?;
        slot.and_then(|slot| self.queue.take(slot));
        let slot = planned.map(|(at, planned)| self.queue.plan(at, planned));
        self.open.insert(number, (question, slot));
        if let Some(asked) = self.asked.get_mut(number as usize) {
            asked.answer = answer;
        }
        Ok(())
    }

    /// Asks the world once more about a question that is open: it may have another answer by now.
    ///
    /// # Errors
    /// As for [`Simulation::answer`].
    pub fn ask_again(&mut self, number: u32) -> Result<(), Unfit> {
        let Some((question, _)) = self.open.get(&number).cloned() else {
            return Err(Unfit(format!("question {number} is not open")));
        };
        let past = Past {
            machine: &self.machine,
            began: BEGIN,
            now: self.now,
            program: &self.program,
            run: RUN,
            happened: &self.happened,
        };
        let answer = self.world.answer(&question, &past);
        self.answer(number, answer)
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
        let past = Past {
            machine: &self.machine,
            began: BEGIN,
            now: self.now,
            program: &self.program,
            run: RUN,
            happened: &self.happened,
        };
        let answer = self.world.answer(&question, &past);
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

    /// Why the world had no answer.
    pub fn stopped(&self) -> Option<&NotGiven> {
        self.stopped.as_ref()
    }

    /// The run as it stands.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The world.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// The world, to be changed: what is asked from here on is answered otherwise.
    pub fn world_mut(&mut self) -> &mut W {
        &mut self.world
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How many nanoseconds it has lasted.
    pub fn elapsed(&self) -> i64 {
        self.now.since(BEGIN)
    }

    /// The questions whose end the run has not heard of, in the order asked.
    pub fn open(&self) -> impl Iterator<Item = &Arc<Question>> {
        self.open.values().map(|(question, _)| question)
    }

    /// The journal so far.
    pub fn records(&self) -> &[Arc<Record>] {
        &self.records
    }

    /// What happened last.
    pub fn last(&self) -> Option<&Happening> {
        self.last.as_ref()
    }

    /// Every question so far with its answer, by number.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The words that were planned and refused when they were said, answers to questions aside.
    pub fn refused(&self) -> &[(Word, Refused)] {
        &self.refused
    }

    /// What was done under an idempotency key, if it was, and what it gave.
    pub fn happened(&self, key: &str) -> Option<&Value> {
        self.happened.get(key)
    }
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
