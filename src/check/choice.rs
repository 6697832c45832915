//! One of several values: `if`, `match`, `??`, `?.`, and the test `is`.

use super::{
    Checker,
    assign::{fits, fitted, present, same},
    pattern::{broken, is_broken},
    placeholder,
    types::optional,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, LocalId, Pattern, Type, UnaryOp},
    source::Span,
    syntax::ast,
};

impl Checker<'_> {
    /// `v is a | b`, `v is not none`: a test that binds nothing.
    pub(super) fn is(&mut self, span: Span, value: &ast::Expr, negated: bool, patterns: &[ast::Pattern]) -> Expr {
        let value = self.infer(value, None);
        let only_none = matches!(patterns, [ast::Pattern { kind: ast::PatternKind::None, .. }]);
        let pattern = if only_none && !matches!(value.ty, Type::Optional(_)) {
            self.never_none(&value, &format!("it is always {negated}: drop the test"), None);
            broken()
        } else {
            self.tested_pattern(patterns, &value.ty)
        };
        if is_broken(&pattern) {
            return Expr { ty: Type::Bool, ..placeholder(span) };
        }
        let test = Expr { kind: ExprKind::Is(Box::new(value), Box::new(pattern)), ty: Type::Bool, span };
        if !negated {
            return test;
        }
        Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(test)), ty: Type::Bool, span }
    }

    /// Reports a value of which is asked whether it is there, and that always is.
    pub(super) fn never_none(&mut self, value: &Expr, help: &str, fix: Option<(Span, &str)>) {
        if value.ty == Type::Error {
            return;
        }
        let message = format!("`{}` is never `none`", self.sources.text(value.span));
        let label = format!("is `{}`", value.ty);
        let diagnostic = Diagnostic::new(Code::E0302, value.span, message, label).help(help);
        self.report(match fix {
            Some((span, text)) => diagnostic.fix(span, text),
            None => diagnostic,
        });
    }

    /// `if c then a else b`
    pub(super) fn choice(
        &mut self,
        span: Span,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        hint: Option<&Type>,
    ) -> Expr {
        let condition = self.expect(condition, &Type::Bool, "a condition");
        let mark = self.frame.facts.mark();
        self.frame.facts.learn(&condition, true);
        let then = self.infer(then, hint);
        self.frame.facts.forget(mark);
        self.frame.facts.learn(&condition, false);
        let otherwise = self.infer(otherwise, hint.or(Some(&then.ty)));
        self.frame.facts.forget(mark);
        let mut ways = vec![then, otherwise];
        let ty = self.joined(&mut ways, hint);
        let [then, otherwise] = [ways.swap_remove(0), ways.swap_remove(0)].map(Box::new);
        Expr { kind: ExprKind::If(Box::new(condition), then, otherwise), ty, span }
    }

    /// `match v { p => e, .. }`
    pub(super) fn match_of(
        &mut self,
        span: Span,
        value: &ast::Expr,
        arms: &[(ast::Pattern, ast::Expr)],
        hint: Option<&Type>,
    ) -> Expr {
        let value = self.infer(value, None);
        let outside = self.frame.facts.mark();
        let mut patterns = Vec::with_capacity(arms.len());
        let mut ways: Vec<Expr> = Vec::with_capacity(arms.len());
        for (written, way) in arms {
            self.frame.scopes.enter(Default::default());
            let pattern = self.pattern(written, &value.ty, true);
            let mark = self.frame.facts.mark();
            self.frame.facts.learn_pattern(&value, &pattern, true);
            let known = hint.cloned().or_else(|| ways.first().map(|first| first.ty.clone()));
            ways.push(self.infer(way, known.as_ref()));
            self.frame.facts.forget(mark);
            self.frame.scopes.leave();
            self.frame.facts.learn_pattern(&value, &pattern, false);
            patterns.push((pattern, written.span));
        }
        self.frame.facts.forget(outside);
        self.exhaustive(value.span, &value.ty, &patterns);
        let ty = self.joined(&mut ways, hint);
        let arms = patterns.into_iter().map(|(pattern, _)| pattern).zip(ways);
        Expr { kind: ExprKind::Match(Box::new(value), arms.collect()), ty, span }
    }

    /// `a ?? b`: `b` in place of a `none`.
    pub(super) fn coalesce(&mut self, span: Span, left: &ast::Expr, right: &ast::Expr, hint: Option<&Type>) -> Expr {
        let value = self.infer(left, hint.cloned().map(optional).as_ref());
        let inner = match &value.ty {
            Type::Optional(inner) => inner.as_ref().clone(),
            _ => return self.needless_coalesce(span, value, right),
        };
        let wanted = hint.cloned().unwrap_or_else(|| inner.clone());
        let instead = self.infer(right, Some(&wanted));
        let (local, here) = self.part_of(&value, inner);
        let mut ways = vec![here, instead];
        let ty = self.joined(&mut ways, hint);
        let [here, instead] = [ways.swap_remove(0), ways.swap_remove(0)];
        Expr { kind: present_or(value, local, here, instead), ty, span }
    }

    /// `a ?? b` where `a` is there: a mistake, unless that is only known from what was asked before.
    fn needless_coalesce(&mut self, span: Span, value: Expr, right: &ast::Expr) -> Expr {
        let ty = value.ty.clone();
        self.infer(right, Some(&ty));
        if self.frame.facts.is_narrowed(&value) {
            return Expr { span, ..value };
        }
        let behind = Span { start: value.span.end, ..span };
        self.never_none(&value, "drop `??` and what follows it", Some((behind, "")));
        Expr { ty, ..placeholder(span) }
    }

    /// A name of its own for what an optional value holds.
    pub(super) fn part_of(&mut self, whole: &Expr, ty: Type) -> (LocalId, Expr) {
        let local = self.frame.local(smol_str::SmolStr::new_static("_"), ty.clone());
        (local, Expr { kind: ExprKind::Local(local), ty, span: whole.span })
    }

    /// What all ways to one value give; where there is no such type, that is reported.
    pub(super) fn joined(&mut self, ways: &mut Vec<Expr>, hint: Option<&Type>) -> Type {
        // Everything can be `Json` where that is due, and only there.
        let mut whole = hint.filter(|hint| *present(hint) == Type::Json).cloned().unwrap_or(Type::Error);
        for way in ways.iter() {
            match common(&whole, &way.ty) {
                Some(ty) => whole = ty,
                None => {
                    let first = ways.first().map_or(way.span, |first| first.span);
                    self.unlike_ways(first, &whole, way);
                    return Type::Error;
                }
            }
        }
        *ways = std::mem::take(ways).into_iter().map(|way| fitted(way, &whole)).collect();
        whole
    }

    fn unlike_ways(&mut self, first: Span, whole: &Type, way: &Expr) {
        let message = format!("the ways to this value give `{whole}` and `{}`", way.ty);
        let label = format!("this is `{}`", way.ty);
        let other = Diagnostic::new(Code::E0301, way.span, message, label).label(first, format!("this is `{whole}`"));
        self.report(other);
    }
}

