//! Sends what runs emit to those who want it: each event at least once, in the order in which they were emitted.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tokio::time::sleep;
use zeroize::Zeroizing;

use super::{cloud_event, log, problem::Problem, service::Service, unusable::Unusable};
use crate::run::{Wish, effects::http_client, store::Arrival};

/// How many events are read at a time.
const PAGE: u32 = 100;

/// How long a sink may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first pause after a failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Somebody who wants to know what runs emit.
#[derive(Clone, Debug)]
pub struct Sink {
    url: String,
    token: Option<Bearer>,
}

/// What a sink knows the sender by. It is told to the sink alone.
#[derive(Clone)]
struct Bearer(Arc<Zeroizing<String>>);

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

impl Sink {
    /// The sink at a URL.
    ///
    /// # Errors
    /// It is none of HTTP.
    pub fn at(url: &str) -> Result<Sink, Unusable> {
        let Some(place) = url.strip_prefix("http://").or(url.strip_prefix("https://")) else {
            return Err(Unusable::Sink(url.to_owned()));
        };
        // The URL stands in the log and in the figures.
        if place.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@')) {
            return Err(Unusable::SinkCredentials);
        }
        Ok(Sink { url: url.to_owned(), token: None })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends this token with every event, as `Authorization: Bearer TOKEN` (RFC 6750, 2.1).
    ///
    /// # Errors
    /// It has signs that no token has.
    pub fn with_token(self, token: &str) -> Result<Sink, Unusable> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Unusable::SinkToken { sink: self.url });
        }
        Ok(Sink { token: Some(Bearer(Arc::new(Zeroizing::new(token.to_owned())))), ..self })
    }

    /// From here on every event counts for this sink.
    ///
    /// # Errors
    /// The store fails.
    pub async fn begin(&self, service: &Service) -> Result<(), Problem> {
        let reader = self.reader();
        service.ask(move |runner| runner.store().reads_behind(&reader).map(drop)).await
    }

    /// Sends what is emitted, until the process is asked to leave.
    pub async fn serve(self, service: Arc<Service>) {
        let mut control = service.control.clone();
        tokio::select! {
            _ = control.beyond(Wish::GoOn) => {}
            () = self.send_all(&service) => {}
        }
    }

    /// The name under which is kept how far it is.
    fn reader(&self) -> String {
        json!(["sink", self.url]).to_string()
    }

    async fn send_all(&self, service: &Service) {
        let mut pulse = service.pulse.subscribe();
        let mut pause = FIRST_PAUSE;
        loop {
            let event = pulse.borrow_and_update().event;
            match self.catch_up(service).await {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    if pulse.wait_for(|pulse| pulse.event != event).await.is_err() {
                        return;
                    }
                }
                Err(why) => {
                    service.metrics.sent.add(&[&self.url, "failed"]);
                    log::line(format_args!("sink {}: {why}; again in {} s", self.url, pause.as_secs()));
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Sends every event that it has not got.
    async fn catch_up(&self, service: &Service) -> Result<(), String> {
        loop {
            let reader = self.reader();
            let arrivals = service.ask(move |runner| {
                let behind = runner.store().reads_behind(&reader)?;
                runner.store().events(behind, PAGE)
            });
            let arrivals = arrivals.await.map_err(|problem| problem.detail)?;
            if arrivals.is_empty() {
                return Ok(());
            }
            for arrival in arrivals {
                if arrival.emitted {
                    self.send(&written(&arrival)).await?;
                    service.metrics.sent.add(&[&self.url, "ok"]);
                }
                let (reader, number) = (self.reader(), arrival.number);
                let noted = service.ask(move |runner| runner.store().has_read(&reader, number)).await;
                noted.map_err(|problem| problem.detail)?;
            }
        }
    }

    async fn send(&self, event: &Json) -> Result<(), String> {
        let request = http_client()
            .map_err(|unable| unable.to_string())?
            .post(&self.url)
            .header("content-type", cloud_event::STRUCTURED);
        let request = match &self.token {
            Some(Bearer(token)) => request.bearer_auth(token.as_str()),
            None => request,
        };
        let sent = request.timeout(PATIENCE).body(event.to_string()).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answers {}", answer.status())),
            Err(error) => Err(format!("it can't be reached: {}", error.without_url())),
        }
    }
}

/// The id of what a run emits is the run, a slash, and the address.
fn written(arrival: &Arrival) -> Json {
    let (run, address) = arrival.id.split_once('/').unwrap_or(("", &arrival.id));
    let time = Timestamp::from_nanosecond(i128::from(arrival.at.0)).unwrap_or_default().to_string();
    cloud_event::written(&arrival.event, run, address, &time, &arrival.payload)
}
