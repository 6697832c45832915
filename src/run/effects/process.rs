//! One child process: how it is started, read, stopped, and how its end is understood.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

use zeroize::Zeroizing;

use super::{
    child::{GRACE, Mark, signal_group},
    file::say,
    secret::{Hidden, Passing},
};
use crate::machine::Outcome;

/// How much of what a process prints is taken, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;

/// How much of the end of what it writes to either stream is kept for people, in bytes.
const MAX_PRINTED: usize = 4 * 1024;

/// How long one goes on reading after a process has ended: something it left behind may hold the pipe open for ever.
const READ_ON: Duration = Duration::from_secs(1);

/// How often a program is tried that is just being written, and how long one waits in between.
const BUSY: (u32, Duration) = (10, Duration::from_millis(20));

/// Whether an effect is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// It goes on
    No,
    /// It is asked to, and has a grace
    Politely,
    /// At once
    AtOnce,
}

/// What is started.
pub struct Spawn {
    /// The program as it is found.
    pub path: PathBuf,
    /// The program as messages print it.
    pub name: String,
    /// What it is started with.
    pub arguments: Vec<String>,
    /// Its variables.
    pub environment: BTreeMap<OsString, OsString>,
    /// Those of them that the program says itself; they may be secrets.
    pub own: Vec<(String, Zeroizing<String>)>,
    /// What it reads.
    pub stdin: Option<Zeroizing<String>>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Whether what it prints is read; else only the end of it is kept, for people.
    pub wants_output: bool,
    /// What is hidden in what it prints.
    pub hidden: Arc<Hidden>,
}

/// How a process ended, before anyone says what that means.
pub struct Ended {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// What it printed: at most [`MAX_OUTPUT`] bytes, and one more if there was more; nothing if it is not wanted.
    pub output: Vec<u8>,
    /// The end of what it wrote to stderr.
    pub complained: String,
    /// The end of what it wrote to stdout.
    pub said: String,
    /// It was asked to end.
    pub stopped: bool,
}

impl Ended {
    /// What it has to say for itself: the end of stderr, or of stdout if there is nothing on stderr.
    pub fn printed(self) -> String {
        if self.complained.trim().is_empty() { self.said } else { self.complained }
    }
}

/// Starts a process and waits for its end. An outcome in place of the end is one that is known without it.
pub async fn run(spawn: Spawn, mark: &Mark, mut stop: watch::Receiver<Stop>) -> Result<Ended, Outcome> {
    if *stop.borrow() != Stop::No {
        return Err(failed("stopped before it was started".to_owned()));
    }
    let mut child = start(&spawn, mark).await.map_err(|error| failed(not_started(&spawn, &error)))?;
    let taken = if spawn.wants_output { MAX_OUTPUT + 1 } else { 0 };
    let stdout = Capture::of(child.stdout.take(), taken, &spawn.hidden);
    let stderr = Capture::of(child.stderr.take(), 0, &spawn.hidden);
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), spawn.stdin) {
        // A process need not read what it is given.
        tokio::spawn(async move { pipe.write_all(text.as_bytes()).await });
    }
    let ended = wait(&mut child, &mut stop).await;
    let (stdout, stderr) = (stdout.finish().await, stderr.finish().await);
    let (complained, said) = (stderr.end(), stdout.end());
    match ended {
        Ok((status, stopped)) => Ok(Ended { status, output: stdout.beginning, complained, said, stopped }),
        Err(error) => Err(Outcome::Unknown { reason: format!("can't be waited for: {error}"), printed: complained }),
    }
}

async fn start(spawn: &Spawn, mark: &Mark) -> io::Result<Child> {
    let mut command = Command::new(&spawn.path);
    let stdin = if spawn.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    command.args(&spawn.arguments).env_clear().envs(&spawn.environment).current_dir(&spawn.folder);
    command.envs(spawn.own.iter().map(|(name, value)| (name, value.as_str())));
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    mark.written_by(&mut command);
    let (tries, pause) = BUSY;
    for _ in 1..tries {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => sleep(pause).await,
            ended => return ended,
        }
    }
    command.spawn()
}

