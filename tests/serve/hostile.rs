//! Requests that are slow, large, or from somewhere else.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::server::Place;

const PLAN: &str = r#"
plan ask() {
  approve go "Go?" by "door"
}
"#;

#[test]
fn what_is_no_request_for_this_is_told() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let json = [("Content-Type", "application/json")];
    for (method, path, headers, body, status) in [
        ("POST", "/v1/runs", &json[..], "{", 400),
        ("POST", "/v1/runs", &json[..], "[]", 400),
        ("POST", "/v1/runs", &[][..], "{}", 415),
        ("POST", "/v1/runs", &[("Content-Type", "text/plain")][..], r#"{"plan": "ask"}"#, 415),
        ("DELETE", "/v1/runs", &[][..], "", 405),
        ("GET", "/v2/runs", &[][..], "", 404),
        ("GET", "/v1/runs/..%2f..%2fetc", &[][..], "", 404),
        ("POST", "/v1/runs/x/aprove", &json[..], r#"{"address": "go"}"#, 404),
    ] {
        let answer = server.ask(method, path, headers, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        answer.detail();
    }
    assert_eq!(server.runs("").len(), 0);
}

#[test]
fn a_body_that_is_too_large_is_not_read() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let body = format!(r#"{{"plan": "{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let answer = server.ask("POST", "/v1/runs", &[("Content-Type", "application/json")], &body);
    assert_eq!((answer.status, answer.detail().as_str()), (413, "the body is too large"));
}

#[test]
fn a_head_that_is_too_large_or_never_ends_is_cut_off() {
    let place = Place::with(PLAN);
    let server = place.serve();
    for head in [format!("GET /healthz HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(64 * 1024)), {
        let many: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
        format!("GET /healthz HTTP/1.1\r\n{many}\r\n")
    }] {
        let mut answer = String::new();
        // What it has not read is thrown away with the connection.
        let _ = server.connect(head.as_bytes()).read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    // One that is opened and says nothing is closed by the server.
    let mut silent = server.connect(b"GET /healthz HTTP/1.1\r\nHost: ");
    let mut answer = String::new();
    silent.read_to_string(&mut answer).unwrap();
    assert!(!answer.contains("200"), "{answer}");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_page_in_a_browser_is_refused() {
    let place = Place::with(PLAN);
    let mut command = place.command(&["serve", "plan.orch", "--listen", "127.0.0.1:0"]);
    let mut process = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut log = std::io::BufReader::new(process.stderr.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut log, &mut first).unwrap();
    let address = first.trim().rsplit_once("http://").unwrap().1.to_owned();
    let ask = |headers: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET /v1/runs HTTP/1.0\r\n{headers}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let own = format!("Host: {address}\r\n");
    let answers = [
        ask(&own),
        ask(&format!("{own}Origin: http://{address}\r\n")),
        ask("Host: attacker.example\r\n"),
        ask(&format!("{own}Origin: http://attacker.example\r\n")),
        ask(""),
    ];
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(answers, ["200", "200", "403", "403", "403"]);
}

#[test]
fn who_goes_away_leaves_nothing_behind() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    server.follow_until(&run, "asked");
    for _ in 0..600 {
        drop(server.connect(format!("GET /v1/runs/{run}/journal?follow HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()));
    }
    assert_eq!(server.post(&format!("/v1/runs/{run}/approve"), &json!({"address": "go"})).status, 200);
    assert_eq!(server.follow(&run), "completed");
}

/// However many follow a journal, what operators need is answered.
#[test]
fn those_who_follow_journals_lock_nobody_out() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("ask", &json!({}));
    server.follow_until(&run, "\"asked\"");
    let request = format!("GET /v1/runs/{run}/journal?follow HTTP/1.0\r\n\r\n");
    let follow = || {
        let mut stream = server.connect(request.as_bytes());
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        (stream, String::from_utf8(status.to_vec()).unwrap())
    };
    let mut streams: Vec<_> = (0..256).map(|_| follow()).collect();
    assert!(streams.iter().all(|(_, status)| status == "HTTP/1.0 200"));
    let answer = server.get(&format!("/v1/runs/{run}/journal?follow"));
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.head.to_lowercase().contains("retry-after: 10"), "{answer:?}");
    assert!(answer.detail().contains("256 journals are being read already"), "{answer:?}");
    for path in ["/healthz", "/readyz", "/v1/runs", "/v1/inbox", "/metrics"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    // There is room again when one has gone.
    streams.truncate(255);
    server.until(|_| (follow().1 == "HTTP/1.0 200").then_some(()));
    assert_eq!(server.post(&format!("/v1/runs/{run}/approve"), &json!({"address": "go"})).status, 200);
}
