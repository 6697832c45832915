//! The command line as a person meets it: the real binary, real processes, exit codes and what is said.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

mod check;
mod fix;
mod fmt;
mod lints;
mod operators;
mod people;
mod project;
mod resume;
mod run;
mod show;
mod store;
