//! The walk through a plan: what is done without a way back, and what it meets.

use super::{Coverage, Done, Here, PlanDone, parts::too_long, pending::Set};
use crate::{
    check::{
        danger::{Danger, Dangers},
        holds,
    },
    diagnostic::Code,
    ir::{BlockId, Compensation, Operation, PlanId, Run, Segment, Statement, StatementKind, Step, Type},
    source::Span,
};

/// A danger that is there as long as something goes on.
pub(super) struct Active {
    pub(super) danger: Danger,
    /// The phase of the same block whose start ends it.
    pub(super) until: Option<Segment>,
    /// It is over.
    pub(super) over: bool,
}

/// The walk through one plan.
pub(super) struct Walk<'c, 'w, 'p> {
    pub(super) coverage: &'c mut Coverage<'w, 'p>,
    /// What is done here since the innermost `attempt` began.
    pub(super) now: Here,
    /// The same for what is around each `attempt`.
    pub(super) outer: Vec<Here>,
    /// What was done where the parts around this place were left by `return`, with how many attempts are around those.
    pub(super) returned: Vec<(Here, usize)>,
    pub(super) active: Vec<Active>,
    /// Inside a scope that has a way back of its own.
    pub(super) covered: bool,
    /// The innermost way back around this place, if it is one that unwinds.
    unwinding: Option<Span>,
    /// The innermost phase around this place, by its number.
    pub(super) phase: Option<usize>,
    pub(super) all: Vec<Done>,
}

impl<'c, 'w, 'p> Walk<'c, 'w, 'p> {
    pub(super) fn plan(coverage: &'c mut Coverage<'w, 'p>, plan: PlanId) -> PlanDone {
        let body = coverage.pass.program.plans[plan.index()].body;
        let mut walk = Walk {
            coverage,
            now: Here::NOTHING,
            outer: Vec::new(),
            returned: Vec::new(),
            active: Vec::new(),
            covered: false,
            unwinding: None,
            phase: None,
            all: Vec::new(),
        };
        walk.until_return(|walk| walk.block(body));
        PlanDone { all: walk.all, left: walk.now.steps }
    }

    pub(super) fn block(&mut self, block: BlockId) {
        let depth = self.active.len();
        for statement in self.coverage.pass.statements(block) {
            self.statement(statement, depth);
        }
        self.active.truncate(depth);
    }

