//! Statements without others in them: what looks, what acts, what a person does.

use smol_str::SmolStr;

use super::{Ask, Here, Known, Names, Reader};
use crate::{
    evaluate::Stop,
    ir::{self, Address, Expr, LocalId, Operation, StatementKind},
    plan::outline::{Answer, Kind, Tries, Way},
};

impl<'p> Reader<'p> {
    pub(super) fn probe(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        address: &Address,
        local: LocalId,
        (look, tries): (&'p Expr, &'p ir::Tries),
    ) -> (Kind, Vec<Way>) {
        let call = self.known.written(look);
        names.open(local, [name_of(here.plan, local)]);
        let answer = match self.known.look_into(names, look) {
            Ok(value) if !self.acted => {
                names.know(local, value.clone());
                Answer::Given(value.to_string())
            }
            Err(Stop::NoAnswer { call: _, message }) => Answer::Failed(message),
            Err(Stop::Needs(call)) if !self.acted => {
                let patience = self.patience(names, tries);
                self.looks.push(Ask { call: *call, address: address.clone(), patience });
                Answer::Open
            }
            Ok(_) | Err(Stop::Needs(_) | Stop::Fault(_)) => Answer::Open,
        };
        (Kind::Probe { call, answer }, Vec::new())
    }

    pub(super) fn step(&mut self, here: &Here<'p>, names: &mut Names, step: &'p ir::Step) -> (Kind, Vec<Way>) {
        self.acted = true;
        let call = self.known.call(names, &step.operation);
        let way_back = self.way_back_of_step(here, names, step);
        if let Some(local) = step.local {
            names.open(local, [name_of(here.plan, local)]);
        }
        let declared = match &step.operation {
            Operation::Action(action, _) => Some(&self.known.program.actions[action.index()]),
            Operation::Effect(_) => None,
        };
        let tries = self.known.tries(names, &step.tries);
        let inherited = declared.map(|action| self.known.tries(&Names::default(), &action.tries)).unwrap_or_default();
        let settles = match (declared, &step.operation) {
            (Some(action), _) => action.idempotent || action.confirm.is_some() || action.is_idempotent_by_nature(),
            (None, Operation::Effect(call)) => call.kind.is_idempotent_by_nature(),
            (None, Operation::Action(..)) => false,
        };
        let tries =
            Tries { retries: tries.retries.or(inherited.retries), timeout: tries.timeout.or(inherited.timeout) };
        (Kind::Step { call, tries, way_back, best_effort: step.best_effort, settles }, Vec::new())
    }

    pub(super) fn task(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        task: &'p ir::Task,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        self.acted = true;
        if let Some(local) = task.local {
            names.open(local, [name_of(here.plan, local)]);
        }
        let way_back = self.scope_way_back(here, names, task.compensation.as_ref(), address).0;
        let (text, by) = (self.known.text(names, &task.text), self.known.text(names, &task.by));
        (Kind::Task { text, by, way_back }, Vec::new())
    }

    /// The time limit of a statement that says it itself.
    pub(super) fn own_timeout(&self, names: &Names, kind: &StatementKind) -> Option<i64> {
        let timeout = match kind {
            StatementKind::Probe { tries, .. } => tries.timeout.as_deref(),
            StatementKind::WaitUntil { timeout, .. } | StatementKind::WaitFor { timeout, .. } => timeout.as_deref(),
            StatementKind::Step(_)
            | StatementKind::Let { .. }
            | StatementKind::BlockStep { .. }
            | StatementKind::Task(_)
            | StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::Wait(_)
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => None,
        };
        self.known.duration(names, timeout?)
    }
}

impl Known<'_> {
    pub(super) fn tries(&self, names: &Names, tries: &ir::Tries) -> Tries {
        Tries {
            retries: tries.retry.as_deref().and_then(|retries| self.number(names, retries)),
            timeout: tries.timeout.as_deref().and_then(|timeout| self.duration(names, timeout)),
        }
    }
}

/// What the program calls something it binds.
pub(super) fn name_of(plan: &ir::Plan, local: LocalId) -> SmolStr {
    plan.locals.get(local.index()).map(|local| local.name.clone()).unwrap_or_default()
}
