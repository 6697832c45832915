//! Hidden dependencies: a phase uses what another one binds and does not come after it.

use super::{Checker, phases::Run, scope::PhaseRef};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
    syntax::ast::Name,
};

impl Checker<'_> {
    /// Whether this place surely comes after a phase.
    pub(super) fn comes_after(&self, phase: PhaseRef) -> bool {
        match self.run(phase) {
            None => true,
            Some(run) => run.graph.comes_after(run.current, phase.index),
        }
    }

    fn run(&self, phase: PhaseRef) -> Option<&Run> {
        self.frame.runs.iter().find(|run| run.id == phase.run)
    }

    /// What is used here of a part that may not be done was meant to be used.
    pub(super) fn sought(&mut self, used: Span) {
        if let Some(name) = self.sources.text(used).split(['.', '?']).filter(|name| !name.is_empty()).nth(1) {
            self.frame.sought.insert(name.into());
        }
    }

    /// Reports that this place uses `name` of a phase that may not be done; `bound` is where the phase is named.
    pub(super) fn hidden_dependency(&mut self, name: &Name, phase: PhaseRef, bound: Span) {
        let used = self.used_path(name);
        self.sought(used);
        let Some(run) = self.run(phase).filter(|run| !run.is_unsure()) else { return };
        let diagnostic = if run.current == phase.index {
            self.own_names(name, used, bound)
        } else {
            self.dependency(run, name, phase, used, bound)
        };
        self.report(diagnostic);
    }

    /// The whole path of names that begins with this one.
    pub(super) fn used_path(&self, name: &Name) -> Span {
        self.frame.path.filter(|path| path.start == name.span.start).unwrap_or(name.span)
    }

    pub(super) fn own_names(&self, name: &Name, used: Span, bound: Span) -> Diagnostic {
        let written = self.sources.text(used);
        let message = format!("inside `{}` its names are plain", name.text);
        let mut diagnostic = Diagnostic::new(Code::E0201, used, message, "").label(bound, "this is inside of it");
        if let Some(plain) = written.strip_prefix(name.text.as_str()).and_then(|rest| rest.strip_prefix('.')) {
            diagnostic = diagnostic.help(format!("write `{plain}`")).fix(used, plain);
        }
        diagnostic
    }

    fn dependency(&self, run: &Run, name: &Name, phase: PhaseRef, used: Span, bound: Span) -> Diagnostic {
        let here = &run.names[run.current];
        let written = self.sources.text(used);
        let message = format!("`{here}` uses `{written}` but does not come after `{}`", name.text);
        let label = format!("may run before `{}` is done", name.text);
        let diagnostic = Diagnostic::new(Code::E0412, used, message, label).label(bound, "bound here");
        if run.graph.comes_after(phase.index, run.current) {
            let help = format!("`{}` itself comes after `{here}`: move what uses it, or what binds it", name.text);
            return diagnostic.help(help);
        }
        let (span, replacement, after) = waiting_too(run, &name.text);
        let help = format!("let it wait: `phase {here} after {after}`");
        match span {
            Some(span) => diagnostic.help(help).fix(span, replacement),
            None => diagnostic.help(help),
        }
    }
}

impl Run {
    /// Whether what the current phase comes after is not known, for a reason that is reported.
    fn is_unsure(&self) -> bool {
        let unsure = |phase: &usize| *phase == self.current || self.graph.comes_after(self.current, *phase);
        self.broken || self.unsure.iter().any(unsure)
    }
}

/// The `after` clause with one more name: what is replaced, by what, and the whole list.
fn waiting_too(run: &Run, name: &str) -> (Option<Span>, String, String) {
    match &run.after[run.current] {
        Some((span, names)) => {
            let kept = names.iter().map(|name| name.as_str()).filter(|name| *name != "start");
            let list = kept.chain([name]).collect::<Vec<_>>().join(", ");
            (Some(*span), format!("after {list}"), list)
        }
        None => {
            let before = run.waits_for[run.current].iter().map(|index| run.names[*index as usize].as_str());
            (None, String::new(), before.chain([name]).collect::<Vec<_>>().join(", "))
        }
    }
}
