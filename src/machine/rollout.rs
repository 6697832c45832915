//! Rollouts: stage by stage, each held while its gates are looked at.
//!
//! A hold counts observed time: between two verdicts of a gate at most its interval is credited, an unknown credits
//! nothing, a crash neither; of several gates the least credit counts.

use std::sync::Arc;

use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::compute::{Names, text_of};
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{Check, CheckOf, EnvId, FailureKind, Frame, FrameId, GateRun, Hold, Role, Stage, StagePlan, Work};
use super::{Entry, Kind, Machine, Refused, Report, Timestamp, Verdict};
use crate::evaluate::Inner;
use crate::ir::{self, Reaction, Rollout, Stages, Statement, StatementKind, Value};

/// A gate fails after so many looks in a row without an answer.
pub(super) const UNKNOWN_LIMIT: u32 = 3;

/// A rollout goes a stage back so many times.
const MOST_STEPS_BACK: u32 = 2;

impl Machine {
    pub(super) fn begin_rollout(
        &mut self,
        id: FrameId,
        place: ir::Place,
        statement: &Statement,
        rollout: &Rollout,
    ) -> Result<Begun, Refusal> {
        let address = self.announce(id, statement, Kind::Rollout)?;
        let stages = self.stages(self.env_of(id), rollout).map_err(Refusal::at(&address))?;
        let work = Work::Rollout { place, stages: Arc::new(stages), next: 0, stepped_back: 0 };
        self.push_scoped(id, address.clone(), address, work, rollout.compensation.as_ref(), place);
        Ok(Begun::Runs)
    }

    /// The stages with their values and holds.
    pub(super) fn stages(&self, env: EnvId, rollout: &Rollout) -> Result<Vec<StagePlan>, Reason> {
        let planned = |value: Value, hold: Option<&ir::Expr>| {
            let hold = hold.map(|hold| self.hold(env, rollout.variable, &value, hold)).transpose()?;
            Ok(StagePlan { value, hold })
        };
        match &rollout.stages {
            Stages::Listed(stages) => {
                stages.iter().map(|(value, hold)| planned(self.compute(env, value)?, hold.as_ref())).collect()
            }
            Stages::In(list, hold) => match self.compute(env, list)? {
                Value::List(values) => values.iter().map(|value| planned(value.clone(), Some(hold))).collect(),
                _ => Err(Reason::unfit(list, "there is no list of stages")),
            },
        }
    }

    /// How long a stage is held, which may depend on it.
    fn hold(&self, env: EnvId, name: Option<ir::LocalId>, stage: &Value, hold: &ir::Expr) -> Result<i64, Reason> {
        let around = Names { live: &self.state.live, env };
        let own = name.map(|name| (name, stage.clone()));
        self.duration_with(&Inner::new(&around, own.into_iter().collect()), hold)
    }

