//! Built-in effects: from their arguments to the [`Request`] that asks the world.

use std::collections::BTreeMap;

use super::{
    FaultKind, Stop,
    expressions::{Context, Evaluation},
};
use crate::{
    ir::{EffectCall, EffectKind, Exec, Expr, PathExpr, PathRef, Process, Request, Value},
    source::Span,
};

impl Evaluation<'_> {
    pub(super) fn request(&self, call: &EffectCall, inside: Context<'_>) -> Result<Request, Stop> {
        let arguments = Arguments { evaluation: self, inside };
        let module = call.module.0;
        match &call.kind {
            EffectKind::Exec(exec) => Ok(Request::Exec(arguments.process(exec, module)?)),
            EffectKind::Succeeds(exec) => Ok(Request::Succeeds(arguments.process(exec, module)?)),
            EffectKind::FileRead(path) => Ok(Request::FileRead { path: arguments.path(path)?, module }),
            EffectKind::FileWrite(path, content) => {
                Ok(Request::FileWrite { path: arguments.path(path)?, content: arguments.text(content)?, module })
            }
        }
    }
}

/// Evaluates the arguments of one call.
struct Arguments<'a> {
    evaluation: &'a Evaluation<'a>,
    inside: Context<'a>,
}

impl Arguments<'_> {
    fn process(&self, exec: &Exec, module: u32) -> Result<Process, Stop> {
        let PathRef { path: program, origin } = self.path(&exec.program)?;
        Ok(Process {
            program,
            origin,
            module,
            arguments: self.texts(&exec.arguments)?,
            env: exec.env.as_ref().map(|env| self.entries(env)).transpose()?.unwrap_or_default(),
            stdin: exec.stdin.as_ref().map(|stdin| self.text(stdin)).transpose()?,
            cwd: exec.cwd.as_ref().map(|cwd| self.path(cwd)).transpose()?,
        })
    }

    fn path(&self, path: &PathExpr) -> Result<PathRef, Stop> {
        Ok(PathRef { path: self.text(&path.value)?, origin: path.origin.0 })
    }

    fn text(&self, expr: &Expr) -> Result<String, Stop> {
        text(self.value(expr)?, expr.span)
    }

    fn texts(&self, expr: &Expr) -> Result<Vec<String>, Stop> {
        match self.value(expr)? {
            Value::List(items) => items.iter().map(|item| text(item.clone(), expr.span)).collect(),
            _ => Err(Stop::at(expr.span, FaultKind::Unchecked("an argument that is no list"))),
        }
    }

    fn entries(&self, expr: &Expr) -> Result<BTreeMap<String, String>, Stop> {
        match self.value(expr)? {
            Value::Record(entries) => {
                entries.iter().map(|(key, value)| Ok((key.to_string(), text(value.clone(), expr.span)?))).collect()
            }
            _ => Err(Stop::at(expr.span, FaultKind::Unchecked("an argument that is no map"))),
        }
    }

    fn value(&self, expr: &Expr) -> Result<Value, Stop> {
        self.evaluation.value(expr, self.inside)
    }
}

fn text(value: Value, span: Span) -> Result<String, Stop> {
    match value {
        Value::Text(text) => Ok(text.into()),
        _ => Err(Stop::at(span, FaultKind::Unchecked("an argument that is no text"))),
    }
}
