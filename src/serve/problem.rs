//! What is answered to a request that can't be done: a problem (RFC 9457) in the words of the command line.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use miette::Diagnostic;
use serde::Serialize;

use crate::{
    machine::CannotBegin,
    run::{Error, error::StoreError},
};

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The HTTP status
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// What kind of problem it is: the words of the status
    pub title: &'static str,
    /// What is wrong: lower case, no full stop
    pub detail: String,
    /// What could be said instead, or helps
    pub instead: Vec<String>,
}

/// When one may try again who was told that there is no room, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

/// The media type of problems.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

impl Problem {
    /// A problem of a status, without anything that helps.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        let title = status.canonical_reason().unwrap_or_default();
        Problem { status, title, detail: detail.into(), instead: Vec::new() }
    }

    /// The request can't be read.
    pub fn unreadable(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What is given does not fit.
    pub fn unfit(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// There is no such thing.
    pub fn unknown(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// As many journals are being read as can be at once.
    pub fn busy(readers: usize) -> Problem {
        let detail = format!("{readers} journals are being read already, which is as many as there can be at once");
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail);
        problem.instead(["try again when others have ended; `GET /v1/runs/{run}` tells how a run stands".to_owned()])
    }

    /// Says what helps.
    pub fn instead(mut self, instead: impl IntoIterator<Item = String>) -> Problem {
        self.instead.extend(instead);
        self
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let status = match &error {
            Error::Store(StoreError::NoRun { .. }) => StatusCode::NOT_FOUND,
            Error::Held { .. } | Error::Known { .. } | Error::Store(StoreError::Ambiguous { .. }) => {
                StatusCode::CONFLICT
            }
            Error::Store(_)
            | Error::Mismatch { .. }
            | Error::Compile { .. }
            | Error::NewerRun { .. }
            | Error::NeverBegan { .. }
            | Error::NotProvided { .. }
            | Error::NoSecret { .. }
            | Error::Files { .. }
            | Error::Bug(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let help = error.help().map(|help| help.to_string()).filter(|help| !help.is_empty());
        Problem::new(status, error.to_string()).instead(help)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        Problem::from(Error::Store(error))
    }
}

impl From<CannotBegin> for Problem {
    fn from(error: CannotBegin) -> Problem {
        Problem::unfit(error.reason)
    }
}
