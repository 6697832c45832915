//! What a plan comes to, and what of that only a host program can do.

use std::collections::BTreeSet;

use super::externs::{Extern, ExternKind};
use crate::{
    ir::{
        ActionId, BlockId, Compensation, CompensationBody, ConstantId, Expr, ExprKind, FunctionId, Implementation,
        Operation, PlanId, ProbeId, Program, Statement, StatementKind,
    },
    source::Span,
};

/// What a run of the plan `name` could ask of the program that embeds this one, by place.
pub fn externs(program: &Program, name: &str) -> Vec<Extern> {
    let actions = program.actions.iter().map(|action| &action.body);
    let mut all = actions.chain(program.probes.iter().map(|probe| &probe.body));
    if !all.any(|body| matches!(body, Implementation::Extern)) {
        return Vec::new();
    }
    let mut search = Search::of(program);
    if let Some(number) = program.plans.iter().position(|plan| plan.name == name) {
        search.plan(PlanId(number as u32));
    }
    search.all();
    search.externs.into_iter().collect()
}

/// Goes through all that a plan reaches.
struct Search<'p> {
    program: &'p Program,
    reached: BTreeSet<Reached>,
    /// What was reached and not looked at yet.
    exprs: Vec<&'p Expr>,
    blocks: Vec<BlockId>,
    externs: BTreeSet<Extern>,
}

/// A declaration or a block that a plan comes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Constant(ConstantId),
    Function(FunctionId),
    Probe(ProbeId),
    Action(ActionId),
    Plan(PlanId),
    Block(BlockId),
}

impl<'p> Search<'p> {
    fn of(program: &'p Program) -> Self {
        Search { program, reached: BTreeSet::new(), exprs: Vec::new(), blocks: Vec::new(), externs: BTreeSet::new() }
    }

    fn all(&mut self) {
        loop {
            if let Some(expr) = self.exprs.pop() {
                self.expr(expr);
            } else if let Some(block) = self.blocks.pop() {
                self.statements(block);
            } else {
                return;
            }
        }
    }

    fn plan(&mut self, id: PlanId) {
        let plan = self.program.plans.get(id.index());
        if let Some(plan) = plan.filter(|_| self.reached.insert(Reached::Plan(id))) {
            self.exprs.extend(plan.exprs());
            self.block(plan.body);
        }
    }

    fn action(&mut self, id: ActionId) {
        let action = self.program.actions.get(id.index());
        if let Some(action) = action.filter(|_| self.reached.insert(Reached::Action(id))) {
            self.hosted(ExternKind::Action, &action.body, &action.name, action.span);
            self.exprs.extend(action.exprs());
            self.compensation(action.compensation.as_ref());
        }
    }

    fn probe(&mut self, id: ProbeId) {
        let probe = self.program.probes.get(id.index());
        if let Some(probe) = probe.filter(|_| self.reached.insert(Reached::Probe(id))) {
            self.hosted(ExternKind::Probe, &probe.body, &probe.name, probe.span);
            self.exprs.extend(probe.exprs());
        }
    }

    /// What only a host program could do.
    fn hosted(&mut self, kind: ExternKind, body: &Implementation, name: &str, span: Span) {
        if matches!(body, Implementation::Extern) {
            let name = name.rsplit('.').next().unwrap_or(name).to_owned();
            self.externs.insert(Extern { span, kind, name });
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
            ExprKind::Look(probe, _) => self.probe(*probe),
            ExprKind::Call(function, _) => self.function(*function),
            ExprKind::Constant(constant) => self.constant(*constant),
            ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Variant(..)
            | ExprKind::Text(_)
            | ExprKind::Field(..)
            | ExprKind::Index(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Is(..)
            | ExprKind::Match(..)
            | ExprKind::If(..)
            | ExprKind::Widen(_)
            | ExprKind::Decode(_)
            | ExprKind::Encode(_)
            | ExprKind::Secret(_)
            | ExprKind::Effect(_)
            | ExprKind::Library(..)
            | ExprKind::Update(_) => {}
        }
        expr.each_part(|part| self.exprs.push(part));
    }

    fn block(&mut self, block: BlockId) {
        if self.reached.insert(Reached::Block(block)) {
            self.blocks.push(block);
        }
    }

    fn statements(&mut self, block: BlockId) {
        for statement in self.program.blocks.get(block.index()).into_iter().flat_map(|block| &block.statements) {
            self.exprs.extend(statement.exprs());
            self.statement(statement);
            statement.kind.blocks().into_iter().for_each(|block| self.block(block));
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Step(step) => {
                self.operation(&step.operation);
                self.compensation(step.compensation.as_ref());
            }
            StatementKind::BlockStep { compensation, .. } => self.compensation(compensation.as_ref()),
            StatementKind::Phases(phases) => {
                phases.iter().for_each(|phase| self.compensation(phase.compensation.as_ref()));
            }
            StatementKind::For(each) => self.compensation(each.compensation.as_ref()),
            StatementKind::Rollout(rollout) => self.compensation(rollout.compensation.as_ref()),
            StatementKind::Task(task) => self.compensation(task.compensation.as_ref()),
            StatementKind::Run(run) => {
                self.plan(run.plan);
                self.compensation(run.compensation.as_ref());
            }
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
            Operation::Effect(_) => {}
            Operation::Action(action, _) => self.action(*action),
        }
    }

    fn compensation(&mut self, compensation: Option<&Compensation>) {
        match compensation.map(|compensation| &compensation.body) {
            Some(CompensationBody::Block { block, .. }) => self.block(*block),
            Some(CompensationBody::Call { operation, tries: _ }) => self.operation(operation),
            Some(CompensationBody::Nothing) | None => {}
        }
    }
}
