//! The operators, on values alone.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::FaultKind;
use crate::ir::{BinaryOp, UnaryOp, Value, exact};

/// What an operator gives, or why it can't.
type Outcome = Result<Value, FaultKind>;

/// `not a`, `-a`
///
/// # Errors
/// A number without an opposite that fits.
pub fn unary(op: UnaryOp, operand: &Value) -> Outcome {
    match (op, operand) {
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (UnaryOp::Negate, Value::Int(value)) => fits("Int", value.checked_neg().map(Value::Int)),
        (UnaryOp::Negate, Value::Decimal(value)) => Ok(Value::Decimal(-*value)),
        (UnaryOp::Negate, Value::Percent(value)) => Ok(Value::Percent(-*value)),
        (UnaryOp::Negate, Value::Duration(value)) => fits("Duration", value.checked_neg().map(Value::Duration)),
        (UnaryOp::Negate, Value::Size(value)) => fits("Size", value.checked_neg().map(Value::Size)),
        _ => Err(FaultKind::Unchecked("an operator on a value it does not take")),
    }
}

/// `a + b`, `a < b`, and all others that evaluate both sides.
///
/// # Errors
/// A result that does not fit its type, or a division by zero.
pub fn binary(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    match op {
        BinaryOp::Equal => Ok(Value::Bool(left == right)),
        BinaryOp::NotEqual => Ok(Value::Bool(left != right)),
        BinaryOp::Less => compare(left, right, Ordering::is_lt),
        BinaryOp::LessEqual => compare(left, right, Ordering::is_le),
        BinaryOp::Greater => compare(left, right, Ordering::is_gt),
        BinaryOp::GreaterEqual => compare(left, right, Ordering::is_ge),
        BinaryOp::In => is_in(left, right),
        BinaryOp::Add => add(left, right),
        BinaryOp::Subtract => subtract(left, right),
        BinaryOp::Multiply => multiply(left, right),
        BinaryOp::Divide => divide(left, right),
    }
}

fn fits(ty: &'static str, result: Option<Value>) -> Outcome {
    result.ok_or(FaultKind::Overflow(ty))
}

fn no_such(what: &'static str) -> Outcome {
    Err(FaultKind::Unchecked(what))
}

fn compare(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Outcome {
    match ordering(left, right) {
        Some(ordering) => Ok(Value::Bool(holds(ordering))),
        None => no_such("a comparison of values without an order"),
    }
}

/// Which of two values comes first; `None` if they have no order.
pub(super) fn ordering(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Decimal(left), Value::Decimal(right)) => Some(left.cmp(right)),
        (Value::Percent(left), Value::Percent(right)) => Some(left.cmp(right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
        (Value::Size(left), Value::Size(right)) => Some(left.cmp(right)),
        (Value::Risk(left), Value::Risk(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn is_in(item: &Value, whole: &Value) -> Outcome {
    match (item, whole) {
        (item, Value::List(items)) => Ok(Value::Bool(items.contains(item))),
        (Value::Text(key), Value::Record(entries)) => Ok(Value::Bool(entries.contains_key(key))),
        (Value::Text(part), Value::Text(text)) => Ok(Value::Bool(text.contains(part.as_str()))),
        _ => no_such("`in` something that holds nothing"),
    }
}

fn add(left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => fits("Int", a.checked_add(*b).map(Value::Int)),
        (Value::Decimal(a), Value::Decimal(b)) => fits("Decimal", a.checked_add(*b).map(Value::Decimal)),
        (Value::Percent(a), Value::Percent(b)) => fits("Percent", a.checked_add(*b).map(Value::Percent)),
        (Value::Duration(a), Value::Duration(b)) => fits("Duration", a.checked_add(*b).map(Value::Duration)),
        (Value::Size(a), Value::Size(b)) => fits("Size", a.checked_add(*b).map(Value::Size)),
        _ => no_such("a sum of values that have none"),
    }
}

fn subtract(left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => fits("Int", a.checked_sub(*b).map(Value::Int)),
        (Value::Decimal(a), Value::Decimal(b)) => fits("Decimal", a.checked_sub(*b).map(Value::Decimal)),
        (Value::Percent(a), Value::Percent(b)) => fits("Percent", a.checked_sub(*b).map(Value::Percent)),
        (Value::Duration(a), Value::Duration(b)) => fits("Duration", a.checked_sub(*b).map(Value::Duration)),
        (Value::Size(a), Value::Size(b)) => fits("Size", a.checked_sub(*b).map(Value::Size)),
        _ => no_such("a difference of values that have none"),
    }
}

fn multiply(left: &Value, right: &Value) -> Outcome {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        return fits("Int", a.checked_mul(*b).map(Value::Int));
    }
    match (left, number(left), right, number(right)) {
        (_, Some(a), _, Some(b)) => fits("Decimal", a.checked_mul(b).map(Value::Decimal)),
        (unit, None, _, Some(factor)) | (_, Some(factor), unit, None) => scale(unit, factor),
        _ => no_such("a product of values that have none"),
    }
}

fn scale(unit: &Value, factor: Decimal) -> Outcome {
    match unit {
        Value::Percent(value) => fits("Percent", value.checked_mul(factor).map(Value::Percent)),
        Value::Duration(value) => fits("Duration", exact::times(*value, factor).map(Value::Duration)),
        Value::Size(value) => fits("Size", exact::times(*value, factor).map(Value::Size)),
        _ => no_such("a product of values that have none"),
    }
}

fn divide(left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Percent(a), Value::Percent(b)) => ratio(*a, *b),
        (Value::Duration(a), Value::Duration(b)) | (Value::Size(a), Value::Size(b)) => ratio((*a).into(), (*b).into()),
        _ => match (number(left), number(right)) {
            (_, Some(divisor)) if divisor.is_zero() => Err(FaultKind::DivisionByZero),
            (Some(a), Some(b)) => ratio(a, b),
            (None, Some(divisor)) => part(left, divisor),
            (_, None) => no_such("a quotient of values that have none"),
        },
    }
}

fn ratio(left: Decimal, right: Decimal) -> Outcome {
    if right.is_zero() {
        return Err(FaultKind::DivisionByZero);
    }
    fits("Decimal", left.checked_div(right).map(Value::Decimal))
}

/// A unit divided by a number that is not zero.
fn part(unit: &Value, divisor: Decimal) -> Outcome {
    match unit {
        Value::Percent(value) => fits("Percent", value.checked_div(divisor).map(Value::Percent)),
        Value::Duration(value) => fits("Duration", exact::per(*value, divisor).map(Value::Duration)),
        Value::Size(value) => fits("Size", exact::per(*value, divisor).map(Value::Size)),
        _ => no_such("a quotient of values that have none"),
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(value) => Some((*value).into()),
        Value::Decimal(value) => Some(*value),
        _ => None,
    }
}
