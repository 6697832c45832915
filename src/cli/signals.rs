//! Signals: which of them ask a driver to leave or to draw anew, and which are only survived.

use std::fs;

use tokio::{
    runtime::Builder,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{exit::Exit, failure::Failure};

/// What is said when a signal asks to leave.
pub const LEAVING: &str = "nothing new is started; waits for what is in flight. Ctrl-C once more stops at once";

/// What a signal says to whoever drives a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Leave; the second time, at once.
    Leave,
    /// The terminal has another size.
    Resized,
    /// This process stood still, and goes on.
    Continued,
}

/// The signals that are listened to.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
    resized: Signal,
    continued: Signal,
}

impl Signals {
    /// From now on, Ctrl-C, SIGTERM and a terminal that goes away end this process no more.
    pub fn listen() -> Result<Signals, Failure> {
        // Who starts it with `nohup` wants it to outlive the terminal.
        let hang_up = if is_ignored(libc::SIGHUP) { None } else { Some(caught(SignalKind::hangup())?) };
        Ok(Signals {
            interrupt: caught(SignalKind::interrupt())?,
            terminate: caught(SignalKind::terminate())?,
            hang_up,
            resized: caught(SignalKind::window_change())?,
            continued: caught(SignalKind::from_raw(libc::SIGCONT))?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Heard {
        tokio::select! {
            () = heard(&mut self.interrupt) => Heard::Leave,
            () = heard(&mut self.terminate) => Heard::Leave,
            () = heard_of(self.hang_up.as_mut()) => Heard::Leave,
            () = heard(&mut self.continued) => Heard::Continued,
            () = heard(&mut self.resized) => Heard::Resized,
        }
    }
}

/// Lets a write fail that makes a file larger than the shell allows, so that the failure can be told. Without this
/// the signal ends the process without a word. Programs that are started are not affected.
pub fn survive_full_files() {
    survive(SignalKind::from_raw(libc::SIGXFSZ));
}

/// From now on, Ctrl-C ends this process no more: whoever reads what is typed takes it as a word.
#[cfg(feature = "repl")]
pub fn survive_interrupts() {
    survive(SignalKind::interrupt());
}

fn survive(kind: SignalKind) {
    // Where it can't be caught, it is as if nobody had tried.
    if let Ok(runtime) = Builder::new_current_thread().enable_io().build() {
        let _inside = runtime.enter();
        let _ = signal(kind);
    }
}

fn caught(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure {
        exit: Exit::Bug,
        message: format!("can't catch signals: {error}"),
        help: Vec::new(),
    })
}

async fn heard(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        std::future::pending().await
    }
}

async fn heard_of(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => heard(signal).await,
        None => std::future::pending().await,
    }
}

/// Whether whoever started this process made it ignore a signal.
fn is_ignored(signal: libc::c_int) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (signal - 1)) != 0
}
