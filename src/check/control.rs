//! `when`, by conditions and by patterns.

use super::{Checker, frame::Around, statement::plain, ways::Ways};
use crate::{
    ir::{BlockId, Expr, Pattern, Statement, StatementKind, Type},
    source::Span,
    syntax::ast,
};

impl<'a> Checker<'a> {
    /// `when a { .. } else when b { .. } else { .. }`.
    pub(super) fn when(
        &mut self,
        span: Span,
        branches: &'a [(ast::Expr, ast::Block)],
        otherwise: Option<&'a ast::Block>,
    ) -> (Option<Statement>, bool) {
        let mark = self.frame.facts.mark();
        let mut ways = Ways::taking_up(self.frame.scopes.take_reuse());
        let mut emitted: Vec<(Expr, BlockId)> = Vec::with_capacity(branches.len());
        let mut proven = 0;
        for (condition, block) in branches {
            let condition = self.expect(condition, &Type::Bool, "a condition");
            let outside = self.frame.facts.mark();
            self.frame.facts.learn(&condition, true);
            let ((), block, ends) = self.way(&mut ways, Around::When, block, |_| ());
            self.frame.facts.forget(outside);
            self.frame.facts.learn(&condition, false);
            proven += usize::from(ends && proven == emitted.len());
            emitted.push((condition, block));
        }
        let otherwise_block = otherwise.map(|block| self.way(&mut ways, Around::When, block, |_| ()).1);
        self.frame.facts.forget(mark);
        for (condition, _) in &emitted[..proven] {
            self.frame.facts.learn(condition, false);
        }
        let ends = otherwise.is_some() && ways.out.is_empty();
        self.open_ways(ways, otherwise.is_some());
        let kind = StatementKind::When { branches: emitted, otherwise: otherwise_block };
        (Some(plain(kind, None, span)), ends)
    }

    /// `when value { pattern => { .. } .. }`, which handles every value.
    pub(super) fn when_match(
        &mut self,
        span: Span,
        value: &'a ast::Expr,
        arms: &'a [(ast::Pattern, ast::Block)],
    ) -> (Option<Statement>, bool) {
        let value = self.infer(value, None);
        let outside = self.frame.facts.mark();
        let mut ways = Ways::taking_up(self.frame.scopes.take_reuse());
        let mut emitted: Vec<(Pattern, BlockId)> = Vec::with_capacity(arms.len());
        let mut proven = 0;
        for (written, block) in arms {
            let bind = |checker: &mut Self| {
                let pattern = checker.pattern(written, &value.ty, true);
                checker.frame.facts.learn_pattern(&value, &pattern, true);
                pattern
            };
            let (pattern, block, ends) = self.way(&mut ways, Around::When, block, bind);
            self.frame.facts.learn_pattern(&value, &pattern, false);
            proven += usize::from(ends && proven == emitted.len());
            emitted.push((pattern, block));
        }
        self.frame.facts.forget(outside);
        for (pattern, _) in &emitted[..proven] {
            self.frame.facts.learn_pattern(&value, pattern, false);
        }
        let places: Vec<(Pattern, Span)> =
            emitted.iter().zip(arms).map(|((pattern, _), (written, _))| (pattern.clone(), written.span)).collect();
        self.exhaustive(value.span, &value.ty, &places);
        let ends = ways.out.is_empty() && !arms.is_empty();
        self.open_ways(ways, true);
        (Some(plain(StatementKind::Match { value, arms: emitted }, None, span)), ends)
    }
}
