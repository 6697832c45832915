//! A run on its way: what happens to it, and what tells its state from others.
//!
//! `turn` is where it goes otherwise, `events` what it hears of.

mod events;
mod turn;

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::{
    Deviation, Settings, Stated, Taken, Terms, Wrong,
    compared::Compared,
    findings,
    point::Here,
    situation::keyless,
    world::{Explored, Met},
};
use crate::{
    ir::{Address, Plan, Program},
    machine::{Beginning, CannotBegin, Entry, Event, Kind, Machine, Purpose, Record, Status, Timestamp},
    simulate::{Completed, Simulation, test::Coverage},
};
use events::awaited;
pub(in crate::explore) use turn::{Point, Turn};

/// How many faults may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::explore) struct Left {
    /// On the way forward.
    pub ahead: u32,
    /// On the way back, and while something is found out.
    pub behind: u32,
}

/// What is explored: all its runs share it.
#[derive(Debug)]
pub(in crate::explore) struct About {
    /// The name of the plan.
    pub plan: String,
    /// What must hold.
    pub stated: Vec<Stated>,
    /// What the plan compares with what.
    pub compared: Compared,
    /// What statements any of them came to.
    pub reached: Arc<Coverage>,
    /// What is given, if something is.
    pub given: Option<Completed>,
}

/// Something that went otherwise, and that the run has not got over yet.
#[derive(Clone, Debug)]
struct Open {
    address: Address,
    deviation: Deviation,
    /// It was a look that a crash interrupted: that is over once the run is taken up again.
    interrupted_look: bool,
}

/// A run on its way.
#[derive(Clone, Debug)]
pub(in crate::explore) struct Run {
    pub simulation: Simulation<Explored>,
    pub taken: Vec<Taken>,
    pub left: Left,
    /// How many things have happened.
    pub steps: u32,
    /// When it last went on without needing a person.
    pub moved: Timestamp,
    /// What went otherwise in parts that have not ended since.
    open: Vec<Open>,
    /// What of it a part has not recovered from, and which other ways were taken.
    pub scars: BTreeSet<String>,
    /// What is explored.
    pub about: Arc<About>,
    /// Which of what must hold was broken so far.
    broken: BTreeSet<usize>,
    /// What was just asked.
    pub met: Vec<Met>,
    /// The events that are waited for since then.
    pub awaited: Vec<(Address, SmolStr)>,
    /// Whether more has just happened than a look that changes nothing.
    pub is_news: bool,
    /// The handlers an event was sent to, without keys: each is tried once on a path.
    handled: BTreeSet<String>,
}

impl About {
    /// A plan that is begun with these inputs, on these terms.
    ///
    /// # Errors
    /// It can't begin with them.
    pub(in crate::explore) fn new(
        program: &Program,
        plan: &Plan,
        inputs: &Map<String, Json>,
        terms: Terms,
    ) -> Result<About, CannotBegin> {
        let known = Beginning::of(program, plan).locals(inputs)?;
        Ok(About {
            plan: plan.name.to_string(),
            stated: terms.stated,
            given: terms.given,
            compared: Compared::by(program, plan, &known),
            reached: Arc::new(Coverage::new(program)),
        })
    }
}

impl Run {
    pub(in crate::explore) fn begin(
        machine: Machine,
        inputs: &Map<String, Json>,
        settings: &Settings,
        about: &Arc<About>,
    ) -> Run {
        let world = Explored::new(settings.seed, about.given.clone(), Arc::clone(&about.reached));
        let mut simulation = Simulation::of(machine, world).deepest(Some(settings.deepest));
        simulation.start_with(&about.plan, inputs.clone());
        let moved = simulation.now();
        let mut run = Run {
            simulation,
            taken: Vec::new(),
            left: Left { ahead: settings.faults, behind: settings.faults },
            steps: 1,
            moved,
            open: Vec::new(),
            scars: BTreeSet::new(),
            about: Arc::clone(about),
            broken: BTreeSet::new(),
            met: Vec::new(),
            awaited: Vec::new(),
            is_news: true,
            handled: BTreeSet::new(),
        };
        run.hear();
        run
    }

    /// The same run, which keeps no journal.
    pub(in crate::explore) fn quiet(self) -> Run {
        Run { simulation: self.simulation.without_journal(), ..self }
    }

