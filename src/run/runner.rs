//! Runs of one folder: started, taken up, looked at. Here an embedding program begins.
//!
//! ```no_run
//! use std::sync::Arc;
//! use orch::{ir::Program, machine::USUAL_DEPTH, run::{Control, Error, Folder, Left, Runner, Start, store::KeptSource}};
//!
//! async fn start(program: Arc<Program>, sources: Vec<KeptSource>) -> Result<Left, Error> {
//!     let runner = Runner::open(Folder::of_project(&std::env::current_dir().unwrap_or_default()))?;
//!     let (plan, inputs) = ("place_order".into(), serde_json::Map::new());
//!     let start = Start { program, sources, plan, inputs, deepest: USUAL_DEPTH, key: None, behind: None };
//!     let run = runner.create(start)?;
//!     run.observe(|record, _| eprintln!("{:?}", record.event)).go(Control::none()).await
//! }
//! ```

use std::{fs::File, io::Read, path::Path, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::{SmolStr, format_smolstr};

use super::{
    JOURNAL_FORMAT, LANGUAGE_VERSION,
    driver::{Driver, Left, Listener, Observer, bells::Bells, control::Control, now, recover, replay, tell},
    effects::{Host, LocalEffects},
    error::{Error, StoreError},
    folder::Folder,
    lock::RunLock,
    look::beginning,
    programs::{Compiled, Programs},
    start::{Otherwise, Start, otherwise},
    store::{Created, KeptSource, Listed, NewRun, RunId, RunInfo, Said, SqliteStore, Store, Told, WordId, select},
};
use crate::{
    ir::Program,
    machine::{Event, Machine, Record, Timestamp},
};

/// Compiles the sources that a run has kept; an error is for a person.
pub type Compile<'a> = &'a dyn Fn(&[KeptSource]) -> Result<Arc<Program>, String>;

/// A run that was to be started.
pub enum Started {
    /// It is there, and this process has the right to drive it.
    New(Box<ActiveRun>),
    /// There was one with its key, and nothing was changed: with what it was not started with.
    Known(Box<RunInfo>, Vec<Otherwise>),
}

/// The runs of one folder. A clone is the same: it can be given to whoever drives a run, speaks to one, or looks.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
    host: Host,
}

struct Inner {
    folder: Folder,
    store: SqliteStore,
    access: Access,
    bells: Arc<Bells>,
    programs: Programs,
}

/// What can be done with a store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    /// Nothing of it can be written.
    Read,
}

impl Runner {
    /// Opens the store of `folder`; both are created if they do not exist.
    pub fn open(folder: Folder) -> Result<Runner, Error> {
        folder.create()?;
        let store = SqliteStore::open(&folder.database())?;
        Ok(Runner::over(folder, store, Access::Write))
    }

    /// Opens the store of `folder` if there is one; one that can't be written can still be read.
    pub fn open_existing(folder: Folder) -> Result<Option<Runner>, Error> {
        folder.check()?;
        if !folder.exists()? {
            return Ok(None);
        }
        match Runner::open(folder.clone()) {
            Err(Error::Store(StoreError::Files { source, .. })) if is_read_only(&source) => {
                let store = SqliteStore::open_to_read(&folder.database())?;
                Ok(Some(Runner::over(folder, store, Access::Read)))
            }
            opened => opened.map(Some),
        }
    }

    fn over(folder: Folder, store: SqliteStore, access: Access) -> Runner {
        let bells = Bells::new(Arc::new(store.clone()));
        let inner = Inner { folder, store, access, bells, programs: Programs::default() };
        Runner { inner: Arc::new(inner), host: Host::new() }
    }

    /// With what `host` does for the plans that are run here.
    pub fn with_host(self, host: Host) -> Runner {
        Runner { host, ..self }
    }

    /// Where the runs are kept.
    pub fn folder(&self) -> &Folder {
        &self.inner.folder
    }

    /// The store.
    pub fn store(&self) -> &SqliteStore {
        &self.inner.store
    }

