//! Tests: what is given must fit what it answers, and what is expected must be there.

mod address;
mod answers;
mod calls;
mod history;
mod places;

use smol_str::SmolStr;

use super::{Checker, declarations::stem, frame::Frame, head, mentions, scope::BindingKind, symbols::Symbol};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{
        LocalId, ModuleId, PlanId, Type,
        builtin::test_names,
        test::{GivenSubject, Test, TestStatement, TestStatementKind, TestTime, Under},
    },
    source::Span,
    syntax::ast::{self, Name},
};

/// What an operator can say while a plan runs.
const OPERATOR_WORDS: [&str; 5] = ["pause", "resume", "promote", "abort", "cancel"];

/// What is known of the test that is being checked.
#[derive(Default)]
struct Known {
    /// The plan that is run, if one is.
    plan: Option<PlanId>,
    /// Whether it is run above this place.
    run: bool,
    /// Whether something is expected.
    expects: bool,
    /// The names of expectations, which are locals like others.
    names: Vec<(&'static str, LocalId)>,
}

impl<'a> Checker<'a> {
    /// All tests of all files; those of the root file can be run.
    pub(super) fn tests(&mut self) {
        for at in 0..self.symbols.tests.len() {
            let (module, tree) = self.symbols.tests[at];
            let test = self.test(module, tree);
            self.program.tests.push(test);
        }
    }

    fn test(&mut self, module: ModuleId, tree: &'a ast::Test) -> Test {
        self.module = module;
        self.frame = Frame { in_test: true, ..Frame::open() };
        let mut known = Known { plan: self.plan_of(tree), ..Known::default() };
        let mut statements = Vec::with_capacity(tree.statements.len());
        for statement in &tree.statements {
            let kind = self.test_statement(statement, &mut known);
            statements.extend(kind.map(|kind| TestStatement { kind, span: statement.span }));
        }
        self.expects_something(tree, &known);
        self.unused();
        let frame = std::mem::take(&mut self.frame);
        let name = tree.name.plain().unwrap_or_else(|| SmolStr::new(self.sources.text(tree.name.span)));
        let imported = self.imported_names(module);
        Test { name, module, imported, statements, known: known.names, locals: frame.locals, span: tree.name.span }
    }

    /// What messages call the files and the calls that a file imports, and what it calls them itself.
    fn imported_names(&self, module: ModuleId) -> Vec<(SmolStr, SmolStr)> {
        let names = self.symbols.names[module.index()].values.iter().filter(|(_, declared)| !declared.own);
        let told = |symbol| match symbol {
            Symbol::Module(target) => Some(SmolStr::new(stem(&self.modules[target.index()].path))),
            Symbol::Probe(probe) => Some(self.symbols.probes[probe.index()].name.clone()),
            Symbol::Action(action) => Some(self.symbols.actions[action.index()].name.clone()),
            Symbol::Constant(_) | Symbol::Function(_) | Symbol::Plan(_) | Symbol::Broken => None,
        };
        names.filter_map(|(name, declared)| Some((told(declared.symbol)?, name.clone()))).collect()
    }

    fn expects_something(&mut self, tree: &ast::Test, known: &Known) {
        if known.expects || !self.modules[self.module.index()].has_read(tree.name.span) {
            return;
        }
        let message = "this test expects nothing, so it can't fail";
        let help = "say what must be so at the end: `expect outcome is completed`";
        self.report(Diagnostic::new(Code::W0601, tree.name.span, message, "").help(help));
    }

    fn test_statement(&mut self, statement: &'a ast::TestStatement, known: &mut Known) -> Option<TestStatementKind> {
        use ast::TestStatementKind as Kind;
        match &statement.kind {
            Kind::Let(binding) => self.test_let(binding),
            Kind::GivenOperator { word, text, time } => {
                self.operator_word(word);
                let reason = text.as_ref().map(|text| self.text(text));
                let time = self.test_time(time, known);
                Some(TestStatementKind::GivenOperator { word: word.text.clone(), reason, time })
            }
            Kind::GivenEvent { event, payload, time } => {
                let (found, ty) = self.event_with_payload(event);
                let payload = self.carried(&ty, payload.as_ref(), event.name.span);
                let time = self.test_time(time, known);
                Some(TestStatementKind::GivenEvent { event: found?, payload, time })
            }
            Kind::Given { subject, answers } => self.given(subject, answers, known),
            Kind::Run { call, under_every } => self.test_run(call, under_every.as_ref(), statement.span, known),
            Kind::ExpectCalled { call, times } => {
                self.expected_after_run(statement.span, known);
                let (call, _) = self.test_scope(|checker| checker.call_match(call));
                let times = times.as_ref().map(|times| self.expect(times, &Type::Int, "`times`"));
                Some(TestStatementKind::ExpectCalled(call?, times))
            }
            Kind::ExpectNever(call) => {
                self.expected_after_run(statement.span, known);
                let (call, _) = self.test_scope(|checker| checker.call_match(call));
                Some(TestStatementKind::ExpectNever(call?))
            }
            Kind::Expect(condition) => {
                if asks_about_a_run(condition) {
                    self.expected_after_run(statement.span, known);
                }
                known.expects = true;
                self.expected_addresses(condition, known);
                Some(TestStatementKind::Expect(self.expect(condition, &Type::Bool, "an expectation")))
            }
            Kind::Error => {
                self.frame.unread = true;
                None
            }
        }
    }

