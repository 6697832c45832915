//! What the lexer says about text that is not Orch, most of it a habit from another language.

mod letter;
mod number;
mod quote;

pub use letter::{folded, is_blank, is_unseen, meant_sign};
pub use number::{apart, apart_from_its_number, date, unit, version};
pub use quote::{braces, braces_of_another_language, closes, prefix, quoted, raw_with_hash, unclosed_interpolation};
pub use quote::{escape, unfinished};

use super::token::Token;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

fn nothing(span: Span, text: &str, label: &str) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, format!("`{text}` means nothing here"), label)
}

/// `@`, `$`, a lone `%`, signs of other writings.
pub fn character(span: Span, text: &str) -> Diagnostic {
    let shown: String = match text.chars().any(char::is_control) {
        true => text.escape_default().collect(),
        false => text.to_owned(),
    };
    nothing(span, &shown, "not a word or sign").help(match text {
        "'" | "`" | "“" | "”" | "„" | "«" | "»" | "‘" | "’" => "strings stand in `\"`",
        "%" => "`%` belongs to a number, as in `10%`; the remainder is `a.mod(b)`",
        "&" => "both is `and`",
        "$" => "a value in a string is `{name}`, elsewhere a name stands alone",
        "@" => "there are no annotations: clauses such as `retry 3` stand behind what they belong to",
        "\\" => "a statement goes on over lines by itself",
        _ => "names are written with `a`-`z`, `0`-`9` and `_`; any other text stands in `\"`",
    })
}

/// `#`
pub fn hash(span: Span) -> Diagnostic {
    nothing(span, "#", "not a comment").help("comments begin with `//`").fix(span, "//")
}

/// `/* .. */`, of which `inside` is left if all of it stands on the rest of a line.
pub fn block_comment(span: Span, whole: Span, inside: Option<&str>) -> Diagnostic {
    let diagnostic = nothing(span, "/*", "not a comment").help("comments begin with `//` and end with their line");
    match inside {
        Some(inside) => diagnostic.fix(whole, format!("// {}", inside.trim())),
        None => diagnostic,
    }
}

/// `<<<<<<< HEAD`
pub fn conflict(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "two versions of the file meet here", "left behind by a merge")
        .help("choose what is to stay, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`")
}

/// `;`
pub fn semicolon(span: Span) -> Diagnostic {
    nothing(span, ";", "not needed")
        .help("remove it: each statement begins with a word of its own, nothing ends one")
        .fix(span, "")
}

/// `;` between fields, parameters or arguments.
pub fn semicolon_for_comma(span: Span) -> Diagnostic {
    nothing(span, ";", "the wrong sign").help("write `,`").fix(span, ",")
}

/// `&&`, `===` and the like: read as what is meant.
pub fn sign(span: Span, text: &str) -> (Token, Diagnostic) {
    let token = match text {
        "&&" => Token::And,
        "||" => Token::Or,
        "===" => Token::Equal,
        "!==" | "<>" => Token::NotEqual,
        "=<" => Token::LessEqual,
        _ => Token::Not,
    };
    let label = if token.is_word() { "a word in Orch" } else { "the wrong sign" };
    let meant = token.text();
    let replacement = if token == Token::Not { "not ".to_owned() } else { meant.to_owned() };
    (token, nothing(span, text, label).help(format!("write `{meant}`")).fix(span, replacement))
}

/// A sign of another writing that looks like one of Orch.
pub fn lookalike(span: Span, letter: char, meant: &str) -> Diagnostic {
    let message = format!("`{letter}` is not `{meant}`");
    Diagnostic::new(Code::E0101, span, message, format!("the character U+{:04X}", u32::from(letter)))
        .help(format!("write `{meant}`"))
        .fix(span, meant)
}

/// A blank that is none, or one that cannot be seen.
pub fn blank(span: Span, letter: char) -> Diagnostic {
    let code = u32::from(letter);
    let (message, help, fix) = if is_unseen(letter) {
        ("a character that cannot be seen", "remove it", "")
    } else {
        ("a blank that is none", "write a plain blank", " ")
    };
    Diagnostic::new(Code::E0101, span, message, format!("the character U+{code:04X}")).help(help).fix(span, fix)
}

/// Where a name stands that is not written like one.
pub enum NamePlace {
    /// `{ userId: 1 }`
    Key,
    /// Anywhere else
    Elsewhere,
}

/// `userId`, `MAX_SIZE`
pub fn name(span: Span, text: &str, place: &NamePlace) -> Diagnostic {
    let snake = snake_case(text);
    let diagnostic = Diagnostic::new(Code::E0108, span, format!("`{text}` is not written like a name"), "not a name");
    match place {
        NamePlace::Key => key(diagnostic, text),
        NamePlace::Elsewhere => {
            diagnostic.help(format!("write `{snake}`: names are `snake_case`, types are `PascalCase`")).fix(span, snake)
        }
    }
}

/// What to write for a key in a record or map that is no name. One such as `TOKEN` or `Content-Type` is surely one that
/// others have given; others may be fields.
pub fn key(diagnostic: Diagnostic, text: &str) -> Diagnostic {
    let span = diagnostic.span();
    let shouted = text.len() > 1 && !text.contains(|letter: char| letter.is_ascii_lowercase());
    if shouted || text.contains('-') {
        return diagnostic.help("a key that is no name stands in quotes").fix(span, format!("\"{text}\""));
    }
    diagnostic.help(format!("a field is `{}`; a key of a map that is no name stands in quotes", snake_case(text)))
}

/// `größe`, and `rеady` with a letter that only looks like `e`: then `meant` is what was meant.
pub fn foreign_name(span: Span, text: &str, meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0108, span, format!("`{text}` is not written like a name"), "not a name");
    let other = text.chars().find(|letter| !letter.is_ascii()).unwrap_or_default();
    match meant {
        Some(meant) if is_unseen(other) => {
            diagnostic.help(format!("in it stands U+{:04X}, which cannot be seen", u32::from(other))).fix(span, meant)
        }
        Some(meant) => diagnostic
            .help(format!("`{other}` is U+{:04X}, which only looks like a letter of `{meant}`", u32::from(other)))
            .fix(span, meant),
        None => diagnostic.help("names are written with `a`-`z`, `0`-`9` and `_`; any other text stands in `\"`"),
    }
}

/// `maxShare`, `MAX_SHARE`, `MaxShare` as `max_share`.
pub fn snake_case(text: &str) -> String {
    let shouted = !text.chars().any(|letter| letter.is_ascii_lowercase());
    let mut snake = String::with_capacity(text.len() + 4);
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && !shouted && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
