//! Plans that events start, keyed plans, and events to runs.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::server::{Place, Server};

const PLANS: &str = r#"
uses exec("sh")

event Placed = { order: String, total: Int }
event Cancelled = { order: String }
event Packed = { order: String }

action note(text: String) = exec("sh", ["-c", "echo \"$1\" >> done", "sh", text])
  idempotent
  compensate nothing

plan fulfil() on Placed as placed where placed.total > 10 keyed placed.order {
  on Cancelled as cancelled where cancelled.order == placed.order {
    fail "cancelled"
  }
  step packed = note("pack {placed.order}")
  emit Packed { order: placed.order }
  wait for Cancelled as never where never.order == "all"
}

plan count() on Placed as placed {
  step counted = note("count {placed.order}")
}

plan ship() on Packed as packed {
  step shipped = note("ship {packed.order}")
}

plan keep(name: String) -> String keyed name {
  step kept = note("keep {name}")
  return name
}
"#;

fn place(server: &Server, id: &str, order: &str, total: u32) -> Json {
    let answer = server.event("/v1/events", "com.example.Placed", id, &json!({"order": order, "total": total}));
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["events"][0].clone()
}

#[test]
fn an_event_starts_its_plans_once_however_often_it_is_told() {
    let place_ = Place::with(PLANS);
    let server = place_.serve();
    let first = place(&server, "1", "o-1", 20);
    assert_eq!(first["new"], true);
    assert_eq!(first["starts"], json!(["fulfil", "count"]));
    let again = place(&server, "1", "o-1", 20);
    assert_eq!(again["new"], false);
    // Another event about the same order: the keyed plan has its run, the other begins with each event.
    place(&server, "2", "o-1", 20);
    // `where` does not hold.
    assert_eq!(place(&server, "3", "o-2", 5)["starts"], json!(["count"]));
    let expected = ["count o-1", "count o-1", "count o-2", "pack o-1", "ship o-1"];
    server.until(|_| (place_.lines("done").len() >= expected.len()).then_some(()));
    let mut done = place_.lines("done");
    done.sort();
    assert_eq!(done, expected);
    let runs = server.runs("");
    let of = |plan: &str| runs.iter().filter(|run| run["plan"] == plan).count();
    assert_eq!((of("fulfil"), of("count"), of("ship")), (1, 3, 1), "{runs:?}");
}

#[test]
fn nothing_is_started_twice_or_lost_when_the_server_is_killed() {
    let place_ = Place::with(PLANS);
    let mut server = place_.serve();
    for number in 0..30 {
        place(&server, &number.to_string(), &format!("o-{number}"), 5);
        if number % 5 == 4 {
            server.kill();
            server = place_.serve();
            // Whoever sends it does not know whether it arrived.
            assert_eq!(place(&server, &number.to_string(), &format!("o-{number}"), 5)["new"], false);
        }
    }
    server.until(|server| (server.runs("?status=completed").len() == 30).then_some(()));
    assert_eq!(server.runs("").len(), 30, "one run for each event");
    // What was being done when the server was killed is done again with the same key, as it is idempotent.
    let done: BTreeSet<String> = place_.lines("done").into_iter().collect();
    assert_eq!(done, (0..30).map(|number| format!("count o-{number}")).collect());
}

