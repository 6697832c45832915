//! The store in a SQLite file: the one place that knows SQL.

mod events;
mod failure;
mod id;
mod journal;
mod json;
mod mark;
mod migrate;
mod read;
mod schema;
mod seal;
mod together;
mod write;

use std::{
    fs::OpenOptions,
    io,
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use failure::{Trouble, failed};
use journal::Journals;
use mark::{Expected, Marker};
use together::{Save, Saved, Together};
use write::{Entry, Writer};

use super::{
    Answer, Append, Created, KeptSource, Listed, NewRun, RunId, RunInfo, Said, Saving, Snapshot, Store, StoreError,
    Unreadable, WordId,
};
use crate::machine::{Event, Record, Refused, Timestamp};

/// How long one waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file with anything in it is at least as large as the smallest page there is, in bytes.
const SMALLEST: u64 = 512;

/// How many statements a connection keeps ready.
const STATEMENTS: usize = 64;

/// A store in one file, which several processes may have open. A clone is the same store.
#[derive(Clone)]
pub struct SqliteStore(Arc<Together<Entry, Both>>);

/// The two connections of a process: what is being saved keeps nobody from reading.
struct Both {
    writer: Mutex<Writer>,
    reader: Mutex<Reader>,
    version: Mutex<i64>,
    figures: Mutex<Figures>,
}

/// What this process has saved since it opened the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many commits of entries there were.
    pub commits: u64,
    /// How many entries were saved in them.
    pub entries: u64,
    /// How long the commits took together.
    pub took: Duration,
}

struct Reader {
    connection: Connection,
    journals: Journals,
}

impl SqliteStore {
    /// Opens the store in the file `path`, which is created if it does not exist, for its owner only.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        let expected = Expected::of(path)?;
        create(path).map_err(|source| StoreError::Files { doing: "write", path: path.to_owned(), source })?;
        // SQLite would take what is left of a file that was cut off for an empty one.
        if path.metadata().is_ok_and(|file| (1..SMALLEST).contains(&file.len())) {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let doing = || format!("open the store `{}`", path.display());
        let connect = || {
            let connection = connected(path, flags)?;
            connection.busy_timeout(PATIENCE)?;
            Ok(connection)
        };
        let mut writer = connect().map_err(|error| failed(doing(), &error))?;
        if writer.is_readonly("main").unwrap_or(false) {
            let source = io::Error::from(io::ErrorKind::PermissionDenied);
            return Err(StoreError::Files { doing: "write", path: path.to_owned(), source });
        }
        schema::prepare(&mut writer, path)?;
        let durable = |writer: &Connection| {
            writer.pragma_update(None, "journal_mode", "WAL")?;
            writer.pragma_update(None, "synchronous", "FULL")?;
            writer.pragma_update(None, "foreign_keys", true)
        };
        durable(&writer).map_err(|error| failed(doing(), &error))?;
        expected.check(&writer, path)?;
        schema::check_indices(&writer, path)?;
        let writer = Writer::new(writer, Some(Marker::of(path)));
        Ok(SqliteStore::over(writer, connect().map_err(|error| failed(doing(), &error))?))
    }

    /// Opens the store in the file `path` where nothing can be written: it can only be looked at.
    pub fn open_to_read(path: &Path) -> Result<SqliteStore, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connect = || {
            let opened = connected(read_only_uri(path), flags);
            opened.map_err(|error| failed(format!("read the store `{}`", path.display()), &error))
        };
        let expected = Expected::of(path)?;
        let mut reader = connect()?;
        schema::prepare(&mut reader, path)?;
        expected.check(&reader, path)?;
        schema::check_indices(&reader, path)?;
        Ok(SqliteStore::over(Writer::new(connect()?, None), reader))
    }

    fn over(writer: Writer, reader: Connection) -> SqliteStore {
        SqliteStore(Arc::new(Together::new(Both {
            writer: Mutex::new(writer),
            reader: Mutex::new(Reader { connection: reader, journals: Journals::default() }),
            version: Mutex::new(-1),
            figures: Mutex::default(),
        })))
    }

    /// The runs that nobody need speak to: those that go on by themselves, and are due by then.
    ///
    /// # Errors
    /// They can't be read; one that is damaged is left out.
    pub fn due(&self, by: Timestamp) -> Result<Vec<RunInfo>, StoreError> {
        let found = read::due(&self.reader().connection, by);
        found.map_err(|error| failed("read the runs that are due".to_owned(), &error))
    }

    /// Lets the file grow to so many pages at most, as a full disk would.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let writer = self.writer();
        let limited = writer.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        limited.map_err(|error| failed("limit the store".to_owned(), &error))
    }

    /// What this process has saved.
    pub fn figures(&self) -> Figures {
        *self.0.saver().figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.0.saver().writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.0.saver().reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads something of a run.
    fn read<T>(
        &self,
        run: &RunId,
        doing: impl FnOnce() -> String,
        read: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        read(&self.reader().connection).map_err(|trouble| trouble.while_doing(doing, run))
    }
}

