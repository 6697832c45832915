//! Patterns.

use super::brackets::ROUND;
use super::layout::{Kind, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::{Pattern, PatternKind, PayloadPattern};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// `mixed(count) | none as v`
    pub fn pattern(&mut self, Pattern { kind, span }: &Pattern) {
        match kind {
            PatternKind::Any | PatternKind::None | PatternKind::Bool(_) | PatternKind::Error => self.whole(*span),
            PatternKind::Text(text) => self.text(text),
            PatternKind::Number(_) | PatternKind::Range(_, _) => self.glued(*span),
            PatternKind::Variant { name, payload } => {
                self.name(name);
                if !payload.is_empty() {
                    self.listed(ROUND, payload, Self::payload);
                }
            }
            PatternKind::Alternatives(alternatives) => self.alternatives(alternatives),
            PatternKind::As { pattern, name } => {
                self.pattern(pattern);
                self.spaced(Token::As);
                self.spaced_name(name);
            }
        }
    }

    /// `low | medium`
    pub fn alternatives(&mut self, alternatives: &[Pattern]) {
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        for (index, alternative) in alternatives.iter().enumerate() {
            if index > 0 {
                self.gap(Gap::blank_or_line(group));
                self.sign(Token::Pipe);
                self.gap(Gap::SPACE);
            }
            self.pattern(alternative);
        }
        self.dedent(When::Broken(group));
        self.close();
    }

    fn payload(&mut self, part: &PayloadPattern) {
        match part {
            PayloadPattern::Bind(name) => self.name(name),
            PayloadPattern::Field { name, pattern } => {
                self.name(name);
                self.sign(Token::Colon);
                self.gap(Gap::SPACE);
                self.pattern(pattern);
            }
            PayloadPattern::Any(span) => self.whole(*span),
        }
    }
}
