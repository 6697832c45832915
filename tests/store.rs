//! Stores: one suite for every implementation, and what only a file can do.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::{collections::BTreeSet, path::PathBuf};

use orch::{
    ir::Address,
    machine::{EffectId, Ending, Entry, Event, Outcome, Record, Refused, Timestamp, Word},
    run::{
        MemoryStore, RunId, SqliteStore, Store,
        error::StoreError,
        store::{Answer, Append, Created, KeptSource, NewRun, Said, Saving, Snapshot, Standing, select},
    },
};

fn new_run() -> NewRun {
    let root = KeptSource { name: "a.orch".into(), folder: "/srv/plans".into(), text: "plan a() {}\n".into() };
    let imported = KeptSource { name: "../b.orch".into(), folder: "/srv".into(), text: "// ü\n".into() };
    NewRun {
        plan: "a".into(),
        inputs: serde_json::Map::from_iter([("n".to_owned(), serde_json::json!(1))]),
        deepest: None,
        unique: "0".into(),
        key: None,
        sources: vec![root, imported],
        at: Timestamp(7),
    }
}

fn create(store: &dyn Store) -> RunId {
    store.create(&new_run()).unwrap().id().clone()
}

fn outcome(number: u64) -> Record {
    let outcome = Outcome::Ok { output: format!("line {number}\n\u{0}ü"), printed: String::new() };
    let then = vec![Entry::Done { address: Address::typed("hold"), value: serde_json::json!({ "id": number }) }];
    Record { at: Timestamp(number as i64), event: Event::Outcome { effect: EffectId(number), outcome }, then }
}

fn append(store: &dyn Store, run: &RunId, number: u64) -> Result<(), StoreError> {
    save(store, run, number, &outcome(number))
}

fn save(store: &dyn Store, run: &RunId, number: u64, record: &Record) -> Result<(), StoreError> {
    wait(store.append(run, plain(number, record)))
}

/// A record of a run that is being driven.
fn plain(number: u64, record: &Record) -> Append<'_> {
    Append { number, record, standing: Standing::Running, due: None, accepted: None, published: &[], snapshot: None }
}

fn wait(saving: Saving) -> Result<(), StoreError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(saving)
}

fn said(word: Word) -> Said {
    Said { word, who: "ann".into(), why: Some("late".into()), at: Timestamp(9) }
}

fn refused() -> Refused {
    Refused { reason: "the run is over".into(), instead: vec!["retry".into()] }
}

/// What every store does.
fn conforms(store: &dyn Store) {
    journals_are_kept_apart_and_in_order(store);
    sources_and_standing_are_kept(store);
    words_are_answered_once(store);
    what_there_may_be_one_of_is_created_once(store);
    how_a_run_begins_is_kept(store);
    others_are_told_with_the_record(store);
    the_latest_snapshot_is_kept(store);
}

fn the_latest_snapshot_is_kept(store: &dyn Store) {
    let run = create(store);
    assert_eq!(store.snapshot(&run).unwrap(), None);
    for number in 1..=5 {
        let state = format!("state {number}");
        let snapshot = (number % 2 == 0).then_some(state.as_bytes());
        wait(store.append(&run, Append { snapshot, ..plain(number, &outcome(number)) })).unwrap();
    }
    let expected = Snapshot { entries: 4, state: b"state 4".to_vec() };
    assert_eq!(store.snapshot(&run).unwrap(), Some(expected));
    assert_eq!(store.records(&run, 5, 10).unwrap(), [outcome(5)]);
}

