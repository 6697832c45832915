//! What stands behind `=`.

use super::chain::is_method_chain;
use super::expression::{Hanging, calls_once};
use super::layout::{Kind, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::token::Token;

/// Where a value is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Giver {
    /// `fn f() -> T = value`
    Declaration,
    /// `let x = value`
    Statement,
}

impl Writer<'_> {
    /// ` = value`
    pub fn value(&mut self, value: &Expr, giver: Giver) {
        self.spaced(Token::Assign);
        let kind = if self.is_remarked() { Some(Kind::Value) } else { kind(value, giver) };
        let Some(kind) = kind else { return self.spaced_expr(value) };
        let group = self.open(kind);
        self.indent(When::Broken(group));
        self.gap(Gap::blank_or_line(group));
        self.expr_hanging(value, if kind == Kind::Value { Hanging::Below } else { Hanging::Deeper });
        self.dedent(When::Broken(group));
        self.close();
        self.tail = Some(group);
    }
}

/// What becomes of a value that does not fit behind `=`; it stays there if nothing is said.
fn kind(value: &Expr, giver: Giver) -> Option<Kind> {
    match &value.kind {
        ExprKind::List(_) | ExprKind::Record(_) | ExprKind::Match { .. } => None,
        _ if calls_once(value) => (giver == Giver::Declaration).then_some(Kind::ValueIfFits),
        ExprKind::Field { .. } | ExprKind::Call { .. } | ExprKind::Index { .. } if !is_method_chain(value) => {
            Some(Kind::ValueIfFits)
        }
        ExprKind::Number(_)
        | ExprKind::Unit(_)
        | ExprKind::Text(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Name(_)
        | ExprKind::Secret { .. }
        | ExprKind::Shorthand(_)
        | ExprKind::Paren(_)
        | ExprKind::Error => Some(Kind::ValueIfFits),
        ExprKind::Field { .. }
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Is { .. }
        | ExprKind::If { .. }
        | ExprKind::Lambda { .. } => Some(Kind::Value),
    }
}
