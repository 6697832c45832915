//! What parts of a program hold, with what stands in them and in the plans they run.

use super::pass::{Pass, RunSite, through_runs};
use crate::ir::{BlockId, Compensation, CompensationBody, Operation, Program, Statement, StatementKind, Step};

/// What a part holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holds {
    /// A step that matters.
    pub(super) acts: bool,
    /// Something that sees whether it worked.
    pub(super) verifies: bool,
    /// Something that must hold before.
    pub(super) requires: bool,
    /// Something that would be undone.
    pub(super) undoes: bool,
}

impl Holds {
    fn or(self, other: Holds) -> Holds {
        Holds {
            acts: self.acts | other.acts,
            verifies: self.verifies | other.verifies,
            requires: self.requires | other.requires,
            undoes: self.undoes | other.undoes,
        }
    }
}

/// What all blocks hold.
struct HoldsMap<'w, 'p> {
    pass: &'w Pass<'p>,
    plans: Vec<Holds>,
    blocks: Vec<Holds>,
}

/// What each block of a program holds.
pub(super) fn holds(pass: &Pass, runs: &[RunSite]) -> Vec<Holds> {
    let (plans, blocks) = (pass.program.plans.len(), pass.program.blocks.len());
    let mut map = HoldsMap { pass, plans: vec![Holds::default(); plans], blocks: vec![Holds::default(); blocks] };
    map.all_plans();
    if runs.is_empty() {
        return map.blocks;
    }
    map.plans = pass.program.plans.iter().map(|plan| map.blocks[plan.body.index()]).collect();
    through_runs(runs, plans, |run| {
        let known = map.plans[run.caller.index()];
        map.plans[run.caller.index()] = known.or(map.plans[run.callee.index()]);
        map.plans[run.caller.index()] != known
    });
    map.all_plans();
    map.blocks
}

impl HoldsMap<'_, '_> {
    fn all_plans(&mut self) {
        let pass = self.pass;
        for plan in &pass.program.plans {
            self.block(plan.body);
        }
    }

    fn block(&mut self, block: BlockId) -> Holds {
        let mut holds = Holds::default();
        for statement in self.pass.statements(block) {
            holds = holds.or(self.own(statement));
            for inner in statement.kind.blocks() {
                holds = holds.or(self.block(inner));
            }
        }
        self.blocks[block.index()] = holds;
        holds
    }

    fn own(&self, statement: &Statement) -> Holds {
        let verifies = Holds { verifies: true, ..Holds::default() };
        let requires = Holds { requires: true, ..Holds::default() };
        match &statement.kind {
            StatementKind::Step(step) => of_step(self.pass.program, step),
            StatementKind::BlockStep { compensation, .. } => undone_by(compensation.as_ref()),
            StatementKind::Task(task) => undone_by(task.compensation.as_ref()),
            StatementKind::For(each) => undone_by(each.compensation.as_ref()),
            StatementKind::Phases(phases) => {
                let undone = phases.iter().map(|phase| undone_by(phase.compensation.as_ref()));
                undone.fold(Holds::default(), Holds::or)
            }
            StatementKind::Rollout(rollout) => {
                let watched = Holds { verifies: !rollout.gates.is_empty(), ..Holds::default() };
                watched.or(undone_by(rollout.compensation.as_ref()))
            }
            StatementKind::Run(run) => self.plans[run.plan.index()].or(undone_by(run.compensation.as_ref())),
            StatementKind::Verify { .. } | StatementKind::WaitUntil { .. } | StatementKind::Guard(_) => verifies,
            StatementKind::Require(_) => requires,
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::Wait(_)
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => Holds::default(),
        }
    }
}

/// What a step is.
pub(super) fn of_step(program: &Program, step: &Step) -> Holds {
    let inherited = match &step.operation {
        Operation::Action(id, _) => program.actions[id.index()].compensation.as_ref(),
        Operation::Effect(_) => None,
    };
    let undone = undone_by(step.compensation.as_ref().or(inherited).filter(|_| !step.irreversible));
    Holds { acts: !step.best_effort, ..undone }
}

/// Whether something has a way back that does anything.
pub(super) fn undone_by(compensation: Option<&Compensation>) -> Holds {
    let undoes = compensation.is_some_and(|compensation| !matches!(compensation.body, CompensationBody::Nothing));
    Holds { undoes, ..Holds::default() }
}
