//! `parallel`: branches that run together, and what each gives.

use std::{rc::Rc, sync::Arc};

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    Checker,
    frame::Around,
    scope::{Apart, BindingId, BindingKind, Group, Named, Names},
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Branch, Expr, ExprKind, LocalId, RecordType, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Name},
};

/// A branch once it is checked.
struct BranchDone {
    branch: Branch,
    /// What its name stands for afterwards.
    named: Named,
    /// It always fails.
    fails: bool,
}

/// The record of what a block bound.
struct Record {
    value: Expr,
    /// What it is made of.
    sources: Vec<BindingId>,
}

impl<'a> Checker<'a> {
    /// `parallel limit 2 { branch a { .. } branch b { .. } }`.
    pub(super) fn parallel(
        &mut self,
        span: Span,
        limit: Option<&'a ast::Expr>,
        branches: &'a [ast::Branch],
    ) -> (Option<Statement>, bool) {
        let limit = limit.map(|limit| self.limit(limit));
        let mut fresh = Vec::with_capacity(branches.len());
        for branch in branches {
            fresh.push(self.free(&branch.name));
            self.set_apart(&branch.name, Apart::Beside);
        }
        let done: Vec<BranchDone> = branches.iter().map(|branch| self.branch(branch)).collect();
        let ends = done.iter().any(|done| done.fails);
        let mut emitted = Vec::with_capacity(branches.len());
        for ((branch, fresh), done) in branches.iter().zip(fresh).zip(done) {
            let named = if fresh { done.named } else { Named::Broken(branch.name.span) };
            self.frame.scopes.set(branch.name.text.clone(), named);
            emitted.push(done.branch);
        }
        (Some(plain(StatementKind::Parallel { limit, branches: emitted }, None, span)), ends)
    }

    fn branch(&mut self, branch: &'a ast::Branch) -> BranchDone {
        let ast::Branch { name, title, modifiers, body, span } = branch;
        let segment = self.named_address(name);
        let (title, estimate) = (self.title(title.as_ref()), self.estimate(modifiers));
        self.set_apart(name, Apart::Around);
        let ((block, names, ends), gives) =
            self.returning("the branch", |checker| checker.scope(Around::Branch, Some(name), body));
        self.set_apart(name, Apart::Beside);
        let fails = ends && gives.is_none();
        let (local, value, named) = match gives {
            Some(gives) => {
                let gives = self.returned_type(name, ends, gives);
                let (local, id) = self.value_for(name, gives, BindingKind::Outcome, Vec::new());
                (local, None, Named::Value(id))
            }
            None => self.bound_in_branch(name, names, *span),
        };
        BranchDone { branch: Branch { segment, title, estimate, block, local, value, span: *span }, named, fails }
    }

    /// A branch that returns nothing is the record of what it bound, and its names can be used one by one.
    fn bound_in_branch(&mut self, name: &Name, names: Names, span: Span) -> (LocalId, Option<Expr>, Named) {
        let Record { value, sources } = self.record_of_names(&names, span);
        let (local, id) = self.value_for(name, value.ty.clone(), BindingKind::Outcome, sources);
        let group = Group { value: Some(id), ..Group::part(name.span, names) };
        (local, Some(value), Named::Group(Rc::new(group)))
    }

    fn record_of_names(&self, names: &Names, span: Span) -> Record {
        let mut fields: Vec<(SmolStr, Expr)> = Vec::with_capacity(names.len());
        let mut sources = Vec::new();
        for (name, named) in names {
            let value = match named {
                Named::Value(id) => Some(*id),
                Named::Group(group) => group.value,
                Named::Pending(..) | Named::Split(..) | Named::Apart(..) | Named::Broken(_) => continue,
            };
            match (value, named) {
                (Some(id), _) => {
                    let binding = self.frame.scopes.binding(id);
                    sources.push(id);
                    if binding.ty != Type::Nothing {
                        let kind = ExprKind::Local(binding.local);
                        fields.push((name.clone(), Expr { kind, ty: binding.ty.clone(), span }));
                    }
                }
                (None, Named::Group(group)) => {
                    let mut inner = self.record_of_names(&group.names, span);
                    sources.append(&mut inner.sources);
                    fields.push((name.clone(), inner.value));
                }
                (None, _) => {}
            }
        }
        let types: IndexMap<SmolStr, Type> =
            fields.iter().map(|(name, value)| (name.clone(), value.ty.clone())).collect();
        let ty = Type::Record(Arc::new(RecordType { name: None, fields: types }));
        Record { value: Expr { kind: ExprKind::Record(fields), ty, span }, sources }
    }

    /// Reports a branch that uses another one.
    pub(super) fn beside(&mut self, name: &Name, bound: Span) {
        let used = self.used_path(name);
        self.sought(used);
        let message = format!("`{}` runs beside this, and may not be done", name.text);
        self.report(
            Diagnostic::new(Code::E0412, used, message, "used beside it")
                .label(bound, "this branch")
                .help("branches don't see each other: do it behind the `parallel`, or in that branch"),
        );
    }
}
