//! Expressions: what they mean, what type they have, and what they become.

use super::{
    Checker,
    choice::is_chained,
    frame::{Allowed, Around},
    names::Base,
    placeholder,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, TextPart, Type, Value, literal::literal},
    source::Span,
    syntax::ast::{self, BinaryOp, Name, Template, TemplatePart, UnaryOp},
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
            ast::ExprKind::Binary { op, op_span: _, left, right } => self.binary(span, *op, left, right, hint),
            ast::ExprKind::Is { value, negated, patterns } => self.is(span, value, *negated, patterns),
            ast::ExprKind::If { condition, then, otherwise } => self.choice(span, condition, then, otherwise, hint),
            ast::ExprKind::Secret { source, argument } => self.secret(span, source, argument),
            ast::ExprKind::Shorthand(name) => match self.shorthand_value(span) {
                Some(base) => self.field(base, name, span),
                None => placeholder(span),
            },
            ast::ExprKind::Match { value, arms } => self.match_of(span, value, arms, hint),
            ast::ExprKind::Lambda { params, body } => self.misplaced_lambda(span, params, body),
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
        let value = self.present(value, "is put into a text");
        if self.secret_is_used(&value, "a text would show it") {
            return placeholder(value.span);
        }
        value
    }

    /// A value that must be there; a `T?` is reported.
    pub(super) fn present(&mut self, value: Expr, use_: &str) -> Expr {
        let Type::Optional(inner) = &value.ty else { return value };
        if **inner != Type::Error || !matches!(value.kind, ExprKind::Literal(_)) {
            let written = self.sources.text(value.span);
            let message = format!("`{written}` may be `none`");
            let help = self.asked_first(&value, written);
            let label = format!("is `{}`, and {use_}", value.ty);
            self.report(Diagnostic::new(Code::E0307, value.span, message, label).help(help));
        } else {
            self.error(Code::E0307, value.span, "`none` is no value here");
        }
        placeholder(value.span)
    }

    /// What to do about a value that may be `none`: what is asked is remembered of names and their fields only.
    fn asked_first(&self, value: &Expr, written: &str) -> String {
        if self.frame.around.contains(&Around::ScopeCompensation) {
            return format!("it may not have got that far: `compensate {{ when {written} is not none {{ .. }} }}`");
        }
        if is_path(value) {
            return format!("ask first, `{written} is not none`, or say what stands in for it: `{written} ?? ..`");
        }
        format!("say what stands in for it, `{written} ?? ..`, or bind it with `let` and ask")
    }

    fn field_access(&mut self, whole: &ast::Expr, base: &ast::Expr, name: &Name, optional: bool) -> Expr {
        if optional {
            let base = self.infer(base, None);
            return self.if_present(whole.span, base, |checker, here| checker.field(here, name, whole.span));
        }
        self.frame.path = Some(whole.span);
        match self.path_base(whole, None) {
            Some(Base::Value(value)) => value,
            Some(Base::Group(group)) => {
                if let Some(id) = group.value {
                    return self.local(id, whole.span);
                }
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
                let chained = is_chained(base);
                let base = self.infer(base, None);
                if chained && matches!(base.ty, Type::Optional(_)) {
                    return self.if_present(whole.span, base, |checker, here| checker.field(here, name, whole.span));
                }
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
                    self.no_field(&base, name);
                    placeholder(span)
                }
            },
            Type::Optional(_) => {
                self.present(base, "a field of it is used");
                placeholder(span)
            }
            _ => {
                self.no_field(&base, name);
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
                let help = self.how_part_is_taken(&base, index);
                self.report(Diagnostic::new(Code::E0302, base.span, message, "").help(help));
                (Type::Error, Type::Error)
            }
        };
        let index = self.expect(index, &key, "the index");
        Expr { kind: ExprKind::Index(Box::new(base), Box::new(index)), ty: item, span }
    }

    /// How a part is taken of what can't be indexed.
    fn how_part_is_taken(&self, base: &Expr, index: &ast::Expr) -> String {
        let (written, part) = (self.sources.text(base.span), self.sources.text(index.span));
        match base.ty {
            Type::Json if part.starts_with('"') => format!("what is in it is asked for: `{written}.get({part})`"),
            Type::Json => format!("what is in it is asked for: `{written}.at({part})`"),
            Type::String => format!("a part of a text is `{written}.slice(0, 1)`"),
            Type::Record(_) => format!("a field is `{written}.{}`", part.trim_matches('"')),
            _ => "a `List` or a `Map` has".to_owned(),
        }
    }

    fn unary(&mut self, span: Span, op: UnaryOp, operand: &ast::Expr, hint: Option<&Type>) -> Expr {
        match op {
            UnaryOp::Not => {
                let operand = self.expect(operand, &Type::Bool, "what stands behind `not`");
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

    /// `a op b`, by the kind of sign.
    fn binary(&mut self, span: Span, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, hint: Option<&Type>) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logic(span, op == BinaryOp::And, left, right),
            BinaryOp::Coalesce => self.coalesce(span, left, right, hint),
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
        let word = if and { "each side of `and`" } else { "each side of `or`" };
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

/// Whether it is a name, or a field of one.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Local(_) | ExprKind::Constant(_) => true,
        ExprKind::Field(base, _) => is_path(base),
        _ => false,
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

pub(super) fn literal_type(value: &Value) -> Type {
    match value {
        Value::Int(_) => Type::Int,
        Value::Decimal(_) => Type::Decimal,
        Value::Percent(_) => Type::Percent,
        Value::Duration(_) => Type::Duration,
        Value::Size(_) => Type::Size,
        Value::Bool(_) => Type::Bool,
        Value::Text(_) => Type::String,
        Value::Risk(_) => Type::Risk,
        Value::None | Value::Variant(..) | Value::List(_) | Value::Record(_) | Value::Json(_) | Value::Secret(_) => {
            Type::Error
        }
    }
}
