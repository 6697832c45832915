//! Events: waiting for them, handling them, publishing them.

use super::{
    Checker,
    assign::{Want, What},
    frame::{Allowed, Around},
    scope::BindingKind,
    statement::plain,
};
use crate::{
    ir::{EventId, Expr, LocalId, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, EventName, Modifier, Name},
};

impl<'a> Checker<'a> {
    /// `wait for Event as e where cond timeout d`; `e` is visible afterwards.
    pub(super) fn wait_for(
        &mut self,
        span: Span,
        label: Option<&'a Name>,
        event: &'a EventName,
        alias: Option<&'a Name>,
        condition: Option<&'a ast::Expr>,
        modifiers: &'a [Modifier],
    ) -> Option<Statement> {
        let text = self.event_text(event, condition);
        let segment = self.address(label, "wait", &format!("for {text}"), span);
        let (found, payload) = self.event_with_payload(event);
        let local = alias.map(|alias| self.bind(alias, payload, BindingKind::Alias).0);
        let condition = self.event_condition(found, alias, condition);
        let timeout = self.timeout(modifiers);
        condition.iter().for_each(|condition| self.frame.facts.learn(condition, true));
        let kind = StatementKind::WaitFor { event: found?, local, condition: condition.map(Box::new), timeout };
        Some(plain(kind, Some(segment), span))
    }

    /// `on Event as e where cond { .. }`: one handler for an event in a scope, because it is what addresses it.
    pub(super) fn handler(
        &mut self,
        span: Span,
        event: &'a EventName,
        alias: Option<&'a Name>,
        condition: Option<&'a ast::Expr>,
        body: &'a ast::Block,
    ) -> Option<Statement> {
        let segment = self.handler_address(event);
        let (found, payload) = self.event_with_payload(event);
        let facts = self.frame.facts.mark();
        self.frame.scopes.enter(Default::default());
        let local = alias.map(|alias| self.bind(alias, payload, BindingKind::Alias).0);
        let condition = self.event_condition(found, alias, condition);
        condition.iter().for_each(|condition| self.frame.facts.learn(condition, true));
        let (block, _, _) = self.scope(Around::Handler, None, body);
        self.frame.scopes.leave();
        self.frame.facts.forget(facts);
        let kind = StatementKind::On { event: found?, local, condition, block };
        Some(plain(kind, Some(segment), span))
    }

    /// `emit Event { .. }`, addressed by the whole of it.
    pub(super) fn emit(
        &mut self,
        span: Span,
        event: &'a EventName,
        payload: Option<&'a ast::Expr>,
    ) -> Option<Statement> {
        let carried = payload.map(|payload| format!(" {}", self.normal(payload))).unwrap_or_default();
        let text = format!("{}{carried}", written(event));
        let segment = self.address(None, "emit", &text, span);
        let (found, ty) = self.event_with_payload(event);
        let payload = self.carried(&ty, payload, event.name.span);
        Some(plain(StatementKind::Emit { event: found?, payload }, Some(segment), span))
    }

    /// What an event carries; without a record, one of no fields at `place`.
    pub(super) fn carried(&mut self, ty: &Type, payload: Option<&ast::Expr>, place: Span) -> Expr {
        let Some(payload) = payload else {
            // Where something could not be read, it may have been the record.
            let ty = if self.modules[self.module.index()].has_read(place) { ty } else { &Type::Error };
            return self.record(&[], place, Some(ty));
        };
        let want = Want { what: What::Text("what an event carries"), place: None };
        let value = self.infer_in(Allowed::Pure, payload, Some(ty));
        self.coerce(value, ty, want)
    }

    /// The event that starts a plan: what it is called, and which of them.
    pub(super) fn trigger(
        &mut self,
        event: &'a EventName,
        alias: &'a Name,
        condition: Option<&'a ast::Expr>,
    ) -> Option<(EventId, LocalId, Option<Expr>)> {
        let (found, payload) = self.event_with_payload(event);
        let (local, _) = self.bind(alias, payload, BindingKind::Variable);
        let condition = self.event_condition(found, Some(alias), condition);
        condition.iter().for_each(|condition| self.frame.facts.learn(condition, true));
        Some((found?, local, condition))
    }

    /// The event and what it carries; an unknown one is reported, and carries what fits everything.
    pub(super) fn event_with_payload(&mut self, event: &EventName) -> (Option<EventId>, Type) {
        let found = self.event(event);
        (found, found.map_or(Type::Error, |event| self.payload(event).clone()))
    }

    fn event_condition(
        &mut self,
        event: Option<EventId>,
        alias: Option<&Name>,
        condition: Option<&'a ast::Expr>,
    ) -> Option<Expr> {
        let payload = event.map_or(Type::Error, |event| self.payload(event).clone());
        self.frame.event = Some((alias.map(|alias| alias.text.clone()), payload));
        let condition = condition.map(|condition| self.expect(condition, &Type::Bool, "`where`"));
        self.frame.event = None;
        condition
    }

    /// An event with its condition as an address writes it.
    fn event_text(&self, event: &EventName, condition: Option<&ast::Expr>) -> String {
        let condition = condition.map(|condition| format!(" where {}", self.normal(condition)));
        format!("{}{}", written(event), condition.unwrap_or_default())
    }
}

/// `Paid`, `ops.Paid`
pub(super) fn written(event: &EventName) -> String {
    match &event.module {
        Some(module) => format!("{}.{}", module.text, event.name.text),
        None => event.name.text.to_string(),
    }
}
