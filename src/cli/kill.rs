//! `orch kill`: ends a run and undoes nothing.

use clap::Args;

use super::{exit::Exit, failure::Failure, global::Global, stream::AsLines, words};
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
    lines: AsLines,
}

impl Kill {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        words::say(&self.run, Word::Kill, Some(self.because), self.lines, global)
    }
}
