//! The addresses in expectations about what a run did: one that nothing in its plan has would be in no list, whatever the
//! run does, so that a typing error would pass for a proof.

use super::Known;
use crate::{
    check::Checker,
    syntax::ast::{BinaryOp, Expr, ExprKind, Template},
};

/// The names of expectations that are lists of addresses.
const LISTS: [&str; 3] = ["done", "undone", "owed"];

impl<'a> Checker<'a> {
    /// Reports the addresses in an expectation that nothing in the plan has.
    pub(super) fn expected_addresses(&mut self, condition: &'a Expr, known: &Known) {
        let mut found = Vec::new();
        compared(condition, &mut found);
        found.into_iter().for_each(|address| self.in_history(address, known));
    }
}

/// The texts that are compared with a list of addresses: `"a" in done`, `undone == ["b", "a"]`.
fn compared<'a>(condition: &'a Expr, found: &mut Vec<&'a Template>) {
    match &condition.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => compared(inner, found),
        ExprKind::Binary {
            op: BinaryOp::In | BinaryOp::NotIn | BinaryOp::Equal | BinaryOp::NotEqual,
            left,
            right,
            ..
        } if is_list(left) || is_list(right) => {
            [left, right].into_iter().for_each(|side| texts(side, found));
        }
        ExprKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|side| compared(side, found)),
        _ => {}
    }
}

fn is_list(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if LISTS.contains(&name.as_str()))
}

/// A text, or those of a list.
fn texts<'a>(expr: &'a Expr, found: &mut Vec<&'a Template>) {
    match &expr.kind {
        ExprKind::Text(text) => found.push(text),
        ExprKind::List(items) => items.iter().for_each(|item| texts(item, found)),
        _ => {}
    }
}
