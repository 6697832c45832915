//! Requests over HTTP: `http.get`, `http.post`, `http.put`, `http.delete`.
//!
//! Each place a request goes to needs a grant, the one it is sent to and every one that a redirect leads to; that is
//! why redirects are followed here, and why nothing is left to the client to decide. What is known of the end of a
//! request follows RFC 9110: one that was not sent or was refused did not happen; one that was sent and not answered,
//! or answered with doubt, may have.

mod answer;
mod client;
mod send;
mod target;

use std::error::Error;

use answer::Class;
#[cfg(feature = "serve")]
pub use client::client;
use reqwest::{Response, StatusCode, header::LOCATION};
use send::Sent;
pub use target::Target;
use tokio::sync::watch;

use super::{grants, process::Stop, secret::Opened, site::Site, unable::Unable};
use crate::{
    ir::HttpRequest,
    machine::{Outcome, Perform, Purpose},
};

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 10;

/// A request on its way.
pub struct Asking<'a> {
    /// Who may reach what.
    pub site: &'a Site,
    /// The effect.
    pub perform: &'a Perform,
    /// What is asked for.
    pub request: &'a HttpRequest,
    /// Its secrets.
    pub opened: &'a Opened,
}

impl Asking<'_> {
    /// Sends it, and says what the answer means. When it is stopped, it is dropped.
    pub async fn outcome(&self, mut stop: watch::Receiver<Stop>) -> Outcome {
        if *stop.borrow() != Stop::No {
            return Outcome::failed("stopped before it was sent", String::new());
        }
        tokio::select! {
            outcome = self.ask() => outcome,
            _ = stop.wait_for(|stop| *stop != Stop::No) => self.no_answer("stopped before it was answered", true),
        }
    }

    async fn ask(&self) -> Outcome {
        let mut sent = match Sent::new(self.perform, self.request, self.opened) {
            Ok(sent) => sent,
            Err(unable) => return self.no_answer(&unable.to_string(), false),
        };
        for _ in 0..=MOST_REDIRECTS {
            let response = match sent.send().await {
                Ok(response) => response,
                Err((reason, may_have_happened)) => {
                    let reason = format!("{}: {reason}", sent.shown());
                    return self.no_answer(&reason, may_have_happened || sent.may_have_happened);
                }
            };
            let Some(location) = location(&response) else { return self.answered(&sent, response).await };
            if let Err((reason, may_have_happened)) = self.follow(&mut sent, response.status(), &location) {
                let reason = format!("{}: {}, and {reason}", sent.shown(), response.status());
                return self.no_answer(&reason, may_have_happened);
            }
        }
        let reason = format!("{}: more than {MOST_REDIRECTS} redirects", sent.shown());
        self.no_answer(&reason, sent.may_have_happened)
    }

    /// Goes where an answer leads to. If it can't, why, and whether what was asked for may have happened.
    fn follow(&self, sent: &mut Sent<'_>, status: StatusCode, location: &str) -> Result<(), (String, bool)> {
        // 307 and 308 say that nothing was done here; the others may come after the deed (RFC 9110, 15.4).
        let untouched = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        sent.may_have_happened |= !untouched;
        let may_have_happened = sent.may_have_happened;
        let next = sent.target.leading(location).map_err(|why| (why.to_string(), may_have_happened))?;
        let led = |why: Unable| (format!("leads to `{next}`: {why}"), may_have_happened);
        if sent.target.is_encrypted() && !next.is_encrypted() {
            return Err(led(Unable::Overheard));
        }
        if let Some(refused) = grants::target_refusal(self.site, &next, self.request.module) {
            return Err(led(Unable::Refused(refused)));
        }
        sent.lead(status, next.clone()).map_err(led)
    }

    /// What the last answer means.
    async fn answered(&self, sent: &Sent<'_>, response: Response) -> Outcome {
        let status = response.status();
        let hidden = &self.opened.hidden;
        if answer::class(status) == Class::Done {
            let text = answer::body(response, hidden, self.perform.wants_output).await;
            return match text {
                Ok(output) => Outcome::Ok { output, printed: String::new() },
                Err(reason) => self.no_answer(&format!("{}: {status}, but {reason}", sent.shown()), true),
            };
        }
        let asked = answer::retry_after(response.headers(), jiff::Timestamp::now());
        let reason = format!("{}: {status}", sent.shown());
        let printed = answer::said(response, hidden).await;
        let may_have_happened = sent.may_have_happened || answer::class(status) == Class::Doubtful;
        match self.no_answer(&reason, may_have_happened) {
            Outcome::Failed { reason, .. } => Outcome::Failed { reason, printed, retry_after: asked },
            Outcome::Unknown { reason, .. } => Outcome::Unknown { reason, printed },
            done @ Outcome::Ok { .. } => done,
        }
    }

    /// A look without an answer failed, whatever happened. What changes something failed if it surely did not happen.
    fn no_answer(&self, reason: &str, may_have_happened: bool) -> Outcome {
        let looks = matches!(self.perform.purpose, Purpose::Look | Purpose::Confirm);
        if looks || !may_have_happened {
            return Outcome::failed(reason, String::new());
        }
        Outcome::Unknown { reason: reason.to_owned(), printed: String::new() }
    }
}

/// Where an answer leads to, if it leads on.
fn location(response: &Response) -> Option<String> {
    let leads = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(LOCATION).filter(|_| leads)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// What lies behind an error, without the URL, which may say what nobody should see.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if std::ptr::addr_eq(cause, error) { "it could not be sent".to_owned() } else { cause.to_string() }
}
