//! `orch kill`: ends a run and undoes nothing.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// End a run at once, undo nothing, and list what is owed.
#[derive(Args, Debug)]
pub struct Kill {
    /// The run, or the beginning of its name
    run: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY", required = true)]
    because: String,
    #[command(flatten)]
    driving: Driving,
}

impl Kill {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        words::say(&self.run, Word::Kill, Some(self.because), self.driving, global)
    }
}
