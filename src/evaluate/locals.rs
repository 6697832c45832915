//! Where names get their values from.

use crate::ir::{LocalId, Value};

/// An environment: the names of a plan that have a value.
pub trait Scope {
    /// The value of a name; `None` if it has none yet.
    fn local(&self, id: LocalId) -> Option<Value>;
}

/// An environment of its own, by [`LocalId`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locals(Vec<Option<Value>>);

impl Locals {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a name its value, in place of the one it had.
    pub fn set(&mut self, id: LocalId, value: Value) {
        if self.0.len() <= id.index() {
            self.0.resize(id.index() + 1, None);
        }
        self.0[id.index()] = Some(value);
    }
}

impl Scope for Locals {
    fn local(&self, id: LocalId) -> Option<Value> {
        self.0.get(id.index())?.clone()
    }
}

impl FromIterator<(LocalId, Value)> for Locals {
    fn from_iter<I: IntoIterator<Item = (LocalId, Value)>>(values: I) -> Self {
        let mut locals = Locals::new();
        values.into_iter().for_each(|(id, value)| locals.set(id, value));
        locals
    }
}

/// The names of one call: parameters, what its caller added, and what it bound. It allocates only to bind.
pub(super) struct Frame<'f> {
    arguments: &'f [Value],
    extra: &'f [(LocalId, Value)],
    bound: Vec<(LocalId, Value)>,
}

impl<'f> Frame<'f> {
    pub(super) fn new(arguments: &'f [Value], extra: &'f [(LocalId, Value)]) -> Self {
        Frame { arguments, extra, bound: Vec::new() }
    }

    pub(super) fn bind(&mut self, id: LocalId, value: Value) {
        self.bound.push((id, value));
    }
}

impl Scope for Frame<'_> {
    fn local(&self, id: LocalId) -> Option<Value> {
        let named = || self.bound.iter().chain(self.extra).find(|(name, _)| *name == id).map(|(_, value)| value);
        self.arguments.get(id.index()).or_else(named).cloned()
    }
}

/// The names of a scope, and some more: what a pattern bound, what a function takes.
pub struct Inner<'s> {
    around: &'s dyn Scope,
    own: Vec<(LocalId, Value)>,
}

impl<'s> Inner<'s> {
    /// The names of `around`, of which its `own` hide those that are the same.
    pub fn new(around: &'s dyn Scope, own: Vec<(LocalId, Value)>) -> Self {
        Inner { around, own }
    }
}

impl Scope for Inner<'_> {
    fn local(&self, id: LocalId) -> Option<Value> {
        let own = self.own.iter().find(|(name, _)| *name == id).map(|(_, value)| value.clone());
        own.or_else(|| self.around.local(id))
    }
}
