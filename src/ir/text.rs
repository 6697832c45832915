//! The text form of values and types: what one would write, in one canonical way, readable back.
//!
//! | value | text |
//! |---|---|
//! | `Decimal`, `Percent` | without scale: `24.5`, `1.2%` |
//! | `Duration` | whole weeks in weeks, all else from days down without zero parts: `2w`, `10d`, `1h30m`, `1s500ms`, `0s` |
//! | `Size` | the shortest exact text whose number is at least 1, with at most 6 decimals; of equally short ones decimal units come first, then larger ones: `2TB`, `1.5GB`, `512MiB`, `1234567B` |
//! | variant | `jwt`, `mixed(count: 2)` |
//! | list, record, map | `[1, 2]`, `{ a: 1 }` |
//! | `String` | bare; quoted inside of others |
//! | `Json` | compact JSON |
//! | `Secret` | what it refers to, never what it is: `secret env("TOKEN")` |
//! | `none` | `none` |

use std::fmt::{self, Display, Formatter, Write};

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    types::{EnumType, RecordType, Type, VariantType},
    units,
    value::Value,
};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("none"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Decimal(value) => write!(f, "{}", value.normalize()),
            Value::Text(text) => f.write_str(text),
            Value::Percent(value) => write!(f, "{}%", value.normalize()),
            Value::Duration(nanoseconds) => write_duration(f, *nanoseconds),
            Value::Size(bytes) => write_size(f, *bytes),
            Value::Risk(risk) => f.write_str(risk.as_str()),
            Value::Variant(name, payload) if payload.is_empty() => f.write_str(name),
            Value::Variant(name, payload) => {
                write!(f, "{name}(")?;
                write_fields(f, payload)?;
                f.write_char(')')
            }
            Value::List(items) => {
                f.write_char('[')?;
                separated(f, items.iter(), ", ", |f, item| write!(f, "{}", Nested(item)))?;
                f.write_char(']')
            }
            Value::Record(fields) if fields.is_empty() => f.write_str("{}"),
            Value::Record(fields) => {
                f.write_str("{ ")?;
                write_fields(f, fields)?;
                f.write_str(" }")
            }
            Value::Json(json) => write!(f, "{json}"),
            Value::Secret(secret) => write!(f, "{secret}"),
        }
    }
}

/// A value as it stands inside of others: a text is quoted.
pub struct Nested<'a>(pub &'a Value);

impl Display for Nested<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => write_quoted(f, text),
            value => value.fmt(f),
        }
    }
}

/// Writes each item with `write`, and `separator` between them.
fn separated<T>(
    f: &mut Formatter<'_>,
    items: impl Iterator<Item = T>,
    separator: &str,
    mut write: impl FnMut(&mut Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (at, item) in items.enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        write(f, item)?;
    }
    Ok(())
}

fn write_fields(f: &mut Formatter<'_>, fields: &IndexMap<SmolStr, Value>) -> fmt::Result {
    separated(f, fields.iter(), ", ", |f, (name, value)| {
        if is_word(name) {
            f.write_str(name)?;
        } else {
            write_quoted(f, name)?;
        }
        write!(f, ": {}", Nested(value))
    })
}

/// Whether a text can stand before `:` without quotes.
pub(super) fn is_word(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c == '_' || c.is_ascii_lowercase());
    starts && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// As a literal of the language.
