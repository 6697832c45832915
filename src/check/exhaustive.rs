//! Whether patterns cover every value of a type, and which of them are never reached.
//!
//! The algorithm is that of Luc Maranget, "Warnings for pattern matching" (2007), in the form that finds both at
//! once: the patterns are the rows of a matrix, its first column is split into the cases it tells apart, and each
//! case is a smaller matrix. Where no row is left a case is missing; the row that is first where no column is left
//! is reached.

use std::fmt;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Checker, names::listed, pattern::is_broken};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Pattern, Risk, Type, Value, text::Nested},
    source::Span,
};

/// How many rows are looked at before the search gives up: it may take very long for patterns made to that end.
const MAX_WORK: usize = 2_000_000;

/// How many missing cases are named.
const MAX_NAMED: usize = 4;

impl Checker<'_> {
    /// Reports the cases of `ty` that none of the arms matches, at `span`, and arms that are never reached.
    pub(super) fn exhaustive(&mut self, span: Span, ty: &Type, arms: &[(Pattern, Span)]) {
        let patterns: Vec<&Pattern> = arms.iter().map(|(pattern, _)| pattern).collect();
        let Some(found) = coverage(ty, &patterns) else { return };
        for ((_, place), reached) in arms.iter().zip(found.reached) {
            if !reached {
                let message = "this case is never reached";
                let label = "what stands before it matches all of this";
                self.report(Diagnostic::new(Code::E0318, *place, message, label).help("drop it, or put it first"));
            }
        }
        if !found.missing.is_empty() {
            self.missing_cases(span, ty, &found.missing);
        }
    }

    fn missing_cases(&mut self, span: Span, ty: &Type, missing: &[String]) {
        let named = &missing[..missing.len().min(MAX_NAMED - 1)];
        let more = if missing.len() > named.len() { " and others" } else { "" };
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let message = if missing.iter().any(|case| case == "_") {
            format!("not every `{ty}` is handled")
        } else {
            format!("{}{more} {verb} not handled", listed(named))
        };
        let first = missing.first().map_or("_", String::as_str);
        let help =
            format!("add `{first} => ..`{}", if first == "_" { "" } else { ", or `_ => ..` for all that is left" });
        self.report(Diagnostic::new(Code::E0317, span, message, "").help(help));
    }
}

/// What patterns do to the values of a type.
pub(super) struct Coverage {
    /// Which patterns are the first to match something.
    pub(super) reached: Vec<bool>,
    /// Some of what none of them matches, as patterns.
    pub(super) missing: Vec<String>,
}

/// What `patterns`, tried in order, do to the values of `ty`; `None` if one of them is broken, or the type is.
pub(super) fn coverage(ty: &Type, patterns: &[&Pattern]) -> Option<Coverage> {
    if *ty == Type::Error || patterns.iter().any(|pattern| is_broken(pattern)) {
        return None;
    }
    let mut search = Search { reached: vec![false; patterns.len()], work: 0 };
    let rows = patterns.iter().enumerate().map(|(arm, pattern)| Row { columns: vec![pattern], arm });
    let found = search.explore(vec![ty], rows.collect());
    if search.work > MAX_WORK {
        let total = patterns.iter().any(|pattern| matches!(pattern, Pattern::Any));
        let missing = if total { Vec::new() } else { vec!["_".to_owned()] };
        return Some(Coverage { reached: vec![true; patterns.len()], missing });
    }
    let missing = found.iter().filter_map(|witnesses| witnesses.last()).map(Witness::to_string).collect();
    Some(Coverage { reached: search.reached, missing })
}

static ANY: Pattern = Pattern::Any;

/// A row of the matrix; its first column is the last of the list.
#[derive(Clone)]
struct Row<'p> {
    columns: Vec<&'p Pattern>,
    arm: usize,
}

/// A value that is missing, as far as it is told.
#[derive(Clone)]
enum Witness {
    Any,
    None,
    Some(Box<Witness>),
    Value(Value),
    Variant(SmolStr, Vec<(SmolStr, Witness)>),
}

