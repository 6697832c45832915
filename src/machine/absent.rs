//! What the language says and this machine can't run yet.

use std::collections::BTreeSet;

use super::finality::commits_in;
use crate::{
    ir::{
        ActionId, BlockId, Compensation, CompensationBody, ConstantId, EffectCall, EffectKind, Expr, ExprKind,
        FunctionId, Implementation, Operation, PlanId, ProbeId, Program, Statement, StatementKind,
    },
    source::Span,
};

/// A part of a plan that this machine can't run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// Where it stands.
    pub span: Span,
    /// Its word.
    pub what: &'static str,
}

/// What a run of `plan` could come to that this machine can't run, by place. Nothing of it is started if there is any.
pub fn absent(program: &Program, plan: PlanId) -> Vec<Absent> {
    let mut search = Search::of(program);
    if let Some(plan) = program.plans.get(plan.index()) {
        if plan.trigger.is_some() {
            search.add(plan.span, "on");
        }
        if plan.key.is_some() {
            search.add(plan.span, "keyed");
        }
    }
    search.plan(plan, Around::default());
    search.all();
    search.found.into_iter().collect()
}

/// Goes through all that a plan reaches.
struct Search<'p> {
    program: &'p Program,
    reached: BTreeSet<Reached>,
    /// What was reached and not looked at yet.
    exprs: Vec<&'p Expr>,
    blocks: Vec<(BlockId, Around)>,
    found: BTreeSet<Absent>,
}

/// What stands around a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Around {
    /// A compensation, or what is done after a phase.
    undoing: bool,
    /// An item or branch that a commit makes final.
    by_itself: bool,
}

/// A declaration or a block that a plan comes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Constant(ConstantId),
    Function(FunctionId),
    Probe(ProbeId),
    Action(ActionId),
    Plan(PlanId, Around),
    Block(BlockId, Around),
}

impl<'p> Search<'p> {
    fn of(program: &'p Program) -> Self {
        Search { program, reached: BTreeSet::new(), exprs: Vec::new(), blocks: Vec::new(), found: BTreeSet::new() }
    }

    fn add(&mut self, span: Span, what: &'static str) {
        self.found.insert(Absent { span, what });
    }

    fn all(&mut self) {
        loop {
            if let Some(expr) = self.exprs.pop() {
                self.expr(expr);
            } else if let Some((block, around)) = self.blocks.pop() {
                self.statements(block, around);
            } else {
                return;
            }
        }
    }

    fn plan(&mut self, id: PlanId, around: Around) {
        let plan = self.program.plans.get(id.index());
        if let Some(plan) = plan.filter(|_| self.reached.insert(Reached::Plan(id, around))) {
            self.exprs.extend(plan.exprs());
            self.block(plan.body, around);
        }
    }

    fn action(&mut self, id: ActionId) {
        let action = self.program.actions.get(id.index());
        if let Some(action) = action.filter(|_| self.reached.insert(Reached::Action(id))) {
            self.hosted(&action.body, action.span);
            self.exprs.extend(action.exprs());
            self.compensation(action.compensation.as_ref(), Around::default());
        }
    }

    fn probe(&mut self, id: ProbeId) {
        let probe = self.program.probes.get(id.index());
        if let Some(probe) = probe.filter(|_| self.reached.insert(Reached::Probe(id))) {
            self.hosted(&probe.body, probe.span);
            self.exprs.extend(probe.exprs());
        }
    }

    /// What only a host program could do.
    fn hosted(&mut self, body: &Implementation, span: Span) {
        if matches!(body, Implementation::Extern) {
            self.add(span, "extern");
        }
    }

    fn function(&mut self, id: FunctionId) {
        let function = self.program.functions.get(id.index());
        if let Some(function) = function.filter(|_| self.reached.insert(Reached::Function(id))) {
            self.exprs.extend(function.exprs());
        }
    }

    fn constant(&mut self, id: ConstantId) {
        let constant = self.program.constants.get(id.index());
        if let Some(constant) = constant.filter(|_| self.reached.insert(Reached::Constant(id))) {
            self.exprs.extend(constant.exprs());
        }
    }

