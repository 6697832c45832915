//! What a plan does: steps, looks, tasks, approvals, events and sub-plans.

use chumsky::prelude::*;

use super::{Kind, Statements};
use crate::syntax::ast::{Block, StatementKind, Step, StepBody};
use crate::syntax::parser::{
    rule::{Failure, Rule, name},
    types::{annotation, event_name},
};
use crate::syntax::token::Token;

impl<'t, E: Failure<'t>> Statements<'t, E> {
    pub(super) fn let_(&self) -> Kind<'t, E> {
        just(Token::Let)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then(self.assigned(&self.expr))
            .map(|((name, ty), value)| StatementKind::Let { name, ty, value })
            .boxed()
    }

    pub(super) fn probe(&self) -> Kind<'t, E> {
        just(Token::Probe)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then(self.assigned(&self.call))
            .then(self.clauses.of_probe())
            .map(|(((name, ty), call), modifiers)| StatementKind::Probe { name, ty, call, modifiers })
            .boxed()
    }

    pub(super) fn step(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        let calls = self.clauses.of_step();
        let unnamed = self.call.clone().then(calls.clone()).map(|(call, modifiers)| Step {
            name: None,
            title: None,
            ty: None,
            body: StepBody::Call(call),
            modifiers,
            compensation: None,
        });
        let one = annotation(self.ty.clone())
            .then(self.assigned(&self.call))
            .then(calls)
            .map(|((ty, call), modifiers)| (ty, StepBody::Call(call), modifiers));
        let several = self
            .clauses
            .of_scope()
            .then(block.clone())
            .map(|(modifiers, block)| (None, StepBody::Block(block), modifiers));
        let named =
            name().then(self.title()).then(choice((one, several))).map(|((name, title), (ty, body, modifiers))| Step {
                name: Some(name),
                title,
                ty,
                body,
                modifiers,
                compensation: None,
            });
        just(Token::Step)
            .ignore_then(choice((unnamed, named)))
            .then(self.clauses.compensation(block.clone()))
            .map(|(step, compensation)| StatementKind::Step(Box::new(Step { compensation, ..step })))
            .boxed()
    }

    pub(super) fn task(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::Task)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then(self.text.clone())
            .then(self.clauses.by())
            .then(self.clauses.of_scope())
            .then(self.clauses.compensation(block.clone()))
            .map(|(((((name, ty), text), by), modifiers), compensation)| StatementKind::Task {
                name,
                ty,
                text,
                by,
                modifiers,
                compensation,
            })
            .boxed()
    }

    pub(super) fn approve(&self) -> Kind<'t, E> {
        just(Token::Approve)
            .ignore_then(name().or_not())
            .then(self.text.clone())
            .then(self.clauses.by())
            .then(self.clauses.deadline())
            .map(|(((name, question), by), modifiers)| StatementKind::Approve { name, question, by, modifiers })
            .boxed()
    }

    pub(super) fn emit(&self) -> Kind<'t, E> {
        just(Token::Emit)
            .ignore_then(event_name())
            .then(self.record.clone().or_not())
            .map(|(event, payload)| StatementKind::Emit { event, payload })
            .boxed()
    }

    pub(super) fn commit(&self) -> Kind<'t, E> {
        just(Token::Commit)
            .ignore_then(name().or_not())
            .then(self.text.clone())
            .map(|(name, text)| StatementKind::Commit { name, text })
            .boxed()
    }

    pub(super) fn run(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        let bound = name().then(annotation(self.ty.clone())).then_ignore(just(Token::Assign)).or_not();
        just(Token::Run)
            .ignore_then(bound)
            .then(self.call.clone())
            .then(self.clauses.of_scope())
            .then(self.clauses.compensation(block.clone()))
            .map(|(((bound, call), modifiers), compensation)| {
                let (name, ty) = bound.map_or((None, None), |(name, ty)| (Some(name), ty));
                StatementKind::Run { name, ty, call, modifiers, compensation }
            })
            .boxed()
    }

    /// Without a value only before `}`.
    pub(super) fn return_(&self) -> Kind<'t, E> {
        let nothing = just(Token::RBrace).rewind().to(None);
        just(Token::Return)
            .ignore_then(choice((nothing, self.expr.clone().map(Some))))
            .map(StatementKind::Return)
            .boxed()
    }
}