fn write_quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' | '}' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\0' => f.write_str("\\0")?,
            c if c.is_control() => write!(f, "\\u{{{:X}}}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

fn write_duration(f: &mut Formatter<'_>, nanoseconds: i64) -> fmt::Result {
    if nanoseconds == 0 {
        return f.write_str("0s");
    }
    if nanoseconds < 0 {
        f.write_char('-')?;
    }
    let mut rest = nanoseconds.unsigned_abs();
    for (unit, worth) in units::DURATION {
        let worth = worth.unsigned_abs();
        let whole_only = unit == "w";
        if rest >= worth && (!whole_only || rest.is_multiple_of(worth)) {
            write!(f, "{}{unit}", rest / worth)?;
            rest %= worth;
        }
    }
    Ok(())
}

fn write_size(f: &mut Formatter<'_>, bytes: i64) -> fmt::Result {
    if bytes < 0 {
        f.write_char('-')?;
    }
    let bytes = bytes.unsigned_abs();
    let mut shortest = Measure { whole: bytes, fraction: 0, places: 0, unit: "B" };
    for (unit, worth) in units::SIZE.into_iter().rev() {
        if let Some(measure) = Measure::of(bytes, unit, worth.unsigned_abs())
            && measure.length() <= shortest.length()
        {
            shortest = measure;
        }
    }
    write!(f, "{shortest}")
}

/// A size in some unit, exactly.
struct Measure {
    whole: u64,
    fraction: u64,
    places: usize,
    unit: &'static str,
}

impl Measure {
    /// How many decimals a person still reads with ease.
    const MAX_PLACES: usize = 6;

    /// `None` if the number would be less than 1, or need more decimals.
    fn of(bytes: u64, unit: &'static str, worth: u64) -> Option<Measure> {
        let (whole, mut rest) = (bytes / worth, bytes % worth);
        let (mut fraction, mut places) = (0, 0);
        while rest != 0 && places < Self::MAX_PLACES {
            rest *= 10;
            fraction = fraction * 10 + rest / worth;
            rest %= worth;
            places += 1;
        }
        (whole > 0 && rest == 0).then_some(Measure { whole, fraction, places, unit })
    }

    fn length(&self) -> usize {
        let digits = self.whole.checked_ilog10().map_or(1, |log| log as usize + 1);
        let point = usize::from(self.places > 0);
        digits + point + self.places + self.unit.len()
    }
}

impl Display for Measure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.whole)?;
        if self.places > 0 {
            write!(f, ".{:0places$}", self.fraction, places = self.places)?;
        }
        f.write_str(self.unit)
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("Bool"),
            Type::Int => f.write_str("Int"),
            Type::Decimal => f.write_str("Decimal"),
            Type::String => f.write_str("String"),
            Type::Percent => f.write_str("Percent"),
            Type::Duration => f.write_str("Duration"),
            Type::Size => f.write_str("Size"),
            Type::Risk => f.write_str("Risk"),
            Type::Json => f.write_str("Json"),
            Type::Secret => f.write_str("Secret"),
            Type::Nothing => f.write_str("nothing"),
            Type::List(item) => write!(f, "List<{item}>"),
            Type::Map(value) => write!(f, "Map<{value}>"),
            Type::Optional(some) => write!(f, "{some}?"),
            Type::Record(record) => match &record.name {
                Some(name) => f.write_str(name),
                None => write!(f, "{}", Shape(self)),
            },
            Type::Enum(variants) => f.write_str(&variants.name),
            Type::Error => f.write_str("unknown"),
        }
    }
}

/// A type as it is declared: the fields of a record and the variants of an enum instead of its name.
pub struct Shape<'a>(pub &'a Type);

impl Display for Shape<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Record(record) => write_record_type(f, record),
            Type::Enum(variants) => write_enum_type(f, variants),
            ty => ty.fmt(f),
        }
    }
}

fn write_record_type(f: &mut Formatter<'_>, record: &RecordType) -> fmt::Result {
    if record.fields.is_empty() {
        return f.write_str("{}");
    }
    f.write_str("{ ")?;
    separated(f, record.fields.iter(), ", ", |f, (name, ty)| write!(f, "{name}: {ty}"))?;
    f.write_str(" }")
}

fn write_enum_type(f: &mut Formatter<'_>, variants: &EnumType) -> fmt::Result {
    separated(f, variants.variants.iter(), " | ", |f, variant| write!(f, "{variant}"))
}

