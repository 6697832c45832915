//! A file of a store in which a byte was changed, or that was cut off or is missing: what is wrong is told, or nothing is.
//!
//! Whatever is read of the damaged store is what was written, or an error. That holds for the database, for the log
//! beside it that a process leaves when it is killed, and for the mark. `ORCH_TEST_ALL=1` tries every byte and every
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

fn append(store: &SqliteStore, run: &RunId, number: u64) {
    let (record, standing) = (record(number), Standing::Running);
    let snapshot = (number == 9).then_some(&b"state"[..]);
    let (due, accepted) = (Some(Timestamp(9)), None);
    let append = Append { number, record: &record, standing, due, accepted, published: &[], snapshot };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.append(run, append)).unwrap();
}

fn say(store: &SqliteStore, runs: &[RunId]) {
    let said = Said { word: Word::Cancel, who: "ann".into(), why: Some("late".into()), at: Timestamp(9) };
    store.say(runs, &said).unwrap();
}

/// A store with two runs, their sources, words and a snapshot, closed, so that all of it is in one file.
fn write(path: &Path) -> [RunId; 2] {
    let store = SqliteStore::open(path).unwrap();
    let source = KeptSource { name: "a.orch".into(), folder: "/srv".into(), text: "plan a() {}\n".into() };
    let inputs = serde_json::Map::from_iter([("n".to_owned(), serde_json::json!(1))]);
    let new = NewRun {
        plan: "a".into(),
        inputs,
        deepest: None,
        unique: "0".into(),
        key: Some("k".into()),
        sources: vec![source],
        at: Timestamp(7),
    };
    let runs = [new.clone(), NewRun { key: None, ..new }].map(|new| store.create(&new).unwrap().id().clone());
    for number in 1..=12 {
        runs.iter().for_each(|run| append(&store, run, number));
    }
    say(&store, &runs);
    runs
}

/// What lies in the folder of a store.
#[derive(Clone)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
    mark: Vec<u8>,
}

const NAMES: [&str; 3] = ["runs.db", "runs.db-wal", "runs.mark"];

impl Files {
    fn of(folder: &Path) -> Files {
        let [database, log, mark] = NAMES.map(|name| std::fs::read(folder.join(name)).unwrap_or_default());
        Files { database, log, mark }
    }

    /// They lie there as if nobody had opened them; beside the database, what is empty does not.
    fn write_to(&self, folder: &Path) {
        let _ = std::fs::remove_file(folder.join("runs.db-shm"));
        for (name, bytes) in NAMES.iter().zip([&self.database, &self.log, &self.mark]) {
            let _ = std::fs::remove_file(folder.join(name));
            if *name == NAMES[0] || !bytes.is_empty() {
                std::fs::write(folder.join(name), bytes).unwrap();
            }
        }
    }
}

/// A store that was closed, and all that it says.
fn closed() -> (Files, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    write(&path);
    let whole = read(&path).unwrap();
    (Files::of(folder.path()), whole)
}

