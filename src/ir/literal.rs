//! Literals of numbers and units, from their source text to values.

use std::{borrow::Cow, fmt};

use rust_decimal::Decimal;

use super::{
    exact::{self, NotExact},
    units,
    value::Value,
};

/// Why a text is no literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralError {
    /// `1..5`, `x`
    Malformed(String),
    /// `9_223_372_036_854_775_808`, `300_000d`
    TooLarge {
        /// The literal.
        text: String,
        /// The type it does not fit.
        ty: &'static str,
    },
    /// `0.00000000000000000000000000001`
    TooManyDigits(String),
    /// `10kb`
    UnknownUnit {
        /// What stands after the number.
        unit: String,
        /// The unit that differs in case only.
        meant: Option<&'static str>,
    },
    /// `1h30`
    MissingUnit(String),
    /// `1h5MB`
    MixedUnits {
        /// The unit that begins the literal.
        first: &'static str,
        /// The one of another kind.
        unit: String,
    },
    /// `1h2h`
    RepeatedUnit(&'static str),
    /// `30m1h`
    UnitOrder {
        /// The longer unit.
        unit: &'static str,
        /// The shorter one it stands behind.
        after: &'static str,
    },
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiteralError::Malformed(text) => write!(f, "`{text}` is no number"),
            LiteralError::TooLarge { text, ty } => write!(f, "`{text}` does not fit `{ty}`"),
            LiteralError::TooManyDigits(text) => write!(f, "`{text}` has more than 28 digits"),
            LiteralError::UnknownUnit { unit, meant: None } => write!(f, "unknown unit `{unit}`"),
            LiteralError::UnknownUnit { unit, meant: Some(meant) } => {
                write!(f, "unknown unit `{unit}`, did you mean `{meant}`?")
            }
            LiteralError::MissingUnit(number) => write!(f, "`{number}` lacks a unit"),
            LiteralError::MixedUnits { first, unit } => write!(f, "`{unit}` can't follow `{first}`"),
            LiteralError::RepeatedUnit(unit) => write!(f, "unit `{unit}` is repeated"),
            LiteralError::UnitOrder { unit, after } => write!(f, "unit `{unit}` must stand before `{after}`"),
        }
    }
}

impl std::error::Error for LiteralError {}

/// The value of `1_000_000`, `0.98`, `99.9%`, `1h30m`, `1.5d`, `2TB`, `512MiB`.
///
/// A number without a fraction is an `Int`, one with a fraction a `Decimal`. Durations are rounded to whole
/// nanoseconds and sizes to whole bytes, half to even.
///
/// The text may begin with `-`, which no token does: whoever reads a `-` right before a literal gives both
/// together, so that the least `Int`, `-9223372036854775808`, can be written although its digits alone are too large.
///
/// # Errors
/// [`LiteralError`] says what is wrong with the text.
pub fn literal(text: &str) -> Result<Value, LiteralError> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (number, unit) = split_number(unsigned).ok_or_else(|| LiteralError::Malformed(text.to_owned()))?;
    match (unit, units::worth(&units::SIZE, unit)) {
        ("", _) => plain(text),
        ("%", _) => Ok(Value::Percent(signed(sign, decimal(number, text, "Percent")?))),
        (_, Some(worth)) => size(number, sign * worth, text),
        (_, None) if duration_place(split_unit(unit).0).is_some() => duration(unsigned, sign, text),
        (_, None) => Err(unknown(unit)),
    }
}

/// A leading `1_000.5` and what follows it; `None` if there is none.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().filter(|byte| is_digit(byte))?;
    let whole = bytes.iter().take_while(|byte| is_digit(byte) || **byte == b'_').count();
    let fraction = match bytes.get(whole) {
        Some(b'.') => bytes.iter().skip(whole + 1).take_while(|byte| is_digit(byte)).count(),
        _ => 0,
    };
    let end = if fraction == 0 { whole } else { whole + 1 + fraction };
    Some(text.split_at(end))
}

fn plain(text: &str) -> Result<Value, LiteralError> {
    if text.contains('.') {
        return Ok(Value::Decimal(decimal(text, text, "Decimal")?));
    }
    let int = without_underscores(text).parse();
    int.map(Value::Int).map_err(|_| LiteralError::TooLarge { text: text.to_owned(), ty: "Int" })
}

fn size(number: &str, worth: i64, text: &str) -> Result<Value, LiteralError> {
    let bytes = exact::times(worth, decimal(number, text, "Size")?);
    bytes.map(Value::Size).ok_or_else(|| LiteralError::TooLarge { text: text.to_owned(), ty: "Size" })
}

fn duration(unsigned: &str, sign: i64, text: &str) -> Result<Value, LiteralError> {
    let too_large = || LiteralError::TooLarge { text: text.to_owned(), ty: "Duration" };
    let mut total = 0_i64;
    let mut previous = None;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let (number, behind) = split_number(rest).ok_or_else(|| LiteralError::Malformed(text.to_owned()))?;
        let (name, behind) = split_unit(behind);
        let place = duration_unit(number, name, previous)?;
        let (_, worth) = units::DURATION[place];
        let part = exact::times(sign * worth, decimal(number, text, "Duration")?).ok_or_else(too_large)?;
        total = total.checked_add(part).ok_or_else(too_large)?;
        previous = Some(place);
        rest = behind;
    }
    Ok(Value::Duration(total))
}