impl Display for VariantType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.fields.is_empty() {
            return Ok(());
        }
        f.write_char('(')?;
        separated(f, self.fields.iter(), ", ", |f, (name, ty)| write!(f, "{name}: {ty}"))?;
        f.write_char(')')
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rust_decimal::Decimal;

    use super::*;
    use crate::ir::{literal::literal, value::Risk};

    fn fields<T>(items: impl IntoIterator<Item = (&'static str, T)>) -> IndexMap<SmolStr, T> {
        items.into_iter().map(|(name, item)| (SmolStr::new(name), item)).collect()
    }

    #[test]
    fn a_literal_prints_in_canonical_form() {
        let check = |text: &str, expected: &str| {
            let value = literal(text).expect("a literal");
            assert_eq!(value.to_string(), expected, "{text}");
            assert_eq!(literal(expected), Ok(value), "{expected} is read back");
        };
        check("1_000", "1000");
        check("-9223372036854775808", "-9223372036854775808");
        check("0.50", "0.5");
        check("10.0%", "10%");
        check("-0%", "0%");
        check("24h", "1d");
        check("90m", "1h30m");
        check("7d", "1w");
        check("14w", "14w");
        check("10d", "10d");
        check("1w12h", "7d12h");
        check("1500ms", "1s500ms");
        check("1h1ns", "1h1ns");
        check("0h", "0s");
        check("-90m", "-1h30m");
        check("0TB", "0B");
        check("2000GB", "2TB");
        check("1500B", "1.5KB");
        check("100KB", "100KB");
        check("999B", "999B");
        check("512MiB", "512MiB");
        check("1024B", "1KiB");
        check("1536MiB", "1.5GiB");
        check("1234567B", "1234567B");
        check("1250GB", "1.25TB");
        check("1000100MB", "1.0001TB");
        check("1000000.1MB", "1000.0001GB");
        check("-2TB", "-2TB");
    }

    #[test]
    fn composed_values_print_as_they_are_written() {
        let check = |value: Value, expected: &str| assert_eq!(value.to_string(), expected);
        let text = Value::text("say \"{hi}\"\n\u{7}");
        check(Value::None, "none");
        check(Value::Bool(true), "true");
        check(Value::Risk(Risk::High), "high");
        check(Value::Decimal(Decimal::new(2450, 2)), "24.5");
        check(text.clone(), "say \"{hi}\"\n\u{7}");
        check(Value::list(vec![Value::Int(1), text]), r#"[1, "say \"\{hi\}\"\n\u{7}"]"#);
        check(Value::list(vec![]), "[]");
        check(Value::record(fields([])), "{}");
        check(Value::record(fields([("a", Value::Int(1)), ("b c", Value::text("x"))])), r#"{ a: 1, "b c": "x" }"#);
        check(Value::Variant("jwt".into(), Arc::default()), "jwt");
        check(Value::Variant("mixed".into(), Arc::new(fields([("count", Value::Int(2))]))), "mixed(count: 2)");
        check(Value::Json(Arc::new(serde_json::json!({ "a": [1, null] }))), r#"{"a":[1,null]}"#);
    }

    #[test]
    fn types_print_as_written() {
        let check = |ty: &Type, expected: &str| assert_eq!(ty.to_string(), expected);
        let record = |name: Option<&str>| {
            let fields = fields([("name", Type::String), ("size", Type::Optional(Arc::new(Type::Size)))]);
            Type::Record(Arc::new(RecordType { name: name.map(SmolStr::new), fields }))
        };
        let variant = |name: &str, fields| VariantType { name: name.into(), fields };
        let variants = vec![variant("jwt", fields([])), variant("mixed", fields([("count", Type::Int)]))];
        let scheme = Type::Enum(Arc::new(EnumType { name: "Scheme".into(), module: 0, variants }));
        check(&Type::List(Arc::new(Type::Int)), "List<Int>");
        check(&Type::Map(Arc::new(Type::Optional(Arc::new(Type::Risk)))), "Map<Risk?>");
        check(&record(None), "{ name: String, size: Size? }");
        check(&record(Some("Volume")), "Volume");
        check(&scheme, "Scheme");
        assert_eq!(Shape(&record(Some("Volume"))).to_string(), "{ name: String, size: Size? }");
        assert_eq!(Shape(&scheme).to_string(), "jwt | mixed(count: Int)");
    }
}
