//! Requests over HTTP, to a server that answers as it likes.

use std::{collections::BTreeMap, sync::Arc};

use orch::{
    ir::{Grant, HttpMethod, HttpRequest, Input, Request, SecretPlace, SecretRef, Text},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::{
        Effects,
        effects::{ModuleSite, Site},
    },
};

use super::{
    server::{Asked, Reply, Server, answer, fine, leading},
    world::*,
};

/// May reach these hosts, and read `SECRET`.
fn world(hosts: &[&str]) -> World {
    let hosts = hosts.iter().map(|host| (*host).into()).collect();
    World::granting(vec![Grant::Http(hosts), Grant::Env(vec!["SECRET".into()])])
}

fn http(method: HttpMethod, url: &str) -> HttpRequest {
    HttpRequest { method, url: url.into(), module: 0, headers: BTreeMap::new(), body: None }
}

fn get(url: &str) -> Request {
    Request::Http(http(HttpMethod::Get, url))
}

fn post(url: &str, body: &str) -> Request {
    Request::Http(HttpRequest { body: Some(body.into()), ..http(HttpMethod::Post, url) })
}

fn secret() -> Text {
    Text::Secret(Arc::new(SecretRef::whole(SecretPlace::Env("SECRET".into()), 0)))
}

/// What a look at a server that replies in one way gives, and what a change.
async fn both(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Outcome, Outcome) {
    let server = Server::start(move |_| reply());
    let world = world(&[&server.address]);
    let looked = world.perform_as(Purpose::Look, get(&server.url("/x?q=1"))).await;
    let changed = world.perform(post(&server.url("/x?q=1"), "a")).await;
    (without_port(looked, &server), without_port(changed, &server))
}

/// An outcome, with `HOST` in place of the server's address.
fn without_port(outcome: Outcome, server: &Server) -> Outcome {
    let text = |text: String| text.replace(&server.address, "HOST");
    match outcome {
        Outcome::Ok { output, printed } => Outcome::Ok { output: text(output), printed: text(printed) },
        Outcome::Failed { reason, printed, retry_after } => {
            Outcome::Failed { reason: text(reason), printed: text(printed), retry_after }
        }
        Outcome::Unknown { reason, printed } => Outcome::Unknown { reason: text(reason), printed: text(printed) },
    }
}

fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Ok { .. } => panic!("{outcome:?}"),
        Outcome::Failed { reason, .. } | Outcome::Unknown { reason, .. } => reason,
    }
}

#[tokio::test]
async fn the_body_of_an_answer_is_what_a_request_gives() {
    assert_eq!(both(|| fine("{\"a\": 1}")).await, (ok("{\"a\": 1}"), ok("{\"a\": 1}")));
    let nothing = || Reply::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    assert_eq!(both(nothing).await, (ok(""), ok("")));
    let pieces = || {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        Reply::Bytes(format!("{head}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").into())
    };
    assert_eq!(both(pieces).await, (ok("abc"), ok("abc")));
}

#[tokio::test]
async fn a_request_says_what_it_is() {
    let server = Server::start(|_| fine(""));
    let world = world(&[&server.address]);
    let headers = [("X-Team".to_owned(), "ops".into()), ("Authorization".to_owned(), secret())].into();
    let body: Input = ["token=".into(), secret()].into_iter().collect();
    let request = HttpRequest { headers, body: Some(body), ..http(HttpMethod::Put, &server.url("/a%20b?x=%26&y=1")) };
    world.perform(Request::Http(request)).await;
    world.perform_as(Purpose::Look, get(&server.url("/"))).await;
    world.perform(post(&server.url("/"), " {\"a\": [1]}")).await;
    world.perform(post(&server.url("/"), "{a")).await;
    world.perform(get(&server.url("/"))).await;
    let asked = server.asked();
    let header = |asked: &Asked, name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("PUT", "/a%20b?x=%26&y=1"));
    assert_eq!(asked[0].body, "token=hush");
    assert_eq!(header(&asked[0], "authorization"), "hush");
    assert_eq!(header(&asked[0], "x-team"), "ops");
    assert_eq!(header(&asked[0], "content-type"), "text/plain; charset=utf-8");
    assert_eq!(header(&asked[0], "user-agent"), concat!("orch/", env!("CARGO_PKG_VERSION")));
    let keys: Vec<String> = asked.iter().map(|asked| header(asked, "idempotency-key")).collect();
    assert_eq!(keys, ["k7f2-1/hold", "", "k7f2-1/hold", "k7f2-1/hold", "k7f2-1/hold"], "a look has none");
    let kinds: Vec<String> = asked.iter().map(|asked| header(asked, "content-type")).collect();
    assert_eq!(kinds[1..], ["", "application/json", "text/plain; charset=utf-8", ""]);
}

