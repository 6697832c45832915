//! `orch explore`: every way a plan can go, with every fault.

mod document;
mod page;
mod said;

use std::{path::PathBuf, sync::Arc, thread, time::Instant};

use clap::{Args, value_parser};
use serde_json::{Map, Value as Json};

use super::{
    compile,
    exit::Exit,
    failure::Failure,
    global::Global,
    inputs::{Given, inputs_made_up},
    moment::duration,
    plan::one_plan,
    simulate::scenario,
};
#[cfg(feature = "repl")]
use crate::cli::terminal::Style;
use crate::{
    explore::{Exploration, Finding, Path, Report, Settings, Terms, Walked, When, findings::Kind},
    ir::{Program, json::to_json},
    machine::{Beginning, MAX_DEPTH, USUAL_DEPTH},
    simulate::generate,
    source::{Sources, Span},
};
use page::Told;
use said::{Property, Read, Said};

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
    /// What is answered, as behind `given` in a test; that it goes wrong is tried all the same
    #[arg(long, value_name = "LINE")]
    given: Vec<String>,
    /// A file with lines of a test: `given in_stock(_) returns 3`
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// How many faults may come together on the way forward; as many more may on the way back
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=4))]
    faults: u32,
    /// How many paths are walked at most
    #[arg(long, value_name = "N", default_value_t = Settings::default().limit, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// How deep its plans may run each other
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=i64::from(MAX_DEPTH)))]
    #[arg(default_value_t = USUAL_DEPTH)]
    deepest: u32,
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
    fn properties(&self) -> Vec<Property> {
        let property = |word: &'static str, when: When, expect: fn(&str) -> String| {
            move |text: &String| Property { text: format!("{word} {text}"), when, expectation: expect(text) }
        };
        let holds: fn(&str) -> String = |text| format!("expect {text}");
        let never = self.never.iter().map(property("never", When::Always, |text| format!("expect not ({text})")));
        let always = self.always.iter().map(property("always", When::Always, holds));
        let eventually = self.eventually.iter().map(property("eventually", When::Eventually, holds));
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
        let said =
            Said { properties: self.properties(), given: scenario::given(self.scenario.as_deref(), &self.given)? };
        let stated = said.properties.iter().map(|property| property.text.clone()).collect();
        let read = Read { program, sources, terms: Terms::default() };
        let Read { program, sources, terms } = said.read(&self.file, read, &name, &inputs, self.seed)?;
        let settings = Settings {
            faults: self.faults,
            limit: self.limit,
            seed: self.seed,
            deepest: self.deepest,
            ..Settings::default()
        };
        let exploration = Exploration::new(Arc::clone(&program), &name, &inputs, settings, terms);
        let exploration = exploration.map_err(|unfit| Failure::usage(unfit.to_string()))?;
        let jobs = self.jobs.map_or_else(processors, usize::from);
        let began = Instant::now();
        let exploration = explored(exploration, jobs);
        let took = i64::try_from(began.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let (report, runs) = (exploration.report(), self.trace.then_some(&exploration));
        if let Some(unusable) = &report.unusable {
            return Err(Failure::usage(format!("what is given can't be used: {}", unusable.reason))
                .help(format!("at `{}`", unusable.address)));
        }
        let explored = Explored { sources: &sources, plan: &name, settings, made_up, report, stated, runs };
        if self.json {
            terminal.data(format_args!("{:#}", document::document(&explored)))?;
        } else {
            let told = if self.all { Told::All } else { Told::Most(Some("--all")) };
            page::lines(&explored, told, terminal.data).into_iter().try_for_each(|line| terminal.data(line))?;
            terminal.note(terminal.notes.dim(format!("explored in {}", duration(took))));
        }
        Ok(if explored.is_clean() { Exit::Done } else { Exit::Found })
    }
}

/// What exploring a plan finds, for people; what it needs and is not given is made up. `command` tells more of it.
#[cfg(feature = "repl")]
pub fn found(
    program: &Arc<Program>,
    sources: &Sources,
    plan: &crate::ir::Plan,
    inputs: &Map<String, Json>,
    command: Option<&str>,
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
    let exploration = Exploration::new(Arc::clone(program), &plan.name, &complete, settings, Terms::default());
    let exploration = exploration.map_err(|unfit| Failure::usage(unfit.to_string()))?;
    let report = explored(exploration, processors()).report();
    let explored = Explored { sources, plan: &plan.name, settings, made_up, report, stated: Vec::new(), runs: None };
    Ok(page::lines(&explored, Told::Most(command), style).join("\n"))
}

impl Explored<'_> {
    /// What is given and no path asked for, as it is written.
    fn unused(&self) -> impl Iterator<Item = String> {
        let written = |span: &Span| self.sources.text(*span).split_whitespace().collect::<Vec<_>>().join(" ");
        self.report.unused.iter().map(written)
    }

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
