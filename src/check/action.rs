//! Constants, and the bodies of functions, probes and actions.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    Checker,
    assign::{Want, What},
    dependencies::{self, Circle},
    frame::{Allowed, Frame},
    mentions::{self, Mention},
    placeholder,
    scope::BindingKind,
    symbols::Symbol,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{
        self, Body, Constant, ConstantId, Expr, ExprKind, Function, Implementation, LocalId, ModuleId, Param, Probe,
        Tries, Type,
    },
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name, Statement, StatementKind},
};

/// What is checked in the order of what it needs: constants, then functions, then probes, by their numbers.
#[derive(Clone, Copy)]
enum Node {
    Constant(usize),
    Function(usize),
    Probe(usize),
}

impl<'a> Checker<'a> {
    /// Constants and functions, those first that others mention; what goes in circles is reported.
    pub(super) fn constants_and_functions(&mut self) {
        let empty = Function {
            name: SmolStr::default(),
            params: Vec::new(),
            body: Body { bindings: Vec::new(), result: placeholder(Span::default()) },
        };
        self.program.functions = vec![empty; self.symbols.functions.len()];
        let mentions: Vec<Vec<(usize, Span)>> =
            (0..self.node_count()).map(|at| self.mentioned(self.node(at))).collect();
        let order = dependencies::order(&mentions);
        for circle in &order.circles {
            self.circle(circle);
        }
        for at in order.sequence {
            match self.node(at) {
                Node::Constant(slot) => self.constant(slot),
                Node::Function(at) => self.function(at),
                Node::Probe(_) => {}
            }
        }
    }

    fn node_count(&self) -> usize {
        self.symbols.constants.len() + self.symbols.functions.len() + self.symbols.probes.len()
    }

    fn node(&self, at: usize) -> Node {
        let (constants, functions) = (self.symbols.constants.len(), self.symbols.functions.len());
        match at {
            at if at < constants => Node::Constant(at),
            at if at < constants + functions => Node::Function(at - constants),
            at => Node::Probe(at - constants - functions),
        }
    }

    fn number(&self, symbol: Symbol) -> Option<usize> {
        let (constants, functions) = (self.symbols.constants.len(), self.symbols.functions.len());
        match symbol {
            Symbol::Constant(slot) => Some(slot),
            Symbol::Function(id) => Some(constants + id.index()),
            Symbol::Probe(id) => Some(constants + functions + id.index()),
            Symbol::Action(_) | Symbol::Plan(_) | Symbol::Module(_) | Symbol::Broken => None,
        }
    }

    fn mentioned(&self, node: Node) -> Vec<(usize, Span)> {
        let (module, found) = match node {
            Node::Constant(slot) => {
                let slot = &self.symbols.constants[slot];
                // Its own name may be a variant of the expected type; what it means is seen when it is checked.
                let mut found = mentions::in_expr(&slot.tree.value);
                found.retain(|mention| mention.module.is_some() || mention.name != slot.tree.name.text);
                (slot.module, found)
            }
            Node::Function(at) => {
                let function = &self.symbols.functions[at];
                (function.module, mentions::in_callable(&function.tree.params, Some(&function.tree.body)))
            }
            Node::Probe(at) => {
                let probe = &self.symbols.probes[at];
                (probe.module, mentions::in_callable(&probe.tree.params, probe.tree.body.as_ref()))
            }
        };
        let numbers = found
            .iter()
            .filter_map(|mention| Some((self.number(self.mentioned_symbol(module, mention)?)?, mention.span)));
        numbers.collect()
    }

    fn mentioned_symbol(&self, module: ModuleId, mention: &Mention) -> Option<Symbol> {
        let values = &self.symbols.names[module.index()].values;
        match &mention.module {
            None => values.get(&mention.name).map(|declared| declared.symbol),
            Some(prefix) => match values.get(prefix)?.symbol {
                Symbol::Module(target) => {
                    self.symbols.names[target.index()].values.get(&mention.name).map(|declared| declared.symbol)
                }
                _ => None,
            },
        }
    }

