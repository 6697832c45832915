//! `test` declarations.

use chumsky::prelude::*;

use super::expression::Expressions;
use super::rule::{Failure, Rule, by_token, class, label, listed, name, noting_failure, place, word};
use super::statement::{STATEMENT, Statements};
use super::types::event_name;
use crate::syntax::ast::{
    Answer, AnswerKind, ArgumentMatch, CallMatch, Expr, GivenSubject, ItemKind, Name, Template, Test, TestStatement,
    TestStatementKind, TestTime,
};
use crate::syntax::token::Token;

type Kind<'t, E> = Rule<'t, TestStatementKind, E>;

/// `test`
pub fn test<'t, E: Failure<'t>>(
    expressions: &Expressions<'t, E>,
    statements: &Statements<'t, E>,
) -> Rule<'t, ItemKind, E> {
    let binding = statements.binding().map(TestStatementKind::Let).boxed();
    let rules = [
        (Token::Let, binding),
        (Token::Given, given(expressions)),
        (Token::Run, run(expressions)),
        (Token::Expect, expect(expressions)),
        (Token::Error, just(Token::Error).to(TestStatementKind::Error).boxed()),
    ];
    let statement = by_token(STATEMENT, rules).map_with(|kind, at| TestStatement { kind, span: place(at) }).boxed();
    let body = noting_failure(statement).repeated().collect().delimited_by(just(Token::LBrace), just(Token::RBrace));
    just(Token::Test)
        .ignore_then(expressions.text.clone())
        .then(body)
        .map(|(name, statements)| ItemKind::Test(Test { name, statements }))
        .boxed()
}

