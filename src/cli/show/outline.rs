//! A run as a tree, then what it waits for, then what would help.

use std::collections::BTreeMap;

use super::Known;
use crate::{
    cli::{
        closing::{go_on, hint_lines, look_at, resume, unblock},
        live::{address_column, sign, what},
        moment::{duration, moment},
        story::{Part, State},
        terminal::{Style, harmless, readable},
    },
    ir::Address,
    machine::{GateState, Kind, Purpose, Timestamp, Verdict, Wait, WaitOn},
    run::Standing,
};

/// How much room the sign of a row takes.
const SIGN: usize = 2;

/// How much room is left at the end of a row for how long it took.
const TOOK: usize = 8;

/// The shortest row that has columns.
const NARROW: usize = 60;

/// The whole page.
pub fn outline(known: &Known, style: Style) -> String {
    let mut lines = vec![head(known, style)];
    lines.extend(known.goals.iter().map(|goal| format!("goal: {}", harmless(goal))));
    lines.extend(known.story.words.iter().map(|heard| heard_line(heard, known.now)));
    lines.push(String::new());
    lines.extend(rows(known).iter().map(|row| line(row, style)));
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
fn is_shown(address: &Address, part: &Part) -> bool {
    match part.kind {
        _ if address.is_root() => false,
        Some(Kind::Compensation) => !matches!(part.state, State::Done),
        Some(Kind::Item) => matches!(part.state, State::Open),
        _ => true,
    }
}

/// A part in the tree: how deep it lies, and what is left of its address there.
struct Row<'a> {
    depth: usize,
    name: &'a str,
    part: &'a Part,
}

/// The parts as a tree: each directly under the one it lies in, and beside each other as they began.
fn rows(known: &Known) -> Vec<Row<'_>> {
    let shown = known.story.parts.iter().filter(|(address, part)| is_shown(address, part));
    let mut lying_in: BTreeMap<&str, Vec<(&str, &Part)>> = BTreeMap::new();
    for (address, part) in shown {
        lying_in.entry(around(known, address)).or_default().push((address.as_str(), part));
    }
    let mut rows = Vec::new();
    add_rows(&lying_in, "", 0, &mut rows);
    rows
}

fn add_rows<'a>(
    lying_in: &BTreeMap<&str, Vec<(&'a str, &'a Part)>>,
    outer: &str,
    depth: usize,
    rows: &mut Vec<Row<'a>>,
) {
    for (address, part) in lying_in.get(outer).into_iter().flatten() {
        let name = name_in(outer, address);
        rows.push(Row { depth, name, part });
        add_rows(lying_in, address, depth + 1, rows);
    }
}

/// What is left of an address in the part around it; a stage keeps the name of its rollout.
fn name_in<'a>(outer: &str, address: &'a str) -> &'a str {
    let rest = address.strip_prefix(outer).unwrap_or(address);
    if rest.starts_with('[') { address.rsplit('/').next().unwrap_or(rest) } else { rest.trim_start_matches('/') }
}

/// The nearest part that is shown around another; the stages of a rollout lie in it.
fn around<'a>(known: &Known, address: &'a Address) -> &'a str {
    let text = address.as_str();
    let ends = text.rmatch_indices(['/', '[']).map(|(at, _)| &text[..at]);
    let is_part = |outer: &str| {
        let outer = Address::typed(outer);
        known.story.part(&outer).is_some_and(|part| is_shown(&outer, part))
    };
    ends.into_iter().find(|outer| is_part(outer)).unwrap_or_default()
}

fn line(row: &Row<'_>, style: Style) -> String {
    let part = row.part;
    let name = format!("{}{}", "  ".repeat(row.depth), readable(row.name).replace('\n', " "));
    let took = part.took().map(duration).unwrap_or_default();
    let about = harmless(&about(part)).replace('\n', " ");
    let row =
        if style.width < NARROW { narrow(&name, &about, &took, style) } else { columns(&name, &about, &took, style) };
    format!("{} {}", sign(&part.state, style), row.trim_end())
}

fn columns(name: &str, about: &str, took: &str, style: Style) -> String {
    let column = style.addresses();
    let room = style.width.saturating_sub(SIGN + column + 1 + 1 + TOOK);
    let name = address_column(style, name, column, SIGN);
    format!("{name} {:<room$} {}", style.fitted(about, room), style.dim(took))
}

