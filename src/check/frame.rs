//! What is known inside one body: its names, what it may do, and what stands around the place.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::{
    Checker,
    address::Addresses,
    narrow::Facts,
    phases::Run,
    scope::{Binding, BindingId, BindingKind, Named, Reuse, Scopes},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, Gate, Local, LocalId, Type},
    source::Span,
    syntax::ast::Name,
};

/// The state of the body that is being checked.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) locals: Vec<Local>,
    pub(super) scopes: Scopes,
    pub(super) facts: Facts,
    pub(super) allowed: Allowed,
    pub(super) addresses: Addresses,
    /// The runs of phases around this place, outermost first.
    pub(super) runs: Vec<Run>,
    /// How many runs of phases there were.
    pub(super) run_count: u32,
    /// What stands around this place, outermost first.
    pub(super) around: Vec<Around>,
    /// What must not be mentioned here, and why: the result in `compensate always`.
    pub(super) refused: Option<BindingId>,
    /// The outer names that a compensation's block mentions.
    pub(super) captures: Option<Captures>,
    /// The constant whose value this is.
    pub(super) constant: Option<usize>,
    /// What the plan is for.
    pub(super) goals: Vec<Expr>,
    /// The gates of the rollout around this place.
    pub(super) gates: Vec<Gate>,
    /// The whole of the path of names that is being looked up.
    pub(super) path: Option<Span>,
    /// What `return` gives, in a plan.
    pub(super) result: Option<Type>,
    /// Something here could not be read, so that names may be missing.
    pub(super) unread: bool,
    /// Something here is not supported and not looked into, so that names may be used there.
    pub(super) unsupported: bool,
}

/// What an expression may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Allowed {
    /// Compute.
    #[default]
    Pure,
    /// Look, too.
    Look,
    /// Change something: the result of an action.
    Change,
}

/// What can stand around a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Phase,
    BlockStep,
    For,
    Rollout,
    Compensation,
    When,
}

impl Around {
    /// As it is written.
    pub(super) fn word(self) -> &'static str {
        match self {
            Around::Phase => "a phase",
            Around::BlockStep => "a step with a block",
            Around::For => "a loop",
            Around::Rollout => "a rollout",
            Around::Compensation => "a compensation",
            Around::When => "a branch",
        }
    }
}

/// The outer names that a block mentions.
#[derive(Debug, Default)]
pub(super) struct Captures {
    /// Locals from here on belong to the block.
    pub(super) from: u32,
    pub(super) found: IndexSet<LocalId, FxBuildHasher>,
}

impl Captures {
    /// Adds a local that the block mentions, unless it is the block's own.
    pub(super) fn mention(&mut self, local: LocalId) {
        if local.0 < self.from {
            self.found.insert(local);
        }
    }
}

impl Frame {
    /// A frame with one open scope.
    pub(super) fn open() -> Frame {
        let mut frame = Frame::default();
        frame.scopes.enter(Reuse::default());
        frame
    }

    /// A new local.
    pub(super) fn local(&mut self, name: SmolStr, ty: Type) -> LocalId {
        self.locals.push(Local { name, ty });
        LocalId(self.locals.len() as u32 - 1)
    }

    /// A name that is there without being written: `key`, `result`.
    pub(super) fn given(&mut self, name: &str, span: Span, ty: Type) -> (LocalId, BindingId) {
        let local = self.local(SmolStr::new(name), ty.clone());
        let binding = Binding::new(SmolStr::new(name), span, local, ty, BindingKind::Given);
        let id = self.scopes.add(binding);
        self.scopes.set(SmolStr::new(name), Named::Value(id));
        (local, id)
    }
}

impl Checker<'_> {
    /// Binds a name to a value of a type; a name that is taken is reported, and the second one wins.
    pub(super) fn bind(&mut self, name: &Name, ty: Type, kind: BindingKind) -> (LocalId, BindingId) {
        self.free(name);
        let reused = self.frame.scopes.reused_local(&name.text, &ty);
        let local = reused.unwrap_or_else(|| self.frame.local(name.text.clone(), ty.clone()));
        let binding = Binding::new(name.text.clone(), name.span, local, ty, kind);
        let id = self.frame.scopes.add(binding);
        self.frame.scopes.set(name.text.clone(), Named::Value(id));
        (local, id)
    }

    /// Reports a name that is taken already, and warns of one that hides a constant.
    pub(super) fn free(&mut self, name: &Name) -> bool {
        if let Some(first) = self.frame.scopes.taken(&name.text) {
            if let Some(Named::Value(id)) = self.frame.scopes.get(&name.text) {
                let id = *id;
                self.frame.scopes.mark_used(id);
            }
            self.taken(name, first);
            return false;
        }
        self.hidden_constant(name);
        true
    }

    fn hidden_constant(&mut self, name: &Name) {
        let declared = self.symbols.names[self.module.index()].values.get(&name.text);
        let Some(declared) = declared.filter(|declared| matches!(declared.symbol, super::symbols::Symbol::Constant(_)))
        else {
            return;
        };
        let constant = declared.span;
        let message = format!("`{}` hides the constant of that name", name.text);
        self.report(
            Diagnostic::new(Code::W0202, name.span, message, "from here on the name means this")
                .label(constant, "the constant")
                .help("give one of them another name"),
        );
    }

    /// Warns of what was bound and is never used.
    pub(super) fn unused(&mut self) {
        if self.frame.unsupported || self.modules[self.module.index()].faulty {
            return;
        }
        let unused = self.frame.scopes.bindings().iter().filter(|binding| !binding.used);
        let warnings: Vec<Diagnostic> = unused.filter_map(unused_binding).collect();
        self.diagnostics.extend(warnings);
    }
}

fn unused_binding(binding: &Binding) -> Option<Diagnostic> {
    let what = match binding.kind {
        BindingKind::Parameter => "the parameter",
        BindingKind::Let => "",
        BindingKind::Probe => "the answer",
        BindingKind::Step | BindingKind::Variable | BindingKind::Given | BindingKind::Merged => return None,
    };
    if binding.name.starts_with('_') || binding.ty == Type::Error {
        return None;
    }
    let what = if what.is_empty() { String::new() } else { format!("{what} ") };
    let message = format!("{what}`{}` is never used", binding.name);
    let help = format!("drop it, or write `_{}` if it is meant to be so", binding.name);
    Some(Diagnostic::new(Code::W0201, binding.span, message, "").help(help))
}
