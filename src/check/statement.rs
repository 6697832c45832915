//! Statements in order, and the simple ones among them.

use super::{
    Checker,
    assign::same,
    decide::Decision,
    frame::{Allowed, Around},
    head,
    loops::Loop,
    people::Task,
    placeholder,
    scope::BindingKind,
    subplan::SubPlan,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Block, BlockId, Estimate, Expr, ExprKind, Segment, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, Name, Template},
};

/// What a list of statements becomes, and whether one gets out of it at its end.
pub(super) struct Done {
    pub(super) statements: Vec<Statement>,
    pub(super) ends: bool,
}

impl<'a> Checker<'a> {
    /// A block of its own, in the scope that is open.
    pub(super) fn block(&mut self, block: &'a ast::Block) -> (BlockId, bool) {
        let mark = self.frame.facts.mark();
        let Done { statements, ends } = self.statements(&block.statements);
        self.frame.facts.forget(mark);
        (self.add_block(statements), ends)
    }

    pub(super) fn add_block(&mut self, statements: Vec<Statement>) -> BlockId {
        self.program.blocks.push(Block { statements });
        BlockId(self.program.blocks.len() as u32 - 1)
    }

    /// Statements one after another; phases that stand together are one.
    pub(super) fn statements(&mut self, written: &'a [ast::Statement]) -> Done {
        let mut done = Done { statements: Vec::with_capacity(written.len()), ends: false };
        let mut at = 0;
        let mut told = false;
        self.frame.phases_of_blocks.push(phases_of(written));
        while let Some(statement) = written.get(at) {
            if done.ends && !told {
                told = true;
                self.never_reached(statement.span);
            }
            let (emitted, ends) = if matches!(statement.kind, ast::StatementKind::Phase { .. }) {
                if written[..at].iter().all(|before| !matches!(before.kind, ast::StatementKind::Phase { .. })) {
                    done.statements.extend(self.after_each_of(written));
                }
                let run = super::phases::run_length(&written[at..]);
                let phases = self.phases(&written[at..at + run]);
                at += run;
                phases
            } else {
                at += 1;
                self.statement(statement)
            };
            done.ends |= ends;
            done.statements.extend(emitted);
        }
        self.frame.phases_of_blocks.pop();
        done
    }

    fn never_reached(&mut self, span: Span) {
        let message = "this is never reached";
        self.report(
            Diagnostic::new(
                Code::E0404,
                head::head(self.sources, span),
                message,
                "what stands before always ends here",
            )
            .help("drop it, or move it up"),
        );
    }

