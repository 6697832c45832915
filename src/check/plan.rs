//! Plans.

use super::{Checker, symbols::Symbol};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Plan, PlanId, Type},
    syntax::ast::{Modifier, ModifierKind},
};

impl Checker<'_> {
    /// All plans of all files.
    pub(super) fn plans(&mut self) {
        for at in 0..self.symbols.plans.len() {
            let plan = self.plan(at);
            self.program.plans.push(plan);
        }
    }

    fn plan(&mut self, at: usize) -> Plan {
        let (tree, module) = (self.symbols.plans[at].tree, self.symbols.plans[at].module);
        let result = self.symbols.plans[at].result.clone();
        let params = self.begin(module, &self.symbols.plans[at].params.clone(), &tree.params);
        self.owner(Symbol::Plan(PlanId(at as u32)));
        self.frame.result = Some(result.clone());
        self.plan_modifiers(&tree.modifiers);
        self.frame.addresses.enter();
        let (body, ends) = self.block(&tree.body);
        self.frame.addresses.leave();
        if !ends
            && !matches!(result, Type::Nothing | Type::Error)
            && !self.frame.unsupported
            && !self.modules[module.index()].faulty
        {
            let message = format!("`{}` may end without its value", tree.name.text);
            let place = tree.result.as_ref().map_or(tree.name.span, |ty| ty.span);
            let diagnostic = Diagnostic::new(Code::E0311, place, message, format!("it must give `{result}`"));
            self.report(diagnostic.help("end every way with `return ..` or `fail \"..\"`"));
        }
        self.unused();
        let faulty = self.modules[module.index()].faulty;
        let frame = std::mem::take(&mut self.frame);
        self.symbols.complete.push(!frame.unsupported && !faulty);
        Plan {
            name: self.symbols.plans[at].name.clone(),
            module,
            params: params.to_vec(),
            result,
            goals: frame.goals,
            body,
            locals: frame.locals,
            span: tree.name.span,
        }
    }

    fn plan_modifiers(&mut self, modifiers: &[Modifier]) {
        self.estimates(modifiers);
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::On { alias, .. } => {
                    self.unsupported(modifier.span, "on");
                    let named = super::scope::Named::Broken(alias.span);
                    self.frame.scopes.set(alias.text.clone(), named);
                }
                ModifierKind::Keyed(_) => self.unsupported(modifier.span, "keyed"),
                ModifierKind::Takes(_) | ModifierKind::Risk(_) => {}
                _ => self.misplaced_modifier(modifier, "on a plan"),
            }
        }
    }
}
