//! Rollouts: stage by stage, each held while its gates are looked at.
//!
//! A hold counts observed time: between two verdicts of a gate at most its interval is credited, an unknown credits
//! nothing, a crash neither; of several gates the least credit counts.

use smol_str::SmolStr;

use super::compute::text_of;
use super::phases::statement_at;
use super::state::{Check, CheckOf, EnvId, FrameId, GateRun, Hold, Role, Stage, StagePlan, Work};
use super::{Entry, Kind, Machine, Report, Timestamp, Verdict};
use crate::ir::{self, Stages, StatementKind, Value};

/// A gate fails after so many looks in a row without an answer.
const UNKNOWN_LIMIT: u32 = 3;

impl Machine {
    /// The stages with their values and holds.
    pub(super) fn stages(&self, env: EnvId, stages: &Stages) -> Result<Vec<StagePlan>, SmolStr> {
        match stages {
            Stages::Listed(stages) => {
                let plan = |(value, hold): &(ir::Expr, Option<ir::Expr>)| {
                    let hold = hold.as_ref().map(|hold| self.duration(env, hold)).transpose()?;
                    Ok(StagePlan { value: self.compute(env, value)?, hold })
                };
                stages.iter().map(plan).collect()
            }
            Stages::In(list, hold) => {
                let hold = Some(self.duration(env, hold)?);
                let Value::List(values) = self.compute(env, list)? else {
                    return Err(SmolStr::new_static("there is no list of stages"));
                };
                Ok(values.iter().map(|value| StagePlan { value: value.clone(), hold }).collect())
            }
        }
    }

    /// Begins the next stage, or ends the rollout.
    pub(super) fn go_on_rollout(&mut self, id: FrameId) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Rollout { place, stages, next } = &mut frame.work else { return };
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
    fn gate_run(&self, env: EnvId, stage: &ir::Address, gate: &ir::Gate, needed: i64) -> Result<GateRun, SmolStr> {
        let every = self.interval(env, &gate.every)?;
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
            return self.gate_failed(id, CheckOf::Gate(place, slot), slot, address);
        }
        self.end_hold_if_over(id);
    }

    fn gate_failed(&mut self, id: FrameId, of: CheckOf, slot: usize, address: ir::Address) {
        let reason = self.gate_reason(id, of, slot);
        if let Some(frame) = self.state.live.frames.get_mut(&id) {
            frame.address = address;
        }
        self.fail(id, reason);
    }

    fn gate_reason(&mut self, id: FrameId, of: CheckOf, slot: usize) -> SmolStr {
        let program = self.program();
        let env = self.env_of(id);
        let Some(check) = super::check::check_of(&program, of) else { return SmolStr::default() };
        let said = check.otherwise.as_ref().and_then(|text| self.compute(env, text).ok()).map(|text| text_of(&text));
        let Some((_, stage)) = self.stage_mut(id) else { return SmolStr::default() };
        let Some(gate) = stage.hold.as_ref().map(|hold| &hold.gates[slot]) else { return SmolStr::default() };
        let seen = gate.answers.join(", ");
        let what = match gate.last {
            Some(Verdict::Unknown) => format!("`{}` had no answer {UNKNOWN_LIMIT} times in a row", check.text),
            _ => format!("`{}` does not hold", check.text),
        };
        let said = said.unwrap_or_else(|| what.into());
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
        match &mut frame.work {
            Work::Stage(stage) => Some((frame.env, stage)),
            _ => None,
        }
    }
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
