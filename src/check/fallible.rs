//! Which expressions may fail: overflow, division by zero, a bad index, JSON that does not fit, an answer that does
//! not come.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::ir::{BinaryOp, Body, Expr, ExprKind, FunctionId, Program, TextPart, UnaryOp};

/// Remembers which functions may fail.
#[derive(Default)]
pub(super) struct Fallible {
    functions: RefCell<FxHashMap<FunctionId, bool>>,
}

impl Fallible {
    /// Whether an expression may fail.
    pub(super) fn may_fail(&self, program: &Program, expr: &Expr) -> bool {
        let any = |mut parts: std::slice::Iter<Expr>| parts.any(|part| self.may_fail(program, part));
        let any_field =
            |fields: &[(smol_str::SmolStr, Expr)]| fields.iter().any(|(_, value)| self.may_fail(program, value));
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Constant(_) => false,
            ExprKind::Index(..) | ExprKind::Decode(_) | ExprKind::Look(..) | ExprKind::Effect(_) => true,
            ExprKind::List(items) => any(items.iter()),
            ExprKind::Record(fields) | ExprKind::Variant(_, fields) => any_field(fields),
            ExprKind::Text(parts) => parts.iter().any(|part| match part {
                TextPart::Text(_) => false,
                TextPart::Value(value) => self.may_fail(program, value),
            }),
            ExprKind::Unary(UnaryOp::Negate, _) => true,
            ExprKind::Unary(UnaryOp::Not, inner)
            | ExprKind::Field(inner, _)
            | ExprKind::IsNone(inner)
            | ExprKind::Widen(inner) => self.may_fail(program, inner),
            ExprKind::Binary(op, left, right) => {
                computes(*op) || self.may_fail(program, left) || self.may_fail(program, right)
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.may_fail(program, left) || self.may_fail(program, right)
            }
            ExprKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().any(|part| self.may_fail(program, part))
            }
            ExprKind::Call(function, arguments) => self.function(program, *function) || any(arguments.iter()),
        }
    }

    fn function(&self, program: &Program, id: FunctionId) -> bool {
        if let Some(known) = self.functions.borrow().get(&id) {
            return *known;
        }
        // A function that calls itself is reported elsewhere; here it must only come to an end.
        self.functions.borrow_mut().insert(id, false);
        let Body { bindings, result } = &program.functions[id.index()].body;
        let fails = bindings.iter().any(|(_, value)| self.may_fail(program, value)) || self.may_fail(program, result);
        self.functions.borrow_mut().insert(id, fails);
        fails
    }
}

fn computes(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => true,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::In => false,
    }
}
