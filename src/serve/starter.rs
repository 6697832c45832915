//! Starts plans: once for each key, and once for each event.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};
use tokio::time::sleep;

use super::{log, problem::Problem, programs::Startable, service::Service};
use crate::run::{Otherwise, RunInfo, Start, Started, Wish, store::Arrival};

/// How many events are read at a time.
const PAGE: u32 = 100;

/// When is tried again what failed.
const AGAIN: Duration = Duration::from_secs(2);

/// A run that was asked for.
#[derive(Debug)]
pub struct Begun {
    /// The run.
    pub run: RunInfo,
    /// Whether it was not there before.
    pub is_new: bool,
    /// What was given otherwise than the run that was there was started with.
    pub otherwise: Vec<Otherwise>,
}

/// Starts a plan with what it is given, or finds the run that has its key.
///
/// # Errors
/// What it is given does not fit, the store fails, or the process is about to leave.
pub async fn start(
    service: &Service,
    startable: Startable<'_>,
    given: &Map<String, Json>,
    deepest: u32,
    by: &'static str,
) -> Result<Begun, Problem> {
    let inputs = startable.beginning().complete(given)?;
    let start = startable.start(inputs)?.deepest(deepest);
    begin(service, start, by).await
}

/// Creates a run, and gives it to the keeper.
async fn begin(service: &Service, start: Start, by: &'static str) -> Result<Begun, Problem> {
    if service.control.wish() != Wish::GoOn {
        return Err(leaving());
    }
    match service.ask(|runner| runner.create_once(start)).await? {
        Started::Known(run, otherwise) => Ok(Begun { run: *run, is_new: false, otherwise }),
        Started::New(active) => {
            let run = active.info().clone();
            service.metrics.started.add(&[by]);
            log::run(&run.id, &run.plan, format_args!("started by {by}"));
            // If the keeper is gone by now, whoever comes next begins the run.
            let _ = service.begun.send(*active).await;
            Ok(Begun { run, is_new: true, otherwise: Vec::new() })
        }
    }
}

/// Starts the plans that events begin, until the process is asked to leave. Each goes through the events of the store in
/// their order, and goes on behind the last one it has begun with, whatever happened in between.
pub async fn listen(service: Arc<Service>) {
    let mut pulse = service.pulse.subscribe();
    let mut control = service.control.clone();
    loop {
        let event = pulse.borrow_and_update().event;
        for startable in begun_by_events(&service) {
            if let Err(problem) = catch_up(&service, startable).await {
                log::line(format_args!("plan `{}` can't be started: {}", startable.plan.name, problem.detail));
            }
        }
        tokio::select! {
            _ = control.beyond(Wish::GoOn) => return,
            changed = pulse.wait_for(|pulse| pulse.event != event) => if changed.is_err() { return },
            // What failed is tried again.
            () = sleep(AGAIN) => {}
        }
    }
}

/// From here on every event counts, for each plan that events begin.
///
/// # Errors
/// The store fails.
pub async fn begin_to_listen(service: &Service) -> Result<(), Problem> {
    for startable in begun_by_events(service) {
        let name = reader(startable);
        service.ask(move |runner| runner.store().reads_behind(&name)).await?;
    }
    Ok(())
}

fn begun_by_events(service: &Service) -> impl Iterator<Item = Startable<'_>> {
    service.programs.plans().filter(|startable| startable.plan.trigger.is_some())
}

/// The name under which is kept how far a plan is.
fn reader(startable: Startable<'_>) -> String {
    json!(["start", startable.identity()]).to_string()
}

/// Begins with every event that the plan has not begun with.
async fn catch_up(service: &Service, startable: Startable<'_>) -> Result<(), Problem> {
    loop {
        let name = reader(startable);
        let arrivals = service.ask(move |runner| {
            let behind = runner.store().reads_behind(&name)?;
            runner.store().events(behind, PAGE)
        });
        let arrivals = arrivals.await?;
        let Some(last) = arrivals.last().map(|arrival| arrival.number) else { return Ok(()) };
        for arrival in arrivals {
            begin_with(service, startable, arrival).await?;
        }
        let name = reader(startable);
        service.ask(move |runner| runner.store().has_read(&name, last)).await?;
    }
}

async fn begin_with(service: &Service, startable: Startable<'_>, arrival: Arrival) -> Result<(), Problem> {
    let Arrival { number, event, id, payload, .. } = arrival;
    let start = startable.beginning().by_event(&event, &payload).and_then(|inputs| {
        let start = inputs.map(|inputs| startable.start(inputs)).transpose()?;
        Ok(start.map(|start| start.begun_by(startable.plan, number, &event, &id)))
    });
    match start {
        Ok(Some(start)) => begin(service, start, "event").await.map(drop),
        Ok(None) => Ok(()),
        // It will never fit; that it does not is all there is to say of it.
        Err(unfit) => {
            log::line(format_args!("plan `{}` is not started by `{event}` ({id}): {unfit}", startable.plan.name));
            Ok(())
        }
    }
}

fn leaving() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the process is about to leave; nothing was started")
}
