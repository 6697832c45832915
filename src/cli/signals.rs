//! Signals: which of them ask a driver to leave, and which are only survived.

use std::fs;

use tokio::{
    runtime::Builder,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

use super::{exit::Exit, failure::Failure, terminal::Terminal};
use crate::run::{Leaver, Wish};

/// Ctrl-C, SIGTERM and a terminal that goes away ask the driver to leave; the second time, at once.
pub fn listen(leaver: Leaver, terminal: Terminal) -> Result<JoinHandle<()>, Failure> {
    let mut interrupt = caught(SignalKind::interrupt())?;
    let mut terminate = caught(SignalKind::terminate())?;
    // Who starts it with `nohup` wants it to outlive the terminal.
    let mut hang_up = if is_ignored(libc::SIGHUP) { None } else { Some(caught(SignalKind::hangup())?) };
    Ok(tokio::spawn(async move {
        loop {
            let heard = tokio::select! {
                heard = interrupt.recv() => heard,
                heard = terminate.recv() => heard,
                heard = next(hang_up.as_mut()) => heard,
            };
            if heard.is_none() {
                return;
            }
            if leaver.ask() == Wish::Leave {
                terminal
                    .note("\n  nothing new is started; waits for what is in flight. Ctrl-C once more stops at once");
            }
        }
    }))
}

/// Lets a write fail that makes a file larger than the shell allows, so that the failure can be told. Without this
/// the signal ends the process without a word. Programs that are started are not affected.
pub fn survive_full_files() {
    // Where it can't be caught, it is as if nobody had tried.
    if let Ok(runtime) = Builder::new_current_thread().enable_io().build() {
        let _inside = runtime.enter();
        let _ = signal(SignalKind::from_raw(libc::SIGXFSZ));
    }
}

fn caught(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure {
        exit: Exit::Bug,
        message: format!("can't catch signals: {error}"),
        help: Vec::new(),
    })
}

async fn next(signal: Option<&mut Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
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
