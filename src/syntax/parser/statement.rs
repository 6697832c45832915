//! Statements, each begun by a hard word of its own.

use chumsky::prelude::*;

use super::clause::Clauses;
use super::expression::Expressions;
use super::rule::{Failure, Rule, by_token, name, noting_failure, place};
use super::types::{annotation, event_name, statement_label};
use crate::syntax::ast::{
    Block, Branch, Choice, ChoiceCondition, Expr, Modifier, Name, Pattern, RolloutBinding, Stage, Stages, Statement,
    StatementKind, Step, StepBody, Template, Type, WaitKind, Watch,
};
use crate::syntax::token::Token;

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

    fn let_(&self) -> Kind<'t, E> {
        just(Token::Let)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then(self.assigned(&self.expr))
            .map(|((name, ty), value)| StatementKind::Let { name, ty, value })
            .boxed()
    }

    fn probe(&self) -> Kind<'t, E> {
        just(Token::Probe)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then(self.assigned(&self.call))
            .then(self.clauses.of_probe())
            .map(|(((name, ty), call), modifiers)| StatementKind::Probe { name, ty, call, modifiers })
            .boxed()
    }

    fn step(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn task(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn phase(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn when(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn decide(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn option(&self, block: &Rule<'t, Block, E>) -> Rule<'t, Choice, E> {
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

    fn parallel(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn for_(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn rollout(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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

    fn every(&self) -> Rule<'t, Expr, E> {
        just(Token::Every).ignore_then(self.expr.clone()).boxed()
    }

    fn watch(
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

    fn require(&self) -> Kind<'t, E> {
        just(Token::Require)
            .ignore_then(statement_label())
            .then(self.expr.clone())
            .then(self.clauses.else_text())
            .map(|((label, condition), otherwise)| StatementKind::Require { label, condition, otherwise })
            .boxed()
    }

    fn verify(&self) -> Kind<'t, E> {
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

    fn alias(&self) -> Rule<'t, Option<Name>, E> {
        just(Token::As).ignore_then(name()).or_not().boxed()
    }

    fn on(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::On)
            .ignore_then(event_name())
            .then(self.alias())
            .then(self.clauses.condition())
            .then(block.clone())
            .map(|(((event, alias), condition), body)| StatementKind::On { event, alias, condition, body })
            .boxed()
    }

    fn wait(&self) -> Kind<'t, E> {
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

    fn approve(&self) -> Kind<'t, E> {
        just(Token::Approve)
            .ignore_then(name().or_not())
            .then(self.text.clone())
            .then(self.clauses.by())
            .then(self.clauses.deadline())
            .map(|(((name, question), by), modifiers)| StatementKind::Approve { name, question, by, modifiers })
            .boxed()
    }

    fn emit(&self) -> Kind<'t, E> {
        just(Token::Emit)
            .ignore_then(event_name())
            .then(self.record.clone().or_not())
            .map(|(event, payload)| StatementKind::Emit { event, payload })
            .boxed()
    }

    fn attempt(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
        just(Token::Attempt)
            .ignore_then(name().or_not())
            .then(block.clone())
            .then_ignore(just(Token::Else))
            .then(self.alias())
            .then(block.clone())
            .map(|(((name, body), alias), otherwise)| StatementKind::Attempt { name, body, alias, otherwise })
            .boxed()
    }

    fn commit(&self) -> Kind<'t, E> {
        just(Token::Commit)
            .ignore_then(name().or_not())
            .then(self.text.clone())
            .map(|(name, text)| StatementKind::Commit { name, text })
            .boxed()
    }

    fn run(&self, block: &Rule<'t, Block, E>) -> Kind<'t, E> {
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
    fn return_(&self) -> Kind<'t, E> {
        let nothing = just(Token::RBrace).rewind().to(None);
        just(Token::Return)
            .ignore_then(choice((nothing, self.expr.clone().map(Some))))
            .map(StatementKind::Return)
            .boxed()
    }
}

/// `after_each`
fn after_each<'t, E: Failure<'t>>(block: &Rule<'t, Block, E>) -> Kind<'t, E> {
    just([Token::After, Token::Each, Token::Phase, Token::As])
        .ignore_then(name())
        .then(block.clone())
        .map(|(alias, body)| StatementKind::AfterEach { alias, body })
        .boxed()
}

/// What was reported already.
fn unreadable<'t, E: Failure<'t>>() -> Kind<'t, E> {
    just(Token::Error).to(StatementKind::Error).boxed()
}
