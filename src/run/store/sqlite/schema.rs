//! The tables of the store's file, and whether a file is one of ours.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{super::super::error::StoreError, migrate};

/// Marks a database as a store of orch: `orch` in ASCII.
const APPLICATION: i64 = 0x6F72_6368;

/// The version of the tables.
const VERSION: i64 = 2;

pub const TABLES: &str = "
    -- What only a migration changes of a run; `seal` is over all of it.
    CREATE TABLE run (
        number    INTEGER PRIMARY KEY,
        id        TEXT NOT NULL UNIQUE,
        key       TEXT UNIQUE,
        plan      TEXT NOT NULL,
        file      TEXT NOT NULL,
        folder    BLOB NOT NULL,
        started   INTEGER NOT NULL,
        orch      TEXT NOT NULL,
        language  INTEGER NOT NULL,
        format    INTEGER NOT NULL,
        beginning TEXT,
        sources   INTEGER NOT NULL,
        version   INTEGER NOT NULL,
        migrated  INTEGER NOT NULL,
        seal      INTEGER NOT NULL
    ) STRICT;

    -- Where the journal of a run ends, and how the run stands there.
    CREATE TABLE head (
        run      INTEGER PRIMARY KEY REFERENCES run (number),
        entries  INTEGER NOT NULL,
        last     INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        standing TEXT NOT NULL,
        since    INTEGER NOT NULL,
        due      INTEGER,
        seal     INTEGER NOT NULL
    ) STRICT;

    -- One table for the journals of all runs, and no index: what is appended together lies together, so that a
    -- commit for a thousand runs writes few pages. Each entry knows where the one before it is.
    CREATE TABLE entry (
        seq      INTEGER PRIMARY KEY,
        run      INTEGER NOT NULL REFERENCES run (number),
        number   INTEGER NOT NULL,
        before   INTEGER NOT NULL,
        record   TEXT NOT NULL,
        checksum INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE source (
        hash TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_source (
        run      INTEGER NOT NULL REFERENCES run (number),
        version  INTEGER NOT NULL,
        position INTEGER NOT NULL,
        name     TEXT NOT NULL,
        folder   BLOB NOT NULL,
        hash     TEXT NOT NULL REFERENCES source (hash),
        PRIMARY KEY (run, version, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE word (
        id     INTEGER PRIMARY KEY,
        run    INTEGER NOT NULL REFERENCES run (number),
        word   TEXT NOT NULL,
        who    TEXT NOT NULL,
        why    TEXT,
        at     INTEGER NOT NULL,
        answer TEXT,
        seal   INTEGER NOT NULL
    ) STRICT;

    CREATE INDEX word_unanswered ON word (run, id) WHERE answer IS NULL;

    -- A cache: the state of a run behind one of its entries.
    CREATE TABLE snapshot (
        run     INTEGER PRIMARY KEY REFERENCES run (number),
        entries INTEGER NOT NULL,
        state   BLOB NOT NULL,
        seal    INTEGER NOT NULL
    ) STRICT;

    -- What runs have emitted, and what came from outside to the store as a whole; and how far each reader of it is.
    CREATE TABLE event (
        number  INTEGER PRIMARY KEY,
        event   TEXT NOT NULL,
        id      TEXT NOT NULL,
        payload TEXT NOT NULL,
        run     INTEGER REFERENCES run (number),
        who     TEXT NOT NULL,
        why     TEXT,
        at      INTEGER NOT NULL,
        seal    INTEGER NOT NULL,
        UNIQUE (event, id)
    ) STRICT;

    CREATE TABLE reader (
        name TEXT PRIMARY KEY,
        upto INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// What a file is.
enum Found {
    /// A store of this version.
    Ours,
    /// A store of the first version.
    First,
    /// A file in which nothing is.
    Empty,
}

/// Makes sure that the file is a store this release can read: an empty file becomes one, one of an earlier release is
/// brought up to date, any other is refused. Nothing is written to a file that is refused.
pub fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    if let Found::Ours = look(connection, path)? {
        return Ok(());
    }
    if connection.is_readonly("main").unwrap_or(true) {
        return Err(StoreError::Older { path: path.to_owned() });
    }
    let failed = |error| failed(path, &error);
    // Two processes may find an empty file together: the second finds the tables when its turn comes.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    match look(&transaction, path)? {
        Found::Ours => {}
        Found::Empty => create(&transaction).map_err(failed)?,
        Found::First => migrate::from_first(&transaction).map_err(failed)?,
    }
    transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Whether what is found by an index is what is in its table: no seal is over an index, and one that is damaged would
/// hide a word, or let there be two of what there may be one of.
///
/// # Errors
/// It is not, or can't be read.
pub fn check_indices(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    for table in ["run", "word", "event"] {
        let check = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0));
        let found = check(&format!("PRAGMA integrity_check({table})")).map_err(|error| failed(path, &error))?;
        if found != "ok" {
            let doing = format!("open the store `{}`", path.display());
            let help = "the file of the store is damaged; bring it back from a backup";
            return Err(StoreError::Database { doing, why: found, help });
        }
    }
    Ok(())
}

fn create(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)
}

fn look(connection: &Connection, path: &Path) -> Result<Found, StoreError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let failed = |error| failed(path, &error);
    let application = number("application_id").map_err(failed)?;
    let version = number("user_version").map_err(failed)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    match (application, version) {
        (APPLICATION, VERSION) => Ok(Found::Ours),
        (APPLICATION, 1) => Ok(Found::First),
        (APPLICATION, found) => Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION }),
        (0, 0) if tables == 0 => Ok(Found::Empty),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::Foreign { path: path.to_owned() },
        _ => super::failure::failed(format!("open the store `{}`", path.display()), error),
    }
}