    fn expr(&mut self, expr: &'p Expr) {
        match &expr.kind {
            ExprKind::Secret(_) => self.add(expr.span, "secret"),
            ExprKind::Effect(call) => self.effect(call),
            ExprKind::Look(probe, _) => self.probe(*probe),
            ExprKind::Call(function, _) => self.function(*function),
            ExprKind::Constant(constant) => self.constant(*constant),
            _ => {}
        }
        self.exprs.extend(expr.parts());
    }

    fn effect(&mut self, call: &EffectCall) {
        match &call.kind {
            EffectKind::Shell(_) | EffectKind::Http(_) | EffectKind::Env(_) | EffectKind::Timeline => {
                self.add(call.span, call.kind.word());
            }
            EffectKind::Exec(_) | EffectKind::Succeeds(_) | EffectKind::FileRead(_) | EffectKind::FileWrite(..) => {}
        }
    }

    fn block(&mut self, block: BlockId, around: Around) {
        if self.reached.insert(Reached::Block(block, around)) {
            self.blocks.push((block, around));
        }
    }

    fn statements(&mut self, block: BlockId, around: Around) {
        for statement in self.program.blocks.get(block.index()).into_iter().flat_map(|block| &block.statements) {
            self.exprs.extend(statement.exprs());
            self.statement(statement, around);
            let inside = self.inside(statement, around);
            statement.kind.blocks().into_iter().for_each(|block| self.block(block, inside));
        }
    }

    /// What stands around the blocks of a statement.
    fn inside(&mut self, statement: &Statement, around: Around) -> Around {
        match &statement.kind {
            StatementKind::AfterEach { .. } => Around { undoing: true, ..around },
            StatementKind::For(_) | StatementKind::Parallel { .. }
                if commits_in(self.program, &statement.kind.blocks()) =>
            {
                if around.by_itself {
                    self.add(statement.span, "commit in an item of an item");
                }
                Around { by_itself: true, ..around }
            }
            _ => around,
        }
    }

    fn statement(&mut self, statement: &Statement, around: Around) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Step(step) => {
                self.operation(&step.operation);
                self.compensation(step.compensation.as_ref(), around);
            }
            StatementKind::BlockStep { compensation, .. } => self.compensation(compensation.as_ref(), around),
            StatementKind::Phases(phases) => {
                phases.iter().for_each(|phase| self.compensation(phase.compensation.as_ref(), around));
            }
            StatementKind::For(each) => self.compensation(each.compensation.as_ref(), around),
            StatementKind::Rollout(rollout) => self.compensation(rollout.compensation.as_ref(), around),
            StatementKind::Task(task) => self.compensation(task.compensation.as_ref(), around),
            StatementKind::Run(run) => {
                self.plan(run.plan, around);
                self.compensation(run.compensation.as_ref(), around);
            }
            StatementKind::Guard(_) if around.undoing => self.add(span, "guard in a compensation or after a phase"),
            StatementKind::On { .. } if around.undoing => self.add(span, "on in a compensation or after a phase"),
            StatementKind::Attempt(_) if around.undoing => self.add(span, "attempt in a compensation or after a phase"),
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::Attempt(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Unwind
            | StatementKind::Guard(_)
            | StatementKind::On { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::Emit { .. }
            | StatementKind::WaitUntil { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::Commit(_)
            | StatementKind::Fail(_)
            | StatementKind::Return(_) => {}
        }
    }

    fn operation(&mut self, operation: &Operation) {
        match operation {
            Operation::Effect(call) => self.effect(call),
            Operation::Action(action, _) => self.action(*action),
        }
    }

    fn compensation(&mut self, compensation: Option<&Compensation>, around: Around) {
        match compensation.map(|compensation| &compensation.body) {
            Some(CompensationBody::Block { block, .. }) => self.block(*block, Around { undoing: true, ..around }),
            Some(CompensationBody::Call { operation, tries: _ }) => self.operation(operation),
            Some(CompensationBody::Nothing) | None => {}
        }
    }
}
