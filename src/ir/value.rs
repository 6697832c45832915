//! Values: immutable, cheap to clone, comparable.

use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::secret::SecretRef;

/// A value of some type. Which one is known from the program; a value does not carry it.
///
/// It is serialized for snapshots only, as it is here; its form for people and journals is [`json`](super::json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// `none`, and what an action without a result gives
    None,
    /// `true`, `false`
    Bool(bool),
    /// An integer
    Int(i64),
    /// An exact decimal
    Decimal(Decimal),
    /// Text
    Text(SmolStr),
    /// `10%` is 10
    Percent(Decimal),
    /// In nanoseconds
    Duration(i64),
    /// In bytes
    Size(i64),
    /// A risk
    Risk(Risk),
    /// A variant with its payload
    Variant(SmolStr, Arc<IndexMap<SmolStr, Value>>),
    /// A list
    List(Arc<Vec<Value>>),
    /// A record or a map; equality does not look at the order
    Record(Arc<IndexMap<SmolStr, Value>>),
    /// JSON that was not looked into
    Json(Arc<serde_json::Value>),
    /// A secret: where it is read, never what it is
    Secret(Arc<SecretRef>),
}

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Risk {
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// `critical`
    Critical,
}

impl Risk {
    /// All of them, lowest first.
    pub const ALL: [Risk; 4] = [Risk::Low, Risk::Medium, Risk::High, Risk::Critical];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
            Risk::Critical => "critical",
        }
    }

    /// The risk that is written so.
    pub fn parse(text: &str) -> Option<Risk> {
        Risk::ALL.into_iter().find(|risk| risk.as_str() == text)
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<SmolStr>) -> Value {
        Value::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    /// A record or map.
    pub fn record(fields: IndexMap<SmolStr, Value>) -> Value {
        Value::Record(Arc::new(fields))
    }
}
