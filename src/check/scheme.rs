//! The types of the library's functions: what is known of their variables from a call.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    assign::{fits, present},
    secret::has_secret,
};
use crate::ir::{
    RecordType, Type,
    library::{Scheme, Variable},
};

/// What the variables of a call stand for, as far as it is known.
#[derive(Default)]
pub(super) struct Variables([Option<Type>; Variable::ALL.len()]);

impl Variables {
    pub(super) fn get(&self, variable: Variable) -> Option<&Type> {
        self.0[variable as usize].as_ref()
    }

    /// Takes a type as what the scheme stands for; false if it can't be that.
    pub(super) fn unify(&mut self, scheme: &Scheme, ty: &Type) -> bool {
        match (scheme, ty) {
            (_, Type::Error) => true,
            (Scheme::Of(variable), ty) => self.stand_for(*variable, ty),
            (Scheme::List(scheme), Type::List(item)) | (Scheme::Map(scheme), Type::Map(item)) => {
                self.unify(scheme, item)
            }
            (Scheme::Optional(scheme), ty) => self.unify(scheme, present(ty)),
            (Scheme::Record(fields), Type::Record(record)) => {
                fields.len() == record.fields.len()
                    && fields
                        .iter()
                        .all(|(name, scheme)| record.fields.get(*name).is_some_and(|ty| self.unify(scheme, ty)))
            }
            (scheme, ty) => plain(scheme).is_some_and(|wanted| fits(ty, &wanted)),
        }
    }

    fn stand_for(&mut self, variable: Variable, ty: &Type) -> bool {
        match self.get(variable) {
            Some(known) => fits(ty, known),
            None => {
                let ty = if variable == Variable::M && *ty == Type::Int { &Type::Decimal } else { ty };
                let fine = allows(variable, ty);
                if fine {
                    self.0[variable as usize] = Some(ty.clone());
                }
                fine
            }
        }
    }

    /// The type a scheme stands for; `None` while a part of it is unknown.
    pub(super) fn known(&self, scheme: &Scheme) -> Option<Type> {
        match scheme {
            Scheme::Of(variable) => self.get(*variable).cloned(),
            _ => self.filled(scheme, &|_| None),
        }
    }

    /// The type a scheme stands for, with the unknown left open.
    pub(super) fn applied(&self, scheme: &Scheme) -> Type {
        self.filled(scheme, &|_| Some(Type::Error)).unwrap_or(Type::Error)
    }

    fn filled(&self, scheme: &Scheme, unknown: &dyn Fn(Variable) -> Option<Type>) -> Option<Type> {
        Some(match scheme {
            Scheme::Of(variable) => match self.get(*variable) {
                Some(ty) => ty.clone(),
                None => unknown(*variable)?,
            },
            Scheme::List(item) => Type::List(Arc::new(self.filled(item, unknown)?)),
            Scheme::Map(item) => Type::Map(Arc::new(self.filled(item, unknown)?)),
            Scheme::Optional(inner) => super::types::optional(self.filled(inner, unknown)?),
            Scheme::Record(fields) => {
                let field = |(name, scheme): &(&str, Scheme)| Some((SmolStr::new(name), self.filled(scheme, unknown)?));
                let fields = fields.iter().map(field).collect::<Option<_>>()?;
                Type::Record(Arc::new(RecordType { name: None, fields }))
            }
            scheme => plain(scheme)?,
        })
    }
}

/// A scheme without variables and parts, as a type.
fn plain(scheme: &Scheme) -> Option<Type> {
    match scheme {
        Scheme::Bool => Some(Type::Bool),
        Scheme::Int => Some(Type::Int),
        Scheme::Decimal => Some(Type::Decimal),
        Scheme::String => Some(Type::String),
        Scheme::Percent => Some(Type::Percent),
        Scheme::Duration => Some(Type::Duration),
        Scheme::Size => Some(Type::Size),
        Scheme::Json => Some(Type::Json),
        Scheme::Secret => Some(Type::Secret),
        Scheme::List(_) | Scheme::Map(_) | Scheme::Optional(_) | Scheme::Record(_) | Scheme::Of(_) => None,
    }
}

/// Whether a variable may stand for a type.
fn allows(variable: Variable, ty: &Type) -> bool {
    match variable {
        Variable::T | Variable::U => *ty != Type::Nothing,
        Variable::E => *ty != Type::Nothing && !has_secret(ty),
        Variable::O => matches!(
            ty,
            Type::Int | Type::Decimal | Type::Percent | Type::Duration | Type::Size | Type::Risk | Type::String
        ),
        Variable::N => matches!(ty, Type::Int | Type::Decimal | Type::Percent | Type::Duration | Type::Size),
        Variable::M => matches!(ty, Type::Decimal | Type::Duration | Type::Size),
    }
}

/// What a variable may stand for, as messages say it.
pub(super) fn meaning(variable: Variable) -> &'static str {
    match variable {
        Variable::T | Variable::U => "a value",
        Variable::E => "something that can be compared",
        Variable::O => "something with an order: a number, a unit, a `Risk` or a `String`",
        Variable::N => "a number or a unit",
        Variable::M => "a `Decimal`, a `Duration` or a `Size`",
    }
}
