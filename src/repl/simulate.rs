//! `:simulate`: a plan begins in a virtual world.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::{
    Repl, State,
    complaint::{Complaint, Said},
    drive::{Drive, Wrapped},
    session::Session,
    steer,
};
use crate::{
    evaluate::{Answers, Constants, Evaluator, Fault, FaultKind, Locals, Stop},
    ir::{Plan, Program, Type, Value, json::to_json, test::TestStatementKind, text::Nested},
    simulate::generate,
    source::{FileId, Span},
    syntax::lexer::lex,
};

/// A plan with what it is given.
pub struct Call {
    /// The plan.
    pub plan: String,
    /// How it was called.
    pub text: String,
    /// The event that begins it, as it was typed: `Paid { order: "o-1" }`.
    pub event: Option<String>,
    /// What it is given, with what the event carries.
    pub inputs: Map<String, Json>,
}

impl Repl<'_> {
    /// Begins a run; without a call, the one before once more, with what was answered.
    pub(super) fn simulate(&mut self, text: &str) -> Said {
        let look = self.look;
        let State { session, drive } = &mut *self.state.borrow_mut();
        let again = drive.as_ref().map(Drive::begun_with);
        let text = match (text, again) {
            ("", Some(again)) => again,
            ("", None) => return Err(Complaint::of("`:simulate` needs a plan: `:simulate PLAN(..)`")),
            (text, _) => text.to_owned(),
        };
        let call = call(session, &text)?;
        if let Some(without) = needs_event(session.program(), &call) {
            return Err(Complaint::of(without));
        }
        let begun = Drive::begin(session.program().clone(), call);
        let mut begun = begun.map_err(|why| Complaint::of(why.to_string()))?;
        if let Some(before) = drive.take().filter(|before| before.plan() == begun.plan()) {
            begun.answer_as(session, &before);
        }
        let begins = format!("{} begins", look.bold(begun.plan()));
        let said = [begins, steer::told(&begun, begun.told(), look)].into_iter().filter(|text| !text.is_empty());
        let said = said.collect::<Vec<_>>().join("\n");
        *drive = Some(begun);
        Ok(said)
    }
}

/// What was typed as the call of a plan: `place_order(sample)`; without brackets, of a plan that needs nothing. Behind
/// `given` stands the event that begins it: `refund() given Paid { order: "o-1" }`.
pub fn call(session: &Session, text: &str) -> Result<Call, Complaint> {
    let (called, event) = parts(text);
    let named = session.plans().find(|plan| plan.name == text[called.clone()]);
    if let Some(plan) = named.filter(|plan| plan.params.iter().any(|param| param.default.is_none())) {
        return Err(Complaint::of(needs(plan)));
    }
    let brackets = if named.is_some() { "()" } else { "" };
    let wrapped = Wrapped::default().own("test \"what was typed\" {\n  ");
    let wrapped = match event.clone() {
        Some(event) => wrapped.own("given ").typed(text, event).own(" after 0s\n  "),
        None => wrapped,
    };
    let wrapped = wrapped.own("run ").typed(text, called.clone()).own(&format!("{brackets}\n}}"));
    let (sources, program) = session.with(&wrapped, text)?;
    let read = inputs(&program)
        .map_err(|fault| Complaint::of(format!("{fault}\n  {}", sources.text(sources.first_line(fault.span)))))?;
    let (plan, inputs) = read.ok_or_else(|| Complaint::of("this is no call of a plan"))?;
    let event = event.map(|event| text[event].to_owned());
    Ok(Call { plan, text: format!("{}{brackets}", &text[called]), event, inputs })
}

/// Where the call of a plan stands in what was typed, and the event behind `given`, if there is one.
fn parts(text: &str) -> (Range<usize>, Option<Range<usize>>) {
    let spans = lex(FileId::default(), text).spans;
    match spans.iter().find(|span| &text[span.range()] == "given") {
        Some(given) => (0..text[..given.range().start].trim_end().len(), Some(given.range().end..text.len())),
        None => (0..text.len(), None),
    }
}

/// Why a plan can't begin that is begun by an event, if none is given for it, with a line that gives one.
fn needs_event(program: &Program, call: &Call) -> Option<String> {
    let trigger = program.plan(&call.plan).and_then(|plan| program.plans[plan.index()].trigger.as_ref())?;
    let event = &program.events[trigger.event.index()];
    let is_given = call.event.as_ref().is_some_and(|given| given.trim().starts_with(event.name.as_str()));
    let payload = example(&event.payload, "event");
    (!is_given).then(|| {
        let begins = format!("`{}` begins when `{}` arrives", call.plan, event.name);
        format!("{begins}\n  :simulate {} given {} {payload}", call.text, event.name)
    })
}

/// The name of a plan, and what it is given.
type Called = (String, Map<String, Json>);

/// The plan that the last test of a program runs, and what it is given.
fn inputs(program: &Program) -> Result<Option<Called>, Fault> {
    let statements = program.tests.last().map(|test| test.statements.as_slice()).unwrap_or_default();
    let run = statements.iter().find_map(|statement| {
        if let TestStatementKind::Run { plan, arguments, .. } = &statement.kind {
            Some((&program.plans[plan.index()], arguments))
        } else {
            None
        }
    });
    let Some((plan, arguments)) = run else { return Ok(None) };
    let constants = Constants::new(program);
    let evaluator = Evaluator::new(program, &constants);
    let value = |(param, argument): (&crate::ir::Param, &crate::ir::Expr)| {
        let value =
            evaluator.evaluate(argument, &Locals::new(), &Answers::new()).map_err(|stop| fault(stop, argument.span))?;
        Ok((param.name.to_string(), to_json(&value)))
    };
    let mut inputs = plan.params.iter().zip(arguments).map(value).collect::<Result<Map<_, _>, Fault>>()?;
    let given = statements.iter().find_map(|statement| {
        if let TestStatementKind::GivenEvent { event, payload, .. } = &statement.kind {
            Some((event, payload))
        } else {
            None
        }
    });
    if let (Some(trigger), Some((event, payload))) = (&plan.trigger, given)
        && trigger.event == *event
    {
        let carried = evaluator.evaluate(payload, &Locals::new(), &Answers::new());
        let carried = carried.map_err(|stop| fault(stop, payload.span))?;
        inputs.insert(plan.locals[trigger.local.index()].name.to_string(), to_json(&carried));
    }
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
