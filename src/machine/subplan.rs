//! `run`: a plan inside of a plan, with names of its own.

use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::state::{FrameId, Role, ScopePlace, Work};
use super::{Kind, Machine};
use crate::ir::{LocalId, Place, Run, Statement, StatementKind, Value, json::from_json};

/// How deep plans may run each other unless somebody said.
pub const USUAL_DEPTH: u32 = 32;

/// How deep one may let them: addresses grow with it, and every step of a journal has one.
pub const MAX_DEPTH: u32 = 1_000;

impl Machine {
    pub(super) fn begin_sub_plan(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        run: &Run,
    ) -> Result<Begun, Refusal> {
        let program = self.program();
        let plan = &program.plans[run.plan.index()];
        let address = self.announce(id, statement, Kind::Plan)?;
        if self.depth(id) >= self.state.deepest.unwrap_or(USUAL_DEPTH) as usize {
            return Err(Refusal::at(&address)(too_deep(&plan.name, self.state.deepest)));
        }
        let arguments = run.arguments.iter().map(|argument| self.compute(self.env_of(id), argument));
        let arguments: Vec<Value> = arguments.collect::<Result<_, _>>().map_err(Refusal::at(&address))?;
        let limit = self.time_limit(self.env_of(id), statement.timeout.as_deref()).map_err(Refusal::at(&address))?;
        let work = Work::Block { block: plan.body, next: 0, role: Role::SubPlan(place) };
        let child = self.push_child(id, address.clone(), 0, work);
        self.give_scope(child, address, run.compensation.as_ref(), ScopePlace::Statement(place));
        let heard = self.state.numbers.event;
        self.limit_time(child, limit);
        let env = self.new_env(None);
        for (number, argument) in arguments.into_iter().enumerate() {
            self.bind(env, LocalId(number as u32), argument);
        }
        if let Some(frame) = child.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.env = env;
            frame.owns_env = true;
            frame.plan = run.plan;
            frame.heard = heard;
        }
        Ok(Begun::Runs)
    }

    /// How many plans are around a frame, beside the first.
    fn depth(&self, id: FrameId) -> usize {
        let frames = std::iter::successors(self.state.live.frames.get(&id), |frame| {
            frame.parent.and_then(|parent| self.state.live.frames.get(&parent))
        });
        frames.filter(|frame| matches!(frame.work, Work::Block { role: Role::SubPlan(_), .. })).count()
    }

    /// A sub-plan gave its value.
    pub(super) fn end_sub_plan(&mut self, id: FrameId, place: Place, value: Value) {
        let program = self.program();
        let StatementKind::Run(run) = &statement_at(&program, place).kind else { return };
        let decoded = match (&run.decode, &value) {
            (Some(ty), Value::Json(json)) => {
                from_json(ty, json).map_err(|mismatch| SmolStr::from(mismatch.to_string()))
            }
            _ => Ok(value),
        };
        match decoded {
            Ok(value) => self.gave(id, run.local, value),
            Err(reason) => self.fail(id, reason),
        }
    }
}

/// The reason is journaled. Runs that began before there was a choice have it in the words of that time.
fn too_deep(plan: &str, deepest: Option<u32>) -> SmolStr {
    let limit = deepest.unwrap_or(USUAL_DEPTH);
    let otherwise =
        if deepest.is_some_and(|deepest| deepest < MAX_DEPTH) { " (`orch run --deepest` says otherwise)" } else { "" };
    SmolStr::from(format!("`{plan}` would be run {} plans deep, and the limit is {limit}{otherwise}", limit + 1))
}
