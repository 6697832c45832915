//! `orch explore`: every way a plan can go, with every fault.

mod document;
mod page;

use std::{path::PathBuf, sync::Arc, thread, time::Instant};

use clap::Args;
use serde_json::{Map, Value as Json};

use super::{
    compile,
    exit::Exit,
    failure::Failure,
    global::Global,
    inputs::{Given, inputs_made_up},
    moment::duration,
    plan::one_plan,
    simulate::scenario::{Compiled, arguments, compiled},
};
#[cfg(feature = "repl")]
use crate::cli::terminal::Style;
use crate::{
    explore::{Exploration, Finding, Path, Report, Settings, Stated, Walked, When, findings::Kind},
    ir::{Plan, Program, json::to_json},
    machine::Beginning,
    simulate::{generate, test::Suite},
    source::Sources,
};

/// Try every way a plan can go: each decision, each failure, each crash. Nothing outside is touched.
#[derive(Args, Debug)]
pub struct Explore {
    /// The root file of the program
    file: PathBuf,
    /// The plan; may be left out if the file has only one
    plan: Option<String>,
    /// An argument of the plan, as for `orch run`; what is not given is made up
    #[arg(long, value_name = "NAME=VALUE | NAME=@FILE.json")]
    set: Vec<String>,
    /// Arguments of the plan: the fields of a JSON object
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    /// How many faults may come together on the way forward; as many more may on the way back
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=4))]
    faults: u32,
    /// How many paths are walked at most
    #[arg(long, value_name = "N", default_value_t = Settings::default().limit, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// What values are made up from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many paths are walked at once; as many as there are processors, if not said
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// What must hold at no moment of any path, in the words of a test: `'"hold" in undone and not ("sale" in done)'`
    #[arg(long, value_name = "CONDITION")]
    never: Vec<String>,
    /// What must hold at every moment of every path
    #[arg(long, value_name = "CONDITION")]
    always: Vec<String>,
    /// What must hold at the end of every path
    #[arg(long, value_name = "CONDITION")]
    eventually: Vec<String>,
    /// Say of each finding how it comes about and what can be done, also of those that need a second fault
    #[arg(long)]
    all: bool,
    /// Show the run that comes to each finding that is told of as a whole
    #[arg(long)]
    trace: bool,
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What was explored, and what was found.
struct Explored<'a> {
    sources: &'a Sources,
    plan: &'a str,
    settings: Settings,
    made_up: Vec<String>,
    report: Report,
    /// What must hold, as it was said.
    stated: Vec<String>,
    /// What is asked for the runs of findings, if they are to be shown.
    runs: Option<&'a Exploration>,
}

impl Explore {
    /// What must hold.
    fn properties(&self) -> Vec<Said> {
        let never =
            self.never.iter().map(|text| (format!("never {text}"), When::Always, format!("expect not ({text})")));
        let always = self.always.iter().map(|text| (format!("always {text}"), When::Always, format!("expect {text}")));
        let eventually = self
            .eventually
            .iter()
            .map(|text| (format!("eventually {text}"), When::Eventually, format!("expect {text}")));
        never.chain(always).chain(eventually).collect()
    }

    /// Explores, and says what was found.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let terminal = &global.terminal;
        let (program, sources, _) = compile::checked(&self.file, "was not explored", terminal)?;
        let (_, plan) = one_plan(&program, self.plan.as_deref())?;
        let name = plan.name.clone();
        let given = Given { set: self.set.clone(), input: self.input.clone() };
        let make_up = |input: &crate::machine::Input<'_>| to_json(&generate(input.ty, self.seed, input.name));
        let (inputs, made_up) = inputs_made_up(&Beginning::of(&program, plan), &given, make_up)?;
        let properties = self.properties();
        let said = properties.iter().map(|(text, _, _)| text.clone()).collect();
        let (program, sources, stated) = stated(&self.file, &program, sources, plan, &inputs, properties)?;
        let settings = Settings { faults: self.faults, limit: self.limit, seed: self.seed, ..Settings::default() };
        let exploration = Exploration::new(Arc::clone(&program), &name, &inputs, settings, stated);
        let exploration = exploration.map_err(|unfit| Failure::usage(unfit.to_string()))?;
        let jobs = self.jobs.map_or_else(processors, usize::from);
        let began = Instant::now();
        let exploration = explored(exploration, jobs);
        let took = i64::try_from(began.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let (report, runs) = (exploration.report(), self.trace.then_some(&exploration));
        let explored = Explored { sources: &sources, plan: &plan.name, settings, made_up, report, stated: said, runs };
        if self.json {
            terminal.data(format_args!("{:#}", document::document(&explored)))?;
        } else {
            page::lines(&explored, self.all, terminal.data).into_iter().try_for_each(|line| terminal.data(line))?;
            terminal.note(terminal.notes.dim(format!("explored in {}", duration(took))));
        }
        Ok(if explored.is_clean() { Exit::Done } else { Exit::Found })
    }
}

