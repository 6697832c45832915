//! `extern`: what the program does that embeds this one.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tokio::{sync::watch, task::JoinError, time::sleep};

use super::{
    child::GRACE,
    host::{Call, Fault, Host},
    process::Stop,
    secret::Opened,
};
use crate::machine::{ExternKind, Outcome, Perform, Purpose};

/// What is asked of a host, which is asked in a task of its own: neither its panic nor its silence is ours.
pub struct Asking<'a> {
    /// The host.
    pub host: &'a Host,
    /// The effect.
    pub perform: &'a Perform,
    /// As it is declared.
    pub name: &'a str,
    /// Each parameter with its value.
    pub arguments: &'a Map<String, Json>,
    /// Its secrets.
    pub opened: &'a Arc<Opened>,
}

impl Asking<'_> {
    /// Asks, and says what the answer means.
    pub async fn outcome(&self, mut stop: watch::Receiver<Stop>) -> Outcome {
        let kind = if self.looks() { ExternKind::Probe } else { ExternKind::Action };
        let Some(provider) = self.host.provider(kind, self.name).cloned() else {
            let reason = format!("no program around this one provides `{}`", self.name);
            return Outcome::failed(reason, String::new());
        };
        if *stop.borrow() != Stop::No {
            return Outcome::failed("stopped before it was started", String::new());
        }
        let call = Call {
            address: self.perform.address.clone(),
            key: self.perform.key.as_ref().map(ToString::to_string),
            arguments: self.arguments.clone(),
            opened: Arc::clone(self.opened),
            stop: stop.clone(),
        };
        let mut task = tokio::spawn(async move { provider(call).await });
        tokio::select! {
            ended = &mut task => return self.ended(ended),
            _ = stop.wait_for(|stop| *stop != Stop::No) => {}
        }
        tokio::select! {
            ended = &mut task => return self.ended(ended),
            () = sleep(GRACE) => {}
            _ = stop.wait_for(|stop| *stop == Stop::AtOnce) => {}
        }
        task.abort();
        self.no_answer("stopped before it was answered".to_owned())
    }

    fn ended(&self, ended: Result<Result<Json, Fault>, JoinError>) -> Outcome {
        match ended {
            Ok(Ok(answer)) => Outcome::Ok { output: answer.to_string(), printed: String::new() },
            Ok(Err(Fault::NotDone(reason))) => Outcome::failed(reason, String::new()),
            Ok(Err(Fault::Unknown(reason))) => self.no_answer(reason),
            Err(_) => self.no_answer(format!("what provides `{}` panicked", self.name)),
        }
    }

    fn looks(&self) -> bool {
        matches!(self.perform.purpose, Purpose::Look | Purpose::Confirm)
    }

    fn no_answer(&self, reason: String) -> Outcome {
        if self.looks() {
            return Outcome::failed(reason, String::new());
        }
        Outcome::Unknown { reason, printed: String::new() }
    }
}
