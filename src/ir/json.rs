//! Values to JSON and back, and values from what people type and processes print.
//!
//! JSON does not say a value's type, so reading needs one; writing does not. For every value `v` of a type `ty`,
//! `from_json(ty, &to_json(&v))` is `v`, with one exception that the language makes: `null` is always `none` for a
//! `Json?`. No number goes through a float.

use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Map, Number, Value as Json};
use smol_str::SmolStr;

use super::{
    exact,
    literal::literal,
    mismatch::Mismatch,
    secret::SecretRef,
    types::{EnumType, RecordType, Type},
    value::{Risk, Value},
};

/// A value as JSON: units, risks and variants as text, a variant with payload as `{"mixed": {"count": 2}}`.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Decimal(value) => number(*value),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Percent(_) | Value::Duration(_) | Value::Size(_) | Value::Risk(_) => Json::String(value.to_string()),
        Value::Variant(name, payload) if payload.is_empty() => Json::from(name.as_str()),
        Value::Variant(name, payload) => Json::from_iter([(name.as_str(), object(payload))]),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Record(fields) => object(fields),
        Value::Json(json) => (**json).clone(),
        Value::Secret(secret) => secret.to_json(),
    }
}

fn number(value: Decimal) -> Json {
    let text = value.normalize().to_string();
    // A decimal is always written like a JSON number.
    text.parse::<Number>().map_or(Json::String(text), Json::Number)
}

fn object(fields: &IndexMap<SmolStr, Value>) -> Json {
    fields.iter().map(|(name, value)| (name.as_str(), to_json(value))).collect()
}

/// The value of type `ty` that `json` says.
///
/// A `Percent` may be `"1.2%"` or the fraction `0.012`, a `Duration` `"1h30m"` or seconds, a `Size` `"2TB"` or bytes.
/// Unknown fields are ignored; only a field of type `T?` may be missing. [`Type::Nothing`] takes anything.
///
/// # Errors
/// The first [`Mismatch`], in the order of the type's fields.
pub fn from_json(ty: &Type, json: &Json) -> Result<Value, Mismatch> {
    let value = match (ty, json) {
        (Type::Nothing, _) | (Type::Optional(_), Json::Null) => Some(Value::None),
        (Type::Optional(some), json) => return from_json(some, json),
        (Type::Json | Type::Error, json) => Some(Value::Json(Arc::new(json.clone()))),
        (Type::Secret, json) => SecretRef::from_json(json).map(|secret| Value::Secret(Arc::new(secret))),
        (Type::Bool, Json::Bool(value)) => Some(Value::Bool(*value)),
        (Type::String, Json::String(text)) => Some(Value::text(text)),
        (Type::Percent | Type::Duration | Type::Size | Type::Risk, Json::String(text)) => scalar(ty, text),
        (_, Json::Number(number)) => from_number(ty, number),
        (Type::List(item), Json::Array(items)) => return list(item, items),
        (Type::Map(value), Json::Object(entries)) => return map(value, entries),
        (Type::Record(record), Json::Object(fields)) => return self::record(record, fields),
        (Type::Enum(variants), Json::String(name)) => plain_variant(variants, name),
        (Type::Enum(variants), Json::Object(fields)) => match variant_with_payload(variants, fields) {
            Some(variant) => return variant,
            None => None,
        },
        _ => None,
    };
    value.ok_or_else(|| Mismatch::json(ty, json))
}

fn from_number(ty: &Type, number: &Number) -> Option<Value> {
    if matches!(ty, Type::Int)
        && let Some(value) = number.as_i64()
    {
        return Some(Value::Int(value));
    }
    let value = exact::decimal(number.as_str()).ok()?;
    match ty {
        Type::Int if value.is_integer() => value.to_i64().map(Value::Int),
        Type::Decimal => Some(Value::Decimal(value)),
        Type::Percent => value.checked_mul(Decimal::ONE_HUNDRED).map(Value::Percent),
        Type::Duration => exact::times(1_000_000_000, value).map(Value::Duration),
        Type::Size => exact::times(1, value).map(Value::Size),
        _ => None,
    }
}

fn list(item: &Type, items: &[Json]) -> Result<Value, Mismatch> {
    let decode = |(at, json)| from_json(item, json).map_err(|mismatch| mismatch.in_item(at));
    items.iter().enumerate().map(decode).collect::<Result<_, _>>().map(Value::list)
}

fn map(value: &Type, entries: &Map<String, Json>) -> Result<Value, Mismatch> {
    let decode = |(key, json): (&String, &Json)| match from_json(value, json) {
        Ok(value) => Ok((SmolStr::new(key), value)),
        Err(mismatch) => Err(mismatch.in_field(key)),
    };
    entries.iter().map(decode).collect::<Result<_, _>>().map(Value::record)
}