/// What exploring a plan finds, for people; what it needs and is not given is made up.
#[cfg(feature = "repl")]
pub fn found(
    program: &Arc<Program>,
    sources: &Sources,
    plan: &crate::ir::Plan,
    inputs: &Map<String, Json>,
    style: Style,
) -> Result<String, Failure> {
    let settings = Settings::default();
    let beginning = Beginning::of(program, plan);
    let missing = beginning.inputs().into_iter().filter(|input| !inputs.contains_key(input.name.as_str()));
    let missing: Vec<_> = missing.filter(|input| input.default.is_none()).collect();
    let made_up: Vec<String> = missing.iter().map(|input| input.name.to_string()).collect();
    let values =
        missing.iter().map(|input| (input.name.to_string(), to_json(&generate(input.ty, settings.seed, input.name))));
    let inputs: Map<String, Json> = inputs.clone().into_iter().chain(values).collect();
    let complete = beginning.complete(&inputs).map_err(|unfit| Failure::usage(unfit.to_string()))?;
    let exploration = Exploration::new(Arc::clone(program), &plan.name, &complete, settings, Vec::new());
    let exploration = exploration.map_err(|unfit| Failure::usage(unfit.to_string()))?;
    let report = explored(exploration, processors()).report();
    let explored = Explored { sources, plan: &plan.name, settings, made_up, report, stated: Vec::new(), runs: None };
    Ok(page::lines(&explored, false, style).join("\n"))
}

impl Explored<'_> {
    /// What was said to hold, and was found to.
    fn kept(&self) -> impl Iterator<Item = &String> {
        let is_broken = |text: &String| {
            self.report.findings.iter().any(|finding| finding.kind == Kind::Broken && finding.reason == *text)
        };
        self.stated.iter().filter(move |text| !is_broken(text))
    }

    /// Whether one fault alone never needs a person and leaves nothing, and all that must hold does.
    fn is_clean(&self) -> bool {
        !self.report.findings.iter().any(is_grave)
    }
}

/// Whether one fault is enough for it, or it was said never to be.
fn is_grave(finding: &Finding) -> bool {
    finding.faults() < 2 || finding.kind == Kind::Broken
}

/// Something that must hold: how it was said, when it must, and as an expectation.
type Said = (String, When, String);

/// What must hold, read and checked as the expectation of a test of the plan.
fn stated(
    file: &std::path::Path,
    program: &Arc<Program>,
    sources: Sources,
    plan: &Plan,
    inputs: &Map<String, Json>,
    said: Vec<Said>,
) -> Result<(Arc<Program>, Sources, Vec<Stated>), Failure> {
    if said.is_empty() {
        return Ok((Arc::clone(program), sources, Vec::new()));
    }
    let call = format!("run {}({})", plan.name, arguments(plan, program, inputs).join(", "));
    let test = |(text, _, expect): &Said| (text.clone(), vec![call.clone(), expect.clone()]);
    let Compiled { program, sources } = compiled(file, &said.iter().map(test).collect::<Vec<_>>())?;
    let suite = Suite::new(Arc::clone(&program));
    // They stand behind all others, in the order given.
    let tests: Vec<_> = suite.tests().collect();
    let own = tests.iter().skip(tests.len().saturating_sub(said.len()));
    let stated = said.into_iter().zip(own).map(|((text, when, _), test)| {
        let property = suite.property(test);
        let property = property.map_err(|_| Failure::usage(format!("`{text}` can't be computed")))?;
        Ok(Stated { text, when, property })
    });
    let stated = stated.collect::<Result<Vec<_>, Failure>>()?;
    Ok((program, sources, stated))
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Walks until all is walked.
fn explored(mut exploration: Exploration, jobs: usize) -> Exploration {
    loop {
        let batch = exploration.batch();
        if batch.is_empty() {
            return exploration;
        }
        let walked = walked(batch, &exploration, jobs);
        exploration.take(walked);
    }
}

/// Walks the paths of a batch, so many at once; what was found, in the order of the batch.
fn walked(batch: Vec<Path>, exploration: &Exploration, jobs: usize) -> Vec<Walked> {
    let walk = |path: Path| path.walk(exploration.seen(), exploration.settings());
    let jobs = jobs.min(batch.len());
    if jobs < 2 {
        return batch.into_iter().map(walk).collect();
    }
    let mut shares: Vec<Vec<(usize, Path)>> = (0..jobs).map(|_| Vec::new()).collect();
    batch.into_iter().enumerate().for_each(|(place, path)| shares[place % jobs].push((place, path)));
    let mut found: Vec<(usize, Walked)> = thread::scope(|scope| {
        let walking = |share: Vec<(usize, Path)>| {
            scope.spawn(move || share.into_iter().map(|(place, path)| (place, walk(path))).collect::<Vec<_>>())
        };
        let walking: Vec<_> = shares.into_iter().map(walking).collect();
        // Who panics has said so, and the command ends with it.
        walking.into_iter().flat_map(|walking| walking.join().unwrap_or_default()).collect()
    });
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, walked)| walked).collect()
}
