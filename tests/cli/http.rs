//! Requests over HTTP by the real binary: encrypted, lost, killed, timed out.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    project::{Project, ended, signal},
    server::{Asked, Reply, Server, answer, fine},
};

/// A project with this plan, in which `HOST` is the address of the server.
fn project(server: &Server, plan: &str) -> Project {
    Project::new(&plan.replace("HOST", &server.address))
}

fn key(asked: &Asked) -> String {
    asked.headers.get("idempotency-key").cloned().unwrap_or_default()
}

/// A server that keeps what is posted to it by its key, and lets the first post hang after it was kept.
fn bank() -> (Server, Arc<Mutex<Vec<String>>>) {
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let (posts, known) = (AtomicUsize::new(0), Arc::clone(&kept));
    let server = Server::start(move |asked| {
        let mut known = known.lock().unwrap();
        if asked.method == "GET" {
            let wanted = asked.path.trim_start_matches("/payments?key=").replace("%2F", "/");
            return fine(if known.contains(&wanted) { "{\"id\": \"p-1\"}" } else { "" });
        }
        if !known.contains(&key(asked)) {
            known.push(key(asked));
        }
        match posts.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::Hang(Vec::new()),
            _ => fine("{\"id\": \"p-1\"}"),
        }
    });
    (server, kept)
}

const PAY: &str = r#"
uses http("HOST")

type Payment = { id: String }

probe known(key: String) -> Payment? = http.get("http://HOST/payments?key={key.replace("/", "%2F")}")

action pay(amount: Int) -> Payment = http.post("http://HOST/payments", body: { amount: amount })
  CLAUSES
  compensate nothing

plan p() -> String {
  step paid = pay(7)
  return paid.id
}
"#;

/// Kills orch while its post is on the way, and takes the run up again.
fn killed_while_paying(clauses: &str) -> (Project, Server, Arc<Mutex<Vec<String>>>, super::project::Ended) {
    let (server, kept) = bank();
    let project = project(&server, &PAY.replace("CLAUSES", clauses));
    let mut child = project.start(&["run", "plan.orch"]);
    project.until("the post has arrived", || !server.asked().is_empty());
    signal(&child, "KILL");
    child.wait().unwrap();
    let resumed = project.orch(&["resume", &project.run_id()]);
    (project, server, kept, resumed)
}

#[test]
fn a_post_that_is_lost_in_a_crash_is_repeated_with_the_same_key_if_that_does_no_harm() {
    let (_, server, kept, resumed) = killed_while_paying("idempotent");
    resumed.says(0, &["completed"]).prints(&["p-1"]);
    assert_eq!(server.lines(), ["POST /payments", "POST /payments"]);
    let keys: Vec<String> = server.asked().iter().map(key).collect();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(kept.lock().unwrap().len(), 1, "it was paid once");
}

#[test]
fn a_post_that_is_lost_in_a_crash_is_asked_for() {
    let (_, server, kept, resumed) = killed_while_paying("confirm known(key)");
    resumed.says(0, &["completed"]).prints(&["p-1"]);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
    assert_eq!(kept.lock().unwrap().len(), 1);
}

#[test]
fn a_post_of_which_nobody_can_know_waits_for_a_person() {
    let (project, server, _, resumed) = killed_while_paying("");
    resumed.says(7, &["stuck on `paid`"]);
    let id = project.run_id();
    project.orch(&["settle", &id, "paid", "--done", r#"{"id": "p-9"}"#]).says(0, &[]).prints(&["p-9"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_step_that_takes_too_long_drops_its_request() {
    let server = Server::start(|_| Reply::Hang(Vec::new()));
    let plan = "uses http(\"HOST\") plan p() { step http.post(\"http://HOST/\") timeout 100ms compensate nothing }";
    project(&server, plan).orch(&["run", "plan.orch"]).says(7, &["no end after 100ms"]);
    let plan = "uses http(\"HOST\") plan p() { probe x: Int = http.get(\"http://HOST/\") timeout 100ms require x > 1 }";
    project(&server, plan).orch(&["run", "plan.orch"]).says(1, &["no end after 100ms"]);
}

#[test]
fn a_computed_host_is_refused_when_it_is_known() {
    let server = Server::start(|_| fine("1"));
    let plan =
        "uses http(\"HOST\") plan p(host: String) { probe x: Int = http.get(\"http://{host}/\") require x == 1 }";
    let project = project(&server, plan);
    let set = |host: &str| format!("host={host}");
    project.orch(&["run", "plan.orch", "--set", &set(&server.address)]).says(0, &[]);
    let other = "http of `localhost` is not granted: add `uses http(\"localhost\")` to plan.orch";
    project.orch(&["run", "plan.orch", "--set", &set("localhost")]).says(1, &[other]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn an_answer_without_a_body_is_none_and_one_that_does_not_fit_is_shown() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/none" => Reply::Bytes(answer("204 No Content", "", "")),
        _ => fine("{\"nodes\": \"three\"}"),
    });
    let plan = r#"
        uses http("HOST")
        type Status = { nodes: Int }
        plan p(path: String) -> Bool {
          probe found: Status? = http.get("http://HOST/{path}")
          return found is none
        }
    "#;
    let project = project(&server, plan);
    project.orch(&["run", "plan.orch", "--set", "path=none"]).says(0, &[]).prints(&["true"]);
    project.orch(&["run", "plan.orch", "--set", "path=x"]).says(1, &["`nodes`", "Int", "three"]);
}

#[test]
fn a_proxy_of_the_environment_is_not_gone_through() {
    let server = Server::start(|_| fine("1"));
    let plan = "uses http(\"HOST\") plan p() { probe x: Int = http.get(\"http://HOST/\") require x == 1 }";
    let project = project(&server, plan);
    let mut command = project.command(&["run", "plan.orch"]);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:1");
    }
    ended(command.output().unwrap()).says(0, &[]);
}

/// A server that is spoken to in TLS, with its certificate as PEM.
fn encrypted() -> (Server, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let wrap = move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        rustls::StreamOwned::new(connection, stream)
    };
    (Server::start_behind(wrap, |_| fine("1")), made.cert.pem())
}

#[test]
fn an_encrypted_server_is_spoken_to_if_its_certificate_is_known() {
    let (server, certificate) = encrypted();
    let plan = "uses http(\"HOST\") plan p() { probe x: Int = http.get(\"https://HOST/\") require x == 1 }";
    let project = project(&server, plan);
    project.write("known.pem", &certificate);
    let mut command = project.command(&["run", "plan.orch"]);
    ended(command.env("SSL_CERT_FILE", project.path("known.pem")).output().unwrap()).says(0, &[]);
    project.orch(&["run", "plan.orch"]).says(1, &["can't connect: ", "certificate"]);
    assert_eq!(server.asked().len(), 1);
}
