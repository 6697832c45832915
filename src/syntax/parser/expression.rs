//! Expressions, from the loosest binding to the tightest.

use chumsky::pratt::{infix, left, prefix};
use chumsky::prelude::*;
use smol_str::SmolStr;

use super::pattern;
use super::rule::{At, Failure, Rule, by_token, class, label, listed, name, place, some_listed, word};
use super::types::names;
use crate::syntax::ast::{
    Argument, BinaryOp, Expr, ExprKind, Name, Pattern, RecordItem, Template, TemplatePart, UnaryOp,
};
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
    let sum = sum(postfix(primary, &inner, &arguments));
    let coalesce = coalesce(sum.clone());
    let comparison = comparison(coalesce.clone(), pattern::alternative(pattern.clone(), text.clone()));
    let expr = conditional(inner, logic(comparison));
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

fn unary(op: UnaryOp, operand: Expr, span: crate::source::Span) -> Expr {
    Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span }
}

type Sign = (BinaryOp, crate::source::Span);

fn binary(left: Expr, (op, op_span): Sign, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) }, span }
}

/// A sign between operands, and where it stands.
fn sign<'t, E: Failure<'t>>(token: Token, op: BinaryOp) -> Rule<'t, Sign, E> {
    just(token).map_with(move |_, at| (op, place(at))).boxed()
}

/// `or_expr`, `and_expr`, `not_expr`
fn logic<'t, E: Failure<'t>>(comparison: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    let join = |left, sign, right, _: &mut At<'t, '_, E>| binary(left, sign, right);
    comparison
        .pratt((
            prefix(3, just(Token::Not), |_, operand, at: &mut At<'t, '_, E>| unary(UnaryOp::Not, operand, place(at))),
            infix(left(2), sign(Token::And, BinaryOp::And), join),
            infix(left(1), sign(Token::Or, BinaryOp::Or), join),
        ))
        .boxed()
}

/// What may follow the left side of a comparison.
enum Tail {
    Compared(Sign, Expr),
    Is { negated: bool, patterns: Vec<Pattern> },
}

/// `comparison`
fn comparison<'t, E: Failure<'t>>(operand: Rule<'t, Expr, E>, alternative: Rule<'t, Pattern, E>) -> Rule<'t, Expr, E> {
    let compared =
        |sign: Rule<'t, Sign, E>| sign.then(operand.clone()).map(|(sign, right)| Tail::Compared(sign, right)).boxed();
    let not_in = just([Token::Not, Token::In]).map_with(|_, at| (BinaryOp::NotIn, place(at))).boxed();
    let is = just(Token::Is)
        .ignore_then(just(Token::Not).or_not())
        .then(alternative.separated_by(just(Token::Pipe)).at_least(1).collect())
        .map(|(not, patterns)| Tail::Is { negated: not.is_some(), patterns })
        .boxed();
    let signs = [
        (Token::Equal, BinaryOp::Equal),
        (Token::NotEqual, BinaryOp::NotEqual),
        (Token::Less, BinaryOp::Less),
        (Token::LessEqual, BinaryOp::LessEqual),
        (Token::Greater, BinaryOp::Greater),
        (Token::GreaterEqual, BinaryOp::GreaterEqual),
        (Token::In, BinaryOp::In),
    ];
    let mut tails: Vec<_> = signs.into_iter().map(|(token, op)| (token, compared(sign(token, op)))).collect();
    tails.extend([(Token::Not, compared(not_in)), (Token::Is, is)]);
    operand
        .clone()
        .then(by_token(OPERATOR, tails).or_not())
        .map_with(|(left, tail), at| match tail {
            None => left,
            Some(Tail::Compared(sign, right)) => binary(left, sign, right),
            Some(Tail::Is { negated, patterns }) => {
                spanned(ExprKind::Is { value: Box::new(left), negated, patterns }, at)
            }
        })
        .boxed()
}

/// What a complete expression may go on with.
pub const OPERATOR: &str = "an operator";

/// `coalesce`
fn coalesce<'t, E: Failure<'t>>(sum: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    let more = sign(Token::Coalesce, BinaryOp::Coalesce).then(sum.clone()).repeated();
    sum.foldl(more, |left, (sign, right)| binary(left, sign, right)).boxed()
}

/// `sum`, `product`, `unary`
fn sum<'t, E: Failure<'t>>(postfix: Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    let join = |left, sign, right, _: &mut At<'t, '_, E>| binary(left, sign, right);
    let product = by_token(
        OPERATOR,
        [(Token::Star, sign(Token::Star, BinaryOp::Multiply)), (Token::Slash, sign(Token::Slash, BinaryOp::Divide))],
    );
    let sum = by_token(
        OPERATOR,
        [(Token::Plus, sign(Token::Plus, BinaryOp::Add)), (Token::Minus, sign(Token::Minus, BinaryOp::Subtract))],
    );
    postfix
        .pratt((
            prefix(3, just(Token::Minus), |_, operand, at: &mut At<'t, '_, E>| {
                unary(UnaryOp::Negate, operand, place(at))
            }),
            infix(left(2), product, join),
            infix(left(1), sum, join),
        ))
        .boxed()
}

/// What follows a value: a field, arguments or an index.
enum Access {
    Field(Name, bool),
    Call(Vec<Argument>),
    Index(Expr),
}

/// `postfix`
fn postfix<'t, E: Failure<'t>>(
    primary: Rule<'t, Expr, E>,
    inner: &Rule<'t, Expr, E>,
    arguments: &Rule<'t, Vec<Argument>, E>,
) -> Rule<'t, Expr, E> {
    let field = just(Token::Dot).ignore_then(word()).map(|name| Access::Field(name, false));
    let optional = just(Token::QuestionDot).ignore_then(word()).map(|name| Access::Field(name, true));
    let index = inner.clone().delimited_by(just(Token::LBracket), just(Token::RBracket)).map(Access::Index);
    let access = by_token(
        OPERATOR,
        [
            (Token::Dot, field.boxed()),
            (Token::QuestionDot, optional.boxed()),
            (Token::LParen, arguments.clone().map(Access::Call).boxed()),
            (Token::LBracket, index.boxed()),
        ],
    );
    primary
        .foldl_with(access.repeated(), |base, access, at| {
            let base = Box::new(base);
            let kind = match access {
                Access::Field(name, optional) => ExprKind::Field { base, name, optional },
                Access::Call(arguments) => ExprKind::Call { callee: base, arguments },
                Access::Index(index) => ExprKind::Index { base, index: Box::new(index) },
            };
            spanned(kind, at)
        })
        .boxed()
}

/// `primary`
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
    let name = class("a name", Token::is_name)
        .map_with(|index, at: &mut At<'t, '_, E>| {
            let name = SmolStr::new(at.state().text(index));
            spanned(ExprKind::Name(name), at)
        })
        .boxed();
    let mut rules = vec![
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
    rules.extend(names().map(|token| (token, name.clone())));
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
    let value = choice((lambda(inner.clone()), inner));
    let argument = label(Token::is_word).or_not().then(value).map(|(name, value)| Argument { name, value }).boxed();
    listed(Token::LParen, argument, Token::RParen)
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
        let texts = at.state().string(&[index]);
        let parts = texts.into_iter().filter(|text| !text.is_empty()).map(TemplatePart::Text).collect();
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
