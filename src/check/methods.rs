//! Calls of the library's functions: `names.map(..)`, `range(0, 10)`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{
    Checker,
    arguments::Parameter,
    assign::{Want, What, present},
    choice::present_or,
    expr::constant,
    lambda::WantedFunction,
    placeholder,
    scheme::{Variables, meaning},
    types::optional,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{
        self, Expr, ExprKind, Member, Type, Value,
        library::{DefaultValue, ParameterKind, Row, Scheme, Variable},
    },
    source::Span,
    syntax::ast::{self, Argument, Name},
};

/// What a function of the library is a function of, as far as its name needs it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    List,
    Map,
    Text,
    Int,
    Decimal,
    Percent,
    Duration,
    Size,
    Json,
    Secret,
    /// Values of several types.
    Several,
    /// Nothing: it is called by its name alone.
    Nothing,
}

static MEMBERS: LazyLock<FxHashMap<(Kind, &'static str), Member>> = LazyLock::new(|| {
    let entry = |member: &Member| ((kind_of(member.row().receiver), member.row().name), *member);
    Member::ALL.iter().map(entry).collect()
});

fn kind_of(receiver: Option<Scheme>) -> Kind {
    match receiver {
        None => Kind::Nothing,
        Some(Scheme::List(_)) => Kind::List,
        Some(Scheme::Map(_)) => Kind::Map,
        Some(Scheme::String) => Kind::Text,
        Some(Scheme::Int) => Kind::Int,
        Some(Scheme::Decimal) => Kind::Decimal,
        Some(Scheme::Percent) => Kind::Percent,
        Some(Scheme::Duration) => Kind::Duration,
        Some(Scheme::Size) => Kind::Size,
        Some(Scheme::Json) => Kind::Json,
        Some(Scheme::Secret) => Kind::Secret,
        Some(Scheme::Of(_) | Scheme::Bool | Scheme::Optional(_) | Scheme::Record(_)) => Kind::Several,
    }
}

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::List(_) => Kind::List,
        Type::Map(_) => Kind::Map,
        Type::String => Kind::Text,
        Type::Int => Kind::Int,
        Type::Decimal => Kind::Decimal,
        Type::Percent => Kind::Percent,
        Type::Duration => Kind::Duration,
        Type::Size => Kind::Size,
        Type::Json => Kind::Json,
        Type::Secret => Kind::Secret,
        _ => Kind::Several,
    }
}

/// The function of that name that values of a type have.
pub(super) fn member(ty: &Type, name: &str) -> Option<Member> {
    let own = MEMBERS.get(&(kind(ty), name)).copied();
    own.or_else(|| MEMBERS.get(&(Kind::Several, name)).copied())
}

/// The functions that values of a type have.
pub(super) fn members(ty: &Type) -> impl Iterator<Item = &'static Row> {
    let own = kind(ty);
    let rows = Member::ALL.iter().map(|member| member.row());
    rows.filter(move |row| [own, Kind::Several].contains(&kind_of(row.receiver)))
}

/// Their names.
pub(super) fn methods_of(ty: &Type) -> impl Iterator<Item = &'static str> {
    members(ty).map(|row| row.name)
}

/// The function of the library that is called by its name alone.
pub(super) fn free_function(name: &str) -> Option<Member> {
    MEMBERS.get(&(Kind::Nothing, name)).copied()
}

/// The names of all that are called by their name alone.
pub(super) fn free_functions<'n>() -> impl Iterator<Item = &'n str> {
    Member::ALL.iter().map(|member| member.row()).filter(|row| row.receiver.is_none()).map(|row| row.name)
}

