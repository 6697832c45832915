//! `orch migrate`: lets a run go on under another program.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value as Json;

use super::{
    compile::{self, with_texts},
    exit::Exit,
    failure::Failure,
    global::Global,
    terminal::text::{harmless, readable},
};
use crate::{
    ir::{Address, Request},
    machine::upgrade::{Aspect, Comparison, Difference, Obstacle, Side},
    run::{
        Error, Runner, Standing, Store,
        lock::RunLock,
        migration::Mover,
        store::{KeptSource, RunInfo, digest},
    },
    source::{Sources, Span},
};

/// Let a run go on under another program, if all that has happened is as true of that one.
#[derive(Args, Debug)]
pub struct Migrate {
    /// The run, or the beginning of its name
    run: String,
    /// The root file of the program it is to go on under
    file: PathBuf,
    /// Only say what differs and what stands against it
    #[arg(long)]
    explain: bool,
    /// Why; kept in the journal
    #[arg(long, value_name = "WHY")]
    because: Option<String>,
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch migrate --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    /// The version of this document.
    version: u32,
    run: &'a str,
    /// Which program it ran under: 1 for the one it was started with
    from: u32,
    to: u32,
    /// The digest of the sources of the new program
    sources: String,
    /// Whether nothing stands against it
    possible: bool,
    /// Whether it was done
    migrated: bool,
    differences: Vec<DifferenceRow>,
    obstacles: Vec<ObstacleRow>,
}

#[derive(Serialize)]
struct DifferenceRow {
    address: String,
    /// `title`, `reason`, `request`, `value`, `time`, `evidence`, `estimate`, `payload`, `question`, `asked`, `type`,
    /// `options`, `way back`
    aspect: &'static str,
    was: Json,
    would_be: Json,
    /// `file:line:column` in the new program
    place: Option<String>,
}

#[derive(Serialize)]
struct ObstacleRow {
    address: String,
    /// `gone`, `otherwise`, `value`, `in flight`, `wait`, `way back`
    kind: &'static str,
    was: String,
    would_be: String,
    /// `file:line:column` in the new program
    place: Option<String>,
}

/// What is told where something stands against it.
const UNCHANGED: &str = "the run was not changed: it is pinned to the program it has";

/// The program that a run is to go on under.
struct New {
    program: std::sync::Arc<crate::ir::Program>,
    texts: Sources,
    kept: Vec<KeptSource>,
}

impl Migrate {
    /// Compares, and moves the run if nothing stands against it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let (runner, info) = global.find(&self.run)?;
        let new = self.new_program(&info, global)?;
        // Who only looks disturbs nobody.
        let lock = (!self.explain).then(|| RunLock::take(runner.folder(), &info.id, global.now())).transpose()?;
        // Nothing changes from here on, and something may have changed since.
        let info = runner.find(info.id.as_str())?;
        if info.standing.ended() && info.standing != Standing::Halted {
            return Err(refused(format!("run `{}` is over: nothing is left of it to do or undo", info.id)));
        }
        let old = runner.store().sources(&info.id)?;
        if old == new.kept {
            global.terminal.note(format_args!("run {} runs under this program already", info.id));
            return self.report(&info, &new, &Comparison::default(), false, global);
        }
        let compared = compare(&runner, &info, &old, &new)?;
        let possible = compared.comparison.obstacles.is_empty();
        if let Some(lock) = lock.as_ref().filter(|_| possible) {
            let by = Mover { who: global.who(), why: self.because.clone() };
            runner.migrate(lock, &info, &compared, &new.kept, by)?;
        }
        self.report(&info, &new, &compared.comparison, lock.is_some() && possible, global)
    }

    fn new_program(&self, info: &RunInfo, global: &Global) -> Result<New, Failure> {
        let (program, texts, kept) = compile::checked(&self.file, "can't be gone on under", &global.terminal)?;
        let Some(plan) = program.plans.iter().find(|plan| plan.name == info.plan) else {
            let (id, file, plan) = (&info.id, self.file.display(), &info.plan);
            let failure = refused(format!("run `{id}` can't go on under `{file}`: it has no plan `{plan}`"));
            let names: Vec<String> = program.plans.iter().map(|plan| format!("`{}`", plan.name)).collect();
            let failure = match names.as_slice() {
                [] => failure,
                names => failure.help(format!("it has {}", names.join(", "))),
            };
            return Err(failure.help(UNCHANGED));
        };
        compile::can_be_run(&program, plan, &texts, &global.terminal)?;
        Ok(New { program, texts, kept })
    }

    fn report(
        &self,
        info: &RunInfo,
        new: &New,
        comparison: &Comparison,
        migrated: bool,
        global: &Global,
    ) -> Result<Exit, Failure> {
        if self.json {
            global.terminal.data(document(info, new, comparison, migrated))?;
        } else {
            let lines = differences(comparison, &new.texts);
            match self.explain {
                true => lines.iter().try_for_each(|line| global.terminal.data(line))?,
                // What differs is of no interest where something stands against it.
                false if !migrated => {}
                false => lines.iter().for_each(|line| global.terminal.note(line)),
            }
        }
        if !comparison.obstacles.is_empty() {
            return Err(self.stands_against(info, comparison, &new.texts));
        }
        let style = global.terminal.notes;
        let (id, next) = (&info.id, info.version + 1);
        if migrated {
            global.terminal.note(format_args!(
                "{} run {id} goes on under `{}`, version {next} of its program",
                style.green("migrated:"),
                self.file.display()
            ));
            if let Some(approval) = comparison.dead.first() {
                let paused = style.yellow("paused:");
                let approval = part(approval);
                global
                    .terminal
                    .note(format_args!("{paused} what would run now is not what `{approval}` was approved for"));
                global.terminal.note(format_args!("  orch resume {id} --because WHY      says yes to what will run"));
            }
            global.terminal.note(format_args!("  orch show {id}      how it stands"));
        } else if self.explain {
            global.terminal.note(format_args!("nothing stands against it; nothing was done"));
        }
        Ok(Exit::Done)
    }

    fn stands_against(&self, info: &RunInfo, comparison: &Comparison, texts: &Sources) -> Failure {
        let things = match comparison.obstacles.len() {
            1 => "one thing stands".to_owned(),
            several => format!("{several} things stand"),
        };
        let failure =
            refused(format!("run `{}` can't go on under `{}`: {things} against it", info.id, self.file.display()));
        let lines = comparison.obstacles.iter().flat_map(|(obstacle, place)| obstacle_lines(obstacle, *place, texts));
        let failure = lines.fold(failure, Failure::help);
        failure.help(UNCHANGED)
    }
}

