//! The real effects: processes and files of this machine.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsString,
    future::Future,
    io,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::ExitStatus,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, task::spawn_blocking};

use super::{
    Effects, child,
    child::Mark,
    file, grants,
    process::{self, Ended, MAX_OUTPUT, Spawn, Stop},
    site::Site,
};
use crate::{
    ir::{PathRef, Process, Request, Text},
    machine::{EffectId, Outcome, Perform, Purpose},
};

/// The variable in which a process finds its idempotency key.
const KEY_VARIABLE: &str = "ORCH_IDEMPOTENCY_KEY";

/// Effects on this machine, for one run.
pub struct LocalEffects {
    site: Site,
    children: PathBuf,
    in_flight: Mutex<HashMap<EffectId, watch::Sender<Stop>>>,
}

impl LocalEffects {
    /// Effects of the program at `site`, whose children leave their marks in the folder `children`.
    pub fn new(site: Site, children: PathBuf) -> LocalEffects {
        LocalEffects { site, children, in_flight: Mutex::default() }
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<EffectId, watch::Sender<Stop>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry_out(&self, perform: Perform, stop: watch::Receiver<Stop>) -> Outcome {
        if let Some(reason) = grants::refusal(&self.site, &perform.request) {
            return failed(reason);
        }
        let effect = perform.effect;
        match &perform.request {
            Request::Exec(process) | Request::Succeeds(process) => self.process(&perform, process, stop).await,
            Request::Shell(_) | Request::Http(_) | Request::Env { .. } | Request::Timeline => {
                failed(format!("this version can't do `{}`", perform.request.summary()))
            }
            Request::FileRead { path, .. } => {
                let (file, name) = (self.site.resolve(path), path.path.clone());
                blocking(move || file::read(&file, &name)).await
            }
            Request::FileWrite { path, content, .. } => {
                let (file, name, content) = (self.site.resolve(path), path.path.clone(), content.clone());
                blocking(move || file::write(&file, &name, &content, effect)).await
            }
        }
    }

    async fn process(&self, perform: &Perform, process: &Process, stop: watch::Receiver<Stop>) -> Outcome {
        let spawn = match self.spawn(process, perform) {
            Ok(spawn) => spawn,
            Err(reason) => return failed(reason),
        };
        let mark = match Mark::new(&self.children, perform.effect) {
            Ok(mark) => mark,
            Err(error) => return failed(format!("can't leave a mark in `{}`: {error}", self.children.display())),
        };
        let ended = process::run(spawn, &mark, stop).await;
        mark.remove();
        match ended {
            Err(outcome) => outcome,
            Ok(ended) if matches!(perform.request, Request::Succeeds(_)) => verdict(ended),
            Ok(ended) => outcome(ended, perform),
        }
    }

    fn spawn(&self, process: &Process, perform: &Perform) -> Result<Spawn, String> {
        let Process { program, origin, module, arguments, env, stdin, cwd } = process;
        if let Some(name) = env.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            return Err(format!("`{name}` can't be the name of a variable"));
        }
        let unread = "secrets can't be read by this version";
        let plain = |(name, value): (&String, &Text)| Some((name.clone(), value.plain()?.to_owned()));
        let env = env.iter().map(plain).collect::<Option<_>>().ok_or(unread)?;
        let stdin = stdin.as_ref().map(|stdin| stdin.plain().ok_or(unread)).transpose()?;
        Ok(Spawn {
            path: grants::program_path(&self.site, program, *origin),
            name: program.clone(),
            arguments: arguments.clone(),
            environment: self.environment(*module, &env, perform.key.as_deref()),
            stdin,
            folder: self.folder(cwd.as_ref()),
            wants_output: perform.wants_output,
        })
    }

    fn environment(
        &self,
        module: u32,
        own: &BTreeMap<String, String>,
        key: Option<&str>,
    ) -> BTreeMap<OsString, OsString> {
        let given = self.site.environment_for(module).map(|(name, value)| (name.clone(), value.clone()));
        let own = own.iter().map(|(name, value)| (name.into(), value.into()));
        let key = key.map(|key| (KEY_VARIABLE.into(), key.into()));
        given.chain(own).chain(key).collect()
    }

    fn folder(&self, cwd: Option<&PathRef>) -> PathBuf {
        cwd.map_or_else(|| self.site.folder(0).to_owned(), |path| self.site.resolve(path))
    }
}

impl Effects for LocalEffects {
    fn perform(self: Arc<Self>, perform: Perform) -> impl Future<Output = Outcome> + Send + 'static {
        let (sender, stop) = watch::channel(Stop::No);
        let effect = perform.effect;
        self.in_flight().insert(effect, sender);
        async move {
            let outcome = self.carry_out(perform, stop).await;
            self.in_flight().remove(&effect);
            outcome
        }
    }

    fn stop(&self, effect: EffectId) {
        if let Some(sender) = self.in_flight().get(&effect) {
            sender.send_modify(|stop| *stop = (*stop).max(Stop::Politely));
        }
    }

    fn stop_all_at_once(&self) {
        for sender in self.in_flight().values() {
            sender.send_replace(Stop::AtOnce);
        }
    }

    async fn stop_survivors(&self) -> io::Result<()> {
        child::stop_survivors(&self.children).await
    }
}

/// What the end of a process says about what it was started for.
fn outcome(mut ended: Ended, perform: &Perform) -> Outcome {
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
        Some(code) => Outcome::Failed { reason: format!("exit {code}"), printed },
        None => Outcome::Unknown { reason: killed(status), printed },
    }
}

/// A look that gave no answer failed; what changes something did it, and what it gave is not known.
fn without_answer(reason: String, printed: String, purpose: Purpose) -> Outcome {
    match purpose {
        Purpose::Look | Purpose::Confirm => Outcome::Failed { reason, printed },
        Purpose::Do | Purpose::Undo => Outcome::Unknown { reason, printed },
    }
}

/// `succeeds`: 0 is true, 1 is false, all else is no answer.
fn verdict(ended: Ended) -> Outcome {
    let status = ended.status;
    match status.code() {
        Some(0) => Outcome::Ok { output: "true".to_owned(), printed: ended.complained },
        Some(1) if !ended.stopped => Outcome::Ok { output: "false".to_owned(), printed: ended.complained },
        Some(code) => Outcome::Failed { reason: format!("exit {code}"), printed: ended.printed() },
        None => Outcome::Failed { reason: killed(status), printed: ended.printed() },
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

/// Files are read and written on a thread that may wait for the disk.
async fn blocking(work: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Outcome::Unknown { reason: error.to_string(), printed: String::new() })
}

fn failed(reason: String) -> Outcome {
    Outcome::Failed { reason, printed: String::new() }
}
