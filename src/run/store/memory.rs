//! A store that is gone with its process: for tests of programs that embed orch, and for measuring.

use smol_str::format_smolstr;

use super::{Answer, Append, KeptSource, NewRun, RunId, RunInfo, Said, Standing, Store, StoreError, WordId};
use crate::{
    machine::{Record, Refused},
    run::{JOURNAL_FORMAT, LANGUAGE_VERSION},
};

/// A store in memory. Its runs are called `r1`, `r2`, ...
#[derive(Default)]
pub struct MemoryStore {
    runs: Vec<MemoryRun>,
    words: Vec<(RunId, Said, Option<Answer>)>,
}

struct MemoryRun {
    info: RunInfo,
    sources: Vec<KeptSource>,
    records: Vec<Record>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn find(&self, run: &RunId) -> Result<&MemoryRun, StoreError> {
        let found = self.runs.iter().find(|known| known.info.id == *run);
        found.ok_or_else(|| StoreError::NoRun { typed: run.to_string() })
    }

    fn find_mut(&mut self, run: &RunId) -> Result<&mut MemoryRun, StoreError> {
        let found = self.runs.iter_mut().find(|known| known.info.id == *run);
        found.ok_or_else(|| StoreError::NoRun { typed: run.to_string() })
    }

    fn set_answer(&mut self, word: WordId, answer: Answer) {
        if let Some((_, _, place)) = self.words.get_mut(word.0 as usize) {
            *place = Some(answer);
        }
    }
}

impl Store for MemoryStore {
    fn create(&mut self, run: &NewRun) -> Result<RunId, StoreError> {
        let id = RunId::new(format_smolstr!("r{}", self.runs.len() + 1));
        let root = run.sources.first();
        let info = RunInfo {
            id: id.clone(),
            plan: run.plan.clone(),
            file: root.map(|root| root.name.clone()).unwrap_or_default(),
            folder: root.map(|root| root.folder.clone()).unwrap_or_default(),
            started: run.at,
            standing: Standing::New,
            since: run.at,
            orch: env!("CARGO_PKG_VERSION").to_owned(),
            language: LANGUAGE_VERSION,
            format: JOURNAL_FORMAT,
        };
        self.runs.push(MemoryRun { info, sources: run.sources.clone(), records: Vec::new() });
        Ok(id)
    }

    fn append(&mut self, run: &RunId, append: Append<'_>) -> Result<(), StoreError> {
        let kept = self.find_mut(run)?;
        if append.number != kept.records.len() as u64 + 1 {
            let doing = format!("save entry {} of run `{run}`", append.number);
            return Err(StoreError::Database { doing, why: "it is not the next one".to_owned(), help: "" });
        }
        kept.records.push(append.record.clone());
        if let Some(standing) = append.standing {
            kept.info.standing = standing;
            kept.info.since = append.record.at;
        }
        if let Some(word) = append.accepted {
            self.set_answer(word, Answer::Accepted);
        }
        Ok(())
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let skipped = from.saturating_sub(1) as usize;
        Ok(self.find(run)?.records.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        Ok(self.find(run)?.sources.clone())
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        Ok(self.runs.iter().map(|run| run.info.clone()).collect())
    }

    fn say(&mut self, run: &RunId, said: &Said) -> Result<WordId, StoreError> {
        self.find(run)?;
        self.words.push((run.clone(), said.clone(), None));
        Ok(WordId(self.words.len() as i64 - 1))
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        let numbered = self.words.iter().zip(0..);
        let open = numbered.filter(|((to, _, answer), _)| to == run && answer.is_none());
        Ok(open.map(|((_, said, _), number)| (WordId(number), said.clone())).collect())
    }

    fn refuse(&mut self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        self.set_answer(word, Answer::from(refused));
        Ok(())
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        Ok(self.words.get(word.0 as usize).and_then(|(_, _, answer)| answer.clone()))
    }

    fn changed(&mut self) -> Result<bool, StoreError> {
        Ok(true)
    }
}
