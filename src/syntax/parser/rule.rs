//! What rules are made of: the input, the source behind it, and the few combinators that all productions share.

use chumsky::DefaultExpected;
use chumsky::error::EmptyErr;
use chumsky::extra::{Full, SimpleState};
use chumsky::input::{InputRef, MapExtra};
use chumsky::label::LabelError;
use chumsky::prelude::*;
use chumsky::util::MaybeRef;
use smol_str::SmolStr;

use super::fault::Fault;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::string::{self, Quotes};
use crate::syntax::token::Token;

/// What rules read: tokens alone, whose places and texts are in the [`Source`].
pub type Input<'t> = &'t [Token];

/// What a rule carries along: errors of type `E`, and the [`Source`].
pub type Extra<'t, E> = Full<E, SimpleState<Source<'t>>, ()>;

/// A production. Boxed, which is faster to run and much faster to compile.
pub type Rule<'t, O, E> = Boxed<'t, 't, Input<'t>, O, Extra<'t, E>>;

/// An error a rule can fail with: nothing at all for speed, or a [`Fault`] for the message.
pub trait Failure<'t>: chumsky::error::Error<'t, Input<'t>> + LabelError<'t, Input<'t>, &'static str> + 't {
    /// Whether anything is told about a failure.
    const TELLS: bool;

    /// What is told about the failure, if anything.
    fn fault(&self) -> Option<&Fault>;
}

impl Failure<'_> for EmptyErr {
    const TELLS: bool = false;

    fn fault(&self) -> Option<&Fault> {
        None
    }
}

impl Failure<'_> for Fault {
    const TELLS: bool = true;

    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}

/// Where the tokens of one declaration stand, and what they say.
pub struct Source<'t> {
    text: &'t str,
    spans: &'t [Span],
    failed: Option<usize>,
    furthest: Option<Fault>,
}

impl<'t> Source<'t> {
    /// The source of tokens that stand at `spans` of `text`.
    pub fn new(text: &'t str, spans: &'t [Span]) -> Self {
        Self { text, spans, failed: None, furthest: None }
    }

    /// The first token of the innermost statement that could not be read.
    pub fn failed(&self) -> Option<usize> {
        self.failed
    }

    /// The failure that got furthest, of all that were tried.
    pub fn furthest(&self) -> Option<&Fault> {
        self.furthest.as_ref()
    }

    /// Remembers the failure of a rule that is tried among others: chumsky keeps only the last.
    pub fn note(&mut self, fault: Option<&Fault>) {
        if let Some(fault) = fault {
            self.furthest = Some(match self.furthest.take() {
                Some(furthest) => furthest.join(fault.clone()),
                None => fault.clone(),
            });
        }
    }

    /// The place of the tokens `range`, which are at least one except at the end.
    pub fn span(&self, range: SimpleSpan) -> Span {
        match (self.spans.get(range.start), self.spans.get(range.start..range.end)) {
            (_, Some([first, .., last])) => first.to(*last),
            (Some(first), _) => *first,
            (None, _) => self.spans.last().map(|last| last.after()).unwrap_or_default(),
        }
    }

    /// What a token says.
    pub fn text(&self, index: usize) -> &'t str {
        &self.text[self.spans[index].range()]
    }

    /// A token as a name.
    pub fn name(&self, index: usize) -> Name {
        Name { text: SmolStr::new(self.text(index)), span: self.spans[index] }
    }

    /// What the string tokens at `indexes` read as: a whole string, or head, middles and tail.
    pub fn string(&self, indexes: &[usize]) -> Vec<SmolStr> {
        let quotes = Quotes::of(self.text(indexes[0]));
        let last = indexes.len() - 1;
        let inside = |(at, index): (usize, &usize)| {
            let text = self.text(*index);
            let text = if at == 0 { &text[quotes.opening().len()..] } else { text.strip_prefix('}').unwrap_or(text) };
            if at == last {
                text.strip_suffix(quotes.closing()).unwrap_or(text)
            } else {
                text.strip_suffix('{').unwrap_or(text)
            }
        };
        let parts: Vec<&str> = indexes.iter().enumerate().map(inside).collect();
        string::decode(quotes, &parts)
    }

    /// What a string token without interpolations reads as.
    pub fn whole_string(&self, index: usize) -> SmolStr {
        let text = self.text(index);
        let quotes = Quotes::of(text);
        if quotes.triple {
            return self.string(&[index]).pop().unwrap_or_default();
        }
        let inside = &text[quotes.opening().len()..];
        string::read(quotes, inside.strip_suffix(quotes.closing()).unwrap_or(inside))
    }
}

