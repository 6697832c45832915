//! What lies around a session: where what is typed comes from, and what is asked of the world.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::session::Loaded;
use crate::{
    ir::{Plan, Program},
    source::Sources,
};

/// Where a session gets what is typed.
pub trait Lines {
    /// The next text, whole; `None` at the end.
    fn next(&mut self) -> Option<String>;
}

/// What lies around a session.
pub trait Surroundings {
    /// Says what was asked for.
    fn print(&mut self, text: &str);

    /// Says what is wrong.
    fn complain(&mut self, text: &str);

    /// Reads a program file.
    ///
    /// # Errors
    /// Why it can't be had.
    fn read(&self, path: &str) -> Result<Loaded, Unable>;

    /// Writes a program file in place of what it held before.
    ///
    /// # Errors
    /// Why it can't be written; so also where it holds something else by now.
    fn write(&self, path: &str, before: &str, after: &str) -> Result<(), Unable>;

    /// What is to be seen of a plan before it runs.
    ///
    /// # Errors
    /// Why that can't be shown.
    fn show(&self, plan: &Spoken<'_>, view: View) -> Result<String, Unable>;

    /// Asks, and then runs a plan of a file for real.
    ///
    /// # Errors
    /// Why it was not run.
    fn live(&mut self, file: &str, plan: &str, inputs: &Map<String, Json>) -> Result<(), Unable>;
}

/// Why what lies around a session did not do what it was asked, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unable(pub String);

/// A plan that is spoken of, and what it is given.
#[derive(Debug)]
pub struct Spoken<'s> {
    /// The file that is loaded, if there is one.
    pub file: Option<&'s str>,
    /// The program, with what was declared at the prompt.
    pub program: &'s Arc<Program>,
    /// Its texts.
    pub sources: &'s Sources,
    /// The plan.
    pub plan: &'s Plan,
    /// What it is given, as far as that was typed.
    pub inputs: Map<String, Json>,
}

/// What is to be seen of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What it would do
    Plan,
    /// The ways it can go, with every fault
    Paths,
    /// What follows what, as a graph
    Graph,
    /// When what would happen
    Timeline,
}
