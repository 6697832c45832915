//! How long it takes to take up a run of a million steps: from its snapshot, and from the beginning of its journal; and
//! how long until the command has shown it.
//!
//! The journal is that of a run whose effects do nothing, written as a driver writes it, with a snapshot as often; only
//! the commits are larger, so that this ends. The snapshot is as old as it can be. What is measured is all that a process
//! does that has the program: reading, checking, replaying. `TMPDIR` says on which disk;
//! `cargo bench --bench history -- 10000` measures a shorter one.

#![expect(clippy::disallowed_methods, reason = "what is measured is time")]

use std::{path::Path, process, sync::Arc, time::Instant};

use orch::{
    check::{LoadError, check},
    machine::{Command, Event, Machine, Outcome, Perform, Record, Timestamp},
    run::{
        RunId, SqliteStore,
        driver::{now, recover},
        store::{Append, KeptSource, NewRun, Saving, Standing, Store},
    },
};
use serde_json::Map;
use tokio::runtime::Runtime;

/// How many records there are from one snapshot to the next, as a driver takes them.
const FROM_SNAPSHOT_TO_SNAPSHOT: u64 = 1_000;

/// How many entries the journal has unless told otherwise, the beginning among them.
const ENTRIES: u64 = 1_000_000;

/// Waits at the end, so that the run is one that can be taken up.
const PROGRAM: &str = r#"
uses exec("nothing")
action nothing(item: Int) = exec("nothing", ["{item}"]) idempotent compensate nothing
plan long() {
  for group in range(0, 1000) { for item in range(0, 1000) { step nothing(item) } }
  wait 1h
}
"#;

fn main() {
    let told = std::env::args().find_map(|word| word.parse().ok());
    let entries: u64 = told.unwrap_or(ENTRIES);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs.db");
    let no_imports = |_: &str| Err(LoadError("no such file".to_owned()));
    let program = Arc::new(check("bench.orch", PROGRAM, &no_imports).program.expect("no mistakes"));
    let fresh = Machine::new(program);
    let run = write(&path, &fresh, entries);
    let (from_snapshot, replayed) = taken_up(&path, &fresh, &run, entries);
    println!("{entries} entries, from the snapshot     {:>8.1} ms, {replayed} replayed", from_snapshot * 1e3);
    println!("{entries} entries, `orch show`            {:>8.1} ms", shown(folder.path(), &run) * 1e3);
    let database = rusqlite::Connection::open(&path).expect("the store");
    database.execute("DELETE FROM snapshot", []).expect("no snapshot");
    let (from_beginning, replayed) = taken_up(&path, &fresh, &run, entries);
    let rate = replayed as f64 / from_beginning;
    println!("{entries} entries, from the beginning    {from_beginning:>8.2} s, {rate:.0} a second");
}

/// Seconds until a run stands where its journal ends, and how many entries had to be replayed.
fn taken_up(path: &Path, fresh: &Machine, run: &RunId, entries: u64) -> (f64, u64) {
    let began = Instant::now();
    let store = SqliteStore::open(path).expect("a store");
    let info = store.info(run).expect("a run");
    let recovered = recover(fresh, &store, &info).expect("it can be taken up");
    assert_eq!(recovered.entries, entries);
    (began.elapsed().as_secs_f64(), recovered.replayed)
}

/// Seconds until the command has shown the run: its process, the program it keeps, its state and its story.
fn shown(folder: &Path, run: &RunId) -> f64 {
    let began = Instant::now();
    let mut orch = process::Command::new(env!("CARGO_BIN_EXE_orch"));
    let shown = orch.args(["show", run.as_str(), "--store"]).arg(folder).output().expect("the command");
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    began.elapsed().as_secs_f64()
}

/// A run that goes on until its journal has so many entries.
fn write(path: &Path, fresh: &Machine, entries: u64) -> RunId {
    let store = SqliteStore::open(path).expect("a store");
    let new = NewRun {
        plan: "long".into(),
        inputs: Map::new(),
        deepest: None,
        unique: "bench".into(),
        key: None,
        sources: vec![KeptSource { name: "bench.orch".into(), folder: "/".into(), text: PROGRAM.into() }],
        at: now(),
    };
    let run = store.create(&new).expect("a run").id().clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (mut machine, mut event) = (fresh.clone(), Some(new.beginning(&run)));
    let mut saving = Vec::new();
    for number in 1..=entries {
        let happened = event.take().expect("it goes on");
        let at = Timestamp(number as i64);
        let step = machine.step(at, happened.clone()).expect("no operator speaks");
        event = step.commands.iter().find_map(ended);
        // The last of them is as far from its end as it can be.
        let is_time = number % FROM_SNAPSHOT_TO_SNAPSHOT == 1 && number < entries;
        let snapshot = is_time.then(|| machine.snapshot());
        let record = Record { at, event: happened, then: step.entries };
        let append = Append {
            number,
            record: &record,
            standing: Standing::from(&machine.status()),
            due: machine.due(),
            accepted: None,
            published: &[],
            snapshot: snapshot.as_deref(),
        };
        saving.push(store.append(&run, append));
        if saving.len() as u64 == FROM_SNAPSHOT_TO_SNAPSHOT {
            save(&runtime, &mut saving);
        }
    }
    save(&runtime, &mut saving);
    run
}

fn save(runtime: &Runtime, saving: &mut Vec<Saving>) {
    runtime.block_on(async {
        for saving in saving.drain(..) {
            saving.await.expect("it is saved");
        }
    });
}

/// The end of what a command began.
fn ended(command: &Command) -> Option<Event> {
    let Command::Perform(Perform { effect, .. }) = command else { return None };
    Some(Event::Outcome { effect: *effect, outcome: Outcome::Ok { output: String::new(), printed: String::new() } })
}
