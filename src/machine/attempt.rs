//! `attempt`: what is tried, and the other way if it fails.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::state::{Bindings, EnvId, Failure, FrameId, Region, RegionId, Role, Work};
use super::{Entry, Kind, Machine, Report};
use crate::ir::{Attempt, BlockId, Place, Statement, StatementKind, Value, json::to_json};

impl Machine {
    pub(super) fn begin_attempt(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        attempt: &Attempt,
    ) -> Result<Begun, Refusal> {
        let address = match &statement.segment {
            Some(_) => self.announce(id, statement, Kind::Attempt)?,
            None => self.address_of(id),
        };
        self.state.numbers.region += 1;
        let region = RegionId(self.state.numbers.region);
        let Some(frame) = self.push_child(id, address, 0, Work::Attempt { place, region }) else {
            return Ok(Begun::Over);
        };
        let outer = self.state.live.frames.get(&id).map(|frame| frame.region);
        self.state.regions.insert(region, Box::new(Region { outer, attempt: Some(frame), ..Region::default() }));
        let block = self.attempt_block(frame, place, attempt.block);
        if let Some(block) = block.and_then(|id| self.state.live.frames.get_mut(&id)) {
            block.region = region;
            // In a compensation, or after a phase, its failure is the attempt's first.
            (block.undoing, block.measures) = (false, false);
        }
        Ok(Begun::Runs)
    }

    /// One of the two blocks; its names are those of the attempt only once it has ended well.
    fn attempt_block(&mut self, attempt: FrameId, place: Place, block: BlockId) -> Option<FrameId> {
        let named = statement_at(&self.program, place).segment.is_some();
        let (address, env) = (self.address_of(attempt), self.new_env(Some(self.env_of(attempt))));
        let work = Work::Block { block, next: 0, role: Role::Attempt { place, named } };
        let id = self.push_child(attempt, address, 0, work)?;
        if let Some(frame) = self.state.live.frames.get_mut(&id) {
            frame.env = env;
            frame.owns_env = true;
        }
        Some(id)
    }

    /// One of the two blocks ended, and so the attempt.
    pub(super) fn end_attempt(&mut self, id: FrameId, place: Place, returned: Option<Value>) {
        let program = self.program();
        let statement = statement_at(&program, place);
        let StatementKind::Attempt(attempt) = &statement.kind else { return };
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let env = frame.env;
        let Some(whole) = frame.parent else { return };
        let outer = self.env_of(whole);
        self.hand_out(env, outer);
        self.end_region_of(whole);
        self.leave(id, Report::Done);
        let value = returned.unwrap_or(Value::None);
        let shown = to_json(&value);
        if let Some(local) = attempt.local {
            self.bind(outer, local, value);
        }
        if statement.segment.is_some() { self.done(whole, shown) } else { self.leave(whole, Report::Done) }
    }

    /// The names that a block bound are visible after it.
    fn hand_out(&mut self, inner: EnvId, outer: EnvId) {
        let bound = self.state.live.envs.get(&inner).map(|env| env.bindings.clone());
        for (local, value) in bound.iter().flat_map(Bindings::iter) {
            self.bind(outer, *local, value.clone());
        }
    }

    /// An attempt is over, or left by a `return`: what was done in it is undone with what is around it.
    pub(super) fn end_region_of(&mut self, whole: FrameId) {
        let Some(frame) = self.state.live.frames.get(&whole) else { return };
        let Work::Attempt { region, .. } = frame.work else { return };
        let outer = frame.region;
        self.join(region, outer);
    }

    /// All that was done in an attempt that failed is undone: the other way begins, as part of what is around it.
    pub(super) fn go_the_other_way(&mut self, region: RegionId) -> bool {
        let program = self.program();
        let Some(Region { attempt: Some(whole), failure: Some(failure), .. }) =
            self.state.regions.get(&region).map(Box::as_ref)
        else {
            return false;
        };
        let (whole, failure) = (*whole, failure.clone());
        self.end_region_of(whole);
        self.forget_scopes();
        let Some(Work::Attempt { place, .. }) = self.state.live.frames.get(&whole).map(|frame| &frame.work) else {
            return false;
        };
        let place = *place;
        let StatementKind::Attempt(attempt) = &statement_at(&program, place).kind else { return false };
        let address = self.address_of(whole);
        self.log(Entry::Otherwise { attempt: address });
        let block = self.attempt_block(whole, place, attempt.otherwise);
        if let (Some(block), Some(local)) = (block, attempt.failure) {
            self.bind(self.env_of(block), local, failure.value());
        }
        true
    }
}

impl Machine {
    /// Why the run is being undone, or was, as `failure` in an attempt or a test says it.
    pub fn failure_value(&self) -> Option<Value> {
        self.failure_of(RegionId::RUN).cloned().map(Failure::value)
    }
}

impl Failure {
    /// The failure as a program sees it.
    fn value(self) -> Value {
        let kind = Value::Variant(SmolStr::new_static(self.kind.name()), Arc::new(IndexMap::new()));
        let fields =
            [("message", Value::Text(self.reason)), ("address", Value::text(self.address.to_string())), ("kind", kind)];
        Value::record(fields.into_iter().map(|(name, value)| (SmolStr::new_static(name), value)).collect())
    }
}
