//! What may fail or wait, for each part of a program: the first place of each kind.
//!
//! A failure is caught by an `attempt` around it. A run that is cancelled while it waits is not, so waiting is told
//! apart. What a plan comes to that is run counts where it is run.

use super::{
    fallible::Fallible,
    figures::{DAY, Figures},
    pass::{RunAround, RunSite, through_runs},
};
use crate::{
    ir::{BlockId, Decide, Expr, Guard, Phase, PlanId, Program, Reaction, Statement, StatementKind},
    source::Span,
};

/// Something that may fail, or wait while something else fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Danger {
    pub(super) span: Span,
    /// What may happen, as a label says it.
    pub(super) what: &'static str,
    /// When, where that is not simply afterwards: ` at the same time`.
    pub(super) when: &'static str,
}

impl Danger {
    fn new(span: Span, what: &'static str) -> Danger {
        Danger { span, what, when: "" }
    }

    /// The same, at another time.
    pub(super) fn at(self, when: &'static str) -> Danger {
        Danger { when, ..self }
    }
}

/// The first place of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dangers {
    /// What may fail, and is caught by nothing inside.
    pub(super) fails: Option<Danger>,
    /// What waits.
    pub(super) waits: Option<Danger>,
    /// Where a person may say no, or a day or more may pass in vain; each fails, too.
    pub(super) no: Option<Danger>,
    /// What a person may refuse to do; it fails, too.
    pub(super) refused: Option<Danger>,
}

impl Dangers {
    fn fails(span: Span, what: &'static str) -> Dangers {
        Dangers { fails: Some(Danger::new(span, what)), ..Dangers::default() }
    }

    fn waits(span: Span, what: &'static str) -> Dangers {
        Dangers { waits: Some(Danger::new(span, what)), ..Dangers::default() }
    }

    fn fails_if(fails: bool, span: Span, what: &'static str) -> Dangers {
        if fails { Dangers::fails(span, what) } else { Dangers::default() }
    }

    fn or(self, later: Dangers) -> Dangers {
        Dangers {
            fails: self.fails.or(later.fails),
            waits: self.waits.or(later.waits),
            no: self.no.or(later.no),
            refused: self.refused.or(later.refused),
        }
    }

    /// What an attempt around it lets through.
    fn caught(self) -> Dangers {
        Dangers { waits: self.waits, ..Dangers::default() }
    }

    fn has_more_than(self, known: Dangers) -> bool {
        let flags =
            |dangers: Dangers| [dangers.fails, dangers.waits, dangers.no, dangers.refused].map(|at| at.is_some());
        flags(known.or(self)) != flags(known)
    }

    /// One of them, if there is any.
    pub(super) fn any(self) -> Option<Danger> {
        self.fails.or(self.waits)
    }
}

const FAILS: &str = "this may fail";
const CANCELLED: &str = "the run may be cancelled while it waits here";
const TOO_LONG: &str = "this may take too long";

/// The dangers of all parts of a program.
pub(super) struct DangerMap<'p> {
    program: &'p Program,
    fallible: Fallible,
    figures: Figures<'p>,
    plans: Vec<Dangers>,
    blocks: Vec<Dangers>,
}

impl<'p> DangerMap<'p> {
    /// `runs` are the places where plans are run.
    pub(super) fn new(program: &'p Program, runs: &[RunSite]) -> Self {
        let mut map = DangerMap {
            program,
            fallible: Fallible::default(),
            figures: Figures::new(program),
            plans: vec![Dangers::default(); program.plans.len()],
            blocks: vec![Dangers::default(); program.blocks.len()],
        };
        map.all_plans();
        if !runs.is_empty() {
            map.through_runs(runs);
            map.all_plans();
        }
        map
    }

    /// What a block comes to.
    pub(super) fn of_block(&self, block: BlockId) -> Dangers {
        self.blocks[block.index()]
    }

    fn all_plans(&mut self) {
        for plan in &self.program.plans {
            self.block(plan.body);
        }
    }