/// `match value { none => instead, some(local) => here }`
pub(super) fn present_or(value: Expr, local: LocalId, here: Expr, instead: Expr) -> ExprKind {
    let there = Pattern::Some(Box::new(Pattern::Bind(Box::new(Pattern::Any), local)));
    ExprKind::Match(Box::new(value), vec![(Pattern::None, instead), (there, here)])
}

/// The type that values of both types have.
pub(super) fn common(one: &Type, other: &Type) -> Option<Type> {
    let ty = match (one, other) {
        (Type::Error, ty) | (ty, Type::Error) => ty.clone(),
        (Type::Optional(one), Type::Optional(other)) => optional(common(one, other)?),
        (Type::Optional(one), other) | (other, Type::Optional(one)) => optional(common(one, other)?),
        (Type::List(one), Type::List(other)) if **one == Type::Error => Type::List(other.clone()),
        (Type::Map(one), Type::Map(other)) if **one == Type::Error => Type::Map(other.clone()),
        (Type::Int, Type::Decimal) => Type::Decimal,
        (one, _) => one.clone(),
    };
    let of_none = |found: &Type| matches!(found, Type::Optional(inner) if **inner == Type::Error);
    let holds = |found: &Type| of_none(found) || fits(found, &ty) || same(found, &ty);
    (holds(one) && holds(other)).then_some(ty)
}

/// Whether an expression goes on behind a `?.`: then what follows is done if there is something to do it with.
pub(super) fn is_chained(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Field { optional: true, .. } => true,
        ast::ExprKind::Field { base: inner, .. }
        | ast::ExprKind::Call { callee: inner, .. }
        | ast::ExprKind::Index { base: inner, .. } => is_chained(inner),
        _ => false,
    }
}