fn split_unit(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len()))
}

/// The place of a unit in [`units::DURATION`], if it may stand behind that of `previous`.
fn duration_unit(number: &str, unit: &str, previous: Option<usize>) -> Result<usize, LiteralError> {
    if unit.is_empty() {
        return Err(LiteralError::MissingUnit(number.to_owned()));
    }
    let name = |place: usize| units::DURATION[place].0;
    match (duration_place(unit), previous) {
        (None, Some(previous)) if unit == "%" || units::worth(&units::SIZE, unit).is_some() => {
            Err(LiteralError::MixedUnits { first: name(previous), unit: unit.to_owned() })
        }
        (None, _) => Err(unknown(unit)),
        (Some(place), Some(previous)) if place == previous => Err(LiteralError::RepeatedUnit(name(place))),
        (Some(place), Some(previous)) if place < previous => {
            Err(LiteralError::UnitOrder { unit: name(place), after: name(previous) })
        }
        (Some(place), _) => Ok(place),
    }
}

fn duration_place(unit: &str) -> Option<usize> {
    units::DURATION.iter().position(|(name, _)| *name == unit)
}

fn unknown(unit: &str) -> LiteralError {
    let mut names = units::SIZE.iter().chain(&units::DURATION).map(|(name, _)| *name);
    LiteralError::UnknownUnit { unit: unit.to_owned(), meant: names.find(|name| name.eq_ignore_ascii_case(unit)) }
}

fn decimal(number: &str, text: &str, ty: &'static str) -> Result<Decimal, LiteralError> {
    exact::decimal(&without_underscores(number)).map_err(|error| match error {
        NotExact::Malformed => LiteralError::Malformed(text.to_owned()),
        NotExact::TooLarge => LiteralError::TooLarge { text: text.to_owned(), ty },
        NotExact::TooManyDigits => LiteralError::TooManyDigits(text.to_owned()),
    })
}

fn signed(sign: i64, number: Decimal) -> Decimal {
    if sign < 0 { -number } else { number }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_one_value() {
        let check = |text: &str, expected: &str| {
            let found = literal(text).map(|value| format!("{value:?}"));
            assert_eq!(found, Ok(expected.to_owned()), "{text}");
        };
        check("42", "Int(42)");
        check("1_000_000", "Int(1000000)");
        check("9223372036854775807", "Int(9223372036854775807)");
        check("-9223372036854775808", "Int(-9223372036854775808)");
        check("0.98", "Decimal(0.98)");
        check("1_000.50", "Decimal(1000.5)");
        check("99.9%", "Percent(99.9)");
        check("-5%", "Percent(-5)");
        check("50ms", "Duration(50000000)");
        check("1h30m", "Duration(5400000000000)");
        check("1.5d", "Duration(129600000000000)");
        check("2w1ns", "Duration(1209600000000001)");
        check("-1h30m", "Duration(-5400000000000)");
        check("1.5ns", "Duration(2)");
        check("2.5ns", "Duration(2)");
        check("-9223372036854775808ns", "Duration(-9223372036854775808)");
        check("10KB", "Size(10000)");
        check("2TB", "Size(2000000000000)");
        check("512MiB", "Size(536870912)");
        check("1_024B", "Size(1024)");
        check("0.5KiB", "Size(512)");
        check("8191.9PiB", "Size(9223259446864091546)");
    }

    #[test]
    fn what_is_no_literal_is_refused_with_the_reason() {
        let check = |text: &str, expected: &str| {
            let found = literal(text).map_err(|error| error.to_string());
            assert_eq!(found, Err(expected.to_owned()), "{text}");
        };
        check("", "`` is no number");
        check("x", "`x` is no number");
        check("_1", "`_1` is no number");
        check("--1", "`--1` is no number");
        check("9_223_372_036_854_775_808", "`9_223_372_036_854_775_808` does not fit `Int`");
        check("300_000d", "`300_000d` does not fit `Duration`");
        check("106751d1000h", "`106751d1000h` does not fit `Duration`");
        check("9223PB1", "unknown unit `PB1`");
        check("10000PB", "`10000PB` does not fit `Size`");
        check("99999999999999999999999999999999%", "`99999999999999999999999999999999%` does not fit `Percent`");
        check("0.00000000000000000000000000001", "`0.00000000000000000000000000001` has more than 28 digits");
        check("10kb", "unknown unit `kb`, did you mean `KB`?");
        check("1h5kb", "unknown unit `kb`, did you mean `KB`?");
        check("5parsecs", "unknown unit `parsecs`");
        check("1.", "unknown unit `.`");
        check("1h30", "`30` lacks a unit");
        check("1h5MB", "`MB` can't follow `h`");
        check("1h5%", "`%` can't follow `h`");
        check("1h2h", "unit `h` is repeated");
        check("30m1h", "unit `h` must stand before `m`");
    }
}
