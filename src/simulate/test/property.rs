//! What must hold of a run at each of its moments, or at its end: expectations that are asked again and again.

use std::sync::Arc;

use super::{
    Broken, Failure, Suite, What, expect, known,
    script::{Run, Script},
};
use crate::{
    ir::{Plan, Test},
    simulate::{Simulation, World},
};

/// The names of expectations that tell what a run has done so far.
const HISTORY: [&str; 5] = ["done", "undone", "owed", "emitted", "decided"];

/// The expectations of a test, as something that can be asked of any run of its plan.
#[derive(Clone, Debug)]
pub struct Property {
    test: Test,
    script: Arc<Script>,
    plan: Plan,
}

impl Suite {
    /// What a test expects, of any run of the plan that it runs.
    ///
    /// # Errors
    /// What the test says can't be computed, or it runs nothing.
    pub fn property(&self, test: &Test) -> Result<Property, Box<Failure>> {
        let script =
            Arc::new(Script::of(self.computer.clone(), test).map_err(|broken| Box::new(Failure::broken(broken)))?);
        let nothing = || Broken { span: test.span, reason: "it runs no plan".to_owned() };
        let run: &Run = script.run.as_ref().ok_or_else(|| Box::new(Failure::broken(nothing())))?;
        let plan = self.plan(run).clone();
        Ok(Property { test: test.clone(), script: Arc::clone(&script), plan })
    }
}

impl Property {
    /// Whether it holds of a run as it stands; `None` where it speaks of what the run has not, or not yet.
    pub fn holds<W: World>(&self, simulation: &Simulation<W>) -> Option<bool> {
        let failures = expect::failures(&self.test, &self.script, Some((simulation, &self.plan)));
        let is_open = |failure: &Failure| !matches!(&failure.what, What::Expected { why: None, .. });
        match failures.as_slice() {
            [] => Some(true),
            failures if failures.iter().any(is_open) => None,
            _ => Some(false),
        }
    }

    /// All that it may depend on of what a run has done so far.
    pub fn history<W: World>(&self, simulation: &Simulation<W>) -> String {
        let values = HISTORY.iter().filter_map(|name| known::value(name, simulation, &self.plan));
        values.map(|value| value.to_string()).collect::<Vec<_>>().join("; ")
    }
}
