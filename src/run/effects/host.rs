//! What a program that embeds Orch does for its plans: `extern` probes and actions.
//!
//! ```
//! use orch::run::{Fault, Host};
//! use serde_json::json;
//!
//! let host = Host::new()
//!     .probe("in_stock", |call| async move {
//!         let sku: String = call.argument("sku")?;
//!         Ok(json!(sku == "a-1"))
//!     })
//!     .action("reserve", |call| async move {
//!         let sku: String = call.argument("sku")?;
//!         if sku != "a-1" {
//!             return Err(Fault::not_done(format!("there is no {sku}")));
//!         }
//!         // The key is the same whenever this is asked again, so it names what was made.
//!         Ok(json!({ "id": call.key() }))
//!     });
//! ```
//!
//! [`Runner::with_host`](crate::run::Runner::with_host) takes it, and refuses runs of plans for which something is missing.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{process::Stop, secret::Opened};
use crate::{
    ir::{Address, Program, SecretRef},
    machine::{self, Extern, ExternKind},
};

type Ended = Pin<Box<dyn Future<Output = Result<Json, Fault>> + Send>>;

/// One that does what is asked.
pub type Provider = Arc<dyn Fn(Call) -> Ended + Send + Sync>;

/// What a program provides for the plans that it runs. It is cheap to clone.
#[derive(Clone, Default)]
pub struct Host {
    actions: BTreeMap<String, Provider>,
    probes: BTreeMap<String, Provider>,
}

impl Host {
    /// Provides nothing.
    pub fn new() -> Host {
        Host::default()
    }

    /// Provides `extern action NAME`. What `provide` gives must fit the type that the action declares, else what it did
    /// is known and its value is not; an action without a result may give anything.
    pub fn action<F, E>(mut self, name: &str, provide: F) -> Host
    where
        F: Fn(Call) -> E + Send + Sync + 'static,
        E: Future<Output = Result<Json, Fault>> + Send + 'static,
    {
        self.actions.insert(name.to_owned(), Arc::new(move |call| Box::pin(provide(call))));
        self
    }

    /// Provides `extern probe NAME`. It changes nothing, and may be asked again at any time.
    pub fn probe<F, E>(mut self, name: &str, provide: F) -> Host
    where
        F: Fn(Call) -> E + Send + Sync + 'static,
        E: Future<Output = Result<Json, Fault>> + Send + 'static,
    {
        self.probes.insert(name.to_owned(), Arc::new(move |call| Box::pin(provide(call))));
        self
    }

    /// What `plan` of `program` could ask for and is not provided.
    pub fn missing(&self, program: &Program, plan: &str) -> Vec<Extern> {
        let asked = machine::externs(program, plan).into_iter();
        asked.filter(|wanted| self.provider(wanted.kind, &wanted.name).is_none()).collect()
    }

    /// Who provides it.
    pub fn provider(&self, kind: ExternKind, name: &str) -> Option<&Provider> {
        match kind {
            ExternKind::Action => self.actions.get(name),
            ExternKind::Probe => self.probes.get(name),
        }
    }
}

/// What is asked of a provider.
pub struct Call {
    pub(super) address: Address,
    pub(super) key: Option<String>,
    pub(super) arguments: Map<String, Json>,
    pub(super) opened: Arc<Opened>,
    pub(super) stop: watch::Receiver<Stop>,
}

impl Call {
    /// The place in the plan, for messages.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The idempotency key of an action: no other action anywhere has it, and this one has it again when it is repeated.
    /// A probe has none.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// All arguments, by the names of the parameters: units as text, variants by their names, secrets as references.
    pub fn arguments(&self) -> &Map<String, Json> {
        &self.arguments
    }

    /// One argument.
    ///
    /// # Errors
    /// There is no such parameter, or it has another type: nothing was done.
    pub fn argument<T: DeserializeOwned>(&self, name: &str) -> Result<T, Fault> {
        let given = self.arguments.get(name).cloned().unwrap_or(Json::Null);
        serde_json::from_value(given).map_err(|error| Fault::not_done(format!("the argument `{name}`: {error}")))
    }

    /// The value of an argument that is a `Secret`. It was read when this was asked for; wherever it appears in what is
    /// given back, its name will stand.
    ///
    /// # Errors
    /// The argument is no secret: nothing was done.
    pub fn secret(&self, name: &str) -> Result<Zeroizing<String>, Fault> {
        let reference = self.arguments.get(name).and_then(SecretRef::from_json);
        let read = reference.and_then(|reference| self.opened.secret(&reference));
        read.ok_or_else(|| Fault::not_done(format!("the argument `{name}` is no secret")))
    }

    /// Waits until this is to end: too much time has passed, or the run is cancelled. What has not ended five seconds
    /// later is dropped.
    pub async fn stopped(&self) {
        // Without a sender nobody can ask for an end any more.
        if self.stop.clone().wait_for(|stop| *stop != Stop::No).await.is_err() {
            std::future::pending().await
        }
    }
}

/// Why a provider has nothing to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing was done: `retry` may try it again.
    #[error("{0}")]
    NotDone(String),
    /// Nobody knows whether it was done: it is settled by `confirm`, by doing it again with the same key if it is
    /// `idempotent`, or by a person.
    #[error("{0}")]
    Unknown(String),
}

impl Fault {
    /// Nothing was done, for this reason.
    pub fn not_done(why: impl fmt::Display) -> Fault {
        Fault::NotDone(why.to_string())
    }

    /// Nobody knows whether it was done, for this reason.
    pub fn unknown(why: impl fmt::Display) -> Fault {
        Fault::Unknown(why.to_string())
    }
}
