//! The real effects: processes and files of this machine.

use std::{
    collections::HashMap,
    ffi::OsStr,
    future::Future,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value as Json;
use tokio::{sync::watch, task::spawn_blocking};

use super::{
    Effects, child,
    child::Mark,
    ended, file, grants,
    host::Host,
    hosted, http,
    process::{self, Spawn, Stop},
    secret::{self, Known, Opened},
    site::Site,
    start::Starting,
    unable::Unable,
};
use crate::{
    ir::Request,
    machine::{EffectId, Outcome, Perform},
};

/// Effects on this machine, for one run.
pub struct LocalEffects {
    site: Arc<Site>,
    known: Mutex<Known>,
    children: PathBuf,
    host: Host,
    in_flight: Mutex<HashMap<EffectId, watch::Sender<Stop>>>,
}

impl LocalEffects {
    /// Effects of the program at `site`, whose children leave their marks in the folder `children`.
    pub fn new(site: impl Into<Arc<Site>>, children: PathBuf) -> LocalEffects {
        let site = site.into();
        let known = Mutex::new(site.secrets.clone());
        LocalEffects { site, known, children, host: Host::new(), in_flight: Mutex::default() }
    }

    /// The run was started with these values: the secrets among them are hidden, too.
    pub fn hiding<'v>(mut self, inputs: impl Iterator<Item = &'v Json>) -> LocalEffects {
        self.known.get_mut().unwrap_or_else(PoisonError::into_inner).add_inputs(inputs);
        self
    }

    /// The variables in which secrets of the run are to stand, and that are not set in this process.
    pub fn unset_secrets(&self) -> Vec<String> {
        self.site.unset(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// With what `host` provides.
    pub fn with_host(self, host: Host) -> LocalEffects {
        LocalEffects { host, ..self }
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<EffectId, watch::Sender<Stop>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the secrets of an effect, does it, and hides them in what it gives.
    async fn carry_out(&self, perform: Perform, stop: watch::Receiver<Stop>) -> Outcome {
        if let Some(reason) = grants::refusal(&self.site, &perform.request) {
            return failed(reason);
        }
        let known = self.known_with(&perform.request);
        match self.open(&perform.request, &known).await {
            Ok(opened) => {
                let opened = Arc::new(opened);
                let outcome = self.carry_out_with(&perform, &known, &opened, stop).await;
                opened.hidden.outcome(outcome)
            }
            Err(unable) => failed(unable.to_string()),
        }
    }

    /// The secrets of the run, those of this request from now on among them.
    fn known_with(&self, request: &Request) -> Known {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        secret::used(request).into_iter().for_each(|secret| known.add(&secret));
        known.clone()
    }

    async fn open(&self, request: &Request, known: &Known) -> Result<Opened, Unable> {
        if known.references().next().is_none() {
            return Ok(Opened::nothing());
        }
        let (site, request, known) = (Arc::clone(&self.site), request.clone(), known.clone());
        let open = move || Opened::for_effect(&site, &request, &known);
        spawn_blocking(open).await.unwrap_or_else(|error| Err(Unable::Secrets(error)))
    }

    async fn carry_out_with(
        &self,
        perform: &Perform,
        known: &Known,
        opened: &Arc<Opened>,
        stop: watch::Receiver<Stop>,
    ) -> Outcome {
        let effect = perform.effect;
        let starting = Starting { site: &self.site, perform, known, opened };
        match &*perform.request {
            Request::Exec(process) | Request::Succeeds(process) => {
                self.process(perform, starting.process(process), stop).await
            }
            Request::Shell(script) => self.process(perform, starting.script(script), stop).await,
            Request::Env { name, may_be_missing, .. } => self.variable(name, *may_be_missing),
            Request::Http(request) => http::Asking { site: &self.site, perform, request, opened }.outcome(stop).await,
            Request::Extern { name, arguments } => {
                hosted::Asking { host: &self.host, perform, name, arguments, opened }.outcome(stop).await
            }
            Request::Timeline => failed(format!("this version can't do `{}`", perform.request.summary())),
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

    /// Starts what was asked for, and says what its end means.
    async fn process(&self, perform: &Perform, spawn: Result<Spawn, Unable>, stop: watch::Receiver<Stop>) -> Outcome {
        let spawn = match spawn {
            Ok(spawn) => spawn,
            Err(unable) => return failed(unable.to_string()),
        };
        let mark = match Mark::new(&self.children, perform.effect) {
            Ok(mark) => mark,
            Err(error) => return failed(format!("can't leave a mark in `{}`: {error}", self.children.display())),
        };
        let ended = process::run(spawn, &mark, stop).await;
        mark.remove();
        match ended {
            Err(outcome) => outcome,
            Ok(ended) if matches!(*perform.request, Request::Succeeds(_)) => ended::verdict(ended),
            Ok(ended) => ended::outcome(ended, perform),
        }
    }

    /// The text of a variable.
    fn variable(&self, name: &str, may_be_missing: bool) -> Outcome {
        let done = |output: String| Outcome::Ok { output, printed: String::new() };
        match self.site.variable(name).map(OsStr::to_str) {
            Some(Some(text)) => done(text.to_owned()),
            Some(None) => failed(format!("the variable `{name}` is not UTF-8")),
            None if may_be_missing => done(String::new()),
            None => failed(format!("the variable `{name}` is not set")),
        }
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

/// Files are read and written on a thread that may wait for the disk.
async fn blocking(work: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Outcome::Unknown { reason: error.to_string(), printed: String::new() })
}

fn failed(reason: String) -> Outcome {
    Outcome::failed(reason, String::new())
}
