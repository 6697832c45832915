//! Conditions that must hold: `require`, `verify`, and what gates, guards and waits look at.

use super::{
    Checker,
    assign::{Want, What},
    frame::Allowed,
    statement::plain,
};
use crate::{
    ir::{Check, Segment, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Name, Template},
};

impl<'a> Checker<'a> {
    /// `require cond else "text"`.
    pub(super) fn require(
        &mut self,
        span: Span,
        label: Option<&'a Name>,
        condition: &'a ast::Expr,
        otherwise: Option<&'a Template>,
    ) -> Statement {
        let (segment, check) = self.check_statement(label, "require", condition, otherwise, span);
        plain(StatementKind::Require(check), Some(segment), span)
    }

    /// `verify cond within 5m every 10s else "text"`.
    pub(super) fn verify(
        &mut self,
        span: Span,
        label: Option<&'a Name>,
        condition: &'a ast::Expr,
        within: Option<&'a (ast::Expr, ast::Expr)>,
        otherwise: Option<&'a Template>,
    ) -> Statement {
        let (segment, check) = self.check_statement(label, "verify", condition, otherwise, span);
        let within = within.map(|(within, every)| {
            let within = self.expect(within, &Type::Duration, "`within`");
            Box::new((within, self.expect(every, &Type::Duration, "`every`")))
        });
        plain(StatementKind::Verify { check, within }, Some(segment), span)
    }

    fn check_statement(
        &mut self,
        label: Option<&Name>,
        keyword: &str,
        condition: &ast::Expr,
        otherwise: Option<&Template>,
        span: Span,
    ) -> (Segment, Check) {
        let text = self.normal(condition);
        let segment = self.address(label, keyword, &text, span);
        let check = self.check_condition(condition, otherwise, text);
        self.frame.facts.learn(&check.condition, true);
        (segment, check)
    }

    /// A condition that may look.
    pub(super) fn check_condition(
        &mut self,
        condition: &ast::Expr,
        otherwise: Option<&Template>,
        text: String,
    ) -> Check {
        let value = self.infer_in(Allowed::Look, condition, Some(&Type::Bool));
        let condition = self.coerce(value, &Type::Bool, Want { what: What::Text("a condition"), place: None });
        Check { condition, text: text.into(), otherwise: otherwise.map(|text| Box::new(self.text(text))) }
    }
}
