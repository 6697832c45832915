//! The standard library on real parts: Prometheus, PostgreSQL, a webhook.
//!
//! A part that is not on the PATH is left out, which is said on stderr; with `ORCH_TEST_ALL=1` that is a failure.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

mod part;
mod postgres;
mod prometheus;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "these tests need a part of it")]
mod server;
mod webhook;
