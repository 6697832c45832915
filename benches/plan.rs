//! How fast it is found out how sure a plan is, beside its floor: drawing as many numbers and adding them up.

use divan::{Bencher, black_box, counter::ItemsCount};
use orch::{
    check::{LoadError, check},
    plan::{Given, Outline, Trials, timeline},
};

/// How many tasks the plan has: five phases side by side or one after another, with two branches of five tasks each.
const TASKS: usize = 50;

/// How many trials are made at a time.
const TRIALS: u32 = 100_000;

fn main() {
    divan::main();
}

/// A plan of fifty tasks, each with three numbers.
fn program() -> String {
    let task = |phase: usize, branch: usize, number: usize| {
        let likely = 2 + (phase + branch + number) % 5;
        format!("task t{number} \"Work\" by \"us\" takes 1d..{likely}d..{}d\n", likely * 3)
    };
    let branch = |phase: usize, branch: usize| {
        let tasks: String = (0..5).map(|number| task(phase, branch, number)).collect();
        format!("branch b{branch} {{ {tasks} }}\n")
    };
    let after = ["", " after p0", " after p0", " after p1", " after p2, p3"];
    let phase = |number: usize| {
        format!("phase p{number}{} {{ parallel {{ {}{} }} }}\n", after[number], branch(number, 0), branch(number, 1))
    };
    format!("plan work() {{ {} }}", (0..5).map(phase).collect::<String>())
}

fn outline() -> Outline {
    let text = program();
    let none = |_: &str| Err(LoadError("there is none".to_owned()));
    let checked = check("bench.orch", text.as_str(), &none);
    let program = checked.program.unwrap_or_default();
    let plan = program.plan("work").unwrap_or(orch::ir::PlanId(0));
    Outline::of(&program, &checked.sources, plan, &Given::default())
}

#[divan::bench]
fn trials_of_fifty_tasks(bencher: Bencher<'_, '_>) {
    let outline = outline();
    bencher
        .counter(ItemsCount::new(TRIALS))
        .bench_local(|| timeline::trials(black_box(&outline), Trials { count: TRIALS, seed: 1 }));
}

#[divan::bench]
fn floor_fifty_random_numbers_a_trial(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(TRIALS)).bench_local(|| {
        let mut random = fastrand::Rng::with_seed(1);
        let trial = |_| (0..TASKS).map(|_| random.u64(..) >> 8).sum::<u64>();
        (0..TRIALS).map(trial).collect::<Vec<u64>>()
    });
}

#[divan::bench]
fn outline_of_fifty_tasks(bencher: Bencher<'_, '_>) {
    let text = program();
    let none = |_: &str| Err(LoadError("there is none".to_owned()));
    let checked = check("bench.orch", text.as_str(), &none);
    let program = checked.program.unwrap_or_default();
    let plan = program.plan("work").unwrap_or(orch::ir::PlanId(0));
    bencher.bench_local(|| Outline::of(black_box(&program), &checked.sources, plan, &Given::default()));
}
