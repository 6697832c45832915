//! The journal of a run as a stream: a record a line, or server-sent events.

use std::{collections::VecDeque, io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::timeout,
};

use super::{Shared, body::Asked};
use crate::{
    machine::Record,
    run::{
        Error, Store, Wish,
        store::{Pulse, RunId},
    },
    serve::{problem::Problem, service::Service},
};

/// How many records are read at a time.
const PAGE: usize = 200;

/// How often something is sent where nothing happens, so that both ends notice when the other is gone.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// The media type of server-sent events.
const EVENTS: &str = "text/event-stream";

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    from: Option<u64>,
    follow: Option<String>,
}

/// A record as it is sent: as `orch journal --json` prints it.
#[derive(Serialize)]
struct Line<'r> {
    version: u32,
    is: &'static str,
    run: &'r str,
    number: u64,
    #[serde(flatten)]
    record: &'r Record,
}

/// A journal on its way.
struct Reading {
    service: Arc<Service>,
    pulse: watch::Receiver<Pulse>,
    run: RunId,
    /// The next record that is to be read.
    next: u64,
    read: VecDeque<Bytes>,
    follows: bool,
    as_events: bool,
    /// Nothing more will come.
    over: bool,
    _room: OwnedSemaphorePermit,
}

/// `GET /v1/runs/{run}/journal`
pub async fn journal(
    State(service): Shared,
    Path(run): Path<String>,
    Asked(which): Asked<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let room = service.reader()?;
    let info = service.ask(move |runner| runner.find(&run)).await?;
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let as_events = accepts.contains(EVENTS);
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let next = seen.map(|seen| seen.saturating_add(1)).or(which.from).unwrap_or(1).max(1);
    let follows = which.follow.is_some_and(|follow| follow != "false");
    let pulse = service.pulse.subscribe();
    let mut reading = Reading {
        service,
        pulse,
        run: info.id,
        next,
        read: VecDeque::new(),
        follows,
        as_events,
        over: false,
        _room: room,
    };
    // What can't be read at all is a problem, not half an answer.
    reading.read().await?;
    let stream = unfold(Some(reading), async |reading| {
        let mut reading = reading?;
        match reading.send().await? {
            Ok(bytes) => Some((Ok(bytes), Some(reading))),
            Err(problem) => Some((Err(io::Error::other(problem.detail)), None)),
        }
    });
    let media_type = if as_events { EVENTS } else { "application/x-ndjson" };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(stream)).into_response())
}

impl Reading {
    /// What is sent next; nothing if that was all.
    async fn send(&mut self) -> Option<Result<Bytes, Problem>> {
        loop {
            if let Some(line) = self.read.pop_front() {
                return Some(Ok(line));
            }
            if self.over {
                return None;
            }
            let mut control = self.service.control.clone();
            let waited = tokio::select! {
                waited = timeout(SIGN_OF_LIFE, self.pulse.changed()) => waited,
                _ = control.beyond(Wish::GoOn) => return None,
            };
            if waited.is_err() {
                return Some(Ok(Bytes::from_static(if self.as_events { b":\n\n" } else { b"\n" })));
            }
            if let Err(problem) = self.read().await {
                return Some(Err(problem));
            }
        }
    }

    /// Reads what is there and was not read.
    async fn read(&mut self) -> Result<(), Problem> {
        let (run, next) = (self.run.clone(), self.next);
        let read = self.service.ask(move |runner| {
            // In this order: what is over when it is looked at has all its records.
            let over = runner.find(run.as_str())?.standing.ended();
            runner.store().records(&run, next, PAGE).map(|records| (over, records)).map_err(Error::from)
        });
        let (over, records) = read.await?;
        self.over = records.len() < PAGE && (over || !self.follows);
        if records.len() == PAGE {
            self.pulse.mark_changed();
        }
        for record in &records {
            self.read.push_back(self.written(record));
            self.next += 1;
        }
        Ok(())
    }

    fn written(&self, record: &Record) -> Bytes {
        let number = self.next;
        // A record always has a JSON form: it was read from one.
        let line = serde_json::to_string(&Line { version: 1, is: "record", run: self.run.as_str(), number, record })
            .unwrap_or_default();
        if self.as_events { format!("id: {number}\ndata: {line}\n\n").into() } else { format!("{line}\n").into() }
    }
}
