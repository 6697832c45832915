//! How fast durable steps are, and what runs cost, each beside its floor, measured in the same run.
//!
//! A step here is an effect in this process that does nothing: what is measured is the machine, its journal, and the
//! disk. The floor is the rate at which the same SQLite on the same disk commits one row. `TMPDIR` says on which disk;
//! `cargo bench --bench journal -- WORD` measures only what has the word in its name.

#![expect(clippy::disallowed_methods, reason = "what is measured is time and memory")]

use std::{
    future::Future,
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use mimalloc::MiMalloc;
use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{EffectId, Ending, Machine, Outcome, Perform},
    run::{
        Control, Driver, Left, RunId, SqliteStore,
        driver::{bells::Bells, now},
        effects::Effects,
        store::{KeptSource, NewRun, Store},
    },
};
use serde_json::{Map, Value as Json, json};
use tokio::{runtime::Runtime, task::JoinSet};

/// How many steps a run has that goes on alone.
const STEPS: usize = 2_000;

/// How many runs go on at once, and how many steps each has.
const AT_ONCE: (usize, usize) = (1_024, 50);

/// How many runs sleep.
const SLEEPING: usize = 10_000;

/// How often each is measured; the median counts.
const SAMPLES: usize = 9;

const PROGRAM: &str = r#"
uses exec("nothing")
action nothing(item: Int) = exec("nothing", ["{item}"]) idempotent compensate nothing
plan steps(items: List<Int>) { for item in items { step nothing(item) } }
plan sleeps() {
  step a = nothing(1)
  wait 1h
  step b = nothing(2)
}
"#;

/// The allocator of the command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));
    let program = program();
    if asked("rates") {
        rates(&program);
    }
    if asked("sleeping") {
        sleeping(&program);
    }
}

/// Commits, steps of one run, and steps of many runs, one after another in each sample: the disk is not always as fast.
fn rates(program: &Arc<Program>) {
    let samples: Vec<[f64; 3]> =
        (0..SAMPLES).map(|_| [floor_rate(), sequential_rate(program), at_once_rate(program)]).collect();
    let [floor, sequential, at_once] = [0, 1, 2].map(|part| median(samples.iter().map(|sample| sample[part])));
    let of = |part: usize, whole: usize| median(samples.iter().map(|sample| sample[part] / sample[whole]));
    println!("commits of one row          {floor:>10.0} a second");
    println!("durable steps, one run      {sequential:>10.0} a second   {:.3} of the commits", of(1, 0));
    println!("durable steps, {} runs    {at_once:>10.0} a second   {:.1} times those of one run", AT_ONCE.0, of(2, 1));
}

/// The floor: one row, one commit.
fn floor_rate() -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let database = rusqlite::Connection::open(folder.path().join("floor.db")).expect("a database");
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                  CREATE TABLE entry (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)";
    database.execute_batch(set_up).expect("a table");
    let mut insert = database.prepare("INSERT INTO entry (record) VALUES (?1)").expect("a statement");
    rate(STEPS, || {
        for _ in 0..STEPS {
            insert.execute([ROW]).expect("a row");
        }
    })
}

/// As long as the record of a step.
const ROW: &str = r#"{"at":1790000000000000000,"event":{"is":"outcome","effect":12,"outcome":{"is":"ok","output":""}},"then":[{"is":"done","address":"item[12]/nothing"},{"is":"done","address":"item[12]"},{"is":"entered","address":"item[13]","kind":"item"},{"is":"entered","address":"item[13]/nothing","kind":"step"},{"is":"intent","effect":13,"address":"item[13]/nothing","purpose":"do","attempt":1,"key":"bench/item[13]/nothing","request":{"exec":{"program":"nothing","origin":0,"module":0,"arguments":["13"]}}}]}"#;

/// Durable steps of one run, one after another.
fn sequential_rate(program: &Arc<Program>) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let run = create(&store, &steps(STEPS));
    let driver = Driver::new(run, Arc::new(store), Machine::new(Arc::clone(program)), Arc::new(Nothing));
    let runtime = runtime();
    rate(STEPS, || assert_eq!(runtime.block_on(driver.go()).expect("it runs"), completed()))
}

