//! Patterns: what they mean for a type, and the names they bind.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::{
    Checker,
    assign::{fits, present},
    names::listed,
    scope::{BindingKind, Named},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    evaluate,
    ir::{BinaryOp, EnumType, Pattern, Risk, Type, Value, VariantType, literal::literal},
    source::Span,
    syntax::ast::{self, Name, PatternKind, PayloadPattern, Template},
};

/// Whether the names of a pattern are bound, and if not, why.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Bound,
    /// `v is pattern`
    Tested,
    /// `a | b`: which of them matched is not known
    Alternative,
}

impl Checker<'_> {
    /// A pattern for values of type `ty`. With `binds` its names are bound in the scope that is open; without, it
    /// must have none.
    ///
    /// What does not fit is reported, and becomes [`broken`]: arms with such a part are not asked whether they are
    /// complete.
    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, ty: &Type, binds: bool) -> Pattern {
        self.pattern_of(pattern, ty, if binds { Names::Bound } else { Names::Tested })
    }

    fn pattern_of(&mut self, pattern: &ast::Pattern, ty: &Type, names: Names) -> Pattern {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Any => Pattern::Any,
            PatternKind::Error => broken(),
            PatternKind::None => self.none_pattern(span, ty),
            PatternKind::Bool(value) => self.value_pattern(span, ty, Value::Bool(*value), &Type::Bool),
            PatternKind::Text(text) => self.text_pattern(text, ty),
            PatternKind::Number(text) => match self.number_in_pattern(text, span) {
                Some((value, of)) => self.value_pattern(span, ty, value, &of),
                None => broken(),
            },
            PatternKind::Range(low, high) => self.range_pattern(span, ty, low, high),
            PatternKind::Variant { name, payload } => self.name_pattern(name, payload, ty, names),
            PatternKind::Alternatives(patterns) => {
                let names = if names == Names::Bound { Names::Alternative } else { names };
                self.alternatives(patterns, ty, names)
            }
            PatternKind::As { pattern, name } => {
                let inner = self.pattern_of(pattern, ty, names);
                self.bound(inner, name, ty, names)
            }
        }
    }

    /// The alternatives of an `is`, which binds nothing.
    pub(super) fn tested_pattern(&mut self, patterns: &[ast::Pattern], ty: &Type) -> Pattern {
        match patterns {
            [only] => self.pattern_of(only, ty, Names::Tested),
            several => self.alternatives(several, ty, Names::Tested),
        }
    }

    fn alternatives(&mut self, patterns: &[ast::Pattern], ty: &Type, names: Names) -> Pattern {
        let alternatives: Vec<Pattern> = patterns.iter().map(|pattern| self.pattern_of(pattern, ty, names)).collect();
        if alternatives.iter().any(is_broken) { broken() } else { Pattern::Alternatives(alternatives) }
    }

    /// A pattern whose match has a name.
    fn bound(&mut self, pattern: Pattern, name: &Name, ty: &Type, names: Names) -> Pattern {
        let message = match names {
            Names::Bound => {
                let (local, _) = self.bind(name, ty.clone(), BindingKind::Pattern);
                return Pattern::Bind(Box::new(pattern), local);
            }
            Names::Tested => format!("`is` binds no names, and `{}` is one", name.text),
            Names::Alternative => format!("`{}` can't be bound: one of several alternatives matches", name.text),
        };
        if names == Names::Alternative {
            self.frame.scopes.set(name.text.clone(), Named::Broken(name.span));
        }
        let help = match names {
            Names::Bound | Names::Tested => "write `_` in its place, or take the value apart with `match`",
            Names::Alternative => "write `_` in its place, or name the whole: `a | b as name`",
        };
        self.report(Diagnostic::new(Code::E0316, name.span, message, "").help(help));
        broken()
    }

    fn none_pattern(&mut self, span: Span, ty: &Type) -> Pattern {
        match ty {
            Type::Optional(_) => Pattern::None,
            Type::Error => broken(),
            ty => self.misfit(
                span,
                format!("what is matched is `{ty}`, and never `none`"),
                Some("drop this case".to_owned()),
            ),
        }
    }

    /// A literal, for values of `ty`, which may be optional.
    fn value_pattern(&mut self, span: Span, ty: &Type, value: Value, of: &Type) -> Pattern {
        let wanted = present(ty);
        match (wanted, value) {
            (Type::Error, _) => broken(),
            (Type::Decimal, Value::Int(value)) => there(ty, Pattern::Literal(Value::Decimal(value.into()))),
            (wanted, value) if fits(of, wanted) => there(ty, Pattern::Literal(value)),
            (wanted, _) => {
                let named = matches!(wanted, Type::Enum(_) | Type::Risk) && *of == Type::String;
                let help = named.then(|| {
                    let name = self.sources.text(span).trim_matches('"');
                    format!("variants stand without quotes: `{name}`")
                });
                self.misfit(span, format!("the pattern is `{of}`, and what is matched `{wanted}`"), help)
            }
        }
    }

    fn text_pattern(&mut self, text: &Template, ty: &Type) -> Pattern {
        match text.plain() {
            Some(plain) => self.value_pattern(text.span, ty, Value::Text(plain), &Type::String),
            None => {
                let help = "compare with `==` where the text is computed".to_owned();
                self.misfit(text.span, "a text in a pattern is written out, without `{..}`".to_owned(), Some(help))
            }
        }
    }

    fn number_in_pattern(&mut self, text: &str, span: Span) -> Option<(Value, Type)> {
        match literal(text) {
            Ok(value) => {
                let ty = super::expr::literal_type(&value);
                Some((value, ty))
            }
            Err(error) => {
                self.error(Code::E0310, span, error.to_string());
                None
            }
        }
    }

    fn range_pattern(&mut self, span: Span, ty: &Type, low: &str, high: &str) -> Pattern {
        let (Some((low, low_ty)), Some((high, high_ty))) =
            (self.number_in_pattern(low, span), self.number_in_pattern(high, span))
        else {
            return broken();
        };
        let low = self.value_pattern(span, ty, low, &low_ty);
        let high = if is_broken(&low) { broken() } else { self.value_pattern(span, ty, high, &high_ty) };
        let (Some(low), Some(high)) = (literal_of(low), literal_of(high)) else { return broken() };
        if evaluate::binary(BinaryOp::Greater, &low, &high) == Ok(Value::Bool(true)) {
            let help = Some(format!("write `{high}..{low}`: both ends are part of it"));
            return self.misfit(span, format!("nothing is in `{low}..{high}`"), help);
        }
        there(ty, Pattern::Range(low, high))
    }

    /// A name with or without payload: `some(value)` of a `T?`, else a variant.
    fn name_pattern(&mut self, name: &Name, payload: &[PayloadPattern], ty: &Type, names: Names) -> Pattern {
        match (ty, present(ty)) {
            (Type::Optional(inner), _) if name.text == "some" => self.some_pattern(payload, inner, names),
            (_, Type::Enum(declared)) => {
                let declared = declared.clone();
                match declared.variants.iter().find(|variant| variant.name == name.text) {
                    Some(variant) => there(ty, self.variant_pattern(variant, payload, names)),
                    None => self.no_variant(name, payload, ty, names, &variant_names(&declared)),
                }
            }
            (_, Type::Risk) => match Risk::parse(&name.text) {
                Some(risk) if payload.is_empty() => there(ty, Pattern::Literal(Value::Risk(risk))),
                _ => self.no_variant(name, payload, ty, names, &Risk::ALL.map(|risk| SmolStr::new(risk.as_str()))),
            },
            (_, Type::Error) => {
                self.bind_all(payload, names);
                broken()
            }
            (_, _) => self.no_variant(name, payload, ty, names, &[]),
        }
    }

    fn some_pattern(&mut self, payload: &[PayloadPattern], inner: &Type, names: Names) -> Pattern {
        let inside = match payload {
            [] | [PayloadPattern::Any(_)] => Pattern::Any,
            [PayloadPattern::Bind(name)] => self.bound(Pattern::Any, name, inner, names),
            [PayloadPattern::Field { name, pattern }] if name.text == "value" => self.pattern_of(pattern, inner, names),
            [PayloadPattern::Field { name, .. }] => {
                let help = Some("write `some(value: ..)`, or `some(name)` to bind it".to_owned());
                self.misfit(name.span, format!("`some` has no field `{}`", name.text), help)
            }
            [_, second, ..] => self.misfit(part_span(second), "`some` holds one value".to_owned(), None),
        };
        if is_broken(&inside) { broken() } else { Pattern::Some(Box::new(inside)) }
    }

    fn variant_pattern(&mut self, variant: &VariantType, payload: &[PayloadPattern], names: Names) -> Pattern {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut fields = Vec::with_capacity(payload.len());
        for part in payload {
            let (name, pattern) = match part {
                PayloadPattern::Any(_) => continue,
                PayloadPattern::Bind(name) => (name, None),
                PayloadPattern::Field { name, pattern } => (name, Some(pattern)),
            };
            if !seen.insert(&name.text) {
                self.error(Code::E0305, name.span, format!("the field `{}` is given twice", name.text));
                continue;
            }
            let ty = match variant.fields.get(&name.text) {
                Some(ty) => ty.clone(),
                None => {
                    self.no_payload_field(name, variant);
                    Type::Error
                }
            };
            let inside = match pattern {
                Some(pattern) => self.pattern_of(pattern, &ty, names),
                None => self.bound(Pattern::Any, name, &ty, names),
            };
            fields.push((name.text.clone(), if ty == Type::Error { broken() } else { inside }));
        }
        if fields.iter().any(|(_, field)| is_broken(field)) {
            return broken();
        }
        Pattern::Variant(variant.name.clone(), fields)
    }

    fn no_payload_field(&mut self, name: &Name, variant: &VariantType) {
        let message = format!("`{}` has no field `{}`", variant.name, name.text);
        let help = || Some(format!("it is `{variant}`; to call a field something else: `field: _ as name`"));
        let diagnostic = Diagnostic::new(Code::E0303, name.span, message, "");
        self.report(diagnostic.suggest(&name.text, variant.fields.keys().map(SmolStr::as_str)).or_help(help));
    }

    /// A name that is no variant of the type.
    fn no_variant(
        &mut self,
        name: &Name,
        payload: &[PayloadPattern],
        ty: &Type,
        names: Names,
        known: &[SmolStr],
    ) -> Pattern {
        self.bind_all(payload, names);
        if names != Names::Tested && self.frame.scopes.get(&name.text).is_none() {
            self.frame.scopes.set(name.text.clone(), Named::Broken(name.span));
        }
        let message = format!("`{}` is no variant of `{}`", name.text, present(ty));
        let label = "in a pattern a name is a variant";
        let diagnostic = Diagnostic::new(Code::E0309, name.span, message, label);
        let bound = format!("_ as {}", name.text);
        self.report(match known {
            [] if names == Names::Bound && payload.is_empty() => {
                diagnostic.help(format!("to bind the value write `{bound}`")).fix(name.span, bound)
            }
            [] => diagnostic.help(format!("a `{}` has no variants", present(ty))),
            known => {
                let help = format!("it has {}; to bind the value write `{bound}`", listed(known));
                diagnostic.suggest(&name.text, known.iter().map(SmolStr::as_str)).or_help(|| Some(help))
            }
        });
        broken()
    }

    /// Binds the names of a payload that means nothing, so that they are not missed.
    fn bind_all(&mut self, payload: &[PayloadPattern], names: Names) {
        for part in payload {
            match part {
                PayloadPattern::Any(_) => {}
                PayloadPattern::Bind(name) if names == Names::Bound => {
                    self.bind(name, Type::Error, BindingKind::Pattern);
                }
                PayloadPattern::Bind(_) => {}
                PayloadPattern::Field { pattern, .. } => {
                    self.pattern_of(pattern, &Type::Error, names);
                }
            }
        }
    }

    fn misfit(&mut self, span: Span, message: String, help: Option<String>) -> Pattern {
        let mut diagnostic = Diagnostic::new(Code::E0316, span, message, "");
        diagnostic.help = help;
        self.report(diagnostic);
        broken()
    }
}

