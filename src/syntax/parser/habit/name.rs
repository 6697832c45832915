//! Names that are not written like names, and words of the language in their place.

use super::super::statement::STATEMENT;
use super::super::sync;
use super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::odd::{self, snake_case};
use crate::syntax::token::Token;

/// Mistakes where a name is due, or was read in part.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    None.or_else(|| key(view, found))
        .or_else(|| kebab_case(view, found))
        .or_else(|| capitals(view, found))
        .or_else(|| constant(view, found))
        .or_else(|| shouted(view, found))
        .or_else(|| qualified(view, found))
        .or_else(|| type_for_value(view, found))
        .or_else(|| hard_name(view, found))
}

/// Whether a new name is due, and nothing else can stand there that begins with a word.
fn is_due(view: &View) -> bool {
    view.expects("a name") && !view.expects("an expression") && !view.expects("a string or a name")
}

fn is_path(token: Token) -> bool {
    token.is_name() || matches!(token, Token::Dot | Token::QuestionDot)
}

/// `{ TOKEN: token }`, `{ Content-Type: "json" }`
fn key(view: &View, found: Token) -> Option<Said> {
    let in_braces = view.bracket().is_some_and(|open| view.patched.tokens[open] == Token::LBrace);
    let joined = found == Token::Minus && view.expects_token(Token::Colon);
    let start = if joined { view.fault.at - 1 } else { view.fault.at };
    let begins = matches!(view.patched.tokens.get(start.checked_sub(1)?), Some(Token::LBrace | Token::Comma));
    if !in_braces || !begins || !(joined || found == Token::TypeName && view.expects("a name")) {
        return None;
    }
    let end = end_of_kebab_case(view, start + 1);
    let value = *view.patched.tokens.get(end + 1)?;
    if view.patched.tokens.get(end) != Some(&Token::Colon) || value == Token::TypeName {
        return None;
    }
    let written = view.words(start..end);
    let said = view.said(Code::E0108, start..end, format!("`{written}` is not written like a name"), "not a name");
    let diagnostic = odd::key(said.diagnostic, written);
    Some(Said { diagnostic, mend: None }.read_as(start..end, &[Token::Name]))
}

/// Where the parts of a name end that are joined by `-`, of which the first ends at a token.
fn end_of_kebab_case(view: &View, first: usize) -> usize {
    let minus =
        |at: usize| view.patched.tokens.get(at) == Some(&Token::Minus) && view.touches(at) && view.touches(at + 1);
    let part = |token: &Token| token.is_word() || matches!(token, Token::Number | Token::TypeName);
    let mut end = first;
    while minus(end) && view.patched.tokens.get(end + 1).is_some_and(part) {
        end += 2;
    }
    end
}

/// `let max-share = 1%`
fn kebab_case(view: &View, found: Token) -> Option<Said> {
    let named = view.previous()?.is_name() && view.before(2).is_some_and(Token::is_hard);
    if found != Token::Minus || !named || view.expects(super::super::operators::OPERATOR) {
        return None;
    }
    let end = end_of_kebab_case(view, view.fault.at);
    let range = view.fault.at - 1..end;
    let written = view.words(range.clone());
    let meant = written.replace('-', "_");
    (end > view.fault.at).then(|| {
        let said =
            view.said(Code::E0108, range.clone(), format!("`{written}` is not written like a name"), "not a name");
        let help = format!("write `{meant}`: the parts of a name are joined by `_`");
        view.replacing(said.help(help), range, &meant, &[Token::Name])
    })
}

/// `let MaxShare = 1%`
fn capitals(view: &View, found: Token) -> Option<Said> {
    let in_parentheses = view.bracket().is_some_and(|open| view.patched.tokens[open] == Token::LParen);
    if found != Token::TypeName || !is_due(view) || view.expects("a type") || view.expects("an event") || in_parentheses
    {
        return None;
    }
    let text = view.found();
    if view.token(1).is_some_and(Token::is_name) && view.head() != Some(Token::Import) {
        let said = view.misplaced("expected a name").help("the type stands behind the name: `name: Type`");
        return Some(said.read_as(view.fault.at..view.fault.at + 1, &[]));
    }
    if matches!(view.previous(), Some(Token::Dot | Token::QuestionDot)) {
        let at = view.fault.at;
        let base = (0..at).rev().take_while(|index| is_path(view.patched.tokens[*index])).last()?;
        let diagnostic = odd::name(view.span(), text, &odd::NamePlace::Elsewhere);
        return Some(Said { diagnostic, mend: None }.read_as(base..at + 1, &[Token::Error]));
    }
    let meant = snake_case(text);
    let said = view.here(Code::E0108, format!("`{text}` is not written like a name"), "not a name");
    let help = format!("write `{meant}`: names are `snake_case`, types are `PascalCase`");
    Some(view.instead(said.help(help), &meant, &[Token::Name]))
}

