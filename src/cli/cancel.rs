//! `orch cancel`: stops a run and undoes it.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Stop a run, and undo what it has done.
#[derive(Args, Debug)]
pub struct Cancel {
    /// The run, or the beginning of its name
    run: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Cancel {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        words::say(&self.run, Word::Cancel, self.because, self.driving, global)
    }
}
