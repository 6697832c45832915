//! What does not hold in a test, as a diagnostic: what, where, and what to do.

use indexmap::IndexMap;
use smol_str::SmolStr;

use crate::{
    cli::{terminal::text::shortened, view::telling},
    diagnostic::{Code, Diagnostic},
    ir::{Value, text::Nested},
    machine::{Timestamp, Wait},
    simulate::{
        NotGiven,
        test::{Failure, Sides, What},
    },
    source::{Sources, Span},
};

use super::difference::{beside, difference};

/// What a person is told of it.
pub(super) fn diagnostic(sources: &Sources, failure: &Failure) -> Diagnostic {
    let span = failure.span;
    match &failure.what {
        What::Expected { sides, names, why } => expected(sources, span, (sides.as_ref(), names, why.as_deref())),
        What::Called { wanted, times, calls } => {
            let diagnostic = Diagnostic::new(Code::E0604, span, called(*wanted, *times), "");
            if calls.is_empty() { diagnostic } else { diagnostic.help(seen(calls)) }
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

/// How wide what a label says of other values may be; what is longer stands below.
const LABEL: usize = 60;

/// How much is shown of the value of a name that is only mentioned.
const MENTIONED: usize = 200;

type Named = (SmolStr, Option<Value>);

/// A condition that does not hold: what it compares, the other names in it with their values, and why it has none.
fn expected(
    sources: &Sources,
    span: Span,
    (sides, names, why): (Option<&Sides>, &[Named], Option<&str>),
) -> Diagnostic {
    let is_side = |value: &Value| sides.is_some_and(|sides| [&sides.actual, &sides.expected].contains(&value));
    let is_told = |value: &Option<Value>| value.as_ref().map_or(why.is_some(), is_side);
    let others = || names.iter().filter(|(_, value)| !is_told(value));
    let label = others().map(|(name, value)| named(name, value.as_ref())).collect::<Vec<_>>().join(", ");
    let is_short = label.chars().count() <= LABEL;
    let mut lines = match (why, sides) {
        (Some(why), _) => vec![why.to_owned()],
        (None, Some(sides)) => difference(sides),
        (None, None) => Vec::new(),
    };
    if !is_short {
        let below = others().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        lines.extend(below.map(|(name, value)| beside(name, &shortened(&Nested(value).to_string(), MENTIONED))));
    }
    let message = format!("`{}` does not hold", one_line(sources.text(span)));
    let diagnostic = Diagnostic::new(Code::E0604, span, message, if is_short { label } else { String::new() });
    if lines.is_empty() { diagnostic } else { diagnostic.help(lines.join("\n")) }
}

fn not_given(failure: &Failure, missing: &NotGiven) -> Diagnostic {
    let at = match (&missing.given, missing.address.is_root()) {
        (_, true) => String::new(),
        (Some(_), false) => format!(", which `{}` needs", missing.address),
        (None, false) => format!(", at `{}`", missing.address),
    };
    let message = format!("{}{at}", missing.reason);
    let diagnostic = Diagnostic::new(Code::E0605, failure.span, message, "");
    let diagnostic = match missing.span {
        Some(span) if span.file == failure.span.file && span != failure.span => {
            diagnostic.label(span, "asked for here")
        }
        Some(_) | None => diagnostic,
    };
    match (&missing.given, &missing.instead) {
        (Some(given), None) => diagnostic.help(format!("give it above `run`, for example\n  {given}")),
        (Some(given), Some(whole)) => {
            let help = format!("give it above `run`, for example\n  {given}\nor answer the whole step\n  {whole}");
            diagnostic.help(help)
        }
        (None, _) => diagnostic,
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

/// The calls that were made, those that count first; equal ones once, with their number.
fn seen(calls: &[(String, bool)]) -> String {
    let of = |counts: bool| calls.iter().filter(move |(_, fits)| *fits == counts).map(|(call, _)| call.as_str());
    match (of(true).next(), of(false).next()) {
        (Some(_), Some(_)) => format!("counted were\n  {}\nand not\n  {}", listed(of(true)), listed(of(false))),
        (Some(_) | None, None) => format!("called were\n  {}", listed(of(true))),
        (None, Some(_)) => format!("called were\n  {}", listed(of(false))),
    }
}

fn listed<'c>(calls: impl Iterator<Item = &'c str>) -> String {
    const MOST: usize = 10;
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    calls.for_each(|call| *counts.entry(call).or_default() += 1);
    let told = |(call, count): (&&str, &usize)| match count {
        1 => (*call).to_owned(),
        count => format!("{call}  {count} times"),
    };
    let mut lines: Vec<String> = counts.iter().take(MOST).map(told).collect();
    if counts.len() > MOST {
        lines.push(format!("and {} more", counts.len() - MOST));
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
