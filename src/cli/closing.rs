//! The last lines of a command that drove a run: how it stands, what is left, what to type next.

use super::{
    exit::Exit,
    moment::duration,
    story::{Part, Story},
    terminal::{Style, harmless, word},
};
use crate::{
    ir::Address,
    machine::{Asking, Ending, Wait, WaitOn},
    run::{Left, RunId},
};

/// How many lines of what a failing program printed are shown.
const PRINTED_LINES: usize = 10;

/// How a driver left its run, for a person, and the exit code that says it to a program.
pub fn closing(run: &RunId, story: &Story, left: &Left, style: Style) -> (Vec<String>, Exit) {
    match left {
        Left::Ended(Ending::Completed, _) => (vec![format!("{}{}", style.green("completed"), took(story))], Exit::Done),
        Left::Ended(Ending::Compensated, _) => (undone(run, story, style), Exit::Undone),
        Left::Ended(Ending::Halted, _) => (halted(run, story, style), Exit::Halted),
        Left::Stuck(waits) => (stuck(run, story, waits, style), Exit::Stuck),
        Left::Waiting(waits) => (asked(run, waits, style), Exit::Stuck),
        Left::Asked => {
            let line = format!("{}: nothing is in flight, and nothing is lost", style.yellow("left"));
            (with(vec![line], &[resume(run)]), Exit::Left)
        }
        Left::AskedTwice => {
            let line = style.yellow("stopped at once");
            let line = format!("{line}: how what was in flight ended is found out when the run is resumed");
            (with(vec![line], &[resume(run)]), Exit::Interrupted)
        }
        Left::Refused(refused) => {
            let lines = refused.instead.iter().map(|instead| format!("  possible: {instead}"));
            (std::iter::once(format!("{}: {refused}", style.red("refused"))).chain(lines).collect(), Exit::Refused)
        }
    }
}

fn took(story: &Story) -> String {
    let took = story.ended.as_ref().map(|(_, _, at)| at.since(story.started));
    took.map(|took| format!(" in {}", duration(took))).unwrap_or_default()
}

fn undone(run: &RunId, story: &Story, style: Style) -> Vec<String> {
    let first = format!("{}: {}, {}, {}", style.red("compensated"), failed(story), steps(story), owed(story));
    let mut lines = vec![first];
    lines.extend(story.owed.iter().map(owed_line));
    lines.extend(cause(run, story));
    lines
}

fn owed_line((address, reason): &(Address, String)) -> String {
    format!("  owed: {address}: {}", harmless(reason))
}

fn halted(run: &RunId, story: &Story, style: Style) -> Vec<String> {
    let commit = story.commit.as_ref().map(|(_, text)| format!(" at the commit `{text}`")).unwrap_or_default();
    let head = style.red("halted");
    let mut lines = vec![format!("{head}{commit}: {}, {}, {}", failed(story), steps(story), owed(story))];
    lines.extend(cause(run, story));
    with(lines, &[go_on(run)])
}

fn failed(story: &Story) -> String {
    match &story.failure {
        Some((address, reason)) if address.is_root() => harmless(reason),
        Some((address, _)) => format!("`{address}` failed"),
        None => "it failed".to_owned(),
    }
}

fn steps(story: &Story) -> String {
    let (undone, all) = (story.undone.len(), story.undone.len() + story.owed.len());
    match (undone, all) {
        (_, 0) => "nothing had to be undone".to_owned(),
        (1, 1) => "1 of 1 step undone".to_owned(),
        _ => format!("{undone} of {all} steps undone"),
    }
}

fn owed(story: &Story) -> String {
    if story.owed.is_empty() { "nothing is owed".to_owned() } else { format!("{} owed", story.owed.len()) }
}

/// Why it failed, with the end of what the failing program printed, and how to see more.
fn cause(run: &RunId, story: &Story) -> Vec<String> {
    let Some((address, reason)) = story.failure.as_ref().filter(|(address, _)| !address.is_root()) else {
        return Vec::new();
    };
    let lines = told(story, address, reason).into_iter().map(|line| format!("  {line}"));
    with(lines.collect(), &[look_at(run, address)])
}

/// A reason with the end of what was printed, in its order: the last line printed is often part of the reason.
fn told(story: &Story, address: &Address, reason: &str) -> Vec<String> {
    let printed = story.part(address).and_then(Part::printed).map(harmless).unwrap_or_default();
    let reason = harmless(reason);
    let mut lines: Vec<String> = end(&printed).into_iter().map(str::to_owned).collect();
    match lines.last() {
        Some(last) if reason.contains(last.trim()) => {
            lines.pop();
            lines.push(reason);
            lines
        }
        _ => std::iter::once(reason).chain(lines).collect(),
    }
}

/// The last lines of a text.
pub fn end(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(PRINTED_LINES)..].to_vec()
}

fn stuck(run: &RunId, story: &Story, waits: &[Wait], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for wait in waits {
        let Some(reason) = needed(wait) else { continue };
        let head = format!("{} on `{}`:", style.red("stuck"), wait.address);
        match told(story, &wait.address, reason).as_slice() {
            [only] => lines.push(format!("{head} {only}")),
            several => {
                lines.push(head);
                lines.extend(several.iter().map(|line| format!("  {line}")));
            }
        }
        lines = with(lines, &unblock(run, wait));
    }
    lines
}

