//! The pure machine: `(State, Event) → (State, Commands)`.
//!
//! It reads no clock, holds no thread, does no IO and knows no async runtime. Running, simulating and recovering
//! drive the same machine: recovery is feeding the events of the journal back. Its state is plain data.
//!
//! Reading order: [`journal`] and [`command`] are what it is given and gives; `state` is what it remembers; `block`
//! begins statements; `act`, `look` and `check` carry out what takes time; `rollout` holds stages and `guard` watches;
//! `ask` and `events` wait for what comes from outside; `regions`, `unwind` and `compensate` are the way back; `finality`
//! is where there is none; `words` are the operator's.

mod act;
mod act_settle;
mod ask;
mod attempt;
mod beginning;
mod block;
mod check;
pub mod command;
mod compensate;
mod compute;
mod decide;
mod digest;
mod estimate;
mod events;
mod externs;
mod finality;
mod fingerprint;
mod forget;
mod guard;
mod inside;
pub mod journal;
mod kill;
mod limits;
mod listen;
mod look;
mod loops;
mod measure;
mod open;
mod overview;
mod owed;
mod parallel;
mod pause;
mod phases;
mod reach;
mod reason;
mod recover;
mod regions;
mod replay;
mod returns;
mod rollout;
mod snapshot;
mod stand_ins;
mod state;
mod subplan;
mod unwind;
pub mod upgrade;
mod view;
mod way_back;
mod words;

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

