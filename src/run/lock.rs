//! One process drives a run: a lock held by an open file, which the death of the process releases.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    error::Error,
    folder::{Folder, private},
    store::RunId,
};
use crate::machine::Timestamp;

/// Who drives a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The number of its process.
    pub pid: u32,
    /// The machine it runs on.
    pub host: String,
    /// Its command line.
    pub command: String,
    /// Since when.
    pub since: Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holder { pid, host, command, since: _ } = self;
        match (*pid, host.as_str()) {
            (0, _) => f.write_str("one that has not said who it is"),
            (pid, "") => write!(f, "process {pid} (`{command}`)"),
            (pid, host) => write!(f, "process {pid} on {host} (`{command}`)"),
        }
    }
}

/// The right to drive a run, until it is dropped.
#[derive(Debug)]
pub struct RunLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl RunLock {
    /// Takes the lock of `run`, or says who holds it.
    pub fn take(folder: &Folder, run: &RunId, now: Timestamp) -> Result<RunLock, Error> {
        let path = folder.lock_file(run);
        let failed = |doing, source| Error::Files { doing, path: path.clone(), source };
        if let Some(parent) = path.parent() {
            private(parent).map_err(|source| failed("create", source))?;
        }
        let mut file = open(&path).map_err(|source| failed("open", source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Held { run: run.clone(), holder: read(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(failed("lock", source)),
        }
        write(&mut file, &myself(now)).map_err(|source| failed("write", source))?;
        Ok(RunLock(file))
    }

    /// Who drives `run`, if anybody does.
    pub fn holder(folder: &Folder, run: &RunId) -> Option<Holder> {
        let mut file = File::open(folder.lock_file(run)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read(&mut file)),
            _ => None,
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// What the lock's holder wrote; nothing known if it has not come to it yet.
fn read(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok();
    read.and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn write(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    file.set_len(0)?;
    file.write_all(serde_json::to_string(holder)?.as_bytes())
}

fn myself(now: Timestamp) -> Holder {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let command: Vec<_> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    Holder { pid: std::process::id(), host: host.trim().to_owned(), command: command.join(" "), since: now }
}
