//! Expressions.

use super::brackets::{CURLY, ROUND, SQUARE};
use super::layout::{Kind, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::{Argument, Expr, ExprKind, Name, Pattern, RecordItem, Template, UnaryOp};
use crate::syntax::token::Token;

/// Where the lines of an expression go on that is broken at its operators.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hanging {
    /// A level deeper than the line on which it begins.
    Deeper,
    /// Just below, because it begins a line of its own.
    Below,
}

impl Writer<'_> {
    /// An expression within a line.
    pub fn expr(&mut self, expr: &Expr) {
        self.expr_hanging(expr, Hanging::Deeper);
    }

    /// A blank, and an expression.
    pub fn spaced_expr(&mut self, expr: &Expr) {
        self.gap(Gap::SPACE);
        self.expr(expr);
    }

    /// An expression.
    pub fn expr_hanging(&mut self, expr: &Expr, hanging: Hanging) {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Unit(_) | ExprKind::Bool(_) | ExprKind::None | ExprKind::Name(_) => {
                self.whole(expr.span);
            }
            ExprKind::Text(text) => self.text(text),
            ExprKind::Secret { source, argument } => self.secret(source, argument),
            ExprKind::Shorthand(name) => {
                self.sign(Token::Dot);
                self.name(name);
            }
            ExprKind::List(items) => self.listed(SQUARE, items, Self::expr),
            ExprKind::Record(items) => self.listed(CURLY, items, Self::record_item),
            ExprKind::Match { value, arms } => self.match_of(value, arms),
            ExprKind::Paren(inner) => self.paren(inner),
            ExprKind::Field { .. } | ExprKind::Call { .. } | ExprKind::Index { .. } => self.postfix(expr),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { op, .. } => self.operands(expr, *op, hanging),
            ExprKind::Is { value, negated, patterns } => self.is(value, *negated, patterns),
            ExprKind::If { .. } => self.conditional(expr, hanging),
            ExprKind::Lambda { params, body } => self.lambda(params, body),
            ExprKind::Error => self.glued(expr.span),
        }
    }

    fn secret(&mut self, source: &Name, argument: &Template) {
        self.sign(Token::Secret);
        self.spaced_name(source);
        self.sign(Token::LParen);
        self.text(argument);
        self.sign(Token::RParen);
    }

    fn record_item(&mut self, item: &RecordItem) {
        match item {
            RecordItem::Spread(value) => {
                self.sign(Token::Ellipsis);
                self.expr(value);
            }
            RecordItem::Field { name, value } => {
                self.name(name);
                self.sign(Token::Colon);
                self.spaced_expr(value);
            }
        }
    }

    fn match_of(&mut self, value: &Expr, arms: &[(Pattern, Expr)]) {
        self.sign(Token::Match);
        self.spaced_expr(value);
        self.gap(Gap::SPACE);
        self.listed(CURLY, arms, Self::match_arm);
    }

    fn match_arm(&mut self, (pattern, value): &(Pattern, Expr)) {
        self.pattern(pattern);
        self.spaced(Token::FatArrow);
        self.spaced_expr(value);
    }

    fn paren(&mut self, inner: &Expr) {
        self.sign(Token::LParen);
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        self.gap(Gap::nothing_or_line(group).opening());
        self.expr_hanging(inner, Hanging::Below);
        self.gap(Gap::nothing_or_line(group).closing(When::Broken(group)));
        self.sign(Token::RParen);
        self.close();
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) {
        match op {
            UnaryOp::Not => {
                self.sign(Token::Not);
                self.gap(Gap::SPACE);
            }
            UnaryOp::Negate => self.sign(Token::Minus),
        }
        self.expr(operand);
    }

    fn is(&mut self, value: &Expr, negated: bool, patterns: &[Pattern]) {
        self.expr(value);
        self.spaced(Token::Is);
        if negated {
            self.spaced(Token::Not);
        }
        self.gap(Gap::SPACE);
        self.alternatives(patterns);
    }

    fn lambda(&mut self, params: &[Name], body: &Expr) {
        let parens = self.is_next(Token::LParen);
        if parens {
            self.sign(Token::LParen);
        }
        self.enumerated(params, Self::name);
        if parens {
            self.sign(Token::RParen);
        }
        self.spaced(Token::FatArrow);
        self.spaced_expr(body);
    }

    /// `(a, k: b)`
    pub fn arguments(&mut self, arguments: &[Argument]) {
        self.listed_hugging(ROUND, arguments, |last| hugs(&last.value), Self::argument);
    }

    fn argument(&mut self, Argument { name, value }: &Argument) {
        name.iter().for_each(|name| self.argument_name(name));
        self.expr(value);
    }
}

/// Whether an argument can be broken in the line of the call.
fn hugs(argument: &Expr) -> bool {
    match &argument.kind {
        ExprKind::List(items) => !items.is_empty(),
        ExprKind::Record(items) => !items.is_empty(),
        ExprKind::Match { .. } => true,
        ExprKind::Lambda { params: _, body } => hugs(body) || calls_once(body),
        ExprKind::Number(_)
        | ExprKind::Unit(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Name(_)
        | ExprKind::Secret { .. }
        | ExprKind::Shorthand(_)
        | ExprKind::Paren(_)
        | ExprKind::Field { .. }
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Is { .. }
        | ExprKind::If { .. }
        | ExprKind::Error => false,
    }
}

/// Whether it is one call with arguments, of a name or of fields of one.
pub fn calls_once(expr: &Expr) -> bool {
    let ExprKind::Call { callee, arguments } = &expr.kind else { return false };
    let mut callee = callee;
    while let ExprKind::Field { base, name: _, optional: _ } = &callee.kind {
        callee = base;
    }
    matches!(callee.kind, ExprKind::Name(_)) && !arguments.is_empty()
}
