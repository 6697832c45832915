//! The programs of the corpus use, between them, every statement with every clause; and their runs make every entry,
//! hear every word and end in every way there is.
//!
//! Matches over the types of the language are exhaustive: what is added to it has to be added here, and then used.

use std::collections::BTreeSet;

use orch::ir::{
    Compensation, CompensationBody, CompensationMode, Estimate, For, ForOrder, Operation, Reaction, Stages, Statement,
    StatementKind, Step, Tries,
};
use orch::machine::{Ending, Entry, Event, Outcome, Purpose, Record, Verdict, Word};

use super::corpus::Case;
use super::scene::Scene;

/// A function that names a value's variant, and the names of all of them.
macro_rules! variants {
    ($($function:ident, $all:ident of $kind:ident { $($variant:ident),+ $(,)? })+) => {$(
        fn $function(value: &$kind) -> &'static str {
            match value { $($kind::$variant { .. } => stringify!($variant)),+ }
        }
        const $all: &[&str] = &[$(stringify!($variant)),+];
    )+};
}

variants! {
    statement, STATEMENTS of StatementKind {
        Let, Probe, Step, BlockStep, Task, Phases, When, Match, Decide, Parallel, For, Rollout, Require, Verify, Guard,
        Wait, WaitUntil, WaitFor, On, Approve, Emit, Attempt, Commit, Run, AfterEach, Fail, Return, Unwind,
    }
    operation, OPERATIONS of Operation { Action, Effect }
    mode, MODES of CompensationMode { Normal, Always, BestEffort }
    body, BODIES of CompensationBody { Nothing, Call, Block }
    stages, STAGES of Stages { Listed, In }
    reaction, REACTIONS of Reaction { Undo, Pause, StepBack }
    event, EVENTS of Event { Started, Outcome, Time, Suspended, Recovered, Operator, Migrated }
    outcome, OUTCOMES of Outcome { Ok, Failed, Unknown }
    purpose, PURPOSES of Purpose { Do, Undo, Look, Confirm }
    verdict, VERDICTS of Verdict { Pass, Fail, Unknown }
    ending, ENDINGS of Ending { Completed, Compensated, Halted, Partial, Killed }
    word, WORDS of Word {
        Settle, Retry, Cancel, Kill, Waive, Done, Approve, Refuse, Event, Pause, Resume, Promote, Abort, Choose,
    }
    entry, ENTRIES of Entry {
        Entered, Intent, TryFailed, InDoubt, Done, Failed, Verdict, Decided, Measured, Emitted, Asked, Waits, Holds,
        Paused, Resumed, Promoted, SteppedBack, Committed, Unwinding, AttemptFailed, Left, Otherwise, Undone, NotUndone,
        Killed, Owed, Settled, Stuck, Unstuck, Ended,
    }
}

/// What can be said with a statement, and may be left out.
const CLAUSES: &[&str] = &[
    "title",
    "takes",
    "risk",
    "timeout",
    "retry",
    "backoff",
    "irreversible",
    "best_effort",
    "compensate",
    "binds",
    "decodes",
    "phase title",
    "phase after",
    "phase timeout",
    "keyed",
    "parallel",
    "limit",
    "after",
    "by",
    "descending",
    "as",
    "by a person",
    "within",
    "tolerate",
    "until a phase",
    "where",
    "is called",
    "otherwise",
    "failure is called",
    "reports",
    "else text",
    "hold",
    "no hold",
];

/// What the programs use: `what kind`, each found somewhere.
#[derive(Default)]
struct Used(BTreeSet<(&'static str, &'static str)>);

impl Used {
    fn clause(&mut self, name: &'static str, is_there: bool) {
        if is_there {
            self.0.insert(("clause", name));
        }
    }

    fn estimate(&mut self, estimate: &Estimate) {
        let Estimate { takes, risk } = estimate;
        self.clause("takes", !takes.is_empty());
        self.clause("risk", risk.is_some());
    }

