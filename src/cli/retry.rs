//! `orch retry`: once more what a run is stuck on.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Try once more what a run is stuck on, or go on from the commit it is halted at.
#[derive(Args, Debug)]
pub struct Retry {
    /// The run, or the beginning of its name
    run: String,
    /// The address, where the run is stuck on several things
    address: Option<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Retry {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let address = self.address.as_deref().map(|typed| words::address(&self.run, typed, global));
        let word = Word::Retry { address: address.transpose()? };
        words::say(&self.run, word, self.because, self.driving, global)
    }
}
