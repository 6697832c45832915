//! Orch: change plans that are checked before they run, run durably, and undo themselves when they fail.

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod evaluate;
pub mod ir;
pub mod machine;
pub mod plan;
pub mod run;
pub mod source;
pub mod syntax;
