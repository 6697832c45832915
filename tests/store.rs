//! Stores: one suite for every implementation, and what only a file can do.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::{collections::BTreeSet, path::PathBuf};

use orch::{
    ir::Address,
    machine::{EffectId, Ending, Entry, Event, Outcome, Record, Refused, Timestamp, Word},
    run::{
        MemoryStore, RunId, SqliteStore, Store,
        error::StoreError,
        store::{Answer, Append, KeptSource, NewRun, Said, Standing, select},
    },
};

fn new_run() -> NewRun {
    let root = KeptSource { name: "a.orch".into(), folder: "/srv/plans".into(), text: "plan a() {}\n".into() };
    let imported = KeptSource { name: "../b.orch".into(), folder: "/srv".into(), text: "// ü\n".into() };
    NewRun { plan: "a".into(), sources: vec![root, imported], at: Timestamp(7) }
}

fn outcome(number: u64) -> Record {
    let outcome = Outcome::Ok { output: format!("line {number}\n\u{0}ü"), printed: String::new() };
    let then = vec![Entry::Done { address: Address::typed("hold"), value: serde_json::json!({ "id": number }) }];
    Record { at: Timestamp(number as i64), event: Event::Outcome { effect: EffectId(number), outcome }, then }
}

fn append(store: &mut dyn Store, run: &RunId, number: u64) -> Result<(), StoreError> {
    store.append(run, Append { number, record: &outcome(number), standing: None, accepted: None })
}

fn said(word: Word) -> Said {
    Said { word, who: "ann".into(), why: Some("late".into()), at: Timestamp(9) }
}

fn refused() -> Refused {
    Refused { reason: "the run is over".into(), instead: vec!["retry".into()] }
}

/// What every store does.
fn conforms(store: &mut dyn Store) {
    journals_are_kept_apart_and_in_order(store);
    sources_and_standing_are_kept(store);
    words_are_answered_once(store);
}

fn journals_are_kept_apart_and_in_order(store: &mut dyn Store) {
    let (one, other) = (store.create(&new_run()).unwrap(), store.create(&new_run()).unwrap());
    assert_ne!(one, other);
    for number in 1..=5 {
        append(store, &one, number).unwrap();
        append(store, &other, number).unwrap();
    }
    let expected: Vec<Record> = (1..=5).map(outcome).collect();
    assert_eq!(store.records(&one, 1, 100).unwrap(), expected);
    assert_eq!(store.records(&other, 3, 2).unwrap(), expected[2..4]);
    assert_eq!(store.records(&one, 6, 100).unwrap(), []);
    append(store, &one, 5).expect_err("no entry is written twice");
    assert_eq!(store.records(&one, 1, 100).unwrap(), expected);
}

fn sources_and_standing_are_kept(store: &mut dyn Store) {
    let run = store.create(&new_run()).unwrap();
    let info = |store: &dyn Store| store.runs().unwrap().into_iter().find(|info| info.id == run).unwrap();
    let before = info(store);
    assert_eq!((before.standing, before.since, before.started), (Standing::New, Timestamp(7), Timestamp(7)));
    assert_eq!((before.file.as_str(), before.folder), ("a.orch", PathBuf::from("/srv/plans")));
    let ended = Record { at: Timestamp(8), ..outcome(1) };
    let standing = Some(Standing::from(&orch::machine::Status::Ended(Ending::Compensated, serde_json::Value::Null)));
    store.append(&run, Append { number: 1, record: &ended, standing, accepted: None }).unwrap();
    assert_eq!((info(store).standing, info(store).since), (Standing::Compensated, Timestamp(8)));
    assert_eq!(store.sources(&run).unwrap(), new_run().sources);
}

fn words_are_answered_once(store: &mut dyn Store) {
    let (run, other) = (store.create(&new_run()).unwrap(), store.create(&new_run()).unwrap());
    let cancel = store.say(&run, &said(Word::Cancel)).unwrap();
    let retry = store.say(&run, &said(Word::Retry { address: None })).unwrap();
    store.say(&other, &said(Word::Cancel)).unwrap();
    let expected = vec![(cancel, said(Word::Cancel)), (retry, said(Word::Retry { address: None }))];
    assert_eq!(store.unanswered(&run).unwrap(), expected);
    assert_eq!(store.answer(cancel).unwrap(), None);
    store.append(&run, Append { number: 1, record: &outcome(1), standing: None, accepted: Some(cancel) }).unwrap();
    store.refuse(retry, refused()).unwrap();
    assert_eq!(store.answer(cancel).unwrap(), Some(Answer::Accepted));
    assert_eq!(store.answer(retry).unwrap(), Some(Answer::from(refused())));
    assert_eq!(store.unanswered(&run).unwrap(), []);
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    (folder, path)
}

