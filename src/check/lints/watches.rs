//! What is watched in vain: conditions that can't change, and looks that are too far apart.

use super::Lints;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Estimate, Expr, ExprKind, Statement, StatementKind, Value},
};

impl Lints<'_, '_> {
    /// What is asked again and again by a statement, and how often.
    pub(super) fn watches(&mut self, statement: &Statement) {
        if let StatementKind::Verify { check, within: Some(times) } = &statement.kind {
            let (within, every) = &**times;
            self.may_change("verify", &check.condition);
            self.looks_again(every, within, "`within`");
        } else if let StatementKind::WaitUntil { check, every, timeout } = &statement.kind {
            self.may_change("wait", &check.condition);
            timeout.iter().for_each(|timeout| self.looks_again(every, timeout, "`timeout`"));
        } else if let StatementKind::Guard(guard) = &statement.kind {
            self.may_change("guard", &guard.check.condition);
        } else if let StatementKind::Rollout(rollout) = &statement.kind {
            rollout.gates.iter().for_each(|gate| self.may_change("gate", &gate.check.condition));
        }
    }

    /// A condition that looks at nothing is the same each time.
    fn may_change(&mut self, word: &str, condition: &Expr) {
        if looks(condition) {
            return;
        }
        let message = format!("the condition of this `{word}` never changes");
        let help = match word {
            "verify" => "look in it, with a probe: `verify ready(..) within 5m every 10s`; or leave out `within`",
            _ => "look in it, with a probe: `ready(..)`; what a name stands for was seen once, and stays",
        };
        let label = "looks at nothing";
        self.pass.report(Diagnostic::new(Code::W0417, condition.span, message, label).help(help));
    }

    /// Who looks less often than the time lasts looks once.
    fn looks_again(&mut self, every: &Expr, limit: &Expr, what: &str) {
        let (Some(pause), Some(longest)) = (self.figures.duration(every), self.figures.duration(limit)) else { return };
        if pause > longest {
            let message = format!("this looks once only: `every` is longer than {what}");
            let label = format!("{}, when the time is over", Value::Duration(pause));
            self.pass.report(
                Diagnostic::new(Code::W0415, every.span, message, label)
                    .label(limit.span, format!("{} in all", Value::Duration(longest)))
                    .help("look more often, or wait longer"),
            );
        }
    }

    /// The least, the likely and the most of an estimate, in this order, and none of them less than nothing.
    pub(super) fn in_order(&mut self, estimate: &Estimate) {
        let figures: Option<Vec<i64>> = estimate.takes.iter().map(|takes| self.figures.duration(takes)).collect();
        let Some(figures) = figures else { return };
        if let Some(at) = figures.iter().position(|takes| *takes < 0) {
            let message = format!("nothing takes {}", Value::Duration(figures[at]));
            let help = "from the least to the most is written with `..`: `takes 1h..3h`";
            self.pass.report(Diagnostic::new(Code::W0414, estimate.takes[at].span, message, "").help(help));
            return;
        }
        let Some(at) = figures.windows(2).position(|pair| pair[0] > pair[1]) else { return };
        let (more, less) = (&estimate.takes[at], &estimate.takes[at + 1]);
        let [before, after] = [more, less].map(|part| self.pass.sources.text(part.span));
        let message = format!("this estimate goes down: {after} comes after {before}");
        let diagnostic = Diagnostic::new(Code::W0414, less.span, message, "less than what stands before it")
            .label(more.span, "more")
            .help("an estimate goes from the least to the most");
        let swapped = (figures.len() == 2).then(|| format!("{after}..{before}"));
        self.pass.report(match swapped {
            Some(swapped) => diagnostic.fix(more.span.to(less.span), swapped),
            None => diagnostic,
        });
    }
}

/// Whether an expression looks at anything outside.
fn looks(expr: &Expr) -> bool {
    let mut found = matches!(expr.kind, ExprKind::Look(..) | ExprKind::Effect(_));
    expr.each_part(|part| found = found || looks(part));
    found
}
