//! The signs: which types go together, and what comes out.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Checker,
    assign::{Want, What, fits, fitted, same},
    has_errors, placeholder,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BinaryOp, Expr, ExprKind, Type, UnaryOp, Value},
    source::Span,
    syntax::ast,
};

impl Checker<'_> {
    /// `-e` of a value that is no literal.
    pub(super) fn negated(&mut self, span: Span, operand: Expr) -> Expr {
        let operand = self.present(operand, "`-` needs a number");
        match &operand.ty {
            Type::Int | Type::Decimal | Type::Percent | Type::Duration | Type::Size | Type::Error => {
                let ty = operand.ty.clone();
                Expr { kind: ExprKind::Unary(UnaryOp::Negate, Box::new(operand)), ty, span }
            }
            ty => {
                let message = format!("`-` does not go with `{ty}`");
                self.error(Code::E0302, operand.span, message);
                placeholder(span)
            }
        }
    }

    /// `a in b`, `a not in b`.
    pub(super) fn membership(&mut self, span: Span, negated: bool, left: &ast::Expr, right: &ast::Expr) -> Expr {
        let explains = self.hint_need(right) == HintNeed::Unknown && self.hint_need(left) != HintNeed::Unknown;
        let item = explains.then(|| self.infer(left, None));
        let hint = item.as_ref().map(|item| Type::List(Arc::new(item.ty.clone())));
        let whole = self.infer(right, hint.as_ref());
        let whole = self.present(whole, "is looked into");
        if self.secret_is_used(&whole, "what is looked for would show it") {
            item.unwrap_or_else(|| self.infer(left, None));
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        let part = match &whole.ty {
            Type::List(item) => item.as_ref().clone(),
            Type::Map(_) | Type::String => Type::String,
            Type::Error => Type::Error,
            ty => {
                let message = format!("nothing is `in` a `{ty}`");
                let help = "`in` looks for an item of a `List`, a key of a `Map` or a part of a `String`";
                self.report(Diagnostic::new(Code::E0302, whole.span, message, "").help(help));
                Type::Error
            }
        };
        let item = item.unwrap_or_else(|| self.infer(left, Some(&part)));
        if matches!(&item.ty, Type::List(inner) if same(inner, &whole.ty)) && !same(&item.ty, &part) {
            self.wrong_way_round(&item, &whole);
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        let item = self.coerce(item, &part, Want { what: What::Text("what is looked for"), place: None });
        let kind = ExprKind::Binary(BinaryOp::In, Box::new(item), Box::new(whole));
        let test = Expr { kind, ty: Type::Bool, span };
        if !negated {
            return test;
        }
        Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(test)), ty: Type::Bool, span }
    }

    /// `a == b`, `a != b`: either side gives the other its expected type.
    pub(super) fn equality(&mut self, span: Span, op: BinaryOp, left: &ast::Expr, right: &ast::Expr) -> Expr {
        let (left, right) = self.both(left, right);
        if self.compares_secrets(&left, &right) {
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        if let Some(known) = asked_for_none(&left, &right).filter(|known| !matches!(known.ty, Type::Optional(_))) {
            let answer = op == BinaryOp::NotEqual;
            self.never_none(known, &format!("it is always {answer}: drop the test"), None);
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        let ty = if fits(&right.ty, &left.ty) {
            left.ty.clone()
        } else if fits(&left.ty, &right.ty) {
            right.ty.clone()
        } else {
            self.unlike(op, &left, &right);
            return Expr { ty: Type::Bool, ..placeholder(span) };
        };
        let sides = (Box::new(fitted(left, &ty)), Box::new(fitted(right, &ty)));
        Expr { kind: ExprKind::Binary(op, sides.0, sides.1), ty: Type::Bool, span }
    }

    /// Whether one side is a secret, which is reported.
    fn compares_secrets(&mut self, left: &Expr, right: &Expr) -> bool {
        let none = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Value::None));
        let why = "what it is compared with would show it";
        !none(left) && !none(right) && [left, right].into_iter().any(|side| self.secret_is_used(side, why))
    }

    /// Two sides of which one may be a variant, `none`, `[]` or `{}` that the other one explains.
    fn both(&mut self, left: &ast::Expr, right: &ast::Expr) -> (Expr, Expr) {
        if self.hint_need(left) > self.hint_need(right) {
            let right = self.infer(right, None);
            let hint = right.ty.clone();
            return (self.explained(left, &hint), right);
        }
        let left = self.infer(left, None);
        let hint = left.ty.clone();
        let right = self.explained(right, &hint);
        (left, right)
    }

    /// A value that another one explains. Where that one is broken, nothing is said of what may be a variant of it.
    pub(super) fn explained(&mut self, expr: &ast::Expr, other: &Type) -> Expr {
        let unknown = *other == Type::Error && self.hint_need(expr) == HintNeed::Unknown;
        let is_variant = |name: &SmolStr| !self.enums_with(name).is_empty();
        if unknown && variant_of(expr).is_some_and(is_variant) && has_errors(&self.diagnostics) {
            if let ast::ExprKind::Call { callee: _, arguments } = &expr.kind {
                self.names_are_used(arguments);
            }
            return placeholder(expr.span);
        }
        self.infer(expr, Some(other))
    }

    fn hint_need(&self, expr: &ast::Expr) -> HintNeed {
        match &expr.kind {
            ast::ExprKind::None | ast::ExprKind::Record(_) => HintNeed::Unknown,
            ast::ExprKind::Name(name) if self.is_name(name) => HintNeed::Known,
            ast::ExprKind::Name(_) => HintNeed::Unknown,
            ast::ExprKind::Call { callee, arguments: _ } => match &callee.kind {
                ast::ExprKind::Name(name) if !self.is_callable_name(name) => HintNeed::Unknown,
                _ => HintNeed::None,
            },
            ast::ExprKind::List(items) => {
                items.iter().map(|item| self.hint_need(item)).min().unwrap_or(HintNeed::Unknown)
            }
            ast::ExprKind::Paren(inner) => self.hint_need(inner),
            _ => HintNeed::None,
        }
    }

    /// `a < b` and the like.
    pub(super) fn comparison(&mut self, span: Span, op: BinaryOp, left: &ast::Expr, right: &ast::Expr) -> Expr {
        let (left, right) = self.both(left, right);
        let left = self.present(left, "`none` is neither less nor more");
        let right = self.present(right, "`none` is neither less nor more");
        let error = left.ty == Type::Error || right.ty == Type::Error;
        if !error && !ordered(&left.ty, &right.ty) {
            self.unlike(op, &left, &right);
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        let (left, right) = widened(left, right);
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty: Type::Bool, span }
    }

    /// `+ - * /`.
    pub(super) fn arithmetic(
        &mut self,
        span: Span,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        hint: Option<&Type>,
    ) -> Expr {
        let left = self.infer(left, hint);
        let left = self.present(left, "`none` can't be computed with");
        let right = self.infer(right, hint);
        let right = self.present(right, "`none` can't be computed with");
        if left.ty == Type::Error || right.ty == Type::Error {
            return placeholder(span);
        }
        let Some(ty) = result(op, &left.ty, &right.ty) else {
            self.unlike(op, &left, &right);
            return placeholder(span);
        };
        let (left, right) = match ty {
            Type::Decimal if number(&left.ty) && number(&right.ty) => {
                (fitted(left, &Type::Decimal), fitted(right, &Type::Decimal))
            }
            _ => (left, right),
        };
        if let Some(fault) = self.known_fault(op, &left, &right) {
            self.error(Code::E0310, span, fault);
            return placeholder(span);
        }
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty, span }
    }
}

