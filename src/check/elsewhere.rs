//! Where in a plan a name is bound that is not there at a place.

use smol_str::SmolStr;

use super::{
    Checker,
    scope::{Group, Named},
    unknown::Advice,
};
use crate::{
    source::Span,
    syntax::{
        ast::{Block, Name, Statement, StatementKind, StepBody},
        visit::{self, Visitor},
    },
};

/// What ends the names that are bound in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Loop,
    Rollout,
    Handler,
    AfterEach,
}

impl Inside {
    fn help(self) -> &'static str {
        match self {
            Inside::Loop => {
                "names end with their loop: use it in there, or collect what items `return`: `for .. as results`"
            }
            Inside::Rollout => "names end with their rollout: use it in there",
            Inside::Handler => "names end with their handler: use it in there",
            Inside::AfterEach => "names end with `after each`: use it in there",
        }
    }
}

impl Checker<'_> {
    /// Says where a name is bound that is not there: in a part of the plan, in another file, or further down.
    pub(super) fn bound_elsewhere(&self, name: &Name) -> Option<Advice> {
        let mut paths = self.paths_to(&name.text);
        if let Some((path, span)) = paths.pop() {
            let advice = Advice::new(format!("write `{path}`")).at(span, "bound in here");
            return Some(if paths.is_empty() { advice.write(path) } else { advice });
        }
        self.declared_in_import(name).or_else(|| self.bound_out_of_sight(name))
    }

    /// Says where a name is bound that has ended, or does not exist yet.
    fn bound_out_of_sight(&self, name: &Name) -> Option<Advice> {
        let plan = &self.symbols.plans[self.frame.plan?];
        let mut search = Search { name: &name.text, outer: Vec::new(), found: None };
        visit::block(&mut search, &plan.tree.body);
        match search.found? {
            (bound, Some(inside)) => Some(Advice::new(inside.help()).at(bound, "bound here")),
            (bound, None) if bound.start > name.span.start => {
                Some(Advice::new("move what uses it behind that").at(bound, "bound only here"))
            }
            (_, None) => None,
        }
    }

    /// The paths by which parts of the plan that can be named here bind a name: `prepare.web`.
    fn paths_to(&self, name: &SmolStr) -> Vec<(String, Span)> {
        let mut found = Vec::new();
        for visible in self.frame.scopes.visible_names() {
            if let Some(Named::Group(group)) = self.frame.scopes.get(visible) {
                let past = group.phase.is_none_or(|phase| self.comes_after(phase));
                past.then(|| paths_in(group, visible, name, &mut found));
            }
        }
        found
    }
}

fn paths_in(group: &Group, path: &str, name: &SmolStr, found: &mut Vec<(String, Span)>) {
    for (inner, named) in &group.names {
        match named {
            Named::Group(group) => paths_in(group, &format!("{path}.{inner}"), name, found),
            Named::Value(_) if inner == name => found.push((format!("{path}.{name}"), group.span)),
            Named::Value(_) | Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_) => {}
        }
    }
}

/// Looks for the first statement that binds a name.
struct Search<'n> {
    name: &'n SmolStr,
    /// The blocks around the place whose names end with them.
    outer: Vec<(Span, Inside)>,
    found: Option<(Span, Option<Inside>)>,
}

impl Visitor for Search<'_> {
    fn statement(&mut self, statement: &Statement) {
        if let Some((inside, body)) = ending(statement) {
            self.outer.push((body.span, inside));
        }
        let bound = bound_by(statement).filter(|bound| bound.text == *self.name);
        if let (Some(bound), None) = (bound, self.found) {
            let around = |(span, _): &&(Span, Inside)| span.start <= bound.span.start && bound.span.end <= span.end;
            let inside = self.outer.iter().rev().find(around).map(|(_, inside)| *inside);
            self.found = Some((bound.span, inside.or(own_variable(statement))));
        }
    }
}

/// A statement that ends the names which are bound in its block.
fn ending(statement: &Statement) -> Option<(Inside, &Block)> {
    match &statement.kind {
        StatementKind::For { body, .. } => Some((Inside::Loop, body)),
        StatementKind::Rollout { body, .. } => Some((Inside::Rollout, body)),
        StatementKind::On { body, .. } => Some((Inside::Handler, body)),
        StatementKind::AfterEach { body, .. } => Some((Inside::AfterEach, body)),
        _ => None,
    }
}

/// What the variable of a statement ends with.
fn own_variable(statement: &Statement) -> Option<Inside> {
    ending(statement).map(|(inside, _)| inside)
}

/// The name that a statement binds to a value, or its variable.
fn bound_by(statement: &Statement) -> Option<&Name> {
    match &statement.kind {
        StatementKind::Let { name, .. }
        | StatementKind::Probe { name, .. }
        | StatementKind::Task { name, .. }
        | StatementKind::For { name, .. } => Some(name),
        StatementKind::Step(step) => step.name.as_ref().filter(|_| matches!(step.body, StepBody::Call(_))),
        StatementKind::Rollout { binding, .. } => binding.as_ref().map(|binding| &binding.variable),
        StatementKind::On { alias, .. } => alias.as_ref(),
        StatementKind::AfterEach { alias, .. } => Some(alias),
        StatementKind::Run { name, .. } | StatementKind::Attempt { name, .. } => name.as_ref(),
        _ => None,
    }
}
