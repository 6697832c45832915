//! What is said where nothing can fail at an address that was typed.

use super::places::Places;
use crate::{
    cli::{failure::Failure, plan::Preview},
    diagnostic::suggest::nearest_within,
    ir::Address,
    plan::outline::{Kind, Part, Taken, Way},
    simulate::{Halt, matches},
};

/// How many addresses are named where one is not there.
const NAMED: usize = 40;

/// Nothing failed at the address that was typed.
pub struct Missing<'m> {
    pub wanted: &'m Address,
    pub typed: &'m str,
    /// What could have failed.
    pub met: &'m [Address],
    pub halt: Halt,
    /// What failed in place of it, and why.
    pub before: Option<(String, String)>,
}

impl Missing<'_> {
    /// Why, and what could be meant.
    pub fn told(&self, preview: &Preview) -> Failure {
        let typed = self.typed;
        let places = Places::of(&preview.outline);
        let mut names: Vec<String> = Vec::new();
        for met in self.met {
            let name = places.readable(met).to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let parts = preview.outline.all();
        let is_part = parts.iter().any(|part| part.address == *self.wanted || matches(&part.address, self.wanted));
        if !is_part {
            let failure = Failure::usage(format!("nothing in this plan has the address `{typed}`"));
            let edits = (typed.chars().count() / 3).max(2);
            return match nearest_within(typed, edits, names.iter().map(String::as_str)) {
                Some(close) => failure.help(format!("did you mean `{close}`?")),
                None => listed(failure.help("these may fail:"), names.iter()),
            };
        }
        let failure = Failure::usage(format!("the plan does not come to something that fails at `{typed}`"));
        let inside =
            |name: &&String| [format!("{typed}/"), format!("{typed}[")].iter().any(|begin| name.starts_with(begin));
        if names.iter().any(|name| inside(&name)) {
            return listed(failure.help("in it may fail:"), names.iter().filter(inside));
        }
        match (&self.before, self.halt) {
            (Some((address, why)), _) => {
                failure.help(format!("tried with values that are made up, it fails before: {address}: {why}"))
            }
            (None, Halt::Limit) => failure.help("tried with values that are made up, it does not come to an end"),
            (None, Halt::Ended | Halt::Idle | Halt::Stopped) => {
                let only = only_if(&preview.outline.parts, self.wanted).unwrap_or_default();
                let failure = only.iter().fold(failure, |failure, condition| failure.help(condition));
                if only.is_empty() {
                    return failure
                        .help("it lies on a way that is not taken with what is given: `--set` may change that");
                }
                failure
            }
        }
    }
}

fn listed<'n>(failure: Failure, names: impl Iterator<Item = &'n String>) -> Failure {
    names.take(NAMED).fold(failure, |failure, name| failure.help(format!("  {name}")))
}

/// What has to be so that a plan comes to an address at all, outer conditions first; `None` if it is not in there.
fn only_if(parts: &[Part], wanted: &Address) -> Option<Vec<String>> {
    parts.iter().find_map(|part| {
        if !part.address.is_root() && matches(&part.address, wanted) {
            return Some(Vec::new());
        }
        only_if(part.gates(), wanted).or_else(|| {
            part.ways.iter().enumerate().find_map(|(number, way)| {
                let mut inner = only_if(&way.parts, wanted)?;
                inner.splice(0..0, condition(part, number, way));
                Some(inner)
            })
        })
    })
}

/// When a way is taken, where it is not always.
fn condition(part: &Part, number: usize, way: &Way) -> Option<String> {
    match &part.kind {
        Kind::Decide { .. } if way.taken != Taken::Yes => {
            Some(format!("it is on the way of an option: `--choose {}={}`", part.address, way.name))
        }
        Kind::When { .. } if way.taken != Taken::Yes => Some(match &way.condition {
            Some(condition) => format!("it is done only when {condition}: `--set` may give what that needs"),
            None => "it is done only if no other condition holds: `--set` may give what that needs".to_owned(),
        }),
        Kind::Attempt if number == 1 => Some("it is done only if what is attempted before it fails".to_owned()),
        Kind::On { event } => Some(format!("it is done only when the event {event} comes")),
        _ => None,
    }
}
