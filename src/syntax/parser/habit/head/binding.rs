//! The heads of what binds a name: `let`, `probe`, `step`, `run`.

use super::super::super::sync;
use super::super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

pub(super) fn binding(view: &View, found: Token) -> Option<Said> {
    let (at, start) = (view.fault.at, view.statement?);
    let form = "a value is bound by `let name = value`";
    if at == start + 2 && view.expects_token(Token::Assign) {
        let previous = view.word(at - 1);
        return match found {
            Token::Equal => Some(view.instead(view.misplaced("expected `=`").help(form), "=", &[Token::Assign])),
            Token::Comma => {
                let said = view.misplaced("one name is enough").help("bind each with a `let` of its own");
                Some(said.read_as(at..sync::assigned(&view.patched.tokens, start, view.patched.tokens.len())? - 1, &[]))
            }
            _ if found.is_name() && matches!(previous, "mut" | "const" | "var" | "val" | "final") => {
                let said =
                    view.said(Code::E0110, at - 1..at, format!("`{previous}` does not belong here"), "not needed");
                Some(view.removing(said.help("no value ever changes"), at - 1..at))
            }
            _ if begins_value(found) && !view.begins_line() => {
                let said = view.misplaced("expected `=` before it").help(form);
                Some(view.inserting(said, "= ", &[Token::Assign]))
            }
            _ => None,
        };
    }
    if view.previous() != Some(Token::Colon) || !view.expects("a type") {
        return None;
    }
    match found {
        Token::Assign => {
            let said = view.said(Code::E0110, at - 1..at, "no type stands behind `:`", "expected a type behind this");
            let said = said.help("write the type, or leave out the `:`");
            Some(view.removing(said, at - 1..at))
        }
        _ if begins_value(found) && !found.is_name() && view.token(1) != Some(Token::TypeName) => {
            let said = view.misplaced("a value, not a type").help(form);
            let start = view.over(at - 1..at);
            Some(said.fix(start, " =").read_as(at - 1..at, &[Token::Assign]))
        }
        _ => None,
    }
}

fn begins_value(token: Token) -> bool {
    use Token::{False, LBracket, LParen, Match, None, Not, Number, Secret, Text, TextHead, True, Unit};
    token.is_name()
        || matches!(
            token,
            Number | Unit | Text | TextHead | True | False | None | LBracket | LParen | Match | Not | Secret
        )
}

/// `task "Write it" by "docs"`
pub(super) fn task(view: &View, found: Token) -> Option<Said> {
    let named = matches!(found, Token::Text | Token::TextHead) && view.fault.at == view.statement? + 1;
    named.then(|| {
        let said = view.here(Code::E0110, "a string does not belong here", "expected a name before it");
        let said = said.help("a task has a name, by which it is answered: `task write \"Write it\" by \"docs\"`");
        said.read_as(view.fault.at..view.fault.at, &[Token::Name])
    })
}

/// `step a := f()`
fn colon_before_assign(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let sign = found == Token::Assign && view.previous() == Some(Token::Colon) && view.touches(at);
    sign.then(|| {
        let said = view.said(Code::E0110, at - 1..at + 1, "`:=` does not belong here", "expected `=`");
        view.replacing(said.help("write `=`"), at - 1..at + 1, "=", &[Token::Assign])
    })
}

/// `step a = await f()`
fn word_before_call(view: &View, found: Token) -> Option<Said> {
    let (at, word) = (view.fault.at, view.word(view.fault.at.checked_sub(1)?));
    let foreign = matches!(word, "await" | "new" | "call" | "do" | "start" | "async");
    (foreign && found.is_name() && view.expects_token(Token::LParen)).then(|| {
        let said = view.said(Code::E0110, at - 1..at, format!("`{word}` does not belong here"), "not needed");
        let said = said.help("remove it: what is written behind `=` is done, and waited for");
        view.removing(said, at - 1..at)
    })
}

pub(super) fn call(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let word = view.head()?.text();
    if let Some(said) = colon_before_assign(view, found).or_else(|| word_before_call(view, found)) {
        return Some(said);
    }
    match found {
        // `step "The web" { .. }`
        Token::Text | Token::TextHead if word == "step" && at == view.statement? + 1 => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected a name before it");
            let said = said.help("a step has a name, and perhaps a title: `step web \"The web\" = deploy(..)`");
            Some(said.read_as(at..at, &[Token::Name]))
        }
        // `step web = deploy() as site`
        Token::As if view.previous() == Some(Token::RParen) => {
            let said = view.misplaced("no clause");
            let said = said.help(format!("the name stands before: `{word} {} = ..`", view.word(at + 1)));
            Some(said.read_as(at..at + 2, &[]))
        }
        // `step web: deploy("web")`
        _ if found.is_name()
            && view.previous() == Some(Token::Colon)
            && matches!(view.token(1), Some(Token::LParen | Token::Dot)) =>
        {
            let said = view.said(Code::E0110, at - 1..at, "`:` does not belong here", "expected `=`");
            let said = said.help(format!("write `{word} name = call(..)`; what stands behind `:` is a type"));
            Some(view.replacing(said, at - 1..at, " =", &[Token::Assign]))
        }
        // `step web = deploy "web"`
        Token::Text | Token::TextHead
            if view.expects_token(Token::LParen) && view.previous()?.is_word() && !view.begins_line() =>
        {
            let (name, text) = (view.word(at - 1), view.found());
            let said = view.here(Code::E0110, "a string does not belong here", "expected `(` before it");
            let said = said.help(format!("what a call is given stands in parentheses: `{name}({text})`"));
            let whole = found == Token::Text;
            let read = [Token::LParen, Token::Error, Token::RParen];
            Some(
                if whole { said.fix(view.over(at..at + 1), format!("({text})")).fix_start(view, at) } else { said }
                    .read_as(at..at + 1, &read),
            )
        }
        // `step web = "web"`
        Token::Text | Token::TextHead | Token::Number | Token::Unit | Token::LBracket | Token::True | Token::False
            if view.previous() == Some(Token::Assign) =>
        {
            let said = if matches!(found, Token::Text | Token::TextHead) {
                view.here(Code::E0110, "a string does not belong here", "expected a call")
            } else {
                view.misplaced("expected a call")
            };
            Some(said.help(format!("a `{word}` is a call: `{word} name = call(..)`; a value is bound by `let`")))
        }
        // `step web = deploy("web").id`
        Token::Dot if view.previous() == Some(Token::RParen) => {
            let said = view.misplaced("behind a call nothing is taken from it");
            let name = view.statement.map_or("", |start| view.word(start + 1));
            let said = said.help(format!("take it from the name that is bound: `{name}.{}`", view.word(at + 1)));
            Some(said.read_as(at..at + 2, &[]))
        }
        _ => None,
    }
}

impl Said {
    /// Widens the fix over the blank before a token, so that the parenthesis touches the name.
    fn fix_start(mut self, view: &View, at: usize) -> Self {
        if let Some(edit) = self.diagnostic.fix.as_mut().and_then(|fix| fix.edits.first_mut()) {
            edit.span.start = view.over(at - 1..at).end;
        }
        self
    }
}
