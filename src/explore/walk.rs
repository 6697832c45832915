//! One path: a run with what goes otherwise, followed to its end or to where another path has been.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::{
    Deviation, Ending, Seen, Settings, Stated, Taken, Wrong,
    findings::{self, ending},
    point::{awaited, deviations, is_behind},
    situation::{Moment, keyless},
    world::{Explored, Met},
};
use crate::{
    ir::{Address, json::to_json},
    machine::{Entry, Event, Kind, Machine, Purpose, Record, Status, Timestamp, Word},
    simulate::{Simulation, generate},
};

/// How often a state comes again before it counts as one that does not end.
const RETURNS: usize = 3;

/// Who does not go on for so long, in nanoseconds, does not without help.
const YEAR: i64 = 365 * 24 * 3600 * 1_000_000_000;

/// Who tells of events that are waited for.
const WORLD: &str = "world";

/// How many faults may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// On the way forward.
    pub ahead: u32,
    /// On the way back, and while something is found out.
    pub behind: u32,
}

/// A path that is to be walked: a run up to where it goes otherwise, and how.
#[derive(Clone, Debug)]
pub struct Path {
    run: Arc<Run>,
    turn: Option<Turn>,
}

/// Where a path leaves another one.
#[derive(Clone, Debug)]
struct Turn {
    at: Point,
    deviation: Deviation,
    behind: bool,
}

/// What can go otherwise at a moment.
#[derive(Clone, Debug)]
enum Point {
    /// A question of those just asked, by its place among them.
    Question(usize),
    /// An event that is waited for.
    Event(Address),
}

/// What was found on a path.
#[derive(Debug)]
pub struct Walked {
    pub(super) taken: Vec<Taken>,
    pub(super) steps: u32,
    pub(super) end: End,
    /// What must hold and did not, on the part of the way that no other path has.
    pub(super) broken: Vec<Wrong>,
    /// The states it went through, with the faults that could still have happened.
    pub(super) states: Vec<(u64, Left)>,
    pub(super) junctions: Vec<Junction>,
    /// How many turns were not taken, as others like them were.
    pub(super) alike: u64,
}

/// How a path ended.
#[derive(Debug)]
pub(super) enum End {
    /// As it does.
    Ended(Ending, Vec<Wrong>),
    /// As the path did that was in this state before.
    Joined(usize),
}

/// A place where paths leave this one.
#[derive(Debug)]
pub(super) struct Junction {
    pub situation: u64,
    pub left: Left,
    pub paths: Vec<Path>,
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
    taken: Vec<Taken>,
    left: Left,
    /// How many things have happened.
    steps: u32,
    /// When it last went on without needing a person.
    moved: Timestamp,
    /// What went otherwise in parts that have not ended since.
    open: Vec<Open>,
    /// What of it a part has not recovered from, and which other ways were taken.
    scars: BTreeSet<String>,
    /// What must hold.
    stated: Arc<Vec<Stated>>,
    /// Which of it was broken so far.
    broken: BTreeSet<usize>,
    /// What was just asked.
    met: Vec<Met>,
    /// The events that are waited for since then.
    awaited: Vec<(Address, SmolStr)>,
}

impl Run {
    pub(super) fn begin(
        machine: Machine,
        (plan, inputs): (&str, &Map<String, Json>),
        settings: &Settings,
        stated: &Arc<Vec<Stated>>,
    ) -> Run {
        let mut simulation = Simulation::of(machine, Explored::new(settings.seed));
        simulation.start_with(plan, inputs.clone());
        let left = Left { ahead: settings.faults, behind: settings.faults };
        let (taken, open, scars) = (Vec::new(), Vec::new(), BTreeSet::new());
        let (met, awaited, moved) = (Vec::new(), Vec::new(), simulation.now());
        let (stated, broken) = (Arc::clone(stated), BTreeSet::new());
        let mut run = Run { simulation, taken, left, steps: 1, moved, open, scars, stated, broken, met, awaited };
        run.hear();
        run
    }

    /// The same run, which keeps no journal.
    pub(super) fn quiet(self) -> Run {
        Run { simulation: self.simulation.without_journal(), ..self }
    }

    /// Lets happen what comes next; not if nothing does.
    pub(super) fn step(&mut self) -> bool {
        self.events_come(None);
        if self.simulation.step().is_none() {
            return false;
        }
        self.steps += 1;
        self.hear();
        true
    }

    /// What has just happened: what was asked, what ended, what is waited for.
    fn hear(&mut self) {
        self.met = std::mem::take(&mut self.simulation.world_mut().met);
        let Some(record) = self.simulation.last().map(|happening| Arc::clone(&happening.record)) else { return };
        self.close_open(&record);
        for entry in &record.then {
            if let Entry::Entered { address, kind: Kind::WaitFor, .. } = entry
                && let Some((event, _)) = awaited(address, self.simulation.machine())
            {
                self.awaited.push((address.clone(), event));
            }
        }
    }

