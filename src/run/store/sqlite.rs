//! The store in a SQLite file: the one place that knows SQL.

use std::{
    ffi::OsStr,
    fs::OpenOptions,
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::{
    Answer, Append, KeptSource, NewRun, RunId, RunInfo, Said, Standing, Store, StoreError, WordId, id, schema,
};
use crate::{
    machine::{Record, Refused, Timestamp},
    run::{JOURNAL_FORMAT, LANGUAGE_VERSION},
};

/// How long one waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many names are tried for a new run.
const NAMES_TRIED: usize = 64;

/// A store in one file, which several processes may have open.
pub struct SqliteStore {
    connection: Connection,
    version: i64,
}

impl SqliteStore {
    /// Opens the store in the file `path`, which is created if it does not exist, for its owner only.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let created = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        created.map_err(|source| StoreError::Files { doing: "write", path: path.to_owned(), source })?;
        let doing = || format!("open the store `{}`", path.display());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(|error| failed(doing(), &error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| failed(doing(), &error))?;
        schema::prepare(&mut connection, path)?;
        let durable = connection
            .pragma_update(None, "journal_mode", "WAL")
            .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
            .and_then(|()| connection.pragma_update(None, "foreign_keys", true));
        durable.map_err(|error| failed(doing(), &error))?;
        Ok(SqliteStore { connection, version: -1 })
    }

    /// Opens the store in the file `path` where nothing can be written: it can only be looked at.
    pub fn open_to_read(path: &Path) -> Result<SqliteStore, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let opened = Connection::open_with_flags(read_only_uri(path), flags);
        let mut connection = opened.map_err(|error| failed(format!("read the store `{}`", path.display()), &error))?;
        schema::prepare(&mut connection, path)?;
        Ok(SqliteStore { connection, version: -1 })
    }

    /// Lets the file grow to so many pages at most, as a full disk would.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let limited = self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limited.map_err(|error| failed("limit the store".to_owned(), &error))
    }

    fn write<T>(
        &mut self,
        doing: impl Fn() -> String,
        change: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let written =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                let value = change(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        written.map_err(|error| failed(doing(), &error))
    }
}

impl Store for SqliteStore {
    fn create(&mut self, run: &NewRun) -> Result<RunId, StoreError> {
        self.write(
            || "save a new run".to_owned(),
            |transaction| {
                let id = free_name(transaction)?;
                insert_run(transaction, &id, run)?;
                Ok(RunId::new(id))
            },
        )
    }

