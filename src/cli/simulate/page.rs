//! A simulated run, for a person: what happened when, how it ended, and what of it was made up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::Simulated;
use crate::{
    cli::{
        moment::duration,
        story::Story,
        terminal::{
            Style,
            text::{one_line, readable},
        },
        test::trace::told,
    },
    diagnostic::render::counted,
    ir::Address,
    machine::{Asking, EffectId, Ending, Event, Owed, Record, Timestamp, Wait, WaitOn},
    simulate::{Asked, Asks, Halt, Simulation, World},
};

/// The lines of the page.
pub(super) fn lines<W: World>(run: &Simulated<'_>, simulation: &Simulation<W>, style: Style) -> Vec<String> {
    let first = format!("{} · simulated", style.bold(&run.plan.name));
    let mut lines = vec![first];
    let answers = MadeUp::of(run, simulation);
    let mark = |record: &Record| if answers.hold(record) { "~ " } else { "  " };
    let (story, happened) = told((simulation.records(), simulation.machine()), "  ", mark, style);
    lines.extend(happened);
    lines.push(String::new());
    lines.extend(closing(run, simulation, &story, style));
    lines.extend(made_up(run, simulation, style));
    for unused in &run.unused {
        lines.extend(style.hanging(&format!("{} never asked for: `{unused}`", style.yellow("!")), 2));
    }
    lines
}

/// What the run was begun with.
pub(super) fn inputs_of<W: World>(simulation: &Simulation<W>) -> Map<String, Json> {
    match simulation.records().first().map(|record| &record.event) {
        Some(Event::Started { inputs, .. }) => inputs.clone(),
        _ => Map::new(),
    }
}

/// The answers that were made up: of effects, and of people.
#[derive(Default)]
struct MadeUp {
    effects: BTreeSet<EffectId>,
    people: BTreeSet<Address>,
}

impl MadeUp {
    fn of<W: World>(run: &Simulated<'_>, simulation: &Simulation<W>) -> MadeUp {
        let mut all = MadeUp::default();
        for asked in run.answers_made_up.iter().filter_map(|number| simulation.asked().get(*number as usize)) {
            match &asked.question.asks {
                Asks::Effect(effect) => {
                    all.effects.insert(effect.effect);
                }
                Asks::Person(_) => {
                    all.people.insert(asked.question.address.clone());
                }
            }
        }
        all
    }

    /// Whether a record is about one of them.
    fn hold(&self, record: &Record) -> bool {
        match &record.event {
            Event::Outcome { effect, .. } => self.effects.contains(effect),
            Event::Operator { word, .. } => {
                super::document::answers(word).is_some_and(|address| self.people.contains(address))
            }
            Event::Started { .. } | Event::Time | Event::Suspended | Event::Recovered | Event::Migrated { .. } => false,
        }
    }
}

/// How it ended, and what is left.
fn closing<W: World>(run: &Simulated<'_>, simulation: &Simulation<W>, story: &Story, style: Style) -> Vec<String> {
    let took = duration(simulation.records().last().map_or(0, |record| record.at.since(story.started)));
    let failed = || match &story.failure {
        Some((address, reason)) if address.is_root() => one_line(reason),
        Some((address, reason)) => format!("`{}` failed: {}", readable(address.as_str()), one_line(reason)),
        None => "it failed".to_owned(),
    };
    let undone = || match story.undone.as_slice() {
        [] => "nothing had to be undone".to_owned(),
        undone => {
            let undone: Vec<String> = undone.iter().map(|address| readable(address.as_str())).collect();
            format!("undone: {}", undone.join(", "))
        }
    };
    let ended = |how: &str| format!("{} in {took}: {}; {}", style.red(how), failed(), undone());
    let line = match (&story.ended, run.halt) {
        (Some((Ending::Completed, ..)), _) => format!("{} in {took}", style.green("completed")),
        (Some((Ending::Compensated, ..)), _) => ended("compensated"),
        (Some((Ending::Halted, ..)), _) => ended("halted at its last commit"),
        (Some((Ending::Partial, ..)), _) => ended("partial"),
        (Some((Ending::Killed, ..)), _) => ended("killed"),
        (None, Halt::Stopped) => style.red("stopped: there was no answer"),
        (None, Halt::Limit) => style.red("it goes on for ever"),
        (None, Halt::Idle | Halt::Ended) => {
            let waits = simulation.machine().waits();
            let needs: Vec<String> = waits.iter().filter_map(needed).collect();
            format!("{} after {took}: {}", style.red("needs a person"), needs.join("; "))
        }
    };
    let owed = story.owed.iter().map(|owed| owed_line(owed, style));
    let value = match &story.ended {
        Some((Ending::Completed, value, _)) if !value.is_null() => Some(format!("{value:#}")),
        _ => None,
    };
    style.hanging(&line, 4).into_iter().chain(owed).chain(value).collect()
}