fn journals_are_kept_apart_and_in_order(store: &dyn Store) {
    let (one, other) = (create(store), create(store));
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

fn sources_and_standing_are_kept(store: &dyn Store) {
    let run = create(store);
    let info = |store: &dyn Store| store.runs().unwrap().into_iter().find(|info| info.id == run).unwrap();
    let before = info(store);
    assert_eq!((before.standing, before.since, before.started), (Standing::New, Timestamp(7), Timestamp(7)));
    assert_eq!((before.file.as_str(), before.folder), ("a.orch", PathBuf::from("/srv/plans")));
    let ended = Record { at: Timestamp(8), ..outcome(1) };
    let standing = Standing::from(&orch::machine::Status::Ended(Ending::Compensated, serde_json::Value::Null));
    wait(store.append(&run, Append { standing, ..plain(1, &ended) })).unwrap();
    assert_eq!((info(store).standing, info(store).since), (Standing::Compensated, Timestamp(8)));
    assert_eq!(store.sources(&run).unwrap(), new_run().sources);
}

fn words_are_answered_once(store: &dyn Store) {
    let (run, other) = (create(store), create(store));
    let say = |run: &RunId, word: Word| store.say(std::slice::from_ref(run), &said(word)).unwrap()[0];
    let (cancel, retry) = (say(&run, Word::Cancel), say(&run, Word::Retry { address: None }));
    assert_eq!(store.spoken_to().unwrap(), *std::slice::from_ref(&run));
    say(&other, Word::Cancel);
    let expected = vec![(cancel, said(Word::Cancel)), (retry, said(Word::Retry { address: None }))];
    assert_eq!(store.unanswered(&run).unwrap(), expected);
    assert_eq!(store.answer(cancel).unwrap(), None);
    wait(store.append(&run, Append { accepted: Some(cancel), ..plain(1, &outcome(1)) })).unwrap();
    store.refuse(retry, refused()).unwrap();
    assert_eq!(store.answer(cancel).unwrap(), Some(Answer::Accepted));
    assert_eq!(store.answer(retry).unwrap(), Some(Answer::from(refused())));
    assert_eq!(store.unanswered(&run).unwrap(), []);
    assert_eq!(store.spoken_to().unwrap(), [other]);
    store.say(&[run, RunId::new("none")], &said(Word::Cancel)).unwrap_err();
    assert_eq!(store.spoken_to().unwrap().len(), 1, "all of them or none");
}

fn what_there_may_be_one_of_is_created_once(store: &dyn Store) {
    let keyed = |key: &str| NewRun { key: Some(key.into()), ..new_run() };
    let first = store.create(&keyed("a")).unwrap();
    assert!(matches!(first, Created::New(_)), "{first:?}");
    assert_eq!(store.create(&keyed("a")).unwrap(), Created::Known(first.id().clone()));
    assert!(matches!(store.create(&keyed("b")).unwrap(), Created::New(_)));
    assert_eq!(store.info(first.id()).unwrap().key.as_deref(), Some("a"));
}

fn how_a_run_begins_is_kept(store: &dyn Store) {
    let run = create(store);
    assert_eq!(store.beginning(&run).unwrap(), Some(new_run().beginning(&run)));
    store.beginning(&RunId::new("none")).unwrap_err();
}

fn others_are_told_with_the_record(store: &dyn Store) {
    let (one, other, over) = (create(store), create(store), create(store));
    wait(store.append(&over, Append { standing: Standing::Completed, ..plain(1, &outcome(1)) })).unwrap();
    let event = Word::Event { event: "e".into(), id: "1".into(), payload: serde_json::json!({}) };
    wait(store.append(&one, Append { published: &[said(event.clone())], ..plain(1, &outcome(1)) })).unwrap();
    let heard = |run: &RunId| store.unanswered(run).unwrap().into_iter().map(|(_, said)| said).collect::<Vec<_>>();
    assert_eq!((heard(&one), heard(&other), heard(&over)), (vec![], vec![said(event)], vec![]));
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
    conforms(&SqliteStore::open(&path).unwrap());
    conforms(&MemoryStore::new());
}

#[test]
fn what_was_written_is_there_after_opening_again() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let run = create(&store);
    append(&store, &run, 1).unwrap();
    drop(store);
    assert_eq!(SqliteStore::open(&path).unwrap().records(&run, 1, 10).unwrap(), [outcome(1)]);
}

#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    create(&store);
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
    let here = SqliteStore::open(&path).unwrap();
    let there = SqliteStore::open(&path).unwrap();
    let run = create(&here);
    here.changed().unwrap();
    append(&here, &run, 1).unwrap();
    assert!(!here.changed().unwrap());
    there.say(&[run], &said(Word::Cancel)).unwrap();
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
        let store = SqliteStore::open(&path).unwrap();
        let run = create(&store);
        (1..=3).for_each(|number| append(&store, &run, number).unwrap());
        meddle(&path, sql);
        let error = store.records(&run, 1, 10).unwrap_err();
        assert_eq!(error.to_string(), format!("the journal of run `{run}` is damaged at entry {entry}: {why}"));
    }
}

