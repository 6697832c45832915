//! `orch inbox`: what people are asked, by all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    compile::from_kept,
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::rfc3339,
    terminal::{
        Style,
        text::{one_line, padded, readable, width},
    },
    view::{
        asks::urgency,
        hints::{hint_lines, unblock},
        sign::Sign,
        telling::since,
    },
};
use crate::{
    machine::{Asking, Timestamp, Wait, WaitOn, short_digest},
    run::{Error, RunInfo, Runner, Standing},
};

/// How much room the rest of a line takes: blanks, and since when.
const SINCE: usize = 44;

/// List what people are asked for: tasks, approvals, decisions, and what runs are stuck on or paused by.
#[derive(Args, Debug)]
pub struct Inbox {
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch inbox --json` prints.
#[derive(Serialize)]
pub struct Document {
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
    /// What an approval is for; `orch approve --digest` says yes to that and nothing else
    digest: Option<String>,
    /// What can be typed to answer it
    commands: Vec<String>,
}

impl Inbox {
    /// Prints the list: what runs are stuck on, then what has waited longest first.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let mut asked = match global.existing()? {
            Some(runner) => asked(&runner, |error| global.terminal.failure(&Failure::from(error)))?,
            None => Vec::new(),
        };
        asked.sort_by_key(|(_, wait)| (urgency(wait), wait.since));
        if self.json {
            global.terminal.data(serde_json::to_string_pretty(&of(&asked)).unwrap_or_default())?;
        } else if asked.is_empty() {
            global.terminal.note("nobody is asked for anything");
        } else {
            let (now, style) = (global.now(), global.terminal.data);
            let columns = columns(&asked, style);
            let pages = asked.iter().map(|(run, wait)| lines(run, wait, columns, now, style).join("\n"));
            global.terminal.data(pages.collect::<Vec<_>>().join("\n\n"))?;
        }
        Ok(Exit::Done)
    }
}

/// These as a document.
pub fn of(asked: &[(RunInfo, Wait)]) -> Document {
    Document { version: 1, asked: asked.iter().filter_map(|(run, wait)| row(run, wait)).collect() }
}

/// What every run that is not over asks for. A run that can't be read is `unread`, and does not hide the others.
pub fn asked(runner: &Runner, unread: impl Fn(Error)) -> Result<Vec<(RunInfo, Wait)>, Error> {
    let mut asked = Vec::new();
    for listed in runner.listed()? {
        let run = match listed {
            Ok(run) => run,
            Err(unreadable) => {
                unread(unreadable.error.into());
                continue;
            }
        };
        if run.standing.ended() || run.standing == Standing::New {
            continue;
        }
        match runner.state(&run, &from_kept) {
            Ok((machine, _)) => {
                asked.extend(machine.waits().into_iter().filter(is_asked).map(|wait| (run.clone(), wait)));
            }
            Err(error) => unread(error),
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
        digest: digest(wait).map(str::to_owned),
        commands: unblock(&run.id, wait).into_iter().map(|hint| hint.command).collect(),
    })
}

/// What an approval is for.
fn digest(wait: &Wait) -> Option<&str> {
    match &wait.on {
        WaitOn::Person { digest, .. } => digest.as_deref(),
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. }
        | WaitOn::Measure { .. }
        | WaitOn::Paused { .. }
        | WaitOn::Settlement { .. }
        | WaitOn::Compensation { .. } => None,
    }
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

/// How wide the columns of the list are: run, address, what, by whom.
type Columns = [usize; 4];

/// `m8  retire/go  approve  dba  since 4h`, then the text and what can be typed.
fn lines(run: &RunInfo, wait: &Wait, columns: Columns, now: Timestamp, style: Style) -> Vec<String> {
    let Some((what, _, text)) = told(wait) else { return Vec::new() };
    let sign = if what == "stuck" { Sign::Stuck } else { Sign::Waits };
    let cells: Vec<String> = cells(run, wait).iter().zip(columns).map(|(cell, room)| padded(cell, room)).collect();
    let head = format!("{} {}  {}", sign.drawn(style), cells.join("  "), since(wait.since, now));
    let mut lines = style.hanging(&head, 2);
    let digest = digest(wait).map(|digest| format!("  ({})", short_digest(digest))).unwrap_or_default();
    lines.extend(style.hanging(&format!("  {}{digest}", one_line(text)), 2));
    lines.extend(hint_lines(&unblock(&run.id, wait), style));
    lines
}

fn cells(run: &RunInfo, wait: &Wait) -> [String; 4] {
    let (what, by, _) = told(wait).unwrap_or_default();
    let address = readable(wait.address.as_str());
    [run.id.to_string(), address, what.to_owned(), one_line(by.unwrap_or("anyone"))]
}

/// As wide as what stands in them, where all fit in a line; else there are none.
fn columns(asked: &[(RunInfo, Wait)], style: Style) -> Columns {
    let mut columns = [0; 4];
    for (run, wait) in asked {
        let cells = cells(run, wait);
        columns.iter_mut().zip(&cells).for_each(|(room, cell)| *room = width(cell).max(*room));
    }
    if columns.iter().sum::<usize>() + SINCE > style.width { [0; 4] } else { columns }
}
