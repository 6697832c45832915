//! What is wrong at the end of a path, where that comes from, and what to do about it.

use smol_str::SmolStr;

use super::{Deviation, Taken, situation::keyless, world::Explored};
use crate::{
    ir::{Action, Address, Operation, Program, StatementKind, find::Found},
    machine::{self, Owing, Purpose, Status, WaitOn},
    simulate::Simulation,
    source::Span,
};

/// How a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// All was done
    Completed,
    /// It failed, and all was undone
    Compensated,
    /// It failed, and was undone to its last commit
    Halted,
    /// It failed, and was undone but for what is owed
    Partial,
    /// A person is needed, as nobody knows how something ended, or as something could not be undone
    Stuck,
    /// It was paused, and waits for a person, as the plan says
    Paused,
    /// Something is waited for that does not come
    Waiting,
    /// It goes on for ever
    Endless,
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nobody knows whether it was done, and a person has to find out
    InDoubt,
    /// It was done, and could not be undone, and a person has to help
    NotUndone,
    /// What is done after a phase could not be done
    Measure,
    /// The run is over, and something is left to be put right by hand
    Owed,
    /// What must hold does not
    Broken,
}

/// Something that is wrong at the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// What kind.
    pub kind: Kind,
    /// What part of the run.
    pub address: Address,
    /// Why.
    pub reason: SmolStr,
}

/// Something that is wrong at the end of paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// What part of the run, without keys of items and stages; where what must hold broke.
    pub address: String,
    /// Why, on the shortest path.
    pub reason: SmolStr,
    /// How many paths end so.
    pub paths: u64,
    /// What goes otherwise on the shortest of them.
    pub taken: Vec<Taken>,
    /// How many things happen on it.
    pub steps: u32,
    /// The place in the source that something can be done at.
    pub span: Option<Span>,
    /// What can be done there.
    pub advice: String,
}

/// How it would have been settled, had nothing gone wrong at that, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// By a look
    ByLooking,
    /// By doing it again
    ByRepeating,
    /// By undoing it
    ByUndoing,
    /// Not at all
    Otherwise,
}

impl Finding {
    /// How many faults its shortest path has.
    pub fn faults(&self) -> usize {
        self.taken.iter().filter(|taken| taken.deviation.is_fault()).count()
    }

    /// What the last fault of its shortest path got into the way of.
    pub fn settled(&self) -> Settled {
        match self.taken.last() {
            Some(Taken { purpose: Some(Purpose::Confirm), .. }) => Settled::ByLooking,
            Some(Taken { deviation: Deviation::LostForGood, .. }) => Settled::ByRepeating,
            Some(Taken { purpose: Some(Purpose::Undo), .. }) => Settled::ByUndoing,
            Some(_) | None => Settled::Otherwise,
        }
    }

    pub(super) fn is(&self, wrong: &Wrong) -> bool {
        let same = match wrong.kind {
            Kind::Broken => self.reason == wrong.reason,
            Kind::InDoubt | Kind::NotUndone | Kind::Measure | Kind::Owed => self.address == keyless(&wrong.address),
        };
        self.kind == wrong.kind && same
    }
}

/// How a path ends, and what is wrong with that.
pub(super) fn ending(simulation: &Simulation<Explored>) -> (Ending, Vec<Wrong>) {
    let machine = simulation.machine();
    let ending = match machine.status() {
        Status::Ended(machine::Ending::Completed, _) => Ending::Completed,
        Status::Ended(machine::Ending::Compensated, _) => Ending::Compensated,
        Status::Ended(machine::Ending::Halted, _) => Ending::Halted,
        Status::Ended(machine::Ending::Partial | machine::Ending::Killed, _) => Ending::Partial,
        Status::Stuck => Ending::Stuck,
        Status::Paused => Ending::Paused,
        Status::New | Status::Running | Status::Waiting | Status::Unwinding => Ending::Waiting,
    };
    let stuck = machine.waits().into_iter().filter_map(|wait| {
        let (kind, reason) = match wait.on {
            WaitOn::Settlement { reason, .. } => (Kind::InDoubt, reason),
            WaitOn::Compensation { reason } => (Kind::NotUndone, reason),
            WaitOn::Measure { reason } => (Kind::Measure, reason),
            WaitOn::Effect { .. }
            | WaitOn::Time { .. }
            | WaitOn::Backoff { .. }
            | WaitOn::Hold { .. }
            | WaitOn::Person { .. }
            | WaitOn::Event { .. }
            | WaitOn::Paused { .. } => return None,
        };
        Some(Wrong { kind, address: wait.address, reason })
    });
    let owed = machine.owed().iter().map(|owed| {
        let kind = match owed.owing {
            Owing::Unknown => Kind::InDoubt,
            Owing::NotUndone | Owing::Waived => Kind::Owed,
        };
        Wrong { kind, address: owed.address.clone(), reason: owed.reason.clone() }
    });
    (ending, stuck.chain(owed).collect())
}

/// What is wrong, with where that comes from and what to do.
pub(super) fn of_wrong(wrong: &Wrong, (program, plan): (&Program, &str)) -> Finding {
    let way_back = wrong.address.as_str().ends_with("/undo");
    let found = program.find_near(plan, &wrong.address).map(|(_, found)| found);
    let action = found.as_ref().and_then(|found| action_of(program, found)).filter(|_| !way_back);
    let (span, advice) = match (wrong.kind, action) {
        (Kind::InDoubt, Some(action)) => (Some(action.span), in_doubt(action)),
        (Kind::InDoubt, None) => {
            let advice = "let an action do it that says how to find out: `confirm`, or `idempotent`".to_owned();
            (found.map(|found| found.span()), advice)
        }
        (Kind::NotUndone | Kind::Owed, _) => (found.map(|found| found.span()), not_undone(wrong.kind)),
        (Kind::Broken, _) => (found.map(|found| found.span()), String::new()),
        (Kind::Measure, _) => {
            let advice = "a step after each phase can be `best_effort`, or be tried more often: `retry`".to_owned();
            (found.map(|found| found.span()), advice)
        }
    };
    let (kind, address, reason) = (wrong.kind, keyless(&wrong.address), wrong.reason.clone());
    Finding { kind, address, reason, paths: 0, taken: Vec::new(), steps: 0, span, advice }
}

fn in_doubt(action: &Action) -> String {
    match (&action.confirm, action.idempotent) {
        (Some(_), _) => format!(
            "where `confirm` of `{}` has no answer for long, a person is asked: `retry` on the step looks more often",
            action.name
        ),
        (None, true) => format!(
            "`{}` is done again 5 times, or as often as `retry` says: more of it lasts longer; a `confirm` would only look",
            action.name
        ),
        (None, false) => format!(
            "let `{}` say how to find out whether it happened, `confirm`, or that it can be done again, `idempotent`",
            action.name
        ),
    }
}

fn not_undone(kind: Kind) -> String {
    match kind {
        Kind::Owed => "what `compensate best_effort` can't undo is left: without it the run would wait for help".to_owned(),
        Kind::NotUndone | Kind::InDoubt | Kind::Measure | Kind::Broken => {
            "a way back that fails for good needs a person: `retry` tries longer than 5 times, `best_effort` goes on without"
                .to_owned()
        }
    }
}

/// The action that a step does.
fn action_of<'p>(program: &'p Program, found: &Found<'p>) -> Option<&'p Action> {
    let Found::Statement(statement) = found else { return None };
    let StatementKind::Step(step) = &statement.kind else { return None };
    match &step.operation {
        Operation::Action(action, _) => program.actions.get(action.index()),
        Operation::Effect(_) => None,
    }
}