#[test]
fn an_entry_of_another_run_is_no_entry_of_this_one() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let (one, other) = (create(&store), create(&store));
    append(&store, &one, 1).unwrap();
    meddle(&path, "UPDATE entry SET run = 2");
    let error = store.records(&one, 1, 10).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { entry: 1, .. }), "{error}");
    assert_eq!(store.records(&other, 1, 10).unwrap(), []);
}

#[test]
fn a_missing_end_is_noticed() {
    for sql in ["DELETE FROM entry WHERE number = 3", "UPDATE head SET entries = 2, last = 2", "DELETE FROM head"] {
        let (_folder, path) = file();
        let store = SqliteStore::open(&path).unwrap();
        let run = create(&store);
        (1..=3).for_each(|number| append(&store, &run, number).unwrap());
        meddle(&path, sql);
        let error = store.records(&run, 1, 10).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{sql}: {error}");
    }
}

#[test]
fn a_word_that_was_changed_is_noticed() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let run = create(&store);
    store.say(std::slice::from_ref(&run), &said(Word::Cancel)).unwrap();
    meddle(&path, "UPDATE word SET who = 'bob'");
    let error = store.unanswered(&run).unwrap_err();
    assert!(error.to_string().ends_with("word 1 to it is not what was said"), "{error}");
}

#[test]
fn what_was_changed_of_a_run_is_noticed() {
    for sql in ["UPDATE run SET plan = 'b'", "UPDATE run SET beginning = NULL", "UPDATE head SET standing = 'stuck'"] {
        let (_folder, path) = file();
        let store = SqliteStore::open(&path).unwrap();
        let run = create(&store);
        meddle(&path, sql);
        let error = store.info(&run).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{sql}: {error}");
    }
}

/// It is only a cache: the journal is the truth.
#[test]
fn a_snapshot_that_does_not_fit_is_left_aside() {
    for sql in
        ["UPDATE snapshot SET state = 'other'", "UPDATE snapshot SET entries = 1", "UPDATE snapshot SET entries = 9"]
    {
        let (_folder, path) = file();
        let store = SqliteStore::open(&path).unwrap();
        let run = create(&store);
        for number in 1..=3 {
            let snapshot = (number == 2).then_some(&b"state"[..]);
            wait(store.append(&run, Append { snapshot, ..plain(number, &outcome(number)) })).unwrap();
        }
        meddle(&path, &sql.replace("'other'", "CAST('other' AS BLOB)"));
        assert_eq!(store.snapshot(&run).unwrap(), None, "{sql}");
    }
}

/// A store that the first release wrote: four runs, of which the third is stuck and the last never began.
fn first_version() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = file();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores/version1.db"), &path).unwrap();
    (folder, path)
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date() {
    let (_folder, path) = first_version();
    let before: Vec<String> = read_column(&path, "SELECT record FROM entry ORDER BY run, number");
    for _ in 0..2 {
        let store = SqliteStore::open(&path).unwrap();
        let runs = store.runs().unwrap();
        let told: Vec<_> = runs.iter().map(|run| (run.id.as_str(), run.standing, run.entries)).collect();
        let expected = [
            ("j9rz", Standing::Completed, 4),
            ("knwh", Standing::Waiting, 2),
            ("zjpw", Standing::Stuck, 13),
            ("newo", Standing::New, 0),
        ];
        assert_eq!(told, expected);
        let records = runs.iter().flat_map(|run| store.records(&run.id, 1, 100).unwrap());
        let records: Vec<String> = records.map(|record| serde_json::to_string(&record).unwrap()).collect();
        assert_eq!(records, before);
        assert_eq!(store.unanswered(&RunId::new("knwh")).unwrap().len(), 1);
        assert_eq!(store.sources(&RunId::new("newo")).unwrap().len(), 1);
        assert_eq!(store.beginning(&RunId::new("newo")).unwrap(), None);
    }
    let store = SqliteStore::open(&path).unwrap();
    append(&store, &RunId::new("knwh"), 3).unwrap();
    assert_eq!(store.records(&RunId::new("knwh"), 3, 10).unwrap(), [outcome(3)]);
}

