//! The journal of a run, read from its end: each entry knows where the one before it is.

use rusqlite::{Connection, OptionalExtension};

use super::super::{RunId, Snapshot};
use super::{
    failure::Trouble,
    read::{damaged, head_of, sealed_sources},
    seal::{self, Head},
};
use crate::machine::Record;

/// Reads journals, and remembers of the last one where its entries are, so that one page after another can be read.
#[derive(Default)]
pub struct Journals {
    trail: Option<Trail>,
}

/// Where the entries of a run are.
struct Trail {
    run: RunId,
    /// The number of the first one that is known.
    from: u64,
    /// Where they are, from that one on; the one before it, if there is one, comes first.
    places: Vec<i64>,
}

impl Journals {
    /// At most `limit` records of a run, from number `from`.
    pub fn read(
        &mut self,
        connection: &Connection,
        run: &RunId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Record>, Trouble> {
        let head = head_of(connection, run)?;
        let from = from.max(1);
        if from > head.entries {
            return Ok(Vec::new());
        }
        let trail = self.trail(connection, run, &head, from)?;
        let until = head.entries.min(from.saturating_add(limit as u64 - 1));
        let mut before = trail.checksum_before(connection, from)?;
        (from..=until).map(|number| trail.record(connection, &head, number, &mut before)).collect()
    }

    /// The latest snapshot of a run, unless it does not fit.
    pub fn snapshot(&mut self, connection: &Connection, run: &RunId) -> Result<Option<Snapshot>, Trouble> {
        let head = head_of(connection, run)?;
        let kept = connection
            .prepare_cached("SELECT entries, state, seal FROM snapshot WHERE run = ?1")?
            .query_row([head.run], |row| {
                let snapshot = Snapshot { entries: row.get::<_, i64>(0)? as u64, state: row.get(1)? };
                Ok((snapshot, row.get::<_, i64>(2)?))
            })
            .optional()?;
        let Some((snapshot, sealed)) = kept else { return Ok(None) };
        if !(1..=head.entries).contains(&snapshot.entries) {
            return Ok(None);
        }
        let trail = self.trail(connection, run, &head, snapshot.entries)?;
        let at = (snapshot.entries - trail.from) as usize + 1;
        let Some(place) = trail.places.get(at) else { return Ok(None) };
        let (checksum, sources) =
            (checksum(connection, *place, snapshot.entries)?, sealed_sources(connection, head.run)?);
        let seal = seal::of_snapshot(run, snapshot.entries, checksum, sources, &snapshot.state);
        Ok((i64::from(seal) == sealed).then_some(snapshot))
    }

    /// Where the entries are from number `from` to the end.
    fn trail(&mut self, connection: &Connection, run: &RunId, head: &Head, from: u64) -> Result<&Trail, Trouble> {
        let known = self.trail.take().filter(|trail| trail.run == *run && trail.from <= from && trail.fits(head));
        let trail = match known {
            Some(trail) => trail,
            None => Trail::walk(connection, run, head, from)?,
        };
        Ok(self.trail.insert(trail))
    }
}

/// What an entry says of itself.
struct Place {
    run: i64,
    number: u64,
    before: i64,
}

impl Trail {
    /// Goes from the end of the journal back to the entry `from`.
    fn walk(connection: &Connection, run: &RunId, head: &Head, from: u64) -> Result<Trail, Trouble> {
        let mut statement = connection.prepare_cached("SELECT run, number, before FROM entry WHERE seq = ?1")?;
        let mut places = Vec::with_capacity((head.entries - from) as usize + 2);
        let mut seq = head.last;
        for number in (from..=head.entries).rev() {
            let place = statement.query_row([seq], |row| {
                Ok(Place { run: row.get(0)?, number: row.get::<_, i64>(1)? as u64, before: row.get(2)? })
            });
            let place = place.optional()?;
            let fits = |place: &Place| place.run == head.run && place.number == number;
            let Some(place) = place.filter(fits) else { return Err(damaged(number, "it is missing")) };
            places.push(seq);
            seq = place.before;
        }
        places.push(seq);
        places.reverse();
        Ok(Trail { run: run.clone(), from, places })
    }

    /// Whether it still ends where the journal does.
    fn fits(&self, head: &Head) -> bool {
        self.places.last() == Some(&head.last) && self.from + self.places.len() as u64 == head.entries + 2
    }

    /// The checksum that the entry before the one of this number is kept with.
    fn checksum_before(&self, connection: &Connection, number: u64) -> Result<u32, Trouble> {
        let place = self.places.get((number - self.from) as usize).ok_or_else(|| damaged(number, "it is missing"))?;
        if number == 1 { Ok(0) } else { checksum(connection, *place, number - 1) }
    }

    /// The entry of this number, checked against the checksum of the one before it, which becomes its own.
    fn record(&self, connection: &Connection, head: &Head, number: u64, before: &mut u32) -> Result<Record, Trouble> {
        let Some(seq) = self.places.get((number - self.from) as usize + 1) else {
            return Err(damaged(number, "it is missing"));
        };
        let found = connection
            .prepare_cached("SELECT record, checksum FROM entry WHERE seq = ?1")?
            .query_row([seq], |row| {
                let text = row.get_ref(0)?.as_str()?;
                let checksum = seal::of_entry(*before, &self.run, number, text);
                let whole = i64::from(checksum) == row.get::<_, i64>(1)?;
                let ends = number < head.entries || head.checksum == checksum;
                *before = checksum;
                if !whole || !ends {
                    return Ok(Err("its checksum does not fit".to_owned()));
                }
                Ok(serde_json::from_str(text).map_err(|error| error.to_string()))
            })
            .optional()?;
        let read = found.unwrap_or_else(|| Err("it is missing".to_owned()));
        read.map_err(|why| Trouble::Damaged { entry: number, why })
    }
}

/// The checksum that an entry is kept with.
fn checksum(connection: &Connection, seq: i64, number: u64) -> Result<u32, Trouble> {
    let found = connection
        .prepare_cached("SELECT checksum FROM entry WHERE seq = ?1")?
        .query_row([seq], |row| row.get::<_, i64>(0))
        .optional()?;
    found.map(|checksum| checksum as u32).ok_or_else(|| damaged(number, "it is missing"))
}
