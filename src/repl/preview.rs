//! `:plan`, `:paths`, `:graph`, `:timeline` and `:live`: a plan before it runs, and when it does.

use serde_json::Map;

use super::{
    Repl, Spoken, State, View,
    complaint::{Complaint, Said},
    session::Session,
    simulate::{Call, call},
};

impl Repl<'_> {
    /// Shows a plan: the one that was typed, else the one that is tried, else the only one.
    pub(super) fn view(&mut self, view: View, text: &str) -> Said {
        let State { session, drive } = &*self.state.borrow();
        let again = drive.as_ref().map(|drive| drive.begun_with());
        let text = match (text, &again) {
            ("", Some(again)) => again,
            ("", None) => only_plan(session)?,
            (text, _) => text,
        };
        let named = session.plans().find(|plan| plan.name == text);
        let (plan, inputs) = match named {
            // What is not given is left open.
            Some(plan) => (plan.name.to_string(), Map::new()),
            None => {
                let Call { plan, inputs, .. } = call(session, text)?;
                (plan, inputs)
            }
        };
        let Some(plan) = session.plans().find(|known| known.name == plan) else {
            return Err(Complaint::of(format!("there is no plan `{plan}`")));
        };
        let file = session.file().map(|file| file.path.as_str());
        let spoken = Spoken { file, program: session.program(), sources: session.sources(), plan, inputs };
        Ok(self.around.show(&spoken, view)?)
    }

    /// Runs a plan of the file for real, if that is what is wanted.
    pub(super) fn live(&mut self, text: &str) -> Said {
        let session = &self.state.borrow().session;
        let Some(file) = session.file() else { return Err(Complaint::of("no file is loaded: `:load FILE`")) };
        if text.is_empty() {
            return Err(Complaint::of("`:live` needs a plan: `:live PLAN(..)`"));
        }
        let Call { plan, inputs, .. } = call(session, text)?;
        if session.declares(&plan) {
            return Err(Complaint::of(format!(
                "`{plan}` is declared here, in no file: nothing could take its run up again"
            )));
        }
        self.around.live(&file.path, &plan, &inputs)?;
        Ok(String::new())
    }
}

fn only_plan(session: &Session) -> Result<&str, Complaint> {
    let mut plans = session.plans();
    match (plans.next(), plans.next()) {
        (Some(only), None) => Ok(&only.name),
        (None, _) => Err(Complaint::of("there is no plan: `:load FILE` takes a file with one")),
        (Some(_), Some(_)) => {
            let names: Vec<&str> = session.plans().map(|plan| plan.name.as_str()).collect();
            Err(Complaint::of(format!("say which plan: {}", names.join(", "))))
        }
    }
}