fn after<'t, E: Failure<'t>>(token: Token, expr: &Rule<'t, Expr, E>) -> Rule<'t, Expr, E> {
    just(token).ignore_then(expr.clone()).boxed()
}

fn time<'t, E: Failure<'t>>(Expressions { expr, text, .. }: &Expressions<'t, E>) -> Rule<'t, TestTime, E> {
    let at = just(Token::At).ignore_then(text.clone()).map(TestTime::At);
    choice((after(Token::After, expr).map(TestTime::After), at)).boxed()
}

/// `given`
fn given<'t, E: Failure<'t>>(expressions: &Expressions<'t, E>) -> Kind<'t, E> {
    let Expressions { expr, text, record, .. } = expressions;
    let time = time(expressions);
    let operator = just(Token::Operator)
        .ignore_then(name())
        .then(text.clone().or_not())
        .then(time.clone())
        .map(|((word, text), time)| TestStatementKind::GivenOperator { word, text, time });
    let event = event_name()
        .then(record.clone().or_not())
        .then(time)
        .map(|((event, payload), time)| TestStatementKind::GivenEvent { event, payload, time });
    let subject = choice((text.clone().map(GivenSubject::Address), call_match(expr).map(GivenSubject::Call))).boxed();
    let answers =
        subject.then(answers(expressions)).map(|(subject, answers)| TestStatementKind::Given { subject, answers });
    just(Token::Given).ignore_then(choice((operator.boxed(), event.boxed(), answers.boxed()))).boxed()
}

/// `answer { ( "then" | "from" expr ) answer }`
fn answers<'t, E: Failure<'t>>(expressions: &Expressions<'t, E>) -> Rule<'t, Vec<Answer>, E> {
    let expr = &expressions.expr;
    let answer = answer_kind(expressions)
        .then(after(Token::Times, expr).or_not())
        .then(after(Token::Takes, expr).or_not())
        .map_with(|((kind, times), takes), at| Answer { from: None, kind, times, takes, span: place(at) })
        .boxed();
    let since = choice((just(Token::Then).to(None), after(Token::From, expr).map(Some)));
    let more = since.then(answer.clone()).map(|(from, answer)| Answer { from, ..answer });
    answer
        .map(|answer| vec![answer])
        .foldl(more.repeated(), |mut answers, answer| {
            answers.push(answer);
            answers
        })
        .boxed()
}

fn answer_kind<'t, E: Failure<'t>>(expressions: &Expressions<'t, E>) -> Rule<'t, AnswerKind, E> {
    let Expressions { expr, text, .. } = expressions;
    let bare = |token, kind: AnswerKind| (token, just(token).to(kind).boxed());
    let reason = |token, kind: fn(Option<Template>) -> AnswerKind| {
        (token, just(token).ignore_then(text.clone().or_not()).map(kind).boxed())
    };
    let lost = just(Token::Lost).ignore_then(choice((
        just(Token::Done).to(AnswerKind::LostDone),
        just([Token::Not, Token::Done]).to(AnswerKind::LostNotDone),
        after(Token::Returns, expr).map(AnswerKind::LostReturns),
    )));
    let moment =
        class("`before`, `during` or `after`", |token| matches!(token, Token::Before | Token::During | Token::After));
    by_token(
        "an answer",
        [
            (Token::Returns, after(Token::Returns, expr).map(AnswerKind::Returns).boxed()),
            bare(Token::Done, AnswerKind::Done),
            reason(Token::Fails, AnswerKind::Fails),
            bare(Token::Hangs, AnswerKind::Hangs),
            (Token::Lost, lost.boxed()),
            bare(Token::Granted, AnswerKind::Granted),
            reason(Token::Refused, AnswerKind::Refused),
            (Token::Chooses, just(Token::Chooses).ignore_then(name()).map(AnswerKind::Chooses).boxed()),
            (Token::Crashes, just(Token::Crashes).ignore_then(named(moment)).map(AnswerKind::Crashes).boxed()),
        ],
    )
}

fn named<'t, E: Failure<'t>>(index: Rule<'t, usize, E>) -> Rule<'t, Name, E> {
    index.map_with(|index, at: &mut super::rule::At<'t, '_, E>| at.state().name(index)).boxed()
}

/// `call_match`
fn call_match<'t, E: Failure<'t>>(expr: &Rule<'t, Expr, E>) -> Rule<'t, CallMatch, E> {
    let path =
        name().map(|name| vec![name]).foldl(just(Token::Dot).ignore_then(word()).repeated(), |mut path, name| {
            path.push(name);
            path
        });
    let rest = just(Token::Ellipsis).map_with(|_, at| ArgumentMatch::Rest(place(at)));
    let any = just(Token::Underscore).ignore_then(just(Token::As).ignore_then(name()).or_not());
    let any = label(Token::is_word).or_not().then(any).map(|(name, alias)| ArgumentMatch::Any { name, alias });
    let equals =
        label(Token::is_word).or_not().then(expr.clone()).map(|(name, value)| ArgumentMatch::Equals { name, value });
    path.then(listed(Token::LParen, choice((rest, any, equals)).boxed(), Token::RParen))
        .map_with(|(path, arguments), at| CallMatch { path, arguments, span: place(at) })
        .boxed()
}

/// `test_run`
fn run<'t, E: Failure<'t>>(expressions: &Expressions<'t, E>) -> Kind<'t, E> {
    let what = named(class("`fault` or `crash`", |token| matches!(token, Token::Fault | Token::Crash)));
    just(Token::Run)
        .ignore_then(expressions.call.clone())
        .then(just([Token::Under, Token::Every]).ignore_then(what).or_not())
        .map(|(call, under_every)| TestStatementKind::Run { call, under_every })
        .boxed()
}

/// `expect`
fn expect<'t, E: Failure<'t>>(Expressions { expr, .. }: &Expressions<'t, E>) -> Kind<'t, E> {
    let called = just(Token::Called)
        .ignore_then(call_match(expr))
        .then(after(Token::Times, expr).or_not())
        .map(|(call, times)| TestStatementKind::ExpectCalled { call, times });
    let never = just(Token::Never).ignore_then(call_match(expr)).map(TestStatementKind::ExpectNever);
    let condition = expr.clone().map(TestStatementKind::Expect);
    just(Token::Expect).ignore_then(choice((called.boxed(), never.boxed(), condition.boxed()))).boxed()
}
