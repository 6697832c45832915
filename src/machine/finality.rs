//! Commits: what is final, and where a halted run goes on.
//!
//! A `commit` on the plan's own way makes all before it final. One in an item or branch makes that one final; the run
//! then goes on at the loop, whose final parts stay as they are and whose other parts begin anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::state::{Floor, Frame, FrameId, Live, Progress, RegionId, Work};
use super::{Entry, Machine};
use crate::ir::{Address, BlockId, Program, StatementKind};

impl Machine {
    /// What came before is final.
    pub(super) fn commit(&mut self, id: FrameId, address: Address, text: SmolStr) {
        self.log(Entry::Committed { address: address.clone(), text: text.clone() });
        match self.part_by_itself(id) {
            Some(part) => self.commit_part(id, part, (address, text)),
            None => self.commit_run(id, (address, text)),
        }
    }

    /// The innermost item or branch that a frame is part of.
    fn part_by_itself(&self, id: FrameId) -> Option<FrameId> {
        self.state.live.parts_around(id).next().map(|(part, _)| part)
    }

    /// The list is empty, and the run can go on from here after a halt.
    fn commit_run(&mut self, id: FrameId, (address, text): (Address, SmolStr)) {
        self.state.regions.clear();
        self.state.scopes.clear();
        self.state.kept.clear();
        for env in self.state.live.envs.values_mut() {
            env.uses = 0;
        }
        let needed: BTreeSet<_> =
            self.state.live.frames.values().flat_map(|frame| self.state.live.chain(frame.env)).collect();
        self.state.live.envs.retain(|env, _| needed.contains(env));
        self.state.parts_floor = None;
        let (live, at) = (self.state.live.clone(), self.state.now);
        self.state.floor = Some(Box::new(Floor { address, text, live, frames: vec![id], parts_of: None, at }));
    }

    /// A loop or branches whose parts can be made final: the run goes on here once one of them is. Of several inside
    /// each other, it goes on at the outermost.
    pub(super) fn prepare_floor(&mut self, whole: Option<FrameId>, blocks: &[BlockId]) {
        let Some(whole) = whole.filter(|_| commits_in(&self.program, blocks)) else { return };
        if self.part_by_itself(whole).is_some() {
            return;
        }
        let (live, at, address) = (self.state.live.clone(), self.state.now, self.address_of(whole));
        let text = SmolStr::default();
        let floor = Floor { address, text, live, frames: vec![whole], parts_of: Some(whole), at };
        self.state.parts_floor = Some(Box::new(floor));
    }

    /// What was done in an item or branch is final, and it goes on from here after a halt.
    fn commit_part(&mut self, id: FrameId, part: FrameId, (address, text): (Address, SmolStr)) {
        let outermost = self.state.live.parts_around(id).last().map(|(_, whole)| whole);
        let inside = self.address_of(part);
        self.region(RegionId::RUN).undo.retain(|undo| !undo.address.is_within(&inside));
        self.state.kept.forget_inside(&inside);
        let is_of = |floor: &Floor| floor.parts_of == outermost;
        let known = self.state.floor.take_if(|floor| is_of(floor));
        let Some(mut floor) = known.or_else(|| self.state.parts_floor.take().filter(|floor| is_of(floor))) else {
            return;
        };
        (floor.address, floor.text) = (address, text);
        floor.at = self.state.now;
        floor.forget(part);
        floor.keep(&self.state.live, id);
        self.state.floor = Some(floor);
    }

    /// A part ended; if it was made final it stays done.
    pub(super) fn final_part_done(&mut self, whole: FrameId, slot: usize) {
        let Some(floor) = self.state.floor.as_mut() else { return };
        let is_it = |(_, frame): &(&FrameId, &super::state::Frame)| frame.parent == Some(whole) && frame.slot == slot;
        let found = floor.live.frames.iter().find(is_it).map(|(id, frame)| (*id, frame.address.clone()));
        let Some((part, address)) = found else { return };
        floor.forget(part);
        floor.take_over(&self.state.live, whole, slot);
        // Nothing goes on inside it any more, also after a halt.
        self.state.kept.forget_inside(&address);
        self.forget_visits_inside(part, &address);
        self.forget_scopes();
    }
}

impl Floor {
    /// The frames of a part are not those that go on.
    fn forget(&mut self, part: FrameId) {
        let inside: Vec<FrameId> = self.live.frames.keys().copied().filter(|id| self.live.lies_in(*id, part)).collect();
        for id in inside {
            self.live.frames.remove(&id);
            self.frames.retain(|frame| *frame != id);
        }
    }

