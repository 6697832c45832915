//! Steps: one effect, or several as one entry of the plan.

use std::rc::Rc;

use super::{
    Checker,
    assign::same,
    frame::Around,
    scope::{BindingKind, Group, Named},
    statement::plain,
    types::optional,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{self, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name, StepBody},
};

impl<'a> Checker<'a> {
    /// A step in either form.
    pub(super) fn step(&mut self, step: &'a ast::Step, span: Span) -> Statement {
        match &step.body {
            StepBody::Call(call) => self.call_step(step, call, span),
            StepBody::Block(block) => self.block_step(step, block, span),
        }
    }

    fn call_step(&mut self, step: &'a ast::Step, call: &'a ast::Expr, span: Span) -> Statement {
        let written = step.ty.as_ref().map(|ty| (self.declared_type(ty), ty.span));
        let expects = match (&written, &step.name) {
            (Some((ty, _)), _) => ty.clone(),
            (None, Some(_)) => Type::String,
            (None, None) => Type::Nothing,
        };
        let (operation, gives) = self.operation(call, &expects, "a step changes something");
        let (ty, decode) = self.decoded_type(call.span, gives, written);
        let tries = self.tries(&step.modifiers);
        let estimate = self.estimate(&step.modifiers);
        let best_effort = has(&step.modifiers, &ModifierKind::BestEffort);
        let ty = if best_effort && ty != Type::Nothing { optional(ty) } else { ty };
        let title = self.title(step.title.as_ref());
        let (segment, local, binding) = match &step.name {
            Some(name) => {
                let (local, binding) = self.bind(name, ty, BindingKind::Step);
                (Some(self.named_address(name)), Some(local), Some(binding))
            }
            None => (last_word(call).map(|word| self.call_address("step", &word)), None, None),
        };
        let compensation = step.compensation.as_deref().map(|written| self.compensation(written, binding));
        let step = ir::Step {
            local,
            operation,
            decode,
            tries,
            irreversible: has(&step.modifiers, &ModifierKind::Irreversible),
            best_effort,
            compensation,
        };
        Statement { title, estimate, ..plain(StatementKind::Step(Box::new(step)), segment, span) }
    }

    /// The type of what a step or sub-plan gives, and what it is decoded to.
    pub(super) fn decoded_type(
        &mut self,
        span: Span,
        gives: Type,
        written: Option<(Type, Span)>,
    ) -> (Type, Option<Type>) {
        let Some((ty, place)) = written else { return (gives, None) };
        if gives == Type::Json && ty != Type::Json {
            return (ty.clone(), Some(ty));
        }
        if !same(&gives, &ty) {
            self.does_not_decode(span, &gives, &ty, place);
        }
        (ty, None)
    }

    fn block_step(&mut self, step: &'a ast::Step, block: &'a ast::Block, span: Span) -> Statement {
        let estimate = self.estimate(&step.modifiers);
        let timeout = self.timeout(&step.modifiers);
        for modifier in &step.modifiers {
            if !matches!(modifier.kind, ModifierKind::Takes(_) | ModifierKind::Risk(_) | ModifierKind::Timeout(_)) {
                self.misplaced_modifier(modifier, "on a step with a block");
            }
        }
        let title = self.title(step.title.as_ref());
        let Some(name) = &step.name else {
            let message = "a step with a block needs a name";
            self.report(Diagnostic::new(Code::E0408, span, message, "").help("write `step x { .. }`"));
            let (block, _) = self.block(block);
            let kind = StatementKind::BlockStep { block, compensation: None };
            return Statement { title, estimate, timeout, ..plain(kind, None, span) };
        };
        let fresh = self.free(name);
        let (block, names, _) = self.scope(Around::BlockStep, Some(name), block);
        let compensation = self.scope_compensation(step.compensation.as_deref(), Some(&names));
        let group = Group::part(name.span, names);
        let named = if fresh { Named::Group(Rc::new(group)) } else { Named::Broken(name.span) };
        self.frame.scopes.set(name.text.clone(), named);
        let segment = self.named_address(name);
        let kind = StatementKind::BlockStep { block, compensation };
        Statement { title, estimate, timeout, ..plain(kind, Some(segment), span) }
    }

    /// A block that is a scope of its own for names and addresses.
    pub(super) fn scope(
        &mut self,
        around: Around,
        name: Option<&Name>,
        block: &'a ast::Block,
    ) -> (ir::BlockId, super::scope::Names, bool) {
        let reuse = name.map(|name| self.frame.scopes.reuse_in(&name.text)).unwrap_or_default();
        self.frame.scopes.enter(reuse);
        self.frame.addresses.enter();
        self.frame.around.push(around);
        let (block, ends) = self.block(block);
        self.frame.around.pop();
        self.frame.addresses.leave();
        let (names, reuse) = self.frame.scopes.leave();
        if let Some(name) = name {
            self.frame.scopes.give_back_in(&name.text, reuse);
        }
        (block, names, ends)
    }
}

/// Whether a modifier without arguments stands there.
pub(super) fn has(modifiers: &[Modifier], wanted: &ModifierKind) -> bool {
    modifiers.iter().any(|modifier| modifier.kind == *wanted)
}

/// The last word of what is called: `reserve` of `shop.reserve(..)`.
pub(super) fn last_word(call: &ast::Expr) -> Option<Name> {
    let ast::ExprKind::Call { callee, .. } = &call.kind else { return None };
    match &callee.kind {
        ast::ExprKind::Name(text) => Some(Name { text: text.clone(), span: callee.span }),
        ast::ExprKind::Field { name, .. } => Some(name.clone()),
        _ => None,
    }
}
