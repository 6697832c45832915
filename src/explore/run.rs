//! A run on its way: what happens to it, what goes otherwise on it, and what tells its state from others.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::{
    Deviation, Settings, Stated, Taken, Wrong,
    compared::{Compared, Source, fitting},
    deviation::Disturbance,
    findings,
    point::Here,
    situation::keyless,
    world::{Explored, Met},
};
use crate::{
    ir::{Address, Plan, Program, Value, json::to_json},
    machine::{
        Beginning, CannotBegin, Entry, Event, Kind, Listener, Machine, Purpose, Record, Status, Timestamp, WaitOn, Word,
    },
    simulate::{Simulation, generate, test::Coverage},
};

/// Who tells of events.
const WORLD: &str = "world";

/// Who says what an operator says.
const OPERATOR: &str = "an operator";

/// How many faults may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// On the way forward.
    pub ahead: u32,
    /// On the way back, and while something is found out.
    pub behind: u32,
}

/// What is explored: all its runs share it.
#[derive(Debug)]
pub(super) struct About {
    /// The name of the plan.
    pub plan: String,
    /// What must hold.
    pub stated: Vec<Stated>,
    /// What the plan compares with what.
    pub compared: Compared,
    /// What statements any of them came to.
    pub reached: Arc<Coverage>,
}

/// Where a path leaves another one.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub at: Point,
    pub deviation: Deviation,
    /// It is a fault of the way back.
    pub behind: bool,
}

/// What can go otherwise at a moment.
#[derive(Clone, Debug)]
pub(super) enum Point {
    /// A question of those just asked, by its place among them.
    Question(usize),
    /// An event that is waited for.
    Event(Address),
    /// The moment itself, whatever is asked.
    Moment,
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
pub(super) struct Run {
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
    /// A plan that is begun with these inputs, and of which something must hold.
    ///
    /// # Errors
    /// It can't begin with them.
    pub(super) fn new(
        program: &Program,
        plan: &Plan,
        inputs: &Map<String, Json>,
        stated: Vec<Stated>,
    ) -> Result<About, CannotBegin> {
        let known = Beginning::of(program, plan).locals(inputs)?;
        Ok(About {
            plan: plan.name.to_string(),
            stated,
            compared: Compared::by(program, plan, &known),
            reached: Arc::new(Coverage::new(program)),
        })
    }
}

impl Run {
    pub(super) fn begin(machine: Machine, inputs: &Map<String, Json>, settings: &Settings, about: &Arc<About>) -> Run {
        let mut simulation = Simulation::of(machine, Explored::new(settings.seed, Arc::clone(&about.reached)));
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
    pub(super) fn quiet(self) -> Run {
        Run { simulation: self.simulation.without_journal(), ..self }
    }

    /// What is known of it where something can go otherwise.
    pub(super) fn here(&self) -> Here<'_> {
        Here { machine: self.simulation.machine(), program: self.simulation.program(), about: &self.about }
    }

