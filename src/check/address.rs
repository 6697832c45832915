//! Parts of addresses: each statement of a scope needs its own.

use rustc_hash::FxHashMap;

use super::{Checker, events::written};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::Segment,
    source::Span,
    syntax::{
        ast::{self, EventName, Name},
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
    given: FxHashMap<Segment, Given>,
    /// What was given in this scope, in order: branches of a `when` take theirs back.
    log: Vec<Segment>,
}

/// Where a part of an address was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    span: Span,
    /// By a name of the scope or by a loop: what can't be there twice for another reason, or has a key.
    named: bool,
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
    pub(super) fn take_back(&mut self, mark: usize) -> Vec<(Segment, Given)> {
        let Some(scope) = self.open.last_mut() else { return Vec::new() };
        let taken = scope.log.split_off(mark);
        taken.into_iter().filter_map(|segment| scope.given.remove(&segment).map(|given| (segment, given))).collect()
    }

    /// Gives parts of earlier branches again.
    pub(super) fn restore(&mut self, parts: Vec<(Segment, Given)>) {
        let Some(scope) = self.open.last_mut() else { return };
        for (segment, given) in parts {
            if scope.given.insert(segment.clone(), given).is_none() {
                scope.log.push(segment);
            }
        }
    }

    /// Gives a part; what it was given to before, if it was.
    fn give(&mut self, segment: &Segment, span: Span, named: bool) -> Option<Given> {
        let scope = self.open.last_mut()?;
        match scope.given.get(segment) {
            Some(first) => Some(*first),
            None => {
                scope.given.insert(segment.clone(), Given { span, named });
                scope.log.push(segment.clone());
                None
            }
        }
    }
}

impl Checker<'_> {
    /// The address of a statement that has a name; a second name is reported where names are.
    pub(super) fn named_address(&mut self, name: &Name) -> Segment {
        let segment = Segment::name(&name.text);
        if let Some(first) = self.frame.addresses.give(&segment, name.span, true).filter(|first| !first.named) {
            self.same_address(&segment, name.span, first.span, "give one of them another name or label");
        }
        segment
    }

    /// The address of a statement by its label, else by its keyword and text.
    pub(super) fn address(&mut self, label: Option<&Name>, keyword: &str, text: &str, span: Span) -> Segment {
        let segment = match label {
            Some(label) => Segment::name(&label.text),
            None => Segment::unnamed(keyword, text),
        };
        let place = label.map_or(span, |label| label.span);
        if let Some(first) = self.frame.addresses.give(&segment, place, false) {
            let help = match label {
                Some(_) => "give one of them another label".to_owned(),
                None => how_to_tell_apart(keyword),
            };
            self.same_address(&segment, place, first.span, &help);
        }
        segment
    }

    /// The address of a step or sub-plan without a name: the last word of its call.
    pub(super) fn call_address(&mut self, keyword: &str, word: &Name) -> Segment {
        let segment = Segment::name(&word.text);
        if let Some(first) = self.frame.addresses.give(&segment, word.span, false) {
            let help = format!("label one: `{keyword} other = {}(..)`", word.text);
            self.same_address(&segment, word.span, first.span, &help);
        }
        segment
    }

    /// The address of what handles an event: the event, whose id is its key.
    pub(super) fn handler_address(&mut self, event: &EventName) -> Segment {
        let segment = Segment::name(&written(event));
        if let Some(first) = self.frame.addresses.give(&segment, event.name.span, false) {
            self.same_address(&segment, event.name.span, first.span, &how_to_tell_apart("on"));
        }
        segment
    }

    /// The address of a loop: its variable. That its name is taken is said where it is bound.
    pub(super) fn loop_address(&mut self, variable: &Name) -> Segment {
        let segment = Segment::name(&variable.text);
        let first = self.frame.addresses.give(&segment, variable.span, true);
        if let Some(first) = first.filter(|_| self.frame.scopes.get(&variable.text).is_none()) {
            self.same_address(&segment, variable.span, first.span, "call the item of one of them something else");
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

/// What to do about two statements of one keyword with one address.
fn how_to_tell_apart(keyword: &str) -> String {
    match keyword {
        "approve" | "commit" => format!("name one: `{keyword} other \"..\"`"),
        "rollout" => "name one: `rollout other as .. { .. }`".to_owned(),
        "emit" => "one scope emits one thing once: let what they carry differ, or give one a `phase`".to_owned(),
        "after" | "on" => "put both into one".to_owned(),
        keyword => format!("label one: `{keyword} other: ..`"),
    }
}
