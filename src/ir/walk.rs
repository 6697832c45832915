//! All expressions that stand in declarations and statements. What stands in an expression, [`Expr::parts`] tells; what
//! stands in the blocks of a statement, its blocks.
//!
//! Everything is destructured without `..`, so that a new field does not compile until it has its place here.

use super::{
    effect::EffectCall,
    expr::Expr,
    program::{Action, Body, Constant, Function, Implementation, Param, Plan, Probe, Program, Tries, Trigger},
    statement::{
        Attempt, Branch, Check, Choice, Compensation, CompensationBody, Decide, Estimate, For, ForOrder, Gate, Guard,
        Operation, Phase, Rollout, Run, Stages, Statement, StatementKind, Step, Task,
    },
};

/// The expressions found so far.
#[derive(Default)]
struct Found<'p>(Vec<&'p Expr>);

impl Program {
    /// Every expression that a run could come to, with all that stand in it; in no order.
    pub fn all_exprs(&self) -> Vec<&Expr> {
        let Program { modules: _, constants, functions, probes, actions, events: _, plans, tests: _, blocks } = self;
        let mut left: Vec<&Expr> = constants.iter().flat_map(Constant::exprs).collect();
        left.extend(functions.iter().flat_map(Function::exprs));
        left.extend(probes.iter().flat_map(Probe::exprs));
        left.extend(actions.iter().flat_map(Action::exprs));
        left.extend(plans.iter().flat_map(Plan::exprs));
        left.extend(blocks.iter().flat_map(|block| &block.statements).flat_map(Statement::exprs));
        let mut all = Vec::new();
        while let Some(expr) = left.pop() {
            expr.each_part(|part| left.push(part));
            all.push(expr);
        }
        all
    }
}

impl Constant {
    /// Its value.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Constant { name: _, value } = self;
        vec![value]
    }
}

impl Function {
    /// Its defaults and its body.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Function { name: _, params, body } = self;
        let mut found = Found::default();
        found.params(params);
        found.body(body);
        found.0
    }
}

impl Probe {
    /// Its defaults, its body, and how it tries.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Probe { name: _, params, result: _, body, tries, span: _ } = self;
        let mut found = Found::default();
        found.params(params);
        found.implementation(body);
        found.tries(tries);
        found.0
    }
}

impl Action {
    /// Its defaults, its body, how it is confirmed and undone.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Action {
            name: _,
            params,
            result: _,
            body,
            idempotent: _,
            irreversible: _,
            confirm,
            tries,
            compensation,
            key_local: _,
            result_local: _,
            span: _,
        } = self;
        let mut found = Found::default();
        found.params(params);
        found.implementation(body);
        found.0.extend(confirm);
        found.tries(tries);
        found.compensation(compensation.as_ref());
        found.0
    }
}

impl Plan {
    /// Its defaults and clauses; its body is a block.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Plan { name: _, module: _, params, result: _, trigger, key, estimate, goals, body: _, locals: _, span: _ } =
            self;
        let mut found = Found::default();
        found.params(params);
        if let Some(Trigger { event: _, local: _, condition }) = trigger {
            found.0.extend(condition);
        }
        found.0.extend(key);
        found.estimate(estimate);
        found.0.extend(goals);
        found.0
    }
}

impl Statement {
    /// All of it but what stands in its blocks.
    pub fn exprs(&self) -> Vec<&Expr> {
        let Statement { kind, segment: _, title, estimate, timeout, span: _ } = self;
        let mut found = Found::default();
        found.0.extend(title.as_deref());
        found.estimate(estimate);
        found.0.extend(timeout.as_deref());
        found.statement(kind);
        found.0
    }
}

impl<'p> Found<'p> {
    fn params(&mut self, params: &'p [Param]) {
        for Param { name: _, ty: _, default, span: _ } in params {
            self.0.extend(default);
        }
    }

    fn body(&mut self, Body { bindings, result }: &'p Body) {
        self.0.extend(bindings.iter().map(|(_, value)| value));
        self.0.push(result);
    }

    fn implementation(&mut self, implementation: &'p Implementation) {
        match implementation {
            Implementation::Body(body) => self.body(body),
            Implementation::Extern => {}
        }
    }

    fn tries(&mut self, Tries { retry, backoff, timeout }: &'p Tries) {
        self.0.extend(retry.as_deref());
        if let Some((first, longest)) = backoff {
            self.0.push(first);
            self.0.extend(longest.as_deref());
        }
        self.0.extend(timeout.as_deref());
    }

    fn estimate(&mut self, Estimate { takes, risk }: &'p Estimate) {
        self.0.extend(takes);
        self.0.extend(risk.as_deref());
    }

    fn operation(&mut self, operation: &'p Operation) {
        match operation {
            Operation::Action(_, arguments) => self.0.extend(arguments),
            Operation::Effect(call) => self.effect(call),
        }
    }

    fn effect(&mut self, call: &'p EffectCall) {
        self.0.extend(call.parts());
    }

    fn compensation(&mut self, compensation: Option<&'p Compensation>) {
        let Some(Compensation { mode: _, body, span: _ }) = compensation else { return };
        match body {
            CompensationBody::Nothing | CompensationBody::Block { block: _, captures: _ } => {}
            CompensationBody::Call { operation, tries } => {
                self.operation(operation);
                self.tries(tries);
            }
        }
    }