    fn block(&mut self, block: BlockId) -> Dangers {
        let mut dangers = Dangers::default();
        for statement in &self.program.blocks[block.index()].statements {
            dangers = dangers.or(self.own(statement)).or(self.inside(statement));
        }
        self.blocks[block.index()] = dangers;
        dangers
    }

    /// What the blocks of a statement come to, as seen from outside of it.
    fn inside(&mut self, statement: &Statement) -> Dangers {
        match &statement.kind {
            StatementKind::Attempt(attempt) => self.block(attempt.block).caught().or(self.block(attempt.otherwise)),
            // What fails there makes the run stuck, and undoes nothing.
            StatementKind::AfterEach { .. } => Dangers::default(),
            kind => kind.blocks().into_iter().fold(Dangers::default(), |dangers, block| dangers.or(self.block(block))),
        }
    }

    fn through_runs(&mut self, runs: &[RunSite]) {
        let bodies: Vec<Dangers> = self.program.plans.iter().map(|plan| self.of_block(plan.body)).collect();
        self.plans = bodies;
        through_runs(runs, self.plans.len(), |run| {
            let (known, found) = (self.plans[run.caller.index()], self.seen_from(run));
            self.plans[run.caller.index()] = known.or(found);
            found.has_more_than(known)
        });
    }

    /// What a plan that is run somewhere adds to the plan that runs it.
    fn seen_from(&self, run: &RunSite) -> Dangers {
        let dangers = self.run(run.callee, run.span);
        match run.around {
            RunAround { after_each: true, .. } => Dangers::default(),
            RunAround { attempt: true, .. } => dangers.caught(),
            RunAround { .. } => dangers,
        }
    }

    fn run(&self, plan: PlanId, span: Span) -> Dangers {
        let Dangers { fails, waits, no, refused } = self.plans[plan.index()];
        Dangers {
            fails: fails.map(|_| Danger::new(span, "what this runs may fail")),
            waits: waits.map(|_| Danger::new(span, "the run may be cancelled while what this runs waits")),
            no: no.map(|no| Danger { span, ..no }),
            refused: refused.map(|refused| Danger { span, ..refused }),
        }
    }

    fn computes(&self, expr: &Expr) -> Dangers {
        Dangers::fails_if(self.fallible.may_fail(self.program, expr), expr.span, FAILS)
    }

    fn compute<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Dangers {
        exprs.into_iter().fold(Dangers::default(), |dangers, expr| dangers.or(self.computes(expr)))
    }

