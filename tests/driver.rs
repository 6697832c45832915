//! The driver in this process: what is durable when something is carried out, and what becomes of a store that fails.

mod watched_store;

use std::{
    future::Future,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{EffectId, Ending, Entry, Event, Kind, Machine, Outcome, Perform, WaitOn, Word},
    run::{
        Control, Driver, Error, Left, MemoryStore, RunId, Store,
        driver::{recover, replay},
        effects::Effects,
        error::StoreError,
        store::{NewRun, Said},
    },
};
use serde_json::Map;
use tokio::sync::Notify;
use watched_store::{AtWrites, Watched};

const PLAN: &str = r#"
uses exec("do")
action act(name: String) = exec("do", [name]) idempotent compensate nothing
plan p() {
  step a = act("a")
  step b = act("b")
  step c = act("c")
}
"#;

fn program() -> Arc<Program> {
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    Arc::new(check("p.orch", PLAN, &no_files).program.expect("a program"))
}

fn new_run() -> NewRun {
    let (inputs, at) = (Map::new(), orch::run::driver::now());
    NewRun { plan: "p".into(), inputs, deepest: None, unique: "0".into(), key: None, sources: Vec::new(), at }
}

/// What happened, in order: `saved 1`, `began 0`, `stopped 0`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Effects that are done at once, or hang until they are stopped.
struct Scripted {
    log: Log,
    hangs: Option<u64>,
    stopped: Arc<Notify>,
}

impl Effects for Scripted {
    fn perform(self: Arc<Self>, perform: Perform) -> impl Future<Output = Outcome> + Send + 'static {
        self.log.add(format!("began {}", perform.effect.0));
        async move {
            if self.hangs == Some(perform.effect.0) {
                self.stopped.notified().await;
                return Outcome::Unknown { reason: "stopped".into(), printed: String::new() };
            }
            Outcome::Ok { output: String::new(), printed: String::new() }
        }
    }

    fn stop(&self, effect: EffectId) {
        self.log.add(format!("stopped {}", effect.0));
        self.stopped.notify_one();
    }

    fn stop_all_at_once(&self) {
        self.stopped.notify_one();
    }

    async fn stop_survivors(&self) -> io::Result<()> {
        self.log.add("survivors".to_owned());
        Ok(())
    }
}

/// A disk that is full from some entry on.
struct Full {
    log: Log,
    from: AtomicU64,
}

impl AtWrites for Full {
    fn before(&self, number: u64) -> Result<(), StoreError> {
        if number >= self.from.load(Ordering::Relaxed) {
            return Err(StoreError::Database { doing: "save".into(), why: "full".into(), help: "" });
        }
        self.log.add(format!("saved {number}"));
        Ok(())
    }

    fn after(&self, _number: u64) {}
}

struct World {
    store: Arc<Watched<MemoryStore, Full>>,
    run: RunId,
    log: Log,
}

impl World {
    fn new(full_from: u64) -> World {
        let log = Log::default();
        let full = Full { log: log.clone(), from: AtomicU64::new(full_from) };
        let store = Arc::new(Watched { inner: MemoryStore::new(), at_writes: Arc::new(full) });
        let run = store.create(&new_run()).unwrap().id().clone();
        World { store, run, log }
    }

    fn effects(&self, hangs: Option<u64>) -> Arc<Scripted> {
        Arc::new(Scripted { log: self.log.clone(), hangs, stopped: Arc::default() })
    }

    fn full_from(&self, number: u64) {
        self.store.at_writes.from.store(number, Ordering::Relaxed);
    }

    fn driver(&self, program: Arc<Program>, hangs: Option<u64>) -> Driver<Scripted> {
        let store: Arc<dyn Store> = self.store.clone();
        Driver::new(self.run.clone(), store, Machine::new(program), self.effects(hangs))
    }

    async fn start(&mut self, hangs: Option<u64>, control: Control) -> Result<Left, Error> {
        self.driver(program(), hangs).control(control).go().await
    }

    async fn take_up(&mut self) -> Result<Left, Error> {
        self.driver(program(), None).go().await
    }
}

fn completed() -> Left {
    Left::Ended(Ending::Completed, serde_json::Value::Null)
}

#[tokio::test]
async fn nothing_begins_before_the_record_it_follows_from_is_saved() {
    let mut world = World::new(u64::MAX);
    assert_eq!(world.start(None, Control::none()).await.unwrap(), completed());
    let lines = world.log.lines();
    let expected: Vec<String> = lines.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(
        expected,
        ["survivors", "saved", "began", "saved", "began", "saved", "began", "saved"],
        "one write for each step"
    );
}

