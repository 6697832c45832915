//! One call of a function of the library.

use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::{
    FaultKind, Stop,
    expressions::{Context, Evaluation},
    locals::Inner,
};
use crate::ir::{Argument, Expr, LocalId, SecretRef, Type, Value};

/// A call whose arguments are evaluated as they are asked for; the receiver is the argument 0.
pub(super) struct Call<'c> {
    pub(super) evaluation: &'c Evaluation<'c>,
    pub(super) inside: Context<'c>,
    pub(super) whole: &'c Expr,
    pub(super) arguments: &'c [Argument],
}

/// An argument that is a function.
pub(super) struct Function<'f> {
    call: &'f Call<'f>,
    params: &'f [LocalId],
    body: &'f Expr,
}

impl Call<'_> {
    /// What the call is said to give.
    pub(super) fn ty(&self) -> &Type {
        &self.whole.ty
    }

    pub(super) fn stop(&self, kind: FaultKind) -> Stop {
        Stop::at(self.whole.span, kind)
    }

    fn unchecked(&self) -> Stop {
        self.stop(FaultKind::Unchecked("a function of the library on values it does not take"))
    }

    /// Counts work that is not an expression of its own.
    pub(super) fn spend(&self, items: usize) -> Result<(), Stop> {
        self.evaluation.spend(items as u64, self.whole.span)
    }

    pub(super) fn value(&self, at: usize) -> Result<Value, Stop> {
        match self.arguments.get(at) {
            Some(Argument::Value(expr)) => self.evaluation.value(expr, self.inside),
            Some(Argument::Function { .. }) | None => Err(self.unchecked()),
        }
    }

    /// A list; each of its items counts as work.
    pub(super) fn list(&self, at: usize) -> Result<Arc<Vec<Value>>, Stop> {
        match self.value(at)? {
            Value::List(items) => {
                self.spend(items.len())?;
                Ok(items)
            }
            _ => Err(self.unchecked()),
        }
    }

    /// A map; each of its entries counts as work.
    pub(super) fn map(&self, at: usize) -> Result<Arc<IndexMap<SmolStr, Value>>, Stop> {
        match self.value(at)? {
            Value::Record(entries) => {
                self.spend(entries.len())?;
                Ok(entries)
            }
            _ => Err(self.unchecked()),
        }
    }

    /// A text; every hundred bytes of it count as work.
    pub(super) fn text(&self, at: usize) -> Result<SmolStr, Stop> {
        self.text_of(self.value(at)?)
    }

    pub(super) fn text_of(&self, value: Value) -> Result<SmolStr, Stop> {
        match value {
            Value::Text(text) => {
                self.spend(text.len() / 100)?;
                Ok(text)
            }
            _ => Err(self.unchecked()),
        }
    }

    pub(super) fn secret(&self, at: usize) -> Result<Arc<SecretRef>, Stop> {
        match self.value(at)? {
            Value::Secret(secret) => Ok(secret),
            _ => Err(self.unchecked()),
        }
    }

    pub(super) fn int(&self, at: usize) -> Result<i64, Stop> {
        match self.value(at)? {
            Value::Int(value) => Ok(value),
            _ => Err(self.unchecked()),
        }
    }

    pub(super) fn decimal(&self, at: usize) -> Result<Decimal, Stop> {
        match self.value(at)? {
            Value::Decimal(value) | Value::Percent(value) => Ok(value),
            Value::Int(value) => Ok(value.into()),
            _ => Err(self.unchecked()),
        }
    }

    /// A position or a count; what is negative is 0.
    pub(super) fn index(&self, at: usize) -> Result<usize, Stop> {
        Ok(usize::try_from(self.int(at)?.max(0)).unwrap_or(usize::MAX))
    }

    pub(super) fn function(&self, at: usize) -> Result<Function<'_>, Stop> {
        match self.arguments.get(at) {
            Some(Argument::Function { params, body }) => Ok(Function { call: self, params, body }),
            Some(Argument::Value(_)) | None => Err(self.unchecked()),
        }
    }

    /// A list, if it is not too long.
    pub(super) fn new_list(&self, items: Vec<Value>) -> Result<Value, Stop> {
        self.room_for(items.len())?;
        Ok(Value::list(items))
    }

    /// Makes room for so many items, each of which counts as work.
    pub(super) fn room_for(&self, items: usize) -> Result<(), Stop> {
        self.fits_in_a_list(items)?;
        self.spend(items)
    }

    /// Whether a list may have so many items.
    pub(super) fn fits_in_a_list(&self, items: usize) -> Result<(), Stop> {
        if items > FaultKind::MAX_ITEMS {
            return Err(self.stop(FaultKind::TooManyItems));
        }
        Ok(())
    }

    /// The result of a computation that may not fit.
    pub(super) fn fits(&self, ty: &'static str, result: Option<Value>) -> Result<Value, Stop> {
        result.ok_or_else(|| self.stop(FaultKind::Overflow(ty)))
    }
}

impl Function<'_> {
    /// What it gives for these values.
    pub(super) fn of(&self, values: impl IntoIterator<Item = Value>) -> Result<Value, Stop> {
        let own = self.params.iter().copied().zip(values).collect();
        let scope = Inner::new(self.call.inside.scope(), own);
        self.call.evaluation.value(self.body, self.call.inside.within(&scope))
    }

    /// Whether it holds of these values.
    pub(super) fn holds(&self, values: impl IntoIterator<Item = Value>) -> Result<bool, Stop> {
        match self.of(values)? {
            Value::Bool(holds) => Ok(holds),
            _ => Err(self.call.unchecked()),
        }
    }

    /// The text it gives for a value.
    pub(super) fn text(&self, value: Value) -> Result<SmolStr, Stop> {
        self.call.text_of(self.of([value])?)
    }
}
