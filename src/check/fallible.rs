//! Which expressions may fail: overflow, division by zero, a bad index, JSON that does not fit, an answer that does
//! not come.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::ir::{Argument, Body, Expr, ExprKind, FunctionId, Program, UnaryOp, library::Fails};

/// Remembers which functions may fail.
#[derive(Default)]
pub(super) struct Fallible {
    functions: RefCell<FxHashMap<FunctionId, bool>>,
}

impl Fallible {
    /// Whether an expression may fail.
    pub(super) fn may_fail(&self, program: &Program, expr: &Expr) -> bool {
        let itself = match &expr.kind {
            ExprKind::Index(..) | ExprKind::Decode(_) | ExprKind::Look(..) | ExprKind::Effect(_) => true,
            ExprKind::Unary(op, _) => *op == UnaryOp::Negate,
            ExprKind::Binary(op, _, _) => !op.compares(),
            ExprKind::Call(function, _) => self.function(program, *function),
            ExprKind::Library(member, arguments) => match member.fails() {
                Fails::Never => false,
                Fails::ByArgument => !arguments.last().is_some_and(is_literal),
                Fails::ByValue => true,
            },
            ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::Constant(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Update(_)
            | ExprKind::Variant(..)
            | ExprKind::Text(_)
            | ExprKind::Field(..)
            | ExprKind::Is(..)
            | ExprKind::Widen(_)
            | ExprKind::Encode(_)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::If(..)
            | ExprKind::Match(..)
            | ExprKind::Secret(_) => false,
        };
        let mut fails = itself;
        expr.each_part(|part| fails = fails || self.may_fail(program, part));
        fails
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

fn is_literal(argument: &Argument) -> bool {
    matches!(argument.expr().kind, ExprKind::Literal(_))
}
