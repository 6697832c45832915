//! Starting runs, looking at them, speaking to them.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::{Value as Json, json};

use crate::server::Place;

const PLANS: &str = r#"
uses exec("sh")

action note(text: String) -> String = exec("sh", ["-c", "echo \"$1\" >> done; echo \"$1\"", "sh", text])
  idempotent
  compensate exec("sh", ["-c", "echo \"undo $1\" >> done", "sh", text])

plan greet(name: String, often: Int = 1) -> String {
  approve go "Greet {name}?" by "door"
  step greeting = note("hello {name}")
  return greeting
}

plan nap(number: Int) -> Int {
  wait 2s
  step woken = note("{number}")
  return number
}

plan keep(name: String) keyed name {
  wait 5s
}

plan work() {
  task dig "Dig" by "crew"
  step dug = note("dug")
  decide way "Which way?" by "crew" {
    option left "left" { step turned = note("left") }
    option right "right" { step turned = note("right") }
  }
}
"#;

#[test]
fn a_plan_is_started_approved_and_ends() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let answer = server.post("/v1/runs", &json!({"plan": "greet", "inputs": {"name": "Ada"}}));
    assert_eq!(answer.status, 201, "{answer:?}");
    let run = answer.json()["id"].as_str().unwrap().to_owned();
    assert!(answer.head.contains(&format!("location: /v1/runs/{run}")), "{answer:?}");
    server.follow_until(&run, "asked");

    let asked = server.until(|server| server.get("/v1/inbox").json()["asked"].get(0).cloned());
    assert_eq!((&asked["run"], &asked["address"], &asked["by"]), (&json!(run), &json!("go"), &json!("door")));
    let answer =
        server.post(&format!("/v1/runs/{run}/approve"), &json!({"address": "go", "because": "known", "who": "eve"}));
    assert_eq!((answer.status, answer.json()), (200, json!({"answer": "accepted"})));
    assert_eq!(server.follow(&run), "completed");

    let document = server.get(&format!("/v1/runs/{run}")).json();
    assert_eq!(document["value"], "hello Ada");
    let shown = place.orch(&["show", &run, "--json"]);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(document, shown, "both ways say the same");
    let part = server.get(&format!("/v1/runs/{run}/parts/greeting")).json();
    assert_eq!((&part["state"], &part["value"]), (&json!("done"), &json!("hello Ada")));
    let journal = server.get(&format!("/v1/runs/{run}/journal")).text;
    assert!(journal.contains(r#""who":"eve","why":"known""#), "{journal}");
}

#[test]
fn fifty_sleeping_runs_survive_a_kill() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let runs: Vec<String> = (0..50).map(|number| server.start("nap", &json!({"number": number}))).collect();
    server.kill();
    let server = place.serve();
    for run in &runs {
        assert_eq!(server.follow(run), "completed");
    }
    let mut done: Vec<u32> = place.lines("done").iter().map(|line| line.parse().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, (0..50).collect::<Vec<_>>(), "each was woken once");
}

#[test]
fn words_are_said_and_refused_as_on_the_command_line() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let run = server.start("work", &json!({}));
    server.follow_until(&run, "asked");
    let say = |word: &str, fields: serde_json::Value| server.post(&format!("/v1/runs/{run}/{word}"), &fields);

    let refused = say("approve", json!({"address": "dig"}));
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(!refused.json()["instead"].as_array().unwrap().is_empty(), "{refused:?}");
    assert_eq!(say("pause", json!({"because": "lunch"})).status, 200);
    assert_eq!(say("resume", json!({})).status, 200);
    assert_eq!(say("done", json!({"address": "dig"})).status, 200);
    server.follow_until(&run, "decision");
    assert_eq!(say("choose", json!({"address": "way", "option": "up"})).status, 409);
    assert_eq!(say("choose", json!({"address": "way", "option": "left"})).status, 200);
    assert_eq!(server.follow(&run), "completed");
    assert_eq!(place.lines("done"), ["dug", "left"]);
    assert_eq!(say("cancel", json!({})).status, 409, "it is over");
}

