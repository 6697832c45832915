//! What a machine says of itself: status, waits, the next moment it waits for.

use super::state::{
    Act, ActOf, ActState, Blocked, Call, CheckOf, Frame, FrameId, GateRun, Look, RegionId, Stage, Work,
};
use super::{EffectId, GateState, Machine, Purpose, Status, Timestamp, Wait, WaitOn};
use crate::ir::{Address, Type, text::Shape};

impl Machine {
    /// What the run is doing.
    pub fn status(&self) -> Status {
        if let Some((ending, value)) = &self.state.ended {
            return Status::Ended(*ending, value.clone());
        }
        let stuck = |frame: &Frame| match &frame.work {
            Work::Act(act) => act.is_stuck(),
            Work::Measure(measure) => measure.failed.is_some(),
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => false,
        };
        if self.is_killed() {
            return Status::Running;
        }
        if self.blocked().next().is_some() || self.state.live.frames.values().any(stuck) {
            return Status::Stuck;
        }
        if self.failure_of(RegionId::RUN).is_some() {
            return Status::Unwinding;
        }
        if self.state.live.frames.is_empty() {
            return Status::New;
        }
        if self.state.paused.is_some() {
            return Status::Paused;
        }
        if self.state.effects.is_empty() { Status::Waiting } else { Status::Running }
    }

    /// The next moment the run waits for; `Event::Time` is due at or after it.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if self.state.suspended || self.is_killed() || self.state.ended.is_some() {
            return None;
        }
        self.deadlines().map(|(_, at)| at).min()
    }

    /// The next moment at which the run may come to stand otherwise: in a pause, no look of a guard that could only pause
    /// it.
    pub fn next_change(&self) -> Option<Timestamp> {
        let next = self.next_deadline()?;
        if self.state.paused.is_none() {
            return Some(next);
        }
        self.deadlines().filter(|(id, _)| !self.could_only_pause_again(*id)).map(|(_, at)| at).min()
    }

    fn deadlines(&self) -> impl Iterator<Item = (FrameId, Timestamp)> + '_ {
        let going_on = self.state.live.frames.iter().filter(|(id, _)| !self.stands_still(**id));
        going_on.filter_map(|(id, frame)| Some((*id, frame.deadline()?)))
    }

    /// The latest moment that is known to end something by itself: a wait, the time of a part, or that of a condition that
    /// is looked at again and again. Looks that go on without an end are none.
    pub fn last_deadline(&self) -> Option<Timestamp> {
        let going_on = self.state.live.frames.iter().filter(|(id, _)| !self.stands_still(**id));
        let moments = going_on.flat_map(|(_, frame)| {
            let own = match &frame.work {
                Work::Wait { until } => Some(*until),
                Work::Check(check) => check.over(),
                Work::Act(_) | Work::Look(_) => frame.work_deadline(),
                Work::Stage(_)
                | Work::Guard(_)
                | Work::Block { .. }
                | Work::Phases { .. }
                | Work::Parallel { .. }
                | Work::Attempt { .. }
                | Work::Measure(_)
                | Work::Unwind { .. }
                | Work::Loop { .. }
                | Work::Rollout { .. }
                | Work::Probe { .. }
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Ask(_) => None,
            };
            own.into_iter().chain(frame.limit.map(|limit| limit.at))
        });
        moments.max()
    }

    /// The latest moment the run has seen.
    pub fn now(&self) -> Timestamp {
        self.state.now
    }

    /// When the run goes on by itself once somebody drives it; `None` if it waits for a word, or is over.
    pub fn due(&self) -> Option<Timestamp> {
        let at_once = self.state.ended.is_none() && (self.state.suspended || !self.state.effects.is_empty());
        if at_once { Some(self.state.now) } else { self.next_change() }
    }

    /// Whether somebody has to look again and again while the run waits: at the gates of a stage, or for a guard. What
    /// nobody looks at meanwhile does not count.
    pub fn is_watching(&self) -> bool {
        let watches = |frame: &Frame| match &frame.work {
            Work::Stage(stage) => stage.hold.as_ref().is_some_and(|hold| !hold.gates.is_empty()),
            Work::Guard(_) => true,
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Act(_)
            | Work::Check(_)
            | Work::Wait { .. }
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => false,
        };
        self.state.paused.is_none() && self.state.live.frames.values().any(watches)
    }

    /// The effects that were asked for and whose end is not known.
    pub fn in_flight(&self) -> Vec<EffectId> {
        self.state.effects.keys().copied().filter(|id| !self.is_held_back(*id)).collect()
    }

    /// Whether the end of an effect came while the run was suspended.
    fn is_held_back(&self, effect: EffectId) -> bool {
        self.state.held_back.iter().any(|(held, _)| *held == effect)
    }

    /// Everything the run waits for, in the order in which it began.
    pub fn waits(&self) -> Vec<Wait> {
        let frames = self.state.live.frames.values().filter_map(|frame| self.wait_of(frame));
        let blocked = self.blocked().map(|blocked| Wait {
            address: blocked.address.clone(),
            since: blocked.since,
            on: WaitOn::Compensation { reason: blocked.reason.clone() },
        });
        let paused = self.state.paused.iter().map(|paused| Wait {
            address: paused.address.clone(),
            since: paused.since,
            on: WaitOn::Paused { reason: paused.reason.clone() },
        });
        frames.chain(blocked).chain(paused).collect()
    }

    /// Why the run is being undone, or was: what failed, and the reason.
    pub fn failure(&self) -> Option<(&Address, &str)> {
        self.failure_of(RegionId::RUN).map(|failure| (&failure.address, failure.reason.as_str()))
    }

    /// What would be undone if the run failed now, in that order.
    pub fn to_undo(&self) -> Vec<Address> {
        self.all_to_undo().into_iter().map(|(_, _, address)| address).collect()
    }

    /// The compensations that could not be done.
    pub(super) fn blocked(&self) -> impl Iterator<Item = &Blocked> {
        self.state.regions.values().flat_map(|region| &region.blocked)
    }

    fn wait_of(&self, frame: &Frame) -> Option<Wait> {
        let on = match &frame.work {
            Work::Wait { until } => WaitOn::Time { until: *until },
            Work::Check(check) => WaitOn::Time { until: check.next? },
            Work::Look(look) if look.flight.as_ref().is_some_and(|flight| self.is_held_back(flight.effect)) => {
                return None;
            }
            Work::Look(look) => look.wait(&self.program)?,
            Work::Act(act) => self.act_wait(act, frame)?,
            Work::Ask(ask) => self.ask_wait(ask, frame),
            Work::WaitFor(place) => self.event_wait(*place, frame)?,
            Work::Measure(measure) => WaitOn::Measure { reason: measure.failed.clone()? },
            Work::Stage(stage) => self.stage_wait(stage)?,
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Guard(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Probe { .. } => return None,
        };
        let stuck_since = if let Work::Act(act) = &frame.work { act.stuck_since() } else { None };
        let since = stuck_since.unwrap_or(frame.since);
        Some(Wait { address: frame.address.clone(), since, on })
    }

    fn act_wait(&self, act: &Act, frame: &Frame) -> Option<WaitOn> {
        let purpose = if frame.repeats { Purpose::Undo } else { Purpose::Do };
        match &act.state {
            ActState::Preparing | ActState::Confirming { .. } => None,
            ActState::InFlight { flight, .. } if self.is_held_back(flight.effect) => None,
            ActState::InFlight { .. } => Some(WaitOn::Effect {
                summary: act.call.shown(&self.program).to_string(),
                purpose,
                attempt: act.launches,
            }),
            ActState::Backoff(backoff)
            | ActState::ConfirmBackoff { backoff, .. }
            | ActState::RepeatBackoff(backoff) => Some(WaitOn::Backoff {
                until: backoff.until,
                attempt: act.launches + 1,
                reason: backoff.reason.clone(),
            }),
            ActState::Stuck { reason, doubt: false, .. } => Some(WaitOn::Compensation { reason: reason.clone() }),
            ActState::Stuck { reason, doubt: true, .. } => {
                let (id, _, _) = self.acts().find(|(_, address, _)| **address == frame.address)?;
                let expects = self.expects(id);
                let expects = if expects == Type::Nothing { String::new() } else { Shape(&expects).to_string() };
                let (on_retry, is_tried_again) = (self.on_retry(id, act), self.is_tried_again(id, act));
                Some(WaitOn::Settlement { reason: reason.clone(), expects, on_retry, is_tried_again })
            }
        }
    }

    fn stage_wait(&self, stage: &Stage) -> Option<WaitOn> {
        let (held, gates) = self.held(stage)?;
        Some(WaitOn::Hold { held, needed: stage.needed, gates })
    }

    /// The gates of the stage that is held at `address`; none, if it has none or is not held.
    pub fn gates_of(&self, address: &Address) -> Vec<Address> {
        let held = self.state.live.frames.values().find_map(|frame| {
            let Work::Stage(stage) = &frame.work else { return None };
            stage.hold.as_ref().filter(|_| frame.address == *address)
        });
        held.map(|hold| hold.gates.iter().map(|gate| gate.address.clone()).collect()).unwrap_or_default()
    }

    /// How long a stage was held, in nanoseconds, and how its gates stand; nothing, while its body runs.
    pub(super) fn held(&self, stage: &Stage) -> Option<(i64, Vec<GateState>)> {
        let hold = stage.hold.as_ref()?;
        let gate = |(number, run): (usize, &GateRun)| {
            let check = super::check::check_of(&self.program, CheckOf::Gate(stage.place, number));
            let text = check.map(|check| check.text.clone()).unwrap_or_default();
            run.shown(text)
        };
        let gates: Vec<GateState> = hold.gates.iter().enumerate().map(gate).collect();
        let held = match gates.is_empty() {
            true => stage.needed - hold.until.since(self.state.now),
            false => hold.credit().min(stage.needed),
        };
        Some((held, gates))
    }
}