    /// Begins the next stage, or ends the rollout.
    pub(super) fn go_on_rollout(&mut self, id: FrameId) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Rollout { place, stages, next, .. } = &mut frame.work else { return };
        let Some(plan) = stages.get(*next).cloned() else { return self.done(id, serde_json::Value::Null) };
        *next += 1;
        let place = *place;
        let StatementKind::Rollout(rollout) = &statement_at(&program, place).kind else { return };
        let outer = frame.address.clone();
        let address = outer.with_key(&text_of(&plan.value));
        let address = self.enter(address);
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Stage, title: None });
        let stage = Stage { place, needed: plan.hold.unwrap_or(0), hold: None };
        let binding = rollout.variable.map(|variable| (variable, plan.value));
        self.begin_stage(id, address, stage, binding);
    }

    fn begin_stage(
        &mut self,
        parent: FrameId,
        address: ir::Address,
        stage: Stage,
        binding: Option<(ir::LocalId, Value)>,
    ) {
        let env = self.new_env(Some(self.env_of(parent)));
        if let Some((local, value)) = binding {
            self.bind(env, local, value);
        }
        let child = self.push_child(parent, address, 0, Work::Stage(stage));
        if let Some(frame) = child.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.env = env;
            frame.owns_env = true;
        }
    }

    /// First the body, then the hold.
    pub(super) fn go_on_stage(&mut self, id: FrameId, report: Report) {
        match report {
            Report::Go => self.begin_stage_body(id),
            Report::Done(_) => self.begin_hold(id),
            Report::Verdict(slot, verdict, answers) => self.gate_looked(id, slot, verdict, answers),
            Report::Value(_) => {}
        }
    }

    fn begin_stage_body(&mut self, id: FrameId) {
        let program = self.program();
        let Some((_, stage)) = self.stage_mut(id) else { return };
        if stage.hold.is_some() {
            return self.end_hold_if_over(id);
        }
        let place = stage.place;
        let StatementKind::Rollout(rollout) = &statement_at(&program, place).kind else { return };
        let address = self.address_of(id);
        self.push_child(id, address, 0, Work::Block { block: rollout.block, next: 0, role: Role::Inline });
    }

    fn begin_hold(&mut self, id: FrameId) {
        let program = self.program();
        let now = self.state.now;
        let Some((env, stage)) = self.stage_mut(id) else { return };
        let (place, needed) = (stage.place, stage.needed);
        let StatementKind::Rollout(rollout) = &statement_at(&program, place).kind else { return };
        let address = self.address_of(id);
        let gates = rollout.gates.iter().map(|gate| self.gate_run(env, &address, gate, needed)).collect();
        let gates: Vec<GateRun> = match gates {
            Ok(gates) => gates,
            Err(reason) => return self.fail(id, reason),
        };
        if needed > 0 {
            self.log(Entry::Holds { address, needed });
        }
        if let Some((_, stage)) = self.stage_mut(id) {
            stage.hold = Some(Hold { until: now.plus(needed), gates });
        }
        self.look_at_due_gates(id);
        self.end_hold_if_over(id);
    }

    /// A gate that is looked at for the first time one interval in, or at the end of a shorter hold.
    fn gate_run(&self, env: EnvId, stage: &ir::Address, gate: &ir::Gate, needed: i64) -> Result<GateRun, Reason> {
        let every = self.pause_between(self.interval(env, &gate.every)?, needed);
        let tolerate = gate.tolerate.as_ref().map_or(Ok(0), |tolerate| self.count(env, tolerate))?;
        let now = self.state.now;
        Ok(GateRun {
            address: stage.child(&gate.segment),
            every,
            tolerate,
            credit: 0,
            mark: now,
            next: Some(now.plus(every.min(needed))),
            last: None,
            answers: Vec::new(),
            failed_in_a_row: 0,
            unknown_in_a_row: 0,
            looks: 0,
            unknown: 0,
        })
    }

    /// Looks at every gate whose moment has come.
    pub(super) fn look_at_due_gates(&mut self, id: FrameId) {
        let now = self.state.now;
        let Some((_, stage)) = self.stage_mut(id) else { return };
        let place = stage.place;
        let Some(hold) = &mut stage.hold else { return };
        if hold.gates.is_empty() {
            return self.ready.push_back((id, Report::Go));
        }
        let mut due = Vec::new();
        for (number, gate) in hold.gates.iter_mut().enumerate() {
            if gate.next.is_some_and(|next| next <= now) {
                gate.next = None;
                due.push((number, gate.address.clone()));
            }
        }
        for (number, address) in due {
            let check = Check::new(CheckOf::Gate(place, number), None, now);
            self.push_child(id, address, number, Work::Check(Box::new(check)));
        }
    }

    /// A gate has a verdict.
    fn gate_looked(&mut self, id: FrameId, slot: usize, verdict: Verdict, answers: Vec<SmolStr>) {
        let now = self.state.now;
        let Some((_, stage)) = self.stage_mut(id) else { return };
        let (place, needed) = (stage.place, stage.needed);
        let Some(hold) = &mut stage.hold else { return };
        hold.gates[slot].looked(now, needed, verdict, answers.clone());
        let held = hold.credit();
        let gate = &hold.gates[slot];
        let (address, broken) = (gate.address.clone(), gate.is_broken());
        self.log(Entry::Verdict { address: address.clone(), verdict, answers, held: Some(held.min(needed)) });
        if broken {
            return self.gate_broken(id, place, slot, address);
        }
        self.end_hold_if_over(id);
    }

    /// A gate that is broken does what it says: fail the rollout, ask a person, or go a stage back.
    fn gate_broken(&mut self, id: FrameId, place: ir::Place, slot: usize, address: ir::Address) {
        let program = self.program();
        let StatementKind::Rollout(rollout) = &statement_at(&program, place).kind else { return };
        let reason = self.gate_reason(id, CheckOf::Gate(place, slot), slot);
        let gate = &rollout.gates[slot];
        let Some((_, stage)) = self.stage_mut(id) else { return };
        let Some(run) = stage.hold.as_mut().map(|hold| &mut hold.gates[slot]) else { return };
        let unknown = run.last == Some(Verdict::Unknown);
        match if unknown { gate.on_unknown } else { gate.on_fail } {
            Reaction::Undo => self.gate_failed(id, address, reason),
            Reaction::Pause => {
                (run.failed_in_a_row, run.unknown_in_a_row) = (0, 0);
                self.pause(address, reason);
            }
            Reaction::StepBack => self.step_back(id, address, reason),
        }
    }

    /// The body of the stage before is run again, and nothing is undone: at most twice, and not from the first stage.
    fn step_back(&mut self, id: FrameId, gate: ir::Address, reason: SmolStr) {
        let Some(parent) = self.state.live.frames.get(&id).and_then(|frame| frame.parent) else { return };
        let rollout = self.state.live.frames.get_mut(&parent).map(|frame| &mut frame.work);
        let Some(Work::Rollout { next, stepped_back, .. }) = rollout else { return };
        if *next < 2 || *stepped_back >= MOST_STEPS_BACK {
            return self.gate_failed(id, gate, reason);
        }
        *next -= 2;
        *stepped_back += 1;
        let address = self.address_of(id);
        self.log(Entry::SteppedBack { address, reason });
        self.drop_inside(id);
        self.leave(id, |_| Report::Go);
    }

    fn gate_failed(&mut self, id: FrameId, address: ir::Address, reason: SmolStr) {
        if let Some(frame) = self.state.live.frames.get_mut(&id) {
            frame.address = address;
        }
        self.fail(id, reason);
    }

    fn gate_reason(&mut self, id: FrameId, of: CheckOf, slot: usize) -> SmolStr {
        let program = self.program();
        let env = self.env_of(id);
        let Some(check) = super::check::check_of(&program, of) else { return SmolStr::default() };
        let otherwise = check.otherwise.as_ref().and_then(|text| self.compute(env, text).ok());
        let Some((_, stage)) = self.stage_mut(id) else { return SmolStr::default() };
        let Some(gate) = stage.hold.as_ref().map(|hold| &hold.gates[slot]) else { return SmolStr::default() };
        let seen = gate.answers.join(", ");
        let said: SmolStr = match (gate.last, otherwise) {
            // What the program says of a condition that does not hold is not known to be so.
            (Some(Verdict::Unknown), _) => {
                format!("`{}` had no answer {UNKNOWN_LIMIT} times in a row", check.text).into()
            }
            (Some(Verdict::Pass | Verdict::Fail) | None, Some(text)) => text_of(&text),
            (Some(Verdict::Pass | Verdict::Fail) | None, None) => format!("`{}` does not hold", check.text).into(),
        };
        if seen.is_empty() { said } else { format!("{said} ({seen})").into() }
    }

    fn end_hold_if_over(&mut self, id: FrameId) {
        let now = self.state.now;
        let Some((_, stage)) = self.stage_mut(id) else { return };
        let needed = stage.needed;
        let Some(hold) = &stage.hold else { return };
        let over = match hold.gates.as_slice() {
            [] => hold.until <= now,
            gates => hold.credit() >= needed && gates.iter().all(|gate| gate.last == Some(Verdict::Pass)),
        };
        let looking = hold.gates.iter().any(|gate| gate.next.is_none());
        if over && !looking {
            self.done(id, serde_json::Value::Null);
        }
    }

    fn stage_mut(&mut self, id: FrameId) -> Option<(EnvId, &mut Stage)> {
        let frame = self.state.live.frames.get_mut(&id)?;
        if let Work::Stage(stage) = &mut frame.work { Some((frame.env, stage)) } else { None }
    }
}

