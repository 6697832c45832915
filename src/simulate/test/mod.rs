//! The `test` blocks of a program: each runs a plan in a world of its own and says what must have come of it.
//!
//! What is given answers calls and parts of the plan; the rest has its usual end, or the test fails by its name. A test
//! `under every fault` is run again with each thing going wrong that can, and must hold each time.

mod coverage;
mod expect;
mod given;
mod givens;
mod known;
mod property;
mod request;
mod script;
mod scripted;
mod under;
mod usual;

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

pub use coverage::{Coverage, Covered, Part};
pub use given::{Given, PartKind};
pub use givens::{Givens, UsedUp};
pub use property::Property;
pub use scripted::Scripted;
pub use usual::needs_nothing;

use super::{Faulty, Halt, NotGiven, Path, Question, Simulation, World};
use crate::{
    evaluate::Constants,
    ir::{BinaryOp, ModuleId, Plan, Program, Test, Value, json::to_json, test::Under},
    machine::{Machine, Record, Wait, Word},
    source::Span,
};
use given::Subject;
use script::{Computer, Run, Said, Script, When};

/// How much may happen in a run before it counts as one without end.
const LIMIT: u32 = 2_000_000;

/// The tests of a program.
#[derive(Clone, Debug)]
pub struct Suite {
    computer: Computer,
    machine: Machine,
    coverage: Arc<Coverage>,
    deepest: Option<u32>,
}

/// How a test went.
#[derive(Clone, Debug)]
pub struct Report {
    /// What does not hold; nothing, if it passed.
    pub failures: Vec<Failure>,
    /// How often the plan was run.
    pub runs: u32,
    /// What went wrong in the run that failed, where each run has something go wrong.
    pub faults: Vec<(Arc<Question>, super::Fault)>,
    /// The journal of that run, or of the one without faults.
    pub records: Vec<Arc<Record>>,
    /// How long that run took, in nanoseconds of virtual time.
    pub elapsed: i64,
    /// What is given and that run never asked for, by where it stands.
    pub unused: Vec<Span>,
}

impl Report {
    /// Whether all that is expected came to be.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Where it stands in the test.
    pub span: Span,
    /// What.
    pub what: What,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A condition
    Expected {
        /// What it compares.
        sides: Option<Sides>,
        /// The names that it mentions, with their values; what the run has not, has none.
        names: Vec<(SmolStr, Option<Value>)>,
        /// Why it can't be computed.
        why: Option<String>,
    },
    /// How often something was called
    Called {
        /// How often it should have been; at least once, without.
        wanted: Option<i64>,
        /// How often it was.
        times: i64,
        /// All calls of the same thing, with whatever arguments, and whether each is one that is counted.
        calls: Vec<(String, bool)>,
    },
    /// Something was asked that nothing is given for
    NotGiven(Box<NotGiven>),
    /// What was given for the run to hear was refused
    Refused {
        /// What.
        word: Box<Word>,
        /// Why.
        reason: String,
    },
    /// The run waits for what never comes
    Waits(Vec<Wait>),
    /// The run has no end
    Endless,
    /// What the test says can't be computed
    Broken(String),
}

/// Both sides of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    /// What stands left: what came of the run.
    pub actual: Value,
    /// How they should compare.
    pub op: BinaryOp,
    /// What stands right: what is expected.
    pub expected: Value,
}

/// Something that the test says and that can't be made use of.
#[derive(Clone, Debug)]
struct Broken {
    span: Span,
    reason: String,
}

impl Failure {
    fn broken(broken: Broken) -> Failure {
        Failure { span: broken.span, what: What::Broken(broken.reason) }
    }
}

impl Suite {
    /// A run of the program that has not begun.
    pub fn fresh(&self) -> &Machine {
        &self.machine
    }

    /// All tests of a program.
    pub fn new(program: Arc<Program>) -> Suite {
        let constants = Arc::new(Constants::new(&program));
        let (machine, coverage) = (Machine::new(Arc::clone(&program)), Arc::new(Coverage::new(&program)));
        Suite { machine, computer: Computer { program, constants }, coverage, deepest: None }
    }

