//! Several processes on one store, `orch run`, `orch resume --due` and `orch serve`, killed at random: every run of the
//! store does each of its effects once, in its order, and ends as it should.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command},
    thread::sleep,
    time::Duration,
};

use fastrand::Rng;
use serde_json::Value as Json;

use super::{done, orch, project};

/// How many processes are at work at once.
const PROCESSES: usize = 4;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn asked_for(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// What is counted.
#[derive(Default)]
struct Count {
    kills: usize,
    runs: usize,
    effects: usize,
}

/// A process of some kind.
fn some_process(folder: &Path, number: usize, random: &mut Rng) -> Child {
    match random.usize(0..5) {
        0 | 1 => {
            // What is put has a name of its own in each run, which ends in how the run is to end.
            let sound = random.bool();
            let names = NAMES.map(|name| format!("\"{number}-{name}-{sound}\"")).join(",");
            let (names, sound) = (format!("names=[{names}]"), format!("sound={sound}"));
            orch(folder, &["run", "plan.orch", "--set", &names, "--set", &sound])
        }
        2 | 3 => orch(folder, &["resume", "--due"]),
        _ => orch(folder, &["serve", "--listen", "127.0.0.1:0"]),
    }
}

fn kill(child: &mut Child, count: &mut Count) {
    count.kills += usize::from(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

/// All runs of the store, and how each stands.
fn standings(folder: &Path) -> BTreeMap<String, String> {
    let list = Command::new(env!("CARGO_BIN_EXE_orch"))
        .args(["list", "--json"])
        .current_dir(folder)
        .env_remove("ORCH_STORE")
        .output()
        .unwrap();
    assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
    let list: Json = serde_json::from_slice(&list.stdout).unwrap();
    let text = |run: &Json, field: &str| run[field].as_str().unwrap().to_owned();
    list["runs"].as_array().unwrap().iter().map(|run| (text(run, "id"), text(run, "status"))).collect()
}

fn is_over(standing: &str) -> bool {
    ["completed", "compensated"].contains(&standing)
}

/// Lets a storm go over a store, and then everything come to its end in peace.
fn storm(folder: &Path, rounds: u64, random: &mut Rng) -> Count {
    let mut count = Count::default();
    let mut processes: Vec<Child> = (0..PROCESSES).map(|number| some_process(folder, number, random)).collect();
    for round in 0..rounds {
        sleep(Duration::from_millis(random.u64(0..60)));
        let chosen = random.usize(0..PROCESSES);
        kill(&mut processes[chosen], &mut count);
        processes[chosen] = some_process(folder, PROCESSES + round as usize, random);
    }
    processes.iter_mut().for_each(|process| kill(process, &mut count));
    for (run, _) in standings(folder).iter().filter(|(_, standing)| !is_over(standing)) {
        let code = orch(folder, &["resume", run]).wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "run {run} ends with {code:?}");
    }
    count.runs = standings(folder).len();
    count.effects = done(folder).len();
    count
}

/// What was done of each run, by its number, in order.
fn by_run(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in done(folder) {
        let number = line.split([' ', '-']).nth(1).unwrap().to_owned();
        runs.entry(number).or_default().push(line);
    }
    runs
}

#[test]
fn whatever_is_killed_everything_is_done_once() {
    let (rounds, seed) = (asked_for("ORCH_TEST_ROUNDS", 40), asked_for("ORCH_TEST_SEED", 7));
    let folder = project();
    let folder = folder.path();
    let count = storm(folder, rounds, &mut Rng::with_seed(seed));
    let runs = by_run(folder);
    for (number, lines) in &runs {
        let sound = lines[0].ends_with("true");
        let line = |verb: &str, name: &str| format!("{verb} {number}-{name}-{sound}");
        let mut expected: Vec<String> = NAMES.iter().map(|name| line("put", name)).collect();
        if !sound {
            expected.extend(NAMES.iter().rev().map(|name| line("take", name)));
        }
        assert_eq!(*lines, expected, "run {number}, seed {seed}");
    }
    let standings = standings(folder);
    let ended = |standing: &str| standings.values().filter(|found| *found == standing).count();
    let sound = runs.values().filter(|lines| lines[0].ends_with("true")).count();
    assert_eq!((ended("completed"), ended("compensated")), (sound, runs.len() - sound), "{standings:?}");
    let Count { kills, runs, effects } = count;
    println!("seed {seed}: {kills} kills, {runs} runs, {effects} effects: 0 repeated, 0 lost");
    assert!(kills as u64 > rounds / 4 && runs > 3, "{kills} kills, {runs} runs");
    fs::remove_dir_all(folder.join(".orch")).unwrap();
}
