//! Blocks: a statement a line, or as they were written on one line, if they are short and hold nothing but short things.

use super::brackets::CURLY;
use super::layout::{GroupId, Kind, When};
use super::value::Giver;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{Block, Body, Compensation, CompensationBody, StatementKind, Step, StepBody, TestStatement};
use crate::syntax::token::Token;

/// How many statements a block of one line may hold.
const FEW: usize = 2;

impl Writer<'_> {
    /// ` { .. }`
    pub fn block(&mut self, block: &Block) {
        let group = self.open_blocks(is_short(block), end(block));
        self.block_of(group, block);
        self.close();
    }

    /// Begins a group whose blocks are all on one line or all broken; the last `}` is the first lexeme behind `end`.
    pub fn open_blocks(&mut self, short: bool, end: u32) -> GroupId {
        let group = self.open(Kind::Block);
        if !short || !self.goes_on_in_line(end) {
            self.layout.force();
        }
        group
    }

    /// ` { .. }` of a group.
    pub fn block_of(&mut self, group: GroupId, Block { statements, span: _ }: &Block) {
        if statements.is_empty() {
            return self.empty_block();
        }
        self.open_braces(group);
        self.lines(group, statements, Self::statement);
        self.close_braces(group);
    }

    /// ` = expr`, or ` { let .. return expr }`, which ends the declaration or is followed by its clauses
    pub fn body(&mut self, body: &Body) {
        match body {
            Body::Expr(value) => self.value(value, Giver::Declaration),
            Body::Block { statements, result } => {
                let group = self.open_blocks(statements.len() < FEW, result.span.end);
                self.open_braces(group);
                for statement in statements {
                    self.statement(statement);
                    self.next_line(group);
                }
                self.with_expr(Token::Return, result);
                self.close_braces(group);
                self.close();
            }
        }
    }

    /// ` { given .. expect .. }`
    pub fn test_body(&mut self, statements: &[TestStatement]) {
        let Some(last) = statements.last() else { return self.empty_block() };
        let group = self.open_blocks(statements.len() <= FEW, last.span.end);
        self.open_braces(group);
        self.lines(group, statements, Self::test_statement);
        self.close_braces(group);
        self.close();
    }

    fn empty_block(&mut self) {
        self.gap(Gap::BEFORE_BRACE);
        self.empty(CURLY);
    }

    /// ` {` and the line behind it.
    pub fn open_braces(&mut self, group: GroupId) {
        self.gap(Gap::BEFORE_BRACE);
        self.sign(Token::LBrace);
        self.indent(When::Broken(group));
        self.gap(Gap::blank_or_line(group).opening());
    }

    /// The line before `}`, and it.
    pub fn close_braces(&mut self, group: GroupId) {
        self.gap(Gap::blank_or_line(group).closing(When::Broken(group)));
        self.sign(Token::RBrace);
    }

    /// What stands between two statements.
    pub fn next_line(&mut self, group: GroupId) {
        self.gap(Gap::blank_or_line(group).keeping_blank_lines());
    }

    /// Things a line.
    pub fn lines<T>(&mut self, group: GroupId, things: &[T], each: fn(&mut Self, &T)) {
        for (index, thing) in things.iter().enumerate() {
            if index > 0 {
                self.next_line(group);
            }
            each(self, thing);
        }
    }
}

/// Where the `}` of a block stands.
pub fn end(Block { statements: _, span }: &Block) -> u32 {
    span.end.saturating_sub(1)
}

/// Whether a block may stay on one line.
pub fn is_short(Block { statements, span: _ }: &Block) -> bool {
    statements.len() <= FEW && statements.iter().all(|statement| holds_no_block(&statement.kind))
}

fn holds_no_block(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Goal(_)
        | StatementKind::Let { .. }
        | StatementKind::Probe { .. }
        | StatementKind::Gate(_)
        | StatementKind::Guard(_)
        | StatementKind::Require { .. }
        | StatementKind::Verify { .. }
        | StatementKind::Wait { .. }
        | StatementKind::Approve { .. }
        | StatementKind::Emit { .. }
        | StatementKind::Commit { .. }
        | StatementKind::Fail(_)
        | StatementKind::Return(_)
        | StatementKind::Unwind
        | StatementKind::Error => true,
        StatementKind::Step(step) => {
            let Step { name: _, title: _, ty: _, body, modifiers: _, compensation } = step.as_ref();
            matches!(body, StepBody::Call(_)) && is_call(compensation.as_deref())
        }
        StatementKind::Task { compensation, .. } | StatementKind::Run { compensation, .. } => {
            is_call(compensation.as_deref())
        }
        StatementKind::Phase { .. }
        | StatementKind::When { .. }
        | StatementKind::WhenMatch { .. }
        | StatementKind::Decide { .. }
        | StatementKind::Parallel { .. }
        | StatementKind::For { .. }
        | StatementKind::Rollout { .. }
        | StatementKind::On { .. }
        | StatementKind::Attempt { .. }
        | StatementKind::AfterEach { .. } => false,
    }
}

fn is_call(compensation: Option<&Compensation>) -> bool {
    compensation.is_none_or(|compensation| !matches!(compensation.body, CompensationBody::Block(_)))
}
