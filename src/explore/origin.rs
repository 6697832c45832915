//! Where values come from: what was told, a part of it, and the names that stand for it.

use std::collections::BTreeMap;

use super::boundary::Part;
use crate::{
    ir::{ActionId, Argument, EventId, Expr, ExprKind, LocalId, Pattern, ProbeId},
    source::Span,
};

/// Who tells a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// A probe, wherever it is asked.
    Probe(ProbeId),
    /// An action that is done.
    Action(ActionId),
    /// The task that is written there.
    Task(Span),
    /// An event.
    Event(EventId),
}

/// A value, or a part of it, that a name stands for.
pub(super) type Origin = (Source, Vec<Part>);

/// The names that stand for something that is told.
pub(super) type Names = BTreeMap<LocalId, Origin>;

/// Where the value of an expression comes from, if it is a value that is told or a part of one.
pub(super) fn origin(expr: &Expr, names: &Names) -> Option<Origin> {
    match &expr.kind {
        ExprKind::Local(local) => names.get(local).cloned(),
        ExprKind::Look(probe, _) => Some((Source::Probe(*probe), Vec::new())),
        ExprKind::Field(inner, name) => {
            let (source, mut path) = origin(inner, names)?;
            path.push(Part::Field(name.clone()));
            Some((source, path))
        }
        // `value ?? other` is a match: what is there, if it is.
        ExprKind::Widen(inner) | ExprKind::Decode(inner) | ExprKind::Match(inner, _) => origin(inner, names),
        ExprKind::Literal(_)
        | ExprKind::Constant(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Variant(..)
        | ExprKind::Text(_)
        | ExprKind::Index(..)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::Is(..)
        | ExprKind::If(..)
        | ExprKind::Update(_)
        | ExprKind::Library(..)
        | ExprKind::Call(..)
        | ExprKind::Encode(_)
        | ExprKind::Secret(_)
        | ExprKind::Effect(_) => None,
    }
}

pub(super) fn item((source, mut path): Origin) -> Origin {
    path.push(Part::Item);
    (source, path)
}

pub(super) fn name(names: &mut Names, local: Option<LocalId>, from: Option<Origin>) {
    if let (Some(local), Some(from)) = (local, from) {
        names.insert(local, from);
    }
}

/// The names that a pattern gives to a whole value; those of its parts are not followed.
pub(super) fn bind(pattern: &Pattern, from: Option<&Origin>, names: &mut Names) {
    match pattern {
        Pattern::Bind(inner, local) => {
            name(names, Some(*local), from.cloned());
            bind(inner, from, names);
        }
        Pattern::Some(inner) => bind(inner, from, names),
        Pattern::Any
        | Pattern::None
        | Pattern::Literal(_)
        | Pattern::Range(..)
        | Pattern::Variant(..)
        | Pattern::Alternatives(_) => {}
    }
}

/// What a function of the library takes is an item of the list it goes over: `tables.filter(t => t.rows > 5)`.
pub(super) fn items_of(arguments: &[Argument], names: &mut Names) {
    let from = arguments.first().and_then(|list| origin(list.expr(), names)).map(item);
    for argument in arguments {
        if let Argument::Function { params, body: _ } = argument {
            name(names, params.first().copied(), from.clone());
        }
    }
}

/// The names of parameters: they are the first of what is called.
pub(super) fn parameters(arguments: &[Expr], names: &Names) -> Names {
    let numbered = arguments.iter().zip(0..);
    numbered.filter_map(|(argument, number)| Some((LocalId(number), origin(argument, names)?))).collect()
}

/// Whether an expression speaks of something that is told.
pub(super) fn mentions(expr: &Expr, names: &Names) -> bool {
    let is_named = matches!(&expr.kind, ExprKind::Local(local) if names.contains_key(local));
    let told = is_named || matches!(&expr.kind, ExprKind::Look(..) | ExprKind::Effect(_));
    let mut found = told;
    expr.each_part(|part| found |= mentions(part, names));
    found
}
