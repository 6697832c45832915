//! Expectations: whether they hold, and what is to be seen where they don't.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Broken, Failure, Sides, What,
    given::{Match, argument, bound},
    known, request,
    script::{Script, why},
};
use crate::{
    evaluate::Scope,
    ir::{
        Expr, ExprKind, Plan, Program, Test, Value,
        test::{CallMatch, Called, TestStatementKind},
    },
    machine::Purpose,
    simulate::{Asked, Call, Effect, Simulation, World},
    source::Span,
};

/// All expectations of a test that don't hold.
pub(super) fn failures<W: World>(test: &Test, script: &Script, ran: Option<(&Simulation<W>, &Plan)>) -> Vec<Failure> {
    let mut names = script.names.clone();
    for (name, local) in &test.known {
        let value = ran.and_then(|(simulation, plan)| known::value(name, simulation, plan));
        value.into_iter().for_each(|value| names.set(*local, value));
    }
    let asked = ran.map_or(&[][..], |(simulation, _)| simulation.asked());
    let mut expecting = Expecting { test, script: Script { names, ..script.clone() }, asked };
    let mut failures = Vec::new();
    for statement in &script.after {
        let failed = match &statement.kind {
            TestStatementKind::Let(local, value) => expecting.bind(*local, value),
            TestStatementKind::Expect(condition) => expecting.condition(condition),
            TestStatementKind::ExpectCalled(call, times) => {
                expecting.called(call, times.as_ref(), statement.span, false)
            }
            TestStatementKind::ExpectNever(call) => expecting.called(call, None, statement.span, true),
            TestStatementKind::Given(..)
            | TestStatementKind::GivenEvent { .. }
            | TestStatementKind::GivenOperator { .. }
            | TestStatementKind::Run { .. } => None,
        };
        failures.extend(failed);
    }
    failures
}

struct Expecting<'a> {
    test: &'a Test,
    script: Script,
    asked: &'a [Asked],
}

impl Expecting<'_> {
    fn program(&self) -> Arc<Program> {
        Arc::clone(&self.script.computer.program)
    }

    fn bind(&mut self, local: crate::ir::LocalId, value: &Expr) -> Option<Failure> {
        match self.script.computer.value(value, &self.script.names) {
            Ok(value) => {
                self.script.names.set(local, value);
                None
            }
            Err(stop) => Some(Failure::broken(Broken { span: value.span, reason: why(&stop) })),
        }
    }

    fn condition(&self, condition: &Expr) -> Option<Failure> {
        match self.script.computer.value(condition, &self.script.names) {
            Ok(Value::Bool(true)) => None,
            Ok(_) => Some(self.does_not_hold(condition, None)),
            Err(stop) => Some(self.does_not_hold(condition, Some(why(&stop)))),
        }
    }

    /// Of an `and`, the side counts that does not hold.
    fn does_not_hold(&self, condition: &Expr, why: Option<String>) -> Failure {
        if let ExprKind::And(left, right) = &condition.kind {
            return self.condition(left).or_else(|| self.condition(right)).unwrap_or_else(|| Failure {
                span: condition.span,
                what: What::Expected { sides: None, names: Vec::new(), why },
            });
        }
        let sides = match &condition.kind {
            ExprKind::Binary(op, left, right) if op.compares() => {
                let sides = self.side(left).zip(self.side(right));
                sides.map(|(actual, expected)| Sides { actual, op: *op, expected })
            }
            _ => None,
        };
        let names = self.mentioned(condition);
        let missing = names.iter().find(|(_, value)| value.is_none()).map(|(name, _)| nothing_there(name));
        Failure { span: condition.span, what: What::Expected { sides, names, why: missing.or(why) } }
    }

    fn side(&self, expr: &Expr) -> Option<Value> {
        self.script.computer.value(expr, &self.script.names).ok()
    }

    /// The names that a condition mentions, with their values.
    fn mentioned(&self, condition: &Expr) -> Vec<(SmolStr, Option<Value>)> {
        let mut mentioned: Vec<(SmolStr, Option<Value>)> = Vec::new();
        let mut left = vec![condition];
        while let Some(expr) = left.pop() {
            if let ExprKind::Local(local) = &expr.kind
                && let Some(known) = self.test.locals.get(local.index())
            {
                let value = self.script.names.local(*local);
                let is_of_run = self.test.known.iter().any(|(_, known)| known == local);
                if (value.is_some() || is_of_run) && mentioned.iter().all(|(name, _)| *name != known.name) {
                    mentioned.push((known.name.clone(), value));
                }
            }
            let mut parts = Vec::new();
            expr.each_part(|part| parts.push(part));
            left.extend(parts.into_iter().rev());
        }
        mentioned
    }

    fn called(&self, call: &CallMatch, times: Option<&Expr>, span: Span, never: bool) -> Option<Failure> {
        let matches = match self.script.matches(call) {
            Ok(matches) => matches,
            Err(broken) => return Some(Failure::broken(broken)),
        };
        let wanted = match times.map(|times| self.script.computer.value(times, &self.script.names)) {
            Some(Ok(Value::Int(wanted))) => Some(wanted),
            Some(_) => return Some(Failure::broken(Broken { span, reason: "this is no number of times".to_owned() })),
            None => never.then_some(0),
        };
        let calls: Vec<&Effect> = self.asked.iter().filter_map(|asked| forward(asked, &call.callee)).collect();
        let fitting: Vec<bool> = calls.iter().map(|effect| self.fits(&matches, &call.callee, effect)).collect();
        let times = i64::try_from(fitting.iter().filter(|fits| **fits).count()).unwrap_or(i64::MAX);
        if wanted.map_or(times > 0, |wanted| wanted == times) {
            return None;
        }
        let program = self.program();
        let seen = calls.iter().map(|effect| effect.call.summary(&program).unwrap_or_else(|| effect.request.summary()));
        Some(Failure { span, what: What::Called { wanted, times, calls: seen.zip(fitting).collect() } })
    }

    fn fits(&self, matches: &[(u32, Match)], callee: &Called, effect: &Effect) -> bool {
        bound(&self.script.names, matches, |number| argument(callee, effect, number)).is_some()
    }
}

/// The effect of a question that is a call forwards, and no repetition of one that was done already.
fn forward<'q>(asked: &'q Asked, callee: &Called) -> Option<&'q Effect> {
    let effect = asked.question.effect()?;
    let is_it = match (callee, &effect.call) {
        (Called::Builtin(name), _) => !effect.is_whole() && request::name(&effect.request) == name.as_str(),
        (Called::Action(wanted), Call::Action(action, _)) => effect.purpose == Purpose::Do && wanted == action,
        // The body of a probe may look several times.
        (Called::Probe(wanted), Call::Probe(probe, _)) => wanted == probe && effect.is_first,
        (Called::Action(_) | Called::Probe(_), _) => false,
    };
    let forwards = effect.purpose != Purpose::Undo && !known::is_way_back(&asked.question.address);
    (is_it && forwards && !asked.known).then_some(effect)
}

fn nothing_there(name: &str) -> String {
    match name {
        "failure" => "the run did not fail, so there is no `failure`".to_owned(),
        "result" => "the run did not complete, so there is no `result`".to_owned(),
        "outcome" => "the run did not end, so there is no `outcome`".to_owned(),
        other => format!("there is no `{other}`"),
    }
}
