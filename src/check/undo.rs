//! Coverage of the way back: whatever may fail must find everything before it undoable.
//!
//! A step is done without a way back when neither it nor its action says how it is undone, nor that there is nothing
//! to undo, nor that it can't be. That is fine as long as nothing that can fail or wait comes after it or beside it,
//! up to the next `commit`. A scope with a way back of its own covers what is inside.

use rustc_hash::FxHashSet;

use super::{fallible::Fallible, pass::Pass};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Operation, Phase, Plan, Rollout, Statement, StatementKind, Step, Type},
    plan::PhaseGraph,
    source::Span,
};

/// Checks the way back of one plan.
pub(super) fn check(pass: &mut Pass, plan: &Plan) {
    let mut walk = Walk {
        pass,
        fallible: Fallible::default(),
        pending: Vec::new(),
        around: Vec::new(),
        hidden: 0,
        done: 0,
        reported: FxHashSet::default(),
        covered: false,
        first_danger: None,
    };
    walk.block(plan.body);
}

/// A step that is done and can't be undone.
#[derive(Clone, Copy)]
struct Pending {
    span: Span,
    /// How many such steps were done before it.
    number: u32,
}

/// Something that may fail, or wait while something else fails.
#[derive(Clone, Copy)]
struct Danger {
    span: Span,
    what: &'static str,
}

struct Walk<'w, 'p> {
    pass: &'w mut Pass<'p>,
    fallible: Fallible,
    /// What is done without a way back and without anything dangerous after it so far, since the innermost fork of
    /// ways; by number.
    pending: Vec<Pending>,
    /// The same as it was at each fork around this place: shared by its ways, so that none copies it.
    around: Vec<Vec<Pending>>,
    /// How many of those are final on this way.
    hidden: usize,
    /// How many steps were done without a way back.
    done: u32,
    reported: FxHashSet<Span>,
    /// Inside a scope that has a way back of its own.
    covered: bool,
    /// The first danger since this was last taken.
    first_danger: Option<Danger>,
}

impl Walk<'_, '_> {
    fn block(&mut self, block: BlockId) {
        for statement in self.pass.statements(block) {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Let { value, .. } => self.danger_if(self.may_fail(value), span, "this may fail"),
            StatementKind::Probe { .. } => self.danger(span, "this may get no answer"),
            StatementKind::Step(step) => self.step(step, span),
            StatementKind::BlockStep { block, compensation } => self.scope(compensation.is_some(), *block),
            StatementKind::Phases(phases) => self.phases(phases),
            StatementKind::When { branches, otherwise } => {
                for (condition, _) in branches {
                    self.danger_if(self.may_fail(condition), condition.span, "this may fail");
                }
                let blocks = branches.iter().map(|(_, block)| Some(*block)).chain([*otherwise]);
                self.ways(blocks);
            }
            StatementKind::For { list, block, compensation, .. } => {
                self.danger_if(self.may_fail(list), list.span, "this may fail");
                self.repeated(compensation.is_some(), *block, "this may fail for a later item", |_| {});
            }
            StatementKind::Rollout(rollout) => self.rollout(rollout, span),
            StatementKind::Require(_) => self.danger(span, "this may not hold"),
            StatementKind::Verify { .. } => self.danger(span, "this may not come to hold"),
            StatementKind::Wait(_) => self.danger(span, "the run may be cancelled while it waits here"),
            StatementKind::Commit(_) => self.commit(),
            StatementKind::Fail(_) => self.danger(span, "this fails"),
            StatementKind::Return(value) => {
                let fails = value.as_ref().is_some_and(|value| self.may_fail(value));
                self.danger_if(fails, span, "this may fail");
            }
        }
    }

    fn may_fail(&self, expr: &crate::ir::Expr) -> bool {
        self.fallible.may_fail(self.pass.program, expr)
    }

    fn step(&mut self, step: &Step, span: Span) {
        if !step.best_effort {
            self.danger(span, "this may fail");
        }
        if !self.covered && !self.has_way_back(step) {
            self.pending.push(Pending { span, number: self.done });
            self.done += 1;
        }
    }

    fn has_way_back(&self, step: &Step) -> bool {
        let by_action = match &step.operation {
            Operation::Action(id, _) => {
                let action = &self.pass.program.actions[id.index()];
                action.compensation.is_some() || action.irreversible
            }
            Operation::Effect(effect) => effect.expects == Type::Error,
        };
        by_action || step.compensation.is_some() || step.irreversible
    }

    /// A scope, which may have a way back of its own.
    fn scope(&mut self, has_own: bool, block: BlockId) {
        let covered = self.covered;
        self.covered |= has_own;
        self.block(block);
        self.covered = covered;
    }

