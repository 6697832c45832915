//! Guards: what must keep holding while the block goes on in which it is written.

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::rollout::UNKNOWN_LIMIT;
use super::state::{Check, CheckOf, Frame, FrameId, Guard, Work};
use super::{Entry, Kind, Machine, Report, Timestamp, Verdict};
use crate::ir::{self, Place, Reaction, Segment, Statement, StatementKind};

impl Machine {
    /// One looks at once, and the next statement begins when that went well.
    pub(super) fn begin_guard(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        guard: &ir::Guard,
    ) -> Result<Begun, Refusal> {
        let env = self.env_of(id);
        let address = self.announce(id, statement, Kind::Guard)?;
        let every = self.interval(env, &guard.every).map_err(Refusal::at(&address))?;
        let tolerate = guard.tolerate.as_ref().map_or(Ok(0), |tolerate| self.count(env, tolerate));
        let tolerate = tolerate.map_err(Refusal::at(&address))?;
        let work = Guard { place, every, tolerate, next: None, let_go: false, failed_in_a_row: 0, unknown_in_a_row: 0 };
        self.state.live.watched = true;
        Ok(self.runs(id, address, Work::Guard(work)))
    }

    pub(super) fn go_on_guard(&mut self, id: FrameId, report: Report) {
        match report {
            Report::Go => self.look_at_guard(id),
            Report::Verdict(_, verdict, answers) => self.guard_looked(id, verdict, answers),
            Report::Done(_) | Report::Value(_) => {}
        }
    }

    pub(super) fn wake_guard(&mut self, id: FrameId) {
        if let Some(guard) = self.guard_mut(id) {
            guard.next = None;
            self.ready.push_back((id, Report::Go));
        }
    }

    fn look_at_guard(&mut self, id: FrameId) {
        let Some(guard) = self.guard_mut(id) else { return };
        let check = Check::new(CheckOf::Guard(guard.place), None, self.state.now);
        let address = self.address_of(id);
        self.push_child(id, address, 0, Work::Check(Box::new(check)));
    }

    fn guard_looked(&mut self, id: FrameId, verdict: Verdict, answers: Vec<smol_str::SmolStr>) {
        let now = self.state.now;
        let address = self.address_of(id);
        self.log(Entry::Verdict { address, verdict, answers: answers.clone(), held: None });
        let Some(pause) = self.pause_of_guard(id) else { return };
        let Some(guard) = self.guard_mut(id) else { return };
        guard.next = Some(now.plus(pause));
        match verdict {
            Verdict::Pass => (guard.failed_in_a_row, guard.unknown_in_a_row) = (0, 0),
            Verdict::Fail => (guard.failed_in_a_row, guard.unknown_in_a_row) = (guard.failed_in_a_row + 1, 0),
            Verdict::Unknown => guard.unknown_in_a_row += 1,
        }
        if guard.failed_in_a_row > guard.tolerate || guard.unknown_in_a_row >= UNKNOWN_LIMIT {
            return self.guard_broken(id, verdict, &answers);
        }
        if verdict != Verdict::Unknown {
            self.let_go(id);
        }
    }

    fn pause_of_guard(&self, id: FrameId) -> Option<i64> {
        let frame = self.state.live.frames.get(&id)?;
        let Work::Guard(guard) = &frame.work else { return None };
        Some(self.pause_between(guard.every, self.state.now.since(frame.since)))
    }

    /// The statement after a guard begins, once.
    fn let_go(&mut self, id: FrameId) {
        let parent = self.state.live.frames.get(&id).and_then(|frame| frame.parent);
        let Some(guard) = self.guard_mut(id) else { return };
        if !std::mem::replace(&mut guard.let_go, true)
            && let Some(parent) = parent
        {
            self.ready.push_back((parent, Report::Go));
        }
    }

