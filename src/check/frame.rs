//! What is known inside one body: its names, what it may do, and what stands around the place.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashSet};
use smol_str::SmolStr;

use super::{
    Checker,
    address::Addresses,
    mentions,
    narrow::Facts,
    phases::Run,
    returns::Returns,
    scope::{Apart, Binding, BindingId, BindingKind, Named, Reuse, Scopes},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, Gate, Local, LocalId, Segment, Type},
    source::Span,
    syntax::ast::{Argument, Name},
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
    /// The word of the statement that is checked, and what is called in it if that is all it does.
    pub(super) word: Option<(Span, Span)>,
    /// A test, which sees names of its own.
    pub(super) in_test: bool,
    /// What an event is called here and carries, while it is asked which of them is meant.
    pub(super) event: Option<(Option<SmolStr>, Type)>,
    /// The plan whose body this is.
    pub(super) plan: Option<usize>,
    /// What the plan is for.
    pub(super) goals: Vec<Expr>,
    /// The gates of the rollout around this place.
    pub(super) gates: Vec<Gate>,
    /// The whole of the path of names that is being looked up.
    pub(super) path: Option<Span>,
    /// What a `.field` is a field of: the value that the function around it takes.
    pub(super) shorthand: Option<(LocalId, Type)>,
    /// What `return` ends at this place, outermost first: the plan, and what stands in it.
    pub(super) returns: Vec<Returns>,
    /// The phases of each block around this place, outermost first.
    pub(super) phases_of_blocks: Vec<Vec<Name>>,
    /// Something here could not be read, so that names may be missing.
    pub(super) unread: bool,
    /// Names that were used where they may not be there, which is reported: that nothing else uses them is not.
    pub(super) sought: FxHashSet<SmolStr>,
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
    /// `for .. as results`
    Collecting,
    Rollout,
    /// The way back of a step.
    Compensation,
    /// The own way back of a scope.
    ScopeCompensation,
    When,
    Option,
    Branch,
    /// An attempt without a name.
    Attempt,
    NamedAttempt,
    Handler,
    AfterEach,
}

impl Around {
    /// As it is written.
    pub(super) fn word(self) -> &'static str {
        match self {
            Around::Phase => "a phase",
            Around::BlockStep => "a step with a block",
            Around::For | Around::Collecting => "a loop",
            Around::Rollout => "a rollout",
            Around::Compensation | Around::ScopeCompensation => "a compensation",
            Around::When => "a `when`",
            Around::Option => "an option",
            Around::Branch => "a branch",
            Around::Attempt | Around::NamedAttempt => "an attempt",
            Around::Handler => "a handler",
            Around::AfterEach => "`after each`",
        }
    }

    /// Whether a `return` inside ends it.
    pub(super) fn is_returned_from(self) -> bool {
        matches!(self, Around::Collecting | Around::Branch | Around::NamedAttempt)
    }

    /// Whether it is no part of the run of its own, but one way or another through what is around it.
    pub(super) fn is_way(self) -> bool {
        matches!(self, Around::When | Around::Option | Around::Attempt)
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
    /// Binds a name to a value of a type; after one that is taken, which is reported, nothing is said about it.
    pub(super) fn bind(&mut self, name: &Name, ty: Type, kind: BindingKind) -> (LocalId, BindingId) {
        if self.free(name) {
            return self.bind_free(name, ty, kind);
        }
        let (local, id) = self.value_for(name, ty, kind, Vec::new());
        self.frame.scopes.mark_used(id);
        self.frame.scopes.set(name.text.clone(), Named::Broken(name.span));
        (local, id)
    }

    /// Binds a name that was found to be free.
    pub(super) fn bind_free(&mut self, name: &Name, ty: Type, kind: BindingKind) -> (LocalId, BindingId) {
        let (local, id) = self.value_for(name, ty, kind, Vec::new());
        self.frame.scopes.set(name.text.clone(), Named::Value(id));
        (local, id)
    }

    /// A value that a name will stand for; whoever uses it uses `sources`.
    pub(super) fn value_for(
        &mut self,
        name: &Name,
        ty: Type,
        kind: BindingKind,
        sources: Vec<BindingId>,
    ) -> (LocalId, BindingId) {
        let reused = self.frame.scopes.reused_local(&name.text, &ty);
        let local = reused.unwrap_or_else(|| self.frame.local(name.text.clone(), ty.clone()));
        let binding = Binding::new(name.text.clone(), name.span, local, ty, kind).made_of(sources);
        (local, self.frame.scopes.add(binding))
    }

    /// Makes a name known that has no value here.
    pub(super) fn set_apart(&mut self, name: &Name, apart: Apart) {
        self.frame.scopes.set(name.text.clone(), Named::Apart(apart, name.span));
    }

    /// The address of a part whose name has no value, and can't be bound again.
    pub(super) fn valueless(&mut self, name: &Name, what: &'static str) -> Segment {
        if self.free(name) {
            self.set_apart(name, Apart::Never(what));
        } else {
            self.frame.scopes.set(name.text.clone(), Named::Broken(name.span));
        }
        self.named_address(name)
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

    /// What is called is not known, and so neither is what its arguments should be: their names are used all the same.
    pub(super) fn names_are_used(&mut self, arguments: &[Argument]) {
        for mention in arguments.iter().flat_map(|argument| mentions::in_expr(&argument.value)) {
            if let Some(id) = self.frame.scopes.get(&mention.name).and_then(Named::value) {
                self.frame.scopes.mark_used(id);
            }
        }
    }

    /// Warns of what was bound and is never used.
    pub(super) fn unused(&mut self) {
        let module = &self.modules[self.module.index()];
        let unused = self.frame.scopes.bindings().iter().filter(|binding| {
            !binding.used && !self.frame.sought.contains(&binding.name) && module.has_read(binding.span)
        });
        let warnings: Vec<Diagnostic> = unused.filter_map(unused_binding).collect();
        self.diagnostics.extend(warnings);
    }
}

fn unused_binding(binding: &Binding) -> Option<Diagnostic> {
    let what = match binding.kind {
        BindingKind::Parameter => "the parameter",
        BindingKind::Let => "",
        BindingKind::Probe => "the answer",
        BindingKind::Pattern => "what is bound to",
        BindingKind::Alias => "",
        BindingKind::Step | BindingKind::Variable | BindingKind::Given | BindingKind::Merged | BindingKind::Outcome => {
            return None;
        }
    };
    if binding.name.starts_with('_') || binding.ty == Type::Error {
        return None;
    }
    let what = if what.is_empty() { String::new() } else { format!("{what} ") };
    let message = format!("{what}`{}` is never used", binding.name);
    let help = match binding.kind {
        BindingKind::Pattern => "write `_` in its place, or drop it".to_owned(),
        _ => format!("drop it, or write `_{}` if it is meant to be so", binding.name),
    };
    Some(Diagnostic::new(Code::W0201, binding.span, message, "").help(help))
}
