//! The types of what is there without being declared.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::types::{EnumType, RecordType, Type, VariantType};

/// The number that built-in enums have in place of their module's.
const BUILT_IN: u32 = u32::MAX;

/// `failure` in the `else` of an attempt: why it failed and where.
pub fn failure() -> Type {
    record("Failure", [("message", Type::String), ("address", Type::String), ("kind", failure_kind())])
}

/// What kind of statement failed.
pub fn failure_kind() -> Type {
    enumeration("FailureKind", &["effect", "check", "refused", "timeout", "stated", "fault"])
}

/// `p` in `after each phase as p`: a phase that is done, what was estimated and how long it took.
pub fn measured_phase() -> Type {
    let durations = [("estimate", Type::Duration), ("actual", Type::Duration)];
    record("Phase", [("title", Type::String)].into_iter().chain(durations).chain([("slip", Type::Percent)]))
}

/// What the probe `timeline` gives: when the run is due, how late that is, and the phase that decides it.
pub fn timeline() -> Type {
    record("Timeline", [("due", Type::String), ("slip", Type::Percent), ("bottleneck", Type::String)])
}

/// `outcome` in a test: how a run ended.
pub fn outcome() -> Type {
    enumeration("Outcome", &["completed", "compensated", "halted", "partial", "killed", "stuck"])
}

/// The names that the expectations of a test know, with their types; `result` is what the plan gives. A run that
/// failed has no result, and one that did not has no failure: an expectation that uses what is not there does not hold.
pub fn test_names(result: Type) -> Vec<(&'static str, Type)> {
    let addresses = || Type::List(Arc::new(Type::String));
    vec![
        ("outcome", outcome()),
        ("result", result),
        ("failure", failure()),
        ("done", addresses()),
        ("undone", addresses()),
        ("owed", addresses()),
        ("emitted", addresses()),
        ("decided", Type::Map(Arc::new(Type::String))),
        ("stuck_on", addresses()),
        ("duration", Type::Duration),
    ]
}

fn record(name: &str, fields: impl IntoIterator<Item = (&'static str, Type)>) -> Type {
    let fields = fields.into_iter().map(|(name, ty)| (SmolStr::new(name), ty)).collect();
    Type::Record(Arc::new(RecordType { name: Some(SmolStr::new(name)), fields }))
}

fn enumeration(name: &str, variants: &[&str]) -> Type {
    let variant = |name: &&str| VariantType { name: SmolStr::new(name), fields: IndexMap::new() };
    let variants = variants.iter().map(variant).collect();
    Type::Enum(Arc::new(EnumType { name: SmolStr::new(name), module: BUILT_IN, variants }))
}