fn refused(message: String) -> Failure {
    Failure { exit: Exit::Refused, message, help: Vec::new() }
}

fn compare(
    runner: &Runner,
    info: &RunInfo,
    old: &[KeptSource],
    new: &New,
) -> Result<crate::run::migration::Compared, Failure> {
    let compiled = with_texts(old);
    let (program, texts) =
        compiled.map_err(|why| Error::Compile { run: info.id.clone(), why, orch: info.orch.clone() })?;
    let (old_folders, new_folders) = (folders(old), folders(&new.kept));
    let old = Side { program: &program, sources: &texts, folders: &old_folders };
    let new = Side { program: &new.program, sources: &new.texts, folders: &new_folders };
    Ok(runner.compare(info, old, new)?)
}

fn folders(sources: &[KeptSource]) -> Vec<String> {
    sources.iter().map(|source| source.folder.display().to_string()).collect()
}

fn document(info: &RunInfo, new: &New, comparison: &Comparison, migrated: bool) -> String {
    let place = |place: &Option<Span>| place.map(|place| new.texts.place(place));
    let document = Document {
        version: 1,
        run: info.id.as_str(),
        from: info.version,
        to: info.version + 1,
        sources: digest(&new.kept),
        possible: comparison.obstacles.is_empty(),
        migrated,
        differences: comparison
            .differences
            .iter()
            .map(|(Difference { address, aspect, was, would_be }, at)| DifferenceRow {
                address: address.as_str().to_owned(),
                aspect: aspect.as_str(),
                was: was.clone(),
                would_be: would_be.clone(),
                place: place(at),
            })
            .collect(),
        obstacles: comparison
            .obstacles
            .iter()
            .map(|(Obstacle { address, kind, was, would_be }, at)| ObstacleRow {
                address: address.as_str().to_owned(),
                kind: kind.as_str(),
                was: was.clone(),
                would_be: would_be.clone(),
                place: place(at),
            })
            .collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// How the run would be undone comes first: nothing else that differs has consequences.
fn differences(comparison: &Comparison, texts: &Sources) -> Vec<String> {
    let (ways_back, others): (Vec<_>, Vec<_>) =
        comparison.differences.iter().partition(|(difference, _)| difference.aspect == Aspect::WayBack);
    let mut lines = Vec::new();
    if !ways_back.is_empty() {
        lines.push("would be undone otherwise from now on:".to_owned());
        lines.extend(ways_back.iter().flat_map(|(difference, place)| difference_lines(difference, *place, texts)));
    }
    if !others.is_empty() {
        lines.push("is told otherwise; what happened stays as it is:".to_owned());
        lines.extend(others.iter().flat_map(|(difference, place)| difference_lines(difference, *place, texts)));
    }
    lines
}

fn difference_lines(difference: &Difference, place: Option<Span>, texts: &Sources) -> Vec<String> {
    let Difference { address, aspect, was, would_be } = difference;
    let head = format!("  {}  {}{}", part(address), aspect.as_str(), placed(place, texts));
    let (was, would_be) = match (request(*aspect, was), request(*aspect, would_be)) {
        (Some(was), Some(would_be)) if was != would_be => (was, would_be),
        _ => (shown(was), shown(would_be)),
    };
    vec![head, format!("    - {was}"), format!("    + {would_be}")]
}

/// A request in short; two that differ may be the same in short.
fn request(aspect: Aspect, value: &Json) -> Option<String> {
    let request = (aspect == Aspect::Request).then(|| serde_json::from_value::<Request>(value.clone()).ok())?;
    request.map(|request| harmless(&request.summary()))
}

fn obstacle_lines(obstacle: &Obstacle, place: Option<Span>, texts: &Sources) -> Vec<String> {
    let Obstacle { address, kind: _, was, would_be } = obstacle;
    let head = format!("{}{}", part(address), placed(place, texts));
    vec![head, format!("  is: {}", harmless(was)), format!("  would be: {}", harmless(would_be))]
}

fn part(address: &Address) -> String {
    if address.is_root() { "the run".to_owned() } else { readable(address.as_str()) }
}

fn placed(place: Option<Span>, texts: &Sources) -> String {
    place.map(|place| format!("  {}", texts.place(place))).unwrap_or_default()
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => harmless(text).replace('\n', " "),
        Json::Null => "nothing".to_owned(),
        other => harmless(&other.to_string()),
    }
}
