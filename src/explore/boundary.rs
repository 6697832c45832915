//! Boundaries: the values between which a comparison changes its verdict.
//!
//! What is looked at is made up, and a made-up number is on one side of what it is compared with. The other side is found
//! by the comparisons themselves: of the values at and beside each boundary, one is kept for each way in which the
//! comparisons of a place come out together.

use indexmap::IndexMap;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use smol_str::SmolStr;

use crate::{
    evaluate::{binary, matched},
    ir::{BinaryOp, Pattern, Risk, Value},
};

/// A nanosecond a billion times.
const SECOND: i64 = 1_000_000_000;

/// A step from a value to one that it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// To a field of a record.
    Field(SmolStr),
    /// To the first item of a list.
    Item,
}

/// Something that is asked of a value, or of a part of it.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// Which part.
    pub path: Vec<Part>,
    /// What is asked of it.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// `value > 5`
    Against(BinaryOp, Value),
    /// `value is some(5)`
    Matches(Pattern),
}

/// The values for which the comparisons come out otherwise than for `usual`, one for each way they come out.
pub(super) fn other_values(comparisons: &[Comparison], usual: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut paths: Vec<&[Part]> = Vec::new();
    for comparison in comparisons {
        if paths.contains(&comparison.path.as_slice()) {
            continue;
        }
        paths.push(&comparison.path);
        let tests: Vec<&Test> =
            comparisons.iter().filter(|other| other.path == comparison.path).map(|other| &other.test).collect();
        let Some(part) = part(usual, &comparison.path) else { continue };
        let others = other_parts(&tests, part).into_iter();
        found.extend(others.filter_map(|other| with_part(usual, &comparison.path, other)));
    }
    found
}

/// `usual` with the parts for which all comparisons hold, as far as values beside their boundaries can do that.
pub(super) fn holding(comparisons: &[Comparison], usual: &Value) -> Value {
    comparisons.iter().fold(usual.clone(), |value, comparison| {
        let Some(part) = part(&value, &comparison.path) else { return value };
        if comparison.test.holds(part) {
            return value;
        }
        let fits = comparison.test.candidates(part).into_iter().find(|other| comparison.test.holds(other));
        fits.and_then(|other| with_part(&value, &comparison.path, other)).unwrap_or(value)
    })
}

/// One value for each way in which the tests come out, but for the way they come out of `usual`.
fn other_parts(tests: &[&Test], usual: &Value) -> Vec<Value> {
    let verdicts = |value: &Value| tests.iter().map(|test| test.holds(value)).collect::<Vec<bool>>();
    let mut known = vec![verdicts(usual)];
    let candidates = tests.iter().flat_map(|test| test.candidates(usual));
    let mut is_new = |value: &Value| {
        let verdicts = verdicts(value);
        let new = !known.contains(&verdicts);
        known.extend(new.then_some(verdicts));
        new
    };
    candidates.filter(|value| is_new(value)).collect()
}

/// The part of a value that a path leads to, if it has one.
fn part<'v>(value: &'v Value, path: &[Part]) -> Option<&'v Value> {
    let Some((first, rest)) = path.split_first() else { return Some(value) };
    let inner = match (first, value) {
        (Part::Field(name), Value::Record(fields)) => fields.get(name),
        (Part::Item, Value::List(items)) => items.first(),
        (Part::Field(_) | Part::Item, _) => None,
    };
    part(inner?, rest)
}

/// A value with another part at the end of a path.
fn with_part(value: &Value, path: &[Part], other: Value) -> Option<Value> {
    let Some((first, rest)) = path.split_first() else { return Some(other) };
    match (first, value) {
        (Part::Field(name), Value::Record(fields)) => {
            let mut fields: IndexMap<SmolStr, Value> = (**fields).clone();
            let field = fields.get_mut(name)?;
            *field = with_part(field, rest, other)?;
            Some(Value::record(fields))
        }
        (Part::Item, Value::List(items)) => {
            let mut items = (**items).clone();
            let item = items.first_mut()?;
            *item = with_part(item, rest, other)?;
            Some(Value::list(items))
        }
        (Part::Field(_) | Part::Item, _) => None,
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Matches(pattern) => matched(pattern, value).is_some(),
            Test::Against(op, against) => {
                let value = match (value, against) {
                    (Value::Int(number), Value::Decimal(_)) => Value::Decimal(Decimal::from(*number)),
                    (other, _) => other.clone(),
                };
                binary(*op, &value, against) == Ok(Value::Bool(true))
            }
        }
    }

    /// The values at the boundary and beside it, of the kind that `usual` has.
    fn candidates(&self, usual: &Value) -> Vec<Value> {
        let all = match self {
            Test::Against(_, against) => around(against),
            Test::Matches(pattern) => of_pattern(pattern),
        };
        let is_whole = matches!(usual, Value::Int(_));
        all.into_iter().flat_map(|value| if is_whole { whole(value) } else { vec![value] }).collect()
    }
}

/// A value and those beside it.
fn around(value: &Value) -> Vec<Value> {
    let beside = |value: i64, step: i64, of: fn(i64) -> Value| {
        let near = [value.checked_add(step), value.checked_sub(step)].into_iter().flatten();
        std::iter::once(value).chain(near).map(of).collect()
    };
    let beside_decimal = |value: Decimal, of: fn(Decimal) -> Value| {
        let step = Decimal::new(1, value.scale());
        vec![of(value), of(value + step), of(value - step)]
    };
    match value {
        Value::Int(value) => beside(*value, 1, Value::Int),
        Value::Duration(value) => beside(*value, SECOND, Value::Duration),
        Value::Size(value) => beside(*value, 1, Value::Size),
        Value::Decimal(value) => beside_decimal(*value, Value::Decimal),
        Value::Percent(value) => beside_decimal(*value, Value::Percent),
        Value::Bool(value) => vec![Value::Bool(*value), Value::Bool(!value)],
        Value::Risk(_) => Risk::ALL.into_iter().map(Value::Risk).collect(),
        Value::List(items) => items.iter().take(1).cloned().collect(),
        Value::None | Value::Text(_) | Value::Variant(..) | Value::Record(_) | Value::Json(_) | Value::Secret(_) => {
            vec![value.clone()]
        }
    }
}

/// Values that match a pattern, or are beside those that do; a variant is made where it carries nothing.
fn of_pattern(pattern: &Pattern) -> Vec<Value> {
    match pattern {
        Pattern::Any => Vec::new(),
        Pattern::None => vec![Value::None],
        Pattern::Some(inner) | Pattern::Bind(inner, _) => of_pattern(inner),
        Pattern::Literal(value) => around(value),
        Pattern::Range(low, high) => around(low).into_iter().chain(around(high)).collect(),
        Pattern::Variant(name, fields) if fields.is_empty() => vec![Value::Variant(name.clone(), Default::default())],
        Pattern::Variant(..) => Vec::new(),
        Pattern::Alternatives(patterns) => patterns.iter().flat_map(of_pattern).collect(),
    }
}

/// The whole numbers at and below a boundary that is a decimal.
fn whole(value: Value) -> Vec<Value> {
    match value {
        Value::Decimal(number) => {
            [number.floor(), number.ceil()].iter().filter_map(ToPrimitive::to_i64).map(Value::Int).collect()
        }
        other => vec![other],
    }
}
