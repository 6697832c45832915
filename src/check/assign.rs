//! Which value fits where, and what has to be done to it.

use std::{fmt, sync::Arc};

use super::{Checker, placeholder, secret::has_secret};
use crate::{
    ir::{Expr, ExprKind, Type, Value},
    source::Span,
    syntax::ast,
};

/// Why a type is wanted, for the message that it does not fit.
#[derive(Clone, Copy)]
pub(super) struct Want<'w> {
    /// What is wanted.
    pub(super) what: What<'w>,
    /// Where that is said, if somewhere else.
    pub(super) place: Option<Span>,
}

/// What a value is for, as messages say it.
#[derive(Clone, Copy)]
pub(super) enum What<'w> {
    /// `the index`, `a condition`
    Text(&'w str),
    /// A name of the program
    Name(&'w str),
    /// A field of a record
    Field(&'w str),
    /// The default of a parameter
    Default(&'w str),
    /// What a function that is an argument gives
    Gives(&'w str),
}

impl<'w> From<&'w str> for What<'w> {
    fn from(text: &'w str) -> Self {
        What::Text(text)
    }
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Text(text) => f.write_str(text),
            What::Name(name) => write!(f, "`{name}`"),
            What::Field(name) => write!(f, "the field `{name}`"),
            What::Default(name) => write!(f, "the default of `{name}`"),
            What::Gives(name) => write!(f, "what `{name}` gives"),
        }
    }
}

impl Checker<'_> {
    /// An expression that must be of a type, for `what`.
    pub(super) fn expect<'w>(&mut self, expr: &ast::Expr, ty: &Type, what: impl Into<What<'w>>) -> Expr {
        self.expect_at(expr, ty, Want { what: what.into(), place: None })
    }

    /// An expression that must be of a type.
    pub(super) fn expect_at(&mut self, expr: &ast::Expr, ty: &Type, want: Want) -> Expr {
        let value = self.infer(expr, Some(ty));
        self.coerce(value, ty, want)
    }

    /// The expression as a value of `ty`; one that does not fit is reported.
    pub(super) fn coerce(&mut self, value: Expr, ty: &Type, want: Want) -> Expr {
        if fits(&value.ty, ty) {
            return fitted(value, ty);
        }
        if let Type::Optional(inner) = &value.ty
            && fits(inner, ty)
        {
            return self.present(value, &format!("{} is a `{ty}`", want.what));
        }
        let diagnostic = if has_secret(&value.ty) && !has_secret(ty) {
            self.escapes(&value, &format!("{} would show it", want.what))
        } else {
            self.mismatch(&value, ty, want)
        };
        self.report(diagnostic);
        placeholder(value.span)
    }

    /// The expression as a value of a written type: `Json` is decoded, everything else must fit.
    pub(super) fn decoded(&mut self, name: &str, value: Expr, ty: &Type, place: Span) -> Expr {
        let optional = matches!((&value.ty, ty), (Type::Optional(inner), Type::Optional(_)) if **inner == Type::Json);
        if (value.ty == Type::Json || optional) && *present(ty) != Type::Json && *ty != Type::Error {
            let span = value.span;
            self.no_secret_in(ty, place, "what is decoded");
            return Expr { kind: ExprKind::Decode(Box::new(value)), ty: ty.clone(), span };
        }
        self.coerce(value, ty, Want { what: What::Name(name), place: Some(place) })
    }
}

/// Whether a value of type `found` can stand where `wanted` is due.
pub(super) fn fits(found: &Type, wanted: &Type) -> bool {
    match (found, wanted) {
        (Type::Int, Type::Decimal) => true,
        (Type::Int, Type::Optional(inner)) if **inner == Type::Decimal => true,
        (Type::Optional(found), Type::Optional(inner)) if **found == Type::Int && **inner == Type::Decimal => true,
        (found, Type::Json) => can_be_json(found),
        (found, Type::Optional(inner)) if **inner == Type::Json => can_be_json(present(found)),
        _ => same(found, wanted),
    }
}

/// Whether values of a type can be written as JSON: all but secrets.
fn can_be_json(ty: &Type) -> bool {
    *ty != Type::Nothing && !has_secret(ty)
}

/// Whether a value of type `found` is one of `wanted` as it is.
pub(super) fn same(found: &Type, wanted: &Type) -> bool {
    match (found, wanted) {
        (Type::Error, _) | (_, Type::Error) => true,
        (Type::Optional(found), Type::Optional(wanted)) => same(found, wanted),
        (found, Type::Optional(wanted)) => same(found, wanted),
        (Type::List(found), Type::List(wanted)) | (Type::Map(found), Type::Map(wanted)) => same(found, wanted),
        (Type::Record(found), Type::Record(wanted)) => {
            Arc::ptr_eq(found, wanted)
                || found.fields.len() == wanted.fields.len()
                    && found
                        .fields
                        .iter()
                        .all(|(name, ty)| wanted.fields.get(name).is_some_and(|wanted| same(ty, wanted)))
        }
        (found, wanted) => found == wanted,
    }
}

/// A value that fits, as a value of `wanted`.
pub(super) fn fitted(value: Expr, wanted: &Type) -> Expr {
    if *wanted == Type::Error || value.ty == Type::Error {
        return Expr { ty: wanted.clone(), ..value };
    }
    if *present(wanted) == Type::Json && *present(&value.ty) != Type::Json && !is_none(&value) {
        return encoded(value, wanted);
    }
    if *present(&value.ty) == Type::Int && *present(wanted) == Type::Decimal {
        let span = value.span;
        return Expr { kind: ExprKind::Widen(Box::new(value)), ty: wanted.clone(), span };
    }
    Expr { ty: wanted.clone(), ..value }
}

/// A value as `Json`; what may be `none` stays so.
fn encoded(value: Expr, wanted: &Type) -> Expr {
    let span = value.span;
    Expr { kind: ExprKind::Encode(Box::new(value)), ty: wanted.clone(), span }
}

fn is_none(value: &Expr) -> bool {
    matches!(value.kind, ExprKind::Literal(Value::None))
}

/// The type itself, without `?`.
pub(super) fn present(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}
