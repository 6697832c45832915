//! Lists, records, maps and variants with a payload.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    Checker,
    arguments::Parameter,
    assign::{Want, What, fits, fitted, present, same},
    expr::constant,
    placeholder,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, RecordPart, RecordType, Type, Value},
    source::Span,
    syntax::ast::{self, Name, RecordItem},
};

impl Checker<'_> {
    /// `[a, b]`: items of the expected type, else of the type of the first.
    pub(super) fn list(&mut self, items: &[ast::Expr], span: Span, hint: Option<&Type>) -> Expr {
        let item = match hint.map(present) {
            Some(Type::List(item)) => Some(item.as_ref().clone()),
            Some(Type::Json) => Some(Type::Json),
            _ => None,
        };
        if let Some(item) = item {
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
        let of_json = Type::Map(Arc::new(Type::Json));
        let hint = match hint.map(present) {
            Some(Type::Json) => Some(&of_json),
            hint => hint.filter(|hint| matches!(hint, Type::Record(_) | Type::Map(_))),
        };
        let parts = self.parts_once(items, hint);
        let of_map = parts.iter().find_map(|part| match part {
            Part::Spread(base) if matches!(base.ty, Type::Map(_)) => Some(base.ty.clone()),
            Part::Spread(_) | Part::Field(..) => None,
        });
        match hint.cloned().or(of_map) {
            Some(Type::Record(record)) => self.expected_record(parts, span, &record),
            Some(Type::Map(item)) => self.expected_map(parts, span, &item),
            _ => self.own_record(parts, span),
        }
    }

    /// The parts of a record expression, each field once; what is spread is inferred.
    fn parts_once<'e>(&mut self, items: &'e [RecordItem], hint: Option<&Type>) -> Vec<Part<'e>> {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::with_capacity_and_hasher(items.len(), FxBuildHasher);
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                RecordItem::Spread(base) => parts.push(Part::Spread(self.spread(base, hint))),
                RecordItem::Field { name, value } => match seen.insert(&name.text, name.span) {
                    None => parts.push(Part::Field(name, value)),
                    Some(first) => {
                        let message = format!("the field `{}` is given twice", name.text);
                        self.report(
                            Diagnostic::new(Code::E0305, name.span, message, "here again").label(first, "first here"),
                        );
                    }
                },
            }
        }
        parts
    }

    /// What stands behind `...`: a record or a map.
    fn spread(&mut self, base: &ast::Expr, hint: Option<&Type>) -> Expr {
        let base = self.infer(base, hint);
        let base = self.present(base, "its fields are used");
        match &base.ty {
            Type::Record(_) | Type::Map(_) | Type::Error => base,
            ty => {
                let message = format!("`{ty}` has no fields to be taken over");
                let help = "`...` stands before a record or a map";
                self.report(Diagnostic::new(Code::E0302, base.span, message, "").help(help));
                placeholder(base.span)
            }
        }
    }

    /// A record without an expected type. What is taken over from another keeps its type.
    fn own_record(&mut self, parts: Vec<Part>, span: Span) -> Expr {
        let mut types: IndexMap<SmolStr, Type> = IndexMap::new();
        let mut emitted = Vec::with_capacity(parts.len());
        let mut whole = None;
        let mut open = false;
        for part in parts {
            emitted.push(match part {
                Part::Field(name, value) => {
                    let value = match types.get(&name.text).cloned() {
                        Some(ty) => self.expect(value, &ty, What::Field(&name.text)),
                        None => self.infer(value, None),
                    };
                    types.insert(name.text.clone(), value.ty.clone());
                    RecordPart::Field(name.text.clone(), value)
                }
                Part::Spread(base) => {
                    if let Type::Record(record) = &base.ty {
                        types.extend(record.fields.iter().map(|(name, ty)| (name.clone(), ty.clone())));
                        whole = Some(record.clone());
                    } else {
                        open = true;
                    }
                    RecordPart::Spread(base)
                }
            });
        }
        let record = match whole {
            Some(record) if record.fields == types => record,
            _ => Arc::new(RecordType { name: None, fields: types }),
        };
        Expr { kind: record_of(emitted), ty: if open { Type::Error } else { Type::Record(record) }, span }
    }

    fn expected_map(&mut self, parts: Vec<Part>, span: Span, item: &Arc<Type>) -> Expr {
        let ty = Type::Map(item.clone());
        let emitted = parts.into_iter().map(|part| match part {
            Part::Field(name, value) => {
                RecordPart::Field(name.text.clone(), self.expect(value, item, "a value of this map"))
            }
            Part::Spread(base) => {
                let want = Want { what: What::Text("what is taken over"), place: None };
                RecordPart::Spread(self.coerce(base, &ty, want))
            }
        });
        let kind = record_of(emitted.collect());
        Expr { kind, ty, span }
    }

    fn expected_record(&mut self, parts: Vec<Part>, span: Span, record: &Arc<RecordType>) -> Expr {
        let mut given: FxHashSet<SmolStr> = FxHashSet::default();
        let mut emitted = Vec::with_capacity(record.fields.len());
        let mut spreads = false;
        let mut unsure = false;
        for part in parts {
            match part {
                Part::Field(name, value) => match record.fields.get(&name.text) {
                    Some(ty) => {
                        let value = self.expect(value, ty, What::Field(&name.text));
                        given.insert(name.text.clone());
                        emitted.push(RecordPart::Field(name.text.clone(), value));
                    }
                    None => {
                        self.infer(value, None);
                        self.unknown_field(name, record);
                        // It may be one of those that are missing.
                        unsure = true;
                    }
                },
                Part::Spread(base) => {
                    spreads = true;
                    unsure |= base.ty == Type::Error;
                    self.taken_over(&base, record, &mut given);
                    emitted.push(RecordPart::Spread(base));
                }
            }
        }
        let left = || record.fields.iter().filter(|(name, _)| !given.contains(*name));
        let missing: Vec<&SmolStr> =
            left().filter(|(_, ty)| !matches!(ty, Type::Optional(_) | Type::Error)).map(|(name, _)| name).collect();
        if !missing.is_empty() && !unsure {
            self.missing_fields(span, record, &missing);
        }
        let absent = left().map(|(name, ty)| RecordPart::Field(name.clone(), constant(Value::None, ty.clone(), span)));
        let absent: Vec<RecordPart> = absent.collect();
        let kind = if spreads {
            ExprKind::Update(absent.into_iter().chain(emitted).collect())
        } else {
            in_order(emitted.into_iter().chain(absent), record)
        };
        Expr { kind, ty: Type::Record(record.clone()), span }
    }

    /// The fields that a record brings to another one: each must be there, and of its type.
    fn taken_over(&mut self, base: &Expr, record: &Arc<RecordType>, given: &mut FxHashSet<SmolStr>) {
        let found = match &base.ty {
            Type::Record(found) => found,
            Type::Map(_) => {
                let want = Want { what: What::Text("what is taken over"), place: None };
                self.coerce(base.clone(), &Type::Record(record.clone()), want);
                given.extend(record.fields.keys().cloned());
                return;
            }
            _ => return,
        };
        for (name, ty) in &found.fields {
            given.insert(name.clone());
            let whole = Type::Record(record.clone());
            match record.fields.get(name) {
                Some(wanted) if same(ty, wanted) => {}
                Some(wanted) => {
                    let message =
                        format!("`...` brings the field `{name}` as `{ty}`, and in `{whole}` it is `{wanted}`");
                    self.error(Code::E0301, base.span, message);
                }
                None => {
                    let message = format!("`...` brings the field `{name}`, which `{whole}` does not have");
                    self.error(Code::E0303, base.span, message);
                }
            }
        }
    }

    fn unknown_field(&mut self, name: &Name, record: &Arc<RecordType>) {
        let message = format!("`{}` has no field `{}`", Type::Record(record.clone()), name.text);
        let diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
        let fields: Vec<&SmolStr> = record.fields.keys().collect();
        let help = || Some(format!("it has {}", super::names::listed(&fields)));
        self.report(diagnostic.suggest(&name.text, fields.iter().map(|field| field.as_str())).or_help(help));
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
        let Type::Enum(declared) = present(hint?) else { return None };
        let declared = declared.clone();
        let variant = declared.variants.iter().find(|variant| variant.name == name.text)?;
        let params = variant.fields.iter().map(|(field, ty)| Parameter {
            name: field,
            required: !matches!(ty, Type::Optional(_)),
            named: false,
        });
        let params: Vec<Parameter> = params.collect();
        let matched = self.matched(span, name, &params, arguments, None);
        let mut payload = Vec::new();
        for ((field, ty), given) in variant.fields.iter().zip(matched) {
            let value = match given {
                Some(value) => self.expect(value, ty, What::Field(field)),
                None => constant(Value::None, ty.clone(), span),
            };
            payload.push((field.clone(), value));
        }
        let kind = ExprKind::Variant(name.text.clone(), payload);
        Some(Expr { kind, ty: Type::Enum(declared), span })
    }
}

/// A part of a record expression.
enum Part<'e> {
    Spread(Expr),
    Field(&'e Name, &'e ast::Expr),
}

/// A record, if nothing is taken over from another.
fn record_of(parts: Vec<RecordPart>) -> ExprKind {
    if parts.iter().any(|part| matches!(part, RecordPart::Spread(_))) {
        return ExprKind::Update(parts);
    }
    ExprKind::Record(parts.into_iter().filter_map(named).collect())
}

/// The fields in the order of the type.
fn in_order(parts: impl Iterator<Item = RecordPart>, record: &RecordType) -> ExprKind {
    let mut values: FxHashMap<SmolStr, Expr> = parts.filter_map(named).collect();
    let fields = record.fields.keys().filter_map(|name| Some((name.clone(), values.remove(name)?)));
    ExprKind::Record(fields.collect())
}

fn named(part: RecordPart) -> Option<(SmolStr, Expr)> {
    match part {
        RecordPart::Field(name, value) => Some((name, value)),
        RecordPart::Spread(_) => None,
    }
}
