//! The clauses that several statements have: `takes`, `risk`, `timeout`, titles.

use super::Checker;
use crate::{
    diagnostic::Code,
    ir::{Estimate, Expr, Type},
    syntax::ast::{self, Modifier, ModifierKind, Template},
};

impl Checker<'_> {
    /// `takes` and `risk`: they say something to people, and nothing is decided by them.
    pub(super) fn estimate(&mut self, modifiers: &[Modifier]) -> Estimate {
        let mut estimate = Estimate::default();
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Takes(spans) => {
                    estimate.takes = spans.iter().map(|span| self.expect(span, &Type::Duration, "`takes`")).collect();
                }
                ModifierKind::Risk(risk) => {
                    estimate.risk = Some(Box::new(self.expect(risk, &Type::Risk, "`risk`")));
                }
                _ => {}
            }
        }
        estimate
    }

    /// `timeout` of a statement or scope.
    pub(super) fn timeout(&mut self, modifiers: &[Modifier]) -> Option<Box<Expr>> {
        let timeouts = modifiers.iter().filter_map(|modifier| match &modifier.kind {
            ModifierKind::Timeout(timeout) => Some(self.expect(timeout, &Type::Duration, "`timeout`")),
            _ => None,
        });
        timeouts.last().map(Box::new)
    }

    pub(super) fn misplaced_modifier(&mut self, modifier: &Modifier, place: &str) {
        let message = format!("`{}` does not stand {place}", self.clause_word(modifier));
        self.error(Code::E0408, modifier.span, message);
    }

    /// The word or words that a clause begins with.
    fn clause_word(&self, modifier: &Modifier) -> String {
        let words = match &modifier.kind {
            ModifierKind::OnFail(_) | ModifierKind::OnUnknown(_) => 2,
            _ => 1,
        };
        self.sources.text(modifier.span).split_whitespace().take(words).collect::<Vec<_>>().join(" ")
    }

    /// A title, which is a text.
    pub(super) fn title(&mut self, title: Option<&Template>) -> Option<Box<Expr>> {
        title.map(|title| Box::new(self.text(title)))
    }

    /// `limit 3`
    pub(super) fn limit(&mut self, limit: &ast::Expr) -> Expr {
        self.expect(limit, &Type::Int, "`limit`")
    }
}
