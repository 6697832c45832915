//! Types that are not written like types.

use super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Types of other languages, and what they are here.
const KNOWN: &[(&str, &[&str])] = &[
    ("String", &["str", "string", "text", "varchar", "char"]),
    ("Int", &["int", "integer", "number", "long", "i32", "i64", "u32", "u64", "usize"]),
    ("Bool", &["bool", "boolean"]),
    ("Decimal", &["float", "double", "decimal", "f32", "f64"]),
    ("Json", &["json", "any", "object", "dynamic"]),
    ("List", &["list", "array", "vec", "seq"]),
    ("Map", &["map", "dict", "hash"]),
    ("Duration", &["duration", "timedelta", "interval"]),
    ("Percent", &["percent"]),
    ("Size", &["size", "bytes"]),
    ("Risk", &["risk"]),
    ("Secret", &["secret"]),
];

/// Mistakes where a type is due, or behind one.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    if let Some(said) = on_failure(view) {
        return Some(said);
    }
    if view.expects("a type") || view.expects("an event") {
        return missing(view, found)
            .or_else(|| small(view, found))
            .or_else(|| optional_before(view, found))
            .or_else(|| list(view, found))
            .or_else(|| grouped(view, found));
    }
    behind(view, found)
}

/// `on error f()`
fn on_failure(view: &View) -> Option<Said> {
    let at = view.fault.at;
    let failure = matches!(view.found(), "error" | "failure" | "fail" | "exception");
    (failure && view.previous() == Some(Token::On) && view.expects("an event")).then(|| {
        let text = view.words(at - 1..at + 1);
        let said = view.said(Code::E0110, at - 1..at + 1, format!("`{text}` does not belong here"), "no event");
        said.help(
            "what undoes a step is its `compensate`; what is tried instead stands in `attempt { .. } else { .. }`",
        )
    })
}

fn due(view: &View) -> &'static str {
    if view.expects("an event") { "an event" } else { "a type" }
}

/// `fn f(x: Int) -> = x`
fn missing(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let ends = matches!(found, Token::Assign | Token::Comma | Token::RParen);
    (ends && matches!(view.previous()?, Token::Arrow | Token::Colon)).then(|| {
        let sign = view.word(at - 1);
        let said = view.said(
            Code::E0110,
            at - 1..at,
            format!("no type stands behind `{sign}`"),
            "expected a type behind this",
        );
        said.help(format!("write it, as in `{sign} Int`")).read_as(at..at, &[Token::Error])
    })
}

/// `let a: int = 1`, `emit paid`
fn small(view: &View, found: Token) -> Option<Said> {
    if !found.is_name() && found != Token::Secret {
        return None;
    }
    let (at, text) = (view.fault.at, view.found());
    let kind = due(view);
    let said = view.misplaced(format!("expected {kind}"));
    let known = KNOWN.iter().find(|(_, words)| words.contains(&text)).map(|(meant, _)| *meant);
    let end =
        if view.token(1) == Some(Token::LBracket) && view.token(2) == Some(Token::RBracket) { at + 3 } else { at + 1 };
    let range = at..end;
    let new_name = matches!(view.previous()?, Token::Type | Token::Event);
    let read = if new_name { Token::TypeName } else { Token::Error };
    Some(match known {
        Some(meant) if kind == "a type" && !new_name => {
            let meant = if end > at + 1 { format!("List<{meant}>") } else { meant.to_owned() };
            let said = said.help(format!("write `{meant}`"));
            if view.token(1) == Some(Token::Less) {
                said.fix(view.span(), meant).read_as(at..at + 1, &[Token::TypeName])
            } else {
                view.replacing(said, range, &meant, &[read])
            }
        }
        _ => {
            let said = view.here(Code::E0108, format!("`{text}` is not written like {kind}"), format!("not {kind}"));
            let help = format!("types and events are written `PascalCase`, as in `{}`", pascal(text));
            said.help(help).read_as(at..at + 1, &[read])
        }
    })
}

fn pascal(text: &str) -> String {
    text.split('_').map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `?String`
fn optional_before(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    (found == Token::Question && view.token(1) == Some(Token::TypeName)).then(|| {
        let name = view.word(at + 1);
        let said = view.misplaced("belongs behind the type").help(format!("write `{name}?`"));
        view.replacing(said, at..at + 2, &format!("{name}?"), &[Token::Error])
    })
}

/// `[String]`
fn list(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    if found != Token::LBracket {
        return None;
    }
    let behind = view.behind_bracket(at);
    let said = view.misplaced("expected a type").help("a list of texts is `List<String>`");
    let inside = view.words(at + 1..behind - 1);
    let one = behind == at + 3 && view.token(1) == Some(Token::TypeName);
    let said = said.read_as(at..behind, &[Token::Error]);
    Some(if one { said.fix(view.over(at..behind), format!("List<{inside}>")) } else { said })
}

/// `(Int)`
fn grouped(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    (found == Token::LParen).then(|| {
        let said = view.misplaced("expected a type");
        said.help("a type stands without parentheses; several values are a record, `{ a: Int, b: Int }`")
            .read_as(at..view.behind_bracket(at), &[Token::Error])
    })
}

/// What follows a type that is complete.
fn behind(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let typed = matches!(view.previous()?, Token::TypeName | Token::Greater | Token::Question);
    if !typed || !(view.expects_token(Token::Less) || view.expects_token(Token::Question)) {
        return unclosed_angle(view, found);
    }
    let name = view.word(at - 1);
    match found {
        Token::LBracket => {
            let behind = view.behind_bracket(at);
            let inside = view.words(at + 1..behind - 1);
            let said = view.misplaced("no type");
            Some(if behind == at + 2 {
                let said = said.help(format!("write `List<{name}>`"));
                said.fix(view.over(at - 1..behind), format!("List<{name}>")).read_as(at - 1..behind, &[Token::Error])
            } else {
                let said = said.help(format!("write `{name}<{inside}>`"));
                said.fix(view.over(at..behind), format!("<{inside}>")).read_as(at - 1..behind, &[Token::Error])
            })
        }
        Token::Pipe if view.head() != Some(Token::Type) => {
            let said = view.misplaced("a type has no alternatives here");
            let help =
                format!("what may be `none` is `{name}?`; alternatives have a name, `type Tier = small | large`");
            Some(said.help(help).read_as(at - 1..at + 2, &[Token::Error]))
        }
        Token::Pipe => {
            let message = format!("`{name}` is not written like a variant");
            let said = view.said(Code::E0108, at - 1..at, message, "not a variant");
            Some(
                said.help("variants are written small: `type Tier = small | large`")
                    .read_as(at - 1..view.patched.tokens.len(), &[Token::Error]),
            )
        }
        Token::Arrow if view.head() != Some(Token::Rollout) => {
            let said =
                view.misplaced("functions are no values").help("a function is declared: `fn name(x: Int) -> Int = ..`");
            Some(said.read_as(at..at + 2, &[]))
        }
        _ => unclosed_angle(view, found),
    }
}

/// `List<String = ..`
fn unclosed_angle(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    (found == Token::Assign && view.expects_token(Token::Greater)).then(|| {
        let said = view.misplaced("expected `>` before it").help("close the type with `>`");
        let behind = view.over(at - 1..at).after();
        said.fix(behind, ">").read_as(at..at, &[Token::Greater])
    })
}
