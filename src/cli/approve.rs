//! `orch approve`: yes.

use clap::Args;

use super::{compile::from_kept, drive::Driving, exit::Exit, failure::Failure, global::Global, words};
use crate::{
    ir::Address,
    machine::{WaitOn, Word},
};

/// Say yes to what a run asks.
#[derive(Args, Debug)]
pub struct Approve {
    /// The run, or the beginning of its name
    run: String,
    /// The address of the approval, as `orch inbox` prints it
    address: String,
    /// The digest of what you have read, as `orch inbox` prints it; else of what is asked now
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
}

impl Approve {
    /// Says it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let address = words::address(&self.run, &self.address, global)?;
        let digest = match self.digest {
            Some(digest) => Some(digest.into()),
            None => asked_now(&self.run, &address, global)?,
        };
        words::say(&self.run, Word::Approve { address, digest }, self.because, self.driving, global)
    }
}

/// What is asked for at an address: the answer is for that, and for nothing that it may become before it is heard.
fn asked_now(run: &str, address: &Address, global: &Global) -> Result<Option<smol_str::SmolStr>, Failure> {
    let (runner, info) = global.find(run)?;
    let (machine, _) = runner.state(&info, &from_kept)?;
    Ok(machine.waits().into_iter().find(|wait| wait.address == *address).and_then(|wait| match wait.on {
        WaitOn::Person { digest, .. } => digest,
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. }
        | WaitOn::Measure { .. }
        | WaitOn::Paused { .. }
        | WaitOn::Settlement { .. }
        | WaitOn::Compensation { .. } => None,
    }))
}
