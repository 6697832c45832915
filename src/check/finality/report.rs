//! What is said of a `commit` in the wrong place, and of a step that can't be undone before anything is final.

use super::{Forbidden, Walk};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
};

impl Walk<'_, '_> {
    /// A step that can't be undone, behind what can, or with no `commit` before it; `run` is where its plan is run.
    pub(super) fn not_final(&mut self, step: Span, between: Option<Span>, run: Option<Span>) {
        if self.exempt || self.silent || !self.reported.insert(step) {
            return;
        }
        let (here, written) = (self.pass.head(step), self.pass.head_text(step));
        let diagnostic = match between {
            None => {
                let message = format!("`{written}` can't be undone, and there is no `commit` before it");
                Diagnostic::new(Code::E0402, here, message, "can't be undone")
                    .help("write `commit \"..\"` before it: up to there everything is final")
            }
            Some(between) => {
                let message = format!("`{written}` can't be undone, and what comes before it can");
                Diagnostic::new(Code::E0402, here, message, "can't be undone")
                    .label(self.pass.head(between), "this could still be undone then")
                    .help("write `commit \"..\"` between the two")
            }
        };
        self.report_with(diagnostic, run, "it is done here");
    }

    /// A `commit` where none may stand; `inside` a plan that is run at `span`, perhaps.
    pub(super) fn misplaced(&mut self, span: Span, forbidden: Forbidden, inside: Option<Span>) {
        let label = "what came before would be final";
        self.commit_error(
            span,
            inside,
            label,
            (forbidden.place, forbidden.why),
            "move it behind, onto the plan's own way",
        );
    }

    /// A `commit` that makes an item or branch final, where what comes before all of them is not.
    pub(super) fn open_before(&mut self, commit: Span, undoable: Span) {
        let why = "this comes before all of them, and could still be undone";
        let help = "write `commit \"..\"` before the `for` or `parallel`, too";
        self.commit_error(commit, self.committing_runs.get(&commit).copied(), BY_ITSELF, (undoable, why), help);
    }

    /// A `commit` that makes an item or branch final, with something behind it that is not.
    pub(super) fn open_behind(&mut self, commit: Span, undoable: Span) {
        let why = "this comes behind it, and could still be undone";
        let inside = self.committing_runs.get(&commit).copied();
        self.commit_error(commit, inside, BY_ITSELF, (undoable, why), "move the `commit` to the end");
    }

    fn commit_error(&mut self, at: Span, inside: Option<Span>, label: &str, (place, why): (Span, &str), help: &str) {
        if self.silent || !self.reported.insert(at) {
            return;
        }
        let message = match inside {
            Some(_) => "a plan that commits can't be run here",
            None => "a `commit` can't stand here",
        };
        let diagnostic = Diagnostic::new(Code::E0403, self.pass.head(at), message, label)
            .label(self.pass.head(place), why)
            .help(help);
        self.report_with(diagnostic, inside, "by this");
    }

    fn report_with(&mut self, diagnostic: Diagnostic, place: Option<Span>, why: &str) {
        let diagnostic = match place {
            Some(place) => diagnostic.label(self.pass.head(place), why),
            None => diagnostic,
        };
        self.pass.report(diagnostic);
    }
}

const BY_ITSELF: &str = "this would make one item or branch final";