fn owed_line(owed: &Owed, style: Style) -> String {
    format!("{}: {}: {}", style.red("owed"), readable(owed.address.as_str()), one_line(&owed.reason))
}

/// What is waited for that does not come by itself.
fn needed(wait: &Wait) -> Option<String> {
    let address = readable(wait.address.as_str());
    Some(match &wait.on {
        WaitOn::Settlement { reason, .. } => format!("stuck on `{address}`: was it done? {}", one_line(reason)),
        WaitOn::Compensation { reason } => format!("stuck on `{address}`: {}", one_line(reason)),
        WaitOn::Measure { reason } => format!("stuck on `{address}`: {}", one_line(reason)),
        WaitOn::Paused { reason } => format!("paused: {}", one_line(reason)),
        WaitOn::Person { text, by, .. } => format!("`{address}` waits for {by}: {}", one_line(text)),
        WaitOn::Event { event, .. } => format!("`{address}` waits for the event `{event}`"),
        WaitOn::Effect { .. } => format!("`{address}` does not end"),
        WaitOn::Time { .. } | WaitOn::Backoff { .. } | WaitOn::Hold { .. } => return None,
    })
}

/// What was made up, counted.
fn made_up<W: World>(run: &Simulated<'_>, simulation: &Simulation<W>, style: Style) -> Vec<String> {
    let asked = run.answers_made_up.iter().filter_map(|number| simulation.asked().get(*number as usize));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    asked.for_each(|asked| *counts.entry(kind(asked, run)).or_default() += 1);
    let inputs = run.inputs_made_up.iter().map(|name| format!("the argument `{name}`"));
    let answers = counts.iter().map(|(what, count)| if *count > 1 { format!("{what} ×{count}") } else { what.clone() });
    let all: Vec<String> = inputs.chain(answers).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let line =
        format!("{} made up ({}): {}", style.yellow("~"), counted(counts.values().sum(), "answer"), all.join(", "));
    let hint =
        "  `--given 'CALL returns VALUE'` answers instead, `--seed N` makes up something else, `--strict` nothing";
    style.hanging(&line, 2).into_iter().chain([style.dim(hint)]).collect()
}

/// What was asked, without its arguments.
fn kind(asked: &Asked, run: &Simulated<'_>) -> String {
    match &asked.question.asks {
        Asks::Effect(effect) => {
            let call = effect.call.summary(run.program).unwrap_or_else(|| effect.request.summary());
            let name = call.split('(').next().unwrap_or(&call).to_owned();
            if effect.is_whole() && effect.call.summary(run.program).is_some() { name } else { call }
        }
        Asks::Person(person) => {
            let what = match person.asking {
                Asking::Task => "the task",
                Asking::Approval => "the approval",
                Asking::Decision => "the decision",
            };
            format!("{what} `{}`", readable(asked.question.address.as_str()))
        }
    }
}

/// Where the run began.
pub(super) fn began<W: World>(simulation: &Simulation<W>) -> Timestamp {
    simulation.records().first().map(|record| record.at).unwrap_or_default()
}
