//! Strings in other quotes, strings that do not end, and braces in them that hold no expression.

use super::super::string::Quotes;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Whether a character closes what `open` opened: a quote of another writing or language.
pub fn closes(open: char, letter: char) -> bool {
    match open {
        '\'' | '`' => letter == open,
        '“' | '„' | '”' => matches!(letter, '“' | '”' | '"'),
        '‘' | '‚' | '’' => matches!(letter, '‘' | '’' | '\''),
        '«' | '»' => letter != open && matches!(letter, '«' | '»'),
        _ => false,
    }
}

/// `'text'`, `“text”`; `inside` stands between the quotes.
pub fn quoted(span: Span, inside: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0101, span, "a string in the wrong quotes", "not a string")
        .help("strings stand in `\"`, those of several lines in `\"\"\"`");
    let quotes = if inside.contains('\n') { "\"\"\"" } else { "\"" };
    if inside.contains(['"', '\\', '{', '}']) {
        diagnostic
    } else {
        diagnostic.fix(span, format!("{quotes}{inside}{quotes}"))
    }
}

/// `f"..."`
pub fn prefix(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0101, span, format!("`{text}` before a string means nothing"), "not needed")
        .help("every string takes values, `\"version {version}\"`; only `r\"..\"` is raw")
        .fix(span, "")
}

/// `r#"..."#`; `inside` stands between the quotes.
pub fn raw_with_hash(span: Span, inside: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0101, span, "a raw string has no `#`", "not a string");
    if inside.contains('"') {
        return diagnostic.help("a raw string with quotes in it stands between `r\"\"\"` and `\"\"\"`");
    }
    diagnostic.help("a raw string is `r\"..\"`").fix(span, format!("r\"{inside}\""))
}

/// `\q`
pub fn escape(span: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0105, span, format!("unknown escape `{text}`"), "means nothing");
    diagnostic.help("there are `\\n \\t \\r \\0 \\\\ \\\" \\{ \\}` and `\\u{1F600}`; `r\"..\"` has no escapes")
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

/// `"up{job=..}"`, `"{{ name }}"`; `text` is what stands there, with its braces.
pub fn braces(span: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0104, span, "braces in a string hold an expression", "not an expression");
    match text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        Some(value) => {
            let value = value.trim();
            diagnostic.help(format!("one pair is enough: `{{{value}}}`")).fix(span, format!("{{{value}}}"))
        }
        None if text.ends_with('}') => diagnostic
            .help("write `\\{` for a brace, or `r\"..\"` for a text without expressions")
            .fix(span, with_escapes(text)),
        None => diagnostic.help("write `\\{` for a brace, or `r\"..\"` for a text without expressions"),
    }
}

/// Braces and quotes with a backslash before each that has none.
fn with_escapes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 4);
    for letter in text.chars() {
        if matches!(letter, '{' | '}' | '"') && !escaped.ends_with('\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The length of what follows a `{` in a string, if that is a matcher of PromQL, JSON, a template, or empty: to the
/// brace that closes it, else to where the line ends.
pub fn braces_of_another_language(rest: &str) -> Option<usize> {
    if let Some(template) = rest.strip_prefix('{') {
        let end = template.find(['}', '{', ':', '\n'])?;
        return template[end..].starts_with("}}").then_some(end + 3);
    }
    let inside = rest.trim_start_matches([' ', '\t']);
    let after_name = inside.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    let sign = after_name.trim_start_matches([' ', '\t']);
    let named = after_name.len() < inside.len();
    let assigns = sign.starts_with('=') && !sign.starts_with("==") && !sign.starts_with("=>");
    let matcher = named && (assigns || sign.starts_with("!~"));
    if !matcher && !inside.starts_with("\\\"") && !inside.starts_with('}') {
        return None;
    }
    let end = rest.find(['}', '\n']).unwrap_or(rest.len());
    Some(if rest[end..].starts_with('}') { end + 1 } else { rest[..end].trim_end_matches('"').len() })
}
