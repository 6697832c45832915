//! Expressions, from the loosest binding to the tightest.

use std::rc::Rc;

use chumsky::input::InputRef;
use chumsky::prelude::*;
use smol_str::SmolStr;

use super::operators::{Level, Operands};
use super::pattern;
use super::rule::{At, Extra, Failure, Input, Rule, by_token, class, label, listed, name, place, some_listed, word};
use crate::syntax::ast::{Argument, Expr, ExprKind, Name, Pattern, RecordItem, Template, TemplatePart};
use crate::syntax::token::Token;

/// The rules of expressions that other rules need.
pub struct Expressions<'t, E: Failure<'t>> {
    /// `expr`
    pub expr: Rule<'t, Expr, E>,
    /// `coalesce`
    pub coalesce: Rule<'t, Expr, E>,
    /// `sum`
    pub sum: Rule<'t, Expr, E>,
    /// `record`
    pub record: Rule<'t, Expr, E>,
    /// `call`
    pub call: Rule<'t, Expr, E>,
    /// `STRING`
    pub text: Rule<'t, Template, E>,
    /// `pattern`
    pub pattern: Rule<'t, Pattern, E>,
}

/// All rules of expressions.
pub fn expressions<'t, E: Failure<'t>>() -> Expressions<'t, E> {
    rules(recursive(|expr| rules(expr.boxed()).expr).boxed())
}

/// The rules, given what an expression inside another one is.
fn rules<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Expressions<'t, E> {
    let text = template(inner.clone());
    let pattern = pattern::pattern(text.clone());
    let record = record(inner.clone(), text.clone());
    let arguments = arguments(inner.clone());
    let primary = primary(&inner, &text, &pattern, &record);
    let index = inner.clone().delimited_by(just(Token::LBracket), just(Token::RBracket)).boxed();
    let alternative = pattern::alternative(pattern.clone(), text.clone());
    let patterns = alternative.separated_by(just(Token::Pipe)).at_least(1).collect().boxed();
    let operands = Rc::new(Operands { primary, word: word(), arguments: arguments.clone(), index, patterns });
    let expr = conditional(inner, operands.expression(Level::Or));
    let (coalesce, sum) = (operands.expression(Level::Coalesce), operands.expression(Level::Sum));
    Expressions { expr, coalesce, sum, record, call: call(arguments), text, pattern }
}

fn spanned<'t, E: Failure<'t>>(kind: ExprKind, at: &mut At<'t, '_, E>) -> Expr {
    Expr { kind, span: place(at) }
}

/// `"if" expr "then" expr "else" expr`, or else `or_expr`
fn conditional<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>, other: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    let condition = just(Token::If).ignore_then(inner.clone());
    let then = just(Token::Then).ignore_then(inner.clone());
    let otherwise = just(Token::Else).ignore_then(inner);
    let conditional = condition.then(then).then(otherwise).map_with(|((condition, then), otherwise), at| {
        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
        spanned(ExprKind::If { condition, then, otherwise }, at)
    });
    choice((conditional, other)).boxed()
}

/// `primary`, but for names
fn primary<'t, E: Failure<'t>>(
    inner: &Rule<'t, Expr, E>,
    text: &Rule<'t, Template, E>,
    pattern: &Rule<'t, Pattern, E>,
    record: &Rule<'t, Expr, E>,
) -> Rule<'t, Expr, E> {
    let literal = |token, kind: fn(SmolStr) -> ExprKind| {
        (token, written(token).map_with(move |text, at| spanned(kind(text), at)).boxed())
    };
    let constant =
        |token, kind: ExprKind| (token, just(token).map_with(move |_, at| spanned(kind.clone(), at)).boxed());
    let text_value = text.clone().map_with(|text, at| spanned(ExprKind::Text(text), at)).boxed();
    let rules = [
        literal(Token::Number, ExprKind::Number),
        literal(Token::Unit, ExprKind::Unit),
        constant(Token::True, ExprKind::Bool(true)),
        constant(Token::False, ExprKind::Bool(false)),
        constant(Token::None, ExprKind::None),
        constant(Token::Error, ExprKind::Error),
        (Token::Text, text_value.clone()),
        (Token::TextHead, text_value),
        (Token::Secret, secret(text.clone())),
        (Token::Dot, shorthand()),
        (Token::LBracket, list(inner.clone())),
        (Token::LBrace, record.clone()),
        (Token::Match, match_of(inner.clone(), pattern.clone())),
        (Token::LParen, paren(inner.clone())),
    ];
    by_token("an expression", rules)
}