/// What is compared with `none`.
fn asked_for_none<'e>(left: &'e Expr, right: &'e Expr) -> Option<&'e Expr> {
    let none = |expr: &Expr| expr.ty != Type::Error && matches!(expr.kind, ExprKind::Literal(Value::None));
    match (none(left), none(right)) {
        (true, false) => Some(right),
        (false, true) => Some(left),
        _ => None,
    }
}

/// How much an expression needs an expected type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HintNeed {
    /// It says itself what it is.
    None,
    /// A name that means something here, and may be meant as a variant.
    Known,
    /// It means nothing without.
    Unknown,
}

/// The name that may be a variant, with or without a payload.
pub(super) fn variant_of(value: &ast::Expr) -> Option<&SmolStr> {
    match &value.kind {
        ast::ExprKind::Name(name) => Some(name),
        ast::ExprKind::Call { callee, arguments: _ } => match &callee.kind {
            ast::ExprKind::Name(name) => Some(name),
            _ => None,
        },
        ast::ExprKind::Paren(inner) => variant_of(inner),
        ast::ExprKind::If { then, .. } => variant_of(then),
        _ => None,
    }
}

/// Whether values of a type are less or more than one another.
pub(super) fn has_order(ty: &Type) -> bool {
    ordered(ty, ty)
}

fn ordered(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Int | Type::Decimal, Type::Int | Type::Decimal) => true,
        (Type::Percent | Type::Duration | Type::Size | Type::Risk | Type::String, _) => same(left, right),
        _ => false,
    }
}

fn widened(left: Expr, right: Expr) -> (Expr, Expr) {
    match (&left.ty, &right.ty) {
        (Type::Int, Type::Decimal) => (fitted(left, &Type::Decimal), right),
        (Type::Decimal, Type::Int) => (left, fitted(right, &Type::Decimal)),
        _ => (left, right),
    }
}

/// The type of `left op right`, if there is one.
fn result(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    match op {
        BinaryOp::Add | BinaryOp::Subtract if number(left) && number(right) => Some(number_of(left, right)),
        BinaryOp::Add | BinaryOp::Subtract => (unit(left) && left == right).then(|| left.clone()),
        BinaryOp::Multiply if number(left) && number(right) => Some(number_of(left, right)),
        BinaryOp::Multiply if unit(left) && number(right) => Some(left.clone()),
        BinaryOp::Multiply if number(left) && unit(right) => Some(right.clone()),
        BinaryOp::Divide if number(left) && number(right) => Some(Type::Decimal),
        BinaryOp::Divide if unit(left) && number(right) => Some(left.clone()),
        BinaryOp::Divide if unit(left) && left == right => Some(Type::Decimal),
        _ => None,
    }
}

pub(super) fn number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Decimal)
}

fn number_of(left: &Type, right: &Type) -> Type {
    if *left == Type::Int && *right == Type::Int { Type::Int } else { Type::Decimal }
}

pub(super) fn unit(ty: &Type) -> bool {
    matches!(ty, Type::Percent | Type::Duration | Type::Size)
}
