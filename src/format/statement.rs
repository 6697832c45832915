//! Statements.

use super::layout::{Kind, When};
use super::value::Giver;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{
    Compensation, Expr, Modifier, Name, RolloutBinding, Stage, Stages, Statement, StatementKind, Step, StepBody,
    Template, Type, WaitKind, Watch,
};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// A statement.
    pub fn statement(&mut self, Statement { kind, span }: &Statement) {
        match kind {
            StatementKind::Goal(text) => self.with_text(Token::Goal, text),
            StatementKind::Let { name, ty, value } => self.binding(Token::Let, name, ty.as_deref(), value),
            StatementKind::Probe { name, ty, call, modifiers } => {
                self.binding(Token::Probe, name, ty.as_deref(), call);
                self.clauses(modifiers, None);
            }
            StatementKind::Step(step) => self.step(step),
            StatementKind::Task { name, ty, text, by, modifiers, compensation } => {
                self.with_name(Token::Task, name);
                ty.iter().for_each(|ty| self.annotation(ty));
                self.spaced_text(text);
                self.by(by, modifiers, compensation.as_deref());
            }
            StatementKind::Phase { name, title, modifiers, body, compensation } => {
                self.titled(Token::Phase, name, title.as_ref());
                self.clauses(modifiers, None);
                self.block(body);
                self.compensation(compensation.as_deref());
            }
            StatementKind::When { branches, otherwise } => self.when(branches, otherwise.as_ref()),
            StatementKind::WhenMatch { value, arms } => self.when_match(value, arms),
            StatementKind::Decide { name, question, by, modifiers, options } => {
                self.titled(Token::Decide, name, Some(question));
                self.decider(by.as_ref(), modifiers);
                self.contained(options, Self::choice);
            }
            StatementKind::Parallel { limit, branches } => {
                self.sign(Token::Parallel);
                limit.iter().for_each(|limit| self.limit(limit));
                self.contained(branches, Self::branch);
            }
            StatementKind::For { name, list, modifiers, body, compensation } => {
                self.with_name(Token::For, name);
                self.gap(Gap::SPACE);
                self.with_expr(Token::In, list);
                self.clauses(modifiers, None);
                self.block(body);
                self.compensation(compensation.as_deref());
            }
            StatementKind::Rollout { binding, stages, body, compensation } => {
                self.rollout(binding.as_deref(), stages);
                self.block(body);
                self.compensation(compensation.as_deref());
            }
            StatementKind::Gate(watch) => self.watch(Token::Gate, watch),
            StatementKind::Guard(watch) => self.watch(Token::Guard, watch),
            StatementKind::Require { label, condition, otherwise } => {
                self.condition(Token::Require, label.as_ref(), condition);
                self.otherwise(None, otherwise.as_ref());
            }
            StatementKind::Verify { label, condition, within, otherwise } => {
                self.condition(Token::Verify, label.as_ref(), condition);
                self.otherwise(within.as_deref(), otherwise.as_ref());
            }
            StatementKind::On { event, alias, condition, body } => {
                self.sign(Token::On);
                self.event(event);
                self.alias(alias.as_ref());
                self.filter(condition.as_ref(), &[]);
                self.block(body);
            }
            StatementKind::Wait { label, kind } => self.wait(label.as_ref(), kind),
            StatementKind::Approve { name, question, by, modifiers } => {
                self.named_text(Token::Approve, name.as_ref(), question);
                self.by(by, modifiers, None);
            }
            StatementKind::Emit { event, payload } => {
                self.sign(Token::Emit);
                self.event(event);
                payload.iter().for_each(|payload| self.spaced_expr(payload));
            }
            StatementKind::Attempt { name, body, alias, otherwise } => {
                self.attempt(name.as_ref(), body, alias.as_ref(), otherwise);
            }
            StatementKind::Commit { name, text } => self.named_text(Token::Commit, name.as_ref(), text),
            StatementKind::Run { name, ty, call, modifiers, compensation } => {
                self.run(name.as_ref(), ty.as_deref(), call);
                self.clauses(modifiers, compensation.as_deref());
            }
            StatementKind::AfterEach { alias, body } => {
                self.sign(Token::After);
                self.spaced(Token::Each);
                self.spaced(Token::Phase);
                self.alias(Some(alias));
                self.block(body);
            }
            StatementKind::Fail(text) => self.with_text(Token::Fail, text),
            StatementKind::Return(value) => {
                self.sign(Token::Return);
                value.iter().for_each(|value| self.spaced_expr(value));
            }
            StatementKind::Unwind => self.sign(Token::Unwind),
            StatementKind::Error => self.glued(*span),
        }
    }

    /// `let x: T = value`
    fn binding(&mut self, word: Token, name: &Name, ty: Option<&Type>, value: &Expr) {
        self.with_name(word, name);
        ty.iter().for_each(|ty| self.annotation(ty));
        self.value(value, Giver::Statement);
    }

    /// `phase x "title"`
    pub fn titled(&mut self, word: Token, name: &Name, title: Option<&Template>) {
        self.with_name(word, name);
        title.iter().for_each(|title| self.spaced_text(title));
    }

    /// `commit x "text"`
    fn named_text(&mut self, word: Token, name: Option<&Name>, text: &Template) {
        self.sign(word);
        name.iter().for_each(|name| self.spaced_name(name));
        self.spaced_text(text);
    }

    /// ` as x`
    pub fn alias(&mut self, alias: Option<&Name>) {
        if let Some(alias) = alias {
            self.spaced(Token::As);
            self.spaced_name(alias);
        }
    }

    fn limit(&mut self, limit: &Expr) {
        self.gap(Gap::SPACE);
        self.with_expr(Token::Limit, limit);
    }

    fn step(&mut self, step: &Step) {
        let Step { name, title, ty, body, modifiers, compensation } = step;
        self.sign(Token::Step);
        name.iter().for_each(|name| self.spaced_name(name));
        title.iter().for_each(|title| self.spaced_text(title));
        ty.iter().for_each(|ty| self.annotation(ty));
        match body {
            StepBody::Call(call) => {
                if name.is_some() {
                    self.value(call, Giver::Statement)
                } else {
                    self.spaced_expr(call)
                }
                self.clauses(modifiers, compensation.as_deref());
            }
            StepBody::Block(block) => {
                self.clauses(modifiers, None);
                self.block(block);
                self.compensation(compensation.as_deref());
            }
        }
    }

    /// ` by "team" takes 1d compensate f()`
    fn by(&mut self, by: &Template, modifiers: &[Modifier], compensation: Option<&Compensation>) {
        let mut clauses = self.begin_clauses();
        self.clause(&mut clauses);
        self.with_text(Token::By, by);
        self.more_clauses(clauses, modifiers, compensation);
    }

    /// ` by "team" timeout 2d`
    fn decider(&mut self, by: Option<&Template>, modifiers: &[Modifier]) {
        match by {
            Some(by) => self.by(by, modifiers, None),
            None => self.clauses(modifiers, None),
        }
    }

    fn rollout(&mut self, binding: Option<&RolloutBinding>, stages: &Stages) {
        self.sign(Token::Rollout);
        if let Some(RolloutBinding { name, title, variable }) = binding {
            self.spaced_name(name);
            title.iter().for_each(|title| self.spaced_text(title));
            self.alias(Some(variable));
        }
        match stages {
            Stages::Listed(stages) => self.stages(stages),
            Stages::In { list, hold } => {
                self.gap(Gap::SPACE);
                self.with_expr(Token::In, list);
                self.gap(Gap::SPACE);
                self.with_expr(Token::For, hold);
            }
        }
    }

    /// ` 1% for 24h -> 10%`, a stage a line if any of them was written on a line of its own
    fn stages(&mut self, stages: &[Stage]) {
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        for (index, Stage { value, hold }) in stages.iter().enumerate() {
            self.may_begin_line(group);
            if index > 0 {
                self.sign(Token::Arrow);
                self.gap(Gap::SPACE);
            }
            self.expr(value);
            if let Some(hold) = hold {
                self.gap(Gap::SPACE);
                self.with_expr(Token::For, hold);
            }
        }
        self.dedent(When::Broken(group));
        self.close();
    }

    /// `require named: condition`
    fn condition(&mut self, word: Token, label: Option<&Name>, condition: &Expr) {
        self.labelled(word, label);
        self.spaced_expr(condition);
    }

    /// `wait named:`
    fn labelled(&mut self, word: Token, label: Option<&Name>) {
        self.sign(word);
        if let Some(label) = label {
            self.spaced_name(label);
            self.sign(Token::Colon);
        }
    }

    fn watch(&mut self, word: Token, watch: &Watch) {
        let Watch { label, condition, every, modifiers, otherwise } = watch;
        self.condition(word, label.as_ref(), condition);
        let mut clauses = self.begin_clauses();
        self.clause(&mut clauses);
        self.with_expr(Token::Every, every);
        self.modifiers(&mut clauses, modifiers);
        if let Some(otherwise) = otherwise {
            self.clause(&mut clauses);
            self.with_text(Token::Else, otherwise);
        }
        self.end_clauses(&clauses);
    }

    /// ` within 5m every 10s else "text"`
    fn otherwise(&mut self, within: Option<&(Expr, Expr)>, otherwise: Option<&Template>) {
        let mut clauses = self.begin_clauses();
        if let Some((within, every)) = within {
            self.clause(&mut clauses);
            self.with_expr(Token::Within, within);
            self.gap(Gap::SPACE);
            self.with_expr(Token::Every, every);
        }
        if let Some(otherwise) = otherwise {
            self.clause(&mut clauses);
            self.with_text(Token::Else, otherwise);
        }
        self.end_clauses(&clauses);
    }

    /// ` where condition timeout 1h`
    fn filter(&mut self, condition: Option<&Expr>, modifiers: &[Modifier]) {
        let mut clauses = self.begin_clauses();
        if let Some(condition) = condition {
            self.clause(&mut clauses);
            self.with_expr(Token::Where, condition);
        }
        self.more_clauses(clauses, modifiers, None);
    }

    fn wait(&mut self, label: Option<&Name>, kind: &WaitKind) {
        self.labelled(Token::Wait, label);
        self.gap(Gap::SPACE);
        match kind {
            WaitKind::Duration(duration) => self.expr(duration),
            WaitKind::Until { condition, every, modifiers } => {
                self.with_expr(Token::Until, condition);
                let mut clauses = self.begin_clauses();
                self.clause(&mut clauses);
                self.with_expr(Token::Every, every);
                self.more_clauses(clauses, modifiers, None);
            }
            WaitKind::Event { event, alias, condition, modifiers } => {
                self.sign(Token::For);
                self.event(event);
                self.alias(alias.as_ref());
                self.filter(condition.as_ref(), modifiers);
            }
        }
    }

    fn run(&mut self, name: Option<&Name>, ty: Option<&Type>, call: &Expr) {
        self.sign(Token::Run);
        let Some(name) = name else { return self.spaced_expr(call) };
        self.spaced_name(name);
        ty.iter().for_each(|ty| self.annotation(ty));
        self.value(call, Giver::Statement);
    }
}
