//! What is chained without brackets: operators, `if` after `if`, calls of calls. A chain that does not fit is broken at
//! all of its links, before the operator.

use super::expression::Hanging;
use super::layout::{GroupId, Kind, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::syntax::token::Token;

impl Writer<'_> {
    fn open_chain(&mut self, hanging: Hanging) -> GroupId {
        let group = self.open(Kind::Plain);
        if hanging == Hanging::Deeper {
            self.indent(When::Broken(group));
        }
        group
    }

    fn close_chain(&mut self, group: GroupId, hanging: Hanging) {
        if hanging == Hanging::Deeper {
            self.dedent(When::Broken(group));
        }
        self.close();
        self.tail = Some(group);
    }

    /// `a and b and c`: all operands between operators that bind alike.
    pub fn operands(&mut self, whole: &Expr, op: BinaryOp, hanging: Hanging) {
        let mut links = Vec::new();
        let mut first = whole;
        while let ExprKind::Binary { op: joined, op_span: _, left, right } = &first.kind {
            if strength(*joined) != strength(op) {
                break;
            }
            links.push((*joined, right.as_ref()));
            first = left;
        }
        let group = self.open_chain(hanging);
        self.expr(first);
        for (op, operand) in links.into_iter().rev() {
            self.link(group, op, operand);
        }
        self.close_chain(group, hanging);
    }

    /// `and b`. Whoever breaks a condition before `and` or `or` has it stay so.
    fn link(&mut self, group: GroupId, op: BinaryOp, operand: &Expr) {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            self.may_begin_line(group);
        } else {
            self.gap(Gap::blank_or_line(group));
        }
        if op == BinaryOp::NotIn {
            self.sign(Token::Not);
            self.gap(Gap::SPACE);
        }
        self.sign(sign(op));
        self.spaced_expr(operand);
    }

    /// `if c then a else if d then b else e`
    pub fn conditional(&mut self, whole: &Expr, hanging: Hanging) {
        let group = self.open_chain(hanging);
        let mut rest = whole;
        while let ExprKind::If { condition, then, otherwise } = &rest.kind {
            self.sign(Token::If);
            self.spaced_expr(condition);
            self.then(then);
            self.may_begin_line(group);
            self.sign(Token::Else);
            self.gap(Gap::SPACE);
            rest = otherwise;
        }
        self.expr(rest);
        self.close_chain(group, hanging);
    }

    fn then(&mut self, value: &Expr) {
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        self.gap(Gap::blank_or_line(group));
        self.sign(Token::Then);
        self.spaced_expr(value);
        self.dedent(When::Broken(group));
        self.close();
    }

    /// `a.b(c)[d].e()`
    pub fn postfix(&mut self, whole: &Expr) {
        let mut links = Vec::new();
        let mut head = whole;
        while let ExprKind::Field { base: inner, .. }
        | ExprKind::Call { callee: inner, .. }
        | ExprKind::Index { base: inner, .. } = &head.kind
        {
            links.push(head);
            head = inner;
        }
        links.reverse();
        match method_calls(&links) {
            0 | 1 => {
                self.expr(head);
                links.into_iter().for_each(|link| self.access(link));
            }
            _ => self.method_chain(head, &links),
        }
    }

    /// `a.b().c().d()`: the first call stays where the chain begins.
    fn method_chain(&mut self, head: &Expr, links: &[&Expr]) {
        let group = self.open_chain(Hanging::Deeper);
        self.expr(head);
        let mut calls = 0;
        for (at, link) in links.iter().enumerate() {
            let called = is_method(links, at);
            if called && calls > 0 {
                if self.begins_line() {
                    self.layout.force();
                }
                self.gap(Gap::nothing_or_line(group));
            }
            calls += usize::from(called);
            self.access(link);
        }
        self.close_chain(group, Hanging::Deeper);
    }

    fn access(&mut self, link: &Expr) {
        if let ExprKind::Field { base: _, name, optional } = &link.kind {
            self.sign(if *optional { Token::QuestionDot } else { Token::Dot });
            self.name(name);
        }
        if let ExprKind::Call { callee: _, arguments } = &link.kind {
            self.arguments(arguments);
        }
        if let ExprKind::Index { base: _, index } = &link.kind {
            self.sign(Token::LBracket);
            self.expr(index);
            self.sign(Token::RBracket);
        }
    }
}

fn method_calls(links: &[&Expr]) -> usize {
    (0..links.len()).filter(|at| is_method(links, *at)).count()
}

/// Whether a link is a field that the next one calls.
fn is_method(links: &[&Expr], at: usize) -> bool {
    let kind = |at: usize| links.get(at).map(|link| &link.kind);
    matches!((kind(at), kind(at + 1)), (Some(ExprKind::Field { .. }), Some(ExprKind::Call { .. })))
}

/// Whether an expression is one that [`Writer::postfix`] breaks before its calls.
pub fn is_method_chain(expr: &Expr) -> bool {
    let mut calls = 0;
    let mut rest = expr;
    while let ExprKind::Field { base: inner, .. }
    | ExprKind::Call { callee: inner, .. }
    | ExprKind::Index { base: inner, .. } = &rest.kind
    {
        let called = matches!((&rest.kind, &inner.kind), (ExprKind::Call { .. }, ExprKind::Field { .. }));
        calls += usize::from(called);
        rest = inner;
    }
    calls > 1
}

/// How tightly an operator binds: those of one strength make one chain.
fn strength(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 0,
        BinaryOp::And => 1,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::In
        | BinaryOp::NotIn => 2,
        BinaryOp::Coalesce => 3,
        BinaryOp::Add | BinaryOp::Subtract => 4,
        BinaryOp::Multiply | BinaryOp::Divide => 5,
    }
}

/// The sign of an operator, or its last word.
fn sign(op: BinaryOp) -> Token {
    match op {
        BinaryOp::Or => Token::Or,
        BinaryOp::And => Token::And,
        BinaryOp::Equal => Token::Equal,
        BinaryOp::NotEqual => Token::NotEqual,
        BinaryOp::Less => Token::Less,
        BinaryOp::LessEqual => Token::LessEqual,
        BinaryOp::Greater => Token::Greater,
        BinaryOp::GreaterEqual => Token::GreaterEqual,
        BinaryOp::In | BinaryOp::NotIn => Token::In,
        BinaryOp::Coalesce => Token::Coalesce,
        BinaryOp::Add => Token::Plus,
        BinaryOp::Subtract => Token::Minus,
        BinaryOp::Multiply => Token::Star,
        BinaryOp::Divide => Token::Slash,
    }
}
