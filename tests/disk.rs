//! A disk that fails: writes and syncs of the files of a store fail, once or from then on, at each one there is.
//!
//! A layer between SQLite and its files counts what is written and synced, and lets one of them fail as a disk would.
//! Whatever fails, no effect begins whose record was not acknowledged; what was acknowledged is there when the store is
//! opened again, by this process, after it was killed, and after a power cut that leaves only what was synced; and the
//! run, taken up, does everything once. `ORCH_TEST_ALL=1` lets each operation fail; without it every fifth.

#![expect(clippy::disallowed_methods, reason = "real files are what is tested")]
#![expect(unsafe_code, reason = "SQLite is handed functions in C")]

mod faulty_files;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use faulty_files::{Failing, Operation, synced};
use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{EffectId, Ending, Machine, Outcome, Perform, Purpose},
    run::{Driver, Error, Left, RunId, SqliteStore, Store, effects::Effects, error::StoreError, store::NewRun},
};
use serde_json::Map;

/// What is neither idempotent nor has a `confirm` would be asked about; `take` is not done twice by anybody.
const PLAN: &str = r#"
uses exec("do")
action put(name: String) = exec("do", ["put", name]) confirm there(key) compensate take(name)
action take(name: String) = exec("do", ["take", name]) confirm there(key)
probe there(key: String) -> Bool = exec("do", ["there", key])
plan p(sound: Bool) {
  for name in ["a", "b", "c"] { step put(name) }
  require sound
}
"#;

fn program() -> Arc<Program> {
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    Arc::new(check("p.orch", PLAN, &no_files).program.expect("a program"))
}

/// What was done, with its keys, in order.
#[derive(Default)]
struct World(Mutex<Vec<(String, String)>>);

impl World {
    fn done(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().clone()
    }
}

impl Effects for World {
    async fn perform(self: Arc<Self>, perform: Perform) -> Outcome {
        let orch::ir::Request::Exec(process) = &*perform.request else { panic!("{perform:?}") };
        let mut done = self.0.lock().unwrap();
        let output = match (perform.purpose, &perform.key) {
            (Purpose::Do | Purpose::Undo, Some(key)) => {
                done.push((process.arguments.join(" "), key.to_string()));
                String::new()
            }
            _ => done.iter().any(|(_, key)| *key == process.arguments[1]).to_string(),
        };
        Outcome::Ok { output, printed: String::new() }
    }

    fn stop(&self, _effect: EffectId) {}

    fn stop_all_at_once(&self) {}

    async fn stop_survivors(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder with a store, and the world around it.
struct Scene {
    folder: tempfile::TempDir,
    world: Arc<World>,
    sound: bool,
}

impl Scene {
    fn new(sound: bool) -> Scene {
        Scene { folder: tempfile::tempdir().unwrap(), world: Arc::default(), sound }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("runs.db")
    }

    /// Starts a run or takes it up, and drives it.
    fn go(&self) -> Result<Left, Error> {
        let store = SqliteStore::open(&self.path())?;
        let run = match store.runs()?.first() {
            Some(run) => run.id.clone(),
            None => store.create(&self.new_run())?.id().clone(),
        };
        let driver = Driver::new(run, Arc::new(store), Machine::new(program()), Arc::clone(&self.world));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(driver.go())
    }

    fn new_run(&self) -> NewRun {
        let inputs = Map::from_iter([("sound".to_owned(), self.sound.into())]);
        let at = orch::run::driver::now();
        NewRun { plan: "p".into(), inputs, deepest: None, unique: "0".into(), key: None, sources: Vec::new(), at }
    }

    /// The keys of the effects whose records are in the store.
    fn known(&self) -> String {
        let Ok(store) = SqliteStore::open(&self.path()) else { return String::new() };
        let runs = store.runs().unwrap();
        let records = |run: &RunId| store.records(run, 1, 1000).unwrap();
        runs.iter().map(|run| format!("{:?}", records(&run.id))).collect()
    }

    /// The files as another process finds them after this one was killed, or after the power was cut: then what was
    /// not synced is not there.
    fn left(&self, power_cut: bool) -> Scene {
        let world = Arc::new(World(Mutex::new(self.world.done())));
        let left = Scene { folder: tempfile::tempdir().unwrap(), world, sound: self.sound };
        for name in ["runs.db", "runs.db-wal", "runs.db-journal", "runs.mark"] {
            let file = self.folder.path().join(name);
            let from = if power_cut && name != "runs.mark" { synced(&file) } else { file.clone() };
            if file.exists() && from.exists() {
                std::fs::copy(from, left.folder.path().join(name)).unwrap();
            }
        }
        left
    }
}

fn ended(sound: bool) -> Left {
    let ending = if sound { Ending::Completed } else { Ending::Compensated };
    Left::Ended(ending, serde_json::Value::Null)
}

/// Lets one operation after the other fail until a run has none left; how many were tried.
fn at_every(operation: Operation, forever: bool, sound: bool) -> usize {
    let calm = Scene::new(sound);
    assert_eq!(calm.go().unwrap(), ended(sound));
    let expected = calm.world.done().len();
    let step = if std::env::var_os("ORCH_TEST_ALL").is_some() { 1 } else { 5 };
    for (tried, at) in (0..).step_by(step).enumerate() {
        let scene = Scene::new(sound);
        let failing = Failing::at(&scene.path(), operation, at, forever);
        let went = scene.go();
        if !failing.has_failed() {
            assert_eq!(went.unwrap(), ended(sound));
            return tried;
        }
        // Not every failure is one of the run: what is written back from the log can be written back later.
        match &went {
            Ok(left) => assert_eq!(*left, ended(sound)),
            Err(Error::Store(error)) => is_told(error, &scene.path()),
            Err(error) => panic!("{error}"),
        }
        drop(failing);
        let what = format!("{operation:?} {at}, forever: {forever}, sound: {sound}");
        for scene in [scene.left(false), scene.left(true), scene] {
            let known = scene.known();
            let began = scene.world.done();
            assert!(began.iter().all(|(_, key)| known.contains(key.as_str())), "{what}: {began:?} in {known}");
            assert_eq!(scene.go().unwrap(), ended(sound), "{what}");
            let done = scene.world.done();
            assert_eq!(done.len(), expected, "{what}: {done:?}");
        }
    }
    unreachable!("there is always a next one")
}

fn is_told(error: &StoreError, path: &Path) {
    let text = error.to_string();
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    assert!(
        text.starts_with("can't ") && (text.contains("I/O") || text.contains("full")),
        "{text} of {}",
        path.display()
    );
    assert!(
        help.contains("nothing that follows from it was started") || text.starts_with("can't open"),
        "{text}: {help}"
    );
}

#[test]
fn a_sync_that_fails_acknowledges_nothing_and_loses_nothing() {
    let mut points = 0;
    for (forever, sound) in [(false, true), (true, true), (false, false), (true, false)] {
        points += at_every(Operation::Sync, forever, sound);
    }
    println!("{points} failed syncs: 0 repeated, 0 lost, 0 ended otherwise");
    assert!(points > 10, "only {points} syncs");
}

#[test]
fn a_write_that_fails_acknowledges_nothing_and_loses_nothing() {
    let mut points = 0;
    for operation in [Operation::Write, Operation::Full] {
        for (forever, sound) in [(false, true), (true, false)] {
            points += at_every(operation, forever, sound);
        }
    }
    println!("{points} failed writes: 0 repeated, 0 lost, 0 ended otherwise");
    assert!(points > 40, "only {points} writes");
}
