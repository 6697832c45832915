//! The command line as a person meets it: the real binary, real processes, exit codes and what is said.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

#[path = "../support/chance.rs"]
mod chance;
mod check;
mod explore;
mod fix;
mod fmt;
mod http;
mod json;
mod leaving;
mod lints;
mod long;
mod migrate;
mod operators;
mod people;
mod project;
mod prompt;
mod records;
mod repl;
mod resume;
mod run;
mod secrets;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "these tests need a part of it")]
mod server;
mod show;
mod simulate;
mod store;
mod terminal;
mod test;
