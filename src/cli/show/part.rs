//! One part of a run: what it was given, every try with its end, what it printed.

use super::Known;
use crate::{
    cli::{
        closing::fault_place,
        moment::{duration, moment},
        story::{Looks, Part, State, Try, printed},
        terminal::{
            Style,
            text::{harmless, one_line, readable, shortened},
        },
        view::{
            hints::{Hint, hint_lines, unblock},
            sign::Sign,
            telling::verdict,
            tree::{rows_at, rows_in, sign},
        },
    },
    ir::{Address, Process, Request},
    machine::{Outcome, Purpose},
};

/// How many tries are shown.
const TRIES: usize = 20;

/// How much of a value or an output is shown, in characters.
const SHOWN: usize = 2_000;

/// The whole page.
pub fn part(known: &Known, address: &Address, style: Style) -> String {
    let Some(part) = known.story.part(address) else { return String::new() };
    let mut lines = vec![head(known, address, part, style)];
    if !part.value.is_null() {
        lines.push(field("value", &format!("{:#}", part.value)));
    }
    lines.extend(fault_place(&known.story, address, style).into_iter().map(|line| format!("  {line}")));
    lines.extend(part.settled.as_ref().map(|settled| field("known by", &settled.to_string())));
    lines.extend(part.looks.iter().flat_map(looks));
    lines.extend(waits(known, address));
    let inside = rows_in(&known.view(), address.as_str());
    if !inside.is_empty() {
        lines.push(String::new());
        lines.extend(inside.iter().flat_map(|row| row.lines(0, style)));
    }
    for part in [Some(part), known.story.part(&address.undo())].into_iter().flatten() {
        lines.extend(tries(known, part, style));
    }
    lines.extend(hints(known, address, style));
    lines.join("\n")
}

