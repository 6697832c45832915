//! Runs: which there are, how they stand, and new ones.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Shared,
    body::{Asked, Fields},
};
use crate::{
    machine::{MAX_DEPTH, USUAL_DEPTH},
    run::Standing,
    serve::{problem::Problem, starter},
};

/// Which runs are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    status: Option<String>,
    plan: Option<String>,
}

/// What is to be started.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToStart {
    plan: String,
    file: Option<String>,
    #[serde(default)]
    inputs: Map<String, Value>,
    #[serde(default = "usual_depth")]
    deepest: u32,
}

fn usual_depth() -> u32 {
    USUAL_DEPTH
}

/// `GET /v1/plans`
pub async fn plans(State(service): Shared) -> Json<Value> {
    let plans: Vec<_> = service.programs.all().map(|startable| startable.row()).collect();
    Json(json!({"version": 1, "plans": plans}))
}

/// `GET /v1/runs`
pub async fn list(State(service): Shared, Asked(which): Asked<Which>) -> Result<Json<Value>, Problem> {
    if let Some(unknown) = which.status.as_ref().filter(|status| Standing::parse(status).is_none()) {
        let there_are = Standing::ALL.map(|standing| format!("status={}", standing.as_str()));
        return Err(Problem::unreadable(format!("no run can be `{unknown}`")).instead(there_are));
    }
    let documents = service.documents;
    let mut document = service.ask(move |runner| (documents.runs)(runner)).await?;
    if let Some(Value::Array(runs)) = document.get_mut("runs") {
        let is = |run: &Value, field: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| run[field] == wanted.as_str())
        };
        runs.retain(|run| is(run, "status", &which.status) && is(run, "plan", &which.plan));
    }
    Ok(Json(document))
}

/// `POST /v1/runs`
pub async fn start(State(service): Shared, Fields(fields): Fields) -> Result<Response, Problem> {
    let to_start: ToStart =
        serde_json::from_value(Value::Object(fields)).map_err(|error| Problem::unreadable(error.to_string()))?;
    let startable = service.programs.find(&to_start.plan, to_start.file.as_deref())?;
    if !(1..=MAX_DEPTH).contains(&to_start.deepest) {
        return Err(Problem::unfit(format!("`deepest` is a number from 1 to {MAX_DEPTH}")));
    }
    let begun = starter::start(&service, startable, &to_start.inputs, to_start.deepest, "http").await?;
    let status = if begun.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let place = format!("/v1/runs/{}", begun.run.id);
    let otherwise: Vec<&str> = begun.otherwise.iter().map(|otherwise| otherwise.name.as_str()).collect();
    let body = json!({
        "id": begun.run.id.as_str(),
        "plan": begun.run.plan.as_str(),
        "status": begun.run.standing.as_str(),
        "new": begun.is_new,
        "otherwise": otherwise,
    });
    Ok((status, [(header::LOCATION, place)], Json(body)).into_response())
}

/// `GET /v1/runs/{run}`
pub async fn show(State(service): Shared, Path(run): Path<String>) -> Result<Json<Value>, Problem> {
    let documents = service.documents;
    let document = service.ask(move |runner| {
        let info = runner.find(&run)?;
        (documents.run)(runner, &info)
    });
    document.await.map(Json)
}

/// `GET /v1/runs/{run}/parts/{address}`
pub async fn part(
    State(service): Shared,
    Path((run, address)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let documents = service.documents;
    let missing = Problem::unknown(format!("run `{run}` has no part `{address}`"));
    let document = service.ask(move |runner| {
        let info = runner.find(&run)?;
        (documents.part)(runner, &info, &address)
    });
    document.await?.map(Json).ok_or(missing)
}

/// `GET /v1/inbox`
pub async fn inbox(State(service): Shared) -> Result<Json<Value>, Problem> {
    let documents = service.documents;
    service.ask(move |runner| (documents.inbox)(runner)).await.map(Json)
}
