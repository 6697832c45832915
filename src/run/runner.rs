//! Runs of one folder: started, taken up, looked at. Here an embedding program begins.
//!
//! ```no_run
//! use std::sync::Arc;
//! use orch::{ir::Program, run::{Control, Error, Folder, Left, Runner, Start, store::KeptSource}};
//!
//! async fn start(program: Arc<Program>, sources: Vec<KeptSource>) -> Result<Left, Error> {
//!     let mut runner = Runner::open(Folder::of_project(&std::env::current_dir().unwrap_or_default()))?;
//!     let start = Start { program, sources, plan: "place_order".into(), inputs: serde_json::Map::new() };
//!     let run = runner.create(start)?;
//!     run.observe(|record| eprintln!("{:?}", record.event)).go(Control::none()).await
//! }
//! ```

use std::{fs::File, io::Read, path::Path, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::{SmolStr, format_smolstr};

use super::{
    JOURNAL_FORMAT, LANGUAGE_VERSION,
    driver::{Driver, Left, Observer, control::Control, now, replay},
    effects::{LocalEffects, Site},
    error::{Error, StoreError},
    folder::Folder,
    lock::RunLock,
    store::{KeptSource, NewRun, RunId, RunInfo, Said, SqliteStore, Store, WordId, select},
};
use crate::{
    ir::Program,
    machine::{Event, Machine, Record},
};

/// Compiles the sources that a run has kept; an error is for a person.
pub type Compile<'a> = &'a dyn Fn(&[KeptSource]) -> Result<Arc<Program>, String>;

/// A run to be started.
pub struct Start {
    /// Its program.
    pub program: Arc<Program>,
    /// The files of the program, in the order of its modules.
    pub sources: Vec<KeptSource>,
    /// The plan.
    pub plan: SmolStr,
    /// Every parameter with its value.
    pub inputs: Map<String, Json>,
}

/// The runs of one folder.
pub struct Runner {
    folder: Folder,
    store: SqliteStore,
}

impl Runner {
    /// Opens the store of `folder`; both are created if they do not exist.
    pub fn open(folder: Folder) -> Result<Runner, Error> {
        folder.create()?;
        let store = SqliteStore::open(&folder.database())?;
        Ok(Runner { folder, store })
    }

    /// Opens the store of `folder` if there is one; one that can't be written can still be read.
    pub fn open_existing(folder: Folder) -> Result<Option<Runner>, Error> {
        folder.check()?;
        if !folder.exists() {
            return Ok(None);
        }
        match Runner::open(folder.clone()) {
            Err(Error::Store(StoreError::Files { source, .. })) if is_read_only(&source) => {
                let store = SqliteStore::open_to_read(&folder.database())?;
                Ok(Some(Runner { folder, store }))
            }
            opened => opened.map(Some),
        }
    }

    /// Where the runs are kept.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// All runs, in the order in which they were started.
    pub fn runs(&self) -> Result<Vec<RunInfo>, Error> {
        Ok(self.store.runs()?)
    }

    /// The run that `typed` is the name of, or the beginning of the name.
    pub fn find(&self, typed: &str) -> Result<RunInfo, Error> {
        Ok(select(&self.store.runs()?, typed)?)
    }

    /// Creates a run; it begins when it is let [`go`](ActiveRun::go).
    pub fn create(&mut self, start: Start) -> Result<ActiveRun<'_>, Error> {
        let Start { program, sources, plan, inputs } = start;
        let new = NewRun { plan: plan.clone(), sources, at: now() };
        let run = format_smolstr!("{}", random_name()?);
        let id = self.store.create(&new)?;
        let lock = RunLock::take(&self.folder, &id, now())?;
        let first = Event::Started { run: format_smolstr!("{id}-{run}"), plan, inputs };
        Ok(ActiveRun {
            effects: self.effects(&id, &program, &new.sources),
            info: self.find(id.as_str())?,
            store: &mut self.store,
            machine: Machine::new(program),
            first: Some(first),
            observer: None,
            word: None,
            _lock: lock,
        })
    }

    /// Takes up the run `info`; it goes on when it is let [`go`](ActiveRun::go).
    ///
    /// # Errors
    /// Another process drives it, or its sources no longer compile.
    pub fn take_up(&mut self, info: &RunInfo, compile: Compile<'_>) -> Result<ActiveRun<'_>, Error> {
        let lock = RunLock::take(&self.folder, &info.id, now())?;
        let sources = self.store.sources(&info.id)?;
        let program = compiled(info, &sources, compile)?;
        Ok(ActiveRun {
            effects: self.effects(&info.id, &program, &sources),
            info: info.clone(),
            store: &mut self.store,
            machine: Machine::new(program),
            first: None,
            observer: None,
            word: None,
            _lock: lock,
        })
    }

    /// A run as its journal tells it: the machine as it stands, after `seen` was shown every record.
    pub fn look(
        &self,
        info: &RunInfo,
        compile: Compile<'_>,
        seen: impl FnMut(&Record),
    ) -> Result<(Machine, Arc<Program>), Error> {
        let sources = self.store.sources(&info.id)?;
        let program = compiled(info, &sources, compile)?;
        let mut machine = Machine::new(Arc::clone(&program));
        replay(&mut machine, &self.store, info, seen)?;
        Ok((machine, program))
    }

    /// Leaves a word of an operator for whoever drives the run.
    pub fn say(&mut self, run: &RunId, said: &Said) -> Result<WordId, Error> {
        Ok(self.store.say(run, said)?)
    }

    /// The store.
    pub fn store(&self) -> &SqliteStore {
        &self.store
    }

    fn effects(&self, run: &RunId, program: &Program, sources: &[KeptSource]) -> LocalEffects {
        LocalEffects::new(Site::new(program, sources), self.folder.children(run))
    }
}

/// A run that this process has the right to drive.
pub struct ActiveRun<'a> {
    info: RunInfo,
    store: &'a mut SqliteStore,
    machine: Machine,
    effects: LocalEffects,
    first: Option<Event>,
    observer: Option<Observer<'a>>,
    word: Option<WordId>,
    _lock: RunLock,
}

