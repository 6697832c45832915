//! A store that is gone with its process: for tests of programs that embed orch, and for measuring.

use std::sync::{Mutex, MutexGuard, PoisonError};

use smol_str::format_smolstr;

use super::{
    Answer, Append, Created, KeptSource, NewRun, RunId, RunInfo, Said, Saving, Snapshot, Standing, Store, StoreError,
    WordId,
};
use crate::{
    machine::{Event, Record, Refused},
    run::{JOURNAL_FORMAT, LANGUAGE_VERSION},
};

/// A store in memory. Its runs are called `r1`, `r2`, ...
#[derive(Default)]
pub struct MemoryStore(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    runs: Vec<MemoryRun>,
    words: Vec<(RunId, Said, Option<Answer>)>,
}

struct MemoryRun {
    info: RunInfo,
    beginning: Option<Event>,
    sources: Vec<KeptSource>,
    records: Vec<Record>,
    snapshot: Option<Snapshot>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// A store that keeps this run only, as another store has kept it.
    pub fn holding(info: RunInfo, sources: Vec<KeptSource>, records: Vec<Record>) -> MemoryStore {
        let beginning = records.first().map(|first| first.event.clone());
        let runs = vec![MemoryRun { info, beginning, sources, records, snapshot: None }];
        MemoryStore(Mutex::new(Kept { runs, words: Vec::new() }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&self, run: &RunId) -> Result<&MemoryRun, StoreError> {
        let found = self.runs.iter().find(|known| known.info.id == *run);
        found.ok_or_else(|| StoreError::NoRun { typed: run.to_string() })
    }

    fn find_mut(&mut self, run: &RunId) -> Result<&mut MemoryRun, StoreError> {
        let found = self.runs.iter_mut().find(|known| known.info.id == *run);
        found.ok_or_else(|| StoreError::NoRun { typed: run.to_string() })
    }

    fn append(&mut self, run: &RunId, append: Append<'_>) -> Result<(), StoreError> {
        let kept = self.find_mut(run)?;
        if append.number != kept.records.len() as u64 + 1 {
            let doing = format!("save entry {} of run `{run}`", append.number);
            return Err(StoreError::Database { doing, why: "it is not the next one".to_owned(), help: "" });
        }
        kept.records.push(append.record.clone());
        kept.info.entries = append.number;
        let snapshot = append.snapshot.map(|state| Snapshot { entries: append.number, state: state.to_vec() });
        kept.snapshot = snapshot.or(kept.snapshot.take());
        kept.info.due = append.due;
        if kept.info.standing != append.standing {
            kept.info.standing = append.standing;
            kept.info.since = append.record.at;
        }
        if let Some(word) = append.accepted {
            self.set_answer(word, Answer::Accepted);
        }
        let others = self.runs.iter().filter(|other| other.info.id != *run && !other.info.standing.ended());
        let others: Vec<RunId> = others.map(|other| other.info.id.clone()).collect();
        append.published.iter().for_each(|said| drop(self.say(&others, said)));
        Ok(())
    }

    fn say(&mut self, runs: &[RunId], said: &Said) -> Vec<WordId> {
        let first = self.words.len() as i64;
        self.words.extend(runs.iter().map(|run| (run.clone(), said.clone(), None)));
        (first..self.words.len() as i64).map(WordId).collect()
    }

    fn set_answer(&mut self, word: WordId, answer: Answer) {
        if let Some((_, _, place)) = self.words.get_mut(word.0 as usize) {
            *place = Some(answer);
        }
    }
}

impl Store for MemoryStore {
    fn create(&self, run: &NewRun) -> Result<Created, StoreError> {
        let mut kept = self.kept();
        let known = kept.runs.iter().find(|known| run.key.is_some() && known.info.key == run.key);
        if let Some(known) = known {
            return Ok(Created::Known(known.info.id.clone()));
        }
        let id = RunId::new(format_smolstr!("r{}", kept.runs.len() + 1));
        let root = run.sources.first();
        let info = RunInfo {
            id: id.clone(),
            plan: run.plan.clone(),
            file: root.map(|root| root.name.clone()).unwrap_or_default(),
            folder: root.map(|root| root.folder.clone()).unwrap_or_default(),
            started: run.at,
            standing: Standing::New,
            since: run.at,
            due: Some(run.at),
            entries: 0,
            key: run.key.clone(),
            orch: env!("CARGO_PKG_VERSION").to_owned(),
            language: LANGUAGE_VERSION,
            format: JOURNAL_FORMAT,
            version: 1,
            migrated: 0,
        };
        let beginning = Some(run.beginning(&id));
        kept.runs.push(MemoryRun {
            info,
            beginning,
            sources: run.sources.clone(),
            records: Vec::new(),
            snapshot: None,
        });
        Ok(Created::New(id))
    }

    fn beginning(&self, run: &RunId) -> Result<Option<Event>, StoreError> {
        Ok(self.kept().find(run)?.beginning.clone())
    }

    fn append(&self, run: &RunId, append: Append<'_>) -> Saving {
        Box::pin(std::future::ready(self.kept().append(run, append)))
    }

    fn migrate(&self, run: &RunId, append: Append<'_>, sources: &[KeptSource]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.append(run, append)?;
        let moved = kept.find_mut(run)?;
        moved.sources = sources.to_vec();
        moved.info.version += 1;
        moved.info.migrated = append.number;
        Ok(())
    }

    fn records(&self, run: &RunId, from: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let skipped = from.saturating_sub(1) as usize;
        Ok(self.kept().find(run)?.records.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn snapshot(&self, run: &RunId) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.kept().find(run)?.snapshot.clone())
    }

    fn sources(&self, run: &RunId) -> Result<Vec<KeptSource>, StoreError> {
        Ok(self.kept().find(run)?.sources.clone())
    }

    fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        Ok(self.kept().runs.iter().map(|run| run.info.clone()).collect())
    }

    fn info(&self, run: &RunId) -> Result<RunInfo, StoreError> {
        Ok(self.kept().find(run)?.info.clone())
    }

    fn say(&self, runs: &[RunId], said: &Said) -> Result<Vec<WordId>, StoreError> {
        let mut kept = self.kept();
        runs.iter().try_for_each(|run| kept.find(run).map(drop))?;
        Ok(kept.say(runs, said))
    }

    fn unanswered(&self, run: &RunId) -> Result<Vec<(WordId, Said)>, StoreError> {
        let kept = self.kept();
        let numbered = kept.words.iter().zip(0..);
        let open = numbered.filter(|((to, _, answer), _)| to == run && answer.is_none());
        Ok(open.map(|((_, said, _), number)| (WordId(number), said.clone())).collect())
    }

    fn spoken_to(&self) -> Result<Vec<RunId>, StoreError> {
        let kept = self.kept();
        let open = kept.words.iter().filter(|(_, _, answer)| answer.is_none()).map(|(run, _, _)| run.clone());
        let runs: std::collections::BTreeSet<RunId> = open.collect();
        Ok(runs.into_iter().collect())
    }

    fn refuse(&self, word: WordId, refused: Refused) -> Result<(), StoreError> {
        self.kept().set_answer(word, Answer::from(refused));
        Ok(())
    }

    fn answer(&self, word: WordId) -> Result<Option<Answer>, StoreError> {
        Ok(self.kept().words.get(word.0 as usize).and_then(|(_, _, answer)| answer.clone()))
    }

    fn changed(&self) -> Result<bool, StoreError> {
        Ok(true)
    }
}
