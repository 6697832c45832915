//! Tests.

use super::brackets::ROUND;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{
    Answer, AnswerKind, ArgumentMatch, CallMatch, GivenSubject, Name, Template, TestStatement, TestStatementKind,
    TestTime,
};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// A statement of a test.
    pub fn test_statement(&mut self, TestStatement { kind, span }: &TestStatement) {
        match kind {
            TestStatementKind::Let(statement) => self.statement(statement),
            TestStatementKind::GivenOperator { word, text, time } => {
                self.sign(Token::Given);
                self.spaced(Token::Operator);
                self.spaced_name(word);
                text.iter().for_each(|text| self.spaced_text(text));
                self.time(time);
            }
            TestStatementKind::GivenEvent { event, payload, time } => {
                self.sign(Token::Given);
                self.event(event);
                payload.iter().for_each(|payload| self.spaced_expr(payload));
                self.time(time);
            }
            TestStatementKind::Given { subject, answers } => self.given(subject, answers),
            TestStatementKind::Run { call, under_every } => {
                self.sign(Token::Run);
                self.spaced_expr(call);
                self.under_every(under_every.as_ref());
            }
            TestStatementKind::ExpectCalled { call, times } => {
                self.sign(Token::Expect);
                self.spaced(Token::Called);
                self.call_match(call);
                if let Some(times) = times {
                    self.gap(Gap::SPACE);
                    self.with_expr(Token::Times, times);
                }
            }
            TestStatementKind::ExpectNever(call) => {
                self.sign(Token::Expect);
                self.spaced(Token::Never);
                self.call_match(call);
            }
            TestStatementKind::Expect(condition) => self.with_expr(Token::Expect, condition),
            TestStatementKind::Error => self.glued(*span),
        }
    }

    fn time(&mut self, time: &TestTime) {
        self.gap(Gap::SPACE);
        match time {
            TestTime::After(duration) => self.with_expr(Token::After, duration),
            TestTime::At(address) => self.with_text(Token::At, address),
        }
    }

    fn under_every(&mut self, what: Option<&Name>) {
        let Some(what) = what else { return };
        let mut clauses = self.begin_clauses();
        self.clause(&mut clauses);
        self.sign(Token::Under);
        self.spaced(Token::Every);
        self.spaced_name(what);
        self.end_clauses(&clauses);
    }

    /// `given f(_) returns 1 then fails "x"`
    fn given(&mut self, subject: &GivenSubject, answers: &[Answer]) {
        self.sign(Token::Given);
        match subject {
            GivenSubject::Address(address) => self.spaced_text(address),
            GivenSubject::Call(call) => self.call_match(call),
        }
        let mut clauses = self.begin_clauses();
        for (index, answer) in answers.iter().enumerate() {
            self.clause(&mut clauses);
            self.answer(index == 0, answer);
        }
        self.end_clauses(&clauses);
    }

    fn answer(&mut self, first: bool, Answer { from, kind, times, takes, span: _ }: &Answer) {
        match from {
            Some(from) => {
                self.with_expr(Token::From, from);
                self.gap(Gap::SPACE);
            }
            None if first => {}
            None => {
                self.sign(Token::Then);
                self.gap(Gap::SPACE);
            }
        }
        self.answer_kind(kind);
        for (word, value) in [(Token::Times, times), (Token::Takes, takes)] {
            if let Some(value) = value {
                self.gap(Gap::SPACE);
                self.with_expr(word, value);
            }
        }
    }

    fn answer_kind(&mut self, kind: &AnswerKind) {
        match kind {
            AnswerKind::Returns(value) => self.with_expr(Token::Returns, value),
            AnswerKind::Done => self.sign(Token::Done),
            AnswerKind::Fails(text) => self.with_reason(Token::Fails, text.as_ref()),
            AnswerKind::Hangs => self.sign(Token::Hangs),
            AnswerKind::LostDone => {
                self.sign(Token::Lost);
                self.spaced(Token::Done);
            }
            AnswerKind::LostNotDone => {
                self.sign(Token::Lost);
                self.spaced(Token::Not);
                self.spaced(Token::Done);
            }
            AnswerKind::LostReturns(value) => {
                self.sign(Token::Lost);
                self.gap(Gap::SPACE);
                self.with_expr(Token::Returns, value);
            }
            AnswerKind::Granted => self.sign(Token::Granted),
            AnswerKind::Refused(text) => self.with_reason(Token::Refused, text.as_ref()),
            AnswerKind::Chooses(option) => self.with_name(Token::Chooses, option),
            AnswerKind::Crashes(moment) => self.with_name(Token::Crashes, moment),
        }
    }

    fn with_reason(&mut self, word: Token, reason: Option<&Template>) {
        self.sign(word);
        reason.iter().for_each(|reason| self.spaced_text(reason));
    }

    /// ` ops.f(_, k: 1, ...)`
    fn call_match(&mut self, CallMatch { path, arguments, span: _ }: &CallMatch) {
        self.gap(Gap::SPACE);
        for (index, name) in path.iter().enumerate() {
            if index > 0 {
                self.sign(Token::Dot);
            }
            self.name(name);
        }
        self.listed(ROUND, arguments, Self::argument_match);
    }

    fn argument_match(&mut self, argument: &ArgumentMatch) {
        match argument {
            ArgumentMatch::Rest(span) => self.whole(*span),
            ArgumentMatch::Any { name, alias } => {
                name.iter().for_each(|name| self.argument_name(name));
                self.sign(Token::Underscore);
                self.alias(alias.as_ref());
            }
            ArgumentMatch::Equals { name, value } => {
                name.iter().for_each(|name| self.argument_name(name));
                self.expr(value);
            }
        }
    }

    /// `k: `
    pub fn argument_name(&mut self, name: &Name) {
        self.name(name);
        self.sign(Token::Colon);
        self.gap(Gap::SPACE);
    }
}
