//! `run x = p(..)`: a plan inside of a plan.

use super::{
    Checker,
    call::Callee,
    scope::{BindingKind, Names},
    statement::plain,
    step::last_word,
    symbols::Symbol,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, PlanId, Run, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, ExprKind, Modifier, ModifierKind, Name},
};

/// A sub-plan as it is written.
#[derive(Clone, Copy)]
pub(super) struct SubPlan<'a> {
    pub(super) name: Option<&'a Name>,
    pub(super) ty: Option<&'a ast::Type>,
    pub(super) call: &'a ast::Expr,
    pub(super) modifiers: &'a [Modifier],
    pub(super) compensation: Option<&'a ast::Compensation>,
}

impl<'a> Checker<'a> {
    /// `run x: T = p(..) timeout 1d`; without a name its address is the last word of the call, as that of a step.
    pub(super) fn sub_plan(&mut self, span: Span, written: SubPlan<'a>) -> Option<Statement> {
        let SubPlan { name, ty, call, modifiers, compensation } = written;
        let asked = ty.map(|ty| (self.declared_type(ty), ty.span));
        let called = self.called_plan(call);
        if let (Some((plan, _)), ExprKind::Call { callee, .. }) = (&called, &call.kind) {
            self.started_by_hand(&self.callee_name(callee), self.symbols.plans[plan.index()].tree);
        }
        let gives = called.as_ref().map_or(Type::Error, |(plan, _)| self.symbols.plans[plan.index()].result.clone());
        let (gives, decode) = self.decoded_type(call.span, gives, asked);
        let (estimate, timeout) = (self.estimate(modifiers), self.timeout(modifiers));
        let (local, inside) = match name {
            Some(name) => {
                let (local, binding) = self.bind(name, gives.clone(), BindingKind::Outcome);
                let named = super::scope::Named::Value(binding);
                (Some(local), Names::from_iter([(name.text.clone(), named)]))
            }
            None => (None, Names::default()),
        };
        let segment = match name {
            Some(name) => Some(self.named_address(name)),
            None => last_word(call).map(|word| self.call_address("run", &word)),
        };
        let compensation = self.scope_compensation(compensation, Some(&inside));
        let (plan, arguments) = called?;
        let local = local.filter(|_| gives != Type::Nothing);
        let run = Run { local, plan, arguments, decode, compensation };
        Some(Statement { estimate, timeout, ..plain(StatementKind::Run(Box::new(run)), segment, span) })
    }

    /// The plan that is run, with its arguments; what is no plan is reported.
    pub(super) fn called_plan(&mut self, call: &'a ast::Expr) -> Option<(PlanId, Vec<Expr>)> {
        let ExprKind::Call { callee, arguments } = &call.kind else { return None };
        let name = self.callee_name(callee);
        match self.callee(callee, arguments) {
            Callee::Symbol(Symbol::Plan(id), declared) => {
                self.needs_callable(Symbol::Plan(id));
                let params = self.symbols.plans[id.index()].params.clone();
                let tree = self.symbols.plans[id.index()].tree;
                let arguments = self.arguments(call.span, &name, &params, &tree.params, arguments, declared);
                Some((id, arguments))
            }
            Callee::Symbol(symbol, _) => {
                self.ignored_arguments(arguments);
                let (does, instead) = match symbol {
                    Symbol::Probe(_) => ("only looks", "probe x = "),
                    Symbol::Function(_) => ("only computes", "let x = "),
                    Symbol::Action(_) => ("is an action", "step x = "),
                    Symbol::Constant(_) | Symbol::Module(_) | Symbol::Plan(_) | Symbol::Broken => ("is no plan", ""),
                };
                self.wrong_word(callee.span, &name.text, does, "`run` runs a plan", instead);
                None
            }
            Callee::Builtin(builtin) => {
                self.ignored_arguments(arguments);
                let instead = if builtin.changes() { "step x = " } else { "probe x = " };
                self.wrong_word(callee.span, &name.text, "is an effect", "`run` runs a plan", instead);
                None
            }
            Callee::Library(_) | Callee::Method(_) => {
                self.ignored_arguments(arguments);
                self.wrong_word(callee.span, &name.text, "only computes", "`run` runs a plan", "let x = ");
                None
            }
            Callee::Broken => {
                self.names_are_used(arguments);
                None
            }
        }
    }

    /// A plan that an event starts knows that event, and so can't be run without; in a test the event is given.
    fn started_by_hand(&mut self, name: &Name, tree: &ast::Plan) {
        let on = tree.modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::On { event, .. } => Some((modifier.span, event)),
            _ => None,
        });
        if let Some((place, event)) = on {
            let message = format!("`{}` is started by an event, and `run` has none", name.text);
            let help = format!("start it by its event: `emit {} {{ .. }}`", event.name.text);
            self.report(Diagnostic::new(Code::E0505, name.span, message, "").label(place, "what starts it").help(help));
        }
    }
}
