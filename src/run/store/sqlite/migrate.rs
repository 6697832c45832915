//! Stores of earlier releases, brought up to date.

use rusqlite::{Transaction, params};

use super::super::{Answer, KeptSource, RunId, Said, Standing};
use super::{
    json::from_json,
    read::path,
    schema::TABLES,
    seal::{Head, of_entry, of_sources, of_word},
    write::{RunRow, insert_head, insert_run_row},
};
use crate::machine::Timestamp;

/// The first version had no chain of checksums, and an index over all entries.
pub fn from_first(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "DROP INDEX word_unanswered;
         ALTER TABLE run RENAME TO old_run;
         ALTER TABLE entry RENAME TO old_entry;
         ALTER TABLE source RENAME TO old_source;
         ALTER TABLE run_source RENAME TO old_run_source;
         ALTER TABLE word RENAME TO old_word;",
    )?;
    transaction.execute_batch(TABLES)?;
    runs(transaction)?;
    transaction.execute_batch(
        "INSERT INTO source SELECT * FROM old_source;
         INSERT INTO run_source (run, version, position, name, folder, hash)
             SELECT run, 1, position, name, folder, hash FROM old_run_source;",
    )?;
    words(transaction)?;
    transaction.execute_batch(
        "DROP TABLE old_word; DROP TABLE old_run_source; DROP TABLE old_source; DROP TABLE old_entry;
         DROP TABLE old_run;",
    )
}

fn runs(transaction: &Transaction) -> rusqlite::Result<()> {
    let mut runs = transaction.prepare(
        "SELECT number, id, plan, file, folder, started, standing, since, orch, language, format FROM old_run",
    )?;
    let mut rows = runs.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let id = RunId::new(row.get::<_, String>(1)?);
        let (standing, started): (String, i64) = (row.get(6)?, row.get(5)?);
        insert_run_row(
            transaction,
            &RunRow {
                number,
                id: id.to_string(),
                key: None,
                plan: row.get(2)?,
                file: row.get(3)?,
                folder: row.get(4)?,
                started,
                orch: row.get(8)?,
                language: row.get(9)?,
                format: row.get(10)?,
                beginning: None,
                sources: of_sources(&sources(transaction, number)?),
                version: 1,
                migrated: 0,
            },
        )?;
        let mut head = Head::of_new(number, Timestamp(started));
        head.standing = Standing::parse(&standing).unwrap_or(Standing::Running);
        head.since = Timestamp(row.get(7)?);
        head.due = (!head.standing.ended() && head.standing != Standing::Stuck).then_some(head.since);
        entries(transaction, &id, &mut head)?;
        insert_head(transaction, &head)?;
    }
    Ok(())
}

/// An entry that was damaged stays so: its new checksum does not fit either.
fn entries(transaction: &Transaction, id: &RunId, head: &mut Head) -> rusqlite::Result<()> {
    let mut old =
        transaction.prepare("SELECT seq, number, record, checksum FROM old_entry WHERE run = ?1 ORDER BY number")?;
    let mut new = transaction
        .prepare("INSERT INTO entry (seq, run, number, before, record, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut rows = old.query([head.run])?;
    while let Some(row) = rows.next()? {
        let (seq, number): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (record, checksum): (String, i64) = (row.get(2)?, row.get(3)?);
        let whole = checksum == i64::from(first_checksum(id, number, &record));
        let chained = of_entry(head.checksum, id, number as u64, &record);
        let kept = if whole { chained } else { !chained };
        new.execute(params![seq, head.run, number, head.last, record, kept])?;
        *head = Head { entries: number as u64, last: seq, checksum: kept, ..*head };
    }
    Ok(())
}

/// The checksum of an entry in the first version.
fn first_checksum(run: &RunId, number: i64, text: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(run.as_str().as_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.update(text.as_bytes());
    hasher.finalize()
}

fn sources(transaction: &Transaction, run: i64) -> rusqlite::Result<Vec<KeptSource>> {
    transaction
        .prepare(
            "SELECT name, folder, text FROM old_run_source JOIN old_source USING (hash)
             WHERE run = ?1 ORDER BY position",
        )?
        .query_map([run], |row| Ok(KeptSource { name: row.get(0)?, folder: path(row, 1)?, text: row.get(2)? }))?
        .collect()
}

fn words(transaction: &Transaction) -> rusqlite::Result<()> {
    let mut old = transaction.prepare("SELECT id, run, word, who, why, at, answer FROM old_word")?;
    let mut new = transaction.prepare(
        "INSERT INTO word (id, run, word, who, why, at, answer, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let (id, run, at): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(5)?);
        let (word, answer): (String, Option<String>) = (row.get(2)?, row.get(6)?);
        let said = Said { word: from_json(row, 2)?, who: row.get(3)?, why: row.get(4)?, at: Timestamp(at) };
        let answered: Option<Answer> = answer.is_some().then(|| from_json(row, 6)).transpose()?;
        let seal = of_word(run, &said, answered.as_ref());
        new.execute(params![id, run, word, said.who, said.why, at, answer, seal])?;
    }
    Ok(())
}
