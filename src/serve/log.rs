//! The log: a line an event, on stderr.

use std::{
    fmt::Display,
    io::{self, Write},
};

use jiff::Timestamp;

use crate::{
    machine::{Wait, WaitOn},
    run::RunId,
};

/// Writes a line, with the moment before it.
pub fn line(text: impl Display) {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let text = text.to_string().replace(char::is_control, " ");
    // Nobody is there to be told that it can't be written.
    let _ = writeln!(io::stderr().lock(), "{now} {text}");
}

/// Writes a line about a run.
pub fn run(run: &RunId, plan: &str, what: impl Display) {
    line(format_args!("run {run} · {plan} · {what}"));
}

/// Writes what a run waits for that has been let go.
pub fn waits(id: &RunId, plan: &str, waits: &[Wait]) {
    for wait in waits {
        let address = &wait.address;
        match &wait.on {
            WaitOn::Person { text, by, .. } => run(id, plan, format_args!("waits for {by} at `{address}`: {text}")),
            WaitOn::Event { event, .. } => run(id, plan, format_args!("waits for the event `{event}` at `{address}`")),
            WaitOn::Paused { reason } => run(id, plan, format_args!("paused: {reason}")),
            WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } | WaitOn::Measure { reason } => {
                run(id, plan, format_args!("stuck on `{address}`: {reason}"));
            }
            WaitOn::Effect { .. } | WaitOn::Time { .. } | WaitOn::Backoff { .. } | WaitOn::Hold { .. } => {}
        }
    }
}
