//! Declarations.

use chumsky::prelude::*;

use super::clause::Clauses;
use super::rule::{
    Failure, Rule, by_token, listed, name, noting_failure, place, some_listed, type_name, word_before_label,
};
use super::statement::Statements;
use super::test;
use super::types::{self, annotation};
use crate::syntax::ast::{
    Action, Block, Body, Capability, Const, Event, Expr, ExprKind, Function, Import, ImportSource, Item, ItemKind,
    Name, Param, Plan, Probe, Template, Type, TypeBody, TypeDeclaration, Variant,
};
use crate::syntax::token::Token;

type Kind<'t, E> = Rule<'t, ItemKind, E>;

/// The start rules of the grammar.
pub struct Grammar<'t, E: Failure<'t>> {
    /// `item`
    pub item: Rule<'t, Item, E>,
    /// `block`
    pub block: Rule<'t, Block, E>,
    /// `expr`
    pub expr: Rule<'t, Expr, E>,
}

/// The name of an action, what it takes, and what it gives.
type ActionHead = ((Name, Vec<Param>), Option<Type>);

/// What declarations are made of.
struct Items<'t, E: Failure<'t>> {
    expr: Rule<'t, Expr, E>,
    text: Rule<'t, Template, E>,
    ty: Rule<'t, Type, E>,
    block: Rule<'t, Block, E>,
    params: Rule<'t, Vec<Param>, E>,
    statements: Statements<'t, E>,
    clauses: Clauses<'t, E>,
}

/// What a declaration is called where one is missing.
pub const DECLARATION: &str = "a declaration";

/// The whole grammar.
pub fn grammar<'t, E: Failure<'t>>() -> Grammar<'t, E> {
    let expressions = super::expression::expressions();
    let ty = types::ty();
    let statements = Statements::new(&expressions, ty.clone());
    let items = Items {
        expr: expressions.expr.clone(),
        text: expressions.text.clone(),
        params: params(&ty, &expressions.expr),
        ty,
        block: statements.block(),
        statements,
        clauses: Clauses::new(&expressions),
    };
    let test = test::test(&expressions, &items.statements);
    Grammar { item: items.item(test), block: items.block, expr: expressions.expr }
}

/// `params`
fn params<'t, E: Failure<'t>>(ty: &Rule<'t, Type, E>, expr: &Rule<'t, Expr, E>) -> Rule<'t, Vec<Param>, E> {
    let param = word_before_label()
        .then(name())
        .then_ignore(just(Token::Colon))
        .then(ty.clone())
        .then(just(Token::Assign).ignore_then(expr.clone()).or_not())
        .map(|(((word, name), ty), default)| Param { word, name, ty, default });
    let readable = choice((param.map(Some), just(Token::Error).to(None)));
    listed(Token::LParen, readable.boxed(), Token::RParen).map(|params| params.into_iter().flatten().collect()).boxed()
}

