//! What is allowed and seldom meant. Only asked of a program without errors.

mod estimates;
mod phases;
mod rollouts;
mod watches;

use super::{figures::Figures, finality::Notes, holds::Holds, pass::Pass};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Branch, Choice, Compensation, CompensationBody, Statement, StatementKind, find::own_compensation},
    source::Span,
};
use estimates::Timed;

/// The lints of all plans; `holds` is what each block holds.
pub(super) fn check(pass: &mut Pass, holds: &[Holds], notes: &Notes) {
    let (program, plans, blocks) = (pass.program, pass.program.plans.len(), pass.program.blocks.len());
    let figures = Figures::new(program);
    let mut lints = Lints { pass, figures, holds, plans_take: vec![None; plans], blocks_take: vec![None; blocks] };
    for plan in &program.plans {
        let name = format!("the plan `{}`", plan.name);
        lints.fits(&Timed { name, span: plan.span, estimate: &plan.estimate, timeout: None, block: plan.body });
        lints.block(plan.body, None);
    }
    lints.unheld(notes);
    lints.unapproved(notes);
}

/// What the lints work with.
struct Lints<'w, 'p> {
    pass: &'w mut Pass<'p>,
    figures: Figures<'p>,
    holds: &'w [Holds],
    /// How long plans and blocks take, as far as that was asked.
    plans_take: Vec<Option<i64>>,
    blocks_take: Vec<Option<i64>>,
}

impl Lints<'_, '_> {
    /// `silencing` is the way back of a scope around the block.
    fn block(&mut self, block: BlockId, silencing: Option<Span>) {
        let statements = self.pass.statements(block);
        for (at, statement) in statements.iter().enumerate() {
            let own = own_compensation(&statement.kind);
            self.silenced(own, silencing);
            let inside = own.filter(|own| self.pass.silences(own)).map(|own| own.span).or(silencing);
            match &statement.kind {
                StatementKind::Phases(phases) => self.phases(phases, statements.get(at + 1), inside),
                // What fails in it is undone part by part, whatever is around it.
                StatementKind::Attempt(attempt) => {
                    self.block(attempt.block, None);
                    self.block(attempt.otherwise, inside);
                }
                kind => {
                    self.own(statement);
                    kind.blocks().into_iter().for_each(|block| self.block(block, inside));
                }
            }
        }
    }

    /// What a statement is told about itself.
    fn own(&mut self, statement: &Statement) {
        self.in_order(&statement.estimate);
        self.watches(statement);
        match &statement.kind {
            StatementKind::Rollout(rollout) => {
                self.watched(rollout, statement.span);
                self.goes_up(rollout);
                self.is_no_more_than_all(rollout);
            }
            StatementKind::Task(_) => self.task_estimate(statement),
            StatementKind::Decide(decide) => {
                for Choice { name, estimate, block, span, .. } in &decide.options {
                    let name = format!("the option `{name}`");
                    self.fits(&Timed { name, span: *span, estimate, timeout: None, block: *block });
                }
            }
            StatementKind::Parallel { branches, .. } => {
                for Branch { segment, estimate, block, span, .. } in branches {
                    let name = format!("the branch `{}`", segment.as_str());
                    self.fits(&Timed { name, span: *span, estimate, timeout: None, block: *block });
                }
            }
            _ => {}
        }
    }

    fn silenced(&mut self, compensation: Option<&Compensation>, silencing: Option<Span>) {
        let (Some(compensation), Some(silencing)) = (compensation, silencing) else { return };
        if matches!(compensation.body, CompensationBody::Nothing) {
            return;
        }
        let (here, scope) = (self.pass.first_line(compensation.span), self.pass.first_line(silencing));
        self.pass.report(
            Diagnostic::new(Code::W0401, here, "this compensation never runs", "silenced")
                .label(scope, "the scope around it is undone as a whole by this")
                .help("drop one of the two, or write a block here with `unwind` in it"),
        );
    }

    fn unapproved(&mut self, notes: &Notes) {
        for step in &notes.unapproved {
            let (here, written) = (self.pass.head(*step), self.pass.head_text(*step));
            let message = format!("`{written}` can't be undone, and nobody is asked before");
            let help = "ask before it: `approve \"..\" by \"..\"`";
            self.pass.report(Diagnostic::new(Code::W0405, here, message, "can't be undone").help(help));
        }
    }
}
