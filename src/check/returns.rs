//! `return`: what it ends, and what that gives.

use smol_str::SmolStr;

use super::{
    Checker,
    assign::{fitted, same},
    choice::common,
    frame::Around,
    operators::variant_of,
    placeholder,
    statement::plain,
    symbols::TypeSymbol,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, Risk, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Name},
};

/// What `return` ends at a place.
pub(super) struct Returns {
    /// As messages say it: `the plan`.
    what: &'static str,
    /// What it gives: as its signature says, else as far as the `return`s so far tell.
    gives: Option<Type>,
    /// Where the type of what it gives was told by a `return`.
    told: Option<Span>,
}

impl Returns {
    /// A plan, which says what it gives.
    pub(super) fn plan(result: Type) -> Returns {
        Returns { what: "the plan", gives: Some(result), told: None }
    }
}

impl<'a> Checker<'a> {
    /// `return expr`.
    pub(super) fn return_statement(&mut self, span: Span, value: Option<&'a ast::Expr>) -> (Option<Statement>, bool) {
        let gives = self.frame.returns.last().and_then(|returns| returns.gives.clone());
        if let Some(around) = self.crossed() {
            self.return_out_of(around, span);
            // What was meant to end is not known, and so neither is whether this is what it gives.
            let value = value.map(|value| self.infer(value, gives.as_ref()));
            return (Some(plain(StatementKind::Return(value), None, span)), false);
        }
        let unread = value.is_some_and(|value| matches!(value.kind, ast::ExprKind::Error));
        let value = match gives {
            Some(Type::Nothing) => self.nothing_returned(value),
            gives => self.something_returned(span, value, gives),
        };
        // Whether what follows was meant to be returned is not known.
        (Some(plain(StatementKind::Return(value), None, span)), !unread)
    }

    fn return_out_of(&mut self, around: Around, span: Span) {
        let message = format!("`return` can't leave {}", around.word());
        let what = self.frame.returns.last().map_or("the plan", |returns| returns.what);
        let help = format!("`return` ends {what}: write it behind, or end with `fail`");
        self.report(Diagnostic::new(Code::E0408, span, message, "").help(help));
    }

    /// What stands around this place that a `return` would leave and must not.
    fn crossed(&self) -> Option<Around> {
        let inside = self.frame.around.iter().rev().take_while(|around| !around.is_returned_from());
        inside.copied().find(|around| !around.is_way())
    }

    fn nothing_returned(&mut self, value: Option<&'a ast::Expr>) -> Option<Expr> {
        let value = value?;
        self.infer(value, None);
        if matches!(value.kind, ast::ExprKind::Error) {
            return None;
        }
        let Returns { what, told, .. } = self.frame.returns.last()?;
        let message = format!("{what} gives nothing, and this is a value");
        let diagnostic = Diagnostic::new(Code::E0301, value.span, message, "");
        let diagnostic = match told {
            Some(told) => diagnostic.label(*told, "nothing is returned here"),
            None => diagnostic.help("say what it gives: `plan name(..) -> Type { .. }`"),
        };
        self.report(diagnostic);
        None
    }

    fn something_returned(&mut self, span: Span, value: Option<&'a ast::Expr>, gives: Option<Type>) -> Option<Expr> {
        match (value, gives) {
            (None, Some(Type::Error)) => None,
            (None, Some(gives)) => {
                let what = self.frame.returns.last().map_or("the plan", |returns| returns.what);
                let message = format!("`return` needs a value: {what} gives `{gives}`");
                self.report(Diagnostic::new(Code::E0311, span, message, ""));
                None
            }
            (None, None) => {
                self.told(Type::Nothing, span);
                None
            }
            (Some(value), None) => {
                let value = self.first_returned(value);
                self.told(value.ty.clone(), value.span);
                Some(value)
            }
            (Some(value), Some(Type::Error)) => Some(self.explained(value, &Type::Error)),
            (Some(value), Some(gives)) => Some(self.returned(value, &gives)),
        }
    }

    /// The value that tells what all give. A variant tells it too, if only one type has it.
    fn first_returned(&mut self, value: &'a ast::Expr) -> Expr {
        let Some(variant) = variant_of(value).filter(|name| !self.is_callable_name(name) && !self.is_name(name)) else {
            return self.infer(value, None);
        };
        match self.enums_with(variant).as_slice() {
            [(name, _), (other, _), ..] => {
                let message = format!("`{variant}` is a variant of `{name}` and of `{other}`");
                let help = format!("say which is meant: `let value: {name} = ..`, and `return value`");
                self.report(Diagnostic::new(Code::E0308, value.span, message, "").help(help));
                placeholder(value.span)
            }
            [(_, only)] => self.infer(value, Some(only)),
            [] => self.infer(value, None),
        }
    }

