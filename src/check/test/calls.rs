//! Patterns of calls: `charge(_)`, `ops.healthy("web", ...)`.

use super::places::Place;
use crate::{
    check::{
        Checker,
        arguments::Parameter,
        assign::{Want, What},
        call::Callee,
        scope::BindingKind,
        symbols::Symbol,
    },
    diagnostic::{Code, Diagnostic},
    ir::{
        Type,
        test::{ArgumentMatch, CallMatch, Called},
    },
    source::Span,
    syntax::ast::{self, Argument, Name},
};

/// A parameter of what is called: its name, its type, and whether it may be left out.
struct Taken {
    name: smol_str::SmolStr,
    ty: Type,
    required: bool,
}

impl<'a> Checker<'a> {
    /// A pattern of calls, and what such a call is; names that it binds are in scope from here on.
    pub(super) fn call_match(&mut self, written: &'a ast::CallMatch) -> (Option<CallMatch>, Place) {
        let name = Name { text: self.sources.text(path_span(&written.path)).into(), span: path_span(&written.path) };
        let Some((callee, place, params, declared)) = self.called_in(written, &name) else {
            self.arguments_alone(written);
            return (None, Place::Unknown);
        };
        let arguments = self.argument_matches(written, &name, &params, declared);
        (Some(CallMatch { callee, arguments }), place)
    }

    fn called_in(
        &mut self,
        written: &ast::CallMatch,
        name: &Name,
    ) -> Option<(Called, Place, Vec<Taken>, Option<Span>)> {
        let callee = callee_of(&written.path)?;
        match self.callee(&callee, &[]) {
            Callee::Symbol(Symbol::Probe(id), declared) => {
                let probe = &self.symbols.probes[id.index()];
                let params = taken(&probe.params, &probe.tree.params);
                Some((Called::Probe(id), Place::Look(probe.result.clone()), params, Some(declared)))
            }
            Callee::Symbol(Symbol::Action(id), declared) => {
                let action = &self.symbols.actions[id.index()];
                let params = taken(&action.params, &action.tree.params);
                Some((Called::Action(id), Place::Action(action.result.clone()), params, Some(declared)))
            }
            Callee::Builtin(builtin) => {
                let params = builtin.parameters().into_iter().map(|param| Taken {
                    name: param.name.into(),
                    ty: Type::Error,
                    required: false,
                });
                Some((Called::Builtin(name.text.clone()), Place::Unknown, params.collect(), None))
            }
            Callee::Library(_) | Callee::Method(_) => {
                let message = format!("`{}` only computes, and has no answers to give", name.text);
                let help = "answers are given for a `probe`, an `action`, or an address in quotes";
                self.report(Diagnostic::new(Code::E0602, name.span, message, "").help(help));
                None
            }
            Callee::Symbol(symbol, _) => {
                let message = format!("`{}` is {}, and has no answers to give", name.text, symbol.describe());
                let help = "answers are given for a `probe`, an `action`, or an address in quotes";
                self.report(Diagnostic::new(Code::E0602, name.span, message, "").help(help));
                None
            }
            Callee::Broken => None,
        }
    }

    fn argument_matches(
        &mut self,
        written: &'a ast::CallMatch,
        name: &Name,
        params: &[Taken],
        declared: Option<Span>,
    ) -> Vec<(u32, ArgumentMatch)> {
        let open = written.arguments.iter().any(|argument| matches!(argument, ast::ArgumentMatch::Rest(_)));
        let shapes: Vec<Parameter> = params
            .iter()
            .map(|param| Parameter { name: &param.name, required: param.required && !open, named: false })
            .collect();
        let given: Vec<&ast::ArgumentMatch> =
            written.arguments.iter().filter(|argument| !matches!(argument, ast::ArgumentMatch::Rest(_))).collect();
        let arguments: Vec<Argument> = given.iter().map(|argument| as_argument(argument, written.span)).collect();
        let matched = self.matched(written.span, name, &shapes, &arguments, declared);
        let mut found = Vec::new();
        for (at, value) in matched.into_iter().enumerate() {
            let Some(number) =
                value.and_then(|value| arguments.iter().position(|argument| std::ptr::eq(&argument.value, value)))
            else {
                continue;
            };
            found.extend(self.argument_match(given[number], &params[at]).map(|matched| (at as u32, matched)));
        }
        found
    }

    fn argument_match(&mut self, written: &'a ast::ArgumentMatch, param: &Taken) -> Option<ArgumentMatch> {
        match written {
            ast::ArgumentMatch::Rest(_) | ast::ArgumentMatch::Any { alias: None, .. } => None,
            ast::ArgumentMatch::Any { alias: Some(alias), .. } => {
                let (local, _) = self.bind(alias, param.ty.clone(), BindingKind::Variable);
                Some(ArgumentMatch::Bind(local))
            }
            ast::ArgumentMatch::Equals { value, .. } => {
                let want = Want { what: What::Name(&param.name), place: None };
                Some(ArgumentMatch::Equals(self.expect_at(value, &param.ty, want)))
            }
        }
    }

    /// Arguments of a call that means nothing: looked at, so that mistakes in them are found all the same.
    fn arguments_alone(&mut self, written: &'a ast::CallMatch) {
        for argument in &written.arguments {
            if let ast::ArgumentMatch::Equals { value, .. } = argument {
                self.infer(value, None);
            }
        }
    }
}

fn taken(params: &[crate::ir::Param], trees: &[ast::Param]) -> Vec<Taken> {
    let params = params.iter().zip(trees);
    params
        .map(|(param, tree)| Taken { name: param.name.clone(), ty: param.ty.clone(), required: tree.default.is_none() })
        .collect()
}

fn path_span(path: &[Name]) -> Span {
    match path {
        [] => Span::default(),
        [first, .., last] => first.span.to(last.span),
        [only] => only.span,
    }
}

/// A path of names as an expression that can be called.
fn callee_of(path: &[Name]) -> Option<ast::Expr> {
    let (first, rest) = path.split_first()?;
    let start = ast::Expr { kind: ast::ExprKind::Name(first.text.clone()), span: first.span };
    Some(rest.iter().fold(start, |base, name| {
        let span = base.span.to(name.span);
        ast::Expr { kind: ast::ExprKind::Field { base: Box::new(base), name: name.clone(), optional: false }, span }
    }))
}

/// A pattern of an argument as an argument, to find its parameter.
fn as_argument(written: &ast::ArgumentMatch, call: Span) -> Argument {
    let nothing = |span| ast::Expr { kind: ast::ExprKind::Error, span };
    match written {
        ast::ArgumentMatch::Rest(span) => Argument { name: None, value: nothing(*span) },
        ast::ArgumentMatch::Any { name, .. } => {
            Argument { name: name.clone(), value: nothing(name.as_ref().map_or(call, |name| name.span)) }
        }
        ast::ArgumentMatch::Equals { name, value } => Argument { name: name.clone(), value: value.clone() },
    }
}
