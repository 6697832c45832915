//! Bodies of requests: JSON objects that are said to be JSON.

use std::error::Error;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::BytesRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::serve::{
    cloud_event::{media_type, not_json},
    problem::Problem,
};

/// A body as it came.
pub struct Raw(pub Bytes);

/// The fields of a JSON object; an empty body has none.
pub struct Fields(pub Map<String, Json>);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Bytes::from_request(request, state).await;
        read.map(Raw).map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            status => Problem::new(status, rejection.body_text()),
        })
    }
}

/// What is asked for behind the `?` of a request.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = Query::try_from_uri(&parts.uri).map(|Query(asked)| Asked(asked));
        read.map_err(|rejection| {
            let why = rejection.source().map_or_else(|| rejection.body_text(), ToString::to_string);
            Problem::unreadable(format!("what stands behind `?`: {why}"))
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        let Raw(body) = Raw::from_request(request, state).await?;
        if body.is_empty() {
            return Ok(Fields(Map::new()));
        }
        // A page in a browser can't say this of what it sends elsewhere unless it is allowed to.
        if media_type != "application/json" {
            return Err(not_json(&media_type).instead(["Content-Type: application/json".to_owned()]));
        }
        match serde_json::from_slice(&body) {
            Ok(Json::Object(fields)) => Ok(Fields(fields)),
            Ok(_) => Err(Problem::unreadable("the body must be a JSON object")),
            Err(error) => Err(Problem::unreadable(format!("the body is no JSON: {error}"))),
        }
    }
}
