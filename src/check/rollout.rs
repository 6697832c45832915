//! Rollouts: stages, holds and gates.

use rust_decimal::Decimal;

use super::{
    Checker,
    assign::{Want, What},
    frame::Around,
    loops::is_scalar,
    placeholder,
    scope::BindingKind,
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, ExprKind, LocalId, Rollout, Segment, Stages, Statement, StatementKind, Type, Value},
    source::Span,
    syntax::ast::{self, RolloutBinding},
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
        self.frame.scopes.enter(Default::default());
        let (stages, variable) = self.stages(stages, binding);
        let outer = std::mem::take(&mut self.frame.gates);
        let (block, _, _) = self.scope(Around::Rollout, None, body);
        let gates = std::mem::replace(&mut self.frame.gates, outer);
        self.frame.scopes.leave();
        let compensation = self.scope_compensation(compensation, None);
        let rollout = Rollout { variable, stages, block, gates, compensation };
        Statement { title, ..plain(StatementKind::Rollout(Box::new(rollout)), Some(segment), span) }
    }

    fn rollout_address(&mut self, binding: Option<&RolloutBinding>, stages: &ast::Stages, span: Span) -> Segment {
        match binding {
            Some(binding) => self.valueless(&binding.name, "a rollout"),
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

    /// The stages, and their name, which their holds may mention.
    fn stages(&mut self, stages: &'a ast::Stages, binding: Option<&'a RolloutBinding>) -> (Stages, Option<LocalId>) {
        match stages {
            ast::Stages::In { list, hold } => {
                let list = self.infer(list, None);
                let list = self.present(list, "is gone through");
                let ty = self.item_type(&list);
                self.stage_type(&ty, list.span);
                let variable = self.stage_name(binding, ty);
                (Stages::In(list, self.hold(hold)), variable)
            }
            ast::Stages::Listed(written) => {
                let values = self.stage_values(written);
                let ty = values.first().map_or(Type::Error, |first| first.ty.clone());
                let variable = self.stage_name(binding, ty);
                let holds = written.iter().map(|stage| stage.hold.as_ref().map(|hold| self.hold(hold)));
                (Stages::Listed(values.into_iter().zip(holds).collect()), variable)
            }
        }
    }

    fn stage_values(&mut self, stages: &'a [ast::Stage]) -> Vec<Expr> {
        let mut values: Vec<Expr> = Vec::with_capacity(stages.len());
        for stage in stages {
            let value = self.stage_value(&stage.value, values.first().cloned());
            values.push(value);
        }
        self.must_increase(&values);
        values
    }

    fn stage_name(&mut self, binding: Option<&'a RolloutBinding>, ty: Type) -> Option<LocalId> {
        binding.map(|binding| self.bind(&binding.variable, ty, BindingKind::Variable).0)
    }

    fn hold(&mut self, hold: &'a ast::Expr) -> Expr {
        self.expect(hold, &Type::Duration, "how long a stage is held")
    }

    fn stage_value(&mut self, value: &'a ast::Expr, first: Option<Expr>) -> Expr {
        match first {
            None => {
                let value = self.infer(value, None);
                let value = self.present(value, "is a stage");
                if self.stage_type(&value.ty, value.span) { value } else { placeholder(value.span) }
            }
            Some(first) => {
                let value = self.infer(value, Some(&first.ty));
                let want = Want { what: What::Text("a stage like the first"), place: Some(first.span) };
                self.coerce(value, &first.ty, want)
            }
        }
    }

    fn stage_type(&mut self, ty: &Type, span: Span) -> bool {
        let fine = is_scalar(ty);
        if !fine {
            let message = format!("a stage must be a word or a number, not `{ty}`");
            let diagnostic = Diagnostic::new(Code::E0301, span, message, format!("this is `{ty}`"));
            self.report(match ty {
                Type::List(_) => {
                    diagnostic.help("stages are joined by `->`, or are those of a list: `as x in [..] for 1h`")
                }
                _ => diagnostic,
            });
        }
        fine
    }

    fn must_increase(&mut self, stages: &[Expr]) {
        for (before, after) in stages.iter().zip(stages.iter().skip(1)) {
            let (Some(low), Some(high)) = (self.percent(before), self.percent(after)) else { continue };
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
}