#[tokio::test]
async fn where_a_record_can_t_be_saved_nothing_that_follows_from_it_begins() {
    for full_from in 1..=4 {
        let mut world = World::new(full_from);
        let error = world.start(None, Control::none()).await.unwrap_err();
        assert_eq!(error.to_string(), "can't save: full");
        let count = |what: &str| world.log.lines().iter().filter(|line| line.starts_with(what)).count() as u64;
        assert_eq!((count("saved"), count("began")), (full_from - 1, full_from - 1));
    }
}

#[tokio::test]
async fn after_a_failed_write_the_run_is_taken_up_where_its_journal_ends() {
    let mut world = World::new(3);
    world.start(None, Control::none()).await.unwrap_err();
    world.full_from(u64::MAX);
    let before = world.log.lines().len();
    assert_eq!(world.take_up().await.unwrap(), completed());
    let lines = world.log.lines().split_off(before);
    assert_eq!(lines[0], "survivors", "what was left behind is stopped first");
    let began = lines.iter().filter(|line| line.starts_with("began")).count();
    assert_eq!(began, 2, "the second step, whose end was not saved, and the third: {lines:?}");
}

#[tokio::test]
async fn who_is_asked_to_leave_starts_nothing_new() {
    let mut world = World::new(u64::MAX);
    let (control, leaver) = Control::new();
    leaver.ask();
    assert_eq!(world.start(None, control).await.unwrap(), Left::Asked);
    let began = world.log.lines().iter().filter(|line| line.starts_with("began")).count();
    assert_eq!(began, 1, "only what was in flight already");
    assert_eq!(world.take_up().await.unwrap(), completed());
    let began = world.log.lines().iter().filter(|line| line.starts_with("began")).count();
    assert_eq!(began, 3, "and nothing is done twice");
}

#[tokio::test]
async fn who_is_asked_twice_leaves_what_hangs() {
    let mut world = World::new(u64::MAX);
    let (control, leaver) = Control::new();
    leaver.ask();
    leaver.ask();
    assert_eq!(world.start(Some(0), control).await.unwrap(), Left::AskedTwice);
    assert_eq!(world.take_up().await.unwrap(), completed());
}

#[tokio::test]
async fn who_cancels_a_run_that_nobody_drives_keeps_the_next_step_from_beginning() {
    for asked in [true, false] {
        let mut world = World::new(u64::MAX);
        if asked {
            let (control, leaver) = Control::new();
            leaver.ask();
            world.start(None, control).await.unwrap();
        } else {
            // Its end can't be saved: as after a crash.
            world.full_from(2);
            world.start(None, Control::none()).await.unwrap_err();
            world.full_from(u64::MAX);
        }
        let at = orch::run::driver::now();
        let run = world.run.clone();
        world
            .store
            .say(std::slice::from_ref(&run), &Said { word: Word::Cancel, who: "ann".into(), why: None, at })
            .unwrap();
        let left = world.take_up().await.unwrap();
        assert!(matches!(left, Left::Ended(Ending::Compensated, _)), "{left:?}");
        let records = world.store.records(&run, 1, 100).unwrap();
        let begun: Vec<String> = records.iter().flat_map(|record| &record.then).filter_map(begun).collect();
        assert_eq!(begun, ["a"], "only what had begun before");
    }
}

const MANY: &str = r#"
uses exec("do")
action act(name: Int) = exec("do", ["{name}"]) idempotent compensate nothing
plan p(items: List<Int>) {
  for item in items { step act(item) }
  approve "all of them?" by "ops"
  step act(0)
}
"#;

fn many(count: u64) -> (Arc<Program>, NewRun) {
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    let program = Arc::new(check("p.orch", MANY, &no_files).program.expect("a program"));
    let items: Vec<u64> = (0..count).collect();
    let inputs = serde_json::json!({ "items": items }).as_object().cloned().unwrap_or_default();
    (program, NewRun { inputs, ..new_run() })
}

