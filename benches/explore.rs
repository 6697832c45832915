//! How long it takes to explore programs with every single fault, and how many paths and states that are.
//!
//! `cargo bench --bench explore -- WORD` explores only the programs that have the word in their name. What is measured
//! is `orch explore` as a library: as many walk as there are processors.

#![expect(clippy::disallowed_methods, reason = "what is measured is time")]

use std::{fs, path::Path, sync::Arc, thread, time::Instant};

use orch::{
    check::{LoadError, check},
    explore::{Exploration, Settings, Terms, Walked},
    ir::{ModuleId, Program, json::to_json},
    machine::Beginning,
    simulate::generate,
};
use serde_json::{Map, Value as Json};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/programs");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the corpus").flatten().map(|entry| entry.path()).collect();
    files.sort();
    println!("{:<28} {:<26} {:>8} {:>8} {:>10}", "program", "plan", "paths", "states", "ms");
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "orch")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word)) {
            continue;
        }
        let Some(program) = program(file, &folder) else { continue };
        for plan in program.plans.iter().filter(|plan| plan.module == ModuleId(0)) {
            measure(&name, &program, &plan.name);
        }
    }
}

fn program(file: &Path, folder: &Path) -> Option<Arc<Program>> {
    let load = |path: &str| {
        let found = fs::read_to_string(path).or_else(|_| fs::read_to_string(folder.join(path)));
        found.map_err(|error| LoadError(error.to_string()))
    };
    let text = fs::read_to_string(file).expect("a program");
    check(&file.to_string_lossy(), text.as_str(), &load).program.map(Arc::new)
}

fn measure(name: &str, program: &Arc<Program>, plan: &str) {
    let found = program.plans.iter().find(|found| found.name == plan).expect("a plan");
    let made_up = Beginning::of(program, found).inputs().into_iter().filter(|input| input.default.is_none());
    let inputs: Map<String, Json> =
        made_up.map(|input| (input.name.to_string(), to_json(&generate(input.ty, 0, input.name)))).collect();
    let began = Instant::now();
    let mut exploration = Exploration::new(Arc::clone(program), plan, &inputs, Settings::default(), Terms::default())
        .expect("a run that begins");
    loop {
        let batch = exploration.batch();
        if batch.is_empty() {
            break;
        }
        let walked = side_by_side(batch, &exploration);
        exploration.take(walked);
    }
    let (report, took) = (exploration.report(), began.elapsed());
    println!("{name:<28} {plan:<26} {:>8} {:>8} {:>10.1}", report.paths, report.states, took.as_secs_f64() * 1e3);
}

fn side_by_side(batch: Vec<orch::explore::Path>, exploration: &Exploration) -> Vec<Walked> {
    let walk = |path: orch::explore::Path| path.walk(exploration.seen(), exploration.settings());
    let jobs = thread::available_parallelism().map_or(1, usize::from).min(batch.len());
    let mut shares: Vec<Vec<(usize, orch::explore::Path)>> = (0..jobs).map(|_| Vec::new()).collect();
    batch.into_iter().enumerate().for_each(|(place, path)| shares[place % jobs].push((place, path)));
    let mut found: Vec<(usize, Walked)> = thread::scope(|scope| {
        let walking = |share: Vec<(usize, orch::explore::Path)>| {
            scope.spawn(move || share.into_iter().map(|(place, path)| (place, walk(path))).collect::<Vec<_>>())
        };
        let walking: Vec<_> = shares.into_iter().map(walking).collect();
        walking.into_iter().flat_map(|walking| walking.join().expect("nobody panics")).collect()
    });
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, walked)| walked).collect()
}