    fn test_let(&mut self, binding: &'a ast::Statement) -> Option<TestStatementKind> {
        let ast::StatementKind::Let { name, ty, value } = &binding.kind else { return None };
        let value = self.let_value(name, ty.as_deref(), value);
        let (local, _) = self.bind(name, value.ty.clone(), BindingKind::Let);
        Some(TestStatementKind::Let(local, value))
    }

    /// Names that are bound in `check` end with it.
    fn test_scope<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        self.frame.scopes.enter(Default::default());
        let checked = check(self);
        self.frame.scopes.leave();
        checked
    }

    fn given(
        &mut self,
        subject: &'a ast::GivenSubject,
        answers: &'a [ast::Answer],
        known: &Known,
    ) -> Option<TestStatementKind> {
        self.test_scope(|checker| {
            let (subject, place) = match subject {
                ast::GivenSubject::Address(address) => {
                    let (address, place) = checker.place(address, known);
                    (Some(GivenSubject::Address(address)), place)
                }
                ast::GivenSubject::Call(call) => {
                    let (call, place) = checker.call_match(call);
                    (call.map(GivenSubject::Call), place)
                }
            };
            let answers = answers.iter().map(|answer| checker.answer(answer, &place)).collect();
            Some(TestStatementKind::Given(subject?, answers))
        })
    }

    fn operator_word(&mut self, word: &Name) {
        if OPERATOR_WORDS.contains(&word.text.as_str()) {
            return;
        }
        let message = format!("an operator can't say `{}`", word.text);
        let help = || Some(format!("there is {}", super::names::listed(&OPERATOR_WORDS)));
        self.report(
            Diagnostic::new(Code::E0602, word.span, message, "").suggest(&word.text, OPERATOR_WORDS).or_help(help),
        );
    }

    fn test_time(&mut self, time: &'a ast::TestTime, known: &Known) -> TestTime {
        match time {
            ast::TestTime::After(after) => TestTime::After(self.expect(after, &Type::Duration, "`after`")),
            ast::TestTime::At(address) => TestTime::At(self.place(address, known).0),
        }
    }

    /// `run p(..) under every fault`: what is expected below is expected of it.
    fn test_run(
        &mut self,
        call: &'a ast::Expr,
        under_every: Option<&Name>,
        span: Span,
        known: &mut Known,
    ) -> Option<TestStatementKind> {
        let under = match under_every {
            None => Under::Nothing,
            Some(word) if word.text == "crash" => Under::EveryCrash,
            Some(_) => Under::EveryFault,
        };
        if known.run {
            let message = "a test runs one plan, once";
            let help = "make another test of it, or call both from a plan";
            self.report(Diagnostic::new(Code::E0603, span, message, "").help(help));
        }
        let called = self.called_plan(call);
        let result = called.as_ref().map(|(plan, _)| self.symbols.plans[plan.index()].result.clone());
        if known.names.is_empty() {
            self.bind_test_names(result.unwrap_or(Type::Error), span, known);
        }
        known.run = true;
        let (plan, arguments) = called?;
        Some(TestStatementKind::Run { plan, arguments, under })
    }

    fn bind_test_names(&mut self, result: Type, span: Span, known: &mut Known) {
        for (name, ty) in test_names(result) {
            let (local, binding) = self.frame.given(name, span, ty);
            self.frame.scopes.mark_used(binding);
            known.names.push((name, local));
        }
    }

    fn expected_after_run(&mut self, span: Span, known: &mut Known) {
        if !known.run && known.names.is_empty() && !self.has_unread_parts() {
            let message = "nothing is run before this expectation";
            let place = head::head(self.sources, span);
            self.report(Diagnostic::new(Code::E0603, place, message, "").help("write `run plan(..)` above it"));
        }
        if known.names.is_empty() {
            self.bind_test_names(Type::Error, span, known);
        }
        known.expects = true;
    }

    /// The plan that a test runs, for the addresses that are written above that.
    fn plan_of(&self, tree: &ast::Test) -> Option<PlanId> {
        let mut runs = tree.statements.iter().filter_map(|statement| match &statement.kind {
            ast::TestStatementKind::Run { call, .. } => Some(call),
            _ => None,
        });
        let ast::ExprKind::Call { callee, .. } = &runs.next()?.kind else { return None };
        match self.symbol_named(callee)? {
            Symbol::Plan(plan) => Some(plan),
            _ => None,
        }
    }

    /// What a callee names, if it is a name of this file or of an imported one.
    fn symbol_named(&self, callee: &ast::Expr) -> Option<Symbol> {
        let own = &self.symbols.names[self.module.index()].values;
        match &callee.kind {
            ast::ExprKind::Name(name) => own.get(name).map(|declared| declared.symbol),
            ast::ExprKind::Field { base, name, .. } => match (&base.kind, own) {
                (ast::ExprKind::Name(module), own) => match own.get(module)?.symbol {
                    Symbol::Module(module) => {
                        self.symbols.names[module.index()].values.get(&name.text).map(|declared| declared.symbol)
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether an expectation is about what happened, and not only about functions.
fn asks_about_a_run(condition: &ast::Expr) -> bool {
    let names = test_names(Type::Error);
    let asked = mentions::in_expr(condition);
    asked.iter().any(|mention| mention.module.is_none() && names.iter().any(|(name, _)| mention.name == *name))
}