pub use beginning::{Beginning, CannotBegin, Input};
pub use command::*;
pub use digest::short as short_digest;
pub use externs::{Extern, ExternKind};
pub use journal::*;
pub use listen::Listener;
pub use open::{OpenEffect, OpenPart, Stands};
pub use overview::{LoopState, Outlook, PhaseState};
pub use reach::externs;
pub use replay::Mismatch;
pub use stand_ins::{Asker, Caller, Calling, StandIns};
pub use subplan::{MAX_DEPTH, USUAL_DEPTH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use crate::evaluate::{Constants, Locals};
use crate::ir::{Address, LocalId, PlanId, Program, Value};
use crate::source::Span;
use reason::Reason;
use state::{Env, EnvId, Failure, FailureKind, Floor, Frame, FrameId, RegionId, Role, ScopeId, State, Work};

/// A run, in memory.
#[derive(Clone, Debug)]
pub struct Machine {
    program: Code,
    constants: Arc<Constants>,
    /// What tells the program from others, once somebody asked.
    mark: Arc<OnceLock<u64>>,
    /// What a simulated world answers itself.
    stand_ins: Option<Arc<dyn StandIns>>,
    state: Box<State>,
    out: Step,
    /// What could not be computed in this step, and where that is written.
    faults: Vec<(Address, Span)>,
    ready: VecDeque<(FrameId, Report)>,
}

/// A program that is counted twice: by all who share it, and around that by one machine.
type CountedTwice = Arc<Arc<Program>>;

/// The program as one machine holds it. All runs of a program share it, and threads that count who holds it would wait
/// for each other at every step; so each machine counts its own.
#[derive(Debug)]
struct Code(CountedTwice);

impl Clone for Code {
    fn clone(&self) -> Code {
        Code(Arc::new(Arc::clone(&self.0)))
    }
}

impl Deref for Code {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

/// What a frame is told: to begin, or how a part of it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Report {
    /// It begins, or goes on after a pause.
    Go,
    /// The part in this slot is done.
    Done(usize),
    /// A look gave this.
    Value(Box<look::Answer>),
    /// A gate, in this slot, was looked at.
    Verdict(usize, Verdict, Vec<SmolStr>),
}

impl Machine {
    /// A run of `program` that has not begun.
    pub fn new(program: Arc<Program>) -> Machine {
        let constants = Arc::new(Constants::new(&program));
        Machine {
            program: Code(Arc::new(program)),
            constants,
            mark: Arc::default(),
            stand_ins: None,
            state: Box::default(),
            out: Step::default(),
            faults: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// Takes an event that happened `at`, and says what must be durable and what is to be done then.
    ///
    /// Time never goes back within a run: an earlier `at` counts as the latest one seen.
    ///
    /// # Errors
    /// An operator's word that is illegal in this state is refused, and changes nothing.
    pub fn step(&mut self, at: Timestamp, event: Event) -> Result<Step, Refused> {
        if let Event::Operator { word, why, .. } = &event {
            self.allow(word, why.as_deref())?;
        }
        self.state.now = self.state.now.max(at);
        self.faults.clear();
        self.take(event);
        self.settle_down();
        Ok(std::mem::take(&mut self.out))
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Started { run, plan, inputs, deepest } => {
                self.state.deepest = deepest;
                if let Err(reason) = self.start(run, &plan, &inputs) {
                    self.fail_run(reason);
                }
            }
            Event::Outcome { effect, outcome } if self.state.suspended => self.state.held_back.push((effect, outcome)),
            Event::Outcome { effect, outcome } => self.outcome(effect, outcome, false),
            Event::Time => self.wake_due(),
            Event::Suspended => self.state.suspended = true,
            // The machine is one of the new program already: whoever replays a journal begins with it.
            Event::Migrated { dead, .. } => dead.iter().for_each(|approval| self.pause_at_dead(approval)),
            Event::Recovered => self.recovered(),
            Event::Operator { word, who, why } => self.obey(word, &who, why.as_deref()),
        }
    }

    /// Lets everything that can go on go on, and the way back after it; while the run is suspended, nothing can.
    fn settle_down(&mut self) {
        while !self.state.suspended {
            while let Some((frame, report)) = self.ready.pop_front() {
                self.dispatch(frame, report);
            }
            if !self.unwind() {
                return;
            }
        }
    }

    fn dispatch(&mut self, id: FrameId, report: Report) {
        if self.is_killed() {
            return;
        }
        if self.is_held(id) {
            return self.state.held.push((id, report));
        }
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        match &frame.work {
            Work::Block { .. } => self.go_on_block(id),
            Work::Phases { .. } => self.go_on_phases(id, report),
            Work::Parallel { .. } => self.go_on_parallel(id, report),
            Work::Loop { .. } => self.go_on_loop(id, report),
            // They go on when a block ends, or when what was done inside is undone.
            Work::Attempt { .. } | Work::Unwind { .. } => {}
            Work::Measure(_) => self.go_on_measure(id, &report),
            Work::Rollout { .. } => self.go_on_rollout(id),
            Work::Stage(_) => self.go_on_stage(id, report),
            Work::Probe { .. } => self.go_on_probe(id, report),
            Work::Look(_) => self.go_on_look(id, report),
            Work::Act(_) => self.go_on_act(id, report),
            Work::Check(_) => self.go_on_check(id, report),
            Work::Wait { until } if *until <= self.state.now => self.done(id, Json::Null),
            Work::Guard(_) => self.go_on_guard(id, report),
            Work::WaitFor(_) => self.go_on_wait_for(id),
            Work::Handler { .. } => self.go_on_handler(id, &report),
            Work::Return(value) => self.return_when_idle(id, value.clone()),
            Work::Wait { .. } | Work::Ask(_) => {}
        }
    }

    fn start(&mut self, run: SmolStr, plan: &str, inputs: &Map<String, Json>) -> Result<(), Reason> {
        let program = self.program();
        let found = program.plans.iter().zip(0..).find(|(candidate, _)| candidate.name == plan);
        let Some((plan, number)) = found else {
            return Err(SmolStr::from(format!("the program has no plan `{plan}`")).into());
        };
        self.state.run = run;
        self.state.began = self.state.now;
        let env = self.new_env(None);
        for input in beginning::inputs_of(&program, plan) {
            let value = match (inputs.get(input.name.as_str()), input.default) {
                // A program that has taken the place of another one may have a parameter that one had not.
                (None, Some(default)) => self.compute_with(&Locals::new(), default)?,
                (given, _) => beginning::decoded(&input, given.unwrap_or(&Json::Null)).map_err(|unfit| unfit.reason)?,
            };
            self.bind(env, input.local, value);
        }
        let work = Work::Block { block: plan.body, next: 0, role: Role::Plan };
        self.push(Frame {
            parent: None,
            address: Address::root(),
            plan: PlanId(number),
            env,
            owns_env: true,
            slot: 0,
            scope: None,
            region: RegionId::RUN,
            heard: 0,
            since: self.state.now,
            limit: None,
            measures: false,
            undoing: false,
            repeats: false,
            work,
        });
        Ok(())
    }

    /// Adds a frame and lets it begin.
    fn push(&mut self, frame: Frame) -> FrameId {
        let id = FrameId(self.state.numbers.frame);
        self.state.numbers.frame += 1;
        self.state.live.frames.insert(id, frame);
        self.ready.push_back((id, Report::Go));
        id
    }

    /// Adds a frame that is part of `parent` and sees what it sees.
    fn push_child(&mut self, parent: FrameId, address: Address, slot: usize, work: Work) -> Option<FrameId> {
        let outer = self.state.live.frames.get(&parent)?;
        let frame = Frame {
            parent: Some(parent),
            address,
            plan: outer.plan,
            env: outer.env,
            owns_env: false,
            slot,
            scope: outer.scope,
            region: outer.region,
            heard: outer.heard,
            since: self.state.now,
            limit: None,
            measures: outer.measures,
            undoing: outer.undoing,
            repeats: outer.repeats,
            work,
        };
        Some(self.push(frame))
    }

    fn new_env(&mut self, parent: Option<EnvId>) -> EnvId {
        let id = EnvId(self.state.numbers.env);
        self.state.numbers.env += 1;
        self.state.live.envs.insert(id, Env { parent, ..Env::default() });
        id
    }

    fn bind(&mut self, env: EnvId, local: LocalId, value: Value) {
        if let Some(env) = self.state.live.envs.get_mut(&env) {
            env.bindings.insert(local, value);
        }
    }

    /// The address of a part that is entered now: marked if it was entered before.
    fn enter(&mut self, address: Address) -> Address {
        let visits = self.state.visits.entry(address.clone()).or_default();
        *visits += 1;
        address.visit(*visits)
    }

    /// A part has ended: what is inside it is entered no more, as the next visit of the part has another address. So a
    /// long run does not remember all that it ever did. A run that may go on from inside the part does not forget.
    fn forget_visits_inside(&mut self, id: FrameId, part: &Address) {
        let goes_on =
            |floor: &Option<Box<Floor>>| floor.as_ref().is_some_and(|floor| floor.live.frames.contains_key(&id));
        if self.state.measured || goes_on(&self.state.floor) || goes_on(&self.state.parts_floor) {
            return;
        }
        let inside: Vec<Address> = self.state.visits.range(part.inside()).map(|(address, _)| address.clone()).collect();
        for address in inside {
            self.state.visits.remove(&address);
        }
    }

    fn log(&mut self, entry: Entry) {
        self.out.entries.push(entry);
    }

    /// A frame ended well: it is journaled if it is a part of the run, and its parent goes on.
    fn done(&mut self, id: FrameId, value: Json) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let address = frame.address.clone();
        if let Work::Block { .. } = frame.work {
            self.forget_visits_inside(id, &address);
        }
        self.log(Entry::Done { address, value });
        self.leave(id, Report::Done);
    }

    /// Removes a frame and tells its parent.
    fn leave(&mut self, id: FrameId, report: impl FnOnce(usize) -> Report) {
        self.end_watchers(id);
        let Some(frame) = self.state.live.frames.remove(&id) else { return };
        if frame.owns_env && self.failure_of(frame.region).is_none() {
            self.release_env(frame.env);
        }
        if let Some(parent) = frame.parent {
            self.ready.push_back((parent, report(frame.slot)));
        }
    }

    fn release_env(&mut self, env: EnvId) {
        if self.state.live.envs.get(&env).is_some_and(|env| env.uses == 0) {
            self.state.live.envs.remove(&env);
        }
    }

    /// A frame could not go on. Unless it is part of a compensation, what it belongs to fails and is undone.
    fn fail(&mut self, id: FrameId, reason: impl Into<Reason>) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let kind = match &frame.work {
            Work::Act(_) | Work::Probe { .. } | Work::Look(_) => FailureKind::Effect,
            Work::Check(_) | Work::Stage(_) | Work::Guard(_) => FailureKind::Check,
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Wait { .. }
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => FailureKind::Fault,
        };
        self.fail_as(id, kind, reason);
    }

    fn fail_as(&mut self, id: FrameId, kind: FailureKind, reason: impl Into<Reason>) {
        let reason = self.blame_part(id, reason.into());
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let (address, region, undoing) = (frame.address.clone(), frame.region, frame.undoing);
        if !address.is_root() {
            self.log(Entry::Failed { address: address.clone(), reason: reason.clone(), tolerated: false });
        }
        if undoing {
            return self.compensation_failed(id, reason);
        }
        if let Some(measure) = self.measure_around(id) {
            return self.measure_failed(measure, reason);
        }
        self.state.live.frames.remove(&id);
        self.fail_region(region, Failure { address, reason, kind });
    }

    /// The run as a whole fails: by what it was given, or by a word from outside.
    fn fail_run(&mut self, reason: impl Into<Reason>) {
        let reason = self.blame(&Address::root(), reason.into());
        let failure = Failure { address: Address::root(), reason, kind: FailureKind::Stated };
        self.fail_region(RegionId::RUN, failure);
    }

    /// Wakes every frame whose moment has come by then, oldest frame first.
    fn wake_those_due(&mut self, then: Timestamp) {
        let due = |frame: &Frame| frame.work_deadline().is_some_and(|deadline| deadline <= then);
        let frames: Vec<FrameId> =
            self.state.live.frames.iter().filter(|(_, frame)| due(frame)).map(|(id, _)| *id).collect();
        let frames: Vec<FrameId> = frames.into_iter().filter(|id| !self.is_held(*id)).collect();
        for id in frames {
            self.wake(id);
        }
    }

    fn wake(&mut self, id: FrameId) {
        let now = self.state.now;
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        match &mut frame.work {
            Work::Stage(_) => self.look_at_due_gates(id),
            Work::Act(_) => self.wake_act(id),
            Work::Look(_) => self.wake_look(id),
            Work::Check(_) => self.wake_check(id),
            Work::Guard(_) => self.wake_guard(id),
            Work::Wait { until } if *until <= now => self.ready.push_back((id, Report::Go)),
            Work::Wait { .. }
            | Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Loop { .. }
            | Work::Rollout { .. }
            | Work::Probe { .. }
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Ask(_) => {}
        }
    }

    /// The program, which the state speaks of by number.
    pub fn shared_program(&self) -> Arc<Program> {
        Arc::clone(self.program.0.as_ref())
    }

    /// The same, for as long as a part of it is carried out that changes the state.
    fn program(&self) -> CountedTwice {
        Arc::clone(&self.program.0)
    }

    /// A scope's own `compensate` is known from its first moment on.
    fn new_scope(&mut self, frame: &Frame, address: Address, place: state::ScopePlace) -> ScopeId {
        let (parent, region, plan, env) = (frame.scope, frame.region, frame.plan, frame.env);
        let id = ScopeId(self.state.numbers.scope);
        self.state.numbers.scope += 1;
        let mut needed = Some(env);
        while let Some(env) = needed.and_then(|id| self.state.live.envs.get_mut(&id)) {
            env.uses += 1;
            needed = env.parent;
        }
        self.state.scopes.insert(id, state::Scope { parent, region, address, plan, env, place });
        id
    }
}
