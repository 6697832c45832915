//! CloudEvents 1.0: structured, in batches, and binary.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;

use super::problem::Problem;

/// The media type of one event in the structured mode.
pub const STRUCTURED: &str = "application/cloudevents+json";

/// The media type of several.
const BATCH: &str = "application/cloudevents-batch+json";

/// The version of the specification.
const VERSION: &str = "1.0";

/// An event as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent {
    /// Its name in programs: the last part of its `type`.
    pub event: SmolStr,
    /// What tells it from all others: its `source` and its `id`. A source has no blanks.
    pub id: SmolStr,
    /// What it carries.
    pub payload: Json,
}

/// The events of a request.
///
/// # Errors
/// It holds none, or one that is no CloudEvent.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<CloudEvent>, Problem> {
    let media_type = media_type(headers);
    match media_type.as_str() {
        STRUCTURED => Ok(vec![structured(json_of(body)?)?]),
        BATCH => match json_of(body)? {
            Json::Array(events) => events.into_iter().map(structured).collect(),
            _ => Err(Problem::unreadable("a batch is a list of events")),
        },
        "application/json" if headers.contains_key("ce-specversion") => Ok(vec![binary(headers, body)?]),
        "application/json" => Err(Problem::unreadable("this is no CloudEvent: it has no header `ce-specversion`")
            .instead([format!("Content-Type: {STRUCTURED}")])),
        _ => Err(not_json(&media_type).instead([STRUCTURED.to_owned(), BATCH.to_owned()])),
    }
}

/// What a request says its body is, without parameters.
pub fn media_type(headers: &HeaderMap) -> String {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body that is not said to be JSON.
pub fn not_json(media_type: &str) -> Problem {
    let said = if media_type.is_empty() { "nothing is said".to_owned() } else { format!("`{media_type}` is said") };
    let detail = format!("the body must be JSON, and {said} of it");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

fn json_of(body: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::unreadable(format!("the body is no JSON: {error}")))
}

fn structured(event: Json) -> Result<CloudEvent, Problem> {
    let Json::Object(mut fields) = event else { return Err(Problem::unreadable("an event is an object")) };
    if fields.contains_key("data_base64") {
        return Err(Problem::unreadable("what an event carries must be JSON: `data`, not `data_base64`"));
    }
    let payload = fields.remove("data").unwrap_or_else(|| Json::Object(Map::new()));
    let attribute = |name: &str| match fields.get(name) {
        Some(Json::String(text)) => Ok(text.clone()),
        Some(_) => Err(Problem::unreadable(format!("the attribute `{name}` of an event is a text"))),
        None => Err(missing(name)),
    };
    event_of(attribute, payload)
}

fn binary(headers: &HeaderMap, body: &[u8]) -> Result<CloudEvent, Problem> {
    let payload = if body.is_empty() { Json::Object(Map::new()) } else { json_of(body)? };
    let attribute = |name: &str| {
        let value = headers.get(format!("ce-{name}")).ok_or_else(|| missing(name))?;
        let text = value.to_str().ok().and_then(unescaped);
        text.ok_or_else(|| Problem::unreadable(format!("the attribute `{name}` of an event is no text")))
    };
    event_of(attribute, payload)
}

/// A header's text, in which what is not printable ASCII stands as `%XX`.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let escaped = (*byte == b'%').then(|| tail.get(..2)).flatten();
        match escaped.map(|digits| std::str::from_utf8(digits).ok().and_then(|two| u8::from_str_radix(two, 16).ok())) {
            Some(Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            Some(None) | None => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn missing(name: &str) -> Problem {
    Problem::unreadable(format!("the event has no `{name}`"))
}

fn event_of(attribute: impl Fn(&str) -> Result<String, Problem>, payload: Json) -> Result<CloudEvent, Problem> {
    let version = attribute("specversion")?;
    if version != VERSION {
        return Err(Problem::unreadable(format!("this reads CloudEvents {VERSION}, not {version}")));
    }
    let (kind, source, id) = (attribute("type")?, attribute("source")?, attribute("id")?);
    if source.is_empty() || source.contains(char::is_whitespace) {
        return Err(Problem::unreadable("the `source` of an event is a URI: it is not empty and has no blanks"));
    }
    if id.is_empty() {
        return Err(Problem::unreadable("the `id` of an event is not empty"));
    }
    let event = kind.rsplit('.').next().unwrap_or_default();
    Ok(CloudEvent { event: event.into(), id: format!("{source} {id}").into(), payload })
}

/// An event that a run has emitted, to be sent: `run` is the name that no other run anywhere has, `time` RFC 3339.
pub fn written(event: &str, run: &str, address: &str, time: &str, payload: &Json) -> Json {
    json!({
        "specversion": VERSION,
        "type": event,
        "source": format!("/orch/runs/{run}"),
        "id": address,
        "time": time,
        "datacontenttype": "application/json",
        "data": payload,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn expected(id: &str) -> CloudEvent {
        CloudEvent { event: "Paid".into(), id: id.into(), payload: json!({"order": "o-1"}) }
    }

    #[test]
    fn an_event_is_read_in_each_mode() {
        let body = br#"{"specversion": "1.0", "type": "com.example.Paid", "source": "/bank", "id": "7", "data": {"order": "o-1"}}"#;
        let one = read(&headers(&[("content-type", "application/cloudevents+json; charset=utf-8")]), body);
        assert_eq!(one, Ok(vec![expected("/bank 7")]));
        let batch = format!("[{0}, {0}]", std::str::from_utf8(body).unwrap());
        let two = read(&headers(&[("content-type", BATCH)]), batch.as_bytes());
        assert_eq!(two.unwrap().len(), 2);
        let attributes = [
            ("content-type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-type", "Paid"),
            ("ce-source", "/bank"),
            ("ce-id", "%C3%A4 100%"),
        ];
        assert_eq!(read(&headers(&attributes), br#"{"order": "o-1"}"#), Ok(vec![expected("/bank ä 100%")]));
    }

    #[test]
    fn what_is_sent_is_what_is_read() {
        let sent = written("Paid", "k7f2-00", "pay/emit", "2026-01-01T00:00:00Z", &json!({"order": "o-1"}));
        let read = read(&headers(&[("content-type", STRUCTURED)]), sent.to_string().as_bytes());
        assert_eq!(read, Ok(vec![expected("/orch/runs/k7f2-00 pay/emit")]));
    }

    #[test]
    fn what_is_no_event_is_told() {
        let structured = headers(&[("content-type", STRUCTURED)]);
        for (body, detail) in [
            ("{", "the body is no JSON: EOF while parsing an object at line 1 column 1"),
            ("[]", "an event is an object"),
            ("{}", "the event has no `specversion`"),
            (r#"{"specversion": "0.3"}"#, "this reads CloudEvents 1.0, not 0.3"),
            (r#"{"specversion": 1}"#, "the attribute `specversion` of an event is a text"),
            (
                r#"{"specversion": "1.0", "type": "A", "source": "a b", "id": "c"}"#,
                "the `source` of an event is a URI: it is not empty and has no blanks",
            ),
        ] {
            assert_eq!(read(&structured, body.as_bytes()).unwrap_err().detail, detail);
        }
        let text = read(&headers(&[("content-type", "text/plain")]), b"{}").unwrap_err();
        assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
