//! Names that mean nothing where they stand, and what may have been meant.

use smol_str::SmolStr;

use super::{
    Checker, absent, builtin,
    declarations::stem,
    methods,
    names::{listed, variant_names, variants_of},
    scope::Named,
    symbols::Symbol,
};
use crate::{
    diagnostic::{Code, Diagnostic, Edit, Fix, suggest::suggestion},
    ir::Type,
    source::Span,
    syntax::ast::{Argument, Expr, ExprKind, Import, ImportSource, ItemKind, Name},
};

/// How much is looked through, in bytes of plans and names, to tell what unknown names may mean. Who has misspelt so
/// many is not helped by a guess for each, and every guess looks at every name.
const MOST_SEARCHED: usize = 20_000_000;

/// What a name counts for where it is looked at.
const NAME_BYTES: usize = 20;

/// What to do about a name that means nothing.
pub(super) struct Advice {
    help: String,
    /// What to write in place of the name.
    instead: Option<String>,
    /// The changes that do it, where that is more.
    fix: Option<Fix>,
    /// Another place that is involved.
    place: Option<(Span, &'static str)>,
}

impl Advice {
    pub(super) fn new(help: impl Into<String>) -> Advice {
        Advice { help: help.into(), instead: None, fix: None, place: None }
    }

    /// It is certain what to write in place of the name.
    pub(super) fn write(self, instead: impl Into<String>) -> Advice {
        Advice { instead: Some(instead.into()), ..self }
    }

    /// Shows another place.
    pub(super) fn at(self, place: Span, label: &'static str) -> Advice {
        Advice { place: Some((place, label)), ..self }
    }

    fn about(self, diagnostic: Diagnostic) -> Diagnostic {
        let Advice { help, instead, fix, place } = self;
        let name = diagnostic.span();
        let mut said = diagnostic.help(help);
        if let Some((place, label)) = place {
            said = said.label(place, label);
        }
        match (fix, instead) {
            (Some(fix), _) => said.fix_with(fix),
            (None, Some(instead)) => said.fix(name, instead),
            (None, None) => said,
        }
    }
}

impl Checker<'_> {
    /// Reports a name that means nothing.
    pub(super) fn unknown_name(&mut self, name: &Name) {
        self.unknown_name_expecting(name, None);
    }

    /// Reports a name that means nothing, where a type is wanted.
    pub(super) fn unknown_name_expecting(&mut self, name: &Name, hint: Option<&Type>) {
        if self.has_unread_parts() {
            return;
        }
        let variants: Vec<SmolStr> = hint.and_then(variants_of).map(variant_names).unwrap_or_default();
        let (code, message) = match hint.and_then(variants_of) {
            Some(expected) if !variants.is_empty() => {
                (Code::E0309, format!("`{}` is neither a name nor a variant of `{expected}`", name.text))
            }
            _ => (Code::E0201, format!("there is no `{}` here", name.text)),
        };
        let diagnostic = Diagnostic::new(code, name.span, message, "");
        let affordable = self.searched < MOST_SEARCHED;
        if affordable {
            self.searched += self.searched_for_a_name();
        }
        let said = match self.meant_elsewhere(name, affordable) {
            Some(advice) => advice.about(diagnostic),
            None => self.near_name(name, &variants, hint, diagnostic, affordable),
        };
        self.report(said);
    }

    /// How much is looked through for one unknown name: the plan, and all names that it may be.
    fn searched_for_a_name(&self) -> usize {
        let plan = self.frame.plan.map_or(0, |plan| self.symbols.plans[plan].tree.body.span.range().len());
        let names = self.symbols.names[self.module.index()].values.len() + self.frame.scopes.bindings().len();
        plan + names * NAME_BYTES
    }

    /// `guessing` says whether all names that are known here are looked at.
    fn near_name(
        &self,
        name: &Name,
        variants: &[SmolStr],
        hint: Option<&Type>,
        diagnostic: Diagnostic,
        guessing: bool,
    ) -> Diagnostic {
        let own = self.symbols.names[self.module.index()].values.keys().map(SmolStr::as_str);
        let own = own.take(if guessing { usize::MAX } else { 0 });
        let nearby = if guessing { self.frame.scopes.visible_names() } else { Vec::new() };
        let help = || {
            Some(match variants {
                [] if let Some(path) = self.as_field(&name.text, &nearby) => format!("`{path}` is there"),
                [] if let Some(help) = known_elsewhere(&name.text) => help.to_owned(),
                [] if hint == Some(&Type::String) => {
                    let text = format!("a text stands in quotes, `\"{}\"`", name.text);
                    format!("{text}; a name is a parameter, or bound before")
                }
                [] if self.frame.in_test => {
                    "a test sees how a run ended: `outcome`, `result`, `failure`, `done`, `emitted`".to_owned()
                }
                [] if self.frame.plan.is_none() => "a name is a parameter, a constant, or bound by `let`".to_owned(),
                [] => "a name is a parameter, or bound by `let`, `probe` or `step`".to_owned(),
                variants => format!("it has {}", listed(variants)),
            })
        };
        diagnostic
            .suggest(&name.text, variants.iter().map(SmolStr::as_str).chain(nearby.iter().copied()).chain(own))
            .or_help(help)
    }

