//! What is expected against what came, with the difference marked.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use crate::{
    ir::{BinaryOp, Value, text::Nested},
    simulate::test::Sides,
};

/// How wide a value may be that stands in one line; the items of a longer list have a line each.
const LINE: usize = 80;

/// The lines that show both, and what is different between them.
pub(super) fn difference(Sides { actual, op, expected }: &Sides) -> Vec<String> {
    if let (Value::List(actual), Value::List(expected), BinaryOp::Equal) = (actual, expected, op)
        && [actual, expected].iter().any(|items| items.len() > 1 && width(items) > LINE)
    {
        return item_by_item(actual, expected);
    }
    let sign = match op {
        BinaryOp::Equal => String::new(),
        BinaryOp::NotEqual => "not ".to_owned(),
        op => format!("{} ", op.sign()),
    };
    let mut lines =
        vec![beside("is", &Nested(actual).to_string()), beside("expected", &format!("{sign}{}", Nested(expected)))];
    let told = told(actual, expected).filter(|_| *op == BinaryOp::Equal);
    lines.extend(told.map(|told| beside("", &told)));
    lines
}

/// `is        ["hold"]`
pub(super) fn beside(name: &str, value: &str) -> String {
    format!("{name:<9} {value}")
}

fn width(items: &[Value]) -> usize {
    items.iter().map(|item| Nested(item).to_string().chars().count() + 2).sum()
}

/// A line for each item, with a `+` where it came and is not expected, and a `-` where it is expected and did not come.
fn item_by_item(actual: &[Value], expected: &[Value]) -> Vec<String> {
    let shown = |items: &[Value]| items.iter().map(|item| Nested(item).to_string()).collect::<Vec<_>>();
    let (actual, expected) = (shown(actual), shown(expected));
    let (from, to): (Vec<&str>, Vec<&str>) =
        (expected.iter().map(String::as_str).collect(), actual.iter().map(String::as_str).collect());
    let changes = TextDiff::from_slices(&from, &to);
    let line = |change: similar::Change<&str>| match change.tag() {
        ChangeTag::Equal => format!("  = {}", change.value()),
        ChangeTag::Delete => format!("  - {}", change.value()),
        ChangeTag::Insert => format!("  + {}", change.value()),
    };
    let mut lines = vec!["`-` is expected and did not come, `+` came and is not expected".to_owned()];
    lines.extend(changes.iter_all_changes().map(line));
    lines
}

/// What is different, in a sentence, where that says more than both values.
fn told(actual: &Value, expected: &Value) -> Option<String> {
    match (actual, expected) {
        (Value::List(actual), Value::List(expected)) => lists(actual, expected),
        (Value::Record(actual), Value::Record(expected)) => {
            let differ = expected.iter().filter(|(name, value)| actual.get(*name) != Some(value));
            let differ: Vec<String> = differ.map(|(name, _)| format!("`{name}`")).collect();
            let more = actual.keys().filter(|name| !expected.contains_key(*name)).map(|name| format!("`{name}`"));
            sentence(&[("different", differ), ("not expected", more.collect())])
        }
        (Value::Text(actual), Value::Text(expected)) if actual.len() > 20 => {
            let same = actual.chars().zip(expected.chars()).take_while(|(left, right)| left == right).count();
            let from = |text: &str| text.chars().skip(same).take(20).collect::<String>();
            Some(format!("different from character {} on: \"{}\" and \"{}\"", same + 1, from(actual), from(expected)))
        }
        _ => None,
    }
}

fn lists(actual: &[Value], expected: &[Value]) -> Option<String> {
    let without = |all: &[Value], others: &[Value]| {
        let mut left = others.to_vec();
        let mut rest = Vec::new();
        for item in all {
            match left.iter().position(|other| other == item) {
                Some(at) => drop(left.remove(at)),
                None => rest.push(Nested(item).to_string()),
            }
        }
        rest
    };
    let (missing, more) = (without(expected, actual), without(actual, expected));
    if missing.is_empty() && more.is_empty() {
        return (actual != expected).then(|| "the same, in another order".to_owned());
    }
    sentence(&[("missing", missing), ("not expected", more)])
}

/// `missing "a", "b"; not expected "c"`
fn sentence(parts: &[(&str, Vec<String>)]) -> Option<String> {
    let mut text = String::new();
    for (what, items) in parts.iter().filter(|(_, items)| !items.is_empty()) {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing into a text never fails.
        let _ = write!(text, "{separator}{what} {}", items.join(", "));
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Value {
        Value::list(items.iter().map(|item| Value::text(*item)).collect())
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_said() {
        let told = |actual: &[&str], expected: &[&str]| told(&list(actual), &list(expected));
        assert_eq!(told(&["a", "b"], &["b", "c"]).as_deref(), Some("missing \"c\"; not expected \"a\""));
        assert_eq!(told(&["a", "b"], &["b", "a"]).as_deref(), Some("the same, in another order"));
        assert_eq!(told(&["a", "a"], &["a"]).as_deref(), Some("not expected \"a\""));
        assert_eq!(told(&["a"], &["a"]), None);
    }
}
