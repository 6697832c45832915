//! The heads of statements: what stands between their first word and their body.

use super::super::sync;
use super::super::view::{Said, View};
use super::{form, statement};
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// Mistakes in the head of a statement.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    let common = None
        .or_else(|| colon_behind_word(view, found))
        .or_else(|| word_before_block(view, found))
        .or_else(|| sign_before_block(view, found))
        .or_else(|| text_without_else(view, found))
        .or_else(|| text_without_quotes(view, found))
        .or_else(|| sign_behind_compensate(view, found));
    if common.is_some() {
        return common;
    }
    match view.head()? {
        Token::For => for_loop(view, found),
        Token::Let => binding(view, found),
        Token::Step | Token::Probe | Token::Run if view.statement.is_some() => call(view, found),
        Token::Phase => phase(view, found),
        Token::Rollout => rollout(view, found),
        Token::Gate | Token::Guard | Token::Wait | Token::Verify => watch(view, found),
        Token::Parallel | Token::Decide => part(view, found),
        Token::Attempt => attempt(view, found),
        Token::Emit => emit(view, found),
        _ => None,
    }
}

/// `goal: "text"`, `uses: shell`
fn colon_behind_word(view: &View, found: Token) -> Option<Said> {
    let start = view.statement.unwrap_or(0);
    let behind = found == Token::Colon && view.fault.at == start + 1;
    let word = view.previous().filter(|word| behind && form::form(*word).is_some())?;
    let said = view.misplaced(format!("`{}` has no `:`", word.text())).help("remove it");
    Some(view.removing(said, view.fault.at..view.fault.at + 1))
}

/// `when ready then {`, `when ready: {`
fn word_before_block(view: &View, found: Token) -> Option<Said> {
    let word = matches!(found, Token::Then | Token::Do | Token::Colon) || view.found() == "do";
    let due = view.expects_token(Token::LBrace);
    if !word || !due || view.statement.is_none() && found != Token::Colon {
        return None;
    }
    if view.token(1) == Some(Token::LBrace) {
        let said = view.misplaced("a block begins with `{` alone").help("remove it");
        return Some(view.removing(said, view.fault.at..view.fault.at + 1));
    }
    let ends_line = view.patched.begins_line(view.fault.at + 1);
    ends_line.then(|| {
        let said = view.misplaced("expected `{`").help("a block stands in `{` and `}`, however its lines are indented");
        let end = if view.statement.is_some() { view.fault.at + 1 } else { view.patched.tokens.len() };
        said.read_as(view.fault.at..end, &[Token::LBrace, Token::RBrace])
    })
}

/// `plan p() = {`, `phase a -> {`
fn sign_before_block(view: &View, found: Token) -> Option<Said> {
    let sign = matches!(found, Token::Assign | Token::FatArrow | Token::Arrow);
    let block = view.token(1) == Some(Token::LBrace) && view.expects_token(Token::LBrace);
    (sign && block && !view.expects_token(found)).then(|| {
        let said = view.misplaced("a block begins with `{` alone").help("remove it");
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}

/// `require c "text"`, `require c, "text"`
fn text_without_else(view: &View, found: Token) -> Option<Said> {
    if !view.expects_token(Token::Else) {
        return None;
    }
    let help = "write `else` before the text";
    match (found, view.token(1)) {
        (Token::Text | Token::TextHead, _) => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected `else` before it");
            Some(view.inserting(said.help(help), "else ", &[Token::Else]))
        }
        (Token::Comma | Token::Colon | Token::Or, Some(Token::Text | Token::TextHead)) => {
            let said = view.misplaced("expected `else`").help(help);
            let text = if found == Token::Or { "else" } else { " else" };
            Some(view.instead(said, text, &[Token::Else]))
        }
        _ => None,
    }
}

/// `goal done`, `by team`
fn text_without_quotes(view: &View, found: Token) -> Option<Said> {
    use Token::{Approve, By, Commit, Fail, Goal, Test};
    let text = view.expects("a string") && !view.expects("an expression") && !view.expects("a name");
    let behind = matches!(view.previous()?, By | Fail | Goal | Commit | Approve | Test);
    if !text || !behind || !(found.is_name() || found == Token::TypeName) || view.begins_line() {
        return None;
    }
    let said = view.misplaced("expected a string");
    let name = view.found();
    let said =
        said.help(format!("a text stands in quotes, `\"{name}\"`, and a value in it in braces, `\"{{{name}}}\"`"));
    Some(said.read_as(view.fault.at..view.fault.at + 1, &[Token::Error]))
}

/// `compensate = f()`, `compensate: f()`
fn sign_behind_compensate(view: &View, found: Token) -> Option<Said> {
    let sign = matches!(found, Token::Assign | Token::Colon | Token::Arrow | Token::FatArrow);
    (sign && view.previous() == Some(Token::Compensate)).then(|| {
        let said = view.misplaced("not needed").help("what undoes it follows at once: `compensate remove(..)`");
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}

fn for_loop(view: &View, found: Token) -> Option<Said> {
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

fn binding(view: &View, found: Token) -> Option<Said> {
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

fn call(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let word = view.head()?.text();
    match found {
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

fn phase(view: &View, found: Token) -> Option<Said> {
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

fn rollout(view: &View, found: Token) -> Option<Said> {
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
            Some(said.help(help).read_as(at..at, &[Token::As, Token::Name]))
        }
        Token::Text if view.before(2) == Some(Token::Rollout) => None,
        Token::Colon => {
            Some(view.misplaced("expected `->` or `{`").help("stages are joined by `->`").read_as(at..body()?, &[]))
        }
        _ => None,
    }
}

fn watch(view: &View, found: Token) -> Option<Said> {
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

/// What stands straight in `parallel` or `decide`.
fn part(view: &View, found: Token) -> Option<Said> {
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
    if found.is_name() && super::near(view.found(), [part.text()]).is_some() {
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

fn attempt(view: &View, found: Token) -> Option<Said> {
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

fn emit(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    (found == Token::LParen && view.expects_token(Token::LBrace) && at == view.statement? + 2).then(|| {
        let behind = view.behind_bracket(at);
        let inside = view.words(at + 1..behind - 1);
        let said = view.misplaced("expected `{`").help("what an event tells is a record: `emit Paid { id: \"1\" }`");
        said.fix(view.over(at..behind), format!(" {{ {inside} }}")).read_as(at..behind, &[])
    })
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
