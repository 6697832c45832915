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
    /// The bindings that this one stands for: those in the branches of a `when`, the parts of a record.
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
    /// What a pattern binds.
    Pattern,
    /// `key` and `result` of an action.
    Given,
    /// What branches of a `when` bound.
    Merged,
    /// The report of a task, or what a sub-plan, an attempt or a branch gives.
    Outcome,
    /// What a loop collects, or what an event or a failure is called: written only to be used.
    Alias,
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
    /// Something that has no value here.
    Apart(Apart, Span),
    /// Something that is reported already.
    Broken(Span),
}

/// Why a name that is known has no value at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Apart {
    /// It never has one: `an approval`.
    Never(&'static str),
    /// The place is inside of it.
    Around,
    /// It is a branch that runs beside the place.
    Beside,
    /// It is a phase that may not be done yet when `after each` runs.
    Unsure,
}

/// The names inside a phase, a block step, a decision or a branch.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) span: Span,
    pub(super) names: Names,
    /// Which phase it is, if it is one.
    pub(super) phase: Option<PhaseRef>,
    /// What its name means alone: the option of a decision, the record of a branch.
    pub(super) value: Option<BindingId>,
    /// What each option of a decision binds that comes out of it.
    pub(super) options: Vec<(SmolStr, Names)>,
}

