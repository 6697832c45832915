//! `after each phase as p { .. }`: what is done after every phase of a block, wherever it is written.

use super::{
    Checker,
    frame::Around,
    scope::{Apart, BindingKind},
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Segment, Statement, StatementKind, builtin},
    source::Span,
    syntax::ast::{self, Name},
};

impl<'a> Checker<'a> {
    /// What stands in a block for all of its phases. It is checked before the first of them, because it runs after
    /// the first: it sees what is bound before, and no phase.
    pub(super) fn after_each_of(&mut self, block: &'a [ast::Statement]) -> Vec<Statement> {
        let all = block.iter().filter_map(|statement| match &statement.kind {
            ast::StatementKind::AfterEach { alias, body } => Some(self.after_each(statement.span, alias, body)),
            _ => None,
        });
        all.collect()
    }

    /// Where it is written: nothing, unless its block has no phases.
    pub(super) fn after_each_here(&mut self, span: Span, alias: &'a Name, body: &'a ast::Block) -> Option<Statement> {
        if self.frame.phases_of_blocks.last().is_some_and(|phases| !phases.is_empty()) {
            return None;
        }
        if !self.has_unread_parts() {
            let message = "there is no phase in this block for `after each` to come after";
            let help = "put it beside the phases it is for";
            self.report(Diagnostic::new(Code::E0408, span, message, "").help(help));
        }
        Some(self.after_each(span, alias, body))
    }

    fn after_each(&mut self, span: Span, alias: &'a Name, body: &'a ast::Block) -> Statement {
        let segment = self.after_each_address(span);
        self.frame.scopes.enter(Default::default());
        for phase in self.frame.phases_of_blocks.last().cloned().unwrap_or_default() {
            self.set_apart(&phase, Apart::Unsure);
        }
        let (local, _) = self.bind(alias, builtin::measured_phase(), BindingKind::Variable);
        let (timeline, _) = self.frame.given("timeline", alias.span, builtin::timeline());
        let (block, _, _) = self.scope(Around::AfterEach, None, body);
        self.frame.scopes.leave();
        plain(StatementKind::AfterEach { local, timeline, block }, Some(segment), span)
    }

    fn after_each_address(&mut self, span: Span) -> Segment {
        self.address(None, "after", "", span)
    }

    /// Reports a phase that `after each` uses.
    pub(super) fn unsure(&mut self, name: &Name, bound: Span) {
        let used = self.used_path(name);
        self.sought(used);
        let message = format!("`{}` may not be done when this runs", name.text);
        self.report(
            Diagnostic::new(Code::E0412, used, message, "runs after every phase, the first one too")
                .label(bound, "the phase")
                .help(
                    "use what is bound before the phases, or `p.title` and the other fields of the phase that is done",
                ),
        );
    }
}
