//! What a plan compares with what, of all that it is told: what probes give, steps, tasks and events.
//!
//! A comparison counts where its other side is known before the run: written in the program, or an argument of the plan.
//! Names are followed through `let`, fields, loops, patterns, functions and sub-plans. What is asked as a whole has no
//! comparisons here: conditions that are looked at, and those of decisions.

use std::collections::BTreeMap;

use super::{
    boundary::{Comparison, Test, holding, other_values},
    origin::{Names, Origin, Source, bind, item, items_of, mentions, name, origin, parameters},
};
use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals, Scope},
    ir::{
        BinaryOp, BlockId, Expr, ExprKind, Operation, Pattern, Plan, Program, Statement, StatementKind, Type, UnaryOp,
        Value,
    },
    machine::Listener,
};

/// How deep functions and sub-plans are followed.
const DEPTH: u32 = 8;

/// What a plan compares with what.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared(BTreeMap<Source, Vec<Comparison>>);

impl Compared {
    /// By a plan that is begun with these arguments.
    pub(super) fn by(program: &Program, plan: &Plan, inputs: &Locals) -> Compared {
        let constants = Constants::new(program);
        let evaluator = Evaluator::new(program, &constants);
        let value = |expr: &Expr, scope: &dyn Scope| evaluator.evaluate(expr, scope, &Answers::new()).ok();
        let inputs: &dyn Fn(&Expr) -> Option<Value> = &|expr| value(expr, inputs);
        let nothing: &dyn Fn(&Expr) -> Option<Value> = &|expr| value(expr, &Locals::new());
        let mut reading =
            Reading { program, known: inputs, elsewhere: nothing, depth: DEPTH, found: Compared::default() };
        reading.block(plan.body, &mut Names::new());
        reading.found
    }

    /// What else could be told, so that the plan goes another way.
    pub(super) fn others(&self, source: Source, usual: &Value) -> Vec<Value> {
        self.0.get(&source).map(|comparisons| other_values(comparisons, usual)).unwrap_or_default()
    }
}

/// What an event carries that this one takes, made of `usual`; `None` if no such thing is found.
pub(super) fn fitting(listener: &Listener<'_>, program: &Program, usual: &Value) -> Option<Value> {
    let (Some(condition), Some(local)) = (listener.condition, listener.local) else { return Some(usual.clone()) };
    if listener.takes(usual) {
        return Some(usual.clone());
    }
    let source = Source::Event(listener.event);
    let known: &dyn Fn(&Expr) -> Option<Value> = &|expr| listener.value(expr);
    let nothing: &dyn Fn(&Expr) -> Option<Value> = &|_| None;
    let mut reading = Reading { program, known, elsewhere: nothing, depth: DEPTH, found: Compared::default() };
    reading.condition(condition, &mut Names::from([(local, (source, Vec::new()))]));
    let fits = holding(reading.found.0.get(&source)?, usual);
    listener.takes(&fits).then_some(fits)
}

/// A reading of a program.
struct Reading<'p> {
    program: &'p Program,
    /// What is known where one reads.
    known: &'p dyn Fn(&Expr) -> Option<Value>,
    /// What is known in functions and sub-plans.
    elsewhere: &'p dyn Fn(&Expr) -> Option<Value>,
    depth: u32,
    found: Compared,
}

impl<'p> Reading<'p> {
    fn block(&mut self, block: BlockId, names: &mut Names) {
        let program = self.program;
        let Some(block) = program.blocks.get(block.index()) else { return };
        block.statements.iter().for_each(|statement| self.statement(statement, names));
    }

    fn statement(&mut self, statement: &'p Statement, names: &mut Names) {
        match &statement.kind {
            StatementKind::Let { local, value } | StatementKind::Probe { local, look: value, .. } => {
                self.expr(value, names);
                name(names, Some(*local), origin(value, names));
            }
            StatementKind::Step(step) => {
                if let Operation::Action(action, arguments) = &step.operation {
                    arguments.iter().for_each(|argument| self.expr(argument, names));
                    name(names, step.local, Some((Source::Action(*action), Vec::new())));
                }
            }
            StatementKind::Task(task) => name(names, task.local, Some((Source::Task(statement.span), Vec::new()))),
            StatementKind::When { branches, .. } => {
                branches.iter().for_each(|(condition, _)| self.condition(condition, names));
            }
            StatementKind::Match { value, arms } => {
                self.expr(value, names);
                arms.iter().for_each(|(pattern, _)| self.matches(value, pattern, names));
            }
            StatementKind::For(each) => {
                self.expr(&each.list, names);
                name(names, Some(each.variable), origin(&each.list, names).map(item));
            }
            StatementKind::WaitFor { event, local, .. } | StatementKind::On { event, local, .. } => {
                name(names, *local, Some((Source::Event(*event), Vec::new())));
            }
            StatementKind::Run(run) => self.sub_plan(run.plan.index(), &run.arguments, names),
            StatementKind::Return(Some(value)) => self.expr(value, names),
            StatementKind::BlockStep { .. }
            | StatementKind::Phases(_)
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(None)
            | StatementKind::Unwind => {}
        }
        statement.kind.blocks().into_iter().for_each(|block| self.block(block, names));
    }

