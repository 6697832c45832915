//! `orch list`: all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    compile::from_kept,
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::{moment, rfc3339},
    terminal::{
        Style,
        text::{padded, width},
    },
    view::{
        asks::{asks_whom, event},
        telling::{since, until},
    },
};
use crate::{
    machine::{Machine, Timestamp},
    run::{
        Error, RunId, RunInfo, Runner, Standing, Store,
        error::StoreError,
        lock::RunLock,
        look::records,
        store::{Listed, Unreadable},
    },
};

/// How wide the column of plans is at most.
const PLAN: usize = 20;

/// How wide the column of states is.
const STATUS: usize = 12;

/// How far the second line of a row stands from the left.
const INDENT: usize = 6;

/// List the runs.
#[derive(Args, Debug)]
pub struct List {
    /// As one JSON document
    #[arg(long)]
    json: bool,
    /// Read every journal and program to its end: what is damaged inside of a run is told as well
    #[arg(long)]
    verify: bool,
    /// Only runs that stand so: `stuck`, `waiting`, ..; may be said several times
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
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
    /// When it goes on by itself, in RFC 3339
    due: Option<String>,
    /// The process that drives it
    driver: Option<u32>,
    /// Why it can't be read, if it can't
    problem: Option<String>,
}

impl List {
    /// Prints the list, latest run last. A run that can't be read hides no other; the exit code tells of it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let runner = global.existing()?;
        let mut runs = runner.as_ref().map_or_else(|| Ok(Vec::new()), Runner::listed)?;
        if let Some(runner) = runner.as_ref().filter(|_| self.verify) {
            runs = runs.into_iter().map(|run| run.and_then(|run| verified(runner, run))).collect();
        }
        let wanted = self.wanted()?;
        // What can't be read may stand in any way.
        let is_wanted =
            |run: &Listed| wanted.is_empty() || run.as_ref().map_or(true, |run| wanted.contains(&run.standing));
        runs.retain(is_wanted);
        let rows = rows(runner.as_ref(), &runs);
        let unheard = runner.as_ref().map_or_else(|| Ok(Vec::new()), |runner| runner.store().spoken_to())?;
        if self.json {
            let document = Document::of(rows);
            global.terminal.data(serde_json::to_string_pretty(&document).unwrap_or_default())?;
        } else if rows.is_empty() && !wanted.is_empty() {
            global.terminal.note("no run here stands so");
        } else if rows.is_empty() {
            global.terminal.note("there are no runs here; `orch run FILE` starts one");
        } else {
            let told =
                runs.iter().zip(&rows).map(|(run, row)| Told::of(runner.as_ref(), run, row, &unheard, global.now()));
            let told: Vec<Told> = told.collect();
            global.terminal.data(lines(&told, global.terminal.data).join("\n"))?;
        }
        Ok(if runs.iter().all(Result::is_ok) { Exit::Done } else { Exit::Store })
    }

    /// How the runs stand that are to be listed; all, if nothing was said.
    fn wanted(&self) -> Result<Vec<Standing>, Failure> {
        let known = |typed: &String| {
            let all = || Standing::ALL.map(Standing::as_str).join(", ");
            Standing::parse(typed).ok_or_else(|| {
                Failure::usage(format!("no run can be `{typed}`")).help(format!("a run is one of {}", all()))
            })
        };
        self.status.iter().map(known).collect()
    }
}

/// A run of which all that is kept can be read.
fn verified(runner: &Runner, run: RunInfo) -> Listed {
    let store = runner.store();
    let read = || {
        store.sources(&run.id)?;
        store.unanswered(&run.id)?;
        records(store, &run.id, 1, |_, _| Ok::<_, Error>(()))
    };
    match read() {
        Ok(_) => Ok(run),
        Err(Error::Store(error)) => Err(Unreadable { run: run.id, error }),
        Err(error) => {
            let why = error.to_string();
            Err(Unreadable { run: run.id.clone(), error: StoreError::Damaged { run: run.id, entry: 0, why } })
        }
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
        due: run.due.map(rfc3339),
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
        due: None,
        driver: None,
        problem: Some(unreadable.error.to_string()),
    }
}

/// The lines of the list. Where one is too long, what is said last stands below it: columns stay below each other.
fn lines(told: &[Told], style: Style) -> Vec<String> {
    let widest = |of: fn(&Told) -> &str| told.iter().map(|told| width(of(told))).max().unwrap_or_default();
    let (plans, since) = (widest(|told| &told.plan).min(PLAN), widest(|told| &told.since));
    told.iter().map(|told| told.line(plans, since, style)).collect()
}

