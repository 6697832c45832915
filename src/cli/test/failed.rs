//! What does not hold in a test, as a diagnostic: what, where, and what to do.

use crate::{
    cli::view::telling,
    diagnostic::{Code, Diagnostic},
    ir::{Value, text::Nested},
    machine::{Timestamp, Wait},
    simulate::{
        NotGiven,
        test::{Failure, What},
    },
    source::Sources,
};

use super::difference::difference;

/// What a person is told of it.
pub(super) fn diagnostic(sources: &Sources, failure: &Failure) -> Diagnostic {
    let span = failure.span;
    match &failure.what {
        What::Expected { sides, names, why } => {
            let text = one_line(sources.text(span));
            let is_side = |value: &Option<Value>| {
                sides.as_ref().is_some_and(|sides| {
                    value.as_ref().is_some_and(|value| [&sides.actual, &sides.expected].contains(&value))
                })
            };
            let others = names.iter().filter(|(_, value)| !is_side(value));
            let label = others.map(|(name, value)| named(name, value.as_ref())).collect::<Vec<_>>().join(", ");
            let diagnostic = Diagnostic::new(Code::E0604, span, format!("`{text}` does not hold"), label);
            match (why, sides) {
                (Some(why), _) => diagnostic.help(why.clone()),
                (None, Some(sides)) => diagnostic.help(difference(sides).join("\n")),
                (None, None) => diagnostic,
            }
        }
        What::Called { wanted, times, calls } => {
            let diagnostic = Diagnostic::new(Code::E0604, span, called(*wanted, *times), "");
            if calls.is_empty() { diagnostic } else { diagnostic.help(format!("called were\n  {}", listed(calls))) }
        }
        What::NotGiven(missing) => not_given(failure, missing),
        What::Refused { word, reason } => {
            let message = format!("the run refused what is given here: {reason}");
            Diagnostic::new(Code::E0606, span, message, telling::spoken(word))
        }
        What::Waits(waits) => {
            let message = format!("the run waits for what is not given: {}", waited(waits));
            Diagnostic::new(Code::E0606, span, message, "it never ends")
        }
        What::Endless => {
            let message = "the run has no end: it was stopped after two million happenings";
            Diagnostic::new(Code::E0606, span, message, "")
        }
        What::Broken(reason) => Diagnostic::new(Code::E0606, span, format!("the test can't go on: {reason}"), ""),
    }
}

fn not_given(failure: &Failure, missing: &NotGiven) -> Diagnostic {
    let at = if missing.address.is_root() { String::new() } else { format!(", which `{}` needs", missing.address) };
    let message = format!("{}{at}", missing.reason);
    let diagnostic = Diagnostic::new(Code::E0605, failure.span, message, "");
    let diagnostic = match missing.span {
        Some(span) if span.file == failure.span.file => diagnostic.label(span, "asked for here"),
        Some(_) | None => diagnostic,
    };
    match &missing.given {
        Some(given) => diagnostic.help(format!("give it above `run`, for example\n  {given}")),
        None => diagnostic,
    }
}

fn named(name: &str, value: Option<&Value>) -> String {
    match value {
        Some(value) => format!("{name} is {}", Nested(value)),
        None => format!("there is no {name}"),
    }
}

fn called(wanted: Option<i64>, times: i64) -> String {
    let times = match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    match wanted {
        None => format!("it was called {times}, and should have been"),
        Some(0) => format!("it was called {times}, and should never have been"),
        Some(1) => format!("it was called {times}, and should have been once"),
        Some(wanted) => format!("it was called {times}, and should have been {wanted} times"),
    }
}

fn listed(calls: &[String]) -> String {
    const MOST: usize = 10;
    let mut lines: Vec<String> = calls.iter().take(MOST).cloned().collect();
    if calls.len() > MOST {
        lines.push(format!("and {} more", calls.len() - MOST));
    }
    lines.join("\n  ")
}

fn waited(waits: &[Wait]) -> String {
    let told = |wait: &Wait| format!("`{}` {}", wait.address, telling::waiting(wait, true, Timestamp::default()));
    waits.iter().map(told).collect::<Vec<_>>().join("; ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