    /// Lets plans run each other so deep; as deep as a run does that nobody told otherwise, without.
    pub fn deepest(self, deepest: u32) -> Suite {
        Suite { deepest: Some(deepest), ..self }
    }

    /// The tests of its root file, in the order written.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.computer.program.tests.iter().filter(|test| test.module == ModuleId(0))
    }

    /// What the tests that were run have come through, and what they have not, in all plans of the program, file by file.
    pub fn coverage(&self) -> Vec<Covered> {
        self.coverage.all(&self.computer.program)
    }

    /// What a test gives, in the order written.
    ///
    /// # Errors
    /// The test says what can't be computed.
    pub fn givens(&self, test: &Test) -> Result<Vec<Arc<Given>>, Box<Failure>> {
        let script = Script::of(self.computer.clone(), test).map_err(|broken| Box::new(Failure::broken(broken)))?;
        Ok(script.givens)
    }

    /// The world of a test: what it gives, and the usual ends.
    ///
    /// # Errors
    /// The test says what can't be computed.
    pub fn scripted(&self, test: &Test) -> Result<Scripted, Box<Failure>> {
        let script = Script::of(self.computer.clone(), test).map_err(|broken| Box::new(Failure::broken(broken)))?;
        Ok(self.world(&Arc::new(script)))
    }

    /// Runs a test.
    pub fn run(&self, test: &Test) -> Report {
        let script = match Script::of(self.computer.clone(), test) {
            Ok(script) => Arc::new(script),
            Err(broken) => return Report::without_run(vec![Failure::broken(broken)]),
        };
        match &script.run {
            None => Report::without_run(expect::failures::<Scripted>(test, &script, None)),
            Some(run) => match run.under {
                Under::Nothing => {
                    let ran = self.ran(&script, run, Path::new());
                    let plan = self.plan(run);
                    let failures = failures(test, &script, plan, &ran);
                    Report::of(&ran.0, failures, 1)
                }
                Under::EveryFault | Under::EveryCrash => self.under(test, &script, run),
            },
        }
    }

    fn plan(&self, run: &Run) -> &Plan {
        &self.computer.program.plans[run.plan.index()]
    }

    /// A run with these faults, as far as it goes by itself.
    fn ran(&self, script: &Arc<Script>, run: &Run, faults: Path) -> Ran {
        let mut simulation = self.begun(script, run, None, Faulty::new(self.world(script), faults));
        let halt = simulation.run(LIMIT);
        self.coverage.undone_in(&simulation, run.plan);
        (simulation, halt)
    }

    fn world(&self, script: &Arc<Script>) -> Scripted {
        Scripted::new(Arc::clone(script), Arc::clone(&self.coverage))
    }

    /// The run of a test when it has begun, in a world made of the one that the test describes;
    /// with `inputs` in place of the arguments it says, if there are some.
    ///
    /// # Errors
    /// The test runs no plan, or says what can't be computed.
    pub fn begin<W: World>(
        &self,
        test: &Test,
        inputs: Option<Map<String, Json>>,
        world: impl FnOnce(Scripted) -> W,
    ) -> Result<Simulation<W>, Box<Failure>> {
        let script = Script::of(self.computer.clone(), test).map_err(|broken| Box::new(Failure::broken(broken)))?;
        let script = Arc::new(script);
        let nothing = || Broken { span: test.span, reason: "it runs no plan".to_owned() };
        let run = script.run.as_ref().ok_or_else(|| Box::new(Failure::broken(nothing())))?;
        Ok(self.begun(&script, run, inputs, world(self.world(&script))))
    }

    fn begun<W: World>(&self, script: &Script, run: &Run, given: Option<Map<String, Json>>, world: W) -> Simulation<W> {
        let plan = self.plan(run);
        let mut simulation = Simulation::of(self.machine.clone(), world).deepest(self.deepest);
        let trigger = plan.trigger.as_ref().map(|trigger| &self.computer.program.events[trigger.event.index()].name);
        let first = script.events.iter().position(|(said, _)| trigger.is_some_and(|name| is_event(said, name)));
        for (number, (said, when)) in script.events.iter().enumerate() {
            if Some(number) != first {
                plan_word(&mut simulation, said, when);
            }
        }
        for given in &script.givens {
            let Subject::Part(address, PartKind::Scope) = &given.subject else { continue };
            for turn in given.segments.iter().flat_map(|segment| &segment.turns) {
                let crashes = turn.crash().into_iter().flat_map(|time| (0..turn.times).map(move |_| time));
                crashes.for_each(|time| simulation.plan_crash_at(address.clone(), time));
            }
        }
        let event = first.and_then(|first| {
            if let Word::Event { payload, .. } = &script.events[first].0.word { Some(payload.clone()) } else { None }
        });
        simulation.start_with(&plan.name, given.unwrap_or_else(|| inputs(plan, run, event)));
        simulation
    }
}

