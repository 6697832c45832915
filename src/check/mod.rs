//! From trees to diagnostics and, without errors, to the program that runs.
//!
//! The checker *elaborates*: one bidirectional walk over the immutable tree resolves names, infers types and emits
//! the typed program at once, so there is no second pass that must agree with the first. What a mistake leaves
//! behind has the type [`Type::Error`], which fits everything, so that nothing is reported
//! twice. What needs a whole plan (the way back, finality) is a pass over the emitted program.
//!
//! Nothing here reads a file, a clock or the environment: imports come through a [`Loader`]. Hash maps are looked
//! up, never iterated, so the same text always gives the same diagnostics and the same program. They are hashed fast,
//! not safely: a text that is made to be slow can be slow in many ways, and hurts only who checks it.

mod absent;
mod action;
mod additions;
mod address;
mod after_each;
mod allow;
mod arguments;
mod assign;
mod attempt;
mod builtin;
mod call;
mod capabilities;
mod choice;
mod clauses;
mod compensation;
mod conditions;
mod construct;
mod control;
mod danger;
mod decide;
mod declarations;
mod dependencies;
mod elsewhere;
mod events;
mod evidence;
mod exhaustive;
mod expr;
mod fallible;
mod figures;
mod finality;
mod frame;
mod head;
mod hidden;
mod holds;
mod lambda;
mod lints;
mod loops;
mod mentions;
mod methods;
mod misfit;
mod modules;
mod names;
mod narrow;
mod operators;
mod parallel;
mod pass;
mod paths;
mod pattern;
mod people;
mod phases;
mod plan;
mod reading;
mod returns;
mod rollout;
mod scheme;
mod scope;
mod scope_names;
mod secret;
mod shell;
mod standard;
mod statement;
mod step;
mod subplan;
mod symbols;
mod test;
mod types;
mod undo;
mod unknown;
mod unseen;
mod unused;
mod waits;
mod watch;
mod ways;

pub use additions::{Addition, Form};
pub use builtin::builtin_effects;
pub use modules::{LoadError, Loader};
pub use scope_names::{InScope, members_of};
pub use standard::is_standard;

use std::sync::Arc;

use crate::{
    diagnostic::{Code, Diagnostic, Levels, Severity, levels},
    ir::{Expr, ExprKind, ModuleId, Program, Type, Value},
    source::{Sources, Span},
};
use danger::DangerMap;
use frame::Frame;
use modules::Module;
use pass::Pass;
use symbols::Symbols;

/// What checking a program gives.
#[derive(Debug)]
pub struct Checked {
    /// All files that were read, root first.
    pub sources: Sources,
    /// What is wrong, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The program, if nothing is wrong with it but warnings.
    pub program: Option<Program>,
}

impl Checked {
    /// Whether the program can't run.
    pub fn has_errors(&self) -> bool {
        self.program.is_none()
    }
}

/// Checks the program whose root file is called `name` and reads `text`; `loader` gives the files it imports. Lints
/// have the levels they have unless a project says otherwise.
pub fn check(name: &str, text: impl Into<Arc<str>>, loader: &dyn Loader) -> Checked {
    check_at(name, text, loader, &Levels::default())
}

/// Checks a program as [`check`] does, with these levels of lints. There is no program where one is denied.
pub fn check_at(name: &str, text: impl Into<Arc<str>>, loader: &dyn Loader, levels: &Levels) -> Checked {
    check_with(name, text, &[], loader, levels).checked
}

/// A program together with what was declared beside its root file.
#[derive(Debug)]
pub struct CheckedWith {
    /// The program, in which the additions belong to the root file. They are the files behind it, in their order.
    pub checked: Checked,
    /// The names that can be used in the root file, in the order of their declarations.
    pub names: Vec<InScope>,
}

/// Checks a program as [`check_at`] does, as if the `additions` stood in its root file. What one declares takes the
/// place of what was called the same before, also where that is used already.
pub fn check_with(
    name: &str,
    text: impl Into<Arc<str>>,
    additions: &[Addition<'_>],
    loader: &dyn Loader,
    levels: &Levels,
) -> CheckedWith {
    let loaded = modules::load(name, text.into(), additions, loader);
    let mut checker = Checker::new(&loaded.sources, &loaded.modules, loaded.diagnostics);
    checker.program_of_all_files();
    let names = checker.in_scope();
    let Checker { mut diagnostics, program, .. } = checker;
    allow::apply(&loaded.sources, &loaded.modules, &mut diagnostics);
    levels::apply(&mut diagnostics, levels);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.code));
    let program = (!has_errors(&diagnostics)).then_some(program);
    CheckedWith { checked: Checked { sources: loaded.sources, diagnostics, program }, names }
}

/// The state of the walk: what is known of all files, and the [`Frame`] of the body it is in.
struct Checker<'a> {
    sources: &'a Sources,
    modules: &'a [Module],
    symbols: Symbols<'a>,
    diagnostics: Vec<Diagnostic>,
    program: Program,
    /// The file whose declaration is being checked.
    module: ModuleId,
    frame: Frame,
    /// How much was looked through to tell what unknown names may mean.
    searched: usize,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources, modules: &'a [Module], diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            sources,
            modules,
            symbols: Symbols::default(),
            diagnostics,
            program: Program::default(),
            module: ModuleId(0),
            frame: Frame::default(),
            searched: 0,
        }
    }

    /// Declarations first, then constants and functions in the order of what they need, then everything else.
    fn program_of_all_files(&mut self) {
        self.gather();
        self.resolve_types();
        self.signatures();
        self.capabilities();
        self.constants_and_functions();
        self.probes_and_actions();
        self.plans();
        self.tests();
        self.root_grants();
        self.whole_plans();
    }

    /// What only a whole plan shows. Lints are kept for programs without errors.
    fn whole_plans(&mut self) {
        let mut pass = Pass { program: &self.program, sources: self.sources, diagnostics: Vec::new() };
        let fine = !has_errors(&self.diagnostics);
        let (runs, complete) = (pass.runs(), &self.symbols.complete);
        let holds = holds::holds(&pass, &runs);
        let (notes, left) = finality::check(&mut pass, &runs, complete);
        let doubts = undo::Doubts::new(&pass, &runs, &self.symbols, self.modules);
        let known = undo::Known { dangers: DangerMap::new(&self.program, &runs), holds: &holds, left: &left, doubts };
        let undone = undo::check(&mut pass, &known);
        if fine && !has_errors(&pass.diagnostics) {
            pass.diagnostics.extend(undone);
            lints::check(&mut pass, &holds, &notes);
        }
        let found = pass.diagnostics;
        self.diagnostics.extend(found);
        if !has_errors(&self.diagnostics) {
            let (imports, capabilities) = (self.unused_imports(), self.unused_capabilities());
            self.diagnostics.extend(imports.into_iter().chain(capabilities));
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports a mistake whose label repeats nothing: the message says it all.
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(code, span, message, ""));
    }

    /// What is wrong is in a part that could not be read: names it would have declared are not missed.
    fn has_unread_parts(&self) -> bool {
        self.frame.unread || self.modules[self.module.index()].unread
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// What stands in the program where a mistake was reported.
fn placeholder(span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Value::None), ty: Type::Error, span }
}
