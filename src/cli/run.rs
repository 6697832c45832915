//! `orch run`: starts a plan and drives it to its end.

use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use serde_json::{Map, Value as Json};

use super::{
    compile,
    drive::{Driving, drive, tell_of_unset},
    exit::Exit,
    failure::Failure,
    files,
    global::Global,
    inputs::{Given, inputs, signature},
    known,
    story::Story,
    stream::{self, How},
};
use crate::diagnostic::suggest::nearest;
use crate::{
    ir::{ModuleId, Plan, Program},
    machine::{Beginning, MAX_DEPTH, USUAL_DEPTH},
    run::{Runner, Start, runner::Started},
};

/// Run a plan.
#[derive(Args, Debug)]
pub struct Run {
    /// The root file of the program
    file: PathBuf,
    /// The plan; may be left out if the file has only one
    plan: Option<String>,
    /// An argument of the plan: a number, a text, a duration as in the language, else JSON; or from a file
    #[arg(long, value_name = "NAME=VALUE | NAME=@FILE.json")]
    set: Vec<String>,
    /// Arguments of the plan: the fields of a JSON object
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    /// How deep its plans may run each other
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(MAX_DEPTH)))]
    #[arg(default_value_t = USUAL_DEPTH)]
    deepest: u32,
    #[command(flatten)]
    driving: Driving,
}

impl Run {
    /// Checks everything before anything is started.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let given = Given { set: self.set, input: self.input };
        go(&self.file, self.plan.as_deref(), |plan| inputs(plan, &given), self.deepest, self.driving, global)
    }
}

/// Runs a plan of a file with what it is given, to its end.
pub(super) fn go(
    file: &Path,
    plan: Option<&str>,
    given: impl FnOnce(&Beginning<'_>) -> Result<Map<String, Json>, Failure>,
    deepest: u32,
    driving: Driving,
    global: &Global,
) -> Result<Exit, Failure> {
    let (program, texts, sources) = compile::to_run(file, &global.terminal)?;
    let plan = choose(&program, plan)?;
    compile::can_be_run(&program, plan, &texts, &global.terminal)?;
    let inputs = given(&Beginning::of(&program, plan))?;
    let start = Start::of(&program, sources, plan, inputs);
    let start = start.map_err(|unfit| Failure::usage(unfit.to_string()))?.deepest(deepest);
    let folder = global.folder()?;
    let runner = Runner::open(folder.clone())?;
    let run = match runner.create_once(start)? {
        Started::New(run) => *run,
        Started::Known(info, otherwise) => return known::go_on(&runner, &info, &otherwise, driving, global),
    };
    let style = global.terminal.notes;
    let database = folder.database();
    global.terminal.note(format_args!(
        "run {} · {} · {}",
        style.bold(&run.info().id),
        plan.name,
        files::from_here(&database)
    ));
    stream::begin(run.info(), How::Started, &folder, driving.lines.form(), &global.terminal)?;
    tell_of_unset(&run.unset_secrets(), &global.terminal);
    drive(&runner, run, Story::of(texts), driving, &global.terminal)
}

/// The plan of the root file that is meant.
pub(super) fn choose<'p>(program: &'p Program, typed: Option<&str>) -> Result<&'p Plan, Failure> {
    let plans: Vec<&Plan> = program.plans.iter().filter(|plan| plan.module == ModuleId(0)).collect();
    match (typed, plans.as_slice()) {
        (None, [only]) => Ok(only),
        (None, []) => Err(Failure::usage("this file has no plan, so there is nothing to run")),
        (None, several) => Err(listed(Failure::usage("this file has several plans: say which"), several)),
        (Some(name), plans) => plans.iter().find(|plan| plan.name == name).copied().ok_or_else(|| {
            let failure = Failure::usage(format!("there is no plan `{name}` in this file"));
            match nearest(name, plans.iter().map(|plan| plan.name.as_str())) {
                Some(close) => failure.help(format!("did you mean `{close}`?")),
                None => listed(failure, plans),
            }
        }),
    }
}

fn listed(failure: Failure, plans: &[&Plan]) -> Failure {
    plans.iter().fold(failure, |failure, plan| failure.help(signature(plan)))
}
