//! The arguments that take secrets beside texts: `env:`, `headers:`, `stdin:`, `body:`.

use std::sync::Arc;

use super::{Checker, placeholder};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Argument, Expr, ExprKind, Member, RecordPart, Type},
    syntax::ast::{self, RecordItem},
};

impl Checker<'_> {
    /// A map of texts and secrets: `{ "TOKEN": token, "REGION": "eu" }`.
    pub(super) fn entries_argument(&mut self, given: Option<&ast::Expr>, what: &str) -> Option<Expr> {
        let written = given?;
        let span = written.span;
        let ty = Type::Map(Arc::new(Type::String));
        let ast::ExprKind::Record(items) = &written.kind else {
            let value = self.infer(written, Some(&ty));
            return Some(self.taken_unseen(value, what, |ty| matches!(ty, Type::Map(item) if is_text(item)), ENTRIES));
        };
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            parts.push(match item {
                RecordItem::Field { name, value } => {
                    let value = self.infer(value, Some(&Type::String));
                    let place = format!("`{}`", name.text);
                    RecordPart::Field(
                        name.text.clone(),
                        self.taken_unseen(value, &place, is_text, "a text or a secret"),
                    )
                }
                RecordItem::Spread(_) => RecordPart::Spread(self.entries_spread(item, what)),
            });
        }
        Some(Expr { kind: ExprKind::Update(parts), ty, span })
    }

    fn entries_spread(&mut self, item: &RecordItem, what: &str) -> Expr {
        let (RecordItem::Spread(base) | RecordItem::Field { name: _, value: base }) = item;
        let value = self.infer(base, None);
        self.taken_unseen(value, what, |ty| matches!(ty, Type::Map(item) if is_text(item)), ENTRIES)
    }

    /// A text, a secret, or a list of them, which are joined.
    pub(super) fn input_argument(&mut self, given: Option<&ast::Expr>, what: &str) -> Option<Expr> {
        let written = given?;
        let ast::ExprKind::List(items) = &written.kind else {
            let value = self.infer(written, Some(&Type::String));
            let fits = |ty: &Type| is_text(ty) || matches!(ty, Type::List(item) if is_text(item));
            return Some(self.taken_unseen(value, what, fits, "a text, a secret, or a list of them"));
        };
        let items = items.iter().map(|item| {
            let value = self.infer(item, Some(&Type::String));
            self.taken_unseen(value, what, is_text, "a text, a secret, or a list of them")
        });
        Some(Expr { kind: ExprKind::List(items.collect()), ty: Type::List(Arc::new(Type::String)), span: written.span })
    }

    /// What a request sends: as for `stdin:`, or any other value, which is sent as JSON.
    pub(super) fn body_argument(&mut self, given: Option<&ast::Expr>) -> Option<Expr> {
        let written = given?;
        if let ast::ExprKind::List(_) = &written.kind {
            return self.input_argument(given, "`body`");
        }
        let value = self.infer(written, None);
        let joined = |ty: &Type| is_text(ty) || matches!(ty, Type::List(item) if is_text(item));
        if joined(&value.ty) || self.secret_is_used(&value, "JSON would show it") {
            return Some(value);
        }
        let span = value.span;
        let arguments = vec![Argument::Value(value)];
        Some(Expr { kind: ExprKind::Library(Member::AnyToJson, arguments), ty: Type::String, span })
    }

    fn taken_unseen(&mut self, value: Expr, what: &str, fits: impl Fn(&Type) -> bool, wanted: &str) -> Expr {
        if value.ty == Type::Error || fits(&value.ty) {
            return value;
        }
        let value = self.present(value, &format!("{what} is {wanted}"));
        if value.ty == Type::Error {
            return value;
        }
        let message = format!("{what} must be {wanted}, not `{}`", value.ty);
        let diagnostic = Diagnostic::new(Code::E0301, value.span, message, format!("this is `{}`", value.ty));
        self.report(if wanted == ENTRIES {
            diagnostic.help("write its entries: `{ name: \"value\" }`")
        } else {
            diagnostic.help("put it into a text: `\"{..}\"`")
        });
        placeholder(value.span)
    }
}

/// What `env:` and `headers:` take, as messages say it.
const ENTRIES: &str = "a `Map` of texts and secrets";

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Secret | Type::Error)
}
