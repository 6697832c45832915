//! `orch abort`: a rollout fails.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Fail a rollout, and undo what it would undo.
#[derive(Args, Debug)]
pub struct Abort {
    /// The run, or the beginning of its name
    run: String,
    /// The rollout, where several go on
    address: Option<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Abort {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let address = self.address.as_deref().map(|typed| words::address(&self.run, typed, global));
        words::say(&self.run, Word::Abort { address: address.transpose()? }, self.because, self.driving, global)
    }
}