    /// What a statement may come to by itself, without the blocks in it.
    pub(super) fn own(&self, statement: &Statement) -> Dangers {
        let span = statement.span;
        let timeout = self.timeout(statement.timeout.as_deref(), span, TOO_LONG);
        let kind = match &statement.kind {
            StatementKind::Let { value, .. } => Dangers::fails_if(self.computes(value).fails.is_some(), span, FAILS),
            StatementKind::Probe { .. } => Dangers::fails(span, "this may get no answer"),
            StatementKind::Step(step) => Dangers::fails_if(!step.best_effort, span, FAILS),
            StatementKind::BlockStep { .. }
            | StatementKind::Attempt(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Unwind => Dangers::default(),
            StatementKind::Task(_) => {
                let refused = Some(Danger::new(span, "if this is refused"));
                Dangers { refused, ..Dangers::fails(span, "this may be refused").or(Dangers::waits(span, CANCELLED)) }
            }
            StatementKind::Phases(phases) => self.phases(phases),
            StatementKind::When { branches, .. } => self.compute(branches.iter().map(|(condition, _)| condition)),
            StatementKind::Match { value, .. } => self.computes(value),
            StatementKind::Decide(decide) => self.decide(decide, span),
            StatementKind::Parallel { limit, .. } => self.compute(limit),
            StatementKind::For(each) => {
                let order = &each.order;
                let keys = Dangers::fails_if(each.key.is_some(), each.list.span, "two items may have one key");
                self.compute([&each.list].into_iter().chain(&order.limit).chain(&order.by)).or(keys).or(order
                    .after
                    .as_ref()
                    .map_or_else(Dangers::default, |after| {
                        Dangers::fails(after.span, "this may name what is not there")
                    }))
            }
            StatementKind::Rollout(rollout) => {
                let watched = rollout.gates.first().map_or(span, |gate| gate.check.condition.span);
                Dangers::fails(watched, "the rollout may be stopped here").or(Dangers::waits(span, CANCELLED))
            }
            StatementKind::Require(_) => Dangers::fails(span, "this may not hold"),
            StatementKind::Verify { .. } => Dangers::fails(span, "this may not come to hold"),
            StatementKind::Guard(guard) => guarded(guard, span),
            StatementKind::Wait(length) => self.computes(length).or(Dangers::waits(span, CANCELLED)),
            StatementKind::WaitUntil { timeout, .. } => {
                self.timeout(timeout.as_deref(), span, "this may not come to hold").or(Dangers::waits(span, CANCELLED))
            }
            StatementKind::WaitFor { condition, timeout, .. } => {
                let late = self.timeout(timeout.as_deref(), span, "the event may not come");
                late.or(self.compute(condition.as_deref())).or(Dangers::waits(span, CANCELLED))
            }
            StatementKind::On { condition, .. } => self.compute(condition),
            StatementKind::Approve { .. } => {
                let no = Some(Danger::new(span, "if the answer is no"));
                Dangers { no, ..Dangers::fails(span, "the answer may be no").or(Dangers::waits(span, CANCELLED)) }
            }
            StatementKind::Emit { payload, .. } => self.computes(payload),
            StatementKind::Commit(text) => self.computes(text),
            StatementKind::Run(run) => self.compute(&run.arguments).or(self.run(run.plan, span)),
            StatementKind::Fail(_) => Dangers::fails(span, "this fails"),
            StatementKind::Return(value) => {
                let fails = value.as_ref().is_some_and(|value| self.computes(value).fails.is_some());
                Dangers::fails_if(fails, span, FAILS)
            }
        };
        kind.or(timeout).or(self.compute(statement.title.as_deref()))
    }

    /// What may take no longer; where that is a day or more, somebody has waited all the time.
    fn timeout(&self, timeout: Option<&Expr>, span: Span, what: &'static str) -> Dangers {
        let Some(timeout) = timeout else { return Dangers::default() };
        let long = self.figures.duration(timeout).is_some_and(|timeout| timeout >= DAY);
        let no = long.then(|| Danger::new(span, "if this takes too long"));
        Dangers { no, ..Dangers::fails(span, what) }
    }

    fn phases(&self, phases: &[Phase]) -> Dangers {
        phases.iter().fold(Dangers::default(), |dangers, phase| dangers.or(self.phase(phase)))
    }

    /// What a phase may come to by itself.
    pub(super) fn phase(&self, phase: &Phase) -> Dangers {
        self.compute(phase.title.as_deref()).or(self.timeout(phase.timeout.as_deref(), phase.span, TOO_LONG))
    }

    fn decide(&self, decide: &Decide, span: Span) -> Dangers {
        let conditions = self.compute(decide.options.iter().filter_map(|option| option.condition.as_ref()));
        if decide.by.is_none() {
            return conditions;
        }
        let closed = decide.options.iter().all(|option| option.condition.is_some());
        conditions.or(Dangers::fails_if(closed, span, "no option may be open")).or(Dangers::waits(span, CANCELLED))
    }
}

/// What a guard may come to, at once and as long as it holds.
fn guarded(guard: &Guard, span: Span) -> Dangers {
    let undoes = [guard.on_fail, guard.on_unknown].contains(&Reaction::Undo);
    if undoes {
        Dangers::fails(span, "this may stop holding")
    } else {
        Dangers::waits(span, "this may pause the run, which may be cancelled then")
    }
}