/// `None`, `True`
fn constant(view: &View, found: Token) -> Option<Said> {
    let (meant, token) = match view.found() {
        "True" | "TRUE" => ("true", Token::True),
        "False" | "FALSE" => ("false", Token::False),
        "None" | "NULL" | "Null" | "Nil" | "NIL" | "NONE" => ("none", Token::None),
        _ => return None,
    };
    (found == Token::TypeName && view.expects("an expression")).then(|| {
        let said = view.misplaced("a type, not a value").help(format!("write `{meant}`"));
        view.instead(said, meant, &[token])
    })
}

/// `count < MAX_COUNT`
fn shouted(view: &View, found: Token) -> Option<Said> {
    let text = view.found();
    let capitals = text.chars().count() > 1 && !text.contains(|letter: char| letter.is_ascii_lowercase());
    (found == Token::TypeName && view.expects("an expression") && capitals).then(|| {
        let meant = text.to_lowercase();
        let said = view.misplaced("a type, not a value");
        view.instead(
            said.help(format!("names are written small, those of constants, too: `{meant}`")),
            &meant,
            &[Token::Error],
        )
    })
}

/// `Max > 3`, `Service { name: "web" }`
fn type_for_value(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    if found != Token::TypeName || !view.expects("an expression") || view.expects("a type") {
        return None;
    }
    let said = view.misplaced("a type, not a value");
    Some(match view.token(1) {
        Some(Token::LBrace) => {
            let said = said.help("a record stands without the name of its type: `{ name: value }`");
            view.removing(said, at..at + 1).read_as(at..view.behind_bracket(at + 1), &[Token::Error])
        }
        Some(Token::LParen) => return None,
        _ => {
            let meant = snake_case(view.found());
            let said = said.help(format!("names and variants are written small: `{meant}`"));
            view.instead(said, &meant, &[Token::Error])
        }
    })
}

/// `Tier.small`
fn qualified(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let variant = view.token(1) == Some(Token::Dot) && view.token(2).is_some_and(Token::is_name);
    (found == Token::TypeName
        && view.expects("an expression")
        && variant
        && view.touches(at + 1)
        && view.touches(at + 2))
    .then(|| {
        let meant = view.word(at + 2).to_owned();
        let said = view.misplaced("a type, not a value").help(format!("a variant stands alone: `{meant}`"));
        view.replacing(said, at..at + 3, &meant, &[Token::Error])
    })
}

/// `let step = 1`
fn hard_name(view: &View, found: Token) -> Option<Said> {
    let joins = matches!(found, Token::In | Token::Then | Token::Else | Token::As | Token::Compensate);
    let due = is_due(view) && !view.expects(STATEMENT) && !view.begins_line();
    (due && found.is_hard() && !joins && !view.expects_token(found)).then(|| {
        let name = view.found();
        let said = view
            .here(Code::E0115, format!("`{name}` is a word of the language"), "cannot be a name")
            .help(format!("choose another name, such as `{name}_`"));
        said.read_as(view.fault.at..view.fault.at + 1, &[Token::Name])
    })
}

/// `let a = phase`
pub fn word_of_the_language(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    let value = view.expects("an expression") || view.expects("a call");
    let misused = sync::is_misused(view.patched, view.fault.at) || !sync::begins_statement(view.patched, view.fault.at);
    let joins = matches!(found, Token::In | Token::Then | Token::Else | Token::As | Token::And | Token::Or | Token::Is);
    if found == Token::None && view.previous() == Some(Token::Compensate) {
        let said = view.misplaced("expected a call or `nothing`").help("where nothing is to be undone write `nothing`");
        return Some(view.instead(said, "nothing", &[Token::Nothing]));
    }
    (found.is_hard() && value && misused && !joins && !view.begins_line()).then(|| {
        let name = view.found();
        let said = view
            .here(Code::E0115, format!("`{name}` is a word of the language"), "cannot be a name")
            .help(format!("choose another name, such as `{name}_`"));
        said.read_as(view.fault.at..view.fault.at + 1, &[Token::Error])
    })
}