/// A run as its row tells it: `k7f2  place_order  stuck  since Mon 2 Apr 09:12  orch show k7f2`.
struct Told {
    id: String,
    plan: String,
    status: &'static str,
    standing: Option<Standing>,
    since: String,
    /// What there is to say or to type beside that.
    next: String,
}

impl Told {
    fn of(runner: Option<&Runner>, run: &Listed, row: &Row, unheard: &[RunId], now: Timestamp) -> Told {
        let (id, status) = (row.id.clone(), row.status);
        match run {
            Ok(run) => Told {
                id,
                plan: run.plan.to_string(),
                status,
                standing: Some(run.standing),
                since: format!("since {}", moment(run.since, now)),
                next: if row.driver.is_none() && unheard.contains(&run.id) {
                    format!("was told something, and nobody drives it: orch resume {}", run.id)
                } else {
                    next(runner, run, row.driver, now)
                },
            },
            Err(Unreadable { run: _, error }) => {
                let (plan, since, next) = (String::new(), String::new(), error.to_string());
                Told { id, plan, status, standing: None, since, next }
            }
        }
    }

    fn line(&self, plans: usize, since: usize, style: Style) -> String {
        let head = format!("{}  {}  {}  ", style.bold(&self.id), padded(&self.plan, plans), self.status(style));
        let whole = width(&self.id) + plans.max(width(&self.plan)) + STATUS + since + width(&self.next) + 8;
        if style.cuts && whole > style.width {
            let next = style.hanging(&format!("{:INDENT$}{}", "", self.next), INDENT).join("\n");
            return format!("{head}{}\n{next}", self.since).trim_end().to_owned();
        }
        format!("{head}{}  {}", padded(&self.since, since), self.next).trim_end().to_owned()
    }

    fn status(&self, style: Style) -> String {
        let status = format!("{:STATUS$}", self.status);
        match self.standing {
            Some(Standing::Completed) => style.green(status),
            Some(Standing::Stuck | Standing::Halted | Standing::Partial | Standing::Killed) | None => style.red(status),
            Some(Standing::Compensated | Standing::Unwinding | Standing::Paused) => style.yellow(status),
            Some(Standing::New | Standing::Running | Standing::Waiting) => status,
        }
    }
}

/// What a run waits for, whom it asks, what it owes, and what is to be typed where it needs somebody.
fn next(runner: Option<&Runner>, run: &RunInfo, driver: Option<u32>, now: Timestamp) -> String {
    let by = driver.map(|pid| format!("driven by process {pid}"));
    match (run.standing, by) {
        (Standing::Completed, _) => String::new(),
        (Standing::Compensated | Standing::Partial | Standing::Killed | Standing::Halted, _) => over(runner, run),
        (Standing::Stuck | Standing::Paused, _) => format!("orch show {}", run.id),
        (Standing::Waiting, by) => waiting(runner, run, by.as_deref(), now),
        (Standing::New | Standing::Running | Standing::Unwinding, Some(by)) => by,
        (Standing::New, None) => format!("it has not begun: orch resume {}", run.id),
        (Standing::Running | Standing::Unwinding, None) => format!("nobody drives it: orch resume {}", run.id),
    }
}

/// What a run that failed owes, and how one sees it; a halted one can go on.
fn over(runner: Option<&Runner>, run: &RunInfo) -> String {
    let owed = machine(runner, run).map_or(0, |machine| machine.owed().len());
    let owed = (owed > 0).then(|| format!("{owed} owed: "));
    match (run.standing, owed) {
        (Standing::Halted, owed) => format!("{}orch retry {}", owed.unwrap_or_default(), run.id),
        (Standing::Compensated, None) => String::new(),
        (_, owed) => format!("{}orch show {}", owed.unwrap_or_default(), run.id),
    }
}

/// Whom a run asks, else until when it waits.
fn waiting(runner: Option<&Runner>, run: &RunInfo, by: Option<&str>, now: Timestamp) -> String {
    let waits = machine(runner, run).map(|machine| machine.waits()).unwrap_or_default();
    if let Some(asked) = asks_whom(&waits) {
        return format!("{asked}: orch inbox");
    }
    if let Some(event) = event(&waits, now) {
        return event;
    }
    match (run.due, by) {
        (Some(due), None) if due <= now => format!("due {}: orch resume {}", since(due, now), run.id),
        (Some(due), by) => format!("{}, {}", until(due, now), by.unwrap_or("nobody drives it")),
        (None, by) => by.map_or_else(|| format!("waits to be told: orch show {}", run.id), str::to_owned),
    }
}

/// A run as it stands. One that can't be taken up is told by what the list knows.
fn machine(runner: Option<&Runner>, run: &RunInfo) -> Option<Machine> {
    runner?.state(run, &from_kept).ok().map(|(machine, _)| machine)
}
