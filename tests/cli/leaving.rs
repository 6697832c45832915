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
