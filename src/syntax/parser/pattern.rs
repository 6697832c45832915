//! Patterns.

use chumsky::prelude::*;
use smol_str::SmolStr;

use super::rule::{At, Failure, Rule, by_token, class, label, name, place, some_listed};
use super::types::names;
use crate::syntax::ast::{Pattern, PatternKind, PayloadPattern, Template};
use crate::syntax::token::Token;

/// `pattern`
pub fn pattern<'t, E: Failure<'t>>(text: Rule<'t, Template, E>) -> Rule<'t, Pattern, E> {
    recursive(|pattern| {
        let one = alternative(pattern.boxed(), text);
        one.separated_by(just(Token::Pipe))
            .at_least(1)
            .collect::<Vec<_>>()
            .map_with(|alternatives, at| joined(alternatives, place(at)))
            .then(just(Token::As).ignore_then(name()).or_not())
            .map_with(|(pattern, alias), at| match alias {
                Some(name) => Pattern { kind: PatternKind::As { pattern: Box::new(pattern), name }, span: place(at) },
                None => pattern,
            })
            .boxed()
    })
    .boxed()
}

fn joined(mut alternatives: Vec<Pattern>, span: crate::source::Span) -> Pattern {
    match alternatives.len() {
        1 => alternatives.remove(0),
        _ => Pattern { kind: PatternKind::Alternatives(alternatives), span },
    }
}

/// `pattern_alt`
pub fn alternative<'t, E: Failure<'t>>(
    pattern: Rule<'t, Pattern, E>,
    text: Rule<'t, Template, E>,
) -> Rule<'t, Pattern, E> {
    let number = number();
    let variant = variant(pattern);
    let text = text.map(PatternKind::Text).boxed();
    let mut rules = vec![
        (Token::Underscore, just(Token::Underscore).to(PatternKind::Any).boxed()),
        (Token::None, just(Token::None).to(PatternKind::None).boxed()),
        (Token::True, just(Token::True).to(PatternKind::Bool(true)).boxed()),
        (Token::False, just(Token::False).to(PatternKind::Bool(false)).boxed()),
        (Token::Text, text.clone()),
        (Token::TextHead, text),
        (Token::Error, just(Token::Error).to(PatternKind::Error).boxed()),
        (Token::Minus, number.clone()),
        (Token::Number, number.clone()),
        (Token::Unit, number),
    ];
    rules.extend(names().map(|token| (token, variant.clone())));
    by_token("a pattern", rules).map_with(|kind, at| Pattern { kind, span: place(at) }).boxed()
}

fn number<'t, E: Failure<'t>>() -> Rule<'t, PatternKind, E> {
    let digits = class("a number", |token| matches!(token, Token::Number | Token::Unit));
    let signed = just(Token::Minus)
        .or_not()
        .then(digits)
        .map_with(|(minus, index), at: &mut At<'t, '_, E>| match minus {
            Some(_) => SmolStr::from(format!("-{}", at.state().text(index))),
            None => SmolStr::new(at.state().text(index)),
        })
        .boxed();
    signed
        .clone()
        .then(just(Token::DotDot).ignore_then(signed).or_not())
        .map(|(low, high)| match high {
            Some(high) => PatternKind::Range(low, high),
            None => PatternKind::Number(low),
        })
        .boxed()
}

fn variant<'t, E: Failure<'t>>(pattern: Rule<'t, Pattern, E>) -> Rule<'t, PatternKind, E> {
    let field = label(Token::is_word).then(pattern).map(|(name, pattern)| PayloadPattern::Field { name, pattern });
    let bind = name().map(PayloadPattern::Bind);
    let any = just(Token::Underscore).map_with(|_, at| PayloadPattern::Any(place(at)));
    let payload = some_listed(Token::LParen, choice((field, bind, any)).boxed(), Token::RParen);
    name()
        .then(payload.or_not())
        .map(|(name, payload)| PatternKind::Variant { name, payload: payload.unwrap_or_default() })
        .boxed()
}