impl Machine {
    /// The stage that a person speaks of whose hold is to be skipped.
    pub(super) fn held_stage(&self, wanted: Option<&ir::Address>) -> Result<FrameId, Refused> {
        let is_held = |frame: &Frame| matches!(&frame.work, Work::Stage(Stage { hold: Some(_), .. }));
        self.one_of("is held", "promote", wanted, is_held)
    }

    /// The rollout that a person speaks of.
    pub(super) fn running_rollout(&self, wanted: Option<&ir::Address>) -> Result<FrameId, Refused> {
        self.one_of("is a rollout that goes on", "abort", wanted, |frame| matches!(frame.work, Work::Rollout { .. }))
    }

    fn one_of(
        &self,
        what: &str,
        word: &str,
        wanted: Option<&ir::Address>,
        is_it: impl Fn(&Frame) -> bool,
    ) -> Result<FrameId, Refused> {
        let frames = self.state.live.frames.iter().filter(|(_, frame)| is_it(frame) && !frame.undoing);
        let all: Vec<(FrameId, &ir::Address)> = frames.map(|(id, frame)| (*id, &frame.address)).collect();
        let fits = |at: &ir::Address| {
            let around = |wanted: &ir::Address| at == wanted || is_stage_of(at, wanted) || is_stage_of(wanted, at);
            wanted.is_none_or(around)
        };
        let meant: Vec<FrameId> = all.iter().filter(|(_, at)| fits(at)).map(|(id, _)| *id).collect();
        let reason = match (meant.as_slice(), wanted) {
            ([only], _) => return Ok(*only),
            ([], Some(wanted)) => format!("nothing at `{wanted}` {what}"),
            ([], None) => format!("nothing {what}"),
            (_, _) => format!("more than one {what}: say which"),
        };
        Err(Refused { reason, instead: all.into_iter().map(|(_, at)| format!("{word} {at}")).collect() })
    }

