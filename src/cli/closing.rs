//! The last lines of a command that drove a run: how it stands, what is left, what to type next.

use super::{
    compile::manner,
    exit::Exit,
    instead::commands,
    moment::duration,
    story::{Part, Story},
    terminal::{
        Style,
        text::{harmless, one_line, readable, word},
    },
    view::{
        hints::{Hint, go_on, hint_lines, look_at, resume, unblock},
        telling,
    },
};
use crate::{
    diagnostic::{Code, Diagnostic, render},
    ir::Address,
    machine::{Ending, Owed, Owing, Timestamp, Wait, WaitOn},
    run::{Left, RunId, driver::now},
};

/// How many lines of what a failing program printed are shown.
const PRINTED_LINES: usize = 10;

/// How a driver left its run, for a person, and the exit code that says it to a program.
pub fn closing(run: &RunId, story: &Story, left: &Left, style: Style) -> (Vec<String>, Exit) {
    match left {
        Left::Ended(Ending::Completed, _) => (vec![format!("{}{}", style.green("completed"), took(story))], Exit::Done),
        Left::Ended(Ending::Compensated, _) => (undone(run, story, "compensated", style), Exit::Undone),
        Left::Ended(Ending::Halted, _) => (halted(run, story, style), Exit::Halted),
        Left::Ended(Ending::Partial, _) => (undone(run, story, "partial", style), Exit::Partial),
        Left::Ended(Ending::Killed, _) => (killed(run, story, style), Exit::Killed),
        Left::Stuck(waits) => (stuck(run, story, waits, style), Exit::Stuck),
        Left::Waiting(waits) => (asked(run, waits, style), Exit::Stuck),
        Left::Sleeping(until, waits) => (sleeping(run, *until, waits, style), Exit::Left),
        Left::Asked => {
            let line = format!("{}: nothing is in flight, and nothing is lost", style.yellow("left"));
            (with(prose(&line, style), &[resume(run)], style), Exit::Left)
        }
        Left::AskedTwice => {
            let line = style.yellow("stopped at once");
            let line = format!("{line}: how what was in flight ended is found out when the run is resumed");
            (with(prose(&line, style), &[resume(run)], style), Exit::Interrupted)
        }
        Left::Refused(refused) => {
            let possible = commands(run, &refused.instead);
            let lines = possible.iter().map(|command| format!("  possible: {command}"));
            (std::iter::once(format!("{}: {refused}", style.red("refused"))).chain(lines).collect(), Exit::Refused)
        }
    }
}

/// What is asked until then, if anything is, and that nobody drives the run.
fn sleeping(run: &RunId, until: Timestamp, waits: &[Wait], style: Style) -> Vec<String> {
    let asked = asked(run, waits, style);
    let line = format!("{} {}: nobody drives it meanwhile", style.yellow("waits"), telling::until(until, now()));
    let lines = [asked, prose(&line, style)].concat();
    with(lines, &[resume(run), due()], style)
}

fn took(story: &Story) -> String {
    let took = story.ended.as_ref().map(|(_, _, at)| at.since(story.started));
    took.map(|took| format!(" in {}", duration(took))).unwrap_or_default()
}

fn undone(run: &RunId, story: &Story, ending: &str, style: Style) -> Vec<String> {
    let first = format!("{}: {}, {}, {}", style.red(ending), failed(story), steps(story), owed(story));
    let mut lines = prose(&first, style);
    lines.extend(owed_lines(run, &story.owed, style));
    lines.extend(cause(run, story, style));
    lines
}

fn killed(run: &RunId, story: &Story, style: Style) -> Vec<String> {
    let said = story.killed.as_deref().map(harmless).unwrap_or_default();
    let said = said.strip_prefix("killed ").unwrap_or(&said);
    let undone = if story.undone.is_empty() { "nothing was undone".to_owned() } else { steps(story) };
    let first = format!("{} {said}: {undone}, {}", style.red("killed"), owed(story));
    [prose(&first, style), owed_lines(run, &story.owed, style)].concat()
}

/// What is to be put right by hand, each with what would undo it and how it is taken off the list.
pub fn owed_lines(run: &RunId, owed: &[Owed], style: Style) -> Vec<String> {
    let line = |owed: &Owed| format!("  owed: {}: {}", readable(owed.address.as_str()), one_line(&owed.reason));
    owed.iter().flat_map(|owed| with(prose(&line(owed), style), &settled(run, owed), style)).collect()
}

/// What can be typed of something that is owed.
pub fn settled(run: &RunId, owed: &Owed) -> Vec<Hint> {
    let by_hand = owed.undo.as_ref().map(|undo| format!("it was undone by hand, as by {}", harmless(undo)));
    let by_hand = by_hand.unwrap_or_else(|| "it was undone by hand".to_owned());
    let (undo, step) = (word(&owed.address.undo().to_string()), word(&owed.address.to_string()));
    match owed.owing {
        Owing::NotUndone | Owing::Waived => vec![Hint::new(format!("orch settle {run} {undo} --done"), by_hand)],
        Owing::Unknown => vec![
            Hint::new(format!("orch settle {run} {step} --done"), "it was done"),
            Hint::new(format!("orch settle {run} {step} --not-done"), "it was not done"),
        ],
    }
}