    fn circle(&mut self, circle: &Circle) {
        let described: Vec<(String, Span, bool)> =
            circle.nodes.iter().map(|at| self.described(self.node(*at))).collect();
        let has_constant = described.iter().any(|(_, _, constant)| *constant);
        let (first, declared, _) = &described[0];
        let names: Vec<&str> = described.iter().skip(1).map(|(name, _, _)| name.as_str()).collect();
        let by_way = if names.is_empty() { String::new() } else { format!(" by way of {}", names.join(", ")) };
        let (code, message, help) = if has_constant {
            (Code::E0207, format!("{first} is computed from itself{by_way}"), "give one of them a value of its own")
        } else {
            let help = "evaluation always ends, so nothing may call itself: use a list, or say it without";
            (Code::E0208, format!("{first} calls itself{by_way}"), help)
        };
        let mut diagnostic = Diagnostic::new(code, circle.closing, message, "here the circle closes");
        diagnostic = diagnostic.label(*declared, "declared here");
        self.report(diagnostic.help(help));
    }

    fn described(&self, node: Node) -> (String, Span, bool) {
        match node {
            Node::Constant(slot) => {
                let name = &self.symbols.constants[slot].tree.name;
                (format!("`{}`", name.text), name.span, true)
            }
            Node::Function(at) => {
                (format!("`{}`", self.symbols.functions[at].name), self.symbols.functions[at].span, false)
            }
            Node::Probe(at) => (format!("`{}`", self.symbols.probes[at].name), self.symbols.probes[at].span, false),
        }
    }

    fn constant(&mut self, slot: usize) {
        let tree = self.symbols.constants[slot].tree;
        self.module = self.symbols.constants[slot].module;
        self.frame = Frame { constant: Some(slot), ..Frame::open() };
        let value = match &tree.ty {
            Some(ty) => {
                let place = ty.span;
                let ty = self.declared_type(ty);
                self.expect_at(&tree.value, &ty, Want { what: What::Name(&tree.name.text), place: Some(place) })
            }
            None => self.infer(&tree.value, None),
        };
        self.must_be_told(&tree.name, &value, tree.ty.is_none() && !tree.name.text.is_empty());
        let id = ConstantId(self.program.constants.len() as u32);
        self.symbols.constants[slot].checked = Some((id, value.ty.clone()));
        self.symbols.constant_modules.push(self.module);
        self.program.constants.push(Constant { name: tree.name.text.clone(), value });
    }

    /// `none` or `[]` alone says nothing about its type.
    pub(super) fn must_be_told(&mut self, name: &ast::Name, value: &Expr, untyped: bool) {
        let open = match (&value.kind, &value.ty) {
            (ExprKind::Literal(_), Type::Optional(inner)) => **inner == Type::Error,
            (ExprKind::List(items), Type::List(inner)) => items.is_empty() && **inner == Type::Error,
            _ => false,
        };
        if open && untyped {
            let written = self.sources.text(value.span);
            let message = format!("the type of `{}` can't be told from `{written}`", name.text);
            let help = format!("write it: `{}: .. = {written}`", name.text);
            self.report(
                Diagnostic::new(Code::E0308, value.span, message, "").label(name.span, "bound here").help(help),
            );
        }
    }

    fn function(&mut self, at: usize) {
        let (tree, module) = (self.symbols.functions[at].tree, self.symbols.functions[at].module);
        let result = self.symbols.functions[at].result.clone();
        let params = self.begin(module, &self.symbols.functions[at].params.clone(), &tree.params);
        self.symbols.functions[at].params = Arc::clone(&params);
        let body = self.body(&tree.body, &result, tree.result.span, Allowed::Pure);
        self.unused();
        let name = self.symbols.functions[at].name.clone();
        self.program.functions[at] = Function { name, params: params.to_vec(), body };
    }

    /// Opens the frame of a callable: its parameters are its first locals, its defaults are constant. Gives the
    /// parameters with their defaults.
    pub(super) fn begin(
        &mut self,
        module: ModuleId,
        params: &Arc<Vec<Param>>,
        trees: &[ast::Param],
    ) -> Arc<Vec<Param>> {
        self.module = module;
        self.frame = Frame::open();
        let mut params = Arc::clone(params);
        for (at, tree) in trees.iter().enumerate() {
            let Some(default) = &tree.default else { continue };
            let want = Want { what: What::Default(&tree.name.text), place: Some(tree.ty.span) };
            let default = self.expect_at(default, &params[at].ty, want);
            Arc::make_mut(&mut params)[at].default = Some(default);
        }
        for (param, tree) in params.iter().zip(trees) {
            self.bind(&tree.name, param.ty.clone(), BindingKind::Parameter);
        }
        self.told_apart(trees);
        params
    }

