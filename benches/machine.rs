//! What the machine costs alone, without a disk: steps of one long run, and whole runs of a saga that fails.
//!
//! The twenty steps of the saga are answered at once, and one of them fails, so that what was done before it is undone.
//! Every step fails in turn, and so a run has twenty effects in the mean. One thread drives the runs: what is measured
//! are runs on one core, of the machine alone and as `orch simulate` and `orch explore` simulate them.
//! `cargo bench --bench machine -- WORD` measures only what has the word in its name.

#![expect(clippy::disallowed_methods, reason = "what is measured is time")]

use std::{fmt::Write, sync::Arc, time::Instant};

use mimalloc::MiMalloc;
use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{Command, Ending, Event, Machine, Outcome, Perform, Purpose, Record, Status, Timestamp},
    simulate::{Fault, Faulty, Generated, Halt, Simulation},
};
use serde_json::{Map, Value as Json, json};

/// How many steps the long run has.
const STEPS: usize = 2_000;

/// How many steps the saga has.
const OF_SAGA: usize = 20;

/// How often it is run in one sample, with each of its steps failing as often.
const RUNS: usize = 4_000;

/// How often each is measured; the median counts.
const SAMPLES: usize = 9;

/// A plan that does nothing, as often as it is told.
const LONG: &str = r#"
uses exec("nothing")
action nothing(item: Int) = exec("nothing", ["{item}"]) idempotent compensate nothing
plan steps(items: List<Int>) { for item in items { step nothing(item) } }
"#;

/// The allocator of the command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));
    if asked("steps") {
        steps();
    }
    if asked("saga") {
        saga();
    }
}

/// What a step of a long run costs: the machine alone, and with the record as it is written.
fn steps() {
    let program = program(LONG);
    let items: Vec<usize> = (0..STEPS).collect();
    let begin = started("steps", json!({ "items": items }));
    let mut bytes = 0;
    let per_step = |seconds: f64| seconds / STEPS as f64;
    let alone = per_step(median(|| timed(|| drive(&program, &begin, None, |_| ()))));
    let mut write = |record: Record| bytes += serde_json::to_string(&record).map_or(0, |text| text.len());
    let written = per_step(median(|| timed(|| drive(&program, &begin, None, &mut write))));
    println!("steps of one run, the machine alone   {:>9.0} a second, {:.2} µs each", 1.0 / alone, alone * 1e6);
    println!("steps of one run, with their records  {:>9.0} a second, {:.2} µs each", 1.0 / written, written * 1e6);
    assert!(bytes > 0);
}

/// Whole runs of a saga of twenty steps, one of which fails.
fn saga() {
    let mut text = String::from(
        r#"
uses exec("./shop")
action take(order: String, number: Int) -> Int = exec("./shop", ["take", order, "{number}"])
  idempotent compensate give_back(order, result)
action give_back(order: String, taken: Int) = exec("./shop", ["give-back", order, "{taken}"]) idempotent
plan saga(order: String) {
"#,
    );
    for number in 1..=OF_SAGA {
        writeln!(text, "  step part{number} = take(order, {number})").expect("a text grows");
    }
    text.push_str("}\n");
    let program = program(&text);
    let begin = started("saga", json!({ "order": "o-1" }));
    let run = || {
        (0..RUNS).for_each(|run| drive(&program, &begin, Some(run % OF_SAGA + 1), |_| ()));
    };
    let each = median(|| timed(run)) / RUNS as f64;
    println!(
        "sagas of {OF_SAGA} steps that fail, the machine   {:>9.0} a second and core, {:.1} µs each",
        1.0 / each,
        each * 1e6
    );
    let inputs = json!({ "order": "o-1" }).as_object().cloned().unwrap_or_default();
    let run = || {
        (0..RUNS).for_each(|run| simulate(&program, &inputs, run));
    };
    let each = median(|| timed(run)) / RUNS as f64;
    println!(
        "sagas of {OF_SAGA} steps that fail, simulated     {:>9.0} a second and core, {:.1} µs each",
        1.0 / each,
        each * 1e6
    );
}

/// Simulates a run of the saga, with made-up answers.
fn simulate(program: &Machine, inputs: &Map<String, Json>, run: usize) {
    let fails = u32::try_from(run % OF_SAGA).expect("few steps");
    let world = Faulty::new(Generated::new(run as u64), [(fails, Fault::Fails)].into());
    let mut simulation = Simulation::of(program.clone(), world).without_journal();
    simulation.start_with("saga", inputs.clone());
    assert_eq!(simulation.run(1_000), Halt::Ended);
    assert_eq!(simulation.machine().status(), Status::Ended(Ending::Compensated, Json::Null));
}

/// Runs `program` to its end: every effect is done, but for that of the step number `fails`.
fn drive(program: &Machine, begin: &Event, fails: Option<usize>, mut seen: impl FnMut(Record)) {
    let mut machine = program.clone();
    let mut events = vec![begin.clone()];
    let mut done = 0;
    while let Some(event) = events.pop() {
        let step = machine.step(Timestamp(0), event.clone()).expect("no operator speaks");
        for command in step.commands {
            let Command::Perform(Perform { effect, purpose, .. }) = command else { continue };
            done += usize::from(purpose == Purpose::Do);
            let outcome = match fails {
                Some(fails) if purpose == Purpose::Do && done == fails => failed(),
                _ => Outcome::Ok { output: "7".to_owned(), printed: String::new() },
            };
            events.push(Event::Outcome { effect, outcome });
        }
        seen(Record { at: Timestamp(0), event, then: step.entries });
    }
    let ending = if fails.is_some() { Ending::Compensated } else { Ending::Completed };
    assert_eq!(machine.status(), Status::Ended(ending, Json::Null));
}

fn failed() -> Outcome {
    Outcome::Failed { reason: "exit 1".to_owned(), printed: String::new(), retry_after: None }
}

fn program(text: &str) -> Machine {
    let no_imports = |_: &str| Err(LoadError("no such file".to_owned()));
    let program: Arc<Program> = Arc::new(check("bench.orch", text, &no_imports).program.expect("no mistakes"));
    Machine::new(program)
}

fn started(plan: &str, inputs: Json) -> Event {
    let inputs: Map<String, Json> = inputs.as_object().cloned().unwrap_or_default();
    Event::Started { run: "b-bench".into(), plan: plan.into(), inputs, deepest: None }
}

/// Seconds.
fn timed(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn median(mut sample: impl FnMut() -> f64) -> f64 {
    let mut samples: Vec<f64> = (0..SAMPLES).map(|_| sample()).collect();
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
