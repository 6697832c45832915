//! `orch emit`: tells runs of an event.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Map, Value as Json};

use super::{
    compile::from_kept,
    exit::Exit,
    failure::Failure,
    global::Global,
    stream::{self, AsLines, Form, Line},
    words,
};
use crate::{
    diagnostic::{render::counted, suggest::nearest},
    ir::json::from_json,
    machine::Word,
    run::{
        Runner, Store,
        store::{Said, digest},
    },
};

/// What an event carries, as one types it.
const EXAMPLE: &str = "it is an object in quotes: orch emit Paid '{\"amount\": 3}'";

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
    #[command(flatten)]
    lines: AsLines,
}

impl Emit {
    /// Tells them.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let payload = match &self.payload {
            None => Json::Object(Map::new()),
            Some(text) => serde_json::from_str(text)
                .map_err(|error| Failure::usage(format!("what the event carries is no JSON: {error}")).help(EXAMPLE))?,
        };
        let id = self.id.unwrap_or_else(|| global.now().0.to_string());
        let word = Word::Event { event: self.event.as_str().into(), id: id.into(), payload };
        match &self.run {
            Some(run) => words::say(run, word, self.because, self.lines, global),
            None => tell_all(&self.event, word, self.because, self.lines.form(), global),
        }
    }
}

/// Whoever drives a run takes it up; a run that nobody drives does when it is resumed.
fn tell_all(event: &str, word: Word, why: Option<String>, form: Form, global: &Global) -> Result<Exit, Failure> {
    let Some(runner) = global.existing()? else {
        return Err(Failure::usage("there are no runs here that could hear of it"));
    };
    if let Word::Event { payload, .. } = &word {
        let doubt = doubt(&runner, event, payload)?;
        doubt
            .iter()
            .for_each(|doubt| global.terminal.note(format_args!("{}: {doubt}", global.terminal.notes.yellow("note"))));
    }
    let told = runner.publish(&Said { word, who: global.who(), why, at: global.now() })?;
    if form == Form::Lines {
        stream::write(Line::Told { event, runs: told.runs, new: told.is_new }, &global.terminal)?;
    }
    match told.is_new {
        true => global.terminal.note(format_args!("told {}", counted(told.runs, "run"))),
        false => global.terminal.note("this was told before"),
    }
    Ok(Exit::Done)
}

/// Why perhaps nobody hears of an event: it was misspelt, or carries something else. Whoever serves plans may know events
/// that no run here does, so it is told nevertheless.
fn doubt(runner: &Runner, event: &str, payload: &Json) -> Result<Option<String>, Failure> {
    let (mut seen, mut known, mut is_known) = (BTreeSet::new(), BTreeSet::new(), false);
    for run in runner.runs()?.into_iter().filter(|run| !run.standing.ended()) {
        let sources = runner.store().sources(&run.id)?;
        // What can't be read any more is told of where it is to be taken up.
        let program = if seen.insert(digest(&sources)) { from_kept(&sources).ok() } else { None };
        for declared in program.iter().flat_map(|program| &program.events) {
            known.insert(declared.name.to_string());
            if declared.name != event {
                continue;
            }
            is_known = true;
            if let Err(why) = from_json(&declared.payload, payload) {
                let doubt = format!("run `{}` won't hear of it: what `{event}` carries does not fit: {why}", run.id);
                return Ok(Some(doubt));
            }
        }
    }
    let close = nearest(event, known.iter().map(String::as_str));
    let close = close.map(|close| format!(": did you mean `{close}`?")).unwrap_or_default();
    Ok((!is_known).then(|| format!("no run that goes on here knows the event `{event}`{close}")))
}
