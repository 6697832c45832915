//! Plans.

use std::sync::Arc;

use super::{Checker, returns::Returns, symbols::Symbol};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, Param, Plan, PlanId, Trigger, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind},
};

impl<'a> Checker<'a> {
    /// All plans of all files. Their defaults come first: a plan may run one that is written after it.
    pub(super) fn plans(&mut self) {
        for at in 0..self.symbols.plans.len() {
            let (tree, module) = (self.symbols.plans[at].tree, self.symbols.plans[at].module);
            let params = Arc::clone(&self.symbols.plans[at].params);
            self.symbols.plans[at].params = self.begin(module, &params, &tree.params);
        }
        for at in 0..self.symbols.plans.len() {
            let plan = self.plan(at);
            self.program.plans.push(plan);
        }
    }

    fn plan(&mut self, at: usize) -> Plan {
        let (tree, module) = (self.symbols.plans[at].tree, self.symbols.plans[at].module);
        let (params, result) = (self.symbols.plans[at].params.to_vec(), self.symbols.plans[at].result.clone());
        self.reopen(module, &params, &tree.params);
        self.owner(Symbol::Plan(PlanId(at as u32)));
        self.frame.plan = Some(at);
        self.frame.returns.push(Returns::plan(result.clone()));
        let trigger = self.plan_trigger(tree, &params);
        let key = self.plan_key(&tree.modifiers);
        let estimate = self.estimate(&tree.modifiers);
        self.frame.addresses.enter();
        let (body, ends) = self.block(&tree.body);
        self.frame.addresses.leave();
        if !ends {
            self.ends_without_value(tree, &result);
        }
        self.unused();
        let frame = std::mem::take(&mut self.frame);
        self.symbols.complete.push(self.modules[module.index()].has_read(tree.name.span));
        Plan {
            name: self.symbols.plans[at].name.clone(),
            module,
            params,
            result,
            trigger,
            key,
            estimate,
            goals: frame.goals,
            body,
            locals: frame.locals,
            span: tree.name.span,
        }
    }

    fn ends_without_value(&mut self, tree: &ast::Plan, result: &Type) {
        let read = self.modules[self.module.index()].has_read(tree.name.span);
        if matches!(result, Type::Nothing | Type::Error) || !read {
            return;
        }
        let message = format!("`{}` may end without its value", tree.name.text);
        let place = tree.result.as_ref().map_or(tree.name.span, |ty| ty.span);
        let diagnostic = Diagnostic::new(Code::E0311, place, message, format!("it must give `{result}`"));
        self.report(diagnostic.help("end every way with `return ..` or `fail \"..\"`"));
    }

    /// `on Event as e where c`: what starts it from outside.
    fn plan_trigger(&mut self, tree: &'a ast::Plan, params: &[Param]) -> Option<Trigger> {
        let (span, event, alias, condition) = tree.modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::On { event, alias, condition } => Some((modifier.span, event, alias, condition.as_deref())),
            _ => None,
        })?;
        for param in params.iter().filter(|param| param.default.is_none()) {
            self.never_given(span, param);
        }
        let (event, local, condition) = self.trigger(event, alias, condition)?;
        Some(Trigger { event, local, condition })
    }

    /// Reports a parameter that an event can't give.
    fn never_given(&mut self, trigger: Span, param: &Param) {
        let message = format!("`{}` has no value when an event starts the plan", param.name);
        let help = format!("give it a default, or take it from the event: `{}: .. = ..`", param.name);
        self.report(
            Diagnostic::new(Code::E0306, param.span, message, "").label(trigger, "what starts the plan").help(help),
        );
    }

    /// `keyed e.id`: what names a run.
    fn plan_key(&mut self, modifiers: &'a [Modifier]) -> Option<Expr> {
        let key = modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::Keyed(key) => Some(key),
            _ => None,
        })?;
        let key = self.infer(key, None);
        let key = self.present(key, "is the key of a run");
        self.must_be_scalar(&key, "the key of a run");
        Some(key)
    }
}
