//! Phases that say too little: what they verify, how long they take, what is at stake, what they need.

use super::{Lints, Timed};
use crate::{
    check::holds::Holds,
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Phase, Statement, StatementKind},
    source::Span,
};

impl Lints<'_, '_> {
    /// `next` is the statement behind them.
    pub(super) fn phases(&mut self, phases: &[Phase], next: Option<&Statement>, silencing: Option<Span>) {
        let seen = self.seen_to(phases, next);
        for (phase, seen) in phases.iter().zip(seen) {
            let name = format!("the phase `{}`", phase.segment.as_str());
            let holds = self.holds[phase.block.index()];
            if !seen {
                self.verified(phase, &name, holds);
            }
            self.complete(phase, &name, holds);
            let timeout = phase.timeout.as_deref();
            self.fits(&Timed { name, span: phase.span, estimate: &phase.estimate, timeout, block: phase.block });
            self.silenced(phase.compensation.as_ref(), silencing);
            let own = phase.compensation.as_ref().filter(|own| self.pass.silences(own)).map(|own| own.span);
            self.block(phase.block, own.or(silencing));
        }
    }

    /// Which phases are followed at once by a look at what they did.
    fn seen_to(&self, phases: &[Phase], next: Option<&Statement>) -> Vec<bool> {
        let mut seen = vec![next.is_some_and(|next| looks(next) == Some(true)); phases.len()];
        let mut waited_for = vec![false; phases.len()];
        for phase in phases {
            let looks_first = self.looks_first(phase.block);
            for before in phase.after.iter().map(|before| *before as usize) {
                seen[before] = looks_first || waited_for[before] && seen[before];
                waited_for[before] = true;
            }
        }
        seen
    }

    /// Whether a block looks before it does anything.
    fn looks_first(&self, block: BlockId) -> bool {
        self.pass.statements(block).iter().find_map(looks).unwrap_or(false)
    }

    fn verified(&mut self, phase: &Phase, name: &str, holds: Holds) {
        if holds.acts && !holds.verifies {
            let help = "end it with what must hold when it is done: `verify .. within .. every ..`";
            self.say(Code::W0402, phase.span, format!("{name} verifies nothing"), help);
        }
    }

    /// What some projects want every phase to say.
    fn complete(&mut self, phase: &Phase, name: &str, holds: Holds) {
        if phase.estimate.takes.is_empty() && self.block_takes(phase.block) == 0 {
            let help = "say it, as one figure or as a range: `takes 2d..5d`";
            self.say(Code::W0410, phase.span, format!("{name} does not say how long it takes"), help);
        }
        if phase.estimate.risk.is_none() {
            let help = "say it: `risk low`, `medium`, `high` or `critical`";
            self.say(Code::W0411, phase.span, format!("{name} does not say what is at stake"), help);
        }
        if holds.acts && !holds.requires {
            let help = "begin it with what must hold before: `require ..`";
            self.say(Code::W0412, phase.span, format!("{name} requires nothing"), help);
        }
        if holds.acts && !holds.undoes && phase.compensation.is_none() {
            let help = "say how its steps are undone, or give it a `compensate` of its own";
            self.say(Code::W0413, phase.span, format!("nothing in {name} can be undone"), help);
        }
    }

    pub(super) fn task_estimate(&mut self, task: &Statement) {
        if task.estimate.takes.is_empty() {
            let name = task.segment.as_ref().map_or_else(String::new, |segment| format!(" `{}`", segment.as_str()));
            let help = "say it, as one figure or as a range: `takes 2d..5d`";
            self.say(Code::W0410, task.span, format!("the task{name} does not say how long it takes"), help);
        }
    }

    fn say(&mut self, code: Code, span: Span, message: String, help: &str) {
        self.pass.report(Diagnostic::new(code, self.pass.head(span), message, "").help(help));
    }
}

/// Whether a statement looks at what was done, or does something else; nothing where it does neither.
fn looks(statement: &Statement) -> Option<bool> {
    match &statement.kind {
        StatementKind::Let { .. } | StatementKind::Probe { .. } | StatementKind::AfterEach { .. } => None,
        StatementKind::Require(_)
        | StatementKind::Verify { .. }
        | StatementKind::Guard(_)
        | StatementKind::WaitUntil { .. } => Some(true),
        StatementKind::Step(_)
        | StatementKind::BlockStep { .. }
        | StatementKind::Task(_)
        | StatementKind::Phases(_)
        | StatementKind::When { .. }
        | StatementKind::Match { .. }
        | StatementKind::Decide(_)
        | StatementKind::Parallel { .. }
        | StatementKind::For(_)
        | StatementKind::Rollout(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitFor { .. }
        | StatementKind::On { .. }
        | StatementKind::Approve { .. }
        | StatementKind::Emit { .. }
        | StatementKind::Attempt(_)
        | StatementKind::Commit(_)
        | StatementKind::Run(_)
        | StatementKind::Fail(_)
        | StatementKind::Return(_)
        | StatementKind::Unwind => Some(false),
    }
}
