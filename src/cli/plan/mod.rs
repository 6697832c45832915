//! `orch plan`: what a plan would do, when, and what if not; nothing is run.

mod chosen;
mod drawings;
mod fail_at;
mod flow;
mod html;
mod json;
mod live;
mod names;
pub mod sentence;
pub mod text;
mod timeline_text;

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{compile, exit::Exit, failure::Failure, files, global::Global, inputs, run::choose};
use crate::{
    ir::{ModuleId, PlanId, Program, Statement, StatementKind, json::from_json},
    machine::Beginning,
    plan::{
        Alternative, Given, Outline, Summary, Timeline, Trials, alternatives,
        undo::{FailurePoints, failure_points},
    },
    source::Sources,
};

/// Show what a plan would do, when, and what if something fails; nothing is run.
#[derive(Args, Debug)]
pub struct Plan {
    /// The root file of the program
    file: PathBuf,
    /// The plan; may be left out if there is one that no other plan of the file runs
    plan: Option<String>,
    /// An argument of the plan, as for `orch run`; what is not given is left open
    #[arg(long, value_name = "NAME=VALUE | NAME=@FILE.json")]
    set: Vec<String>,
    /// Arguments of the plan: the fields of a JSON object
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    /// Go by an option where it is not known which is chosen
    #[arg(long, value_name = "DECISION=OPTION")]
    choose: Vec<String>,
    /// How many trials tell how sure the time is, up to ten million
    #[arg(long, value_name = "NUMBER", default_value_t = Trials::default().count, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    trials: u32,
    /// Draw other trials
    #[arg(long, value_name = "NUMBER", default_value_t = Trials::default().seed)]
    seed: u64,
    /// Make the looks that the plan would make before it does anything, and never an action
    #[arg(long)]
    live: bool,
    /// Show what would be undone if this part fails, as the machine would do it
    #[arg(long, value_name = "ADDRESS")]
    fail_at: Option<String>,
    /// In which form
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// A flowchart of Mermaid
    Mermaid,
    /// A graph of Graphviz
    Dot,
    /// A Gantt chart of Mermaid
    Gantt,
    /// One page that opens anywhere
    Html,
}

/// Everything that is shown of a plan.
#[derive(Debug)]
pub struct Preview {
    /// The root file, as it was typed.
    pub file: String,
    /// What it would do.
    pub outline: Outline,
    /// When.
    pub timeline: Timeline,
    /// What options that may be taken make of the time.
    pub alternatives: Vec<Alternative>,
    /// What is undone if something fails.
    pub failures: Vec<FailurePoints>,
    /// What it comes to.
    pub summary: Summary,
}

