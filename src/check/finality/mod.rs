//! What is final: where a `commit` may stand, and what an irreversible step needs before it.
//!
//! Each part that may stand in several places, or several times, is gone through once by itself: an item, a branch, a
//! plan. What it is to what is around it ([`Facts`]) is then put there. So plans that run each other cost no more
//! than others; where they go in circles, they are gone through until nothing new is found.

mod known;
mod parts;
mod report;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    dependencies,
    pass::{Pass, RunSite},
};
use crate::{
    ir::{BlockId, ModuleId, Operation, Run, Statement, StatementKind, Step},
    source::Span,
};
pub(super) use known::Unheld;
use known::{Facts, Hold, Known, Part, Unapproved};
use parts::undoes;

/// What the lints want to know of all plans.
#[derive(Default)]
pub(super) struct Notes {
    /// Rollouts that end unheld, each with the `commit` behind it.
    pub(super) unheld: Vec<(Unheld, Span)>,
    /// Steps that can't be undone, with no approval before them.
    pub(super) unapproved: Vec<Span>,
}

/// What a plan leaves behind where it is run.
#[derive(Clone, Copy)]
pub(super) struct Left {
    /// What came before it is final.
    pub(super) committed: bool,
    /// Something that it did could be undone.
    pub(super) undoable: bool,
}

/// Checks the finality of all plans that are `complete`; `runs` are the places where plans are run. Gives what each
/// plan leaves behind.
pub(super) fn check(pass: &mut Pass, runs: &[RunSite], complete: &[bool]) -> (Notes, Vec<Left>) {
    let count = pass.program.plans.len();
    let mut mentions = vec![Vec::new(); count];
    runs.iter().for_each(|run| mentions[run.caller.index()].push((run.callee.index(), run.span)));
    let order = dependencies::order(&mentions);
    let mut plans =
        Plans { facts: vec![Facts::UNKNOWN; count], unapproved: vec![Vec::new(); count], roots: roots(runs, count) };
    let mut changed = !order.circles.is_empty();
    let mut walk = Walk::new(pass, &mut plans, true);
    while std::mem::take(&mut changed) {
        for &plan in &order.sequence {
            changed |= walk.plan(plan, complete[plan]);
        }
    }
    walk.silent = false;
    for &plan in &order.sequence {
        walk.plan(plan, complete[plan]);
    }
    walk.roots();
    let left = |facts: &Facts| Left {
        committed: facts.end.is_none_or(|end| end.committed),
        undoable: facts.end.is_some_and(|end| end.undoable.is_some()),
    };
    (walk.notes, plans.facts.iter().map(left).collect())
}

/// The plans that are looked at as they are: those that no other runs.
fn roots(runs: &[RunSite], count: usize) -> Vec<usize> {
    let mut run_by_another = vec![false; count];
    let mut callees = vec![Vec::new(); count];
    for run in runs.iter().filter(|run| run.caller != run.callee) {
        run_by_another[run.callee.index()] = true;
        callees[run.caller.index()].push(run.callee.index());
    }
    let mut roots: Vec<usize> = Vec::new();
    let mut reached = vec![false; count];
    let first = (0..count).filter(|plan| !run_by_another[*plan]);
    for plan in first.chain(0..count) {
        if reached[plan] {
            continue;
        }
        roots.push(plan);
        let mut left = vec![plan];
        while let Some(plan) = left.pop() {
            if !std::mem::replace(&mut reached[plan], true) {
                left.extend(&callees[plan]);
            }
        }
    }
    roots
}

/// What is known of all plans.
struct Plans {
    facts: Vec<Facts>,
    unapproved: Vec<Vec<Unapproved>>,
    roots: Vec<usize>,
}

/// Why no `commit` may stand here.
#[derive(Clone, Copy)]
struct Forbidden {
    why: &'static str,
    place: Span,
}

