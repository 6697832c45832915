//! Faults: what can go wrong at each question of a run, and the runs in which it does.
//!
//! A run is a function of its world and of what goes wrong at which question. So all runs with one fault are found by
//! running without, and again with each fault at each question that was met; those with two by going on from there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
    sync::Arc,
};

use smol_str::SmolStr;

use super::{Answer, Asks, Call, Effect, Ends, Halt, Past, Question, Simulation, World};
use crate::{
    ir::{Address, test::CrashTime},
    machine::{Asking, Purpose, StandIns},
};

/// What goes wrong at a question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It fails, and all its further tries do; a look has no answer; a person refuses
    Fails,
    /// It is done, and nobody hears
    LostDone,
    /// It is not done, and nobody knows
    LostNotDone,
    /// It does not end before its time is up
    Hangs,
    /// The process dies before it begins, or while one looks or waits for a person
    CrashBefore,
    /// The process dies when it is done, and nobody knows
    CrashAfter,
    /// Not wrong, but another way: a person chooses this option
    Chooses(SmolStr),
}

/// A question at which something can go wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The number of the question.
    pub question: u32,
    /// What it is part of.
    pub address: Address,
    /// What can go wrong there.
    pub faults: Vec<Fault>,
}

/// What goes wrong in a run, by the number of the question.
pub type Path = BTreeMap<u32, Fault>;

/// A world in which things go wrong at some questions.
#[derive(Clone, Debug)]
pub struct Faulty<W> {
    world: W,
    faults: Arc<Path>,
    /// What failed for good.
    failed: BTreeSet<Same>,
    met: Vec<Point>,
    seen: BTreeSet<Same>,
}

/// What makes two questions one: tries of one effect, and looks of one part at the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Same {
    address: Address,
    what: String,
}

impl<W: World> Faulty<W> {
    /// `world`, with these faults.
    pub fn new(world: W, faults: Path) -> Self {
        Faulty { world, faults: Arc::new(faults), failed: BTreeSet::new(), met: Vec::new(), seen: BTreeSet::new() }
    }

    /// The questions that were met so far at which something could go wrong and did not.
    pub fn met(&self) -> &[Point] {
        &self.met
    }

    /// The world in which they go wrong.
    pub fn inner(&self) -> &W {
        &self.world
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Path {
        &self.faults
    }

    fn faulty(&mut self, fault: &Fault, question: &Question, past: &Past<'_>) -> Answer {
        match (fault, &question.asks) {
            (Fault::Fails, Asks::Person(person)) => match person.asking {
                Asking::Approval | Asking::Task => Answer::now(Ends::Refused(SmolStr::new_static("no"))),
                Asking::Decision => Answer::now(Ends::Hangs),
            },
            (Fault::Fails, Asks::Effect(effect)) => {
                self.failed.insert(Same::of(question, past));
                Answer::now(Ends::Fails(if effect.looks() { "no answer".into() } else { "it failed".into() }))
            }
            (Fault::Hangs, _) => Answer::now(Ends::Hangs),
            (Fault::Chooses(option), _) => Answer::now(Ends::Chooses(option.clone())),
            (Fault::LostNotDone, _) => Answer::now(Ends::LostNotDone),
            (Fault::CrashBefore, Asks::Effect(_)) => Answer::now(Ends::LostNotDone).crashes(CrashTime::Before),
            (Fault::CrashBefore, Asks::Person(_)) => self.world.answer(question, past).crashes(CrashTime::Before),
            (Fault::LostDone, _) => {
                let answer = self.world.answer(question, past);
                Answer { ends: answer.ends.lost(), ..answer }
            }
            (Fault::CrashAfter, _) => self.world.answer(question, past).crashes(CrashTime::After),
        }
    }
}

impl<W: World> World for Faulty<W> {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        if let Some(fault) = Arc::clone(&self.faults).get(&question.number) {
            return self.faulty(fault, question, past);
        }
        let same = Same::of(question, past);
        if self.failed.contains(&same) {
            return self.faulty(&Fault::Fails, question, past);
        }
        let answer = self.world.answer(question, past);
        if self.seen.insert(same) {
            let mut faults = possible(question);
            faults.retain(|fault| !matches!((fault, &answer.ends), (Fault::Chooses(other), Ends::Chooses(taken)) if other == taken));
            if !faults.is_empty() {
                self.met.push(Point { question: question.number, address: question.address.clone(), faults });
            }
        }
        answer
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        self.world.stand_ins()
    }