    /// What is said of a name that other languages have, or, where it is looked for, that is bound somewhere else or
    /// that another file declares.
    fn meant_elsewhere(&self, name: &Name, looking: bool) -> Option<Advice> {
        if matches!(name.text.as_str(), "null" | "nil" | "undefined" | "nothing") {
            return Some(Advice::new("what is not there is `none`").write("none"));
        }
        if let Some((alias, Type::Record(carried))) = &self.frame.event
            && carried.fields.contains_key(&name.text)
        {
            return Some(match alias {
                Some(alias) => {
                    let path = format!("{alias}.{}", name.text);
                    Advice::new(format!("the event carries it: write `{path}`")).write(path)
                }
                None => Advice::new(format!("the event carries it: name it, `as e`, and write `e.{}`", name.text)),
            });
        }
        if !looking {
            return None;
        }
        if let Some(alias) = self.imported_as(&name.text) {
            return Some(Advice::new(format!("that file is imported as `{alias}`")).write(alias));
        }
        self.bound_elsewhere(name)
    }

    /// A field of this name of the nearest of the `visible` records that has one: `result.id`.
    fn as_field(&self, name: &str, visible: &[&str]) -> Option<String> {
        let has_it = |visible: &&str| {
            let value = self.frame.scopes.get(visible).and_then(Named::value);
            let ty = value.map(|id| &self.frame.scopes.binding(id).ty);
            matches!(ty, Some(Type::Record(record)) if record.fields.contains_key(name))
        };
        let record = visible.iter().copied().rev().find(has_it)?;
        Some(format!("{record}.{name}"))
    }

    /// The alias of an imported file that would have this name without it.
    fn imported_as(&self, name: &str) -> Option<String> {
        let items = self.modules[self.module.index()].tree.items.iter();
        items.into_iter().find_map(|item| match &item.kind {
            ItemKind::Import(Import { source: ImportSource::Path(path), alias: Some(alias), .. }) => {
                let is_it = path.plain().is_some_and(|path| stem(&path) == name);
                is_it.then(|| alias.text.to_string())
            }
            ItemKind::Import(Import { source: ImportSource::Module(path), alias: Some(alias), .. }) => {
                path.last().filter(|last| last.text == name).map(|_| alias.text.to_string())
            }
            _ => None,
        })
    }

    /// Reports a value that is called.
    pub(super) fn value_called(&mut self, name: &Name, arguments: &[Argument]) {
        let message = format!("`{}` is a value, and can't be called", name.text);
        let diagnostic = Diagnostic::new(Code::E0210, name.span, message, "");
        let help = format!("write `{}` alone", name.text);
        let behind = Span { start: name.span.end, end: name.span.end + 2, ..name.span };
        self.report(if arguments.is_empty() && self.sources.text(behind) == "()" {
            diagnostic.help(help).fix(behind, "")
        } else {
            diagnostic.help("what can be called is a `fn`, a `probe` or an `action`")
        });
    }

    /// Reports a name that is called and means nothing.
    pub(super) fn unknown_callable(&mut self, name: &Name, arguments: &[Argument]) {
        if self.has_unread_parts() {
            return;
        }
        let message = format!("there is no `{}` to call", name.text);
        let diagnostic = Diagnostic::new(Code::E0201, name.span, message, "");
        if let Some(advice) = self.meant_otherwise(name, arguments) {
            self.report(advice.about(diagnostic));
            return;
        }
        if let Some((family, method)) = name.text.split_once('.') {
            let known = builtin::of_family(family);
            let near = suggestion(method, known.iter().filter_map(|path| path.split_once('.')).map(|(_, last)| last));
            self.report(match near {
                Some(found) => diagnostic.suggest(&name.text, [format!("{family}.{}", found.name).as_str()]),
                None => diagnostic.help(format!("there is {}", listed(&known))),
            });
            return;
        }
        let own = &self.symbols.names[self.module.index()].values;
        let callable = own.iter().filter(|(_, declared)| {
            matches!(declared.symbol, Symbol::Function(_) | Symbol::Probe(_) | Symbol::Action(_) | Symbol::Plan(_))
        });
        let mut names: Vec<&str> = callable.map(|(name, _)| name.as_str()).collect();
        names.extend(builtin::names().chain(methods::free_functions()));
        let help = || {
            Some(
                "what is called is a `fn`, a `probe` or an `action` of this file, or `file.name` of another".to_owned(),
            )
        };
        self.report(diagnostic.suggest(&name.text, names).or_help(help));
    }