    /// The types of the file that have a variant of this name, in the order of their names.
    pub(super) fn enums_with(&self, variant: &str) -> Vec<(SmolStr, Type)> {
        let names = self.symbols.names[self.module.index()].types.iter();
        let types = names.filter_map(|(name, declared)| match declared.symbol {
            TypeSymbol::Declared(slot) => Some((name.clone(), self.symbols.types[slot].ty.clone())),
            TypeSymbol::Event(_) | TypeSymbol::Broken => None,
        });
        let risk = (SmolStr::new_static("Risk"), Type::Risk);
        let has = |ty: &Type| match ty {
            Type::Risk => Risk::parse(variant).is_some(),
            Type::Enum(declared) => declared.variants.iter().any(|known| known.name == variant),
            _ => false,
        };
        let mut found: Vec<(SmolStr, Type)> = Vec::new();
        for (name, ty) in types.chain([risk]).filter(|(_, ty)| has(ty)) {
            if !found.iter().any(|(_, known)| same(known, &ty)) {
                found.push((name, ty));
            }
        }
        found
    }

    /// A value where the type of values is known already, as far as it goes.
    fn returned(&mut self, value: &'a ast::Expr, gives: &Type) -> Expr {
        let told = self.frame.returns.last().and_then(|returns| returns.told);
        let Some(told) = told else { return self.expect(value, gives, "the result") };
        let value = self.infer(value, Some(gives));
        // What was returned before is not changed any more, as an `Int` would be that becomes a `Decimal`.
        let either = if value.ty == Type::Error { Some(Type::Error) } else { common(gives, &value.ty) };
        if let Some(ty) = either.filter(|ty| same(gives, ty)) {
            self.told(ty.clone(), told);
            return fitted(value, &ty);
        }
        let message = format!("one `return` gives `{gives}`, and this one `{}`", value.ty);
        let label = format!("this is `{}`", value.ty);
        let first = format!("this is `{gives}`");
        let diagnostic = Diagnostic::new(Code::E0301, value.span, message, label).label(told, first);
        let written = self.sources.text(told);
        self.report(if *gives == Type::Int && value.ty == Type::Decimal && written.parse::<i64>().is_ok() {
            let decimal = format!("{written}.0");
            diagnostic.help(format!("a number with a fraction is a `Decimal`: write `{decimal}`")).fix(told, decimal)
        } else {
            diagnostic.help("every `return` of one part gives the same type")
        });
        value
    }

    fn told(&mut self, ty: Type, span: Span) {
        if let Some(returns) = self.frame.returns.last_mut() {
            returns.gives = Some(ty);
            returns.told = Some(span);
        }
    }

    /// Something that a `return` inside ends: what it gives, if anything is returned.
    pub(super) fn returning<T>(
        &mut self,
        what: &'static str,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> (T, Option<Type>) {
        self.frame.returns.push(Returns { what, gives: None, told: None });
        let result = inside(self);
        (result, self.frame.returns.pop().and_then(|returns| returns.gives))
    }

    /// What the `return`s of something give. That some ways end without, and that it can't be told, is reported.
    pub(super) fn returned_type(&mut self, name: &Name, ends: bool, gives: Type) -> Type {
        if !ends && !matches!(gives, Type::Nothing | Type::Error) && !self.has_unread_parts() {
            let message = format!("`{}` may end without its value", name.text);
            let label = format!("another way gives `{gives}`");
            let help = "end every way with `return ..` or `fail \"..\"`";
            self.report(Diagnostic::new(Code::E0311, name.span, message, label).help(help));
        }
        if is_told(&gives) {
            self.no_secret_in(&gives, name.span, "what is returned");
            return gives;
        }
        let message = format!("the type of `{}` can't be told from what is returned", name.text);
        let help = "bind it with its type first: `let value: .. = ..`";
        self.report(Diagnostic::new(Code::E0308, name.span, message, "").help(help));
        Type::Error
    }
}

/// Whether a type has no open part, as that of `none` or `[]` alone has.
fn is_told(ty: &Type) -> bool {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => **inner != Type::Error && is_told(inner),
        _ => true,
    }
}
