//! Clauses: what stands behind a statement or declaration, each begun by a soft word.

use chumsky::prelude::*;

use super::expression::Expressions;
use super::rule::{Failure, Rule, each_once, name, place};
use super::types::event_name;
use crate::syntax::ast::{
    Block, Compensation, CompensationBody, CompensationMode, Expr, Modifier, ModifierKind, Reaction, Template,
};
use crate::syntax::token::Token;

/// What a clause is called where one is missing.
pub const CLAUSE: &str = "a clause";

/// What is wrong with a clause that stands there already.
pub const TWICE: &str = "another clause";

type Clause<'t, E> = (Token, Rule<'t, ModifierKind, E>);

/// The clauses, each with the word that begins it.
pub struct Clauses<'t, E: Failure<'t>> {
    expr: Rule<'t, Expr, E>,
    sum: Rule<'t, Expr, E>,
    call: Rule<'t, Expr, E>,
    text: Rule<'t, Template, E>,
}

impl<'t, E: Failure<'t>> Clauses<'t, E> {
    /// The clauses over these expressions.
    pub fn new(expressions: &Expressions<'t, E>) -> Self {
        let Expressions { expr, sum, call, text, .. } = expressions;
        Self { expr: expr.clone(), sum: sum.clone(), call: call.clone(), text: text.clone() }
    }

    /// `word expr`
    fn with_expr(&self, token: Token, kind: fn(Expr) -> ModifierKind) -> Clause<'t, E> {
        (token, just(token).ignore_then(self.expr.clone()).map(kind).boxed())
    }

    fn bare(&self, token: Token, kind: ModifierKind) -> Clause<'t, E> {
        (token, just(token).to(kind).boxed())
    }

    fn retry(&self) -> Clause<'t, E> {
        let longest = just(Token::DotDot).ignore_then(self.sum.clone()).or_not();
        let backoff = just(Token::Backoff).ignore_then(self.sum.clone()).then(longest).map(Box::new).or_not();
        let retry = just(Token::Retry)
            .ignore_then(self.expr.clone())
            .then(backoff)
            .map(|(count, backoff)| ModifierKind::Retry { count, backoff });
        (Token::Retry, retry.boxed())
    }

    fn timeout(&self) -> Clause<'t, E> {
        self.with_expr(Token::Timeout, ModifierKind::Timeout)
    }

    fn takes(&self) -> Clause<'t, E> {
        let span = self.sum.clone().separated_by(just(Token::DotDot)).at_least(1).at_most(3).collect();
        (Token::Takes, just(Token::Takes).ignore_then(span).map(ModifierKind::Takes).boxed())
    }

    fn risk(&self) -> Clause<'t, E> {
        self.with_expr(Token::Risk, ModifierKind::Risk)
    }

    fn any_of(&self, clauses: impl IntoIterator<Item = Clause<'t, E>>) -> Rule<'t, Vec<Modifier>, E> {
        let placed = |(token, kind): Clause<'t, E>| {
            (token, kind.map_with(|kind, at| Modifier { kind, span: place(at) }).boxed())
        };
        each_once(CLAUSE, TWICE, clauses.into_iter().map(placed))
    }

    /// `{ retry | timeout }`
    pub fn of_probe(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of([self.retry(), self.timeout()])
    }

    /// `[ timeout ]`
    pub fn deadline(&self) -> Rule<'t, Vec<Modifier>, E> {
        let (_, timeout) = self.timeout();
        timeout.map_with(|kind, at| Modifier { kind, span: place(at) }).repeated().at_most(1).collect().boxed()
    }

    /// `{ step_mod }`
    pub fn of_step(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of([
            self.retry(),
            self.timeout(),
            self.takes(),
            self.risk(),
            self.bare(Token::Irreversible, ModifierKind::Irreversible),
            self.bare(Token::BestEffort, ModifierKind::BestEffort),
        ])
    }

    /// `{ takes | risk | timeout }`
    pub fn of_scope(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of([self.takes(), self.risk(), self.timeout()])
    }

    /// `{ takes | risk }`
    pub fn estimates(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of([self.takes(), self.risk()])
    }

    /// `{ phase_mod }`
    pub fn of_phase(&self) -> Rule<'t, Vec<Modifier>, E> {
        let after = just(Token::After)
            .ignore_then(name().separated_by(just(Token::Comma)).at_least(1).collect())
            .map(ModifierKind::AfterPhases);
        self.any_of([(Token::After, after.boxed()), self.takes(), self.risk(), self.timeout()])
    }

    /// `{ for_mod }`
    pub fn of_loop(&self) -> Rule<'t, Vec<Modifier>, E> {
        let by = just(Token::By)
            .ignore_then(self.expr.clone())
            .then(just(Token::Descending).or_not())
            .map(|(order, descending)| ModifierKind::By { order, descending: descending.is_some() });
        let alias = just(Token::As).ignore_then(name()).map(ModifierKind::As);
        self.any_of([
            self.with_expr(Token::Keyed, ModifierKind::Keyed),
            self.bare(Token::Parallel, ModifierKind::Parallel),
            self.with_expr(Token::Limit, ModifierKind::Limit),
            self.with_expr(Token::After, ModifierKind::AfterItems),
            (Token::By, by.boxed()),
            (Token::As, alias.boxed()),
        ])
    }

    fn watching(&self) -> [Clause<'t, E>; 2] {
        let on_unknown = just(Token::Unknown)
            .ignore_then(choice((reaction(Token::Undo, Reaction::Undo), reaction(Token::Pause, Reaction::Pause))))
            .map(ModifierKind::OnUnknown);
        let on_fail = just(Token::Fail)
            .ignore_then(choice((
                reaction(Token::Undo, Reaction::Undo),
                reaction(Token::Pause, Reaction::Pause),
                reaction(Token::StepBack, Reaction::StepBack),
            )))
            .map(ModifierKind::OnFail);
        let on = just(Token::On).ignore_then(choice((on_unknown, on_fail)));
        [self.with_expr(Token::Tolerate, ModifierKind::Tolerate), (Token::On, on.boxed())]
    }

    /// `{ tolerate | on_unknown | on_fail }`
    pub fn of_gate(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of(self.watching())
    }

    /// `{ tolerate | on_unknown | on_fail | "until" NAME }`
    pub fn of_guard(&self) -> Rule<'t, Vec<Modifier>, E> {
        let until = just(Token::Until).ignore_then(name()).map(ModifierKind::Until);
        self.any_of(self.watching().into_iter().chain([(Token::Until, until.boxed())]))
    }

    /// `{ action_mod }`
    pub fn of_action(&self) -> Rule<'t, Vec<Modifier>, E> {
        self.any_of([
            self.bare(Token::Idempotent, ModifierKind::Idempotent),
            self.bare(Token::Irreversible, ModifierKind::Irreversible),
            self.with_expr(Token::Confirm, ModifierKind::Confirm),
            self.retry(),
            self.timeout(),
        ])
    }

    /// `{ plan_mod }`
    pub fn of_plan(&self) -> Rule<'t, Vec<Modifier>, E> {
        let on = just(Token::On)
            .ignore_then(event_name())
            .then(just(Token::As).ignore_then(name()))
            .then(self.condition())
            .map(|((event, alias), condition)| ModifierKind::On {
                event: Box::new(event),
                alias,
                condition: condition.map(Box::new),
            });
        let keyed = self.with_expr(Token::Keyed, ModifierKind::Keyed);
        self.any_of([(Token::On, on.boxed()), keyed, self.takes(), self.risk()])
    }

    /// `[ "where" expr ]`
    pub fn condition(&self) -> Rule<'t, Option<Expr>, E> {
        just(Token::Where).ignore_then(self.expr.clone()).or_not().boxed()
    }

    /// `[ else_text ]`
    pub fn else_text(&self) -> Rule<'t, Option<Template>, E> {
        just(Token::Else).ignore_then(self.text.clone()).or_not().boxed()
    }

    /// `[ "by" STRING ]`
    pub fn by(&self) -> Rule<'t, Template, E> {
        just(Token::By).ignore_then(self.text.clone()).boxed()
    }

    /// `[ compensation ]` of a statement
    pub fn compensation(&self, block: Rule<'t, Block, E>) -> Rule<'t, Option<Box<Compensation>>, E> {
        let block = block.map(CompensationBody::Block).boxed();
        self.compensate(choice((block, self.undo_body())).boxed())
    }

    /// `[ "compensate" undo_call ]` of an action
    pub fn undo_call(&self) -> Rule<'t, Option<Box<Compensation>>, E> {
        self.compensate(self.undo_body())
    }

    fn undo_body(&self) -> Rule<'t, CompensationBody, E> {
        let nothing = just(Token::Nothing).to(CompensationBody::Nothing);
        let call =
            self.call.clone().then(self.of_probe()).map(|(call, modifiers)| CompensationBody::Call { call, modifiers });
        choice((nothing, call)).boxed()
    }

    fn compensate(&self, body: Rule<'t, CompensationBody, E>) -> Rule<'t, Option<Box<Compensation>>, E> {
        let mode = choice((
            just(Token::Always).to(CompensationMode::Always),
            just(Token::BestEffort).to(CompensationMode::BestEffort),
        ));
        just(Token::Compensate)
            .ignore_then(mode.or_not())
            .then(body)
            .map_with(|(mode, body), at| {
                let mode = mode.unwrap_or(CompensationMode::Normal);
                Box::new(Compensation { mode, body, span: place(at) })
            })
            .or_not()
            .boxed()
    }
}

fn reaction<'t, E: Failure<'t>>(token: Token, reaction: Reaction) -> Rule<'t, Reaction, E> {
    just(token).to(reaction).boxed()
}