/// What a `map_with` closure is told about the tokens it maps.
pub type At<'t, 'a, E> = MapExtra<'t, 'a, Input<'t>, Extra<'t, E>>;

/// The place of what a rule read.
pub fn place<'t, E: Failure<'t>>(at: &mut At<'t, '_, E>) -> Span {
    let range = at.span();
    at.state().span(range)
}

/// The number of the next token.
pub fn next_index<'t, E: Failure<'t>>(input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>) -> usize {
    let here = input.cursor();
    input.span_since(&here).start
}

/// The place of the tokens since `start`.
pub fn since<'t, E: Failure<'t>>(input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>, start: usize) -> Span {
    let end = next_index(input);
    input.state().span(SimpleSpan::from(start..end))
}

/// The failure where a token is not there.
pub fn expected_token<'t, E: Failure<'t>>(input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>, token: Token) -> E {
    let here = input.cursor();
    let span = input.span_since(&here);
    let found = input.peek_maybe();
    let token = DefaultExpected::Token(MaybeRef::Val(token));
    <E as LabelError<'t, Input<'t>, DefaultExpected<'t, Token>>>::expected_found([token], found, span)
}

/// The failure where what `label` names is not there.
pub fn expected<'t, E: Failure<'t>>(input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>, label: &'static str) -> E {
    let here = input.cursor();
    let span = input.span_since(&here);
    let found = input.peek_maybe();
    <E as LabelError<'t, Input<'t>, &'static str>>::expected_found((!label.is_empty()).then_some(label), found, span)
}

/// One token of a class that `label` names, or nobody if it is empty; gives its index.
pub fn class<'t, E: Failure<'t>>(label: &'static str, accepts: fn(Token) -> bool) -> Rule<'t, usize, E> {
    custom(move |input| match input.peek() {
        Some(token) if accepts(token) => {
            let index = next_index(input);
            input.skip();
            Ok(index)
        }
        _ => Err(expected(input, label)),
    })
    .boxed()
}

/// A name, or a soft word as one.
pub fn name<'t, E: Failure<'t>>() -> Rule<'t, Name, E> {
    class("a name", Token::is_name).map_with(|index, at: &mut At<'t, '_, E>| at.state().name(index)).boxed()
}

/// Any word, after `.` and before `:`.
pub fn word<'t, E: Failure<'t>>() -> Rule<'t, Name, E> {
    class("a name", Token::is_word).map_with(|index, at: &mut At<'t, '_, E>| at.state().name(index)).boxed()
}

/// The name of a type or event, without module; `kind` says which.
pub fn type_name<'t, E: Failure<'t>>(kind: &'static str) -> Rule<'t, Name, E> {
    class(kind, |token| token == Token::TypeName)
        .map_with(|index, at: &mut At<'t, '_, E>| at.state().name(index))
        .boxed()
}

/// `name :`, where a name without `:` may begin something else.
pub fn label<'t, E: Failure<'t>>(accepts: fn(Token) -> bool) -> Rule<'t, Name, E> {
    followed("", accepts, Token::Colon)
}

/// A word with a sign behind it; where either is missing, what `kind` names was expected in place of the word.
pub fn followed<'t, E: Failure<'t>>(kind: &'static str, accepts: fn(Token) -> bool, sign: Token) -> Rule<'t, Name, E> {
    custom(move |input| {
        let start = input.save();
        let index = next_index(input);
        let named = input.next().is_some_and(accepts);
        if named && input.next() == Some(sign) {
            return Ok(input.state().name(index));
        }
        input.rewind(start);
        Err(expected(input, kind))
    })
    .boxed()
}

/// A word that stands before `name :`, and so is not itself the name.
pub fn word_before_label<'t, E: Failure<'t>>() -> Rule<'t, Option<Name>, E> {
    custom(move |input| {
        let start = input.save();
        let index = next_index(input);
        let is_word = input.next().is_some_and(Token::is_word);
        let behind = input.save();
        if is_word && input.next().is_some_and(Token::is_name) && input.next() == Some(Token::Colon) {
            input.rewind(behind);
            return Ok(Some(input.state().name(index)));
        }
        input.rewind(start);
        Ok(None)
    })
    .boxed()
}

