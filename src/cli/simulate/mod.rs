//! `orch simulate`: a run in a world that is made up, on a clock that jumps from one happening to the next.

mod document;
mod page;
pub(super) mod scenario;

use std::{path::PathBuf, sync::Arc};

use clap::{Args, value_parser};
use serde_json::{Map, Value as Json};

use super::{
    exit::Exit,
    failure::Failure,
    global::Global,
    inputs::{Given, inputs_made_up},
    plan::one_plan,
    terminal::text::one_line,
};
use crate::{
    ir::{ModuleId, Plan, Program, Test, json::to_json},
    machine::{Beginning, Ending, Input, MAX_DEPTH, Machine, Status, USUAL_DEPTH},
    simulate::{
        Completed, Halt, NotGiven, Simulation, World, generate,
        test::{Scripted, Suite},
    },
    source::{Sources, Span},
};
use scenario::{Compiled, Scenario};

/// How much may happen in a run before it counts as one without an end.
const LIMIT: u32 = 2_000_000;

/// Run a plan in a world that is made up: nothing outside is touched, and weeks pass in milliseconds.
#[derive(Args, Debug)]
pub struct Simulate {
    /// The root file of the program
    file: PathBuf,
    /// The plan; may be left out if the file has only one, or with `--test`
    plan: Option<String>,
    /// An argument of the plan, as for `orch run`; what is not given is made up
    #[arg(long, value_name = "NAME=VALUE | NAME=@FILE.json")]
    set: Vec<String>,
    /// Arguments of the plan: the fields of a JSON object
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    #[command(flatten)]
    scenario: Scenario,
    /// What is not given is made up from this number
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How deep its plans may run each other
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(MAX_DEPTH)))]
    #[arg(default_value_t = USUAL_DEPTH)]
    deepest: u32,
    /// Make nothing up: what is neither given nor has the usual end of a test stops the run
    #[arg(long)]
    strict: bool,
    /// As one JSON document, with the journal
    #[arg(long)]
    json: bool,
}

/// A simulated run that stands still.
struct Simulated<'a> {
    program: &'a Program,
    plan: &'a Plan,
    inputs: &'a Map<String, Json>,
    /// The inputs that were made up.
    inputs_made_up: Vec<String>,
    /// The questions whose answers were made up, by number.
    answers_made_up: Vec<u32>,
    /// What is given and was never asked for, as it is written.
    unused: Vec<String>,
    halt: Halt,
}

impl Simulate {
    /// Simulates, and shows what happened.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let Compiled { program, sources } = scenario::program(&self.file, &global.terminal)?;
        if let Some(name) = &self.scenario.test {
            let test = named(&program, name)?;
            return self.simulated(&program, &sources, test, None, global);
        }
        let (_, plan) = one_plan(&program, self.plan.as_deref())?;
        let given = Given { set: self.set.clone(), input: self.input.clone() };
        let make_up = |input: &Input<'_>| to_json(&generate(input.ty, self.seed, input.name));
        let (inputs, made_up) = inputs_made_up(&Beginning::of(&program, plan), &given, make_up)?;
        if self.strict && !made_up.is_empty() {
            return Err(Failure::usage(format!("with `--strict`, give {}", made_up.join(", ")))
                .help("--set NAME=VALUE gives an argument"));
        }
        let Compiled { program, sources } = self.scenario.with(&self.file, &program, plan, &inputs)?;
        let test = scenario::test(&program)?;
        self.simulated(&program, &sources, test, Some((inputs, made_up)), global)
    }

    /// The run of a test, whatever it expects of it.
    fn simulated(
        &self,
        program: &Arc<Program>,
        sources: &Sources,
        test: &Test,
        inputs: Option<(Map<String, Json>, Vec<String>)>,
        global: &Global,
    ) -> Result<Exit, Failure> {
        let plan = scenario::plan_of(program, test)?;
        let (inputs, inputs_made_up) = inputs.map_or((None, Vec::new()), |(inputs, names)| (Some(inputs), names));
        let suite = Suite::new(Arc::clone(program)).deepest(self.deepest);
        let name = plan.name.clone();
        let completed = |given: Scripted| Completed::new(given, self.seed, Arc::clone(program), &name);
        let mut run = Simulated {
            program,
            plan,
            inputs: &Map::new(),
            inputs_made_up,
            answers_made_up: Vec::new(),
            unused: Vec::new(),
            halt: Halt::Limit,
        };
        let written = |spans: Vec<Span>| spans.into_iter().map(|span| one_line(sources.text(span))).collect();
        if self.strict {
            let mut simulation = begun(&suite, sources, test, inputs.clone(), |given| given)?;
            run.halt = simulation.run(LIMIT);
            run.unused = written(simulation.world().unused());
            return self.shown(run, &simulation, global);
        }
        let mut simulation = begun(&suite, sources, test, inputs.clone(), completed)?;
        run.halt = simulation.run(LIMIT);
        run.answers_made_up = simulation.world().made_up().to_vec();
        run.unused = written(simulation.world().unused());
        self.shown(run, &simulation, global)
    }

    fn shown<W: World>(
        &self,
        run: Simulated<'_>,
        simulation: &Simulation<W>,
        global: &Global,
    ) -> Result<Exit, Failure> {
        let inputs = page::inputs_of(simulation);
        let run = Simulated { inputs: &inputs, ..run };
        let terminal = &global.terminal;
        if self.json {
            terminal.data(format_args!("{:#}", document::document(&run, simulation)))?;
        } else {
            page::lines(&run, simulation, terminal.data).into_iter().try_for_each(|line| terminal.data(line))?;
        }
        match simulation.stopped() {
            Some(missing) => Err(not_given(missing)),
            None => Ok(exit(simulation.machine())),
        }
    }
}

