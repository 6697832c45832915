//! Figures that stand in a program: what an expression gives wherever it is evaluated.

use std::cell::OnceCell;

use rust_decimal::Decimal;

use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals},
    ir::{Expr, ExprKind, LocalId, Program, Value},
};

/// A day, in nanoseconds.
pub(super) const DAY: i64 = 86_400_000_000_000;

/// Evaluates what needs no names but constants.
pub(super) struct Figures<'p> {
    program: &'p Program,
    /// Evaluated when first needed: most programs say most figures where they are used.
    constants: OnceCell<Constants>,
}

impl<'p> Figures<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Figures { program, constants: OnceCell::new() }
    }

    /// The value of an expression, if it has the same one wherever it is evaluated.
    pub(super) fn value(&self, expr: &Expr) -> Option<Value> {
        self.value_with(None, expr)
    }

    fn value_with(&self, name: Option<(LocalId, Value)>, expr: &Expr) -> Option<Value> {
        if let ExprKind::Literal(value) = &expr.kind {
            return Some(value.clone());
        }
        let constants = self.constants.get_or_init(|| Constants::new(self.program));
        Evaluator::new(self.program, constants).evaluate(expr, &Locals::from_iter(name), &Answers::new()).ok()
    }

    /// The nanoseconds of a `Duration`.
    pub(super) fn duration(&self, expr: &Expr) -> Option<i64> {
        self.duration_with(None, expr)
    }

    /// The nanoseconds of a `Duration` where a name has this value.
    pub(super) fn duration_with(&self, name: Option<(LocalId, Value)>, expr: &Expr) -> Option<i64> {
        match self.value_with(name, expr)? {
            Value::Duration(nanoseconds) => Some(nanoseconds),
            _ => None,
        }
    }

    /// The number before the `%`.
    pub(super) fn percent(&self, expr: &Expr) -> Option<Decimal> {
        percent(&self.value(expr)?)
    }
}

/// The number before the `%`.
pub(super) fn percent(value: &Value) -> Option<Decimal> {
    match value {
        Value::Percent(percent) => Some(percent.normalize()),
        _ => None,
    }
}
