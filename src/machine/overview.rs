//! What a machine says of what lies ahead: how far loops are, which phases wait for others, when it should be over.

use super::phases::statement_at;
use super::state::{FrameId, Progress, Work};
use super::{Machine, Timestamp};
use crate::ir::{Address, Segment, StatementKind};
use smol_str::SmolStr;

/// How far a loop is that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopState {
    /// What the addresses of its items begin with: `prepare/table` of `prepare/table[orders]`.
    pub address: Address,
    /// How many items are done.
    pub done: usize,
    /// How many have begun and are not done.
    pub running: usize,
    /// How many have not begun.
    pub waiting: usize,
}

/// A phase beside others, of which not all are done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseState {
    /// Which.
    pub address: Address,
    /// Its title.
    pub title: Option<SmolStr>,
    /// How long it should take, in nanoseconds; 0 if nobody says.
    pub estimate: i64,
    /// Whether it has begun.
    pub begun: bool,
    /// The names of the phases it still waits for.
    pub after: Vec<SmolStr>,
}

/// When a run should be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// When, as it looks now.
    pub due: Timestamp,
    /// How much later that is than planned, in nanoseconds; earlier, if negative.
    pub late: i64,
}

impl Machine {
    /// The loops that have begun and not ended, in the order in which they began.
    pub fn loops(&self) -> Vec<LoopState> {
        self.state.live.frames.keys().filter_map(|id| self.loop_state(*id)).collect()
    }

    fn loop_state(&self, id: FrameId) -> Option<LoopState> {
        let frame = self.state.live.frames.get(&id)?;
        let Work::Loop { place, progress, .. } = &frame.work else { return None };
        let segment = statement_at(&self.program, *place).segment.clone().unwrap_or_else(|| Segment::name("for"));
        let address = frame.address.child(&segment);
        Some(LoopState { address, done: progress.done(), running: progress.running(), waiting: progress.left() })
    }

    /// The phases that stand together where not all are done, in the order written.
    pub fn phases(&self) -> Vec<PhaseState> {
        self.state.live.frames.keys().flat_map(|id| self.phase_states(*id)).collect()
    }

    fn phase_states(&self, id: FrameId) -> Vec<PhaseState> {
        let Some(frame) = self.state.live.frames.get(&id) else { return Vec::new() };
        let Work::Phases { place, phases: progress, .. } = &frame.work else { return Vec::new() };
        let StatementKind::Phases(phases) = &statement_at(&self.program, *place).kind else { return Vec::new() };
        let is_open = |before: &&u32| progress[**before as usize] != Progress::Done;
        let name = |before: &u32| SmolStr::new(phases[*before as usize].segment.as_str());
        let state = |(phase, progress): (&crate::ir::Phase, &Progress)| PhaseState {
            address: frame.address.child(&phase.segment),
            title: self.text(frame.env, phase.title.as_deref()).unwrap_or_else(|reason| Some(reason.text)),
            estimate: self.phase_estimate(frame.env, phase),
            begun: *progress != Progress::Waiting,
            after: phase.after.iter().filter(is_open).map(name).collect(),
        };
        phases.iter().zip(progress).map(state).collect()
    }

    /// When the run should be over, if its author says how long it takes, and it has phases that are not done.
    pub fn outlook(&self) -> Option<Outlook> {
        let planned = self.planned();
        let frames = &self.state.live.frames;
        let phases = frames.iter().find(|(_, frame)| matches!(frame.work, Work::Phases { .. }) && !frame.undoing);
        let (left, _) = self.time_left(*phases?.0);
        let whole = self.state.now.since(self.state.began).saturating_add(left);
        (planned > 0).then(|| Outlook { due: self.state.now.plus(left), late: whole.saturating_sub(planned) })
    }
}