#[tokio::test]
async fn what_a_program_says_itself_is_left() {
    let server = Server::start(|_| fine(""));
    let headers = [("content-type", "application/cloudevents+json"), ("Idempotency-Key", "mine")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.into())).into();
    let request = HttpRequest { headers, body: Some("{}".into()), ..http(HttpMethod::Post, &server.url("/")) };
    world(&[&server.address]).perform(Request::Http(request)).await;
    let asked = &server.asked()[0];
    assert_eq!(asked.headers["content-type"], "application/cloudevents+json");
    assert_eq!(asked.headers["idempotency-key"], "mine");
}

#[tokio::test]
async fn a_status_tells_failed_from_unknown() {
    for (status, changed_unknown) in [
        ("400 Bad Request", false),
        ("404 Not Found", false),
        ("408 Request Timeout", true),
        ("429 Too Many Requests", false),
        ("500 Internal Server Error", true),
        ("502 Bad Gateway", true),
        ("503 Service Unavailable", false),
        ("504 Gateway Timeout", true),
        ("304 Not Modified", true),
    ] {
        let (looked, changed) = both(move || Reply::Bytes(answer(status, "", ""))).await;
        assert_eq!(looked, failed(&format!("http.get HOST/x: {status}")));
        let reason = format!("http.post HOST/x: {status}");
        assert_eq!(changed, if changed_unknown { unknown(&reason) } else { failed(&reason) });
    }
}

#[tokio::test]
async fn what_a_server_says_of_its_refusal_is_told_unless_it_is_a_page() {
    let json = || Reply::Bytes(answer("422 Unprocessable Entity", "content-type: application/json\r\n", "{\"e\": 1}"));
    let (_, changed) = both(json).await;
    assert_eq!(changed, Outcome::failed("http.post HOST/x: 422 Unprocessable Entity", "{\"e\": 1}".to_owned()));
    let page =
        || Reply::Bytes(answer("404 Not Found", "content-type: text/html; charset=utf-8\r\n", "<html>\n</html>"));
    assert_eq!(both(page).await.0, failed("http.get HOST/x: 404 Not Found"));
    let long = || Reply::Bytes(answer("400 Bad Request", "", &"x".repeat(100_000)));
    let (Outcome::Failed { printed, .. }, _) = both(long).await else { panic!("it failed") };
    assert_eq!(printed.len(), 4096);
}

#[tokio::test]
async fn a_server_that_asks_to_be_left_alone_is_heard() {
    let busy = || Reply::Bytes(answer("503 Service Unavailable", "retry-after: 7\r\n", ""));
    let seven = Some(7_000_000_000);
    let (looked, changed) = both(busy).await;
    assert!(matches!(looked, Outcome::Failed { retry_after, .. } if retry_after == seven));
    assert!(matches!(changed, Outcome::Failed { retry_after, .. } if retry_after == seven));
    let (looked, _) = both(|| Reply::Bytes(answer("429 Too Many Requests", "retry-after: 7\r\n", ""))).await;
    assert!(matches!(looked, Outcome::Failed { retry_after, .. } if retry_after == seven));
}

#[tokio::test]
async fn what_was_not_sent_failed() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let world = world(&[&closed, "no-such-host.invalid"]);
    let outcome = world.perform(post(&format!("http://{closed}/x?token=hush"), "a")).await;
    let expected = format!("http.post {closed}/x: can't connect: Connection refused (os error 111)");
    assert_eq!(outcome, failed(&expected));
    let outcome = world.perform(post("http://no-such-host.invalid/x", "a")).await;
    assert!(matches!(&outcome, Outcome::Failed { reason, .. } if reason.contains("can't connect: ")), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_a_change_in_doubt_and_a_look_without_answer() {
    let replies: [fn() -> Reply; 6] = [
        || Reply::Bytes(Vec::new()),
        || Reply::Reset(Vec::new()),
        || Reply::Bytes(b"HTTP/1.1 2".to_vec()),
        || Reply::Bytes(b"no HTTP at all\r\n\r\n".to_vec()),
        || Reply::Bytes(head_of_ten()),
        || Reply::Reset(head_of_ten()),
    ];
    for (at, reply) in replies.into_iter().enumerate() {
        let (looked, changed) = both(reply).await;
        assert!(matches!(looked, Outcome::Failed { .. }), "{at}: {looked:?}");
        assert!(matches!(changed, Outcome::Unknown { .. }), "{at}: {changed:?}");
        let says = if at < 4 { "no whole answer came: " } else { "200 OK, but the answer broke off: " };
        assert!(reason(&changed).contains(says), "{at}: {changed:?}");
        assert!(!reason(&changed).contains("q=1"), "{changed:?}");
    }
}

fn head_of_ten() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec()
}

