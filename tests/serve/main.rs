//! `orch serve` as its users meet it: a real process, real requests over a socket, real kills.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]
#![cfg(feature = "serve")]

mod access;
mod events;
mod figures;
mod hostile;
mod journal;
mod runs;
mod server;
mod sinks;
mod together;
#[cfg(feature = "otel")]
mod traces;