    /// Callers must be able to name each parameter; two that have one name are reported already.
    fn told_apart(&mut self, trees: &[ast::Param]) {
        // Of those before it that are called the same, the first, and the first that has another name than that.
        let mut called: FxHashMap<&str, (&ast::Param, Option<&ast::Param>)> = FxHashMap::default();
        for param in trees {
            let is_other = |other: &&ast::Param| other.name.text != param.name.text;
            let (first, second) = called.entry(&param.called().text).or_insert((param, None));
            if let Some(taken) = [Some(*first), *second].into_iter().flatten().find(is_other) {
                self.taken(param.called(), taken.called().span);
            }
            if second.is_none() && first.name.text != param.name.text {
                *second = Some(param);
            }
        }
    }

    /// What a body computes; `last` is what its result may do.
    fn body(&mut self, body: &'a ast::Body, result: &Type, place: Span, last: Allowed) -> Body {
        let want = Want { what: What::Text("the result"), place: (*result != Type::Nothing).then_some(place) };
        let (bindings, expr) = match body {
            ast::Body::Expr(expr) => (Vec::new(), expr),
            ast::Body::Block { statements, result } => {
                (statements.iter().filter_map(|statement| self.body_statement(statement)).collect(), result)
            }
        };
        let value = self.infer_in(last, expr, Some(result));
        let result = self.coerce(value, result, want);
        ir::Body { bindings, result }
    }

    fn body_statement(&mut self, statement: &'a Statement) -> Option<(LocalId, Expr)> {
        match &statement.kind {
            StatementKind::Let { name, ty, value } => {
                let value = self.let_value(name, ty.as_deref(), value);
                let (local, _) = self.bind(name, value.ty.clone(), BindingKind::Let);
                Some((local, value))
            }
            StatementKind::Probe { name, ty, call, modifiers } => {
                for modifier in modifiers {
                    self.misplaced_modifier(modifier, "on a probe inside of a body");
                }
                let look = self.look(call, ty.as_deref());
                let (local, _) = self.bind(name, look.ty.clone(), BindingKind::Probe);
                Some((local, look))
            }
            StatementKind::Error => {
                self.frame.unread = true;
                None
            }
            _ => {
                let message = "a body only binds with `let` and `probe`, and returns";
                self.error(Code::E0408, statement.span, message);
                None
            }
        }
    }

    /// Probes and actions, each on its own.
    pub(super) fn probes_and_actions(&mut self) {
        for at in 0..self.symbols.probes.len() {
            self.probe_signature(at);
        }
        for at in 0..self.symbols.actions.len() {
            self.action_defaults(at);
        }
        for at in 0..self.symbols.probes.len() {
            let probe = self.probe(at);
            self.program.probes.push(probe);
        }
        for at in 0..self.symbols.actions.len() {
            let action = self.action(at);
            self.program.actions.push(action);
        }
    }

    fn probe_signature(&mut self, at: usize) {
        let (tree, module) = (self.symbols.probes[at].tree, self.symbols.probes[at].module);
        self.symbols.probes[at].params = self.begin(module, &self.symbols.probes[at].params.clone(), &tree.params);
    }

    fn action_defaults(&mut self, at: usize) {
        let (tree, module) = (self.symbols.actions[at].tree, self.symbols.actions[at].module);
        self.symbols.actions[at].params = self.begin(module, &self.symbols.actions[at].params.clone(), &tree.params);
    }

    /// Opens a frame whose defaults are known already.
    pub(super) fn reopen(&mut self, module: ModuleId, params: &[Param], trees: &[ast::Param]) {
        self.module = module;
        self.frame = Frame::open();
        for (param, tree) in params.iter().zip(trees) {
            let Name { text, span } = tree.name.clone();
            let local = self.frame.local(text.clone(), param.ty.clone());
            let binding =
                super::scope::Binding::new(text.clone(), span, local, param.ty.clone(), BindingKind::Parameter);
            let id = self.frame.scopes.add(binding);
            self.frame.scopes.set(text, super::scope::Named::Value(id));
        }
    }

