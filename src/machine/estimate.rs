//! How long parts of a run should take, by what their authors say, and how long is left.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::compute::text_of;
use super::phases::statement_at;
use super::state::{EnvId, Frame, FrameId, Progress, Work};
use super::{Machine, Timestamp};
use crate::ir::{BlockId, Estimate, Phase, Place, Rollout, Stages, Statement, StatementKind, Value};

impl Machine {
    /// `takes`, else what the parts take.
    pub(super) fn phase_estimate(&self, env: EnvId, phase: &Phase) -> i64 {
        self.said(env, &phase.estimate).unwrap_or_else(|| self.block_estimate(env, phase.block))
    }

    /// What was said: the likely of three, the middle of two.
    pub(super) fn said(&self, env: EnvId, estimate: &Estimate) -> Option<i64> {
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
        let Ok(Value::List(items)) = self.compute(env, list) else { return 1 };
        i64::try_from(items.len()).unwrap_or(i64::MAX)
    }

    /// How many nanoseconds the run should take as a whole, by what its author says, as long as it goes on; else 0.
    pub fn planned(&self) -> i64 {
        let root = self.state.live.frames.values().find(|frame| frame.parent.is_none() && !frame.undoing);
        let planned = root.map(|root| {
            let plan = &self.program.plans[root.plan.index()];
            self.said(root.env, &plan.estimate).unwrap_or_else(|| self.block_estimate(root.env, plan.body))
        });
        planned.unwrap_or(0)
    }

    /// How long a phase of a frame has taken so far.
    pub(super) fn spent(&self, phases: FrameId, slot: usize) -> i64 {
        let work = self.state.live.frames.get(&phases).map(|frame| &frame.work);
        if let Some(Work::Phases { times, .. }) = work { spent(times, slot, self.state.now) } else { 0 }
    }

    /// How long the run takes from a frame on, and the phase that decides it.
    pub(super) fn time_left(&self, id: FrameId) -> (i64, SmolStr) {
        let (mut left, mut bottleneck) = (0, SmolStr::default());
        let (mut at, mut inside) = (self.state.live.frames.get(&id), None);
        while let Some(frame) = at {
            match &frame.work {
                Work::Phases { place, phases: progress, times } => {
                    let seen = SeenPhases { place: *place, progress, times, inside: inside.map(|slot| (slot, left)) };
                    let (whole, decides) = self.phases_left(frame, &seen);
                    left = whole;
                    // What decides the phase that one is in, decides it more closely.
                    if bottleneck.is_empty() || decides.as_ref().is_some_and(|(slot, _)| Some(*slot) != inside) {
                        bottleneck = decides.map(|(_, title)| title).unwrap_or_default();
                    }
                }
                Work::Block { .. } => left = left.saturating_add(self.left_behind(frame)),
                Work::Loop { .. } => left = left.saturating_add(self.items_left(frame)),
                Work::Rollout { stages, next, .. } => {
                    let holds = stages.iter().skip(*next).filter_map(|stage| stage.hold);
                    left = holds.fold(left, i64::saturating_add);
                }
                Work::Parallel { .. }
                | Work::Measure(_)
                | Work::Attempt { .. }
                | Work::Unwind { .. }
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Look(_)
                | Work::Act(_)
                | Work::Check(_)
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Wait { .. }
                | Work::Ask(_) => {}
            }
            inside = Some(frame.slot);
            at = frame.parent.and_then(|parent| self.state.live.frames.get(&parent));
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

    /// The items of a loop that have not begun, where they come one after another.
    fn items_left(&self, frame: &Frame) -> i64 {
        let Work::Loop { place, items, progress, .. } = &frame.work else { return 0 };
        let StatementKind::For(each) = &statement_at(&self.program, *place).kind else { return 0 };
        let waiting = progress.left();
        let rounds = if items.limit == 1 { waiting } else { usize::from(waiting > 0) };
        self.block_estimate(frame.env, each.block).saturating_mul(i64::try_from(rounds).unwrap_or(i64::MAX))
    }

    /// How long phases take that stand together, and the one that decides it.
    fn phases_left(&self, frame: &Frame, seen: &SeenPhases<'_>) -> (i64, Option<(usize, SmolStr)>) {
        let StatementKind::Phases(phases) = &statement_at(&self.program, seen.place).kind else { return (0, None) };
        let left = |(slot, phase): (usize, &Phase)| {
            let running = |estimate: i64| estimate.saturating_sub(seen.spent(slot, self.state.now)).max(0);
            let said = self.said(frame.env, &phase.estimate);
            match (seen.progress[slot], seen.inside) {
                (Progress::Waiting, _) => self.phase_estimate(frame.env, phase),
                (Progress::Running, Some((inside, left))) if inside == slot => said.map_or(left, running),
                (Progress::Running, _) => running(self.phase_estimate(frame.env, phase)),
                (Progress::Measuring(_) | Progress::Done, _) => 0,
            }
        };
        let left: Vec<i64> = phases.iter().enumerate().map(left).collect();
        let (whole, decides) = longest_way(phases, &left);
        let last = || (0..phases.len()).max_by_key(|slot| seen.spent(*slot, self.state.now));
        let decides = if whole == 0 { last() } else { decides };
        (whole, decides.map(|slot| (slot, self.title_of(frame.env, &phases[slot]))))
    }

    /// The title of a phase, or else its name.
    pub(super) fn title_of(&self, env: EnvId, phase: &Phase) -> SmolStr {
        let title = phase.title.as_ref().and_then(|title| self.compute(env, title).ok());
        title.map_or_else(|| SmolStr::new(phase.segment.as_str()), |title| text_of(&title))
    }
}

/// Phases that stand together, as far as they are.
struct SeenPhases<'a> {
    place: Place,
    progress: &'a [Progress],
    times: &'a [Times],
    /// The phase one is in, by number, and how long is left in it by what its parts say.
    inside: Option<(usize, i64)>,
}

/// When a phase began, and when it ended.
type Times = Option<(Timestamp, Option<Timestamp>)>;

impl SeenPhases<'_> {
    fn spent(&self, slot: usize, now: Timestamp) -> i64 {
        spent(self.times, slot, now)
    }
}

fn spent(times: &[Times], slot: usize, now: Timestamp) -> i64 {
    times[slot].map_or(0, |(began, ended)| ended.unwrap_or(now).since(began))
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
