//! What is written: runs, entries, words.

use std::{collections::HashMap, path::Path};

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use smol_str::SmolStr;

use super::super::{Answer, Append, Created, KeptSource, NewRun, RunId, Said, Standing, WordId};
use super::{
    events,
    failure::Trouble,
    id,
    json::to_json,
    mark::Marker,
    read::{self, head_of},
    seal::{self, Head, Seal},
};
use crate::{
    machine::{Refused, Timestamp},
    run::{JOURNAL_FORMAT, LANGUAGE_VERSION},
};

/// How many names are tried for a new run.
const NAMES_TRIED: usize = 64;

/// An entry that is to be saved.
pub struct Entry {
    pub run: RunId,
    pub number: u64,
    pub record: String,
    pub at: Timestamp,
    pub standing: Standing,
    pub due: Option<Timestamp>,
    pub accepted: Option<WordId>,
    pub published: Vec<Said>,
    pub snapshot: Option<Vec<u8>>,
}

impl Entry {
    /// As it is kept.
    pub fn of(run: &RunId, append: Append<'_>) -> Entry {
        let Append { number, record, standing, due, accepted, published, snapshot } = append;
        Entry {
            run: run.clone(),
            number,
            record: to_json(record),
            at: record.at,
            standing,
            due,
            accepted,
            published: published.to_vec(),
            snapshot: snapshot.map(<[u8]>::to_vec),
        }
    }
}

/// The connection that writes, and what it knows of the runs it writes to.
pub struct Writer {
    pub connection: Connection,
    /// Where the journals end that this process has added to.
    heads: HashMap<RunId, Head>,
    marker: Option<Marker>,
}

impl Writer {
    /// Writes over `connection`, and marks beside the file how far it has come.
    pub fn new(connection: Connection, marker: Option<Marker>) -> Writer {
        let mut writer = Writer { connection, heads: HashMap::new(), marker };
        writer.marker.iter_mut().for_each(|marker| marker.note(&writer.connection));
        writer
    }

    /// Does something in one transaction.
    pub fn within<T>(&mut self, change: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let changed = self.transact(change)?;
        self.marker.iter_mut().for_each(|marker| marker.note(&self.connection));
        Ok(changed)
    }

    fn transact<T>(&mut self, change: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let changed = change(&self.connection)
            .and_then(|value| self.prepared("COMMIT")?.execute([]).map(|_| value).map_err(Into::into));
        if changed.is_err() && !self.connection.is_autocommit() {
            // Where even this fails, the transaction is rolled back when the file is opened next.
            let _ = self.prepared("ROLLBACK").and_then(|mut rollback| rollback.execute([]));
        }
        changed
    }

    fn prepared(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }

    /// Saves entries in one transaction.
    pub fn append(&mut self, entries: &[&Entry]) -> Result<(), Trouble> {
        let mut heads = std::mem::take(&mut self.heads);
        let saved = self.transact(|connection| {
            let mut adding = Adding::over(connection)?;
            entries.iter().try_fold(0, |_, entry| {
                let head = head_before(connection, &heads, entry)?;
                let head = adding.add(head, entry)?;
                let last = head.last;
                match (head.standing.ended(), heads.get_mut(&entry.run)) {
                    (true, _) => drop(heads.remove(&entry.run)),
                    (false, Some(known)) => *known = head,
                    (false, None) => drop(heads.insert(entry.run.clone(), head)),
                }
                Ok(last)
            })
        });
        if let Ok(last) = saved {
            self.marker.iter_mut().for_each(|marker| marker.note_entry(&self.connection, last));
        }
        // Where it failed, what is known of them may not be true any more, and is read again.
        self.heads = saved.as_ref().map(|_| heads).unwrap_or_default();
        saved.map(drop)
    }

    /// Creates a run, if there is none with its key.
    pub fn create(&mut self, run: &NewRun) -> Result<Created, Trouble> {
        self.within(|connection| create_run(connection, run))
    }

