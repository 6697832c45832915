//! `orch show`: a run as its journal tells it, or one part of it.

pub mod document;
mod outline;
mod part;

use std::sync::Arc;

use clap::Args;

pub use document::{Failed, OwedRow, PartRow, WaitRow, failure, owed_row, part_row, wait_row};

use super::{
    exit::Exit,
    failure::Failure,
    global::Global,
    story::Story,
    subject::Subject,
    view::{Position, View},
};
use crate::diagnostic::suggest::nearest;
use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals},
    ir::{Address, Program, Value},
    machine::{Machine, Timestamp},
    run::{Error, Holder, RunId, RunInfo, driver, store::Said},
};

/// Show what a run has done, what it waits for, and what would help.
#[derive(Args, Debug)]
pub struct Show {
    /// The run, the beginning of its name, or a file that it was exported to
    run: String,
    /// A part of the run: what it was given, every try, what it printed
    address: Option<String>,
    /// As one JSON document
    #[arg(long)]
    json: bool,
    /// Also what ended long ago in a run with a long history; documents and parts always tell all
    #[arg(long)]
    all: bool,
}

/// Everything that is known of a run.
pub struct Known {
    /// What the store knows.
    pub info: RunInfo,
    /// What the records tell.
    pub story: Story,
    /// What the machine says of itself.
    pub position: Position,
    /// What the plan is for.
    pub goals: Vec<String>,
    /// What was said to it and is not taken up yet.
    pub unheard: Vec<Said>,
    /// Who drives it.
    pub holder: Option<Holder>,
    /// This moment.
    pub now: Timestamp,
}

impl Show {
    /// Prints it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let subject = Subject::find(&self.run, global)?;
        let is_whole = self.all || self.json || self.address.is_some();
        let known = if is_whole { known_of(subject) } else { known_now(subject) }?;
        let style = global.terminal.data;
        let text = match (&self.address, self.json) {
            (None, false) => outline::outline(&known, style),
            (None, true) => document::run(&known),
            (Some(typed), json) => match (find(&known, typed), json) {
                (Ok(address), true) => document::part(&known, &address),
                (Ok(address), false) => part::part(&known, &address, style),
                (Err(failure), true) => return Err(failure),
                (Err(failure), false) => part::items(&known, typed, style).ok_or(failure)?,
            },
        };
        global.terminal.data(text.trim_end())?;
        Ok(Exit::Done)
    }
}

/// Everything that is known of a run.
pub fn known_of(subject: Subject) -> Result<Known, Error> {
    let told = subject.told_whole()?;
    known(subject, told)
}

/// How a run stands; of a long history only what came last.
fn known_now(subject: Subject) -> Result<Known, Error> {
    let told = subject.told()?;
    known(subject, told)
}

fn known(subject: Subject, (machine, program, story): (Machine, Arc<Program>, Story)) -> Result<Known, Error> {
    let goals = goals(&program, &story);
    let unheard = subject.store().unanswered(&subject.info.id)?.into_iter().map(|(_, said)| said).collect();
    let (position, holder, now) = (Position::of(&machine), subject.holder(), driver::now());
    Ok(Known { info: subject.info, story, position, goals, unheard, holder, now })
}

impl Known {
    /// As a person sees it.
    pub fn view(&self) -> View<'_> {
        let Known { info, story, position, goals: _, unheard: _, holder, now } = self;
        View { run: &info.id, story, position, driven: holder.is_some(), now: *now }
    }
}

/// The goals of a plan mention at most its parameters; one that can't be computed is left out.
pub fn goals(program: &Arc<Program>, story: &Story) -> Vec<String> {
    let Some(plan) = program.plans.iter().find(|plan| plan.name == story.plan) else { return Vec::new() };
    let given = plan.params.iter().enumerate().filter_map(|(number, param)| {
        let value = crate::ir::json::from_json(&param.ty, story.inputs.get(param.name.as_str())?).ok()?;
        Some((crate::ir::LocalId(number as u32), value))
    });
    let names: Locals = given.collect();
    let constants = Constants::new(program);
    let evaluator = Evaluator::new(program, &constants);
    let goals = plan.goals.iter().filter_map(|goal| evaluator.evaluate(goal, &names, &Answers::new()).ok());
    goals.map(|goal| said(&goal)).collect()
}

fn said(value: &Value) -> String {
    value.to_string()
}

fn find(known: &Known, typed: &str) -> Result<Address, Failure> {
    if let Some(address) = known.story.address(typed) {
        return Ok(address);
    }
    Err(no_part(&known.info.id, typed, known.story.parts.keys()))
}

/// A run has no part of that name among these.
pub fn no_part<'a>(run: &RunId, typed: &str, parts: impl Iterator<Item = &'a Address>) -> Failure {
    let failure = Failure::usage(format!("run `{run}` has no part `{typed}`"));
    let names: Vec<String> = parts.map(ToString::to_string).collect();
    match nearest(typed, names.iter().map(String::as_str)) {
        Some(close) => failure.help(format!("did you mean `{close}`?")),
        None => failure.help(format!("`orch show {run}` lists its parts")),
    }
}