impl<'t, E: Failure<'t>> Items<'t, E> {
    fn item(&self, test: Kind<'t, E>) -> Rule<'t, Item, E> {
        by_token(
            DECLARATION,
            [
                (Token::Uses, self.uses()),
                (Token::Import, self.import()),
                (Token::Type, self.type_declaration()),
                (Token::Const, self.constant()),
                (Token::Event, self.event()),
                (Token::Fn, self.function()),
                (Token::Probe, self.probe()),
                (Token::Action, self.action()),
                (Token::Extern, self.external()),
                (Token::Plan, self.plan()),
                (Token::Test, test),
                (Token::Error, self.unreadable()),
            ],
        )
        .map_with(|kind, at| Item { docs: Vec::new(), kind, span: place(at) })
        .boxed()
    }

    /// What was reported already, with the statements of its body.
    fn unreadable(&self) -> Kind<'t, E> {
        just(Token::Error).then(self.block.clone().or_not()).to(ItemKind::Error).boxed()
    }

    fn uses(&self) -> Kind<'t, E> {
        let capability = name().then(some_listed(Token::LParen, self.text.clone(), Token::RParen).or_not()).map_with(
            |(name, arguments), at| Capability { name, arguments: arguments.unwrap_or_default(), span: place(at) },
        );
        just(Token::Uses)
            .ignore_then(capability.separated_by(just(Token::Comma)).at_least(1).collect())
            .map(ItemKind::Uses)
            .boxed()
    }

    fn import(&self) -> Kind<'t, E> {
        let path = self.text.clone().map(ImportSource::Path);
        let module = name().separated_by(just(Token::Slash)).at_least(1).collect().map(ImportSource::Module);
        let names = some_listed(Token::LBrace, choice((name(), type_name("a type"))).boxed(), Token::RBrace);
        just(Token::Import)
            .ignore_then(choice((path, module)))
            .then(just(Token::As).ignore_then(name()).or_not())
            .then(names.or_not())
            .map(|((source, alias), names)| Import { source, alias, names: names.unwrap_or_default() })
            .map(ItemKind::Import)
            .boxed()
    }

    fn type_declaration(&self) -> Kind<'t, E> {
        let payload = some_listed(Token::LParen, types::field(self.ty.clone()), Token::RParen).or_not();
        let variant = name().then(payload).map(|(name, fields)| Variant { name, fields: fields.unwrap_or_default() });
        let variants = just(Token::Pipe)
            .or_not()
            .ignore_then(variant.separated_by(just(Token::Pipe)).at_least(1).collect())
            .map(TypeBody::Variants);
        let body = choice((self.ty.clone().map(TypeBody::Alias), variants));
        just(Token::Type)
            .ignore_then(type_name("a type"))
            .then_ignore(just(Token::Assign))
            .then(body)
            .map(|(name, body)| ItemKind::Type(TypeDeclaration { name, body }))
            .boxed()
    }

    fn constant(&self) -> Kind<'t, E> {
        just(Token::Const)
            .ignore_then(name())
            .then(annotation(self.ty.clone()))
            .then_ignore(just(Token::Assign))
            .then(self.expr.clone())
            .map(|((name, ty), value)| ItemKind::Const(Const { name, ty, value }))
            .boxed()
    }

    fn event(&self) -> Kind<'t, E> {
        just(Token::Event)
            .ignore_then(type_name("an event"))
            .then_ignore(just(Token::Assign))
            .then(types::record(self.ty.clone()))
            .map(|(name, payload)| ItemKind::Event(Event { name, payload }))
            .boxed()
    }

    /// `"=" expr | pure_body`, with `looks` `look_body`
    fn body(&self, looks: bool) -> Rule<'t, Body, E> {
        let expr = just(Token::Assign).ignore_then(self.expr.clone()).map(Body::Expr);
        let result = noting_failure(just(Token::Return).ignore_then(self.expr.clone()).boxed());
        let statement = noting_failure(self.statements.pure(looks));
        let unreadable = self.statements.unreadable();
        let rest = unreadable
            .clone()
            .then(choice((unreadable, statement.clone())).repeated().collect::<Vec<_>>())
            .then(result.clone().or_not())
            .map(|((first, mut more), result)| {
                let result = result.unwrap_or(Expr { kind: ExprKind::Error, span: first.span });
                more.insert(0, first);
                (more, result)
            });
        let block = statement
            .repeated()
            .collect::<Vec<_>>()
            .then(choice((rest.boxed(), result.map(|result| (Vec::new(), result)).boxed())))
            .delimited_by(just(Token::LBrace), just(Token::RBrace))
            .map(|(mut statements, (rest, result))| {
                statements.extend(rest);
                Body::Block { statements, result }
            })
            .boxed();
        choice((expr, block)).boxed()
    }

    fn result(&self) -> Rule<'t, Type, E> {
        just(Token::Arrow).ignore_then(self.ty.clone()).boxed()
    }

    fn function(&self) -> Kind<'t, E> {
        just(Token::Fn)
            .ignore_then(name())
            .then(self.params.clone())
            .then(self.result())
            .then(self.body(false))
            .map(|(((name, params), result), body)| ItemKind::Function(Function { name, params, result, body }))
            .boxed()
    }

    fn probe_head(&self) -> Rule<'t, ((Name, Vec<Param>), Type), E> {
        just(Token::Probe).ignore_then(name()).then(self.params.clone()).then(self.result()).boxed()
    }

    fn probe(&self) -> Kind<'t, E> {
        self.probe_head()
            .then(self.body(true))
            .then(self.clauses.of_probe())
            .map(|((((name, params), result), body), modifiers)| {
                ItemKind::Probe(Probe { name, params, result, body: Some(body), modifiers })
            })
            .boxed()
    }

    fn action_head(&self) -> Rule<'t, ActionHead, E> {
        just(Token::Action).ignore_then(name()).then(self.params.clone()).then(self.result().or_not()).boxed()
    }

    fn action(&self) -> Kind<'t, E> {
        self.action_head()
            .then(self.body(true))
            .then(self.clauses.of_action())
            .then(self.clauses.undo_call())
            .map(|(((((name, params), result), body), modifiers), compensation)| {
                ItemKind::Action(Action { name, params, result, body: Some(body), modifiers, compensation })
            })
            .boxed()
    }

    fn external(&self) -> Kind<'t, E> {
        let probe = self.probe_head().then(self.clauses.of_probe()).map(|(((name, params), result), modifiers)| {
            ItemKind::Probe(Probe { name, params, result, body: None, modifiers })
        });
        let action = self.action_head().then(self.clauses.of_action()).then(self.clauses.undo_call()).map(
            |((((name, params), result), modifiers), compensation)| {
                ItemKind::Action(Action { name, params, result, body: None, modifiers, compensation })
            },
        );
        just(Token::Extern).ignore_then(choice((probe, action))).boxed()
    }

    fn plan(&self) -> Kind<'t, E> {
        just(Token::Plan)
            .ignore_then(name())
            .then(self.params.clone())
            .then(self.result().or_not())
            .then(self.clauses.of_plan())
            .then(self.block.clone())
            .map(|((((name, params), result), modifiers), body)| {
                ItemKind::Plan(Plan { name, params, result, modifiers, body })
            })
            .boxed()
    }
}
