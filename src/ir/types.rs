//! The types of values.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A type. Records are structural: their name is for messages only. Enums are what they are declared as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// `true`, `false`
    Bool,
    /// 64 bits, checked
    Int,
    /// Exact, 28 digits
    Decimal,
    /// Text
    String,
    /// `10%`
    Percent,
    /// Whole nanoseconds
    Duration,
    /// Whole bytes
    Size,
    /// `low < medium < high < critical`
    Risk,
    /// Anything JSON can say, not looked into
    Json,
    /// A reference to what only an effect reads
    Secret,
    /// What an action without a result gives
    Nothing,
    /// `List<T>`
    List(Arc<Type>),
    /// `Map<T>`, by text
    Map(Arc<Type>),
    /// `T?`
    Optional(Arc<Type>),
    /// `{ name: String }`
    Record(Arc<RecordType>),
    /// `jwt | session`
    Enum(Arc<EnumType>),
    /// What a mistake already reported left behind: fits everything, so that nothing is reported twice
    Error,
}

/// A record type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordType {
    /// The name it was declared with, for messages.
    pub name: Option<SmolStr>,
    /// Its fields, in the order written.
    pub fields: IndexMap<SmolStr, Type>,
}

/// Structural: names are not compared, nor is the order of fields.
impl PartialEq for RecordType {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for RecordType {}

/// An enum type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumType {
    /// The name it was declared with.
    pub name: SmolStr,
    /// The module it was declared in, by number: two modules may use one name.
    pub module: u32,
    /// Its variants, in order.
    pub variants: Vec<VariantType>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantType {
    /// Its name.
    pub name: SmolStr,
    /// Its payload.
    pub fields: IndexMap<SmolStr, Type>,
}