fn record(record: &RecordType, found: &Map<String, Json>) -> Result<Value, Mismatch> {
    fields(&record.fields, found).map(Value::record)
}

fn fields(types: &IndexMap<SmolStr, Type>, found: &Map<String, Json>) -> Result<IndexMap<SmolStr, Value>, Mismatch> {
    let decode = |(name, ty): (&SmolStr, &Type)| match (found.get(name.as_str()), ty) {
        (Some(json), _) => match from_json(ty, json) {
            Ok(value) => Ok((name.clone(), value)),
            Err(mismatch) => Err(mismatch.in_field(name)),
        },
        (None, Type::Optional(_)) => Ok((name.clone(), Value::None)),
        (None, _) => Err(Mismatch::missing(name, ty, found.keys())),
    };
    types.iter().map(decode).collect()
}

fn plain_variant(variants: &EnumType, name: &str) -> Option<Value> {
    let variant = variants.variants.iter().find(|variant| variant.name == name && variant.fields.is_empty())?;
    Some(Value::Variant(variant.name.clone(), Arc::default()))
}

/// `None` if the object is not made of one field that is named like a variant.
fn variant_with_payload(variants: &EnumType, found: &Map<String, Json>) -> Option<Result<Value, Mismatch>> {
    let (name, payload) = found.iter().next().filter(|_| found.len() == 1)?;
    let variant = variants.variants.iter().find(|variant| variant.name == name)?;
    let fields = match payload {
        Json::Object(payload) => fields(&variant.fields, payload),
        _ => return None,
    };
    let fields = fields.map_err(|mismatch| mismatch.in_field(name));
    Some(fields.map(|fields| Value::Variant(variant.name.clone(), Arc::new(fields))))
}

/// The value of type `ty` that a person typed: scalars and plain variants in their text form, `none` for a `T?`,
/// all else as JSON. Of a `String?` the text `none` is `none`.
///
/// # Errors
/// A [`Mismatch`] that shows how the type is written.
pub fn from_text(ty: &Type, text: &str) -> Result<Value, Mismatch> {
    match ty {
        Type::Optional(_) if text == "none" => Ok(Value::None),
        Type::Optional(some) => from_text(some, text),
        Type::String => Ok(Value::text(text)),
        Type::Enum(variants) => match plain_variant(variants, text) {
            Some(variant) => Ok(variant),
            None => match serde_json::from_str(text) {
                Ok(json) => from_json(ty, &json),
                Err(_) => Err(Mismatch::text(ty, text)),
            },
        },
        Type::Secret => {
            let secret = SecretRef::parse(text).map(|secret| Value::Secret(Arc::new(secret)));
            secret.ok_or_else(|| Mismatch::text(ty, text))
        }
        Type::Nothing if text == "none" => Ok(Value::None),
        Type::Json | Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Error => decode_json(ty, text),
        Type::Bool
        | Type::Int
        | Type::Decimal
        | Type::Percent
        | Type::Duration
        | Type::Size
        | Type::Risk
        | Type::Nothing => scalar(ty, text).ok_or_else(|| Mismatch::text(ty, text)),
    }
}

/// The value of a type that has literals, from its text form; `None` if it does not fit or there are none.
fn scalar(ty: &Type, text: &str) -> Option<Value> {
    match (ty, literal(text)) {
        (Type::Bool, _) => text.parse().ok().map(Value::Bool),
        (Type::Risk, _) => Risk::parse(text).map(Value::Risk),
        (Type::Decimal, Ok(Value::Int(value))) => Some(Value::Decimal(value.into())),
        (Type::Decimal, Err(_)) => exact::decimal(text).ok().map(Value::Decimal),
        (Type::Int, Ok(value @ Value::Int(_)))
        | (Type::Decimal, Ok(value @ Value::Decimal(_)))
        | (Type::Percent, Ok(value @ Value::Percent(_)))
        | (Type::Duration, Ok(value @ Value::Duration(_)))
        | (Type::Size, Ok(value @ Value::Size(_))) => Some(value),
        _ => None,
    }
}

/// The value of type `ty` that a text says as JSON.
///
/// # Errors
/// A [`Mismatch`] between the type and the text.
pub fn decode_json(ty: &Type, text: &str) -> Result<Value, Mismatch> {
    let json = serde_json::from_str(text).map_err(|error| Mismatch::not_json(ty, text, &error))?;
    from_json(ty, &json)
}

