//! How long parts take at least, by what is said in the program: against how long they may.

use std::fmt::Display;

use super::Lints;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Block, BlockId, Estimate, Expr, For, Phase, PlanId, Rollout, Stages, Statement, StatementKind, Value},
    plan::PhaseGraph,
    source::Span,
};

/// A part that says how long it takes, or how long it may.
pub(super) struct Timed<'e> {
    /// What it is called: "the phase `build`".
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) estimate: &'e Estimate,
    pub(super) timeout: Option<&'e Expr>,
    pub(super) block: BlockId,
}

impl Lints<'_, '_> {
    /// A part whose parts take longer than it may.
    pub(super) fn fits(&mut self, part: &Timed) {
        self.in_order(part.estimate);
        let longest = part.estimate.takes.last().and_then(|takes| self.limit(takes));
        let timeout = part.timeout.and_then(|timeout| self.limit(timeout));
        let Some((limit, written)) = longest.into_iter().chain(timeout).min_by_key(|(limit, _)| *limit) else { return };
        let inside = self.block_takes(part.block);
        if inside <= limit {
            return;
        }
        let (inside, limit) = (shown(inside), shown(limit));
        let message = format!("{} may take {limit}, and its parts take {inside}", part.name);
        let here = self.pass.head(part.span);
        let diagnostic = Diagnostic::new(Code::W0409, here, message, format!("its parts, one after another: {inside}"));
        let diagnostic = diagnostic.label(written, format!("{limit} at most"));
        self.pass.report(diagnostic.help("give it more time, or do parts of it side by side"));
    }

    fn limit(&self, expr: &Expr) -> Option<(i64, Span)> {
        Some((self.figures.duration(expr)?, expr.span))
    }

    /// How long a plan takes, as it says or its parts do; 0 for one that runs itself.
    fn plan_takes(&mut self, plan: PlanId) -> i64 {
        let at = plan.index();
        if let Some(known) = self.plans_take[at] {
            return known;
        }
        self.plans_take[at] = Some(0);
        let plan = &self.pass.program.plans[at];
        let takes = self.likely(&plan.estimate).unwrap_or_else(|| self.block_takes(plan.body));
        self.plans_take[at] = Some(takes);
        takes
    }

    /// The likely time of an estimate: of two bounds the middle.
    fn likely(&self, estimate: &Estimate) -> Option<i64> {
        match estimate.takes.as_slice() {
            [] => None,
            [from, to] => Some((self.figures.duration(from)? / 2).saturating_add(self.figures.duration(to)? / 2)),
            [likely] | [_, likely, ..] => self.figures.duration(likely),
        }
    }

    /// How long a block takes: of ways the longest, of a loop one item where nothing says how many there are. What an
    /// option says of itself is about the way that is chosen, of which much may stand elsewhere: its inside counts.
    pub(super) fn block_takes(&mut self, block: BlockId) -> i64 {
        if let Some(known) = self.blocks_take[block.index()] {
            return known;
        }
        let Block { statements } = &self.pass.program.blocks[block.index()];
        let takes = statements.iter().map(|statement| self.takes(statement)).fold(0, i64::saturating_add);
        self.blocks_take[block.index()] = Some(takes);
        takes
    }

    fn takes(&mut self, statement: &Statement) -> i64 {
        if let Some(likely) = self.likely(&statement.estimate) {
            return likely;
        }
        match &statement.kind {
            StatementKind::Wait(length) => self.figures.duration(length).unwrap_or(0),
            StatementKind::Phases(phases) => self.phases_take(phases),
            StatementKind::Rollout(rollout) => self.rollout_takes(rollout),
            StatementKind::For(each) => self.items_take(each),
            StatementKind::Run(run) => self.plan_takes(run.plan),
            StatementKind::Parallel { branches, .. } => {
                let branches = branches.iter().map(|branch| self.part_takes(&branch.estimate, branch.block));
                branches.max().unwrap_or(0)
            }
            StatementKind::Attempt(attempt) => self.block_takes(attempt.block),
            StatementKind::On { .. } | StatementKind::AfterEach { .. } => 0,
            kind => kind.blocks().into_iter().map(|block| self.block_takes(block)).max().unwrap_or(0),
        }
    }

    fn part_takes(&mut self, estimate: &Estimate, block: BlockId) -> i64 {
        self.likely(estimate).unwrap_or_else(|| self.block_takes(block))
    }

    /// The longest way through phases.
    fn phases_take(&mut self, phases: &[Phase]) -> i64 {
        let after: Vec<Vec<u32>> = phases.iter().map(|phase| phase.after.clone()).collect();
        let mut ends = vec![0; phases.len()];
        for &at in PhaseGraph::new(&after).order() {
            let start = phases[at].after.iter().map(|before| ends[*before as usize]).max().unwrap_or(0);
            ends[at] = self.part_takes(&phases[at].estimate, phases[at].block).saturating_add(start);
        }
        ends.into_iter().max().unwrap_or(0)
    }

    fn rollout_takes(&mut self, rollout: &Rollout) -> i64 {
        let hold = |stage: Option<Value>, hold: &Expr| self.figures.duration_with(rollout.variable.zip(stage), hold);
        let holds: Vec<Option<i64>> = match &rollout.stages {
            Stages::Listed(stages) => {
                stages.iter().map(|(value, held)| hold(self.figures.value(value), held.as_ref()?)).collect()
            }
            Stages::In(list, held) => match self.figures.value(list) {
                Some(Value::List(values)) => values.iter().map(|value| hold(Some(value.clone()), held)).collect(),
                _ => vec![hold(None, held)],
            },
        };
        let stages = holds.len();
        let holds = holds.into_iter().flatten().fold(0, i64::saturating_add);
        times(self.block_takes(rollout.block), stages).saturating_add(holds)
    }

    fn items_take(&mut self, each: &For) -> i64 {
        let together = each.order.parallel || each.order.after.is_some();
        let items = if together { 1 } else { self.length(&each.list).unwrap_or(1) };
        times(self.block_takes(each.block), items)
    }

    /// How many items a list has that is the same in every run.
    fn length(&self, list: &Expr) -> Option<usize> {
        match self.figures.value(list)? {
            Value::List(items) => Some(items.len()),
            _ => None,
        }
    }
}

fn times(length: i64, count: usize) -> i64 {
    length.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX))
}

fn shown(nanoseconds: i64) -> impl Display {
    Value::Duration(nanoseconds)
}
