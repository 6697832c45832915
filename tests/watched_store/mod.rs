//! A store that something can happen to at each of its writes.

use orch::machine::{Record, Refused};
use orch::run::RunId;
use orch::run::error::StoreError;
use orch::run::store::{Answer, Append, KeptSource, NewRun, RunInfo, Said, Store, WordId};

/// What happens before and after a write; a failure before it is that of the write.
pub trait AtWrites: Send {
    /// Before the record of this number is written.
    fn before(&mut self, number: u64) -> Result<(), StoreError>;

    /// Once it is durable.
    fn after(&mut self, number: u64);
}

/// Another store, watched.
pub struct Watched<S, W> {
    pub inner: S,
    pub at_writes: W,
}

impl<S: Store, W: AtWrites> Store for Watched<S, W> {
    fn create(&mut self, run: &NewRun) -> Result<RunId, StoreError> {
        self.inner.create(run)
    }

    fn append(&mut self, run: &RunId, append: Append<'_>) -> Result<(), StoreError> {
        self.at_writes.before(append.number)?;
        self.inner.append(run, append)?;
        self.at_writes.after(append.number);
        Ok(())
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.inner.records(run, from, limit)
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        self.inner.sources(run)
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.inner.runs()
    }

    fn say(&mut self, run: &RunId, said: &Said) -> Result<WordId, StoreError> {
        self.inner.say(run, said)
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        self.inner.unanswered(run)
    }

    fn refuse(&mut self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        self.inner.refuse(word, refused)
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        self.inner.answer(word)
    }

    fn changed(&mut self) -> Result<bool, StoreError> {
        self.inner.changed()
    }
}
