//! What joins parts in brackets: commas, colons, and signs for them of other languages.

use super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Mistakes between the parts of lists, records, arguments and arms.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    None.or_else(|| equals_for_colon(view, found))
        .or_else(|| short_field(view, found))
        .or_else(|| spread(view, found))
        .or_else(|| arm(view, found))
        .or_else(|| missing_comma(view, found))
        .or_else(|| comma_too_many(view, found))
        .or_else(|| tuple(view, found))
        .or_else(|| field_without_value(view, found))
}

/// `{ name = "x" }`, `{ name => "x" }`, `deploy(name = "web")`
fn equals_for_colon(view: &View, found: Token) -> Option<Said> {
    if !matches!(found, Token::Assign | Token::FatArrow) {
        return None;
    }
    let open = view.patched.tokens[view.bracket()?];
    let named = view.previous()?.is_word() && matches!(view.before(2)?, Token::LBrace | Token::LParen | Token::Comma);
    let argument = open == Token::LParen && found == Token::Assign && view.expects_token(Token::Comma);
    let field = open == Token::LBrace && view.expects_token(Token::Colon);
    (named && (argument || field)).then(|| {
        let said = view.misplaced("expected `:`").help(format!("write `{}: ..`", view.word(view.fault.at - 1)));
        let blank = !view.touches(view.fault.at);
        let said = view.instead(said, ":", &[Token::Colon]);
        if blank { said.over_blank(view) } else { said }
    })
}

/// `{ version }`
fn short_field(view: &View, found: Token) -> Option<Said> {
    let inside = view.patched.tokens.get(view.bracket()?) == Some(&Token::LBrace);
    let ends = matches!(found, Token::RBrace | Token::Comma);
    let word = view.previous()?;
    let value = inside && ends && word.is_name() && view.expects_token(Token::Colon);
    let begins = matches!(view.before(2)?, Token::LBrace | Token::Comma);
    let is_type = matches!(view.head()?, Token::Type | Token::Event);
    (value && begins && !is_type).then(|| {
        let at = view.fault.at;
        let name = view.word(at - 1);
        let said = view.said(Code::E0110, at - 1..at, format!("`{name}` has no value"), "expected `:` behind this");
        let said = said.help(format!("write `{name}: {name}`"));
        said.fix(view.over(at - 1..at), format!("{name}: {name}")).read_as(at..at, &[Token::Colon, Token::Error])
    })
}

/// `type Order = { id, .. }`
fn field_without_value(view: &View, found: Token) -> Option<Said> {
    let ends = matches!(found, Token::RBrace | Token::Comma | Token::RParen);
    let word = view.previous()?.is_word() && matches!(view.before(2)?, Token::LBrace | Token::Comma | Token::LParen);
    (ends && word && view.expects_token(Token::Colon)).then(|| {
        let at = view.fault.at;
        let name = view.word(at - 1);
        let said =
            view.said(Code::E0110, at - 1..at, format!("`{name}` has no type"), "expected `:` and a type behind this");
        said.help(format!("write `{name}: String`, or whatever it is")).read_as(at..at, &[Token::Colon, Token::Error])
    })
}

/// `{ ..a, name: "y" }`
fn spread(view: &View, found: Token) -> Option<Said> {
    let due = view.expects_token(Token::Ellipsis) && matches!(view.previous()?, Token::LBrace | Token::Comma);
    let dots = found == Token::DotDot || found == Token::Star && view.token(1) == Some(Token::Star);
    (due && dots).then(|| {
        let count = if found == Token::Star { 2 } else { 1 };
        let said =
            view.misplaced("expected `...`").help("a record with the fields of another is `{ ...base, name: value }`");
        view.replacing(said, view.fault.at..view.fault.at + count, "...", &[Token::Ellipsis])
    })
}

