//! Recovery: the journal is fed back, and what follows must be what followed then.

use super::{
    Command, Entry, Event, Machine, Record, Refused, Step, Word,
    state::Work,
    upgrade::{agree, differ_in_reason, place_of},
};
use crate::ir::Address;

/// A journal says something else than the program does now.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("entry {number} of this step is {found}, and the journal says {expected}")]
pub struct Mismatch {
    /// Which of the entries that followed from the event, from 1.
    pub number: usize,
    /// What the journal says.
    pub expected: String,
    /// What the machine says.
    pub found: String,
}

impl Machine {
    /// Takes a step that was journaled. The commands that followed from it were, or were about to be, carried out;
    /// they are given for those who count, not to be carried out again.
    ///
    /// # Errors
    /// The step does not lead to what the journal says: the journal belongs to another program, or this version
    /// gives programs another meaning.
    pub fn replay(&mut self, record: &Record) -> Result<Vec<Command>, Mismatch> {
        let mut step = self.retake(record).map_err(|refused| unaccepted(&refused))?;
        self.take_over_digests(&record.then, &mut step.entries);
        // In other words: what a later version says better is the same entry.
        compare(&record.then, &step.entries, |expected, found| expected == found || differ_in_reason(expected, found))?;
        Ok(step.commands)
    }

    /// Takes a step that was journaled under a program whose place this one has taken: what may differ between the
    /// two is told by [`upgrade`](super::upgrade). Gives what this one says of it.
    ///
    /// # Errors
    /// The step does not lead to what the journal says, although it was checked that it does.
    pub fn follow(&mut self, record: &Record) -> Result<Vec<Entry>, Mismatch> {
        self.keep_waits(record);
        let step = self.retake(record).map_err(|refused| unaccepted(&refused))?;
        compare(&record.then, &step.entries, agree)?;
        Ok(step.entries)
    }

    /// Takes a step whose event was accepted once. A pause of a run that was paused already was accepted, and did nothing,
    /// in the journals of a time before it was refused.
    pub(super) fn retake(&mut self, record: &Record) -> Result<Step, Refused> {
        let pauses = matches!(record.event, Event::Operator { word: Word::Pause, .. });
        if pauses && record.then.is_empty() && self.state.paused.is_some() {
            self.state.now = self.state.now.max(record.at);
            return Ok(Step::default());
        }
        self.step(record.at, record.event.accepted())
    }

    /// A `wait` lasts as long as it did when it ended, whatever the program says of it now: it is over with the record
    /// that says so, and not before.
    pub(super) fn keep_waits(&mut self, record: &Record) {
        let (at, ended) = (record.at.max(self.state.now), |address: &Address| {
            let is_it = |done: &Address| place_of(done) == place_of(address);
            record.then.iter().any(|entry| matches!(entry, Entry::Done { address: done, .. } if is_it(done)))
        });
        for frame in self.state.live.frames.values_mut() {
            if let Work::Wait { until } = &mut frame.work {
                match ended(&frame.address) {
                    true => *until = at.min(*until),
                    false => *until = at.plus(1).max(*until),
                }
            }
        }
    }
}

fn compare(expected: &[Entry], found: &[Entry], is_same: impl Fn(&Entry, &Entry) -> bool) -> Result<(), Mismatch> {
    let longest = expected.len().max(found.len());
    let same = |number: usize| expected.get(number).zip(found.get(number)).is_some_and(|(was, is)| is_same(was, is));
    let differs = |number: &usize| !same(*number);
    match (0..longest).find(differs) {
        None => Ok(()),
        Some(number) => {
            let shown =
                |entry: Option<&Entry>| entry.map_or_else(|| "nothing".to_owned(), |entry| format!("{entry:?}"));
            let (expected, found) = (shown(expected.get(number)), shown(found.get(number)));
            Err(Mismatch { number: number + 1, expected, found })
        }
    }
}

fn unaccepted(refused: &Refused) -> Mismatch {
    Mismatch { number: 0, expected: "accepted".to_owned(), found: format!("refused: {refused}") }
}
