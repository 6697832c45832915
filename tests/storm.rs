//! A driver that is killed again and again, at moments nobody chose: the run still does everything once.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

const PLAN: &str = r#"
uses exec("sh")

action put(name: String) -> { id: String } = exec("sh", ["put.sh", name, key])
  confirm found(name)
  compensate exec("sh", ["take.sh", result.id])

probe found(name: String) -> { id: String }? = exec("sh", ["found.sh", name])

plan fill(names: List<String>, sound: Bool) {
  for name in names {
    step put(name)
  }
  require sound else "the last one broke"
}
"#;

/// Each number is so many milliseconds after which the driver is killed.
fn moments(seed: u64, count: usize) -> Vec<u64> {
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(seed), next).skip(1).take(count).map(|state| (state >> 33) % 90).collect()
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("plan.orch", PLAN);
    // A line of the log is the thing itself: it is there at once and whole, and the answer comes later. A kill may
    // fall in between.
    write("put.sh", "sleep 0.005; echo put $1 >>log; sleep 0.01; echo \"{\\\"id\\\": \\\"$1\\\"}\"\n");
    write("take.sh", "sh there.sh $1 && echo take $1 >>log; exit 0\n");
    write("found.sh", "sh there.sh $1 && echo \"{\\\"id\\\": \\\"$1\\\"}\" || echo null\n");
    write("there.sh", "[ \"$(grep \" $1$\" log 2>/dev/null | tail -n 1)\" = \"put $1\" ]\n");
    folder
}

fn orch(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
    command.args(arguments).current_dir(folder).env_remove("ORCH_STORE");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
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

fn done(folder: &Path) -> Vec<String> {
    fs::read_to_string(folder.join("log")).unwrap().lines().map(str::to_owned).collect()
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
