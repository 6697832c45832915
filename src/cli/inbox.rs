//! `orch inbox`: what people are asked, by all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    closing::{hint_lines, unblock},
    compile::from_kept,
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::{moment, rfc3339},
    terminal::{Style, harmless, readable},
};
use crate::{
    machine::{Asking, Timestamp, Wait, WaitOn},
    run::{RunInfo, Runner, Standing},
};

/// List what people are asked for: tasks, approvals, decisions, and what runs are stuck on or paused by.
#[derive(Args, Debug)]
pub struct Inbox {
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch inbox --json` prints.
#[derive(Serialize)]
struct Document {
    /// The version of this document.
    version: u32,
    asked: Vec<Row>,
}

/// Something a person is asked for.
#[derive(Serialize)]
struct Row {
    run: String,
    plan: String,
    address: String,
    /// `task`, `approve`, `decide`, `paused`, `stuck`
    what: &'static str,
    /// Who is asked; anyone, without
    by: Option<String>,
    text: String,
    /// RFC 3339
    since: String,
    /// What can be typed to answer it
    commands: Vec<String>,
}

impl Inbox {
    /// Prints the list, what has waited longest first.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let mut asked = match global.existing()? {
            Some(runner) => asked(&runner, global)?,
            None => Vec::new(),
        };
        asked.sort_by_key(|(_, wait)| wait.since);
        if self.json {
            let asked = asked.iter().filter_map(|(run, wait)| row(run, wait)).collect();
            let document = Document { version: 1, asked };
            global.terminal.data(serde_json::to_string_pretty(&document).unwrap_or_default())?;
        } else if asked.is_empty() {
            global.terminal.note("nobody is asked for anything");
        } else {
            let lines = asked.iter().flat_map(|(run, wait)| lines(run, wait, global.now(), global.terminal.data));
            global.terminal.data(lines.collect::<Vec<_>>().join("\n"))?;
        }
        Ok(Exit::Done)
    }
}

/// What every run that is not over asks for. A run that can't be read is told of, and does not hide the others.
fn asked(runner: &Runner, global: &Global) -> Result<Vec<(RunInfo, Wait)>, Failure> {
    let mut asked = Vec::new();
    for run in runner.runs()? {
        if run.standing.ended() || run.standing == Standing::New {
            continue;
        }
        match runner.look(&run, &from_kept, |_| ()) {
            Ok((machine, _)) => {
                asked.extend(machine.waits().into_iter().filter(is_asked).map(|wait| (run.clone(), wait)));
            }
            Err(error) => global.terminal.failure(&Failure::from(error)),
        }
    }
    Ok(asked)
}

fn is_asked(wait: &Wait) -> bool {
    matches!(
        wait.on,
        WaitOn::Person { .. }
            | WaitOn::Paused { .. }
            | WaitOn::Settlement { .. }
            | WaitOn::Compensation { .. }
            | WaitOn::Measure { .. }
    )
}

fn row(run: &RunInfo, wait: &Wait) -> Option<Row> {
    let (what, by, text) = told(wait)?;
    Some(Row {
        run: run.id.to_string(),
        plan: run.plan.to_string(),
        address: wait.address.as_str().to_owned(),
        what,
        by: by.map(str::to_owned),
        text: text.to_owned(),
        since: rfc3339(wait.since),
        commands: unblock(&run.id, wait).into_iter().map(|hint| hint.command).collect(),
    })
}

/// What is asked, of whom, and what the program says of it.
fn told(wait: &Wait) -> Option<(&'static str, Option<&str>, &str)> {
    match &wait.on {
        WaitOn::Person { asking, text, by, .. } => {
            let what = match asking {
                Asking::Task => "task",
                Asking::Approval => "approve",
                Asking::Decision => "decide",
            };
            Some((what, Some(by), text))
        }
        WaitOn::Paused { reason } => Some(("paused", None, reason)),
        WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } | WaitOn::Measure { reason } => {
            Some(("stuck", None, reason))
        }
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. } => None,
    }
}

/// `q3  build/tokens  task  identity  since Mon 09:12  Issue the tokens`, then what can be typed.
fn lines(run: &RunInfo, wait: &Wait, now: Timestamp, style: Style) -> Vec<String> {
    let Some((what, by, text)) = told(wait) else { return Vec::new() };
    let (id, address) = (style.bold(&run.id), readable(wait.address.as_str()));
    let (by, since) = (harmless(by.unwrap_or("anyone")), moment(wait.since, now));
    let text = harmless(text).replace('\n', " ");
    let mut lines = vec![format!("{id}  {address}  {what}  {by}  since {since}  {text}")];
    lines.extend(hint_lines(&unblock(&run.id, wait)));
    lines
}
