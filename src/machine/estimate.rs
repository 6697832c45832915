//! How long parts of a run should take, by what their authors say, and how long is left.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::compute::text_of;
use super::phases::statement_at;
use super::state::{EnvId, Frame, FrameId, Progress, Work};
use super::{Machine, Timestamp};
use crate::ir::{BlockId, Estimate, Phase, Rollout, Stages, Statement, StatementKind, Value};

impl Machine {
    /// `takes`, else what the parts take.
    pub(super) fn phase_estimate(&self, env: EnvId, phase: &Phase) -> i64 {
        self.said(env, &phase.estimate).unwrap_or_else(|| self.block_estimate(env, phase.block))
    }

    /// What was said: the likely of three, the middle of two.
    fn said(&self, env: EnvId, estimate: &Estimate) -> Option<i64> {
        let takes: Vec<i64> = estimate.takes.iter().filter_map(|takes| self.duration(env, takes).ok()).collect();
        match takes.as_slice() {
            [] => None,
            [only] => Some(*only),
            [shortest, longest] => Some(shortest.saturating_add(*longest) / 2),
            [_, likely, ..] => Some(*likely),
        }
    }

    fn block_estimate(&self, env: EnvId, block: BlockId) -> i64 {
        let statements = &self.program.blocks[block.index()].statements;
        statements.iter().map(|statement| self.statement_estimate(env, statement)).fold(0, i64::saturating_add)
    }

    fn longest(&self, env: EnvId, blocks: &[BlockId]) -> i64 {
        blocks.iter().map(|block| self.block_estimate(env, *block)).max().unwrap_or(0)
    }

    fn statement_estimate(&self, env: EnvId, statement: &Statement) -> i64 {
        if let Some(said) = self.said(env, &statement.estimate) {
            return said;
        }
        match &statement.kind {
            StatementKind::Phases(phases) => {
                let estimates: Vec<i64> = phases.iter().map(|phase| self.phase_estimate(env, phase)).collect();
                longest_way(phases, &estimates).0
            }
            StatementKind::Wait(duration) => self.duration(env, duration).unwrap_or(0),
            StatementKind::Rollout(rollout) => self.holds(env, rollout),
            StatementKind::For(each) => {
                let one = self.block_estimate(env, each.block);
                let together = each.order.parallel || each.order.after.is_some();
                if together { one } else { one.saturating_mul(self.count_of(env, &each.list)) }
            }
            StatementKind::AfterEach { .. } | StatementKind::On { .. } => 0,
            kind => self.longest(env, &kind.blocks()),
        }
    }

    /// How long the stages of a rollout are held; where they are not known yet, as far as that does not depend on them.
    fn holds(&self, env: EnvId, rollout: &Rollout) -> i64 {
        let sum = |holds: &mut dyn Iterator<Item = i64>| holds.fold(0, i64::saturating_add);
        if let Ok(stages) = self.stages(env, rollout) {
            return sum(&mut stages.iter().filter_map(|stage| stage.hold));
        }
        match &rollout.stages {
            Stages::Listed(stages) => {
                let holds = stages.iter().filter_map(|(_, hold)| hold.as_ref());
                sum(&mut holds.filter_map(|hold| self.duration(env, hold).ok()))
            }
            Stages::In(_, hold) => self.duration(env, hold).unwrap_or(0),
        }
    }

    /// How many items a list has; one, where it is not known yet.
    fn count_of(&self, env: EnvId, list: &crate::ir::Expr) -> i64 {
        match self.compute(env, list) {
            Ok(Value::List(items)) => i64::try_from(items.len()).unwrap_or(i64::MAX),
            _ => 1,
        }
    }

    /// How long the run should take as a whole.
    pub(super) fn planned(&self) -> i64 {
        let root = self.state.live.frames.values().find(|frame| frame.parent.is_none() && !frame.undoing);
        let planned = root.map(|root| {
            let plan = &self.program.plans[root.plan.index()];
            self.said(root.env, &plan.estimate).unwrap_or_else(|| self.block_estimate(root.env, plan.body))
        });
        planned.unwrap_or(0)
    }

    /// How long a phase of a frame has taken so far.
    pub(super) fn spent(&self, phases: FrameId, slot: usize) -> i64 {
        match self.state.live.frames.get(&phases).map(|frame| &frame.work) {
            Some(Work::Phases { times, .. }) => {
                times[slot].map_or(0, |(began, ended)| ended.unwrap_or(self.state.now).since(began))
            }
            _ => 0,
        }
    }

