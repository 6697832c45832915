//! Fields and methods that a value does not have, and what may have been meant.

use super::{
    Checker,
    methods::{member, methods_of},
    names::listed,
};
use crate::{
    diagnostic::{Code, Diagnostic, suggest::nearest},
    ir::{Expr, Member, Type, library::ParameterKind},
    source::Span,
    syntax::{ast::Name, snake_case},
};

impl Checker<'_> {
    /// Reports a field that a value does not have.
    pub(super) fn no_field(&mut self, base: &Expr, name: &Name) {
        let diagnostic = match &base.ty {
            Type::Record(record) => {
                let message = format!("`{}` has no field `{}`", base.ty, name.text);
                let fields: Vec<&str> = record.fields.keys().map(|field| field.as_str()).collect();
                let help = || (!fields.is_empty()).then(|| format!("it has {}", listed(&fields)));
                let diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
                diagnostic.suggest(&name.text, fields.iter().copied()).or_help(help)
            }
            ty => {
                let message = format!("`{ty}` has no fields");
                self.of_no_record(base, name, Diagnostic::new(Code::E0303, name.span, message, ""))
            }
        };
        self.report(diagnostic);
    }

    /// What is said of a field of something that has none.
    fn of_no_record(&self, base: &Expr, name: &Name, diagnostic: Diagnostic) -> Diagnostic {
        let written = self.sources.text(base.span);
        if let Some(method) = meant(&base.ty, &name.text) {
            let call = if takes_nothing(&base.ty, method) { "()" } else { "(..)" };
            let said = diagnostic.help(format!("it has a method: `{method}{call}`"));
            return if call == "()" { said.fix(name.span, format!("{method}()")) } else { said };
        }
        let field = &name.text;
        match &base.ty {
            Type::Json => diagnostic.help("say what it is where it is bound: `probe x: { .. } = ..`"),
            Type::Map(_) => {
                let behind = Span { start: base.span.end, ..name.span };
                diagnostic
                    .help(format!("a value of a map is `{written}[\"{field}\"]`"))
                    .fix(behind, format!("[\"{field}\"]"))
            }
            Type::List(item) if has_field(item, field) => {
                let help = format!("its items have: `{written}.map(.{field})`, or `for item in {written} {{ .. }}`");
                diagnostic.help(help)
            }
            Type::Enum(_) => diagnostic.help("what a variant holds is taken out by a pattern: `variant(field) => ..`"),
            Type::String => diagnostic.help("text that is JSON is read by a type: `probe x: { .. } = ..`"),
            _ => diagnostic.help("only a record has fields"),
        }
    }

    /// Reports a method that a value does not have; `span` is the whole call.
    pub(super) fn no_method(&mut self, span: Span, base: &Expr, name: &Name) {
        let message = format!("`{}` has no method `{}`", base.ty, name.text);
        let diagnostic = Diagnostic::new(Code::E0314, name.span, message, "");
        let called = snake_case(&name.text);
        let written = self.sources.text(base.span);
        let text = format!("\"{{{written}}}\"");
        self.report(if has_field(&base.ty, &name.text) {
            let behind = Span { start: name.span.end, ..span };
            diagnostic.help(format!("it is a field: write `{}` alone", name.text)).fix(behind, "")
        } else if let Some(meant) = meant(&base.ty, &called) {
            diagnostic.help(format!("it is called `{meant}`")).fix(name.span, meant)
        } else if matches!(called.as_str(), "to_string" | "to_text" | "to_str" | "string" | "str" | "format") {
            let said = diagnostic.help(format!("put it into a text: `{text}`"));
            if shows(&base.ty) { said.fix(span, text) } else { said }
        } else {
            diagnostic.suggest(&called, methods_of(&base.ty)).or_help(|| of_others(&called))
        });
    }
}

/// Whether a method of the type may be meant.
pub(super) fn is_near_a_method(ty: &Type, name: &str) -> bool {
    nearest(name, methods_of(ty)).is_some()
}

