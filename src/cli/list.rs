//! `orch list`: all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::{moment, rfc3339},
    terminal::Style,
};
use crate::{
    machine::Timestamp,
    run::{RunInfo, Runner, Standing, lock::RunLock},
};

/// List the runs.
#[derive(Args, Debug)]
pub struct List {
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch list --json` prints.
#[derive(Serialize)]
struct Document {
    /// The version of this document.
    version: u32,
    runs: Vec<Row>,
}

/// A run.
#[derive(Serialize)]
struct Row {
    id: String,
    plan: String,
    file: String,
    folder: String,
    /// `new`, `running`, `waiting`, `unwinding`, `stuck`, `completed`, `compensated`, `halted`
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
        let rows: Vec<Row> = runs.iter().map(|run| row(runner.as_ref(), run)).collect();
        if self.json {
            let document = Document { version: 1, runs: rows };
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
        Standing::Stuck | Standing::Halted => style.red(status),
        Standing::Compensated | Standing::Unwinding => style.yellow(status),
        Standing::Paused => style.yellow(status),
        Standing::New | Standing::Running | Standing::Waiting => status,
    };
    let since = moment(run.since, now);
    let next = match (run.standing, row.driver) {
        (Standing::Completed | Standing::Compensated | Standing::New, _) => String::new(),
        (Standing::Halted, _) => format!("orch retry {}", run.id),
        (Standing::Stuck | Standing::Paused, _) => format!("orch show {}", run.id),
        (_, Some(pid)) => format!("driven by process {pid}"),
        (_, None) => format!("nobody drives it: orch resume {}", run.id),
    };
    format!("{}  {:<20}  {status}  since {since:<16}  {next}", style.bold(&row.id), row.plan).trim_end().to_owned()
}
