//! What is looked at again and again: gates of a rollout, and guards.

use super::{Checker, frame::Around, statement::plain};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Check, Expr, Gate, Guard, Reaction, Segment, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name, Watch},
};

/// What the clauses of a gate or guard say.
struct Clauses {
    tolerate: Option<Expr>,
    on_fail: Reaction,
    on_unknown: Reaction,
    until: Option<Segment>,
}

impl<'a> Checker<'a> {
    /// `gate errors: cond every 5m tolerate 2`, which stands directly in a rollout.
    pub(super) fn gate(&mut self, watch: &'a Watch, span: Span) {
        if self.frame.around.last() != Some(&Around::Rollout) {
            let message = "a `gate` stands directly in a rollout";
            let help = "elsewhere write `verify .. within .. every ..`, or `guard .. every ..`";
            let word = Span { end: span.start + 4, ..span };
            self.report(Diagnostic::new(Code::E0408, word, message, "").help(help));
        }
        let (segment, check, every) = self.watched(watch, "gate", span);
        let Clauses { tolerate, on_fail, on_unknown, until: _ } = self.watch_clauses(&watch.modifiers, Reaction::Undo);
        self.frame.gates.push(Gate { segment, check, every, tolerate, on_fail, on_unknown });
    }

    /// `guard up: cond every 1m until cleanup`.
    pub(super) fn guard(&mut self, watch: &'a Watch, span: Span) -> Statement {
        let (segment, check, every) = self.watched(watch, "guard", span);
        let clauses = self.watch_clauses(&watch.modifiers, Reaction::Pause);
        for modifier in &watch.modifiers {
            if matches!(modifier.kind, ModifierKind::OnFail(ast::Reaction::StepBack)) {
                let message = "a guard has no stage to step back to";
                let help = "write `on fail pause`, or `on fail undo`; `step_back` is for gates";
                self.report(Diagnostic::new(Code::E0408, modifier.span, message, "").help(help));
            }
        }
        let Clauses { tolerate, on_fail, on_unknown, until } = clauses;
        let guard = Guard { check, every, tolerate, on_fail, on_unknown, until };
        plain(StatementKind::Guard(Box::new(guard)), Some(segment), span)
    }

    fn watched(&mut self, watch: &'a Watch, keyword: &str, span: Span) -> (Segment, Check, Expr) {
        let text = self.normal(&watch.condition);
        let segment = self.address(watch.label.as_ref(), keyword, &text, span);
        let check = self.check_condition(&watch.condition, watch.otherwise.as_ref(), text);
        let every = self.expect(&watch.every, &Type::Duration, "`every`");
        (segment, check, every)
    }

    fn watch_clauses(&mut self, modifiers: &'a [Modifier], unknown: Reaction) -> Clauses {
        let mut clauses = Clauses { tolerate: None, on_fail: Reaction::Undo, on_unknown: unknown, until: None };
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Tolerate(count) => clauses.tolerate = Some(self.expect(count, &Type::Int, "`tolerate`")),
                ModifierKind::OnUnknown(written) => clauses.on_unknown = reaction(*written),
                ModifierKind::OnFail(written) => clauses.on_fail = reaction(*written),
                ModifierKind::Until(phase) => clauses.until = self.phase_to_come(phase),
                _ => self.misplaced_modifier(modifier, "on a gate or guard"),
            }
        }
        clauses
    }

    /// A phase of the same block that has not begun here.
    fn phase_to_come(&mut self, name: &Name) -> Option<Segment> {
        let phases = self.frame.phases_of_blocks.last().map_or(&[][..], Vec::as_slice);
        let found = phases.iter().find(|phase| phase.text == name.text);
        if let Some(phase) = found.filter(|phase| phase.span.start > name.span.start) {
            return Some(Segment::name(&phase.text));
        }
        let diagnostic = match found {
            Some(phase) => {
                let message = format!("`{}` stands before this, and has begun", name.text);
                Diagnostic::new(Code::E0410, name.span, message, "")
                    .label(phase.span, "the phase")
                    .help("name a phase that comes later; without `until` it holds until its scope ends")
            }
            None => {
                let message = format!("there is no phase `{}` in this block", name.text);
                let known = phases.iter().map(|phase| phase.text.as_str());
                let diagnostic = Diagnostic::new(Code::E0410, name.span, message, "");
                let around = self.frame.phases_of_blocks.iter().flatten().find(|phase| phase.text == name.text);
                match around {
                    Some(phase) => diagnostic.label(phase.span, "it stands outside").help(
                        "it ends with what it stands in, before that phase: leave out `until`, or move it out of there",
                    ),
                    None => diagnostic.suggest(&name.text, known),
                }
            }
        };
        if found.is_some() || !self.has_unread_parts() {
            self.report(diagnostic);
        }
        None
    }
}

fn reaction(written: ast::Reaction) -> Reaction {
    match written {
        ast::Reaction::Undo => Reaction::Undo,
        ast::Reaction::Pause => Reaction::Pause,
        ast::Reaction::StepBack => Reaction::StepBack,
    }
}