    /// All runs that can be read, in the order in which they were started.
    pub fn runs(&self) -> Result<Vec<RunInfo>, Error> {
        Ok(self.listed()?.into_iter().filter_map(Result::ok).collect())
    }

    /// The same, with those that can't.
    pub fn listed(&self) -> Result<Vec<Listed>, Error> {
        Ok(self.store().listed()?)
    }

    /// The run that `typed` is the name of, or the beginning of the name.
    ///
    /// # Errors
    /// There is none, or several; or what is kept of it is damaged.
    pub fn find(&self, typed: &str) -> Result<RunInfo, Error> {
        let mut readable = Vec::new();
        for run in self.listed()? {
            match run {
                Ok(info) => readable.push(info),
                Err(unreadable) if unreadable.run.as_str().eq_ignore_ascii_case(typed) => {
                    return Err(unreadable.error.into());
                }
                Err(_) => {}
            }
        }
        Ok(select(&readable, typed)?)
    }

    /// Creates a run, which begins when it is let [`go`](ActiveRun::go).
    ///
    /// # Errors
    /// There is a run with its key: see [`Runner::create_once`].
    pub fn create(&self, start: Start) -> Result<ActiveRun, Error> {
        match self.create_once(start)? {
            Started::New(run) => Ok(*run),
            Started::Known(info, _) => Err(Error::Known { run: info.id }),
        }
    }

    /// Creates a run if there is none with its key. From here on it is what was asked for: whoever takes it up, even
    /// after a crash, begins it.
    pub fn create_once(&self, start: Start) -> Result<Started, Error> {
        let Start { program, sources, plan, inputs, deepest, key, behind } = start;
        let compiled = self.inner.programs.get(&sources, || Ok::<_, Error>(program))?;
        self.is_provided(&compiled.program, &plan)?;
        let new = NewRun { plan, inputs, deepest: Some(deepest), unique: random_name()?, key, sources, at: now() };
        let created = match behind {
            Some(event) => self.store().create_behind(&new, event)?,
            None => self.store().create(&new)?,
        };
        match created {
            Created::New(id) => {
                let lock = RunLock::take(self.folder(), &id, now())?;
                let run = self.active(self.store().info(&id)?, &compiled, lock)?;
                Ok(Started::New(Box::new(run)))
            }
            Created::Known(id) => {
                let otherwise = otherwise(&new.inputs, &self.inputs(&id)?);
                Ok(Started::Known(Box::new(self.store().info(&id)?), otherwise))
            }
        }
    }

    /// Takes up the run `info`, or begins it; it goes on when it is let [`go`](ActiveRun::go).
    ///
    /// # Errors
    /// Another process drives it, or its sources no longer compile.
    pub fn take_up(&self, info: &RunInfo, compile: Compile<'_>) -> Result<ActiveRun, Error> {
        self.can_write(|| format!("go on with run `{}`", info.id))?;
        // Nobody migrates it from here on; somebody may have before.
        let lock = RunLock::take(self.folder(), &info.id, now())?;
        let info = self.store().info(&info.id)?;
        let compiled = self.compiled(&info, compile)?;
        self.is_provided(&compiled.program, &info.plan)?;
        self.active(info, &compiled, lock)
    }

    fn can_write(&self, doing: impl FnOnce() -> String) -> Result<(), StoreError> {
        match self.inner.access {
            Access::Write => Ok(()),
            Access::Read => Err(StoreError::Unwritable { doing: doing(), path: self.folder().database() }),
        }
    }

    fn active(&self, info: RunInfo, compiled: &Arc<Compiled>, lock: RunLock) -> Result<ActiveRun, Error> {
        let effects = LocalEffects::new(Arc::clone(&compiled.site), self.folder().children(&info.id))
            .hiding(self.inputs(&info.id)?.values())
            .with_host(self.host.clone());
        Ok(ActiveRun {
            effects: Arc::new(effects),
            compiled: Arc::clone(compiled),
            runner: self.clone(),
            info,
            observer: None,
            word: None,
            only_hears: false,
            waits: true,
            _lock: lock,
        })
    }