/// What stands for a pattern that was reported: nothing matches it.
pub(super) fn broken() -> Pattern {
    Pattern::Alternatives(Vec::new())
}

/// Whether a pattern is [`broken`]; a pattern with such a part is.
pub(super) fn is_broken(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Alternatives(patterns) => patterns.is_empty(),
        Pattern::Bind(inner, _) => is_broken(inner),
        Pattern::Any
        | Pattern::None
        | Pattern::Some(_)
        | Pattern::Literal(_)
        | Pattern::Range(..)
        | Pattern::Variant(..) => false,
    }
}

/// A pattern of a value that is there, for values of `ty`.
fn there(ty: &Type, pattern: Pattern) -> Pattern {
    match ty {
        Type::Optional(_) if !is_broken(&pattern) => Pattern::Some(Box::new(pattern)),
        _ => pattern,
    }
}

fn literal_of(pattern: Pattern) -> Option<Value> {
    match pattern {
        Pattern::Literal(value) => Some(value),
        Pattern::Some(inner) => literal_of(*inner),
        Pattern::Any
        | Pattern::None
        | Pattern::Range(..)
        | Pattern::Variant(..)
        | Pattern::Alternatives(_)
        | Pattern::Bind(..) => None,
    }
}

fn part_span(part: &PayloadPattern) -> Span {
    match part {
        PayloadPattern::Any(span) => *span,
        PayloadPattern::Bind(name) => name.span,
        PayloadPattern::Field { pattern, .. } => pattern.span,
    }
}

fn variant_names(declared: &EnumType) -> Vec<SmolStr> {
    declared.variants.iter().map(|variant| variant.name.clone()).collect()
}
