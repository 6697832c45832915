//! What is read: runs, sources, words. Nothing is given out that is not what was written.

use std::{ffi::OsString, os::unix::ffi::OsStringExt, path::PathBuf};

use rusqlite::{Connection, Error, OptionalExtension, Row};

use super::super::{Answer, KeptSource, RunId, RunInfo, Said, Standing, WordId};
use super::{
    failure::Trouble,
    json::{conversion, from_json},
    seal::{self, Head},
    write::RunRow,
};
use crate::machine::{Event, Timestamp};

/// The columns of [`run_row`] and [`head`], in their order.
const RUN: &str = "SELECT run.number, id, key, plan, file, folder, started, orch, language, format, beginning, sources,
                          version, migrated, run.seal, entries, last, checksum, standing, since, due, head.seal
                   FROM run LEFT JOIN head ON head.run = run.number";

/// How many columns of [`RUN`] are those of the run itself.
const OF_RUN: usize = 15;

/// The number of a run in its store.
pub fn number_of(connection: &Connection, run: &RunId) -> Result<i64, Trouble> {
    let found = connection
        .prepare_cached("SELECT number FROM run WHERE id = ?1")?
        .query_row([run.as_str()], |row| row.get(0))
        .optional()?;
    found.ok_or(Trouble::NoRun)
}

/// Where the journal of a run ends.
pub fn head_of(connection: &Connection, run: &RunId) -> Result<Head, Trouble> {
    let number = number_of(connection, run)?;
    let found = connection
        .prepare_cached("SELECT run, entries, last, checksum, standing, since, due, seal FROM head WHERE run = ?1")?
        .query_row([number], |row| Ok((head(row, number, 1)?, row.get::<_, i64>(7)?)))
        .optional()?;
    match found {
        Some((head, seal)) if i64::from(head.seal()) == seal => Ok(head),
        Some(_) => Err(damaged(0, "what is kept of its end does not fit")),
        None => Err(damaged(0, "what is kept of its end is missing")),
    }
}

/// The columns of a head but its run, from `first` on.
fn head(row: &Row, run: i64, first: usize) -> rusqlite::Result<Head> {
    let standing = row.get_ref(first + 3)?.as_str()?;
    let standing = Standing::parse(standing).ok_or_else(|| conversion(first + 3, "no standing"))?;
    Ok(Head {
        run,
        entries: row.get::<_, i64>(first)? as u64,
        last: row.get(first + 1)?,
        checksum: row.get::<_, i64>(first + 2)? as u32,
        standing,
        since: Timestamp(row.get(first + 4)?),
        due: row.get::<_, Option<i64>>(first + 5)?.map(Timestamp),
    })
}

/// What is kept of a run, if it is what was written.
pub fn row_of(connection: &Connection, run: &RunId) -> Result<RunRow, Trouble> {
    Ok(whole(connection, run)?.0)
}

/// One run.
pub fn info(connection: &Connection, run: &RunId) -> Result<RunInfo, Trouble> {
    let (row, head) = whole(connection, run)?;
    Ok(told(row, &head))
}

fn whole(connection: &Connection, run: &RunId) -> Result<(RunRow, Head), Trouble> {
    let found = connection.prepare_cached(&format!("{RUN} WHERE id = ?1"))?.query_row([run.as_str()], checked);
    found.optional()?.ok_or(Trouble::NoRun)?.map_err(|(_, trouble)| trouble)
}

fn run_row(row: &Row) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        number: row.get(0)?,
        id: row.get(1)?,
        key: row.get(2)?,
        plan: row.get(3)?,
        file: row.get(4)?,
        folder: row.get(5)?,
        started: row.get(6)?,
        orch: row.get(7)?,
        language: row.get(8)?,
        format: row.get(9)?,
        beginning: row.get(10)?,
        sources: row.get(11)?,
        version: row.get(12)?,
        migrated: row.get(13)?,
    })
}

