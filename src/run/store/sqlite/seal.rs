//! Checksums: what is read is what was written.

use sha2::{Digest, Sha256};

use super::super::{Answer, KeptSource, RunId, Said, Standing};
use super::json::to_json;
use crate::machine::Timestamp;

/// A checksum over several parts, each told from the next.
pub struct Seal(crc32fast::Hasher);

impl Seal {
    /// Over nothing yet.
    pub fn new() -> Seal {
        Seal(crc32fast::Hasher::new())
    }

    /// And a number.
    pub fn number(mut self, number: i64) -> Seal {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// And bytes.
    pub fn bytes(mut self, bytes: &[u8]) -> Seal {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// And a text.
    pub fn text(self, text: &str) -> Seal {
        self.bytes(text.as_bytes())
    }

    /// And a text that may not be there.
    pub fn maybe(self, text: Option<&str>) -> Seal {
        match text {
            Some(text) => self.number(1).text(text),
            None => self.number(0),
        }
    }

    /// The checksum.
    pub fn end(self) -> u32 {
        self.0.finalize()
    }
}

/// Of an entry, over all entries of its run up to it: `before` is the checksum of the one before. The run is part of
/// it, so that an entry that ended up in another run's journal is noticed.
pub fn of_entry(before: u32, run: &RunId, number: u64, record: &str) -> u32 {
    Seal::new().number(i64::from(before)).text(run.as_str()).number(number as i64).text(record).end()
}

/// How long whoever created a run has to begin it, in nanoseconds.
const TIME_TO_BEGIN: i64 = 10_000_000_000;

/// Where the journal of a run ends, and how the run stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the run in its store.
    pub run: i64,
    /// How many entries there are.
    pub entries: u64,
    /// Where the last one is; 0 if there is none.
    pub last: i64,
    /// The checksum of the last one.
    pub checksum: u32,
    pub standing: Standing,
    pub since: Timestamp,
    pub due: Option<Timestamp>,
}

impl Head {
    /// Of a run whose journal is empty, which whoever created it begins; others only if that one died.
    pub fn of_new(run: i64, at: Timestamp) -> Head {
        let due = Some(at.plus(TIME_TO_BEGIN));
        Head { run, entries: 0, last: 0, checksum: 0, standing: Standing::New, since: at, due }
    }

    pub fn seal(&self) -> u32 {
        let Head { run, entries, last, checksum, standing, since, due } = *self;
        let seal = Seal::new().number(run).number(entries as i64).number(last).number(i64::from(checksum));
        let seal = seal.text(standing.as_str()).number(since.0);
        match due {
            Some(due) => seal.number(1).number(due.0).end(),
            None => seal.number(0).end(),
        }
    }
}

/// Of the list of files that a run is pinned to.
pub fn of_sources(sources: &[KeptSource]) -> u32 {
    let one = |seal: Seal, source: &KeptSource| {
        seal.text(&source.name).bytes(source.folder.as_os_str().as_encoded_bytes()).text(&hash(&source.text))
    };
    sources.iter().fold(Seal::new(), one).end()
}

/// Of a snapshot, which fits one journal up to one entry, and one list of files.
pub fn of_snapshot(run: &RunId, entries: u64, checksum: u32, sources: u32, state: &[u8]) -> u32 {
    let seal = Seal::new().text(run.as_str()).number(entries as i64).number(i64::from(checksum));
    seal.number(i64::from(sources)).bytes(state).end()
}

/// Of a word with its answer.
pub fn of_word(run: i64, said: &Said, answer: Option<&Answer>) -> u32 {
    let seal = Seal::new().number(run).text(&to_json(&said.word)).text(&said.who).maybe(said.why.as_deref());
    seal.number(said.at.0).maybe(answer.map(to_json).as_deref()).end()
}

/// By which a text is found.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