/// The rule that the next token chooses: one look instead of a trial of each. Where none fits, `label` was expected.
pub fn by_token<'t, O: 't, E: Failure<'t>>(
    label: &'static str,
    rules: impl IntoIterator<Item = (Token, Rule<'t, O, E>)>,
) -> Rule<'t, O, E> {
    let mut table: Vec<Option<Rule<'t, O, E>>> = vec![None; Token::COUNT];
    for (token, rule) in rules {
        table[token as usize] = Some(rule);
    }
    custom(move |input| match input.peek().and_then(|token| table[token as usize].as_ref()) {
        Some(rule) => input.parse(rule).inspect_err(|error| input.state().note(error.fault())),
        None => Err(expected(input, label)),
    })
    .boxed()
}

/// Any number of rules, each chosen by its first token and at most once; two that begin with `on` are told apart by
/// their second. Where none fits, `label` was expected; where one stands again, what `twice` names.
pub fn each_once<'t, O: 't, E: Failure<'t>>(
    label: &'static str,
    twice: &'static str,
    rules: impl IntoIterator<Item = (Token, Rule<'t, O, E>)>,
) -> Rule<'t, Vec<O>, E> {
    let mut table: Vec<Option<Rule<'t, O, E>>> = vec![None; Token::COUNT];
    for (token, rule) in rules {
        table[token as usize] = Some(rule);
    }
    custom(move |input| {
        let (mut read, mut words) = (Vec::new(), Vec::new());
        while let Some(token) = input.peek() {
            let Some(rule) = &table[token as usize] else { break };
            let word = first_word(input, token);
            if words.contains(&word) {
                let again: E = expected(input, twice);
                input.state().note(again.fault());
                return Err(again);
            }
            let start = input.save();
            match input.parse(rule) {
                Ok(clause) => {
                    if read.is_empty() {
                        read.reserve_exact(1);
                    }
                    read.push(clause);
                }
                Err(error) => {
                    input.state().note(error.fault());
                    input.rewind(start);
                    break;
                }
            }
            words.push(word);
        }
        if E::TELLS {
            let none: E = expected(input, label);
            input.state().note(none.fault());
        }
        Ok(read)
    })
    .boxed()
}

/// What tells a clause from others: its first token, with the second of `on fail` and `on unknown`.
fn first_word<'t, E: Failure<'t>>(
    input: &mut InputRef<'t, '_, Input<'t>, Extra<'t, E>>,
    token: Token,
) -> (Token, Option<Token>) {
    if token != Token::On {
        return (token, None);
    }
    let start = input.save();
    input.skip();
    let second = input.peek();
    input.rewind(start);
    (token, second)
}

/// `rule`, which reads a statement: where it fails is noted in the [`Source`].
pub fn noting_failure<'t, O: 't, E: Failure<'t>>(rule: Rule<'t, O, E>) -> Rule<'t, O, E> {
    custom(move |input| {
        let start = next_index(input);
        let ends = matches!(input.peek(), None | Some(Token::RBrace));
        input.parse(&rule).inspect_err(|_| {
            if !ends {
                let source = &mut input.state().0;
                source.failed = source.failed.max(Some(start));
            }
        })
    })
    .boxed()
}

/// A list with room for one thing before there are more: most lists of a program hold one, and a tree is small that has
/// no room for others beside it.
pub struct Few<O>(pub Vec<O>);

impl<O> FromIterator<O> for Few<O> {
    fn from_iter<I: IntoIterator<Item = O>>(items: I) -> Self {
        let mut list = Vec::new();
        for item in items {
            if list.is_empty() {
                list.reserve_exact(1);
            }
            list.push(item);
        }
        Few(list)
    }
}

/// `rule { "," rule } [ "," ]`, perhaps none, between two brackets.
pub fn listed<'t, O: 't, E: Failure<'t>>(open: Token, rule: Rule<'t, O, E>, close: Token) -> Rule<'t, Vec<O>, E> {
    let items = rule.separated_by(just(Token::Comma)).allow_trailing().collect::<Few<O>>();
    items.delimited_by(just(open), just(close)).map(|Few(items)| items).boxed()
}

/// `rule { "," rule } [ "," ]`, at least one, between two brackets.
pub fn some_listed<'t, O: 't, E: Failure<'t>>(open: Token, rule: Rule<'t, O, E>, close: Token) -> Rule<'t, Vec<O>, E> {
    let items = rule.separated_by(just(Token::Comma)).allow_trailing().at_least(1).collect::<Few<O>>();
    items.delimited_by(just(open), just(close)).map(|Few(items)| items).boxed()
}