    /// Lets happen what comes next; not if nothing does.
    pub(super) fn step(&mut self) -> bool {
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

    /// The events that are waited for come, but for the one that goes otherwise: it carries this, or does not come.
    fn events_come(&mut self, otherwise: Option<(&Address, Option<&Value>)>) {
        for (address, event) in std::mem::take(&mut self.awaited) {
            let other = otherwise.filter(|(missing, _)| **missing == address).map(|(_, payload)| payload.cloned());
            let payload = match other {
                Some(other) => other,
                None => self.payload(&address),
            };
            let Some(payload) = payload else { continue };
            let word = Word::Event { event, id: SmolStr::new(address.as_str()), payload: to_json(&payload) };
            let now = self.simulation.now();
            self.simulation.plan_word(now, word, WORLD, None);
        }
    }

    /// What an event carries that is taken by what listens at an address.
    pub(super) fn payload(&self, address: &Address) -> Option<Value> {
        let program = self.simulation.program();
        let listeners = self.simulation.machine().listeners();
        let listener = listeners.iter().find(|listener| listener.address() == *address)?;
        let event = program.events.get(listener.event.index())?;
        fitting(listener, program, &generate(&event.payload, 0, &event.name))
    }

    /// What else an event could carry that is waited for there, so that the plan is likely to go another way.
    pub(super) fn other_payloads(&self, address: &Address) -> Vec<Value> {
        let listeners = self.simulation.machine().listeners();
        let Some(listener) = listeners.iter().find(|listener| listener.address() == *address) else {
            return Vec::new();
        };
        let usual = self.payload(address);
        usual.map(|usual| self.others_taken(listener, &usual)).unwrap_or_default()
    }

    fn others_taken(&self, listener: &Listener<'_>, usual: &Value) -> Vec<Value> {
        let others = self.about.compared.others(Source::Event(listener.event), usual);
        others.into_iter().filter(|payload| listener.takes(payload)).collect()
    }

    /// The events that would be handled, each with its handler and what it carries. A handler is tried once on a path.
    pub(super) fn arrivals(&self) -> Vec<Disturbance> {
        let (machine, program) = (self.simulation.machine(), self.simulation.program());
        if machine.failure().is_some() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for listener in machine.listeners().iter().filter(|listener| listener.is_handler) {
            let address = listener.address();
            let Some(event) = program.events.get(listener.event.index()) else { continue };
            let usual = generate(&event.payload, 0, &event.name);
            let Some(fits) = fitting(listener, program, &usual) else { continue };
            if self.handled.contains(&keyless(&address)) {
                continue;
            }
            let others = self.others_taken(listener, &fits);
            let payloads = std::iter::once(fits).chain(others);
            all.extend(payloads.map(|payload| Disturbance::Arrives(address.clone(), payload)));
        }
        all
    }

    /// The part the run is at, for who is told of something that happens meanwhile.
    pub(super) fn place(&self) -> Address {
        let asked = self.met.last().map(|met| met.question.address.clone());
        let awaited = || self.awaited.last().map(|(address, _)| address.clone());
        let waits = || self.simulation.machine().waits().pop().map(|wait| wait.address);
        asked.or_else(awaited).or_else(waits).unwrap_or_else(Address::root)
    }

    /// Goes otherwise from here on.
    pub(super) fn turn(&mut self, turn: &Turn) {
        let Turn { at, deviation, behind } = turn;
        let after = self.steps;
        let (address, question, what, purpose) = match at {
            Point::Event(address) => {
                let event = self.awaited.iter().find(|(at, _)| at == address).map(|(_, event)| event.to_string());
                let payload = if let Deviation::Gives(payload) = deviation { Some(payload) } else { None };
                self.events_come(Some((address, payload)));
                (address.clone(), None, event, None)
            }
            Point::Moment => {
                let (place, event) = (self.place(), self.disturb(deviation));
                (place, None, event, None)
            }
            Point::Question(place) => {
                let met = self.met.split_off(*place);
                let Some((met, later)) = met.split_first() else { return };
                self.met = later.to_vec();
                self.answer_otherwise(met, deviation)
            }
        };
        let crashes = matches!(deviation, Deviation::CrashBefore | Deviation::CrashAfter);
        let acts = matches!(purpose, Some(Purpose::Do | Purpose::Undo));
        let interrupted_look = crashes && !acts;
        if !matches!(deviation, Deviation::Disturbed(_) | Deviation::Recovers) {
            self.open.push(Open { address: address.clone(), deviation: deviation.clone(), interrupted_look });
        }
        if deviation.is_fault() {
            let left = if *behind { &mut self.left.behind } else { &mut self.left.ahead };
            *left = left.saturating_sub(1);
        } else if *deviation != Deviation::Recovers {
            self.scars.insert(format!("{} {deviation}", keyless(&address)));
        }
        self.taken.push(Taken { after, question, address, what, purpose, deviation: deviation.clone() });
    }

    fn answer_otherwise(
        &mut self,
        met: &Met,
        deviation: &Deviation,
    ) -> (Address, Option<u32>, Option<String>, Option<Purpose>) {
        let question = &met.question;
        // Whatever can be asked for can go each of the ways that were thought of.
        let _ = self.simulation.answer(question.number, deviation.answer(met.usual.clone()));
        if *deviation == Deviation::Recovers {
            self.simulation.world_mut().stands_no_more(question);
            self.open.retain(|open| !(open.address == question.address && open.deviation.stays()));
        } else {
            self.simulation.world_mut().stands(question, deviation);
        }
        let effect = question.effect();
        let looks = effect.filter(|effect| effect.looks());
        let what = looks.map(|effect| {
            let call = effect.call.summary(self.simulation.program());
            call.unwrap_or_else(|| format!("`{}`", called(&effect.request)))
        });
        (question.address.clone(), Some(question.number), what, effect.map(|effect| effect.purpose))
    }

    /// Lets something happen now; the name of the event, if it is one.
    fn disturb(&mut self, deviation: &Deviation) -> Option<String> {
        let Deviation::Disturbed(disturbance) = deviation else { return None };
        let mut event = None;
        match disturbance {
            Disturbance::Dies => drop(self.simulation.crash(false)),
            Disturbance::Cancelled => {
                self.awaited.clear();
                // It is only tried while a run can be cancelled.
                let _ = self.simulation.say(Word::Cancel, OPERATOR, None);
                self.met.iter_mut().for_each(|met| met.stopped = true);
            }
            Disturbance::Arrives(handler, payload) => {
                self.handled.insert(keyless(handler));
                let listeners = self.simulation.machine().listeners();
                let number = listeners.iter().find(|listener| listener.address() == *handler)?.event;
                let name = self.simulation.program().events.get(number.index())?.name.clone();
                event = Some(name.to_string());
                let word = Word::Event { event: name, id: SmolStr::new(handler.as_str()), payload: to_json(payload) };
                // It was made to fit.
                let _ = self.simulation.say(word, WORLD, None);
            }
        }
        self.steps += 1;
        let asked: BTreeSet<u32> = self.simulation.open().map(|question| question.number).collect();
        self.met.retain(|met| asked.contains(&met.question.number));
        self.hear();
        event
    }

    /// What tells this state from others that go on otherwise.
    pub(super) fn state(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.simulation.machine().fingerprint().hash(&mut hasher);
        let mut open: Vec<String> =
            self.open.iter().map(|open| format!("{} {}", open.address, open.deviation)).collect();
        open.sort();
        open.hash(&mut hasher);
        self.about.stated.first().map(|stated| stated.property.history(&self.simulation)).hash(&mut hasher);
        let is_timed = self.about.stated.iter().any(Stated::speaks_of_time);
        is_timed.then(|| self.simulation.elapsed()).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether a person is needed, so that nothing goes on but what watches.
    pub(super) fn stands_still(&self) -> bool {
        matches!(self.simulation.machine().status(), Status::Stuck | Status::Paused)
    }

    /// What must hold and does not, each told once.
    pub(super) fn breaks(&mut self, at_end: bool) -> Vec<Wrong> {
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

    pub(super) fn allows(&self, deviation: &Deviation, behind: bool) -> bool {
        !deviation.is_fault() || if behind { self.left.behind > 0 } else { self.left.ahead > 0 }
    }
}

/// The event that is waited for at an address.
fn awaited(address: &Address, machine: &Machine) -> Option<SmolStr> {
    let wait = machine.waits().into_iter().find(|wait| wait.address == *address)?;
    if let WaitOn::Event { event, until: _ } = wait.on { Some(event) } else { None }
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

/// What a request is called that stands for a condition.
fn called(request: &crate::ir::Request) -> String {
    match request {
        crate::ir::Request::Extern { name, .. } => name.clone(),
        other => other.summary(),
    }
}
