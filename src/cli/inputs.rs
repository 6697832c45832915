//! The arguments of a plan, as they are typed: `--set name=value`, `--set name=@file.json`, `--input file.json`.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value as Json};

use super::{failure::Failure, files};
use crate::diagnostic::suggest::nearest;
use crate::{
    ir::{
        Plan, Type,
        json::{from_json, from_text, to_json},
    },
    machine::{Beginning, Input},
};

/// What was typed of a plan's arguments.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--set`, in order.
    pub set: Vec<String>,
    /// `--input`.
    pub input: Option<PathBuf>,
}

/// Every input of a run with its value, defaults included.
pub fn inputs(plan: &Beginning<'_>, given: &Given) -> Result<Map<String, Json>, Failure> {
    let values = typed(plan, given)?;
    let missing = missing(plan, &values);
    if !missing.is_empty() {
        return Err(needs(plan.plan(), &missing));
    }
    plan.complete(&values).map_err(|unfit| Failure::usage(unfit.to_string()))
}

/// The same for a run in a world that is made up, where what is not given is made up as well: with the names of what was.
pub fn inputs_made_up(
    plan: &Beginning<'_>,
    given: &Given,
    make_up: impl Fn(&Input<'_>) -> Json,
) -> Result<(Map<String, Json>, Vec<String>), Failure> {
    let mut values = typed(plan, given)?;
    let made_up: Vec<(String, Json)> =
        missing(plan, &values).iter().map(|input| (input.name.to_string(), make_up(input))).collect();
    let names = made_up.iter().map(|(name, _)| name.clone()).collect();
    values.extend(made_up);
    Ok((plan.complete(&values).map_err(|unfit| Failure::usage(unfit.to_string()))?, names))
}

/// The inputs that have no value yet and need one.
fn missing<'p>(plan: &Beginning<'p>, values: &Map<String, Json>) -> Vec<Input<'p>> {
    let is_missing = |input: &Input<'_>| input.default.is_none() && !values.contains_key(input.name.as_str());
    plan.inputs().into_iter().filter(is_missing).collect()
}

/// The inputs that were typed, whether they are all or not.
pub fn typed(plan: &Beginning<'_>, given: &Given) -> Result<Map<String, Json>, Failure> {
    let mut values = match &given.input {
        Some(path) => from_object(plan, path)?,
        None => Map::new(),
    };
    let mut set = HashSet::new();
    for setting in &given.set {
        let (input, value) = from_setting(plan, setting)?;
        if !set.insert(input.name) {
            return Err(Failure::usage(format!("`{}` is set twice", input.name)));
        }
        values.insert(input.name.to_string(), value);
    }
    Ok(values)
}

fn from_object(plan: &Beginning<'_>, path: &Path) -> Result<Map<String, Json>, Failure> {
    let Json::Object(fields) = parsed(path)? else {
        let message =
            format!("`{}` holds no object: the arguments of `{}` are its fields", path.display(), plan.plan().name);
        return Err(Failure::usage(message).help(signature(plan.plan())));
    };
    let decode = |(name, json): (String, Json)| {
        let input = input(plan, &name)?;
        checked(&input, &json).map(|value| (name, value))
    };
    fields.into_iter().map(decode).collect()
}

fn from_setting<'p>(plan: &Beginning<'p>, setting: &str) -> Result<(Input<'p>, Json), Failure> {
    let Some((name, text)) = setting.split_once('=') else {
        let message = format!("`--set {setting}` has no value");
        return Err(Failure::usage(message).help("write `--set name=value`, or `--set name=@file.json`"));
    };
    let input = input(plan, name.trim())?;
    match text.strip_prefix('@') {
        Some(file) if *input.ty == Type::String => Ok((input, Json::String(files::read_named(Path::new(file))?))),
        Some(file) => checked(&input, &parsed(Path::new(file))?).map(|value| (input, value)),
        None => match from_text(input.ty, text) {
            Ok(value) => Ok((input, to_json(&value))),
            Err(mismatch) => Err(wrong(&input, &mismatch.to_string())),
        },
    }
}

fn parsed(path: &Path) -> Result<Json, Failure> {
    let text = files::read_named(path)?;
    let parsed = serde_json::from_str(&text);
    parsed.map_err(|error| Failure::usage(format!("`{}` is no JSON: {error}", path.display())))
}

/// As the journal will hold it: the canonical form of the value, not of the text.
fn checked(input: &Input<'_>, json: &Json) -> Result<Json, Failure> {
    match from_json(input.ty, json) {
        Ok(value) => Ok(to_json(&value)),
        Err(mismatch) => Err(wrong(input, &mismatch.to_string())),
    }
}

fn input<'p>(plan: &Beginning<'p>, name: &str) -> Result<Input<'p>, Failure> {
    let inputs = plan.inputs();
    if let Some(input) = inputs.iter().find(|input| input.name == name) {
        return Ok(*input);
    }
    let failure = Failure::usage(format!("`{}` has no parameter `{name}`", plan.plan().name));
    let close = nearest(name, inputs.iter().map(|input| input.name.as_str()));
    Err(match close {
        Some(close) => failure.help(format!("did you mean `{close}`?")),
        None => failure.help(signature(plan.plan())),
    })
}

fn wrong(input: &Input<'_>, why: &str) -> Failure {
    Failure::usage(format!("`{}` does not fit: {why}", input.name))
}

fn needs(plan: &Plan, missing: &[Input<'_>]) -> Failure {
    let names: Vec<String> = missing.iter().map(|input| format!("`{}`", input.name)).collect();
    let failure = Failure::usage(format!("`{}` needs {}", plan.name, names.join(", ")));
    missing
        .iter()
        .fold(failure, |failure, input| failure.help(format!("--set {}={}", input.name, placeholder(input.ty))))
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