struct Walk<'w, 'p> {
    pass: &'w mut Pass<'p>,
    plans: &'w mut Plans,
    forbidden: Vec<Forbidden>,
    /// The part around this place.
    facts: Facts,
    unapproved: Vec<Unapproved>,
    /// The part is an item or branch, which a `commit` makes final by itself.
    by_itself: bool,
    /// What is known where the parts around this place were left by `return`.
    returned: Vec<Option<Known>>,
    /// Steps of handlers that can't be undone, and may be done from here to the end of the block.
    acting: Vec<Span>,
    /// Here nothing is undone: in compensations and in what measures.
    exempt: bool,
    /// Facts are gathered, and nothing is reported.
    silent: bool,
    reported: FxHashSet<Span>,
    /// Where plans are run that commit, each with a `commit` in it.
    committing_runs: FxHashMap<Span, Span>,
    notes: Notes,
}

impl<'w, 'p> Walk<'w, 'p> {
    fn new(pass: &'w mut Pass<'p>, plans: &'w mut Plans, silent: bool) -> Self {
        Walk {
            pass,
            plans,
            forbidden: Vec::new(),
            facts: Facts::BEGIN,
            unapproved: Vec::new(),
            by_itself: false,
            returned: Vec::new(),
            acting: Vec::new(),
            exempt: false,
            silent,
            reported: FxHashSet::default(),
            committing_runs: FxHashMap::default(),
            notes: Notes::default(),
        }
    }

    /// Goes through a plan; whether something new was found. Of a plan with mistakes nothing is known.
    fn plan(&mut self, plan: usize, complete: bool) -> bool {
        let body = self.pass.program.plans[plan].body;
        let Part { facts, unapproved } = match complete {
            true => self.part(false, |walk| walk.until_return(|walk| walk.block(body))),
            false => Part { facts: Facts::BEGIN, unapproved: Vec::new() },
        };
        let changed = !facts.is_like(&self.plans.facts[plan]);
        self.plans.facts[plan] = facts;
        self.plans.unapproved[plan] = unapproved;
        changed
    }

    /// What is wrong with plans of the root file that nothing comes before; imported ones are for others to run.
    fn roots(&mut self) {
        let mut left = std::mem::take(&mut self.plans.roots);
        left.retain(|root| self.pass.program.plans[*root].module == ModuleId(0));
        for root in &left {
            if let Some(step) = self.plans.facts[*root].needs_commit {
                self.not_final(step, None, None);
            }
        }
        // What an event starts is meant to ask nobody.
        left.retain(|root| self.pass.program.plans[*root].trigger.is_none());
        while let Some(plan) = left.pop() {
            for unapproved in std::mem::take(&mut self.plans.unapproved[plan]) {
                match unapproved {
                    Unapproved::Step(step) => self.notes.unapproved.push(step),
                    Unapproved::Run(plan) => left.push(plan.index()),
                }
            }
        }
    }

