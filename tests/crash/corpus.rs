//! The programs of `tests/corpus/crash`, each with the world it lives in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use orch::ir::Program;
use orch::run::store::{KeptSource, digest};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::support;

/// A program with its world.
pub struct Case {
    pub name: String,
    pub program: Arc<Program>,
    /// What tells its text from others.
    pub digest: String,
    pub world: About,
}

/// What `NAME.world.json` says.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct About {
    /// What the plan is started with.
    pub inputs: Map<String, Json>,
    /// What arrives from outside.
    pub events: Vec<Arriving>,
    /// What is printed by the effects of these words, or of these first words.
    pub answers: BTreeMap<String, String>,
    /// What is printed instead once something was done a number of times.
    pub changes: Vec<Change>,
    /// What the tasks at these addresses report.
    pub tasks: BTreeMap<String, Json>,
    /// How the words of effects begin of which nobody finds out whether they were done: steps that are `best_effort`.
    pub never_settled: Vec<String>,
}

impl Case {
    /// Whether nobody finds out whether the effect of these words was done.
    pub fn is_never_settled(&self, words: &str) -> bool {
        self.world.never_settled.iter().any(|first| words.starts_with(first))
    }
}

/// An event that arrives.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arriving {
    /// When, in minutes after the start.
    pub minutes: i64,
    pub event: String,
    pub id: String,
    pub payload: Json,
}

/// An answer that what was done changes.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The words of the look.
    pub of: String,
    /// The words of what was done, and how often.
    pub once: String,
    pub done: usize,
    /// What is printed as long as it was done just so often.
    pub prints: String,
}

/// Where the programs lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/crash")
}

/// The names of all of them.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".orch")?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}

/// All of them.
pub fn cases() -> impl Iterator<Item = Case> {
    names().into_iter().map(|name| case(&name))
}

/// One of them.
pub fn case(name: &str) -> Case {
    let text = fs::read_to_string(folder().join(format!("{name}.orch"))).unwrap();
    let world = match fs::read_to_string(folder().join(format!("{name}.world.json"))) {
        Ok(world) => serde_json::from_str(&world).unwrap_or_else(|error| panic!("{name}.world.json: {error}")),
        Err(_) => About::default(),
    };
    let program = support::program(&text);
    let source = KeptSource { name: format!("{name}.orch"), folder: PathBuf::new(), text };
    Case { name: name.to_owned(), program, digest: digest(&[source]), world }
}