impl Both {
    fn append(&self, writer: &mut Writer, entries: &[&Entry]) -> Result<(), Trouble> {
        let began = Instant::now();
        writer.append(entries)?;
        let mut figures = self.figures.lock().unwrap_or_else(PoisonError::into_inner);
        figures.commits += 1;
        figures.entries += entries.len() as u64;
        figures.took += began.elapsed();
        Ok(())
    }
}

impl Save<Entry> for Both {
    /// Where not all can be saved together, each is saved alone, so that what fails is what can't be saved.
    fn save(&self, entries: &[&Entry]) -> Vec<Saved> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |trouble: &Trouble, entry: &Entry| {
            trouble.while_doing(|| format!("save entry {} of run `{}`", entry.number, entry.run), &entry.run)
        };
        match self.append(&mut writer, entries) {
            Ok(()) => entries.iter().map(|_| Ok(())).collect(),
            Err(trouble) if entries.len() > 1 && trouble.may_be_of_one() => {
                let alone = |entry: &&Entry| {
                    let saved = self.append(&mut writer, std::slice::from_ref(entry));
                    saved.map_err(|trouble| told(&trouble, entry))
                };
                entries.iter().map(alone).collect()
            }
            Err(trouble) => entries.iter().map(|entry| Err(told(&trouble, entry))).collect(),
        }
    }
}

impl Store for SqliteStore {
    fn create(&self, run: &NewRun) -> Result<Created, StoreError> {
        let created = self.writer().create(run);
        created.map_err(|trouble| trouble.while_doing(|| "save a new run".to_owned(), &RunId::new("")))
    }

    fn beginning(&self, run: &RunId) -> Result<Option<Event>, StoreError> {
        self.read(run, || format!("read how run `{run}` begins"), |connection| read::beginning(connection, run))
    }

    fn append(&self, run: &RunId, append: Append<'_>) -> Saving {
        Box::pin(self.0.bring(Entry::of(run, append)))
    }

    fn migrate(&self, run: &RunId, append: Append<'_>, sources: &[KeptSource]) -> Result<(), StoreError> {
        let saved = self.writer().migrate(&Entry::of(run, append), sources);
        saved.map_err(|trouble| trouble.while_doing(|| format!("save the migration of run `{run}`"), run))
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader();
        let Reader { connection, journals } = &mut *reader;
        let read = journals.read(connection, run, from, limit);
        read.map_err(|trouble| trouble.while_doing(|| format!("read run `{run}`"), run))
    }

    fn snapshot(&self, run: &RunId) -> Result<Option<Snapshot>, StoreError> {
        let mut reader = self.reader();
        let Reader { connection, journals } = &mut *reader;
        let read = journals.snapshot(connection, run);
        read.map_err(|trouble| trouble.while_doing(|| format!("read the snapshot of run `{run}`"), run))
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        self.read(run, || format!("read the sources of run `{run}`"), |connection| read::sources(connection, run))
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.listed()?.into_iter().map(|run| run.map_err(|unreadable| unreadable.error)).collect()
    }

    fn listed(&self) -> Result<Vec<Listed>, StoreError> {
        let doing = || "read the runs".to_owned();
        let read = read::runs(&self.reader().connection).map_err(|error| failed(doing(), &error))?;
        let unreadable = |(run, trouble): (RunId, Trouble)| Unreadable { error: trouble.while_doing(doing, &run), run };
        Ok(read.into_iter().map(|run| run.map_err(unreadable)).collect())
    }

    fn info(&self, run: &RunId) -> Result<RunInfo, StoreError> {
        self.read(run, || format!("read run `{run}`"), |connection| read::info(connection, run))
    }

    fn say(&self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, StoreError> {
        let left = self.writer().say(runs, said);
        let names = || runs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        left.map_err(|trouble| {
            trouble.while_doing(|| format!("leave a word for run `{}`", names()), &RunId::new(names()))
        })
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        self.read(run, || format!("read the words to run `{run}`"), |connection| read::unanswered(connection, run))
    }

    fn spoken_to(&self) -> Result<Vec<RunId>, StoreError> {
        self.read(&RunId::new(""), || "look for words of operators".to_owned(), read::spoken_to)
    }

    fn refuse(&self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        let answered = self.writer().refuse(word, refused);
        answered.map_err(|trouble| trouble.while_doing(|| "answer an operator".to_owned(), &RunId::new("")))
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        let doing = || "read the answer to a word".to_owned();
        self.read(&RunId::new(""), doing, |connection| read::answer(connection, word))
    }

    fn changed(&self) -> Result<bool, StoreError> {
        let asked = self.writer().connection.prepare_cached("PRAGMA data_version").and_then(|mut pragma| {
            let version: i64 = pragma.query_row([], |row| row.get(0))?;
            Ok(version)
        });
        let version = asked.map_err(|error| failed("look for words of operators".to_owned(), &error))?;
        let mut seen = self.0.saver().version.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::replace(&mut *seen, version) != version)
    }
}

/// A connection that keeps its statements ready, and plans them once: without that, one with a text in its condition is
/// planned again for each text.
fn connected(path: impl AsRef<Path>, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// A file that is there is not opened here: closing it would give up the locks of other connections of this process.
fn create(path: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
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
