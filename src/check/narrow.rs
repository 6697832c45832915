//! What conditions prove: names and fields that are not `none` here, and which variants are left.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::ir::{BinaryOp, ConstantId, Expr, ExprKind, LocalId, Pattern, Type, UnaryOp, Value};

/// A name or a field of it.
type Path = (Root, Vec<SmolStr>);

/// A name whose value never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Root {
    Local(LocalId),
    Constant(ConstantId),
}

/// What is known, for as long as it is known: what is not `none`, and which variants a name may be.
#[derive(Debug, Default)]
pub(super) struct Facts {
    known: FxHashSet<Path>,
    possible: FxHashMap<LocalId, Vec<SmolStr>>,
    log: Vec<Learnt>,
}

#[derive(Debug)]
enum Learnt {
    Present(Path),
    /// Which variants a name may be, where nothing was known before.
    Possible(LocalId),
    /// Which variants a name can't be any more, each with its place among those that were left.
    Impossible(LocalId, Vec<(usize, SmolStr)>),
    /// Which few variants a name may be, in place of those that were left.
    Few(LocalId, Vec<SmolStr>),
}

impl Facts {
    /// How much is known; [`Facts::forget`] goes back to it.
    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Forgets what was learnt since.
    pub(super) fn forget(&mut self, mark: usize) {
        for learnt in self.log.drain(mark..).rev() {
            match learnt {
                Learnt::Present(path) => drop(self.known.remove(&path)),
                Learnt::Possible(local) => drop(self.possible.remove(&local)),
                Learnt::Impossible(local, removed) => {
                    let left = self.possible.entry(local).or_default();
                    removed.into_iter().for_each(|(at, name)| left.insert(at, name));
                }
                Learnt::Few(local, before) => drop(self.possible.insert(local, before)),
            }
        }
    }

    /// The variants that a name may be, where less are left than its type has.
    pub(super) fn possible(&self, local: LocalId) -> Option<&[SmolStr]> {
        self.possible.get(&local).map(Vec::as_slice)
    }

    /// Learns that a name of an enum is one of the variants that `is_one` says. What is remembered to be able to forget
    /// it is the smaller part, so that a `match` over many variants does not remember all of them for each arm.
    fn one_of(&mut self, operand: &Expr, is_one: impl Fn(&SmolStr) -> bool) {
        let ExprKind::Local(local) = operand.kind else { return };
        let Type::Enum(declared) = without_none(&operand.ty) else { return };
        let (log, possible) = (&mut self.log, self.possible.entry(local));
        let left = possible.or_insert_with(|| {
            log.push(Learnt::Possible(local));
            declared.variants.iter().map(|variant| variant.name.clone()).collect()
        });
        let few: Vec<SmolStr> = left.iter().filter(|name| is_one(name)).take(left.len() / 2).cloned().collect();
        if few.len() < left.len() / 2 {
            log.push(Learnt::Few(local, std::mem::replace(left, few)));
            return;
        }
        let mut removed = Vec::new();
        let mut at = 0;
        left.retain(|name| {
            let stays = is_one(name);
            if !stays {
                removed.push((at, name.clone()));
            }
            at += 1;
            stays
        });
        log.push(Learnt::Impossible(local, removed));
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
            ExprKind::Is(operand, pattern) => self.learn_pattern(operand, pattern, truth),
            ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right) => {
                let equal = (*op == BinaryOp::Equal) == truth;
                if !equal {
                    self.unlike(left, right);
                }
                for (operand, other) in [(left, right), (right, left)] {
                    if let ExprKind::Variant(variant, _) = &other.kind {
                        self.one_of(operand, |name| (name == variant) == equal);
                    }
                }
            }
            _ => {}
        }
    }

    /// Learns what follows from `pattern` matching `value`, or not.
    pub(super) fn learn_pattern(&mut self, value: &Expr, pattern: &Pattern, matches: bool) {
        if takes_none(pattern) != matches {
            self.not_none(value);
        }
        if matches {
            self.one_of(value, |variant| may_take(pattern, variant));
        } else {
            self.one_of(value, |variant| !takes_all(pattern, variant));
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
            self.log.push(Learnt::Present(path));
        }
    }

    /// Whether a value is known to be there, and could be `none` but for that: itself, or what it is a part of.
    pub(super) fn is_narrowed(&self, expr: &Expr) -> bool {
        let whole = path(expr);
        let known = whole.is_some_and(|(root, fields)| {
            (0..=fields.len()).any(|length| self.known.contains(&(root, fields[..length].to_vec())))
        });
        known || matches!(&expr.kind, ExprKind::Field(base, _) if self.is_narrowed(base))
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

/// Whether `none` matches a pattern.
fn takes_none(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Any | Pattern::None => true,
        Pattern::Bind(inner, _) => takes_none(inner),
        // Behind a mistake nothing is known.
        Pattern::Alternatives(patterns) => patterns.is_empty() || patterns.iter().any(takes_none),
        Pattern::Some(_) | Pattern::Literal(_) | Pattern::Range(..) | Pattern::Variant(..) => false,
    }
}

/// Whether a pattern may match a variant of that name.
fn may_take(pattern: &Pattern, variant: &SmolStr) -> bool {
    match pattern {
        Pattern::Any | Pattern::Literal(_) | Pattern::Range(..) => true,
        Pattern::None => false,
        Pattern::Some(inner) | Pattern::Bind(inner, _) => may_take(inner, variant),
        Pattern::Variant(name, _) => name == variant,
        Pattern::Alternatives(patterns) => {
            patterns.is_empty() || patterns.iter().any(|pattern| may_take(pattern, variant))
        }
    }
}

/// Whether a pattern matches every variant of that name.
fn takes_all(pattern: &Pattern, variant: &SmolStr) -> bool {
    match pattern {
        Pattern::Any => true,
        Pattern::None | Pattern::Literal(_) | Pattern::Range(..) => false,
        Pattern::Some(inner) | Pattern::Bind(inner, _) => takes_all(inner, variant),
        Pattern::Variant(name, fields) => name == variant && fields.is_empty(),
        Pattern::Alternatives(patterns) => patterns.iter().any(|pattern| takes_all(pattern, variant)),
    }
}

fn without_none(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        ty => ty,
    }
}

fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::None))
}

fn path(expr: &Expr) -> Option<Path> {
    match &expr.kind {
        ExprKind::Local(local) => Some((Root::Local(*local), Vec::new())),
        ExprKind::Constant(constant) => Some((Root::Constant(*constant), Vec::new())),
        ExprKind::Field(base, name) => {
            let (root, mut fields) = path(base)?;
            fields.push(name.clone());
            Some((root, fields))
        }
        _ => None,
    }
}