/// What a field or method may be called instead, by what other languages call it.
fn meant(ty: &Type, name: &str) -> Option<&'static str> {
    let known = |meant: &&str| methods_of(ty).any(|method| method == *meant);
    if let Some(method) = methods_of(ty).find(|method| *method == name) {
        return Some(method);
    }
    let near = || habit(nearest(name, HABITS.iter().flat_map(|(words, _)| words.iter().copied()))?);
    let misspelt = methods_of(ty).any(|method| nearest(name, [method]).is_some());
    habit(name).or_else(|| if misspelt { None } else { near() }).filter(known)
}

/// Whether a method is called with nothing between its parentheses.
fn takes_nothing(ty: &Type, method: &str) -> bool {
    let row = member(ty, method).map(Member::row);
    row.is_some_and(|row| row.parameters.iter().all(|taken| matches!(taken.kind, ParameterKind::Default(..))))
}

fn has_field(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Record(record) if record.fields.contains_key(name))
}

/// Whether a value of the type is written in a text as one would write it.
pub(super) fn shows(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Decimal
            | Type::String
            | Type::Percent
            | Type::Duration
            | Type::Size
            | Type::Risk
            | Type::Enum(_)
    )
}

/// Which values have a method.
fn of_others(name: &str) -> Option<String> {
    let rows = Member::ALL.iter().map(|member| member.row()).filter(|row| row.name == name);
    let owners: Vec<String> = rows.filter_map(|row| Some(row.receiver?.to_string())).collect();
    (!owners.is_empty()).then(|| format!("it is a method of {}", listed(&owners)))
}

/// The method that some value has by this name, or by what other languages call it.
pub(super) fn any_method(name: &str) -> Option<&'static str> {
    let methods = || Member::ALL.iter().map(|member| member.row()).filter(|row| row.receiver.is_some());
    let of = |name: &str| methods().find(|row| row.name == name).map(|row| row.name);
    of(name).or_else(|| of(habit(name)?))
}

/// What other languages call a function of the library.
fn habit(name: &str) -> Option<&'static str> {
    HABITS.iter().find(|(words, _)| words.contains(&name)).map(|(_, meant)| *meant)
}

/// The functions of the library, by what other languages call them.
const HABITS: [(&[&str], &str); 34] = [
    (&["length", "size", "count"], "len"),
    (&["empty"], "is_empty"),
    (&["starts", "has_prefix"], "starts_with"),
    (&["ends", "has_suffix"], "ends_with"),
    (&["includes", "has", "contains_key", "has_key"], "contains"),
    (&["push", "add", "push_back"], "append"),
    (&["extend", "plus", "chain"], "concat"),
    (&["reduce", "inject"], "fold"),
    (&["select", "where"], "filter"),
    (&["collect", "for_each", "each"], "map"),
    (&["every"], "all"),
    (&["some"], "any"),
    (&["distinct", "dedup", "uniq"], "unique"),
    (&["sorted", "order_by"], "sort_by"),
    (&["reversed"], "reverse"),
    (&["limit", "head"], "take"),
    (&["skip", "tail"], "drop"),
    (&["nth", "get"], "at"),
    (&["position", "find_index"], "index_of"),
    (&["to_upper", "uppercase", "to_uppercase", "to_upper_case"], "upper"),
    (&["to_lower", "lowercase", "to_lowercase", "to_lower_case"], "lower"),
    (&["strip"], "trim"),
    (&["substring", "substr"], "slice"),
    (&["pad_start", "rjust"], "pad_left"),
    (&["pad_end", "ljust"], "pad_right"),
    (&["to_number", "parse_int", "to_i"], "to_int"),
    (&["modulo", "rem"], "mod"),
    (&["remove", "delete"], "without"),
    (&["set", "insert", "put"], "with"),
    (&["items"], "entries"),
    (&["stringify", "json"], "to_json"),
    (&["total_seconds", "as_secs", "in_seconds", "to_seconds"], "seconds"),
    (&["total_minutes", "in_minutes", "to_minutes"], "minutes"),
    (&["total_hours", "in_hours", "to_hours"], "hours"),
];