/// A case of a type that a column tells apart from others.
enum Case<'p> {
    None,
    Some(&'p Type),
    Variant(&'p SmolStr, Vec<(&'p SmolStr, &'p Type)>),
    /// Exactly this value.
    Value(Value),
    /// All numbers between two values, without them; or before the first, behind the last.
    Between(Option<Decimal>, Option<Decimal>),
    /// All values that no pattern mentions.
    Other,
}

struct Search {
    reached: Vec<bool>,
    work: usize,
}

impl Search {
    /// Values, one for each column in its order, that no row matches.
    fn explore<'p>(&mut self, mut columns: Vec<&'p Type>, rows: Vec<Row<'p>>) -> Vec<Vec<Witness>> {
        self.work += rows.len() + 1;
        if self.work > MAX_WORK {
            return Vec::new();
        }
        let Some(ty) = columns.pop() else {
            return match rows.first() {
                Some(row) => {
                    self.reached[row.arm] = true;
                    Vec::new()
                }
                None => vec![Vec::new()],
            };
        };
        let rows = expanded(rows);
        if *ty == Type::Error {
            rows.iter().for_each(|row| self.reached[row.arm] = true);
            return Vec::new();
        }
        let mut missing = Vec::new();
        let mut unmentioned = Vec::new();
        for case in cases(ty, &rows) {
            let mentioned = rows.iter().any(|row| row.head().is_some_and(|head| case.holds(head)));
            self.work += rows.len();
            if mentioned {
                missing.extend(self.explore_case(&case, &columns, &rows));
            } else {
                unmentioned.push(case);
            }
            if self.work > MAX_WORK {
                return Vec::new();
            }
        }
        if !unmentioned.is_empty() {
            let rest = rows.iter().filter(|row| row.head().is_none()).filter_map(|row| row.split(&Case::Other));
            let found = self.explore(columns, rest.collect());
            let named = unmentioned.iter().take(MAX_NAMED);
            missing.extend(named.flat_map(|case| found.iter().map(|rest| case.witness(rest, 0))));
        }
        missing.truncate(MAX_NAMED);
        missing
    }

    fn explore_case<'p>(&mut self, case: &Case<'p>, columns: &[&'p Type], rows: &[Row<'p>]) -> Vec<Vec<Witness>> {
        let inside = case.types();
        let columns = columns.iter().copied().chain(inside.iter().rev().copied()).collect();
        let rows = rows.iter().filter_map(|row| row.split(case)).collect();
        let found = self.explore(columns, rows);
        found.iter().map(|rest| case.witness(rest, inside.len())).collect()
    }
}

/// The rows with one alternative each in their first column, and without the names that are bound.
fn expanded(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut expanded = Vec::with_capacity(rows.len());
    for row in rows {
        expand(row, &mut expanded);
    }
    expanded
}

fn expand<'p>(mut row: Row<'p>, into: &mut Vec<Row<'p>>) {
    match row.columns.pop() {
        Some(Pattern::Bind(inner, _)) => {
            row.columns.push(inner);
            expand(row, into);
        }
        Some(Pattern::Alternatives(alternatives)) => {
            for alternative in alternatives {
                let mut row = row.clone();
                row.columns.push(alternative);
                expand(row, into);
            }
        }
        Some(pattern) => {
            row.columns.push(pattern);
            into.push(row);
        }
        None => into.push(row),
    }
}

impl<'p> Row<'p> {
    /// The pattern of the first column, if it is not any.
    fn head(&self) -> Option<&'p Pattern> {
        self.columns.last().copied().filter(|pattern| !matches!(pattern, Pattern::Any))
    }

    /// The row within a case, with the parts of its first column in place of it; `None` if the case is another.
    fn split(&self, case: &Case<'p>) -> Option<Row<'p>> {
        let mut columns = self.columns.clone();
        columns.pop();
        match self.head() {
            None => columns.extend(std::iter::repeat_n(&ANY, case.types().len())),
            Some(head) if !case.holds(head) => return None,
            Some(Pattern::Some(inner)) => columns.push(inner),
            Some(Pattern::Variant(_, written)) => match case {
                Case::Variant(_, fields) => columns.extend(fields.iter().rev().map(|(name, _)| field(written, name))),
                Case::None | Case::Some(_) | Case::Value(_) | Case::Between(..) | Case::Other => {}
            },
            Some(_) => {}
        }
        Some(Row { columns, arm: self.arm })
    }
}

fn field<'p>(written: &'p [(SmolStr, Pattern)], name: &str) -> &'p Pattern {
    written.iter().find(|(field, _)| field == name).map_or(&ANY, |(_, pattern)| pattern)
}

impl<'p> Case<'p> {
    /// Whether a pattern matches all of the case, as far as its first sign says.
    fn holds(&self, pattern: &Pattern) -> bool {
        match (self, pattern) {
            (_, Pattern::Any) | (Case::None, Pattern::None) | (Case::Some(_), Pattern::Some(_)) => true,
            (Case::Variant(name, _), Pattern::Variant(other, _)) => **name == *other,
            (Case::Value(value), Pattern::Literal(other)) => value == other,
            (Case::Value(value), Pattern::Range(low, high)) => {
                number(value).is_some_and(|value| within(Some(value), Some(value), low, high))
            }
            (Case::Between(from, to), Pattern::Range(low, high)) => within(*from, *to, low, high),
            _ => false,
        }
    }

