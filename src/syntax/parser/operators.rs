//! What stands between operands, before them and behind them: read in one loop, by how tightly it binds. Most
//! expressions are one operand, and a rule for each level would try in vain at each of them.
//!
//! An operator whose operand can't be read is left where it stands, and what is before it is the expression; why it
//! could not be read is noted.

use std::rc::Rc;

use chumsky::input::InputRef;
use chumsky::prelude::*;

use super::rule::{Extra, Failure, Input, Rule, expected, expected_token, next_index, since};
use crate::source::Span;
use crate::syntax::ast::{Argument, BinaryOp, Expr, ExprKind, Name, Pattern, UnaryOp};
use crate::syntax::token::Token;

/// What a complete expression may go on with.
pub const OPERATOR: &str = "an operator";

/// How tightly an operator binds, the loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `or`
    Or,
    /// `and`
    And,
    /// `not` before an operand
    Not,
    /// `<`, `in`, `is` and the like, which make no chains
    Comparison,
    /// `??`
    Coalesce,
    /// `+`, `-`
    Sum,
    /// `*`, `/`
    Product,
    /// What no operator is before or behind
    Operand,
}

impl Level {
    /// The loosest that the operand on the right may have.
    fn of_right(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Comparison,
            Level::Comparison => Level::Coalesce,
            Level::Coalesce => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product | Level::Operand => Level::Operand,
        }
    }

    /// The tightest that may stand behind what such an operator made.
    fn of_next(self) -> Level {
        match self {
            Level::Not | Level::Comparison => Level::And,
            Level::Operand => Level::Product,
            level @ (Level::Or | Level::And | Level::Coalesce | Level::Sum | Level::Product) => level,
        }
    }
}

/// What stands between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Sign(BinaryOp),
    /// `not`, if `in` follows.
    Not,
    Is,
}

fn infix(token: Token) -> Option<(Level, Infix)> {
    let (level, op) = match token {
        Token::Or => (Level::Or, BinaryOp::Or),
        Token::And => (Level::And, BinaryOp::And),
        Token::Not => return Some((Level::Comparison, Infix::Not)),
        Token::Is => return Some((Level::Comparison, Infix::Is)),
        Token::Equal => (Level::Comparison, BinaryOp::Equal),
        Token::NotEqual => (Level::Comparison, BinaryOp::NotEqual),
        Token::Less => (Level::Comparison, BinaryOp::Less),
        Token::LessEqual => (Level::Comparison, BinaryOp::LessEqual),
        Token::Greater => (Level::Comparison, BinaryOp::Greater),
        Token::GreaterEqual => (Level::Comparison, BinaryOp::GreaterEqual),
        Token::In => (Level::Comparison, BinaryOp::In),
        Token::Coalesce => (Level::Coalesce, BinaryOp::Coalesce),
        Token::Plus => (Level::Sum, BinaryOp::Add),
        Token::Minus => (Level::Sum, BinaryOp::Subtract),
        Token::Star => (Level::Product, BinaryOp::Multiply),
        Token::Slash => (Level::Product, BinaryOp::Divide),
        _ => return None,
    };
    Some((level, Infix::Sign(op)))
}

/// An operator with what is on its right.
enum Right {
    Operand(BinaryOp, Span, Expr),
    Patterns { negated: bool, patterns: Vec<Pattern> },
}

/// What follows a value: a field, arguments or an index.
enum Access {
    Field { name: Name, optional: bool },
    Call(Vec<Argument>),
    Index(Expr),
}

type Reader<'t, 'a, E> = InputRef<'t, 'a, Input<'t>, Extra<'t, E>>;

/// What operators stand between.
pub struct Operands<'t, E: Failure<'t>> {
    /// A value that is no name.
    pub primary: Rule<'t, Expr, E>,
    /// What follows `.` and `?.`.
    pub word: Rule<'t, Name, E>,
    /// `arguments`
    pub arguments: Rule<'t, Vec<Argument>, E>,
    /// `"[" expr "]"`
    pub index: Rule<'t, Expr, E>,
    /// `pattern_alt { "|" pattern_alt }`
    pub patterns: Rule<'t, Vec<Pattern>, E>,
}

