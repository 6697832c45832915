//! Leaving a run and taking it up again: Ctrl-C, a crash, a second driver.

use super::project::{Project, ended, signal, until_said};

/// A project whose first step waits until there is a file `go`.
fn slow() -> Project {
    let project = Project::two_steps();
    project.write(
        "first.sh",
        "echo $$ >pid; echo \"first $1\" >>log; touch begun; until [ -e go ]; do sleep 0.01; done; echo '{\"id\": \"i-1\"}'\n",
    );
    project
}

#[test]
fn the_first_ctrl_c_waits_for_what_is_in_flight_and_the_run_goes_on_later() {
    let project = slow();
    let mut run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    signal(&run, "INT");
    until_said(&mut run, "nothing new is started");
    project.write("go", "");
    let id = project.run_id();
    let resume = format!("orch resume {id}");
    ended(run.wait_with_output().unwrap()).says(5, &["left: nothing is in flight", &resume]);
    assert_eq!(project.read("log"), "first a\n", "nothing new was started");
    project.orch(&["show", &id]).prints(&["nobody drives it", &resume]);
    let resumed = project.orch(&["resume"]);
    resumed.says(0, &[&format!("run {id} · both · resumed"), "✔ two", "completed in"]).prints(&["\"id\": \"i-1\""]);
    assert_eq!(project.read("log"), "first a\nsecond\n", "and nothing was done twice");
}

#[test]
fn who_cancels_after_ctrl_c_starts_nothing_new() {
    let project = slow();
    let mut run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    signal(&run, "INT");
    until_said(&mut run, "nothing new is started");
    project.write("go", "");
    run.wait().unwrap();
    let id = project.run_id();
    let cancelled = project.orch(&["cancel", &id]);
    cancelled.says(1, &["» ann cancels the run", "↩ one", "1 of 1 step undone"]);
    assert!(!cancelled.err.contains("two") && !cancelled.err.contains('✖'), "{cancelled:#?}");
    assert_eq!(project.read("log"), "first a\nundo i-1\n");
    let shown = project.orch(&["show", &id]).out;
    assert!(!shown.contains("two"), "{shown}");
}

#[test]
fn the_second_ctrl_c_stops_at_once_and_the_run_finds_out_later() {
    let project = slow();
    let mut run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    signal(&run, "INT");
    until_said(&mut run, "nothing new is started");
    signal(&run, "INT");
    let id = project.run_id();
    ended(run.wait_with_output().unwrap()).says(130, &["stopped at once", &format!("orch resume {id}")]);
    let pid = project.read("pid");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z"), "what was in flight was stopped: {stat}");
    project.write("go", "");
    project
        .orch(&["show", &id])
        .prints(&["first(\"a\"): how that ended is found out when the run is resumed", "nobody drives it"]);
    project.orch(&["show", &id, "one"]).prints(&["nobody saw how it ended"]);
    project.orch(&["resume", &id[..2]]).says(0, &["completed in"]);
    assert_eq!(project.read("log"), "first a\nfirst a\nsecond\n", "it is idempotent, so it was repeated");
}

#[test]
fn what_a_killed_driver_left_behind_is_stopped_before_the_run_goes_on() {
    let project = slow();
    project
        .write("first.sh", "echo $$ >>pids; [ -e go ] || { touch begun; exec sleep 100; }; echo '{\"id\": \"i-1\"}'\n");
    let mut run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    signal(&run, "KILL");
    run.wait().unwrap();
    let survivor = project.read("pids").trim().to_owned();
    let alive = || std::fs::read_to_string(format!("/proc/{survivor}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
    assert!(alive());
    project.write("go", "");
    project.orch(&["resume"]).says(0, &["? one", "✔ one", "completed in"]);
    assert!(!alive());
    assert_eq!(project.read("pids").lines().count(), 2);
}

#[test]
fn a_second_driver_is_told_who_drives() {
    let project = slow();
    let run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    let id = project.run_id();
    let holder = format!("run `{id}` is driven by another process: process {}", run.id());
    project.orch(&["resume", &id]).says(6, &[&holder, "run plan.orch"]);
    project
        .orch(&["show", &id])
        .prints(&[&format!("driven by process {}", run.id()), "◐ one                                   first(\"a\")"]);
    project.write("go", "");
    ended(run.wait_with_output().unwrap()).says(0, &["completed in"]);
}

#[test]
fn what_can_be_resumed_is_listed() {
    let project = Project::two_steps();
    project.orch(&["resume"]).says(2, &["there is no run that can be resumed"]);
    project.write("second.sh", "kill -9 $$\n");
    project.write("done.sh", "exit 2\n");
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    project.orch(&["resume"]).says(2, &["several runs can be resumed: say which", "both, stuck"]);
    project.orch(&["resume", "zzzz"]).says(2, &["there is no run `zzzz` in this store"]);
}

#[test]
fn a_run_is_pinned_to_its_sources() {
    let project = Project::two_steps();
    project.write("second.sh", "kill -9 $$\n");
    project.write("done.sh", "exit 2\n");
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    project.write("plan.orch", "not a plan any more");
    project.write("done.sh", "echo true\n");
    project.orch(&["settle", &project.run_id(), "two", "--done"]).says(0, &["completed in"]);
}

#[test]
fn who_starts_it_with_nohup_wants_it_to_outlive_the_terminal() {
    let project = slow();
    let script = format!("trap '' HUP; exec {} run plan.orch", env!("CARGO_BIN_EXE_orch"));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(project.path(".")).env_remove("ORCH_STORE");
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let run = shell.spawn().unwrap();
    project.until_there("begun");
    signal(&run, "HUP");
    project.write("go", "");
    ended(run.wait_with_output().unwrap()).says(0, &["completed in"]);
}
