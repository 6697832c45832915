//! What is watched and waited for: conditions, rollouts with their gates, events and moments.

use chumsky::prelude::*;

use super::{Kind, Statements};
use crate::syntax::ast::{Block, Expr, Modifier, RolloutBinding, Stage, Stages, StatementKind, WaitKind, Watch};
use crate::syntax::parser::{
    rule::{Failure, Rule, by_token, name},
    types::{event_name, statement_label},
};
use crate::syntax::token::Token;

impl<'t, E: Failure<'t>> Statements<'t, E> {
    pub(super) fn rollout(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        let binding = name()
            .then(self.title())
            .then(just(Token::As).ignore_then(name()))
            .map(|((name, title), variable)| Box::new(RolloutBinding { name, title, variable }))
            .or_not();
        let held = just(Token::For).ignore_then(self.expr.clone());
        let all = just(Token::In)
            .ignore_then(self.expr.clone())
            .then(held.clone())
            .map(|(list, hold)| Stages::In { list: Box::new(list), hold: Box::new(hold) });
        let stage = self.coalesce.clone().then(held.or_not()).map(|(value, hold)| Stage { value, hold });
        let listed = stage.separated_by(just(Token::Arrow)).at_least(1).collect().map(Stages::Listed);
        just(Token::Rollout)
            .ignore_then(binding)
            .then(choice((all, listed)))
            .then(block.clone())
            .then(self.clauses.compensation(block.clone()))
            .map(|(((binding, stages), body), compensation)| StatementKind::Rollout {
                binding,
                stages,
                body,
                compensation,
            })
            .boxed()
    }

    pub(super) fn every(&self) -> Rule<'t, Expr, E> {
        just(Token::Every).ignore_then(self.expr.clone()).boxed()
    }

    pub(super) fn watch(
        &self,
        token: Token,
        clauses: Rule<'t, Vec<Modifier>, E>,
        kind: fn(Box<Watch>) -> StatementKind,
    ) -> Kind<'t, E> {
        just(token)
            .ignore_then(statement_label())
            .then(self.expr.clone())
            .then(self.every())
            .then(clauses)
            .then(self.clauses.else_text())
            .map(move |((((label, condition), every), modifiers), otherwise)| {
                kind(Box::new(Watch { label, condition, every, modifiers, otherwise }))
            })
            .boxed()
    }

    pub(super) fn require(&self) -> Kind<'t, E> {
        just(Token::Require)
            .ignore_then(statement_label())
            .then(self.expr.clone())
            .then(self.clauses.else_text())
            .map(|((label, condition), otherwise)| StatementKind::Require { label, condition, otherwise })
            .boxed()
    }

    pub(super) fn verify(&self) -> Kind<'t, E> {
        let within = just(Token::Within).ignore_then(self.expr.clone()).then(self.every()).map(Box::new).or_not();
        just(Token::Verify)
            .ignore_then(statement_label())
            .then(self.expr.clone())
            .then(within)
            .then(self.clauses.else_text())
            .map(|(((label, condition), within), otherwise)| StatementKind::Verify {
                label,
                condition,
                within,
                otherwise,
            })
            .boxed()
    }

    pub(super) fn on(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::On)
            .ignore_then(event_name())
            .then(self.alias())
            .then(self.clauses.condition())
            .then(block.clone())
            .map(|(((event, alias), condition), body)| StatementKind::On { event, alias, condition, body })
            .boxed()
    }

    pub(super) fn wait(&self) -> Kind<'t, E> {
        let until = just(Token::Until)
            .ignore_then(self.expr.clone())
            .then(self.every())
            .then(self.clauses.deadline())
            .map(|((condition, every), modifiers)| WaitKind::Until { condition, every, modifiers });
        let event = just(Token::For)
            .ignore_then(event_name())
            .then(self.alias())
            .then(self.clauses.condition())
            .then(self.clauses.deadline())
            .map(|(((event, alias), condition), modifiers)| WaitKind::Event { event, alias, condition, modifiers });
        let duration = self.expr.clone().map(WaitKind::Duration);
        let kind = by_token("", [(Token::Until, until.boxed()), (Token::For, event.boxed())]);
        let soft_until = just(Token::Until).not().ignore_then(duration);
        just(Token::Wait)
            .ignore_then(statement_label())
            .then(choice((kind, soft_until.boxed())))
            .map(|(label, kind)| StatementKind::Wait { label, kind })
            .boxed()
    }
}
