//! A file of a store in which a byte was changed, or that was cut off: what is wrong is told, or nothing is.
//!
//! Whatever is read of the damaged file is what was written, or an error. `ORCH_TEST_ALL=1` tries every byte and every
//! length; without it a sample.

#![expect(clippy::disallowed_methods, reason = "real files are what is tested")]

use std::path::Path;

use orch::{
    machine::{EffectId, Event, Outcome, Record, Timestamp, Word},
    run::{
        RunId, SqliteStore, Store,
        error::StoreError,
        store::{Append, KeptSource, NewRun, Said, Standing},
    },
};

fn record(number: u64) -> Record {
    let outcome = Outcome::Ok { output: format!("line {number}"), printed: String::new() };
    Record { at: Timestamp(number as i64), event: Event::Outcome { effect: EffectId(number), outcome }, then: vec![] }
}

/// A store with two runs, their sources, words and a snapshot, closed, so that all of it is in one file.
fn write(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    let source = KeptSource { name: "a.orch".into(), folder: "/srv".into(), text: "plan a() {}\n".into() };
    let inputs = serde_json::Map::from_iter([("n".to_owned(), serde_json::json!(1))]);
    let new = NewRun {
        plan: "a".into(),
        inputs,
        unique: "0".into(),
        key: Some("k".into()),
        sources: vec![source],
        at: Timestamp(7),
    };
    let runs = [new.clone(), NewRun { key: None, ..new }].map(|new| store.create(&new).unwrap().id().clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for number in 1..=12 {
        for run in &runs {
            let (record, standing) = (record(number), Standing::Running);
            let snapshot = (number == 9).then_some(&b"state"[..]);
            let (due, accepted) = (Some(Timestamp(9)), None);
            let append = Append { number, record: &record, standing, due, accepted, published: &[], snapshot };
            runtime.block_on(store.append(run, append)).unwrap();
        }
    }
    let said = Said { word: Word::Cancel, who: "ann".into(), why: Some("late".into()), at: Timestamp(9) };
    store.say(&runs, &said).unwrap();
}

/// All that is said of a store; an error ends it.
fn read(path: &Path) -> Result<Vec<String>, StoreError> {
    let store = SqliteStore::open(path)?;
    let runs = store.runs()?;
    let mut told = vec![format!("{runs:?}"), format!("{:?}", store.spoken_to()?)];
    for run in &runs {
        told.extend(of_run(&store, &run.id)?);
    }
    Ok(told)
}

fn of_run(store: &SqliteStore, run: &RunId) -> Result<[String; 5], StoreError> {
    Ok([
        format!("{:?}", store.beginning(run)?),
        format!("{:?}", store.records(run, 1, 100)?),
        format!("{:?}", store.snapshot(run)?),
        format!("{:?}", store.sources(run)?),
        format!("{:?}", store.unanswered(run)?),
    ])
}

/// What a damaged file may say: all that was written, perhaps without the snapshots, which are only a cache.
fn is_harmless(told: &[String], whole: &[String]) -> bool {
    let same =
        |(told, whole): (&String, &String)| told == whole || told == "None" && whole.starts_with("Some(Snapshot");
    told.len() == whole.len() && told.iter().zip(whole).all(same)
}

fn step() -> usize {
    if std::env::var_os("ORCH_TEST_ALL").is_some() { 1 } else { 199 }
}

/// Tries a damaged file; tells whether the damage was noticed.
fn try_damaged(folder: &Path, bytes: &[u8], whole: &[String], what: &str) -> bool {
    let path = folder.join("damaged.db");
    for beside in ["damaged.db", "damaged.db-wal", "damaged.db-shm"] {
        let _ = std::fs::remove_file(folder.join(beside));
    }
    std::fs::write(&path, bytes).unwrap();
    match read(&path) {
        Err(_) => true,
        Ok(told) => {
            assert!(is_harmless(&told, whole), "{what}: nobody noticed\n{told:#?}\n{whole:#?}");
            false
        }
    }
}

#[test]
fn a_changed_byte_is_noticed_or_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    write(&path);
    let (bytes, whole) = (std::fs::read(&path).unwrap(), read(&path).unwrap());
    let mut noticed = 0;
    for at in (0..bytes.len()).step_by(step()) {
        for flip in [1 << (at % 8), 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            noticed += usize::from(try_damaged(folder.path(), &damaged, &whole, &format!("byte {at} ^ {flip}")));
        }
    }
    assert!(noticed > 0, "nothing was ever noticed");
}

#[test]
fn a_file_that_was_cut_off_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    write(&path);
    let (bytes, whole) = (std::fs::read(&path).unwrap(), read(&path).unwrap());
    // An empty file is one in which a store can begin.
    for length in (1..bytes.len()).step_by(step()) {
        // The last page may have nothing in it.
        let noticed = try_damaged(folder.path(), &bytes[..length], &whole, &format!("cut off at {length}"));
        assert!(noticed || length + 4096 > bytes.len(), "cut off at {length}: nobody noticed");
    }
}