    /// A part goes on from one of its blocks: that, and what is around it in the part, is as it is now. Where that is a
    /// part of a part, the loop or branches between are begun: of these only what is final counts.
    fn keep(&mut self, live: &Live, id: FrameId) {
        let outermost = self.parts_of;
        let parent =
            |id: &FrameId| live.frames.get(id).and_then(|frame| frame.parent).filter(|id| Some(*id) != outermost);
        for id in std::iter::successors(Some(id), parent) {
            let Some(frame) = live.frames.get(&id) else { continue };
            match frame.work.begun_anew() {
                Some(work) if !self.live.frames.contains_key(&id) => {
                    self.live.frames.insert(id, Frame { work, ..frame.clone() });
                    self.frames.push(id);
                }
                Some(_) => {}
                None => self.live.frames.insert(id, frame.clone()),
            }
            for env in live.chain(frame.env) {
                let Some(known) = live.envs.get(&env) else { continue };
                self.live.envs.entry(env).or_default().clone_from(known);
            }
        }
        self.frames.push(id);
        for (part, whole) in live.parts_around(id) {
            let slot = live.frames.get(&part).map(|frame| frame.slot);
            if let Some(slot) = slot {
                self.set_progress(whole, slot, Progress::Running);
            }
        }
    }

    /// A part is done, with what it gave.
    fn take_over(&mut self, live: &Live, whole: FrameId, slot: usize) {
        self.set_progress(whole, slot, Progress::Done);
        let Some(now) = live.frames.get(&whole) else { return };
        if let Some(env) = live.envs.get(&now.env) {
            self.live.envs.entry(now.env).or_default().clone_from(env);
        }
        let kept = self.live.frames.get_mut(&whole).map(|frame| &mut frame.work);
        if let (Some(Work::Loop { results, .. }), Work::Loop { results: given, .. }) = (kept, &now.work) {
            results[slot] = given[slot].clone();
        }
    }

    fn set_progress(&mut self, whole: FrameId, slot: usize, now: Progress) {
        match self.live.frames.get_mut(&whole).map(|frame| &mut frame.work) {
            Some(Work::Loop { progress, .. }) => progress.set(slot, now),
            Some(Work::Parallel { branches, .. }) => branches[slot] = now,
            // Nothing else has parts.
            None
            | Some(
                Work::Block { .. }
                | Work::Phases { .. }
                | Work::Attempt { .. }
                | Work::Measure(_)
                | Work::Unwind { .. }
                | Work::Rollout { .. }
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Look(_)
                | Work::Act(_)
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
}

impl Work {
    /// A loop or branches of which no part has begun; nothing else has parts.
    fn begun_anew(&self) -> Option<Work> {
        match self {
            Work::Loop { place, items, .. } => {
                let (progress, results) = items.nothing_done();
                Some(Work::Loop { place: *place, items: Arc::clone(items), progress, results })
            }
            Work::Parallel { place, limit, branches } => {
                let branches = vec![Progress::Waiting; branches.len()];
                Some(Work::Parallel { place: *place, limit: *limit, branches })
            }
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Measure(_)
            | Work::Attempt { .. }
            | Work::Unwind { .. }
            | Work::Rollout { .. }
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
            | Work::Ask(_) => None,
        }
    }
}

impl Live {
    /// The items and branches that a frame is part of, from the innermost on, each with its loop or `parallel`.
    fn parts_around(&self, id: FrameId) -> impl Iterator<Item = (FrameId, FrameId)> + '_ {
        let parent = |id: &FrameId| self.frames.get(id).and_then(|frame| frame.parent);
        std::iter::successors(Some(id), parent).filter_map(move |part| {
            let whole = parent(&part)?;
            let has_parts = matches!(self.frames.get(&whole)?.work, Work::Loop { .. } | Work::Parallel { .. });
            has_parts.then_some((part, whole))
        })
    }

    /// Whether a frame is, or is part of, another.
    fn lies_in(&self, id: FrameId, outer: FrameId) -> bool {
        let parent = |id: &FrameId| self.frames.get(id).and_then(|frame| frame.parent);
        std::iter::successors(Some(id), parent).any(|id| id == outer)
    }
}

/// Whether a `commit` stands in these blocks, or in a plan that they run.
pub(super) fn commits_in(program: &Program, blocks: &[BlockId]) -> bool {
    let mut seen = BTreeSet::new();
    let mut left = blocks.to_vec();
    while let Some(block) = left.pop() {
        if !seen.insert(block) {
            continue;
        }
        for statement in &program.blocks[block.index()].statements {
            match &statement.kind {
                StatementKind::Commit(_) => return true,
                StatementKind::Run(run) => left.push(program.plans[run.plan.index()].body),
                kind => left.extend(kind.blocks()),
            }
        }
    }
    false
}