#[test]
fn a_run_is_cancelled_and_undone() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let run = server.start("work", &json!({}));
    server.follow_until(&run, "asked");
    assert_eq!(server.post(&format!("/v1/runs/{run}/done"), &json!({"address": "dig"})).status, 200);
    server.follow_until(&run, "decision");
    assert_eq!(server.post(&format!("/v1/runs/{run}/cancel"), &json!({"because": "rain"})).status, 200);
    assert_eq!(server.follow(&run), "compensated");
    assert_eq!(place.lines("done"), ["dug", "undo dug"]);
}

#[test]
fn a_run_is_killed_only_with_a_reason() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let run = server.start("work", &json!({}));
    server.follow_until(&run, "asked");
    let without = server.post(&format!("/v1/runs/{run}/kill"), &json!({}));
    let detail = "`kill` leaves something undone: it needs `because`";
    assert_eq!((without.status, without.detail().as_str()), (400, detail));
    assert_eq!(server.post(&format!("/v1/runs/{run}/kill"), &json!({"because": "the house burns"})).status, 200);
    assert_eq!(server.follow(&run), "killed");
}

#[test]
fn what_does_not_fit_starts_nothing() {
    let place = Place::with(PLANS);
    let server = place.serve();
    for (body, status, detail) in [
        (json!({"plan": "gret"}), 404, "no plan `gret` is served"),
        (json!({"plan": "greet", "file": "other.orch"}), 404, "no plan `greet` is served"),
        (json!({"plan": "greet"}), 422, "`name` is missing: it is a `String`"),
        (json!({"plan": "greet", "inputs": {"name": 1}}), 422, "`name`: expected `String`, found `1`"),
        (json!({"plan": "greet", "inputs": {"nam": "x"}}), 422, "`greet` has no parameter `nam`"),
        (json!({"inputs": {}}), 400, "missing field `plan`"),
        (
            json!({"plan": "greet", "input": {}}),
            400,
            "unknown field `input`, expected one of `plan`, `file`, `inputs`, `deepest`",
        ),
        (json!({"plan": "greet", "inputs": {"name": "x"}, "deepest": 0}), 422, "`deepest` is a number from 1 to 1000"),
    ] {
        let answer = server.post("/v1/runs", &body);
        assert_eq!((answer.status, answer.detail().as_str()), (status, detail), "{body}");
    }
    assert_eq!(server.runs(""), Vec::<serde_json::Value>::new());
    let missing = server.get("/v1/runs/zzzz");
    assert_eq!((missing.status, missing.detail().as_str()), (404, "there is no run `zzzz` in this store"));
    let word = server.post("/v1/runs/zzzz/cancel", &json!({}));
    assert_eq!((word.status, word.detail().as_str()), (404, "there is no run `zzzz` in this store"));
}

#[test]
fn a_question_that_is_misspelt_is_not_answered_as_if_nothing_were_asked() {
    let place = Place::with(PLANS);
    let server = place.serve();
    for (question, detail) in [
        ("runs?status=stuk", "no run can be `stuk`"),
        ("runs?stat=stuck", "what stands behind `?`: stat: unknown field `stat`, expected `status` or `plan`"),
    ] {
        let answer = server.get(&format!("/v1/{question}"));
        assert_eq!((answer.status, answer.detail().as_str()), (400, detail), "{question}");
    }
    assert!(server.get("/v1/runs?status=stuk").text.contains("status=stuck"));
}

#[test]
fn it_leaves_when_it_is_asked_to() {
    let place = Place::with(PLANS);
    let server = place.serve();
    let run = server.start("nap", &json!({"number": 1}));
    server.follow_until(&run, "waits");
    assert_eq!(server.leave(), Some(0));
    assert!(!place.path().join("api").exists(), "the socket is gone");
    let resumed = place.orch(&["resume", &run]);
    assert!(resumed.status.success(), "{resumed:?}");
    assert_eq!(place.lines("done"), ["1"]);
}

