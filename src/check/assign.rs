//! Which value fits where, and what has to be done to it.

use std::{fmt, sync::Arc};

use super::{Checker, placeholder};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, Type},
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
        let diagnostic = mismatch(&value, ty, want);
        self.report(diagnostic);
        placeholder(value.span)
    }

    /// The expression as a value of a written type: `Json` is decoded, everything else must fit.
    pub(super) fn decoded(&mut self, value: Expr, ty: &Type, place: Span) -> Expr {
        if value.ty == Type::Json && *ty != Type::Json && *ty != Type::Error {
            let span = value.span;
            return Expr { kind: ExprKind::Decode(Box::new(value)), ty: ty.clone(), span };
        }
        self.coerce(value, ty, Want { what: What::Text("the name"), place: Some(place) })
    }
}

fn mismatch(value: &Expr, ty: &Type, want: Want) -> Diagnostic {
    let message = format!("{} must be `{ty}`, not `{}`", want.what, value.ty);
    let mut diagnostic = Diagnostic::new(Code::E0301, value.span, message, format!("this is `{}`", value.ty));
    if let Some(place) = want.place {
        diagnostic = diagnostic.label(place, format!("`{ty}` is asked for here"));
    }
    match hint(&value.ty, ty) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What to do about some pairs of types that people mix up.
fn hint(found: &Type, wanted: &Type) -> Option<&'static str> {
    match (found, wanted) {
        (Type::Json, _) => Some("say what it is where it is bound: `let x: T = ..`"),
        (Type::Int | Type::Decimal, Type::Duration) => Some("give it a unit: `30s`, `5m`, `24h`"),
        (Type::Int | Type::Decimal, Type::Size) => Some("give it a unit: `10MB`, `2TB`"),
        (Type::Int | Type::Decimal, Type::Percent) => Some("give it a unit: `10%`"),
        (Type::Nothing | Type::Error | Type::Optional(_) | Type::List(_) | Type::Map(_), Type::String) => None,
        (_, Type::String) => Some("put it into a text: `\"{..}\"`"),
        (Type::Decimal, Type::Int) => Some("a `Decimal` may have a fraction, an `Int` has none"),
        _ => None,
    }
}

/// Whether a value of type `found` can stand where `wanted` is due.
pub(super) fn fits(found: &Type, wanted: &Type) -> bool {
    match (found, wanted) {
        (Type::Int, Type::Decimal) => true,
        (Type::Int, Type::Optional(inner)) if **inner == Type::Decimal => true,
        _ => same(found, wanted),
    }
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
    let inner = match wanted {
        Type::Optional(inner) => inner,
        other => other,
    };
    if value.ty == Type::Int && *inner == Type::Decimal {
        let span = value.span;
        return Expr { kind: ExprKind::Widen(Box::new(value)), ty: wanted.clone(), span };
    }
    Expr { ty: wanted.clone(), ..value }
}