    /// Saves the entry of a migration, with the files of the program the run goes on under.
    pub fn migrate(&mut self, entry: &Entry, sources: &[KeptSource]) -> Result<(), Trouble> {
        self.heads.remove(&entry.run);
        self.within(|connection| {
            let head = head_before(connection, &HashMap::new(), entry)?;
            Adding::over(connection)?.add(head, entry)?;
            let known = read::row_of(connection, &entry.run)?;
            let moved = moved(known, entry.number, sources);
            insert_sources(connection, moved.number, moved.version, sources)?;
            set_run_row(connection, &moved)
        })
    }

    /// Leaves a word for each of the runs.
    pub fn say(&mut self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, Trouble> {
        self.within(|connection| runs.iter().map(|run| insert_word(connection, run, said)).collect())
    }

    /// Answers a word.
    pub fn refuse(&mut self, word: WordId, refused: Refused) -> Result<(), Trouble> {
        self.within(|connection| set_answer(connection, word, &Answer::from(refused)))
    }
}

/// Creates a run, if there is none with its key.
pub fn create_run(connection: &Connection, run: &NewRun) -> Result<Created, Trouble> {
    if let Some(known) = with_key(connection, run.key.as_deref())? {
        return Ok(Created::Known(known));
    }
    let id = RunId::new(free_name(connection)?);
    insert_run(connection, &id, run)?;
    Ok(Created::New(id))
}

/// Where the journal ends to which an entry is added.
fn head_before(connection: &Connection, heads: &HashMap<RunId, Head>, entry: &Entry) -> Result<Head, Trouble> {
    let known = heads.get(&entry.run).copied().filter(|head| head.entries + 1 == entry.number);
    let head = known.map_or_else(|| head_of(connection, &entry.run), Ok)?;
    if head.entries + 1 == entry.number { Ok(head) } else { Err(Trouble::NotNext) }
}

/// Adds entries to journals: its statements are found once for all entries of a commit.
struct Adding<'c> {
    connection: &'c Connection,
    entry: CachedStatement<'c>,
    head: CachedStatement<'c>,
}