/// A plan that only a program around orch can run keeps no other plan of its file from being served.
#[test]
fn how_deep_plans_run_each_other_is_said_when_a_run_is_started() {
    let down = "plan down(n: Int) { when n > 0 { run deeper = down(n - 1) } }\n";
    let place = Place::with(&format!("{PLANS}\n{down}"));
    let server = place.serve();
    for (deepest, ending) in [(json!({}), "compensated"), (json!({"deepest": 40}), "completed")] {
        let mut body = json!({"plan": "down", "inputs": {"n": 40}});
        body.as_object_mut().unwrap().extend(deepest.as_object().unwrap().clone());
        let run = server.post("/v1/runs", &body).json()["id"].as_str().unwrap().to_owned();
        assert_eq!(server.follow(&run), ending);
    }
}

#[test]
fn a_plan_that_needs_a_program_around_it_is_listed_and_not_started() {
    let plans = format!(
        "{PLANS}\nextern action reserve(sku: String) -> String idempotent compensate nothing\n\nevent Sold = {{ sku: String }}\n\nplan sell() on Sold as sold {{ step hold = reserve(sold.sku) }}\n"
    );
    let place = Place::with(&plans);
    let server = place.serve();
    let rows = server.get("/v1/plans").json();
    let of = |name: &str| rows["plans"].as_array().unwrap().iter().find(|row| row["plan"] == name).unwrap().clone();
    assert_eq!(of("greet")["problem"], json!(null));
    let why = "`action reserve` is done by the program that embeds orch, and `orch serve` is none";
    assert_eq!(of("sell")["problem"], why);
    let refused = server.post("/v1/runs", &json!({"plan": "sell", "inputs": {}}));
    assert_eq!(
        (refused.status, refused.json()["detail"].clone()),
        (422, json!(format!("`sell` can't be started here: {why}")))
    );
    let told = server.event("/v1/events", "Sold", "1", &json!({"sku": "mug"}));
    assert_eq!(
        (told.status, told.json()["events"][0]["starts"].clone()),
        (202, json!([])),
        "no event starts it, either"
    );
    let nap = server.start("nap", &json!({"number": 3}));
    assert_eq!(server.follow(&nap), "completed");
}

/// A service that was restarted without its environment must not undo what others have begun.
#[test]
fn a_run_is_not_taken_up_by_a_server_without_its_secrets() {
    let place = Place::with(
        r#"
uses exec("sh"), env("ORCH_TEST_TOKEN")
action keep(token: Secret) = exec("sh", ["-c", "printf %s $T > kept"], env: { "T": token }) idempotent
plan p() {
  approve go "Shall we?" by "leads"
  step kept = keep(secret env("ORCH_TEST_TOKEN")) compensate nothing
}
"#,
    );
    let code = |words: &[&str]| place.orch(words).status.code();
    assert_eq!(code(&["run", "plan.orch"]), Some(7));
    let list: Json = serde_json::from_slice(&place.orch(&["list", "--json"]).stdout).unwrap();
    let run = list["runs"][0]["id"].as_str().unwrap();
    assert_eq!(code(&["approve", run, "go"]), Some(6));
    let mut server = place.command(&["serve", "plan.orch", "--listen", "unix:api"]);
    let mut server = server.stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = log.take_while(|line| !line.contains("can't go on")).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(said.concat().contains("note: `ORCH_TEST_TOKEN` is not set"), "{said:?}");
    let resumed = place.command(&["resume", run]).env("ORCH_TEST_TOKEN", "hush").status().unwrap();
    assert_eq!((resumed.code(), place.lines("kept")), (Some(0), vec!["hush".to_owned()]));
}