    /// How long the run takes from here on, and the phase that decides it.
    pub(super) fn time_left(&self, phases: FrameId) -> (i64, SmolStr) {
        let (mut left, bottleneck) = self.phases_left(phases);
        let mut at = self.state.live.frames.get(&phases).and_then(|frame| frame.parent);
        while let Some(frame) = at.and_then(|id| self.state.live.frames.get(&id)) {
            left = left.saturating_add(self.left_behind(frame));
            at = frame.parent;
        }
        (left, bottleneck)
    }

    /// What comes after the statement that a block is at.
    fn left_behind(&self, frame: &Frame) -> i64 {
        let Work::Block { block, next, .. } = &frame.work else { return 0 };
        let statements = self.program.blocks[block.index()].statements.get(*next as usize..).unwrap_or_default();
        let estimates = statements.iter().map(|statement| self.statement_estimate(frame.env, statement));
        estimates.fold(0, i64::saturating_add)
    }

    fn phases_left(&self, id: FrameId) -> (i64, SmolStr) {
        let Some(frame) = self.state.live.frames.get(&id) else { return (0, SmolStr::default()) };
        let Work::Phases { place, phases: progress, .. } = &frame.work else { return (0, SmolStr::default()) };
        let StatementKind::Phases(phases) = &statement_at(&self.program, *place).kind else {
            return (0, SmolStr::default());
        };
        let left = |(slot, phase): (usize, &Phase)| {
            let estimate = self.phase_estimate(frame.env, phase);
            match progress[slot] {
                Progress::Waiting => estimate,
                Progress::Running => estimate.saturating_sub(self.spent(id, slot)).max(0),
                Progress::Measuring(_) | Progress::Done => 0,
            }
        };
        let left: Vec<i64> = phases.iter().enumerate().map(left).collect();
        let (whole, decides) = longest_way(phases, &left);
        let last = || (0..phases.len()).max_by_key(|slot| self.spent(id, *slot));
        let decides = if whole == 0 { last() } else { decides };
        let title = decides.map(|slot| self.title_of(frame.env, &phases[slot]));
        (whole, title.unwrap_or_default())
    }

    /// The title of a phase, or else its name.
    pub(super) fn title_of(&self, env: EnvId, phase: &Phase) -> SmolStr {
        let title = phase.title.as_ref().and_then(|title| self.compute(env, title).ok());
        title.map_or_else(|| SmolStr::new(phase.segment.as_str()), |title| text_of(&title))
    }
}

/// How long phases take that wait for each other, and the longest phase on the longest way through them.
fn longest_way(phases: &[Phase], estimates: &[i64]) -> (i64, Option<usize>) {
    let mut ends: Vec<Option<i64>> = vec![None; phases.len()];
    // Each round settles at least one phase, as none waits for itself.
    for _ in phases {
        for (slot, phase) in phases.iter().enumerate() {
            let before = phase.after.iter().map(|before| ends[*before as usize]).collect::<Option<Vec<i64>>>();
            let begins = before.map(|before| before.into_iter().max().unwrap_or(0));
            ends[slot] = ends[slot].or(begins.map(|begins| begins.saturating_add(estimates[slot])));
        }
    }
    let end = |slot: &usize| ends[*slot].unwrap_or(0);
    let mut at = (0..phases.len()).rev().max_by_key(end);
    let whole = at.as_ref().map_or(0, end);
    let mut decides = at;
    while let Some(slot) = at {
        decides = decides.into_iter().chain([slot]).max_by_key(|slot| estimates[*slot]);
        at = phases[slot].after.iter().map(|before| *before as usize).max_by_key(end);
    }
    (whole, decides)
}

/// How much longer something took than it should have; none, where nothing was said.
pub(super) fn slip(estimate: i64, actual: i64) -> Decimal {
    if estimate == 0 {
        return Decimal::ZERO;
    }
    let late = Decimal::from(actual.saturating_sub(estimate)) * Decimal::ONE_HUNDRED / Decimal::from(estimate);
    late.round_dp(1).normalize()
}

/// A moment as RFC 3339 writes it, to the second, in UTC.
pub(super) fn moment_text(at: Timestamp) -> String {
    let seconds = at.0.div_euclid(1_000_000_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970-01-01, by eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_775_121_120, "2026-04-02T09:12:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment_text(Timestamp(seconds * 1_000_000_000)), text);
        }
    }
}
