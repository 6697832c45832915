//! `:state`, `:undo-stack`, `:why`: what is known of the run.

use super::{
    Drive,
    tell::{self, brief, ending_word},
};
use crate::{
    ir::{Address, Value},
    machine::{Entry, Event, Status, Verdict, WaitOn},
    repl::look::Look,
    simulate::{BEGIN, Ends, matches},
};

impl Drive {
    /// What was done at an address, or what was seen there, in a few words.
    pub(super) fn what(&self, address: &Address) -> String {
        let seen = self.now.simulation.last().and_then(|last| {
            last.record.then.iter().rev().find_map(|entry| match entry {
                Entry::Verdict { address: of, answers, .. } if of == address => Some(answers.join(", ")),
                _ => None,
            })
        });
        seen.unwrap_or_else(|| self.answered(address).map(|value| brief(&value)).unwrap_or_default())
    }

    /// The value that was answered last for an address.
    fn answered(&self, address: &Address) -> Option<Value> {
        let asked = self.now.simulation.asked().iter().rev().find(|asked| asked.question.address == *address)?;
        match &asked.answer.ends {
            Ends::Returns(value) if *value != Value::None => Some(value.clone()),
            _ => None,
        }
    }

    /// How the run stands.
    pub fn state(&self, look: Look) -> String {
        let machine = self.now.simulation.machine();
        let now = Value::Duration(self.elapsed());
        let mut lines =
            vec![format!("{} · {} · {now} since it began", look.bold(&self.plan), status_word(&self.status()))];
        if let Some((address, reason)) = machine.failure() {
            lines.push(format!("  failed: {address}: {reason}"));
        }
        lines.extend(machine.waits().iter().map(|wait| format!("  ◷ {}  {}", wait.address, waits_for(&wait.on))));
        let undo = machine.to_undo();
        if !undo.is_empty() {
            lines.push(format!("  to undo: {}", listed(&undo)));
        }
        let owed = machine.owed().iter().map(|owed| format!("  owed: {}  {}", owed.address, owed.reason));
        lines.extend(owed);
        lines.join("\n")
    }

