//! What conditions prove: names and fields that are not `none` here.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::ir::{BinaryOp, Expr, ExprKind, LocalId, Type, UnaryOp, Value};

/// A name or a field of it.
pub(super) type Path = (LocalId, Vec<SmolStr>);

/// What is known not to be `none`, for as long as it is known.
#[derive(Debug, Default)]
pub(super) struct Facts {
    known: FxHashSet<Path>,
    log: Vec<Path>,
}

impl Facts {
    /// How much is known; [`Facts::forget`] goes back to it.
    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Forgets what was learnt since.
    pub(super) fn forget(&mut self, mark: usize) {
        for path in self.log.drain(mark..) {
            self.known.remove(&path);
        }
    }

    /// Learns what follows from `condition` being `truth`.
    pub(super) fn learn(&mut self, condition: &Expr, truth: bool) {
        match &condition.kind {
            ExprKind::And(left, right) if truth => {
                self.learn(left, true);
                self.learn(right, true);
            }
            ExprKind::Or(left, right) if !truth => {
                self.learn(left, false);
                self.learn(right, false);
            }
            ExprKind::Unary(UnaryOp::Not, operand) => self.learn(operand, !truth),
            ExprKind::IsNone(operand) if !truth => self.not_none(operand),
            ExprKind::Binary(BinaryOp::NotEqual, left, right) if truth => self.unlike(left, right),
            ExprKind::Binary(BinaryOp::Equal, left, right) if !truth => self.unlike(left, right),
            _ => {}
        }
    }

    fn unlike(&mut self, left: &Expr, right: &Expr) {
        if is_none(right) {
            self.not_none(left);
        } else if is_none(left) {
            self.not_none(right);
        }
    }

    fn not_none(&mut self, operand: &Expr) {
        if let Some(path) = path(operand)
            && self.known.insert(path.clone())
        {
            self.log.push(path);
        }
    }

    /// The expression with the type it has here: `T` instead of `T?` where it is known to be there.
    pub(super) fn narrowed(&self, mut expr: Expr) -> Expr {
        if let Type::Optional(inner) = &expr.ty
            && !self.known.is_empty()
            && path(&expr).is_some_and(|path| self.known.contains(&path))
        {
            expr.ty = inner.as_ref().clone();
        }
        expr
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::None))
}

fn path(expr: &Expr) -> Option<Path> {
    match &expr.kind {
        ExprKind::Local(local) => Some((*local, Vec::new())),
        ExprKind::Field(base, name) => {
            let (local, mut fields) = path(base)?;
            fields.push(name.clone());
            Some((local, fields))
        }
        _ => None,
    }
}
