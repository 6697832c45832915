//! `orch emit`: tells runs of an event.

use clap::Args;
use serde_json::{Map, Value as Json};

use super::{exit::Exit, failure::Failure, global::Global, words};
use crate::{machine::Word, run::store::Said};

/// Tell a run, or all runs that are not over, of an event.
#[derive(Args, Debug)]
pub struct Emit {
    /// The event
    event: String,
    /// What it carries: a JSON object
    payload: Option<String>,
    /// Only this run
    #[arg(long)]
    run: Option<String>,
    /// What tells it from others: a second event with the same is not heard; else the moment
    #[arg(long)]
    id: Option<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
}

impl Emit {
    /// Tells them.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let payload = match &self.payload {
            None => Json::Object(Map::new()),
            Some(text) => serde_json::from_str(text)
                .map_err(|error| Failure::usage(format!("what the event carries is no JSON: {error}")))?,
        };
        let id = self.id.unwrap_or_else(|| global.now().0.to_string());
        let word = Word::Event { event: self.event.into(), id: id.into(), payload };
        match &self.run {
            Some(run) => words::say(run, word, self.because, global),
            None => tell_all(word, self.because, global),
        }
    }
}

/// Whoever drives a run takes it up; a run that nobody drives does when it is resumed.
fn tell_all(word: Word, why: Option<String>, global: &Global) -> Result<Exit, Failure> {
    let Some(runner) = global.existing()? else {
        return Err(Failure::usage("there are no runs here that could hear of it"));
    };
    let told = runner.publish(&Said { word, who: global.who(), why, at: global.now() })?;
    match told.is_new {
        true => global.terminal.note(format_args!("told {} runs", told.runs)),
        false => global.terminal.note("this was told before"),
    }
    Ok(Exit::Done)
}
