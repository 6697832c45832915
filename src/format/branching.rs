//! Statements with several blocks.

use super::block::{end, is_short};
use super::layout::Kind;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{Block, Branch, Choice, ChoiceCondition, Expr, Modifier, Name, Pattern};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// `when a { .. } else when b { .. } else { .. }`
    pub fn when(&mut self, branches: &[(Expr, Block)], otherwise: Option<&Block>) {
        let short = branches.iter().map(|(_, block)| block).chain(otherwise).all(is_short);
        let last = otherwise.or(branches.last().map(|(_, block)| block)).map_or(0, end);
        let mut group = None;
        for (condition, block) in branches {
            if group.is_some() {
                self.behind_block();
                self.gap(Gap::SPACE);
            }
            self.with_expr(Token::When, condition);
            let group = *group.get_or_insert_with(|| self.open_blocks(short, last));
            self.block_of(group, block);
        }
        if let (Some(otherwise), Some(group)) = (otherwise, group) {
            self.behind_block();
            self.block_of(group, otherwise);
        }
        if group.is_some() {
            self.close();
        }
    }

    /// `attempt x { .. } else as failure { .. }`
    pub fn attempt(&mut self, name: Option<&Name>, body: &Block, alias: Option<&Name>, otherwise: &Block) {
        self.sign(Token::Attempt);
        name.iter().for_each(|name| self.spaced_name(name));
        let group = self.open_blocks(is_short(body) && is_short(otherwise), end(otherwise));
        self.block_of(group, body);
        self.behind_block();
        self.alias(alias);
        self.block_of(group, otherwise);
        self.close();
    }

    /// ` else`
    fn behind_block(&mut self) {
        self.gap(Gap::BEHIND_BLOCK);
        self.sign(Token::Else);
    }

    /// `when value { pattern => { .. } .. }`
    pub fn when_match(&mut self, value: &Expr, arms: &[(Pattern, Block)]) {
        self.with_expr(Token::When, value);
        self.contained(arms, Self::when_arm);
    }

    fn when_arm(&mut self, (pattern, block): &(Pattern, Block)) {
        self.pattern(pattern);
        self.spaced(Token::FatArrow);
        self.block(block);
    }

    /// ` { .. }` of what has blocks itself, which is never on one line.
    pub fn contained<T>(&mut self, parts: &[T], each: fn(&mut Self, &T)) {
        let group = self.open(Kind::Plain);
        self.layout.force();
        self.open_braces(group);
        self.lines(group, parts, each);
        self.close_braces(group);
        self.close();
    }

    /// `option a "title" when cond takes 1w { .. }`
    pub fn choice(&mut self, choice: &Choice) {
        let Choice { name, title, condition, modifiers, body, span: _ } = choice;
        self.titled(Token::Option, name, title.as_ref());
        self.chosen(condition, modifiers);
        self.block(body);
    }

    fn chosen(&mut self, condition: &ChoiceCondition, modifiers: &[Modifier]) {
        let mut clauses = self.begin_clauses();
        match condition {
            ChoiceCondition::Open => {}
            ChoiceCondition::When(condition) => {
                self.clause(&mut clauses);
                self.with_expr(Token::When, condition);
            }
            ChoiceCondition::Otherwise(_) => {
                self.clause(&mut clauses);
                self.sign(Token::Otherwise);
            }
        }
        self.more_clauses(clauses, modifiers, None);
    }

    /// `branch a "title" takes 1w { .. }`
    pub fn branch(&mut self, branch: &Branch) {
        let Branch { name, title, modifiers, body, span: _ } = branch;
        self.titled(Token::Branch, name, title.as_ref());
        self.clauses(modifiers, None);
        self.block(body);
    }
}