/// `match x { a -> 1 }`, `match x { a: 1 }`, `match x { default: 1 }`
fn arm(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let other = at > 0 && matches!(view.word(at - 1), "default" | "otherwise");
    if other && matches!(found, Token::Colon | Token::Arrow | Token::FatArrow) && view.expects_token(Token::FatArrow) {
        let said = view.said(Code::E0110, at - 1..at, format!("`{}` is no pattern", view.word(at - 1)), "no pattern");
        let said = said.help("any other value is `_ => ..`");
        return Some(view.replacing(said, at - 1..at + 1, "_ =>", &[Token::Underscore, Token::FatArrow]));
    }
    let wrong = matches!(found, Token::Arrow | Token::Colon | Token::Then | Token::Assign);
    let wrong = wrong && view.bracket().is_none_or(|open| view.patched.tokens[open] == Token::LBrace);
    (wrong && view.expects_token(Token::FatArrow) && !view.expects("an expression")).then(|| {
        let said = view.misplaced("expected `=>`").help("an arm is `pattern => ..`");
        let text = if view.touches(view.fault.at) { " =>" } else { "=>" };
        view.instead(said, text, &[Token::FatArrow])
    })
}

/// `[1 2]`, `double(1 2)`, `{ a: 1 b: 2 }`, `uses exec("a") shell`
fn missing_comma(view: &View, found: Token) -> Option<Said> {
    use Token::{
        Ellipsis, False, LBrace, LBracket, Minus, None, Number, Text, TextHead, True, TypeName, Underscore, Unit,
    };
    let begins = found.is_name()
        || matches!(found, Number | Unit | Text | TextHead | True | False | None | LBracket | LBrace | Ellipsis)
        || found == Underscore
        || matches!(found, TypeName | Minus) && view.expects_token(Token::FatArrow);
    let open = view.bracket().map(|open| view.patched.tokens[open]);
    let listed = match open {
        Some(open) => open != Token::TextHead && view.expects_token(open.closer()) && !view.touches(view.fault.at),
        Option::None => view.head() == Some(Token::Uses) && !view.begins_line(),
    };
    let foreign = matches!(view.word(view.fault.at.checked_sub(1)?), "lambda" | "new" | "await");
    let before = foreign
        || view.expects("an expression")
        || matches!(view.previous()?, Token::Comma | LBracket | LBrace | Token::LParen);
    (begins && listed && !before && view.expects_token(Token::Comma)).then(|| {
        let said = view.here(Code::E0110, "a `,` is missing", "expected `,` before this");
        let behind = crate::source::Span { start: view.over(view.fault.at - 1..view.fault.at).end, ..view.span() };
        let behind = crate::source::Span { end: behind.start, ..behind };
        let at = view.fault.at;
        said.help("parts stand apart by `,`").fix(behind, ",").read_as(at..at, &[Token::Comma])
    })
}

/// `[1,, 2]`, `double(, 2)`
fn comma_too_many(view: &View, found: Token) -> Option<Said> {
    let before = matches!(view.previous()?, Token::Comma | Token::LParen | Token::LBracket | Token::LBrace);
    (found == Token::Comma && before).then(|| {
        let at = view.fault.at;
        let said = view.misplaced("nothing stands before it").help("remove it, or write what is missing");
        if view.previous() == Some(Token::LParen) {
            return said.read_as(at..at, &[Token::Error]);
        }
        view.removing(said, at..at + 1)
    })
}

/// `(1, 2)`, `{1, 2}`
fn tuple(view: &View, found: Token) -> Option<Said> {
    let open = view.bracket()?;
    let list = "a list is `[1, 2]`, a record `{ a: 1, b: 2 }`";
    let grouped = view.patched.tokens[open] == Token::LParen && view.expects_token(Token::RParen);
    if found == Token::Comma && grouped && !view.expects_token(Token::Comma) {
        let behind = view.behind_bracket(open);
        return Some(view.misplaced("parentheses hold one value").help(list).read_as(open..behind, &[Token::Error]));
    }
    let set =
        view.patched.tokens[open] == Token::LBrace && open + 1 == view.fault.at && view.expects_token(Token::Ellipsis);
    let value = matches!(found, Token::Number | Token::Unit | Token::True | Token::False);
    (set && value).then(|| {
        let behind = view.behind_bracket(open);
        view.misplaced("expected a name and `:`").help(list).read_as(open..behind, &[Token::Error])
    })
}

impl Said {
    /// Widens the fix over the blank before its token.
    fn over_blank(mut self, view: &View) -> Self {
        if let Some(edit) = self.diagnostic.fix.as_mut().and_then(|fix| fix.edits.first_mut()) {
            edit.span.start = view.over(view.fault.at - 1..view.fault.at).end;
        }
        self
    }
}
