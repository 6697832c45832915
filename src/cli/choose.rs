//! `orch choose`: an option of a decision.

use clap::Args;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Choose an option of a decision that a run leaves to people.
#[derive(Args, Debug)]
pub struct Choose {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the decision, as `orch inbox` prints it
    address: String,
    /// The option
    option: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Choose {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let address = words::address(&self.run, &self.address, global)?;
        words::say(&self.run, Word::Choose { address, option: self.option.into() }, self.because, self.driving, global)
    }
}
