//! What there is to see of a run.

use std::sync::Arc;

use super::{BEGIN, Happening, Simulation};
use crate::{
    ir::{Program, Value},
    machine::{Machine, Record, Refused, Timestamp, Word},
    simulate::{Asked, NotGiven, Question, World},
};

impl<W: World> Simulation<W> {
    /// Why the world had no answer.
    pub fn stopped(&self) -> Option<&NotGiven> {
        self.stopped.as_ref()
    }

    /// The run as it stands.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The world.
    pub fn world(&self) -> &W {
        &self.world
    }

    /// The world, to be changed: what is asked from here on is answered otherwise.
    pub fn world_mut(&mut self) -> &mut W {
        &mut self.world
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How many nanoseconds it has lasted.
    pub fn elapsed(&self) -> i64 {
        self.now.since(BEGIN)
    }

    /// The questions whose end the run has not heard of, in the order asked.
    pub fn open(&self) -> impl Iterator<Item = &Arc<Question>> {
        self.open.values().map(|(question, _)| question)
    }

    /// The journal so far.
    pub fn records(&self) -> &[Arc<Record>] {
        &self.records
    }

    /// What happened last.
    pub fn last(&self) -> Option<&Happening> {
        self.last.as_ref()
    }

    /// Every question so far with its answer, by number.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The words that were planned and refused when they were said, answers to questions aside.
    pub fn refused(&self) -> &[(Word, Refused)] {
        &self.refused
    }

    /// What was done under an idempotency key, if it was, and what it gave.
    pub fn happened(&self, key: &str) -> Option<&Value> {
        self.happened.get(key)
    }
}
