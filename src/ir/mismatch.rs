//! How data from outside does not fit a type.

use std::fmt;

use super::{
    exact,
    text::{Shape, is_word},
    types::Type,
};

/// Data that does not fit the type it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the data: `items[1].total`; empty for the whole.
    pub path: String,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "at `{}`: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}

/// How many characters of data or of a type a message shows.
const MAX_SHOWN: usize = 120;

/// How many bytes of one line are seen at a glance.
const AT_A_GLANCE: usize = 40;

/// What was given in place of a secret may be the secret itself.
const UNSEEN: &str = "something that is no name of a secret";

fn is_secret(ty: &Type) -> bool {
    matches!(ty, Type::Secret) || matches!(ty, Type::Optional(some) if is_secret(some))
}

impl Mismatch {
    /// `found`, as JSON, is not what `ty` needs.
    pub(super) fn json(ty: &Type, found: &serde_json::Value) -> Mismatch {
        let found = if is_secret(ty) { UNSEEN.to_owned() } else { shown_json(found) };
        Mismatch { path: String::new(), expected: expected(ty, Form::Json), found }
    }

    /// `found`, as text, is not what `ty` needs.
    pub(super) fn text(ty: &Type, found: &str) -> Mismatch {
        let unit = matches!(ty, Type::Percent | Type::Duration | Type::Size);
        let without = if unit && exact::decimal(found).is_ok() { ", a number without a unit" } else { "" };
        let found = if is_secret(ty) { UNSEEN.to_owned() } else { format!("{}{without}", shown(found)) };
        Mismatch { path: String::new(), expected: expected(ty, Form::Text), found }
    }

    /// `found` is no JSON, for the `reason` given: where that is, is said only of what can't be seen at a glance.
    pub(super) fn not_json(ty: &Type, found: &str, reason: &serde_json::Error) -> Mismatch {
        let found = match found {
            "" => "nothing".to_owned(),
            short if short.len() <= AT_A_GLANCE && !short.contains('\n') => shown(short),
            long => format!("{}, which is no JSON at line {}, column {}", shown(long), reason.line(), reason.column()),
        };
        Mismatch { path: String::new(), expected: format!("JSON for {}", expected(ty, Form::Json)), found }
    }

    /// The field `name` of type `ty` is missing among `present` ones.
    pub(super) fn missing<'a>(name: &str, ty: &Type, present: impl Iterator<Item = &'a String>) -> Mismatch {
        let present = present.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let found = if present.is_empty() { "no fields".into() } else { format!("only {}", capped(&present)) };
        Mismatch { path: String::new(), expected: expected(ty, Form::Json), found }.in_field(name)
    }

    /// The same, in the field `name` of something.
    pub(super) fn in_field(self, name: &str) -> Mismatch {
        if is_word(name) { self.behind(name) } else { self.behind(&format!("[{name:?}]")) }
    }

    /// The same, in an item of a list.
    pub(super) fn in_item(self, index: usize) -> Mismatch {
        self.behind(&format!("[{index}]"))
    }

    fn behind(mut self, step: &str) -> Mismatch {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{separator}{}", self.path);
        self
    }
}

/// In which form a value was given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Text,
}

/// The type, its shape where the name does not say it, and an example where the form is not plain.
fn expected(ty: &Type, form: Form) -> String {
    let example = match (ty, form) {
        (Type::Percent, Form::Json) => r#"`"1.2%"` or `0.012`"#,
        (Type::Percent, Form::Text) => "`1.2%`",
        (Type::Duration, Form::Json) => r#"`"1h30m"` or a number of seconds"#,
        (Type::Duration, Form::Text) => "`1h30m`",
        (Type::Size, Form::Json) => r#"`"2TB"` or a number of bytes"#,
        (Type::Size, Form::Text) => "`2TB`",
        (Type::Risk, _) => "`low`, `medium`, `high` or `critical`",
        (Type::Secret, _) => "`env:NAME` or `file:PATH`",
        (Type::Optional(some), _) => return format!("{} or `none`", expected(some, form)),
        _ => {
            let (name, shape) = (ty.to_string(), Shape(ty).to_string());
            return if name == shape {
                format!("`{}`", capped(&name))
            } else {
                format!("`{name}`, which is `{}`", capped(&shape))
            };
        }
    };
    format!("`{ty}`, like {example}")
}

fn shown_json(json: &serde_json::Value) -> String {
    format!("`{}`", capped(&json.to_string()))
}

fn shown(text: &str) -> String {
    if text.is_empty() { "an empty text".to_owned() } else { format!("`{}`", capped(text)) }
}

/// The beginning of a text, if it is long, on one line.
pub(crate) fn capped(text: &str) -> String {
    let mut capped: String = text.chars().take(MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if capped.len() < text.len() {
        capped.push('…');
    }
    capped
}