    /// A guard that is broken fails its scope, or asks a person.
    fn guard_broken(&mut self, id: FrameId, verdict: Verdict, answers: &[smol_str::SmolStr]) {
        let program = self.program();
        let Some(guard) = self.guard_mut(id) else { return };
        (guard.failed_in_a_row, guard.unknown_in_a_row) = (0, 0);
        let place = guard.place;
        let StatementKind::Guard(written) = &statement_at(&program, place).kind else { return };
        let reason = self.check_failed(id, CheckOf::Guard(place), verdict, answers, None);
        match if verdict == Verdict::Unknown { written.on_unknown } else { written.on_fail } {
            Reaction::Undo | Reaction::StepBack => self.fail(id, reason),
            Reaction::Pause => {
                let address = self.address_of(id);
                self.pause(address, reason);
            }
        }
    }

    /// The guards that a phase ends by its beginning.
    pub(super) fn end_guards_until(&mut self, phases: FrameId, phase: &Segment) {
        let program = self.program();
        let block = self.state.live.frames.get(&phases).and_then(|frame| frame.parent);
        let ends = |frame: &Frame| {
            let Work::Guard(guard) = &frame.work else { return false };
            let StatementKind::Guard(written) = &statement_at(&program, guard.place).kind else { return false };
            written.until.as_ref() == Some(phase)
        };
        let frames = self.state.live.frames.iter().filter(|(_, frame)| frame.parent == block && ends(frame));
        for id in frames.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end_watcher(id);
        }
    }

    fn end_watcher(&mut self, id: FrameId) {
        self.drop_inside(id);
        let Some(frame) = self.state.live.frames.remove(&id) else { return };
        if let Work::Guard(_) = frame.work {
            self.log(Entry::Done { address: frame.address, value: serde_json::Value::Null });
        }
    }

    /// What watches a block ends with it.
    pub(super) fn end_watchers(&mut self, block: FrameId) {
        if !self.state.live.watched {
            return;
        }
        let is_watcher = |work: &Work| matches!(work, Work::Guard(_) | Work::Handler { .. });
        let watches = |frame: &Frame| frame.parent == Some(block) && is_watcher(&frame.work);
        let frames = self.state.live.frames.iter().filter(|(_, frame)| watches(frame));
        for id in frames.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end_watcher(id);
        }
    }

    /// Removes everything that is part of a frame; what is in flight in it is asked to stop.
    pub(super) fn drop_inside(&mut self, id: FrameId) {
        let parts = self.state.live.frames.iter().filter(|(_, frame)| frame.parent == Some(id));
        for part in parts.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_inside(part);
            let Some(mut frame) = self.state.live.frames.remove(&part) else { continue };
            if let Work::Attempt { region, .. } = frame.work {
                self.abandon(region);
            }
            let reason = smol_str::SmolStr::new_static("it is not waited for any more");
            let stop = frame.flight_mut().and_then(|flight| flight.stop(reason));
            self.out.commands.extend(stop);
        }
    }

    /// A halted run goes on: its guards look at once, its handlers see what they have not seen, and the time it stood
    /// still does not count.
    pub(super) fn begin_to_watch_again(&mut self, committed: Timestamp) {
        let (now, stood) = (self.state.now, self.state.now.since(committed));
        let guards = self.state.live.frames.iter().filter(|(_, frame)| matches!(frame.work, Work::Guard(_)));
        for id in guards.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_inside(id);
            if let Some(guard) = self.guard_mut(id) {
                guard.next = Some(now);
            }
        }
        for (id, frame) in self.state.live.frames.iter_mut() {
            if let (Work::Handler { next, .. }, Some(seen)) = (&mut frame.work, self.state.seen.get(id)) {
                *next = *seen;
            }
        }
        for limit in self.state.live.frames.values_mut().filter_map(|frame| frame.limit.as_mut()) {
            limit.at = limit.at.plus(stood);
        }
    }

    fn guard_mut(&mut self, id: FrameId) -> Option<&mut Guard> {
        if let Work::Guard(guard) = &mut self.state.live.frames.get_mut(&id)?.work { Some(guard) } else { None }
    }
}
