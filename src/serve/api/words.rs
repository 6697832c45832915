//! What is said to runs.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Shared, body::Fields};
use crate::{
    machine::Word,
    run::{
        Store, driver,
        store::{Answer, RunId, Said},
    },
    serve::{access::Caller, problem::Problem, service::Service, word},
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often one looks for it.
const LOOK: Duration = Duration::from_millis(20);

/// `POST /v1/runs/{run}/{word}`
pub async fn say(
    State(service): Shared,
    Path((run, name)): Path<(String, String)>,
    Extension(caller): Extension<Caller>,
    Fields(fields): Fields,
) -> Result<Response, Problem> {
    let sent = word::read(&name, fields)?;
    if sent.because.is_none() && matches!(sent.word, Word::Kill | Word::Waive { .. }) {
        return Err(Problem::unreadable(format!("`{name}` leaves something undone: it needs `because`")));
    }
    let who = caller.who(sent.who.as_deref());
    let said = Said { word: sent.word, who, why: sent.because, at: driver::now() };
    let run = service.ask(move |runner| runner.find(&run).map(|info| info.id)).await?;
    tell(&service, run, said).await
}

/// Says something to a run, and waits for what it answers.
pub async fn tell(service: &Arc<Service>, run: RunId, said: Said) -> Result<Response, Problem> {
    let id = service.ask(move |runner| runner.say(&run, &said)).await?;
    service.look.notify_one();
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        match service.ask(move |runner| runner.store().answer(id)).await? {
            None => sleep(LOOK).await,
            Some(Answer::Accepted) => return Ok(Json(json!({"answer": "accepted"})).into_response()),
            Some(Answer::Refused { reason, instead }) => {
                return Err(Problem::new(StatusCode::CONFLICT, reason).instead(instead));
            }
        }
    }
    Ok((StatusCode::ACCEPTED, Json(json!({"answer": "none yet"}))).into_response())
}
