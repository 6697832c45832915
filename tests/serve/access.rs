//! Who may speak.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;

use crate::server::Place;

const PLAN: &str = r#"
plan ask(name: String) {
  approve go "Greet {name}?" by "door"
}
"#;

const ADA: &str = "0123456789abcdef0123456789abcdef";

fn with_tokens(place: &Place, mode: u32) -> String {
    let file = place.path().join("tokens");
    fs::write(&file, format!("ada {ADA}\nportal fedcba9876543210fedcba9876543210\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    "tokens".to_owned()
}

#[test]
fn without_a_token_nothing_is_answered() {
    let place = Place::with(PLAN);
    let server = place.serve_with("api", &["plan.orch", "--token-file", &with_tokens(&place, 0o600)]);
    let wrong = ("Authorization", "Bearer 0123456789abcdef0123456789abcdeF");
    for (method, path) in [("GET", "/v1/runs"), ("POST", "/v1/runs"), ("GET", "/metrics"), ("GET", "/nothing")] {
        let answer = server.ask(method, path, &[], "");
        assert_eq!((answer.status, answer.detail().as_str()), (401, "this needs a token"), "{path}");
        assert!(answer.head.contains("www-authenticate: bearer"), "{answer:?}");
        assert_eq!(server.ask(method, path, &[wrong], "").status, 401, "{path}");
    }
    for open in ["/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(server.get(open).status, 200, "{open}");
    }
}

#[test]
fn what_is_said_with_a_token_is_journaled_under_its_name() {
    let place = Place::with(PLAN);
    let server = place.serve_with("api", &["plan.orch", "--token-file", &with_tokens(&place, 0o600)]);
    let token = format!("Bearer {ADA}");
    let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
    let begun = server.ask("POST", "/v1/runs", &headers, r#"{"plan": "ask", "inputs": {"name": "Bob"}}"#);
    assert_eq!(begun.status, 201, "{begun:?}");
    let run = begun.json()["id"].as_str().unwrap().to_owned();
    let said = json!({"address": "go", "who": "bob"}).to_string();
    server.until(|server| {
        (server.ask("POST", &format!("/v1/runs/{run}/approve"), &headers, &said).status == 200).then_some(())
    });
    let journal = server.ask("GET", &format!("/v1/runs/{run}/journal"), &headers, "").text;
    assert!(journal.contains(r#""who":"bob by ada""#), "{journal}");
}

#[test]
fn a_file_of_tokens_that_others_can_read_is_refused() {
    let place = Place::with(PLAN);
    let refused = place.orch(&["serve", "--listen", "unix:api", "--token-file", &with_tokens(&place, 0o644)]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("others than its owner can read `tokens`: `chmod 600 tokens`"), "{said}");
}

#[test]
fn other_machines_need_a_token() {
    let place = Place::with(PLAN);
    let refused = place.orch(&["serve", "--listen", "0.0.0.0:0"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("`0.0.0.0:0` can be reached from other machines"), "{said}");
}

#[test]
fn a_program_with_mistakes_is_not_served() {
    let place = Place::with("plan p() { step x = nothing() }");
    let refused = place.orch(&["serve", "plan.orch", "--listen", "unix:api"]);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(!place.path().join(".orch").exists());
}

#[test]
fn a_socket_at_which_another_listens_is_not_taken() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let refused = place.orch(&["serve", "plan.orch", "--listen", "unix:api"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("can't listen at `unix:api`: another process listens there"), "{said}");
    assert_eq!(server.get("/readyz").status, 200);
}
