//! What is to be started, and what makes it one run only.

use std::{path::Path, sync::Arc};

use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;

use super::store::{EventNumber, KeptSource};
use crate::{
    ir::{Plan, Program},
    machine::{Beginning, CannotBegin, MAX_DEPTH, USUAL_DEPTH},
};

/// A run to be started.
pub struct Start {
    /// Its program.
    pub program: Arc<Program>,
    /// The files of the program, in the order of its modules.
    pub sources: Vec<KeptSource>,
    /// The plan.
    pub plan: SmolStr,
    /// Every parameter with its value.
    pub inputs: Map<String, Json>,
    /// How deep its plans may run each other: usually [`USUAL_DEPTH`], at most [`MAX_DEPTH`].
    pub deepest: u32,
    /// What there may be one run of in the store.
    pub key: Option<SmolStr>,
    /// The event that begins it: it hears of all that came behind that one.
    pub behind: Option<EventNumber>,
}

/// A parameter of a run that is there already, for which something else was given now: that changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Otherwise {
    /// Its name.
    pub name: String,
    /// What the run was started with.
    pub kept: Json,
    /// What was given now.
    pub given: Json,
}

/// What was given otherwise than a run was started with.
pub(super) fn otherwise(given: &Map<String, Json>, kept: &Map<String, Json>) -> Vec<Otherwise> {
    let differs = |(name, given): (&String, &Json)| {
        let kept = kept.get(name).unwrap_or(&Json::Null);
        (kept != given).then(|| Otherwise { name: name.clone(), kept: kept.clone(), given: given.clone() })
    };
    given.iter().filter_map(differs).collect()
}

impl Start {
    /// A run of `plan` that is given `inputs`, as [`Beginning::complete`] gives them. Where the plan is `keyed`, there
    /// is one run for each key.
    ///
    /// # Errors
    /// The key can't be computed.
    pub fn of(
        program: &Arc<Program>,
        sources: Vec<KeptSource>,
        plan: &Plan,
        inputs: Map<String, Json>,
    ) -> Result<Start, CannotBegin> {
        let key = Beginning::of(program, plan).key(&inputs)?;
        let key = key.map(|key| one_of(&sources, plan, &["keyed", &key]));
        let (program, plan) = (Arc::clone(program), plan.name.clone());
        Ok(Start { program, sources, plan, inputs, deepest: USUAL_DEPTH, key, behind: None })
    }

    /// The same run, whose plans may run each other so deep, at most [`MAX_DEPTH`].
    pub fn deepest(self, deepest: u32) -> Start {
        Start { deepest: deepest.min(MAX_DEPTH), ..self }
    }

    /// The same run, which this event begins. Where the plan is not `keyed`, there is one run for each event.
    pub fn begun_by(self, plan: &Plan, number: EventNumber, event: &str, id: &str) -> Start {
        let key = self.key.unwrap_or_else(|| one_of(&self.sources, plan, &["on", event, id]));
        Start { key: Some(key), behind: Some(number), ..self }
    }
}

/// What a plan is told from all others by, whatever text its file has and from wherever it is named.
pub fn identity(sources: &[KeptSource], plan: &Plan) -> Json {
    let root = sources.first();
    let name = root.map(|root| Path::new(&root.name).file_name().unwrap_or_default().to_string_lossy());
    let file = root.map(|root| root.folder.join(name.unwrap_or_default().as_ref())).unwrap_or_default();
    json!([file.to_string_lossy(), plan.name])
}

fn one_of(sources: &[KeptSource], plan: &Plan, what: &[&str]) -> SmolStr {
    json!([identity(sources, plan), what]).to_string().into()
}
