//! Recovery: the journal is fed back, and what follows must be what followed then.

use super::{Command, Entry, Machine, Record};

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
        let step = self.step(record.at, record.event.clone());
        let step = step.map_err(|refused| Mismatch {
            number: 0,
            expected: "accepted".to_owned(),
            found: format!("refused: {refused}"),
        })?;
        compare(&record.then, &step.entries)?;
        Ok(step.commands)
    }
}

fn compare(expected: &[Entry], found: &[Entry]) -> Result<(), Mismatch> {
    let longest = expected.len().max(found.len());
    let differs = |number: &usize| expected.get(*number) != found.get(*number);
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
