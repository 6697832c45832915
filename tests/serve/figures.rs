//! Figures for Prometheus, and health.

use serde_json::json;

use crate::server::Place;

const PLAN: &str = r#"
uses exec("sh")

action fail_once() = exec("sh", ["-c", "exit 3"])
  compensate nothing

plan p() {
  step broken = fail_once()
}

plan ask() {
  approve go "Go?" by "door"
}
"#;

#[test]
fn figures_tell_what_has_happened() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let failed = server.start("p", &json!({}));
    assert_eq!(server.follow(&failed), "compensated");
    let asked = server.start("ask", &json!({}));
    server.follow_until(&asked, "asked");
    assert_eq!(server.get("/v1/runs/nothing").status, 404);
    let page = server.until(|server| {
        let page = server.get("/metrics");
        page.text.contains("orch_runs_driven 0\n").then_some(page)
    });
    assert!(page.head.contains("content-type: text/plain; version=0.0.4"), "{}", page.head);
    for line in [
        "orch_runs{status=\"compensated\"} 1",
        "orch_runs{status=\"waiting\"} 1",
        "orch_runs{status=\"stuck\"} 0",
        "orch_runs_started_total{by=\"http\"} 2",
        "orch_runs_ended_total{ending=\"compensated\"} 1",
        "orch_effects_total{purpose=\"do\",outcome=\"failed\"} 1",
        "orch_http_requests_total{method=\"POST\",route=\"/v1/runs\",status=\"201\"} 2",
        "orch_http_requests_total{method=\"GET\",route=\"/v1/runs/{run}\",status=\"404\"} 1",
    ] {
        assert!(page.text.lines().any(|other| other == line), "{line} is not in\n{}", page.text);
    }
    every_sample_belongs_to_a_figure(&page.text);
}

/// Each figure is described once, before its samples, and each sample has a number.
fn every_sample_belongs_to_a_figure(page: &str) {
    let mut figure = "";
    let mut described = Vec::new();
    for line in page.lines() {
        let mut words = line.split(' ');
        match line.strip_prefix("# ") {
            Some(said) => {
                let (kind, name) = (words.nth(1).unwrap(), words.next().unwrap());
                if kind == "HELP" {
                    assert!(!described.contains(&name), "{said}");
                    described.push(name);
                }
                figure = name;
            }
            None => {
                let name = line.split(['{', ' ']).next().unwrap();
                let part = ["", "_bucket", "_sum", "_count"].iter().any(|end| name == format!("{figure}{end}"));
                assert!(part, "`{line}` stands below `{figure}`");
                assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
            }
        }
    }
    assert!(described.len() > 10, "{described:?}");
}

/// How long effects take is counted by what they are for.
#[test]
fn how_long_effects_took_is_a_histogram() {
    let place = Place::with(PLAN);
    let server = place.serve();
    let run = server.start("p", &json!({}));
    server.follow(&run);
    let page = server.get("/metrics").text;
    let count = |bucket: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(bucket)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{bucket} is not in\n{page}")).parse::<u64>().unwrap()
    };
    let all = count("orch_effect_seconds_count{purpose=\"do\"}");
    assert!(all >= 1, "{page}");
    assert_eq!(count("orch_effect_seconds_bucket{purpose=\"do\",le=\"+Inf\"}"), all);
    assert_eq!(count("orch_effect_seconds_bucket{purpose=\"do\",le=\"3600\"}"), all);
    assert!(count("orch_http_request_seconds_count") >= 2, "{page}");
}

#[test]
fn it_is_healthy_and_ready() {
    let place = Place::with(PLAN);
    let server = place.serve();
    assert_eq!((server.get("/healthz").status, server.get("/readyz").text.as_str()), (200, "ready\n"));
    assert_eq!(server.get("/openapi.json").json()["openapi"], "3.1.0");
}
