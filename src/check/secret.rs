//! Secrets: references to what only an effect reads. A value of such a type goes into the places that take one, and
//! nowhere else.

use rustc_hash::FxHashSet;
use std::sync::Arc;

use super::{Checker, placeholder};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, Secret, SecretSource, Type},
    source::Span,
    syntax::ast::{Name, Template},
};

/// Where a secret can go.
const PLACES: &str =
    "a secret goes into `env:`, `stdin:`, `headers:` or `body:`, and as it is to what takes a `Secret`";

impl Checker<'_> {
    /// `secret env("X")`, `secret file("x")`: nothing is read here.
    pub(super) fn secret(&mut self, span: Span, source: &Name, argument: &Template) -> Expr {
        let name = self.text(argument);
        let source = match source.text.as_str() {
            "env" => {
                self.needs_variable(&name);
                SecretSource::Env(name)
            }
            "file" => {
                let path = self.path_of(name);
                self.needs_file(&path);
                SecretSource::File(path)
            }
            other => {
                let message = format!("there is no `secret {other}(..)`");
                let help = || Some("a secret is read from `env(\"NAME\")` or `file(\"path\")`".to_owned());
                let diagnostic = Diagnostic::new(Code::E0201, source.span, message, "");
                self.report(diagnostic.suggest(other, ["env", "file"]).or_help(help));
                return Expr { ty: Type::Secret, ..placeholder(span) };
            }
        };
        let secret = Secret { source, module: self.module };
        Expr { kind: ExprKind::Secret(Box::new(secret)), ty: Type::Secret, span }
    }

    /// Reports a value that is or holds a secret, where `why` it must be none; whether it is.
    pub(super) fn secret_is_used(&mut self, value: &Expr, why: &str) -> bool {
        let used = has_secret(&value.ty);
        if used {
            let diagnostic = self.escapes(value, why);
            self.report(diagnostic);
        }
        used
    }

    /// What is said of a secret in a place that would show it.
    pub(super) fn escapes(&self, value: &Expr, why: &str) -> Diagnostic {
        let written = self.sources.text(value.span);
        let (message, label) = match value.ty {
            Type::Secret => (format!("`{written}` is a secret, and {why}"), "is `Secret`".to_owned()),
            _ => (format!("`{written}` holds a secret, and {why}"), format!("is `{}`", value.ty)),
        };
        Diagnostic::new(Code::E0507, value.span, message, label).help(PLACES)
    }

    /// Reports a type with a secret in it, where values are shown or journaled.
    pub(super) fn no_secret_in(&mut self, ty: &Type, span: Span, what: &str) {
        if has_secret(ty) {
            let message = format!("{what} may not hold a secret");
            let label = "what stands here is shown and journaled";
            self.report(Diagnostic::new(Code::E0507, span, message, label).help(PLACES));
        }
    }
}

/// Whether values of a type are secrets, or hold one.
pub(super) fn has_secret(ty: &Type) -> bool {
    match ty {
        Type::Secret => true,
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => has_secret(inner),
        Type::Record(_) | Type::Enum(_) => Search::default().finds(ty),
        Type::Bool
        | Type::Int
        | Type::Decimal
        | Type::String
        | Type::Percent
        | Type::Duration
        | Type::Size
        | Type::Risk
        | Type::Json
        | Type::Nothing
        | Type::Error => false,
    }
}

/// Looks into each declared type once: they may mention one another many times over.
#[derive(Default)]
struct Search {
    seen: FxHashSet<usize>,
}

impl Search {
    fn finds(&mut self, ty: &Type) -> bool {
        match ty {
            Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => self.finds(inner),
            Type::Record(record) => {
                self.seen.insert(Arc::as_ptr(record) as usize) && record.fields.values().any(|ty| self.finds(ty))
            }
            Type::Enum(declared) => {
                let mut fields = declared.variants.iter().flat_map(|variant| variant.fields.values());
                self.seen.insert(Arc::as_ptr(declared) as usize) && fields.any(|ty| self.finds(ty))
            }
            ty => has_secret(ty),
        }
    }
}