/// What is kept of a run and where its journal ends, if both are what was written.
fn checked(row: &Row) -> rusqlite::Result<Result<(RunRow, Head), (RunId, Trouble)>> {
    let run = run_row(row)?;
    let unfit = |why: &str| Ok(Err((RunId::new(run.id.as_str()), damaged(0, why))));
    if i64::from(run.seal()) != row.get::<_, i64>(OF_RUN - 1)? {
        return unfit("what is kept of its beginning does not fit");
    }
    if row.get_ref(OF_RUN)? == rusqlite::types::ValueRef::Null {
        return unfit("what is kept of its end is missing");
    }
    let head = head(row, run.number, OF_RUN)?;
    if i64::from(head.seal()) != row.get::<_, i64>(OF_RUN + 6)? {
        return unfit("what is kept of its end does not fit");
    }
    Ok(Ok((run, head)))
}

/// What is known of a run, if it is what was kept.
fn run_info(row: &Row) -> rusqlite::Result<Result<RunInfo, (RunId, Trouble)>> {
    Ok(checked(row)?.map(|(run, head)| told(run, &head)))
}

fn told(run: RunRow, head: &Head) -> RunInfo {
    RunInfo {
        id: RunId::new(run.id),
        plan: run.plan.into(),
        file: run.file,
        folder: OsString::from_vec(run.folder).into(),
        started: Timestamp(run.started),
        standing: head.standing,
        since: head.since,
        due: head.due,
        entries: head.entries,
        key: run.key.map(Into::into),
        orch: run.orch,
        language: run.language,
        format: run.format,
        version: run.version,
        migrated: run.migrated as u64,
    }
}

/// All runs, each with what is wrong with it if something is.
pub fn runs(connection: &Connection) -> rusqlite::Result<Vec<Result<RunInfo, (RunId, Trouble)>>> {
    connection.prepare_cached(&format!("{RUN} ORDER BY run.number"))?.query_map([], listed)?.collect()
}

/// What is known of a run; where a column does not hold what it should, that is wrong with this run alone.
fn listed(row: &Row) -> rusqlite::Result<Result<RunInfo, (RunId, Trouble)>> {
    match run_info(row) {
        Err(error @ (Error::FromSqlConversionFailure(..) | Error::InvalidColumnType(..))) => {
            let id = RunId::new(String::from_utf8_lossy(row.get_ref(1)?.as_bytes().unwrap_or_default()).into_owned());
            Ok(Err((id, damaged(0, &error.to_string()))))
        }
        read => read,
    }
}

/// The runs that are due by a moment; one that is damaged is told of where all are read.
pub fn due(connection: &Connection, by: Timestamp) -> rusqlite::Result<Vec<RunInfo>> {
    let mut due = connection.prepare_cached(&format!("{RUN} WHERE due <= ?1 ORDER BY run.number"))?;
    let due = due.query_map([by.0], run_info)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(due.into_iter().filter_map(Result::ok).collect())
}

/// The event with which a run begins, if it was kept.
pub fn beginning(connection: &Connection, run: &RunId) -> Result<Option<Event>, Trouble> {
    let beginning = row_of(connection, run)?.beginning;
    let read = beginning.map(|text| serde_json::from_str(&text).map_err(|error| damaged(0, &error.to_string())));
    read.transpose()
}

/// The runs that are not over, but the one of this number.
pub fn others(connection: &Connection, but: i64) -> Result<Vec<RunId>, Trouble> {
    let all = connection
        .prepare_cached("SELECT run, id, standing FROM head JOIN run ON run.number = head.run WHERE run <> ?1")?
        .query_map([but], |row| Ok((RunId::new(row.get::<_, String>(1)?), Standing::parse(row.get_ref(2)?.as_str()?))))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let open = all.into_iter().filter(|(_, standing)| standing.is_none_or(|standing| !standing.ended()));
    Ok(open.map(|(id, _)| id).collect())
}

