//! Sentences about what happens in a run.

use crate::{
    cli::{
        moment::{duration, moment, so_far},
        story::{Looks, Part, Settled, State, Try},
        terminal::text::{one_line, readable},
    },
    ir::Address,
    machine::{GateState, Purpose, Settlement, Timestamp, Verdict, Wait, WaitOn, Word},
};

/// How a pause is told.
const PAUSED: &str = "paused";

/// What was done for a part: the last call, and how often it was tried if more than once.
pub fn what(part: &Part) -> String {
    let again = match part.tries.iter().filter(|tried| matches!(tried.purpose, Purpose::Do | Purpose::Undo)).count() {
        0 | 1 => String::new(),
        tries => format!(" ({tries} tries)"),
    };
    let call = part.last_try().map(Try::told).or(part.title.clone()).unwrap_or_default();
    match (&part.looks, &part.settled) {
        (Some(looks), _) if !looks.answers.is_empty() => looks.answers.join(", "),
        (_, Some(Settled::Again)) => format!("{call}, {}", Settled::Again),
        (_, Some(settled)) => settled.to_string(),
        (_, None) => format!("{call}{again}"),
    }
}

/// What there is to say of a part, apart from what it waits for.
pub fn about(part: &Part) -> String {
    match &part.state {
        State::Failed(reason) => reason.clone(),
        State::Tolerated(reason) => format!("{reason}, which is tolerated"),
        State::InDoubt(reason) => format!("{reason}: was it done?"),
        State::Stuck(_) => format!("{}: stuck", what(part)),
        State::Skipped(by) => format!("{}, {by}", part.looks.as_ref().map_or_else(|| verdict(None).to_owned(), looked)),
        State::Open | State::Done | State::Undone | State::Left => match (&part.title, part.hold, &part.looks) {
            (_, Some((held, needed)), _) => {
                joined([held_of(held, needed), part.skipped.as_ref().map(ToString::to_string).unwrap_or_default()])
            }
            (_, None, Some(looks)) if part.state == State::Open => looked(looks),
            (Some(title), None, _) if part.tries.is_empty() => title.clone(),
            _ => what(part),
        },
    }
}

/// `pass, errors() = 0.4%, 371 looks, 2 without an answer`
fn looked(looks: &Looks) -> String {
    seen(Some(looks.last), &looks.answers.join(", "), looks.count, looks.unknown)
}

fn seen(last: Option<Verdict>, answers: &str, looks: u32, unknown: u32) -> String {
    let looks = match looks {
        0 => String::new(),
        1 => "1 look".to_owned(),
        looks => format!("{looks} looks"),
    };
    let unknown = if unknown > 0 { format!("{unknown} without an answer") } else { String::new() };
    joined([verdict(last).to_owned(), answers.to_owned(), looks, unknown])
}

fn joined<const N: usize>(texts: [String; N]) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// How a condition is.
pub fn verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "not looked at yet",
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "does not hold",
        Some(Verdict::Unknown) => "no answer",
    }
}

/// A gate with its last answers: `pass, errors() = 0.4%, 371 looks`.
pub fn gate(gate: &GateState) -> String {
    let looking = if gate.next.is_none() { ", is looking" } else { "" };
    format!("{}{looking}", seen(gate.last, &gate.answers.join(", "), gate.looks, gate.unknown))
}

/// `gate errors() < 1%`, or with a label `errors: errors() < 1%`.
pub fn gate_name(gate: &GateState) -> String {
    let name = gate.address.as_str().rsplit('/').next().unwrap_or_default();
    let is_labelled = !readable(name).starts_with("gate ");
    if is_labelled { format!("{name}: {}", gate.text) } else { name.to_owned() }
}

/// How long a stage was held, and how long it is to be held.
pub fn held_of(held: i64, needed: i64) -> String {
    let held = so_far(held);
    format!("held {} of {} observed", if held.is_empty() { "0 s" } else { &held }, duration(needed))
}

/// `in 3 s`, or `now` if it is time.
fn from_now(at: Timestamp, now: Timestamp) -> String {
    match so_far(at.since(now)).as_str() {
        "" => "now".to_owned(),
        left => format!("in {left}"),
    }
}

/// `until Mon 2 Apr 09:12 (in 3d 4h)`
pub fn until(at: Timestamp, now: Timestamp) -> String {
    format!("until {} ({})", moment(at, now), from_now(at, now))
}

/// `at Mon 2 Apr 09:12 (in 3d 4h)`
pub fn at(at: Timestamp, now: Timestamp) -> String {
    format!("at {} ({})", moment(at, now), from_now(at, now))
}

