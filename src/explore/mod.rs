//! Exploring a plan: every way it can go, with every fault, to a bounded number of faults together.
//!
//! A run that goes undisturbed is followed question by question. At each question that could be answered otherwise the
//! simulation is kept, and each other answer goes on from a clone of it: what came before is never run again. What is
//! alike is followed once: a question in a situation that was met before, and a state that was reached before, are not
//! gone into again; how the run goes on from there is known.
//!
//! On the way forward so many faults are tried together as one asks for; on the way back, and while something is found
//! out, as many again: a way back is only ever walked behind a fault, and one that was never disturbed proves little.
//!
//! Nothing here starts a thread. Whoever explores takes a batch of paths, walks each where it likes, and gives back what
//! was found in the order of the batch: so the same is found however many walk.
//!
//! Reading order: [`deviation`] is what can go otherwise; `compared` finds the values for which a plan goes another way, and
//! `boundary` makes them; `world` answers; `run` is a run on its way, `point` says what can go otherwise where it is, and
//! `walk` follows one path; `search` knows what was seen; [`findings`] is what is wrong and what to do about it.

mod boundary;
mod compared;
pub mod deviation;
pub mod findings;
mod origin;
mod point;
pub mod property;
mod run;
mod search;
mod situation;
mod walk;
mod world;

pub use deviation::{Deviation, Disturbance, Taken};
pub use findings::{Ending, Finding, Wrong};
pub use property::{Stated, When};
pub use search::{Exploration, Report, Seen, Settings, Terms};
pub use walk::{Path, Walked};
