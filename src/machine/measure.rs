//! `after each phase`: how long a phase took, what that means for the run, and what is done about it.
//!
//! What is done here is never undone, and its failure undoes nothing: the run is stuck until it is tried again.

use std::sync::Arc;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::estimate::{moment_text, slip};
use super::phases::statement_at;
use super::state::{FrameId, Measure, Progress, Role, Work};
use super::{Entry, Machine, Report};
use crate::ir::{Phase, Place, Segment, StatementKind, Value, json::to_json};

impl Machine {
    /// The places of `after each phase` beside the phases at a place, in the order written.
    fn measures_of(&self, phases: Place) -> Vec<Place> {
        let statements = &self.program.blocks[phases.block.index()].statements;
        let measures = statements.iter().zip(0_u32..);
        let measures = measures.filter(|(statement, _)| matches!(statement.kind, StatementKind::AfterEach { .. }));
        measures.map(|(_, index)| Place { block: phases.block, index }).collect()
    }

    /// A phase, or something that is done after it, has ended: how far the phase is.
    pub(super) fn after_phase(&mut self, id: FrameId, phases: Place, slot: usize, seen: Progress) -> Progress {
        let next = match seen {
            Progress::Measuring(number) => number + 1,
            Progress::Waiting | Progress::Running | Progress::Done => 0,
        };
        match self.measures_of(phases).get(next) {
            None => Progress::Done,
            Some(place) => {
                self.begin_measure(id, phases, *place, slot);
                Progress::Measuring(next)
            }
        }
    }

    fn begin_measure(&mut self, id: FrameId, phases: Place, place: Place, slot: usize) {
        let program = self.program();
        let StatementKind::Phases(all) = &statement_at(&program, phases).kind else { return };
        let statement = statement_at(&program, place);
        let StatementKind::AfterEach { local, timeline, .. } = &statement.kind else { return };
        let segment = statement.segment.clone().unwrap_or_else(|| Segment::name("after"));
        let address = self.address_of(id).item(&segment, all[slot].segment.as_str());
        let address = self.enter(address);
        self.state.measured = true;
        let (phase, due) = (self.measured(id, &all[slot], slot), self.timeline(id));
        let (shown, shown_due) = (to_json(&phase), to_json(&due));
        self.log(Entry::Measured { address: address.clone(), phase: shown, timeline: shown_due });
        let env = self.new_env(Some(self.env_of(id)));
        self.bind(env, *local, phase);
        self.bind(env, *timeline, due);
        let child = self.push_child(id, address, slot, Work::Measure(Measure { place, failed: None }));
        if let Some(frame) = child.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.measures = true;
            frame.env = env;
            frame.owns_env = true;
        }
    }

    /// `p`: its title, what was estimated, and how long it took.
    fn measured(&self, id: FrameId, phase: &Phase, slot: usize) -> Value {
        let env = self.env_of(id);
        let title = self.title_of(env, phase);
        let estimate = self.phase_estimate(env, phase);
        let actual = self.spent(id, slot);
        record([
            ("title", Value::Text(title)),
            ("estimate", Value::Duration(estimate)),
            ("actual", Value::Duration(actual)),
            ("slip", Value::Percent(slip(estimate, actual))),
        ])
    }

    /// `timeline`: when the run is due, how late that is, and the phase that decides it.
    pub(super) fn timeline(&self, id: FrameId) -> Value {
        let (left, bottleneck) = self.time_left(id);
        let planned = self.planned();
        let whole = self.state.now.since(self.state.began).saturating_add(left);
        let slip = if planned == 0 { Decimal::ZERO } else { slip(planned, whole) };
        record([
            ("due", Value::text(moment_text(self.state.now.plus(left)))),
            ("slip", Value::Percent(slip)),
            ("bottleneck", Value::Text(bottleneck)),
        ])
    }

    /// Begins what is done after a phase, or ends it.
    pub(super) fn go_on_measure(&mut self, id: FrameId, report: &Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let Work::Measure(measure) = &frame.work else { return };
        if let Report::Done(_) = report {
            return self.done(id, serde_json::Value::Null);
        }
        let StatementKind::AfterEach { block, .. } = &statement_at(&program, measure.place).kind else { return };
        let address = frame.address.clone();
        self.push_child(id, address, 0, Work::Block { block: *block, next: 0, role: Role::Inline });
    }

    /// What is done after a phase that a frame is part of, if it is.
    pub(super) fn measure_around(&self, id: FrameId) -> Option<FrameId> {
        self.state.live.frames.get(&id).filter(|frame| frame.measures)?;
        let parent = |id: &FrameId| self.state.live.frames.get(id).and_then(|frame| frame.parent);
        let is_it =
            |id: &FrameId| matches!(self.state.live.frames.get(id).map(|frame| &frame.work), Some(Work::Measure(_)));
        std::iter::successors(Some(id), parent).find(is_it)
    }

    /// A part of it failed: nothing is undone, and a person is needed.
    pub(super) fn measure_failed(&mut self, id: FrameId, reason: SmolStr) {
        self.drop_inside(id);
        let address = self.address_of(id);
        self.log(Entry::Stuck { address, reason: reason.clone() });
        if let Some(Work::Measure(measure)) = self.state.live.frames.get_mut(&id).map(|frame| &mut frame.work) {
            measure.failed = Some(reason);
        }
    }

    /// Tries again what failed.
    pub(super) fn measure_again(&mut self, is_meant: impl Fn(&crate::ir::Address) -> bool) {
        let mut again = Vec::new();
        for (id, frame) in self.state.live.frames.iter_mut() {
            if let Work::Measure(measure) = &mut frame.work
                && is_meant(&frame.address)
                && measure.failed.take().is_some()
            {
                again.push((*id, frame.address.clone()));
            }
        }
        for (id, address) in again {
            self.log(Entry::Unstuck { address: address.clone() });
            let address = self.enter(address.without_visits());
            if let Some(frame) = self.state.live.frames.get_mut(&id) {
                frame.address = address;
            }
            self.ready.push_back((id, Report::Go));
        }
    }
}

fn record<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Record(Arc::new(fields.into_iter().map(|(name, value)| (SmolStr::new_static(name), value)).collect()))
}
