//! The ends of effects, and what a new process finds when it takes a run up.

use super::state::{Policy, Stage, Work};
use super::{Command, EffectId, Machine, Outcome, Timestamp};

impl Machine {
    /// An effect ended.
    pub(super) fn outcome(&mut self, effect: EffectId, outcome: Outcome, crashed: bool) {
        let Some(id) = self.state.effects.remove(&effect) else { return };
        match self.state.live.frames.get(&id).map(|frame| &frame.work) {
            Some(Work::Look(_)) => self.look_outcome(id, outcome, crashed),
            Some(Work::Act(_)) if self.is_killed() => self.ended_after_kill(id, outcome),
            Some(Work::Act(_)) => self.act_outcome(id, outcome, crashed),
            // Only these two ask for effects.
            None
            | Some(
                Work::Block { .. }
                | Work::Phases { .. }
                | Work::Parallel { .. }
                | Work::Attempt { .. }
                | Work::Measure(_)
                | Work::Unwind { .. }
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Check(_)
                | Work::Wait { .. }
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Ask(_),
            ) => {}
        }
    }

    /// A new process took the run up: what was in flight is in doubt, and nobody watched meanwhile.
    pub(super) fn recovered(&mut self) {
        self.state.suspended = false;
        for (effect, outcome) in std::mem::take(&mut self.state.held_back) {
            self.outcome(effect, outcome, false);
        }
        self.settle_down();
        self.forget_unobserved_time();
        let in_flight: Vec<EffectId> = self.state.effects.keys().copied().collect();
        let unheard = || Outcome::Unknown { reason: "orch ended while it ran".to_owned(), printed: String::new() };
        for effect in in_flight {
            if !self.was_asked_for_now(effect) {
                self.outcome(effect, unheard(), true);
            }
        }
        self.wake_due();
    }

    /// While no process drove the run nothing was observed, and no look could end: both have their time anew.
    fn forget_unobserved_time(&mut self) {
        let from: Vec<Timestamp> = self.state.live.frames.keys().map(|id| self.moment_after(*id, 0)).collect();
        for (frame, now) in self.state.live.frames.values_mut().zip(from) {
            let anew = |policy: &Policy| policy.timeout.map(|timeout| now.plus(timeout));
            match &mut frame.work {
                Work::Stage(Stage { hold: Some(hold), .. }) => hold.forget_unobserved(now),
                Work::Check(check) if check.next.is_none() => check.began = now,
                Work::Look(look) => look.over = look.over.and(anew(&look.policy)),
                Work::Act(act) => act.over = act.over.and(anew(&act.policy)),
                Work::Stage(_)
                | Work::Check(_)
                | Work::Block { .. }
                | Work::Phases { .. }
                | Work::Parallel { .. }
                | Work::Attempt { .. }
                | Work::Measure(_)
                | Work::Unwind { .. }
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Probe { .. }
                | Work::Wait { .. }
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Ask(_) => {}
            }
        }
    }

    /// Whether an effect was asked for in this very step, and so can't have been in flight before.
    fn was_asked_for_now(&self, effect: EffectId) -> bool {
        let is_it = |command: &Command| matches!(command, Command::Perform(perform) if perform.effect == effect);
        self.out.commands.iter().any(is_it)
    }
}
