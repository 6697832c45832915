//! Statements, one after another.

use std::sync::Arc;

use serde_json::Value as Json;
use smol_str::SmolStr;

use super::state::{Check, CheckOf, EnvId, FrameId, Progress, Role, ScopePlace, Work};
use super::{Entry, Kind, Machine, Report};
use crate::evaluate::Answers;
use crate::ir::{
    Address, BlockId, Compensation, Expr, LocalId, Place, Segment, Statement, StatementKind, Step, Value, json::to_json,
};

/// Whether the statement that was begun is over already.
enum Begun {
    /// The next one can begin.
    Over,
    /// A frame was made for it, which reports its end.
    Runs,
}

/// Why a statement could not begin, and which part of the run that is; without one, the block it stands in.
struct Refusal {
    address: Option<Address>,
    reason: SmolStr,
}

impl Refusal {
    fn at(address: &Address) -> impl FnOnce(SmolStr) -> Refusal + use<> {
        let address = Some(address.clone());
        |reason| Refusal { address, reason }
    }
}

impl From<SmolStr> for Refusal {
    fn from(reason: SmolStr) -> Self {
        Refusal { address: None, reason }
    }
}

impl Machine {
    /// Begins statements until one takes time or none is left.
    pub(super) fn go_on_block(&mut self, id: FrameId) {
        let program = self.program();
        loop {
            let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
            let Work::Block { block, next, role } = &mut frame.work else { return };
            let place = Place { block: *block, index: *next };
            let role = *role;
            *next += 1;
            match program.blocks[place.block.index()].statements.get(place.index as usize) {
                None => return self.end_block(id, role, Value::None),
                Some(statement) => match self.begin(id, place, statement) {
                    Ok(Begun::Over) => {}
                    Ok(Begun::Runs) => return,
                    Err(refusal) => return self.refuse(id, refusal),
                },
            }
        }
    }

    /// A block ended; `value` is what the plan gives.
    fn end_block(&mut self, id: FrameId, role: Role, value: Value) {
        match role {
            Role::Plan => self.complete(id, &value),
            Role::Inline => self.leave(id, Report::Done),
            Role::Scope => self.done(id, Json::Null),
            Role::Compensation { .. } => self.compensation_done(id),
        }
    }