impl Plan {
    /// Checks the program and shows the plan.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let (program, sources, kept) = compile::checked(&self.file, "was not planned", &global.terminal)?;
        let (number, plan) = one_plan(&program, self.plan.as_deref())?;
        let mut given = self.given(&program, plan)?;
        if self.live {
            live::ask(&program, &sources, &kept, number, &mut given, &global.terminal)?;
        }
        let preview = self.preview(&program, &sources, number, &given)?;
        if let Some(address) = &self.fail_at {
            return self.show_failure(&fail_at::way(&program, plan, &preview, &given, address)?, global);
        }
        let shown = match self.format {
            Form::Text => text::text(&preview, global.terminal.data),
            Form::Json => json::json(&preview, &sources),
            Form::Mermaid => drawings::mermaid(&preview),
            Form::Dot => drawings::dot(&preview),
            Form::Gantt => drawings::gantt(&preview),
            Form::Html => html::html(&preview),
        };
        global.terminal.data(shown)?;
        Ok(Exit::Done)
    }

    fn show_failure(&self, way: &fail_at::Way, global: &Global) -> Result<Exit, Failure> {
        let shown = match self.format {
            Form::Text => way.text(global.terminal.data),
            Form::Json => format!("{:#}", way.json()),
            Form::Mermaid | Form::Dot | Form::Gantt | Form::Html => {
                return Err(Failure::usage("`--fail-at` is shown as `--format text` or `json`"));
            }
        };
        global.terminal.data(shown)?;
        Ok(Exit::Done)
    }

    fn given(&self, program: &Program, plan: &crate::ir::Plan) -> Result<Given, Failure> {
        let beginning = Beginning::of(program, plan);
        let typed = inputs::Given { set: self.set.clone(), input: self.input.clone() };
        let typed = inputs::typed(&beginning, &typed)?;
        let mut given = Given { chosen: chosen::typed(&self.choose)?, ..Given::default() };
        for input in beginning.inputs() {
            if let Some(json) = typed.get(input.name.as_str()) {
                let value = from_json(input.ty, json).map_err(|mismatch| Failure::usage(mismatch.to_string()))?;
                given.inputs.insert(input.name.clone(), value);
            }
        }
        Ok(given)
    }

    fn preview(&self, program: &Program, sources: &Sources, number: PlanId, given: &Given) -> Result<Preview, Failure> {
        let file = files::from_here(&self.file);
        let preview =
            Preview::of((program, sources), number, given, file, Trials { count: self.trials, seed: self.seed });
        chosen::are_there(&preview.outline, given)?;
        Ok(preview)
    }
}

impl Preview {
    /// Of a plan, by number, with what is known of it.
    pub fn of(
        (program, sources): (&Program, &Sources),
        plan: PlanId,
        given: &Given,
        file: String,
        trials: Trials,
    ) -> Preview {
        let outline = Outline::of(program, sources, plan, given);
        let timeline = Timeline::of(&outline, trials);
        let alternatives = alternatives(&outline, program, sources, plan, given, trials);
        let (summary, failures) = (Summary::of(&outline), failure_points(&outline.parts));
        Preview { file, outline, timeline, alternatives, failures, summary }
    }

    /// Of a plan that is known by what it is given: as text, its times alone, or as a flowchart of Mermaid.
    #[cfg(feature = "repl")]
    pub fn shown(&self, view: View, style: super::terminal::Style) -> String {
        match view {
            View::Plan => text::text(self, style),
            View::Timeline => match timeline_text::lines(self, style) {
                lines if lines.is_empty() => "nobody says how long any of it takes".to_owned(),
                lines => lines.join("\n").trim_start().to_owned(),
            },
            View::Graph => drawings::mermaid(self),
        }
    }
}

/// A part of what is shown of a plan.
#[cfg(feature = "repl")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What it would do
    Plan,
    /// When
    Timeline,
    /// As a graph
    Graph,
}

/// The plan that is meant, by number: the one that was typed, or the only one that no other runs.
pub fn one_plan<'p>(program: &'p Program, typed: Option<&str>) -> Result<(PlanId, &'p crate::ir::Plan), Failure> {
    let plan = match (typed, outermost(program)) {
        (None, Some(only)) => only,
        (typed, _) => choose(program, typed)?,
    };
    let number = program.plan(&plan.name);
    number.map(|number| (number, plan)).ok_or_else(|| Failure::usage(format!("there is no plan `{}`", plan.name)))
}

/// The one plan of the root file that no other plan runs, if there is just one.
fn outermost(program: &Program) -> Option<&crate::ir::Plan> {
    let run: BTreeSet<PlanId> = program.blocks.iter().flat_map(|block| &block.statements).filter_map(run_by).collect();
    let plans = program
        .plans
        .iter()
        .zip(0..)
        .filter(|(plan, number)| plan.module == ModuleId(0) && !run.contains(&PlanId(*number)));
    let mut plans = plans.map(|(plan, _)| plan);
    plans.next().filter(|_| plans.next().is_none())
}

fn run_by(statement: &Statement) -> Option<PlanId> {
    if let StatementKind::Run(run) = &statement.kind { Some(run.plan) } else { None }
}
