//! `orch pause`: nothing new starts.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Let a run start nothing new until `orch resume`; what is in flight ends.
#[derive(Args, Debug)]
pub struct Pause {
    /// The run, or the beginning of its name
    run: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Pause {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        words::say(&self.run, Word::Pause, self.because, self.driving, global)
    }
}
