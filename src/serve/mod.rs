//! A process that keeps all runs of a store going, and answers over HTTP.
//!
//! - [`keeper`] drives the runs: it takes up what nobody drives and begins what is asked for.
//! - [`starter`] starts plans, once for each key and each event.
//! - [`sinks`] sends what runs emit to others.
//! - [`api`] answers requests; [`listen`] takes them, [`access`] says who may send them.
//! - [`metrics`] counts, [`log`] tells.
//!
//! Nothing here knows how a run is shown or how a program is compiled: whoever serves hands both in.

#![expect(clippy::disallowed_methods, reason = "this is a server: sockets, files of tokens, its log")]

pub mod access;
mod api;
mod cloud_event;
mod keeper;
pub mod listen;
pub mod log;
mod metrics;
mod problem;
pub mod programs;
mod service;
pub mod sinks;
mod starter;
pub mod unusable;
mod word;

use std::{io, sync::Arc};

use tokio::{
    spawn,
    sync::mpsc::{self, UnboundedSender},
    task::JoinSet,
};

pub use service::{CompileKept, Documents};

use access::Tokens;
use keeper::Keeper;
use listen::{Address, Listener};
use programs::Programs;
use service::Service;
use sinks::Sink;

use crate::run::{Control, RunId, Runner};

/// How many runs may be there that are not begun yet; who starts more waits.
const WAITING: usize = 64;

/// What is served, where, to whom.
pub struct Settings {
    /// The programs whose plans can be started.
    pub programs: Programs,
    /// Where is listened.
    pub listen: Address,
    /// Who may speak.
    pub tokens: Tokens,
    /// What is answered.
    pub documents: Documents,
    /// Who is sent what runs emit.
    pub sinks: Vec<Sink>,
    /// How the sources that a run has kept are compiled.
    pub compile: CompileKept,
    /// Who is told which runs have ended here.
    pub ended: Option<UnboundedSender<RunId>>,
}

/// Keeps the runs of a store going until the process is asked to leave. Nothing is driven before it listens.
///
/// # Errors
/// The address is in use or can't be had, or the store can't be written.
pub async fn serve(runner: Runner, settings: Settings, control: Control) -> io::Result<()> {
    let listener = Listener::bind(&settings.listen).await?;
    let sinks = settings.sinks.clone();
    let (begun, to_drive) = mpsc::channel(WAITING);
    let service = Arc::new(Service::new(runner, settings, control.clone(), begun));
    let router = api::router(Arc::clone(&service));
    // What comes once it is said that it listens starts its plans, even if they are not looked at any more.
    starter::begin_to_listen(&service).await.map_err(|problem| io::Error::other(problem.detail))?;
    for sink in &sinks {
        sink.begin(&service).await.map_err(|problem| io::Error::other(problem.detail))?;
    }
    log::line(format_args!("listens at {}", listener.name()));
    let mut senders: JoinSet<()> = sinks.into_iter().map(|sink| sink.serve(Arc::clone(&service))).collect();
    let starter = spawn(starter::listen(Arc::clone(&service)));
    let keeper = spawn(Keeper::new(service, to_drive).keep());
    listen::serve(listener, router, control).await;
    starter.await?;
    keeper.await?;
    while senders.join_next().await.is_some() {}
    log::line("left");
    Ok(())
}
