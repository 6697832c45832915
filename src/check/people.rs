//! What people do: tasks and approvals.

use super::{Checker, scope::BindingKind, statement::plain};
use crate::{
    ir::{self, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, Name, Template},
};

/// A task as it is written.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) name: &'a Name,
    pub(super) ty: Option<&'a ast::Type>,
    pub(super) text: &'a Template,
    pub(super) by: &'a Template,
    pub(super) modifiers: &'a [Modifier],
    pub(super) compensation: Option<&'a ast::Compensation>,
}

impl<'a> Checker<'a> {
    /// `task x: T "text" by "team"`.
    pub(super) fn task(&mut self, span: Span, written: Task<'a>) -> Statement {
        let Task { name, ty, text, by, modifiers, compensation } = written;
        let result = ty.map_or(Type::Nothing, |ty| {
            let result = self.declared_type(ty);
            self.no_secret_in(&result, ty.span, "what is reported of a task");
            result
        });
        let (text, by) = (self.text(text), self.text(by));
        let (estimate, timeout) = (self.estimate(modifiers), self.timeout(modifiers));
        let (local, binding) = self.bind(name, result.clone(), BindingKind::Outcome);
        let segment = self.named_address(name);
        let compensation = compensation.map(|written| self.compensation(written, Some(binding)));
        let local = (result != Type::Nothing).then_some(local);
        let kind = StatementKind::Task(Box::new(ir::Task { local, result, text, by, compensation }));
        Statement { estimate, timeout, ..plain(kind, Some(segment), span) }
    }

    /// `approve go "question" by "team" timeout 7d`.
    pub(super) fn approve(
        &mut self,
        span: Span,
        name: Option<&'a Name>,
        question: &'a Template,
        by: &'a Template,
        modifiers: &'a [Modifier],
    ) -> Statement {
        let segment = match name {
            Some(name) => self.valueless(name, "an approval"),
            None => {
                let text = self.normal_text(question);
                self.address(None, "approve", &text, span)
            }
        };
        let (question, by) = (self.text(question), self.text(by));
        let timeout = self.timeout(modifiers);
        Statement {
            timeout,
            ..plain(StatementKind::Approve { question: Box::new(question), by: Box::new(by) }, Some(segment), span)
        }
    }
}