/// The text of a token.
fn written<'t, E: Failure<'t>>(token: Token) -> Rule<'t, SmolStr, E> {
    just(token)
        .map_with(|_, at: &mut At<'t, '_, E>| {
            let range = at.span();
            SmolStr::new(at.state().text(range.start))
        })
        .boxed()
}

fn secret<'t, E: Failure<'t>>(text: Rule<'t, Template, E>) -> Rule<'t, Expr, E> {
    just(Token::Secret)
        .ignore_then(name())
        .then(text.delimited_by(just(Token::LParen), just(Token::RParen)))
        .map_with(|(source, argument), at| spanned(ExprKind::Secret { source, argument: Box::new(argument) }, at))
        .boxed()
}

fn shorthand<'t, E: Failure<'t>>() -> Rule<'t, Expr, E> {
    just(Token::Dot).ignore_then(word()).map_with(|name, at| spanned(ExprKind::Shorthand(name), at)).boxed()
}

fn list<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    listed(Token::LBracket, inner, Token::RBracket).map_with(|items, at| spanned(ExprKind::List(items), at)).boxed()
}

fn paren<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    inner
        .delimited_by(just(Token::LParen), just(Token::RParen))
        .map_with(|inner, at| spanned(ExprKind::Paren(Box::new(inner)), at))
        .boxed()
}

/// `record`
fn record<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>, text: Rule<'t, Template, E>) -> Rule<'t, Expr, E> {
    let spread = just(Token::Ellipsis).ignore_then(inner.clone()).map(RecordItem::Spread);
    let quoted = just(Token::Text)
        .rewind()
        .ignore_then(text)
        .map(|text| Name { text: text.plain().unwrap_or_default(), span: text.span });
    let field = choice((word(), quoted))
        .then_ignore(just(Token::Colon))
        .then(inner.clone())
        .map(|(name, value)| RecordItem::Field { name, value });
    let unreadable = just([Token::Error, Token::Colon])
        .map_with(|_, at| Expr { kind: ExprKind::Error, span: place(at) })
        .then_ignore(inner)
        .map(RecordItem::Spread);
    listed(Token::LBrace, choice((field, spread, unreadable)).boxed(), Token::RBrace)
        .map_with(|items, at| spanned(ExprKind::Record(items), at))
        .boxed()
}

fn match_of<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>, pattern: Rule<'t, Pattern, E>) -> Rule<'t, Expr, E> {
    let arm = pattern.then_ignore(just(Token::FatArrow)).then(inner.clone()).boxed();
    just(Token::Match)
        .ignore_then(inner)
        .then(some_listed(Token::LBrace, arm, Token::RBrace))
        .map_with(|(value, arms), at| spanned(ExprKind::Match { value: Box::new(value), arms }, at))
        .boxed()
}

/// `arguments`
fn arguments<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Rule<'t, Vec<Argument>, E> {
    let lambda_or_value = choice((lambda(inner.clone()), inner.clone())).boxed();
    // Where nothing is told about a failure, what can be no function is not tried as one.
    let value = custom(move |input| {
        let tried = E::TELLS || begins_lambda(input);
        input.parse(if tried { &lambda_or_value } else { &inner })
    });
    let argument = label(Token::is_word).or_not().then(value).map(|(name, value)| Argument { name, value }).boxed();
    listed(Token::LParen, argument, Token::RParen)
}

