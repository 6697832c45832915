//! `orch done`: a task is done.

use clap::Args;
use serde_json::Value as Json;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::Word;

/// Report that a task is done.
#[derive(Args, Debug)]
pub struct Done {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the task, as `orch inbox` prints it
    address: String,
    /// What it reports: JSON, or a plain text
    value: Option<String>,
    /// What is to be known of it; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Done {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let read = |value: String| serde_json::from_str(&value).unwrap_or(Json::String(value));
        let value = self.value.map_or(Json::Null, read);
        let word = Word::Done { address: words::address(&self.run, &self.address, global)?, value };
        words::say(&self.run, word, self.because, self.driving, global)
    }
}
