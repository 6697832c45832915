//! Parts of a plan that are gone through in another way than one after another.

use smol_str::SmolStr;

use super::{
    Here, Met,
    walk::{Active, Walk},
};
use crate::{
    check::danger::{Danger, Dangers},
    ir::{Attempt, BlockId, For, Guard, Phase, Rollout},
    plan::PhaseGraph,
    source::Span,
};

impl Walk<'_, '_, '_> {
    /// A part that `return` ends.
    pub(super) fn until_return(&mut self, inside: impl FnOnce(&mut Self)) {
        self.returned.push((Here::NOTHING, self.outer.len()));
        inside(self);
        if let Some((returned, _)) = self.returned.pop() {
            self.now = self.coverage.join(self.now, returned);
        }
    }

    pub(super) fn leave(&mut self) {
        let Some((returned, depth)) = self.returned.last_mut() else { return };
        for set in self.outer.iter().skip(*depth).chain([&self.now]) {
            *returned = self.coverage.join(*returned, *set);
        }
        self.now = Here::NOTHING;
    }

    /// Ways of which one is taken; `None` is the way of nothing.
    pub(super) fn ways(&mut self, blocks: impl Iterator<Item = Option<BlockId>>) {
        let before = self.now;
        let mut after = Here::NOTHING;
        for block in blocks {
            self.now = before;
            if let Some(block) = block {
                self.block(block);
            }
            after = self.coverage.join(after, self.now);
        }
        self.now = after;
    }

    /// Branches side by side.
    pub(super) fn together(&mut self, blocks: &[BlockId]) {
        let dangers: Vec<Option<Danger>> = blocks.iter().map(|block| self.inside(*block).any()).collect();
        let mut dangerous = (0..blocks.len()).filter(|at| dangers[*at].is_some());
        let first_two = [dangerous.next(), dangerous.next()];
        let (before, mut after) = (self.now, Here::NOTHING);
        for (at, block) in blocks.iter().enumerate() {
            let other = first_two.into_iter().flatten().find(|other| *other != at);
            let danger = other.and_then(|other| dangers[other]).map(|danger| danger.at(SAME_TIME));
            self.now = before;
            self.until_return(|walk| walk.beside(danger, |walk| walk.block(*block)));
            after = self.coverage.join(after, self.now);
        }
        self.now = after;
    }

    fn inside(&self, block: BlockId) -> Dangers {
        self.coverage.known.dangers.of_block(block)
    }

    pub(super) fn items(&mut self, each: &For) {
        let again = self.inside(each.block).any();
        let together = each.order.parallel || each.order.after.is_some();
        let beside = again.filter(|_| together).map(|danger| danger.at(" for another item"));
        let before = self.now;
        let block = |walk: &mut Self| walk.scope(each.compensation.as_ref(), each.block);
        match each.collect {
            Some(_) => self.beside(beside, |walk| walk.until_return(block)),
            None => self.beside(beside, block),
        }
        self.again(again, " for a later item");
        self.now = self.coverage.join(before, self.now);
    }

    pub(super) fn stages(&mut self, rollout: &Rollout, own: Dangers) {
        self.scope(rollout.compensation.as_ref(), rollout.block);
        self.again(own.any(), "");
    }

    /// What was done last comes before what is done first the next time.
    fn again(&mut self, danger: Option<Danger>, when: &'static str) {
        if let Some(danger) = danger {
            self.endanger(self.now.steps, danger.at(when));
        }
    }

    /// Of guards that end together the first stands for all.
    pub(super) fn guard(&mut self, guard: &Guard, own: Dangers, depth: usize) {
        let stands_for_it = |active: &Active| active.until.is_none() || active.until == guard.until;
        if self.active.iter().skip(depth).any(stands_for_it) {
            return;
        }
        if let Some(danger) = own.any() {
            self.active.push(Active { danger: danger.at(AT_ANY_TIME), until: guard.until.clone(), over: false });
        }
    }

    /// What it does is done at any time from here to the end of the block.
    pub(super) fn handler(&mut self, block: BlockId) {
        let danger = self.inside(block);
        self.danger(danger);
        let before = self.now;
        self.block(block);
        self.again(danger.any(), " when the next event arrives");
        self.now = self.coverage.join(before, self.now);
        let active =
            |danger: Danger| Active { danger: danger.at(" whenever the event arrives"), until: None, over: false };
        self.active.extend(danger.any().map(active));
    }

    /// What fails in it unwinds its inside only. The other way begins when that is undone.
    pub(super) fn attempt(&mut self, attempt: &Attempt) {
        self.outer.push(std::mem::replace(&mut self.now, Here::NOTHING));
        let inside = |walk: &mut Self, block| match attempt.local {
            Some(_) => walk.until_return(|walk| walk.block(block)),
            None => walk.block(block),
        };
        match self.covered {
            true => self.only_inside(|walk| inside(walk, attempt.block)),
            false => inside(self, attempt.block),
        }
        let tried = self.now;
        self.now = self.outer.pop().unwrap_or(Here::NOTHING);
        let tried = self.coverage.join(self.now, tried);
        inside(self, attempt.otherwise);
        self.now = self.coverage.join(tried, self.now);
    }

    /// What is covered from outside, but for what fails in it.
    fn only_inside(&mut self, inside: impl FnOnce(&mut Self)) {
        let (active, all) = (std::mem::take(&mut self.active), self.all.len());
        self.covered = false;
        inside(self);
        self.covered = true;
        self.active = active;
        self.all.truncate(all);
        self.now = Here::NOTHING;
    }

    pub(super) fn phases(&mut self, phases: &[Phase], depth: usize) {
        let after: Vec<Vec<u32>> = phases.iter().map(|phase| phase.after.clone()).collect();
        let graph = PhaseGraph::new(&after);
        let late = |phase: &Phase| phase.timeout.as_ref().map(|timeout| too_long(timeout.span));
        let dangers: Vec<Option<Danger>> =
            phases.iter().map(|phase| self.inside(phase.block).any().or_else(|| late(phase))).collect();
        let beside = graph.beside(|phase| dangers[phase].is_some());
        let ends = self.ends(phases, &graph, depth);
        for &index in graph.order() {
            let phase = &phases[index];
            for (at, behind) in &ends {
                self.active[*at].over = behind[index];
            }
            let other = beside[index].and_then(|other| dangers[other]).map(|danger| danger.at(SAME_TIME));
            self.beside(other.or_else(|| late(phase)), |walk| walk.phase(phase));
        }
        ends.into_iter().for_each(|(at, _)| self.active[at].over = true);
    }

    fn phase(&mut self, phase: &Phase) {
        let own = self.coverage.known.dangers.phase(phase);
        self.danger(own);
        let number = self.coverage.phases.len();
        let name = SmolStr::new(phase.segment.as_str());
        self.coverage.phases.push(Met { span: phase.span, name, over: false, said: [false; 2] });
        let outer = self.phase.replace(number);
        self.scope(phase.compensation.as_ref(), phase.block);
        self.phase = outer;
        self.coverage.phases[number].over = true;
    }

    /// The guards of this block that end with one of these phases, and the phases for which they are over.
    fn ends(&self, phases: &[Phase], graph: &PhaseGraph, depth: usize) -> Vec<(usize, Vec<bool>)> {
        let mut ends = Vec::new();
        for (at, active) in self.active.iter().enumerate().skip(depth) {
            let Some(until) = active.until.as_ref().filter(|_| !active.over) else { continue };
            if let Some(phase) = phases.iter().position(|phase| phase.segment == *until) {
                let mut over = graph.behind(phase);
                over[phase] = true;
                ends.push((at, over));
            }
        }
        ends
    }
}

const SAME_TIME: &str = " at the same time";
const AT_ANY_TIME: &str = " at any time";

/// The danger of what may not take longer.
pub(super) fn too_long(timeout: Span) -> Danger {
    Danger { span: timeout, what: "the time may run out", when: "" }
}