impl<'c> Adding<'c> {
    fn over(connection: &'c Connection) -> Result<Adding<'c>, Trouble> {
        let entry = "INSERT INTO entry (run, number, before, record, checksum) VALUES (?1, ?2, ?3, ?4, ?5)";
        let head =
            "UPDATE head SET entries = ?2, last = ?3, checksum = ?4, standing = ?5, since = ?6, due = ?7, seal = ?8
                    WHERE run = ?1 AND entries = ?2 - 1";
        let (entry, head) = (connection.prepare_cached(entry)?, connection.prepare_cached(head)?);
        Ok(Adding { connection, entry, head })
    }

    /// Adds an entry behind the end `before` of its journal; gives where that ends then.
    fn add(&mut self, before: Head, entry: &Entry) -> Result<Head, Trouble> {
        let Entry { run, number, record, at, standing, due, accepted, published, snapshot } = entry;
        let checksum = seal::of_entry(before.checksum, run, *number, record);
        self.entry.execute(params![before.run, *number as i64, before.last, record, checksum])?;
        let since = if before.standing == *standing { before.since } else { *at };
        let last = self.connection.last_insert_rowid();
        let head = Head { run: before.run, entries: *number, last, checksum, standing: *standing, since, due: *due };
        self.set_head(&head)?;
        if let Some(word) = accepted {
            set_answer(self.connection, *word, &Answer::Accepted)?;
        }
        for said in published {
            events::publish(self.connection, said, Some(before.run))?;
        }
        if let Some(state) = snapshot {
            keep_snapshot(self.connection, run, &head, state)?;
        }
        Ok(head)
    }

    /// Not even two drivers can both add the same entry.
    fn set_head(&mut self, head: &Head) -> Result<(), Trouble> {
        let Head { run, entries, last, checksum, standing, since, due } = head;
        let (standing, due) = (standing.as_str(), due.map(|due| due.0));
        let changed =
            self.head.execute(params![run, *entries as i64, last, checksum, standing, since.0, due, head.seal()])?;
        if changed == 1 { Ok(()) } else { Err(Trouble::NotNext) }
    }
}

fn keep_snapshot(connection: &Connection, run: &RunId, head: &Head, state: &[u8]) -> Result<(), Trouble> {
    let seal = seal::of_snapshot(run, head.entries, head.checksum, read::sealed_sources(connection, head.run)?, state);
    connection
        .prepare_cached("INSERT OR REPLACE INTO snapshot (run, entries, state, seal) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![head.run, head.entries as i64, state, seal])?;
    Ok(())
}

/// Where a journal begins.
pub fn insert_head(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    let Head { run, entries, last, checksum, standing, since, due } = head;
    connection.execute(
        "INSERT INTO head (run, entries, last, checksum, standing, since, due, seal)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![run, *entries as i64, last, checksum, standing.as_str(), since.0, due.map(|due| due.0), head.seal()],
    )?;
    Ok(())
}

/// What only a migration changes of a run.
pub struct RunRow {
    pub number: i64,
    pub id: String,
    pub key: Option<String>,
    pub plan: String,
    pub file: String,
    pub folder: Vec<u8>,
    pub started: i64,
    pub orch: String,
    pub language: u32,
    pub format: u32,
    /// The event with which it begins.
    pub beginning: Option<String>,
    /// Over the list of its files.
    pub sources: u32,
    /// Which program it goes on under, and since which entry.
    pub version: u32,
    pub migrated: i64,
}

impl RunRow {
    /// Over all of it.
    pub fn seal(&self) -> u32 {
        let RunRow {
            number,
            id,
            key,
            plan,
            file,
            folder,
            started,
            orch,
            language,
            format,
            beginning,
            sources,
            version,
            migrated,
        } = self;
        let seal = Seal::new().number(*number).text(id).maybe(key.as_deref()).text(plan).text(file).bytes(folder);
        let seal = seal.number(*started).text(orch).number(i64::from(*language)).number(i64::from(*format));
        let seal = seal.maybe(beginning.as_deref()).number(i64::from(*sources));
        seal.number(i64::from(*version)).number(*migrated).end()
    }
}

/// Adds the row of a run.
pub fn insert_run_row(connection: &Connection, row: &RunRow) -> rusqlite::Result<()> {
    let seal = row.seal();
    let RunRow {
        number,
        id,
        key,
        plan,
        file,
        folder,
        started,
        orch,
        language,
        format,
        beginning,
        sources,
        version,
        migrated,
    } = row;
    connection
        .prepare_cached(
            "INSERT INTO run (number, id, key, plan, file, folder, started, orch, language, format, beginning,
                                         sources, version, migrated, seal)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            number, id, key, plan, file, folder, started, orch, language, format, beginning, sources, version,
            migrated, seal
        ])?;
    Ok(())
}

/// What a run is once it goes on under the program of these files: one of this release, whatever it was before.
fn moved(known: RunRow, entry: u64, sources: &[KeptSource]) -> RunRow {
    let root = sources.first();
    RunRow {
        file: root.map(|root| root.name.clone()).unwrap_or_default(),
        folder: root.map(|root| root.folder.as_os_str().as_encoded_bytes().to_vec()).unwrap_or_default(),
        orch: env!("CARGO_PKG_VERSION").to_owned(),
        language: LANGUAGE_VERSION,
        format: JOURNAL_FORMAT,
        sources: seal::of_sources(sources),
        version: known.version + 1,
        migrated: entry as i64,
        ..known
    }
}

