//! Calls: of functions and probes in expressions, of actions in steps and compensations.

use smol_str::SmolStr;

use super::{
    Checker,
    arguments::Parameter,
    assign::{Want, What},
    builtin::{self, Builtin},
    frame::Allowed,
    placeholder,
    symbols::{Declared, Symbol},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{EffectCall, Expr, ExprKind, ModuleId, Operation, Param, Type},
    source::Span,
    syntax::ast::{self, Argument, Name},
};

/// What is called.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    Symbol(Symbol, Span),
    Builtin(Builtin),
    /// Reported already.
    Broken,
}

impl Checker<'_> {
    /// A call where a value is due.
    pub(super) fn call(&mut self, span: Span, callee: &ast::Expr, arguments: &[Argument], hint: Option<&Type>) -> Expr {
        if let ast::ExprKind::Name(text) = &callee.kind {
            let name = Name { text: text.clone(), span: callee.span };
            if let Some(variant) = self.variant_call(span, &name, arguments, hint) {
                return variant;
            }
        }
        let name = self.callee_name(callee);
        match self.callee(callee, arguments) {
            Callee::Broken => placeholder(span),
            Callee::Builtin(builtin) => self.built_in_value(span, builtin, &name, arguments, hint),
            Callee::Symbol(Symbol::Function(id), declared) => {
                let result = self.symbols.functions[id.index()].result.clone();
                let params = self.symbols.functions[id.index()].params.clone();
                let trees = &self.symbols.functions[id.index()].tree.params;
                let arguments = self.arguments(span, &name, &params, trees, arguments, declared);
                Expr { kind: ExprKind::Call(id, arguments), ty: result, span }
            }
            Callee::Symbol(Symbol::Probe(id), declared) => {
                if self.frame.allowed != Allowed::Look {
                    self.look_in_pure_place(callee.span, &name.text);
                }
                self.needs_callable(Symbol::Probe(id));
                let result = self.symbols.probes[id.index()].result.clone();
                let params = self.symbols.probes[id.index()].params.clone();
                let trees = &self.symbols.probes[id.index()].tree.params;
                let arguments = self.arguments(span, &name, &params, trees, arguments, declared);
                Expr { kind: ExprKind::Look(id, arguments), ty: result, span }
            }
            Callee::Symbol(symbol, declared) => {
                self.arguments_of_nothing(arguments);
                self.not_a_value_call(callee.span, &name, symbol, declared);
                placeholder(span)
            }
        }
    }

    /// A call that changes something: the action or effect, and what it gives.
    ///
    /// `expects` is what the output of a built-in effect is decoded to.
    pub(super) fn operation(&mut self, call: &ast::Expr, expects: &Type, statement: &str) -> (Operation, Type) {
        let ast::ExprKind::Call { callee, arguments } = &call.kind else {
            return self.broken_operation(call.span);
        };
        let name = self.callee_name(callee);
        match self.callee(callee, arguments) {
            Callee::Broken => self.broken_operation(call.span),
            Callee::Builtin(builtin) if builtin.changes() => {
                let effect = self.built_in(call.span, builtin, &name, arguments, expects.clone());
                let gives = effect.expects.clone();
                (Operation::Effect(Box::new(effect)), gives)
            }
            Callee::Symbol(Symbol::Action(id), declared) => {
                self.needs_callable(Symbol::Action(id));
                let params = self.symbols.actions[id.index()].params.clone();
                let trees = &self.symbols.actions[id.index()].tree.params;
                let arguments = self.arguments(call.span, &name, &params, trees, arguments, declared);
                (Operation::Action(id, arguments), self.symbols.actions[id.index()].result.clone())
            }
            Callee::Builtin(_) => {
                self.arguments_of_nothing(arguments);
                self.wrong_word(callee.span, &name.text, "only looks", statement, "probe x = ");
                self.broken_operation(call.span)
            }
            Callee::Symbol(symbol, _) => {
                self.arguments_of_nothing(arguments);
                let (does, help) = match symbol {
                    Symbol::Probe(_) => ("only looks", "probe x = "),
                    Symbol::Function(_) => ("only computes", "let x = "),
                    _ => ("changes nothing", ""),
                };
                self.wrong_word(callee.span, &name.text, does, statement, help);
                self.broken_operation(call.span)
            }
        }
    }

    /// What stands in a step whose call is wrong.
    pub(super) fn broken_operation(&mut self, span: Span) -> (Operation, Type) {
        let effect = EffectCall {
            kind: builtin::nothing(placeholder(span), self.module),
            module: self.module,
            expects: Type::Error,
            span,
        };
        (Operation::Effect(Box::new(effect)), Type::Error)
    }

    /// Says that a statement's word does not fit what it calls.
    pub(super) fn wrong_word(&mut self, span: Span, name: &str, does: &str, statement: &str, instead: &str) {
        let message = format!("`{name}` {does}, and {statement}");
        let mut diagnostic = Diagnostic::new(Code::E0505, span, message, "");
        if !instead.is_empty() {
            diagnostic = diagnostic.help(format!("write `{instead}{name}(..)`"));
        }
        self.report(diagnostic);
    }

    fn look_in_pure_place(&mut self, span: Span, name: &str) {
        let message = format!("`{name}` looks at the world, and this place only computes");
        let help = format!("bind it with `probe x = {name}(..)` first, and use `x` here");
        self.report(Diagnostic::new(Code::E0501, span, message, "").help(help));
    }

    fn not_a_value_call(&mut self, span: Span, name: &Name, symbol: Symbol, declared: Span) {
        let (code, message, help) = match symbol {
            Symbol::Action(_) => (
                Code::E0502,
                format!("`{}` changes the world, and an expression only computes", name.text),
                format!("do it with `step x = {}(..)`, and use `x` here", name.text),
            ),
            Symbol::Plan(_) => (
                Code::E0502,
                format!("`{}` is a plan, and an expression only computes", name.text),
                "a plan is run from outside".to_owned(),
            ),
            symbol => (
                Code::E0210,
                format!("`{}` is {}, and can't be called", name.text, symbol.describe()),
                format!("write `{}` alone", name.text),
            ),
        };
        self.report(Diagnostic::new(code, span, message, "").label(declared, "declared here").help(help));
    }

    /// Arguments of a call that means nothing: looked at, so that mistakes in them are found all the same.
    fn arguments_of_nothing(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            self.infer_in(Allowed::Pure, &argument.value, None);
        }
    }

    /// One argument for each parameter; arguments only compute.
    fn arguments(
        &mut self,
        span: Span,
        name: &Name,
        params: &[Param],
        trees: &[ast::Param],
        arguments: &[Argument],
        declared: Span,
    ) -> Vec<Expr> {
        let before = std::mem::replace(&mut self.frame.allowed, Allowed::Pure);
        let shapes: Vec<Parameter> = params
            .iter()
            .zip(trees)
            .map(|(param, tree)| Parameter { name: &param.name, required: tree.default.is_none(), named: false })
            .collect();
        let matched = self.matched(span, name, &shapes, arguments, Some(declared));
        let values = params.iter().zip(matched).map(|(param, given)| match given {
            Some(value) => {
                self.expect_at(value, &param.ty, Want { what: What::Name(&param.name), place: Some(param.span) })
            }
            None => param.default.clone().unwrap_or_else(|| placeholder(span)),
        });
        let values = values.collect();
        self.frame.allowed = before;
        values
    }

    /// What a callee means; what can't be called is reported.
    pub(super) fn callee(&mut self, callee: &ast::Expr, arguments: &[Argument]) -> Callee {
        match &callee.kind {
            ast::ExprKind::Name(text) => {
                self.callee_by_name(&Name { text: text.clone(), span: callee.span }, arguments)
            }
            ast::ExprKind::Field { base, name, optional: false } => match &base.kind {
                ast::ExprKind::Name(text) => {
                    self.callee_by_path(&Name { text: text.clone(), span: base.span }, base, name)
                }
                _ => self.method(base, name),
            },
            ast::ExprKind::Error => Callee::Broken,
            _ => {
                self.infer(callee, None);
                self.arguments_of_nothing(arguments);
                let message = "this can't be called";
                self.report(
                    Diagnostic::new(Code::E0210, callee.span, message, "")
                        .help("what can be called has a name: a `fn`, a `probe`, an `action`"),
                );
                Callee::Broken
            }
        }
    }

    fn callee_by_name(&mut self, name: &Name, arguments: &[Argument]) -> Callee {
        let declared = self.symbols.names[self.module.index()].values.get(&name.text).copied();
        if let Some(Declared { symbol, span, .. }) = declared {
            return if symbol == Symbol::Broken { Callee::Broken } else { Callee::Symbol(symbol, span) };
        }
        if let Some(builtin) = Builtin::by_name(&name.text) {
            return Callee::Builtin(builtin);
        }
        self.arguments_of_nothing(arguments);
        if builtin::NOT_YET.contains(&name.text.as_str()) {
            self.unsupported(name.span, &name.text);
        } else if self.frame.scopes.get(&name.text).is_some() {
            let message = format!("`{}` is a value, and can't be called", name.text);
            self.error(Code::E0210, name.span, message);
        } else {
            self.unknown_callable(name);
        }
        Callee::Broken
    }

    fn unknown_callable(&mut self, name: &Name) {
        if self.has_unread_parts() {
            return;
        }
        let own = &self.symbols.names[self.module.index()].values;
        let callable = own.iter().filter(|(_, declared)| {
            matches!(declared.symbol, Symbol::Function(_) | Symbol::Probe(_) | Symbol::Action(_))
        });
        let names = callable.map(|(name, _)| name.as_str()).chain(builtin::NAMES);
        let help = crate::diagnostic::suggest::did_you_mean(&name.text, names);
        let message = format!("there is no `{}` to call", name.text);
        let mut diagnostic = Diagnostic::new(Code::E0201, name.span, message, "");
        diagnostic.help = help;
        self.report(diagnostic);
    }

    /// `ops.healthy`, `file.read`, or a method of a value.
    fn callee_by_path(&mut self, base: &Name, base_expr: &ast::Expr, name: &Name) -> Callee {
        let local = self.frame.scopes.get(&base.text).is_some();
        let declared = self.symbols.names[self.module.index()].values.get(&base.text).map(|found| found.symbol);
        match declared {
            Some(Symbol::Module(module)) if !local => return self.callee_in(module, name),
            Some(Symbol::Broken) if !local => return Callee::Broken,
            Some(_) | None => {}
        }
        if let Some(builtin) = Builtin::by_path(&base.text, &name.text) {
            return Callee::Builtin(builtin);
        }
        if !local && declared.is_none() && builtin::NOT_YET.contains(&base.text.as_str()) {
            self.unsupported(base.span.to(name.span), &format!("{}.{}", base.text, name.text));
            return Callee::Broken;
        }
        self.method(base_expr, name)
    }

    fn callee_in(&mut self, module: ModuleId, name: &Name) -> Callee {
        let declared = self.symbols.names[module.index()].values.get(&name.text).copied();
        match declared.filter(|declared| declared.own) {
            Some(Declared { symbol: Symbol::Broken, .. }) => Callee::Broken,
            Some(Declared { symbol, span, .. }) => Callee::Symbol(symbol, span),
            None => {
                self.not_declared_there(module, name);
                Callee::Broken
            }
        }
    }

    fn method(&mut self, base: &ast::Expr, name: &Name) -> Callee {
        let base = self.infer(base, None);
        if base.ty != Type::Error {
            self.unsupported(name.span, &format!(".{}(..)", name.text));
        }
        self.frame.unsupported = true;
        Callee::Broken
    }

    /// What is called, as written.
    fn callee_name(&self, callee: &ast::Expr) -> Name {
        Name { text: SmolStr::new(self.sources.text(callee.span)), span: callee.span }
    }
}