impl<'t, E: Failure<'t>> Operands<'t, E> {
    /// Operands, with operators that bind as tightly as `loosest` or tighter.
    pub fn expression(self: &Rc<Self>, loosest: Level) -> Rule<'t, Expr, E> {
        let operands = Rc::clone(self);
        custom(move |input| operands.read(input, loosest)).boxed()
    }

    fn read(&self, input: &mut Reader<'t, '_, E>, loosest: Level) -> Result<Expr, E> {
        let start = next_index(input);
        let (mut left, mut tightest) = match input.peek() {
            Some(Token::Not) if loosest <= Level::Not => (self.prefixed(input, UnaryOp::Not)?, Level::Not.of_next()),
            Some(Token::Minus) => (self.prefixed(input, UnaryOp::Negate)?, Level::Operand.of_next()),
            _ => (self.postfix(input)?, Level::Operand.of_next()),
        };
        while let Some((level, operator)) = input.peek().and_then(infix) {
            if level < loosest || level > tightest {
                break;
            }
            let before = input.save();
            match self.right(input, level, operator) {
                Ok(right) => left = joined(left, right, since(input, start)),
                Err(error) => {
                    input.state().note(error.fault());
                    input.rewind(before);
                    break;
                }
            }
            tightest = level.of_next();
        }
        note_operators(input, loosest);
        Ok(left)
    }

    /// An operand with one sign or more before it. They are counted, not gone into: there may be hundreds.
    fn prefixed(&self, input: &mut Reader<'t, '_, E>, op: UnaryOp) -> Result<Expr, E> {
        let sign = match op {
            UnaryOp::Not => Token::Not,
            UnaryOp::Negate => Token::Minus,
        };
        let first = next_index(input);
        while input.peek() == Some(sign) {
            input.skip();
        }
        let operand = next_index(input);
        let read = match op {
            UnaryOp::Not => self.read(input, Level::Not.of_right()),
            UnaryOp::Negate => self.postfix(input),
        };
        if let Err(error) = &read {
            input.state().note(error.fault());
        }
        let mut whole = read?;
        for start in (first..operand).rev() {
            whole = Expr { kind: ExprKind::Unary { op, operand: Box::new(whole) }, span: since(input, start) };
        }
        Ok(whole)
    }

    fn right(&self, input: &mut Reader<'t, '_, E>, level: Level, operator: Infix) -> Result<Right, E> {
        let sign = next_index(input);
        input.skip();
        let op = match operator {
            Infix::Sign(op) => op,
            Infix::Not if input.peek() == Some(Token::In) => {
                input.skip();
                BinaryOp::NotIn
            }
            Infix::Not => return Err(expected_token(input, Token::In)),
            Infix::Is => {
                let negated = input.peek() == Some(Token::Not);
                if negated {
                    input.skip();
                }
                let patterns = input.parse(&self.patterns)?;
                return Ok(Right::Patterns { negated, patterns });
            }
        };
        let place = since(input, sign);
        Ok(Right::Operand(op, place, self.read(input, level.of_right())?))
    }

    /// `postfix`
    fn postfix(&self, input: &mut Reader<'t, '_, E>) -> Result<Expr, E> {
        let start = next_index(input);
        let mut base = match input.peek() {
            Some(token) if token.is_name() => {
                input.skip();
                let Name { text, span } = input.state().name(start);
                Expr { kind: ExprKind::Name(text), span }
            }
            _ => input.parse(&self.primary)?,
        };
        while let Some(token @ (Token::Dot | Token::QuestionDot | Token::LParen | Token::LBracket)) = input.peek() {
            let before = input.save();
            match self.access(input, token) {
                Ok(access) => base = accessed(base, access, since(input, start)),
                Err(error) => {
                    input.state().note(error.fault());
                    input.rewind(before);
                    break;
                }
            }
        }
        Ok(base)
    }

    fn access(&self, input: &mut Reader<'t, '_, E>, token: Token) -> Result<Access, E> {
        match token {
            Token::LParen => input.parse(&self.arguments).map(Access::Call),
            Token::LBracket => input.parse(&self.index).map(Access::Index),
            dot => {
                input.skip();
                let name = input.parse(&self.word)?;
                Ok(Access::Field { name, optional: dot == Token::QuestionDot })
            }
        }
    }
}

/// Notes what an expression may go on with where it ends.
fn note_operators<'t, E: Failure<'t>>(input: &mut Reader<'t, '_, E>, loosest: Level) {
    if !E::TELLS {
        return;
    }
    let operator: E = expected(input, OPERATOR);
    input.state().note(operator.fault());
    for (level, token) in [(Level::Coalesce, Token::Coalesce), (Level::And, Token::And), (Level::Or, Token::Or)] {
        if level >= loosest {
            let word: E = expected_token(input, token);
            input.state().note(word.fault());
        }
    }
}

fn joined(left: Expr, right: Right, span: Span) -> Expr {
    let left = Box::new(left);
    let kind = match right {
        Right::Operand(op, op_span, right) => ExprKind::Binary { op, op_span, left, right: Box::new(right) },
        Right::Patterns { negated, patterns } => ExprKind::Is { value: left, negated, patterns },
    };
    Expr { kind, span }
}

fn accessed(base: Expr, access: Access, span: Span) -> Expr {
    let base = Box::new(base);
    let kind = match access {
        Access::Field { name, optional } => ExprKind::Field { base, name, optional },
        Access::Call(arguments) => ExprKind::Call { callee: base, arguments },
        Access::Index(index) => ExprKind::Index { base, index: Box::new(index) },
    };
    Expr { kind, span }
}