/// Changes the file behind the store's back.
fn meddle(path: &std::path::Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn every_store_conforms() {
    let (_folder, path) = file();
    conforms(&mut SqliteStore::open(&path).unwrap());
    conforms(&mut MemoryStore::new());
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let (_folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    let run = store.create(&new_run()).unwrap();
    append(&mut store, &run, 1).unwrap();
    drop(store);
    assert_eq!(SqliteStore::open(&path).unwrap().records(&run, 1, 10).unwrap(), [outcome(1)]);
}

#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    store.create(&new_run()).unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the store and its write-ahead log");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

#[test]
fn another_process_that_writes_is_noticed() {
    let (_folder, path) = file();
    let mut here = SqliteStore::open(&path).unwrap();
    let mut there = SqliteStore::open(&path).unwrap();
    let run = here.create(&new_run()).unwrap();
    here.changed().unwrap();
    append(&mut here, &run, 1).unwrap();
    assert!(!here.changed().unwrap());
    there.say(&run, &said(Word::Cancel)).unwrap();
    assert!(here.changed().unwrap());
    assert!(!here.changed().unwrap());
}

#[test]
fn a_damaged_entry_is_named() {
    for (sql, entry, why) in [
        ("UPDATE entry SET record = replace(record, 'hold', 'sold') WHERE number = 2", 2, "its checksum does not fit"),
        ("UPDATE entry SET checksum = checksum + 1 WHERE number = 3", 3, "its checksum does not fit"),
        ("DELETE FROM entry WHERE number = 2", 2, "it is missing"),
        ("UPDATE entry SET number = 9 WHERE number = 3", 3, "it is missing"),
    ] {
        let (_folder, path) = file();
        let mut store = SqliteStore::open(&path).unwrap();
        let run = store.create(&new_run()).unwrap();
        (1..=3).for_each(|number| append(&mut store, &run, number).unwrap());
        meddle(&path, sql);
        let error = store.records(&run, 1, 10).unwrap_err();
        assert_eq!(error.to_string(), format!("the journal of run `{run}` is damaged at entry {entry}: {why}"));
    }
}

#[test]
fn an_entry_of_another_run_is_no_entry_of_this_one() {
    let (_folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    let (one, other) = (store.create(&new_run()).unwrap(), store.create(&new_run()).unwrap());
    append(&mut store, &one, 1).unwrap();
    meddle(&path, "UPDATE entry SET run = 2");
    let error = store.records(&other, 1, 10).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { entry: 1, .. }), "{error}");
}

#[test]
fn a_source_that_was_changed_is_noticed() {
    let (_folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    let run = store.create(&new_run()).unwrap();
    meddle(&path, "UPDATE source SET text = text || ' '");
    let error = store.sources(&run).unwrap_err();
    assert!(error.to_string().ends_with("a source is not what was kept"), "{error}");
}

#[test]
fn a_file_of_something_else_is_refused_and_left_alone() {
    let (_folder, path) = file();
    meddle(&path, "CREATE TABLE songs (name TEXT)");
    let before = std::fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).err().unwrap();
    assert_eq!(error.to_string(), format!("`{}` is not a store of orch", path.display()));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    std::fs::write(&path, "not a database, but long enough to be looked at as if it were one".repeat(20)).unwrap();
    assert!(matches!(SqliteStore::open(&path).err().unwrap(), StoreError::Foreign { .. }));
}

#[test]
fn a_store_of_a_later_release_is_refused() {
    let (_folder, path) = file();
    drop(SqliteStore::open(&path).unwrap());
    meddle(&path, "PRAGMA user_version = 2");
    let error = SqliteStore::open(&path).err().unwrap();
    let expected = format!("`{}` has version 2, and this orch knows versions up to 1", path.display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_full_disk_saves_nothing_and_breaks_nothing() {
    let (_folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    let run = store.create(&new_run()).unwrap();
    append(&mut store, &run, 1).unwrap();
    let large = Outcome::Ok { output: "x".repeat(2_000_000), printed: String::new() };
    let large = Record { event: Event::Outcome { effect: EffectId(2), outcome: large }, ..outcome(2) };
    store.limit_pages(64).unwrap();
    let error = store.append(&run, Append { number: 2, record: &large, standing: None, accepted: None }).unwrap_err();
    assert_eq!(error.to_string(), format!("can't save entry 2 of run `{run}`: database or disk is full"));
    assert_eq!(store.records(&run, 1, 10).unwrap(), [outcome(1)]);
    append(&mut store, &run, 2).unwrap();
    assert_eq!(store.records(&run, 1, 10).unwrap(), [outcome(1), outcome(2)]);
}

#[test]
fn names_are_short_and_no_two_alike() {
    let (_folder, path) = file();
    let mut store = SqliteStore::open(&path).unwrap();
    let names: BTreeSet<RunId> = (0..300).map(|_| store.create(&new_run()).unwrap()).collect();
    assert_eq!(names.len(), 300);
    assert!(names.iter().all(|name| name.as_str().len() == 4));
}

#[test]
fn the_beginning_of_a_name_will_do() {
    let (mut store, new) = (MemoryStore::new(), new_run());
    for _ in 0..11 {
        store.create(&new).unwrap();
    }
    let runs = store.runs().unwrap();
    let found = |typed: &str| select(&runs, typed).map(|run| run.id.to_string()).map_err(|error| error.to_string());
    assert_eq!(found("r5").unwrap(), "r5");
    assert_eq!(found("R5").unwrap(), "r5");
    assert_eq!(found("r1").unwrap(), "r1", "a whole name is meant before the beginning of others");
    assert_eq!(found("r10").unwrap(), "r10");
    assert_eq!(found("x").unwrap_err(), "there is no run `x` in this store");
    let ambiguous = found("r").unwrap_err();
    assert!(ambiguous.starts_with("`r` could be `r1` (a), `r2` (a)"), "{ambiguous}");
    found("").unwrap_err();
}
