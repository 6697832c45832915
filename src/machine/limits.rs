//! How long a part of the run may take: its failure, when that is over, is its own.

use super::look::too_long;
use super::reason::Reason;
use super::state::{EnvId, FailureKind, FrameId, Limit};
use super::{Machine, Timestamp};
use crate::ir::Expr;

impl Machine {
    /// `timeout d`, from now on.
    pub(super) fn time_limit(&self, env: EnvId, timeout: Option<&Expr>) -> Result<Option<Limit>, Reason> {
        let whole = timeout.map(|timeout| self.duration(env, timeout)).transpose()?;
        Ok(whole.map(|whole| Limit { at: self.state.now.plus(whole), whole }))
    }

    pub(super) fn limit_time(&mut self, frame: Option<FrameId>, limit: Option<Limit>) {
        if let Some(frame) = frame.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.limit = limit;
        }
    }

    /// Does what is due, in the order of time: what ends at the very moment at which its time is over has made it.
    pub(super) fn wake_due(&mut self) {
        if self.state.suspended || self.is_killed() {
            return;
        }
        while let Some((then, id)) = self.first_limit() {
            self.wake_until(then);
            self.end_of_time(id);
            self.settle_down();
        }
        self.wake_until(self.state.now);
    }

    /// Does what is due by then: moment by moment, as it would have come if one had looked at the clock all the time.
    fn wake_until(&mut self, then: Timestamp) {
        let mut done = None;
        while let Some(moment) = self.first_moment(done).filter(|moment| *moment <= then) {
            self.wake_those_due(moment);
            self.settle_down();
            done = Some(moment);
        }
    }

    /// The first moment after another that something waits for.
    fn first_moment(&self, after: Option<Timestamp>) -> Option<Timestamp> {
        let frames = self.state.live.frames.iter().filter(|(id, _)| !self.is_held(**id));
        let moments = frames.filter_map(|(_, frame)| frame.work_deadline());
        moments.filter(|moment| after.is_none_or(|after| *moment > after)).min()
    }

    /// The part whose time was over first; of several the outermost.
    fn first_limit(&self) -> Option<(Timestamp, FrameId)> {
        let now = self.state.now;
        let limits = self.state.live.frames.iter().filter_map(|(id, frame)| Some((frame.limit?.at, *id)));
        limits.filter(|(at, id)| *at <= now && !self.stands_still(*id)).min()
    }

    fn end_of_time(&mut self, id: FrameId) {
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Some(limit) = frame.limit.take() else { return };
        self.forget_way_back(id);
        self.fail_as(id, FailureKind::Timeout, too_long(Some(limit.whole)));
    }
}
