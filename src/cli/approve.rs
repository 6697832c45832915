//! `orch approve`: yes.

use clap::Args;

use super::{exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Say yes to what a run asks.
#[derive(Args, Debug)]
pub struct Approve {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the approval, as `orch inbox` prints it
    address: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
}

impl Approve {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let word = Word::Approve { address: words::address(&self.run, &self.address, global)? };
        words::say(&self.run, word, self.because, global)
    }
}
