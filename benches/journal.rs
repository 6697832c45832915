//! How fast durable steps are, against the rate at which the same SQLite on the same disk commits one row.
//!
//! A step here is an effect in this process that does nothing: what is measured is the machine, its journal, and the
//! disk. Both benches count their commits, so the ratio of the two rates is the share of the disk's speed that a run
//! gets. `TMPDIR` says on which disk.

use std::{future::Future, io, sync::Arc};

use divan::{Bencher, counter::ItemsCount};
use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{EffectId, Ending, Event, Machine, Outcome, Perform},
    run::{
        Driver, Left, SqliteStore,
        effects::Effects,
        store::{KeptSource, NewRun, Store},
    },
};
use serde_json::json;

fn main() {
    divan::main();
}

const STEPS: usize = 2_000;

const PROGRAM: &str = r#"
uses exec("nothing")
action nothing(item: Int) = exec("nothing", ["{item}"]) idempotent compensate nothing
plan p(items: List<Int>) { for item in items { step nothing(item) } }
"#;

fn no_imports(_path: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

/// An effect in this process that does nothing.
struct Nothing;

impl Effects for Nothing {
    fn perform(self: Arc<Self>, _perform: Perform) -> impl Future<Output = Outcome> + Send + 'static {
        std::future::ready(Outcome::Ok { output: String::new(), printed: String::new() })
    }

    fn stop(&self, _effect: EffectId) {}

    fn stop_all_at_once(&self) {}

    async fn stop_survivors(&self) -> io::Result<()> {
        Ok(())
    }
}

fn program() -> Arc<Program> {
    Arc::new(check("bench.orch", PROGRAM, &no_imports).program.expect("the program has no mistakes"))
}

fn begin() -> Event {
    let items: Vec<usize> = (0..STEPS).collect();
    let inputs = json!({ "items": items }).as_object().cloned().unwrap_or_default();
    Event::Started { run: "bench".into(), plan: "p".into(), inputs }
}

/// The floor: one row, one commit, as often as there are steps.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn floor_one_row_commits(bencher: Bencher) {
    bencher.counter(ItemsCount::new(STEPS)).with_inputs(|| tempfile::tempdir().expect("a folder")).bench_values(
        |folder| {
            let database = rusqlite::Connection::open(folder.path().join("floor.db")).expect("a database");
            let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                          CREATE TABLE entry (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)";
            database.execute_batch(set_up).expect("a table");
            let mut insert = database.prepare("INSERT INTO entry (record) VALUES (?1)").expect("a statement");
            for _ in 0..STEPS {
                insert.execute([ROW]).expect("a row");
            }
            drop(insert);
            folder
        },
    );
}

/// As long as the record of a step.
const ROW: &str = r#"{"at":1790000000000000000,"event":{"is":"outcome","effect":12,"outcome":{"is":"ok","output":""}},"then":[{"is":"done","address":"item[12]/nothing"},{"is":"done","address":"item[12]"},{"is":"entered","address":"item[13]","kind":"item"},{"is":"entered","address":"item[13]/nothing","kind":"step"},{"is":"intent","effect":13,"address":"item[13]/nothing","purpose":"do","attempt":1,"key":"bench/item[13]/nothing","request":{"exec":{"program":"nothing","origin":0,"module":0,"arguments":["13"]}}}]}"#;

/// The same number of durable steps of one run, one after another.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn durable_sequential_steps(bencher: Bencher) {
    let program = program();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    bencher.counter(ItemsCount::new(STEPS)).with_inputs(|| tempfile::tempdir().expect("a folder")).bench_values(
        |folder| {
            let mut store = SqliteStore::open(&folder.path().join("runs.db")).expect("a store");
            let sources = vec![KeptSource { name: "b".into(), folder: folder.path().into(), text: PROGRAM.into() }];
            let at = orch::run::driver::now();
            let run = store.create(&NewRun { plan: "p".into(), sources, at }).expect("a run");
            let driver = Driver::new(run, &mut store, Machine::new(Arc::clone(&program)), Arc::new(Nothing));
            let left = runtime.block_on(driver.start(begin())).expect("it runs");
            assert_eq!(left, Left::Ended(Ending::Completed, serde_json::Value::Null));
            folder
        },
    );
}

/// The machine alone: no journal, no disk.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn machine_steps(bencher: Bencher) {
    let program = program();
    bencher.counter(ItemsCount::new(STEPS)).bench(|| {
        let mut machine = Machine::new(Arc::clone(&program));
        let mut events = vec![begin()];
        while let Some(event) = events.pop() {
            let step = machine.step(orch::machine::Timestamp(0), event).expect("no operator speaks");
            for command in step.commands {
                let orch::machine::Command::Perform(Perform { effect, .. }) = command else { continue };
                let outcome = Outcome::Ok { output: String::new(), printed: String::new() };
                events.push(Event::Outcome { effect, outcome });
            }
        }
        machine
    });
}
