//! Why a parse failed: the token that could not be read, and what could have stood there.

use chumsky::DefaultExpected;
use chumsky::error::Error;
use chumsky::label::LabelError;
use chumsky::prelude::*;
use chumsky::util::MaybeRef;

use super::rule::Input;
use crate::syntax::token::Token;

/// What could have stood where a parse failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This token.
    Token(Token),
    /// Something of this kind: `a statement`, `an expression`.
    Kind(&'static str),
}

/// A failed parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The index of the token that could not be read.
    pub at: usize,
    /// What could have stood there, in the order it was tried.
    pub expected: Vec<Expected>,
}

impl Fault {
    /// The one that got further, or both.
    pub fn join(mut self, other: Fault) -> Fault {
        match self.at.cmp(&other.at) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => {
                for expected in other.expected {
                    if !self.expected.contains(&expected) {
                        self.expected.push(expected);
                    }
                }
                self
            }
        }
    }
}

impl<'t> Error<'t, Input<'t>> for Fault {
    fn merge(self, other: Self) -> Self {
        self.join(other)
    }
}

impl<'t> LabelError<'t, Input<'t>, &'static str> for Fault {
    fn expected_found<L: IntoIterator<Item = &'static str>>(
        kinds: L,
        _found: Option<MaybeRef<'t, Token>>,
        span: SimpleSpan,
    ) -> Self {
        Self { at: span.start, expected: kinds.into_iter().map(Expected::Kind).collect() }
    }
}

impl<'t> LabelError<'t, Input<'t>, DefaultExpected<'t, Token>> for Fault {
    fn expected_found<L: IntoIterator<Item = DefaultExpected<'t, Token>>>(
        tokens: L,
        _found: Option<MaybeRef<'t, Token>>,
        span: SimpleSpan,
    ) -> Self {
        let token = |expected| match expected {
            DefaultExpected::Token(token) => Some(Expected::Token(*token)),
            _ => None,
        };
        Self { at: span.start, expected: tokens.into_iter().filter_map(token).collect() }
    }

    fn merge_expected_found<L: IntoIterator<Item = DefaultExpected<'t, Token>>>(
        self,
        tokens: L,
        found: Option<MaybeRef<'t, Token>>,
        span: SimpleSpan,
    ) -> Self {
        self.join(LabelError::expected_found(tokens, found, span))
    }

    fn replace_expected_found<L: IntoIterator<Item = DefaultExpected<'t, Token>>>(
        self,
        tokens: L,
        found: Option<MaybeRef<'t, Token>>,
        span: SimpleSpan,
    ) -> Self {
        self.join(LabelError::expected_found(tokens, found, span))
    }
}
