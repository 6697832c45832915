//! Statements in order, and the simple ones among them.

use super::{
    Checker,
    assign::{Want, What, same},
    frame::{Allowed, Around},
    placeholder,
    scope::BindingKind,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Block, BlockId, Check, Expr, ExprKind, Segment, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name, Template, WaitKind},
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
        while let Some(statement) = written.get(at) {
            if done.ends && !told {
                told = true;
                self.never_reached(statement.span);
            }
            let (emitted, ends) = if matches!(statement.kind, ast::StatementKind::Phase { .. }) {
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
        done
    }

    fn never_reached(&mut self, span: Span) {
        let message = "this is never reached";
        self.report(
            Diagnostic::new(Code::E0404, span, message, "what stands before always ends here")
                .help("drop it, or move it up"),
        );
    }

    /// One statement: what it becomes, and whether nothing comes after it.
    pub(super) fn statement(&mut self, statement: &'a ast::Statement) -> (Option<Statement>, bool) {
        use ast::StatementKind as Kind;
        let span = statement.span;
        self.allowed_in_block_step(statement);
        match &statement.kind {
            Kind::Goal(text) => {
                let text = self.text(text);
                self.frame.goals.push(text);
                (None, false)
            }
            Kind::Let { name, ty, value } => {
                let value = self.let_value(name, ty.as_deref(), value);
                let (local, _) = self.bind(name, value.ty.clone(), BindingKind::Let);
                (Some(plain(StatementKind::Let { local, value }, None, span)), false)
            }
            Kind::Probe { name, ty, call, modifiers } => {
                (Some(self.probe_statement(span, name, ty.as_deref(), call, modifiers)), false)
            }
            Kind::Step(step) => (Some(self.step(step, span)), false),
            Kind::When { branches, otherwise } => self.when(span, branches, otherwise.as_ref()),
            // Not looked into: what its items return would be judged as if it ended the plan.
            Kind::For { modifiers, .. } if modifiers.iter().any(|m| matches!(m.kind, ModifierKind::As(_))) => {
                self.skipped_for(statement, modifiers)
            }
            Kind::For { name, list, modifiers, body, compensation } => {
                (Some(self.for_loop(span, name, list, modifiers, body, compensation.as_deref())), false)
            }
            Kind::Rollout { binding, stages, body, compensation } => {
                (Some(self.rollout(span, binding.as_deref(), stages, body, compensation.as_deref())), false)
            }
            Kind::Gate(watch) => {
                self.gate(watch, span);
                (None, false)
            }
            Kind::Require { label, condition, otherwise } => {
                let (segment, check) =
                    self.check_statement(label.as_ref(), "require", condition, otherwise.as_ref(), span);
                (Some(plain(StatementKind::Require(check), Some(segment), span)), false)
            }
            Kind::Verify { label, condition, within, otherwise } => {
                let (segment, check) =
                    self.check_statement(label.as_ref(), "verify", condition, otherwise.as_ref(), span);
                let within = within.as_deref().map(|(within, every)| {
                    (self.expect(within, &Type::Duration, "`within`"), self.expect(every, &Type::Duration, "`every`"))
                });
                (Some(plain(StatementKind::Verify { check, within }, Some(segment), span)), false)
            }
            Kind::Wait { label, kind: WaitKind::Duration(duration) } => {
                let normal = self.normal(duration);
                let duration = self.expect(duration, &Type::Duration, "what is waited for");
                let segment = self.address(label.as_ref(), "wait", &normal, span);
                (Some(plain(StatementKind::Wait(duration), Some(segment), span)), false)
            }
            Kind::Commit { name, text } => (Some(self.commit(span, name.as_ref(), text)), false),
            Kind::Fail(text) => {
                let text = self.text(text);
                (Some(plain(StatementKind::Fail(text), None, span)), true)
            }
            Kind::Return(value) => self.return_statement(span, value.as_ref()),
            Kind::Error => {
                self.frame.unread = true;
                (None, false)
            }
            Kind::Phase { .. } => self.phases(std::slice::from_ref(statement)),
            Kind::Task { .. } => self.skipped(statement, "task"),
            Kind::WhenMatch { .. } => self.skipped(statement, "when"),
            Kind::Decide { .. } => self.skipped(statement, "decide"),
            Kind::Parallel { .. } => self.skipped(statement, "parallel"),
            Kind::Guard(_) => self.skipped(statement, "guard"),
            Kind::On { .. } => self.skipped(statement, "on"),
            Kind::Wait { kind: WaitKind::Until { .. }, .. } => self.skipped(statement, "wait until"),
            Kind::Wait { kind: WaitKind::Event { .. }, .. } => self.skipped(statement, "wait for"),
            Kind::Approve { .. } => self.skipped(statement, "approve"),
            Kind::Emit { .. } => self.skipped(statement, "emit"),
            Kind::Attempt { .. } => self.skipped(statement, "attempt"),
            Kind::Run { .. } => self.skipped(statement, "run"),
            Kind::AfterEach { .. } => self.skipped(statement, "after each"),
            Kind::Unwind => self.skipped(statement, "unwind"),
        }
    }

    fn skipped(&mut self, statement: &ast::Statement, what: &str) -> (Option<Statement>, bool) {
        self.unsupported_statement(statement, what);
        (None, false)
    }

    fn skipped_for(&mut self, statement: &'a ast::Statement, modifiers: &'a [Modifier]) -> (Option<Statement>, bool) {
        self.unsupported_names(statement);
        for modifier in modifiers.iter().filter(|modifier| !matches!(modifier.kind, ModifierKind::Keyed(_))) {
            self.loop_modifier(modifier);
        }
        (None, false)
    }

    fn allowed_in_block_step(&mut self, statement: &ast::Statement) {
        use ast::StatementKind as Kind;
        let inside = self.frame.around.iter().rev().find(|around| **around != Around::When && **around != Around::For);
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
                Diagnostic::new(Code::E0408, statement.span, message, "")
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
                self.decoded(value, &ty, written.span)
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
                let name = match &call.kind {
                    ast::ExprKind::Call { callee, .. } => self.sources.text(callee.span),
                    _ => self.sources.text(call.span),
                };
                self.wrong_word(call.span, name, "only computes", "a `probe` looks", "let x = ");
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

    fn check_statement(
        &mut self,
        label: Option<&Name>,
        keyword: &str,
        condition: &ast::Expr,
        otherwise: Option<&Template>,
        span: Span,
    ) -> (Segment, Check) {
        let text = self.normal(condition);
        let segment = self.address(label, keyword, &text, span);
        let check = self.check_condition(condition, otherwise, text);
        self.frame.facts.learn(&check.condition, true);
        (segment, check)
    }

    /// A condition that may look.
    pub(super) fn check_condition(
        &mut self,
        condition: &ast::Expr,
        otherwise: Option<&Template>,
        text: String,
    ) -> Check {
        let value = self.infer_in(Allowed::Look, condition, Some(&Type::Bool));
        let condition = self.coerce(value, &Type::Bool, Want { what: What::Text("a condition"), place: None });
        Check { condition, text: text.into(), otherwise: otherwise.map(|text| Box::new(self.text(text))) }
    }

    fn commit(&mut self, span: Span, name: Option<&Name>, text: &Template) -> Statement {
        let normal = self.normal_text(text);
        let segment = match name {
            Some(name) if self.free(name) => {
                self.frame.scopes.set(name.text.clone(), super::scope::Named::Broken(name.span));
                self.named_address(name)
            }
            Some(name) => Segment::name(&name.text),
            None => self.address(None, "commit", &normal, span),
        };
        let text = self.text(text);
        plain(StatementKind::Commit(text), Some(segment), span)
    }

    fn return_statement(&mut self, span: Span, value: Option<&ast::Expr>) -> (Option<Statement>, bool) {
        let crossed = self.frame.around.iter().rev().find(|around| **around != Around::When).copied();
        if let Some(around) = crossed {
            let message = format!("`return` can't leave {}", around.word());
            let help = "`return` ends the plan: write it behind, or end with `fail`";
            self.report(Diagnostic::new(Code::E0408, span, message, "").help(help));
        }
        let result = self.frame.result.clone().unwrap_or(Type::Error);
        let value = match value {
            None if matches!(result, Type::Nothing | Type::Error) => None,
            None => {
                let message = format!("`return` needs a value: the plan gives `{result}`");
                self.report(Diagnostic::new(Code::E0311, span, message, ""));
                None
            }
            Some(value) if result == Type::Nothing => {
                self.infer(value, None);
                let message = "the plan gives nothing, and this is a value";
                self.report(
                    Diagnostic::new(Code::E0301, value.span, message, "")
                        .help("say what it gives: `plan name(..) -> Type { .. }`"),
                );
                None
            }
            Some(value) => Some(self.expect(value, &result, "the result")),
        };
        (Some(plain(StatementKind::Return(value), None, span)), crossed.is_none())
    }

    /// `takes` and `risk` say something to people: they are checked, and not run.
    pub(super) fn estimates(&mut self, modifiers: &[Modifier]) {
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Takes(spans) => spans.iter().for_each(|span| {
                    self.expect(span, &Type::Duration, "`takes`");
                }),
                ModifierKind::Risk(risk) => {
                    self.expect(risk, &Type::Risk, "`risk`");
                }
                _ => {}
            }
        }
    }

    /// `timeout` of a scope.
    pub(super) fn no_scope_timeout(&mut self, modifiers: &[Modifier], what: &str) {
        for modifier in modifiers {
            if matches!(modifier.kind, ModifierKind::Timeout(_)) {
                self.unsupported(modifier.span, &format!("timeout of {what}"));
            }
        }
    }

    pub(super) fn misplaced_modifier(&mut self, modifier: &Modifier, place: &str) {
        let written = self.sources.text(modifier.span).split_whitespace().next().unwrap_or_default();
        let message = format!("`{written}` does not stand {place}");
        self.error(Code::E0408, modifier.span, message);
    }

    /// A title, which is a text.
    pub(super) fn title(&mut self, title: Option<&Template>) -> Option<Expr> {
        title.map(|title| self.text(title))
    }
}

/// A statement without a title.
pub(super) fn plain(kind: StatementKind, segment: Option<Segment>, span: Span) -> Statement {
    Statement { kind, segment, title: None, span }
}
