//! `orch refuse`: no.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Say no to what a run asks, or that a task can't be done; that is a failure, and undoes what it would undo.
#[derive(Args, Debug)]
pub struct Refuse {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the approval or task, as `orch inbox` prints it
    address: String,
    /// Why; kept in the journal, and told with the failure
    #[arg(long, value_name = "WHY")]
    because: String,
    #[command(flatten)]
    driving: Driving,
}

impl Refuse {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let word = Word::Refuse { address: words::address(&self.run, &self.address, global)? };
        words::say(&self.run, word, Some(self.because), self.driving, global)
    }
}