impl Checker<'_> {
    /// `base.name(arguments)`
    pub(super) fn method(
        &mut self,
        span: Span,
        base: Expr,
        name: &Name,
        arguments: &[Argument],
        hint: Option<&Type>,
    ) -> Expr {
        let base = self.present_for_method(base, name);
        let found = member(&base.ty, &name.text);
        let mut variables = Variables::default();
        match found {
            Some(member) if base.ty != Type::Error => {
                let row = member.row();
                if row.receiver.is_some_and(|receiver| !variables.unify(&receiver, &base.ty)) {
                    self.no_receiver(&base, name, row);
                    self.ignored_arguments(arguments);
                    return placeholder(span);
                }
                if let Some(other) = self.contained_list(&base, row, arguments) {
                    self.contains_turned(span, &base, &other);
                    return Expr { ty: Type::Bool, ..placeholder(span) };
                }
                self.library_call(span, member, Some(base), name, arguments, variables, hint)
            }
            Some(_) | None => {
                let shown = format!("`{}` would show it", name.text);
                let misspelt = super::absent::is_near_a_method(&base.ty, &name.text);
                if base.ty != Type::Error && (misspelt || !self.secret_is_used(&base, &shown)) {
                    self.no_method(span, &base, name);
                }
                self.ignored_arguments(arguments);
                placeholder(span)
            }
        }
    }

    /// The list that a text is asked to contain.
    fn contained_list(&mut self, base: &Expr, row: &Row, arguments: &[Argument]) -> Option<Expr> {
        let [Argument { name: None, value }] = arguments else { return None };
        let plain = matches!(value.kind, ast::ExprKind::Name(_) | ast::ExprKind::Field { .. } | ast::ExprKind::List(_));
        if row.name != "contains" || base.ty != Type::String || !plain {
            return None;
        }
        let before = self.diagnostics.len();
        let value = self.infer(value, None);
        // What is wrong with it is said where it is looked at again.
        self.diagnostics.truncate(before);
        matches!(value.ty, Type::List(_)).then_some(value)
    }

    fn contains_turned(&mut self, span: Span, base: &Expr, list: &Expr) {
        let text = format!("{}.contains({})", self.sources.text(list.span), self.sources.text(base.span));
        let message = format!("a `String` contains no `{}`", list.ty);
        let diagnostic = Diagnostic::new(Code::E0302, list.span, message, format!("this is `{}`", list.ty));
        self.report(diagnostic.help(format!("the other way round: `{text}`")).fix(span, text));
    }

    /// `base?.name(arguments)`: `none` if there is no value.
    pub(super) fn optional_method(
        &mut self,
        span: Span,
        base: Expr,
        name: &Name,
        arguments: &[Argument],
        hint: Option<&Type>,
    ) -> Expr {
        self.if_present(span, base, |checker, here| {
            let hint = hint.map(present);
            checker.method(span, here, name, arguments, hint)
        })
    }

    /// What is made of an optional value, if it is there.
    pub(super) fn if_present(&mut self, span: Span, base: Expr, then: impl FnOnce(&mut Self, Expr) -> Expr) -> Expr {
        let Type::Optional(inner) = &base.ty else {
            self.needs_no_question(&base);
            return then(self, base);
        };
        let (local, here) = self.part_of(&base, inner.as_ref().clone());
        let value = then(self, here);
        let ty = optional(value.ty.clone());
        let instead = constant(Value::None, ty.clone(), span);
        Expr { kind: present_or(base, local, Expr { ty: ty.clone(), ..value }, instead), ty, span }
    }

    /// Reports `?.` behind what is always there, unless that is only known from what was asked before.
    fn needs_no_question(&mut self, base: &Expr) {
        if self.frame.facts.is_narrowed(base) {
            return;
        }
        let sign = Span { start: base.span.end, end: base.span.end + 2, ..base.span };
        let fix = (self.sources.text(sign) == "?.").then_some((sign, "."));
        self.never_none(base, "write `.` instead of `?.`", fix);
    }

    fn present_for_method(&mut self, base: Expr, name: &Name) -> Expr {
        if !matches!(base.ty, Type::Optional(_)) {
            return base;
        }
        let written = self.sources.text(base.span);
        let message = format!("`{written}` may be `none`");
        let label = format!("is `{}`, and `{}` needs a value", base.ty, name.text);
        let help =
            format!("write `{written}?.{}(..)` to get `none` then, or ask first: `{written} is not none`", name.text);
        self.report(Diagnostic::new(Code::E0307, base.span, message, label).help(help));
        placeholder(base.span)
    }

    /// A call of a function of the library by its name alone.
    pub(super) fn free_call(
        &mut self,
        span: Span,
        member: Member,
        name: &Name,
        arguments: &[Argument],
        hint: Option<&Type>,
    ) -> Expr {
        self.library_call(span, member, None, name, arguments, Variables::default(), hint)
    }

    #[expect(clippy::too_many_arguments, reason = "what a call is made of; both callers have all of it at hand")]
    fn library_call(
        &mut self,
        span: Span,
        member: Member,
        base: Option<Expr>,
        name: &Name,
        arguments: &[Argument],
        mut variables: Variables,
        hint: Option<&Type>,
    ) -> Expr {
        let row = member.row();
        let shapes: Vec<Parameter> = row.parameters.iter().map(shape).collect();
        let matched = self.matched(span, name, &shapes, arguments, None);
        let mut likely = Variables::default();
        if let Some(hint) = hint {
            likely.unify(&row.result, hint);
        }
        let outer = self.frame.shorthand.take();
        let mut given: Vec<ir::Argument> = base.into_iter().map(ir::Argument::Value).collect();
        let mut complete = true;
        for (parameter, written) in row.parameters.iter().zip(matched) {
            match self.library_argument(span, parameter, written, &mut variables, &likely) {
                Some(argument) => given.push(argument),
                None => complete = false,
            }
        }
        self.frame.shorthand = outer;
        let ty = variables.applied(&row.result);
        if !complete {
            return Expr { ty, ..placeholder(span) };
        }
        Expr { kind: ExprKind::Library(member, given), ty, span }
    }

    fn library_argument(
        &mut self,
        span: Span,
        parameter: &ir::library::Parameter,
        written: Option<&ast::Expr>,
        variables: &mut Variables,
        likely: &Variables,
    ) -> Option<ir::Argument> {
        match (&parameter.kind, written) {
            (ParameterKind::Value(scheme) | ParameterKind::Default(scheme, _), Some(written)) => {
                self.library_value(parameter.name, scheme, written, variables, likely)
            }
            (ParameterKind::Default(_, default), None) => Some(ir::Argument::Value(default_value(*default, span))),
            (ParameterKind::Function(takes, gives), Some(written)) => {
                self.library_function(parameter.name, takes, gives, written, variables, likely)
            }
            (ParameterKind::Value(_) | ParameterKind::Function(..), None) => None,
        }
    }

    fn library_value(
        &mut self,
        param: &str,
        scheme: &Scheme,
        written: &ast::Expr,
        variables: &mut Variables,
        likely: &Variables,
    ) -> Option<ir::Argument> {
        if let Some(ty) = variables.known(scheme) {
            return Some(ir::Argument::Value(self.expect(written, &ty, What::Name(param))));
        }
        let hint = likely.known(scheme);
        let value = self.infer(written, hint.as_ref());
        let value = if matches!(scheme, Scheme::Of(Variable::T | Variable::U | Variable::E)) {
            value
        } else {
            self.present(value, "is an argument")
        };
        if !variables.unify(scheme, &value.ty) {
            self.no_argument(param, scheme, &value);
            return None;
        }
        let ty = variables.applied(scheme);
        Some(ir::Argument::Value(self.coerce(value, &ty, Want { what: What::Name(param), place: None })))
    }

    fn library_function(
        &mut self,
        param: &str,
        takes: &[Scheme],
        gives: &Scheme,
        written: &ast::Expr,
        variables: &mut Variables,
        likely: &Variables,
    ) -> Option<ir::Argument> {
        let takes: Vec<Type> = takes.iter().map(|scheme| variables.applied(scheme)).collect();
        let (known, hint) = (variables.known(gives), likely.known(gives));
        let wanted = WantedFunction { param, takes: &takes, gives: known.as_ref(), hint: hint.as_ref() };
        let argument = self.function_argument(written, &wanted)?;
        let body = argument.expr();
        if known.is_none() && !variables.unify(gives, &body.ty) {
            self.no_argument(param, gives, body);
            return None;
        }
        Some(argument)
    }

    fn no_argument(&mut self, param: &str, scheme: &Scheme, value: &Expr) {
        let wanted = match scheme {
            Scheme::Of(variable) => meaning(*variable).to_owned(),
            scheme => format!("`{scheme}`"),
        };
        let message = format!("`{param}` must give {wanted}, not `{}`", value.ty);
        self.report(Diagnostic::new(Code::E0301, value.span, message, format!("this is `{}`", value.ty)));
    }

    /// A method that values of this type have only if they are made of something else.
    fn no_receiver(&mut self, base: &Expr, name: &Name, row: &Row) {
        if self.secret_is_used(base, &format!("`{}` would show it", name.text)) {
            return;
        }
        let (wanted, help) = match (row.name, row.receiver) {
            ("join", _) => ("a list of texts".to_owned(), Some("make texts of its items first: `.map(x => \"{x}\")`")),
            ("sort" | "min" | "max", Some(Scheme::List(_))) => (
                "a list of items with an order".to_owned(),
                Some("say what orders them: `sort_by`, `min_by`, `max_by`"),
            ),
            (_, Some(Scheme::List(Scheme::Of(variable)))) => {
                (format!("a list of what is {}", meaning(*variable)), None)
            }
            (_, Some(Scheme::Of(variable))) => (meaning(variable).to_owned(), None),
            (_, Some(scheme)) => (format!("`{scheme}`"), None),
            (_, None) => return,
        };
        let message = format!("`{}` is for {wanted}, and this is `{}`", name.text, base.ty);
        let mut diagnostic = Diagnostic::new(Code::E0302, name.span, message, "");
        diagnostic = diagnostic.label(base.span, format!("this is `{}`", base.ty));
        diagnostic.help = help.map(str::to_owned);
        self.report(diagnostic);
    }

    /// Arguments of a call that means nothing: looked at, so that mistakes in them are found all the same.
    pub(super) fn ignored_arguments(&mut self, arguments: &[Argument]) {
        let outer = self.frame.shorthand.take();
        for argument in arguments {
            let unknown = [Type::Error, Type::Error];
            let takes = match &argument.value.kind {
                ast::ExprKind::Lambda { params, .. } => params.len().min(unknown.len()),
                _ => 0,
            };
            if takes > 0 {
                let wanted = WantedFunction { param: "it", takes: &unknown[..takes], gives: None, hint: None };
                self.function_argument(&argument.value, &wanted);
            } else {
                self.frame.shorthand = Some((self.frame.local("_".into(), Type::Error), Type::Error));
                self.infer(&argument.value, None);
            }
        }
        self.frame.shorthand = outer;
    }
}

fn shape(parameter: &'static ir::library::Parameter) -> Parameter<'static> {
    let required = !matches!(parameter.kind, ParameterKind::Default(..));
    Parameter { name: parameter.name, required, named: false }
}

fn default_value(default: DefaultValue, span: Span) -> Expr {
    match default {
        DefaultValue::Int(value) => constant(Value::Int(value), Type::Int, span),
        DefaultValue::Text(text) => constant(Value::text(text), Type::String, span),
    }
}
