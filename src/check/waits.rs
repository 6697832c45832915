//! `wait`: for a while, until something holds.

use super::{Checker, statement::plain};
use crate::{
    ir::{Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, Name, WaitKind},
};

impl<'a> Checker<'a> {
    /// `wait` in its three forms.
    pub(super) fn waiting(&mut self, span: Span, label: Option<&'a Name>, kind: &'a WaitKind) -> Option<Statement> {
        match kind {
            WaitKind::Duration(duration) => Some(self.wait(span, label, duration)),
            WaitKind::Until { condition, every, modifiers } => {
                Some(self.wait_until(span, label, condition, every, modifiers))
            }
            WaitKind::Event { event, alias, condition, modifiers } => {
                self.wait_for(span, label, event, alias.as_ref(), condition.as_ref(), modifiers)
            }
        }
    }

    /// `wait 24h`.
    fn wait(&mut self, span: Span, label: Option<&'a Name>, duration: &'a ast::Expr) -> Statement {
        let normal = self.normal(duration);
        let duration = self.expect(duration, &Type::Duration, "what is waited for");
        let segment = self.address(label, "wait", &normal, span);
        plain(StatementKind::Wait(duration), Some(segment), span)
    }

    /// `wait until cond every d timeout d`.
    fn wait_until(
        &mut self,
        span: Span,
        label: Option<&'a Name>,
        condition: &'a ast::Expr,
        every: &'a ast::Expr,
        modifiers: &'a [Modifier],
    ) -> Statement {
        let text = self.normal(condition);
        let segment = self.address(label, "wait", &format!("until {text}"), span);
        let check = self.check_condition(condition, None, text);
        let every = self.expect(every, &Type::Duration, "`every`");
        let timeout = self.timeout(modifiers);
        self.frame.facts.learn(&check.condition, true);
        plain(StatementKind::WaitUntil { check, every: Box::new(every), timeout }, Some(segment), span)
    }
}
