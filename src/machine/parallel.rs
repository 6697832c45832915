//! `parallel`: branches that run together.

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::state::{FrameId, Progress, Role, Work};
use super::{Entry, Kind, Machine, Report};
use crate::ir::{Branch, Expr, Place, Statement, StatementKind, Value};

impl Machine {
    pub(super) fn begin_parallel(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        limit: Option<&Expr>,
    ) -> Result<Begun, Refusal> {
        let limit = self.limit(self.env_of(id), limit)?.unwrap_or(usize::MAX);
        let blocks = statement.kind.blocks();
        let (branches, address) = (vec![Progress::Waiting; blocks.len()], self.address_of(id));
        let child = self.push_child(id, address, 0, Work::Parallel { place, limit, branches });
        self.prepare_floor(child, &blocks);
        Ok(Begun::Runs)
    }

    /// Begins as many branches as there is room for, in the order written.
    pub(super) fn go_on_parallel(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Parallel { branches: progress, .. } = &mut frame.work else { return };
        if let Report::Done(slot) = report {
            progress[slot] = Progress::Done;
            self.final_part_done(id, slot);
        }
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Parallel { place, limit, branches: progress } = &mut frame.work else { return };
        let is = |wanted: Progress| move |progress: &Progress| *progress == wanted;
        if progress.iter().all(is(Progress::Done)) {
            return self.leave(id, Report::Done);
        }
        let free = limit.saturating_sub(progress.iter().copied().filter(|found| *found == Progress::Running).count());
        let waiting = (0..progress.len()).filter(|number| progress[*number] == Progress::Waiting);
        let begin: Vec<usize> = waiting.take(free).collect();
        begin.iter().for_each(|number| progress[*number] = Progress::Running);
        let place = *place;
        let StatementKind::Parallel { branches, .. } = &statement_at(&program, place).kind else { return };
        for number in begin {
            self.begin_branch(id, place, number, &branches[number]);
        }
    }

    fn begin_branch(&mut self, id: FrameId, place: Place, number: usize, branch: &Branch) {
        let env = self.env_of(id);
        let address = self.address_of(id).child(&branch.segment);
        let address = self.enter(address);
        let title = self.text(env, branch.title.as_deref()).unwrap_or_else(|reason| Some(reason.text));
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Branch, title });
        let work = Work::Block { block: branch.block, next: 0, role: Role::Branch(place, number) };
        self.push_child(id, address, number, work);
    }

    /// A branch ended: what it gives is what it returned, or else the record of what it bound.
    pub(super) fn end_branch(&mut self, id: FrameId, place: Place, number: usize, returned: Option<Value>) {
        let program = self.program();
        let StatementKind::Parallel { branches, .. } = &statement_at(&program, place).kind else { return };
        let branch = &branches[number];
        let record = || branch.value.as_ref().map_or(Ok(Value::None), |value| self.compute(self.env_of(id), value));
        match returned.map_or_else(record, Ok) {
            Ok(value) => self.gave(id, Some(branch.local), value),
            Err(reason) => self.fail(id, reason),
        }
    }
}