    fn block(&mut self, block: BlockId) {
        let (forbidden, acting) = (self.forbidden.len(), self.acting.len());
        for statement in self.pass.statements(block) {
            self.statement(statement);
        }
        self.forbidden.truncate(forbidden);
        self.acting.truncate(acting);
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Step(step) => self.step(step, span),
            StatementKind::BlockStep { block, compensation } => {
                let why = "a step with a block is undone as a whole";
                self.forbidding(why, span, |walk| walk.scope(compensation.as_ref(), |walk| walk.block(*block)));
            }
            StatementKind::Task(task) => {
                self.held();
                self.scope(task.compensation.as_ref(), |_| {});
            }
            StatementKind::Phases(phases) => self.phases(phases),
            StatementKind::When { branches, otherwise } => {
                let blocks = branches.iter().map(|(_, block)| Some(*block)).chain([*otherwise]);
                self.ways(blocks);
            }
            StatementKind::Match { arms, .. } => self.ways(arms.iter().map(|(_, block)| Some(*block))),
            StatementKind::Decide(decide) => {
                if decide.by.is_some() {
                    self.approved();
                }
                self.ways(decide.options.iter().map(|option| Some(option.block)));
            }
            StatementKind::Parallel { branches, .. } => {
                self.branches(&branches.iter().map(|branch| branch.block).collect::<Vec<_>>());
            }
            StatementKind::For(each) => self.items(each),
            StatementKind::Rollout(rollout) => self.stages(rollout, span),
            StatementKind::On { block, .. } => self.handler(*block, span),
            StatementKind::Attempt(attempt) => self.attempt(attempt, span),
            StatementKind::Commit(_) => self.commit(span),
            StatementKind::Run(run) => self.run(run, span),
            StatementKind::AfterEach { block, .. } => {
                self.exempt("what is done after each phase makes nothing final", span, *block);
            }
            StatementKind::Approve { .. } => self.approved(),
            StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. } => self.held(),
            StatementKind::Fail(_) => self.facts.end = None,
            StatementKind::Return(_) => self.leave(),
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Require(_)
            | StatementKind::Guard(_)
            | StatementKind::Emit { .. }
            | StatementKind::Unwind => {}
        }
    }

    fn step(&mut self, step: &Step, span: Span) {
        self.facts.acts = true;
        let action = match &step.operation {
            Operation::Action(id, _) => Some(&self.pass.program.actions[id.index()]),
            Operation::Effect(_) => None,
        };
        let inherited = action.and_then(|action| action.compensation.as_ref());
        let never =
            step.irreversible || step.compensation.is_none() && action.is_some_and(|action| action.irreversible);
        let undoable = step.compensation.as_ref().or(inherited).is_some_and(undoes);
        if never {
            self.irreversible(span);
        } else if undoable {
            self.undoable(span);
        }
        self.compensation(step.compensation.as_ref());
    }

    fn irreversible(&mut self, span: Span) {
        let Some(known) = self.facts.end.filter(|_| !self.exempt) else { return };
        if let Some(undoable) = known.undoable {
            self.not_final(span, Some(undoable), None);
        } else if !known.committed {
            self.facts.needs_commit.get_or_insert(span);
        }
        if !known.approved {
            self.unapproved.push(Unapproved::Step(span));
        }
    }

    fn undoable(&mut self, span: Span) {
        if self.exempt {
            return;
        }
        self.facts.undoable = Some(span);
        let Some(known) = &mut self.facts.end else { return };
        known.undoable = Some(span);
        if let Some(commit) = known.commit {
            self.facts.open_behind.get_or_insert((commit, span));
        }
        // What was said once of a handler need not be said again.
        for step in std::mem::take(&mut self.acting) {
            self.not_final(step, Some(span), None);
        }
    }

    fn approved(&mut self) {
        self.held();
        if let Some(known) = &mut self.facts.end {
            known.approved = true;
        }
    }

    fn held(&mut self) {
        if let Some(known) = &mut self.facts.end {
            known.held = Hold::Held;
        }
    }

    fn commit(&mut self, span: Span) {
        self.permitted(span, None);
        let Some(known) = &mut self.facts.end else { return };
        if let Hold::Unheld(unheld) = known.held {
            self.notes.unheld.extend((!self.silent).then_some((unheld, span)));
        }
        *known = known.then(Known { committed: true, commit: Some(span), ..Known::default() });
    }

    /// A `commit` stands here, or `inside` a plan that is run here.
    fn permitted(&mut self, span: Span, inside: Option<Span>) {
        if let Some(forbidden) = self.forbidden.last() {
            self.misplaced(span, *forbidden, inside);
        }
        self.facts.commits.get_or_insert(span);
        if self.by_itself {
            self.facts.needs_final.get_or_insert(span);
        }
    }

    fn run(&mut self, run: &Run, span: Span) {
        let mut facts = self.plans.facts[run.plan.index()];
        self.scope(run.compensation.as_ref(), |walk| {
            if let Some(commit) = facts.commits {
                walk.permitted(span, Some(commit));
                walk.committing_runs.insert(span, commit);
                facts.commits_at(span);
            }
            let unapproved = !walk.plans.unapproved[run.plan.index()].is_empty();
            let unapproved = unapproved.then_some(Unapproved::Run(run.plan)).into_iter().collect();
            walk.then(Part { facts, unapproved }, Some(span));
        });
    }
}
