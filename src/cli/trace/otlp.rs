//! The JSON of the OpenTelemetry protocol: keys in lower camel case, identifiers as hexadecimal text, enumerations as
//! numbers, numbers of 64 bits as decimal text (OTLP specification 1.x, "JSON Protobuf Encoding"; `trace.proto`).

use serde::Serialize;

/// What is sent to a collector in one request, and stands in one line of a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch<'s> {
    resource_spans: [ResourceSpans<'s>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'s> {
    resource: Resource,
    scope_spans: [ScopeSpans<'s>; 1],
}

#[derive(Serialize)]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Serialize)]
struct ScopeSpans<'s> {
    scope: Scope,
    spans: &'s [Span],
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

/// Something that took time.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// 16 bytes, the same for all spans of a run.
    pub trace_id: String,
    /// 8 bytes.
    pub span_id: String,
    /// The span around it; empty for the run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent_span_id: String,
    /// What it is, the same for every run and every item.
    pub name: String,
    /// Whether it touched the world.
    pub kind: SpanKind,
    /// Nanoseconds since 1970-01-01 UTC.
    pub start_time_unix_nano: String,
    /// Never before it began.
    pub end_time_unix_nano: String,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
    /// What happened in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SpanEvent>,
    /// Other spans that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// That it failed; nothing is said of what went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// `SpanKind`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Something inside of the run
    Internal = 1,
    /// An effect: something was asked of another program or service
    Client = 3,
}

impl Serialize for SpanKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

/// A moment in a span.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpanEvent {
    /// Nanoseconds since 1970-01-01 UTC.
    pub time_unix_nano: String,
    /// What happened.
    pub name: String,
    /// What is known of it.
    pub attributes: Vec<Attribute>,
}

/// Another span.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Its trace.
    pub trace_id: String,
    /// Which.
    pub span_id: String,
}

/// That a span failed.
#[derive(Debug, Serialize)]
pub struct Status {
    message: String,
    code: u8,
}

impl Status {
    /// `STATUS_CODE_ERROR`, for this reason.
    pub fn error(message: &str) -> Status {
        Status { message: message.to_owned(), code: 2 }
    }
}

/// Something that is known, by its name.
#[derive(Debug, Serialize)]
pub struct Attribute {
    key: &'static str,
    value: AttributeValue,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum AttributeValue {
    StringValue(String),
    IntValue(String),
}

impl Attribute {
    /// A text.
    pub fn text(key: &'static str, value: impl Into<String>) -> Attribute {
        Attribute { key, value: AttributeValue::StringValue(value.into()) }
    }

    /// A number.
    pub fn number(key: &'static str, value: u64) -> Attribute {
        Attribute { key, value: AttributeValue::IntValue(value.to_string()) }
    }
}

/// These spans as they are sent.
pub fn batch(spans: &[Span]) -> Batch<'_> {
    let version = env!("CARGO_PKG_VERSION");
    let attributes = vec![Attribute::text("service.name", "orch"), Attribute::text("service.version", version)];
    let scope_spans = [ScopeSpans { scope: Scope { name: "orch", version }, spans }];
    Batch { resource_spans: [ResourceSpans { resource: Resource { attributes }, scope_spans }] }
}
