//! What a line is: a command, a declaration, a binding, or an expression.

use crate::{
    ide::is_open,
    repl::command::{Command, Takes},
    source::FileId,
    syntax::{
        lexer::lex,
        token::{Group, Token},
    },
};

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed<'t> {
    /// Nothing, or a comment
    Nothing,
    /// `:word rest`
    Command {
        /// Without the colon.
        word: &'t str,
        /// What stands behind it.
        rest: &'t str,
    },
    /// `let x = ..`
    Binding,
    /// `fn f(..)`
    Declarations,
    /// A statement, which has no place here: its word
    Statement(&'t str),
    /// Everything else
    Expression,
}

impl Typed<'_> {
    /// What a text is, by its first words.
    pub fn of(text: &str) -> Typed<'_> {
        if let Some(command) = text.trim_start().strip_prefix(':') {
            let end = command.find(char::is_whitespace).unwrap_or(command.len());
            return Typed::Command { word: &command[..end], rest: command[end..].trim() };
        }
        let lexed = lex(FileId::default(), text);
        let Some(first) = lexed.tokens.first().copied() else { return Typed::Nothing };
        let next = lexed.tokens.get(1).copied();
        let behind = lexed.tokens.get(2).copied();
        let called = behind == Some(Token::LParen);
        match first {
            Token::Let => Typed::Binding,
            Token::Probe if !called => Typed::Statement("probe"),
            token
                if token.group() == Some(Group::Declaration) && (token.is_hard() || next.is_some_and(begins_name)) =>
            {
                Typed::Declarations
            }
            token
                if token.begins_statement()
                    || token.group() == Some(Group::TestStatement) && next.is_some_and(begins_name) =>
            {
                Typed::Statement(&text[lexed.spans[0].range()])
            }
            _ => Typed::Expression,
        }
    }
}

/// Whether a token behind a soft word makes it the word of a declaration: two names never follow each other otherwise.
fn begins_name(token: Token) -> bool {
    token.is_word() && !matches!(token.group(), Some(Group::Operator)) || matches!(token, Token::TypeName | Token::Text)
}

/// Whether a text goes on in the next line.
pub fn goes_on(text: &str) -> bool {
    match Typed::of(text) {
        Typed::Command { word, rest } => Command::named(word).is_some_and(|command| match command.about().takes {
            Takes::Expression | Takes::Call | Takes::Answer | Takes::Event => is_open(rest),
            Takes::Nothing | Takes::Name | Takes::File | Takes::Address | Takes::Count | Takes::Text => false,
        }),
        Typed::Nothing | Typed::Binding | Typed::Declarations | Typed::Statement(_) | Typed::Expression => {
            is_open(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_by_its_first_words() {
        let check = |text: &str, expected: Typed<'_>| assert_eq!(Typed::of(text), expected, "{text}");
        check("", Typed::Nothing);
        check("  // nothing", Typed::Nothing);
        check(" :type  1 + 1 ", Typed::Command { word: "type", rest: "1 + 1" });
        check("let x = 1", Typed::Binding);
        check("fn f() -> Int = 1", Typed::Declarations);
        check("type Order = { id: String }", Typed::Declarations);
        check("type.id", Typed::Expression);
        check("event in events", Typed::Expression);
        check("probe p() -> Int = env(\"X\")", Typed::Declarations);
        check("probe x = p()", Typed::Statement("probe"));
        check("step x = act()", Typed::Statement("step"));
        check("given x() returns 1", Typed::Statement("given"));
        check("given + 1", Typed::Expression);
        check("import std/graph", Typed::Declarations);
        check("if true then 1 else 2", Typed::Expression);
    }
}
