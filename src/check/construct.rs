//! Lists, records, maps and variants with a payload.

use crate::diagnostic::suggest::did_you_mean;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;

use super::{
    Checker,
    assign::{Want, What, fits, fitted},
    expr::constant,
    placeholder,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, RecordType, Type, Value},
    source::Span,
    syntax::ast::{self, Name, RecordItem},
};

impl Checker<'_> {
    /// `[a, b]`: items of the expected type, else of the type of the first.
    pub(super) fn list(&mut self, items: &[ast::Expr], span: Span, hint: Option<&Type>) -> Expr {
        if let Some(Type::List(item)) = hint.map(inner) {
            let item = item.as_ref().clone();
            let items = items.iter().map(|expr| self.expect(expr, &item, "an item of this list")).collect();
            return Expr { kind: ExprKind::List(items), ty: Type::List(Arc::new(item)), span };
        }
        let mut ty = Type::Error;
        let mut checked: Vec<Expr> = Vec::with_capacity(items.len());
        for item in items {
            let value = self.infer(item, (ty != Type::Error).then_some(&ty));
            if ty == Type::Error || fits(&ty, &value.ty) {
                ty = value.ty.clone();
                checked.push(value);
            } else {
                let place = checked.first().map(|first| first.span);
                checked.push(self.coerce(value, &ty, Want { what: What::Text("an item of this list"), place }));
            }
        }
        let items = checked.into_iter().map(|value| fitted(value, &ty)).collect();
        Expr { kind: ExprKind::List(items), ty: Type::List(Arc::new(ty)), span }
    }

    /// `{ a: 1 }`: a record of the expected type, a map where one is expected, else a record of its own.
    pub(super) fn record(&mut self, items: &[RecordItem], span: Span, hint: Option<&Type>) -> Expr {
        let fields = self.fields_once(items);
        match hint.map(inner) {
            Some(Type::Record(record)) => {
                let record = record.clone();
                self.expected_record(&fields, span, &record)
            }
            Some(Type::Map(item)) => {
                let item = item.as_ref().clone();
                let values = fields
                    .iter()
                    .map(|(name, value)| (name.text.clone(), self.expect(value, &item, "a value of this map")));
                let kind = ExprKind::Record(values.collect());
                Expr { kind, ty: Type::Map(Arc::new(item)), span }
            }
            _ => {
                let values: Vec<(SmolStr, Expr)> =
                    fields.iter().map(|(name, value)| (name.text.clone(), self.infer(value, None))).collect();
                let types: IndexMap<SmolStr, Type> =
                    values.iter().map(|(name, value)| (name.clone(), value.ty.clone())).collect();
                let ty = Type::Record(Arc::new(RecordType { name: None, fields: types }));
                Expr { kind: ExprKind::Record(values), ty, span }
            }
        }
    }

    /// The fields of a record expression, each once.
    fn fields_once<'e>(&mut self, items: &'e [RecordItem]) -> Vec<(&'e Name, &'e ast::Expr)> {
        let mut seen: IndexMap<&str, (&Name, &ast::Expr), FxBuildHasher> =
            IndexMap::with_capacity_and_hasher(items.len(), FxBuildHasher);
        for item in items {
            match item {
                RecordItem::Spread(spread) => {
                    self.unsupported(spread.span, "...");
                }
                RecordItem::Field { name, value } => {
                    if let Some((first, _)) = seen.get(name.text.as_str()) {
                        let message = format!("the field `{}` is given twice", name.text);
                        let first = first.span;
                        self.report(
                            Diagnostic::new(Code::E0305, name.span, message, "here again").label(first, "first here"),
                        );
                    } else {
                        seen.insert(&name.text, (name, value));
                    }
                }
            }
        }
        seen.into_values().collect()
    }

    fn expected_record(&mut self, fields: &[(&Name, &ast::Expr)], span: Span, record: &Arc<RecordType>) -> Expr {
        let mut values: FxHashMap<&SmolStr, Expr> =
            FxHashMap::with_capacity_and_hasher(record.fields.len(), FxBuildHasher);
        for (name, value) in fields {
            match record.fields.get(&name.text) {
                Some(ty) => {
                    let value = self.expect(value, ty, What::Field(&name.text));
                    values.insert(&name.text, value);
                }
                None => {
                    self.infer(value, None);
                    self.unknown_field(name, record);
                }
            }
        }
        let unsupported = self.frame.unsupported;
        let missing: Vec<&SmolStr> = record
            .fields
            .iter()
            .filter(|(name, ty)| !values.contains_key(name) && !matches!(ty, Type::Optional(_) | Type::Error))
            .map(|(name, _)| name)
            .collect();
        if !missing.is_empty() && !unsupported {
            self.missing_fields(span, record, &missing);
        }
        let complete = record.fields.iter().map(|(name, ty)| {
            let value = values.remove(name).unwrap_or_else(|| constant(Value::None, ty.clone(), span));
            (name.clone(), value)
        });
        Expr { kind: ExprKind::Record(complete.collect()), ty: Type::Record(record.clone()), span }
    }

    fn unknown_field(&mut self, name: &Name, record: &Arc<RecordType>) {
        let message = format!("`{}` has no field `{}`", Type::Record(record.clone()), name.text);
        let mut diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
        diagnostic.help = did_you_mean(&name.text, record.fields.keys().map(SmolStr::as_str));
        self.report(diagnostic);
    }

    fn missing_fields(&mut self, span: Span, record: &Arc<RecordType>, missing: &[&SmolStr]) {
        let noun = if missing.len() == 1 { "the field" } else { "the fields" };
        let message =
            format!("{noun} {} of `{}` is missing", super::names::listed(missing), Type::Record(record.clone()));
        let message = if missing.len() == 1 { message } else { message.replace(" is missing", " are missing") };
        let written: Vec<String> = missing.iter().map(|name| format!("{name}: ..")).collect();
        let help = format!("add `{}`", written.join(", "));
        self.report(Diagnostic::new(Code::E0304, span, message, "").help(help));
    }

    /// `mixed(count: 2)`, if a variant of that name is expected.
    pub(super) fn variant_call(
        &mut self,
        span: Span,
        name: &Name,
        arguments: &[ast::Argument],
        hint: Option<&Type>,
    ) -> Option<Expr> {
        let Type::Enum(declared) = inner(hint?) else { return None };
        let declared = declared.clone();
        let variant = declared.variants.iter().find(|variant| variant.name == name.text)?;
        let params: Vec<super::arguments::Parameter> =
            variant.fields.keys().map(|field| super::arguments::Parameter::required(field)).collect();
        let matched = self.matched(span, name, &params, arguments, None);
        let mut payload = Vec::new();
        for ((field, ty), given) in variant.fields.iter().zip(matched) {
            let value = match given {
                Some(value) => self.expect(value, ty, What::Field(field)),
                None => placeholder(span),
            };
            payload.push((field.clone(), value));
        }
        let kind = ExprKind::Variant(name.text.clone(), payload);
        Some(Expr { kind, ty: Type::Enum(declared), span })
    }
}

/// The type itself, without `?`.
fn inner(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        other => other,
    }
}