#[test]
fn a_run_hears_what_came_behind_the_event_that_began_it() {
    let place_ = Place::with(PLANS);
    let server = place_.serve();
    server.kill();
    // Nobody serves: both come before the run is there.
    let emit = |event: &str, payload: &str| assert!(place_.orch(&["emit", event, payload]).status.success());
    emit("Placed", r#"{"order": "o-1", "total": 20}"#);
    emit("Cancelled", r#"{"order": "o-1"}"#);
    let server = place_.serve();
    let run = server.until(|server| {
        let ended = server.runs("?plan=fulfil&status=compensated");
        ended.first().map(|run| run["id"].as_str().unwrap().to_owned())
    });
    let journal = server.get(&format!("/v1/runs/{run}/journal")).text;
    assert!(journal.contains("cancelled"), "{journal}");
}

#[test]
fn an_event_that_does_not_fit_or_that_nobody_knows_is_refused() {
    let place_ = Place::with(PLANS);
    let server = place_.serve();
    let unfit = server.event("/v1/events", "Placed", "1", &json!({"order": "o-1", "total": "many"}));
    assert_eq!(unfit.status, 422, "{unfit:?}");
    assert!(unfit.detail().starts_with("what the event carries does not fit: "), "{unfit:?}");
    assert!(unfit.text.contains("Placed with { order: String"), "{unfit:?}");
    let unknown = server.event("/v1/events", "Plcaed", "1", &json!({}));
    assert_eq!(unknown.status, 422, "{unknown:?}");
    assert!(unknown.detail().starts_with("nobody here knows the event `Plcaed`"), "{unknown:?}");
    // A run that goes on and does not know it either makes no difference.
    let waits = server.event("/v1/events", "Placed", "0", &json!({"order": "o-0", "total": 50}));
    assert_eq!(waits.status, 202, "{waits:?}");
    server.until(|server| server.runs("?plan=fulfil").first().cloned());
    let unknown = server.event("/v1/events", "Plcaed", "2", &json!({}));
    assert_eq!(unknown.status, 422, "{unknown:?}");
    assert!(unknown.text.contains(r#""Placed""#), "{unknown:?}");
    // Of a batch all are told, or none.
    let one = |kind: &str, id: &str| {
        let data = json!({"order": "o-1", "total": 5});
        json!({"specversion": "1.0", "type": kind, "source": "/test", "id": id, "data": data})
    };
    let batch = json!([one("Placed", "1"), one("Plcaed", "2")]).to_string();
    let headers = [("Content-Type", "application/cloudevents-batch+json")];
    assert_eq!(server.ask("POST", "/v1/events", &headers, &batch).status, 422);
    assert_eq!(place(&server, "1", "o-1", 5)["new"], true, "it was not told with the batch");
}

#[test]
fn a_keyed_plan_has_one_run_for_each_key_whoever_starts_it() {
    let place_ = Place::with(PLANS);
    let server = place_.serve();
    let body = json!({"plan": "keep", "inputs": {"name": "ada"}});
    let first = server.post("/v1/runs", &body);
    assert_eq!(first.status, 201, "{first:?}");
    let run = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(server.follow(&run), "completed");
    let again = server.post("/v1/runs", &body);
    assert_eq!((again.status, &again.json()["id"], &again.json()["new"]), (200, &json!(run), &json!(false)));
    let typed = place_.orch(&["run", "plan.orch", "keep", "--set", "name=ada"]);
    let said = String::from_utf8(typed.stderr).unwrap();
    assert_eq!(typed.status.code(), Some(0), "{said}");
    assert!(said.contains(&format!("run {run} · keep · was started before, and is completed")), "{said}");
    assert_eq!(String::from_utf8(typed.stdout).unwrap(), "\"ada\"\n");
    assert_eq!(place_.lines("done"), ["keep ada"]);
}

/// Whoever gives something else would believe it was done with that.
#[test]
fn what_is_given_otherwise_to_a_run_that_is_there_is_told() {
    let place_ =
        Place::with("plan pay(order: String, total: Int, by: Secret? = none) -> Int keyed order { return total }");
    let server = place_.serve();
    let body = |total: u32| json!({"plan": "pay", "inputs": {"order": "o1", "total": total}});
    let first = server.post("/v1/runs", &body(10)).json();
    assert_eq!(first["otherwise"], json!([]), "{first}");
    assert_eq!(server.follow(first["id"].as_str().unwrap()), "completed");
    assert_eq!(server.post("/v1/runs", &body(10)).json()["otherwise"], json!([]));
    let again = server.post("/v1/runs", &body(99)).json();
    assert_eq!((&again["new"], &again["otherwise"]), (&json!(false), &json!(["total"])), "{again}");
    let typed = place_.orch(&["run", "plan.orch", "--set", "order=o1", "--set", "total=99", "--set", "by=env:CASH"]);
    let said = String::from_utf8(typed.stderr).unwrap();
    for otherwise in ["`total` 10, not 99; that changes", "`by` null, not secret env(\"CASH\");"] {
        assert!(said.contains(otherwise), "{said}");
    }
}

#[test]
fn an_event_can_be_told_to_one_run() {
    let place_ = Place::with(PLANS);
    let server = place_.serve();
    for order in ["o-1", "o-2"] {
        place(&server, order, order, 20);
    }
    let runs = server.until(|server| {
        let runs = server.runs("?plan=fulfil&status=waiting");
        (runs.len() == 2).then_some(runs)
    });
    let first = runs[0]["id"].as_str().unwrap();
    let told = server.event(&format!("/v1/runs/{first}/events"), "Cancelled", "1", &json!({"order": "all"}));
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(server.follow(first), "completed");
    assert_eq!(server.runs("?plan=fulfil&status=waiting").len(), 1);
    let unknown =
        server.event(&format!("/v1/runs/{}/events", runs[1]["id"].as_str().unwrap()), "Lost", "1", &json!({}));
    assert_eq!((unknown.status, unknown.detail().as_str()), (409, "the program has no event `Lost`"));
}
