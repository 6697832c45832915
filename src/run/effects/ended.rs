//! What the end of a process says about what it was started for.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

use super::process::{Ended, MAX_OUTPUT};
use crate::machine::{Outcome, Perform, Purpose};

/// `exec` and `shell`: what was printed is the answer.
pub fn outcome(mut ended: Ended, perform: &Perform) -> Outcome {
    let (status, stopped) = (ended.status, ended.stopped);
    if status.success() {
        if !perform.wants_output {
            return Outcome::Ok { output: String::new(), printed: ended.printed() };
        }
        return match text(std::mem::take(&mut ended.output)) {
            Ok(output) => Outcome::Ok { output, printed: ended.complained },
            Err(reason) => without_answer(reason, ended.complained, perform.purpose),
        };
    }
    let printed = ended.printed();
    match status.code() {
        Some(code) if stopped => Outcome::Unknown { reason: format!("stopped, exit {code}"), printed },
        Some(code) => Outcome::failed(format!("exit {code}"), printed),
        None => Outcome::Unknown { reason: killed(status), printed },
    }
}

/// `succeeds`: 0 is true, 1 is false, all else is no answer.
pub fn verdict(ended: Ended) -> Outcome {
    let status = ended.status;
    match status.code() {
        Some(0) => Outcome::Ok { output: "true".to_owned(), printed: ended.complained },
        Some(1) if !ended.stopped => Outcome::Ok { output: "false".to_owned(), printed: ended.complained },
        Some(code) => Outcome::failed(format!("exit {code}"), ended.printed()),
        None => Outcome::failed(killed(status), ended.printed()),
    }
}

/// A look that gave no answer failed; what changes something did it, and what it gave is not known.
pub fn without_answer(reason: String, printed: String, purpose: Purpose) -> Outcome {
    match purpose {
        Purpose::Look | Purpose::Confirm => Outcome::failed(reason, printed),
        Purpose::Do | Purpose::Undo => Outcome::Unknown { reason, printed },
    }
}

fn text(output: Vec<u8>) -> Result<String, String> {
    if output.len() > MAX_OUTPUT {
        return Err("printed more than 1 MiB".to_owned());
    }
    String::from_utf8(output)
        .map_err(|error| format!("what it printed is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

fn killed(status: ExitStatus) -> String {
    match status.signal() {
        Some(signal) => format!("killed by signal {signal}{}", signal_name(signal)),
        None => status.to_string(),
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGHUP => " (SIGHUP)",
        libc::SIGINT => " (SIGINT)",
        libc::SIGQUIT => " (SIGQUIT)",
        libc::SIGILL => " (SIGILL)",
        libc::SIGABRT => " (SIGABRT)",
        libc::SIGBUS => " (SIGBUS)",
        libc::SIGFPE => " (SIGFPE)",
        libc::SIGKILL => " (SIGKILL)",
        libc::SIGSEGV => " (SIGSEGV)",
        libc::SIGPIPE => " (SIGPIPE)",
        libc::SIGTERM => " (SIGTERM)",
        _ => "",
    }
}
