//! What differs in a plan as a whole: what it may touch, what it is given, how it ends, and what it calls.

use super::{About, Comparing};
use crate::{
    ir::Address,
    plan::{
        Capability,
        outline::{Definition, Input, Kind, Outline, Part},
    },
};

impl Comparing<'_> {
    /// What is about the plan itself, and not about a part of it.
    pub(super) fn whole(&mut self, old: &Outline, new: &Outline) {
        self.capabilities(old, new);
        self.inputs(old, new);
        self.of_plan(About::Inputs, begins(old), begins(new));
        self.of_plan(About::Names, goals(old), goals(new));
        let (before, after) = (self.estimates(old), self.estimates(new));
        self.of_plan(About::Estimates, before, after);
        self.ends(old, new);
    }

    fn of_plan(&mut self, about: About, before: Option<String>, after: Option<String>) {
        self.tell(about, &Address::root(), before, after);
    }

    fn capabilities(&mut self, old: &Outline, new: &Outline) {
        let (before, after) = (capabilities(old), capabilities(new));
        for gone in before.iter().filter(|one| !after.contains(one)) {
            self.of_plan(About::Capabilities, Some(gone.clone()), None);
        }
        for come in after.iter().filter(|one| !before.contains(one)) {
            self.of_plan(About::Capabilities, None, Some(come.clone()));
        }
    }

    fn inputs(&mut self, old: &Outline, new: &Outline) {
        for input in &old.inputs {
            let other = new.inputs.iter().find(|other| other.name == input.name);
            self.of_plan(About::Inputs, Some(told(input)), other.map(told));
        }
        for input in new.inputs.iter().filter(|input| old.inputs.iter().all(|other| other.name != input.name)) {
            self.of_plan(About::Inputs, None, Some(told(input)));
        }
    }

    /// How long a plan takes and how much is at stake, if it says so itself.
    fn estimates(&self, outline: &Outline) -> Option<String> {
        let takes = outline.takes.map(|takes| self.telling.takes(takes));
        let risk = outline.risk.map(|risk| format!("{} risk", risk.as_str()));
        let said: Vec<String> = takes.into_iter().chain(risk).collect();
        (!said.is_empty()).then(|| said.join(" · "))
    }

    /// What a plan gives, and where it fails: statements without a name of their own, told in the order they are written.
    fn ends(&mut self, old: &Outline, new: &Outline) {
        let (before, after) = (ends(old), ends(new));
        let mut gone = before.iter().filter(|end| !after.contains(end));
        let mut come = after.iter().filter(|end| !before.contains(end));
        loop {
            let (one, other) = (gone.next(), come.next());
            let Some((place, _)) = other.or(one) else { return };
            let said = |end: Option<&(Address, String)>| end.map(|(_, said)| said.clone());
            self.tell(About::Effects, place, said(one), said(other));
        }
    }

    /// What is called, looked at or computed under a name that both use, and is something else.
    pub(super) fn definitions(&mut self, old: &Outline, new: &Outline) {
        for one in &old.definitions {
            let same = |other: &&Definition| (other.word, &other.name) == (one.word, &one.name);
            let Some(other) = new.definitions.iter().find(same) else { continue };
            let told = |one: &Definition| Some(format!("{} {} = {}", one.word, one.name, one.text));
            self.tell(About::Definitions, &Address::root(), told(one), told(other));
        }
    }
}

/// What a plan may touch, each with its word: `exec git`.
fn capabilities(outline: &Outline) -> Vec<String> {
    let one = |capability: &Capability| match capability.names.as_slice() {
        [] => vec![capability.word.to_owned()],
        names => names.iter().map(|name| format!("{} {name}", capability.word)).collect(),
    };
    outline.capabilities.iter().flat_map(one).collect()
}

/// `days: Int = 7`
fn told(input: &Input) -> String {
    let default = input.value.as_ref().filter(|_| input.is_default).map(|value| format!(" = {value}"));
    format!("{}: {}{}", input.name, input.ty, default.unwrap_or_default())
}

fn begins(outline: &Outline) -> Option<String> {
    Some(outline.begins.clone()).filter(|begins| !begins.is_empty())
}

fn goals(outline: &Outline) -> Option<String> {
    (!outline.goals.is_empty()).then(|| outline.goals.join("; "))
}

/// Where a plan returns or fails, with what it says there.
fn ends(outline: &Outline) -> Vec<(Address, String)> {
    let word = |part: &Part| {
        let fails = matches!(part.kind, Kind::Fail { .. });
        if fails { Some("fail") } else { matches!(part.kind, Kind::Return).then_some("return") }
    };
    let end = |part: &Part| Some((part.address.clone(), format!("{} {}", word(part)?, part.words)));
    outline.all().into_iter().filter_map(end).collect()
}
