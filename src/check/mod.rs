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

mod action;
mod address;
mod arguments;
mod assign;
mod builtin;
mod call;
mod capabilities;
mod compensation;
mod construct;
mod control;
mod declarations;
mod dependencies;
mod expr;
mod fallible;
mod finality;
mod frame;
mod hidden;
mod lints;
mod mentions;
mod modules;
mod names;
mod narrow;
mod operators;
mod pass;
mod paths;
mod phases;
mod plan;
mod rollout;
mod scope;
mod statement;
mod step;
mod symbols;
mod types;
mod undo;
mod unsupported;

pub use modules::{LoadError, Loader};

use std::sync::Arc;

use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    ir::{Expr, ExprKind, ModuleId, Program, Type, Value},
    source::{Sources, Span},
};
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

/// Checks the program whose root file is called `name` and reads `text`; `loader` gives the files it imports.
pub fn check(name: &str, text: impl Into<Arc<str>>, loader: &dyn Loader) -> Checked {
    let loaded = modules::load(name, text.into(), loader);
    let mut checker = Checker::new(&loaded.sources, &loaded.modules, loaded.diagnostics);
    checker.program_of_all_files();
    let Checker { mut diagnostics, program, .. } = checker;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span(), diagnostic.code));
    let program = (!has_errors(&diagnostics)).then_some(program);
    Checked { sources: loaded.sources, diagnostics, program }
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
        self.root_grants();
        self.whole_plans();
    }

    /// What only a whole plan shows. Lints are kept for programs without errors.
    fn whole_plans(&mut self) {
        let mut pass = Pass { program: &self.program, sources: self.sources, diagnostics: Vec::new() };
        let fine = !has_errors(&self.diagnostics);
        for (plan, complete) in self.program.plans.iter().zip(&self.symbols.complete) {
            if *complete {
                undo::check(&mut pass, plan);
                finality::check(&mut pass, plan);
            }
        }
        if fine && !has_errors(&pass.diagnostics) {
            self.program.plans.iter().for_each(|plan| lints::check(&mut pass, plan));
        }
        let found = pass.diagnostics;
        self.diagnostics.extend(found);
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
