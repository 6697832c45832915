//! Which argument goes to which parameter.

use super::{Checker, types::count};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
    syntax::ast::{Argument, Expr, Name},
};

/// A parameter as a call sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter<'p> {
    pub(super) name: &'p str,
    pub(super) required: bool,
    /// Only by name.
    pub(super) named: bool,
}

impl<'p> Parameter<'p> {
    /// One that must be given.
    pub(super) fn required(name: &'p str) -> Self {
        Self { name, required: true, named: false }
    }

    /// One that may be left out.
    pub(super) fn optional(name: &'p str) -> Self {
        Self { name, required: false, named: false }
    }

    /// One that may be left out, and is given by name.
    pub(super) fn named(name: &'p str) -> Self {
        Self { name, required: false, named: true }
    }
}

impl Checker<'_> {
    /// For each parameter the argument that is given; what does not match is reported.
    pub(super) fn matched<'e>(
        &mut self,
        span: Span,
        callee: &Name,
        params: &[Parameter],
        arguments: &'e [Argument],
        declared: Option<Span>,
    ) -> Vec<Option<&'e Expr>> {
        let mut matched: Vec<Option<&'e Expr>> = vec![None; params.len()];
        let mut next = 0;
        let mut fine = true;
        let mut by_name = None;
        for argument in arguments {
            by_name = by_name.or(argument.name.as_ref());
            let at = match &argument.name {
                Some(name) => params.iter().position(|param| param.name == name.text),
                None => {
                    next += 1;
                    (next <= params.len() && !params[next - 1].named).then(|| next - 1)
                }
            };
            match at {
                Some(at) if matched[at].is_none() => matched[at] = Some(&argument.value),
                Some(at) => {
                    fine = false;
                    if let Some(before) = by_name.filter(|_| argument.name.is_none()) {
                        self.behind_named(before, argument);
                        continue;
                    }
                    self.given_twice(params[at].name, argument, matched[at].map(|first| first.span));
                }
                None => {
                    fine = false;
                    self.infer(&argument.value, None);
                    self.unexpected(callee, params, argument, arguments.len(), declared);
                }
            }
        }
        let missing: Vec<&str> = params
            .iter()
            .zip(&matched)
            .filter(|(p, given)| p.required && given.is_none())
            .map(|(p, _)| p.name)
            .collect();
        if fine && !missing.is_empty() {
            self.missing(Span { start: callee.span.end, ..span }, callee, params, &missing, declared);
        }
        matched
    }

    /// Reports `deploy(name: "web", "v2")`.
    fn behind_named(&mut self, before: &Name, argument: &Argument) {
        self.infer(&argument.value, None);
        let message = "an argument without a name stands behind one with a name";
        let diagnostic = Diagnostic::new(Code::E0306, argument.value.span, message, "for which parameter?");
        self.report(diagnostic.label(before.span, "named here").help("write its name before it, too, or put it first"));
    }

    fn given_twice(&mut self, param: &str, argument: &Argument, first: Option<Span>) {
        self.infer(&argument.value, None);
        let message = format!("`{param}` is given twice");
        let mut diagnostic = Diagnostic::new(Code::E0306, argument.value.span, message, "here again");
        if let Some(first) = first {
            diagnostic = diagnostic.label(first, "first here");
        }
        self.report(diagnostic);
    }

    fn unexpected(
        &mut self,
        callee: &Name,
        params: &[Parameter],
        argument: &Argument,
        given: usize,
        declared: Option<Span>,
    ) {
        let diagnostic = match &argument.name {
            Some(name) => {
                let message = format!("`{}` has no parameter `{}`", callee.text, name.text);
                let diagnostic = Diagnostic::new(Code::E0306, name.span, message, "");
                diagnostic.suggest(&name.text, params.iter().map(|param| param.name)).or_help(|| parameters(params))
            }
            None => {
                let by_name: Vec<&str> = params.iter().filter(|param| param.named).map(|param| param.name).collect();
                let takes = params.len() - by_name.len();
                let message = format!("`{}` takes {}, {given} given", callee.text, count(takes, "argument"));
                let help =
                    (!by_name.is_empty()).then(|| format!("by name it also takes {}", super::names::listed(&by_name)));
                let diagnostic = Diagnostic::new(Code::E0306, argument.value.span, message, "");
                diagnostic.or_help(|| help).or_help(|| parameters(params))
            }
        };
        self.report(match declared {
            Some(declared) => diagnostic.label(declared, "declared here"),
            None => diagnostic,
        });
    }

    /// Reports parameters that get no argument; `span` are those that are given.
    fn missing(&mut self, span: Span, callee: &Name, params: &[Parameter], missing: &[&str], declared: Option<Span>) {
        let message = format!("`{}` also needs {}", callee.text, super::names::listed(missing));
        let mut diagnostic = Diagnostic::new(Code::E0306, span, message, "");
        let written: Vec<&str> = params.iter().filter(|param| param.required).map(|param| param.name).collect();
        diagnostic = diagnostic.help(format!("write `{}({})`", callee.text, written.join(", ")));
        if let Some(declared) = declared {
            diagnostic = diagnostic.label(declared, "declared here");
        }
        self.report(diagnostic);
    }
}

/// What is said of all parameters of something.
fn parameters(params: &[Parameter]) -> Option<String> {
    let names: Vec<&str> = params.iter().map(|param| param.name).collect();
    Some(match names.as_slice() {
        [] => "it has no parameters".to_owned(),
        [only] => format!("its parameter is `{only}`"),
        names => format!("its parameters are {}", super::names::listed(names)),
    })
}
