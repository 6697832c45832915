//! What a pass over the emitted program works with.

use super::head;
use crate::{
    diagnostic::Diagnostic,
    ir::{BlockId, Compensation, CompensationBody, PlanId, Program, Statement, StatementKind},
    source::{Sources, Span},
};

/// The program, and what is found wrong with it.
pub(super) struct Pass<'p> {
    pub(super) program: &'p Program,
    pub(super) sources: &'p Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'p> Pass<'p> {
    pub(super) fn statements(&self, block: BlockId) -> &'p [Statement] {
        &self.program.blocks[block.index()].statements
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The first line of something, to underline.
    pub(super) fn first_line(&self, span: Span) -> Span {
        self.sources.first_line(span)
    }

    /// The word that begins a statement and its name, to underline; the first line of anything else.
    pub(super) fn head(&self, span: Span) -> Span {
        head::head(self.sources, span)
    }

    /// What stands there.
    pub(super) fn head_text(&self, span: Span) -> &'p str {
        self.sources.text(self.head(span))
    }

    /// Whether a scope's compensation runs in place of those inside.
    pub(super) fn silences(&self, compensation: &Compensation) -> bool {
        match &compensation.body {
            CompensationBody::Nothing | CompensationBody::Call { .. } => true,
            CompensationBody::Block { block, .. } => !self.unwinds(*block),
        }
    }

    fn unwinds(&self, block: BlockId) -> bool {
        self.statements(block).iter().any(|statement| {
            matches!(statement.kind, StatementKind::Unwind)
                || statement.kind.blocks().into_iter().any(|block| self.unwinds(block))
        })
    }

    /// All places where plans are run, but for compensations.
    pub(super) fn runs(&self) -> Vec<RunSite> {
        let mut runs = Vec::new();
        for (at, plan) in self.program.plans.iter().enumerate() {
            self.runs_in(PlanId(at as u32), plan.body, RunAround::default(), &mut runs);
        }
        runs
    }

    fn runs_in(&self, caller: PlanId, block: BlockId, around: RunAround, runs: &mut Vec<RunSite>) {
        for statement in self.statements(block) {
            match &statement.kind {
                StatementKind::Run(run) => {
                    runs.push(RunSite { caller, callee: run.plan, span: statement.span, around });
                }
                StatementKind::Attempt(attempt) => {
                    self.runs_in(caller, attempt.block, RunAround { attempt: true, ..around }, runs);
                    self.runs_in(caller, attempt.otherwise, around, runs);
                }
                StatementKind::AfterEach { block, .. } => {
                    self.runs_in(caller, *block, RunAround { after_each: true, ..around }, runs);
                }
                kind => kind.blocks().into_iter().for_each(|block| self.runs_in(caller, block, around, runs)),
            }
        }
    }
}

/// A place where a plan is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunSite {
    pub(super) caller: PlanId,
    pub(super) callee: PlanId,
    pub(super) span: Span,
    pub(super) around: RunAround,
}

/// What stands around a place where a plan is run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunAround {
    /// An `attempt`, which catches what fails.
    pub(super) attempt: bool,
    /// `after each`, where nothing that fails undoes anything.
    pub(super) after_each: bool,
}

/// Carries what plans come to to where they are run, until nothing changes; `carry` says whether the plan that runs
/// another has changed.
pub(super) fn through_runs(runs: &[RunSite], plans: usize, mut carry: impl FnMut(&RunSite) -> bool) {
    let mut run_by: Vec<Vec<&RunSite>> = vec![Vec::new(); plans];
    runs.iter().for_each(|run| run_by[run.callee.index()].push(run));
    let mut left: Vec<usize> = (0..plans).collect();
    while let Some(callee) = left.pop() {
        for run in &run_by[callee] {
            if carry(run) {
                left.push(run.caller.index());
            }
        }
    }
}