/// A store whose process was killed: the last of it is in the log.
fn killed() -> (Files, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let runs = write(&path);
    let store = SqliteStore::open(&path).unwrap();
    append(&store, &runs[0], 13);
    say(&store, &runs[1..]);
    append(&store, &runs[1], 13);
    let files = Files::of(folder.path());
    (files, read(&path).unwrap())
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

/// Every place in a file of so many bytes, or a sample.
fn step(length: usize) -> usize {
    if std::env::var_os("ORCH_TEST_ALL").is_some() { 1 } else { (length / 250).max(1) }
}

/// Tries damaged files; tells whether the damage was noticed.
fn try_damaged(folder: &Path, damaged: &Files, whole: &[String], what: &str) -> bool {
    damaged.write_to(folder);
    match read(&folder.join("runs.db")) {
        Err(_) => true,
        Ok(told) => {
            assert!(is_harmless(&told, whole), "{what}: nobody noticed\n{told:#?}\n{whole:#?}");
            false
        }
    }
}

/// One of the files.
type Which = fn(&mut Files) -> &mut Vec<u8>;

/// Changes bytes of one file; how often that was noticed.
fn change_bytes((files, whole): (Files, Vec<String>), which: Which, what: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let (mut tried, mut noticed) = (0, 0);
    let length = which(&mut files.clone()).len();
    for at in (0..length).step_by(step(length)) {
        for flip in [1 << (at % 8), 0xff] {
            let mut damaged = files.clone();
            which(&mut damaged)[at] ^= flip;
            noticed += usize::from(try_damaged(folder.path(), &damaged, &whole, &format!("byte {at} ^ {flip}")));
            tried += 1;
        }
    }
    println!("{what}: {tried} changed bytes, {noticed} noticed, the others changed nothing");
    noticed
}

/// Cuts one file off at lengths, the first of them 0; those at which nobody noticed.
fn cut_off((files, whole): (Files, Vec<String>), which: Which, what: &str) -> Vec<usize> {
    let folder = tempfile::tempdir().unwrap();
    let length = which(&mut files.clone()).len();
    let lengths: Vec<usize> = (0..length).step_by(step(length)).collect();
    let is_unnoticed = |length: &usize| {
        let mut damaged = files.clone();
        which(&mut damaged).truncate(*length);
        !try_damaged(folder.path(), &damaged, &whole, &format!("cut off at {length}"))
    };
    let unnoticed: Vec<usize> = lengths.iter().copied().filter(is_unnoticed).collect();
    println!("{what}: {} lengths, {} noticed", lengths.len(), lengths.len() - unnoticed.len());
    unnoticed
}

#[test]
fn a_changed_byte_is_noticed_or_does_not_matter() {
    assert!(change_bytes(closed(), |files| &mut files.database, "database") > 0, "nothing was ever noticed");
}

#[test]
fn a_changed_byte_of_the_log_is_noticed_or_does_not_matter() {
    assert!(change_bytes(killed(), |files| &mut files.log, "log") > 0, "nothing was ever noticed");
}

/// It is only there to notice what happens to the others.
#[test]
fn a_changed_byte_of_the_mark_does_not_matter() {
    assert_eq!(change_bytes(killed(), |files| &mut files.mark, "mark"), 0);
}

#[test]
fn a_file_that_was_cut_off_is_noticed() {
    let (files, _) = closed();
    let unnoticed = cut_off(closed(), |files| &mut files.database, "database");
    // The last page may have nothing in it.
    assert!(unnoticed.iter().all(|length| length + 4096 > files.database.len()), "{unnoticed:?}");
}

#[test]
fn a_log_that_was_cut_off_or_is_missing_is_noticed() {
    assert_eq!(cut_off(killed(), |files| &mut files.log, "log"), Vec::<usize>::new());
}

#[test]
fn a_mark_that_was_cut_off_does_not_matter() {
    let (files, _) = killed();
    let unnoticed = cut_off(killed(), |files| &mut files.mark, "mark");
    assert_eq!(unnoticed.len(), files.mark.len().div_ceil(step(files.mark.len())));
}

/// An index has no seal: a word that it does not name would be lost.
#[test]
fn a_changed_byte_of_an_index_is_noticed() {
    let (files, whole) = closed();
    let folder = tempfile::tempdir().unwrap();
    let page = index_page(&files);
    let noticed = |at: &usize| {
        let mut damaged = files.clone();
        damaged.database[*at] ^= 8;
        try_damaged(folder.path(), &damaged, &whole, &format!("byte {at} of the index"))
    };
    assert!((page..page + 4096).filter(noticed).count() > 10);
}

/// Where the page of the index over words without an answer begins.
fn index_page(files: &Files) -> usize {
    let folder = tempfile::tempdir().unwrap();
    files.write_to(folder.path());
    let database = rusqlite::Connection::open(folder.path().join("runs.db")).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'word_unanswered'";
    let page: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    (page as usize - 1) * 4096
}

/// What is told of a store that is not what it was.
fn refusal(files: &Files) -> String {
    let folder = tempfile::tempdir().unwrap();
    files.write_to(folder.path());
    let error = read(&folder.path().join("runs.db")).unwrap_err();
    assert!(matches!(error, StoreError::Behind { .. }), "{error:?}");
    error.to_string().split_once("` ").unwrap().1.to_owned()
}

#[test]
fn a_store_of_an_earlier_moment_or_another_one_is_told_from_what_it_was() {
    let (now, _) = killed();
    let (other, _) = killed();
    assert_eq!(refusal(&Files { database: Vec::new(), ..now.clone() }), "is not what it was: it is empty");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("runs.mark"), &now.mark).unwrap();
    assert!(matches!(read(&folder.path().join("runs.db")), Err(StoreError::Behind { .. })), "or it is gone");
    assert_eq!(
        refusal(&Files { log: Vec::new(), ..now.clone() }),
        "is not what it was: it has 24 entries, and had 26",
        "the database of an earlier moment is whole"
    );
    let another = Files { mark: now.mark.clone(), ..other };
    assert_eq!(refusal(&another), "is not what it was: it is another store");
    // Who has looked and wants to go on with what is there says so.
    let folder = tempfile::tempdir().unwrap();
    Files { log: Vec::new(), mark: Vec::new(), ..now }.write_to(folder.path());
    assert_eq!(read(&folder.path().join("runs.db")).unwrap().len(), 12);
}

/// The mark is never ahead of what is in the store, whoever writes: else a whole store would be refused.
#[test]
fn the_mark_of_several_processes_refuses_no_whole_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let runs = write(&path);
    for number in 13..40 {
        let (one, other) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
        append(&one, &runs[0], number);
        append(&other, &runs[1], number);
        say(&one, &runs);
        drop(SqliteStore::open(&path).unwrap());
    }
}
