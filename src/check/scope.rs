//! The names of a body: what is visible where, and what is left of a block when it ends.

use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;

use crate::{
    ir::{LocalId, Type},
    source::Span,
};

/// A binding of a body, by the order in which it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BindingId(u32);

/// A name that stands for a value.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) name: SmolStr,
    pub(super) span: Span,
    pub(super) local: LocalId,
    pub(super) ty: Type,
    pub(super) kind: BindingKind,
    pub(super) used: bool,
    /// The bindings in the branches of a `when` that this one stands for.
    sources: Vec<BindingId>,
}

/// How a name was bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindingKind {
    Parameter,
    Let,
    Probe,
    Step,
    /// The item of a loop or the stage of a rollout.
    Variable,
    /// `key` and `result` of an action.
    Given,
    /// What branches of a `when` bound.
    Merged,
}

/// What a name of a body stands for.
#[derive(Clone, Debug)]
pub(super) enum Named {
    Value(BindingId),
    /// The names inside a phase or block step: `phase.x`.
    Group(Rc<Group>),
    /// A phase of a run of phases that is not checked yet.
    Pending(PhaseRef, Span),
    /// Bound to different types on different ways, here and there.
    Split(BindingId, Span),
    /// Something that is reported already.
    Broken(Span),
}

/// The names inside a phase or block step.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) span: Span,
    pub(super) names: Names,
    /// Which phase it is, if it is one.
    pub(super) phase: Option<PhaseRef>,
}

/// A phase: the run of phases it is in, and which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PhaseRef {
    pub(super) run: u32,
    pub(super) index: usize,
}

/// Names in the order in which they were bound.
pub(super) type Names = IndexMap<SmolStr, Named, FxBuildHasher>;

/// What earlier branches of a `when` bound: later ones bind the same locals.
#[derive(Debug, Default)]
pub(super) struct Reuse(FxHashMap<SmolStr, Reused>);

#[derive(Debug)]
enum Reused {
    Local(LocalId, Type),
    Group(Reuse),
}

/// All scopes that are open.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    bindings: Vec<Binding>,
    visible: FxHashMap<SmolStr, Named>,
    open: Vec<Scope>,
}

#[derive(Debug, Default)]
struct Scope {
    own: Names,
    hidden: Vec<(SmolStr, Option<Named>)>,
    reuse: Reuse,
}

impl Named {
    /// Where it was bound.
    pub(super) fn span(&self, scopes: &Scopes) -> Span {
        match self {
            Named::Value(id) => scopes.binding(*id).span,
            Named::Group(group) => group.span,
            Named::Split(id, _) => scopes.binding(*id).span,
            Named::Pending(_, span) | Named::Broken(span) => *span,
        }
    }
}

impl Scopes {
    pub(super) fn enter(&mut self, reuse: Reuse) {
        self.open.push(Scope { reuse, ..Scope::default() });
    }

    /// Ends the innermost scope and gives what was bound in it, and what is left of what it reused.
    pub(super) fn leave(&mut self) -> (Names, Reuse) {
        let Scope { own, hidden, reuse } = self.open.pop().unwrap_or_default();
        for (name, before) in hidden.into_iter().rev() {
            match before {
                Some(before) => self.visible.insert(name, before),
                None => self.visible.remove(&name),
            };
        }
        (own, reuse)
    }

    /// What a name stands for here.
    pub(super) fn get(&self, name: &str) -> Option<&Named> {
        self.visible.get(name)
    }

    /// What prevents a name from being bound here: a value of that name, or anything of that name in this scope.
    pub(super) fn taken(&self, name: &str) -> Option<Span> {
        let named = self.visible.get(name)?;
        let own = self.open.last().is_some_and(|scope| scope.own.contains_key(name));
        (own || matches!(named, Named::Value(_))).then(|| named.span(self))
    }

    /// Makes a name stand for something until the scope ends.
    pub(super) fn set(&mut self, name: SmolStr, named: Named) {
        let before = self.visible.insert(name.clone(), named.clone());
        if let Some(scope) = self.open.last_mut() {
            if !scope.own.contains_key(&name) {
                scope.hidden.push((name.clone(), before));
            }
            scope.own.insert(name, named);
        }
    }

    pub(super) fn add(&mut self, binding: Binding) -> BindingId {
        self.bindings.push(binding);
        BindingId(self.bindings.len() as u32 - 1)
    }