fn halted(run: &RunId, story: &Story, style: Style) -> Vec<String> {
    let commit = story.commit.as_ref().map(|(_, text)| format!(" at the commit `{text}`")).unwrap_or_default();
    let head = style.red("halted");
    let line = format!("{head}{commit}: {}, {}, {}", failed(story), steps(story), owed(story));
    let mut lines = prose(&line, style);
    lines.extend(cause(run, story, style));
    with(lines, &[go_on(run)], style)
}

fn failed(story: &Story) -> String {
    match &story.failure {
        Some((address, reason)) if address.is_root() => harmless(reason),
        Some((address, _)) => format!("`{address}` failed"),
        None => "it failed".to_owned(),
    }
}

fn steps(story: &Story) -> String {
    let (undone, by_hand) = (story.undone.len(), story.by_hand.len());
    let all = undone + by_hand + story.owed.len();
    let others = if by_hand == 0 { String::new() } else { format!(", {by_hand} by hand") };
    match all {
        0 => "nothing had to be undone".to_owned(),
        1 => format!("{undone} of 1 step undone{others}"),
        _ => format!("{undone} of {all} steps undone{others}"),
    }
}

fn owed(story: &Story) -> String {
    if story.owed.is_empty() { "nothing is owed".to_owned() } else { format!("{} owed", story.owed.len()) }
}

/// Why it failed, with the end of what the failing program printed, and how to see more.
fn cause(run: &RunId, story: &Story, style: Style) -> Vec<String> {
    let Some((address, reason)) = &story.failure else { return Vec::new() };
    if address.is_root() {
        return fault_place(story, address, style);
    }
    let lines = told(story, address, reason).into_iter().flat_map(|line| prose(&format!("  {line}"), style));
    let lines = match fault_lines(story, address, style) {
        drawn if drawn.is_empty() => lines.collect(),
        drawn => drawn,
    };
    with(lines, &[look_at(run, address)], style)
}

/// Where the expression stands that could not be computed; why is said already.
pub fn fault_place(story: &Story, address: &Address, style: Style) -> Vec<String> {
    fault_lines(story, address, style).into_iter().skip(1).collect()
}

/// The expression that could not be computed, drawn like a mistake in a program; nothing, if it was something else.
fn fault_lines(story: &Story, address: &Address, style: Style) -> Vec<String> {
    let Some((fault, sources)) = story.fault(address) else { return Vec::new() };
    let diagnostic = Diagnostic::new(Code::E0901, fault.place, fault.reason.as_str(), "");
    render::drawn(sources, &diagnostic, manner(style)).trim_end().lines().map(str::to_owned).collect()
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
            [only] => lines.extend(prose(&format!("{head} {only}"), style)),
            several => {
                lines.push(head);
                lines.extend(several.iter().flat_map(|line| prose(&format!("  {line}"), style)));
            }
        }
        lines.extend(fault_place(story, &wait.address, style));
        lines = with(lines, &unblock(run, wait), style);
    }
    lines
}

/// What is asked of people, and what they can answer.
fn asked(run: &RunId, waits: &[Wait], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for wait in waits {
        let Some(line) = ask(wait, style) else { continue };
        lines.extend(prose(&line, style));
        lines = with(lines, &unblock(run, wait), style);
    }
    lines
}

fn ask(wait: &Wait, style: Style) -> Option<String> {
    let (head, address) = (style.yellow("waits"), readable(wait.address.as_str()));
    match &wait.on {
        WaitOn::Person { text, by, until, .. } => {
            Some(format!("{head} for {} at `{address}`: {}{}", one_line(by), one_line(text), limit(*until)))
        }
        WaitOn::Event { event, until } => {
            Some(format!("{head} for the event `{event}` at `{address}`{}", limit(*until)))
        }
        WaitOn::Paused { reason } => Some(style.yellow(one_line(&telling::paused(reason)))),
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Measure { .. }
        | WaitOn::Settlement { .. }
        | WaitOn::Compensation { .. } => None,
    }
}

/// `, until Fri 27 Nov 02:33 (in 2d 23h)`: until when somebody can answer, if not for ever.
fn limit(until: Option<Timestamp>) -> String {
    until.map(|until| format!(", {}", telling::until(until, now()))).unwrap_or_default()
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

/// A line of prose, broken where a terminal ends.
fn prose(line: &str, style: Style) -> Vec<String> {
    style.hanging(line, 4)
}

fn with(mut lines: Vec<String>, hints: &[Hint], style: Style) -> Vec<String> {
    lines.extend(hint_lines(hints, style));
    lines
}

/// How all runs are taken up that have something to do.
fn due() -> Hint {
    Hint::new("orch resume --due".to_owned(), "goes on with every run that has something to do")
}