impl Look {
    fn wait(&self, program: &crate::ir::Program) -> Option<WaitOn> {
        if let Some(backoff) = &self.backoff {
            let (until, attempt) = (backoff.until, self.attempt);
            return Some(WaitOn::Backoff { until, attempt, reason: backoff.reason.clone() });
        }
        self.flight.as_ref()?;
        let summary = self.subject.shown(program).to_string();
        Some(WaitOn::Effect { summary, purpose: self.purpose, attempt: self.attempt })
    }
}

impl Act {
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.state, ActState::Stuck { .. })
    }

    fn stuck_since(&self) -> Option<Timestamp> {
        if let ActState::Stuck { since, .. } = self.state { Some(since) } else { None }
    }

    /// What a bare effect gives; the compensation of a scope or step gives nothing that is needed.
    pub(super) fn bare_type(&self) -> Type {
        match (&self.call, &self.of) {
            (Call::Effect { expects, .. }, ActOf::Step(_)) => expects.clone(),
            (Call::Action(..) | Call::Effect { .. }, _) => Type::Nothing,
        }
    }
}

impl GateRun {
    fn shown(&self, text: smol_str::SmolStr) -> GateState {
        GateState {
            address: self.address.clone(),
            text,
            last: self.last,
            answers: self.answers.clone(),
            looks: self.looks,
            unknown: self.unknown,
            next: self.next,
        }
    }
}
