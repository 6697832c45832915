//! The tables of the store's file, and whether a file is one of ours.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::super::error::StoreError;

/// Marks a database as a store of orch: `orch` in ASCII.
const APPLICATION: i64 = 0x6F72_6368;

/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE run (
        number   INTEGER PRIMARY KEY,
        id       TEXT NOT NULL UNIQUE,
        plan     TEXT NOT NULL,
        file     TEXT NOT NULL,
        folder   BLOB NOT NULL,
        started  INTEGER NOT NULL,
        standing TEXT NOT NULL,
        since    INTEGER NOT NULL,
        orch     TEXT NOT NULL,
        language INTEGER NOT NULL,
        format   INTEGER NOT NULL
    ) STRICT;

    -- One table for the journals of all runs: what is appended together lies together.
    CREATE TABLE entry (
        seq      INTEGER PRIMARY KEY,
        run      INTEGER NOT NULL REFERENCES run (number),
        number   INTEGER NOT NULL,
        record   TEXT NOT NULL,
        checksum INTEGER NOT NULL
    ) STRICT;

    -- Unique, so that not even two drivers could write one entry twice.
    CREATE UNIQUE INDEX entry_of_run ON entry (run, number);

    CREATE TABLE source (
        hash TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_source (
        run      INTEGER NOT NULL REFERENCES run (number),
        position INTEGER NOT NULL,
        name     TEXT NOT NULL,
        folder   BLOB NOT NULL,
        hash     TEXT NOT NULL REFERENCES source (hash),
        PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE word (
        id     INTEGER PRIMARY KEY,
        run    INTEGER NOT NULL REFERENCES run (number),
        word   TEXT NOT NULL,
        who    TEXT NOT NULL,
        why    TEXT,
        at     INTEGER NOT NULL,
        answer TEXT
    ) STRICT;

    CREATE INDEX word_unanswered ON word (run, id) WHERE answer IS NULL;
";

/// Makes sure that the file is a store this release can read: an empty file becomes one, any other is refused.
/// Nothing is written to a file that is refused.
pub fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    if belongs(connection, path)? {
        return Ok(());
    }
    let failed = |error| failed(path, &error);
    // Two processes may find an empty file together: the second finds the tables when its turn comes.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    if !belongs(&transaction, path)? {
        transaction.execute_batch(TABLES).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Whether the file is a store of this version; `false` if it is empty.
fn belongs(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let failed = |error| failed(path, &error);
    let application = number("application_id").map_err(failed)?;
    let version = number("user_version").map_err(failed)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    match (application, version) {
        (APPLICATION, VERSION) => Ok(true),
        (APPLICATION, found) => Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION }),
        (0, 0) if tables == 0 => Ok(false),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::Foreign { path: path.to_owned() },
        _ => super::sqlite::failed(format!("open the store `{}`", path.display()), error),
    }
}
