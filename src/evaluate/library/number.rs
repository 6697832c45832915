//! Numbers, units, and what has an order.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::{
    super::{FaultKind, Stop, operations},
    call::Call,
    list::or_none,
};
use crate::ir::{BinaryOp, Type, UnaryOp, Value, exact, units};

type Outcome = Result<Value, Stop>;

fn binary(call: &Call<'_>, op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    operations::binary(op, left, right).map_err(|kind| call.stop(kind))
}

fn ordering(call: &Call<'_>, left: &Value, right: &Value) -> Result<Ordering, Stop> {
    let unordered = FaultKind::Unchecked("an order of values that have none");
    operations::ordering(left, right).ok_or_else(|| call.stop(unordered))
}

pub(super) fn sum(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    let Some((first, rest)) = items.split_first() else { return Ok(nothing_of(call.ty())) };
    rest.iter().try_fold(first.clone(), |sum, item| binary(call, BinaryOp::Add, &sum, item))
}

/// What has no effect in a sum.
fn nothing_of(ty: &Type) -> Value {
    match ty {
        Type::Decimal => Value::Decimal(Decimal::ZERO),
        Type::Percent => Value::Percent(Decimal::ZERO),
        Type::Duration => Value::Duration(0),
        Type::Size => Value::Size(0),
        _ => Value::Int(0),
    }
}

/// The keys of the items, each with the place of its item.
fn keys(call: &Call<'_>, items: &[Value]) -> Result<Vec<(Value, usize)>, Stop> {
    let key = call.function(1)?;
    items.iter().enumerate().map(|(at, item)| Ok((key.of([item.clone()])?, at))).collect()
}

/// The values with places, the least first.
fn sorted(call: &Call<'_>, mut keys: Vec<(Value, usize)>) -> Result<Vec<(Value, usize)>, Stop> {
    call.spend(keys.len().saturating_mul(keys.len().checked_ilog2().unwrap_or_default() as usize))?;
    if let [(first, _), rest @ ..] = keys.as_slice() {
        rest.iter().try_for_each(|(key, _)| ordering(call, first, key).map(drop))?;
    }
    keys.sort_by(|(one, _), (other, _)| operations::ordering(one, other).unwrap_or(Ordering::Equal));
    Ok(keys)
}

/// The first key for which no other one is `better`.
fn best(call: &Call<'_>, keys: Vec<(Value, usize)>, better: Ordering) -> Result<Option<usize>, Stop> {
    let mut best: Option<(Value, usize)> = None;
    for (key, at) in keys {
        let wins = match &best {
            Some((so_far, _)) => ordering(call, &key, so_far)? == better,
            None => true,
        };
        if wins {
            best = Some((key, at));
        }
    }
    Ok(best.map(|(_, at)| at))
}

fn themselves(items: &[Value]) -> Vec<(Value, usize)> {
    items.iter().cloned().zip(0..).collect()
}

fn best_item(call: &Call<'_>, better: Ordering) -> Outcome {
    let items = call.list(0)?;
    Ok(or_none(best(call, themselves(&items), better)?.and_then(|at| items.get(at))))
}

fn best_by(call: &Call<'_>, better: Ordering) -> Outcome {
    let items = call.list(0)?;
    Ok(or_none(best(call, keys(call, &items)?, better)?.and_then(|at| items.get(at))))
}

pub(super) fn least(call: &Call<'_>) -> Outcome {
    best_item(call, Ordering::Less)
}

pub(super) fn greatest(call: &Call<'_>) -> Outcome {
    best_item(call, Ordering::Greater)
}

pub(super) fn least_by(call: &Call<'_>) -> Outcome {
    best_by(call, Ordering::Less)
}

pub(super) fn greatest_by(call: &Call<'_>) -> Outcome {
    best_by(call, Ordering::Greater)
}

pub(super) fn sort(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    Ok(Value::list(sorted(call, themselves(&items))?.into_iter().map(|(item, _)| item).collect()))
}

pub(super) fn sort_by(call: &Call<'_>) -> Outcome {
    let items = call.list(0)?;
    let order = sorted(call, keys(call, &items)?)?;
    Ok(Value::list(order.into_iter().filter_map(|(_, at)| items.get(at).cloned()).collect()))
}

pub(super) fn div(call: &Call<'_>) -> Outcome {
    whole_division(call, i64::checked_div_euclid)
}

pub(super) fn modulo(call: &Call<'_>) -> Outcome {
    whole_division(call, i64::checked_rem_euclid)
}

fn whole_division(call: &Call<'_>, divide: fn(i64, i64) -> Option<i64>) -> Outcome {
    let (number, by) = (call.int(0)?, call.int(1)?);
    if by == 0 {
        return Err(call.stop(FaultKind::DivisionByZero));
    }
    call.fits("Int", divide(number, by).map(Value::Int))
}