#[tokio::test]
async fn nothing_is_sent_twice_by_itself() {
    let server = Server::start(|_| Reply::Reset(Vec::new()));
    let world = world(&[&server.address]);
    for request in [get(&server.url("/")), post(&server.url("/"), "a")] {
        world.perform(request).await;
    }
    assert_eq!(server.lines(), ["GET /", "POST /"]);
}

#[tokio::test]
async fn an_answer_that_can_t_be_taken_is_none() {
    let large = || fine(&"x".repeat(1024 * 1024 + 1));
    let (looked, changed) = both(large).await;
    assert_eq!(looked, failed("http.get HOST/x: 200 OK, but the answer has more than 1 MiB"));
    assert_eq!(changed, unknown("http.post HOST/x: 200 OK, but the answer has more than 1 MiB"));
    let exact = both(|| fine(&"x".repeat(1024 * 1024))).await.0;
    assert!(matches!(exact, Outcome::Ok { output, .. } if output.len() == 1024 * 1024));
    let odd = || Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\xff\xfe".to_vec());
    assert_eq!(both(odd).await.0, failed("http.get HOST/x: 200 OK, but the answer is not UTF-8 at byte 0"));
}

#[tokio::test]
async fn where_no_answer_is_wanted_any_will_do_but_it_is_waited_for() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/long" => fine(&"x".repeat(3_000_000)),
        _ => Reply::Bytes(head_of_ten()),
    });
    let world = world(&[&server.address]);
    let unread = async |path: &str| {
        let perform = Perform { wants_output: false, ..asked(Purpose::Do, post(&server.url(path), "a")) };
        Arc::clone(&world.effects).perform(perform).await
    };
    assert_eq!(unread("/long").await, ok(""));
    assert!(matches!(unread("/short").await, Outcome::Unknown { .. }));
}

#[tokio::test]
async fn a_request_that_is_stopped_is_dropped() {
    let server = Server::start(|_| Reply::Hang(Vec::new()));
    let world = world(&[&server.address]);
    let stopped = async |purpose: Purpose, request: Request, count: usize| {
        let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(purpose, request)));
        until("it was asked", || server.asked().len() == count).await;
        world.effects.stop(EffectId(1));
        ended.await.unwrap()
    };
    let in_doubt = stopped(Purpose::Do, post(&server.url("/"), "a"), 1).await;
    assert_eq!(in_doubt, unknown("stopped before it was answered"));
    let looked = stopped(Purpose::Look, get(&server.url("/")), 2).await;
    assert_eq!(looked, failed("stopped before it was answered"));
    let never = Arc::clone(&world.effects).perform(asked(Purpose::Do, post(&server.url("/"), "a")));
    world.effects.stop(EffectId(1));
    assert_eq!(never.await, failed("stopped before it was sent"));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_slow_body_can_be_stopped_too() {
    let server = Server::start(|_| Reply::Hang(head_of_ten()));
    let world = world(&[&server.address]);
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Undo, post(&server.url("/"), "a"))));
    until("it was asked", || server.asked().len() == 1).await;
    world.effects.stop_all_at_once();
    assert_eq!(ended.await.unwrap(), unknown("stopped before it was answered"));
}

