//! A plan that is tried in a virtual world, forwards and backwards in time.
//!
//! The state of a simulated run is a value, so the way back is the states that were kept. What is answered is kept as
//! lines of a test: `given` is the world that answers by them, `save` writes the test. `asks` says what is asked and
//! what could be typed; `tell` what happened.

mod answer;
mod asks;
mod given;
mod save;
mod show;
mod tell;
mod wrapped;

use std::{collections::VecDeque, sync::Arc};

pub use answer::{Behind, NotTaken, Subject, quoted};
pub use tell::Line;
use tell::Sign;
pub use wrapped::Wrapped;

use super::simulate::Call;
use crate::{
    ir::{Address, Found, Program, Role, StatementKind},
    machine::{CannotBegin, Entry, Status, Timestamp},
    simulate::{BEGIN, Halt, Simulation, matches, test::Given},
};
use given::Prompted;

/// After so many steps a run that goes on and on is left where it is.
const MOST_STEPS: usize = 100_000;

/// So many states are kept to go back to.
const KEPT: usize = 500;

/// A simulated run at some moment.
#[derive(Clone, Debug)]
struct Moment {
    simulation: Simulation<Prompted>,
    /// What was said to it, as lines of a test.
    said: Vec<String>,
    /// What happened last, which is what going back takes back.
    told: Vec<Line>,
}

/// A moment to go back to: so many steps, of which there is nothing to tell, after the one that was kept.
#[derive(Clone, Debug)]
struct Kept {
    moment: Moment,
    steps: usize,
}

/// A line of a test that was typed.
#[derive(Clone, Debug)]
struct GivenLine {
    /// What is answered: `stock(_)`, `"sale"`.
    subject: String,
    /// The whole line: `given stock(_) returns 3`.
    text: String,
    /// What it means.
    given: Arc<Given>,
}

/// A run that is tried.
#[derive(Clone, Debug)]
pub struct Drive {
    /// The plan.
    plan: String,
    /// Its call, as it was typed: `place_order(sample)`.
    call: String,
    /// The event that began it, as it was typed.
    event: Option<String>,
    now: Moment,
    past: VecDeque<Kept>,
    /// What was answered, the latest first. Going back takes none of it back: it may be why one goes back.
    lines: Vec<GivenLine>,
}

/// Why a run goes no further for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It is over, or nothing goes on by itself
    Still,
    /// What was to be reached is reached
    Reached,
    /// A great deal has happened, and no end is seen
    Long,
}

impl Drive {
    /// A run of a plan that has begun as it was called.
    ///
    /// # Errors
    /// It can't begin with these inputs.
    pub fn begin(program: Arc<Program>, call: Call) -> Result<Drive, CannotBegin> {
        let mut simulation = Simulation::new(program, Prompted::new());
        simulation.start(&call.plan, &call.inputs)?;
        let now = Moment { simulation, told: Vec::new(), said: Vec::new() };
        let Call { plan, text, event, inputs: _ } = call;
        let mut drive = Drive { plan, call: text, event, now, past: VecDeque::new(), lines: Vec::new() };
        drive.now.told = drive.tell();
        Ok(drive)
    }

    /// The plan that is tried.
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// What begins the same run once more: its call, and the event that began it.
    pub fn begun_with(&self) -> String {
        match &self.event {
            Some(event) => format!("{} given {}", self.call, event.trim()),
            None => self.call.clone(),
        }
    }

