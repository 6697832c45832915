//! How parts of a plan are put together: ways, items, branches, stages, phases, and what is undone as a whole.

use super::{
    Forbidden, Walk,
    known::{Facts, Hold, Known, Part, Unheld, meet},
};
use crate::{
    ir::{Attempt, BlockId, Compensation, CompensationBody, For, Phase, Rollout, Stages},
    plan::PhaseGraph,
    source::Span,
};

impl Walk<'_, '_> {
    /// A part that is gone through by itself; one that stands `by_itself` is made final by a `commit` in it.
    pub(super) fn part(&mut self, by_itself: bool, inside: impl FnOnce(&mut Self)) -> Part {
        let outer = std::mem::replace(&mut self.facts, Facts::BEGIN);
        let outer_unapproved = std::mem::take(&mut self.unapproved);
        let outer_by_itself = std::mem::replace(&mut self.by_itself, by_itself);
        inside(self);
        self.by_itself = outer_by_itself;
        let unapproved = std::mem::replace(&mut self.unapproved, outer_unapproved);
        Part { facts: std::mem::replace(&mut self.facts, outer), unapproved }
    }

    /// Puts a part here; `run` is where it is run, if it is a plan.
    pub(super) fn then(&mut self, part: Part, run: Option<Span>) {
        let Part { facts, unapproved } = part;
        let Some(known) = self.facts.end else { return };
        match (facts.needs_commit, known.undoable) {
            (Some(step), Some(undoable)) => self.not_final(step, Some(undoable), run),
            (Some(step), None) if !known.committed => drop(self.facts.needs_commit.get_or_insert(step)),
            (Some(_), None) | (None, _) => {}
        }
        match (facts.needs_final, known.undoable) {
            (Some(commit), Some(undoable)) => self.open_before(commit, undoable),
            (Some(commit), None) if !known.committed => drop(self.facts.needs_final.get_or_insert(commit)),
            (Some(_), None) | (None, _) => {}
        }
        if let Some(undoable) = facts.undoable {
            self.undoable(undoable);
        }
        self.facts.open_behind = self.facts.open_behind.or(facts.open_behind);
        self.facts.commits = self.facts.commits.or(facts.commits);
        self.facts.acts |= facts.acts;
        if !known.approved {
            self.unapproved.extend(unapproved);
        }
        self.facts.end = facts.end.map(|end| known.then(end));
    }

    /// A part that is gone through again and again: what it does last comes before what it does first.
    fn again(&mut self, facts: &Facts, together: bool) {
        let undoable = if together { facts.undoable } else { facts.end.and_then(|end| end.undoable) };
        if let (Some(step), Some(undoable)) = (facts.needs_commit, undoable) {
            self.not_final(step, Some(undoable), None);
        }
    }

    /// An item or branch; what a `commit` in it makes final must not be followed by what is not.
    fn item(&mut self, inside: impl FnOnce(&mut Self)) -> Part {
        let mut part = self.part(true, inside);
        if let Some((commit, undoable)) = part.facts.open_behind.take() {
            self.open_behind(commit, undoable);
        }
        part
    }

    pub(super) fn items(&mut self, each: &For) {
        self.scope(each.compensation.as_ref(), |walk| {
            let part = walk.item(|walk| match each.collect {
                Some(_) => walk.until_return(|walk| walk.block(each.block)),
                None => walk.block(each.block),
            });
            walk.again(&part.facts, each.order.parallel || each.order.after.is_some());
            let before = walk.facts.end;
            walk.then(part, None);
            walk.facts.end = meet(before, walk.facts.end);
        });
    }

    pub(super) fn branches(&mut self, blocks: &[BlockId]) {
        let before = self.facts.end;
        let mut after: Option<Option<Known>> = None;
        let mut all = Vec::with_capacity(blocks.len());
        for block in blocks {
            let part = self.item(|walk| walk.until_return(|walk| walk.block(*block)));
            all.push(part.facts);
            self.facts.end = before;
            self.then(part, None);
            let end = self.facts.end;
            after = Some(after.map_or(end, |after| after.zip(end).map(|(one, other)| one.and(other))));
        }
        self.facts.end = after.unwrap_or(before);
        let mut undoable = (0..all.len()).filter(|at| all[*at].undoable.is_some());
        let first_two = [undoable.next(), undoable.next()];
        for (at, facts) in all.iter().enumerate() {
            let other = first_two.into_iter().flatten().find(|other| *other != at);
            self.beside(facts, other.and_then(|other| all[other].undoable));
        }
    }

    /// A part with something beside it that can be undone.
    fn beside(&mut self, facts: &Facts, undoable: Option<Span>) {
        if let (Some(step), Some(undoable)) = (facts.needs_commit, undoable) {
            self.not_final(step, Some(undoable), None);
        }
    }