    /// The types of its parts.
    fn types(&self) -> Vec<&'p Type> {
        match self {
            Case::Some(inner) => vec![inner],
            Case::Variant(_, fields) => fields.iter().map(|(_, ty)| *ty).collect(),
            Case::None | Case::Value(_) | Case::Between(..) | Case::Other => Vec::new(),
        }
    }

    /// What is missing of the case, in front of what is missing of the other columns; `known` parts are in `rest`.
    fn witness(&self, rest: &[Witness], known: usize) -> Vec<Witness> {
        let (others, parts) = rest.split_at(rest.len().saturating_sub(known));
        let mut parts = parts.iter().rev().cloned().chain(std::iter::repeat(Witness::Any));
        let whole = match self {
            Case::None => Witness::None,
            Case::Some(_) => Witness::Some(Box::new(parts.next().unwrap_or(Witness::Any))),
            Case::Variant(name, fields) => {
                let fields = fields.iter().map(|(name, _)| (*name).clone()).zip(parts);
                Witness::Variant((*name).clone(), fields.collect())
            }
            Case::Value(value) => Witness::Value(value.clone()),
            Case::Between(..) | Case::Other => Witness::Any,
        };
        others.iter().cloned().chain([whole]).collect()
    }
}

/// All cases of a type that the first column tells apart; together they are the whole type.
fn cases<'p>(ty: &'p Type, rows: &[Row<'p>]) -> Vec<Case<'p>> {
    if rows.iter().all(|row| row.head().is_none()) {
        return vec![Case::Other];
    }
    match ty {
        Type::Optional(inner) => vec![Case::None, Case::Some(inner)],
        Type::Bool => vec![Case::Value(Value::Bool(true)), Case::Value(Value::Bool(false))],
        Type::Risk => Risk::ALL.into_iter().map(|risk| Case::Value(Value::Risk(risk))).collect(),
        Type::Enum(declared) => {
            let variants = declared.variants.iter();
            variants.map(|variant| Case::Variant(&variant.name, variant.fields.iter().collect())).collect()
        }
        Type::Int | Type::Duration | Type::Size => numbers(rows, true),
        Type::Decimal | Type::Percent => numbers(rows, false),
        _ => mentioned(rows).into_iter().map(Case::Value).chain([Case::Other]).collect(),
    }
}

/// The values that the first column mentions, each once.
fn mentioned(rows: &[Row]) -> Vec<Value> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut found = Vec::new();
    for row in rows {
        if let Some(Pattern::Literal(Value::Text(text))) = row.head()
            && seen.insert(text)
        {
            found.push(Value::Text(text.clone()));
        }
    }
    found
}

/// The numbers that the first column mentions, and what lies between them; `whole` numbers may leave nothing there.
fn numbers<'p>(rows: &[Row], whole: bool) -> Vec<Case<'p>> {
    let mut points: Vec<(Decimal, Value)> = Vec::new();
    for row in rows {
        let ends = match row.head() {
            Some(Pattern::Literal(value)) => vec![value],
            Some(Pattern::Range(low, high)) => vec![low, high],
            _ => Vec::new(),
        };
        points.extend(ends.into_iter().filter_map(|value| Some((number(value)?, value.clone()))));
    }
    points.sort_by_key(|(number, _)| *number);
    points.dedup_by_key(|(number, _)| *number);
    let mut cases = Vec::with_capacity(points.len() * 2 + 1);
    let mut before = None;
    for (number, value) in points {
        if !whole || before.map_or(number > i64::MIN.into(), |before: Decimal| number - before > Decimal::ONE) {
            cases.push(Case::Between(before, Some(number)));
        }
        cases.push(Case::Value(value));
        before = Some(number);
    }
    if !whole || before.is_none_or(|last| last < i64::MAX.into()) {
        cases.push(Case::Between(before, None));
    }
    cases
}

fn within(from: Option<Decimal>, to: Option<Decimal>, low: &Value, high: &Value) -> bool {
    let starts = from.zip(number(low)).is_some_and(|(from, low)| low <= from);
    starts && to.zip(number(high)).is_some_and(|(to, high)| to <= high)
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(value) | Value::Duration(value) | Value::Size(value) => Some((*value).into()),
        Value::Decimal(value) | Value::Percent(value) => Some(*value),
        _ => None,
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Witness::Any => f.write_str("_"),
            Witness::None => f.write_str("none"),
            Witness::Some(inner) => match inner.as_ref() {
                Witness::Any => f.write_str("some(value)"),
                inner => write!(f, "some(value: {inner})"),
            },
            Witness::Value(value) => write!(f, "{}", Nested(value)),
            Witness::Variant(name, fields) => {
                f.write_str(name)?;
                let told = fields.iter().filter(|(_, field)| !matches!(field, Witness::Any));
                let told: Vec<String> = told.map(|(name, field)| format!("{name}: {field}")).collect();
                if told.is_empty() { Ok(()) } else { write!(f, "({})", told.join(", ")) }
            }
        }
    }
}
