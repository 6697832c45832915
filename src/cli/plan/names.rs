//! What parts and items are called, by their numbers.

use std::collections::BTreeMap;

use crate::{
    cli::terminal::text::one_line,
    plan::outline::{Kind, Outline, Part},
};

/// The names of parts and items.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<u32, Name>);

#[derive(Debug)]
struct Name {
    text: String,
    /// A part that only groups others is not named on a path.
    groups: bool,
}

impl Names {
    /// Of all parts of an outline, those of items included.
    pub fn of(outline: &Outline) -> Names {
        let mut names = Names::default();
        outline.parts.iter().for_each(|part| names.part(part));
        names
    }

    fn part(&mut self, part: &Part) {
        let (text, groups) = match &part.kind {
            Kind::Phases | Kind::When { .. } | Kind::Parallel { .. } => (String::new(), true),
            Kind::Attempt | Kind::Loop(_) | Kind::Run { .. } => (part.name.to_string(), true),
            Kind::Approve { by, .. } if part.name.is_empty() => (format!("approval by {by}"), false),
            Kind::Approve { by, .. } => (format!("{} (approval by {by})", part.name), false),
            Kind::Decide { by: Some(by), .. } => (format!("{} (decision by {by})", part.name), false),
            Kind::WaitFor { event } => (format!("wait for {event}"), false),
            Kind::Wait { text, .. } => (format!("wait {text}"), false),
            Kind::Check(check) if part.name.is_empty() => (one_line(&check.text), false),
            Kind::Check(_)
            | Kind::Probe { .. }
            | Kind::Step { .. }
            | Kind::BlockStep { .. }
            | Kind::Task { .. }
            | Kind::Phase { .. }
            | Kind::Decide { by: None, .. }
            | Kind::Branch
            | Kind::Rollout(_)
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::Commit { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => (part.name.to_string(), false),
        };
        self.0.insert(part.id, Name { text, groups });
        if let Kind::Loop(each) = &part.kind {
            for item in each.items.iter().flatten() {
                self.0.insert(item.id, Name { text: item.key.to_string(), groups: false });
                item.way.iter().flat_map(|way| &way.parts).for_each(|part| self.part(part));
            }
        }
        part.inside().for_each(|part| self.part(part));
    }

    /// The name of a part or item.
    pub fn of_part(&self, part: u32) -> String {
        self.0.get(&part).map(|name| name.text.clone()).unwrap_or_default()
    }

    /// Whether a part says something on a path of others.
    pub fn is_worth_naming(&self, part: u32) -> bool {
        self.0.get(&part).is_some_and(|name| !name.groups && !name.text.is_empty())
    }
}
