//! Statements, each begun by a hard word of its own.

mod doing;
mod shape;
mod watching;

use chumsky::prelude::*;

use crate::syntax::ast::{Block, Expr, Name, Pattern, Statement, StatementKind, Template, Type};
use crate::syntax::parser::clause::Clauses;
use crate::syntax::parser::expression::Expressions;
use crate::syntax::parser::rule::{Failure, Rule, by_token, name, noting_failure, place};
use crate::syntax::token::Token;
use shape::after_each;

type Kind<'t, E> = Rule<'t, StatementKind, E>;

/// What statements are made of.
pub struct Statements<'t, E: Failure<'t>> {
    expr: Rule<'t, Expr, E>,
    coalesce: Rule<'t, Expr, E>,
    call: Rule<'t, Expr, E>,
    record: Rule<'t, Expr, E>,
    text: Rule<'t, Template, E>,
    pattern: Rule<'t, Pattern, E>,
    ty: Rule<'t, Type, E>,
    clauses: Clauses<'t, E>,
}

/// What a statement is called where one is missing.
pub const STATEMENT: &str = "a statement";

fn spanned<'t, E: Failure<'t>>(kind: Kind<'t, E>) -> Rule<'t, Statement, E> {
    kind.map_with(|kind, at| Statement { kind, span: place(at) }).boxed()
}

impl<'t, E: Failure<'t>> Statements<'t, E> {
    /// Statements over these expressions and types.
    pub fn new(expressions: &Expressions<'t, E>, ty: Rule<'t, Type, E>) -> Self {
        let Expressions { expr, coalesce, sum: _, record, call, text, pattern } = expressions;
        Self {
            expr: expr.clone(),
            coalesce: coalesce.clone(),
            call: call.clone(),
            record: record.clone(),
            text: text.clone(),
            pattern: pattern.clone(),
            ty,
            clauses: Clauses::new(expressions),
        }
    }

    /// `block`
    pub fn block(&self) -> Rule<'t, Block, E> {
        recursive(|block| {
            noting_failure(self.statement(block.boxed()))
                .repeated()
                .collect()
                .delimited_by(just(Token::LBrace), just(Token::RBrace))
                .map_with(|statements, at| Block { statements, span: place(at) })
                .boxed()
        })
        .boxed()
    }

    /// `let`
    pub fn binding(&self) -> Rule<'t, Statement, E> {
        spanned(self.let_())
    }

    /// The statements that the body of a `fn` may hold, and with `looks` that of a probe or action.
    pub fn pure(&self, looks: bool) -> Rule<'t, Statement, E> {
        let look = looks.then(|| (Token::Probe, self.probe()));
        let kind = if looks { "`let` or `probe`" } else { "`let`" };
        spanned(by_token(kind, [(Token::Let, self.let_())].into_iter().chain(look)))
    }

    /// What was reported already.
    pub fn unreadable(&self) -> Rule<'t, Statement, E> {
        spanned(unreadable())
    }

    fn statement(&self, block: Rule<'t, Block, E>) -> Rule<'t, Statement, E> {
        let block = &block;
        spanned(by_token(
            STATEMENT,
            [
                (Token::Goal, self.text_after(Token::Goal).map(StatementKind::Goal).boxed()),
                (Token::Let, self.let_()),
                (Token::Probe, self.probe()),
                (Token::Step, self.step(block)),
                (Token::Task, self.task(block)),
                (Token::Phase, self.phase(block)),
                (Token::When, self.when(block)),
                (Token::Decide, self.decide(block)),
                (Token::Parallel, self.parallel(block)),
                (Token::For, self.for_(block)),
                (Token::Rollout, self.rollout(block)),
                (Token::Gate, self.watch(Token::Gate, self.clauses.of_gate(), StatementKind::Gate)),
                (Token::Guard, self.watch(Token::Guard, self.clauses.of_guard(), StatementKind::Guard)),
                (Token::Require, self.require()),
                (Token::Verify, self.verify()),
                (Token::On, self.on(block)),
                (Token::Wait, self.wait()),
                (Token::Approve, self.approve()),
                (Token::Emit, self.emit()),
                (Token::Attempt, self.attempt(block)),
                (Token::Commit, self.commit()),
                (Token::Run, self.run(block)),
                (Token::After, after_each(block)),
                (Token::Fail, self.text_after(Token::Fail).map(StatementKind::Fail).boxed()),
                (Token::Return, self.return_()),
                (Token::Unwind, just(Token::Unwind).to(StatementKind::Unwind).boxed()),
                (Token::Error, unreadable().then_ignore(block.clone().or_not()).boxed()),
            ],
        ))
    }

    fn text_after(&self, token: Token) -> Rule<'t, Template, E> {
        just(token).ignore_then(self.text.clone()).boxed()
    }

    fn title(&self) -> Rule<'t, Option<Template>, E> {
        self.text.clone().or_not().boxed()
    }

    fn assigned(&self, value: &Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
        just(Token::Assign).ignore_then(value.clone()).boxed()
    }

    fn alias(&self) -> Rule<'t, Option<Name>, E> {
        just(Token::As).ignore_then(name()).or_not().boxed()
    }
}

/// What was reported already.
fn unreadable<'t, E: Failure<'t>>() -> Kind<'t, E> {
    just(Token::Error).to(StatementKind::Error).boxed()
}
