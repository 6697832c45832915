//! Built-in effects: from their arguments to the [`Request`] that asks the world.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    FaultKind, Stop,
    expressions::{Context, Evaluation},
};
use crate::{
    ir::{
        EffectCall, EffectKind, Exec, Expr, Http, HttpRequest, Input, PathExpr, PathRef, Process, Request, Script,
        Secret, SecretPlace, SecretRef, SecretSource, Shell, Text, Type, Value, url::with_query,
    },
    source::Span,
};

impl Evaluation<'_> {
    pub(super) fn request(&self, call: &EffectCall, inside: Context<'_>) -> Result<Request, Stop> {
        let arguments = Arguments { evaluation: self, inside };
        let module = call.module.0;
        match &call.kind {
            EffectKind::Exec(exec) => Ok(Request::Exec(arguments.process(exec, module)?)),
            EffectKind::Succeeds(exec) => Ok(Request::Succeeds(arguments.process(exec, module)?)),
            EffectKind::Shell(shell) => Ok(Request::Shell(arguments.script(shell, module)?)),
            EffectKind::Http(http) => Ok(Request::Http(arguments.http(http, module)?)),
            EffectKind::Env(name) => {
                let may_be_missing = matches!(call.expects, Type::Optional(_));
                Ok(Request::Env { name: arguments.text(name)?, module, may_be_missing })
            }
            EffectKind::Timeline => Ok(Request::Timeline),
            EffectKind::FileRead(path) => Ok(Request::FileRead { path: arguments.path(path)?, module }),
            EffectKind::FileWrite(path, content) => {
                Ok(Request::FileWrite { path: arguments.path(path)?, content: arguments.text(content)?, module })
            }
        }
    }

    /// A secret as a value: where it is read.
    pub(super) fn secret(&self, secret: &Secret, inside: Context<'_>) -> Result<Value, Stop> {
        let arguments = Arguments { evaluation: self, inside };
        let source = match &secret.source {
            SecretSource::Env(name) => SecretPlace::Env(arguments.text(name)?),
            SecretSource::File(path) => SecretPlace::File(arguments.path(path)?),
        };
        Ok(Value::Secret(Arc::new(SecretRef::whole(source, secret.module.0))))
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
            env: self.entries(exec.env.as_deref())?,
            stdin: self.input(exec.stdin.as_deref())?,
            cwd: exec.cwd.as_ref().map(|cwd| self.path(cwd)).transpose()?,
        })
    }

    fn script(&self, shell: &Shell, module: u32) -> Result<Script, Stop> {
        let word = |word: &Expr| Ok(self.value(word)?.to_string());
        Ok(Script {
            source: shell.source.to_string(),
            words: shell.words.iter().map(word).collect::<Result<_, Stop>>()?,
            module,
            env: self.entries(shell.env.as_ref())?,
            stdin: self.input(shell.stdin.as_ref())?,
            cwd: shell.cwd.as_ref().map(|cwd| self.path(cwd)).transpose()?,
        })
    }

    fn http(&self, http: &Http, module: u32) -> Result<HttpRequest, Stop> {
        Ok(HttpRequest {
            method: http.method,
            url: with_query(&self.text(&http.url)?, &self.pairs(http.query.as_ref())?),
            module,
            headers: self.entries(http.headers.as_ref())?,
            body: self.input(http.body.as_ref())?,
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

    /// A map of texts.
    fn pairs(&self, expr: Option<&Expr>) -> Result<Vec<(String, String)>, Stop> {
        let Some(expr) = expr else { return Ok(Vec::new()) };
        match self.value(expr)? {
            Value::Record(entries) => {
                entries.iter().map(|(key, value)| Ok((key.to_string(), text(value.clone(), expr.span)?))).collect()
            }
            _ => Err(Stop::at(expr.span, FaultKind::Unchecked("an argument that is no map"))),
        }
    }

    /// A map of texts and secrets.
    fn entries(&self, expr: Option<&Expr>) -> Result<BTreeMap<String, Text>, Stop> {
        let Some(expr) = expr else { return Ok(BTreeMap::new()) };
        match self.value(expr)? {
            Value::Record(entries) => {
                entries.iter().map(|(key, value)| Ok((key.to_string(), text_or_secret(value, expr.span)?))).collect()
            }
            _ => Err(Stop::at(expr.span, FaultKind::Unchecked("an argument that is no map"))),
        }
    }

    /// A text, a secret, or a list of them.
    fn input(&self, expr: Option<&Expr>) -> Result<Option<Input>, Stop> {
        let Some(expr) = expr else { return Ok(None) };
        let input = match self.value(expr)? {
            Value::List(items) => {
                items.iter().map(|item| text_or_secret(item, expr.span)).collect::<Result<Input, Stop>>()?
            }
            value => Input::from(text_or_secret(&value, expr.span)?),
        };
        Ok(Some(input))
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

fn text_or_secret(value: &Value, span: Span) -> Result<Text, Stop> {
    match value {
        Value::Text(text) => Ok(Text::Plain(text.to_string())),
        Value::Secret(secret) => Ok(Text::Secret(Arc::clone(secret))),
        _ => Err(Stop::at(span, FaultKind::Unchecked("an argument that is neither a text nor a secret"))),
    }
}
