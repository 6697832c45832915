//! What of a file could be read. Where something could not, nothing is said that may be due to it.

use std::ops::Range;

use super::modules::Module;
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
    syntax::ast::{ItemKind, Statement, StatementKind},
};

/// Where a file could not be read.
#[derive(Default)]
pub(super) struct Reading {
    /// The places, in their order.
    mistakes: Vec<u32>,
    /// A bracket is missing somewhere, so that what is read may stand in something else than was meant.
    unbalanced: bool,
}

impl Reading {
    /// From what the parser says of the file.
    pub(super) fn new(diagnostics: &[Diagnostic]) -> Reading {
        let mut mistakes: Vec<u32> = diagnostics.iter().map(|diagnostic| diagnostic.span().start).collect();
        mistakes.sort_unstable();
        let unbalanced = diagnostics.iter().any(|diagnostic| matches!(diagnostic.code, Code::E0111 | Code::E0112));
        Reading { mistakes, unbalanced }
    }

    /// Whether all of the file could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.mistakes.is_empty()
    }

    fn is_whole_in(&self, range: Range<u32>) -> bool {
        let first = self.mistakes.partition_point(|at| *at < range.start);
        !self.unbalanced && self.mistakes.get(first).is_none_or(|at| *at >= range.end)
    }
}

impl Module {
    /// Whether all of the declaration around a place could be read.
    pub(super) fn has_read(&self, place: Span) -> bool {
        self.reading.is_whole() || self.reading.is_whole_in(self.declaration(place))
    }

    /// Whether all could be read from the statement of a plan in which one place is, to behind that of another.
    pub(super) fn has_read_between(&self, place: Span, other: Span) -> bool {
        self.reading.is_whole() || self.reading.is_whole_in(self.statements(place, other))
    }

    /// The declaration around a place, up to the next one: what could not be read at its end belongs to it.
    fn declaration(&self, place: Span) -> Range<u32> {
        let items = &self.tree.items;
        let next = items.partition_point(|item| item.span.start <= place.start);
        let start = next.checked_sub(1).map_or(0, |at| items[at].span.start);
        start..items.get(next).map_or(u32::MAX, |item| item.span.start)
    }

    /// The statements of a plan from the one around a place to the one around another, up to the next one that could be
    /// read: what could not may have been the end of the last.
    pub(super) fn statements(&self, place: Span, other: Span) -> Range<u32> {
        let whole = self.declaration(place);
        let (first, last) = (place.start.min(other.start), place.start.max(other.start));
        if place.file != other.file || !whole.contains(&first) || !whole.contains(&last) {
            return whole;
        }
        let statements = self.statements_of(&whole);
        let from = statements.partition_point(|statement| statement.span.start <= first);
        let to = statements.partition_point(|statement| statement.span.start <= last);
        let start = from.checked_sub(1).map_or(whole.start, |at| statements[at].span.start);
        let next = statements[to..].iter().find(|statement| !matches!(statement.kind, StatementKind::Error));
        start..next.map_or(whole.end, |next| next.span.start)
    }

    fn statements_of(&self, declaration: &Range<u32>) -> &[Statement] {
        let at = self.tree.items.partition_point(|item| item.span.start < declaration.start);
        match self.tree.items.get(at).map(|item| &item.kind) {
            Some(ItemKind::Plan(plan)) => &plan.body.statements,
            _ => &[],
        }
    }
}
