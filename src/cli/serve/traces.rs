//! Sends the traces of runs that ended to a collector of OpenTelemetry: OTLP over HTTP, as JSON.

use std::time::Duration;

use serde_json::Value as Json;
use tokio::{
    spawn,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::{JoinHandle, spawn_blocking},
    time::sleep,
};

use crate::{
    cli::{failure::Failure, show, subject::Subject, trace},
    run::{Error, RunId, Runner, Store, driver::now, effects::http_client},
    serve::log,
};

/// Where a collector takes traces, unless told otherwise.
const PATH: &str = "/v1/traces";

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first pause after a failure; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How often one trace is sent at most.
const TRIES: u32 = 6;

/// Why something was not taken.
struct NotTaken {
    why: String,
    /// Whether it may be sent again, and after which pause, if the collector says that.
    again: Option<Option<Duration>>,
}

/// Sends the trace of each run that it is told of, until nobody tells of any more.
pub fn send(url: &str, runner: Runner) -> Result<(UnboundedSender<RunId>, JoinHandle<()>), Failure> {
    let url = endpoint(url)?;
    let (sender, ended) = unbounded_channel();
    Ok((sender, spawn(send_all(url, runner, ended))))
}

/// A URL of a collector, or of what takes traces there.
fn endpoint(url: &str) -> Result<String, Failure> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match rest.map(|rest| rest.trim_end_matches('/')) {
        None | Some("") => {
            let failure = Failure::usage(format!("`{url}` is no URL of a collector"));
            Err(failure.help("it begins with `http://` or `https://`, as in `http://127.0.0.1:4318`"))
        }
        Some(rest) if rest.contains('/') => Ok(url.to_owned()),
        Some(_) => Ok(format!("{}{PATH}", url.trim_end_matches('/'))),
    }
}

async fn send_all(url: String, runner: Runner, mut ended: UnboundedReceiver<RunId>) {
    while let Some(run) = ended.recv().await {
        if let Err(why) = send_one(&url, &runner, &run).await {
            log::line(format_args!(
                "the trace of run {run} was not sent: {why}; `orch export {run} --format otlp` has it"
            ));
        }
    }
}

async fn send_one(url: &str, runner: &Runner, run: &RunId) -> Result<(), String> {
    let (looking, run) = (runner.clone(), run.clone());
    let batches = spawn_blocking(move || {
        let info = looking.store().info(&run)?;
        Ok::<_, Error>(trace::batches(&show::known_of(Subject::here(&looking, &info))?))
    });
    let batches = batches.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    for batch in batches {
        post(url, batch).await?;
    }
    Ok(())
}

/// Sends a batch until it is taken, or is not to be sent again.
async fn post(url: &str, batch: String) -> Result<(), String> {
    let mut pause = FIRST_PAUSE;
    for attempt in 1.. {
        let NotTaken { why, again } = match post_once(url, batch.clone()).await {
            Ok(()) => return Ok(()),
            Err(not_taken) => not_taken,
        };
        let Some(asked) = again.filter(|_| attempt < TRIES) else { return Err(why) };
        // Collectors ask that not all come back at the same moment.
        let jitter = Duration::from_millis(now().0.unsigned_abs() / 1_000 % 500);
        sleep(asked.unwrap_or(pause) + jitter).await;
        pause *= 2;
    }
    Ok(())
}

async fn post_once(url: &str, batch: String) -> Result<(), NotTaken> {
    let request = http_client().map_err(|unable| NotTaken { why: unable.to_string(), again: None })?.post(url);
    let sent = request.header("content-type", "application/json").timeout(PATIENCE).body(batch).send().await;
    let answer = sent.map_err(|error| NotTaken {
        why: format!("the collector can't be reached: {}", error.without_url()),
        again: Some(None),
    })?;
    let status = answer.status();
    let after = answer.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
    if status.is_success() {
        let body = answer.text().await.unwrap_or_default();
        return rejected(&body).map_or(Ok(()), |why| Err(NotTaken { why, again: None }));
    }
    // All other codes say that it would not be taken the next time, either.
    let may_come_again = [429, 502, 503, 504].contains(&status.as_u16());
    let again = may_come_again.then(|| after.map(Duration::from_secs));
    Err(NotTaken { why: format!("the collector answers {status}"), again })
}

/// What a collector has against a part of what it took.
fn rejected(body: &str) -> Option<String> {
    let answer: Json = serde_json::from_str(body).ok()?;
    let partial = answer.get("partialSuccess")?;
    let spans = partial.get("rejectedSpans")?;
    let spans = spans.as_str().map_or_else(|| spans.to_string(), str::to_owned);
    let why = partial.get("errorMessage").and_then(Json::as_str).unwrap_or_default();
    (spans != "0").then(|| format!("the collector took it without {spans} spans: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_named_by_its_host_or_by_the_whole_path() {
        let of = |url: &str| endpoint(url).map_err(|failure| failure.message);
        assert_eq!(of("http://127.0.0.1:4318").unwrap(), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(of("https://collector.test/").unwrap(), "https://collector.test/v1/traces");
        assert_eq!(of("https://collector.test/otlp/v1/traces").unwrap(), "https://collector.test/otlp/v1/traces");
        assert_eq!(of("127.0.0.1:4318").unwrap_err(), "`127.0.0.1:4318` is no URL of a collector");
    }

    #[test]
    fn what_a_collector_did_not_take_is_told() {
        assert_eq!(
            rejected(r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#).unwrap(),
            "the collector took it without 3 spans: too old"
        );
        assert_eq!(rejected(r#"{"partialSuccess":{"rejectedSpans":"0"}}"#), None);
        assert_eq!(rejected("{}"), None);
    }
}