#[tokio::test]
async fn a_look_follows_redirects_within_what_is_granted() {
    let other = Server::start(|_| fine("there"));
    let there = other.url("/there");
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/start" => leading("302 Found", "next?a=1"),
        "/next?a=1" => leading("308 Permanent Redirect", "/end"),
        "/end" => fine("here"),
        "/away" => leading("307 Temporary Redirect", &there),
        "/odd" => leading("302 Found", "ftp://127.0.0.1/"),
        "/user" => leading("302 Found", "http://me:pass@127.0.0.1/"),
        _ => leading("301 Moved Permanently", &asked.path),
    });
    let both_granted = world(&[&server.address, &other.address]);
    let one = world(&[&server.address]);
    let look = async |world: &World, path: &str| world.perform_as(Purpose::Look, get(&server.url(path))).await;
    assert_eq!(look(&one, "/start").await, ok("here"));
    assert_eq!(look(&both_granted, "/away").await, ok("there"));
    assert_eq!(other.asked().len(), 1);
    let refused = look(&one, "/away").await;
    let expected = format!(
        "http.get {0}/away: 307 Temporary Redirect, and leads to `{1}/there`: http of `{1}` is not granted: add `uses http(\"{1}\")` to plan.orch",
        server.address, other.address
    );
    assert_eq!(refused, failed(&expected));
    assert_eq!(other.asked().len(), 1, "it was refused before it was reached");
    assert_eq!(
        reason(&look(&one, "/round").await),
        format!("http.get {}/round: more than 10 redirects", server.address)
    );
    assert_eq!(server.lines().iter().filter(|line| *line == "GET /round").count(), 11);
    assert!(reason(&look(&one, "/odd").await).ends_with("names no host to reach: write `https://HOST/..`"));
    assert!(reason(&look(&one, "/user").await).contains("says no user and no password"));
}

#[tokio::test]
async fn what_changes_something_is_sent_on_only_where_it_was_surely_not_done() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/temporary" => leading("307 Temporary Redirect", "/end"),
        "/after" => leading("303 See Other", "/end"),
        "/moved" => leading("301 Moved Permanently", "/end"),
        "/after-that" => leading("303 See Other", "/gone"),
        "/gone" => Reply::Bytes(answer("404 Not Found", "", "")),
        "/away" => leading("307 Temporary Redirect", "http://elsewhere.invalid/"),
        "/done-away" => leading("303 See Other", "http://elsewhere.invalid/"),
        _ => fine(&asked.body),
    });
    let world = world(&[&server.address]);
    let posted = async |path: &str| without_port(world.perform(post(&server.url(path), "a")).await, &server);
    assert_eq!(posted("/temporary").await, ok("a"));
    assert_eq!(posted("/after").await, ok(""));
    assert_eq!(server.lines(), ["POST /temporary", "POST /end", "POST /after", "GET /end"]);
    assert!(!server.asked()[3].headers.contains_key("idempotency-key"), "the second is a look");
    let expected = "http.post HOST/moved: 301 Moved Permanently, and leads to `HOST/end`: \
                    whether it was done is not known; if it has moved, write `HOST/end`";
    assert_eq!(posted("/moved").await, unknown(expected));
    assert_eq!(posted("/after-that").await, unknown("http.post HOST/gone: 404 Not Found"));
    assert!(matches!(posted("/away").await, Outcome::Failed { reason, .. } if reason.contains("is not granted")));
    assert!(matches!(posted("/done-away").await, Outcome::Unknown { reason, .. } if reason.contains("is not granted")));
}

#[tokio::test]
async fn what_is_meant_for_one_server_is_not_told_to_another() {
    let other = Server::start(|_| fine(""));
    let there = other.url("/there");
    let server = Server::start(move |_| leading("307 Temporary Redirect", &there));
    let world = world(&[&server.address, &other.address]);
    let headers = [("Authorization", "Bearer x".into()), ("X-Api-Key", secret()), ("X-Team", "ops".into())];
    let headers: BTreeMap<String, Text> = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let request = HttpRequest { headers, body: Some("a".into()), ..http(HttpMethod::Post, &server.url("/")) };
    world.perform(Request::Http(request.clone())).await;
    let told = other.asked();
    assert_eq!(told[0].body, "a");
    assert_eq!(told[0].headers.get("x-team").map(String::as_str), Some("ops"));
    assert!(!told[0].headers.contains_key("authorization") && !told[0].headers.contains_key("x-api-key"));
    let with_secret = HttpRequest { body: Some(secret().into()), ..request };
    let outcome = world.perform(Request::Http(with_secret)).await;
    assert!(
        matches!(&outcome, Outcome::Failed { reason, .. } if reason.ends_with("which is not told to another server"))
    );
    assert_eq!(other.asked().len(), 1);
}