    /// What went otherwise is over where its part has ended, and leaves a scar where that failed.
    fn close_open(&mut self, record: &Record) {
        for entry in &record.then {
            let (address, fails) = match entry {
                Entry::Done { address, .. } | Entry::Undone { address } | Entry::Decided { address, .. } => {
                    (address, false)
                }
                Entry::Failed { address, .. } | Entry::NotUndone { address, .. } => (address, true),
                _ => continue,
            };
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

    /// The events that are waited for come, but for the one that does not.
    fn events_come(&mut self, missing: Option<&Address>) {
        for (address, event) in std::mem::take(&mut self.awaited) {
            if missing == Some(&address) {
                continue;
            }
            let program = self.simulation.program();
            let Some(found) = program.events.iter().find(|known| known.name == event) else { continue };
            let payload = to_json(&generate(&found.payload, 0, &event));
            let word = Word::Event { event, id: SmolStr::new(address.as_str()), payload };
            let now = self.simulation.now();
            self.simulation.plan_word(now, word, WORLD, None);
        }
    }

    /// Goes otherwise from here on.
    fn turn(&mut self, turn: &Turn) {
        let Turn { at, deviation, behind } = turn;
        let (address, question, what, purpose) = match at {
            Point::Event(address) => {
                let event = self.awaited.iter().find(|(at, _)| at == address).map(|(_, event)| event.to_string());
                self.events_come(Some(address));
                (address.clone(), None, event, None)
            }
            Point::Question(place) => {
                let met = self.met.split_off(*place);
                let Some((met, later)) = met.split_first() else { return };
                self.met = later.to_vec();
                let question = &met.question;
                // Whatever can be asked for can go each of the ways that were thought of.
                let _ = self.simulation.answer(question.number, deviation.answer(met.usual.clone()));
                self.simulation.world_mut().stands(question, deviation);
                let effect = question.effect();
                let looks = effect.filter(|effect| effect.looks());
                let what = looks.map(|effect| {
                    let call = effect.call.summary(self.simulation.program());
                    call.unwrap_or_else(|| format!("`{}`", called(&effect.request)))
                });
                (question.address.clone(), Some(question.number), what, effect.map(|effect| effect.purpose))
            }
        };
        let crashes = matches!(deviation, Deviation::CrashBefore | Deviation::CrashAfter);
        let acts = matches!(purpose, Some(Purpose::Do | Purpose::Undo));
        let interrupted_look = crashes && !acts;
        self.open.push(Open { address: address.clone(), deviation: deviation.clone(), interrupted_look });
        if deviation.is_fault() {
            let left = if *behind { &mut self.left.behind } else { &mut self.left.ahead };
            *left = left.saturating_sub(1);
        } else {
            self.scars.insert(format!("{} {deviation}", keyless(&address)));
        }
        self.taken.push(Taken { after: self.steps, question, address, what, purpose, deviation: deviation.clone() });
    }

    /// What tells this state from others that go on otherwise.
    fn state(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.simulation.machine().fingerprint().hash(&mut hasher);
        let mut open: Vec<String> =
            self.open.iter().map(|open| format!("{} {}", open.address, open.deviation)).collect();
        open.sort();
        open.hash(&mut hasher);
        self.stated.first().map(|stated| stated.property.history(&self.simulation)).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether a person is needed, so that nothing goes on but what watches.
    fn stands_still(&self) -> bool {
        matches!(self.simulation.machine().status(), Status::Stuck | Status::Paused)
    }

    fn end(&self) -> End {
        let (ending, wrong) = ending(&self.simulation);
        End::Ended(ending, wrong)
    }

    /// What must hold and does not, each told once.
    fn breaks(&mut self, at_end: bool) -> Vec<Wrong> {
        let stated = Arc::clone(&self.stated);
        let mut wrong = Vec::new();
        for (number, stated) in stated.iter().enumerate() {
            if stated.is_broken(&self.simulation, at_end) && self.broken.insert(number) {
                let reason = SmolStr::from(&stated.text);
                wrong.push(Wrong { kind: findings::Kind::Broken, address: Address::root(), reason });
            }
        }
        wrong
    }

    fn allows(&self, deviation: &Deviation, behind: bool) -> bool {
        !deviation.is_fault() || if behind { self.left.behind > 0 } else { self.left.ahead > 0 }
    }
}

impl Path {
    /// The run in which nothing goes otherwise.
    pub(super) fn undisturbed(run: Run) -> Path {
        Path { run: Arc::new(run), turn: None }
    }

    /// Follows it to its end, or to a state that was seen.
    pub fn walk(self, seen: &Seen, settings: &Settings) -> Walked {
        let mut run = Arc::unwrap_or_clone(self.run);
        let mut walker = Walker { seen, states: Vec::new(), junctions: Vec::new(), alike: 0 };
        if let Some(turn) = &self.turn {
            run.turn(turn);
        }
        let mut broken = run.breaks(false);
        walker.look(&run);
        let end = loop {
            if !run.step() {
                break run.end();
            }
            broken.extend(run.breaks(false));
            if run.steps > settings.steps || run.simulation.elapsed() > settings.lasts {
                break End::Ended(Ending::Endless, Vec::new());
            }
            if !run.stands_still() {
                run.moved = run.simulation.now();
            }
            if run.met.is_empty() && run.awaited.is_empty() {
                continue;
            }
            let state = run.state();
            if let Some(end) = seen.end_of(state, run.left) {
                break End::Joined(end);
            }
            walker.states.push((state, run.left));
            if run.stands_still() && (walker.returns_to(state) || run.simulation.now().since(run.moved) > YEAR) {
                break run.end();
            }
            walker.look(&run);
        };
        if matches!(end, End::Ended(..)) {
            broken.extend(run.breaks(true));
        }
        let Walker { states, junctions, alike, .. } = walker;
        Walked { taken: run.taken, steps: run.steps, end, broken, states, junctions, alike }
    }
}

/// What is remembered while a path is walked.
struct Walker<'s> {
    seen: &'s Seen,
    states: Vec<(u64, Left)>,
    junctions: Vec<Junction>,
    alike: u64,
}

impl Walker<'_> {
    /// Whether a state has come again and again on this path.
    fn returns_to(&self, state: u64) -> bool {
        self.states.iter().rev().filter(|(known, _)| *known == state).count() > RETURNS
    }

    /// Every way that leaves the run here.
    fn look(&mut self, run: &Run) {
        if run.met.iter().all(|met| met.stands) && run.awaited.is_empty() {
            return;
        }
        let machine = run.simulation.machine();
        let moment = Moment::of(&run.simulation, &run.scars);
        let mut here: Option<Arc<Run>> = None;
        for (place, met) in run.met.iter().enumerate() {
            let behind = is_behind(&met.question, machine);
            let turns = deviations(met, machine);
            self.junction(run, &mut here, moment.question(&met.question), (Point::Question(place), behind), turns);
        }
        for (address, _) in &run.awaited {
            let limited = awaited(address, machine).is_some_and(|(_, limited)| limited);
            let turns = if limited { vec![Deviation::NeverComes] } else { Vec::new() };
            let behind = machine.failure().is_some();
            self.junction(run, &mut here, moment.event(address), (Point::Event(address.clone()), behind), turns);
        }
    }

    fn junction(
        &mut self,
        run: &Run,
        here: &mut Option<Arc<Run>>,
        situation: u64,
        (at, behind): (Point, bool),
        turns: Vec<Deviation>,
    ) {
        let turns: Vec<Deviation> = turns.into_iter().filter(|deviation| run.allows(deviation, behind)).collect();
        if turns.is_empty() {
            return;
        }
        let is_known = self.seen.is_alike(situation, run.left)
            || self.junctions.iter().any(|junction| junction.situation == situation);
        if is_known {
            self.alike += turns.len() as u64;
            return;
        }
        let here = here.get_or_insert_with(|| Arc::new(run.clone()));
        let path = |deviation| Path { run: Arc::clone(here), turn: Some(Turn { at: at.clone(), deviation, behind }) };
        let paths = turns.into_iter().map(path).collect();
        self.junctions.push(Junction { situation, left: run.left, paths });
    }
}

/// Walks a path again, from its beginning, and gives its journal.
pub(super) fn replay(mut run: Run, taken: &[Taken]) -> Vec<Arc<Record>> {
    let mut left = taken.iter().peekable();
    loop {
        while let Some(next) = left.next_if(|next| next.after == run.steps) {
            let at = match next.question {
                None => Point::Event(next.address.clone()),
                Some(number) => {
                    let Some(place) = run.met.iter().position(|met| met.question.number == number) else { continue };
                    Point::Question(place)
                }
            };
            run.turn(&Turn { at, deviation: next.deviation.clone(), behind: false });
        }
        if !run.step() || run.simulation.elapsed() > Settings::default().lasts {
            return run.simulation.records().to_vec();
        }
    }
}

/// What a request is called that stands for a condition.
fn called(request: &crate::ir::Request) -> String {
    match request {
        crate::ir::Request::Extern { name, .. } => name.clone(),
        other => other.summary(),
    }
}