    /// What is known of it where something can go otherwise.
    pub(in crate::explore) fn here(&self) -> Here<'_> {
        Here { machine: self.simulation.machine(), program: self.simulation.program(), about: &self.about }
    }

    /// Lets happen what comes next; not if nothing does.
    pub(in crate::explore) fn step(&mut self) -> bool {
        self.events_come(None);
        if self.simulation.step().is_none() {
            return false;
        }
        self.steps += 1;
        self.met.clear();
        self.hear();
        true
    }

    /// What has just happened: what was asked, what ended, what is waited for.
    fn hear(&mut self) {
        self.met.append(&mut self.simulation.world_mut().met);
        let Some(record) = self.simulation.last().map(|happening| Arc::clone(&happening.record)) else { return };
        self.is_news = is_news(&record);
        self.close_open(&record);
        for entry in &record.then {
            if let Entry::Entered { address, kind: Kind::WaitFor, .. } = entry
                && let Some(event) = awaited(address, self.simulation.machine())
            {
                self.awaited.push((address.clone(), event));
            }
        }
    }

    /// What went otherwise is over where its part has ended, and leaves a scar where that failed.
    fn close_open(&mut self, record: &Record) {
        for entry in &record.then {
            let Some((address, fails)) = ended_part(entry) else { continue };
            let scars = &mut self.scars;
            self.open.retain(|open| {
                let ended = open.address == *address || open.address == address.undo();
                if ended && fails {
                    scars.insert(keyless(&open.address));
                }
                !ended
            });
        }
        if record.event == Event::Recovered {
            self.open.retain(|open| !open.interrupted_look);
        }
    }

    /// The part the run is at, for who is told of something that happens meanwhile.
    pub(in crate::explore) fn place(&self) -> Address {
        let asked = self.met.last().map(|met| met.question.address.clone());
        let awaited = || self.awaited.last().map(|(address, _)| address.clone());
        let waits = || self.simulation.machine().waits().pop().map(|wait| wait.address);
        asked.or_else(awaited).or_else(waits).unwrap_or_else(Address::root)
    }

    /// What tells this state from others that go on otherwise.
    pub(in crate::explore) fn state(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.simulation.machine().fingerprint().hash(&mut hasher);
        let mut open: Vec<String> =
            self.open.iter().map(|open| format!("{} {}", open.address, open.deviation)).collect();
        open.sort();
        open.hash(&mut hasher);
        self.about.stated.first().map(|stated| stated.property.history(&self.simulation)).hash(&mut hasher);
        let elapsed = self.simulation.elapsed();
        self.simulation.world().given().map(|given| given.used_up(elapsed)).hash(&mut hasher);
        let is_timed = self.about.stated.iter().any(Stated::speaks_of_time);
        is_timed.then_some(elapsed).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether a person is needed, so that nothing goes on but what watches.
    pub(in crate::explore) fn stands_still(&self) -> bool {
        matches!(self.simulation.machine().status(), Status::Stuck | Status::Paused)
    }

    /// What must hold and does not, each told once.
    pub(in crate::explore) fn breaks(&mut self, at_end: bool) -> Vec<Wrong> {
        let about = Arc::clone(&self.about);
        let mut wrong = Vec::new();
        for (number, stated) in about.stated.iter().enumerate() {
            if stated.is_broken(&self.simulation, at_end) && self.broken.insert(number) {
                let reason = SmolStr::from(&stated.text);
                wrong.push(Wrong { kind: findings::Kind::Broken, address: self.turned_at(at_end), reason });
            }
        }
        wrong
    }

    /// The part that was done, undone or left last; at the end, that which went otherwise last.
    fn turned_at(&self, at_end: bool) -> Address {
        if at_end {
            return self.taken.last().map_or_else(Address::root, |taken| taken.address.clone());
        }
        let record = self.simulation.last().map(|happening| &happening.record);
        let ended = record.and_then(|record| record.then.iter().find_map(ended_part));
        ended.map_or_else(Address::root, |(address, _)| address.clone())
    }

    pub(in crate::explore) fn allows(&self, deviation: &Deviation, behind: bool) -> bool {
        !deviation.is_fault() || if behind { self.left.behind > 0 } else { self.left.ahead > 0 }
    }
}

/// The part that has ended with an entry, and whether it failed.
fn ended_part(entry: &Entry) -> Option<(&Address, bool)> {
    if let Entry::Done { address, .. } | Entry::Undone { address } | Entry::Decided { address, .. } = entry {
        return Some((address, false));
    }
    let (Entry::Failed { address, .. } | Entry::NotUndone { address, .. }) = entry else { return None };
    Some((address, true))
}

/// Whether something happened that is more than a look that changes nothing.
fn is_news(record: &Record) -> bool {
    let is_look = |entry: &Entry| matches!(entry, Entry::Verdict { .. } | Entry::Intent { purpose: Purpose::Look, .. });
    !record.then.iter().all(is_look)
}
