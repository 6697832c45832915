//! What the lexer says about text that is not Orch, most of it a habit from another language.

use super::string::Quotes;
use super::token::Token;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// `#`, `@`, a lone `%`, letters of other alphabets.
pub fn character(span: Span, text: &str) -> Diagnostic {
    let shown: String = match text.chars().any(char::is_control) {
        true => text.escape_default().collect(),
        false => text.to_owned(),
    };
    let diagnostic = Diagnostic::new(Code::E0101, span, format!("`{shown}` means nothing here"), "not a word or sign");
    match text {
        "#" => diagnostic.help("comments begin with `//`"),
        "'" => diagnostic.help("strings stand in `\"`"),
        "%" => diagnostic.help("`%` belongs to a number, as in `10%`; the remainder is `a.mod(b)`"),
        "&" => diagnostic.help("both is `and`"),
        "$" => diagnostic.help("a value in a string is `{name}`, elsewhere a name stands alone"),
        "`" => diagnostic.help("strings stand in `\"`, names stand alone"),
        _ => diagnostic.help("names are written with `a`-`z`, `0`-`9` and `_`; any other text stands in `\"`"),
    }
}

/// `;`
pub fn semicolon(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, "`;` means nothing here", "not needed")
        .help("remove it: each statement begins with a word of its own, nothing ends one")
        .fix(span, "")
}

/// `&&`, `||`, a lone `!`: read as the word that is meant.
pub fn sign(span: Span, text: &str) -> (Token, Diagnostic) {
    let (token, word) = match text {
        "&&" => (Token::And, "and"),
        "||" => (Token::Or, "or"),
        _ => (Token::Not, "not"),
    };
    let diagnostic = Diagnostic::new(Code::E0101, span, format!("`{text}` means nothing here"), "a word in Orch")
        .help(format!("write `{word}`"));
    let replacement = if token == Token::Not { "not ".to_owned() } else { word.to_owned() };
    (token, diagnostic.fix(span, replacement))
}

/// `5min`, `10kb`
pub fn unit(span: Span, text: &str) -> Diagnostic {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '.'));
    let number = &text[..text.len() - unit.len()];
    let diagnostic =
        Diagnostic::new(Code::E0106, span, format!("unknown unit `{unit}` in `{text}`"), "no unit of this name");
    match meant_unit(unit) {
        Some(meant) => diagnostic.help(format!("write `{number}{meant}`")).fix(span, format!("{number}{meant}")),
        None => diagnostic.help(
            "durations are in `ns us ms s m h d w`, sizes in `B KB MB GB TB PB KiB MiB GiB TiB PiB`, shares in `%`",
        ),
    }
}

fn meant_unit(unit: &str) -> Option<&'static str> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "msec" | "millis" | "milliseconds" => "ms",
        "b" | "bytes" => "B",
        "kb" | "k" => "KB",
        "mb" => "MB",
        "gb" | "g" => "GB",
        "tb" | "t" => "TB",
        _ => return None,
    })
}

/// `2026-12-01`
pub fn date(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0107, span, format!("`{text}` looks like a date"), "dates are kept for a later version")
        .help("write it as text, `\"2026-12-01\"`; for a subtraction put blanks around `-`")
}

/// `userId`, `MAX_SIZE`
pub fn name(span: Span, text: &str, after_dot: bool) -> Diagnostic {
    let snake = snake_case(text);
    let diagnostic = Diagnostic::new(Code::E0108, span, format!("`{text}` is not written like a name"), "not a name");
    if after_dot {
        return diagnostic.help(format!("a field of that name is read with `[\"{text}\"]`; names are `snake_case`"));
    }
    diagnostic
        .help(format!("write `{snake}`: names are `snake_case`, types are `PascalCase`, other keys stand in quotes"))
        .fix(span, snake)
}

fn snake_case(text: &str) -> String {
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

/// `\q`
pub fn escape(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0105, span, format!("unknown escape `{text}`"), "means nothing")
        .help("there are `\\n \\t \\r \\0 \\\\ \\\" \\{ \\}` and `\\u{1F600}`; `r\"..\"` has no escapes")
}

/// `"text`
pub fn unfinished(span: Span, quotes: Quotes) -> Diagnostic {
    let ends = if quotes.triple { "the file ends before it does" } else { "the line ends before it does" };
    Diagnostic::new(Code::E0102, span, "a string that does not end", ends)
        .help(format!("close it with `{}`", quotes.closing()))
}

/// `"{x"`
pub fn unclosed_interpolation(brace: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, brace, "an expression in a string that does not end", "opened here")
        .help("close it with `}`; a brace as text is `\\{`")
}

/// `"up{job=..}"`
pub fn braces(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0104, span, "braces in a string hold an expression", "not an expression")
        .help("write `\\{` for a brace, or `r\"..\"` for a text without expressions")
}

/// The length of what follows a `{` in a string, if that is a matcher of PromQL, JSON, or empty: to the brace that
/// closes it, else to where the line ends.
pub fn braces_of_another_language(rest: &str) -> Option<usize> {
    let inside = rest.trim_start_matches([' ', '\t']);
    let after_name = inside.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    let sign = after_name.trim_start_matches([' ', '\t']);
    let named = after_name.len() < inside.len();
    let assigns = sign.starts_with('=') && !sign.starts_with("==") && !sign.starts_with("=>");
    let matcher = named && (assigns || sign.starts_with("!~"));
    if !matcher && !inside.starts_with("\\\"") && !inside.starts_with('}') {
        return None;
    }
    let line = rest.split('\n').next().unwrap_or(rest);
    Some(line.find('}').map_or(line.trim_end_matches('"').len(), |at| at + 1))
}
