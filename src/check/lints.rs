//! What is allowed and seldom meant. Only asked of a program without errors.

use super::pass::Pass;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Compensation, CompensationBody, Phase, Plan, Rollout, Stages, Statement, StatementKind},
    source::Span,
};

/// The lints of one plan.
pub(super) fn check(pass: &mut Pass, plan: &Plan) {
    pass.lints_of(plan.body, None);
}

impl Pass<'_> {
    /// `silencing` is the way back of a scope around the block.
    fn lints_of(&mut self, block: BlockId, silencing: Option<Span>) {
        let statements = self.statements(block);
        for (at, statement) in statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Step(step) => self.silenced(step.compensation.as_ref(), silencing),
                StatementKind::BlockStep { block, compensation } => {
                    self.scope_lints(*block, compensation.as_ref(), silencing);
                }
                StatementKind::For { block, compensation, .. } => {
                    self.scope_lints(*block, compensation.as_ref(), silencing);
                }
                StatementKind::Phases(phases) => {
                    for phase in phases {
                        self.verified(phase);
                        self.scope_lints(phase.block, phase.compensation.as_ref(), silencing);
                    }
                }
                StatementKind::When { branches, otherwise } => {
                    for block in branches.iter().map(|(_, block)| block).chain(otherwise) {
                        self.lints_of(*block, silencing);
                    }
                }
                StatementKind::Rollout(rollout) => {
                    self.watched(rollout, statement.span);
                    self.held(rollout, statement.span, &statements[at + 1..]);
                    self.scope_lints(rollout.block, rollout.compensation.as_ref(), silencing);
                }
                StatementKind::Let { .. }
                | StatementKind::Probe { .. }
                | StatementKind::Require(_)
                | StatementKind::Verify { .. }
                | StatementKind::Wait(_)
                | StatementKind::Commit(_)
                | StatementKind::Fail(_)
                | StatementKind::Return(_) => {}
            }
        }
    }

    fn scope_lints(&mut self, block: BlockId, compensation: Option<&Compensation>, silencing: Option<Span>) {
        self.silenced(compensation, silencing);
        let own = compensation.map(|compensation| compensation.span);
        self.lints_of(block, own.or(silencing));
    }

    fn silenced(&mut self, compensation: Option<&Compensation>, silencing: Option<Span>) {
        let (Some(compensation), Some(silencing)) = (compensation, silencing) else { return };
        if matches!(compensation.body, CompensationBody::Nothing) {
            return;
        }
        let (here, scope) = (self.first_line(compensation.span), self.first_line(silencing));
        self.report(
            Diagnostic::new(Code::W0401, here, "this compensation never runs", "silenced")
                .label(scope, "the scope around it is undone as a whole by this")
                .help("drop one of the two"),
        );
    }

    fn verified(&mut self, phase: &Phase) {
        let holds = Holds::of(self, phase.block);
        if holds.effect && !holds.verdict {
            let span = self.first_line(phase.span);
            let message = format!("the phase `{}` verifies nothing", phase.segment.as_str());
            let help = "end it with what must hold when it is done: `verify .. within .. every ..`";
            self.report(Diagnostic::new(Code::W0402, span, message, "").help(help));
        }
    }

    fn watched(&mut self, rollout: &Rollout, span: Span) {
        if rollout.gates.is_empty() {
            let message = "nothing is watched during this rollout";
            let help = "add what must hold at each stage: `gate .. every ..`";
            self.report(Diagnostic::new(Code::W0403, self.first_line(span), message, "").help(help));
        }
    }

    /// A last stage without hold is final at once if a `commit` follows before anything is asked or waited for.
    fn held(&mut self, rollout: &Rollout, span: Span, following: &[Statement]) {
        let last = match &rollout.stages {
            Stages::Listed(stages) => stages.last(),
            Stages::In(..) => None,
        };
        let Some((value, None)) = last else { return };
        let next = following.iter().find(|statement| {
            matches!(
                statement.kind,
                StatementKind::Commit(_)
                    | StatementKind::Verify { .. }
                    | StatementKind::Wait(_)
                    | StatementKind::Rollout(_)
                    | StatementKind::Phases(_)
            )
        });
        let Some(commit) = next.filter(|statement| matches!(statement.kind, StatementKind::Commit(_))) else { return };
        let message = "the last stage is not held, and then it is final";
        let help = format!("hold it: `{} for 24h`", self.sources.text(value.span));
        let (commit, rollout) = (self.first_line(commit.span), self.first_line(span));
        self.report(
            Diagnostic::new(Code::W0404, value.span, message, "ends at once")
                .label(commit, "makes it final")
                .label(rollout, "in this rollout")
                .help(help),
        );
    }
}

/// What a block holds, inner blocks included.
#[derive(Clone, Copy, Default)]
struct Holds {
    effect: bool,
    verdict: bool,
}

impl Holds {
    fn of(pass: &Pass, block: BlockId) -> Holds {
        let mut holds = Holds::default();
        for statement in pass.statements(block) {
            match &statement.kind {
                StatementKind::Step(_) => holds.effect = true,
                StatementKind::Verify { .. } => holds.verdict = true,
                StatementKind::BlockStep { block, .. } | StatementKind::For { block, .. } => {
                    holds.and(Holds::of(pass, *block));
                }
                StatementKind::Phases(phases) => {
                    phases.iter().for_each(|phase| holds.and(Holds::of(pass, phase.block)));
                }
                StatementKind::When { branches, otherwise } => {
                    let blocks = branches.iter().map(|(_, block)| block).chain(otherwise);
                    blocks.for_each(|block| holds.and(Holds::of(pass, *block)));
                }
                StatementKind::Rollout(rollout) => {
                    holds.verdict |= !rollout.gates.is_empty();
                    holds.and(Holds::of(pass, rollout.block));
                }
                StatementKind::Let { .. }
                | StatementKind::Probe { .. }
                | StatementKind::Require(_)
                | StatementKind::Wait(_)
                | StatementKind::Commit(_)
                | StatementKind::Fail(_)
                | StatementKind::Return(_) => {}
            }
        }
        holds
    }

    fn and(&mut self, other: Holds) {
        self.effect |= other.effect;
        self.verdict |= other.verdict;
    }
}
