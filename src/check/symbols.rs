//! What the files declare, by name.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};
use smol_str::SmolStr;

use super::capabilities::{Granted, Need, Needs};

use crate::{
    ir::{ActionId, ConstantId, EventId, FunctionId, ModuleId, Param, PlanId, ProbeId, Type},
    source::Span,
    syntax::ast,
};

/// All declarations of all files.
#[derive(Default)]
pub(super) struct Symbols<'a> {
    /// The names of each file.
    pub(super) names: Vec<Names>,
    pub(super) types: Vec<TypeSlot<'a>>,
    pub(super) events: Vec<EventSlot>,
    pub(super) constants: Vec<ConstantSlot<'a>>,
    /// The files of the checked constants, by their number in the program.
    pub(super) constant_modules: Vec<ModuleId>,
    pub(super) functions: Vec<Callable<&'a ast::Function>>,
    pub(super) probes: Vec<Callable<&'a ast::Probe>>,
    pub(super) actions: Vec<Callable<&'a ast::Action>>,
    pub(super) plans: Vec<Callable<&'a ast::Plan>>,
    /// The tests, with the files they stand in.
    pub(super) tests: Vec<(ModuleId, &'a ast::Test)>,
    /// Whether each plan was looked into as a whole.
    pub(super) complete: Vec<bool>,
    /// Where the imported names stand that are used.
    pub(super) mentioned: FxHashSet<Span>,
    /// What each file grants itself.
    pub(super) granted: Vec<Granted>,
    /// What of the world each file needs, by what is in it and what it imports; `None` where that is computed.
    pub(super) needed: FxHashSet<(ModuleId, Need, Option<String>)>,
    /// What each probe, action and plan needs.
    pub(super) needs: Vec<Needs>,
}

impl Symbols<'_> {
    /// An imported name is used.
    pub(super) fn used<S>(&mut self, declared: Declared<S>) {
        if !declared.own {
            self.mentioned.insert(declared.span);
        }
    }
}

/// The names of a file. The order is that of the file, so that suggestions are the same every time.
#[derive(Default)]
pub(super) struct Names {
    pub(super) values: IndexMap<SmolStr, Declared<Symbol>, FxBuildHasher>,
    pub(super) types: IndexMap<SmolStr, Declared<TypeSymbol>, FxBuildHasher>,
}

/// What a name means, and where it was given.
#[derive(Clone, Copy)]
pub(super) struct Declared<S> {
    pub(super) symbol: S,
    pub(super) span: Span,
    /// Declared here, not imported; only such names can be imported.
    pub(super) own: bool,
}

/// What a name of a file means.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    /// The constant of that slot.
    Constant(usize),
    Function(FunctionId),
    Probe(ProbeId),
    Action(ActionId),
    Plan(PlanId),
    Module(ModuleId),
    /// Something that is reported already.
    Broken,
}

/// What the name of a type means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeSymbol {
    /// The type of that slot.
    Declared(usize),
    /// An event, which is also the type of what it carries.
    Event(EventId),
    /// Something that is reported already.
    Broken,
}

/// A declared type.
pub(super) struct TypeSlot<'a> {
    pub(super) name: &'a ast::Name,
    pub(super) body: TypeSource<'a>,
    pub(super) module: ModuleId,
    /// What it stands for; [`Type::Error`] until it is resolved.
    pub(super) ty: Type,
}

/// Where it is said what a type stands for.
#[derive(Clone, Copy)]
pub(super) enum TypeSource<'a> {
    /// `type Order = ..`
    Type(&'a ast::TypeBody),
    /// `event Paid = ..`
    Event(&'a ast::Type),
}

/// A declared event.
pub(super) struct EventSlot {
    /// As messages print it: `ops.Paid` for one of another file.
    pub(super) name: SmolStr,
    /// The slot of its payload among the types.
    pub(super) slot: usize,
}

/// A declared constant.
pub(super) struct ConstantSlot<'a> {
    pub(super) tree: &'a ast::Const,
    pub(super) module: ModuleId,
    /// Its place in the program and its type, once checked.
    pub(super) checked: Option<(ConstantId, Type)>,
}

/// A function, probe, action or plan.
pub(super) struct Callable<T> {
    pub(super) tree: T,
    pub(super) module: ModuleId,
    /// As messages print it: `ops.healthy` for one of another file.
    pub(super) name: SmolStr,
    /// Where its name is declared.
    pub(super) span: Span,
    /// Its parameters; their defaults come later.
    pub(super) params: Arc<Vec<Param>>,
    /// [`Type::Nothing`] without a result.
    pub(super) result: Type,
}

impl Symbol {
    /// What it is, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Symbol::Constant(_) => "a constant",
            Symbol::Function(_) => "a function",
            Symbol::Probe(_) => "a probe",
            Symbol::Action(_) => "an action",
            Symbol::Plan(_) => "a plan",
            Symbol::Module(_) => "an imported file",
            Symbol::Broken => "a name",
        }
    }
}

impl TypeSymbol {
    /// What it is, for messages.
    pub(super) fn describe(self) -> &'static str {
        match self {
            TypeSymbol::Declared(_) | TypeSymbol::Broken => "a type",
            TypeSymbol::Event(_) => "an event",
        }
    }
}
