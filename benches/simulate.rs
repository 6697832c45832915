//! How many whole runs are simulated in a second: a saga of twenty steps, each with a way back, with and without faults.
//!
//! `cargo bench --bench simulate`; the items are runs.

use std::{hint::black_box, sync::Arc};

use divan::{Bencher, counter::ItemsCount};
use mimalloc::MiMalloc;
use orch::{
    check::{LoadError, check},
    machine::{Ending, Machine, Status},
    simulate::{Fault, Faulty, Generated, Path, Simulation},
};
use serde_json::Map;

/// The allocator of the command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    divan::main();
}

const STEPS: u32 = 20;

fn saga() -> Machine {
    let mut text = String::from(
        r#"uses exec("x")
action done(what: String) -> { id: String } = exec("x", ["do", what]) idempotent compensate undone(result.id)
action undone(id: String) = exec("x", ["undo", id]) idempotent
plan saga() {
"#,
    );
    for number in 1..=STEPS {
        text.push_str(&format!("  step s{number} = done(\"s{number}\")\n"));
    }
    text.push_str("}\n");
    let checked = check("saga.orch", text, &|_: &str| Err(LoadError(String::new())));
    Machine::new(Arc::new(checked.program.expect("a program without mistakes")))
}

fn run(machine: &Machine, faults: Path) -> Status {
    let world = Faulty::new(Generated::new(1), faults);
    let mut simulation = Simulation::of(machine.clone(), world).without_journal();
    simulation.start_with("saga", Map::new());
    simulation.run(10_000);
    simulation.machine().status()
}

/// Each run has another fault at another step.
#[divan::bench]
fn twenty_steps_with_a_fault(bencher: Bencher<'_, '_>) {
    let machine = saga();
    let faults = [Fault::Fails, Fault::LostDone, Fault::LostNotDone, Fault::CrashBefore, Fault::CrashAfter];
    let mut number = 0;
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        number += 1;
        let fault = faults[number as usize % faults.len()].clone();
        let status = run(black_box(&machine), Path::from([(number % STEPS, fault)]));
        assert!(matches!(status, Status::Ended(Ending::Completed | Ending::Compensated, _)), "{status:?}");
        status
    });
}

#[divan::bench]
fn twenty_steps_that_go_well(bencher: Bencher<'_, '_>) {
    let machine = saga();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| run(black_box(&machine), Path::new()));
}
