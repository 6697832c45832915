//! Expressions: what they mean, what type they have, and what they become.

use super::{Checker, frame::Allowed, names::Base, placeholder, types::optional};
use crate::diagnostic::suggest::did_you_mean;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, TextPart, Type, Value, literal::literal},
    source::Span,
    syntax::ast::{self, BinaryOp, Name, Pattern, PatternKind, Template, TemplatePart, UnaryOp},
};

impl Checker<'_> {
    /// An expression; `hint` is the type that is wanted, which is not enforced here.
    pub(super) fn infer(&mut self, expr: &ast::Expr, hint: Option<&Type>) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Error => placeholder(span),
            ast::ExprKind::Number(text) | ast::ExprKind::Unit(text) => self.literal(text, span),
            ast::ExprKind::Text(template) => self.text(template),
            ast::ExprKind::Bool(value) => constant(Value::Bool(*value), Type::Bool, span),
            ast::ExprKind::None => constant(Value::None, none_type(hint), span),
            ast::ExprKind::Name(text) => self.name(text, span, hint),
            ast::ExprKind::List(items) => self.list(items, span, hint),
            ast::ExprKind::Record(items) => self.record(items, span, hint),
            ast::ExprKind::Paren(inner) => self.infer(inner, hint),
            ast::ExprKind::Field { base, name, optional } => self.field_access(expr, base, name, *optional),
            ast::ExprKind::Call { callee, arguments } => self.call(span, callee, arguments, hint),
            ast::ExprKind::Index { base, index } => self.index(span, base, index),
            ast::ExprKind::Unary { op, operand } => self.unary(span, *op, operand, hint),
            ast::ExprKind::Binary { op, op_span, left, right } => self.binary(span, *op, *op_span, left, right, hint),
            ast::ExprKind::Is { value, negated, patterns } => self.is(span, value, *negated, patterns),
            ast::ExprKind::If { condition, then, otherwise } => self.choice(span, condition, then, otherwise, hint),
            ast::ExprKind::Secret { .. } => self.unsupported_expr(span, "secret"),
            ast::ExprKind::Shorthand(_) => self.unsupported_expr(span, ".field as a function"),
            ast::ExprKind::Match { .. } => self.unsupported_expr(span, "match"),
            ast::ExprKind::Lambda { .. } => self.unsupported_expr(span, "=>"),
        }
    }

    /// An expression in a place that may do no more than `allowed`.
    pub(super) fn infer_in(&mut self, allowed: Allowed, expr: &ast::Expr, hint: Option<&Type>) -> Expr {
        let before = std::mem::replace(&mut self.frame.allowed, allowed);
        let expr = self.infer(expr, hint);
        self.frame.allowed = before;
        expr
    }

    /// The value of a number or unit.
    fn literal(&mut self, text: &str, span: Span) -> Expr {
        match literal(text) {
            Ok(value) => {
                let ty = literal_type(&value);
                constant(value, ty, span)
            }
            Err(error) => {
                self.error(Code::E0310, span, error.to_string());
                placeholder(span)
            }
        }
    }

    /// A text with what is interpolated.
    pub(super) fn text(&mut self, template: &Template) -> Expr {
        if let Some(text) = template.plain() {
            return constant(Value::Text(text), Type::String, template.span);
        }
        let parts = template.parts.iter().map(|part| match part {
            TemplatePart::Text(text) => TextPart::Text(text.clone()),
            TemplatePart::Expr(expr) => TextPart::Value(self.interpolated(expr)),
        });
        Expr { kind: ExprKind::Text(parts.collect()), ty: Type::String, span: template.span }
    }

    fn interpolated(&mut self, expr: &ast::Expr) -> Expr {
        let value = self.infer(expr, None);
        self.present(value, "is put into a text")
    }

    /// A value that must be there; a `T?` is reported.
    pub(super) fn present(&mut self, value: Expr, use_: &str) -> Expr {
        let Type::Optional(inner) = &value.ty else { return value };
        if **inner != Type::Error || !matches!(value.kind, ExprKind::Literal(_)) {
            let written = self.sources.text(value.span);
            let message = format!("`{written}` may be `none`");
            let help = format!("ask first: `{written} is not none`");
            let label = format!("is `{}`, and {use_}", value.ty);
            self.report(Diagnostic::new(Code::E0307, value.span, message, label).help(help));
        } else {
            self.error(Code::E0307, value.span, "`none` is no value here");
        }
        placeholder(value.span)
    }

    fn field_access(&mut self, whole: &ast::Expr, base: &ast::Expr, name: &Name, optional: bool) -> Expr {
        if optional {
            return self.unsupported_expr(name.span, "?.");
        }
        self.frame.path = Some(whole.span);
        match self.path_base(whole, None) {
            Some(Base::Value(value)) => value,
            Some(Base::Group(group)) => {
                let message = format!("`{}` is a part of the plan, not a value", self.sources.text(whole.span));
                self.report(
                    Diagnostic::new(Code::E0210, whole.span, message, "a value is due here")
                        .label(group.span, "declared here")
                        .help("name what is in it"),
                );
                placeholder(whole.span)
            }
            Some(Base::Module(_) | Base::Broken) => placeholder(whole.span),
            None => {
                let base = self.infer(base, None);
                self.field(base, name, whole.span)
            }
        }
    }

    /// A field of a value.
    pub(super) fn field(&mut self, base: Expr, name: &Name, span: Span) -> Expr {
        match &base.ty {
            Type::Error => placeholder(span),
            Type::Record(record) => match record.fields.get(&name.text) {
                Some(ty) => {
                    let ty = ty.clone();
                    let field = Expr { kind: ExprKind::Field(Box::new(base), name.text.clone()), ty, span };
                    self.frame.facts.narrowed(field)
                }
                None => {
                    let message = format!("`{}` has no field `{}`", base.ty, name.text);
                    let help = did_you_mean(&name.text, record.fields.keys().map(smol_str::SmolStr::as_str));
                    let mut diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
                    diagnostic.help = help;
                    self.report(diagnostic);
                    placeholder(span)
                }
            },
            Type::Optional(_) => {
                self.present(base, "a field of it is used");
                placeholder(span)
            }
            ty => {
                let message = format!("`{ty}` has no fields");
                let mut diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
                if *ty == Type::Json {
                    diagnostic = diagnostic.help("say what it is where it is bound: `probe x: { .. } = ..`");
                }
                self.report(diagnostic);
                placeholder(span)
            }
        }
    }

    fn index(&mut self, span: Span, base: &ast::Expr, index: &ast::Expr) -> Expr {
        let base = self.infer(base, None);
        let base = self.present(base, "a part of it is used");
        let (key, item) = match &base.ty {
            Type::List(item) => (Type::Int, item.as_ref().clone()),
            Type::Map(item) => (Type::String, item.as_ref().clone()),
            Type::Error => (Type::Error, Type::Error),
            ty => {
                let message = format!("`{ty}` has no parts to be indexed");
                self.report(Diagnostic::new(Code::E0302, base.span, message, "").help("a `List` or a `Map` has"));
                (Type::Error, Type::Error)
            }
        };
        let index = self.expect(index, &key, "the index");
        Expr { kind: ExprKind::Index(Box::new(base), Box::new(index)), ty: item, span }
    }

    fn unary(&mut self, span: Span, op: UnaryOp, operand: &ast::Expr, hint: Option<&Type>) -> Expr {
        match op {
            UnaryOp::Not => {
                let operand = self.expect(operand, &Type::Bool, "`not`");
                Expr { kind: ExprKind::Unary(crate::ir::UnaryOp::Not, Box::new(operand)), ty: Type::Bool, span }
            }
            UnaryOp::Negate => {
                if let ast::ExprKind::Number(text) | ast::ExprKind::Unit(text) = &operand.kind {
                    return self.literal(&format!("-{text}"), span);
                }
                let operand = self.infer(operand, hint);
                self.negated(span, operand)
            }
        }
    }

    fn is(&mut self, span: Span, value: &ast::Expr, negated: bool, patterns: &[Pattern]) -> Expr {
        let only_none = matches!(patterns, [Pattern { kind: PatternKind::None, .. }]);
        let value = self.infer(value, None);
        if !only_none {
            let place = patterns.first().map_or(span, |pattern| pattern.span);
            return Expr { ty: Type::Bool, ..self.unsupported_expr(place, "is with a pattern") };
        }
        if !matches!(value.ty, Type::Optional(_) | Type::Error) {
            let message = format!("`{}` is never `none`", self.sources.text(value.span));
            let label = format!("is `{}`", value.ty);
            self.report(Diagnostic::new(Code::E0302, value.span, message, label).help("drop the test"));
        }
        let test = Expr { kind: ExprKind::IsNone(Box::new(value)), ty: Type::Bool, span };
        if !negated {
            return test;
        }
        Expr { kind: ExprKind::Unary(crate::ir::UnaryOp::Not, Box::new(test)), ty: Type::Bool, span }
    }

    fn choice(
        &mut self,
        span: Span,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        hint: Option<&Type>,
    ) -> Expr {
        let condition = self.expect(condition, &Type::Bool, "a condition");
        let mark = self.frame.facts.mark();
        self.frame.facts.learn(&condition, true);
        let then = self.infer(then, hint);
        self.frame.facts.forget(mark);
        self.frame.facts.learn(&condition, false);
        let otherwise = self.infer(otherwise, hint.or(Some(&then.ty)));
        self.frame.facts.forget(mark);
        let (then, otherwise, ty) = self.joined(then, otherwise);
        Expr { kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty, span }
    }

    /// Two ways to one value: their types must have one that both fit.
    fn joined(&mut self, then: Expr, otherwise: Expr) -> (Expr, Expr, Type) {
        let candidates = [then.ty.clone(), otherwise.ty.clone(), optional(then.ty.clone())];
        for ty in candidates {
            if super::assign::fits(&then.ty, &ty) && super::assign::fits(&otherwise.ty, &ty) {
                let (then, otherwise) = (super::assign::fitted(then, &ty), super::assign::fitted(otherwise, &ty));
                return (then, otherwise, ty);
            }
        }
        let message = format!("the two ways give `{}` and `{}`", then.ty, otherwise.ty);
        let label = format!("this is `{}`", otherwise.ty);
        self.report(
            Diagnostic::new(Code::E0301, otherwise.span, message, label)
                .label(then.span, format!("this is `{}`", then.ty)),
        );
        (then, otherwise, Type::Error)
    }

    /// `a op b`, by the kind of sign.
    fn binary(
        &mut self,
        span: Span,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        hint: Option<&Type>,
    ) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logic(span, op == BinaryOp::And, left, right),
            BinaryOp::Coalesce => self.unsupported_expr(op_span, "??"),
            BinaryOp::In | BinaryOp::NotIn => self.membership(span, op == BinaryOp::NotIn, left, right),
            BinaryOp::Equal => self.equality(span, crate::ir::BinaryOp::Equal, left, right),
            BinaryOp::NotEqual => self.equality(span, crate::ir::BinaryOp::NotEqual, left, right),
            BinaryOp::Less => self.comparison(span, crate::ir::BinaryOp::Less, left, right),
            BinaryOp::LessEqual => self.comparison(span, crate::ir::BinaryOp::LessEqual, left, right),
            BinaryOp::Greater => self.comparison(span, crate::ir::BinaryOp::Greater, left, right),
            BinaryOp::GreaterEqual => self.comparison(span, crate::ir::BinaryOp::GreaterEqual, left, right),
            BinaryOp::Add => self.arithmetic(span, crate::ir::BinaryOp::Add, left, right, hint),
            BinaryOp::Subtract => self.arithmetic(span, crate::ir::BinaryOp::Subtract, left, right, hint),
            BinaryOp::Multiply => self.arithmetic(span, crate::ir::BinaryOp::Multiply, left, right, hint),
            BinaryOp::Divide => self.arithmetic(span, crate::ir::BinaryOp::Divide, left, right, hint),
        }
    }

    fn logic(&mut self, span: Span, and: bool, left: &ast::Expr, right: &ast::Expr) -> Expr {
        let word = if and { "`and`" } else { "`or`" };
        let left = self.expect(left, &Type::Bool, word);
        let mark = self.frame.facts.mark();
        self.frame.facts.learn(&left, and);
        let right = self.expect(right, &Type::Bool, word);
        self.frame.facts.forget(mark);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = if and { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
        Expr { kind, ty: Type::Bool, span }
    }
}

/// A literal value as an expression.
pub(super) fn constant(value: Value, ty: Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(value), ty, span }
}

/// What `none` is where `hint` is wanted.
fn none_type(hint: Option<&Type>) -> Type {
    match hint {
        Some(Type::Optional(inner)) => Type::Optional(inner.clone()),
        _ => Type::Optional(std::sync::Arc::new(Type::Error)),
    }
}

fn literal_type(value: &Value) -> Type {
    match value {
        Value::Int(_) => Type::Int,
        Value::Decimal(_) => Type::Decimal,
        Value::Percent(_) => Type::Percent,
        Value::Duration(_) => Type::Duration,
        Value::Size(_) => Type::Size,
        Value::Bool(_) => Type::Bool,
        Value::Text(_) => Type::String,
        Value::Risk(_) => Type::Risk,
        Value::None | Value::Variant(..) | Value::List(_) | Value::Record(_) | Value::Json(_) => Type::Error,
    }
}