    pub(super) fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    pub(super) fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Marks a binding, and those it stands for, as used.
    pub(super) fn mark_used(&mut self, id: BindingId) {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let binding = &mut self.bindings[id.0 as usize];
            if !binding.used {
                binding.used = true;
                left.extend(&binding.sources);
            }
        }
    }

    /// The visible names that stand for something, in no order that may be printed but for picking the nearest.
    pub(super) fn visible_names(&self) -> Vec<&str> {
        self.open.iter().flat_map(|scope| scope.own.keys()).map(SmolStr::as_str).collect()
    }

    /// The local that an earlier branch bound to this name, if it has the same type.
    pub(super) fn reused_local(&self, name: &str, ty: &Type) -> Option<LocalId> {
        match self.open.last()?.reuse.0.get(name)? {
            Reused::Local(local, reused) if reused == ty => Some(*local),
            Reused::Local(..) | Reused::Group(_) => None,
        }
    }

    /// What earlier branches bound inside the group of this name, until it is given back.
    pub(super) fn reuse_in(&mut self, name: &str) -> Reuse {
        match self.open.last_mut().and_then(|scope| scope.reuse.0.get_mut(name)) {
            Some(Reused::Group(reuse)) => std::mem::take(reuse),
            Some(Reused::Local(..)) | None => Reuse::default(),
        }
    }

    /// Gives back what [`Scopes::reuse_in`] gave.
    pub(super) fn give_back_in(&mut self, name: &str, given: Reuse) {
        if let Some(Reused::Group(reuse)) = self.open.last_mut().and_then(|scope| scope.reuse.0.get_mut(name)) {
            *reuse = given;
        }
    }

    /// What earlier branches of the `when` around this scope bound, until it is given back.
    pub(super) fn take_reuse(&mut self) -> Reuse {
        self.open.last_mut().map(|scope| std::mem::take(&mut scope.reuse)).unwrap_or_default()
    }

    /// Gives back what [`Scopes::take_reuse`] gave.
    pub(super) fn give_back(&mut self, given: Reuse) {
        if let Some(scope) = self.open.last_mut() {
            scope.reuse = given;
        }
    }

    /// Remembers what a branch bound, for the branches after it.
    pub(super) fn remember(&self, reuse: &mut Reuse, names: &Names) {
        for (name, named) in names {
            match named {
                Named::Value(id) => {
                    let binding = self.binding(*id);
                    let reused = || Reused::Local(binding.local, binding.ty.clone());
                    reuse.0.entry(name.clone()).or_insert_with(reused);
                }
                Named::Group(group) => {
                    let inner = reuse.0.entry(name.clone()).or_insert_with(|| Reused::Group(Reuse::default()));
                    if let Reused::Group(inner) = inner {
                        self.remember(inner, &group.names);
                    }
                }
                Named::Pending(..) | Named::Split(..) | Named::Broken(_) => {}
            }
        }
    }

    /// What is visible after a `when`: `ways` are the names of the branches that come out of it, `total` says
    /// whether one of them is always taken.
    pub(super) fn merge(&mut self, ways: &[Names], total: bool) -> Names {
        let mut found: IndexMap<&SmolStr, Vec<Named>, FxBuildHasher> = IndexMap::default();
        for (name, named) in ways.iter().flatten() {
            found.entry(name).or_default().push(named.clone());
        }
        let merged = found.into_iter().filter_map(|(name, found)| {
            let everywhere = total && found.len() == ways.len();
            Some((name.clone(), self.merge_one(name, found, everywhere)?))
        });
        merged.collect()
    }

    fn merge_one(&mut self, name: &SmolStr, found: Vec<Named>, everywhere: bool) -> Option<Named> {
        let first = found.first()?.clone();
        match &first {
            Named::Value(id) => {
                let binding = self.binding(*id).clone();
                let sources: Vec<BindingId> = found.iter().filter_map(value).collect();
                let unlike = found
                    .iter()
                    .find(|other| value(other).is_none_or(|other| self.binding(other).local != binding.local));
                let unlike = unlike.map(|other| other.span(self));
                let ty = if everywhere { binding.ty } else { super::types::optional(binding.ty) };
                let kind = BindingKind::Merged;
                let merged = Binding {
                    name: name.clone(),
                    span: binding.span,
                    local: binding.local,
                    ty,
                    kind,
                    used: false,
                    sources,
                };
                let merged = self.add(merged);
                Some(unlike.map_or(Named::Value(merged), |other| Named::Split(merged, other)))
            }
            Named::Group(group) => {
                let ways: Vec<Names> = found.iter().map(inner_names).collect();
                let names = self.merge(&ways, everywhere);
                Some(Named::Group(Rc::new(Group { span: group.span, names, phase: None })))
            }
            Named::Pending(..) | Named::Split(..) | Named::Broken(_) => Some(first),
        }
    }

    /// The names as they are after something that may not have got that far: all are optional.
    pub(super) fn maybe(&mut self, names: &Names) -> Names {
        self.merge(std::slice::from_ref(names), false)
    }
}

fn value(named: &Named) -> Option<BindingId> {
    match named {
        Named::Value(id) => Some(*id),
        Named::Group(_) | Named::Pending(..) | Named::Split(..) | Named::Broken(_) => None,
    }
}

fn inner_names(named: &Named) -> Names {
    match named {
        Named::Group(group) => group.names.clone(),
        Named::Value(_) | Named::Pending(..) | Named::Split(..) | Named::Broken(_) => Names::default(),
    }
}

impl Binding {
    pub(super) fn new(name: SmolStr, span: Span, local: LocalId, ty: Type, kind: BindingKind) -> Self {
        Self { name, span, local, ty, kind, used: false, sources: Vec::new() }
    }
}