    fn tries(&mut self, tries: &Tries) {
        let Tries { retry, backoff, timeout } = tries;
        self.clause("retry", retry.is_some());
        self.clause("backoff", backoff.is_some());
        self.clause("timeout", timeout.is_some());
    }

    fn compensation(&mut self, compensation: Option<&Compensation>) {
        self.clause("compensate", compensation.is_some());
        let Some(Compensation { mode: when, body: what, span: _ }) = compensation else { return };
        self.0.extend([("compensate", mode(when)), ("compensate with", body(what))]);
        if let CompensationBody::Call { operation: called, tries } = what {
            self.0.insert(("operation", operation(called)));
            self.tries(tries);
        }
    }

    fn step(&mut self, step: &Step) {
        let Step { local, operation: done, decode, tries, irreversible, best_effort, compensation } = step;
        self.clause("binds", local.is_some());
        self.clause("decodes", decode.is_some());
        self.clause("irreversible", *irreversible);
        self.clause("best_effort", *best_effort);
        self.0.insert(("operation", operation(done)));
        self.tries(tries);
        self.compensation(compensation.as_ref());
    }

    fn each(&mut self, each: &For) {
        let For { variable: _, list: _, key, order, block: _, collect, compensation } = each;
        let ForOrder { parallel, limit, after, by, descending } = order;
        self.clause("keyed", key.is_some());
        self.clause("parallel", *parallel);
        self.clause("limit", limit.is_some());
        self.clause("after", after.is_some());
        self.clause("by", by.is_some());
        self.clause("descending", *descending);
        self.clause("as", collect.is_some());
        self.compensation(compensation.as_ref());
    }

    fn statement(&mut self, said: &Statement) {
        let Statement { kind, segment: _, title, estimate, timeout, span: _ } = said;
        self.0.insert(("statement", statement(kind)));
        self.clause("title", title.is_some());
        self.clause("timeout", timeout.is_some());
        self.estimate(estimate);
        match kind {
            StatementKind::Probe { tries, .. } => self.tries(tries),
            StatementKind::Step(step) => self.step(step),
            StatementKind::BlockStep { compensation, .. } => self.compensation(compensation.as_ref()),
            StatementKind::Task(task) => {
                self.clause("reports", task.local.is_some());
                self.compensation(task.compensation.as_ref());
            }
            StatementKind::Phases(phases) => phases.iter().for_each(|phase| {
                self.clause("phase title", phase.title.is_some());
                self.clause("phase after", !phase.after.is_empty());
                self.clause("phase timeout", phase.timeout.is_some());
                self.estimate(&phase.estimate);
                self.compensation(phase.compensation.as_ref());
            }),
            StatementKind::When { otherwise, .. } => self.clause("otherwise", otherwise.is_some()),
            StatementKind::Decide(decide) => self.clause("by a person", decide.by.is_some()),
            StatementKind::Parallel { limit, .. } => self.clause("limit", limit.is_some()),
            StatementKind::For(each) => self.each(each),
            StatementKind::Rollout(rollout) => {
                self.0.insert(("stages", stages(&rollout.stages)));
                if let Stages::Listed(listed) = &rollout.stages {
                    self.clause("hold", listed.iter().any(|(_, hold)| hold.is_some()));
                    self.clause("no hold", listed.iter().any(|(_, hold)| hold.is_none()));
                }
                for gate in &rollout.gates {
                    self.clause("tolerate", gate.tolerate.is_some());
                    let reactions = [("gate fails", &gate.on_fail), ("gate unknown", &gate.on_unknown)];
                    self.0.extend(reactions.map(|(when, what)| (when, reaction(what))));
                }
                self.compensation(rollout.compensation.as_ref());
            }
            StatementKind::Require(check) => self.clause("else text", check.otherwise.is_some()),
            StatementKind::Verify { within, .. } => self.clause("within", within.is_some()),
            StatementKind::Guard(guard) => {
                self.clause("tolerate", guard.tolerate.is_some());
                self.clause("until a phase", guard.until.is_some());
                let reactions = [("guard fails", &guard.on_fail), ("guard unknown", &guard.on_unknown)];
                self.0.extend(reactions.map(|(when, what)| (when, reaction(what))));
            }
            StatementKind::WaitUntil { timeout, .. } => self.clause("timeout", timeout.is_some()),
            StatementKind::WaitFor { local, condition, timeout, event: _ } => {
                self.clause("is called", local.is_some());
                self.clause("where", condition.is_some());
                self.clause("timeout", timeout.is_some());
            }
            StatementKind::On { condition, .. } => self.clause("where", condition.is_some()),
            StatementKind::Attempt(attempt) => {
                self.clause("binds", attempt.local.is_some());
                self.clause("failure is called", attempt.failure.is_some());
            }
            StatementKind::Run(run) => {
                self.clause("binds", run.local.is_some());
                self.clause("decodes", run.decode.is_some());
                self.compensation(run.compensation.as_ref());
            }
            StatementKind::Let { .. }
            | StatementKind::Match { .. }
            | StatementKind::Wait(_)
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Commit(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => {}
        }
    }
}

fn missing(found: &BTreeSet<(&str, &str)>, of: &'static str, all: &[&'static str]) -> Vec<String> {
    all.iter().filter(|name| !found.contains(&(of, **name))).map(|name| format!("{of} {name}")).collect()
}

