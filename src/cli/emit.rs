//! `orch emit`: tells runs of an event.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Map, Value as Json};

use super::{
    compile::from_kept,
    drive::Driving,
    exit::Exit,
    failure::Failure,
    global::Global,
    stream::{self, Form, Line},
    words,
};
use crate::{
    diagnostic::{render::counted, suggest::nearest},
    ir::json::from_json,
    machine::Word,
    run::{Runner, Store, lock::RunLock, store::Said},
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
    driving: Driving,
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
            Some(run) if was_heard(run, &word, global)? => {
                global.terminal.note("this was told before");
                Ok(Exit::Done)
            }
            Some(run) => words::say(run, word, self.because, self.driving, global),
            None => tell_all(&self.event, word, self.because, self.driving.lines.form(), global),
        }
    }
}

/// Whether a run that goes on has heard of this event before, so that telling it again would change nothing.
fn was_heard(run: &str, word: &Word, global: &Global) -> Result<bool, Failure> {
    let (runner, info) = global.find(run)?;
    let Word::Event { event, id, .. } = word else { return Ok(false) };
    if info.standing.ended() {
        return Ok(false);
    }
    Ok(runner.state(&info, &from_kept)?.0.has_heard(event, id))
}

/// Whoever drives a run takes it up; a run that nobody drives does when it is resumed.
fn tell_all(event: &str, word: Word, why: Option<String>, form: Form, global: &Global) -> Result<Exit, Failure> {
    let Some(runner) = global.existing()? else {
        return Err(Failure::usage("there are no runs here that could hear of it"));
    };
    let deaf = if let Word::Event { payload, .. } = &word { deaf(&runner, event, payload)? } else { Deaf::default() };
    let note = |doubt: &String| {
        global.terminal.note(format_args!("{}: {doubt}", global.terminal.notes.yellow("note")));
    };
    deaf.why.iter().for_each(note);
    let told = runner.publish(&Said { word, who: global.who(), why, at: global.now() })?;
    let runs = told.runs.saturating_sub(deaf.runs);
    if form == Form::Lines {
        stream::write(Line::Told { event, runs, new: told.is_new }, &global.terminal)?;
    }
    match told.is_new {
        true if runs == 0 => global.terminal.note("told 0 runs"),
        true => global.terminal.note(format_args!("told {}{}", counted(runs, "run"), undriven(&runner)?)),
        false => global.terminal.note("this was told before"),
    }
    Ok(Exit::Done)
}

/// `; nobody drives 1 of them: orch resume --due`
fn undriven(runner: &Runner) -> Result<String, Failure> {
    let told = runner.store().spoken_to()?;
    let waiting = told.iter().filter(|run| RunLock::holder(runner.folder(), run).is_none()).count();
    Ok(match waiting {
        0 => String::new(),
        several => format!("; nobody drives {several} of those that were told something: orch resume --due"),
    })
}

/// The runs that go on and won't hear of an event.
#[derive(Default)]
struct Deaf {
    /// How many.
    runs: usize,
    /// Why not, for a person.
    why: Vec<String>,
}

/// The runs that won't hear of an event: it was misspelt, or carries something else. Whoever serves plans may know events
/// that no run here does, so it is told nevertheless.
fn deaf(runner: &Runner, event: &str, payload: &Json) -> Result<Deaf, Failure> {
    let (mut known, mut deaf) = (BTreeSet::new(), Deaf::default());
    for (run, program) in runner.programs_going_on(&from_kept)? {
        known.extend(program.events.iter().map(|declared| declared.name.to_string()));
        match program.events.iter().find(|declared| declared.name == event) {
            None => deaf.runs += 1,
            Some(declared) => {
                if let Err(why) = from_json(&declared.payload, payload) {
                    deaf.runs += 1;
                    let told = format!("run `{run}` won't hear of it: what `{event}` carries does not fit: {why}");
                    deaf.why.push(told);
                }
            }
        }
    }
    if !known.contains(event) {
        let close = nearest(event, known.iter().map(String::as_str));
        let close = close.map(|close| format!(": did you mean `{close}`?")).unwrap_or_default();
        deaf.why.push(format!("no run that goes on here knows the event `{event}`{close}"));
    }
    Ok(deaf)
}
