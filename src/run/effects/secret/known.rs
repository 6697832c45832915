//! The secrets of a run, as far as one can know of them: references, never values.

use serde_json::Value as Json;

use crate::ir::{Expr, ExprKind, PathRef, Program, Secret, SecretPlace, SecretRef, SecretSource, Value};

/// The secrets that a run speaks of.
#[derive(Clone, Debug, Default)]
pub struct Known {
    references: Vec<SecretRef>,
    /// The name of a variable with a secret is computed somewhere.
    computed: bool,
}

impl Known {
    /// Those that a program names by a literal or a constant.
    pub fn of(program: &Program) -> Known {
        let mut known = Known::default();
        for expr in program.all_exprs() {
            match &expr.kind {
                ExprKind::Secret(secret) => known.add_written(program, secret),
                ExprKind::Literal(Value::Secret(secret)) => known.add(secret),
                _ => {}
            }
        }
        known
    }

    fn add_written(&mut self, program: &Program, secret: &Secret) {
        let source = literal(program, secret.name()).map(|name| match &secret.source {
            SecretSource::Env(_) => SecretPlace::Env(name.to_owned()),
            SecretSource::File(path) => SecretPlace::File(PathRef { path: name.to_owned(), origin: path.origin.0 }),
        });
        match source {
            Some(source) => self.add(&SecretRef::whole(source, secret.module.0)),
            None => self.computed |= matches!(secret.source, SecretSource::Env(_)),
        }
    }

    /// One more, unless it is known.
    pub fn add(&mut self, secret: &SecretRef) {
        if !self.references.contains(secret) {
            self.references.push(secret.clone());
        }
    }

    /// Those that stand in the parameters of a run.
    pub fn add_inputs<'j>(&mut self, inputs: impl IntoIterator<Item = &'j Json>) {
        in_json(inputs).iter().for_each(|secret| self.add(secret));
    }

    /// All of them, in the order in which they became known.
    pub fn references(&self) -> impl Iterator<Item = &SecretRef> {
        self.references.iter()
    }

    /// Whether a variable has a secret, or could have: where names are computed, each could.
    pub fn may_be(&self, variable: &str) -> bool {
        self.computed || self.references.iter().any(|secret| secret.source == SecretPlace::Env(variable.to_owned()))
    }
}

/// The references that stand in these values.
pub fn in_json<'j>(values: impl IntoIterator<Item = &'j Json>) -> Vec<SecretRef> {
    let mut left: Vec<&Json> = values.into_iter().collect();
    let mut found = Vec::new();
    while let Some(value) = left.pop() {
        match (SecretRef::from_json(value), value) {
            (Some(secret), _) => found.push(secret),
            (None, Json::Array(items)) => left.extend(items),
            (None, Json::Object(fields)) => left.extend(fields.values()),
            (None, Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => {}
        }
    }
    found
}

/// The text of a literal, or of a constant that is one.
fn literal<'p>(program: &'p Program, expr: &'p Expr) -> Option<&'p str> {
    match &expr.kind {
        ExprKind::Literal(Value::Text(text)) => Some(text),
        ExprKind::Constant(id) => match &program.constants.get(id.index())?.value.kind {
            ExprKind::Literal(Value::Text(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