fn begun<W: World>(
    suite: &Suite,
    sources: &Sources,
    test: &Test,
    inputs: Option<Map<String, Json>>,
    world: impl FnOnce(Scripted) -> W,
) -> Result<Simulation<W>, Failure> {
    suite.begin(test, inputs, world).map_err(|failure| {
        let why = match failure.what {
            crate::simulate::test::What::Broken(reason) => reason,
            other => format!("{other:?}"),
        };
        Failure::usage(format!("what is given can't be used: {why}"))
            .help(format!("at `{}`", sources.text(failure.span)))
    })
}

/// As of `orch run`.
fn exit(machine: &Machine) -> Exit {
    match machine.status() {
        Status::Ended(Ending::Completed, _) => Exit::Done,
        Status::Ended(Ending::Compensated, _) => Exit::Undone,
        Status::Ended(Ending::Halted, _) => Exit::Halted,
        Status::Ended(Ending::Partial, _) => Exit::Partial,
        Status::Ended(Ending::Killed, _) => Exit::Killed,
        Status::New | Status::Running | Status::Waiting | Status::Paused | Status::Unwinding | Status::Stuck => {
            Exit::Stuck
        }
    }
}

/// The test of the root file that is meant.
fn named<'p>(program: &'p Program, name: &str) -> Result<&'p Test, Failure> {
    let tests: Vec<&Test> = program.tests.iter().filter(|test| test.module == ModuleId(0)).collect();
    let exact = tests.iter().copied().find(|test| test.name == name);
    let containing: Vec<&Test> = tests.iter().copied().filter(|test| test.name.contains(name)).collect();
    match (exact, containing.as_slice()) {
        (Some(test), _) => Ok(test),
        (None, [test]) => Ok(*test),
        (None, found) => {
            let many = if found.is_empty() { "there is no test" } else { "there are several tests" };
            let failure = Failure::usage(format!("{many} `{name}` in this file"));
            Err(tests.iter().fold(failure, |failure, test| failure.help(format!("--test \"{}\"", test.name))))
        }
    }
}

/// Something was asked that nothing is given for.
fn not_given(missing: &NotGiven) -> Failure {
    let at = if missing.address.is_root() { String::new() } else { format!(" (at `{}`)", missing.address) };
    let failure = Failure::usage(format!("{}{at}", missing.reason));
    match &missing.given {
        Some(given) => failure.help(format!("--given '{}'", given.trim_start_matches("given ").trim())),
        None => failure,
    }
}