    /// `depth` is how many dangers were there when its block began.
    fn statement(&mut self, statement: &Statement, depth: usize) {
        let own = self.coverage.known.dangers.own(statement);
        self.danger(own);
        match &statement.kind {
            StatementKind::Step(step) => self.step(step, statement.span),
            StatementKind::BlockStep { block, compensation } => {
                self.timed(statement, |walk| walk.scope(compensation.as_ref(), *block));
            }
            StatementKind::Run(run) => self.timed(statement, |walk| walk.run(run, statement.span)),
            StatementKind::Phases(phases) => self.phases(phases, depth),
            StatementKind::When { branches, otherwise } => {
                let blocks = branches.iter().map(|(_, block)| Some(*block)).chain([*otherwise]);
                self.ways(blocks);
            }
            StatementKind::Match { arms, .. } => self.ways(arms.iter().map(|(_, block)| Some(*block))),
            StatementKind::Decide(decide) => self.ways(decide.options.iter().map(|option| Some(option.block))),
            StatementKind::Parallel { branches, .. } => {
                self.together(&branches.iter().map(|branch| branch.block).collect::<Vec<_>>());
            }
            StatementKind::For(each) => self.items(each),
            StatementKind::Rollout(rollout) => self.stages(rollout, own),
            StatementKind::Guard(guard) => self.guard(guard, own, depth),
            StatementKind::On { block, .. } => self.handler(*block),
            StatementKind::Attempt(attempt) => self.attempt(attempt),
            StatementKind::Commit(_) => self.now = Here::NOTHING,
            StatementKind::Return(_) => self.leave(),
            // What is done there is never undone.
            StatementKind::AfterEach { .. }
            | StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Task(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Fail(_)
            | StatementKind::Unwind => {}
        }
    }

    fn step(&mut self, step: &Step, span: Span) {
        if self.covered {
            return;
        }
        if !self.has_way_back(step) {
            self.done(Done::Step(span, self.unwinding));
        } else if holds::of_step(self.coverage.pass.program, step).undoes {
            self.undoable();
        }
    }

    fn run(&mut self, run: &Run, span: Span) {
        let (plan, own) = (run.plan.index(), run.compensation.as_ref());
        let Some(left) = self.coverage.known.left.get(plan).copied() else { return };
        if left.committed {
            self.now = Here::NOTHING;
        }
        if !self.covers(own) {
            self.done(Done::Run(run.plan, span));
            self.coverage.left.push(run.plan);
        }
        let body = self.coverage.pass.program.plans[plan].body;
        if !self.covered && (self.undoes_as_a_whole(own, body) || own.is_none() && left.undoable) {
            self.undoable();
        }
    }

    /// Something is done that would be undone.
    pub(super) fn undoable(&mut self) {
        let Some(phase) = self.phase else { return };
        let pending = &mut self.coverage.pending;
        for set in [&mut self.now.before_no, &mut self.now.before_refusal] {
            if !matches!(pending.last(*set), Some(Done::InPhase(last)) if *last == phase) {
                *set = pending.with(*set, Done::InPhase(phase));
            }
        }
    }

    fn has_way_back(&self, step: &Step) -> bool {
        let by_action = match &step.operation {
            Operation::Action(id, _) => {
                let action = &self.coverage.pass.program.actions[id.index()];
                let read = self.coverage.known.doubts.has_read_action(id.index());
                action.compensation.is_some() || action.irreversible || !read
            }
            Operation::Effect(effect) => effect.expects == Type::Error,
        };
        by_action || step.compensation.is_some() || step.irreversible
    }

    fn done(&mut self, done: Done) {
        self.all.push(done);
        match self.active.iter().find(|active| !active.over) {
            Some(Active { danger, .. }) => self.coverage.endangered(done, *danger, None, true),
            None => self.now.steps = self.coverage.pending.with(self.now.steps, done),
        }
    }

    /// Whether nothing that is done in a scope needs a way back of its own.
    pub(super) fn covers(&self, compensation: Option<&Compensation>) -> bool {
        self.covered || compensation.is_some_and(|compensation| self.coverage.pass.silences(compensation))
    }

    /// A scope, which may have a way back of its own.
    pub(super) fn scope(&mut self, compensation: Option<&Compensation>, block: BlockId) {
        let covered = self.covered;
        self.covered = self.covers(compensation);
        let around = self.unwinding;
        self.unwinding = compensation.map(|compensation| compensation.span).or(around);
        self.block(block);
        self.unwinding = around;
        self.covered = covered;
        if !covered && self.undoes_as_a_whole(compensation, block) {
            self.undoable();
        }
    }

    /// Whether a scope with something in it is undone by its own way back.
    fn undoes_as_a_whole(&self, compensation: Option<&Compensation>, block: BlockId) -> bool {
        self.coverage.known.holds[block.index()].acts && holds::undone_by(compensation).undoes
    }

    /// What goes on while another danger is there.
    pub(super) fn beside(&mut self, danger: Option<Danger>, inside: impl FnOnce(&mut Self)) {
        let depth = self.active.len();
        self.active.extend(danger.map(|danger| Active { danger, until: None, over: false }));
        inside(self);
        self.active.truncate(depth);
    }

    /// A statement whose time may run out at any moment.
    fn timed(&mut self, statement: &Statement, inside: impl FnOnce(&mut Self)) {
        let danger = statement.timeout.as_ref().map(|timeout| too_long(timeout.span));
        self.beside(danger, inside);
    }

    /// What may fail hits what is undone together with it; a cancel is caught by no attempt.
    pub(super) fn danger(&mut self, dangers: Dangers) {
        if let Some(danger) = dangers.any() {
            self.endanger(self.now.steps, danger);
        }
        if let Some(danger) = dangers.waits {
            (0..self.outer.len()).for_each(|at| self.endanger(self.outer[at].steps, danger));
        }
        if let Some(danger) = dangers.no {
            self.now.before_no = self.coverage.would_undo(self.now.before_no, danger, Code::W0406);
        }
        if let Some(danger) = dangers.refused {
            self.now.before_refusal = self.coverage.would_undo(self.now.before_refusal, danger, Code::W0407);
        }
    }

    pub(super) fn endanger(&mut self, set: Set, danger: Danger) {
        for done in self.coverage.pending.take(set) {
            self.coverage.endangered(done, danger, None, false);
        }
    }
}