/// `since 09:12:30 (2m 5s)`
pub fn since(at: Timestamp, now: Timestamp) -> String {
    match so_far(now.since(at)).as_str() {
        "" => format!("since {}", moment(at, now)),
        past => format!("since {} ({past})", moment(at, now)),
    }
}

/// What is waited for, without what it was that waits and since when.
pub fn waiting(wait: &Wait, driven: bool, now: Timestamp) -> String {
    let limit = |limit: &Option<Timestamp>| limit.map(|limit| format!(", {}", until(limit, now))).unwrap_or_default();
    match &wait.on {
        WaitOn::Effect { summary, purpose, attempt } => effect(summary, *purpose, *attempt, driven),
        WaitOn::Time { until: at } => until(*at, now),
        WaitOn::Backoff { until, attempt, reason } => format!("try {attempt} {}: {reason}", from_now(*until, now)),
        WaitOn::Hold { held, needed, gates } => {
            let next = gates.iter().filter_map(|gate| gate.next).min().filter(|_| driven);
            let next = next.map(|next| format!(", next look {}", from_now(next, now))).unwrap_or_default();
            format!("{}{next}", held_of(*held, *needed))
        }
        WaitOn::Person { text, by, until, .. } => format!("waits for {by}: {text}{}", limit(until)),
        WaitOn::Event { event, until } => format!("waits for the event `{event}`{}", limit(until)),
        WaitOn::Paused { reason } => paused(reason),
        WaitOn::Settlement { reason, .. } => format!("nobody knows whether it was done: {reason}"),
        WaitOn::Measure { reason } => format!("what is done after the phase failed: {reason}"),
        WaitOn::Compensation { reason } => format!("it could not be undone: {reason}"),
    }
}

/// `paused: the checkout fails`; a person's pause says so itself.
pub fn paused(reason: &str) -> String {
    if reason.starts_with(PAUSED) { reason.to_owned() } else { format!("{PAUSED}: {reason}") }
}

/// Why a run is paused, beside that it is: `by ann: lunch`.
pub fn paused_why(reason: &str) -> &str {
    reason.strip_prefix(PAUSED).unwrap_or(reason).trim_start()
}

/// What goes on, or went on when its driver ended.
fn effect(summary: &str, purpose: Purpose, attempt: u32, driven: bool) -> String {
    let attempt = if attempt > 1 { format!(" (try {attempt})") } else { String::new() };
    let doing = match purpose {
        Purpose::Do | Purpose::Look | Purpose::Undo => "",
        Purpose::Confirm => "was it done? ",
    };
    let end = if driven { "" } else { ": how that ended is found out when the run is resumed" };
    format!("{doing}{summary}{attempt}{end}")
}

/// `» ann says yes to go: it is time`, without its sign.
pub fn said(who: &str, word: &Word, why: Option<&str>) -> String {
    let why = why.map(|why| format!(": {}", one_line(why))).unwrap_or_default();
    format!("{} {}{why}", one_line(who), spoken(word))
}

/// The part that a word answers for, or helps.
pub fn speaks_of(word: &Word) -> Option<&Address> {
    match word {
        Word::Settle { address, .. }
        | Word::Waive { address }
        | Word::Done { address, .. }
        | Word::Approve { address, .. }
        | Word::Refuse { address }
        | Word::Choose { address, .. } => Some(address),
        Word::Retry { address } => address.as_ref(),
        Word::Promote { .. }
        | Word::Abort { .. }
        | Word::Cancel
        | Word::Kill
        | Word::Event { .. }
        | Word::Pause
        | Word::Resume => None,
    }
}

/// An operator's word as a person says it.
pub fn spoken(word: &Word) -> String {
    match word {
        Word::Settle { address, verdict: Settlement::Done(_) } => format!("says `{address}` was done"),
        Word::Settle { address, verdict: Settlement::NotDone } => format!("says `{address}` was not done"),
        Word::Retry { address: Some(address) } => format!("tries `{address}` again"),
        Word::Retry { address: None } => "tries again".to_owned(),
        Word::Cancel => "cancels the run".to_owned(),
        Word::Kill => "kills the run".to_owned(),
        Word::Waive { address } => format!("waives `{address}`"),
        Word::Event { event, .. } => format!("tells of `{event}`"),
        Word::Pause => "pauses the run".to_owned(),
        Word::Resume => "lets it go on".to_owned(),
        Word::Promote { .. } => "skips the rest of the hold".to_owned(),
        Word::Abort { .. } => "aborts the rollout".to_owned(),
        Word::Done { address, .. } => format!("says the task `{address}` is done"),
        Word::Approve { address, .. } => format!("says yes to `{address}`"),
        Word::Refuse { address } => format!("says no to `{address}`"),
        Word::Choose { address, option } => format!("chooses `{option}` for `{address}`"),
    }
}
