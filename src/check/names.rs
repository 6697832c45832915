//! What a name in an expression means, and what is said about one that means nothing.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{
    Checker, placeholder,
    scope::{Apart, BindingId, Group, Named, Names},
    symbols::{Declared, Symbol},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, ModuleId, Risk, Type, Value},
    source::Span,
    syntax::ast::{self, Name},
};

/// What stands before a dot.
pub(super) enum Base {
    /// A value with fields.
    Value(Expr),
    /// A phase or block step.
    Group(Rc<Group>),
    /// An imported file.
    Module(ModuleId),
    /// Something that is reported already.
    Broken,
}

impl Checker<'_> {
    /// A name on its own, where a value is due.
    pub(super) fn name(&mut self, text: &SmolStr, span: Span, hint: Option<&Type>) -> Expr {
        if let Some(variant) = self.bare_variant(text, span, hint) {
            return variant;
        }
        let name = Name { text: text.clone(), span };
        match self.base_name(&name, hint) {
            Base::Value(value) => value,
            Base::Broken => placeholder(span),
            Base::Group(group) => match group.value {
                Some(id) => self.local(id, span),
                None => self.not_a_value(&name, "a part of the plan", group.span, &group_help(&name, &group)),
            },
            Base::Module(_) => self.not_a_value(&name, "an imported file", span, "write `.` and one of its names"),
        }
    }

    /// A name in front of a dot.
    pub(super) fn base_name(&mut self, name: &Name, hint: Option<&Type>) -> Base {
        match self.frame.scopes.get(&name.text).cloned() {
            Some(named) => self.named(name, named),
            None => self.declared_name(name, hint),
        }
    }

    /// What a name of the body stands for here.
    fn named(&mut self, name: &Name, named: Named) -> Base {
        match named {
            Named::Value(id) => Base::Value(self.local(id, name.span)),
            Named::Group(group) => {
                if let Some(phase) = group.phase
                    && !self.comes_after(phase)
                {
                    self.hidden_dependency(name, phase, group.span);
                    return Base::Broken;
                }
                Base::Group(group)
            }
            Named::Pending(phase, span) => {
                self.hidden_dependency(name, phase, span);
                Base::Broken
            }
            Named::Split(one, other) => {
                self.frame.scopes.mark_used(one);
                let one = self.frame.scopes.binding(one).span;
                let message = format!("`{}` has different types on different ways", name.text);
                self.report(
                    Diagnostic::new(Code::E0313, name.span, message, "")
                        .label(one, "bound to one type here")
                        .label(other, "and to another here")
                        .help("give them two names, or one type"),
                );
                Base::Broken
            }
            Named::Apart(apart, bound) => {
                self.apart(name, apart, bound);
                Base::Broken
            }
            Named::Broken(_) => Base::Broken,
        }
    }

    /// Reports a name that has no value at this place.
    fn apart(&mut self, name: &Name, apart: Apart, bound: Span) {
        match apart {
            Apart::Never(what) => {
                self.not_a_value(name, what, bound, "nothing is known of it afterwards but that it is done");
            }
            Apart::Around => {
                let diagnostic = self.own_names(name, self.used_path(name), bound);
                self.report(diagnostic);
            }
            Apart::Beside => self.beside(name, bound),
            Apart::Unsure => self.unsure(name, bound),
        }
    }

    /// A local as an expression.
    pub(super) fn local(&mut self, id: BindingId, span: Span) -> Expr {
        self.frame.scopes.mark_used(id);
        let binding = self.frame.scopes.binding(id);
        let (local, ty, bound) = (binding.local, binding.ty.clone(), binding.span);
        if let Some(captures) = &mut self.frame.captures {
            captures.mention(local);
        }
        if self.frame.refused == Some(id) {
            return self.own_result(span, bound);
        }
        if ty == Type::Nothing {
            let message = format!("`{}` has no value", self.sources.text(span));
            self.report(
                Diagnostic::new(Code::E0210, span, message, "used as a value here")
                    .label(bound, "what is done here gives nothing")
                    .help("say what it gives where it is declared: `-> Type`, or `task name: Type ..`"),
            );
            return placeholder(span);
        }
        self.frame.facts.narrowed(Expr { kind: ExprKind::Local(local), ty, span })
    }

    fn own_result(&mut self, span: Span, bound: Span) -> Expr {
        let message = "`compensate always` can't use the result of what it undoes";
        self.report(
            Diagnostic::new(Code::E0407, span, message, "may not exist")
                .label(bound, "`always` also runs when this failed, and then it has no result")
                .help("use what was known before, or drop `always`"),
        );
        placeholder(span)
    }

    /// A name of the file.
    fn declared_name(&mut self, name: &Name, hint: Option<&Type>) -> Base {
        match self.used_name(&name.text) {
            Some(declared) => self.symbol_as_base(name, declared),
            None => {
                self.unknown_name_expecting(name, hint);
                Base::Broken
            }
        }
    }

    /// A name of some file as a value.
    pub(super) fn symbol_as_base(&mut self, name: &Name, declared: Declared<Symbol>) -> Base {
        match declared.symbol {
            Symbol::Module(module) => Base::Module(module),
            Symbol::Broken => Base::Broken,
            Symbol::Constant(slot) => match &self.symbols.constants[slot].checked {
                Some((id, ty)) => {
                    let (kind, ty) = (ExprKind::Constant(*id), ty.clone());
                    Base::Value(self.frame.facts.narrowed(Expr { kind, ty, span: name.span }))
                }
                None => {
                    if self.frame.constant == Some(slot) {
                        self.computed_from_itself(name, declared.span);
                    }
                    Base::Broken
                }
            },
            symbol @ (Symbol::Function(_) | Symbol::Probe(_) | Symbol::Action(_) | Symbol::Plan(_)) => {
                let help = match symbol {
                    Symbol::Action(_) if self.frame.scopes.get("result").is_some() => {
                        "what the action gave is called `result`".to_owned()
                    }
                    Symbol::Plan(_) => format!("run it: `run x = {}(..)`", name.text),
                    _ => format!("call it: `{}(..)`", name.text),
                };
                self.not_a_value(name, symbol.describe(), declared.span, &help);
                Base::Broken
            }
        }
    }

    fn computed_from_itself(&mut self, name: &Name, declared: Span) {
        let message = format!("`{}` is computed from itself", name.text);
        let diagnostic = Diagnostic::new(Code::E0207, name.span, message, "here the circle closes");
        self.report(diagnostic.label(declared, "declared here").help("give it a value of its own"));
    }

    fn not_a_value(&mut self, name: &Name, what: &str, declared: Span, help: &str) -> Expr {
        let message = format!("`{}` is {what}, not a value", name.text);
        let mut diagnostic = Diagnostic::new(Code::E0210, name.span, message, "a value is due here");
        if declared != name.span {
            diagnostic = diagnostic.label(declared, "declared here");
        }
        self.report(diagnostic.help(help));
        placeholder(name.span)
    }

    /// A variant of the expected type, unless a name of the body is meant.
    fn bare_variant(&mut self, text: &SmolStr, span: Span, hint: Option<&Type>) -> Option<Expr> {
        let expected = variants_of(hint?)?;
        let kind = match expected {
            Type::Risk => ExprKind::Literal(Value::Risk(Risk::parse(text)?)),
            Type::Enum(declared) => {
                let variant = declared.variants.iter().find(|variant| variant.name == *text)?;
                if !variant.fields.is_empty() && !self.names_value_of(text, expected) {
                    let fields: Vec<&str> = variant.fields.keys().map(SmolStr::as_str).collect();
                    let message = format!("`{text}` needs {}", fields.join(", "));
                    let help = format!("write `{text}({}: ..)`", fields.join(": .., "));
                    self.report(Diagnostic::new(Code::E0306, span, message, "").help(help));
                    return Some(placeholder(span));
                }
                ExprKind::Variant(text.clone(), Vec::new())
            }
            _ => return None,
        };
        (!self.names_value_of(text, expected)).then(|| Expr { kind, ty: expected.clone(), span })
    }

    /// Whether the body has a value of that name that fits as well.
    fn names_value_of(&self, text: &str, expected: &Type) -> bool {
        match self.frame.scopes.get(text) {
            Some(Named::Value(id)) => {
                let ty = &self.frame.scopes.binding(*id).ty;
                ty == expected || matches!(ty, Type::Optional(inner) if inner.as_ref() == expected)
            }
            Some(Named::Group(_) | Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_))
            | None => false,
        }
    }

    /// Whether a name means something here, whatever is expected.
    pub(super) fn is_name(&self, text: &str) -> bool {
        self.frame.scopes.get(text).is_some() || self.is_declared(text)
    }

    /// What a name of the file means where it is used.
    pub(super) fn used_name(&mut self, text: &str) -> Option<Declared<Symbol>> {
        let declared = self.symbols.names[self.module.index()].values.get(text).copied()?;
        self.symbols.used(declared);
        Some(declared)
    }

    /// Whether the file declares or imports a name.
    pub(super) fn is_declared(&self, text: &str) -> bool {
        self.symbols.names[self.module.index()].values.contains_key(text)
    }

    /// A name inside a phase, block step or file: `phase.x`, `ops.limit`.
    pub(super) fn member(&mut self, base: &Base, name: &Name) -> Base {
        match base {
            Base::Broken | Base::Value(_) => Base::Broken,
            Base::Group(group) => match self.in_group(group, &name.text) {
                Some(named) => self.named(name, named),
                None => {
                    self.not_in_group(group, name);
                    Base::Broken
                }
            },
            Base::Module(module) => {
                let declared = self.symbols.names[module.index()].values.get(&name.text).copied();
                match declared.filter(|declared| declared.own) {
                    Some(declared) => self.symbol_as_base(name, declared),
                    None => {
                        self.not_declared_there(*module, name);
                        Base::Broken
                    }
                }
            }
        }
    }

    /// A name inside a group. Where it is known which options of a decision are possible, what those bind.
    fn in_group(&mut self, group: &Group, name: &SmolStr) -> Option<Named> {
        let decision = group.value.map(|id| self.frame.scopes.binding(id).local);
        let possible = decision.filter(|_| !group.options.is_empty()).and_then(|it| self.frame.facts.possible(it));
        let Some(possible) = possible else { return group.names.get(name).cloned() };
        let ways = group.options.iter().filter(|(option, _)| possible.contains(option)).map(|(_, names)| names);
        let ways: Vec<&Names> = ways.collect();
        self.frame.scopes.merge_name(name, &ways)
    }

    fn not_in_group(&mut self, group: &Group, name: &Name) {
        if self.has_unread_parts() {
            return;
        }
        let part = self.sources.text(group.span);
        let message = format!("`{part}` binds no `{}`", name.text);
        let others = group.names.keys().filter(|other| **other != name.text);
        let diagnostic = Diagnostic::new(Code::E0201, name.span, message, "");
        let diagnostic = match group.options.iter().find(|(_, names)| names.contains_key(&name.text)) {
            Some((option, _)) => diagnostic.label(group.span, format!("only the option `{option}` binds it")),
            None => diagnostic.label(group.span, "looked for in here"),
        };
        let known: Vec<&str> = others.map(SmolStr::as_str).collect();
        let help = || (!known.is_empty()).then(|| format!("it binds {}", listed(&known)));
        self.report(diagnostic.suggest(&name.text, known.iter().copied()).or_help(help));
    }

    /// The base of a path of names, `a.b`, if the expression is one.
    pub(super) fn path_base(&mut self, expr: &ast::Expr, hint: Option<&Type>) -> Option<Base> {
        match &expr.kind {
            ast::ExprKind::Name(text) => Some(self.base_name(&Name { text: text.clone(), span: expr.span }, hint)),
            ast::ExprKind::Field { base, name, optional: false } => match self.path_base(base, None)? {
                Base::Value(value) => Some(Base::Value(self.field(value, name, expr.span))),
                base => Some(match self.member(&base, name) {
                    Base::Value(value) => Base::Value(Expr { span: expr.span, ..value }),
                    other => other,
                }),
            },
            _ => None,
        }
    }
}

fn group_help(name: &Name, group: &Group) -> String {
    match group.names.keys().next() {
        Some(inner) => format!("name what is in it: `{}.{inner}`", name.text),
        None => "name what is in it".to_owned(),
    }
}

/// The type whose variants can stand bare, through `?`.
pub(super) fn variants_of(hint: &Type) -> Option<&Type> {
    match hint {
        Type::Optional(inner) => variants_of(inner),
        Type::Risk | Type::Enum(_) => Some(hint),
        _ => None,
    }
}

pub(super) fn variant_names(ty: &Type) -> Vec<SmolStr> {
    match ty {
        Type::Risk => Risk::ALL.iter().map(|risk| SmolStr::new(risk.as_str())).collect(),
        Type::Enum(declared) => declared.variants.iter().map(|variant| variant.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// `` `a`, `b` and `c` ``
pub(super) fn listed<N: AsRef<str>>(names: &[N]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}
