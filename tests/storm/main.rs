//! Processes that are killed again and again, at moments nobody chose: the runs still do everything once.
//!
//! [`one`] kills the driver of one run; [`many`] has several processes at work on one store. `ORCH_TEST_ROUNDS=5000`
//! lets the second go on for so many rounds, and `ORCH_TEST_SEED` says which; it prints what it counted.

#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

mod many;
mod one;

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
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

fn done(folder: &Path) -> Vec<String> {
    fs::read_to_string(folder.join("log")).unwrap_or_default().lines().map(str::to_owned).collect()
}
