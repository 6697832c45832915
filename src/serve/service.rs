//! What all parts of the service share: the store, the programs, the figures.

use std::sync::{Arc, atomic::AtomicUsize};

use serde_json::Value as Json;
use tokio::{
    sync::{
        Notify, OwnedSemaphorePermit, Semaphore,
        mpsc::{self, UnboundedSender},
        watch,
    },
    task::spawn_blocking,
};

use super::{Settings, access::Tokens, listen::Address, metrics::Metrics, problem::Problem, programs::Programs};
use crate::{
    ir::Program,
    run::{
        ActiveRun, Control, Error, RunId, RunInfo, Runner,
        store::{KeptSource, Pulse},
    },
};

/// Compiles the files that a run has kept; an error is for a person.
pub type CompileKept = fn(&[KeptSource]) -> Result<Arc<Program>, String>;

/// The documents that the commands print as JSON, so that both ways say the same.
#[derive(Clone, Copy, Debug)]
pub struct Documents {
    /// All runs.
    pub runs: fn(&Runner) -> Result<Json, Error>,
    /// A run.
    pub run: fn(&Runner, &RunInfo) -> Result<Json, Error>,
    /// The part of a run at an address; `None` if there is none.
    pub part: fn(&Runner, &RunInfo, &str) -> Result<Option<Json>, Error>,
    /// What people are asked.
    pub inbox: fn(&Runner) -> Result<Json, Error>,
}

/// How many journals may be on their way to readers at once: fewer than there may be connections, so that however many
/// follow one, words, lists and health are answered.
const READERS: usize = 256;

/// What all parts of the service share.
pub struct Service {
    /// The programs whose plans can be started.
    pub programs: Programs,
    /// Who may speak.
    pub tokens: Tokens,
    /// What is answered.
    pub documents: Documents,
    /// What was counted.
    pub metrics: Metrics,
    /// Where runs go that are there and are to be driven.
    pub begun: mpsc::Sender<ActiveRun>,
    /// Wakes the keeper: something was said, or written.
    pub look: Notify,
    /// What has been written to the store.
    pub pulse: watch::Sender<Pulse>,
    /// Whether a page in a browser could send a request: it listens at a port.
    pub browsers_reach_it: bool,
    /// Room for those who read a journal.
    readers: Arc<Semaphore>,
    /// What the process is wished to do.
    pub control: Control,
    /// How many runs are driven here.
    pub driven: AtomicUsize,
    /// How the sources that a run has kept are compiled.
    pub compile: CompileKept,
    /// Who is told which runs have ended here.
    pub ended: Option<UnboundedSender<RunId>>,
    /// The runs.
    pub runner: Runner,
}

impl Service {
    /// A service for the runs of `runner`, which gives new runs to a keeper through `begun`.
    pub fn new(runner: Runner, settings: Settings, control: Control, begun: mpsc::Sender<ActiveRun>) -> Service {
        let Settings { programs, listen, tokens, documents, sinks: _, compile, ended } = settings;
        Service {
            programs,
            tokens,
            documents,
            metrics: Metrics::default(),
            begun,
            look: Notify::new(),
            pulse: watch::Sender::new(Pulse::default()),
            browsers_reach_it: matches!(listen, Address::Port(_)),
            readers: Arc::new(Semaphore::new(READERS)),
            control,
            driven: AtomicUsize::new(0),
            compile,
            ended,
            runner,
        }
    }

    /// Room to read a journal, for as long as it is held.
    ///
    /// # Errors
    /// Too many read one already.
    pub fn reader(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.readers).try_acquire_owned().map_err(|_| Problem::busy(READERS))
    }

    /// What `ask` makes of the runs, while other requests go on.
    ///
    /// # Errors
    /// What `ask` says.
    pub async fn ask<T, E>(&self, ask: impl FnOnce(&Runner) -> Result<T, E> + Send + 'static) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let runner = self.runner.clone();
        match spawn_blocking(move || ask(&runner)).await {
            Ok(answer) => answer.map_err(Into::into),
            Err(error) => Err(Problem::from(Error::Bug(error.to_string()))),
        }
    }
}