/// Whether a function may begin here.
fn begins_lambda<'t, E: Failure<'t>>(input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>) -> bool {
    let start = input.save();
    let begins = match input.next() {
        Some(Token::LParen) => true,
        Some(token) => (token.is_name() || token == Token::Underscore) && input.peek() == Some(Token::FatArrow),
        None => false,
    };
    input.rewind(start);
    begins
}

/// `lambda`
fn lambda<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    let param = class("", |token| token.is_name() || token == Token::Underscore)
        .map_with(|index, at: &mut At<'t, '_, E>| at.state().name(index))
        .boxed();
    let several = param
        .clone()
        .separated_by(just(Token::Comma))
        .at_least(1)
        .collect()
        .delimited_by(just(Token::LParen), just(Token::RParen));
    choice((param.map(|param| vec![param]), several))
        .then_ignore(just(Token::FatArrow))
        .then(inner)
        .map_with(|(params, body), at| spanned(ExprKind::Lambda { params, body: Box::new(body) }, at))
        .boxed()
}

/// `call`
fn call<'t, E: Failure<'t>>(arguments: Rule<'t, Vec<Argument>, E>) -> Rule<'t, Expr, E> {
    let error = just(Token::Error).map_with(|_, at| spanned(ExprKind::Error, at));
    let callee = class("a call", Token::is_name)
        .map_with(|index, at: &mut At<'t, '_, E>| {
            let name = SmolStr::new(at.state().text(index));
            spanned(ExprKind::Name(name), at)
        })
        .foldl_with(just(Token::Dot).ignore_then(word()).repeated(), |base, name, at| {
            spanned(ExprKind::Field { base: Box::new(base), name, optional: false }, at)
        });
    let call = callee
        .then(arguments)
        .map_with(|(callee, arguments), at| spanned(ExprKind::Call { callee: Box::new(callee), arguments }, at));
    choice((call, error)).boxed()
}

/// `STRING`
fn template<'t, E: Failure<'t>>(inner: Rule<'t, Expr, E>) -> Rule<'t, Template, E> {
    let index = |token| just(token).map_with(|_, at: &mut At<'t, '_, E>| at.span().start);
    let whole = index(Token::Text).map_with(|index, at: &mut At<'t, '_, E>| {
        let text = at.state().whole_string(index);
        let parts = if text.is_empty() { Vec::new() } else { vec![TemplatePart::Text(text)] };
        Template { parts, span: place(at) }
    });
    let middles = index(Token::TextMiddle).then(inner.clone()).repeated().collect::<Vec<_>>();
    let interpolated = index(Token::TextHead).then(inner).then(middles).then(index(Token::TextTail)).map_with(
        |(((head, first), middles), tail), at: &mut At<'t, '_, E>| {
            let indexes: Vec<_> =
                std::iter::once(head).chain(middles.iter().map(|(index, _)| *index)).chain([tail]).collect();
            let texts = at.state().string(&indexes);
            let values = std::iter::once(first).chain(middles.into_iter().map(|(_, value)| value));
            Template { parts: interleaved(texts, values), span: place(at) }
        },
    );
    let unreadable = just(Token::Error).map_with(|_, at| {
        let span = place(at);
        Template { parts: vec![TemplatePart::Expr(Expr { kind: ExprKind::Error, span })], span }
    });
    let rules =
        [(Token::Text, whole.boxed()), (Token::TextHead, interpolated.boxed()), (Token::Error, unreadable.boxed())];
    by_token("a string", rules)
}

/// Texts and values in turn, without the empty texts.
fn interleaved(texts: Vec<SmolStr>, values: impl Iterator<Item = Expr>) -> Vec<TemplatePart> {
    let mut values = values.map(TemplatePart::Expr);
    let mut parts = Vec::new();
    for text in texts {
        if !text.is_empty() {
            parts.push(TemplatePart::Text(text));
        }
        parts.extend(values.next());
    }
    parts
}
