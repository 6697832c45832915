//! A run as a tree, then what it waits for, then what would help.

use super::Known;
use crate::{
    cli::{
        closing::{go_on, hint_lines, look_at, resume, unblock},
        live::{sign, what},
        moment::{duration, moment},
        story::{Part, State},
        terminal::{Style, harmless, readable, shortened},
    },
    ir::Address,
    machine::{GateState, Kind, Purpose, Timestamp, Verdict, Wait, WaitOn},
    run::Standing,
};

/// How wide the column of names is.
const NAMES: usize = 34;

/// The whole page.
pub fn outline(known: &Known, style: Style, width: usize) -> String {
    let mut lines = vec![head(known, style)];
    lines.extend(known.goals.iter().map(|goal| format!("goal: {}", harmless(goal))));
    lines.extend(known.story.words.iter().map(|heard| heard_line(heard, known.now)));
    lines.push(String::new());
    let shown = known.story.parts.iter().filter(|(_, part)| is_shown(part));
    lines.extend(shown.map(|(address, part)| line(known, address, part, style, width)));
    lines.extend(failure(known, style));
    for wait in known.machine.waits() {
        lines.extend(waits(known, &wait, style));
    }
    lines.extend(to_undo(known));
    lines.extend(next(known));
    lines.join("\n")
}

fn head(known: &Known, style: Style) -> String {
    let info = &known.info;
    let since = moment(info.since, known.now);
    let standing = match info.standing {
        standing if standing.ended() => format!("{} {since}", standing.as_str()),
        standing => format!("{} since {since}", standing.as_str()),
    };
    let id = style.bold(&info.id);
    format!("{id} · {} · {standing} · started {} · {}", info.plan, moment(info.started, known.now), info.file)
}

fn heard_line(heard: &crate::cli::story::Heard, now: Timestamp) -> String {
    let why = heard.why.as_ref().map(|why| format!(": {}", harmless(why))).unwrap_or_default();
    let spoken = crate::cli::live::spoken(&heard.word);
    format!("» {} {} {spoken}{why}", moment(heard.at, now), harmless(&heard.who))
}

/// Items and ways back are told by their parts, unless something is the matter with them.
fn is_shown(part: &Part) -> bool {
    match part.kind {
        Some(Kind::Compensation) => !matches!(part.state, State::Done),
        Some(Kind::Item) => matches!(part.state, State::Open),
        _ => true,
    }
}

fn line(known: &Known, address: &Address, part: &Part, style: Style, width: usize) -> String {
    let (depth, name) = place(known, address);
    let name = format!("{}{}", "  ".repeat(depth), readable(name));
    let took = part.took().map(duration).unwrap_or_default();
    let room = width.saturating_sub(NAMES + 14).max(16);
    let about = shortened(&harmless(&about(part)).replace('\n', " "), room);
    let line = format!("{} {name:<NAMES$} {about:<room$} {}", sign(&part.state, style), style.dim(took));
    line.trim_end().to_owned()
}

/// How many shown parts a part lies in, and what is left of its address then.
fn place<'a>(known: &Known, address: &'a Address) -> (usize, &'a str) {
    let text = address.as_str();
    let ends = text.match_indices('/').map(|(at, _)| at);
    let around: Vec<usize> =
        ends.filter(|end| known.story.part(&Address::typed(&text[..*end])).is_some_and(is_shown)).collect();
    let name = around.last().map_or(text, |end| &text[end + 1..]);
    (around.len(), name)
}

/// What there is to say of a part in one line.
fn about(part: &Part) -> String {
    let call = what(part);
    match &part.state {
        State::Failed(reason) => reason.clone(),
        State::Tolerated(reason) => format!("{reason}, which is tolerated"),
        State::InDoubt(reason) => format!("{reason}: was it done?"),
        State::Stuck(_) => format!("{call}: stuck"),
        State::Open | State::Done | State::Undone => match (&part.title, part.hold) {
            (_, Some((held, needed))) => format!("held {} of {}", duration(held), duration(needed)),
            (Some(title), _) if part.tries.is_empty() => title.clone(),
            _ => call,
        },
    }
}