    /// A scope that is gone through again and again: what it does last comes before what it does first.
    fn repeated(&mut self, has_own: bool, block: BlockId, again: &'static str, behind: impl FnOnce(&mut Self)) {
        let outer = self.first_danger.take();
        let before = self.done;
        self.scope(has_own, block);
        behind(self);
        if let Some(danger) = self.first_danger {
            let inside = self.pending.split_off(self.first_since(before));
            inside.into_iter().for_each(|pending| self.report(pending, Danger { what: again, ..danger }));
        }
        self.first_danger = outer.or(self.first_danger);
    }

    fn rollout(&mut self, rollout: &Rollout, span: Span) {
        let watched = rollout.gates.first().map(|gate| gate.check.condition.span);
        let has_own = rollout.compensation.is_some();
        self.repeated(has_own, rollout.block, "this may fail at a later stage", |walk| {
            walk.danger(watched.unwrap_or(span), "the rollout may be stopped here");
        });
    }

    /// Ways of which one is taken; `None` is the way of nothing.
    fn ways(&mut self, blocks: impl Iterator<Item = Option<BlockId>>) {
        let (fork, hidden) = (self.around.len(), self.hidden);
        self.around.push(std::mem::take(&mut self.pending));
        let mut after: Vec<Pending> = Vec::new();
        let mut least = usize::MAX;
        for block in blocks {
            self.hidden = hidden;
            if let Some(block) = block {
                self.block(block);
            }
            after.append(&mut self.pending);
            least = least.min(self.hidden);
        }
        let before = self.around.pop().unwrap_or_default();
        self.pending = if least <= fork { before } else { Vec::new() };
        self.pending.append(&mut after);
        self.hidden = least.min(fork);
    }

    /// What came before is final, also what came before the forks around this place.
    fn commit(&mut self) {
        self.pending.clear();
        self.hidden = self.around.len();
    }

    /// Where in `pending` that begins of which `number` or more were done before.
    fn first_since(&self, number: u32) -> usize {
        self.pending.partition_point(|pending| pending.number < number)
    }

    fn phases(&mut self, phases: &[Phase]) {
        let after: Vec<Vec<u32>> = phases.iter().map(|phase| phase.after.clone()).collect();
        let graph = PhaseGraph::new(&after);
        let mut dangers: Vec<Option<Danger>> = vec![None; phases.len()];
        let mut left: Vec<Vec<Pending>> = vec![Vec::new(); phases.len()];
        let outer = self.first_danger.take();
        let mut first = outer;
        let start = self.done;
        for &index in graph.order() {
            let before = self.done;
            self.scope(phases[index].compensation.is_some(), phases[index].block);
            dangers[index] = self.first_danger.take();
            first = first.or(dangers[index]);
            left[index] = self.pending[self.first_since(before)..].to_vec();
        }
        self.first_danger = first;
        for (index, pending) in left.into_iter().enumerate().filter(|(_, pending)| !pending.is_empty()) {
            let beside = graph.beside(index).into_iter().find_map(|other| dangers[other]);
            if let Some(danger) = beside {
                pending.into_iter().for_each(|pending| self.report(pending, danger));
            }
        }
        let since = self.pending.split_off(self.first_since(start));
        self.pending.extend(since.into_iter().filter(|pending| !self.reported.contains(&pending.span)));
    }

    fn danger_if(&mut self, dangerous: bool, span: Span, what: &'static str) {
        if dangerous {
            self.danger(span, what);
        }
    }

    fn danger(&mut self, span: Span, what: &'static str) {
        let danger = Danger { span, what };
        self.first_danger.get_or_insert(danger);
        for at in self.hidden..self.around.len() {
            let before = std::mem::take(&mut self.around[at]);
            before.into_iter().for_each(|pending| self.report(pending, danger));
        }
        for pending in std::mem::take(&mut self.pending) {
            self.report(pending, danger);
        }
    }

    fn report(&mut self, pending: Pending, danger: Danger) {
        if !self.reported.insert(pending.span) {
            return;
        }
        let step = self.pass.first_line(pending.span);
        let message = format!("`{}` has no way back", self.pass.sources.text(step));
        let mut diagnostic = Diagnostic::new(Code::E0401, step, message, "nothing undoes this");
        if danger.span == pending.span {
            diagnostic.labels[0].text = format!("nothing undoes this, and {}", danger.what);
        } else {
            let label = format!("{}, and then it stays done", danger.what);
            diagnostic = diagnostic.label(self.pass.first_line(danger.span), label);
        }
        let help = "say how it is undone: `compensate ..`; or `compensate nothing`, or `irreversible`";
        self.pass.report(diagnostic.help(help));
    }
}
