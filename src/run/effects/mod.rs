//! What touches the world.
//!
//! The machine asks with a [`Perform`], as data; an [`Effects`] does it and says how it ended. Whatever happens,
//! there is an end: an effect that was started and of which nobody knows how it ended is [`Outcome::Unknown`], and
//! one that surely did not happen is [`Outcome::Failed`]. The machine relies on that difference.

mod child;
mod ended;
mod file;
mod grants;
mod host;
mod hosted;
mod http;
mod local;
mod process;
mod secret;
mod site;
mod start;
mod unable;

use std::{future::Future, io, sync::Arc};

pub use host::{Call, Fault, Host, Provider};
#[cfg(feature = "serve")]
pub(crate) use http::client as http_client;
pub use local::LocalEffects;
pub use secret::Known;
pub use site::{ModuleSite, Site};

use crate::machine::{EffectId, Outcome, Perform};

/// Does what the machine asks for.
pub trait Effects: Send + Sync + 'static {
    /// Does it, and says how it ended. Whatever has to be ready for [`Effects::stop`] is ready when this returns,
    /// before the future is polled.
    fn perform(self: Arc<Self>, perform: Perform) -> impl Future<Output = Outcome> + Send + 'static;

    /// Asks an effect in flight to end: first politely, after a grace by force. Its end is still reported.
    fn stop(&self, effect: EffectId);

    /// Ends all effects in flight by force and without a grace.
    fn stop_all_at_once(&self);

    /// Ends what an earlier process started for this run and left behind. Called before a run is taken up again.
    fn stop_survivors(&self) -> impl Future<Output = io::Result<()>> + Send;
}