#[tokio::test]
async fn a_secret_in_an_answer_is_hidden() {
    let server = Server::start(|asked| {
        let echo = format!("{{\"got\": \"{}\"}}", asked.headers.get("x-token").cloned().unwrap_or_default());
        match asked.path.as_str() {
            "/fine" => fine(&echo),
            "/away" => leading("302 Found", "http://hush.invalid/hush"),
            _ => Reply::Bytes(answer("403 Forbidden", "", &echo)),
        }
    });
    let world = world(&[&server.address]);
    let request = |path: &str| {
        let headers = [("X-Token".to_owned(), secret())].into();
        Request::Http(HttpRequest { headers, ..http(HttpMethod::Get, &server.url(path)) })
    };
    assert_eq!(world.perform_as(Purpose::Look, request("/fine")).await, ok("{\"got\": \"[secret SECRET]\"}"));
    let refused = world.perform_as(Purpose::Look, request("/")).await;
    assert!(matches!(&refused, Outcome::Failed { printed, .. } if printed == "{\"got\": \"[secret SECRET]\"}"));
    let away = world.perform_as(Purpose::Look, request("/away")).await;
    assert!(!reason(&away).contains("hush"), "{away:?}");
}

#[tokio::test]
async fn only_the_host_and_port_that_are_granted_are_reached() {
    let server = Server::start(|_| fine(""));
    let port = server.address.split(':').next_back().unwrap().to_owned();
    let refused = async |grant: &str, url: &str| {
        let outcome = world(&[grant]).perform_as(Purpose::Look, get(url)).await;
        assert!(
            matches!(&outcome, Outcome::Failed { reason, .. } if reason.contains("is not granted")),
            "{url}: {outcome:?}"
        );
    };
    refused("127.0.0.1", &server.url("/")).await;
    refused("127.0.0.1:1", &server.url("/")).await;
    refused("example.com", &server.url("/")).await;
    refused("*.0.0.1", &server.url("/")).await;
    // What a reader of the text would take for another host.
    let granted = format!("example.com:{port}");
    for url in [
        format!("http://example.com\\@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}\\example.com:{port}/"),
        format!("http://127.0.0.1:{port}#example.com:{port}/"),
        format!("http://127.0.0.1:{port}?@example.com:{port}/"),
        format!("http://12\t7.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http:127.0.0.1:{port}/"),
    ] {
        let outcome = world(&[&granted]).perform_as(Purpose::Look, get(&url)).await;
        assert!(matches!(&outcome, Outcome::Failed { .. }), "{url}: {outcome:?}");
    }
    assert_eq!(server.lines(), [""; 0]);
    assert_eq!(world(&[&server.address]).perform_as(Purpose::Look, get(&server.url("/"))).await, ok(""));
}

#[tokio::test]
async fn an_effect_over_http_needs_the_grant_of_its_module_and_of_the_root() {
    let server = Server::start(|_| fine("yes"));
    for (plan, lib, refused) in [("x", "", Some("plan.orch")), ("", "x", Some("lib.orch")), ("", "", None)] {
        let folder = tempfile::tempdir().unwrap();
        let site = |name: &str, host: &str| ModuleSite {
            name: name.into(),
            folder: folder.path().into(),
            grants: vec![Grant::Http(vec![if host.is_empty() { server.address.as_str().into() } else { host.into() }])],
        };
        let modules = vec![site("plan.orch", plan), site("lib.orch", lib)];
        let world = World::at(Site { modules, environment: environment(), ..Site::default() }, folder);
        let request = Request::Http(HttpRequest { module: 1, ..http(HttpMethod::Get, &server.url("/")) });
        let outcome = world.perform_as(Purpose::Look, request).await;
        match refused {
            Some(file) => assert!(reason(&outcome).ends_with(&format!("to {file}")), "{outcome:?}"),
            None => assert_eq!(outcome, ok("yes")),
        }
    }
}

#[tokio::test]
async fn a_request_that_can_t_be_written_is_not_sent() {
    let server = Server::start(|_| fine(""));
    let world = world(&[&server.address]);
    let with = |name: &str, value: Text| {
        let headers = [(name.to_owned(), value)].into();
        Request::Http(HttpRequest { headers, ..http(HttpMethod::Post, &server.url("/")) })
    };
    assert_eq!(world.perform(with("a b", "x".into())).await, failed("`a b` can't be the name of a header"));
    let expected = "what the header `X` would be has a line break or another sign that no header can have";
    assert_eq!(world.perform(with("X", "a\r\nEvil: 1".into())).await, failed(expected));
    let expected = "a URL is seen by everyone, so it says no user and no password: use `headers:`";
    let url = format!("http://me:hush@{}/", server.address);
    assert_eq!(world.perform(post(&url, "")).await, failed(expected));
    assert_eq!(world.perform(post("/x", "")).await, failed("`/x` is no URL: relative URL without a base"));
    assert_eq!(server.lines(), [""; 0]);
}