    fn begin(&mut self, id: FrameId, place: Place, statement: &Statement) -> Result<Begun, Refusal> {
        let env = self.env_of(id);
        match &statement.kind {
            StatementKind::Let { local, value } => {
                let address = self.address_of(id).child(&self.name_of(*local));
                let value = self.compute(env, value).map_err(Refusal::at(&address))?;
                self.bind(env, *local, value);
                Ok(Begun::Over)
            }
            StatementKind::When { branches, otherwise } => {
                let taken = self.choose(env, branches, *otherwise)?;
                Ok(taken.map_or(Begun::Over, |block| self.begin_inline(id, block)))
            }
            StatementKind::Fail(text) => {
                let reason = self.text(env, Some(text))?.unwrap_or_default();
                Err(Refusal { address: Some(self.part_of(id, statement.segment.as_ref())), reason })
            }
            StatementKind::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::None), |value| self.compute(env, value))?;
                self.return_from_plan(id, &value);
                Ok(Begun::Runs)
            }
            StatementKind::Commit(text) => {
                let text = self.text(env, Some(text))?.unwrap_or_default();
                let address = self.enter_part(id, statement.segment.as_ref());
                self.commit(id, address, text);
                Ok(Begun::Over)
            }
            StatementKind::Phases(phases) => {
                let phases = vec![Progress::Waiting; phases.len()];
                let address = self.address_of(id);
                Ok(self.runs(id, address, Work::Phases { place, phases }))
            }
            StatementKind::Step(step) => self.begin_step(id, place, statement, step),
            StatementKind::Probe { .. } => {
                let address = self.announce(id, statement, Kind::Probe)?;
                Ok(self.runs(id, address, Work::Probe { place, answers: Answers::default() }))
            }
            StatementKind::BlockStep { block, compensation } => {
                let address = self.announce(id, statement, Kind::BlockStep)?;
                self.begin_scope(id, address, 0, *block, compensation.as_ref(), ScopePlace::Statement(place));
                Ok(Begun::Runs)
            }
            StatementKind::For { variable, list, key, compensation, .. } => {
                let address = self.part_of(id, statement.segment.as_ref());
                let items = self.items(env, *variable, list, key.as_ref()).map_err(Refusal::at(&address))?;
                let work = Work::Loop { place, items: Arc::new(items), next: 0 };
                let inside = self.address_of(id);
                self.push_scoped(id, address, inside, work, compensation.as_ref(), place);
                Ok(Begun::Runs)
            }
            StatementKind::Rollout(rollout) => {
                let address = self.announce(id, statement, Kind::Rollout)?;
                let stages = self.stages(env, &rollout.stages).map_err(Refusal::at(&address))?;
                let work = Work::Rollout { place, stages: Arc::new(stages), next: 0 };
                self.push_scoped(id, address.clone(), address, work, rollout.compensation.as_ref(), place);
                Ok(Begun::Runs)
            }
            StatementKind::Require(_) => {
                let address = self.announce(id, statement, Kind::Require)?;
                Ok(self.runs(
                    id,
                    address,
                    Work::Check(Box::new(Check::new(CheckOf::Require(place), None, self.state.now))),
                ))
            }
            StatementKind::Verify { within, .. } => {
                let address = self.announce(id, statement, Kind::Verify)?;
                let within = self.within(env, within.as_ref()).map_err(Refusal::at(&address))?;
                Ok(self.runs(
                    id,
                    address,
                    Work::Check(Box::new(Check::new(CheckOf::Verify(place), within, self.state.now))),
                ))
            }
            StatementKind::Wait(duration) => {
                let address = self.announce(id, statement, Kind::Wait)?;
                let until = self.state.now.plus(self.duration(env, duration).map_err(Refusal::at(&address))?);
                self.log(Entry::Waits { address: address.clone(), until });
                Ok(self.runs(id, address, Work::Wait { until }))
            }
        }
    }

    fn runs(&mut self, id: FrameId, address: Address, work: Work) -> Begun {
        self.push_child(id, address, 0, work);
        Begun::Runs
    }

    /// A step, unless it was done before the run was halted and can't be done twice.
    fn begin_step(&mut self, id: FrameId, place: Place, statement: &Statement, step: &Step) -> Result<Begun, Refusal> {
        if let Some(value) = self.kept_value(id, statement.segment.as_ref(), step) {
            self.bind_step(self.env_of(id), step, value);
            return Ok(Begun::Over);
        }
        let address = self.announce(id, statement, Kind::Step)?;
        let work = self.step_work(id, place, step).map_err(Refusal::at(&address))?;
        Ok(self.runs(id, address, work))
    }

    /// Enters a part of the run and says so.
    fn announce(&mut self, id: FrameId, statement: &Statement, kind: Kind) -> Result<Address, Refusal> {
        let address = self.enter_part(id, statement.segment.as_ref());
        let title = self.text(self.env_of(id), statement.title.as_ref()).map_err(Refusal::at(&address))?;
        self.log(Entry::Entered { address: address.clone(), kind, title });
        Ok(address)
    }

    fn choose(
        &self,
        env: EnvId,
        branches: &[(Expr, BlockId)],
        otherwise: Option<BlockId>,
    ) -> Result<Option<BlockId>, SmolStr> {
        for (condition, block) in branches {
            if self.compute(env, condition)? == Value::Bool(true) {
                return Ok(Some(*block));
            }
        }
        Ok(otherwise)
    }

    fn begin_inline(&mut self, id: FrameId, block: BlockId) -> Begun {
        let address = self.address_of(id);
        self.push_child(id, address, 0, Work::Block { block, next: 0, role: Role::Inline });
        Begun::Runs
    }

    /// Begins a block that is a part of the run: a phase or a block step.
    pub(super) fn begin_scope(
        &mut self,
        parent: FrameId,
        address: Address,
        slot: usize,
        block: BlockId,
        compensation: Option<&Compensation>,
        place: ScopePlace,
    ) {
        let work = Work::Block { block, next: 0, role: Role::Scope };
        let child = self.push_child(parent, address.clone(), slot, work);
        self.give_scope(child, address, compensation, place);
    }

    /// Adds the frame of a loop or rollout; `named` is its own address, `inside` the one its parts are found under.
    fn push_scoped(
        &mut self,
        parent: FrameId,
        named: Address,
        inside: Address,
        work: Work,
        compensation: Option<&Compensation>,
        place: Place,
    ) {
        let child = self.push_child(parent, inside, 0, work);
        self.give_scope(child, named, compensation, ScopePlace::Statement(place));
    }

    fn give_scope(
        &mut self,
        frame: Option<FrameId>,
        address: Address,
        compensation: Option<&Compensation>,
        place: ScopePlace,
    ) {
        let (Some(id), Some(_)) = (frame, compensation) else { return };
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (outer, env) = (frame.scope, frame.env);
        let scope = self.new_scope(outer, address, env, place);
        if let Some(frame) = self.state.live.frames.get_mut(&id) {
            frame.scope = Some(scope);
        }
    }

    /// The plan gives its value: everything between here and its end is left.
    fn return_from_plan(&mut self, id: FrameId, value: &Value) {
        let mut at = id;
        while let Some(parent) = self.state.live.frames.get(&at).and_then(|frame| frame.parent) {
            self.state.live.frames.remove(&at);
            at = parent;
        }
        self.complete(at, value);
    }

    /// The run is over, and well.
    fn complete(&mut self, root: FrameId, value: &Value) {
        self.state.live.frames.remove(&root);
        self.end(super::Ending::Completed, to_json(value));
    }

    pub(super) fn end(&mut self, ending: super::Ending, value: Json) {
        self.log(Entry::Ended { ending, value: value.clone() });
        self.state.ended = Some((ending, value));
    }

    /// A statement failed before a frame was made for it.
    fn refuse(&mut self, id: FrameId, refusal: Refusal) {
        let Refusal { address, reason } = refusal;
        let address = address.unwrap_or_else(|| self.address_of(id));
        self.log(Entry::Failed { address: address.clone(), reason: reason.clone(), tolerated: false });
        match self.state.live.frames.get(&id) {
            Some(frame) if frame.undoing => self.compensation_failed(id, reason),
            _ => self.fail_run(address, reason),
        }
    }

    /// What a name of the plan is called in addresses.
    fn name_of(&self, local: LocalId) -> Segment {
        let plan = self.program.plans.iter().find(|plan| plan.name == self.state.plan);
        let local = plan.and_then(|plan| plan.locals.get(local.index()));
        Segment::name(local.map_or("let", |local| &local.name))
    }

    pub(super) fn env_of(&self, id: FrameId) -> EnvId {
        self.state.live.frames.get(&id).map_or(EnvId(u32::MAX), |frame| frame.env)
    }

    pub(super) fn address_of(&self, id: FrameId) -> Address {
        self.state.live.frames.get(&id).map_or_else(Address::root, |frame| frame.address.clone())
    }

    fn part_of(&self, id: FrameId, segment: Option<&Segment>) -> Address {
        let outer = self.address_of(id);
        segment.map_or_else(|| outer.clone(), |segment| outer.child(segment))
    }

    fn enter_part(&mut self, id: FrameId, segment: Option<&Segment>) -> Address {
        let address = self.part_of(id, segment);
        self.enter(address)
    }

    /// The value of an irreversible step that was done before the run was halted and went on.
    fn kept_value(&self, id: FrameId, segment: Option<&Segment>, step: &Step) -> Option<Value> {
        let address = self.part_of(id, segment);
        self.is_irreversible(step).then(|| self.state.kept.get(&address.without_visits()).cloned()).flatten()
    }
}
