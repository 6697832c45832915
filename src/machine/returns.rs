//! The ends of blocks: what plans, branches, items and sub-plans give.

use serde_json::Value as Json;

use super::state::{FrameId, Role, Work};
use super::{Ending, Entry, Machine, Report};
use crate::ir::{LocalId, Value, json::to_json};

impl Machine {
    /// A block ended, with what was returned if anything was.
    pub(super) fn end_block(&mut self, id: FrameId, role: Role, returned: Option<Value>) {
        match role {
            Role::Plan => self.complete(id, &returned.unwrap_or(Value::None)),
            Role::SubPlan(place) => self.end_sub_plan(id, place, returned.unwrap_or(Value::None)),
            Role::Branch(place, number) => self.end_branch(id, place, number, returned),
            Role::Item => self.collect(id, returned.unwrap_or(Value::None)),
            Role::Attempt { place, .. } => self.end_attempt(id, place, returned),
            Role::Choice(place) => self.end_choice(id, place),
            Role::Inline => self.leave(id, Report::Done),
            Role::Scope => self.done(id, Json::Null),
            Role::Compensation { .. } => self.compensation_done(id),
        }
    }

    /// Ends the nearest block that takes a `return`: everything between here and it is left.
    pub(super) fn return_value(&mut self, id: FrameId, value: Value) {
        let mut at = id;
        while let Some(frame) = self.state.live.frames.get(&at) {
            if let Work::Block { role, .. } = frame.work
                && role.takes_return()
            {
                return self.end_block(at, role, Some(value));
            }
            let Some(parent) = frame.parent else { return };
            if let Work::Attempt { .. } = frame.work {
                self.end_region_of(at);
            }
            self.end_watchers(at);
            self.state.live.frames.remove(&at);
            at = parent;
        }
    }

    /// A part gave a value: it has its name in what is around it, and the part is done.
    pub(super) fn gave(&mut self, id: FrameId, local: Option<LocalId>, value: Value) {
        let outer = self.state.live.frames.get(&id).and_then(|frame| frame.parent).map(|parent| self.env_of(parent));
        let shown = to_json(&value);
        if let (Some(env), Some(local)) = (outer, local) {
            self.bind(env, local, value);
        }
        self.done(id, shown);
    }

    /// An item gave a value: its loop keeps it until all are done.
    fn collect(&mut self, id: FrameId, value: Value) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (slot, parent) = (frame.slot, frame.parent);
        let shown = to_json(&value);
        let parent = parent.and_then(|parent| self.state.live.frames.get_mut(&parent));
        if let Some(Work::Loop { results, .. }) = parent.map(|frame| &mut frame.work) {
            results[slot] = value;
        }
        self.done(id, shown);
    }

    /// The run is over, and well.
    fn complete(&mut self, root: FrameId, value: &Value) {
        self.end_watchers(root);
        self.state.live.frames.remove(&root);
        self.end(Ending::Completed, to_json(value));
    }

    pub(super) fn end(&mut self, ending: Ending, value: Json) {
        self.log(Entry::Ended { ending, value: value.clone() });
        self.state.ended = Some((ending, value));
    }
}
