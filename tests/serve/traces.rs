//! Runs that end send their traces to a collector, if there is one.

use std::net::TcpListener;

use serde_json::{Value as Json, json};

use crate::server::{Place, receive};

const PLAN: &str = r#"
uses exec("sh")

action note(what: String) = exec("sh", ["-c", "exit 0"]) idempotent compensate exec("sh", ["-c", "exit 0"])
action broken() = exec("sh", ["-c", "echo 'out of paper' >&2; exit 3"]) idempotent compensate nothing

plan p() {
  phase first "First" { step one = note("one") }
  phase second "Second" after first { step two = broken() }
}
"#;

#[test]
fn the_trace_of_a_run_that_ended_is_sent_until_it_is_taken() {
    let place = Place::with(PLAN);
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    let server = place.serve_with("api", &["plan.orch", "--otlp", &url]);
    let run = server.start("p", &json!({}));
    let (refused, taken) = (receive(&collector, "503 Service Unavailable"), receive(&collector, "200 OK"));
    assert_eq!(taken.path, "/v1/traces");
    assert_eq!(taken.header("content-type"), Some("application/json"));
    assert_eq!(refused.body, taken.body, "the same trace");
    let exported = place.orch(&["export", &run, "--format", "otlp", "-o", "-"]);
    let exported: Json = serde_json::from_slice(&exported.stdout).unwrap();
    assert_eq!(exported, taken.body, "and the same as is exported");
    let spans = taken.body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans[0]["name"], "p");
    // What would never be taken is not sent again: the next that comes is that of the next run.
    let again = server.start("p", &json!({}));
    receive(&collector, "400 Bad Request");
    server.follow(&again);
    let third = server.start("p", &json!({}));
    let last = receive(&collector, "200 OK").body;
    let of = last["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0]["value"]["stringValue"].clone();
    assert_eq!(of, json!(third));
}

#[test]
fn what_is_no_collector_is_refused() {
    let place = Place::with(PLAN);
    let refused = place.orch(&["serve", "--listen", "unix:api", "--otlp", "127.0.0.1:4318"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("`127.0.0.1:4318` is no URL of a collector"), "{said}");
}
