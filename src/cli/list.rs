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
    run::{RunInfo, Runner, Standing, lock::RunLock},
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
    plan: String,
    file: String,
    folder: String,
    /// `new`, `running`, `waiting`, `unwinding`, `stuck`, `completed`, `compensated`, `halted`,
    /// `partial`, `killed`
    status: &'static str,
    /// RFC 3339
    started: String,
    /// RFC 3339
    since: String,
    /// The process that drives it
    driver: Option<u32>,
}

impl List {
    /// Prints the list, latest run last.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let runner = global.existing()?;
        let runs = runner.as_ref().map_or_else(|| Ok(Vec::new()), Runner::runs)?;
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
        Ok(Exit::Done)
    }
}

impl Document {
    /// Of these runs.
    pub fn of(runs: Vec<Row>) -> Document {
        Document { version: VERSION, runs }
    }
}

/// A row for each run.
pub fn rows(runner: Option<&Runner>, runs: &[RunInfo]) -> Vec<Row> {
    runs.iter().map(|run| row(runner, run)).collect()
}

fn row(runner: Option<&Runner>, run: &RunInfo) -> Row {
    let holder = runner.and_then(|runner| RunLock::holder(runner.folder(), &run.id));
    Row {
        id: run.id.to_string(),
        plan: run.plan.to_string(),
        file: run.file.clone(),
        folder: run.folder.display().to_string(),
        status: run.standing.as_str(),
        started: rfc3339(run.started),
        since: rfc3339(run.since),
        driver: holder.map(|holder| holder.pid),
    }
}

/// `k7f2  place_order  stuck        since Mon 2 Apr 09:12  orch show k7f2`
fn line(run: &RunInfo, row: &Row, now: Timestamp, style: Style) -> String {
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
    let plan = padded(&row.plan, PLAN);
    let line = format!("{}  {plan}  {status}  since {since:<16}  {next}", row.id);
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = if style.cuts && width(line.trim_end()) > style.width { words.join(" ") } else { line };
    style.hanging(&line.trim_end().replacen(&row.id, &style.bold(&row.id), 1), 6).join("\n")
}
