//! `:simulate`: a plan begins in a virtual world.

use serde_json::{Map, Value as Json};

use super::{
    Repl, State,
    drive::{Drive, Wrapped},
    look::Look,
    session::Session,
    steer,
};
use crate::{
    evaluate::{Answers, Constants, Evaluator, Fault, FaultKind, Locals, Stop},
    ir::{Plan, Program, Type, Value, json::to_json, test::TestStatementKind, text::Nested},
    simulate::generate,
    source::Span,
};

/// A plan with what it is given.
pub struct Call {
    /// The plan.
    pub plan: String,
    /// How it was called.
    pub text: String,
    /// What it is given.
    pub inputs: Map<String, Json>,
}

impl Repl<'_> {
    /// Begins a run; without a call, the one before once more, with what was answered.
    pub(super) fn simulate(&mut self, text: &str) -> Result<String, String> {
        let look = self.look;
        let State { session, drive } = &mut *self.state.borrow_mut();
        let again = drive.as_ref().map(|drive| drive.call().to_owned());
        let text = match (text, again) {
            ("", Some(again)) => again,
            ("", None) => return Err(look.error("`:simulate` needs a plan: `:simulate PLAN(..)`")),
            (text, _) => text.to_owned(),
        };
        let call = call(session, &text, look)?;
        let begun = Drive::begin(session.program().clone(), &call.plan, &call.text, &call.inputs);
        let mut begun = begun.map_err(|why| look.error(&why.to_string()))?;
        if let Some(before) = drive.take().filter(|before| before.plan() == call.plan) {
            begun.answer_as(session, &before);
        }
        let begins = format!("{} begins", look.bold(&call.plan));
        let said = [begins, steer::told(&begun, begun.told(), look)].into_iter().filter(|text| !text.is_empty());
        let said = said.collect::<Vec<_>>().join("\n");
        *drive = Some(begun);
        Ok(said)
    }
}

/// What was typed as the call of a plan: `place_order(sample)`; without brackets, of a plan that needs nothing.
pub fn call(session: &Session, text: &str, look: Look) -> Result<Call, String> {
    let named = session.plans().find(|plan| plan.name == text);
    if let Some(plan) = named.filter(|plan| plan.params.iter().any(|param| param.default.is_none())) {
        return Err(look.error(&needs(plan)));
    }
    let brackets = if named.is_some() { "()" } else { "" };
    let wrapped = Wrapped::default().own("test \"what was typed\" {\n  run ").typed(text, 0..text.len());
    let wrapped = wrapped.own(&format!("{brackets}\n}}"));
    let (sources, program) = session.with(&wrapped, text).map_err(|mistakes| look.mistakes(&mistakes))?;
    let called = inputs(&program)
        .map_err(|fault| look.error(&format!("{fault}\n  {}", sources.text(sources.first_line(fault.span)))))?;
    let (plan, inputs) = called.ok_or_else(|| look.error("this is no call of a plan"))?;
    Ok(Call { plan, text: format!("{text}{brackets}"), inputs })
}

/// The name of a plan, and what it is given.
type Called = (String, Map<String, Json>);

/// The plan that the last test of a program runs, and what it is given.
fn inputs(program: &Program) -> Result<Option<Called>, Fault> {
    let statements = program.tests.last().map(|test| test.statements.as_slice()).unwrap_or_default();
    let run = statements.iter().find_map(|statement| match &statement.kind {
        TestStatementKind::Run { plan, arguments, .. } => Some((&program.plans[plan.index()], arguments)),
        _ => None,
    });
    let Some((plan, arguments)) = run else { return Ok(None) };
    let constants = Constants::new(program);
    let evaluator = Evaluator::new(program, &constants);
    let value = |(param, argument): (&crate::ir::Param, &crate::ir::Expr)| {
        let value =
            evaluator.evaluate(argument, &Locals::new(), &Answers::new()).map_err(|stop| fault(stop, argument.span))?;
        Ok((param.name.to_string(), to_json(&value)))
    };
    let inputs = plan.params.iter().zip(arguments).map(value).collect::<Result<_, Fault>>()?;
    Ok(Some((plan.name.to_string(), inputs)))
}

fn fault(stop: Stop, span: Span) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        Stop::Needs(_) | Stop::NoAnswer { .. } => Fault { span, kind: FaultKind::Unchecked("an argument that looks") },
    }
}

/// What a plan needs, with a call that one could begin with.
fn needs(plan: &Plan) -> String {
    let params: Vec<String> = plan.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
    let required = plan.params.iter().filter(|param| param.default.is_none());
    let made_up: Vec<String> = required.map(|param| example(&param.ty, &param.name)).collect();
    format!("`{}` needs {}\n  :simulate {}({})", plan.name, params.join(", "), plan.name, made_up.join(", "))
}

fn example(ty: &Type, name: &str) -> String {
    let value: Value = generate(ty, 1, name);
    Nested(&value).to_string()
}
