//! Leaving a run that only waits, and taking up what is due.

use super::project::Project;

const PLAN: &str = r#"
uses exec("sh")
action note(what: String) = exec("sh", ["note.sh", what]) idempotent compensate nothing
event Go = { by: String }
plan soon() { step a = note("a") wait 1s step b = note("b") }
plan later() { step a = note("a") wait 2h step b = note("b") }
plan told() { step a = note("a") wait for Go step b = note("b") }
"#;

fn project() -> Project {
    let project = Project::new(PLAN);
    project.write("note.sh", "echo $1 >>log\n");
    project
}

#[test]
fn who_does_not_wait_leaves_where_nothing_is_left_but_waiting() {
    let project = project();
    let left = project.orch(&["run", "plan.orch", "later", "--no-wait"]);
    let id = project.run_id();
    left.says(5, &["waits until ", "(in 1h 59m)", &format!("orch resume {id}"), "orch resume --due"]);
    assert_eq!(project.read("log"), "a\n");
    project.orch(&["resume", "--no-wait"]).says(5, &["waits until "]);
    project.orch(&["resume", "--due"]).says(0, &[]);
    assert_eq!(project.read("log"), "a\n", "it is not due");
}

#[test]
fn what_comes_soon_is_waited_for() {
    let project = project();
    project.orch(&["run", "plan.orch", "soon", "--no-wait"]).says(0, &["completed in"]);
    assert_eq!(project.read("log"), "a\nb\n");
}

#[test]
fn what_is_due_or_spoken_to_is_taken_up() {
    let project = project();
    project.orch(&["resume", "--due"]).says(0, &[]);
    project.orch(&["run", "plan.orch", "later", "--no-wait"]).says(5, &[]);
    project.orch(&["run", "plan.orch", "told"]).says(7, &["waits for the event `Go`"]);
    project.orch(&["resume", "--due"]).says(0, &[]);
    project.orch(&["emit", "Go", r#"{"by": "ann"}"#]).says(0, &["told 2 runs"]);
    let resumed = project.orch(&["resume", "--due"]);
    let lines: Vec<&str> = resumed.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", resumed.out);
    assert!(lines.iter().any(|line| line.contains("told") && line.ends_with("completed")), "{}", resumed.out);
    assert!(lines.iter().any(|line| line.contains("later") && line.contains("waits until ")), "{}", resumed.out);
    assert_eq!(project.read("log"), "a\na\nb\n");
}

/// Who answers need not stay for what comes then.
#[test]
fn whoever_answers_can_leave_again() {
    let project = Project::new(
        "plan p() { approve go \"Go?\" by \"dba\" timeout 3d  approve more \"On?\" by \"ops\" timeout 3d  wait 2h }",
    );
    project.orch(&["run", "plan.orch", "--no-wait"]).says(5, &[]);
    let id = project.run_id();
    let approved = project.orch(&["approve", &id, "go", "--no-wait"]);
    approved.says(5, &["ann says yes to `go`", "waits for ops: On?"]);
    project.orch(&["approve", &id, "more", "--no-wait"]).says(5, &["waits until "]);
    project.orch(&["pause", &id, "--no-wait"]).says(5, &[]);
    let resumed = project.orch(&["resume", &id, "--no-wait", "--because", "lunch is over"]);
    resumed.says(5, &["lets it go on: lunch is over"]);
    project.orch(&["resume", &id, "--because", "so"]).says(2, &["is waiting, not paused"]);
}

const ASKS: &str = r#"
plan sign() { parallel {
  branch a { approve go "Go?" by "dba" timeout 3d }
  branch b { wait 2h }
} }
plan later() { wait 2h }
"#;

/// A person who can answer until some moment is told of wherever the run is left or listed, not only the moment.
#[test]
fn who_is_asked_is_said_with_until_when_where_a_run_is_left_and_listed() {
    let project = Project::new(ASKS);
    let left = project.orch(&["run", "plan.orch", "sign", "--no-wait"]);
    let id = project.run_id();
    left.says(
        5,
        &[
            "◷ a/go                                  waits for dba: Go?, until ",
            "waits for dba at `a/go`: Go?, until ",
            "(in 2d 23h)",
            &format!("orch approve {id} a/go"),
            &format!("orch refuse {id} a/go --because WHY"),
            "nobody drives it meanwhile",
            "orch resume --due",
        ],
    );
    project.orch(&["inbox"]).prints(&["approve  dba  since ", ", until ", "(in 2d 23h)"]);
    let inbox: serde_json::Value = serde_json::from_str(&project.orch(&["inbox", "--json"]).out).unwrap();
    assert!(inbox["asked"][0]["until"].is_string(), "{inbox}");
    let list = project.orch(&["list"]).out;
    assert!(list.trim_end().ends_with("asks dba: orch inbox"), "{list}");
    project.orch(&["show", &id, "a/go"]).prints(&["◷ a/go · waits · ", "  waits        for dba: Go?, until "]);
}

#[test]
fn a_run_that_sleeps_is_listed_with_the_moment_when_it_goes_on() {
    let project = Project::new(ASKS);
    project.orch(&["run", "plan.orch", "later", "--no-wait"]).says(5, &["waits until "]);
    let list = project.orch(&["list"]).out;
    assert!(list.contains("until ") && list.contains("(in 1h 59m), nobody drives it"), "{list}");
    let list: serde_json::Value = serde_json::from_str(&project.orch(&["list", "--json"]).out).unwrap();
    assert!(list["runs"][0]["due"].is_string(), "{list}");
}

/// A guard that has paused the run could only pause it again: nobody stays for its next look.
#[test]
fn a_run_that_a_guard_has_paused_is_left() {
    let project = Project::new(
        "uses exec(\"echo\")\n\
         probe load() -> Int = exec(\"echo\", [\"9\"])\n\
         plan asks() { guard low: load() < 5 every 1s on fail pause approve go \"Go?\" by \"dba\" }\n\
         plan waits() { guard low: load() < 5 every 1s on fail pause wait 1h }\n",
    );
    project.orch(&["run", "plan.orch", "asks"]).says(7, &["paused: ", "load() = 9", "orch resume "]);
    let id = project.run_id();
    project.orch(&["run", "plan.orch", "waits", "--no-wait"]).says(7, &["load() = 9", "orch resume "]);
    // It looks again when somebody lets it go on.
    project.orch(&["resume", &id]).says(7, &["lets it go on", "paused: "]);
    assert_eq!(project.orch(&["resume", "--due"]).says(0, &[]).out, "");
}
