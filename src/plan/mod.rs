//! What a plan looks like before it runs.

mod beside;
pub mod graph;

pub use graph::PhaseGraph;
