//! Events: each is kept once, told to the runs there are, and read in order by whoever reads them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{Arrival, Created, EventNumber, NewRun, Pulse, RunId, Said, StoreError, Told};
use super::{
    SqliteStore,
    failure::Trouble,
    json::{from_json, to_json},
    read,
    seal::Seal,
    write::{create_run, insert_word},
};
use crate::machine::{Timestamp, Word};

impl SqliteStore {
    /// Keeps an event, and tells every run that is not over; both or neither. One that was told before changes nothing.
    ///
    /// # Errors
    /// It can't be saved.
    pub fn publish(&self, event: &Said) -> Result<Told, StoreError> {
        self.change("save an event", |connection| publish(connection, event, None))
    }

    /// Creates a run that an event begins: it is told of all that came behind that one.
    ///
    /// # Errors
    /// It can't be saved.
    pub fn create_behind(&self, run: &NewRun, event: EventNumber) -> Result<Created, StoreError> {
        self.change("save a new run", |connection| {
            let created = create_run(connection, run)?;
            if let Created::New(id) = &created {
                events(connection, event, i64::MAX)?
                    .into_iter()
                    .try_for_each(|(_, _, said)| insert_word(connection, id, &said).map(drop))?;
            }
            Ok(created)
        })
    }

    /// At most `limit` events behind one, in the order in which they came.
    ///
    /// # Errors
    /// They can't be read, or one is not what was kept.
    pub fn events(&self, behind: EventNumber, limit: u32) -> Result<Vec<Arrival>, StoreError> {
        let doing = || "read the events".to_owned();
        let found = self.read(&nobody(), doing, |connection| events(connection, behind, i64::from(limit)))?;
        Ok(found.into_iter().filter_map(|(number, emitted, said)| arrival(number, emitted, said)).collect())
    }

    /// Behind which event a reader of this name goes on; one that is new begins with what comes from now on.
    ///
    /// # Errors
    /// It can't be saved.
    pub fn reads_behind(&self, name: &str) -> Result<EventNumber, StoreError> {
        self.change("begin to read the events", |connection| {
            connection
                .prepare_cached("INSERT OR IGNORE INTO reader SELECT ?1, ifnull(max(number), 0) FROM event")?
                .execute([name])?;
            let mut upto = connection.prepare_cached("SELECT upto FROM reader WHERE name = ?1")?;
            Ok(EventNumber(upto.query_row([name], |row| row.get(0))?))
        })
    }

    /// A reader has done what it does with all events up to this one.
    ///
    /// # Errors
    /// It can't be saved.
    pub fn has_read(&self, name: &str, upto: EventNumber) -> Result<(), StoreError> {
        self.change("note how far the events were read", |connection| {
            connection
                .prepare_cached("UPDATE reader SET upto = max(upto, ?2) WHERE name = ?1")?
                .execute(params![name, upto.0])?;
            Ok(())
        })
    }

    /// What has been written, by any process; cheap.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn pulse(&self) -> Result<Pulse, StoreError> {
        self.read(&nobody(), || "look at the store".to_owned(), |connection| Ok(pulse(connection)?))
    }

    fn change<T>(&self, doing: &str, change: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, StoreError> {
        let changed = self.writer().within(change);
        changed.map_err(|trouble| trouble.while_doing(|| doing.to_owned(), &nobody()))
    }
}

/// Where no run is spoken of.
fn nobody() -> RunId {
    RunId::new("")
}

/// Keeps an event that the run `by` emits, or that comes from outside, and tells all others that are not over.
pub fn publish(connection: &Connection, said: &Said, by: Option<i64>) -> Result<Told, Trouble> {
    let Word::Event { event, id, payload } = &said.word else { return Ok(Told { is_new: false, runs: 0 }) };
    let known = connection
        .prepare_cached("SELECT number FROM event WHERE event = ?1 AND id = ?2")?
        .query_row([event.as_str(), id.as_str()], |row| row.get::<_, i64>(0))
        .optional()?;
    if known.is_some() {
        return Ok(Told { is_new: false, runs: 0 });
    }
    let number: i64 =
        connection.prepare_cached("SELECT ifnull(max(number), 0) + 1 FROM event")?.query_row([], |row| row.get(0))?;
    connection
        .prepare_cached(
            "INSERT INTO event (number, event, id, payload, run, who, why, at, seal)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            number,
            event.as_str(),
            id.as_str(),
            to_json(payload),
            by,
            said.who,
            said.why,
            said.at.0,
            seal(number, by, said)
        ])?;
    // No run has the number 0.
    let others = read::others(connection, by.unwrap_or_default())?;
    others.iter().try_for_each(|run| insert_word(connection, run, said).map(drop))?;
    Ok(Told { is_new: true, runs: others.len() })
}

/// Over all of an event.
fn seal(number: i64, by: Option<i64>, said: &Said) -> u32 {
    let seal = Seal::new().number(number).number(by.unwrap_or_default()).text(&to_json(&said.word)).text(&said.who);
    seal.maybe(said.why.as_deref()).number(said.at.0).end()
}

/// Its number, whether a run has emitted it, and as it is told.
type Kept = (i64, bool, Said);

fn events(connection: &Connection, behind: EventNumber, limit: i64) -> Result<Vec<Kept>, Trouble> {
    let rows = connection
        .prepare_cached(
            "SELECT number, event, id, payload, run, who, why, at, seal FROM event
             WHERE number > ?1 ORDER BY number LIMIT ?2",
        )?
        .query_map([behind.0, limit], row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().collect()
}

fn row(row: &Row) -> rusqlite::Result<Result<Kept, Trouble>> {
    let (number, by): (i64, Option<i64>) = (row.get(0)?, row.get(4)?);
    let (event, id): (String, String) = (row.get(1)?, row.get(2)?);
    let word = Word::Event { event: event.into(), id: id.into(), payload: from_json(row, 3)? };
    let said = Said { word, who: row.get(5)?, why: row.get(6)?, at: Timestamp(row.get(7)?) };
    if i64::from(seal(number, by, &said)) != row.get::<_, i64>(8)? {
        return Ok(Err(read::damaged(0, &format!("event {number} is not what came"))));
    }
    Ok(Ok((number, by.is_some(), said)))
}

fn arrival(number: i64, emitted: bool, said: Said) -> Option<Arrival> {
    let Word::Event { event, id, payload } = said.word else { return None };
    Some(Arrival { number: EventNumber(number), event, id, payload, emitted, at: said.at })
}

/// What has been written.
pub fn pulse(connection: &Connection) -> rusqlite::Result<Pulse> {
    connection
        .prepare_cached(
            "SELECT (SELECT max(number) FROM run), (SELECT max(seq) FROM entry), (SELECT max(id) FROM word),
                    (SELECT max(number) FROM event)",
        )?
        .query_row([], |row| {
            let last = |column| row.get::<_, Option<i64>>(column).map(Option::unwrap_or_default);
            Ok(Pulse { run: last(0)?, entry: last(1)?, word: last(2)?, event: last(3)? })
        })
}