    pub(super) fn stages(&mut self, rollout: &Rollout, span: Span) {
        self.forbidding("a rollout is undone as a whole", span, |walk| {
            walk.scope(rollout.compensation.as_ref(), |walk| {
                let part = walk.part(false, |walk| walk.block(rollout.block));
                walk.again(&part.facts, false);
                walk.then(part, None);
            });
        });
        if let Some(known) = &mut self.facts.end {
            known.held = match &rollout.stages {
                Stages::Listed(stages) => match stages.last() {
                    Some((value, None)) => Hold::Unheld(Unheld { rollout: span, stage: value.span }),
                    Some((_, Some(_))) | None => Hold::Held,
                },
                Stages::In(..) => Hold::Held,
            };
        }
    }

    /// What it does may be done, again and again, from here to the end of the block.
    pub(super) fn handler(&mut self, block: BlockId, span: Span) {
        let why = "a handler is not on the plan's own way";
        let part = self.forbidding(why, span, |walk| walk.part(false, |walk| walk.block(block)));
        self.again(&part.facts, false);
        let (before, facts) = (self.facts.end, part.facts);
        self.then(part, None);
        self.facts.end = meet(before, self.facts.end);
        self.acting.extend(facts.needs_commit);
        if facts.acts {
            self.forbidden.push(Forbidden { why: "this may be done at the same time", place: span });
        }
    }

    pub(super) fn attempt(&mut self, attempt: &Attempt, span: Span) {
        let inside = |walk: &mut Self, block| match attempt.local {
            Some(_) => walk.until_return(|walk| walk.block(block)),
            None => walk.block(block),
        };
        self.forbidding("an attempt is undone by itself", span, |walk| {
            let before = walk.facts.end;
            inside(walk, attempt.block);
            let tried = std::mem::replace(&mut walk.facts.end, before);
            inside(walk, attempt.otherwise);
            walk.facts.end = meet(tried, walk.facts.end);
        });
    }

    pub(super) fn phases(&mut self, phases: &[Phase]) {
        let after: Vec<Vec<u32>> = phases.iter().map(|phase| phase.after.clone()).collect();
        let graph = PhaseGraph::new(&after);
        let beside = graph.beside(|_| true);
        let mut all = vec![Facts::BEGIN; phases.len()];
        for &index in graph.order() {
            let phase = &phases[index];
            let inside = |walk: &mut Self| walk.scope(phase.compensation.as_ref(), |walk| walk.block(phase.block));
            let Some(other) = beside[index] else {
                inside(self);
                continue;
            };
            let why = "this phase may run at the same time";
            let part = self.forbidding(why, phases[other].span, |walk| walk.part(false, inside));
            all[index] = part.facts;
            self.then(part, None);
        }
        if all.iter().any(|facts| facts.needs_commit.is_some()) {
            let beside = graph.beside(|phase| all[phase].undoable.is_some());
            for (facts, other) in all.iter().zip(beside) {
                self.beside(facts, other.and_then(|other| all[other].undoable));
            }
        }
    }

    /// Ways of which one is taken; `None` is the way of nothing.
    pub(super) fn ways(&mut self, blocks: impl Iterator<Item = Option<BlockId>>) {
        let (before, mut after) = (self.facts.end, None);
        for block in blocks {
            self.facts.end = before;
            if let Some(block) = block {
                self.block(block);
            }
            after = meet(after, self.facts.end);
        }
        self.facts.end = after;
    }

    /// A part that `return` ends.
    pub(super) fn until_return(&mut self, inside: impl FnOnce(&mut Self)) {
        self.returned.push(None);
        inside(self);
        self.facts.end = meet(self.facts.end, self.returned.pop().flatten());
    }

    pub(super) fn leave(&mut self) {
        let end = self.facts.end.take();
        if let Some(returned) = self.returned.last_mut() {
            *returned = meet(*returned, end);
        }
    }

    /// What no `commit` may stand in.
    pub(super) fn forbidding<T>(&mut self, why: &'static str, place: Span, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.forbidden.push(Forbidden { why, place });
        let result = inside(self);
        self.forbidden.pop();
        result
    }

    /// A scope, which may have a way back of its own.
    pub(super) fn scope(&mut self, compensation: Option<&Compensation>, inside: impl FnOnce(&mut Self)) {
        let Some(compensation) = compensation else { return inside(self) };
        let before = self.facts.end.and_then(|known| known.undoable);
        self.forbidding("its scope is undone as a whole by this", compensation.span, inside);
        if let Some(known) = self.facts.end.as_mut().filter(|_| self.pass.silences(compensation)) {
            known.undoable = before;
        }
        if undoes(compensation) {
            self.undoable(compensation.span);
        }
        self.compensation(Some(compensation));
    }

    pub(super) fn compensation(&mut self, compensation: Option<&Compensation>) {
        if let Some(Compensation { body: CompensationBody::Block { block, .. }, span, .. }) = compensation {
            self.exempt("a compensation takes back, and makes nothing final", *span, *block);
        }
    }

    /// What is done here is never undone.
    pub(super) fn exempt(&mut self, why: &'static str, place: Span, block: BlockId) {
        let outer = std::mem::replace(&mut self.exempt, true);
        let _ = self.forbidding(why, place, |walk| walk.part(false, |walk| walk.block(block)));
        self.exempt = outer;
    }
}

/// Whether a compensation has something to do.
pub(super) fn undoes(compensation: &Compensation) -> bool {
    !matches!(compensation.body, CompensationBody::Nothing)
}
