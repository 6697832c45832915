//! The journal as a stream.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Value as Json, json};

use crate::server::Place;

const PLAN: &str = r#"
uses exec("true")

action act() = exec("true")
  idempotent
  compensate nothing

plan ask() {
  approve first "One?" by "door"
  step one = act()
  approve second "Two?" by "door"
}
"#;

fn numbers(text: &str) -> Vec<u64> {
    let records = text.lines().filter(|line| !line.is_empty());
    records.map(|line| serde_json::from_str::<Json>(line).unwrap()["number"].as_u64().unwrap()).collect()
}

#[test]
fn a_record_is_sent_once_it_is_there_and_the_stream_ends_with_the_run() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    let stream = server.connect(format!("GET /v1/runs/{run}/journal?follow HTTP/1.0\r\n\r\n").as_bytes());
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap).filter(|line| line.starts_with('{'));
    let mut next = |what: &str| {
        let line = lines.next().unwrap_or_else(|| panic!("the stream ended before {what}"));
        assert!(line.contains(what), "{what} is not in {line}");
    };
    next("asked");
    for (address, status) in [("first", "second"), ("second", "completed")] {
        assert_eq!(server.post(&format!("/v1/runs/{run}/approve"), &json!({"address": address})).status, 200);
        let last = std::iter::repeat_with(|| lines.next().expect("more is to come")).find(|line| line.contains(status));
        assert!(last.is_some());
    }
    assert_eq!(lines.next(), None, "the run is over");

    let all = numbers(&server.get(&format!("/v1/runs/{run}/journal")).text);
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
    assert_eq!(numbers(&server.get(&format!("/v1/runs/{run}/journal?from=3")).text), all[2..]);
    assert_eq!(numbers(&server.get(&format!("/v1/runs/{run}/journal?from=99")).text), Vec::<u64>::new());
    let misspelt = server.get(&format!("/v1/runs/{run}/journal?from=x"));
    assert_eq!(misspelt.status, 400, "{misspelt:?}");
    assert!(misspelt.detail().starts_with("what stands behind `?`: from: "), "{misspelt:?}");
    let printed = place.orch(&["journal", &run, "--json"]);
    assert_eq!(server.get(&format!("/v1/runs/{run}/journal")).text, String::from_utf8(printed.stdout).unwrap());
}

#[test]
fn server_sent_events_go_on_behind_the_last_one_seen() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    server.follow_until(&run, "asked");
    assert_eq!(server.post(&format!("/v1/runs/{run}/cancel"), &json!({})).status, 200);
    server.follow(&run);
    let path = format!("/v1/runs/{run}/journal?follow");
    let whole = server.ask("GET", &path, &[("Accept", "text/event-stream")], "");
    assert!(whole.head.contains("content-type: text/event-stream"), "{whole:?}");
    assert!(whole.text.starts_with("id: 1\ndata: {\"version\":1,\"is\":\"record\","), "{whole:?}");
    let rest = server.ask("GET", &path, &[("Accept", "text/event-stream"), ("Last-Event-ID", "1")], "");
    assert!(rest.text.starts_with("id: 2\ndata: {\"version\":1,"), "{rest:?}");
    assert!(whole.text.ends_with(&rest.text));
}

#[test]
fn a_stream_ends_when_the_server_leaves() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    server.follow_until(&run, "asked");
    let mut stream = server.connect(format!("GET /v1/runs/{run}/journal?follow HTTP/1.0\r\n\r\n").as_bytes());
    // It is being answered before the server is told to leave.
    let mut first = [0; 512];
    assert!(stream.read(&mut first).unwrap() > 0);
    assert_eq!(server.leave(), Some(0));
    let mut rest = String::from_utf8_lossy(&first).into_owned();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("asked"), "{rest}");
}

/// A run that waits for a person is driven by nobody: to hear a word that is refused, nothing is written.
#[test]
fn a_word_that_is_refused_leaves_nothing() {
    let place = Place::with("plan ask() { approve go \"Go?\" by \"door\" }");
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    server.follow_until(&run, "\"asked\"");
    let journal = || server.get(&format!("/v1/runs/{run}/journal")).text;
    let before = journal();
    let word = |word: &str, body| server.post(&format!("/v1/runs/{run}/{word}"), &body).status;
    for (name, body) in [
        ("approve", json!({"address": "stay"})),
        ("resume", json!({})),
        ("retry", json!({})),
        ("done", json!({"address": "go"})),
    ] {
        assert_eq!(word(name, body), 409, "{name}");
        assert_eq!(journal(), before, "{name}");
    }
    assert_eq!(word("approve", json!({"address": "go"})), 200);
    assert_eq!(server.follow(&run), "completed");
}
