//! A store that something can happen to at each of its writes.

use std::sync::Arc;

use orch::machine::{Event, Record, Refused};
use orch::run::RunId;
use orch::run::error::StoreError;
use orch::run::store::{Answer, Append, Created, KeptSource, NewRun, RunInfo, Said, Saving, Snapshot, Store, WordId};

/// What happens before and after a write; a failure before it is that of the write.
pub trait AtWrites: Send + Sync + 'static {
    /// Before the record of this number is written.
    fn before(&self, number: u64) -> Result<(), StoreError>;

    /// Once it is durable.
    fn after(&self, number: u64);
}

/// Another store, watched.
pub struct Watched<S, W> {
    pub inner: S,
    pub at_writes: Arc<W>,
}

impl<S: Store, W: AtWrites> Store for Watched<S, W> {
    fn create(&self, run: &NewRun) -> Result<Created, StoreError> {
        self.inner.create(run)
    }

    fn beginning(&self, run: &RunId) -> Result<Option<Event>, StoreError> {
        self.inner.beginning(run)
    }

    fn append(&self, run: &RunId, append: Append<'_>) -> Saving {
        if let Err(failed) = self.at_writes.before(append.number) {
            return Box::pin(std::future::ready(Err(failed)));
        }
        let (saving, at_writes) = (self.inner.append(run, append), Arc::clone(&self.at_writes));
        let number = append.number;
        Box::pin(async move {
            saving.await?;
            at_writes.after(number);
            Ok(())
        })
    }

    fn migrate(&self, run: &RunId, append: Append<'_>, sources: &[KeptSource]) -> Result<(), StoreError> {
        self.at_writes.before(append.number)?;
        self.inner.migrate(run, append, sources)?;
        self.at_writes.after(append.number);
        Ok(())
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.inner.records(run, from, limit)
    }

    fn snapshot(&self, run: &RunId) -> Result<Option<Snapshot>, StoreError> {
        self.inner.snapshot(run)
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        self.inner.sources(run)
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.inner.runs()
    }

    fn info(&self, run: &RunId) -> Result<RunInfo, StoreError> {
        self.inner.info(run)
    }

    fn say(&self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, StoreError> {
        self.inner.say(runs, said)
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        self.inner.unanswered(run)
    }

    fn spoken_to(&self) -> Result<Vec<RunId>, StoreError> {
        self.inner.spoken_to()
    }

    fn refuse(&self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        self.inner.refuse(word, refused)
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        self.inner.answer(word)
    }

    fn changed(&self) -> Result<bool, StoreError> {
        self.inner.changed()
    }
}
