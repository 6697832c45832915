//! Events that come over HTTP.

use std::collections::BTreeSet;

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{Shared, body::Raw, words::tell};
use crate::{
    machine::Word,
    run::{driver, store::Said},
    serve::{
        access::Caller,
        cloud_event::{self, CloudEvent},
        problem::Problem,
        service::Service,
    },
};

/// What became of an event.
#[derive(Serialize)]
struct Row {
    event: String,
    id: String,
    /// Whether it was not told before
    new: bool,
    /// How many runs are told
    told: usize,
    /// The plans it starts
    starts: Vec<String>,
}

/// `POST /v1/events`: all of them, or none.
pub async fn to_all(
    State(service): Shared,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let events = cloud_event::read(&headers, &body)?;
    let mut to_tell = Vec::new();
    for event in events {
        let starts = accepted(&service, &event).await.inspect_err(|_| service.metrics.events.add(&["refused"]))?;
        to_tell.push((event, starts));
    }
    let mut rows = Vec::new();
    for (CloudEvent { event, id, payload }, starts) in to_tell {
        let word = Word::Event { event: event.clone(), id: id.clone(), payload };
        let said = Said { word, who: caller.who(None), why: None, at: driver::now() };
        let told = service.ask(move |runner| runner.publish(&said)).await?;
        service.metrics.events.add(&[if told.is_new { "new" } else { "double" }]);
        let (event, id) = (event.to_string(), id.to_string());
        // One that was told before starts nothing.
        let starts = if told.is_new { starts } else { Vec::new() };
        rows.push(Row { event, id, new: told.is_new, told: told.runs, starts });
    }
    service.look.notify_one();
    Ok((StatusCode::ACCEPTED, Json(json!({"events": rows}))).into_response())
}

/// The plans that an event starts, if it is one that somebody here could hear.
async fn accepted(service: &Service, event: &CloudEvent) -> Result<Vec<String>, Problem> {
    let CloudEvent { event, id: _, payload } = event;
    if !service.programs.know(event, payload)? {
        let mut known = of_runs(service).await?;
        if !known.contains(event.as_str()) {
            known.extend(service.programs.events());
            let detail = format!("nobody here knows the event `{event}`: no file declares it, and no run that goes on");
            return Err(Problem::unfit(detail).instead(known));
        }
    }
    let mut starts = Vec::new();
    for startable in service.programs.plans() {
        if startable.beginning().by_event(event, payload)?.is_some() {
            starts.push(startable.plan.name.to_string());
        }
    }
    Ok(starts)
}

/// The events that the programs of the runs declare which are not over.
async fn of_runs(service: &Service) -> Result<BTreeSet<String>, Problem> {
    let compile = service.compile;
    let programs = service.ask(move |runner| runner.programs_going_on(&compile)).await?;
    let events = programs.iter().flat_map(|(_, program)| &program.events);
    Ok(events.map(|event| event.name.to_string()).collect())
}

/// `POST /v1/runs/{run}/events`
pub async fn to_one(
    State(service): Shared,
    Path(run): Path<String>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let events = cloud_event::read(&headers, &body)?;
    let [event] = <[_; 1]>::try_from(events).map_err(|_| Problem::unreadable("this takes one event, not a batch"))?;
    let CloudEvent { event, id, payload } = event;
    let word = Word::Event { event, id, payload };
    let said = Said { word, who: caller.who(None), why: None, at: driver::now() };
    let run = service.ask(move |runner| runner.find(&run).map(|info| info.id)).await?;
    tell(&service, run, said).await
}
