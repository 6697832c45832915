//! The arguments of a plan, as they are typed: `--set name=value`, `--set name=@file.json`, `--input file.json`.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value as Json};

use super::{failure::Failure, files};
use crate::diagnostic::suggest::nearest;
use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals, Stop},
    ir::{
        Param, Plan, Program, Type,
        json::{from_json, from_text, to_json},
    },
};

/// What was typed of a plan's arguments.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--set`, in order.
    pub set: Vec<String>,
    /// `--input`.
    pub input: Option<PathBuf>,
}

/// Every parameter of `plan` with its value, defaults included.
pub fn inputs(program: &Program, plan: &Plan, given: &Given) -> Result<Map<String, Json>, Failure> {
    let mut values = match &given.input {
        Some(path) => from_object(plan, path)?,
        None => Map::new(),
    };
    let mut set = HashSet::new();
    for setting in &given.set {
        let (param, value) = from_setting(plan, setting)?;
        if !set.insert(&param.name) {
            return Err(Failure::usage(format!("`{}` is set twice", param.name)));
        }
        values.insert(param.name.to_string(), value);
    }
    let missing: Vec<&Param> = plan
        .params
        .iter()
        .filter(|param| param.default.is_none() && !values.contains_key(param.name.as_str()))
        .collect();
    if !missing.is_empty() {
        return Err(needs(plan, &missing));
    }
    complete(program, plan, values)
}

/// In the order of the parameters, so that journals of equal runs are equal.
fn complete(program: &Program, plan: &Plan, mut values: Map<String, Json>) -> Result<Map<String, Json>, Failure> {
    let constants = Constants::new(program);
    let evaluator = Evaluator::new(program, &constants);
    let value = |param: &Param| match (values.remove(param.name.as_str()), &param.default) {
        (Some(value), _) => Ok((param.name.to_string(), value)),
        (None, None) => Ok((param.name.to_string(), Json::Null)),
        (None, Some(default)) => match evaluator.evaluate(default, &Locals::new(), &Answers::new()) {
            Ok(value) => Ok((param.name.to_string(), to_json(&value))),
            Err(stop) => {
                Err(Failure::usage(format!("the default of `{}` can't be computed: {}", param.name, why(&stop))))
            }
        },
    };
    plan.params.iter().map(value).collect()
}

fn why(stop: &Stop) -> String {
    match stop {
        Stop::Fault(fault) => fault.to_string(),
        Stop::Needs(_) | Stop::NoAnswer { .. } => "it looks at the world".to_owned(),
    }
}

fn from_object(plan: &Plan, path: &Path) -> Result<Map<String, Json>, Failure> {
    let Json::Object(fields) = parsed(path)? else {
        let message = format!("`{}` holds no object: the arguments of `{}` are its fields", path.display(), plan.name);
        return Err(Failure::usage(message).help(signature(plan)));
    };
    let decode = |(name, json): (String, Json)| {
        let param = param(plan, &name)?;
        checked(param, &json).map(|value| (name, value))
    };
    fields.into_iter().map(decode).collect()
}

fn from_setting<'p>(plan: &'p Plan, setting: &str) -> Result<(&'p Param, Json), Failure> {
    let Some((name, text)) = setting.split_once('=') else {
        let message = format!("`--set {setting}` has no value");
        return Err(Failure::usage(message).help("write `--set name=value`, or `--set name=@file.json`"));
    };
    let param = param(plan, name.trim())?;
    match text.strip_prefix('@') {
        Some(file) if param.ty == Type::String => Ok((param, Json::String(files::read_named(Path::new(file))?))),
        Some(file) => checked(param, &parsed(Path::new(file))?).map(|value| (param, value)),
        None => match from_text(&param.ty, text) {
            Ok(value) => Ok((param, to_json(&value))),
            Err(mismatch) => Err(wrong(param, &mismatch.to_string())),
        },
    }
}

fn parsed(path: &Path) -> Result<Json, Failure> {
    let text = files::read_named(path)?;
    let parsed = serde_json::from_str(&text);
    parsed.map_err(|error| Failure::usage(format!("`{}` is no JSON: {error}", path.display())))
}

/// As the journal will hold it: the canonical form of the value, not of the text.
fn checked(param: &Param, json: &Json) -> Result<Json, Failure> {
    match from_json(&param.ty, json) {
        Ok(value) => Ok(to_json(&value)),
        Err(mismatch) => Err(wrong(param, &mismatch.to_string())),
    }
}

fn param<'p>(plan: &'p Plan, name: &str) -> Result<&'p Param, Failure> {
    if let Some(param) = plan.params.iter().find(|param| param.name == name) {
        return Ok(param);
    }
    let failure = Failure::usage(format!("`{}` has no parameter `{name}`", plan.name));
    let close = nearest(name, plan.params.iter().map(|param| param.name.as_str()));
    Err(match close {
        Some(close) => failure.help(format!("did you mean `{close}`?")),
        None => failure.help(signature(plan)),
    })
}

fn wrong(param: &Param, why: &str) -> Failure {
    Failure::usage(format!("`{}` does not fit: {why}", param.name))
}

fn needs(plan: &Plan, missing: &[&Param]) -> Failure {
    let names: Vec<String> = missing.iter().map(|param| format!("`{}`", param.name)).collect();
    let failure = Failure::usage(format!("`{}` needs {}", plan.name, names.join(", ")));
    missing
        .iter()
        .fold(failure, |failure, param| failure.help(format!("--set {}={}", param.name, placeholder(&param.ty))))
}

/// How a value of a type is typed.
fn placeholder(ty: &Type) -> String {
    match ty {
        Type::Record(_) | Type::List(_) | Type::Map(_) | Type::Json => format!("@FILE.json      {ty}, as JSON"),
        _ => format!("VALUE      {ty}"),
    }
}

/// What a plan takes: `place_order(order: Order)`.
pub fn signature(plan: &Plan) -> String {
    let params: Vec<String> = plan.params.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
    format!("{}({})", plan.name, params.join(", "))
}