    fn check(&mut self, Check { condition, text: _, otherwise }: &'p Check) {
        self.0.push(condition);
        self.0.extend(otherwise.as_deref());
    }

    fn statement(&mut self, kind: &'p StatementKind) {
        match kind {
            StatementKind::Let { local: _, value } => self.0.push(value),
            StatementKind::Probe { local: _, look, tries } => {
                self.0.push(look);
                self.tries(tries);
            }
            StatementKind::Step(step) => self.step(step),
            StatementKind::BlockStep { block: _, compensation } => self.compensation(compensation.as_ref()),
            StatementKind::Task(task) => {
                let Task { local: _, result: _, text, by, compensation } = task.as_ref();
                self.0.extend([text, by]);
                self.compensation(compensation.as_ref());
            }
            StatementKind::Phases(phases) => phases.iter().for_each(|phase| self.phase(phase)),
            StatementKind::When { branches, otherwise: _ } => {
                self.0.extend(branches.iter().map(|(condition, _)| condition));
            }
            StatementKind::Match { value, arms: _ } => self.0.push(value),
            StatementKind::Decide(decide) => self.decide(decide),
            StatementKind::Parallel { limit, branches } => {
                self.0.extend(limit);
                branches.iter().for_each(|branch| self.branch(branch));
            }
            StatementKind::For(each) => self.each(each),
            StatementKind::Rollout(rollout) => self.rollout(rollout),
            StatementKind::Require(check) => self.check(check),
            StatementKind::Verify { check, within } => {
                self.check(check);
                self.0.extend(within.iter().flat_map(|times| [&times.0, &times.1]));
            }
            StatementKind::Guard(guard) => self.guard(guard),
            StatementKind::WaitUntil { check, every, timeout } => {
                self.check(check);
                self.0.push(every);
                self.0.extend(timeout.as_deref());
            }
            StatementKind::WaitFor { event: _, local: _, condition, timeout } => {
                self.0.extend(condition.as_deref().into_iter().chain(timeout.as_deref()));
            }
            StatementKind::On { event: _, local: _, condition, block: _ } => self.0.extend(condition),
            StatementKind::Approve { question, by } => self.0.extend([question.as_ref(), by.as_ref()]),
            StatementKind::Emit { event: _, payload } => self.0.push(payload),
            StatementKind::Attempt(attempt) => {
                let Attempt { local: _, block: _, failure: _, otherwise: _ } = attempt.as_ref();
            }
            StatementKind::Run(run) => {
                let Run { local: _, plan: _, arguments, decode: _, compensation } = run.as_ref();
                self.0.extend(arguments);
                self.compensation(compensation.as_ref());
            }
            StatementKind::Wait(value) | StatementKind::Commit(value) | StatementKind::Fail(value) => {
                self.0.push(value);
            }
            StatementKind::Return(value) => self.0.extend(value),
            StatementKind::AfterEach { local: _, timeline: _, block: _ } | StatementKind::Unwind => {}
        }
    }

    fn step(&mut self, step: &'p Step) {
        let Step { local: _, operation, decode: _, tries, irreversible: _, best_effort: _, compensation } = step;
        self.operation(operation);
        self.tries(tries);
        self.compensation(compensation.as_ref());
    }

    fn phase(&mut self, phase: &'p Phase) {
        let Phase { segment: _, title, after: _, estimate, timeout, block: _, compensation, span: _ } = phase;
        self.0.extend(title.as_deref().into_iter().chain(timeout.as_deref()));
        self.estimate(estimate);
        self.compensation(compensation.as_ref());
    }

    fn decide(&mut self, Decide { local: _, question, by, options, evidence }: &'p Decide) {
        self.0.push(question);
        self.0.extend(by);
        self.0.extend(evidence.iter().map(|(_, value)| value));
        for Choice { name: _, title, condition, text: _, estimate, block: _, span: _ } in options {
            self.0.extend(title.as_deref().into_iter().chain(condition));
            self.estimate(estimate);
        }
    }

    fn branch(&mut self, branch: &'p Branch) {
        let Branch { segment: _, title, estimate, block: _, local: _, value, span: _ } = branch;
        self.0.extend(title.as_deref().into_iter().chain(value));
        self.estimate(estimate);
    }

    fn each(&mut self, each: &'p For) {
        let For { variable: _, list, key, order, block: _, collect: _, compensation } = each;
        let ForOrder { parallel: _, limit, after, by, descending: _ } = order;
        self.0.push(list);
        self.0.extend(key.iter().chain(limit).chain(after).chain(by));
        self.compensation(compensation.as_ref());
    }

    fn rollout(&mut self, Rollout { variable: _, stages, block: _, gates, compensation }: &'p Rollout) {
        match stages {
            Stages::Listed(stages) => {
                self.0.extend(stages.iter().flat_map(|(value, hold)| std::iter::once(value).chain(hold)));
            }
            Stages::In(list, hold) => self.0.extend([list, hold]),
        }
        for Gate { segment: _, check, every, tolerate, on_fail: _, on_unknown: _ } in gates {
            self.check(check);
            self.0.push(every);
            self.0.extend(tolerate);
        }
        self.compensation(compensation.as_ref());
    }

    fn guard(&mut self, guard: &'p Guard) {
        let Guard { check, every, tolerate, on_fail: _, on_unknown: _, until: _ } = guard;
        self.check(check);
        self.0.push(every);
        self.0.extend(tolerate);
    }
}
