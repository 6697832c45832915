//! What happens where a test says nothing: what changes something and gives nothing succeeds, people do what they are
//! asked; all else has no answer, and is told by its name with the line that would give one.

use smol_str::SmolStr;

use super::script::Script;
use crate::{
    ir::{Found, Operation, Program, Request, StatementKind, Type, Value, text::Nested},
    machine::{Asking, Purpose},
    simulate::{Asks, Call, Effect, Ends, NotGiven, Past, Person, Question, generate},
};

/// How something ends that nothing is given for in a test.
pub(super) fn ends(question: &Question, past: &Past<'_>, script: &Script) -> Ends {
    match &question.asks {
        Asks::Effect(effect) => {
            let known = question.key().and_then(|key| past.happened(key));
            match known {
                // A repetition with a known key is no second doing.
                Some(known) => Ends::Returns(known.clone()),
                None if needs_nothing(effect, past.program) => Ends::Done,
                None => Ends::NotGiven(Box::new(effect_not_given(question, effect, script))),
            }
        }
        Asks::Person(person) => match person.asking {
            Asking::Approval => Ends::Granted,
            Asking::Task if person.expects == Type::Nothing => Ends::Done,
            Asking::Task | Asking::Decision => Ends::NotGiven(Box::new(person_not_given(question, person))),
        },
    }
}

/// Whether an effect changes something and gives nothing that is asked for; a bare effect without a type is one, too.
pub fn needs_nothing(effect: &Effect, program: &Program) -> bool {
    match (effect.purpose, &effect.call) {
        (Purpose::Look | Purpose::Confirm, call) => *call == Call::Nobody,
        (Purpose::Do | Purpose::Undo, Call::Action(action, _)) => {
            program.actions.get(action.index()).is_some_and(|action| action.result == Type::Nothing)
        }
        (Purpose::Do | Purpose::Undo, Call::Builtin) => matches!(effect.expects, Type::Nothing | Type::String),
        (Purpose::Do | Purpose::Undo, Call::Probe(..) | Call::Condition | Call::Nobody) => true,
    }
}

fn effect_not_given(question: &Question, effect: &Effect, script: &Script) -> NotGiven {
    let (program, imported) = (&script.computer.program, &script.imported);
    let what = effect.call.summary(program).unwrap_or_else(|| builtin(&effect.request));
    let (pattern, result) = match &effect.call {
        Call::Action(action, arguments) => {
            let action = &program.actions[action.index()];
            (pattern(&action.name, arguments, imported), &action.result)
        }
        Call::Probe(probe, arguments) => {
            let probe = &program.probes[probe.index()];
            (pattern(&probe.name, arguments, imported), &probe.result)
        }
        Call::Builtin | Call::Condition | Call::Nobody => (what.clone(), &effect.expects),
    };
    let value = generate(result, 0, "value");
    NotGiven {
        given: Some(format!("given {pattern} returns {}", Nested(&value))),
        instead: whole_step(question, effect, script),
        reason: format!("nothing is given for `{what}`"),
        address: question.address.clone(),
        span: Some(effect.span),
        what,
    }
}

/// Of a look in the body of an action that gives nothing, or of a way back: the line that answers that as a whole.
fn whole_step(question: &Question, effect: &Effect, script: &Script) -> Option<String> {
    if effect.looks() && question.address.as_str().ends_with("/undo") {
        return Some(format!("given {} done", Nested(&Value::text(question.address.to_string()))));
    }
    let program = &script.computer.program;
    let plan = &program.plans[script.run.as_ref()?.plan.index()];
    let (_, Found::Statement(statement)) = program.find(&plan.name, &question.address)? else { return None };
    let StatementKind::Step(step) = &statement.kind else { return None };
    let Operation::Action(action, arguments) = &step.operation else { return None };
    let action = &program.actions[action.index()];
    (effect.looks() && action.result == Type::Nothing).then(|| {
        let any = vec!["_"; arguments.len()].join(", ");
        format!("given {}({any}) done", called(&action.name, &script.imported))
    })
}

/// A call as its `given` says it: by the name it has in that file, `_` for what a test can't say.
fn pattern(name: &str, arguments: &[Value], imported: &[(SmolStr, SmolStr)]) -> String {
    let said = |value: &Value| if holds_secret(value) { "_".to_owned() } else { Nested(value).to_string() };
    let arguments: Vec<String> = arguments.iter().map(said).collect();
    format!("{}({})", called(name, imported), arguments.join(", "))
}

/// What a test's file calls a call that messages call `postgres.tables`.
fn called(name: &str, imported: &[(SmolStr, SmolStr)]) -> String {
    let (file, last) = name.rsplit_once('.').unwrap_or(("", name));
    let own = |told: &str| imported.iter().find(|(known, _)| known == told).map(|(_, own)| own);
    match (own(name), own(file)) {
        (Some(own), _) => own.to_string(),
        (None, Some(file)) => format!("{file}.{last}"),
        (None, None) => name.to_owned(),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Record(fields) | Value::Variant(_, fields) => fields.values().any(holds_secret),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Decimal(_)
        | Value::Text(_)
        | Value::Percent(_)
        | Value::Duration(_)
        | Value::Size(_)
        | Value::Risk(_)
        | Value::Json(_) => false,
    }
}

fn person_not_given(question: &Question, person: &Person) -> NotGiven {
    let (what, answer) = match (person.asking, person.options.first()) {
        (Asking::Decision, Some(option)) => ("the decision", format!("chooses {option}")),
        (Asking::Decision | Asking::Approval | Asking::Task, _) => {
            ("the task", format!("returns {}", Nested(&generate(&person.expects, 0, "value"))))
        }
    };
    let address = &question.address;
    NotGiven {
        what: format!("{what} `{address}`"),
        address: address.clone(),
        span: None,
        given: Some(format!("given {} {answer}", Nested(&Value::text(address.to_string())))),
        instead: None,
        reason: format!("nothing is given for {what} \"{}\"", person.text),
    }
}

/// A built-in effect as a pattern names it.
fn builtin(request: &Request) -> String {
    let text = |text: &str| Nested(&Value::text(text)).to_string();
    let name = super::request::name(request);
    match request {
        Request::Exec(process) | Request::Succeeds(process) => {
            let arguments: Vec<String> = process.arguments.iter().map(|argument| text(argument)).collect();
            format!("{name}({}, [{}])", text(&process.program), arguments.join(", "))
        }
        Request::Http(request) => format!("{name}({}, ...)", text(request.url.split('?').next().unwrap_or_default())),
        Request::Env { name: variable, .. } => format!("{name}({})", text(variable)),
        Request::FileRead { path, .. } => format!("{name}({})", text(&path.path)),
        Request::FileWrite { path, .. } => format!("{name}({}, _)", text(&path.path)),
        Request::Shell(_) | Request::Timeline | Request::Extern { .. } => format!("{name}(...)"),
    }
}