    /// What the program says of an address.
    fn found(&self, address: &Address) -> Option<Found<'_>> {
        self.program().find(&self.plan, address).map(|(_, found)| found)
    }

    /// What the part at an address asks of the world.
    pub fn role(&self, address: &Address) -> Role<'_> {
        self.found(address).map_or(Role::Scope, Found::role)
    }

    /// Whether the plan has a part with an address, in which `*` may stand for a key or stage.
    pub fn knows(&self, address: &Address) -> bool {
        let seen = || self.addresses().iter().any(|known| matches(address, &Address::typed(known)));
        !address.is_root() && (self.found(address).is_some() || seen())
    }

    /// What happened at last.
    pub fn told(&self) -> &[Line] {
        &self.now.told
    }

    /// The program it is a run of.
    pub fn program(&self) -> &Arc<Program> {
        self.now.simulation.program()
    }

    /// Goes on until something happens that is worth telling, also where time passes over what is asked.
    pub fn step(&mut self) -> (Vec<Line>, Stand) {
        self.go_while(|_, _| true, |lines, _| !lines.is_empty())
    }

    /// Goes on until something is asked, or nothing goes on by itself.
    pub fn go_on(&mut self) -> (Vec<Line>, Stand) {
        self.go(|_, _| false)
    }

    /// Goes on until a part begins, or something is asked.
    pub fn until(&mut self, address: &Address) -> (Vec<Line>, Stand) {
        self.go(|_, entries| entries.iter().any(|entry| begins(entry).is_some_and(|begun| matches(address, begun))))
    }

    /// Goes on as long as no time passes over what is asked.
    fn go(&mut self, reached: impl Fn(&[Line], &[Entry]) -> bool) -> (Vec<Line>, Stand) {
        self.go_while(|drive, next| next <= drive.moment() || drive.open().is_empty(), reached)
    }

    /// Lets time pass, with all that happens in it.
    pub fn advance(&mut self, nanoseconds: i64) -> Vec<Line> {
        let until = self.moment().plus(nanoseconds);
        let before = self.kept(0);
        let (told, _) = self.go_while(|_, next| next <= until, |_, _| false);
        let left = until.since(self.moment());
        self.now.simulation.advance(left);
        if told.is_empty() {
            self.keep(before);
        }
        told
    }

    fn go_while(
        &mut self,
        may: impl Fn(&Drive, Timestamp) -> bool,
        reached: impl Fn(&[Line], &[Entry]) -> bool,
    ) -> (Vec<Line>, Stand) {
        let mut all = Vec::new();
        let mut kept = self.kept(0);
        for _ in 0..MOST_STEPS {
            let may_go_on = self.now.simulation.next_at().is_some_and(|next| may(self, next));
            if !may_go_on || self.now.simulation.step().is_none() {
                return (all, Stand::Still);
            }
            let told = self.tell();
            let is_reached = self.now.simulation.last().is_some_and(|last| reached(&told, &last.record.then));
            if told.is_empty() {
                kept.steps += 1;
            } else {
                self.now.told.clone_from(&told);
                self.keep(std::mem::replace(&mut kept, self.kept(0)));
            }
            all.extend(told);
            if is_reached {
                return (all, Stand::Reached);
            }
        }
        (all, Stand::Long)
    }

    fn kept(&self, steps: usize) -> Kept {
        Kept { moment: self.now.clone(), steps }
    }

    fn keep(&mut self, kept: Kept) {
        if self.past.len() == KEPT {
            self.past.pop_front();
        }
        self.past.push_back(kept);
    }

    /// Goes back by so many things that were told; gives what is now about to happen.
    pub fn back(&mut self, count: usize) -> Option<Vec<Line>> {
        let to = self.past.len().checked_sub(count.max(1))?;
        let ahead = self.past.get(to + 1).map_or(&self.now, |after| &after.moment).told.clone();
        let Kept { moment, steps } = self.past.get(to)?.clone();
        self.past.truncate(to);
        self.now = moment;
        for _ in 0..steps {
            self.now.simulation.step();
        }
        self.give_all();
        Some(ahead)
    }

    /// How many things one can go back by.
    pub fn depth(&self) -> usize {
        self.past.len()
    }

    fn tell(&self) -> Vec<Line> {
        let Some(last) = self.now.simulation.last() else { return Vec::new() };
        let mut lines = tell::lines(&last.record, BEGIN, &|address| self.what(address));
        // That an item is done is seen by its parts.
        lines.retain(|line| line.sign != Sign::Done || !self.is_item(&line.address));
        lines
    }

    fn is_item(&self, address: &Address) -> bool {
        let found = self.found(address);
        found.is_some_and(
            |found| matches!(found, Found::Statement(statement) if matches!(statement.kind, StatementKind::For(_))),
        )
    }

    /// The virtual time since the run began.
    pub fn elapsed(&self) -> i64 {
        self.now.simulation.now().since(BEGIN)
    }

    /// Whether the run is over.
    pub fn has_ended(&self) -> bool {
        self.now.simulation.halt() == Halt::Ended
    }

    fn status(&self) -> Status {
        self.now.simulation.machine().status()
    }

    fn moment(&self) -> Timestamp {
        self.now.simulation.now()
    }
}

/// The part that begins with an entry.
fn begins(entry: &Entry) -> Option<&Address> {
    let (Entry::Entered { address, .. } | Entry::Intent { address, .. } | Entry::Asked { address, .. }) = entry else {
        return None;
    };
    Some(address)
}