/// The files of the program that a run goes on under.
pub fn sources(connection: &Connection, run: &RunId) -> Result<Vec<KeptSource>, Trouble> {
    let (number, version, expected): (i64, i64, i64) = connection
        .prepare_cached("SELECT number, version, sources FROM run WHERE id = ?1")?
        .query_row([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or(Trouble::NoRun)?;
    let kept = connection
        .prepare_cached(
            "SELECT name, folder, text FROM run_source JOIN source USING (hash)
             WHERE run = ?1 AND version = ?2 ORDER BY position",
        )?
        .query_map([number, version], |row| {
            Ok(KeptSource { name: row.get(0)?, folder: path(row, 1)?, text: row.get(2)? })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    if i64::from(seal::of_sources(&kept)) != expected {
        return Err(damaged(0, "a source is not what was kept"));
    }
    Ok(kept)
}

/// The checksum over the list of files of a run.
pub fn sealed_sources(connection: &Connection, run: i64) -> rusqlite::Result<u32> {
    connection.prepare_cached("SELECT sources FROM run WHERE number = ?1")?.query_row([run], |row| row.get(0))
}

/// A word without its answer, and the number of its run.
pub fn word(connection: &Connection, word: WordId) -> Result<(i64, Said), Trouble> {
    let found = connection
        .prepare_cached("SELECT id, run, word, who, why, at, answer, seal FROM word WHERE id = ?1")?
        .query_row([word.0], said)?;
    let (_, run, said, _) = found?;
    Ok((run, said))
}

type Word = (WordId, i64, Said, Option<Answer>);

/// A whole row of words, if it is what was kept.
fn said(row: &Row) -> rusqlite::Result<Result<Word, Trouble>> {
    let (id, run, at): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(5)?);
    let said = Said { word: from_json(row, 2)?, who: row.get(3)?, why: row.get(4)?, at: Timestamp(at) };
    let answered = row.get_ref(6)? != rusqlite::types::ValueRef::Null;
    let answer: Option<Answer> = answered.then(|| from_json(row, 6)).transpose()?;
    if i64::from(seal::of_word(run, &said, answer.as_ref())) != row.get::<_, i64>(7)? {
        return Ok(Err(damaged(0, &format!("word {id} to it is not what was said"))));
    }
    Ok(Ok((WordId(id), run, said, answer)))
}

/// The words to a run that have no answer.
pub fn unanswered(connection: &Connection, run: &RunId) -> Result<Vec<(WordId, Said)>, Trouble> {
    let number = number_of(connection, run)?;
    let words = connection
        .prepare_cached(
            "SELECT id, run, word, who, why, at, answer, seal FROM word
             WHERE run = ?1 AND answer IS NULL ORDER BY id",
        )?
        .query_map([number], said)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    words.into_iter().map(|word| word.map(|(id, _, said, _)| (id, said))).collect()
}

/// The runs that have words without an answer.
pub fn spoken_to(connection: &Connection) -> Result<Vec<RunId>, Trouble> {
    let runs = connection
        .prepare_cached(
            "SELECT id FROM run WHERE number IN (SELECT run FROM word WHERE answer IS NULL) ORDER BY number",
        )?
        .query_map([], |row| Ok(RunId::new(row.get::<_, String>(0)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(runs)
}

/// The answer to a word.
pub fn answer(connection: &Connection, word: WordId) -> Result<Option<Answer>, Trouble> {
    let found = connection
        .prepare_cached("SELECT id, run, word, who, why, at, answer, seal FROM word WHERE id = ?1")?
        .query_row([word.0], said)
        .optional()?;
    Ok(found.transpose()?.and_then(|(_, _, _, answer)| answer))
}

/// A path in a column.
pub fn path(row: &Row, column: usize) -> rusqlite::Result<PathBuf> {
    Ok(OsString::from_vec(row.get(column)?).into())
}

/// Something is not what was written.
pub fn damaged(entry: u64, why: &str) -> Trouble {
    Trouble::Damaged { entry, why: why.to_owned() }
}
