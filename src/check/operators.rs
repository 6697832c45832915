//! The signs: which types go together, and what comes out.

use super::{
    Checker,
    assign::{fits, fitted, same},
    placeholder,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BinaryOp, Expr, ExprKind, Type, UnaryOp},
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
        let whole = self.infer(right, None);
        let whole = self.present(whole, "is looked into");
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
        let item = self.expect(left, &part, "what is looked for");
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

    /// Two sides of which one may be a bare variant, `none`, `[]` or `{}` that the other one explains.
    fn both(&mut self, left: &ast::Expr, right: &ast::Expr) -> (Expr, Expr) {
        if needs_hint(left) && !needs_hint(right) {
            let right = self.infer(right, None);
            let hint = right.ty.clone();
            return (self.infer(left, Some(&hint)), right);
        }
        let left = self.infer(left, None);
        let hint = left.ty.clone();
        let right = self.infer(right, Some(&hint));
        (left, right)
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
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty, span }
    }

    /// Reports two sides that don't go together.
    fn unlike(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let message = format!("`{}` does not go with `{}` and `{}`", sign(op), left.ty, right.ty);
        let mut diagnostic =
            Diagnostic::new(Code::E0302, right.span, message, format!("this is {}", described(&right.ty)))
                .label(left.span, format!("this is {}", described(&left.ty)));
        diagnostic.help = advice(op, &left.ty, &right.ty).map(str::to_owned);
        self.report(diagnostic);
    }
}

/// Whether an expression means little without an expected type.
fn needs_hint(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Name(_) | ast::ExprKind::None | ast::ExprKind::Record(_) => true,
        ast::ExprKind::List(items) => items.iter().all(needs_hint),
        ast::ExprKind::Paren(inner) => needs_hint(inner),
        _ => false,
    }
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

fn number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Decimal)
}

fn number_of(left: &Type, right: &Type) -> Type {
    if *left == Type::Int && *right == Type::Int { Type::Int } else { Type::Decimal }
}

fn unit(ty: &Type) -> bool {
    matches!(ty, Type::Percent | Type::Duration | Type::Size)
}

fn described(ty: &Type) -> String {
    match ty {
        Type::Percent => "a share (`Percent`)".to_owned(),
        Type::Duration => "a time (`Duration`)".to_owned(),
        Type::Size => "a size in bytes (`Size`)".to_owned(),
        ty => format!("`{ty}`"),
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
    }
}

fn advice(op: BinaryOp, left: &Type, right: &Type) -> Option<&'static str> {
    match (op, left, right) {
        (BinaryOp::Add, Type::String, _) | (BinaryOp::Add, _, Type::String) => {
            Some("put the parts into one text: `\"{a}{b}\"`")
        }
        (BinaryOp::Multiply, Type::Percent, _) | (BinaryOp::Multiply, _, Type::Percent) => {
            Some("a `Percent` is not a number: divide it by `100%` to get one")
        }
        (_, left, right) if unit(left) && number(right) || number(left) && unit(right) => {
            Some("give the number a unit")
        }
        (_, left, right) if unit(left) && unit(right) => Some("both sides must measure the same thing"),
        _ => None,
    }
}