    fn probe(&mut self, at: usize) -> Probe {
        let (tree, module) = (self.symbols.probes[at].tree, self.symbols.probes[at].module);
        let (params, result) = (self.symbols.probes[at].params.to_vec(), self.symbols.probes[at].result.clone());
        self.reopen(module, &params, &tree.params);
        self.owner(Symbol::Probe(ir::ProbeId(at as u32)));
        let body = match &tree.body {
            Some(body) => Implementation::Body(self.body(body, &result, tree.result.span, Allowed::Look)),
            None => Implementation::Extern,
        };
        let tries = self.tries(&tree.modifiers);
        self.unused_in(tree.body.as_ref());
        Probe { name: self.symbols.probes[at].name.clone(), params, result, body, tries, span: tree.name.span }
    }

    fn action(&mut self, at: usize) -> ir::Action {
        let (tree, module) = (self.symbols.actions[at].tree, self.symbols.actions[at].module);
        let (params, result) = (self.symbols.actions[at].params.to_vec(), self.symbols.actions[at].result.clone());
        self.reopen(module, &params, &tree.params);
        self.owner(Symbol::Action(ir::ActionId(at as u32)));
        self.frame.scopes.enter(Default::default());
        let key_local = self.key_of_action(tree);
        let body = self.action_body(tree, &result);
        let confirm = self.confirm(tree, &result);
        let tries = self.tries(&tree.modifiers);
        let (result_local, result_binding) = self.frame.given("result", tree.name.span, result.clone());
        let compensation = tree.compensation.as_ref().map(|written| self.compensation(written, Some(result_binding)));
        self.unused_in(tree.body.as_ref());
        let has = |wanted: &ModifierKind| tree.modifiers.iter().any(|modifier| modifier.kind == *wanted);
        let action = ir::Action {
            name: self.symbols.actions[at].name.clone(),
            params,
            result,
            idempotent: has(&ModifierKind::Idempotent),
            irreversible: has(&ModifierKind::Irreversible),
            confirm,
            tries,
            compensation,
            key_local,
            result_local,
            body,
            span: tree.name.span,
        };
        self.may_be_asked_about(tree, &action);
        action
    }

    /// What a host program does with the parameters of an `extern` is not to be seen here.
    fn unused_in(&mut self, body: Option<&ast::Body>) {
        if body.is_some() {
            self.unused();
        }
    }

    /// The key that an action is done with; a parameter of that name is meant where it is said.
    fn key_of_action(&mut self, tree: &'a ast::Action) -> LocalId {
        if tree.params.iter().any(|param| param.name.text == "key") {
            return self.frame.local(SmolStr::new_static("key"), Type::String);
        }
        self.frame.given("key", tree.name.span, Type::String).0
    }

    fn action_body(&mut self, tree: &'a ast::Action, result: &Type) -> Implementation {
        let Some(body) = &tree.body else { return Implementation::Extern };
        let place = tree.result.as_ref().map_or(tree.name.span, |ty| ty.span);
        let mark = self.diagnostics.len();
        let read = !mentions::has_unread_parts(body);
        self.frame.scopes.enter(Default::default());
        let body = self.body(body, result, place, Allowed::Change);
        self.frame.scopes.leave();
        let fine = self.diagnostics.len() == mark && read;
        if fine && effects(&body.result) != (1, 1) {
            let message = format!("`{}` must do exactly one thing", tree.name.text);
            let label = match effects(&body.result) {
                (_, 0) => "nothing here changes the world",
                (0, 1) => "this may do it or not",
                _ => "this does more than one",
            };
            let help = "an action is one effect: `exec(..)`, `shell(..)`, `http.post(..)`, `file.write(..)`; several are several steps";
            self.report(
                Diagnostic::new(Code::E0503, body.result.span, message, label)
                    .label(tree.name.span, "declared here")
                    .help(help),
            );
        }
        Implementation::Body(body)
    }