fn failure(known: &Known, style: Style) -> Option<String> {
    let (address, reason) = known.story.failure.as_ref()?;
    let place = if address.is_root() { String::new() } else { format!("`{}` failed: ", readable(address.as_str())) };
    Some(format!("\n{} {place}{}", style.red("✖"), harmless(reason)))
}

/// One thing the run waits for: since when, and what would end it.
fn waits(known: &Known, wait: &Wait, style: Style) -> Vec<String> {
    let since = format!("since {}", moment(wait.since, known.now));
    let address = readable(wait.address.as_str());
    let sign = style.yellow("◷");
    let until = |until: Timestamp| {
        let left = until.since(known.now);
        format!("until {} (in {})", moment(until, known.now), duration(left))
    };
    let first = match &wait.on {
        WaitOn::Effect { summary, purpose, attempt } => {
            let attempt = if *attempt > 1 { format!(", try {attempt}") } else { String::new() };
            format!("{} `{}`{attempt}, {since}", doing(*purpose), harmless(summary))
        }
        WaitOn::Time { until: moment } => format!("waits {}, {since}", until(*moment)),
        WaitOn::Backoff { until: moment, attempt, reason } => {
            format!("try {attempt} comes {}: {}", until(*moment), harmless(reason))
        }
        WaitOn::Hold { held, needed, .. } => format!("held {} of {} observed", duration(*held), duration(*needed)),
        WaitOn::Settlement { .. } => format!("stuck {since}: nobody knows whether it was done"),
        WaitOn::Compensation { .. } => format!("stuck {since}: it could not be undone"),
    };
    let mut lines = vec![String::new(), format!("{sign} {address}  {first}")];
    if let WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } = &wait.on {
        lines.push(format!("  {}", harmless(reason)));
    }
    if let WaitOn::Hold { gates, .. } = &wait.on {
        lines.extend(gates.iter().map(|gate| gate_line(gate, known.now)));
    }
    lines.extend(hint_lines(&unblock(&known.info.id, wait)));
    lines
}

fn doing(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Do => "is done:",
        Purpose::Undo => "is undone:",
        Purpose::Look => "looks:",
        Purpose::Confirm => "finds out whether it was done:",
    }
}

fn gate_line(gate: &GateState, now: Timestamp) -> String {
    let last = match gate.last {
        None => "not looked at yet",
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "does not hold",
        Some(Verdict::Unknown) => "no answer",
    };
    let answers = gate.answers.join(", ");
    let looks = if gate.looks == 1 { "1 look".to_owned() } else { format!("{} looks", gate.looks) };
    let unknown = if gate.unknown > 0 { format!(", {} unknown", gate.unknown) } else { String::new() };
    let next = gate.next.map_or("is looking".to_owned(), |next| format!("next look in {}", duration(next.since(now))));
    format!("    gate {}  {last}, {answers}, {looks}{unknown}, {next}", harmless(&gate.text))
}

fn to_undo(known: &Known) -> Option<String> {
    let addresses = known.machine.to_undo();
    let unwinds = known.story.failure.is_some();
    if addresses.is_empty() || known.info.standing.ended() {
        return None;
    }
    let names: Vec<String> = addresses.iter().map(|address| readable(address.as_str())).collect();
    let when = if unwinds { "still to undo" } else { "undone if it fails now" };
    Some(format!("· {when}: {}", names.join(", ")))
}

/// Who drives it, and what to type next.
fn next(known: &Known) -> Vec<String> {
    let info = &known.info;
    let mut hints = Vec::new();
    match (&known.holder, info.standing) {
        (Some(_), _) | (None, Standing::Completed | Standing::Compensated | Standing::Stuck | Standing::New) => {}
        (None, Standing::Halted) => hints.push(go_on(&info.id)),
        (None, Standing::Running | Standing::Waiting | Standing::Unwinding) => hints.push(resume(&info.id)),
    }
    if let Some((address, _)) = known.story.failure.as_ref().filter(|(address, _)| !address.is_root()) {
        hints.push(look_at(&info.id, address));
    }
    let driver = match &known.holder {
        Some(holder) => Some(format!("driven by {holder}")),
        None => (!info.standing.ended()).then(|| "nobody drives it".to_owned()),
    };
    let lines: Vec<String> = driver.into_iter().chain(hint_lines(&hints)).collect();
    if lines.is_empty() { lines } else { std::iter::once(String::new()).chain(lines).collect() }
}
