//! Which names an expression mentions, without knowing what they mean.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::{
    source::Span,
    syntax::{
        ast::{Body, Expr, ExprKind, Param, StatementKind},
        visit::{self, Visitor},
    },
};

/// A name, perhaps of another file: `limit`, `ops.limit`.
pub(super) struct Mention {
    pub(super) module: Option<SmolStr>,
    pub(super) name: SmolStr,
    pub(super) span: Span,
}

/// The names that defaults and a body mention, but for those that are bound there.
pub(super) fn in_callable(params: &[Param], body: Option<&Body>) -> Vec<Mention> {
    let mut found = Mentions::default();
    params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| found.all_of(default));
    let mut bound: FxHashSet<&SmolStr> = params.iter().map(|param| &param.name.text).collect();
    match body {
        None => {}
        Some(Body::Expr(expr)) => found.all_of(expr),
        Some(Body::Block { statements, result }) => {
            for statement in statements {
                if let StatementKind::Let { name, value, .. } | StatementKind::Probe { name, call: value, .. } =
                    &statement.kind
                {
                    bound.insert(&name.text);
                    found.all_of(value);
                }
            }
            found.all_of(result);
        }
    }
    found.0.retain(|mention| mention.module.is_some() || !bound.contains(&mention.name));
    found.0
}

/// The names an expression mentions.
pub(super) fn in_expr(expr: &Expr) -> Vec<Mention> {
    let mut found = Mentions::default();
    found.all_of(expr);
    found.0
}

/// Whether the result of a body could not be read, or only in part.
pub(super) fn has_unread_parts(body: &Body) -> bool {
    struct Unread(bool);

    impl Visitor for Unread {
        fn expr(&mut self, expr: &Expr) {
            self.0 |= matches!(expr.kind, ExprKind::Error);
        }
    }

    let mut unread = Unread(false);
    match body {
        Body::Expr(result) | Body::Block { result, .. } => visit::expr(&mut unread, result),
    }
    unread.0
}

#[derive(Default)]
struct Mentions(Vec<Mention>);

impl Mentions {
    fn all_of(&mut self, expr: &Expr) {
        visit::expr(self, expr);
    }
}

impl Visitor for Mentions {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.0.push(Mention { module: None, name: name.clone(), span: expr.span }),
            ExprKind::Field { base, name, .. } => {
                if let ExprKind::Name(module) = &base.kind {
                    let (module, name) = (Some(module.clone()), name.text.clone());
                    self.0.push(Mention { module, name, span: expr.span });
                }
            }
            _ => {}
        }
    }
}
