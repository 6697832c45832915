//! Clauses: behind their statement on its line, or each on a line of its own.
//!
//! A clause that was written on a line of its own stays on one. Those that were not are put on lines of their own, all
//! of one line together, only if they don't fit.

use super::layout::{GroupId, Kind, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::{
    Compensation, CompensationBody, CompensationMode, Expr, Modifier, ModifierKind, Name, Reaction, Template,
};
use crate::syntax::token::Token;

/// The clauses of a statement while they are written: those on one line are a group.
pub struct Clauses {
    group: GroupId,
    level: When,
}

impl Writer<'_> {
    /// Begins the clauses of what was just written. If that was broken at its operators, they go on lines of their own.
    pub fn begin_clauses(&mut self) -> Clauses {
        let leader = self.tail;
        let group = self.open(Kind::Plain);
        self.layout.follow(group, leader);
        self.indent(When::Broken(group));
        Clauses { group, level: When::Broken(group) }
    }

    /// What stands before a clause.
    pub fn clause(&mut self, clauses: &mut Clauses) {
        if !self.begins_line() {
            return self.gap(Gap::blank_or_line(clauses.group));
        }
        self.end_clauses(clauses);
        clauses.level = When::Always;
        self.indent(When::Always);
        self.gap(Gap::LINE);
        clauses.group = self.open(Kind::Plain);
    }

    /// Ends the clauses.
    pub fn end_clauses(&mut self, clauses: &Clauses) {
        self.close();
        self.dedent(clauses.level);
    }

    /// The clauses of a statement.
    pub fn clauses(&mut self, modifiers: &[Modifier], compensation: Option<&Compensation>) {
        let clauses = self.begin_clauses();
        self.more_clauses(clauses, modifiers, compensation);
    }

    /// The last clauses of a statement.
    pub fn more_clauses(&mut self, mut clauses: Clauses, modifiers: &[Modifier], compensation: Option<&Compensation>) {
        self.modifiers(&mut clauses, modifiers);
        let Some(Compensation { mode, body, span: _ }) = compensation else { return self.end_clauses(&clauses) };
        self.clause(&mut clauses);
        self.compensate(*mode);
        match body {
            // A block has lines of its own, which say nothing about where the clauses stand.
            CompensationBody::Block(block) => {
                self.close();
                self.block(block);
                return self.dedent(clauses.level);
            }
            CompensationBody::Nothing => self.spaced(Token::Nothing),
            CompensationBody::Call { call, modifiers } => self.undo_call(call, modifiers),
        }
        self.end_clauses(&clauses);
    }

    /// ` compensate ..` behind a block.
    pub fn compensation(&mut self, compensation: Option<&Compensation>) {
        let Some(Compensation { mode, body, span: _ }) = compensation else { return };
        self.gap(Gap::BEHIND_BLOCK);
        self.compensate(*mode);
        match body {
            CompensationBody::Nothing => self.spaced(Token::Nothing),
            CompensationBody::Call { call, modifiers } => self.undo_call(call, modifiers),
            CompensationBody::Block(block) => self.block(block),
        }
    }

    fn compensate(&mut self, mode: CompensationMode) {
        self.sign(Token::Compensate);
        match mode {
            CompensationMode::Normal => {}
            CompensationMode::Always => self.spaced(Token::Always),
            CompensationMode::BestEffort => self.spaced(Token::BestEffort),
        }
    }

    fn undo_call(&mut self, call: &Expr, modifiers: &[Modifier]) {
        self.spaced_expr(call);
        self.clauses(modifiers, None);
    }

    /// `retry 3 timeout 10s`
    pub fn modifiers(&mut self, clauses: &mut Clauses, modifiers: &[Modifier]) {
        for Modifier { kind, span: _ } in modifiers {
            self.clause(clauses);
            self.modifier(kind);
        }
    }

    fn modifier(&mut self, kind: &ModifierKind) {
        match kind {
            ModifierKind::Retry { count, backoff } => {
                self.with_expr(Token::Retry, count);
                if let Some((first, longest)) = backoff.as_deref() {
                    self.gap(Gap::SPACE);
                    self.with_range(Token::Backoff, std::iter::once(first).chain(longest));
                }
            }
            ModifierKind::Takes(estimates) => self.with_range(Token::Takes, estimates),
            ModifierKind::Timeout(value) => self.with_expr(Token::Timeout, value),
            ModifierKind::Risk(value) => self.with_expr(Token::Risk, value),
            ModifierKind::Confirm(value) => self.with_expr(Token::Confirm, value),
            ModifierKind::Keyed(value) => self.with_expr(Token::Keyed, value),
            ModifierKind::Limit(value) => self.with_expr(Token::Limit, value),
            ModifierKind::AfterItems(value) => self.with_expr(Token::After, value),
            ModifierKind::Tolerate(value) => self.with_expr(Token::Tolerate, value),
            ModifierKind::Irreversible => self.sign(Token::Irreversible),
            ModifierKind::BestEffort => self.sign(Token::BestEffort),
            ModifierKind::Idempotent => self.sign(Token::Idempotent),
            ModifierKind::Parallel => self.sign(Token::Parallel),
            ModifierKind::AfterPhases(phases) => {
                self.sign(Token::After);
                self.gap(Gap::SPACE);
                self.enumerated(phases, Self::name);
            }
            ModifierKind::By { order, descending } => {
                self.with_expr(Token::By, order);
                if *descending {
                    self.spaced(Token::Descending);
                }
            }
            ModifierKind::As(name) => self.with_name(Token::As, name),
            ModifierKind::Until(name) => self.with_name(Token::Until, name),
            ModifierKind::On { event, alias, condition } => {
                self.sign(Token::On);
                self.event(event);
                self.gap(Gap::SPACE);
                self.with_name(Token::As, alias);
                if let Some(condition) = condition {
                    self.gap(Gap::SPACE);
                    self.with_expr(Token::Where, condition);
                }
            }
            ModifierKind::OnUnknown(reaction) => self.reaction(Token::Unknown, *reaction),
            ModifierKind::OnFail(reaction) => self.reaction(Token::Fail, *reaction),
        }
    }

    fn reaction(&mut self, verdict: Token, reaction: Reaction) {
        self.sign(Token::On);
        self.spaced(verdict);
        self.spaced(match reaction {
            Reaction::Undo => Token::Undo,
            Reaction::Pause => Token::Pause,
            Reaction::StepBack => Token::StepBack,
        });
    }

    /// `word expr`
    pub fn with_expr(&mut self, word: Token, expr: &Expr) {
        self.sign(word);
        self.spaced_expr(expr);
    }

    /// `word name`
    pub fn with_name(&mut self, word: Token, name: &Name) {
        self.sign(word);
        self.spaced_name(name);
    }

    /// `word "text"`
    pub fn with_text(&mut self, word: Token, text: &Template) {
        self.sign(word);
        self.spaced_text(text);
    }

    /// `word a..b`
    fn with_range<'e>(&mut self, word: Token, ends: impl IntoIterator<Item = &'e Expr>) {
        self.sign(word);
        self.gap(Gap::SPACE);
        for (index, end) in ends.into_iter().enumerate() {
            if index > 0 {
                self.sign(Token::DotDot);
            }
            // `..` and `.size` would be read as `...`.
            if index > 0 && self.is_next(Token::Dot) {
                self.gap(Gap::SPACE);
            }
            self.expr(end);
        }
    }
}
