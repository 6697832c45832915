//! The programs whose plans can be started: by name, and by the events that begin them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::problem::Problem;
use crate::{
    ir::{ModuleId, Plan, Program, json::from_json, text::Shape},
    machine::{Beginning, CannotBegin},
    run::{Start, start::identity, store::KeptSource},
};

/// A program that is served.
#[derive(Clone, Debug)]
pub struct Served {
    /// Its root file, as it was named.
    pub file: PathBuf,
    /// The program.
    pub program: Arc<Program>,
    /// Its files, as a run keeps them.
    pub sources: Vec<KeptSource>,
    /// The plans that can't be started here, each with why.
    pub left_out: BTreeMap<SmolStr, String>,
}

/// All programs that are served.
#[derive(Clone, Debug, Default)]
pub struct Programs(Vec<Served>);

/// A plan of a program that is served.
#[derive(Clone, Copy, Debug)]
pub struct Startable<'p> {
    /// The program.
    pub served: &'p Served,
    /// The plan.
    pub plan: &'p Plan,
}

/// A plan, for those who want to start it.
#[derive(Debug, Serialize)]
pub struct PlanRow {
    plan: String,
    file: String,
    inputs: Vec<InputRow>,
    /// The type of what it gives; `null` without a result
    result: Option<String>,
    /// The event that starts it
    on: Option<String>,
    /// Whether starting it again with the same key gives the run there is
    keyed: bool,
    /// Why it can't be started here, if it can't
    problem: Option<String>,
}

/// Something a plan is given.
#[derive(Debug, Serialize)]
struct InputRow {
    name: String,
    r#type: String,
    required: bool,
}

impl Programs {
    /// These programs.
    pub fn new(programs: Vec<Served>) -> Programs {
        Programs(programs)
    }

    /// All plans that can be started.
    pub fn plans(&self) -> impl Iterator<Item = Startable<'_>> {
        self.all().filter(|startable| startable.problem().is_none())
    }

    /// The same, with those that can't be started here.
    pub fn all(&self) -> impl Iterator<Item = Startable<'_>> {
        self.0.iter().flat_map(|served| {
            let own = served.program.plans.iter().filter(|plan| plan.module == ModuleId(0));
            own.map(move |plan| Startable { served, plan })
        })
    }

    /// The plan of this name; `file` says whose, where several have one.
    pub fn find(&self, plan: &str, file: Option<&str>) -> Result<Startable<'_>, Problem> {
        let is_meant =
            |startable: &Startable<'_>| startable.plan.name == plan && file.is_none_or(|file| startable.file() == file);
        let found: Vec<Startable<'_>> = self.all().filter(is_meant).collect();
        match found[..] {
            [only] => match only.problem() {
                Some(why) => Err(Problem::unfit(format!("`{plan}` can't be started here: {why}"))),
                None => Ok(only),
            },
            [] => {
                let known = self.plans().map(|startable| startable.plan.name.to_string());
                Err(Problem::unknown(format!("no plan `{plan}` is served")).instead(known))
            }
            _ => {
                let files = found.iter().map(|startable| format!("file: {}", startable.file()));
                Err(Problem::unfit(format!("several files have a plan `{plan}`: say which")).instead(files))
            }
        }
    }

    /// Whether a program that is served declares an event of this name.
    ///
    /// # Errors
    /// One does, and what the event carries does not fit.
    pub fn know(&self, event: &str, payload: &Json) -> Result<bool, Problem> {
        let declared = self.0.iter().flat_map(|served| &served.program.events).filter(|known| known.name == event);
        let mut known = false;
        for declared in declared {
            known = true;
            from_json(&declared.payload, payload).map_err(|mismatch| {
                let detail = format!("what the event carries does not fit: {mismatch}");
                Problem::unfit(detail).instead([format!("{event} with {}", Shape(&declared.payload))])
            })?;
        }
        Ok(known)
    }

    /// The names of all events that are declared.
    pub fn events(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|served| &served.program.events).map(|event| event.name.to_string()).collect()
    }
}

impl<'p> Startable<'p> {
    /// What it needs to begin.
    pub fn beginning(&self) -> Beginning<'p> {
        Beginning::of(&self.served.program, self.plan)
    }

    /// What it is told from all other plans by.
    pub fn identity(&self) -> Json {
        identity(&self.served.sources, self.plan)
    }

    /// The file it stands in, as it was named.
    pub fn file(&self) -> String {
        self.served.file.display().to_string()
    }

    /// Why it can't be started here, if it can't.
    pub fn problem(&self) -> Option<&'p str> {
        self.served.left_out.get(&self.plan.name).map(String::as_str)
    }

    /// A run of it that is given these inputs.
    ///
    /// # Errors
    /// Its key can't be computed.
    pub fn start(&self, inputs: Map<String, Json>) -> Result<Start, CannotBegin> {
        Start::of(&self.served.program, self.served.sources.clone(), self.plan, inputs)
    }

    /// As it is told.
    pub fn row(&self) -> PlanRow {
        let inputs = self.beginning().inputs().into_iter().map(|input| InputRow {
            name: input.name.to_string(),
            r#type: input.ty.to_string(),
            required: input.default.is_none(),
        });
        let result = self.plan.result.to_string();
        let trigger = self.plan.trigger.as_ref();
        PlanRow {
            plan: self.plan.name.to_string(),
            file: self.file(),
            inputs: inputs.collect(),
            result: (self.plan.result != crate::ir::Type::Nothing).then_some(result),
            on: trigger.map(|trigger| self.served.program.events[trigger.event.index()].name.to_string()),
            keyed: self.plan.key.is_some(),
            problem: self.problem().map(str::to_owned),
        }
    }
}
