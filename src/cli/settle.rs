//! `orch settle`: how an effect ended of which nobody knows.

use clap::{ArgGroup, Args};
use serde_json::Value as Json;

use super::{drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::machine::{Settlement, Word};

/// Say how a step ended that the run is stuck on.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("verdict").required(true).args(["done", "not_done"]))]
pub struct Settle {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the step, as `orch show RUN` prints it
    address: String,
    /// It was done, and gave this value: JSON, or a plain text
    #[arg(long, value_name = "VALUE", num_args = 0..=1, default_missing_value = "null")]
    done: Option<String>,
    /// It was not done
    #[arg(long)]
    not_done: bool,
    /// Why you know; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Settle {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let verdict = match self.done {
            Some(value) => Settlement::Done(serde_json::from_str(&value).unwrap_or(Json::String(value))),
            None => Settlement::NotDone,
        };
        let word = Word::Settle { address: words::address(&self.run, &self.address, global)?, verdict };
        words::say(&self.run, word, self.because, self.driving, global)
    }
}
