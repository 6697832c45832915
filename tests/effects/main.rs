//! Real effects: what may happen, what does, and what is said of how it ended.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

mod files;
mod grants;
mod http;
mod processes;
mod secrets;
#[path = "../support/server.rs"]
mod server;
mod shell;
mod variables;
mod world;