/// A loop, which is no part of its own: its items. Nothing, if there is no loop of that name.
pub fn items(known: &Known, typed: &str, style: Style) -> Option<String> {
    let rows = rows_at(&known.view(), typed);
    let lines: Vec<String> = rows.iter().flat_map(|row| row.lines(0, style)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn head(known: &Known, address: &Address, part: &Part, style: Style) -> String {
    let title = part.title.as_ref().map(|title| format!(" · {}", one_line(title))).unwrap_or_default();
    let took = part.took().map(|took| format!(" · {}", duration(took))).unwrap_or_default();
    let sign = sign(part, known.view().wait(address.as_str()));
    let state = waits_as(sign).map_or_else(|| state(&part.state), str::to_owned);
    let (name, since) = (style.bold(readable(address.as_str())), moment(part.since, known.now));
    format!("{} {name} · {state} · {since}{took}{title}", sign.drawn(style))
}

/// What a sign says of a part that goes on, and does nothing now.
fn waits_as(sign: Sign) -> Option<&'static str> {
    match sign {
        Sign::Waits => Some("waits"),
        Sign::Paused => Some("paused"),
        Sign::Again => Some("is tried again"),
        Sign::Ahead
        | Sign::Begins
        | Sign::Open
        | Sign::Done
        | Sign::Failed
        | Sign::Broken
        | Sign::Unknown
        | Sign::Stuck
        | Sign::Undone
        | Sign::Left
        | Sign::Said
        | Sign::Decided
        | Sign::Measured
        | Sign::Committed => None,
    }
}

fn looks(looks: &Looks) -> Vec<String> {
    let last = verdict(Some(looks.last));
    let counts = field("looks", &format!("{}, {} without answer, the last: {last}", looks.count, looks.unknown));
    std::iter::once(counts).chain(looks.answers.iter().map(|answer| field("", answer))).collect()
}

fn waits(known: &Known, address: &Address) -> Option<String> {
    let view = known.view();
    let told = view.waiting(view.wait(address.as_str())?);
    Some(field("waits", told.strip_prefix("waits ").unwrap_or(&told)))
}

/// Every try, the latest last; of many looks only the latest.
fn tries(known: &Known, part: &Part, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    let earlier = part.tries.len().saturating_sub(TRIES);
    if earlier > 0 {
        lines.extend([String::new(), format!("… and {earlier} earlier; `--json` has all")]);
    }
    for (number, tried) in part.tries.iter().enumerate().skip(earlier) {
        // What is followed by another try, or was left by its driver, has ended.
        let in_flight = number + 1 == part.tries.len() && known.holder.is_some();
        lines.push(String::new());
        lines.extend(try_lines(known, tried, in_flight, style));
    }
    lines
}

fn hints(known: &Known, address: &Address, style: Style) -> Vec<String> {
    let waits = known.position.waits.iter().filter(|wait| wait.address == *address);
    let hints: Vec<Hint> = waits.flat_map(|wait| unblock(&known.info.id, wait)).collect();
    if hints.is_empty() { Vec::new() } else { [vec![String::new()], hint_lines(&hints, style)].concat() }
}

fn state(state: &State) -> String {
    match state {
        State::Open => "goes on".to_owned(),
        State::Done => "done".to_owned(),
        State::Failed(reason) => format!("failed: {}", harmless(reason)),
        State::Tolerated(reason) => format!("failed, which is tolerated: {}", harmless(reason)),
        State::InDoubt(reason) => format!("in doubt: {}", harmless(reason)),
        State::Stuck(reason) => format!("stuck: {}", harmless(reason)),
        State::Undone => "undone".to_owned(),
        State::Left => "left, because the run failed".to_owned(),
        State::Skipped(by) => format!("it did not hold, and was {}", harmless(by)),
    }
}

fn try_lines(known: &Known, tried: &Try, in_flight: bool, style: Style) -> Vec<String> {
    let took = tried.ended.as_ref().map(|(at, _)| duration(at.since(tried.at))).unwrap_or_default();
    let (ended, output) = match &tried.ended {
        None if in_flight => ("in flight".to_owned(), ""),
        None => (style.yellow("nobody saw how it ended"), ""),
        Some((_, Outcome::Ok { output, .. })) => (style.green("ok"), output.as_str()),
        Some((_, Outcome::Failed { reason, .. })) => (format!("{}: {}", style.red("failed"), harmless(reason)), ""),
        Some((_, Outcome::Unknown { reason, .. })) => {
            (format!("{}: {}", style.yellow("unknown"), harmless(reason)), "")
        }
    };
    let at = moment(tried.at, known.now);
    let took = if took.is_empty() { took } else { format!("{took} · ") };
    let mut lines = vec![format!("{} · {at} · {took}{ended}", purpose(tried))];
    lines.extend(call_lines(tried));
    lines.extend(tried.key.as_ref().map(|key| field("key", key)));
    if !output.trim().is_empty() {
        lines.push(field("output", output));
    }
    let printed = tried.ended.as_ref().map(|(_, outcome)| printed(outcome)).unwrap_or_default();
    if !printed.trim().is_empty() {
        lines.push(field("printed", printed));
    }
    lines
}

fn purpose(tried: &Try) -> String {
    match tried.purpose {
        Purpose::Do => format!("try {}", tried.attempt),
        Purpose::Undo => format!("undoing, try {}", tried.attempt),
        Purpose::Look => "look".to_owned(),
        Purpose::Confirm => "was it done?".to_owned(),
    }
}

/// What was called, and what that came to.
fn call_lines(tried: &Try) -> Vec<String> {
    let Some(call) = &tried.call else { return request_lines("call", &tried.request) };
    std::iter::once(field("call", call)).chain(request_lines("request", &tried.request)).collect()
}

fn request_lines(name: &str, request: &Request) -> Vec<String> {
    match request {
        Request::Exec(Process { arguments, env, stdin, cwd, .. })
        | Request::Succeeds(Process { arguments, env, stdin, cwd, .. }) => {
            let summary = request.summary();
            let mut lines = vec![field(name, &summary)];
            if summary.ends_with('…') || arguments.iter().any(|text| text.contains(char::is_control)) {
                lines.extend(
                    arguments.iter().enumerate().map(|(at, text)| field(&format!("argument {}", at + 1), text)),
                );
            }
            lines.extend(env.iter().map(|(name, value)| field("env", &format!("{name}={value}"))));
            lines.extend(stdin.as_ref().map(|text| field("stdin", &text.to_string())));
            lines.extend(cwd.as_ref().map(|cwd| field("cwd", &cwd.path)));
            lines
        }
        Request::Shell(_)
        | Request::Http(_)
        | Request::Env { .. }
        | Request::Timeline
        | Request::FileRead { .. }
        | Request::Extern { .. } => vec![field(name, &request.summary())],
        Request::FileWrite { content, .. } => vec![field(name, &request.summary()), field("content", content)],
    }
}

/// A name and a text that may have several lines.
fn field(name: &str, text: &str) -> String {
    let text = shortened(harmless(text.trim_end()).as_str(), SHOWN);
    format!("  {name:<12} {}", text.replace('\n', &format!("\n{:15}", "")))
}