    /// A run as its journal tells it: the machine as it stands, after `seen` was shown every record, each with the machine
    /// as it stood then.
    pub fn look(
        &self,
        info: &RunInfo,
        compile: Compile<'_>,
        seen: impl FnMut(&Record, &Machine),
    ) -> Result<(Machine, Arc<Program>), Error> {
        let compiled = self.compiled(info, compile)?;
        let mut machine = compiled.machine.clone();
        replay(&mut machine, self.store(), info, seen)?;
        Ok((machine, Arc::clone(&compiled.program)))
    }

    /// A run as it stands. `listener` is told of it: of a short history all, of a long one how it stood at its last
    /// snapshot and what came after.
    ///
    /// # Errors
    /// Its journal can't be read, or does not fit its program.
    pub fn tell(
        &self,
        info: &RunInfo,
        compile: Compile<'_>,
        listener: &mut dyn Listener,
    ) -> Result<(Machine, Arc<Program>), Error> {
        let compiled = self.compiled(info, compile)?;
        let recovered = tell(&compiled.machine, self.store(), info, listener)?;
        Ok((recovered.machine, Arc::clone(&compiled.program)))
    }

    /// A run as it stands, without its history.
    pub fn state(&self, info: &RunInfo, compile: Compile<'_>) -> Result<(Machine, Arc<Program>), Error> {
        let compiled = self.compiled(info, compile)?;
        let recovered = recover(&compiled.machine, self.store(), info)?;
        Ok((recovered.machine, Arc::clone(&compiled.program)))
    }

    /// The runs that have something to do by `now`: what is due, or a word without an answer.
    pub fn due(&self, now: Timestamp) -> Result<Vec<RunInfo>, Error> {
        let spoken_to = self.store().spoken_to()?;
        let mut runs = self.runs()?;
        runs.retain(|run| run.due.is_some_and(|due| due <= now) || spoken_to.contains(&run.id));
        Ok(runs)
    }

    /// Leaves a word of an operator for whoever drives the run.
    pub fn say(&self, run: &RunId, said: &Said) -> Result<WordId, Error> {
        let words = self.say_to_all(std::slice::from_ref(run), said)?;
        words.first().copied().ok_or_else(|| Error::Bug("a word has no number".to_owned()))
    }