/// What is asked of people, and what they can answer.
fn asked(run: &RunId, waits: &[Wait], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for wait in waits {
        match &wait.on {
            WaitOn::Person { text, by, .. } => {
                let (head, by, text) = (style.yellow("waits"), harmless(by), harmless(text));
                lines.push(format!("{head} for {by} at `{}`: {text}", wait.address));
            }
            WaitOn::Event { event, .. } => {
                lines.push(format!("{} for the event `{event}` at `{}`", style.yellow("waits"), wait.address));
            }
            WaitOn::Paused { reason } => lines.push(format!("{}: {}", style.yellow("paused"), harmless(reason))),
            _ => continue,
        }
        lines = with(lines, &unblock(run, wait));
    }
    lines
}

/// Why a person is needed, if one is.
fn needed(wait: &Wait) -> Option<&str> {
    match &wait.on {
        WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } | WaitOn::Measure { reason } => {
            Some(reason)
        }
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Person { .. }
        | WaitOn::Event { .. }
        | WaitOn::Paused { .. } => None,
    }
}

/// A command that can be typed, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The command, with its words quoted where a shell needs it.
    pub command: String,
    /// What it does or says.
    pub meaning: String,
}

impl Hint {
    fn new(command: String, meaning: impl Into<String>) -> Hint {
        Hint { command, meaning: meaning.into() }
    }
}

/// One line for each command, in columns.
pub fn hint_lines(hints: &[Hint]) -> Vec<String> {
    let width = hints.iter().map(|hint| hint.command.chars().count()).max().unwrap_or_default();
    hints.iter().map(|hint| format!("  {:<width$}    {}", hint.command, hint.meaning)).collect()
}

fn with(mut lines: Vec<String>, hints: &[Hint]) -> Vec<String> {
    lines.extend(hint_lines(hints));
    lines
}

/// What can be typed to end a wait; nothing if it ends by itself.
pub fn unblock(run: &RunId, wait: &Wait) -> Vec<Hint> {
    let address = word(&wait.address.to_string());
    match &wait.on {
        WaitOn::Settlement { expects, .. } if expects.is_empty() => vec![
            Hint::new(format!("orch settle {run} {address} --done"), "it was done"),
            Hint::new(format!("orch settle {run} {address} --not-done"), "it was not done"),
        ],
        WaitOn::Settlement { expects, .. } => vec![
            Hint::new(format!("orch settle {run} {address} --done VALUE"), format!("it was done, and gave {expects}")),
            Hint::new(format!("orch settle {run} {address} --not-done"), "it was not done"),
        ],
        WaitOn::Measure { .. } => vec![Hint::new(format!("orch retry {run} {address}"), "try it once more")],
        WaitOn::Compensation { .. } => vec![
            Hint::new(format!("orch retry {run} {address}"), "try it once more"),
            Hint::new(format!("orch settle {run} {address} --done"), "it was undone by hand"),
        ],
        WaitOn::Person { asking, expects, options, .. } => answers(run, &address, *asking, expects, options),
        WaitOn::Event { event, .. } => {
            vec![Hint::new(format!("orch emit {event} JSON --run {run}"), "tells of it")]
        }
        WaitOn::Paused { .. } => vec![resume(run), Hint::new(format!("orch cancel {run}"), "stops it, and undoes it")],
        WaitOn::Hold { .. } => vec![
            Hint::new(format!("orch promote {run} {address}"), "skips the rest of the hold"),
            Hint::new(format!("orch abort {run} {address}"), "fails the rollout"),
        ],
        WaitOn::Effect { .. } | WaitOn::Time { .. } | WaitOn::Backoff { .. } => Vec::new(),
    }
}

/// What can be typed to answer what is asked at an address.
fn answers(
    run: &RunId,
    address: &str,
    asking: Asking,
    expects: &str,
    options: &[(smol_str::SmolStr, Option<smol_str::SmolStr>)],
) -> Vec<Hint> {
    let refuse = |meaning: &str| Hint::new(format!("orch refuse {run} {address} --because WHY"), meaning);
    match asking {
        Asking::Task if expects.is_empty() => {
            vec![Hint::new(format!("orch done {run} {address}"), "it is done"), refuse("it can't be done")]
        }
        Asking::Task => vec![
            Hint::new(format!("orch done {run} {address} VALUE"), format!("it is done, and gave {expects}")),
            refuse("it can't be done"),
        ],
        Asking::Approval => vec![Hint::new(format!("orch approve {run} {address}"), "yes"), refuse("no")],
        Asking::Decision => {
            let hint = |(name, title): &(smol_str::SmolStr, Option<smol_str::SmolStr>)| {
                let command = format!("orch choose {run} {address} {}", word(name));
                Hint::new(command, title.as_ref().map(|title| harmless(title)).unwrap_or_default())
            };
            options.iter().map(hint).collect()
        }
    }
}

/// How a run that was left is taken up.
pub fn resume(run: &RunId) -> Hint {
    Hint::new(format!("orch resume {run}"), "goes on")
}

/// How a halted run goes on.
pub fn go_on(run: &RunId) -> Hint {
    Hint::new(format!("orch retry {run}"), "goes on from the commit")
}

/// Where more is to be seen of a part.
pub fn look_at(run: &RunId, address: &Address) -> Hint {
    let command = format!("orch show {run} {}", word(&address.to_string()));
    Hint::new(command, "what it was given and what it printed")
}