    fn confirm(&mut self, tree: &'a ast::Action, result: &Type) -> Option<Expr> {
        let written = tree.modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::Confirm(expr) => Some(expr),
            _ => None,
        })?;
        let (wanted, what) = match result {
            Type::Nothing => (Type::Bool, "`confirm` of an action without a result"),
            ty => (super::types::optional(ty.clone()), "`confirm`"),
        };
        let value = self.infer_in(Allowed::Look, written, Some(&wanted));
        let place = tree.result.as_ref().map(|ty| ty.span);
        if !matches!(value.ty, Type::Error | Type::Optional(_)) && *result != Type::Nothing {
            self.never_denies(&value, &wanted, place);
            return Some(super::placeholder(value.span));
        }
        Some(self.coerce(value, &wanted, Want { what: What::Text(what), place }))
    }

    /// Reports a look of which `none` never comes: after a crash it would have to say that it did not happen.
    fn never_denies(&mut self, value: &Expr, wanted: &Type, place: Option<Span>) {
        let message = format!("`confirm` must be `{wanted}`, not `{}`", value.ty);
        let mut diagnostic = Diagnostic::new(Code::E0301, value.span, message, format!("this is `{}`", value.ty));
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, "what the action gives");
        }
        let help = format!("let the look give what the action gave, or `none` if it did not happen: `-> {wanted}`");
        self.report(diagnostic.help(help));
    }

    /// Warns of an action whose fate can't be found out after a crash.
    fn may_be_asked_about(&mut self, tree: &'a ast::Action, action: &ir::Action) {
        let by_nature = match &action.body {
            Implementation::Body(body) => {
                matches!(&body.result.kind, ExprKind::Effect(effect) if effect.kind.is_idempotent_by_nature())
            }
            Implementation::Extern => true,
        };
        let read = self.modules[self.module.index()].has_read(tree.name.span);
        if action.idempotent || action.confirm.is_some() || by_nature || !read {
            return;
        }
        let message = format!("after a crash nobody can tell whether `{}` happened", tree.name.text);
        let help =
            "say `idempotent` if it may be repeated with the same key, or `confirm look(..)` if one can find out";
        self.report(
            Diagnostic::new(Code::W0501, tree.name.span, message, "the run would stop here and ask").help(help),
        );
    }

    /// `retry`, `backoff` and `timeout`; what else stands there belongs to others.
    pub(super) fn tries(&mut self, modifiers: &[Modifier]) -> Tries {
        let mut tries = Tries::default();
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Retry { count, backoff } => {
                    tries.retry = Some(Box::new(self.expect(count, &Type::Int, "`retry`")));
                    tries.backoff = backoff.as_deref().map(|(first, longest)| {
                        let mut pause = |expr| Box::new(self.expect(expr, &Type::Duration, "`backoff`"));
                        (pause(first), longest.as_ref().map(pause))
                    });
                }
                ModifierKind::Timeout(timeout) => {
                    tries.timeout = Some(Box::new(self.expect(timeout, &Type::Duration, "`timeout`")));
                }
                _ => {}
            }
        }
        tries
    }
}

/// How many effects an expression has, at least and at most, over the ways through it.
fn effects(expr: &Expr) -> (usize, usize) {
    let all = || {
        let (mut least, mut most) = (0, 0);
        expr.each_part(|part| {
            let inside = effects(part);
            (least, most) = (least + inside.0, most + inside.1);
        });
        (least, most)
    };
    match &expr.kind {
        ExprKind::Effect(_) => (1, 1),
        ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            let (always, sometimes) = (effects(left), effects(right));
            (always.0, always.1 + sometimes.1)
        }
        ExprKind::If(condition, then, otherwise) => {
            one_of(effects(condition), [then, otherwise].into_iter().map(|way| effects(way)))
        }
        ExprKind::Match(value, arms) => one_of(effects(value), arms.iter().map(|(_, way)| effects(way))),
        // What a function does, it does any number of times.
        ExprKind::Library(..) => (0, all().1 * 2),
        _ => all(),
    }
}

/// What is done before, and then one of several ways.
fn one_of(before: (usize, usize), ways: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    let either = ways.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or_default();
    (before.0 + either.0, before.1 + either.1)
}
