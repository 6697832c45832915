//! What an entry says, in a word and a few values: for those who list a journal, and for those who compare two.

use serde_json::Value as Json;

use super::{Asking, Ending, Entry, Purpose, Verdict};
use crate::ir::{Address, Value};
use crate::machine::estimate::moment_text;

impl Entry {
    /// The part of the run that it speaks of; none, if it is the run as a whole.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Entry::Entered { address, .. }
            | Entry::Intent { address, .. }
            | Entry::TryFailed { address, .. }
            | Entry::InDoubt { address, .. }
            | Entry::Done { address, .. }
            | Entry::Failed { address, .. }
            | Entry::Verdict { address, .. }
            | Entry::Decided { address, .. }
            | Entry::Measured { address, .. }
            | Entry::Emitted { address, .. }
            | Entry::Asked { address, .. }
            | Entry::Waits { address, .. }
            | Entry::Holds { address, .. }
            | Entry::Paused { address, .. }
            | Entry::Promoted { address }
            | Entry::SteppedBack { address, .. }
            | Entry::Committed { address, .. }
            | Entry::Unwinding { address, .. }
            | Entry::AttemptFailed { attempt: address, .. }
            | Entry::Left { address }
            | Entry::Otherwise { attempt: address }
            | Entry::Undone { address }
            | Entry::NotUndone { address, .. }
            | Entry::Owed { address, .. }
            | Entry::Settled { address }
            | Entry::Stuck { address, .. }
            | Entry::Unstuck { address } => Some(address).filter(|address| !address.is_root()),
            Entry::Resumed | Entry::Killed { .. } | Entry::Ended { .. } => None,
        }
    }

    /// What happened, in one or two words.
    pub fn what(&self) -> &'static str {
        match self {
            Entry::Entered { .. } => "begins",
            Entry::Intent { purpose: Purpose::Do, .. } => "does",
            Entry::Intent { purpose: Purpose::Undo, .. } => "undoes",
            Entry::Intent { purpose: Purpose::Look, .. } => "looks",
            Entry::Intent { purpose: Purpose::Confirm, .. } => "confirms",
            Entry::TryFailed { .. } => "try failed",
            Entry::InDoubt { .. } => "in doubt",
            Entry::Done { .. } => "done",
            Entry::Failed { .. } => "failed",
            Entry::Verdict { verdict: Verdict::Pass, .. } => "holds",
            Entry::Verdict { verdict: Verdict::Fail, .. } => "holds not",
            Entry::Verdict { verdict: Verdict::Unknown, .. } => "unknown",
            Entry::Decided { .. } => "decided",
            Entry::Measured { .. } => "measured",
            Entry::Emitted { .. } => "emitted",
            Entry::Asked { asking: Asking::Task, .. } => "task",
            Entry::Asked { asking: Asking::Approval, .. } => "approve?",
            Entry::Asked { asking: Asking::Decision, .. } => "choose?",
            Entry::Waits { .. } => "waits",
            Entry::Holds { .. } => "held",
            Entry::Paused { .. } => "paused",
            Entry::Resumed => "resumed",
            Entry::Promoted { .. } => "promoted",
            Entry::SteppedBack { .. } => "stepped back",
            Entry::Committed { .. } => "committed",
            Entry::Unwinding { .. } => "unwinding",
            Entry::AttemptFailed { .. } => "gave up",
            Entry::Left { .. } => "left",
            Entry::Otherwise { .. } => "otherwise",
            Entry::Undone { .. } => "undone",
            Entry::NotUndone { .. } => "not undone",
            Entry::Killed { .. } => "killed",
            Entry::Owed { .. } => "owed",
            Entry::Settled { .. } => "settled",
            Entry::Stuck { .. } => "stuck",
            Entry::Unstuck { .. } => "goes on",
            Entry::Ended { .. } => "ended",
        }
    }

    /// The values it has, in short; empty if there are none.
    pub fn values(&self) -> String {
        match self {
            Entry::Entered { title, .. } => title.as_ref().map(ToString::to_string).unwrap_or_default(),
            Entry::Intent { attempt: 1, request, .. } => request.summary(),
            Entry::Intent { attempt, request, .. } => format!("{} (try {attempt})", request.summary()),
            Entry::TryFailed { reason, next, .. } => format!("{reason}, again at {}", moment_text(*next)),
            Entry::Done { value, .. } => shown(value),
            Entry::Failed { reason, tolerated: true, .. } => format!("{reason}, which is tolerated"),
            Entry::InDoubt { reason, .. }
            | Entry::Failed { reason, .. }
            | Entry::Paused { reason, .. }
            | Entry::SteppedBack { reason, .. }
            | Entry::Unwinding { reason, .. }
            | Entry::NotUndone { reason, .. }
            | Entry::Killed { reason }
            | Entry::Owed { reason, .. }
            | Entry::Stuck { reason, .. } => reason.to_string(),
            Entry::AttemptFailed { address, reason, .. } => format!("{address}: {reason}"),
            Entry::Verdict { answers, .. } => answers.join(", "),
            Entry::Decided { option, evidence, .. } if evidence.is_empty() => option.to_string(),
            Entry::Decided { option, evidence, .. } => format!("{option}: {}", evidence.join(", ")),
            Entry::Measured { phase, timeline, .. } => format!("{phase} {timeline}"),
            Entry::Emitted { event, payload, .. } => format!("{event} {payload}"),
            Entry::Asked { by, text, .. } => format!("{by}: {text}"),
            Entry::Waits { until, .. } => format!("until {}", moment_text(*until)),
            Entry::Holds { needed, .. } => Value::Duration(*needed).to_string(),
            Entry::Committed { text, .. } => text.to_string(),
            Entry::Ended { ending, value } => format!("{} {}", ended(*ending), shown(value)).trim_end().to_owned(),
            Entry::Resumed
            | Entry::Promoted { .. }
            | Entry::Left { .. }
            | Entry::Otherwise { .. }
            | Entry::Undone { .. }
            | Entry::Settled { .. }
            | Entry::Unstuck { .. } => String::new(),
        }
    }
}

fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Compensated => "compensated",
        Ending::Halted => "halted",
        Ending::Partial => "partial",
        Ending::Killed => "killed",
    }
}

fn shown(value: &Json) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}
