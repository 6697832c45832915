//! One path: a run with what goes otherwise, followed to its end or to where another path has been.

use std::{cell::OnceCell, sync::Arc};

use super::{
    Deviation, Ending, Seen, Settings, Taken, Wrong,
    deviation::Disturbance,
    findings::ending,
    point::is_behind,
    run::{Left, Point, Run, Turn},
    situation::Moment,
};
use crate::{
    ir::Address,
    machine::{Record, Status},
    simulate::{Completed, NotGiven},
    source::Span,
};

/// How often a state comes again before it counts as one that does not end.
const RETURNS: usize = 3;

/// Who does not go on for so long, in nanoseconds, does not without help.
const YEAR: i64 = 365 * 24 * 3600 * 1_000_000_000;

/// A path that is to be walked: a run up to where it goes otherwise, and how.
#[derive(Clone, Debug)]
pub struct Path {
    run: Arc<Run>,
    turn: Option<Turn>,
}

/// What was found on a path.
#[derive(Debug)]
pub struct Walked {
    pub(super) taken: Vec<Taken>,
    pub(super) steps: u32,
    pub(super) end: End,
    /// What must hold and did not, on the part of the way that no other path has.
    pub(super) broken: Vec<Wrong>,
    /// What failed, and why, if it did.
    pub(super) failed: Option<(Address, String)>,
    /// The states it went through, with the faults that could still have happened.
    pub(super) states: Vec<(u64, Left)>,
    pub(super) junctions: Vec<Junction>,
    /// How many turns were not taken, as others like them were.
    pub(super) alike: u64,
    /// What is given and was not asked for.
    pub(super) unused: Vec<Span>,
    /// What is given and can't be used.
    pub(super) unusable: Option<NotGiven>,
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
                break end_of(&run);
            }
            broken.extend(run.breaks(false));
            if run.steps > settings.steps || run.simulation.elapsed() > settings.lasts {
                break End::Ended(Ending::Endless, Vec::new());
            }
            if !run.stands_still() {
                run.moved = run.simulation.now();
            }
            if run.met.is_empty() && run.awaited.is_empty() {
                // Nothing is asked, but much can happen.
                if run.is_news {
                    walker.look(&run);
                }
                continue;
            }
            let state = run.state();
            if let Some(end) = seen.end_of(state, run.left) {
                break End::Joined(end);
            }
            walker.states.push((state, run.left));
            if run.stands_still() && (walker.returns_to(state) || run.simulation.now().since(run.moved) > YEAR) {
                break end_of(&run);
            }
            walker.look(&run);
        };
        if matches!(end, End::Ended(..)) {
            broken.extend(run.breaks(true));
        }
        let Walker { states, junctions, alike, .. } = walker;
        let failure = run.simulation.machine().failure();
        let failed = failure.map(|(address, reason)| (address.clone(), reason.to_owned()));
        let unused = run.simulation.world().given().map(Completed::unused).unwrap_or_default();
        let unusable = run.simulation.stopped().cloned();
        let (taken, steps) = (run.taken, run.steps);
        Walked { failed, taken, steps, end, broken, states, junctions, alike, unused, unusable }
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
        let at = Place { run, moment: OnceCell::new(), kept: OnceCell::new() };
        let (here, machine) = (run.here(), run.simulation.machine());
        for (place, met) in run.met.iter().enumerate() {
            let behind = is_behind(&met.question, machine);
            let situation = || at.moment().question(met);
            self.junction(&at, situation, (Point::Question(place), behind), here.deviations(met));
        }
        for (address, _) in &run.awaited {
            let late = machine.is_limited(address).then_some(Deviation::NeverComes);
            let others = run.other_payloads(address).into_iter().map(Deviation::Gives);
            let turns = late.into_iter().chain(others).collect();
            let point = (Point::Event(address.clone()), machine.failure().is_some());
            self.junction(&at, || at.moment().event(address), point, turns);
        }
        if run.is_news {
            self.disturb(&at);
        }
    }

    /// What can happen here whatever is asked.
    fn disturb(&mut self, at: &Place<'_>) {
        let machine = at.run.simulation.machine();
        if matches!(machine.status(), Status::Ended(..) | Status::Stuck) {
            return;
        }
        let failed = machine.failure().is_some();
        let settles = || at.run.simulation.open().any(|question| is_behind(question, machine));
        // A process that dies while something is asked is a way that what is asked goes.
        let dies = at.run.met.is_empty().then_some((Disturbance::Dies, failed || settles()));
        let others = (!failed).then_some(Disturbance::Cancelled).into_iter().chain(at.run.arrivals());
        for (disturbance, behind) in dies.into_iter().chain(others.map(|other| (other, false))) {
            let situation = || at.moment().disturbed(&disturbance, &at.run.place());
            self.junction(at, situation, (Point::Moment, behind), vec![Deviation::Disturbed(disturbance.clone())]);
        }
    }

    fn junction(
        &mut self,
        place: &Place<'_>,
        situation: impl FnOnce() -> u64,
        (at, behind): (Point, bool),
        turns: Vec<Deviation>,
    ) {
        let run = place.run;
        let turns: Vec<Deviation> = turns.into_iter().filter(|deviation| run.allows(deviation, behind)).collect();
        if turns.is_empty() {
            return;
        }
        let situation = situation();
        let is_known = self.seen.is_alike(situation, run.left)
            || self.junctions.iter().any(|junction| junction.situation == situation);
        if is_known {
            self.alike += turns.len() as u64;
            return;
        }
        let here = place.kept.get_or_init(|| Arc::new(run.clone()));
        let path = |deviation| Path { run: Arc::clone(here), turn: Some(Turn { at: at.clone(), deviation, behind }) };
        let paths = turns.into_iter().map(path).collect();
        self.junctions.push(Junction { situation, left: run.left, paths });
    }
}

/// A run where paths may leave it. What that takes is made where one does.
struct Place<'r> {
    run: &'r Run,
    moment: OnceCell<Moment>,
    kept: OnceCell<Arc<Run>>,
}

impl Place<'_> {
    fn moment(&self) -> Moment {
        *self.moment.get_or_init(|| Moment::of(&self.run.simulation, &self.run.scars))
    }
}

fn end_of(run: &Run) -> End {
    let (ending, wrong) = ending(&run.simulation);
    End::Ended(ending, wrong)
}

/// Walks a path again, from its beginning to where it stands still, and gives its journal.
pub(super) fn replay(mut run: Run, taken: &[Taken]) -> Vec<Arc<Record>> {
    let mut left = taken.iter().peekable();
    loop {
        while let Some(next) = left.next_if(|next| next.after == run.steps) {
            let at = match (&next.deviation, next.question) {
                (Deviation::Disturbed(_), _) => Point::Moment,
                (_, None) => Point::Event(next.address.clone()),
                (_, Some(number)) => {
                    let Some(place) = run.met.iter().position(|met| met.question.number == number) else { continue };
                    Point::Question(place)
                }
            };
            run.turn(&Turn { at, deviation: next.deviation.clone(), behind: false });
        }
        let is_there = left.peek().is_none() && run.stands_still();
        if is_there || !run.step() || run.simulation.elapsed() > Settings::default().lasts {
            return run.simulation.records().to_vec();
        }
    }
}
