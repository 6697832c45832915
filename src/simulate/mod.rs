//! A run in a world that is made up: the same machine, on a clock that jumps from one happening to the next.
//!
//! A [`Simulation`] asks its [`World`] how each request ends and feeds the machine what comes of it. It is plain data:
//! a clone is a fork, and a clone that was kept is a way back in time. What really happened is kept under its
//! idempotency key, apart from what the run heard of it, so that a look that finds out afterwards can tell the truth.
//!
//! Reading order: [`world`] is what is asked and answered; `run` lets things happen; `asking` makes questions of what the
//! machine asks for, and `ends` makes happenings of answers; [`generate`] and [`faults`] are worlds for every program.

mod asking;
mod completed;
mod ends;
pub mod faults;
pub mod generate;
mod pending;
mod queue;
mod run;
pub mod test;
pub mod world;

pub use asking::matches;
pub use completed::Completed;
pub use faults::{Fault, Faulty, Path, Point, paths};
pub use generate::{Generated, generate};
pub use pending::Pending;
pub use queue::Planned;
pub use run::{BEGIN, Halt, Happening, Simulation};
pub use world::*;
