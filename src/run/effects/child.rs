//! The marks of child processes: how a run finds what an earlier process left behind.
//!
//! A child writes who it is beside the journal *before* it becomes the program it was started for. So there is no
//! moment at which a program runs and nobody could find it, however its driver dies. A process is recognised by
//! its number, the moment it started and the boot it started in: numbers alone are used again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{process::Command, time::sleep};

use crate::{machine::EffectId, run::folder::private};

/// How long a process has to end after it was asked to.
pub const GRACE: Duration = Duration::from_secs(5);

/// How often one looks whether a survivor has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The mark of one child. Whoever has waited for the child's end removes it; if nobody lives to do so, it stays.
pub struct Mark {
    path: PathBuf,
    file: File,
}

impl Mark {
    /// Prepares the mark of the child that will be started for `effect`.
    pub fn new(folder: &Path, effect: EffectId) -> io::Result<Mark> {
        private(folder)?;
        let path = folder.join(effect.0.to_string());
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(boot().as_bytes())?;
        Ok(Mark { path, file })
    }

    /// Makes the child write its mark before it becomes the program.
    pub fn written_by(&self, command: &mut Command) {
        let mark = self.file.as_raw_fd();
        // SAFETY: between fork and exec only async-signal-safe functions may be called. `copy_stat` calls open,
        // read, write and close, on a buffer on its stack, and allocates nothing. The descriptor is open in
        // the child because it is open in the parent, where `self` outlives the call that forks.
        #[expect(unsafe_code, reason = "the child itself must say who it is, before it execs")]
        unsafe {
            command.pre_exec(move || copy_stat(mark));
        }
    }

    /// Removes the mark: the child has ended, or was never started.
    pub fn remove(self) {
        // A mark that stays behind names a process that is gone, which recovery notices.
        let _ = fs::remove_file(&self.path);
    }
}

/// Copies `/proc/self/stat` to an open file, with nothing but system calls.
fn copy_stat(to: libc::c_int) -> io::Result<()> {
    let mut buffer = [0_u8; 1024];
    // SAFETY: plain system calls on a constant path, a buffer of the length given, and descriptors that are open.
    #[expect(unsafe_code, reason = "the standard library's files are not async-signal-safe")]
    let copied = unsafe {
        let from = libc::open(c"/proc/self/stat".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        let length = libc::read(from, buffer.as_mut_ptr().cast(), buffer.len());
        libc::close(from);
        length > 0 && libc::write(to, buffer.as_ptr().cast(), length as usize) == length
    };
    if copied { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A process that is recognised for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    pid: i32,
    started: u64,
}

impl Process {
    /// From a line of `/proc/PID/stat`; the name in brackets may hold anything.
    fn parse(stat: &str) -> Option<(Process, char)> {
        let pid = stat.split(' ').next()?.parse().ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?.chars().next()?;
        let started = fields.nth(18)?.parse().ok()?;
        Some((Process { pid, started }, state))
    }

    /// The process that a mark names, unless the machine was started anew since.
    fn marked(text: &str) -> Option<Process> {
        let stat = text.strip_prefix(&boot())?;
        Process::parse(stat).map(|(process, _)| process)
    }

    fn alive(self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        Process::parse(&stat).is_some_and(|(now, state)| now == self && !matches!(state, 'Z' | 'X'))
    }

    async fn stop(self) {
        if !self.alive() {
            return;
        }
        signal_group(self.pid, libc::SIGTERM);
        let asked = tokio::time::Instant::now();
        while self.alive() && asked.elapsed() < GRACE {
            sleep(LOOK).await;
        }
        // Also for what it has started itself: as long as one of the group lives, its number is not used again.
        signal_group(self.pid, libc::SIGKILL);
        while self.alive() {
            sleep(LOOK).await;
        }
    }
}

/// Ends all children of a run that are marked in `folder` and still run.
pub async fn stop_survivors(folder: &Path) -> io::Result<()> {
    let marks = match fs::read_dir(folder) {
        Ok(marks) => marks,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for mark in marks {
        let path = mark?.path();
        let text = fs::read_to_string(&path)?;
        if let Some(process) = Process::marked(&text) {
            process.stop().await;
        }
        fs::remove_file(&path)?;
    }
    Ok(())
}

/// Sends a signal to a process and all that it started in its group.
pub fn signal_group(leader: i32, signal: libc::c_int) {
    // SAFETY: `kill` takes two numbers and touches no memory. A group that is gone is no error.
    #[expect(unsafe_code, reason = "the standard library can't signal a group")]
    unsafe {
        libc::kill(-leader, signal);
    }
}

/// Which start of the machine this is, as one line.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_else(|_| "\n".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_recognised_whatever_its_name() {
        let fields = "S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 0 0";
        let expected = Some((Process { pid: 42, started: 98765 }, 'S'));
        assert_eq!(Process::parse(&format!("42 (sh) {fields}")), expected);
        assert_eq!(Process::parse(&format!("42 (a) b) ( c) {fields}")), expected);
        assert_eq!(Process::parse("42 (sh"), None);
        assert_eq!(Process::marked(&format!("another boot\n42 (sh) {fields}")), None);
        assert_eq!(Process::marked(&format!("{}42 (sh) {fields}", boot())), expected.map(|(process, _)| process));
    }
}