    fn append(&mut self, run: &RunId, append: Append<'_>) -> Result<(), StoreError> {
        let text = to_json(append.record);
        let doing = || format!("save entry {} of run `{run}`", append.number);
        if append.standing.is_none() && append.accepted.is_none() {
            return insert_entry(&self.connection, run, append.number, &text).map_err(|error| failed(doing(), &error));
        }
        self.write(doing, |transaction| {
            insert_entry(transaction, run, append.number, &text)?;
            if let Some(standing) = append.standing {
                transaction
                    .prepare_cached("UPDATE run SET standing = ?2, since = ?3 WHERE id = ?1")?
                    .execute(params![run.as_str(), standing.as_str(), append.record.at.0])?;
            }
            if let Some(word) = append.accepted {
                set_answer(transaction, word, &Answer::Accepted)?;
            }
            Ok(())
        })
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let rows = self.rows(run, from, limit).map_err(|error| failed(format!("read run `{run}`"), &error))?;
        let numbered = rows.into_iter().zip(from..);
        numbered.map(|(row, number)| row.verified(run, number)).collect()
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        let doing = || format!("read the sources of run `{run}`");
        let read = || {
            self.connection
                .prepare(
                    "SELECT name, run_source.folder, text, source.hash FROM run_source
                     JOIN run ON run.number = run_source.run JOIN source ON source.hash = run_source.hash
                     WHERE run.id = ?1 ORDER BY position",
                )?
                .query_map([run.as_str()], |row| {
                    let source = KeptSource { name: row.get(0)?, folder: path(row, 1)?, text: row.get(2)? };
                    Ok((source, row.get::<_, String>(3)?))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        let kept = read().map_err(|error| failed(doing(), &error))?;
        let verified = kept.into_iter().map(|(source, hash)| {
            let whole = hash_of(&source.text) == hash;
            whole.then_some(source).ok_or_else(|| damaged(run, 0, "a source is not what was kept"))
        });
        verified.collect()
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        let read = || {
            self.connection
                .prepare(
                    "SELECT id, plan, file, folder, started, standing, since, orch, language, format
                     FROM run ORDER BY number",
                )?
                .query_map([], run_info)?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| failed("read the runs".to_owned(), &error))
    }

    fn say(&mut self, run: &RunId, said: &Said) -> Result<WordId, StoreError> {
        self.write(
            || format!("leave a word for run `{run}`"),
            |transaction| {
                transaction.execute(
                    "INSERT INTO word (run, word, who, why, at)
                 VALUES ((SELECT number FROM run WHERE id = ?1), ?2, ?3, ?4, ?5)",
                    params![run.as_str(), to_json(&said.word), said.who, said.why, said.at.0],
                )?;
                Ok(WordId(transaction.last_insert_rowid()))
            },
        )
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT word.id, word, who, why, at FROM word JOIN run ON run.number = word.run
                     WHERE run.id = ?1 AND answer IS NULL ORDER BY word.id",
                )?
                .query_map([run.as_str()], |row| {
                    let word = from_json(row, 1)?;
                    let said = Said { word, who: row.get(2)?, why: row.get(3)?, at: Timestamp(row.get(4)?) };
                    Ok((WordId(row.get(0)?), said))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| failed(format!("read the words to run `{run}`"), &error))
    }

    fn refuse(&mut self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        let answered = set_answer(&self.connection, word, &Answer::from(refused));
        answered.map_err(|error| failed("answer an operator".to_owned(), &error))
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        let read = || {
            self.connection
                .prepare_cached("SELECT answer FROM word WHERE id = ?1 AND answer IS NOT NULL")?
                .query_row([word.0], |row| from_json(row, 0))
                .optional()
        };
        read().map_err(|error| failed("read the answer to a word".to_owned(), &error))
    }

    fn changed(&mut self) -> Result<bool, StoreError> {
        let read = self.connection.prepare_cached("PRAGMA data_version").and_then(|mut pragma| {
            let version: i64 = pragma.query_row([], |row| row.get(0))?;
            Ok(version)
        });
        let version = read.map_err(|error| failed("look for words of operators".to_owned(), &error))?;
        let before = std::mem::replace(&mut self.version, version);
        Ok(before != version)
    }
}

/// Where no other process has the store open, it can be read without the files beside it, which can't be created.
fn read_only_uri(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let escaped = path.as_os_str().as_bytes().iter().map(|byte| match plain(byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    let beside = path.with_extension("db-wal");
    let alone = if beside.exists() { "" } else { "?immutable=1" };
    format!("file:{}{alone}", escaped.collect::<String>())
}

/// An entry as it is in the file.
struct StoredEntry {
    number: u64,
    text: String,
    checksum: u32,
}

impl StoredEntry {
    fn verified(self, run: &RunId, expected: u64) -> Result<Record, StoreError> {
        if self.number != expected {
            return Err(damaged(run, expected, "it is missing"));
        }
        if self.checksum != checksum(run, self.number, &self.text) {
            return Err(damaged(run, expected, "its checksum does not fit"));
        }
        serde_json::from_str(&self.text).map_err(|error| damaged(run, expected, &error.to_string()))
    }
}

impl SqliteStore {
    fn rows(&self, run: &RunId, from: u64, limit: usize) -> rusqlite::Result<Vec<StoredEntry>> {
        self.connection
            .prepare_cached(
                "SELECT entry.number, record, checksum FROM entry JOIN run ON run.number = entry.run
                 WHERE run.id = ?1 AND entry.number >= ?2 ORDER BY entry.number LIMIT ?3",
            )?
            .query_map(params![run.as_str(), from as i64, limit as i64], |row| {
                let number: i64 = row.get(0)?;
                let checksum: i64 = row.get(2)?;
                Ok(StoredEntry { number: number as u64, text: row.get(1)?, checksum: checksum as u32 })
            })?
            .collect()
    }
}

fn insert_entry(connection: &Connection, run: &RunId, number: u64, text: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO entry (run, number, record, checksum)
             VALUES ((SELECT number FROM run WHERE id = ?1), ?2, ?3, ?4)",
        )?
        .execute(params![run.as_str(), number as i64, text, checksum(run, number, text)])?;
    Ok(())
}

fn insert_run(transaction: &Transaction, id: &str, run: &NewRun) -> rusqlite::Result<()> {
    let (file, folder) = match run.sources.first() {
        Some(root) => (root.name.as_str(), root.folder.as_path()),
        None => ("", Path::new("")),
    };
    transaction.execute(
        "INSERT INTO run (id, plan, file, folder, started, standing, since, orch, language, format)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7, ?8, ?9)",
        params![
            id,
            run.plan.as_str(),
            file,
            folder.as_os_str().as_bytes(),
            run.at.0,
            Standing::New.as_str(),
            env!("CARGO_PKG_VERSION"),
            LANGUAGE_VERSION,
            JOURNAL_FORMAT
        ],
    )?;
    let number = transaction.last_insert_rowid();
    for (position, source) in run.sources.iter().enumerate() {
        let hash = hash_of(&source.text);
        transaction.execute("INSERT OR IGNORE INTO source (hash, text) VALUES (?1, ?2)", params![hash, source.text])?;
        transaction.execute(
            "INSERT INTO run_source (run, position, name, folder, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![number, position as i64, source.name, source.folder.as_os_str().as_bytes(), hash],
        )?;
    }
    Ok(())
}

/// A name that no run has yet.
fn free_name(transaction: &Transaction) -> rusqlite::Result<SmolStr> {
    for attempt in 0..NAMES_TRIED {
        let random: i64 = transaction.query_row("SELECT random()", [], |row| row.get(0))?;
        let name = id::candidate(random as u64, attempt);
        let taken: bool =
            transaction
                .query_row("SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)", [name.as_str()], |row| row.get(0))?;
        if !taken {
            return Ok(name);
        }
    }
    Err(rusqlite::Error::QueryReturnedNoRows)
}

fn set_answer(connection: &Connection, word: WordId, answer: &Answer) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE word SET answer = ?2 WHERE id = ?1")?
        .execute(params![word.0, to_json(answer)])?;
    Ok(())
}

fn run_info(row: &Row) -> rusqlite::Result<RunInfo> {
    let plan: String = row.get(1)?;
    let standing: String = row.get(5)?;
    let standing = Standing::parse(&standing).ok_or_else(|| conversion(5, format!("`{standing}` is no standing")))?;
    Ok(RunInfo {
        id: RunId::new(row.get::<_, String>(0)?),
        plan: plan.into(),
        file: row.get(2)?,
        folder: path(row, 3)?,
        started: Timestamp(row.get(4)?),
        standing,
        since: Timestamp(row.get(6)?),
        orch: row.get(7)?,
        language: row.get(8)?,
        format: row.get(9)?,
    })
}

fn path(row: &Row, column: usize) -> rusqlite::Result<PathBuf> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(PathBuf::from(OsStr::from_bytes(&bytes)))
}

fn from_json<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| conversion(column, error))
}

fn conversion(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}

/// Plain data with text keys always has a JSON form.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Over the run as well, so that an entry that ended up in another run's journal is noticed.
fn checksum(run: &RunId, number: u64, text: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(run.as_str().as_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.update(text.as_bytes());
    hasher.finalize()
}

fn hash_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn damaged(run: &RunId, entry: u64, why: &str) -> StoreError {
    StoreError::Damaged { run: run.clone(), entry, why: why.to_owned() }
}

/// What a failure of the database means for who uses it.
pub(super) fn failed(doing: String, error: &rusqlite::Error) -> StoreError {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "what was saved before is whole, this was not saved, and nothing that follows from it was started; make room"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process has been writing to the store for too long; this was not saved, try again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the store can't be written; choose another folder with `--store DIR` or `ORCH_STORE`"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the file of the store is damaged; bring it back from a backup"
        }
        _ => "what was saved before is whole, this was not saved, and nothing that follows from it was started",
    };
    StoreError::Database { doing, why: error.to_string(), help }
}