#[test]
fn every_statement_with_every_clause_is_in_a_program() {
    let mut used = Used::default();
    for Case { program, .. } in super::corpus::cases() {
        program.blocks.iter().flat_map(|block| &block.statements).for_each(|said| used.statement(said));
        for action in &program.actions {
            used.tries(&action.tries);
            used.compensation(action.compensation.as_ref());
        }
    }
    let lists = [
        ("statement", STATEMENTS),
        ("operation", OPERATIONS),
        ("compensate", MODES),
        ("compensate with", BODIES),
        ("stages", STAGES),
        ("gate fails", REACTIONS),
        ("gate unknown", &["Undo", "Pause"]),
        ("guard fails", &["Undo", "Pause"]),
        ("guard unknown", &["Undo", "Pause"]),
        ("clause", CLAUSES),
    ];
    let missing: Vec<String> = lists.into_iter().flat_map(|(of, all)| missing(&used.0, of, all)).collect();
    assert_eq!(missing, Vec::<String>::new(), "no program of the corpus uses these");
}

/// What is in a journal.
fn told(record: &Record) -> Vec<(&'static str, &'static str)> {
    let mut told = vec![("event", event(&record.event))];
    match &record.event {
        Event::Outcome { outcome: how, .. } => told.push(("outcome", outcome(how))),
        Event::Operator { word: what, .. } => told.push(("word", word(what))),
        Event::Started { .. } | Event::Time | Event::Suspended | Event::Recovered | Event::Migrated { .. } => {}
    }
    for followed in &record.then {
        told.push(("entry", entry(followed)));
        match followed {
            Entry::Intent { purpose: what, .. } => told.push(("purpose", purpose(what))),
            Entry::Verdict { verdict: how, .. } => told.push(("verdict", verdict(how))),
            Entry::Ended { ending: how, .. } => told.push(("ending", ending(how))),
            _ => {}
        }
    }
    told
}

#[test]
fn every_entry_word_and_ending_is_in_a_run() {
    let mut found = BTreeSet::new();
    for (case, scripts) in super::all_found() {
        for script in scripts {
            let mut scene = Scene::start(case, script);
            scene.go_on(|_| ());
            found.extend(scene.world.records.iter().flat_map(told));
        }
    }
    // What goes on under another program is tried where programs are changed: `tests/cli/migrate.rs`.
    found.insert(("event", "Migrated"));
    let lists = [
        ("event", EVENTS),
        ("outcome", OUTCOMES),
        ("word", WORDS),
        ("entry", ENTRIES),
        ("purpose", PURPOSES),
        ("verdict", VERDICTS),
        ("ending", ENDINGS),
    ];
    let missing: Vec<String> = lists.into_iter().flat_map(|(of, all)| missing(&found, of, all)).collect();
    assert_eq!(missing, Vec::<String>::new(), "no run of the corpus has these");
}
