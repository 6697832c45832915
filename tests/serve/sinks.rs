//! What runs emit is sent to others.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::Stdio,
};

use serde_json::{Value as Json, json};

use crate::server::{Place, receive};

const PLAN: &str = r#"
event Packed = { order: String }

plan pack(order: String) {
  emit Packed { order: order }
  emit Packed { order: "{order}, again" }
}
"#;

/// Takes one event, and answers with this status.
fn take(sink: &TcpListener, status: &str) -> Json {
    let received = receive(sink, status);
    assert_eq!(received.header("content-type"), Some("application/cloudevents+json"));
    received.body
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
    let refused = place.orch(&["serve", "--listen", "unix:api", "--sink", "http://me:hunter2@127.0.0.1:1/"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("it says no user and no password") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_sink_is_told_its_token_and_nobody_else_is() {
    const TOKEN: &str = "s3cr3t-for-the-sink";
    let place = Place::with(PLAN);
    let sink = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/events", sink.local_addr().unwrap());
    let tokens = place.path().join("tokens");
    fs::write(&tokens, format!("{url} {TOKEN}\n")).unwrap();
    let arguments = ["plan.orch", "--sink", &url, "--sink-token-file", "tokens"];
    let refused = place.orch(&[["serve", "--listen", "unix:api"].as_slice(), &arguments].concat());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("others than its owner can read `tokens`"), "{said}");
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o600)).unwrap();

    let mut server = place.command(&["serve", "--listen", "unix:api"]);
    let mut server = server.args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("listens at ") {
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "{line}");
    }
    let run = place.orch(&["run", "plan.orch", "--set", "order=o-1"]);
    assert!(run.status.success(), "{run:?}");
    let refused = receive(&sink, "401 Unauthorized");
    assert_eq!(refused.header("authorization"), Some("Bearer s3cr3t-for-the-sink"));
    while !line.contains("it answers 401") {
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "{line}");
    }
    let taken = receive(&sink, "200 OK");
    assert_eq!((taken.header("authorization"), &taken.body), (refused.header("authorization"), &refused.body));
    server.kill().unwrap();
    server.wait().unwrap();
    log.read_to_string(&mut line).unwrap();
    assert!(!line.contains(TOKEN), "{line}");
    for file in fs::read_dir(place.path().join(".orch")).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()), "{}", path.display());
    }
}

#[test]
fn a_token_for_a_sink_that_is_not_named_is_refused() {
    let place = Place::with(PLAN);
    let tokens = place.path().join("tokens");
    fs::write(&tokens, "http://a.test/ t0ken\n").unwrap();
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o600)).unwrap();
    let refused =
        place.orch(&["serve", "--listen", "unix:api", "--sink", "http://b.test/", "--sink-token-file", "tokens"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("line 1 of `tokens` is for a sink that is not named"), "{said}");
    assert!(!said.contains("t0ken"), "{said}");
}
