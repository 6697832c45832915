//! What is answered: a handler for each request of the table in `docs/reference/serve.md`.

mod body;
mod events;
mod figures;
mod journal;
mod runs;
mod words;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use tokio::time::{Instant, timeout};

use super::{access::refuse_pages, problem::Problem, service::Service};

/// How large a body may be, in bytes.
const BODY: usize = 1024 * 1024;

/// How long a request may take until its answer begins.
const PATIENCE: Duration = Duration::from_secs(30);

/// What anybody may ask for.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/openapi.json"];

/// The state that all handlers share.
type Shared = State<Arc<Service>>;

/// A request: its methods, its path, and what answers it.
type Row = (&'static [&'static str], &'static str, MethodRouter<Arc<Service>>);

/// All requests.
fn table() -> Vec<Row> {
    vec![
        (&["get"], "/v1/plans", get(runs::plans)),
        (&["get", "post"], "/v1/runs", get(runs::list).post(runs::start)),
        (&["get"], "/v1/runs/{run}", get(runs::show)),
        (&["get"], "/v1/runs/{run}/parts/{*address}", get(runs::part)),
        (&["get"], "/v1/runs/{run}/journal", get(journal::journal)),
        (&["post"], "/v1/runs/{run}/events", post(events::to_one)),
        (&["post"], "/v1/runs/{run}/{word}", post(words::say)),
        (&["post"], "/v1/events", post(events::to_all)),
        (&["get"], "/v1/inbox", get(runs::inbox)),
        (&["get"], "/metrics", get(figures::metrics)),
        (&["get"], "/healthz", get(figures::health)),
        (&["get"], "/readyz", get(figures::ready)),
        (&["get"], "/openapi.json", get(figures::description)),
    ]
}

/// What answers all requests.
pub fn router(service: Arc<Service>) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, (_, path, handlers)| router.route(path, handlers));
    routes
        .fallback(async || Problem::unknown("there is no such request").instead(["GET /openapi.json".to_owned()]))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not asked for with this method")
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(&service), guard))
        .with_state(service)
}

/// Refuses who may not speak, waits no longer than is due, and counts.
async fn guard(State(service): Shared, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_default();
    let mut response = match admit(&service, &mut request, &route) {
        Ok(()) => match timeout(PATIENCE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::new(StatusCode::REQUEST_TIMEOUT, "this took too long").into_response(),
        },
        Err(problem) => problem.into_response(),
    };
    let never_guessed = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, never_guessed);
    service.metrics.requests.add(&[method_word(&method), &route, response.status().as_str()]);
    service.metrics.request_seconds.add(&[], began.elapsed());
    response
}

/// A method as it is counted: what nobody asks for with it is one, whatever it is called.
fn method_word(method: &Method) -> &str {
    let known = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH];
    if known.contains(method) { method.as_str() } else { "other" }
}

fn admit(service: &Service, request: &mut Request, route: &str) -> Result<(), Problem> {
    if service.browsers_reach_it && service.tokens.is_empty() {
        refuse_pages(request.headers())?;
    }
    if !OPEN.contains(&route) {
        let caller = service.tokens.caller(request.headers())?;
        request.extensions_mut().insert(caller);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value};

    use super::*;
    use crate::{machine::Word, serve::word};

    fn described() -> Value {
        serde_json::from_str(figures::OPENAPI).unwrap()
    }

    #[test]
    fn the_description_has_every_request_and_no_other() {
        let described = described();
        let paths = described["paths"].as_object().unwrap();
        let methods = |path: &str, of: &Value| -> Vec<String> {
            let methods = of.as_object().unwrap().keys().filter(|key| *key != "parameters");
            methods.map(|method| format!("{method} {path}")).collect()
        };
        let described: BTreeSet<String> = paths.iter().flat_map(|(path, of)| methods(path, of)).collect();
        let answered = table().into_iter().flat_map(|(methods, path, _)| {
            let path = path.replace("{*", "{");
            methods.iter().map(move |method| format!("{method} {path}"))
        });
        assert_eq!(described, answered.collect());
    }

    #[test]
    fn every_word_of_the_description_can_be_said() {
        let described = described();
        let words = described["paths"]["/v1/runs/{run}/{word}"]["parameters"][1]["schema"]["enum"].as_array().unwrap();
        for name in words.iter().map(|word| word.as_str().unwrap()) {
            let told = word::read(name, Map::new());
            assert!(told.is_ok() || told.is_err_and(|problem| problem.status == StatusCode::BAD_REQUEST), "{name}");
        }
        assert_eq!(word::read("whisper", Map::new()).unwrap_err().status, StatusCode::NOT_FOUND);
        // What there is to say is named where something else is said.
        let unknown = serde_json::from_value::<Word>(serde_json::json!({"say": "whisper"})).unwrap_err().to_string();
        let known: BTreeSet<&str> = unknown.split('`').skip(3).step_by(2).collect();
        let described: BTreeSet<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
        // Events have requests of their own.
        assert_eq!(&known - &BTreeSet::from(["event"]), described, "{unknown}");
    }

    /// What a word takes is described, and nothing is that none takes.
    #[test]
    fn every_field_of_a_word_is_described() {
        let described = described();
        let fields: BTreeSet<&str> = described["components"]["schemas"]["Word"]["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(fields, BTreeSet::from(["address", "because", "digest", "option", "value", "verdict", "who"]));
    }
}
