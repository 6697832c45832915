//! What runs emit is sent to others.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use serde_json::{Value as Json, json};

use crate::server::Place;

const PLAN: &str = r#"
event Packed = { order: String }

plan pack(order: String) {
  emit Packed { order: order }
  emit Packed { order: "{order}, again" }
}
"#;

/// Takes one request, answers it with this status, and gives the event that it holds.
fn take(sink: &TcpListener, status: &str) -> Json {
    let (mut stream, _) = sink.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_lowercase();
        if let Some(said) = line.strip_prefix("content-length: ") {
            length = said.parse().unwrap();
        }
        if let Some(said) = line.strip_prefix("content-type: ") {
            assert_eq!(said, "application/cloudevents+json");
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn what_is_emitted_arrives_in_order_and_is_sent_until_it_does() {
    let place = Place::with(PLAN);
    let sink = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/events", sink.local_addr().unwrap());
    let arguments = ["plan.orch", "--sink", &url];
    let server = place.serve_with("api", &arguments);
    let run = server.start("pack", &json!({"order": "o-1"}));
    let refused = take(&sink, "503 Service Unavailable");
    // It is not lost with the server, either.
    server.kill();
    let server = place.serve_with("api", &arguments);
    let (first, second) = (take(&sink, "204 No Content"), take(&sink, "200 OK"));
    assert_eq!(refused, first, "the same event, by which it is known");
    assert_eq!((&first["specversion"], &first["type"]), (&json!("1.0"), &json!("Packed")));
    assert_eq!(first["data"], json!({"order": "o-1"}));
    assert_eq!(second["data"], json!({"order": "o-1, again"}));
    assert!(first["source"].as_str().unwrap().starts_with(&format!("/orch/runs/{run}-")), "{first}");
    assert_eq!(first["source"], second["source"]);
    assert_ne!(first["id"], second["id"]);

    // What comes from outside is not sent on.
    assert_eq!(server.event("/v1/events", "Packed", "7", &json!({"order": "o-2"})).status, 202);
    server.start("pack", &json!({"order": "o-3"}));
    assert_eq!(take(&sink, "200 OK")["data"], json!({"order": "o-3"}));
}

#[test]
fn a_sink_that_is_none_is_refused() {
    let place = Place::with(PLAN);
    let refused = place.orch(&["serve", "--listen", "unix:api", "--sink", "ftp://example.com"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("`ftp://example.com` is no URL that can be sent to"), "{said}");
}
