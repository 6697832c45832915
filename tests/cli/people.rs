//! What people are asked by runs, and what they answer from other processes.

use super::project::Project;

const PLAN: &str = r#"
uses exec("sh")

action note(what: String) = exec("sh", ["-c", "echo $0 >>log", what])
  idempotent

event Paid = { amount: Int }

plan move() -> Int {
  step before = note("before") compensate note("back")
  task count: Int "Count the sheep" by "shepherds"
  approve go "Shall we?" by "leads"
  decide path "Which way?" by "leads" {
    option fast { step way = note("fast") compensate nothing }
    option slow "Step by step" { step way = note("slow") compensate nothing }
  }
  return count
}

plan pay() {
  emit Paid { amount: 4 }
}

plan paid() -> Int {
  wait for Paid as e where e.amount > 1
  return e.amount
}
"#;

fn asked() -> (Project, String) {
    let project = Project::new(PLAN);
    let run = project.orch(&["run", "plan.orch", "move"]);
    let id = project.run_id();
    run.says(
        7,
        &[
            "waits for shepherds at `count`: Count the sheep",
            &format!("orch done {id} count VALUE"),
            &format!("orch refuse {id} count --because WHY"),
        ],
    );
    (project, id)
}

#[test]
fn a_run_goes_on_as_it_is_answered() {
    let (project, id) = asked();
    project.orch(&["inbox"]).prints(&[&id, "count", "task", "shepherds", "Count the sheep", "orch done"]);
    project.orch(&["show", &id]).prints(&["waits for shepherds: Count the sheep  since "]);
    project.orch(&["done", &id, "count", "7"]).says(7, &["» ann says the task `count` is done", "orch approve"]);
    let inbox: serde_json::Value = serde_json::from_str(&project.orch(&["inbox", "--json"]).out).unwrap();
    let digest = inbox["asked"][0]["digest"].as_str().unwrap();
    project.orch(&["inbox"]).prints(&[&format!("Shall we?  ({})", &digest[..12])]);
    let other = project.orch(&["approve", &id, "go", "--digest", "0123456789ab"]);
    other.says(
        6,
        &["what would run has changed since", &format!("possible: orch approve {id} go --digest {}", &digest[..12])],
    );
    project.orch(&["approve", &id, "go", "--because", "it is time"]).says(7, &["says yes to `go`: it is time"]);
    let inbox: serde_json::Value = serde_json::from_str(&project.orch(&["inbox", "--json"]).out).unwrap();
    assert_eq!(inbox["asked"][0]["what"], "decide");
    assert_eq!(inbox["asked"][0]["commands"][1], format!("orch choose {id} path slow"));
    let chosen = project.orch(&["choose", &id, "path", "slow"]);
    chosen.says(0, &["chooses `slow` for `path`", "completed in"]).prints(&["7"]);
    assert_eq!(project.read("log"), "before\nslow\n");
    project.orch(&["inbox"]).says(0, &["nobody is asked for anything"]);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let (project, id) = asked();
    project.orch(&["done", &id, "count", "many"]).says(6, &["what it reports does not fit", "VALUE    (VALUE is Int)"]);
    project
        .orch(&["approve", &id, "count"])
        .says(6, &["`count` is a task", &format!("possible: orch done {id} count VALUE    (VALUE is Int)")]);
    project.orch(&["done", &id, "cuont", "7"]).says(6, &["nothing is asked at `cuont`"]);
    project.orch(&["inbox"]).prints(&["count"]);
}

#[test]
fn a_no_undoes_the_run() {
    let (project, id) = asked();
    let refused = project.orch(&["refuse", &id, "count", "--because", "no sheep"]);
    refused.says(1, &["says no to `count`: no sheep", "compensated: `count` failed", "1 of 1 step undone"]);
    assert_eq!(project.read("log"), "before\nback\n");
}

/// An event is kept for a run that nobody drives, which is told.
#[test]
fn an_event_for_a_run_that_nobody_drives_is_told_to_lie_there() {
    let project = Project::new(PLAN);
    project.orch(&["run", "plan.orch", "paid"]).says(7, &[]);
    let told = project.orch(&["emit", "Paid", "{\"amount\": 7}"]);
    told.says(0, &["told 1 run; nobody drives 1 of those that were told something: orch resume --due"]);
    let id = project.run_id();
    project.orch(&["show", &id]).prints(&["tells of `Paid`  (not taken up yet)"]);
    project.orch(&["list"]).prints(&[&format!("was told something, and nobody drives it: orch resume {id}")]);
    project.orch(&["resume", "--due"]).says(0, &[]).prints(&["completed"]);
}

#[test]
fn a_run_hears_of_events() {
    let project = Project::new(PLAN);
    project.orch(&["run", "plan.orch", "paid"]).says(7, &["waits for the event `Paid`"]);
    let id = project.run_id();
    project
        .orch(&["emit", "Paid", "{\"amount\": \"x\"}", "--run", &id])
        .says(6, &["does not fit", &format!("possible: orch emit Paid JSON --run {id}    (JSON is {{ amount: ")]);
    let heard = project.orch(&["emit", "Paid", "{\"amount\": 3}", "--run", &id]);
    heard.says(0, &["tells of `Paid`", "completed in"]).prints(&["3"]);
}

#[test]
fn a_run_hears_what_another_tells_of() {
    let project = Project::new(PLAN);
    project.orch(&["run", "plan.orch", "paid"]).says(7, &["waits for the event `Paid`"]);
    let id = project.run_id();
    project.orch(&["run", "plan.orch", "pay"]).says(0, &["Paid", "is published", "completed in"]);
    project.orch(&["resume", &id]).says(0, &["tells of `Paid`", "completed in"]).prints(&["4"]);
}

#[test]
fn a_run_that_is_paused_starts_nothing_new_until_it_is_resumed() {
    let (project, id) = asked();
    project.orch(&["pause", &id, "--because", "lunch"]).says(7, &["pauses the run: lunch", "paused"]);
    project.orch(&["list"]).prints(&["paused"]);
    project.orch(&["done", &id, "count", "7"]).says(7, &["paused", &format!("orch resume {id}")]);
    project.orch(&["resume", &id]).says(7, &["lets it go on", "waits for leads at `go`"]);
    assert_eq!(project.read("log"), "before\n");
}

/// Who tells all runs of an event that none of them knows, or that none can hear, is told so; who serves plans may know it.
#[test]
fn an_event_that_nobody_here_hears_is_told_with_a_note() {
    let (project, _) = asked();
    let misspelt = project.orch(&["emit", "Payd", r#"{"amount": 3}"#]);
    misspelt.says(0, &["no run that goes on here knows the event `Payd`: did you mean `Paid`?", "told 0 runs\n"]);
    let misfit = project.orch(&["emit", "Paid", r#"{"amount": "x"}"#]);
    misfit.says(0, &["won't hear of it: what `Paid` carries does not fit", "told 0 runs\n"]);
    let fits = project.orch(&["emit", "Paid", r#"{"amount": 3}"#]);
    assert!(!fits.err.contains("note"), "{}", fits.err);
    project.orch(&["emit", "Paid", "amount: 3"]).says(2, &["no JSON", "orch emit Paid '{"]);
}