    fn meant_otherwise(&self, name: &Name, arguments: &[Argument]) -> Option<Advice> {
        let none_such = no_such_function(&name.text).map(Advice::new);
        none_such.or_else(|| self.declared_in_import(name)).or_else(|| self.meant_as_method(name, arguments))
    }

    /// `len(names)`
    fn meant_as_method(&self, name: &Name, arguments: &[Argument]) -> Option<Advice> {
        let method = absent::any_method(&name.text)?;
        let first = arguments.first().filter(|argument| argument.name.is_none())?;
        let written = self.sources.text(first.value.span);
        let advice = Advice::new(format!("it is a method: `{written}.{method}(..)`"));
        let fix = self.as_method(name, method, arguments).filter(|_| is_operand(&first.value));
        Some(Advice { fix, ..advice })
    }

    /// `len(names)` as `names.len()`.
    fn as_method(&self, name: &Name, method: &str, arguments: &[Argument]) -> Option<Fix> {
        let first = arguments.first()?.value.span;
        let start = Span { end: first.start, ..name.span };
        let end = arguments.get(1).map_or(first.end, |second| second.value.span.start);
        let behind = Span { start: first.end, end, ..first };
        let edits = vec![
            Edit { span: start, replacement: String::new() },
            Edit { span: behind, replacement: format!(".{method}(") },
        ];
        Some(Fix { title: format!("write it as a method, `.{method}(..)`"), edits })
    }

    /// Says in which imported files a name is declared.
    pub(super) fn declared_in_import(&self, name: &Name) -> Option<Advice> {
        let own = &self.symbols.names[self.module.index()].values;
        let mut found: Vec<&str> = Vec::new();
        for (file, declared) in own {
            if let Symbol::Module(module) = declared.symbol {
                let there = self.symbols.names[module.index()].values.get(&name.text);
                found.extend(there.filter(|there| there.own).map(|_| file.as_str()));
            }
        }
        match found.as_slice() {
            [] => None,
            [file] => {
                let path = format!("{file}.{}", name.text);
                Some(Advice::new(format!("`{file}` declares it: write `{path}`")).write(path))
            }
            [file, ..] => Some(Advice::new(format!("{} declare it: write `{file}.{}`", listed(&found), name.text))),
        }
    }
}

/// Whether a method can be called on it as it is written.
fn is_operand(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Name(_)
            | ExprKind::Field { .. }
            | ExprKind::Call { .. }
            | ExprKind::Index { .. }
            | ExprKind::List(_)
            | ExprKind::Text(_)
            | ExprKind::Paren(_)
    )
}

/// Names that are there in some places only, or in other languages.
fn known_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "result" => "`result` is there in the `compensate` of an action; in that of a step it has the step's name",
        "key" => "`key` is there in the body of an action",
        "failure" | "error" | "err" => "what failed is there behind `else as failure`",
        "self" | "this" => "there are no objects: a name stands alone",
        _ => return None,
    })
}

/// Functions of other languages that this one has no use for.
fn no_such_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "print" | "println" | "echo" | "log" | "puts" | "printf" => {
            "nothing has to be printed: all that happens is journaled, and a title says what it is for"
        }
        "now" | "today" | "time" | "clock" | "date" => {
            "no expression knows the time: look at it in a `probe`, or take it as a parameter"
        }
        "random" | "rand" | "uuid" | "uuid4" => {
            "no expression is random, so that a run can be taken up: look it up in a `probe`, or take it as a parameter"
        }
        "str" | "string" | "to_string" => "put the value into a text: `\"{value}\"`",
        "sleep" => "to wait is a statement: `wait 30s`",
        "assert" => "what must hold is a statement: `require condition`, or `verify condition`",
        _ => return None,
    })
}
