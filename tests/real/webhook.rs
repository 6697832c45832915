//! `std/notify`: a message reaches whoever listens.

use super::{
    part::Project,
    server::{Reply, Server, answer, fine},
};

#[test]
fn a_message_reaches_a_webhook_with_its_key() {
    let server = Server::start(|_| fine("ok"));
    let project = Project::with("notify.orch", &[("hooks.example.com", &server.address)]);
    let url = format!("url={}", server.url("/T1/B2?x=1"));
    project.run("told", &[&url, "text=It's \"done\" {é}\n"], &[]).says(0, &[]);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].path.as_str()), (1, "POST", "/T1/B2?x=1"));
    assert_eq!(asked[0].headers["content-type"], "application/json");
    assert!(asked[0].headers["idempotency-key"].ends_with("/sent"));
    let said: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(said, serde_json::json!({ "text": "It's \"done\" {é}\n" }));
}

#[test]
fn a_webhook_that_fails_does_not_stop_what_only_wants_to_tell() {
    let server = Server::start(|_| Reply::Bytes(answer("403 Forbidden", "", "invalid_token")));
    let project = Project::with("notify.orch", &[("hooks.example.com", &server.address)]);
    let url = format!("url={}", server.url("/"));
    project.run("told", &[&url, "text=x"], &[]).says(0, &["invalid_token (http.post ", ": 403 Forbidden)"]);
}