    /// One statement: what it becomes, and whether nothing comes after it.
    pub(super) fn statement(&mut self, statement: &'a ast::Statement) -> (Option<Statement>, bool) {
        use ast::StatementKind as Kind;
        let span = statement.span;
        self.allowed_in_block_step(statement);
        self.frame.word = begun(statement);
        let emitted = match &statement.kind {
            Kind::Phase { .. } => return self.phases(std::slice::from_ref(statement)),
            Kind::When { branches, otherwise } => return self.when(span, branches, otherwise.as_ref()),
            Kind::WhenMatch { value, arms } => return self.when_match(span, value, arms),
            Kind::Decide { name, question, by, modifiers, options } => {
                return self.decide(span, Decision { name, question, by: by.as_ref(), modifiers, options });
            }
            Kind::Attempt { name, body, alias, otherwise } => {
                return self.attempt(span, name.as_ref(), body, alias.as_ref(), otherwise);
            }
            Kind::Parallel { limit, branches } => return self.parallel(span, limit.as_ref(), branches),
            Kind::Fail(text) => {
                let text = self.text(text);
                return (Some(plain(StatementKind::Fail(text), None, span)), true);
            }
            Kind::Return(value) => return self.return_statement(span, value.as_ref()),
            Kind::Goal(text) => {
                let text = self.text(text);
                self.frame.goals.push(text);
                None
            }
            Kind::Let { name, ty, value } => {
                let value = self.let_value(name, ty.as_deref(), value);
                let (local, _) = self.bind(name, value.ty.clone(), BindingKind::Let);
                Some(plain(StatementKind::Let { local, value }, None, span))
            }
            Kind::Probe { name, ty, call, modifiers } => {
                Some(self.probe_statement(span, name, ty.as_deref(), call, modifiers))
            }
            Kind::Step(step) => Some(self.step(step, span)),
            Kind::Task { name, ty, text, by, modifiers, compensation } => {
                let (ty, compensation) = (ty.as_deref(), compensation.as_deref());
                Some(self.task(span, Task { name, ty, text, by, modifiers, compensation }))
            }
            Kind::For { name, list, modifiers, body, compensation } => {
                let compensation = compensation.as_deref();
                Some(self.for_loop(span, Loop { name, list, modifiers, body, compensation }))
            }
            Kind::Rollout { binding, stages, body, compensation } => {
                Some(self.rollout(span, binding.as_deref(), stages, body, compensation.as_deref()))
            }
            Kind::Gate(watch) => {
                self.gate(watch, span);
                None
            }
            Kind::Guard(watch) => Some(self.guard(watch, span)),
            Kind::Require { label, condition, otherwise } => {
                Some(self.require(span, label.as_ref(), condition, otherwise.as_ref()))
            }
            Kind::Verify { label, condition, within, otherwise } => {
                Some(self.verify(span, label.as_ref(), condition, within.as_deref(), otherwise.as_ref()))
            }
            Kind::On { event, alias, condition, body } => {
                self.handler(span, event, alias.as_ref(), condition.as_ref(), body)
            }
            Kind::Wait { label, kind } => self.waiting(span, label.as_ref(), kind),
            Kind::Approve { name, question, by, modifiers } => {
                Some(self.approve(span, name.as_ref(), question, by, modifiers))
            }
            Kind::Emit { event, payload } => self.emit(span, event, payload.as_ref()),
            Kind::Commit { name, text } => Some(self.commit(span, name.as_ref(), text)),
            Kind::Run { name, ty, call, modifiers, compensation } => {
                let (name, ty, compensation) = (name.as_ref(), ty.as_deref(), compensation.as_deref());
                self.sub_plan(span, SubPlan { name, ty, call, modifiers, compensation })
            }
            Kind::AfterEach { alias, body } => self.after_each_here(span, alias, body),
            Kind::Unwind => Some(self.unwind(span)),
            Kind::Error => {
                self.frame.unread = true;
                None
            }
        };
        (emitted, false)
    }

    fn allowed_in_block_step(&mut self, statement: &ast::Statement) {
        use ast::StatementKind as Kind;
        let part_of_it = |around: &&Around| matches!(around, Around::When | Around::For | Around::Collecting);
        let inside = self.frame.around.iter().rev().find(|around| !part_of_it(around));
        let fine = matches!(
            statement.kind,
            Kind::Let { .. }
                | Kind::Probe { .. }
                | Kind::Step(_)
                | Kind::When { .. }
                | Kind::WhenMatch { .. }
                | Kind::For { .. }
                | Kind::Error
        );
        if inside == Some(&Around::BlockStep) && !fine {
            let message = "a step with a block only holds `let`, `probe`, `step`, `when` and `for`";
            self.report(
                Diagnostic::new(Code::E0408, head::head(self.sources, statement.span), message, "")
                    .help("make the step a `phase`, or move this out"),
            );
        }
    }

    /// The value of a `let`.
    pub(super) fn let_value(&mut self, name: &Name, ty: Option<&ast::Type>, value: &ast::Expr) -> Expr {
        match ty {
            Some(written) => {
                let ty = self.declared_type(written);
                let value = self.infer_in(Allowed::Pure, value, Some(&ty));
                self.decoded(&name.text, value, &ty, written.span)
            }
            None => {
                let value = self.infer_in(Allowed::Pure, value, None);
                self.must_be_told(name, &value, true);
                value
            }
        }
    }

