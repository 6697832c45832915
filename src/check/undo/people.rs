//! Where a person's no, or waiting in vain for long, would undo phases that are over.

use super::{
    Coverage, Done, Met,
    pending::{EMPTY, Set},
};
use crate::{
    check::danger::Danger,
    diagnostic::{Code, Diagnostic},
};

impl Coverage<'_, '_> {
    /// Warns of the phases that are over by then; the rest of the set is what is left.
    pub(super) fn would_undo(&mut self, set: Set, danger: Danger, code: Code) -> Set {
        let (mut left, mut undone) = (EMPTY, Vec::new());
        for done in self.pending.take(set) {
            let Done::InPhase(number) = done else { continue };
            let met = &mut self.phases[number];
            if !met.over {
                left = self.pending.with(left, done);
            } else if !std::mem::replace(&mut met.said[usize::from(code == Code::W0407)], true) {
                undone.push(number);
            }
        }
        undone.sort_unstable();
        let phases: Vec<&Met> = undone.into_iter().map(|number| &self.phases[number]).collect();
        if !phases.is_empty() {
            let found = self.undone_by_a_person(&phases, danger, code);
            self.lints.push(found);
        }
        left
    }

    fn undone_by_a_person(&self, phases: &[&Met], danger: Danger, code: Code) -> Diagnostic {
        let names: Vec<String> = phases.iter().map(|met| format!("`{}`", met.name)).collect();
        let undone = match names.as_slice() {
            [name] => format!("the phase {name} is undone"),
            [first, second] => format!("the phases {first} and {second} are undone"),
            [first, rest @ ..] => format!("the phase {first} and {} more are undone", rest.len()),
            [] => String::new(),
        };
        let here = self.pass.head(danger.span);
        let found = Diagnostic::new(code, here, format!("{}, {undone}", danger.what), "");
        let label = |found: Diagnostic, met: &&Met| found.label(self.pass.head(met.span), "what it did by then");
        let found = phases.iter().take(2).fold(found, label);
        found.help("write `commit \"..\"` before it, or put it into an `attempt` with another way in its `else`")
    }
}
