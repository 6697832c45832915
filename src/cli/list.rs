//! `orch list`: all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::{moment, rfc3339},
    terminal::{
        Style,
        text::{padded, width},
    },
};
use crate::{
    machine::Timestamp,
    run::{
        RunInfo, Runner, Standing,
        lock::RunLock,
        store::{Listed, Unreadable},
    },
};

/// How wide the column of plans is.
const PLAN: usize = 20;

/// List the runs.
#[derive(Args, Debug)]
pub struct List {
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// The version of the document.
const VERSION: u32 = 1;

/// What `orch list --json` prints.
#[derive(Serialize)]
pub struct Document {
    /// The version of this document.
    version: u32,
    runs: Vec<Row>,
}

/// A run.
#[derive(Serialize)]
pub struct Row {
    id: String,
    plan: Option<String>,
    file: Option<String>,
    folder: Option<String>,
    /// `new`, `running`, `waiting`, `paused`, `unwinding`, `stuck`, `completed`, `compensated`, `halted`, `partial`,
    /// `killed`; `damaged`, if it can't be read
    status: &'static str,
    /// RFC 3339
    started: Option<String>,
    /// RFC 3339
    since: Option<String>,
    /// The process that drives it
    driver: Option<u32>,
    /// Why it can't be read, if it can't
    problem: Option<String>,
}

impl List {
    /// Prints the list, latest run last. A run that can't be read hides no other; the exit code tells of it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let runner = global.existing()?;
        let runs = runner.as_ref().map_or_else(|| Ok(Vec::new()), Runner::listed)?;
        let rows = rows(runner.as_ref(), &runs);
        if self.json {
            let document = Document::of(rows);
            global.terminal.data(serde_json::to_string_pretty(&document).unwrap_or_default())?;
        } else if rows.is_empty() {
            global.terminal.note("there are no runs here; `orch run FILE` starts one");
        } else {
            let lines = runs.iter().zip(&rows).map(|(run, row)| line(run, row, global.now(), global.terminal.data));
            global.terminal.data(lines.collect::<Vec<_>>().join("\n"))?;
        }
        Ok(if runs.iter().all(Result::is_ok) { Exit::Done } else { Exit::Store })
    }
}

impl Document {
    /// Of these runs.
    pub fn of(runs: Vec<Row>) -> Document {
        Document { version: VERSION, runs }
    }
}

/// A row for each run.
pub fn rows(runner: Option<&Runner>, runs: &[Listed]) -> Vec<Row> {
    runs.iter().map(|run| run.as_ref().map_or_else(damaged, |run| row(runner, run))).collect()
}

fn row(runner: Option<&Runner>, run: &RunInfo) -> Row {
    let holder = runner.and_then(|runner| RunLock::holder(runner.folder(), &run.id));
    Row {
        id: run.id.to_string(),
        plan: Some(run.plan.to_string()),
        file: Some(run.file.clone()),
        folder: Some(run.folder.display().to_string()),
        status: run.standing.as_str(),
        started: Some(rfc3339(run.started)),
        since: Some(rfc3339(run.since)),
        driver: holder.map(|holder| holder.pid),
        problem: None,
    }
}

fn damaged(unreadable: &Unreadable) -> Row {
    Row {
        id: unreadable.run.to_string(),
        plan: None,
        file: None,
        folder: None,
        status: "damaged",
        started: None,
        since: None,
        driver: None,
        problem: Some(unreadable.error.to_string()),
    }
}

fn line(run: &Listed, row: &Row, now: Timestamp, style: Style) -> String {
    match run {
        Ok(run) => run_line(run, row, now, style),
        Err(Unreadable { run, error }) => {
            let line =
                format!("{}  {:PLAN$}  {}  {error}", style.bold(run), "", style.red(format!("{:<12}", row.status)));
            style.hanging(&line, 6).join("\n")
        }
    }
}

/// `k7f2  place_order  stuck        since Mon 2 Apr 09:12  orch show k7f2`
fn run_line(run: &RunInfo, row: &Row, now: Timestamp, style: Style) -> String {
    let status = format!("{:<12}", row.status);
    let status = match run.standing {
        Standing::Completed => style.green(status),
        Standing::Stuck | Standing::Halted | Standing::Partial | Standing::Killed => style.red(status),
        Standing::Compensated | Standing::Unwinding => style.yellow(status),
        Standing::Paused => style.yellow(status),
        Standing::New | Standing::Running | Standing::Waiting => status,
    };
    let since = moment(run.since, now);
    let next = match (run.standing, row.driver) {
        (Standing::Completed | Standing::Compensated, _) => String::new(),
        (Standing::Halted, _) => format!("orch retry {}", run.id),
        (Standing::Stuck | Standing::Paused | Standing::Partial | Standing::Killed, _) => {
            format!("orch show {}", run.id)
        }
        (_, Some(pid)) => format!("driven by process {pid}"),
        (Standing::New, None) => format!("it has not begun: orch resume {}", run.id),
        (_, None) => format!("nobody drives it: orch resume {}", run.id),
    };
    let plan = padded(&run.plan, PLAN);
    let line = format!("{}  {plan}  {status}  since {since:<16}  {next}", row.id);
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = if style.cuts && width(line.trim_end()) > style.width { words.join(" ") } else { line };
    style.hanging(&line.trim_end().replacen(&row.id, &style.bold(&row.id), 1), 6).join("\n")
}
