//! Which names an expression mentions, without knowing what they mean.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::{
    source::Span,
    syntax::{
        ast::{Body, Expr, ExprKind, Name, Param, Pattern, PatternKind, PayloadPattern, StatementKind},
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
    let mut found = found.unbound();
    found.retain(|mention| mention.module.is_some() || !bound.contains(&mention.name));
    found
}

/// The names an expression mentions.
pub(super) fn in_expr(expr: &Expr) -> Vec<Mention> {
    let mut found = Mentions::default();
    found.all_of(expr);
    found.unbound()
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
struct Mentions {
    found: Vec<Mention>,
    /// What functions of one expression and patterns bind, with where it is that.
    bound: FxHashMap<SmolStr, Vec<Span>>,
}

impl Mentions {
    fn all_of(&mut self, expr: &Expr) {
        visit::expr(self, expr);
    }

    fn bind<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>, scope: Span) {
        for name in names {
            self.bound.entry(name.text.clone()).or_default().push(scope);
        }
    }

    /// The mentions without those of what is bound around them.
    fn unbound(self) -> Vec<Mention> {
        let Mentions { mut found, bound } = self;
        let within = |scope: &Span, span: Span| scope.start <= span.start && span.end <= scope.end;
        found.retain(|mention| {
            let scopes = bound.get(&mention.name).filter(|_| mention.module.is_none());
            scopes.is_none_or(|scopes| !scopes.iter().any(|scope| within(scope, mention.span)))
        });
        found
    }
}

/// The names that a pattern binds.
#[derive(Default)]
struct Bound(Vec<Name>);

impl Visitor for Bound {
    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::As { name, .. } => self.0.push(name.clone()),
            PatternKind::Variant { payload, .. } => {
                self.0.extend(payload.iter().filter_map(|part| match part {
                    PayloadPattern::Bind(name) => Some(name.clone()),
                    PayloadPattern::Field { .. } | PayloadPattern::Any(_) => None,
                }));
            }
            _ => {}
        }
    }
}

impl Visitor for Mentions {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Lambda { params, body } => self.bind(params, body.span),
            ExprKind::Match { arms, .. } => {
                for (pattern, value) in arms {
                    let mut bound = Bound::default();
                    visit::pattern(&mut bound, pattern);
                    self.bind(&bound.0, value.span);
                }
            }
            ExprKind::Name(name) => self.found.push(Mention { module: None, name: name.clone(), span: expr.span }),
            ExprKind::Field { base, name, .. } => {
                if let ExprKind::Name(module) = &base.kind {
                    let (module, name) = (Some(module.clone()), name.text.clone());
                    self.found.push(Mention { module, name, span: expr.span });
                }
            }
            _ => {}
        }
    }
}