impl<'a> ActiveRun<'a> {
    /// What the store knows of it.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// Shows every new record to `observer`, once it is durable.
    pub fn observe(mut self, observer: impl FnMut(&Record) + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Leaves again if this word is refused.
    pub fn on_behalf_of(mut self, word: WordId) -> Self {
        self.word = Some(word);
        self
    }

    /// Drives it until it is over, stuck, or asked to leave.
    pub async fn go(self, control: Control) -> Result<Left, Error> {
        let ActiveRun { info, store, machine, effects, first, observer, word, _lock } = self;
        let mut driver = Driver::new(info.id.clone(), store, machine, Arc::new(effects)).control(control);
        if let Some(observer) = observer {
            driver = driver.observe(observer);
        }
        if let Some(word) = word {
            driver = driver.on_behalf_of(word);
        }
        match first {
            Some(event) => driver.start(event).await,
            None => driver.take_up(&info).await,
        }
    }
}

fn compiled(info: &RunInfo, sources: &[KeptSource], compile: Compile<'_>) -> Result<Arc<Program>, Error> {
    if info.format > JOURNAL_FORMAT || info.language > LANGUAGE_VERSION {
        return Err(Error::NewerRun { run: info.id.clone(), orch: info.orch.clone() });
    }
    compile(sources).map_err(|why| Error::Compile { run: info.id.clone(), why, orch: info.orch.clone() })
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
}

/// What makes the name of a run one that no other run anywhere has: 64 random bits.
fn random_name() -> Result<String, Error> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|source| StoreError::Files { doing: "read", path: path.to_owned(), source })?;
    Ok(format!("{:016x}", u64::from_le_bytes(bytes)))
}
