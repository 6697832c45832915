//! Coverage of the way back: whatever may fail must find everything before it undoable.
//!
//! A step is done without a way back when neither it nor its action says how it is undone, nor that there is nothing
//! to undo, nor that it can't be. That is fine as long as nothing that can fail or wait comes after it or beside it
//! in what is undone together: the plan, with the plans it runs, and in an `attempt` also its inside alone. A scope
//! with a way back of its own covers what is inside, and a `commit` ends it.

mod doubt;
mod parts;
mod pending;
mod people;
mod walk;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::{
    danger::{Danger, DangerMap},
    finality::Left,
    holds::Holds,
    pass::Pass,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ModuleId, PlanId},
    source::Span,
};
pub(super) use doubt::Doubts;
use pending::{EMPTY, Pending, Set};
use walk::Walk;

/// What is known of a program by then.
pub(super) struct Known<'k, 'p> {
    pub(super) dangers: DangerMap<'p>,
    /// What each block holds.
    pub(super) holds: &'k [Holds],
    /// What each plan leaves behind.
    pub(super) left: &'k [Left],
    /// What could not be read.
    pub(super) doubts: Doubts<'k>,
}

/// Checks the way back of all plans.
///
/// Those of the root file may be run as they are; an imported one matters where it is run.
///
/// Gives what is worth a warning only: where a person's no would undo what is done.
pub(super) fn check<'p>(pass: &mut Pass<'p>, known: &Known<'_, 'p>) -> Vec<Diagnostic> {
    let plans = &pass.program.plans;
    let open = plans.iter().enumerate().filter(|(_, plan)| plan.module == ModuleId(0));
    let left: Vec<PlanId> = open.map(|(at, _)| PlanId(at as u32)).rev().collect();
    let done = plans.iter().map(|_| None).collect();
    let mut coverage = Coverage {
        pass,
        known,
        pending: Pending::new(),
        done,
        left,
        threats: Vec::new(),
        phases: Vec::new(),
        lints: Vec::new(),
        reported: FxHashSet::default(),
    };
    coverage.all();
    coverage.lints
}

/// What is remembered of what was done.
#[derive(Clone, Copy)]
enum Done {
    /// A step, and the innermost way back around it, if that is one that unwinds
    Step(Span, Option<Span>),
    /// What a plan that is run there leaves behind at its end
    Run(PlanId, Span),
    /// Something in a phase, by its number, that would be undone
    InPhase(usize),
}

/// What is done and not final at a place.
#[derive(Clone, Copy)]
struct Here {
    /// Without a way back.
    steps: Set,
    /// With one, in phases, and with no person behind it who may say no.
    before_no: Set,
    /// The same with no task behind it that may be refused.
    before_refusal: Set,
}

impl Here {
    const NOTHING: Here = Here { steps: EMPTY, before_no: EMPTY, before_refusal: EMPTY };
}

/// A phase that was met.
struct Met {
    span: Span,
    name: SmolStr,
    /// Its end was come to.
    over: bool,
    /// It was said of it that a no, or a refusal, undoes it.
    said: [bool; 2],
}

/// What a plan does without a way back.
struct PlanDone {
    /// At any time.
    all: Vec<Done>,
    /// Without any danger in the plan itself.
    left: Set,
}

/// A danger to what was done by a plan that is run.
struct Threat {
    plan: PlanId,
    run: Span,
    danger: Danger,
    /// It is there all the time that the plan runs, not only afterwards.
    beside: bool,
}

/// The check of a whole program.
struct Coverage<'w, 'p> {
    pass: &'w mut Pass<'p>,
    known: &'w Known<'w, 'p>,
    pending: Pending<Done>,
    /// By plan, once it was looked at.
    done: Vec<Option<PlanDone>>,
    /// Plans that are still to be looked at.
    left: Vec<PlanId>,
    threats: Vec<Threat>,
    phases: Vec<Met>,
    /// What is only worth a warning.
    lints: Vec<Diagnostic>,
    reported: FxHashSet<Span>,
}

impl Coverage<'_, '_> {
    fn all(&mut self) {
        while let Some(plan) = self.left.pop() {
            let at = plan.index();
            if self.done[at].is_none() {
                self.done[at] = Some(PlanDone { all: Vec::new(), left: EMPTY });
                let done = Walk::plan(self, plan);
                self.done[at] = Some(done);
            }
        }
        while let Some(threat) = self.threats.pop() {
            self.meet(&threat);
        }
    }

    /// Takes each step of a plan once, so that plans that run each other come to an end.
    fn meet(&mut self, threat: &Threat) {
        let Some(Some(done)) = self.done.get_mut(threat.plan.index()) else { return };
        let found = match threat.beside {
            true => std::mem::take(&mut done.all),
            false => self.pending.take(done.left),
        };
        found.into_iter().for_each(|done| self.endangered(done, threat.danger, Some(threat.run), threat.beside));
    }

    fn endangered(&mut self, done: Done, danger: Danger, run: Option<Span>, beside: bool) {
        match done {
            Done::Step(span, unwinding) => self.report(span, unwinding, danger, run),
            Done::Run(plan, here) => {
                self.threats.push(Threat { plan, run: run.unwrap_or(here), danger, beside });
            }
            // Those are in sets of their own.
            Done::InPhase(_) => {}
        }
    }

    fn join(&mut self, one: Here, other: Here) -> Here {
        Here {
            steps: self.pending.join(one.steps, other.steps),
            before_no: self.pending.join(one.before_no, other.before_no),
            before_refusal: self.pending.join(one.before_refusal, other.before_refusal),
        }
    }

    fn report(&mut self, span: Span, unwinding: Option<Span>, danger: Danger, run: Option<Span>) {
        if self.reported.contains(&span) || !self.known.doubts.is_certain(span, danger.span, run) {
            return;
        }
        self.reported.insert(span);
        let step = self.pass.head(span);
        let message = format!("`{}` has no way back", self.pass.sources.text(step));
        let what = format!("{}{}", danger.what, danger.when);
        let mut diagnostic = Diagnostic::new(Code::E0401, step, message, "nothing undoes this");
        if danger.span == span {
            diagnostic.labels[0].text = format!("nothing undoes this, and {what}");
        } else {
            let label = format!("{what}, and then it stays done");
            diagnostic = diagnostic.label(self.pass.head(danger.span), label);
        }
        if let Some(run) = run.filter(|run| *run != danger.span) {
            diagnostic = diagnostic.label(self.pass.head(run), "it is done here");
        }
        if let Some(unwinding) = unwinding {
            let label = "its `unwind` undoes only what says how it is undone";
            diagnostic = diagnostic.label(self.pass.head(unwinding), label);
        }
        let help = "say how it is undone: `compensate ..`; or `compensate nothing`, or `irreversible`";
        self.pass.report(diagnostic.help(help));
    }
}
