//! Orch: change plans that are checked before they run, run durably, and undo themselves when they fail.
//!
//! ```text
//! text ──lexer──▶ tokens ──parser──▶ tree ──check──▶ program ──▶ machine   (state, event) → (state, entries, commands)
//!        syntax                     syntax           ir            ▲ │
//!                                                           events │ ▼ commands
//!                                                                  run       the clock, processes, files, the journal
//! ```
//!
//! `docs/tutorial.md` teaches the language, and `docs/reference` says what each part of it means.
//!
//! [`check::check`] makes a program of text, or says what is wrong with it. [`run::Runner`] starts its plans and
//! takes runs up again, with what a [`run::Host`] does for them; [`machine::Machine`] is the run of a plan as a pure function, for worlds of your own.
//!
//! The modules below are in reading order. What each may use, and what is absent from it by design, is in
//! `ARCHITECTURE.md`, which a test holds against the code.

// Text and what is wrong with it.
pub mod source;

pub mod diagnostic;

pub mod project;

pub mod syntax;

pub mod format;

// The program, and what it means.
pub mod ir;

pub mod evaluate;

pub mod plan;

pub mod check;

pub mod ide;

// A run of it.
pub mod machine;

pub mod simulate;

pub mod explore;

pub mod run;

// The faces.
#[cfg(feature = "serve")]
pub mod serve;

#[cfg(feature = "repl")]
pub mod repl;

#[cfg(feature = "cli")]
pub mod cli;
