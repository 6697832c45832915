//! A driver that is killed again and again: what has a `confirm` is done once, what failed is undone in reverse.

use std::{path::Path, process::Command, thread::sleep, time::Duration};

use super::{done, orch, project};

/// Each number is so many milliseconds after which the driver is killed.
fn moments(seed: u64, count: usize) -> Vec<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| random.u64(0..90)).collect()
}

/// Runs it under a storm of kills, then to its end; gives the exit code.
fn storm(folder: &Path, sound: bool, seed: u64) -> i32 {
    let sound = format!("sound={sound}");
    let names = r#"names=["a","b","c","d","e","f"]"#;
    let mut driver = orch(folder, &["run", "plan.orch", "--set", names, "--set", &sound]);
    // Before its first record a run has not begun, and there is nothing to take up.
    while !folder.join(".orch/children").exists() {
        assert!(driver.try_wait().unwrap().is_none(), "it runs");
        sleep(Duration::from_millis(1));
    }
    for moment in moments(seed, 12) {
        sleep(Duration::from_millis(moment));
        driver.kill().unwrap();
        driver.wait().unwrap();
        driver = orch(folder, &["resume"]);
    }
    let ended = driver.wait().unwrap().code().unwrap();
    // Over before the last kill: then there is nothing left to resume, and how it ended is in the list.
    if ended == 2 { standing(folder) } else { ended }
}

fn standing(folder: &Path) -> i32 {
    let list = Command::new(env!("CARGO_BIN_EXE_orch")).arg("list").current_dir(folder).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    ["completed", "compensated"].iter().position(|standing| list.contains(standing)).map_or(-1, |code| code as i32)
}

#[test]
fn what_has_a_confirm_is_done_once() {
    for seed in [1, 2, 3] {
        let folder = project();
        assert_eq!(storm(folder.path(), true, seed), 0, "seed {seed}");
        let expected = ["put a", "put b", "put c", "put d", "put e", "put f"];
        assert_eq!(done(folder.path()), expected, "seed {seed}");
    }
}

#[test]
fn what_failed_is_undone_in_reverse() {
    for seed in [4, 5] {
        let folder = project();
        assert_eq!(storm(folder.path(), false, seed), 1, "seed {seed}");
        let mut done = done(folder.path());
        // A compensation is repeated when nobody knows how it ended.
        done.dedup();
        let expected: Vec<String> = ["a", "b", "c", "d", "e", "f"].iter().map(|name| format!("put {name}")).collect();
        let undone: Vec<String> = ["f", "e", "d", "c", "b", "a"].iter().map(|name| format!("take {name}")).collect();
        assert_eq!(done, [expected, undone].concat(), "seed {seed}");
    }
}