    /// Leaves a word for the drivers of several runs, for all of them or for none.
    pub fn say_to_all(&self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, Error> {
        self.can_write(|| {
            format!("say anything to {}", runs.iter().map(|run| format!("`{run}`")).collect::<Vec<_>>().join(", "))
        })?;
        let words = self.store().say(runs, said)?;
        runs.iter().for_each(|run| self.inner.bells.ring(run));
        Ok(words)
    }

    /// Tells every run that is not over of an event, and whoever reads the events of the store. One that was told before
    /// changes nothing.
    pub fn publish(&self, event: &Said) -> Result<Told, Error> {
        self.can_write(|| "tell of an event".to_owned())?;
        let told = self.store().publish(event)?;
        self.inner.bells.ring_those_spoken_to()?;
        Ok(told)
    }

    /// The runs that are not over, each with its program; without those whose program can't be read any more, of which is
    /// told where they are to be taken up.
    pub fn programs_going_on(&self, compile: Compile<'_>) -> Result<Vec<(RunId, Arc<Program>)>, Error> {
        let mut found = Vec::new();
        for info in self.runs()?.into_iter().filter(|run| !run.standing.ended()) {
            match self.compiled(&info, compile) {
                Ok(compiled) => found.push((info.id, Arc::clone(&compiled.program))),
                Err(Error::Compile { .. } | Error::NewerRun { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The values that a run was started with.
    fn inputs(&self, run: &RunId) -> Result<Map<String, Json>, Error> {
        match beginning(self.store(), run)? {
            Some(Event::Started { inputs, .. }) => Ok(inputs),
            Some(_) | None => Ok(Map::new()),
        }
    }

    fn compiled(&self, info: &RunInfo, compile: Compile<'_>) -> Result<Arc<Compiled>, Error> {
        let sources = self.store().sources(&info.id)?;
        self.inner.programs.get(&sources, || compiled(info, &sources, compile))
    }

    /// Nothing of a plan is run if the host does not provide all that it could ask for.
    fn is_provided(&self, program: &Program, plan: &str) -> Result<(), Error> {
        let missing = self.host.missing(program, plan);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::NotProvided { plan: plan.to_owned(), missing: missing.iter().map(ToString::to_string).collect() })
    }
}

/// The program that a run has kept.
pub(super) fn compiled(info: &RunInfo, sources: &[KeptSource], compile: Compile<'_>) -> Result<Arc<Program>, Error> {
    if info.format > JOURNAL_FORMAT || info.language > LANGUAGE_VERSION {
        return Err(Error::NewerRun { run: info.id.clone(), orch: info.orch.clone() });
    }
    compile(sources).map_err(|why| Error::Compile { run: info.id.clone(), why, orch: info.orch.clone() })
}

/// A run that this process has the right to drive.
pub struct ActiveRun {
    info: RunInfo,
    runner: Runner,
    compiled: Arc<Compiled>,
    effects: Arc<LocalEffects>,
    observer: Option<Observer>,
    word: Option<WordId>,
    only_hears: bool,
    waits: bool,
    _lock: RunLock,
}

impl ActiveRun {
    /// What the store knows of it.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// The variables in which its secrets are to stand, as far as they are named in its program and its inputs, and that
    /// are not set in this process: what needs them would fail.
    pub fn unset_secrets(&self) -> Vec<String> {
        self.effects.unset_secrets()
    }

    /// Whether none of them is missing: who takes a run up may sit elsewhere than who began it, and what fails for want of
    /// a secret is undone.
    ///
    /// # Errors
    /// [`Error::NoSecret`], with those that are.
    pub fn has_its_secrets(&self) -> Result<(), Error> {
        match self.unset_secrets() {
            missing if missing.is_empty() => Ok(()),
            missing => Err(Error::NoSecret { run: self.info.id.clone(), missing }),
        }
    }

    /// Shows every new record to `observer`, once it is durable, and the machine as it stands then.
    pub fn observe(mut self, observer: impl FnMut(&Record, &Machine) + Send + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Leaves again if this word is refused.
    pub fn on_behalf_of(mut self, word: WordId) -> Self {
        self.word = Some(word);
        self
    }

    /// Leaves again if all that was said to it is refused, and nothing of it is due.
    pub fn only_hears(mut self) -> Self {
        self.only_hears = true;
        self
    }

    /// Leaves where nothing is left but waiting for a moment. It stays for what comes within ten seconds, and while
    /// something is being watched.
    pub fn no_wait(mut self) -> Self {
        self.waits = false;
        self
    }

    /// Drives it until it is over, stuck, or asked to leave.
    pub async fn go(self, control: Control) -> Result<Left, Error> {
        let ActiveRun { info, runner, compiled, effects, observer, word, only_hears, waits, _lock } = self;
        let store = Arc::new(runner.store().clone());
        let machine = compiled.machine.clone();
        let mut driver = Driver::new(info.id, store, machine, effects).control(control);
        driver = driver.listen(&runner.inner.bells);
        if let Some(observer) = observer {
            driver = driver.observe(observer);
        }
        if let Some(word) = word {
            driver = driver.on_behalf_of(word);
        }
        if only_hears {
            driver = driver.only_hears();
        }
        if !waits {
            driver = driver.no_wait();
        }
        driver.go().await
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
}

/// What makes the name of a run one that no other run anywhere has: 64 random bits.
fn random_name() -> Result<SmolStr, Error> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|source| StoreError::Files { doing: "read", path: path.to_owned(), source })?;
    Ok(format_smolstr!("{:016x}", u64::from_le_bytes(bytes)))
}