pub(super) fn pow(call: &Call<'_>) -> Outcome {
    let (base, exponent) = (call.int(0)?, call.int(1)?);
    if exponent < 0 {
        return Err(call.stop(FaultKind::Argument("a power needs an exponent of 0 or more")));
    }
    // What is neither -1, 0 nor 1 has no power above 63 that fits; those three repeat themselves.
    let exponent = u32::try_from(exponent).unwrap_or(if exponent % 2 == 0 { 64 } else { 65 });
    call.fits("Int", base.checked_pow(exponent).map(Value::Int))
}

pub(super) fn to_decimal(call: &Call<'_>) -> Outcome {
    Ok(Value::Decimal(call.decimal(0)?))
}

/// How many digits behind the point are asked for.
fn places(call: &Call<'_>) -> Result<u32, Stop> {
    let places = u32::try_from(call.int(1)?).ok().filter(|places| *places <= Decimal::MAX_SCALE);
    places.ok_or_else(|| call.stop(FaultKind::Argument("there may be 0 to 28 digits behind the point")))
}

fn rounded(call: &Call<'_>) -> Result<(Decimal, u32), Stop> {
    let places = places(call)?;
    Ok((call.decimal(0)?.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven), places))
}

pub(super) fn round(call: &Call<'_>) -> Outcome {
    Ok(Value::Decimal(rounded(call)?.0))
}

pub(super) fn fixed(call: &Call<'_>) -> Outcome {
    let (number, places) = rounded(call)?;
    let number = number.normalize();
    // The crate's own way to write so many digits has room for too few.
    let point = if number.scale() == 0 && places > 0 { "." } else { "" };
    let zeros = "0".repeat(places.saturating_sub(number.scale()) as usize);
    Ok(Value::text(format!("{number}{point}{zeros}")))
}

pub(super) fn floor(call: &Call<'_>) -> Outcome {
    call.fits("Int", call.decimal(0)?.floor().to_i64().map(Value::Int))
}

pub(super) fn ceil(call: &Call<'_>) -> Outcome {
    call.fits("Int", call.decimal(0)?.ceil().to_i64().map(Value::Int))
}

pub(super) fn to_int(call: &Call<'_>) -> Outcome {
    let number = call.decimal(0)?;
    let whole = Some(number).filter(Decimal::is_integer).and_then(|number| number.to_i64());
    Ok(whole.map_or(Value::None, Value::Int))
}

pub(super) fn abs(call: &Call<'_>) -> Outcome {
    let number = call.value(0)?;
    let negative = match &number {
        Value::Int(value) | Value::Duration(value) | Value::Size(value) => *value < 0,
        Value::Decimal(value) | Value::Percent(value) => value.is_sign_negative(),
        _ => false,
    };
    if !negative {
        return Ok(number);
    }
    operations::unary(UnaryOp::Negate, &number).map_err(|kind| call.stop(kind))
}

pub(super) fn lesser(call: &Call<'_>) -> Outcome {
    let (one, other) = (call.value(0)?, call.value(1)?);
    Ok(if ordering(call, &other, &one)?.is_lt() { other } else { one })
}

pub(super) fn greater(call: &Call<'_>) -> Outcome {
    let (one, other) = (call.value(0)?, call.value(1)?);
    Ok(if ordering(call, &other, &one)?.is_gt() { other } else { one })
}

pub(super) fn clamp(call: &Call<'_>) -> Outcome {
    let (value, low, high) = (call.value(0)?, call.value(1)?, call.value(2)?);
    if ordering(call, &low, &high)?.is_gt() {
        return Err(call.stop(FaultKind::Argument("the low end is above the high end")));
    }
    let value = if ordering(call, &value, &low)?.is_lt() { low } else { value };
    Ok(if ordering(call, &value, &high)?.is_gt() { high } else { value })
}

pub(super) fn fraction(call: &Call<'_>) -> Outcome {
    let share = call.decimal(0)?;
    call.fits("Decimal", share.checked_div(Decimal::ONE_HUNDRED).map(Value::Decimal))
}

pub(super) fn share_of(call: &Call<'_>) -> Outcome {
    binary(call, BinaryOp::Multiply, &call.value(1)?, &fraction(call)?)
}

/// How many of a unit a duration is.
pub(super) fn in_units_of(call: &Call<'_>, unit: &str) -> Outcome {
    let worth = units::worth(&units::DURATION, unit).unwrap_or(1);
    binary(call, BinaryOp::Divide, &call.value(0)?, &Value::Duration(worth))
}

pub(super) fn round_to(call: &Call<'_>) -> Outcome {
    let step = call.value(1)?;
    let Value::Decimal(steps) = binary(call, BinaryOp::Divide, &call.value(0)?, &step)? else {
        return Err(call.stop(FaultKind::Unchecked("a number of steps that is none")));
    };
    let steps = steps.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    match step {
        Value::Duration(step) => call.fits("Duration", exact::times(step, steps).map(Value::Duration)),
        _ => Err(call.stop(FaultKind::Unchecked("a step that is no `Duration`"))),
    }
}

pub(super) fn bytes(call: &Call<'_>) -> Outcome {
    match call.value(0)? {
        Value::Size(bytes) => Ok(Value::Int(bytes)),
        _ => Err(call.stop(FaultKind::Unchecked("the bytes of what is no `Size`"))),
    }
}
