//! `orch waive`: goes on without a compensation that is stuck.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Give up a compensation that is stuck: what it would undo is owed, and the way back goes on.
#[derive(Args, Debug)]
pub struct Waive {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the compensation, as `orch show RUN` prints it
    address: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY", required = true)]
    because: String,
    #[command(flatten)]
    driving: Driving,
}

impl Waive {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let word = Word::Waive { address: words::address(&self.run, &self.address, global)? };
        words::say(&self.run, word, Some(self.because), self.driving, global)
    }
}