    /// The rest of a hold is skipped.
    pub(super) fn promote(&mut self, wanted: Option<&ir::Address>) {
        let Ok(id) = self.held_stage(wanted) else { return };
        let address = self.address_of(id);
        self.log(Entry::Promoted { address });
        self.drop_inside(id);
        self.done(id, serde_json::Value::Null);
    }

    /// A rollout fails because a person says so.
    pub(super) fn abort(&mut self, wanted: Option<&ir::Address>, who: &str, why: Option<&str>) {
        let Ok(id) = self.running_rollout(wanted) else { return };
        self.fail_as(id, FailureKind::Stated, SmolStr::from(format!("aborted by {}", super::words::said(who, why))));
    }
}

/// Whether one address is that of a stage of the rollout at the other.
fn is_stage_of(stage: &ir::Address, rollout: &ir::Address) -> bool {
    stage.as_str().strip_prefix(rollout.as_str()).is_some_and(|rest| rest.starts_with('[') && !rest.contains('/'))
}

impl Hold {
    /// While nobody watched, nothing was observed.
    pub(super) fn forget_unobserved(&mut self, now: Timestamp) {
        self.gates.iter_mut().for_each(|gate| gate.mark = now);
    }

    /// The least of what was observed.
    pub(super) fn credit(&self) -> i64 {
        self.gates.iter().map(|gate| gate.credit).min().unwrap_or(0)
    }
}

impl GateRun {
    fn looked(&mut self, now: Timestamp, needed: i64, verdict: Verdict, answers: Vec<SmolStr>) {
        self.looks += 1;
        self.last = Some(verdict);
        self.answers = answers;
        if verdict == Verdict::Unknown {
            self.unknown += 1;
            self.unknown_in_a_row += 1;
        } else {
            self.credit = self.credit.saturating_add(now.since(self.mark).min(self.every));
            self.unknown_in_a_row = 0;
        }
        match verdict {
            Verdict::Fail => self.failed_in_a_row += 1,
            Verdict::Pass => self.failed_in_a_row = 0,
            Verdict::Unknown => {}
        }
        self.mark = now;
        let missing = needed.saturating_sub(self.credit);
        let pause = if missing > 0 { self.every.min(missing) } else { self.every };
        self.next = Some(now.plus(pause));
    }

    fn is_broken(&self) -> bool {
        self.failed_in_a_row > self.tolerate || self.unknown_in_a_row >= UNKNOWN_LIMIT
    }
}