fn read_column(path: &std::path::Path, sql: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_was_damaged_in_the_first_version_stays_so() {
    let (_folder, path) = first_version();
    meddle(&path, "UPDATE entry SET record = replace(record, 'i-1', 'i-2') WHERE run = 1 AND number = 2");
    meddle(&path, "DELETE FROM entry WHERE run = 3 AND number = 7");
    let store = SqliteStore::open(&path).unwrap();
    let error = |run: &str| store.records(&RunId::new(run), 1, 100).unwrap_err().to_string();
    assert_eq!(error("j9rz"), "the journal of run `j9rz` is damaged at entry 2: its checksum does not fit");
    assert_eq!(error("zjpw"), "the journal of run `zjpw` is damaged at entry 7: it is missing");
    assert_eq!(store.records(&RunId::new("knwh"), 1, 100).unwrap().len(), 2);
}

#[test]
fn a_source_that_was_changed_is_noticed() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let run = create(&store);
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
    meddle(&path, "PRAGMA user_version = 3");
    let error = SqliteStore::open(&path).err().unwrap();
    let expected = format!("`{}` has version 3, and this orch knows versions up to 2", path.display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_full_disk_saves_nothing_and_breaks_nothing() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let run = create(&store);
    append(&store, &run, 1).unwrap();
    let large = Outcome::Ok { output: "x".repeat(2_000_000), printed: String::new() };
    let large = Record { event: Event::Outcome { effect: EffectId(2), outcome: large }, ..outcome(2) };
    store.limit_pages(64).unwrap();
    let error = save(&store, &run, 2, &large).unwrap_err();
    assert_eq!(error.to_string(), format!("can't save entry 2 of run `{run}`: database or disk is full"));
    assert_eq!(store.records(&run, 1, 10).unwrap(), [outcome(1)]);
    append(&store, &run, 2).unwrap();
    assert_eq!(store.records(&run, 1, 10).unwrap(), [outcome(1), outcome(2)]);
}

#[test]
fn names_are_short_and_no_two_alike() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let names: BTreeSet<RunId> = (0..300).map(|_| create(&store)).collect();
    assert_eq!(names.len(), 300);
    assert!(names.iter().all(|name| name.as_str().len() == 4));
}

#[test]
fn the_beginning_of_a_name_will_do() {
    let store = MemoryStore::new();
    (0..11).for_each(|_| drop(create(&store)));
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

/// Fewer commits than entries, and each entry is there.
#[test]
fn what_is_appended_together_is_saved_together() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let runs: Vec<RunId> = (0..100).map(|_| create(&store)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut drivers = tokio::task::JoinSet::new();
        for run in runs.clone() {
            let store = store.clone();
            drivers.spawn(async move {
                for number in 1..=5 {
                    store.append(&run, plain(number, &outcome(number))).await.unwrap();
                }
            });
        }
        drivers.join_all().await;
    });
    let expected: Vec<Record> = (1..=5).map(outcome).collect();
    runs.iter().for_each(|run| assert_eq!(store.records(run, 1, 100).unwrap(), expected));
    assert_eq!(store.figures().entries, 500);
    assert_eq!(store.figures().commits, 5, "one for each step of all of them");
}

/// Only what can't be saved fails, and what was saved with it is there.
#[test]
fn one_that_can_t_be_saved_keeps_no_other_from_being_saved() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let runs = [create(&store), create(&store), create(&store)];
    append(&store, &runs[1], 1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let saved = runtime.block_on(async {
        // The second one's first entry is there already.
        let [a, b, c] = runs.each_ref().map(|run| store.append(run, plain(1, &outcome(1))));
        tokio::join!(a, b, c)
    });
    assert!(matches!(saved, (Ok(()), Err(_), Ok(()))), "{saved:?}");
    runs.iter().for_each(|run| assert_eq!(store.records(run, 1, 10).unwrap(), [outcome(1)]));
}

/// Whoever gives up before it was saved has saved nothing, and the others go on.
#[test]
fn who_gives_up_keeps_no_other_waiting() {
    let (_folder, path) = file();
    let store = SqliteStore::open(&path).unwrap();
    let (one, other) = (create(&store), create(&store));
    let given_up = store.append(&one, plain(1, &outcome(1)));
    let waits = store.append(&other, plain(1, &outcome(1)));
    drop(given_up);
    wait(waits).unwrap();
    assert_eq!(store.records(&one, 1, 10).unwrap(), []);
    assert_eq!(store.records(&other, 1, 10).unwrap(), [outcome(1)]);
}
