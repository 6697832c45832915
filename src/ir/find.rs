//! What a program says of an address.

use super::{
    address::{Address, Segment},
    program::{BlockId, Plan, PlanId, Program},
    statement::{Branch, Compensation, CompensationBody, Estimate, Gate, Phase, Rollout, Statement, StatementKind},
};
use crate::source::Span;

/// What stands at an address.
#[derive(Clone, Copy, Debug)]
pub enum Found<'p> {
    /// The plan itself
    Plan(&'p Plan),
    /// A statement
    Statement(&'p Statement),
    /// A phase
    Phase(&'p Phase),
    /// A branch of `parallel`
    Branch(&'p Branch),
    /// A gate of a rollout
    Gate(&'p Gate),
}

impl Found<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Found::Plan(plan) => plan.span,
            Found::Statement(statement) => statement.span,
            Found::Phase(phase) => phase.span,
            Found::Branch(branch) => branch.span,
            Found::Gate(gate) => gate.check.condition.span,
        }
    }

    /// How long it takes, as its author says.
    pub fn estimate(&self) -> Option<&Estimate> {
        match self {
            Found::Plan(plan) => Some(&plan.estimate),
            Found::Statement(statement) => Some(&statement.estimate),
            Found::Phase(phase) => Some(&phase.estimate),
            Found::Branch(branch) => Some(&branch.estimate),
            Found::Gate(_) => None,
        }
    }
}

impl Program {
    /// The plan of this name, by number.
    pub fn plan(&self, name: &str) -> Option<PlanId> {
        self.plans.iter().zip(0..).find(|(plan, _)| plan.name == name).map(|(_, number)| PlanId(number))
    }

    /// What stands at an address of a run of the plan `name`, whichever item, stage and visit it is of, and the plan it
    /// stands in; `None` if the program has no such part.
    pub fn find(&self, name: &str, address: &Address) -> Option<(PlanId, Found<'_>)> {
        let plan = self.plan(name)?;
        if address.is_root() {
            return Some((plan, Found::Plan(&self.plans[plan.index()])));
        }
        let path: Vec<&str> = address.as_str().split('/').map(name_of).collect();
        Search { program: self, plan }.block(self.plans[plan.index()].body, &path)
    }

    /// The same, or else the nearest part around it.
    pub fn find_near(&self, name: &str, address: &Address) -> Option<(PlanId, Found<'_>)> {
        std::iter::successors(Some(address.clone()), Address::around).find_map(|address| self.find(name, &address))
    }
}

/// A part of an address without the key of an item and the number of a visit.
fn name_of(part: &str) -> &str {
    part.split(['[', '~']).next().unwrap_or(part)
}

#[derive(Clone, Copy)]
struct Search<'p> {
    program: &'p Program,
    /// The plan whose statements are looked through.
    plan: PlanId,
}

/// What was found, and in which plan.
type Hit<'p> = Option<(PlanId, Found<'p>)>;

impl<'p> Search<'p> {
    fn sub_plan(&self, plan: PlanId, path: &[&str]) -> Hit<'p> {
        let body = self.program.plans.get(plan.index())?.body;
        Search { plan, ..*self }.block(body, path)
    }

    fn block(&self, block: BlockId, path: &[&str]) -> Hit<'p> {
        let block = self.program.blocks.get(block.index())?;
        block.statements.iter().find_map(|statement| self.statement(statement, path))
    }

    fn blocks(&self, blocks: &[BlockId], path: &[&str]) -> Hit<'p> {
        blocks.iter().find_map(|block| self.block(*block, path))
    }

    fn statement(&self, statement: &'p Statement, path: &[&str]) -> Hit<'p> {
        match &statement.kind {
            StatementKind::Phases(phases) => phases.iter().find_map(|phase| {
                let inside = || self.block(phase.block, path.get(1..)?);
                self.part(&phase.segment, Found::Phase(phase), phase.compensation.as_ref(), path, inside)
            }),
            StatementKind::Parallel { branches, .. } => branches.iter().find_map(|branch| {
                let inside = || self.block(branch.block, path.get(1..)?);
                self.part(&branch.segment, Found::Branch(branch), None, path, inside)
            }),
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Task(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => match &statement.segment {
                Some(segment) => {
                    let compensation = own_compensation(&statement.kind);
                    self.part(segment, Found::Statement(statement), compensation, path, || {
                        self.inside(statement, path.get(1..)?)
                    })
                }
                None => self.inside(statement, path),
            },
        }
    }

    /// A part with a name of its own, its way back, or what lies in it.
    fn part(
        &self,
        segment: &Segment,
        found: Found<'p>,
        compensation: Option<&'p Compensation>,
        path: &[&str],
        inside: impl FnOnce() -> Hit<'p>,
    ) -> Hit<'p> {
        let (first, rest) = path.split_first()?;
        if *first != segment.as_str() {
            return None;
        }
        match rest {
            [] | ["undo"] => Some((self.plan, found)),
            ["undo", within @ ..] => match &compensation?.body {
                CompensationBody::Block { block, .. } => self.block(*block, within),
                CompensationBody::Call { .. } | CompensationBody::Nothing => None,
            },
            _ => inside(),
        }
    }

    fn inside(&self, statement: &'p Statement, path: &[&str]) -> Hit<'p> {
        match &statement.kind {
            StatementKind::Run(run) => self.sub_plan(run.plan, path),
            StatementKind::Rollout(rollout) => self.rollout(rollout, path),
            kind => self.blocks(&kind.blocks(), path),
        }
    }

    fn rollout(&self, rollout: &'p Rollout, path: &[&str]) -> Hit<'p> {
        let gate = rollout.gates.iter().find(|gate| path.first() == Some(&gate.segment.as_str()));
        gate.map(|gate| (self.plan, Found::Gate(gate))).or_else(|| self.block(rollout.block, path))
    }
}

/// The way back that a statement is written with.
pub fn own_compensation(kind: &StatementKind) -> Option<&Compensation> {
    match kind {
        StatementKind::Step(step) => step.compensation.as_ref(),
        StatementKind::BlockStep { compensation, .. } => compensation.as_ref(),
        StatementKind::Task(task) => task.compensation.as_ref(),
        StatementKind::For(each) => each.compensation.as_ref(),
        StatementKind::Rollout(rollout) => rollout.compensation.as_ref(),
        StatementKind::Run(run) => run.compensation.as_ref(),
        StatementKind::Let { .. }
        | StatementKind::Probe { .. }
        | StatementKind::Phases(_)
        | StatementKind::When { .. }
        | StatementKind::Match { .. }
        | StatementKind::Decide(_)
        | StatementKind::Parallel { .. }
        | StatementKind::Require(_)
        | StatementKind::Verify { .. }
        | StatementKind::Guard(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil { .. }
        | StatementKind::WaitFor { .. }
        | StatementKind::On { .. }
        | StatementKind::Approve { .. }
        | StatementKind::Emit { .. }
        | StatementKind::Attempt(_)
        | StatementKind::Commit(_)
        | StatementKind::AfterEach { .. }
        | StatementKind::Fail(_)
        | StatementKind::Return(_)
        | StatementKind::Unwind => None,
    }
}