/// A run that stands still, and why.
type Ran = (Simulation<Faulty<Scripted>>, Halt);

/// What does not hold of a run.
fn failures(test: &Test, script: &Script, plan: &Plan, (simulation, halt): &Ran) -> Vec<Failure> {
    let span = script.run.as_ref().map_or(test.span, |run| run.span);
    if let Some(missing) = simulation.stopped() {
        // What was given and can't be used is wrong where it is given.
        let given = simulation.world().inner().latest().filter(|_| missing.given.is_none());
        return vec![Failure { span: given.unwrap_or(span), what: What::NotGiven(Box::new(missing.clone())) }];
    }
    if *halt == Halt::Limit {
        return vec![Failure { span, what: What::Endless }];
    }
    let refused = simulation.refused().iter().filter(|_| simulation.world().faults().is_empty());
    let mut failures: Vec<Failure> = refused
        .map(|(word, refused)| {
            let said = script.events.iter().find(|(said, _)| said.word == *word);
            let span = said.map_or(span, |(said, _)| said.span);
            Failure { span, what: What::Refused { word: Box::new(word.clone()), reason: refused.to_string() } }
        })
        .collect();
    let expected = expect::failures(test, script, Some((simulation, plan)));
    let waits = *halt == Halt::Idle && known::outcome(&simulation.machine().status()).is_none();
    if waits && !expected.is_empty() {
        // What is expected of its end can't hold before it has one.
        failures.push(Failure { span, what: What::Waits(simulation.machine().waits()) });
    } else {
        failures.extend(expected);
    }
    failures
}

fn is_event(said: &Said, name: &str) -> bool {
    matches!(&said.word, Word::Event { event, .. } if event == name)
}

fn plan_word<W: World>(simulation: &mut Simulation<W>, said: &Said, when: &When) {
    let who = if matches!(said.word, Word::Event { .. }) { "the world" } else { "operator" };
    let (word, why) = (said.word.clone(), said.why.as_deref());
    match when {
        When::After(after) => simulation.plan_word(super::BEGIN.plus(*after), word, who, why),
        When::At(address) => simulation.plan_word_at(address.clone(), word, who, why),
    }
}

/// The inputs of a run: its arguments, and the event that began it.
fn inputs(plan: &Plan, run: &Run, event: Option<Json>) -> Map<String, Json> {
    let arguments = plan.params.iter().zip(&run.arguments);
    let arguments = arguments.map(|(param, value)| (param.name.to_string(), to_json(value)));
    let began = plan.trigger.as_ref().zip(event);
    let began = began.map(|(trigger, event)| (plan.locals[trigger.local.index()].name.to_string(), event));
    arguments.chain(began).collect()
}

impl Report {
    fn without_run(failures: Vec<Failure>) -> Report {
        Report { failures, runs: 0, faults: Vec::new(), records: Vec::new(), elapsed: 0, unused: Vec::new() }
    }

    fn of(simulation: &Simulation<Faulty<Scripted>>, failures: Vec<Failure>, runs: u32) -> Report {
        let records = simulation.records().to_vec();
        let began = records.first().map_or(super::BEGIN, |record| record.at);
        let elapsed = records.last().map_or(0, |record| record.at.since(began));
        let question = |number: &u32| simulation.asked().get(*number as usize).map(|asked| Arc::clone(&asked.question));
        let faults = simulation.world().faults().iter();
        let faults = faults.filter_map(|(number, fault)| Some((question(number)?, fault.clone()))).collect();
        let unused = simulation.world().inner().unused();
        Report { failures, runs, faults, records, elapsed, unused }
    }
}