fn narrow(name: &str, about: &str, took: &str, style: Style) -> String {
    let room = style.width.saturating_sub(SIGN);
    let all = [name, about, took].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    if about.is_empty() || all.chars().count() <= room {
        return style.fitted(&all, room);
    }
    let indent = name.chars().take_while(|c| *c == ' ').count() + SIGN + 2;
    let name = style.fitted_address(name, room.saturating_sub(took.chars().count() + 2));
    let about = style.fitted(about, style.width.saturating_sub(indent));
    format!("{}\n{:indent$}{about}", format!("{name}  {took}").trim_end(), "")
}

/// What there is to say of a part in one line.
fn about(part: &Part) -> String {
    let call = what(part);
    match &part.state {
        State::Failed(reason) => reason.clone(),
        State::Tolerated(reason) => format!("{reason}, which is tolerated"),
        State::InDoubt(reason) => format!("{reason}: was it done?"),
        State::Stuck(_) => format!("{call}: stuck"),
        State::Open | State::Done | State::Undone | State::Left => match (&part.title, part.hold) {
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
            let doing = doing(*purpose, known.holder.is_some());
            let open = if known.holder.is_some() { "" } else { "; how it ended is found out when the run is resumed" };
            format!("{doing} `{}`{attempt}, {since}{open}", harmless(summary))
        }
        WaitOn::Time { until: moment } => format!("waits {}, {since}", until(*moment)),
        WaitOn::Backoff { until: moment, attempt, reason } => {
            format!("try {attempt} comes {}: {}", until(*moment), harmless(reason))
        }
        WaitOn::Hold { held, needed, .. } => format!("held {} of {} observed", duration(*held), duration(*needed)),
        WaitOn::Person { text, by, until: limit, .. } => {
            let limit = limit.map(|limit| format!(", {}", until(limit))).unwrap_or_default();
            format!("waits for {}, {since}{limit}: {}", harmless(by), harmless(text))
        }
        WaitOn::Event { event, until: limit } => {
            let limit = limit.map(|limit| format!(", {}", until(limit))).unwrap_or_default();
            format!("waits for the event `{event}`, {since}{limit}")
        }
        WaitOn::Paused { reason } => format!("paused {since}: {}", harmless(reason)),
        WaitOn::Settlement { .. } => format!("stuck {since}: nobody knows whether it was done"),
        WaitOn::Measure { .. } => format!("stuck {since}: what is done after the phase failed"),
        WaitOn::Compensation { .. } => format!("stuck {since}: it could not be undone"),
    };
    let mut lines = vec![String::new(), format!("{sign} {address}  {first}")];
    if let WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } | WaitOn::Measure { reason } = &wait.on {
        lines.push(format!("  {}", harmless(reason)));
    }
    if let WaitOn::Hold { gates, .. } = &wait.on {
        lines.extend(gates.iter().map(|gate| gate_line(gate, known.now)));
    }
    lines.extend(hint_lines(&unblock(&known.info.id, wait)));
    lines
}

/// What goes on, or went on when its driver died.
fn doing(purpose: Purpose, driven: bool) -> &'static str {
    match (purpose, driven) {
        (Purpose::Do, true) => "doing",
        (Purpose::Undo, true) => "undoing, by",
        (Purpose::Look, true) => "looking, by",
        (Purpose::Confirm, true) => "finding out whether it was done, by",
        (Purpose::Do, false) => "was doing",
        (Purpose::Undo, false) => "was being undone, by",
        (Purpose::Look, false) => "was looking, by",
        (Purpose::Confirm, false) => "was finding out whether it was done, by",
    }
}

fn gate_line(gate: &GateState, now: Timestamp) -> String {
    let last = match gate.last {
        None => "not looked at yet",
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "does not hold",
        Some(Verdict::Unknown) => "no answer",
    };
    let looks = match gate.looks {
        0 => String::new(),
        1 => "1 look".to_owned(),
        looks => format!("{looks} looks"),
    };
    let unknown = if gate.unknown > 0 { format!("{} unknown", gate.unknown) } else { String::new() };
    let next = gate.next.map_or("is looking".to_owned(), |next| format!("next look in {}", duration(next.since(now))));
    let told = [last.to_owned(), harmless(&gate.answers.join(", ")), looks, unknown, next];
    let told: Vec<String> = told.into_iter().filter(|text| !text.is_empty()).collect();
    format!("    {}  {}", gate_name(gate), told.join(", "))
}

/// `gate error_rate() < 1%`, and before its condition the label if it has one.
fn gate_name(gate: &GateState) -> String {
    let last = gate.address.as_str().rsplit('/').next().unwrap_or_default();
    let label = readable(last);
    let text = harmless(&gate.text);
    if label.starts_with("gate ") { format!("gate {text}") } else { format!("gate {label}: {text}") }
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
        (None, Standing::Paused) => {}
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
