//! The mark beside the file of a store: which store it is, and how far it had come.
//!
//! A database that lost its end (its write-ahead log was deleted or cut off, an old copy was put in its place, it was
//! emptied) is a whole database of an earlier moment, and nothing in it can say so: runs would do again what they had
//! done. So after each commit a line is written beside it, to the page cache only: it costs no sync, survives the death
//! of every process, and after a power cut is at most behind. What is in the database may be more than the mark says,
//! never less. A mark that can't be read says nothing.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::super::Pulse;
use super::{events, failure::failed, seal::Seal};
use crate::run::error::StoreError;

/// How many bytes a mark has: a line is written over the one before it.
const LENGTH: usize = 192;

/// How far a store had come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its first run, and when that was started: no other store has one that is called so and began then.
    first: String,
    run: i64,
    entry: i64,
    word: i64,
    event: i64,
    seal: u32,
}

impl Mark {
    fn new(first: String, pulse: Pulse) -> Mark {
        let Pulse { run, entry, word, event } = pulse;
        let mark = Mark { first, run, entry, word, event, seal: 0 };
        Mark { seal: mark.sealed(), ..mark }
    }

    fn sealed(&self) -> u32 {
        let Mark { first, run, entry, word, event, seal: _ } = self;
        Seal::new().text(first).number(*run).number(*entry).number(*word).number(*event).end()
    }

    /// What stands beside the store in `path`, if it is whole.
    fn read(path: &Path) -> Option<Mark> {
        let text = std::fs::read_to_string(beside(path)).ok()?;
        let mark: Mark = serde_json::from_str(text.trim()).ok()?;
        (mark.seal == mark.sealed()).then_some(mark)
    }

    /// What is missing in a store that has come as far as `found`.
    fn lost(&self, found: &Mark) -> Option<String> {
        if found.run == 0 {
            return Some("it is empty".to_owned());
        }
        if self.first != found.first {
            return Some("it is another store".to_owned());
        }
        let counted = [
            (self.run, found.run, "runs"),
            (self.entry, found.entry, "entries"),
            (self.word, found.word, "words of operators"),
            (self.event, found.event, "events"),
        ];
        let short = counted.iter().find(|(had, has, _)| had > has);
        short.map(|(had, has, what)| format!("it has {has} {what}, and had {had}"))
    }
}

/// The file of the mark of the store in `path`.
pub fn beside(path: &Path) -> PathBuf {
    path.with_extension("mark")
}

/// What a store is held to when it is opened.
pub struct Expected(Option<Mark>);

impl Expected {
    /// What is expected of the store in `path`, to be asked before the store is opened: it only grows meanwhile.
    ///
    /// # Errors
    /// There is nothing in the file, though there was.
    pub fn of(path: &Path) -> Result<Expected, StoreError> {
        let mark = Mark::read(path);
        let is_empty = path.metadata().map_or(true, |file| file.len() == 0);
        match mark {
            Some(_) if is_empty => Err(StoreError::Behind { path: path.to_owned(), lost: "it is empty".to_owned() }),
            mark => Ok(Expected(mark)),
        }
    }

    /// Whether the store is that one, and has come as far.
    ///
    /// # Errors
    /// It is not, or can't be read.
    pub fn check(&self, connection: &Connection, path: &Path) -> Result<(), StoreError> {
        let Some(expected) = &self.0 else { return Ok(()) };
        let found =
            found(connection).map_err(|error| failed(format!("open the store `{}`", path.display()), &error))?;
        match expected.lost(&found) {
            Some(lost) => Err(StoreError::Behind { path: path.to_owned(), lost }),
            None => Ok(()),
        }
    }
}

/// How far a store has come.
fn found(connection: &Connection) -> rusqlite::Result<Mark> {
    let first = connection
        .prepare_cached("SELECT id, started FROM run ORDER BY number LIMIT 1")?
        .query_row([], |row| Ok(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    Ok(Mark::new(first.unwrap_or_default(), events::pulse(connection)?))
}

/// Writes marks. Where it can't, there is none, which only means that a loss would not be noticed.
pub struct Marker {
    path: PathBuf,
    file: Option<File>,
    known: Mark,
}

impl Marker {
    /// Of the store in `path`.
    pub fn of(path: &Path) -> Marker {
        Marker { path: beside(path), file: None, known: Mark::default() }
    }

    /// Something was committed.
    pub fn note(&mut self, connection: &Connection) {
        if let Ok(found) = found(connection) {
            self.write(found);
        }
    }

    /// Entries were committed, of which this is the last.
    pub fn note_entry(&mut self, connection: &Connection, entry: i64) {
        if self.known.run == 0 {
            return self.note(connection);
        }
        let Mark { first, run, word, event, .. } = self.known.clone();
        self.write(Mark::new(first, Pulse { run, entry, word, event }));
    }

    fn write(&mut self, mark: Mark) {
        if mark.run == 0 || mark == self.known {
            return;
        }
        if self.file.is_none() {
            let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path);
            self.file = opened.ok();
        }
        let line = serde_json::to_string(&mark).unwrap_or_default();
        let line = format!("{line:<width$}\n", width = LENGTH - 1);
        let written = self.file.as_ref().map(|file| file.write_all_at(line.as_bytes(), 0));
        if let Some(Ok(())) = written {
            self.known = mark;
        }
    }
}