    fn sub_plan(&mut self, plan: usize, arguments: &'p [Expr], names: &mut Names) {
        let program = self.program;
        if let Some(plan) = program.plans.get(plan) {
            let mut own = parameters(arguments, names);
            self.deeper(|reading| reading.block(plan.body, &mut own));
        }
    }

    /// Reads what is called from here.
    fn deeper(&mut self, read: impl FnOnce(&mut Self)) {
        if self.depth == 0 {
            return;
        }
        let known = std::mem::replace(&mut self.known, self.elsewhere);
        self.depth -= 1;
        read(self);
        self.depth += 1;
        self.known = known;
    }

    /// An expression that decides: what it says of a `Bool` is a comparison as well.
    fn condition(&mut self, expr: &'p Expr, names: &mut Names) {
        if let ExprKind::And(left, right) | ExprKind::Or(left, right) = &expr.kind {
            self.condition(left, names);
            return self.condition(right, names);
        }
        if let ExprKind::Unary(UnaryOp::Not, inner) = &expr.kind {
            return self.condition(inner, names);
        }
        match origin(expr, names).filter(|_| expr.ty == Type::Bool) {
            Some(told) => self.add(Some(told), Test::Against(BinaryOp::Equal, Value::Bool(true))),
            None => self.expr(expr, names),
        }
    }

    fn expr(&mut self, expr: &'p Expr, names: &mut Names) {
        match &expr.kind {
            ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Unary(UnaryOp::Not, _) => {
                return self.condition(expr, names);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.condition(condition, names);
                self.expr(then, names);
                return self.expr(otherwise, names);
            }
            ExprKind::Binary(op, left, right) => self.compare(*op, left, right, names),
            ExprKind::Is(value, pattern) => self.matches(value, pattern, names),
            ExprKind::Match(value, arms) => {
                arms.iter().for_each(|(pattern, _)| self.matches(value, pattern, names));
            }
            ExprKind::Call(function, arguments) => self.function(function.index(), arguments, names),
            ExprKind::Library(_, arguments) => items_of(arguments, names),
            ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::Constant(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Variant(..)
            | ExprKind::Text(_)
            | ExprKind::Field(..)
            | ExprKind::Index(..)
            | ExprKind::Unary(UnaryOp::Negate, _)
            | ExprKind::Update(_)
            | ExprKind::Widen(_)
            | ExprKind::Decode(_)
            | ExprKind::Encode(_)
            | ExprKind::Look(..)
            | ExprKind::Secret(_)
            | ExprKind::Effect(_) => {}
        }
        expr.each_part(|part| self.expr(part, names));
    }

    fn function(&mut self, function: usize, arguments: &'p [Expr], names: &Names) {
        let program = self.program;
        let Some(function) = program.functions.get(function) else { return };
        let mut own = parameters(arguments, names);
        self.deeper(|reading| {
            for (local, value) in &function.body.bindings {
                reading.expr(value, &mut own);
                let from = origin(value, &own);
                name(&mut own, Some(*local), from);
            }
            reading.condition(&function.body.result, &mut own);
        });
    }

    fn compare(&mut self, op: BinaryOp, left: &'p Expr, right: &'p Expr, names: &Names) {
        let Some(flipped) = flipped(op) else { return };
        for (told, op, other) in [(left, Some(op), right), (right, flipped, left)] {
            let known = || (!mentions(other, names)).then(|| (self.known)(other)).flatten();
            if let (Some(op), Some(from), Some(value)) = (op, origin(told, names), known()) {
                self.add(Some(from), Test::Against(op, value));
            }
        }
    }

    fn matches(&mut self, value: &Expr, pattern: &Pattern, names: &mut Names) {
        let from = origin(value, names);
        bind(pattern, from.as_ref(), names);
        self.add(from, Test::Matches(pattern.clone()));
    }

    fn add(&mut self, from: Option<Origin>, test: Test) {
        if let Some((source, path)) = from {
            self.found.0.entry(source).or_default().push(Comparison { path, test });
        }
    }
}

/// What `a op b` says of `b`, if it compares; the inner is missing where the two can't change their places.
fn flipped(op: BinaryOp) -> Option<Option<BinaryOp>> {
    match op {
        BinaryOp::Equal | BinaryOp::NotEqual => Some(Some(op)),
        BinaryOp::Less => Some(Some(BinaryOp::Greater)),
        BinaryOp::LessEqual => Some(Some(BinaryOp::GreaterEqual)),
        BinaryOp::Greater => Some(Some(BinaryOp::Less)),
        BinaryOp::GreaterEqual => Some(Some(BinaryOp::LessEqual)),
        BinaryOp::In => Some(None),
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => None,
    }
}
