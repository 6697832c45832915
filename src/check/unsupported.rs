//! What the language has and this version does not: reported at its place, and looked into no further.

use super::{Checker, placeholder, scope::Named};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::Expr,
    source::Span,
    syntax::ast::{Block, Name, Statement, StatementKind},
};

impl Checker<'_> {
    /// Reports a construct this version does not support.
    pub(super) fn unsupported(&mut self, span: Span, what: &str) {
        self.frame.unsupported = true;
        self.report(Diagnostic::new(Code::E0901, span, format!("`{what}` is not supported yet"), ""));
    }

    /// The same, where a value is due.
    pub(super) fn unsupported_expr(&mut self, span: Span, what: &str) -> Expr {
        self.unsupported(span, what);
        placeholder(span)
    }

    /// Reports a statement at its first words, and binds what it would bind.
    pub(super) fn unsupported_statement(&mut self, statement: &Statement, what: &str) {
        let start = statement.span.start;
        let place = Span { end: start + what.len() as u32, ..statement.span };
        self.unsupported(place, what);
        self.unsupported_names(statement);
    }

    /// Binds what a statement would bind that is not looked into.
    pub(super) fn unsupported_names(&mut self, statement: &Statement) {
        for name in names_after(statement) {
            self.frame.scopes.set(name.text.clone(), Named::Broken(name.span));
        }
    }
}

/// The names that are visible after a statement.
fn names_after(statement: &Statement) -> Vec<&Name> {
    match &statement.kind {
        StatementKind::Let { name, .. }
        | StatementKind::Probe { name, .. }
        | StatementKind::Task { name, .. }
        | StatementKind::Phase { name, .. }
        | StatementKind::Decide { name, .. } => vec![name],
        StatementKind::Step(step) => step.name.iter().collect(),
        StatementKind::Run { name, .. } | StatementKind::Approve { name, .. } => name.iter().collect(),
        StatementKind::When { branches, otherwise } => {
            branches.iter().map(|(_, block)| block).chain(otherwise).flat_map(names_in).collect()
        }
        StatementKind::WhenMatch { arms, .. } => arms.iter().flat_map(|(_, block)| names_in(block)).collect(),
        StatementKind::Parallel { branches, .. } => branches.iter().map(|branch| &branch.name).collect(),
        StatementKind::Attempt { name: Some(name), .. } => vec![name],
        StatementKind::Attempt { name: None, body, otherwise, .. } => {
            names_in(body).into_iter().chain(names_in(otherwise)).collect()
        }
        StatementKind::For { modifiers, .. } => collected(modifiers),
        StatementKind::Wait { kind, .. } => match kind {
            crate::syntax::ast::WaitKind::Event { alias, .. } => alias.iter().collect(),
            crate::syntax::ast::WaitKind::Duration(_) | crate::syntax::ast::WaitKind::Until { .. } => Vec::new(),
        },
        StatementKind::Goal(_)
        | StatementKind::Rollout { .. }
        | StatementKind::Gate(_)
        | StatementKind::Guard(_)
        | StatementKind::Require { .. }
        | StatementKind::Verify { .. }
        | StatementKind::On { .. }
        | StatementKind::Emit { .. }
        | StatementKind::Commit { .. }
        | StatementKind::AfterEach { .. }
        | StatementKind::Fail(_)
        | StatementKind::Return(_)
        | StatementKind::Unwind
        | StatementKind::Error => Vec::new(),
    }
}

fn names_in(block: &Block) -> Vec<&Name> {
    block.statements.iter().flat_map(names_after).collect()
}

fn collected(modifiers: &[crate::syntax::ast::Modifier]) -> Vec<&Name> {
    let names = modifiers.iter().filter_map(|modifier| match &modifier.kind {
        crate::syntax::ast::ModifierKind::As(name) => Some(name),
        _ => None,
    });
    names.collect()
}
