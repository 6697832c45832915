//! What a plan looks like before it runs.
//!
//! Reading order: [`outline`] is what can be known, as data; `read` makes it of a program; [`timeline`] says when what
//! would happen, and how sure that is.

mod alternatives;
mod beside;
pub mod capability;
pub mod difference;
pub mod estimate;
pub mod graph;
pub mod outline;
mod read;
pub mod summary;
pub mod timeline;
pub mod undo;

pub use alternatives::{Alternative, alternatives};
pub use capability::Capability;
pub use estimate::Takes;
pub use graph::PhaseGraph;
pub use outline::Outline;
pub use read::{Ask, Given, Patience};
pub use summary::Summary;
pub use timeline::{Timeline, Trials};
