//! Types.

use chumsky::prelude::*;

use super::rule::{Failure, Rule, by_token, followed, label, listed, place, type_name};
use crate::syntax::ast::{EventName, FieldType, Name, Type, TypeKind};
use crate::syntax::token::Token;

/// `type`
pub fn ty<'t, E: Failure<'t>>() -> Rule<'t, Type, E> {
    recursive(|ty| {
        base(ty.boxed())
            .then(just(Token::Question).or_not())
            .map_with(|(base, question), at| match question {
                Some(_) => Type { kind: TypeKind::Optional(Box::new(base)), span: place(at) },
                None => base,
            })
            .boxed()
    })
    .boxed()
}

fn base<'t, E: Failure<'t>>(ty: Rule<'t, Type, E>) -> Rule<'t, Type, E> {
    let arguments = ty
        .clone()
        .separated_by(just(Token::Comma))
        .at_least(1)
        .collect()
        .delimited_by(just(Token::Less), just(Token::Greater))
        .or_not()
        .map(Option::unwrap_or_default);
    let named = qualified("a type")
        .then(arguments)
        .map(|((module, name), arguments)| TypeKind::Named { module: module.map(Box::new), name, arguments })
        .boxed();
    let record = record_of(ty).map(TypeKind::Record).boxed();
    let unreadable = just(Token::Error).to(TypeKind::Error).boxed();
    let rules = names().map(|token| (token, named.clone())).chain([(Token::TypeName, named.clone())]);
    by_token("a type", rules.chain([(Token::LBrace, record), (Token::Error, unreadable)]).collect::<Vec<_>>())
        .map_with(|kind, at| Type { kind, span: place(at) })
        .boxed()
}

/// All tokens that can be a name.
pub fn names() -> impl Iterator<Item = Token> {
    Token::SOFT.iter().map(|(token, _)| *token).chain([Token::Name])
}

fn record_of<'t, E: Failure<'t>>(ty: Rule<'t, Type, E>) -> Rule<'t, Vec<FieldType>, E> {
    listed(Token::LBrace, field(ty), Token::RBrace)
}

/// `field_type`
pub fn field<'t, E: Failure<'t>>(ty: Rule<'t, Type, E>) -> Rule<'t, FieldType, E> {
    super::rule::word().then_ignore(just(Token::Colon)).then(ty).map(|(name, ty)| FieldType { name, ty }).boxed()
}

/// `record_type`
pub fn record<'t, E: Failure<'t>>(ty: Rule<'t, Type, E>) -> Rule<'t, Type, E> {
    record_of(ty).map_with(|fields, at| Type { kind: TypeKind::Record(fields), span: place(at) }).boxed()
}

/// `[ NAME "." ] TYPE`
fn qualified<'t, E: Failure<'t>>(kind: &'static str) -> Rule<'t, (Option<Name>, Name), E> {
    followed(kind, Token::is_name, Token::Dot).or_not().then(type_name(kind)).boxed()
}

/// `event_name`
pub fn event_name<'t, E: Failure<'t>>() -> Rule<'t, EventName, E> {
    qualified("an event").map(|(module, name)| EventName { module, name }).boxed()
}

/// `[ ":" type ]`
pub fn annotation<'t, E: Failure<'t>>(ty: Rule<'t, Type, E>) -> Rule<'t, Option<Box<Type>>, E> {
    just(Token::Colon).ignore_then(ty).map(Box::new).or_not().boxed()
}

/// `[ label ]` of a statement.
pub fn statement_label<'t, E: Failure<'t>>() -> Rule<'t, Option<Name>, E> {
    label(Token::is_name).or_not().boxed()
}
