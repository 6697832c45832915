//! Rollouts: stages, holds and gates.

use rust_decimal::Decimal;

use super::{
    Checker,
    assign::{Want, What},
    control::is_scalar,
    frame::Around,
    scope::BindingKind,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, Gate, Rollout, Segment, Stages, Statement, StatementKind, Type, Value},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, RolloutBinding, Watch},
};

impl<'a> Checker<'a> {
    /// `rollout x as share 1% for 24h -> 10% { .. }`.
    pub(super) fn rollout(
        &mut self,
        span: Span,
        binding: Option<&'a RolloutBinding>,
        stages: &'a ast::Stages,
        body: &'a ast::Block,
        compensation: Option<&'a ast::Compensation>,
    ) -> Statement {
        let title = self.title(binding.and_then(|binding| binding.title.as_ref()));
        let segment = self.rollout_address(binding, stages, span);
        let (stages, ty) = self.stages(stages);
        self.frame.scopes.enter(Default::default());
        let variable = binding.map(|binding| self.bind(&binding.variable, ty, BindingKind::Variable).0);
        let outer = std::mem::take(&mut self.frame.gates);
        let (block, _, _) = self.scope(Around::Rollout, None, body);
        let gates = std::mem::replace(&mut self.frame.gates, outer);
        self.frame.scopes.leave();
        let compensation = self.scope_compensation(compensation, None);
        let rollout = Rollout { variable, stages, block, gates, compensation };
        Statement { kind: StatementKind::Rollout(Box::new(rollout)), segment: Some(segment), title, span }
    }

    fn rollout_address(&mut self, binding: Option<&RolloutBinding>, stages: &ast::Stages, span: Span) -> Segment {
        match binding {
            Some(binding) if self.free(&binding.name) => {
                let named = super::scope::Named::Broken(binding.name.span);
                self.frame.scopes.set(binding.name.text.clone(), named);
                self.named_address(&binding.name)
            }
            Some(binding) => Segment::name(&binding.name.text),
            None => {
                let text = self.stages_text(stages);
                self.address(None, "rollout", &text, span)
            }
        }
    }

    /// The stages as an address writes them.
    fn stages_text(&self, stages: &ast::Stages) -> String {
        match stages {
            ast::Stages::In { list, hold } => format!("in {} for {}", self.normal(list), self.normal(hold)),
            ast::Stages::Listed(stages) => {
                let texts = stages.iter().map(|stage| match &stage.hold {
                    Some(hold) => format!("{} for {}", self.normal(&stage.value), self.normal(hold)),
                    None => self.normal(&stage.value),
                });
                texts.collect::<Vec<_>>().join(" -> ")
            }
        }
    }

    fn stages(&mut self, stages: &'a ast::Stages) -> (Stages, Type) {
        match stages {
            ast::Stages::In { list, hold } => {
                let list = self.infer(list, None);
                let list = self.present(list, "is gone through");
                let ty = self.item_type(&list);
                self.stage_type(&ty, list.span);
                let hold = self.expect(hold, &Type::Duration, "how long a stage is held");
                (Stages::In(list, hold), ty)
            }
            ast::Stages::Listed(written) => {
                let mut listed: Vec<(Expr, Option<Expr>)> = Vec::with_capacity(written.len());
                for stage in written {
                    let value = self.stage_value(&stage.value, listed.first().map(|(first, _)| first.clone()));
                    let hold =
                        stage.hold.as_ref().map(|hold| self.expect(hold, &Type::Duration, "how long a stage is held"));
                    listed.push((value, hold));
                }
                self.must_increase(&listed);
                let ty = listed.first().map_or(Type::Error, |(first, _)| first.ty.clone());
                (Stages::Listed(listed), ty)
            }
        }
    }

    fn stage_value(&mut self, value: &'a ast::Expr, first: Option<Expr>) -> Expr {
        match first {
            None => {
                let value = self.infer(value, None);
                let value = self.present(value, "is a stage");
                self.stage_type(&value.ty, value.span);
                value
            }
            Some(first) => {
                let value = self.infer(value, Some(&first.ty));
                let want = Want { what: What::Text("a stage like the first"), place: Some(first.span) };
                self.coerce(value, &first.ty, want)
            }
        }
    }

    fn stage_type(&mut self, ty: &Type, span: Span) {
        if !is_scalar(ty) {
            let message = format!("a stage must be a word or a number, not `{ty}`");
            self.report(Diagnostic::new(Code::E0301, span, message, format!("this is `{ty}`")));
        }
    }

    fn must_increase(&mut self, stages: &[(Expr, Option<Expr>)]) {
        for pair in stages.windows(2) {
            let ([(before, _), (after, _)], Some(low), Some(high)) =
                (pair, self.percent(&pair[0].0), self.percent(&pair[1].0))
            else {
                continue;
            };
            if high <= low {
                let message = format!("stages must increase, and {high}% comes after {low}%");
                self.report(
                    Diagnostic::new(Code::E0409, after.span, message, "not more than before")
                        .label(before.span, "the stage before")
                        .help("to go back down, give the rollout a `compensate`"),
                );
            }
        }
    }

    fn percent(&self, expr: &Expr) -> Option<Decimal> {
        match &expr.kind {
            ExprKind::Literal(Value::Percent(percent)) => Some(percent.normalize()),
            ExprKind::Constant(id) => match &self.program.constants[id.index()].value.kind {
                ExprKind::Literal(Value::Percent(percent)) => Some(percent.normalize()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `gate errors: cond every 5m tolerate 2`, which stands directly in a rollout.
    pub(super) fn gate(&mut self, watch: &'a Watch, span: Span) {
        if self.frame.around.last() != Some(&Around::Rollout) {
            let message = "a `gate` stands directly in a rollout";
            self.report(
                Diagnostic::new(Code::E0408, span, message, "").help("elsewhere write `verify .. within .. every ..`"),
            );
        }
        let text = self.normal(&watch.condition);
        let segment = self.address(watch.label.as_ref(), "gate", &text, span);
        let check = self.check_condition(&watch.condition, watch.otherwise.as_ref(), text);
        let every = self.expect(&watch.every, &Type::Duration, "`every`");
        let tolerate = self.gate_modifiers(&watch.modifiers);
        self.frame.gates.push(Gate { segment, check, every, tolerate });
    }

    fn gate_modifiers(&mut self, modifiers: &'a [Modifier]) -> Option<Expr> {
        let mut tolerate = None;
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Tolerate(count) => tolerate = Some(self.expect(count, &Type::Int, "`tolerate`")),
                ModifierKind::OnUnknown(ast::Reaction::Undo) | ModifierKind::OnFail(ast::Reaction::Undo) => {}
                ModifierKind::OnUnknown(_) => self.unsupported(modifier.span, "on unknown"),
                ModifierKind::OnFail(_) => self.unsupported(modifier.span, "on fail"),
                _ => self.misplaced_modifier(modifier, "on a gate"),
            }
        }
        tolerate
    }
}
