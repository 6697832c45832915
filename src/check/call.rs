//! Calls: of functions and probes in expressions, of actions in steps and compensations.

use smol_str::SmolStr;

use super::{
    Checker,
    arguments::Parameter,
    assign::{Want, What, fits},
    builtin::{self, Builtin},
    choice::is_chained,
    frame::Allowed,
    methods, placeholder,
    symbols::{Declared, Symbol},
};
use crate::{
    diagnostic::{Code, Diagnostic, Edit, Fix},
    ir::{EffectCall, Expr, ExprKind, Member, ModuleId, Operation, Param, Type},
    source::Span,
    syntax::ast::{self, Argument, Name},
};

/// What a compensation does, as messages say it.
pub(super) const UNDOES: &str = "a compensation changes something";

/// What is called.
pub(super) enum Callee {
    Symbol(Symbol, Span),
    Builtin(Builtin),
    /// A function of the library that is called by its name alone.
    Library(Member),
    /// A function of a value.
    Method(Box<Method>),
    /// Reported already.
    Broken,
}

/// `base.name`, `base?.name`
pub(super) struct Method {
    base: Expr,
    name: Name,
    optional: bool,
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
        let called = self.callee(callee, arguments);
        // What stands in the arguments is no part of the function that the whole call is a part of.
        let outer = self.frame.shorthand.take();
        let value = self.value_of_call(span, called, &name, arguments, hint);
        self.frame.shorthand = outer;
        value
    }

    fn value_of_call(
        &mut self,
        span: Span,
        called: Callee,
        name: &Name,
        arguments: &[Argument],
        hint: Option<&Type>,
    ) -> Expr {
        match called {
            Callee::Broken => {
                self.names_are_used(arguments);
                placeholder(span)
            }
            Callee::Builtin(builtin) => self.built_in_value(span, builtin, name, arguments, hint),
            Callee::Library(member) => self.free_call(span, member, name, arguments, hint),
            Callee::Method(method) => {
                let Method { base, name, optional } = *method;
                if optional {
                    self.optional_method(span, base, &name, arguments, hint)
                } else {
                    self.method(span, base, &name, arguments, hint)
                }
            }
            Callee::Symbol(Symbol::Function(id), declared) => {
                let result = self.symbols.functions[id.index()].result.clone();
                let params = self.symbols.functions[id.index()].params.clone();
                let trees = &self.symbols.functions[id.index()].tree.params;
                let arguments = self.arguments(span, name, &params, trees, arguments, declared);
                Expr { kind: ExprKind::Call(id, arguments), ty: result, span }
            }
            Callee::Symbol(Symbol::Probe(id), declared) => {
                if self.frame.allowed != Allowed::Look {
                    self.look_in_pure_place(name.span, &name.text);
                }
                self.needs_callable(Symbol::Probe(id));
                let result = self.symbols.probes[id.index()].result.clone();
                let params = self.symbols.probes[id.index()].params.clone();
                let trees = &self.symbols.probes[id.index()].tree.params;
                let arguments = self.arguments(span, name, &params, trees, arguments, declared);
                Expr { kind: ExprKind::Look(id, arguments), ty: result, span }
            }
            Callee::Symbol(symbol, declared) => {
                self.ignored_arguments(arguments);
                self.not_a_value_call(name.span, name, symbol, declared);
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
            Callee::Broken => {
                self.names_are_used(arguments);
                self.broken_operation(call.span)
            }
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
                self.ignored_arguments(arguments);
                self.wrong_word(callee.span, &name.text, "only looks", statement, "probe x = ");
                self.broken_operation(call.span)
            }
            Callee::Library(_) | Callee::Method(_) => {
                self.ignored_arguments(arguments);
                self.wrong_word(callee.span, &name.text, "only computes", statement, "let x = ");
                self.broken_operation(call.span)
            }
            Callee::Symbol(symbol, _) => {
                self.ignored_arguments(arguments);
                let (does, help) = match symbol {
                    Symbol::Probe(_) => ("only looks", "probe x = "),
                    Symbol::Function(_) => ("only computes", "let x = "),
                    Symbol::Plan(_) => ("is a plan", "run x = "),
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
        let diagnostic = Diagnostic::new(Code::E0505, span, message, "");
        let word = instead.split_once(' ').map_or("", |(word, _)| word);
        self.report(if statement == UNDOES {
            diagnostic.help("call an action or effect, or write `compensate nothing`")
        } else if self.frame.in_test {
            diagnostic.help("a test runs a plan: run one that does it")
        } else if let Some(fix) = self.with_word(span, word) {
            diagnostic.help(fix.title.clone()).fix_with(fix)
        } else if !word.is_empty() {
            diagnostic.help(format!("write `{instead}{name}(..)`"))
        } else {
            diagnostic
        });
    }

    /// The statement with another word, if what is called here is all that it does.
    fn with_word(&self, called: Span, word: &str) -> Option<Fix> {
        let (written, callee) = self.frame.word?;
        let before = self.sources.text(written);
        (callee == called && !word.is_empty() && before != word).then(|| Fix {
            title: format!("write `{word}` instead of `{before}`"),
            edits: vec![Edit { span: written, replacement: word.to_owned() }],
        })
    }

    /// Says how something that is no computation is done before a place that only computes.
    pub(super) fn done_before(&self, diagnostic: Diagnostic, called: Span, name: &str, word: &str) -> Diagnostic {
        if let Some(fix) = self.with_word(called, word) {
            return diagnostic.help(fix.title.clone()).fix_with(fix);
        }
        if self.frame.in_test {
            return diagnostic.help(format!("a test sees what was asked for: `expect called {name}(..)`"));
        }
        if self.frame.plan.is_none() {
            return diagnostic.help(match word {
                "probe" => "take what it gives as a parameter, or make this a `probe`",
                _ => "an action is one effect, and probes only look: do one after the other in a plan",
            });
        }
        diagnostic.help(format!("bind it before, with `{word} x = {name}(..)`, and use `x` here"))
    }

    fn look_in_pure_place(&mut self, span: Span, name: &str) {
        let message = format!("`{name}` looks at the world, and this place only computes");
        let diagnostic = Diagnostic::new(Code::E0501, span, message, "");
        self.report(self.done_before(diagnostic, span, name, "probe"));
    }

    fn not_a_value_call(&mut self, span: Span, name: &Name, symbol: Symbol, declared: Span) {
        let (code, message, word) = match symbol {
            Symbol::Action(_) => {
                (Code::E0502, format!("`{}` changes the world, and an expression only computes", name.text), "step")
            }
            Symbol::Plan(_) => {
                (Code::E0502, format!("`{}` is a plan, and an expression only computes", name.text), "run")
            }
            symbol => (Code::E0210, format!("`{}` is {}, and can't be called", name.text, symbol.describe()), ""),
        };
        let diagnostic = Diagnostic::new(code, span, message, "").label(declared, "declared here");
        self.report(match word {
            "" => diagnostic.help(format!("write `{}` alone", name.text)),
            word => self.done_before(diagnostic, span, &name.text, word),
        });
    }

    /// One argument for each parameter; arguments only compute.
    pub(super) fn arguments(
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
        let inferred =
            params.iter().zip(matched).map(|(param, given)| given.map(|value| self.infer(value, Some(&param.ty))));
        let inferred: Vec<Option<Expr>> = inferred.collect();
        let swapped = self.swapped(params, &inferred);
        let values = params.iter().zip(inferred).map(|(param, given)| match given {
            Some(value) if swapped => placeholder(value.span),
            Some(value) => {
                self.coerce(value, &param.ty, Want { what: What::Name(&param.name), place: Some(param.span) })
            }
            None => param.default.clone().unwrap_or_else(|| placeholder(span)),
        });
        let values = values.collect();
        self.frame.allowed = before;
        values
    }

    /// Whether two arguments of which each fits only where the other stands were reported; all others fit.
    fn swapped(&mut self, params: &[Param], given: &[Option<Expr>]) -> bool {
        let pairs = params.iter().zip(given).filter_map(|(param, value)| Some((param, value.as_ref()?)));
        let unfit: Vec<(&Param, &Expr)> = pairs.filter(|(param, value)| !fits(&value.ty, &param.ty)).collect();
        let &[(first, one), (second, other)] = unfit.as_slice() else { return false };
        if !fits(&one.ty, &second.ty) || !fits(&other.ty, &first.ty) {
            return false;
        }
        let message = format!("the arguments for `{}` and `{}` are swapped", first.name, second.name);
        let [here, there] = [one, other].map(|value| self.sources.text(value.span).to_owned());
        let edits = vec![
            Edit { span: one.span, replacement: there.clone() },
            Edit { span: other.span, replacement: here.clone() },
        ];
        let label = |value: &Expr| format!("this is `{}`", value.ty);
        self.report(
            Diagnostic::new(Code::E0301, one.span, message, label(one))
                .label(other.span, label(other))
                .label(first.span, format!("`{}` is asked for first", first.ty))
                .help(format!("write `{there}` before `{here}`"))
                .fix_with(Fix { title: "swap them".to_owned(), edits }),
        );
        true
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
                _ => self.method_of(base, name, false),
            },
            ast::ExprKind::Field { base, name, optional: true } => self.method_of(base, name, true),
            ast::ExprKind::Shorthand(name) => {
                let base = self.shorthand_value(callee.span).unwrap_or_else(|| placeholder(callee.span));
                Callee::Method(Box::new(Method { base, name: name.clone(), optional: false }))
            }
            ast::ExprKind::Error => Callee::Broken,
            _ => {
                self.infer(callee, None);
                self.ignored_arguments(arguments);
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
        if let Some(Declared { symbol, span, .. }) = self.used_name(&name.text) {
            return if symbol == Symbol::Broken { Callee::Broken } else { Callee::Symbol(symbol, span) };
        }
        if let Some(builtin) = Builtin::by_name(&name.text) {
            return Callee::Builtin(builtin);
        }
        if let Some(member) = methods::free_function(&name.text) {
            return Callee::Library(member);
        }
        self.ignored_arguments(arguments);
        if let Some(named) = self.frame.scopes.get(&name.text) {
            // What could not be read may have been a function.
            let unknown = named.value().is_some_and(|id| self.frame.scopes.binding(id).ty == Type::Error);
            if !unknown {
                self.value_called(name, arguments);
            }
        } else {
            self.unknown_callable(name, arguments);
        }
        Callee::Broken
    }

    /// Whether something of that name can be called, whatever is expected.
    pub(super) fn is_callable_name(&self, text: &str) -> bool {
        self.is_declared(text) || Builtin::by_name(text).is_some() || methods::free_function(text).is_some()
    }

    /// `ops.healthy`, `file.read`, or a method of a value.
    fn callee_by_path(&mut self, base: &Name, base_expr: &ast::Expr, name: &Name) -> Callee {
        let local = self.frame.scopes.get(&base.text).is_some();
        let declared = if local { None } else { self.used_name(&base.text).map(|found| found.symbol) };
        match declared {
            Some(Symbol::Module(module)) => return self.callee_in(module, name),
            Some(Symbol::Broken) => return Callee::Broken,
            Some(_) | None => {}
        }
        if let Some(builtin) = Builtin::by_path(&base.text, &name.text) {
            return Callee::Builtin(builtin);
        }
        if !local && declared.is_none() && builtin::is_family(&base.text) {
            let path = SmolStr::from(format!("{}.{}", base.text, name.text));
            self.unknown_callable(&Name { text: path, span: base.span.to(name.span) }, &[]);
            return Callee::Broken;
        }
        self.method_of(base_expr, name, false)
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

    fn method_of(&mut self, base: &ast::Expr, name: &Name, optional: bool) -> Callee {
        let chained = is_chained(base);
        let base = self.infer(base, None);
        let optional = optional || chained && matches!(base.ty, Type::Optional(_));
        Callee::Method(Box::new(Method { base, name: name.clone(), optional }))
    }

    /// What is called, as written.
    pub(super) fn callee_name(&self, callee: &ast::Expr) -> Name {
        Name { text: SmolStr::new(self.sources.text(callee.span)), span: callee.span }
    }
}