impl Group {
    /// The names inside a part of the plan that is no value.
    pub(super) fn part(span: Span, names: Names) -> Group {
        Group { span, names, phase: None, value: None, options: Vec::new() }
    }
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

#[derive(Debug, Default)]
struct Reused {
    /// What the name meant alone.
    local: Option<(LocalId, Type)>,
    /// What was bound inside of it.
    inner: Reuse,
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
            Named::Pending(_, span) | Named::Apart(_, span) | Named::Broken(span) => *span,
        }
    }

    /// What it means where it stands alone.
    pub(super) fn value(&self) -> Option<BindingId> {
        match self {
            Named::Value(id) => Some(*id),
            Named::Group(group) => group.value,
            Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_) => None,
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
        (own || named.value().is_some()).then(|| named.span(self))
    }

    /// Makes a name stand for something until the scope ends.
    pub(super) fn set(&mut self, name: SmolStr, named: Named) {
        let before = self.visible.insert(name.clone(), named.clone());
        if let Some(scope) = self.open.last_mut()
            && scope.own.insert(name.clone(), named).is_none()
        {
            scope.hidden.push((name, before));
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
        let (local, reused) = self.open.last()?.reuse.0.get(name)?.local.as_ref()?;
        (reused == ty).then_some(*local)
    }

    /// What earlier branches bound inside the group of this name, until it is given back.
    pub(super) fn reuse_in(&mut self, name: &str) -> Reuse {
        let reused = self.open.last_mut().and_then(|scope| scope.reuse.0.get_mut(name));
        reused.map(|reused| std::mem::take(&mut reused.inner)).unwrap_or_default()
    }

    /// Gives back what [`Scopes::reuse_in`] gave.
    pub(super) fn give_back_in(&mut self, name: &str, given: Reuse) {
        if let Some(reused) = self.open.last_mut().and_then(|scope| scope.reuse.0.get_mut(name)) {
            reused.inner = given;
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
            let (value, inner) = match named {
                Named::Value(id) => (Some(*id), None),
                Named::Group(group) => (group.value, Some(&group.names)),
                Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_) => continue,
            };
            let reused = reuse.0.entry(name.clone()).or_default();
            if let Some(binding) = value.map(|id| self.binding(id)) {
                reused.local.get_or_insert_with(|| (binding.local, binding.ty.clone()));
            }
            if let Some(inner) = inner {
                self.remember(&mut reused.inner, inner);
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
            Some((name.clone(), self.merge_one(name, &found, everywhere)?))
        });
        merged.collect()
    }

    fn merge_one(&mut self, name: &SmolStr, found: &[Named], everywhere: bool) -> Option<Named> {
        if let Some(broken) = found.iter().find(|named| self.is_broken(named)) {
            return Some(Named::Broken(broken.span(self)));
        }
        match found.first()? {
            Named::Value(id) => Some(self.merge_values(name, *id, found, everywhere)),
            Named::Group(group) => Some(self.merge_groups(name, &Rc::clone(group), found, everywhere)),
            first @ (Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_)) => {
                Some(first.clone())
            }
        }
    }

    /// Whether there is nothing to be said about it any more.
    fn is_broken(&self, named: &Named) -> bool {
        match named {
            Named::Broken(_) => true,
            Named::Value(id) => self.binding(*id).ty == Type::Error,
            Named::Group(_) | Named::Pending(..) | Named::Split(..) | Named::Apart(..) => false,
        }
    }

    /// One name for what the ways bound, `first` on one of them.
    fn merge_values(&mut self, name: &SmolStr, first: BindingId, found: &[Named], everywhere: bool) -> Named {
        let binding = self.binding(first).clone();
        let is_like = |named: &Named| named.value().is_some_and(|id| self.binding(id).local == binding.local);
        let unlike = found.iter().find(|named| !is_like(named)).map(|named| named.span(self));
        let merged = Binding {
            name: name.clone(),
            ty: if everywhere { binding.ty } else { super::types::optional(binding.ty) },
            kind: BindingKind::Merged,
            used: false,
            sources: found.iter().filter_map(Named::value).collect(),
            ..binding
        };
        let merged = self.add(merged);
        unlike.map_or(Named::Value(merged), |other| Named::Split(merged, other))
    }

    fn merge_groups(&mut self, name: &SmolStr, first: &Group, found: &[Named], everywhere: bool) -> Named {
        let values: Option<Vec<Named>> = found.iter().map(|named| named.value().map(Named::Value)).collect();
        let value = match (first.value, values) {
            (Some(id), Some(values)) => match self.merge_values(name, id, &values, everywhere) {
                Named::Value(id) => Some(id),
                split => return split,
            },
            _ => None,
        };
        let ways: Vec<Names> = found.iter().map(inner_names).collect();
        let names = self.merge(&ways, everywhere);
        let options = if found.len() == 1 { first.options.clone() } else { Vec::new() };
        Named::Group(Rc::new(Group { span: first.span, names, phase: None, value, options }))
    }

    /// What one name stands for where one of these ways was taken.
    pub(super) fn merge_name(&mut self, name: &SmolStr, ways: &[&Names]) -> Option<Named> {
        let found: Vec<Named> = ways.iter().filter_map(|names| names.get(name).cloned()).collect();
        let everywhere = found.len() == ways.len();
        self.merge_one(name, &found, everywhere)
    }

    /// The names as they are after something that may not have got that far: all are optional, and an option that
    /// was chosen proves nothing about what it binds.
    pub(super) fn maybe(&mut self, names: &Names) -> Names {
        let mut names = self.merge(std::slice::from_ref(names), false);
        forget_options(&mut names);
        names
    }
}

fn forget_options(names: &mut Names) {
    for named in names.values_mut() {
        if let Named::Group(group) = named
            && let Some(group) = Rc::get_mut(group)
        {
            group.options.clear();
            forget_options(&mut group.names);
        }
    }
}

fn inner_names(named: &Named) -> Names {
    match named {
        Named::Group(group) => group.names.clone(),
        Named::Value(_) | Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_) => {
            Names::default()
        }
    }
}

impl Binding {
    pub(super) fn new(name: SmolStr, span: Span, local: LocalId, ty: Type, kind: BindingKind) -> Self {
        Self { name, span, local, ty, kind, used: false, sources: Vec::new() }
    }

    /// Whoever uses it uses `sources`.
    pub(super) fn made_of(self, sources: Vec<BindingId>) -> Self {
        Self { sources, ..self }
    }
}
