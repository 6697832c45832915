//! Rollouts that nobody watches, that go down, or that end at once.

use rust_decimal::Decimal;

use super::Lints;
use crate::{
    check::{figures::percent, finality::Notes},
    diagnostic::{Code, Diagnostic},
    ir::{Rollout, Stages, Value},
    source::Span,
};

impl Lints<'_, '_> {
    pub(super) fn watched(&mut self, rollout: &Rollout, span: Span) {
        if rollout.gates.is_empty() {
            let message = "nothing is watched during this rollout";
            let help = "add what must hold at each stage: `gate .. every ..`";
            self.pass.report(Diagnostic::new(Code::W0403, self.pass.head(span), message, "").help(help));
        }
    }

    /// The shares that can be told without a run.
    fn shares(&self, rollout: &Rollout) -> Vec<(Decimal, Span)> {
        match &rollout.stages {
            Stages::Listed(stages) => {
                stages.iter().filter_map(|(value, _)| Some((self.figures.percent(value)?, value.span))).collect()
            }
            Stages::In(list, _) => match self.figures.value(list) {
                Some(Value::List(shares)) => {
                    shares.iter().filter_map(|share| Some((percent(share)?, list.span))).collect()
                }
                _ => Vec::new(),
            },
        }
    }

    /// A share of more than everything is none.
    pub(super) fn is_no_more_than_all(&mut self, rollout: &Rollout) {
        let shares = self.shares(rollout);
        if let Some((share, place)) = shares.into_iter().find(|(share, _)| *share > Decimal::ONE_HUNDRED) {
            let message = format!("a stage of {share}% is more than everything");
            let diagnostic = Diagnostic::new(Code::W0416, place, message, "");
            self.pass.report(diagnostic.help("the last stage of a rollout is `100%`"));
        }
    }

    /// Shares must increase, also those that are computed.
    pub(super) fn goes_up(&mut self, rollout: &Rollout) {
        let shares = self.shares(rollout);
        let down = shares.windows(2).find_map(|pair| match pair {
            [(before, place), (after, here)] if after <= before => Some((before, place, after, here)),
            _ => None,
        });
        let Some((before, place, after, here)) = down else { return };
        let message = format!("this rollout goes down: {after}% comes after {before}%");
        let mut diagnostic = Diagnostic::new(Code::W0408, *here, message, format!("{after}%, not more than before"));
        if place != here {
            diagnostic = diagnostic.label(*place, format!("the stage before: {before}%"));
        }
        let help = "put the stages in order; the way down is the rollout's `compensate`";
        self.pass.report(diagnostic.help(help));
    }

    /// A last stage without hold that a `commit` makes final before anything is asked or waited for.
    pub(super) fn unheld(&mut self, notes: &Notes) {
        for (unheld, commit) in &notes.unheld {
            let message = "the last stage is not held, and then it is final";
            let help = format!("hold it: `{} for 24h`", self.pass.sources.text(unheld.stage));
            let (commit, rollout) = (self.pass.head(*commit), self.pass.head(unheld.rollout));
            self.pass.report(
                Diagnostic::new(Code::W0404, unheld.stage, message, "ends at once")
                    .label(commit, "makes it final")
                    .label(rollout, "in this rollout")
                    .help(help),
            );
        }
    }
}