/// From the last snapshot on, and it stands as it would from the beginning.
#[tokio::test]
async fn recovery_does_not_grow_with_history() {
    let (program, new) = many(2_500);
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = store.create(&new).unwrap().id().clone();
    let effects = Arc::new(Scripted { log: Log::default(), hangs: None, stopped: Arc::default() });
    let fresh = Machine::new(program);
    let left = Driver::new(run.clone(), Arc::clone(&store), fresh.clone(), effects).go().await.unwrap();
    assert!(matches!(left, Left::Waiting(_)), "{left:?}");
    let info = store.info(&run).unwrap();
    let recovered = recover(&fresh, &*store, &info).unwrap();
    assert_eq!((recovered.entries, info.entries), (2_501, 2_501));
    assert!(recovered.replayed < 1_000, "{} records were replayed", recovered.replayed);
    let mut replayed = fresh.clone();
    replay(&mut replayed, &*store, &info, |_, _| ()).unwrap();
    assert_eq!(recovered.machine.snapshot(), replayed.snapshot());
}

/// Runs are tasks like any others: they may go from thread to thread.
#[test]
fn a_driver_can_be_given_to_another_thread() {
    fn is_send<T: Send + 'static>(_: &T) {}
    let world = World::new(u64::MAX);
    is_send(&world.driver(program(), None).go());
}

fn begun(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Entered { address, kind: Kind::Step, .. } => Some(address.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn a_run_without_records_is_begun() {
    let mut world = World::new(1);
    world.start(None, Control::none()).await.unwrap_err();
    world.full_from(u64::MAX);
    assert_eq!(world.take_up().await.unwrap(), completed());
    let records = world.store.records(&world.run, 1, 100).unwrap();
    let expected = Event::Started { run: "r1-0".into(), plan: "p".into(), inputs: Map::new(), deepest: None };
    assert_eq!(records[0].event, expected, "with what it was created with");
}

/// Effects that panic as soon as they begin.
struct Panicking;

impl Effects for Panicking {
    async fn perform(self: Arc<Self>, _perform: Perform) -> Outcome {
        panic!("a bug of a provider")
    }

    fn stop(&self, _effect: EffectId) {}

    fn stop_all_at_once(&self) {}

    async fn stop_survivors(&self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_in_an_effect_leaves_its_run_in_doubt() {
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    let once = check("p.orch", PLAN.replace(" idempotent", ""), &no_files).program.expect("a program");
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = store.create(&new_run()).unwrap().id().clone();
    let left = Driver::new(run, store, Machine::new(Arc::new(once)), Arc::new(Panicking)).go().await.unwrap();
    let Left::Stuck(waits) = left else { panic!("{left:?}") };
    let WaitOn::Settlement { reason, .. } = &waits[0].on else { panic!("{waits:?}") };
    assert_eq!(reason, "orch lost sight of it: it panicked");
}

/// Effects that end at once; while one of them is done, the run is cancelled.
struct Cancelled {
    store: Arc<dyn Store>,
    run: RunId,
    began: AtomicU64,
}

impl Effects for Cancelled {
    fn perform(self: Arc<Self>, _perform: Perform) -> impl Future<Output = Outcome> + Send + 'static {
        if self.began.fetch_add(1, Ordering::Relaxed) == 10 {
            let said = Said { word: Word::Cancel, who: "ann".into(), why: None, at: orch::run::driver::now() };
            self.store.say(std::slice::from_ref(&self.run), &said).unwrap();
        }
        std::future::ready(Outcome::Ok { output: String::new(), printed: String::new() })
    }

    fn stop(&self, _effect: EffectId) {}

    fn stop_all_at_once(&self) {}

    async fn stop_survivors(&self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_word_is_heard_also_by_a_run_that_never_waits() {
    let (program, new) = many(1_000);
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let run = store.create(&new).unwrap().id().clone();
    let effects = Arc::new(Cancelled { store: Arc::clone(&store), run: run.clone(), began: AtomicU64::new(0) });
    let left = Driver::new(run, store, Machine::new(program), Arc::clone(&effects)).go().await.unwrap();
    assert!(matches!(left, Left::Ended(Ending::Compensated, _)), "{left:?}");
    let began = effects.began.load(Ordering::Relaxed);
    assert!(began < 200, "{began} of 1000 were begun");
}

#[tokio::test]
async fn another_program_is_noticed_before_anything_is_done() {
    let mut world = World::new(u64::MAX);
    world.start(None, Control::none()).await.unwrap();
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    let other = check("p.orch", PLAN.replace("act(\"b\")", "act(\"x\")"), &no_files).program.expect("a program");
    let before = world.log.lines().len();
    let error = world.driver(Arc::new(other), None).go().await.unwrap_err();
    assert!(matches!(error, Error::Mismatch { entry: 2, .. }), "{error}");
    assert_eq!(world.log.lines().len(), before);
}
