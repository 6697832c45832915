//! What the words of a text are, to be shown in colours.

use crate::{
    source::FileId,
    syntax::{
        lexer::{Lexed, lex},
        token::{Group, Token},
    },
};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word of the language
    Word,
    /// `true`, `none`
    Constant,
    /// A name of a type or event
    TypeName,
    /// A number, with or without unit
    Number,
    /// A string, or a part of one around what is put in
    Text,
    /// A comment
    Comment,
    /// What is no Orch
    Wrong,
    /// Everything else
    Plain,
}

/// The pieces of a text that are more than plain, in order: where they begin and end, in bytes, and what they are.
pub fn highlight(text: &str) -> Vec<(std::ops::Range<usize>, Kind)> {
    let Lexed { tokens, spans, trivia, .. } = lex(FileId::default(), text);
    let words = tokens.iter().enumerate().map(|(at, token)| (spans[at].range(), kind(&tokens, at, *token)));
    let comments = trivia.iter().map(|comment| (comment.span.range(), Kind::Comment));
    let mut pieces: Vec<_> = words.chain(comments).filter(|(_, kind)| *kind != Kind::Plain).collect();
    pieces.sort_by_key(|(range, _)| range.start);
    pieces
}

fn kind(tokens: &[Token], at: usize, token: Token) -> Kind {
    let before = at.checked_sub(1).map(|before| tokens[before]);
    let after = tokens.get(at + 1).copied();
    let is_field = matches!(before, Some(Token::Dot | Token::QuestionDot)) || after == Some(Token::Colon);
    match token {
        Token::TypeName => Kind::TypeName,
        Token::Number | Token::Unit => Kind::Number,
        Token::Text | Token::TextHead | Token::TextMiddle | Token::TextTail => Kind::Text,
        Token::Comment => Kind::Comment,
        Token::Error | Token::Date | Token::Version | Token::UnknownUnit | Token::OddName | Token::OddSign => {
            Kind::Wrong
        }
        word if word.is_word() && is_field => Kind::Plain,
        word if word.is_hard() || word.is_name() && has_place(word, before, after) => match word.group() {
            Some(Group::Constant) => Kind::Constant,
            Some(_) => Kind::Word,
            None => Kind::Plain,
        },
        _ => Kind::Plain,
    }
}

/// Whether a soft word stands where it means something: between operands, where no name could.
fn has_place(word: Token, before: Option<Token>, after: Option<Token>) -> bool {
    let behind_operand = before.is_some_and(|before| before.closes() || before.is_name() || is_literal(before));
    let before_operand = after.is_some_and(|after| after.is_word() || is_literal(after));
    word.group().is_some() && (before_operand || behind_operand)
}

fn is_literal(token: Token) -> bool {
    matches!(token, Token::TypeName | Token::Number | Token::Unit | Token::Text | Token::TextHead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_names() {
        let check = |text: &str, expected: &[(&str, Kind)]| {
            let found: Vec<_> = highlight(text).into_iter().map(|(range, kind)| (&text[range], kind)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("let retry = 3 // x", &[("let", Kind::Word), ("3", Kind::Number), ("// x", Kind::Comment)]);
        check("type Order = a.type", &[("type", Kind::Word), ("Order", Kind::TypeName)]);
        check("\"a {true} b\"", &[("\"a {", Kind::Text), ("true", Kind::Constant), ("} b\"", Kind::Text)]);
        check("step x = f() retry 3", &[("step", Kind::Word), ("retry", Kind::Word), ("3", Kind::Number)]);
    }
}
