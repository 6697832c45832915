//! Parts of addresses: each statement of a scope needs its own.

use rustc_hash::FxHashMap;

use super::Checker;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::Segment,
    source::Span,
    syntax::{
        ast::{self, Name},
        normal,
    },
};

/// The parts that are given already, for every scope that is open.
#[derive(Default)]
pub(super) struct Addresses {
    open: Vec<Scope>,
}

#[derive(Default)]
struct Scope {
    given: FxHashMap<Segment, Span>,
    /// What was given in this scope, in order: branches of a `when` take theirs back.
    log: Vec<Segment>,
}

impl Addresses {
    pub(super) fn enter(&mut self) {
        self.open.push(Scope::default());
    }

    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// How many parts are given in this scope.
    pub(super) fn mark(&self) -> usize {
        self.open.last().map_or(0, |scope| scope.log.len())
    }

    /// Takes back what was given since, for another branch; [`Addresses::restore`] gives it again.
    pub(super) fn take_back(&mut self, mark: usize) -> Vec<(Segment, Span)> {
        let Some(scope) = self.open.last_mut() else { return Vec::new() };
        let taken = scope.log.split_off(mark);
        taken.into_iter().filter_map(|segment| scope.given.remove(&segment).map(|span| (segment, span))).collect()
    }

    /// Gives parts of earlier branches again.
    pub(super) fn restore(&mut self, parts: Vec<(Segment, Span)>) {
        let Some(scope) = self.open.last_mut() else { return };
        for (segment, span) in parts {
            if scope.given.insert(segment.clone(), span).is_none() {
                scope.log.push(segment);
            }
        }
    }

    /// Gives a part; the place where it was given before, if it was.
    fn give(&mut self, segment: &Segment, span: Span) -> Option<Span> {
        let scope = self.open.last_mut()?;
        match scope.given.get(segment) {
            Some(first) => Some(*first),
            None => {
                scope.given.insert(segment.clone(), span);
                scope.log.push(segment.clone());
                None
            }
        }
    }
}

impl Checker<'_> {
    /// The address of a statement that has a name; a second one is reported where the name is.
    pub(super) fn named_address(&mut self, name: &Name) -> Segment {
        let segment = Segment::name(&name.text);
        self.frame.addresses.give(&segment, name.span);
        segment
    }

    /// The address of a statement by its label, else by its keyword and text.
    pub(super) fn address(&mut self, label: Option<&Name>, keyword: &str, text: &str, span: Span) -> Segment {
        let segment = match label {
            Some(label) => Segment::name(&label.text),
            None => Segment::unnamed(keyword, text),
        };
        let place = label.map_or(span, |label| label.span);
        if let Some(first) = self.frame.addresses.give(&segment, place) {
            self.same_address(&segment, place, first, &format!("label one: `{keyword} other: ..`"));
        }
        segment
    }

    /// The address of a step without a name: the last word of its call.
    pub(super) fn step_address(&mut self, word: &Name) -> Segment {
        let segment = Segment::name(&word.text);
        if let Some(first) = self.frame.addresses.give(&segment, word.span) {
            self.same_address(&segment, word.span, first, &format!("label one: `step other = {}(..)`", word.text));
        }
        segment
    }

    /// The address of a loop: its variable.
    pub(super) fn loop_address(&mut self, variable: &Name) -> Segment {
        let segment = Segment::name(&variable.text);
        if let Some(first) = self.frame.addresses.give(&segment, variable.span) {
            self.same_address(&segment, variable.span, first, "call the item of one of them something else");
        }
        segment
    }

    fn same_address(&mut self, segment: &Segment, span: Span, first: Span, help: &str) {
        let message = format!("two parts of one scope have the address `{}`", segment.as_str());
        self.report(Diagnostic::new(Code::E0405, span, message, "here again").label(first, "first here").help(help));
    }

    /// An expression as an address writes it.
    pub(super) fn normal(&self, expr: &ast::Expr) -> String {
        normal::expression(expr)
    }

    /// A text as an address writes it.
    pub(super) fn normal_text(&self, text: &ast::Template) -> String {
        let span = text.span;
        normal::expression(&ast::Expr { kind: ast::ExprKind::Text(text.clone()), span })
    }
}
