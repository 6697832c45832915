//! Phases that stand together, and what looks once.

use super::block::Begun;
use super::state::{FrameId, Progress, Role, ScopePlace, Work};
use super::{Entry, Kind, Machine, Report};
use crate::evaluate::Stop;
use crate::ir::{BlockId, LocalId, Place, Statement, StatementKind, Value};

impl Machine {
    pub(super) fn begin_phases(&mut self, id: FrameId, place: Place, count: usize) -> Begun {
        let (times, phases) = (vec![None; count], vec![Progress::Waiting; count]);
        let address = self.address_of(id);
        self.runs(id, address, Work::Phases { place, phases, times })
    }

    /// Begins every phase whose predecessors are done, in the order written.
    pub(super) fn go_on_phases(&mut self, id: FrameId, report: Report) {
        let (program, now) = (self.program(), self.state.now);
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Phases { place, phases: progress, times } = &mut frame.work else { return };
        if let Report::Done(slot) = report {
            if let Some((_, ended)) = &mut times[slot] {
                ended.get_or_insert(now);
            }
            let (place, seen) = (*place, progress[slot]);
            let after = self.after_phase(id, place, slot, seen);
            self.set_progress(id, slot, after);
        }
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let Work::Phases { place, phases: progress, .. } = &frame.work else { return };
        let (place, seen) = (*place, progress.clone());
        let StatementKind::Phases(phases) = &statement_at(&program, place).kind else { return };
        if seen.iter().all(|progress| *progress == Progress::Done) {
            return self.leave(id, Report::Done);
        }
        let may_begin = |number: &usize| {
            let done = |before: &u32| seen[*before as usize] == Progress::Done;
            seen[*number] == Progress::Waiting && phases[*number].after.iter().all(done)
        };
        for number in (0..phases.len()).filter(may_begin) {
            self.begin_phase(id, place, number, &phases[number]);
        }
    }

    fn set_progress(&mut self, id: FrameId, slot: usize, now: Progress) {
        if let Some(Work::Phases { phases, .. }) = self.state.live.frames.get_mut(&id).map(|frame| &mut frame.work) {
            phases[slot] = now;
        }
    }

    fn begin_phase(&mut self, id: FrameId, place: Place, number: usize, phase: &crate::ir::Phase) {
        let now = self.state.now;
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let env = frame.env;
        if let Work::Phases { phases, times, .. } = &mut frame.work {
            phases[number] = Progress::Running;
            times[number] = Some((now, None));
        }
        let address = self.address_of(id).child(&phase.segment);
        let address = self.enter(address);
        self.end_guards_until(id, &phase.segment);
        let title = self.text(env, phase.title.as_deref()).unwrap_or_else(|reason| Some(reason.text));
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Phase, title });
        let compensation = phase.compensation.as_ref();
        let limit = self.time_limit(env, phase.timeout.as_deref());
        let scope = self.begin_scope(id, address, number, phase.block, compensation, ScopePlace::Phase(place, number));
        match (scope, limit) {
            (Some(scope), Err(reason)) => self.fail(scope, reason),
            (scope, limit) => self.limit_time(scope, limit.unwrap_or_default()),
        }
    }

    /// Begins a block that has names of its own.
    pub(super) fn begin_with(
        &mut self,
        parent: FrameId,
        address: crate::ir::Address,
        block: BlockId,
        role: Role,
        slot: usize,
        binding: Option<(LocalId, Value)>,
    ) {
        let env = self.new_env(Some(self.env_of(parent)));
        if let Some((local, value)) = binding {
            self.bind(env, local, value);
        }
        let child = self.push_child(parent, address, slot, Work::Block { block, next: 0, role });
        if let Some(frame) = child.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.env = env;
            frame.owns_env = true;
        }
    }

    /// Looks once, and binds what was seen.
    pub(super) fn go_on_probe(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let env = frame.env;
        let Work::Probe { place, answers } = &mut frame.work else { return };
        let place = *place;
        if let Report::Value(answer) = report {
            answer.add_to(answers);
        }
        let answers = answers.clone();
        let StatementKind::Probe { local, look, tries } = &statement_at(&program, place).kind else { return };
        match self.look_into(env, look, &answers) {
            Ok(value) => {
                let shown = crate::ir::json::to_json(&value);
                self.bind(env, *local, value);
                self.done(id, shown);
            }
            Err(Stop::Needs(needed)) => self.begin_look(id, *needed, Some(tries)),
            Err(stop) => self.fail(id, self.reason(&stop)),
        }
    }
}

/// The statement at a place.
pub(super) fn statement_at(program: &crate::ir::Program, place: Place) -> &Statement {
    &program.blocks[place.block.index()].statements[place.index as usize]
}
