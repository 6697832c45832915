//! Whether it works, what it has done, and what can be asked.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::Shared;
use crate::{
    run::{RunInfo, Standing, Wish},
    serve::{metrics::Page, problem::Problem},
};

/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What can be asked, for those who generate clients.
pub const OPENAPI: &str = include_str!("openapi.json");

/// `GET /healthz`
pub async fn health() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store can be read, and the process is not about to leave.
pub async fn ready(State(service): Shared) -> Result<&'static str, Problem> {
    if service.control.wish() != Wish::GoOn {
        return Err(Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "the process is about to leave"));
    }
    service.ask(|runner| runner.runs().map(drop)).await?;
    Ok("ready\n")
}

/// `GET /openapi.json`
pub async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// `GET /metrics`
pub async fn metrics(State(service): Shared) -> Result<Response, Problem> {
    let runs = service.ask(|runner| runner.runs()).await?;
    let mut page = Page::default();
    let version = vec![(vec![env!("CARGO_PKG_VERSION").to_owned()], 1.0)];
    page.gauge("orch_build_info", "The version of orch.", &["version"], &version);
    page.gauge("orch_runs", "Runs in the store.", &["status"], &by_status(&runs));
    let driven = service.driven.load(std::sync::atomic::Ordering::Relaxed);
    page.gauge("orch_runs_driven", "Runs that this process drives now.", &[], &[(Vec::new(), driven as f64)]);
    let help = "Since when a run needs a person.";
    page.gauge("orch_run_stuck_since_timestamp_seconds", help, &["run", "plan"], &stuck(&runs));
    let figures = &service.metrics;
    page.counter("orch_runs_started_total", "Runs this process has started.", &["by"], &figures.started);
    page.counter("orch_runs_ended_total", "Runs that ended here.", &["ending"], &figures.ended);
    page.counter("orch_parts_total", "Parts of runs that ended.", &["end"], &figures.parts);
    page.counter("orch_effects_total", "Effects that ended.", &["purpose", "outcome"], &figures.effects);
    page.counter("orch_records_total", "Records appended to journals.", &[], &figures.records);
    page.counter("orch_events_total", "Events that came over HTTP.", &["result"], &figures.events);
    page.counter("orch_events_sent_total", "Events that were sent.", &["sink", "result"], &figures.sent);
    let labels = ["method", "route", "status"];
    page.counter("orch_http_requests_total", "Requests.", &labels, &figures.requests);
    page.histogram("orch_http_request_seconds", "How long requests took.", &[], &figures.request_seconds);
    page.histogram("orch_effect_seconds", "How long effects took.", &["purpose"], &figures.effect_seconds);
    Ok(([(header::CONTENT_TYPE, TEXT)], page.text()).into_response())
}

fn by_status(runs: &[RunInfo]) -> Vec<(Vec<String>, f64)> {
    let count = |standing: Standing| runs.iter().filter(|run| run.standing == standing).count() as f64;
    Standing::ALL.iter().map(|standing| (vec![standing.as_str().to_owned()], count(*standing))).collect()
}

fn stuck(runs: &[RunInfo]) -> Vec<(Vec<String>, f64)> {
    let stuck = runs.iter().filter(|run| run.standing == Standing::Stuck);
    let row = |run: &RunInfo| (vec![run.id.to_string(), run.plan.to_string()], run.since.0 as f64 / 1e9);
    stuck.map(row).collect()
}
