//! The heads of what watches, waits and tells: rollouts, gates, guards, events.

use super::super::super::sync;
use super::super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

pub(super) fn rollout(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let body = || sync::body_of(view.patched, view.statement?, at, view.patched.tokens.len());
    match found {
        Token::Greater | Token::FatArrow | Token::Comma if view.expects_token(Token::Arrow) => {
            let said = view.misplaced("the wrong sign").help("stages are joined by `->`");
            Some(if found == Token::Comma {
                view.instead(said, " ->", &[Token::Arrow])
            } else {
                view.instead(said, "->", &[Token::Arrow])
            })
        }
        Token::LBrace
            if view.expects_token(Token::For) && view.patched.tokens[view.statement?..at].contains(&Token::In) =>
        {
            let said = view.misplaced("expected `for` before it");
            let help = "each stage of a list is held for the same time: `rollout x as region in regions for 1d { .. }`";
            Some(said.help(help).read_as(at..at, &[Token::For, Token::Error]))
        }
        Token::Unit | Token::Number if view.previous()?.is_name() && view.before(2) == Some(Token::Rollout) => {
            let said = view.misplaced("expected `as` before it");
            let help =
                format!("the stage needs a name, too: `rollout {} as share {} ..`", view.word(at - 1), view.found());
            Some(said.help(help).read_as(at - 1..at - 1, &[Token::Name, Token::As]))
        }
        // `1% for 1h > 100% for 1h`, read as a comparison
        Token::For if view.expects_token(Token::Arrow) => {
            let stages = view.statement?..at;
            let sign = stages.rev().find(|index| view.patched.tokens[*index] == Token::Greater)?;
            let said = view.said(Code::E0110, sign..sign + 1, "`>` does not belong here", "the wrong sign");
            Some(view.replacing(said.help("stages are joined by `->`"), sign..sign + 1, "->", &[Token::Arrow]))
        }
        Token::Text if view.before(2) == Some(Token::Rollout) => None,
        Token::Colon => {
            Some(view.misplaced("expected `->` or `{`").help("stages are joined by `->`").read_as(at..body()?, &[]))
        }
        _ => None,
    }
}

pub(super) fn watch(view: &View, found: Token) -> Option<Said> {
    let (at, start) = (view.fault.at, view.statement?);
    let word = view.head()?.text();
    if view.expects_token(Token::Every) && matches!(found, Token::Tolerate | Token::On | Token::Until) {
        let said = view.misplaced("expected `every` before it");
        return Some(said.help(format!("`every` comes first: `{word} condition every 5m {} ..`", view.found())));
    }
    if view.expects_token(Token::Every) && found == Token::Else {
        let last = at - 1;
        let said = view.said(Code::E0110, at..at + 1, "`else` does not belong here", "expected `every` before it");
        let said = said.help(format!("say how often: `{word} condition every 5m else ..`"));
        return Some(said.read_as(last + 1..last + 1, &[Token::Every, Token::Error]));
    }
    if view.word(start + 1) == "every" && at == start + 2 {
        let said = view.said(Code::E0110, at - 1..at, "`every` does not belong here", "belongs behind the condition");
        return Some(said.help(format!("write `{word} condition every 5m`")));
    }
    let event = word == "wait" && view.previous() == Some(Token::For) && at == start + 2;
    (event && matches!(found, Token::Unit | Token::Number | Token::LParen)).then(|| {
        let said = view.said(Code::E0110, at - 1..at, "`for` does not belong here", "not needed before a time");
        let said = said.help("a time is waited for with `wait 5m`, an event with `wait for Paid`");
        view.removing(said, at - 1..at)
    })
}

pub(super) fn emit(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    (found == Token::LParen && view.expects_token(Token::LBrace) && at == view.statement? + 2).then(|| {
        let behind = view.behind_bracket(at);
        let inside = view.words(at + 1..behind - 1);
        let said = view.misplaced("expected `{`").help("what an event tells is a record: `emit Paid { id: \"1\" }`");
        said.fix(view.over(at..behind), format!(" {{ {inside} }}")).read_as(at..behind, &[])
    })
}
