//! What a plan looks like before it runs.

pub mod graph;

pub use graph::PhaseGraph;
