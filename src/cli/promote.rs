//! `orch promote`: the rest of a hold is skipped.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Skip the rest of the time for which a stage is held.
#[derive(Args, Debug)]
pub struct Promote {
    /// The run, or the beginning of its name
    run: String,
    /// The stage or its rollout, where several are held
    address: Option<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Promote {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let address = self.address.as_deref().map(|typed| words::address(&self.run, typed, global));
        words::say(&self.run, Word::Promote { address: address.transpose()? }, self.because, self.driving, global)
    }
}