/// Changes what a migration changes of a run.
fn set_run_row(connection: &Connection, row: &RunRow) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "UPDATE run SET file = ?2, folder = ?3, orch = ?4, language = ?5, format = ?6, sources = ?7, version = ?8,
                            migrated = ?9, seal = ?10
             WHERE number = ?1",
        )?
        .execute(params![
            row.number,
            row.file,
            row.folder,
            row.orch,
            row.language,
            row.format,
            row.sources,
            row.version,
            row.migrated,
            row.seal()
        ])?;
    Ok(())
}

fn insert_run(connection: &Connection, id: &RunId, run: &NewRun) -> rusqlite::Result<()> {
    let (file, folder) = match run.sources.first() {
        Some(root) => (root.name.as_str(), root.folder.as_path()),
        None => ("", Path::new("")),
    };
    let number = connection.query_row("SELECT ifnull(max(number), 0) + 1 FROM run", [], |row| row.get(0))?;
    insert_run_row(
        connection,
        &RunRow {
            number,
            id: id.to_string(),
            key: run.key.as_deref().map(str::to_owned),
            plan: run.plan.to_string(),
            file: file.to_owned(),
            folder: folder.as_os_str().as_encoded_bytes().to_vec(),
            started: run.at.0,
            orch: env!("CARGO_PKG_VERSION").to_owned(),
            language: LANGUAGE_VERSION,
            format: JOURNAL_FORMAT,
            beginning: Some(to_json(&run.beginning(id))),
            sources: seal::of_sources(&run.sources),
            version: 1,
            migrated: 0,
        },
    )?;
    insert_head(connection, &Head::of_new(number, run.at))?;
    insert_sources(connection, number, 1, &run.sources)
}

/// Keeps the files of a program of a run.
fn insert_sources(connection: &Connection, run: i64, version: u32, sources: &[KeptSource]) -> rusqlite::Result<()> {
    for (position, source) in sources.iter().enumerate() {
        let hash = seal::hash(&source.text);
        connection
            .prepare_cached("INSERT OR IGNORE INTO source (hash, text) VALUES (?1, ?2)")?
            .execute(params![hash, source.text])?;
        connection
            .prepare_cached(
                "INSERT INTO run_source (run, version, position, name, folder, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                run,
                version,
                position as i64,
                source.name,
                source.folder.as_os_str().as_encoded_bytes(),
                hash
            ])?;
    }
    Ok(())
}

fn with_key(connection: &Connection, key: Option<&str>) -> rusqlite::Result<Option<RunId>> {
    let Some(key) = key else { return Ok(None) };
    let known = connection.query_row("SELECT id FROM run WHERE key = ?1", [key], |row| row.get::<_, String>(0));
    Ok(known.optional()?.map(RunId::new))
}

/// A name that no run has yet.
fn free_name(connection: &Connection) -> rusqlite::Result<SmolStr> {
    for attempt in 0..NAMES_TRIED {
        let random: i64 = connection.prepare_cached("SELECT random()")?.query_row([], |row| row.get(0))?;
        let name = id::candidate(random as u64, attempt);
        let taken: bool = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)")?
            .query_row([name.as_str()], |row| row.get(0))?;
        if !taken {
            return Ok(name);
        }
    }
    Err(rusqlite::Error::QueryReturnedNoRows)
}

/// Leaves a word for a run.
pub fn insert_word(connection: &Connection, run: &RunId, said: &Said) -> Result<WordId, Trouble> {
    let run = read::number_of(connection, run)?;
    connection
        .prepare_cached("INSERT INTO word (run, word, who, why, at, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![run, to_json(&said.word), said.who, said.why, said.at.0, seal::of_word(run, said, None)])?;
    Ok(WordId(connection.last_insert_rowid()))
}

fn set_answer(connection: &Connection, word: WordId, answer: &Answer) -> Result<(), Trouble> {
    let (run, said) = read::word(connection, word)?;
    let seal = seal::of_word(run, &said, Some(answer));
    connection.prepare_cached("UPDATE word SET answer = ?2, seal = ?3 WHERE id = ?1")?.execute(params![
        word.0,
        to_json(answer),
        seal
    ])?;
    Ok(())
}
