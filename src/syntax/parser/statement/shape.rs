//! The shape of a plan: phases, decisions, branches, loops and attempts.

use chumsky::prelude::*;

use super::{Kind, Statements};
use crate::syntax::ast::{Block, Branch, Choice, ChoiceCondition, Expr, Pattern, StatementKind};
use crate::syntax::parser::rule::{Failure, Rule, name, place};
use crate::syntax::token::Token;

impl<'t, E: Failure<'t>> Statements<'t, E> {
    pub(super) fn phase(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::Phase)
            .ignore_then(name())
            .then(self.title())
            .then(self.clauses.of_phase())
            .then(block.clone())
            .then(self.clauses.compensation(block.clone()))
            .map(|((((name, title), modifiers), body), compensation)| StatementKind::Phase {
                name,
                title,
                modifiers,
                body,
                compensation,
            })
            .boxed()
    }

    pub(super) fn when(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        enum Rest {
            Block(Block, Vec<(Expr, Block)>, Option<Block>),
            Arms(Vec<(Pattern, Block)>),
        }
        let else_when =
            just([Token::Else, Token::When]).ignore_then(self.expr.clone()).then(block.clone()).repeated().collect();
        let otherwise = just(Token::Else).ignore_then(block.clone()).or_not();
        let branches = block
            .clone()
            .then(else_when)
            .then(otherwise)
            .map(|((first, more), otherwise)| Rest::Block(first, more, otherwise));
        let arm = self.pattern.clone().then_ignore(just(Token::FatArrow)).then(block.clone());
        let arms =
            arm.repeated().at_least(1).collect().delimited_by(just(Token::LBrace), just(Token::RBrace)).map(Rest::Arms);
        just(Token::When)
            .ignore_then(self.expr.clone())
            .then(choice((branches.boxed(), arms.boxed())))
            .map(|(value, rest)| match rest {
                Rest::Arms(arms) => StatementKind::WhenMatch { value, arms },
                Rest::Block(first, more, otherwise) => {
                    let branches = std::iter::once((value, first)).chain(more).collect();
                    StatementKind::When { branches, otherwise }
                }
            })
            .boxed()
    }

    pub(super) fn decide(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        let options =
            self.option(block).repeated().at_least(1).collect().delimited_by(just(Token::LBrace), just(Token::RBrace));
        just(Token::Decide)
            .ignore_then(name())
            .then(self.text.clone())
            .then(self.clauses.by().or_not())
            .then(self.clauses.deadline())
            .then(options)
            .map(|((((name, question), by), modifiers), options)| StatementKind::Decide {
                name,
                question,
                by,
                modifiers,
                options,
            })
            .boxed()
    }

    pub(super) fn option(&self, block: &Rule<'t, Block, E>) -> Rule<'t, Choice, E> {
        let when = just(Token::When).ignore_then(self.expr.clone()).map(ChoiceCondition::When);
        let otherwise = just(Token::Otherwise).map_with(|_, at| ChoiceCondition::Otherwise(place(at)));
        let condition = choice((when, otherwise)).or_not().map(|condition| condition.unwrap_or(ChoiceCondition::Open));
        just(Token::Option)
            .ignore_then(name())
            .then(self.title())
            .then(condition)
            .then(self.clauses.estimates())
            .then(block.clone())
            .map_with(|((((name, title), condition), modifiers), body), at| Choice {
                name,
                title,
                condition,
                modifiers,
                body,
                span: place(at),
            })
            .boxed()
    }

    pub(super) fn parallel(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        let branch = just(Token::Branch)
            .ignore_then(name())
            .then(self.title())
            .then(self.clauses.estimates())
            .then(block.clone())
            .map_with(|(((name, title), modifiers), body), at| Branch {
                name,
                title,
                modifiers,
                body,
                span: place(at),
            });
        let branches = branch.repeated().at_least(1).collect().delimited_by(just(Token::LBrace), just(Token::RBrace));
        just(Token::Parallel)
            .ignore_then(just(Token::Limit).ignore_then(self.expr.clone()).or_not())
            .then(branches)
            .map(|(limit, branches)| StatementKind::Parallel { limit, branches })
            .boxed()
    }

    pub(super) fn for_(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::For)
            .ignore_then(name())
            .then(just(Token::In).ignore_then(self.expr.clone()))
            .then(self.clauses.of_loop())
            .then(block.clone())
            .then(self.clauses.compensation(block.clone()))
            .map(|((((name, list), modifiers), body), compensation)| StatementKind::For {
                name,
                list,
                modifiers,
                body,
                compensation,
            })
            .boxed()
    }

    pub(super) fn attempt(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::Attempt)
            .ignore_then(name().or_not())
            .then(block.clone())
            .then_ignore(just(Token::Else))
            .then(self.alias())
            .then(block.clone())
            .map(|(((name, body), alias), otherwise)| StatementKind::Attempt { name, body, alias, otherwise })
            .boxed()
    }
}

/// `after_each`
pub(super) fn after_each<'t, E: Failure<'t>>(block: &Rule<'t, Block, E>) -> Kind<'t, E> {
    just([Token::After, Token::Each, Token::Phase, Token::As])
        .ignore_then(name())
        .then(block.clone())
        .map(|(alias, body)| StatementKind::AfterEach { alias, body })
        .boxed()
}