    /// What would be undone if the run failed now, in that order.
    pub fn undo_stack(&self) -> String {
        let machine = self.now.simulation.machine();
        let undo = machine.to_undo();
        if undo.is_empty() {
            return "nothing would be undone".to_owned();
        }
        let lines = undo.iter().zip(1..).map(|(address, number)| format!("{number:>3}  {address}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What would be undone, in one line; empty if nothing.
    pub fn to_undo(&self) -> String {
        listed(&self.now.simulation.machine().to_undo())
    }

    /// Why a part of the run is as it is: what was seen, decided, failed and is waited for there.
    pub fn why(&self, address: &Address, look: Look) -> String {
        let mut found = Vec::new();
        for record in self.now.simulation.records() {
            for entry in &record.then {
                if let Some((of, text)) = reason(entry)
                    && (matches(address, of) || of.is_within(address))
                {
                    let at = Value::Duration(record.at.since(BEGIN)).to_string();
                    found.push(format!("{}  {of}  {text}", look.dim(format_args!("{at:>6}"))));
                }
            }
            if let Event::Operator { word, who, why } = &record.event
                && let Some(text) = tell::person(word, address)
            {
                let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                found.push(format!("        {address}  {text} by {who}{why}"));
            }
        }
        let waits = self.now.simulation.machine().waits().into_iter().filter(|wait| wait.address.is_within(address));
        found.extend(waits.map(|wait| format!("   now  {}  {}", wait.address, waits_for(&wait.on))));
        found.dedup();
        if found.is_empty() { format!("nothing has happened at `{address}` yet") } else { found.join("\n") }
    }

    /// The addresses that one may want to speak of: those that were seen, and those of the plan's own statements.
    pub fn addresses(&self) -> Vec<String> {
        let records = self.now.simulation.records().iter();
        let seen = records.flat_map(|record| &record.then).filter_map(super::begins).map(ToString::to_string);
        let program = self.program();
        let body = program.plan(&self.plan).map(|plan| program.plans[plan.index()].body);
        let own = body.map(|body| program.blocks[body.index()].statements.as_slice()).unwrap_or_default();
        let own = own.iter().filter_map(|statement| statement.segment.as_ref());
        let own = own.map(|segment| Address::root().child(segment).to_string());
        let mut all: Vec<String> = seen.chain(own).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn listed(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What an entry says about why its part is as it is.
fn reason(entry: &Entry) -> Option<(&Address, String)> {
    Some(match entry {
        Entry::Verdict { address, verdict, answers, .. } => {
            let verdict = match verdict {
                Verdict::Pass => "holds",
                Verdict::Fail => "does not hold",
                Verdict::Unknown => "nobody knows",
            };
            (address, format!("{verdict}: {}", answers.join(", ")))
        }
        Entry::Decided { address, option, evidence } if evidence.is_empty() => (address, format!("decided: {option}")),
        Entry::Decided { address, option, evidence } => {
            (address, format!("decided: {option}, because {}", evidence.join(", ")))
        }
        Entry::Failed { address, reason, .. } => (address, format!("failed: {reason}")),
        Entry::TryFailed { address, reason, next } => {
            (address, format!("a try failed: {reason}; the next after {}", Value::Duration(next.since(BEGIN))))
        }
        Entry::InDoubt { address, reason } => (address, format!("in doubt: {reason}")),
        Entry::Stuck { address, reason } => (address, format!("stuck: {reason}")),
        Entry::Paused { address, reason } => (address, format!("paused: {reason}")),
        Entry::SteppedBack { address, reason } => (address, format!("stepped back: {reason}")),
        Entry::Unwinding { address, reason } => (address, format!("the run is undone: {reason}")),
        Entry::AttemptFailed { attempt, address, reason } => (attempt, format!("`{address}` failed: {reason}")),
        Entry::NotUndone { address, reason } => (address, format!("not undone: {reason}")),
        Entry::Owed { address, reason, .. } => (address, format!("owed: {reason}")),
        Entry::Undone { address } => (address, "undone".to_owned()),
        Entry::Done { address, value } if !address.is_root() && value.is_null() => (address, "done".to_owned()),
        Entry::Done { address, value } if !address.is_root() => (address, format!("done: {value}")),
        Entry::Asked { address, text, by, .. } => (address, format!("asked \"{text}\" of {by}")),
        Entry::Holds { address, needed } => (address, format!("held for {}", Value::Duration(*needed))),
        Entry::Waits { address, until } => (address, format!("waits until {}", Value::Duration(until.since(BEGIN)))),
        Entry::Done { .. }
        | Entry::Entered { .. }
        | Entry::Intent { .. }
        | Entry::Measured { .. }
        | Entry::Emitted { .. }
        | Entry::Resumed
        | Entry::Promoted { .. }
        | Entry::Committed { .. }
        | Entry::Left { .. }
        | Entry::Otherwise { .. }
        | Entry::Killed { .. }
        | Entry::Settled { .. }
        | Entry::Unstuck { .. }
        | Entry::Ended { .. } => return None,
    })
}

fn status_word(status: &Status) -> String {
    match status {
        Status::New => "not begun".to_owned(),
        Status::Running => "running".to_owned(),
        Status::Waiting => "waiting".to_owned(),
        Status::Paused => "paused".to_owned(),
        Status::Unwinding => "being undone".to_owned(),
        Status::Stuck => "stuck".to_owned(),
        Status::Ended(ending, value) if value.is_null() => ending_word(*ending).to_owned(),
        Status::Ended(ending, value) => format!("{}: {value}", ending_word(*ending)),
    }
}

fn waits_for(on: &WaitOn) -> String {
    match on {
        WaitOn::Effect { summary, .. } => format!("waits for {summary}"),
        WaitOn::Time { until } => format!("waits until {}", Value::Duration(until.since(BEGIN))),
        WaitOn::Backoff { until, reason, .. } => {
            format!("is tried again after {}: {reason}", Value::Duration(until.since(BEGIN)))
        }
        WaitOn::Hold { held, needed, .. } => {
            format!("held {} of {}", Value::Duration(*held), Value::Duration(*needed))
        }
        WaitOn::Person { text, by, .. } => format!("waits for {by}: \"{text}\""),
        WaitOn::Event { event, .. } => format!("waits for {event}"),
        WaitOn::Measure { reason } | WaitOn::Paused { reason } => format!("waits for a person: {reason}"),
        WaitOn::Settlement { reason, .. } => format!("nobody knows whether it was done: {reason}"),
        WaitOn::Compensation { reason } => format!("could not be undone: {reason}"),
    }
}
