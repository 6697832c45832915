//! Texts. Positions and lengths count characters, not bytes.

use std::fmt::Write;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    super::{FaultKind, Stop, bounded::BoundedText},
    call::Call,
    list::count_of,
};
use crate::ir::{Type, Value, json::from_text};

type Outcome = Result<Value, Stop>;

/// A text put together of parts, if it is not too long.
fn together<'p>(call: &Call<'_>, parts: impl IntoIterator<Item = &'p str>) -> Outcome {
    let mut text = BoundedText::default();
    for part in parts {
        text.write_str(part).map_err(|_| call.stop(FaultKind::TextTooLong))?;
    }
    Ok(Value::text(text.into_string()))
}

/// What a test of the receiver with another text gives.
fn test(call: &Call<'_>, holds: fn(&str, &str) -> bool) -> Outcome {
    Ok(Value::Bool(holds(&call.text(0)?, &call.text(1)?)))
}

pub(super) fn join(call: &Call<'_>) -> Outcome {
    let (items, separator) = (call.list(0)?, call.text(1)?);
    let texts: Vec<SmolStr> = items.iter().map(|item| call.text_of(item.clone())).collect::<Result<_, _>>()?;
    let parts = texts.iter().enumerate();
    together(call, parts.flat_map(|(at, text)| [if at > 0 { separator.as_str() } else { "" }, text.as_str()]))
}

pub(super) fn len(call: &Call<'_>) -> Outcome {
    Ok(count_of(call.text(0)?.chars().count()))
}

pub(super) fn is_empty(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(call.text(0)?.is_empty()))
}

pub(super) fn contains(call: &Call<'_>) -> Outcome {
    test(call, |text, part| text.contains(part))
}

pub(super) fn starts_with(call: &Call<'_>) -> Outcome {
    test(call, |text, part| text.starts_with(part))
}

pub(super) fn ends_with(call: &Call<'_>) -> Outcome {
    test(call, |text, part| text.ends_with(part))
}

pub(super) fn index_of(call: &Call<'_>) -> Outcome {
    let (text, part) = (call.text(0)?, call.text(1)?);
    let before = text.split_once(part.as_str()).map(|(before, _)| before.chars().count());
    Ok(before.map_or(Value::None, count_of))
}

pub(super) fn split(call: &Call<'_>) -> Outcome {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    if separator.is_empty() {
        call.room_for(text.len())?;
        return Ok(Value::list(text.chars().map(|character| Value::text(character.to_string())).collect()));
    }
    call.new_list(text.split(separator.as_str()).map(Value::text).collect())
}

pub(super) fn lines(call: &Call<'_>) -> Outcome {
    call.new_list(call.text(0)?.lines().map(Value::text).collect())
}

pub(super) fn trim(call: &Call<'_>) -> Outcome {
    Ok(Value::text(call.text(0)?.trim()))
}

pub(super) fn upper(call: &Call<'_>) -> Outcome {
    together(call, [call.text(0)?.to_uppercase().as_str()])
}

pub(super) fn lower(call: &Call<'_>) -> Outcome {
    together(call, [call.text(0)?.to_lowercase().as_str()])
}

pub(super) fn replace(call: &Call<'_>) -> Outcome {
    let (text, part, with) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if part.is_empty() {
        return Ok(Value::Text(text));
    }
    let parts = text.split(part.as_str()).enumerate();
    together(call, parts.flat_map(|(at, text)| [if at > 0 { with.as_str() } else { "" }, text]))
}

pub(super) fn slice(call: &Call<'_>) -> Outcome {
    let (text, from, to) = (call.text(0)?, call.index(1)?, call.index(2)?);
    Ok(Value::text(text.chars().take(to).skip(from).collect::<String>()))
}

pub(super) fn pad_left(call: &Call<'_>) -> Outcome {
    let (text, padding) = padded(call)?;
    together(call, [padding.as_str(), text.as_str()])
}

pub(super) fn pad_right(call: &Call<'_>) -> Outcome {
    let (text, padding) = padded(call)?;
    together(call, [text.as_str(), padding.as_str()])
}

/// The receiver, and what is missing to its width.
fn padded(call: &Call<'_>) -> Result<(SmolStr, String), Stop> {
    let (text, width, with) = (call.text(0)?, call.index(1)?, call.text(2)?);
    let missing = width.saturating_sub(text.chars().count());
    if missing > FaultKind::MAX_TEXT {
        return Err(call.stop(FaultKind::TextTooLong));
    }
    Ok((text, with.chars().cycle().take(missing).collect()))
}

pub(super) fn repeat(call: &Call<'_>) -> Outcome {
    let (text, count) = (call.text(0)?, call.index(1)?);
    if text.len().saturating_mul(count) > FaultKind::MAX_TEXT {
        return Err(call.stop(FaultKind::TextTooLong));
    }
    Ok(Value::text(if text.is_empty() { String::new() } else { text.repeat(count) }))
}

pub(super) fn to_int(call: &Call<'_>) -> Outcome {
    Ok(from_text(&Type::Int, call.text(0)?.trim()).unwrap_or(Value::None))
}

pub(super) fn to_decimal(call: &Call<'_>) -> Outcome {
    Ok(from_text(&Type::Decimal, call.text(0)?.trim()).unwrap_or(Value::None))
}

pub(super) fn parse_json(call: &Call<'_>) -> Outcome {
    let text = call.text(0)?;
    call.spend(text.len())?;
    let parsed = serde_json::from_str::<serde_json::Value>(&text).ok();
    Ok(parsed.map_or(Value::None, |json| Value::Json(Arc::new(json))))
}