fn not_started(spawn: &Spawn, error: &io::Error) -> String {
    if !spawn.folder.is_dir() {
        return format!("{}: can't run in `{}`: no such folder", spawn.name, spawn.folder.display());
    }
    let script = error.kind() == io::ErrorKind::NotFound && has_slash(&spawn.path) && spawn.path.exists();
    if script {
        return format!("{}: the interpreter that its first line names was not found", spawn.name);
    }
    format!("{}: {}", spawn.name, say(error))
}

fn has_slash(path: &Path) -> bool {
    path.components().count() > 1
}

/// Waits for the end, and brings it about when asked to.
async fn wait(child: &mut Child, stop: &mut watch::Receiver<Stop>) -> io::Result<(ExitStatus, bool)> {
    tokio::select! {
        status = child.wait() => return Ok((status?, false)),
        _ = stop.wait_for(|stop| *stop != Stop::No) => {}
    }
    if *stop.borrow() == Stop::Politely {
        signal(child, libc::SIGTERM);
        tokio::select! {
            status = child.wait() => return Ok((status?, true)),
            () = sleep(GRACE) => {}
            _ = stop.wait_for(|stop| *stop == Stop::AtOnce) => {}
        }
    }
    signal(child, libc::SIGKILL);
    Ok((child.wait().await?, true))
}

fn signal(child: &Child, signal: libc::c_int) {
    // Without a number it has ended and was waited for.
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        signal_group(pid, signal);
    }
}

/// What is kept of a stream.
struct Kept {
    /// How much of the beginning, in bytes.
    most: usize,
    passing: Passing,
    beginning: Vec<u8>,
    end: Vec<u8>,
}

impl Kept {
    fn new(most: usize, hidden: &Arc<Hidden>) -> Kept {
        Kept { most, passing: Passing::new(Arc::clone(hidden)), beginning: Vec::new(), end: Vec::new() }
    }

    /// Adds what was read, without the secrets in it.
    fn read(&mut self, read: &[u8]) {
        let shown = self.passing.pass(read);
        self.add(&shown);
    }

    /// Nothing more is read.
    fn close(&mut self) {
        let shown = self.passing.end();
        self.add(&shown);
    }

    /// At most `most` bytes are kept of the beginning, and [`MAX_PRINTED`] of the end.
    fn add(&mut self, shown: &[u8]) {
        let room = self.most.saturating_sub(self.beginning.len());
        self.beginning.extend_from_slice(&shown[..shown.len().min(room)]);
        self.end.extend_from_slice(shown);
        let surplus = self.end.len().saturating_sub(MAX_PRINTED);
        self.end.drain(..surplus);
    }

    /// The end, as text.
    fn end(&self) -> String {
        String::from_utf8_lossy(&self.end).into_owned()
    }
}

/// What is read from a process while it runs. All is read, so that the process is never held up by a full pipe.
struct Capture {
    kept: Arc<Mutex<Kept>>,
    reading: JoinHandle<()>,
}

impl Capture {
    /// Keeps at most `most` bytes of the beginning.
    fn of(pipe: Option<impl AsyncRead + Unpin + Send + 'static>, most: usize, hidden: &Arc<Hidden>) -> Capture {
        let kept = Arc::new(Mutex::new(Kept::new(most, hidden)));
        let reading = tokio::spawn(read(pipe, Arc::clone(&kept)));
        Capture { kept, reading }
    }

    /// What was read until the end of the stream, or until one has waited long enough for it.
    async fn finish(mut self) -> Kept {
        // Out of patience is as good as the end.
        let _ = timeout(READ_ON, &mut self.reading).await;
        self.reading.abort();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.close();
        let nothing = Kept::new(0, &Arc::default());
        std::mem::replace(&mut *kept, nothing)
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, kept: Arc<Mutex<Kept>>) {
    let mut buffer = Zeroizing::new(vec![0; 16 * 1024]);
    let Some(mut pipe) = pipe else { return };
    while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
        kept.lock().unwrap_or_else(PoisonError::into_inner).read(&buffer[..length]);
    }
}

fn failed(reason: String) -> Outcome {
    Outcome::failed(reason, String::new())
}
