//! Answers: what fits what is answered.

use super::places::Place;
use crate::{
    check::Checker,
    diagnostic::{Code, Diagnostic},
    ir::{
        Type,
        test::{Answer, AnswerKind, CrashTime},
    },
    source::Span,
    syntax::ast::{self, Name},
};

impl<'a> Checker<'a> {
    /// One answer of a `given`.
    pub(super) fn answer(&mut self, answer: &'a ast::Answer, place: &Place) -> Answer {
        let from = answer.from.as_ref().map(|from| self.expect(from, &Type::Duration, "`from`"));
        let kind = self.answer_kind(answer, place);
        let times = answer.times.as_ref().map(|times| self.expect(times, &Type::Int, "`times`"));
        let takes = answer.takes.as_ref().map(|takes| self.expect(takes, &Type::Duration, "`takes`"));
        Answer { from, kind, times, takes }
    }

    fn answer_kind(&mut self, answer: &'a ast::Answer, place: &Place) -> AnswerKind {
        use ast::AnswerKind as Kind;
        let span = answer.span;
        if !fits(&answer.kind, place) {
            self.unfit(span, &answer.kind, place);
        }
        match &answer.kind {
            Kind::Returns(value) => AnswerKind::Returns(self.answered(value, place)),
            Kind::Done => {
                self.gives_nothing(span, place, "returns ..");
                AnswerKind::Done
            }
            Kind::Fails(reason) => AnswerKind::Fails(reason.as_ref().map(|reason| self.text(reason))),
            Kind::Hangs => AnswerKind::Hangs,
            Kind::LostDone => {
                self.gives_nothing(span, place, "lost returns ..");
                AnswerKind::LostDone(None)
            }
            Kind::LostNotDone => AnswerKind::LostNotDone,
            Kind::LostReturns(value) => AnswerKind::LostDone(Some(self.answered(value, place))),
            Kind::Granted => AnswerKind::Granted,
            Kind::Refused(reason) => AnswerKind::Refused(reason.as_ref().map(|reason| self.text(reason))),
            Kind::Chooses(option) => {
                self.known_option(option, place);
                AnswerKind::Chooses(option.text.clone())
            }
            Kind::Crashes(time) => AnswerKind::Crashes(match time.text.as_str() {
                "before" => CrashTime::Before,
                "during" => CrashTime::During,
                _ => CrashTime::After,
            }),
        }
    }

    fn answered(&mut self, value: &'a ast::Expr, place: &Place) -> crate::ir::Expr {
        match place {
            Place::Action(Type::Nothing) | Place::Task(Type::Nothing) => {
                self.infer(value, None);
                let message = "what is answered here gives no value";
                self.report(
                    Diagnostic::new(Code::E0602, value.span, message, "").help("write `done`, without a value"),
                );
                super::super::placeholder(value.span)
            }
            Place::Action(ty) | Place::Look(ty) | Place::Task(ty) => self.expect(value, ty, "the answer"),
            Place::Verdict => self.expect(value, &Type::Bool, "the verdict"),
            Place::Approval | Place::Decision(_) | Place::Scope | Place::Unknown => self.infer(value, None),
        }
    }

    /// `done` is no answer where a value is due.
    fn gives_nothing(&mut self, span: Span, place: &Place, instead: &str) {
        if let Place::Action(ty) | Place::Task(ty) = place
            && !matches!(ty, Type::Nothing | Type::Error | Type::Optional(_))
        {
            let message = format!("what is answered here gives `{ty}`");
            let help = format!("say which: `{instead}`");
            self.report(Diagnostic::new(Code::E0602, span, message, "").help(help));
        }
    }

    fn known_option(&mut self, option: &Name, place: &Place) {
        let Place::Decision(options) = place else { return };
        if options.contains(&option.text.to_string()) {
            return;
        }
        let message = format!("the decision has no option `{}`", option.text);
        let help = || Some(format!("it has {}", crate::check::names::listed(options)));
        let diagnostic = Diagnostic::new(Code::E0602, option.span, message, "");
        self.report(diagnostic.suggest(&option.text, options.iter().map(String::as_str)).or_help(help));
    }

    fn unfit(&mut self, span: Span, answer: &ast::AnswerKind, place: &Place) {
        let (what, can) = match place {
            Place::Action(_) => ("an action", "`returns`, `done`, `fails`, `hangs`, `lost ..` or `crashes ..`"),
            Place::Look(_) => ("a look", "`returns`, `fails`, `hangs` or `crashes ..`"),
            Place::Task(_) => ("a task", "`done`, `returns`, `refused`, `hangs` or `crashes ..`"),
            Place::Approval => ("an approval", "`granted`, `refused`, `hangs` or `crashes ..`"),
            Place::Decision(_) => ("a decision", "`chooses`, `hangs` or `crashes ..`"),
            Place::Verdict => ("a condition", "`returns true`, `returns false`, `fails` or `hangs`"),
            Place::Scope | Place::Unknown => ("a part that holds others", "`crashes ..`"),
        };
        let message = format!("{what} is not answered like this");
        let diagnostic = Diagnostic::new(Code::E0602, span, message, "").help(format!("write {can}"));
        self.report(match instead(answer, place) {
            Some((word, meant)) => diagnostic.fix(Span { end: span.start + word.len() as u32, ..span }, meant),
            None => diagnostic,
        });
    }
}

/// The word of an answer that another kind of part gives, and what this one says for it.
fn instead(answer: &ast::AnswerKind, place: &Place) -> Option<(&'static str, &'static str)> {
    use ast::AnswerKind as Kind;
    match (answer, place) {
        (Kind::Done, Place::Approval) => Some(("done", "granted")),
        (Kind::Granted, Place::Task(Type::Nothing)) => Some(("granted", "done")),
        (Kind::Fails(_), Place::Approval | Place::Task(_)) => Some(("fails", "refused")),
        (Kind::Refused(_), Place::Action(_) | Place::Look(_)) => Some(("refused", "fails")),
        _ => None,
    }
}

/// Whether an answer makes sense there at all.
fn fits(answer: &ast::AnswerKind, place: &Place) -> bool {
    use ast::AnswerKind as Kind;
    match (answer, place) {
        (_, Place::Unknown) => true,
        (Kind::Crashes(_), place) => !matches!(place, Place::Verdict),
        (Kind::Hangs, place) => !matches!(place, Place::Scope),
        (Kind::Returns(_), place) => {
            matches!(place, Place::Action(_) | Place::Look(_) | Place::Task(_) | Place::Verdict)
        }
        (Kind::Done, place) => matches!(place, Place::Action(_) | Place::Task(_)),
        (Kind::Fails(_), place) => matches!(place, Place::Action(_) | Place::Look(_) | Place::Verdict),
        (Kind::LostDone | Kind::LostNotDone | Kind::LostReturns(_), place) => matches!(place, Place::Action(_)),
        (Kind::Granted, place) => matches!(place, Place::Approval),
        (Kind::Refused(_), place) => matches!(place, Place::Approval | Place::Task(_)),
        (Kind::Chooses(_), place) => matches!(place, Place::Decision(_)),
    }
}
