//! Lists in brackets: on one line, or an element a line with a comma behind the last.

use super::layout::{GroupId, Kind, Piece, When};
use super::writer::{Gap, Writer};
use crate::syntax::ast::Type;
use crate::syntax::token::Token;

/// A pair of brackets.
#[derive(Clone, Copy)]
pub struct Brackets {
    open: Token,
    close: Token,
    /// A blank inside, next to each.
    spaced: bool,
}

/// `(a, b)`
pub const ROUND: Brackets = Brackets { open: Token::LParen, close: Token::RParen, spaced: false };
/// `[a, b]`
pub const SQUARE: Brackets = Brackets { open: Token::LBracket, close: Token::RBracket, spaced: false };
/// `{ a, b }`
pub const CURLY: Brackets = Brackets { open: Token::LBrace, close: Token::RBrace, spaced: true };

impl Brackets {
    /// What stands inside, next to each.
    fn edge(self, group: GroupId) -> Gap {
        if self.spaced { Gap::blank_or_line(group) } else { Gap::nothing_or_line(group) }
    }
}

impl Writer<'_> {
    /// Elements in brackets. They stay an element a line if the first was written on a line of its own.
    pub fn listed<T>(&mut self, brackets: Brackets, elements: &[T], each: fn(&mut Self, &T)) {
        self.listed_hugging(brackets, elements, |_| false, each);
    }

    /// The same; the last element alone is broken if `hugs` says that it can be.
    pub fn listed_hugging<T>(
        &mut self,
        brackets: Brackets,
        elements: &[T],
        hugs: fn(&T) -> bool,
        each: fn(&mut Self, &T),
    ) {
        let Some((last, before)) = elements.split_last() else { return self.empty(brackets) };
        let group = self.open_bracket(Kind::Arguments, brackets);
        self.elements_before_last(group, before, each);
        if hugs(last) {
            self.layout.begin_last(group);
        }
        each(self, last);
        self.layout.end_last(group);
        self.close_bracket(group, brackets);
        self.close();
    }

    /// Parameters, and the type of the result, which is broken only if the parameters are or if it was written so.
    pub fn parameters<T>(&mut self, params: &[T], result: Option<&Type>, each: fn(&mut Self, &T)) {
        let Some((last, before)) = params.split_last() else {
            self.empty(ROUND);
            return result.iter().for_each(|result| self.result(result));
        };
        let group = self.open_bracket(Kind::Parameters, ROUND);
        self.elements_before_last(group, before, each);
        each(self, last);
        self.close_bracket(group, ROUND);
        self.layout.begin_last(group);
        result.iter().for_each(|result| self.result(result));
        self.layout.end_last(group);
        self.close();
    }

    fn open_bracket(&mut self, kind: Kind, brackets: Brackets) -> GroupId {
        self.sign(brackets.open);
        let group = self.open(kind);
        if self.begins_line() {
            self.layout.force();
        }
        self.indent(When::Broken(group));
        self.gap(brackets.edge(group).opening());
        group
    }

    fn elements_before_last<T>(&mut self, group: GroupId, elements: &[T], each: fn(&mut Self, &T)) {
        for element in elements {
            each(self, element);
            self.comma();
            self.gap(Gap::blank_or_line(group).keeping_blank_lines());
        }
    }

    fn close_bracket(&mut self, group: GroupId, brackets: Brackets) {
        self.skip_if(Token::Comma);
        self.layout.push(Piece::IfBroken(group, ","));
        self.gap(brackets.edge(group).closing(When::Broken(group)));
        self.sign(brackets.close);
    }

    /// Brackets with nothing between them but comments.
    pub fn empty(&mut self, brackets: Brackets) {
        self.sign(brackets.open);
        self.indent(When::Always);
        let inside = if brackets.spaced { Gap::SPACE } else { Gap::NOTHING };
        self.gap(inside.opening().closing(When::Always));
        self.sign(brackets.close);
    }

    /// A blank, or a line if one was written there or the group is broken: then all of the group is.
    pub fn may_begin_line(&mut self, group: GroupId) {
        if self.begins_line() {
            self.layout.force();
        }
        self.gap(Gap::blank_or_line(group));
    }

    /// Names, or what is written like them, with commas between them and no brackets.
    pub fn enumerated<T>(&mut self, elements: &[T], each: fn(&mut Self, &T)) {
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.comma();
                self.gap(Gap::SPACE);
            }
            each(self, element);
        }
    }
}
