//! What happens where a test says nothing: what changes something and gives nothing succeeds, people do what they are
//! asked; all else has no answer, and is told by its name with the line that would give one.

use crate::{
    ir::{Program, Request, Type, Value, text::Nested},
    machine::{Asking, Purpose},
    simulate::{Asks, Call, Effect, Ends, NotGiven, Past, Person, Question, generate},
};

/// How something ends that nothing is given for.
pub(super) fn ends(question: &Question, past: &Past<'_>) -> Ends {
    match &question.asks {
        Asks::Effect(effect) => {
            let known = question.key().and_then(|key| past.happened(key));
            match known {
                // A repetition with a known key is no second doing.
                Some(known) => Ends::Returns(known.clone()),
                None if needs_nothing(effect, past.program) => Ends::Done,
                None => Ends::NotGiven(Box::new(effect_not_given(question, effect, past.program))),
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
fn needs_nothing(effect: &Effect, program: &Program) -> bool {
    match (effect.purpose, &effect.call) {
        (Purpose::Look | Purpose::Confirm, call) => *call == Call::Nobody,
        (Purpose::Do | Purpose::Undo, Call::Action(action, _)) => {
            program.actions.get(action.index()).is_some_and(|action| action.result == Type::Nothing)
        }
        (Purpose::Do | Purpose::Undo, Call::Builtin) => matches!(effect.expects, Type::Nothing | Type::String),
        (Purpose::Do | Purpose::Undo, Call::Probe(..) | Call::Condition | Call::Nobody) => true,
    }
}

fn effect_not_given(question: &Question, effect: &Effect, program: &Program) -> NotGiven {
    let (what, result) = match &effect.call {
        Call::Action(action, _) => {
            (effect.call.summary(program), program.actions.get(action.index()).map(|action| &action.result))
        }
        Call::Probe(probe, _) => {
            (effect.call.summary(program), program.probes.get(probe.index()).map(|probe| &probe.result))
        }
        Call::Builtin | Call::Condition | Call::Nobody => (None, Some(&effect.expects)),
    };
    let what = what.unwrap_or_else(|| builtin(&effect.request));
    let value = generate(result.unwrap_or(&Type::Nothing), 0, "value");
    NotGiven {
        given: Some(format!("given {what} returns {}", Nested(&value))),
        reason: format!("nothing is given for `{what}`"),
        address: question.address.clone(),
        span: Some(effect.span),
        what,
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
