//! One request, as it is sent and sent on.

use reqwest::{
    Method, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION},
};
use zeroize::Zeroizing;

use super::{cause, client::client, target::Target};
use crate::{
    ir::{HttpMethod, HttpRequest, Input, Text},
    machine::Perform,
    run::effects::{secret::Opened, unable::Unable},
};

/// The header in which a server finds the key of a request (draft-ietf-httpapi-idempotency-key-header).
const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// A request, as far as it has come.
pub struct Sent<'a> {
    request: &'a HttpRequest,
    /// Where it goes.
    pub target: Target,
    /// What was asked for may have happened already.
    pub may_have_happened: bool,
    method: Method,
    headers: HeaderMap,
    body: Option<Zeroizing<String>>,
}

impl<'a> Sent<'a> {
    /// The request, with its secrets in their places.
    ///
    /// # Errors
    /// It can't be sent like that: why.
    pub fn new(perform: &Perform, request: &'a HttpRequest, opened: &Opened) -> Result<Sent<'a>, Unable> {
        let body = request.body.as_ref().map(|body| opened.input(body));
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let known = HeaderName::from_bytes(name.as_bytes());
            let known = known.map_err(|_| Unable::HeaderName(name.clone()))?;
            headers.append(known, header(name, value, opened)?);
        }
        if let Some(body) = body.as_ref().filter(|_| !headers.contains_key(CONTENT_TYPE)) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(body)));
        }
        if let (Some(key), false) = (&perform.key, headers.contains_key(KEY_HEADER)) {
            let key = HeaderValue::from_bytes(key.as_bytes());
            headers.insert(KEY_HEADER, key.map_err(|_| Unable::Key)?);
        }
        let method = match request.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Post => Method::POST,
            HttpMethod::Put => Method::PUT,
            HttpMethod::Delete => Method::DELETE,
        };
        let target = Target::new(&request.url)?;
        Ok(Sent { request, target, may_have_happened: false, method, headers, body })
    }

    /// For people: `http.post api.example.com/orders`.
    pub fn shown(&self) -> String {
        format!("{} {}", self.request.method.word(), self.target)
    }

    /// Sends it and waits for the head of the answer. If there is none: why, and whether it may have been sent.
    pub async fn send(&self) -> Result<Response, (String, bool)> {
        let client = client().map_err(|why| (why.to_string(), false))?;
        let mut builder = client.request(self.method.clone(), self.target.url().clone()).headers(self.headers.clone());
        if let Some(body) = &self.body {
            builder = builder.body(body.as_bytes().to_vec());
        }
        builder.send().await.map_err(|error| {
            let error = error.without_url();
            if error.is_connect() || error.is_builder() {
                return (format!("can't connect: {}", cause(&error)), false);
            }
            (format!("no whole answer came: {}", cause(&error)), true)
        })
    }

    /// Turns it to where an answer with this status leads.
    ///
    /// # Errors
    /// It can't be followed there: why.
    pub fn lead(&mut self, status: StatusCode, next: Target) -> Result<(), Unable> {
        let looks = self.method == Method::GET;
        match status {
            // Who was asked has answered, and what it gave is found there.
            StatusCode::SEE_OTHER => self.look_there(),
            // Some servers mean the same place under another name, others the page that comes after the deed.
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if !looks => {
                return Err(Unable::Moved(next.to_string()));
            }
            _ => {}
        }
        if !self.target.is_same_place(&next) {
            self.forget_credentials()?;
        }
        self.target = next;
        Ok(())
    }

    fn look_there(&mut self) {
        self.method = Method::GET;
        self.body = None;
        self.headers.remove(CONTENT_TYPE);
        self.headers.remove(KEY_HEADER);
    }

    /// What was meant for one server is told to no other.
    fn forget_credentials(&mut self) -> Result<(), Unable> {
        let has_secret = |body: &Input| body.parts().iter().any(|part| part.secret().is_some());
        if self.body.is_some() && self.request.body.as_ref().is_some_and(has_secret) {
            return Err(Unable::SecretBody);
        }
        let secrets = self.request.headers.iter().filter(|(_, value)| value.secret().is_some());
        for (name, _) in secrets {
            self.headers.remove(name.as_str());
        }
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            self.headers.remove(name);
        }
        Ok(())
    }
}

fn header(name: &str, value: &Text, opened: &Opened) -> Result<HeaderValue, Unable> {
    let text = opened.text(value);
    let header = HeaderValue::from_bytes(text.as_bytes());
    let mut header = header.map_err(|_| Unable::Header(name.to_owned()))?;
    header.set_sensitive(value.secret().is_some());
    Ok(header)
}

/// What a body is, unless the program says it: an object or a list of JSON, or a text.
fn kind(body: &str) -> &'static str {
    let is_json =
        body.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
    if is_json { "application/json" } else { "text/plain; charset=utf-8" }
}
