//! The heads of what gives a plan its shape: phases, loops, decisions, attempts.

use super::super::super::sync;
use super::super::super::view::{Said, View};
use super::super::{near, statement};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

pub(super) fn for_loop(view: &View, found: Token) -> Option<Said> {
    let (at, start) = (view.fault.at, view.statement?);
    let help = "a loop is `for x in list { .. }`";
    if at == start + 1 && found == Token::LParen {
        return Some(for_in_parentheses(view, at, help));
    }
    if view.expects_token(Token::In) {
        let each = view.word(at - 1) == "each" && found.is_name();
        return Some(match found {
            _ if each => {
                let said = view.said(Code::E0110, at - 1..at, "`each` does not belong here", "not needed").help(help);
                view.removing(said, at - 1..at)
            }
            _ if matches!(view.found(), "of" | "from" | "range" | "over")
                || matches!(found, Token::Assign | Token::Colon) =>
            {
                view.instead(view.misplaced("expected `in`").help(help), "in", &[Token::In])
            }
            Token::Comma => view
                .misplaced("one name is enough")
                .help("a loop has one variable, the item of the list")
                .read_as(at - 1..at + 2, &[Token::Name]),
            _ => return None,
        });
    }
    (found == Token::DotDot).then(|| {
        let said = view.misplaced("no list").help("a list of numbers is `range(1, 5)`, without its end");
        said.read_as(at - 1..at + 2, &[Token::Error])
    })
}

/// `for (x in list)`, `for (i = 0; ..)`
fn for_in_parentheses(view: &View, at: usize, help: &str) -> Said {
    let behind = view.behind_bracket(at);
    let inside = at + 1..behind - 1;
    let said = view.misplaced("no parentheses").help(help);
    if view.patched.tokens[inside.clone()].get(1) == Some(&Token::In) {
        let tokens = view.patched.tokens[inside.clone()].to_vec();
        let text = view.words(inside).to_owned();
        let span = view.over(at..behind);
        return said.fix(span, text).read_as(at..behind, &tokens);
    }
    let said = said.help(format!("{help}, and the numbers to count through are `range(1, 5)`"));
    said.read_as(at..behind, &[Token::Error, Token::In, Token::Error])
}

pub(super) fn phase(view: &View, found: Token) -> Option<Said> {
    let (at, start) = (view.fault.at, view.statement?);
    let behind_after = (start..at).rev().find(|index| view.patched.tokens[*index] == Token::After);
    match found {
        Token::Text | Token::TextHead if at == start + 1 => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected a name before it");
            let said = said.help("a phase has a name, and perhaps a title: `phase prepare \"Preparation\" { .. }`");
            Some(said.read_as(at..at, &[Token::Name]))
        }
        Token::LParen if at == start + 2 => {
            let behind = view.behind_bracket(at);
            let said = view.misplaced("a phase takes no parameters").help("remove the parentheses");
            Some(view.removing(said, at..behind))
        }
        Token::TypeName if at == start + 2 => {
            let said = view
                .misplaced("expected a string or `{`")
                .help(format!("a title stands in quotes: `\"{}\"`", view.found()));
            Some(view.instead(said, &format!("\"{}\"", view.found()), &[Token::Error]))
        }
        _ if behind_after.is_none() => None,
        Token::And | Token::Or => {
            let said = view.misplaced("expected `,`").help("phases are joined by `,`");
            Some(said.fix(gap_before(view, at), ",").read_as(at..at + 1, &[Token::Comma]))
        }
        Token::LBracket => {
            let behind = view.behind_bracket(at);
            let said = view.misplaced("no list").help("phases are named one after another: `after prepare, build`");
            let tokens = view.patched.tokens[at + 1..behind - 1].to_vec();
            let fix = view.words(at + 1..behind - 1).to_owned();
            let read = if tokens.len() == 1 { vec![Token::Name] } else { Vec::new() };
            let said = said.fix(view.over(at..behind), fix);
            Some(if read.is_empty() { said } else { said.read_as(at..behind, &read) })
        }
        Token::Text if view.previous() == Some(Token::After) || view.previous() == Some(Token::Comma) => {
            let name = view.found().trim_matches('"');
            let said = view.here(Code::E0110, "a string does not belong here", "expected a name");
            let plain = !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
            let said = said.help("phases are named without quotes");
            Some(if plain { said.fix(view.over(at..at + 1), name) } else { said }.read_as(at - 1..at + 1, &[]))
        }
        Token::LBrace if view.previous() == Some(Token::After) => {
            let said = view.said(Code::E0110, at - 1..at, "`after` names no phase", "expected a name behind this");
            Some(said.help("`after start` waits for no phase").read_as(at - 1..at, &[]))
        }
        _ => None,
    }
}

/// A token with the blanks before it.
fn gap_before(view: &View, at: usize) -> crate::source::Span {
    let here = view.over(at..at + 1);
    crate::source::Span { start: view.over(at - 1..at).end, ..here }
}

/// What stands straight in `parallel` or `decide`.
pub(super) fn part(view: &View, found: Token) -> Option<Said> {
    if view.head()? == Token::Decide
        && matches!(found, Token::Text | Token::TextHead)
        && view.fault.at == view.statement? + 1
    {
        let said = view.here(Code::E0110, "a string does not belong here", "expected a name before it");
        let said = said.help("a decision has a name, by which it is asked for: `decide way \"Which way?\" { .. }`");
        return Some(said.read_as(view.fault.at..view.fault.at, &[Token::Name]));
    }
    let (part, help) = match view.head()? {
        Token::Parallel => (Token::Branch, "each part has a name: `parallel { branch a { .. } branch b { .. } }`"),
        _ => (Token::Option, "each way has a name: `option fast \"title\" when ready { .. }`"),
    };
    if !view.expects_token(part) || found == Token::RBrace && view.previous() != Some(Token::LBrace) {
        return None;
    }
    let at = view.fault.at;
    if found == Token::RBrace {
        let word = view.head()?.text();
        return Some(
            view.misplaced(format!("expected `{}` before it", part.text()))
                .help(format!("a `{word}` without parts does nothing: {help}")),
        );
    }
    if found.is_name() && near(view.found(), [part.text()]).is_some() {
        let said =
            view.misplaced(format!("expected `{}`", part.text())).help(format!("did you mean `{}`?", part.text()));
        return Some(view.instead(said, part.text(), &[part]));
    }
    let open = view.bracket()?;
    let close = sync::matching(&view.patched.tokens, open);
    let block = [part, Token::Error, Token::LBrace, Token::RBrace];
    let read = if part == Token::Branch { &block[..] } else { &[] };
    let said = view.misplaced(format!("expected `{}`", part.text())).help(help);
    Some(if read.is_empty() { said } else { said.read_as(at..close, read) })
}

pub(super) fn attempt(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let word =
        matches!(view.found(), "except" | "rescue" | "otherwise" | "recover" | "onerror") || found == Token::Catch;
    if !word || !view.expects_token(Token::Else) {
        return None;
    }
    let said = if view.statement.is_some_and(|start| view.patched.is_inserted(start)) {
        view.here(Code::E0114, statement::NO_EXCEPTIONS, "no statement")
    } else {
        view.misplaced("expected `else`").help("write `else`, or `else as failure` to know why")
    };
    let named = view.token(1).is_some_and(Token::is_name);
    Some(if named {
        view.instead(said, "else as", &[Token::Else, Token::As])
    } else {
        view.replacing(said, at..at + 1, "else", &[Token::Else])
    })
}