/// Durable steps of many runs together, on as many threads as there are cores.
fn at_once_rate(program: &Arc<Program>) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let (runs, each) = AT_ONCE;
    let new = steps(each);
    let runs: Vec<RunId> = (0..runs).map(|_| create(&store, &new)).collect();
    let fresh = Machine::new(Arc::clone(program));
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let bells = Bells::new(Arc::clone(&shared));
    let several = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    several.block_on(async {
        let drivers = runs
            .iter()
            .map(|run| Driver::new(run.clone(), Arc::clone(&shared), fresh.clone(), Arc::new(Nothing)).listen(&bells));
        let drivers: Vec<_> = drivers.collect();
        let began = Instant::now();
        let mut driven = JoinSet::new();
        drivers.into_iter().for_each(|driver| drop(driven.spawn(driver.go())));
        while let Some(left) = driven.join_next().await {
            assert_eq!(left.expect("no panic").expect("it runs"), completed());
        }
        (runs.len() * each) as f64 / began.elapsed().as_secs_f64()
    })
}

/// What a run costs that only waits.
fn sleeping(program: &Arc<Program>) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let new = new_run("sleeps", Map::new());
    let runs: Vec<RunId> = (0..SLEEPING).map(|_| create(&store, &new)).collect();
    let fresh = Machine::new(Arc::clone(program));
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let bells = Bells::new(Arc::clone(&shared));
    runtime().block_on(async {
        let before = resident();
        let (control, leaver) = Control::new();
        let mut driven = JoinSet::new();
        for run in &runs {
            let driver = Driver::new(run.clone(), Arc::clone(&shared), fresh.clone(), Arc::new(Nothing));
            driven.spawn(driver.listen(&bells).control(control.clone()).go());
        }
        // Each has done its first step once it has two entries.
        while store.figures().entries < 2 * SLEEPING as u64 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let each = (resident() - before) as f64 / SLEEPING as f64;
        let all = each * SLEEPING as f64 / 1e6;
        println!("{SLEEPING} sleeping runs        {all:>10.1} MB, {:.1} KB each", each / 1e3);
        leaver.ask();
        while driven.join_next().await.is_some() {}
    });
}

/// How much memory of this process is in use, in bytes.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("what is in use");
    let kilobytes: i64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kilobytes * 1024
}

/// An effect in this process that does nothing.
struct Nothing;

impl Effects for Nothing {
    fn perform(self: Arc<Self>, _perform: Perform) -> impl Future<Output = Outcome> + Send + 'static {
        std::future::ready(done())
    }

    fn stop(&self, _effect: EffectId) {}

    fn stop_all_at_once(&self) {}

    async fn stop_survivors(&self) -> io::Result<()> {
        Ok(())
    }
}

fn done() -> Outcome {
    Outcome::Ok { output: String::new(), printed: String::new() }
}

fn completed() -> Left {
    Left::Ended(Ending::Completed, Json::Null)
}

fn program() -> Arc<Program> {
    let no_imports = |_: &str| Err(LoadError("no such file".to_owned()));
    Arc::new(check("bench.orch", PROGRAM, &no_imports).program.expect("the program has no mistakes"))
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("runs.db")).expect("a store")
}

fn create(store: &SqliteStore, new: &NewRun) -> RunId {
    store.create(new).expect("a run").id().clone()
}

fn steps(count: usize) -> NewRun {
    let items: Vec<usize> = (0..count).collect();
    new_run("steps", json!({ "items": items }).as_object().cloned().unwrap_or_default())
}

fn new_run(plan: &str, inputs: Map<String, Json>) -> NewRun {
    let source = KeptSource { name: "b".into(), folder: "/".into(), text: PROGRAM.into() };
    NewRun {
        plan: plan.into(),
        inputs,
        deepest: None,
        unique: "bench".into(),
        key: None,
        sources: vec![source],
        at: now(),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// How often a second, if so many take as long as `work`.
fn rate(count: usize, work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    count as f64 / began.elapsed().as_secs_f64()
}

fn median(samples: impl Iterator<Item = f64>) -> f64 {
    let mut samples: Vec<f64> = samples.collect();
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
