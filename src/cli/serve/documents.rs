//! What is answered over HTTP: the documents that the commands print as JSON, so that both ways say the same.

use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    cli::{inbox, list, show, subject::Subject},
    run::{Error, RunInfo, Runner},
    serve::Documents,
};

/// All of them.
pub fn documents() -> Documents {
    Documents { runs, run, part, inbox }
}

fn runs(runner: &Runner) -> Result<Json, Error> {
    let runs = runner.listed()?;
    Ok(json(&list::Document::of(list::rows(Some(runner), &runs))))
}

fn run(runner: &Runner, info: &RunInfo) -> Result<Json, Error> {
    Ok(parsed(&show::document::run(&show::known_of(Subject::here(runner, info))?)))
}

fn part(runner: &Runner, info: &RunInfo, typed: &str) -> Result<Option<Json>, Error> {
    let known = show::known_of(Subject::here(runner, info))?;
    Ok(known.story.address(typed).map(|address| parsed(&show::document::part(&known, &address))))
}

/// A run that can't be read is left out: it is told of in the log.
fn inbox(runner: &Runner) -> Result<Json, Error> {
    let mut asked = inbox::asked(runner, drop)?;
    asked.sort_by_key(inbox::Asked::since);
    Ok(json(&inbox::of(&asked)))
}

/// A document always has a JSON form.
fn json(document: &impl Serialize) -> Json {
    serde_json::to_value(document).unwrap_or_default()
}

fn parsed(document: &str) -> Json {
    serde_json::from_str(document).unwrap_or_default()
}
