//! Statements, one after another.

use super::reason::Reason;
use super::state::{CheckOf, EnvId, Failure, FailureKind, FrameId, Role, ScopePlace, Work};
use super::{Entry, Kind, Machine};
use crate::evaluate::Answers;
use crate::ir::{
    Address, BlockId, Compensation, Expr, LocalId, Pattern, Place, Segment, Statement, StatementKind, Step, Value,
};

/// Whether the statement that was begun is over already.
pub(super) enum Begun {
    /// The next one can begin.
    Over,
    /// A frame was made for it, which reports its end.
    Runs,
}

/// Why a statement could not begin, and which part of the run that is; without one, the block it stands in.
pub(super) struct Refusal {
    pub address: Option<Address>,
    pub reason: Reason,
    pub kind: FailureKind,
}

impl Refusal {
    pub(super) fn at<R: Into<Reason>>(address: &Address) -> impl FnOnce(R) -> Refusal + use<R> {
        let address = Some(address.clone());
        |reason| Refusal { address, reason: reason.into(), kind: FailureKind::Fault }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Refusal { address: None, reason, kind: FailureKind::Fault }
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
            self.stand_ins.iter().for_each(|stand_ins| stand_ins.begins(place));
            match program.blocks[place.block.index()].statements.get(place.index as usize) {
                // What handlers have begun is part of the block.
                None if self.handles(id) => return,
                None => return self.end_block(id, role, None),
                Some(statement) => match self.begin(id, place, statement) {
                    Ok(Begun::Over) => {}
                    Ok(Begun::Runs) => return,
                    Err(refusal) => return self.refuse(id, refusal),
                },
            }
        }
    }

    /// Begins a statement; what takes more than a line to begin does so where it is carried out.
    fn begin(&mut self, id: FrameId, place: Place, statement: &Statement) -> Result<Begun, Refusal> {
        match &statement.kind {
            StatementKind::Let { local, value } => self.bind_let(id, *local, value),
            StatementKind::When { branches, otherwise } => self.begin_when(id, branches, *otherwise),
            StatementKind::Match { value, arms } => self.begin_match(id, value, arms),
            StatementKind::Decide(decide) => self.begin_decision(id, place, statement, decide),
            StatementKind::Fail(text) => self.fail_as_stated(id, statement, text),
            StatementKind::Return(value) => self.begin_return(id, value.as_ref()),
            StatementKind::Commit(text) => self.begin_commit(id, statement, text),
            StatementKind::Phases(phases) => Ok(self.begin_phases(id, place, phases.len())),
            StatementKind::Step(step) => self.begin_step(id, place, statement, step),
            StatementKind::Probe { .. } => {
                let address = self.announce(id, statement, Kind::Probe)?;
                Ok(self.runs(id, address, Work::Probe { place, answers: Answers::default() }))
            }
            StatementKind::BlockStep { block, compensation } => {
                self.begin_block_step(id, place, statement, *block, compensation.as_ref())
            }
            StatementKind::Parallel { limit, .. } => self.begin_parallel(id, place, statement, limit.as_ref()),
            StatementKind::Attempt(attempt) => self.begin_attempt(id, place, statement, attempt),
            StatementKind::Run(run) => self.begin_sub_plan(id, place, statement, run),
            StatementKind::For(each) => self.begin_loop(id, place, statement, each),
            StatementKind::Rollout(rollout) => self.begin_rollout(id, place, statement, rollout),
            StatementKind::Require(_) => self.begin_check(id, statement, Kind::Require, CheckOf::Require(place), None),
            StatementKind::Verify { within, .. } => {
                let again = within.as_deref().map(|(within, every)| (Some(within), every));
                self.begin_check(id, statement, Kind::Verify, CheckOf::Verify(place), again)
            }
            StatementKind::WaitUntil { check: _, every, timeout } => {
                let again = Some((timeout.as_deref(), every.as_ref()));
                self.begin_check(id, statement, Kind::Wait, CheckOf::WaitUntil(place), again)
            }
            StatementKind::Wait(duration) => self.begin_wait(id, statement, duration),
            StatementKind::WaitFor { timeout, .. } => self.begin_wait_for(id, place, statement, timeout.as_deref()),
            StatementKind::Task(task) => self.begin_task(id, place, statement, task),
            StatementKind::Approve { question, by } => self.begin_approval(id, place, statement, (question, by)),
            StatementKind::Guard(guard) => self.begin_guard(id, place, statement, guard),
            StatementKind::On { .. } => Ok(self.begin_handler(id, place)),
            StatementKind::Emit { event, payload } => self.emit(id, statement, *event, payload),
            StatementKind::Unwind => Ok(self.begin_unwinding(id)),
            // It is done when a phase beside it ends.
            StatementKind::AfterEach { .. } => Ok(Begun::Over),
        }
    }

    fn bind_let(&mut self, id: FrameId, local: LocalId, value: &Expr) -> Result<Begun, Refusal> {
        let env = self.env_of(id);
        let address = self.address_of(id).child(&self.name_of(id, local));
        let value = self.compute(env, value).map_err(Refusal::at(&address))?;
        self.bind(env, local, value);
        Ok(Begun::Over)
    }

    fn begin_when(
        &mut self,
        id: FrameId,
        branches: &[(Expr, BlockId)],
        otherwise: Option<BlockId>,
    ) -> Result<Begun, Refusal> {
        let taken = self.choose(self.env_of(id), branches, otherwise)?;
        Ok(taken.map_or(Begun::Over, |block| self.begin_inline(id, block)))
    }

    fn begin_match(&mut self, id: FrameId, value: &Expr, arms: &[(Pattern, BlockId)]) -> Result<Begun, Refusal> {
        let env = self.env_of(id);
        let value = self.compute(env, value)?;
        Ok(self.matching(env, &value, arms).map_or(Begun::Over, |block| self.begin_inline(id, block)))
    }

    fn fail_as_stated(&mut self, id: FrameId, statement: &Statement, text: &Expr) -> Result<Begun, Refusal> {
        let reason = self.text(self.env_of(id), Some(text))?.unwrap_or_default();
        let address = Some(self.part_of(id, statement.segment.as_ref()));
        Err(Refusal { address, reason: reason.into(), kind: FailureKind::Stated })
    }

    fn begin_commit(&mut self, id: FrameId, statement: &Statement, text: &Expr) -> Result<Begun, Refusal> {
        let text = self.text(self.env_of(id), Some(text))?.unwrap_or_default();
        let address = self.enter_part(id, statement.segment.as_ref());
        self.commit(id, address, text);
        Ok(Begun::Over)
    }

    fn begin_block_step(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        block: BlockId,
        compensation: Option<&Compensation>,
    ) -> Result<Begun, Refusal> {
        let address = self.announce(id, statement, Kind::BlockStep)?;
        let limit = self.time_limit(self.env_of(id), statement.timeout.as_deref()).map_err(Refusal::at(&address))?;
        let scope = self.begin_scope(id, address, 0, block, compensation, ScopePlace::Statement(place));
        self.limit_time(scope, limit);
        Ok(Begun::Runs)
    }

    fn begin_wait(&mut self, id: FrameId, statement: &Statement, duration: &Expr) -> Result<Begun, Refusal> {
        let address = self.announce(id, statement, Kind::Wait)?;
        let duration = self.duration(self.env_of(id), duration).map_err(Refusal::at(&address))?;
        let until = self.state.now.plus(duration);
        self.log(Entry::Waits { address: address.clone(), until });
        Ok(self.runs(id, address, Work::Wait { until }))
    }

    pub(super) fn runs(&mut self, id: FrameId, address: Address, work: Work) -> Begun {
        self.push_child(id, address, 0, work);
        Begun::Runs
    }

    /// A step, unless it was done before the run was halted and can't be done twice.
    fn begin_step(&mut self, id: FrameId, place: Place, statement: &Statement, step: &Step) -> Result<Begun, Refusal> {
        if let Some(value) = self.kept_value(id, place, statement.segment.as_ref(), step) {
            self.bind_step(self.env_of(id), step.local, value);
            return Ok(Begun::Over);
        }
        let address = self.announce(id, statement, Kind::Step)?;
        let work = self.step_work(id, place, step).map_err(Refusal::at(&address))?;
        Ok(self.runs(id, address, work))
    }

    /// Enters a part of the run and says so.
    pub(super) fn announce(&mut self, id: FrameId, statement: &Statement, kind: Kind) -> Result<Address, Refusal> {
        let address = self.enter_part(id, statement.segment.as_ref());
        let title = self.text(self.env_of(id), statement.title.as_deref()).map_err(Refusal::at(&address))?;
        self.log(Entry::Entered { address: address.clone(), kind, title });
        Ok(address)
    }

    fn choose(
        &self,
        env: EnvId,
        branches: &[(Expr, BlockId)],
        otherwise: Option<BlockId>,
    ) -> Result<Option<BlockId>, Reason> {
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
    ) -> Option<FrameId> {
        let work = Work::Block { block, next: 0, role: Role::Scope };
        let child = self.push_child(parent, address.clone(), slot, work);
        self.give_scope(child, address, compensation, place);
        child
    }

    /// Adds the frame of a loop or rollout; `named` is its own address, `inside` the one its parts are found under.
    pub(super) fn push_scoped(
        &mut self,
        parent: FrameId,
        named: Address,
        inside: Address,
        work: Work,
        compensation: Option<&Compensation>,
        place: Place,
    ) -> Option<FrameId> {
        let child = self.push_child(parent, inside, 0, work);
        self.give_scope(child, named, compensation, ScopePlace::Statement(place));
        child
    }

    pub(super) fn give_scope(
        &mut self,
        frame: Option<FrameId>,
        address: Address,
        compensation: Option<&Compensation>,
        place: ScopePlace,
    ) {
        let (Some(id), Some(_)) = (frame, compensation) else { return };
        let Some(frame) = self.state.live.frames.get(&id).cloned() else { return };
        let scope = self.new_scope(&frame, address, place);
        if let Some(frame) = self.state.live.frames.get_mut(&id) {
            frame.scope = Some(scope);
        }
    }

    /// A statement failed before a frame was made for it.
    fn refuse(&mut self, id: FrameId, refusal: Refusal) {
        let Refusal { address, reason, kind } = refusal;
        let address = address.unwrap_or_else(|| self.address_of(id));
        let reason = self.blame(&address, reason);
        self.log(Entry::Failed { address: address.clone(), reason: reason.clone(), tolerated: false });
        match self.state.live.frames.get(&id) {
            Some(frame) if frame.undoing => self.compensation_failed(id, reason),
            Some(frame) => {
                let region = frame.region;
                match self.measure_around(id) {
                    Some(measure) => self.measure_failed(measure, reason),
                    None => self.fail_region(region, Failure { address, reason, kind }),
                }
            }
            None => {}
        }
    }

    /// What a name of the plan is called in addresses.
    fn name_of(&self, id: FrameId, local: LocalId) -> Segment {
        let plan = self.state.live.frames.get(&id).and_then(|frame| self.program.plans.get(frame.plan.index()));
        let local = plan.and_then(|plan| plan.locals.get(local.index()));
        Segment::name(local.map_or("let", |local| &local.name))
    }

    pub(super) fn env_of(&self, id: FrameId) -> EnvId {
        self.state.live.frames.get(&id).map_or(EnvId(u32::MAX), |frame| frame.env)
    }

    pub(super) fn address_of(&self, id: FrameId) -> Address {
        self.state.live.frames.get(&id).map_or_else(Address::root, |frame| frame.address.clone())
    }

    pub(super) fn part_of(&self, id: FrameId, segment: Option<&Segment>) -> Address {
        let outer = self.address_of(id);
        segment.map_or_else(|| outer.clone(), |segment| outer.child(segment))
    }

    pub(super) fn enter_part(&mut self, id: FrameId, segment: Option<&Segment>) -> Address {
        let address = self.part_of(id, segment);
        self.enter(address)
    }

    /// The value of an irreversible step that was done before the run was halted and went on.
    fn kept_value(&mut self, id: FrameId, place: Place, segment: Option<&Segment>, step: &Step) -> Option<Value> {
        if !self.is_irreversible(step) || self.state.live.frames.get(&id).is_none_or(|frame| frame.repeats) {
            return None;
        }
        let address = self.part_of(id, segment);
        self.state.kept.come_to(&address, place)
    }
}