    fn probe_statement(
        &mut self,
        span: Span,
        name: &Name,
        ty: Option<&ast::Type>,
        call: &ast::Expr,
        modifiers: &[Modifier],
    ) -> Statement {
        let look = self.look(call, ty);
        let tries = self.tries(modifiers);
        let (local, _) = self.bind(name, look.ty.clone(), BindingKind::Probe);
        let segment = self.named_address(name);
        plain(StatementKind::Probe { local, look, tries }, Some(segment), span)
    }

    /// The one look of a `probe` statement.
    pub(super) fn look(&mut self, call: &ast::Expr, ty: Option<&ast::Type>) -> Expr {
        let wanted = ty.map(|ty| (self.declared_type(ty), ty.span));
        let look = self.infer_in(Allowed::Look, call, wanted.as_ref().map(|(ty, _)| ty));
        match &look.kind {
            ExprKind::Look(..) | ExprKind::Effect(_) => {}
            _ if look.ty == Type::Error => return Expr { ty: wanted.map_or(Type::Error, |(ty, _)| ty), ..look },
            _ => {
                let called = match &call.kind {
                    ast::ExprKind::Call { callee, .. } => callee.span,
                    _ => call.span,
                };
                let name = self.sources.text(called);
                self.wrong_word(called, name, "only computes", "a `probe` looks", "let x = ");
                return placeholder(look.span);
            }
        }
        let Some((ty, place)) = wanted else { return look };
        if look.ty == Type::Json && ty != Type::Json {
            let span = look.span;
            return Expr { kind: ExprKind::Decode(Box::new(look)), ty, span };
        }
        if same(&look.ty, &ty) {
            return Expr { ty, ..look };
        }
        self.does_not_decode(look.span, &look.ty, &ty, place);
        placeholder(look.span)
    }

    /// A written type that what is bound does not have.
    pub(super) fn does_not_decode(&mut self, span: Span, found: &Type, wanted: &Type, place: Span) {
        let message = format!("this gives `{found}`, not `{wanted}`");
        self.report(
            Diagnostic::new(Code::E0301, span, message, format!("gives `{found}`"))
                .label(place, format!("`{wanted}` is asked for here"))
                .help("only `Json` is decoded to another type"),
        );
    }

    fn commit(&mut self, span: Span, name: Option<&Name>, text: &Template) -> Statement {
        let normal = self.normal_text(text);
        let segment = match name {
            Some(name) => self.valueless(name, "a commit"),
            None => self.address(None, "commit", &normal, span),
        };
        let text = self.text(text);
        plain(StatementKind::Commit(text), Some(segment), span)
    }
}

/// The word of a statement that only binds what it calls, and what that is: another word may be meant.
fn begun(statement: &ast::Statement) -> Option<(Span, Span)> {
    use ast::StatementKind as Kind;
    let (word, call) = match &statement.kind {
        Kind::Let { value, .. } => ("let", value),
        Kind::Probe { call, modifiers, .. } if modifiers.is_empty() => ("probe", call),
        Kind::Run { name: Some(_), call, modifiers, compensation: None, .. } if modifiers.is_empty() => ("run", call),
        Kind::Step(step) if step.name.is_some() && step.modifiers.is_empty() && step.compensation.is_none() => {
            match &step.body {
                ast::StepBody::Call(call) => ("step", call),
                ast::StepBody::Block(_) => return None,
            }
        }
        _ => return None,
    };
    let ast::ExprKind::Call { callee, .. } = &call.kind else { return None };
    let start = statement.span.start;
    Some((Span { end: start + word.len() as u32, ..statement.span }, callee.span))
}

/// The phases of a block.
fn phases_of(statements: &[ast::Statement]) -> Vec<Name> {
    let phases = statements.iter().filter_map(|statement| match &statement.kind {
        ast::StatementKind::Phase { name, .. } => Some(name.clone()),
        _ => None,
    });
    phases.collect()
}

/// A statement without a title.
pub(super) fn plain(kind: StatementKind, segment: Option<Segment>, span: Span) -> Statement {
    Statement { kind, segment, title: None, estimate: Estimate::default(), timeout: None, span }
}
