//! Several processes at one store.

use serde_json::json;

use crate::server::Place;

const PLANS: &str = r#"
uses exec("sh")

action note(text: String) = exec("sh", ["-c", "echo \"$1\" >> done", "sh", text])
  idempotent
  compensate nothing

plan nap(number: Int) {
  wait 2s
  step woken = note("{number}")
}

plan ask() {
  approve go "Go?" by "door"
  step gone = note("gone")
}
"#;

#[test]
fn two_servers_share_a_store_and_one_takes_over() {
    let place = Place::with(PLANS);
    let (one, other) = (place.serve_with("one", &["plan.orch"]), place.serve_with("other", &["plan.orch"]));
    let runs: Vec<String> = (0..10)
        .map(|number| if number % 2 == 0 { &one } else { &other }.start("nap", &json!({"number": number})))
        .collect();
    assert_eq!(other.runs("").len(), 10);
    one.kill();
    for run in &runs {
        assert_eq!(other.follow(run), "completed");
    }
    let mut done: Vec<u32> = place.lines("done").iter().map(|line| line.parse().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, (0..10).collect::<Vec<_>>());
}

#[test]
fn a_word_reaches_a_run_from_any_process() {
    let place = Place::with(PLANS);
    let (one, other) = (place.serve_with("one", &["plan.orch"]), place.serve_with("other", &["plan.orch"]));
    let run = one.start("ask", &json!({}));
    one.follow_until(&run, "asked");
    let refused = other.post(&format!("/v1/runs/{run}/approve"), &json!({"address": "nothing"}));
    assert_eq!(refused.status, 409, "{refused:?}");
    let said = place.orch(&["approve", &run, "go"]);
    assert!(said.status.success(), "{said:?}");
    assert_eq!(other.follow(&run), "completed");
    assert_eq!(place.lines("done"), ["gone"]);
}

#[test]
fn what_a_command_leaves_is_taken_up_and_what_it_drives_is_not() {
    let place = Place::with(PLANS);
    let server = place.serve_with("api", &[]);
    let left = place.orch(&["run", "plan.orch", "ask"]);
    assert_eq!(left.status.code(), Some(7), "{left:?}");
    let run = server.runs("")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.post(&format!("/v1/runs/{run}/approve"), &json!({"address": "go"})).status, 200);
    assert_eq!(server.follow(&run), "completed");

    let driven = place.orch(&["run", "plan.orch", "nap", "--set", "number=7"]);
    assert!(driven.status.success(), "{driven:?}");
    assert_eq!(place.lines("done"), ["gone", "7"]);
}
