//! Secrets: references to what is read when an effect starts, and nowhere else.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeMap};
use serde_json::Value as Json;

use super::{effect::PathExpr, expr::Expr, program::ModuleId, request::PathRef, url::UrlPart};

/// `secret env("X")` in a program.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Where it is read.
    pub source: SecretSource,
    /// The module whose grant it needs, beside the root's.
    pub module: ModuleId,
}

impl Secret {
    /// The name of the variable, or the path of the file.
    pub fn name(&self) -> &Expr {
        match &self.source {
            SecretSource::Env(name) => name,
            SecretSource::File(path) => &path.value,
        }
    }
}

/// Where a secret is read, in a program.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// The variable of this name, a `String`
    Env(Expr),
    /// The file at this path
    File(PathExpr),
}

/// A secret as a value, in journals and requests: where it is read, never what it is. Its form is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRef {
    /// Where it is read.
    pub source: SecretPlace,
    /// The module whose grant it needs, beside the root's.
    pub module: u32,
    /// What of it is meant: of the URL that stands there a part, of that the next; without any, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<UrlPart>,
}

/// Where a secret is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// The variable of this name
    Env(String),
    /// The file at this path, without the line break it may end in
    File(PathRef),
}

/// As one writes it: `secret env("TOKEN")`.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            SecretPlace::Env(name) => write!(f, "secret env({name:?})")?,
            SecretPlace::File(path) => write!(f, "secret file({:?})", path.path)?,
        }
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}

impl SecretRef {
    /// All of what stands in a place.
    pub fn whole(source: SecretPlace, module: u32) -> SecretRef {
        SecretRef { source, module, parts: Vec::new() }
    }

    /// A part of it, which is a URL.
    pub fn part(&self, part: UrlPart) -> SecretRef {
        let parts = self.parts.iter().cloned().chain([part]).collect();
        SecretRef { parts, ..self.clone() }
    }

    /// Whether a part of a URL is meant, and what was read in its place is none: an empty host or database could be
    /// another one than was meant.
    pub fn lacks_url(&self, text: &str) -> bool {
        !self.parts.is_empty() && !text.contains("://")
    }

    /// What is meant of the text that was read in its place.
    pub fn of(&self, text: &str) -> String {
        self.parts.iter().fold(text.to_owned(), |text, part| part.of(&text))
    }

    /// The secret that someone typed for the root file: `secret env("TOKEN")`, or `env:TOKEN` and `file:path`.
    pub fn parse(text: &str) -> Option<SecretRef> {
        let written = text.strip_prefix("secret ").unwrap_or(text).trim();
        let named = |word: &str| {
            let rest = written.strip_prefix(word)?;
            let quoted = rest.strip_prefix("(\"").and_then(|rest| rest.strip_suffix("\")"));
            let name = rest.strip_prefix(':').or(quoted)?;
            (!name.is_empty() && !name.contains('"')).then(|| name.to_owned())
        };
        let file = |path| SecretPlace::File(PathRef { path, origin: 0 });
        let source = named("env").map(SecretPlace::Env).or_else(|| named("file").map(file))?;
        Some(SecretRef::whole(source, 0))
    }

    /// The reference that JSON holds: `{"secret": {..}}`.
    pub fn from_json(json: &Json) -> Option<SecretRef> {
        let fields = json.as_object().filter(|fields| fields.len() == 1)?;
        serde_json::from_value(fields.get(KEY)?.clone()).ok()
    }

    /// The reference as JSON: `{"secret": {..}}`.
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).map_or(Json::Null, |reference| Json::from_iter([(KEY, reference)]))
    }
}

const KEY: &str = "secret";

/// A text, or a secret in place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// As it is
    Plain(String),
    /// Read when the effect starts
    Secret(Arc<SecretRef>),
}

/// What a process reads and a request sends: a text, or several joined, without anyone seeing what comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input(Vec<Text>);

impl Text {
    /// The text, if it is no secret.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Secret(_) => None,
        }
    }

    /// The secret, if it is one.
    pub fn secret(&self) -> Option<&SecretRef> {
        match self {
            Text::Plain(_) => None,
            Text::Secret(secret) => Some(secret),
        }
    }
}

impl Input {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Text] {
        &self.0
    }

    /// The whole text, if no part of it is a secret.
    pub fn plain(&self) -> Option<String> {
        self.parts().iter().map(Text::plain).collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::Plain(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::Plain(text)
    }
}

impl<T: Into<Text>> From<T> for Input {
    fn from(text: T) -> Self {
        Input(vec![text.into()])
    }
}

impl FromIterator<Text> for Input {
    fn from_iter<I: IntoIterator<Item = Text>>(texts: I) -> Self {
        Input(texts.into_iter().collect())
    }
}

/// For people: a secret is shown by its name.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Plain(text) => f.write_str(text),
            Text::Secret(secret) => write!(f, "[{secret}]"),
        }
    }
}

/// For people: secrets are shown by their names.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().iter().try_for_each(|text| text.fmt(f))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Text::Plain(text) => serializer.serialize_str(text),
            Text::Secret(secret) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(KEY, secret.as_ref())?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_of(&Json::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("neither a text nor a secret"))
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.parts() {
            [text] => text.serialize(serializer),
            texts => texts.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let input = match Json::deserialize(deserializer)? {
            Json::Array(texts) => texts.iter().map(text_of).collect(),
            one => text_of(&one).map(Input::from),
        };
        input.ok_or_else(|| D::Error::custom("neither a text nor a secret nor a list of them"))
    }
}

fn text_of(json: &Json) -> Option<Text> {
    match json {
        Json::String(text) => Some(Text::Plain(text.clone())),
        json => SecretRef::from_json(json).map(|secret| Text::Secret(Arc::new(secret))),
    }
}