/// The value of type `ty` that a process printed: a `String` is the text without the blanks around it, nothing at all
/// is `none` for a `T?`, [`Type::Nothing`] ignores what was printed, and all else is JSON.
///
/// Of a `String?`, `null` is `none` too.
///
/// # Errors
/// A [`Mismatch`] between the type and the output.
pub fn decode_output(ty: &Type, output: &str) -> Result<Value, Mismatch> {
    let output = output.trim();
    match ty {
        Type::Nothing => Ok(Value::None),
        Type::String => Ok(Value::text(output)),
        Type::Optional(_) if output.is_empty() => Ok(Value::None),
        Type::Optional(some) if **some == Type::String && output != "null" => Ok(Value::text(output)),
        _ => decode_json(ty, output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::types::VariantType;

    fn fields(items: &[(&str, Type)]) -> IndexMap<SmolStr, Type> {
        items.iter().map(|(name, ty)| (SmolStr::new(name), ty.clone())).collect()
    }

    fn optional(ty: Type) -> Type {
        Type::Optional(Arc::new(ty))
    }

    fn list(ty: Type) -> Type {
        Type::List(Arc::new(ty))
    }

    fn named_record(name: &str, items: &[(&str, Type)]) -> Type {
        Type::Record(Arc::new(RecordType { name: Some(name.into()), fields: fields(items) }))
    }

    fn order() -> Type {
        let item = named_record("Item", &[("name", Type::String), ("total", Type::Decimal)]);
        named_record("Order", &[("id", Type::String), ("items", list(item)), ("note", optional(Type::String))])
    }

    fn scheme() -> Type {
        let variant = |name: &str, items| VariantType { name: name.into(), fields: fields(items) };
        let variants = vec![variant("jwt", &[]), variant("mixed", &[("count", Type::Int)])];
        Type::Enum(Arc::new(EnumType { name: "Scheme".into(), module: 0, variants }))
    }

    #[test]
    fn json_is_read_by_the_type() {
        let check = |ty: &Type, json: &str, expected: &str| {
            let json = serde_json::from_str(json).expect("JSON");
            assert_eq!(from_json(ty, &json).map(|value| value.to_string()), Ok(expected.to_owned()), "{json}");
        };
        check(&Type::Bool, "true", "true");
        check(&Type::Int, "9223372036854775807", "9223372036854775807");
        check(&Type::Int, "1e3", "1000");
        check(&Type::Int, "2.0", "2");
        check(&Type::Decimal, "24.50", "24.5");
        check(&Type::Decimal, "0.1234567890123456789012345678", "0.1234567890123456789012345678");
        check(&Type::Percent, r#""1.2%""#, "1.2%");
        check(&Type::Percent, "0.012", "1.2%");
        check(&Type::Percent, "1.2e-2", "1.2%");
        check(&Type::Duration, r#""1h30m""#, "1h30m");
        check(&Type::Duration, "90", "1m30s");
        check(&Type::Duration, "-0.5", "-500ms");
        check(&Type::Size, r#""2TB""#, "2TB");
        check(&Type::Size, "2e12", "2TB");
        check(&Type::Risk, r#""critical""#, "critical");
        check(&Type::Nothing, "[1]", "none");
        check(&optional(Type::Int), "null", "none");
        check(&optional(Type::Int), "3", "3");
        check(&Type::Json, r#"{"b":1.50,"a":null}"#, r#"{"b":1.50,"a":null}"#);
        check(&Type::Map(Arc::new(Type::Size)), r#"{"a":"1KB","b c":1}"#, r#"{ a: 1KB, "b c": 1B }"#);
        check(&scheme(), r#""jwt""#, "jwt");
        check(&scheme(), r#"{"mixed":{"count":2,"more":0}}"#, "mixed(count: 2)");
        check(
            &order(),
            r#"{"items":[{"total":1,"name":"x"}],"unknown":1,"id":"o-1"}"#,
            r#"{ id: "o-1", items: [{ name: "x", total: 1 }], note: none }"#,
        );
    }

    #[test]
    fn json_that_does_not_fit_says_where_and_how() {
        let check = |ty: &Type, json: &str, expected: &str| {
            let json = serde_json::from_str(json).expect("JSON");
            assert_eq!(
                from_json(ty, &json).map_err(|mismatch| mismatch.to_string()),
                Err(expected.to_owned()),
                "{json}"
            );
        };
        check(&Type::Int, r#""1""#, r#"expected `Int`, found `"1"`"#);
        check(&Type::Int, "1.5", "expected `Int`, found `1.5`");
        check(&Type::Int, "9223372036854775808", "expected `Int`, found `9223372036854775808`");
        check(&Type::Decimal, "1e-29", "expected `Decimal`, found `1e-29`");
        check(&Type::Bool, "1", "expected `Bool`, found `1`");
        check(&Type::String, "null", "expected `String`, found `null`");
        check(&Type::Percent, r#""1h""#, r#"expected `Percent`, like `"1.2%"` or `0.012`, found `"1h"`"#);
        check(&Type::Duration, "1e30", r#"expected `Duration`, like `"1h30m"` or a number of seconds, found `1e+30`"#);
        check(
            &Type::Risk,
            r#""huge""#,
            r#"expected `Risk`, like `low`, `medium`, `high` or `critical`, found `"huge"`"#,
        );
        check(&scheme(), r#""mixed""#, r#"expected `Scheme`, which is `jwt | mixed(count: Int)`, found `"mixed"`"#);
        check(&scheme(), r#"{"mixed":{"count":"2"}}"#, r#"at `mixed.count`: expected `Int`, found `"2"`"#);
        check(&optional(Type::Int), "true", "expected `Int`, found `true`");
        check(&Type::Map(Arc::new(Type::Int)), r#"{"b c":null}"#, r#"at `["b c"]`: expected `Int`, found `null`"#);
        check(
            &order(),
            r#"{"id":"o","items":[{"name":"a","total":1},{"name":"b","totl":1}]}"#,
            "at `items[1].total`: expected `Decimal`, found only `name`, `totl`",
        );
        check(
            &order(),
            "[1]",
            "expected `Order`, which is `{ id: String, items: List<Item>, note: String? }`, found `[1]`",
        );
        let long = format!("\"{}\"", "x".repeat(500));
        check(&Type::Int, &long, &format!("expected `Int`, found `\"{}…`", "x".repeat(119)));
    }

    #[test]
    fn typed_text_is_read_by_the_type() {
        let check = |ty: &Type, text: &str, expected: Result<&str, &str>| {
            let found = from_text(ty, text).map(|value| value.to_string()).map_err(|mismatch| mismatch.to_string());
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        };
        check(&Type::String, " as is ", Ok(" as is "));
        check(&Type::Int, "-1_000", Ok("-1000"));
        check(&Type::Decimal, "24", Ok("24"));
        check(&Type::Decimal, "79228162514264337593543950335", Ok("79228162514264337593543950335"));
        check(&Type::Percent, "1.20%", Ok("1.2%"));
        check(&Type::Duration, "24h", Ok("1d"));
        check(&Type::Size, "2000GB", Ok("2TB"));
        check(&optional(Type::Risk), "none", Ok("none"));
        check(&optional(Type::Risk), "low", Ok("low"));
        check(&scheme(), "jwt", Ok("jwt"));
        check(&scheme(), r#"{"mixed":{"count":2}}"#, Ok("mixed(count: 2)"));
        check(&list(Type::Int), "[1, 2]", Ok("[1, 2]"));
        check(&Type::Duration, "30", Err("expected `Duration`, like `1h30m`, found `30`, a number without a unit"));
        check(&Type::Percent, "", Err("expected `Percent`, like `1.2%`, found an empty text"));
        check(&Type::Int, "2.0", Err("expected `Int`, found `2.0`"));
        check(&scheme(), "jwd", Err("expected `Scheme`, which is `jwt | mixed(count: Int)`, found `jwd`"));
        check(&list(Type::Int), "[1,", Err("expected JSON for `List<Int>`, found `[1,`"));
    }

    #[test]
    fn what_a_process_printed_is_read_by_the_type() {
        let check = |ty: &Type, output: &str, expected: Result<&str, &str>| {
            let found =
                decode_output(ty, output).map(|value| value.to_string()).map_err(|mismatch| mismatch.to_string());
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{output}");
        };
        check(&Type::String, "  two words\n", Ok("two words"));
        check(&Type::Nothing, "noise", Ok("none"));
        check(&optional(Type::Int), " \n", Ok("none"));
        check(&optional(Type::Int), "7\n", Ok("7"));
        check(&optional(Type::String), "null\n", Ok("none"));
        check(&optional(Type::String), "h-1\n", Ok("h-1"));
        check(&Type::Percent, "0.5", Ok("50%"));
        check(&Type::Json, "{}", Ok("{}"));
        check(&Type::Int, "", Err("expected JSON for `Int`, found nothing"));
        check(&Type::Bool, "yes", Err("expected JSON for `Bool`, found `yes`"));
        check(
            &Type::Bool,
            "true\nand more",
            Err("expected JSON for `Bool`, found `true and more`, which is no JSON at line 2, column 1"),
        );
    }
}