    fn is_settled(&self, past: &Past<'_>) -> bool {
        self.world.is_settled(past)
    }

    fn forget(&mut self, question: &Question) {
        self.world.forget(question);
    }
}

impl Same {
    fn of(question: &Question, past: &Past<'_>) -> Same {
        let what = match &question.asks {
            Asks::Effect(effect) if effect.looks() => {
                effect.call.summary(past.program).unwrap_or_else(|| effect.request.summary())
            }
            Asks::Effect(_) => String::new(),
            Asks::Person(_) => "?".to_owned(),
        };
        Same { address: question.address.clone(), what }
    }
}

/// What can go wrong at a question.
fn possible(question: &Question) -> Vec<Fault> {
    match &question.asks {
        Asks::Effect(effect) => effect_faults(effect),
        Asks::Person(person) => match person.asking {
            Asking::Approval | Asking::Task => vec![Fault::Fails, Fault::CrashBefore],
            Asking::Decision => {
                person.options.iter().cloned().map(Fault::Chooses).chain([Fault::CrashBefore]).collect()
            }
        },
    }
}

fn effect_faults(effect: &Effect) -> Vec<Fault> {
    let hangs = effect.until.is_some().then_some(Fault::Hangs);
    let others: &[Fault] = match (effect.purpose, &effect.call) {
        (_, Call::Nobody) => return Vec::new(),
        (Purpose::Look | Purpose::Confirm, _) => &[Fault::Fails, Fault::CrashBefore],
        (Purpose::Do | Purpose::Undo, _) => {
            &[Fault::Fails, Fault::LostDone, Fault::LostNotDone, Fault::CrashBefore, Fault::CrashAfter]
        }
    };
    others.iter().cloned().chain(hangs).collect()
}

/// Makes every run with at most `most` of the faults that `tries` lets through, the fewest first, and shows each when it
/// stands still, until `visit` breaks. `begin` makes a run that has begun; no run goes on for more than `limit`
/// happenings.
pub fn paths<W: World, B>(
    world: &W,
    mut begin: impl FnMut(Faulty<W>) -> Simulation<Faulty<W>>,
    (most, limit): (usize, u32),
    tries: impl Fn(&Point, &Fault) -> bool,
    mut visit: impl FnMut(&Simulation<Faulty<W>>, Halt) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut round = vec![Path::new()];
    for faults in 0..=most {
        let mut next = Vec::new();
        for path in round {
            let mut simulation = begin(Faulty::new(world.clone(), path.clone()));
            let halt = simulation.run(limit);
            visit(&simulation, halt)?;
            if faults < most {
                next.extend(one_more(&path, simulation.world().met(), &tries));
            }
        }
        round = next;
    }
    ControlFlow::Continue(())
}

/// The path with one more fault, at a question behind its last one.
fn one_more<'a>(
    path: &'a Path,
    met: &'a [Point],
    tries: &'a impl Fn(&Point, &Fault) -> bool,
) -> impl Iterator<Item = Path> + 'a {
    let last = path.last_key_value().map(|(number, _)| *number);
    let later = met.iter().filter(move |point| last.is_none_or(|last| point.question > last));
    later.flat_map(move |point| {
        let tried = point.faults.iter().filter(move |fault| tries(point, fault));
        tried.map(move |fault| {
            let mut more = path.clone();
            more.insert(point.question, fault.clone());
            more
        })
    })
}

/// For people: `payment is lost, and was done`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Fails => f.write_str("fails"),
            Fault::LostDone => f.write_str("is done, and nobody hears of it"),
            Fault::LostNotDone => f.write_str("is lost, and not done"),
            Fault::Hangs => f.write_str("does not end"),
            Fault::CrashBefore => f.write_str("is interrupted: orch dies before it is done"),
            Fault::CrashAfter => f.write_str("is done, and orch dies before it is written down"),
            Fault::Chooses(option) => write!(f, "takes the option `{option}`"),
        }
    }
}
