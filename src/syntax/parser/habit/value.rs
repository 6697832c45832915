//! Values: operators, choices and functions as other languages write them.

use super::super::operators::OPERATOR;
use super::super::statement::STATEMENT;
use super::super::sync;
use super::super::view::{Said, View};
use crate::diagnostic::Code;
use crate::syntax::odd;
use crate::syntax::token::Token;

/// Mistakes in values.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    None.or_else(|| block_for_value(view))
        .or_else(|| chained_comparison(view, found))
        .or_else(|| function(view, found))
        .or_else(|| assignment(view, found))
        .or_else(|| behind_value(view, found))
        .or_else(|| choice(view, found))
        .or_else(|| loop_in_list(view, found))
        .or_else(|| operand(view, found))
        .or_else(|| interpolation(view, found))
        .or_else(|| pattern(view, found))
}

/// Whether a token may end a value.
fn ends_value(token: Token) -> bool {
    use Token::{False, None, Number, RBrace, RBracket, RParen, Text, TextTail, True, Unit};
    token.is_name()
        || matches!(token, False | None | Number | RBrace | RBracket | RParen | Text | TextTail | True | Unit)
}

/// Whether an operator could stand at the token, which stands behind a value on its line.
fn is_behind_value(view: &View) -> bool {
    let goes_on = view.expects(OPERATOR) || view.expects_token(Token::And) || view.expects(STATEMENT);
    goes_on && view.previous().is_some_and(ends_value) && !view.begins_line()
}

/// `when { verify c }`, where the block is read as a record.
fn block_for_value(view: &View) -> Option<Said> {
    let open = view.bracket()?;
    let block = view.patched.tokens[open] == Token::LBrace && sync::begins_statement(view.patched, open + 1);
    let value = open > 0 && !matches!(view.patched.tokens[open - 1], Token::Assign | Token::LBrace | Token::RBrace);
    (block && value && view.expects_token(Token::Colon) && open + 2 == view.fault.at).then(|| {
        let word = view.word(open - 1);
        let said =
            view.said(Code::E0110, open - 1..open, format!("`{word}` has no value"), "expected a value behind this");
        said.help("what stands in `{` and `}` is its block").read_as(open..open, &[Token::Error])
    })
}

/// `a < b < c`
fn chained_comparison(view: &View, found: Token) -> Option<Said> {
    use Token::{Equal, Greater, GreaterEqual, In, Is, Less, LessEqual, NotEqual};
    let compares =
        |token: &Token| matches!(token, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | In | Is);
    let start = view.bracket().map_or(view.statement.unwrap_or(0), |open| open + 1);
    let joins = |token: &Token| matches!(token, Token::And | Token::Or | Token::Comma | Token::Then | Token::Else);
    let before =
        view.patched.tokens.get(start..view.fault.at)?.iter().rev().take_while(|token| !joins(token)).any(compares);
    (compares(&found) && before && ends_value(view.previous()?)).then(|| {
        view.here(Code::E0116, "a comparison cannot be compared again", "the second comparison")
            .help("join two comparisons with `and`: `a < b and b < c`")
    })
}

/// `5 minutes`, `1h 30m`
pub fn unit_apart(view: &View) -> Option<Said> {
    let at = view.fault.at;
    let found = view.token(0)?;
    let number = view.previous()?;
    let written = view.word(at.checked_sub(1)?);
    let joined = match (number, found) {
        (Token::Number, _) if found.is_name() || found == Token::TypeName => {
            odd::apart_from_its_number(written, view.found())?
        }
        (Token::Unit, Token::Unit) if !written.ends_with(['%', 'B']) => format!("{written}{}", view.found()),
        _ => return None,
    };
    let text = view.words(at - 1..at + 1);
    let said = view.said(
        Code::E0106,
        at - 1..at + 1,
        format!("`{text}` stands apart from its unit"),
        "a number and its unit are one word",
    );
    Some(view.replacing(said.help(format!("write `{joined}`")), at - 1..at + 1, &joined, &[Token::Error]))
}

/// Functions where none can stand, or written otherwise.
fn function(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let help = "a function is an argument of a call, `x => x + 1`, or declared, `fn name(x: Int) -> Int = ..`";
    let in_call = view.bracket().is_some_and(|open| view.patched.tokens[open] == Token::LParen);
    match found {
        Token::FatArrow if !view.expects_token(Token::FatArrow) && view.statement.is_some() && !in_call => {
            Some(view.misplaced("no argument").help(help))
        }
        Token::Arrow if in_call && (view.expects_token(Token::Comma) || is_behind_parameters(view)) => {
            let said = view.misplaced("expected `=>`").help("a function is `x => ..`");
            Some(view.instead(said, "=>", &[Token::FatArrow]))
        }
        Token::Pipe if in_call && view.token(2) == Some(Token::Pipe) => {
            let name = view.word(at + 1);
            let said = view.misplaced("no function").help("a function is `x => ..`");
            Some(view.replacing(said, at..at + 3, &format!("{name} =>"), &[Token::Name, Token::FatArrow]))
        }
        // `list.filter(is_due(_))`
        Token::RParen | Token::Comma if in_call && view.previous() == Some(Token::Underscore) => {
            let said = view.said(Code::E0110, at - 1..at, "`_` is no value", "no value");
            let open = view.bracket()?;
            let callee = (0..open).rev().take_while(|index| is_callee(view.patched.tokens[*index])).last()?;
            let call = view.words(callee..open);
            let said = said.help(format!("a function of one value names it: `x => {call}(x)`"));
            Some(said.read_as(callee..view.behind_bracket(open), &[Token::Error]))
        }
        _ if in_call && view.word(at.checked_sub(1)?) == "lambda" && view.token(1) == Some(Token::Colon) => {
            let said = view.said(Code::E0110, at - 1..at, "`lambda` does not belong here", "no function");
            let said = said.help("a function is `x => ..`");
            let range = at - 1..at + 2;
            Some(view.replacing(said, range, &format!("{} =>", view.found()), &[Token::Name, Token::FatArrow]))
        }
        _ => None,
    }
}

/// Whether a token may be a part of what is called: `ops.deploy`.
fn is_callee(token: Token) -> bool {
    token.is_name() || token == Token::Dot
}

/// `list.map((x) -> x.name)`: whether what stands before is the parameters of a function.
fn is_behind_parameters(view: &View) -> bool {
    let tokens = &view.patched.tokens;
    let mut before = (0..view.fault.at).rev();
    let listed = |token: Token| token.is_name() || token == Token::Comma;
    let Some(close) = before.next().filter(|at| tokens[*at] == Token::RParen) else { return false };
    let open = (0..close).rev().find(|at| !listed(tokens[*at]));
    open.is_some_and(|open| {
        tokens[open] == Token::LParen
            && open + 1 < close
            && open.checked_sub(1).is_some_and(|at| matches!(tokens[at], Token::LParen | Token::Comma))
    })
}

/// `when a = b { }`
fn assignment(view: &View, found: Token) -> Option<Said> {
    (found == Token::Assign && is_behind_value(view) && view.expects(OPERATOR)).then(|| {
        let said = view.misplaced("not a comparison").help("to compare write `==`");
        view.instead(said, "==", &[Token::Equal])
    })
}

/// Signs and words behind a value that join nothing here.
fn behind_value(view: &View, found: Token) -> Option<Said> {
    if !is_behind_value(view) {
        return None;
    }
    let at = view.fault.at;
    let next = view.token(1);
    Some(match found {
        Token::Question => view.misplaced("no operator").help("a choice is `if condition then a else b`"),
        Token::Arrow if next.is_some_and(Token::is_word) && view.head() != Some(Token::Rollout) => {
            view.instead(view.misplaced("expected `.`").help("a field or method stands behind `.`"), ".", &[Token::Dot])
        }
        Token::Colon if next == Some(Token::Colon) && view.touches(at + 1) => {
            let said = view.said(Code::E0110, at..at + 2, "`::` does not belong here", "expected `.`");
            view.replacing(said.help("what a module or value has stands behind `.`"), at..at + 2, ".", &[Token::Dot])
        }
        Token::Colon if next == Some(Token::TypeName) => {
            view.misplaced("no operator").help("the type stands behind the name: `let name: Type = value`")
        }
        Token::Colon if view.text[view.span().end as usize..].starts_with("//") => {
            view.misplaced("no operator").help("an address is text: `\"https://..\"`")
        }
        Token::Colon if view.bracket().is_some_and(|open| view.patched.tokens[open] == Token::LBracket) => {
            view.misplaced("no operator").help("an index is one number, from 0 on")
        }
        Token::Colon if view.previous() == Some(Token::Number) => {
            view.misplaced("no operator").help("a time of day is text: `\"10:30\"`; a duration is `10m30s`")
        }
        Token::As if next == Some(Token::TypeName) => view
            .misplaced("no operator")
            .help("there are no casts: `.to_int()`, `.to_decimal()` and the like give another type"),
        Token::As => view.misplaced("no operator").help("`is` tells, and binds nothing; `match` and `when` bind"),
        Token::DotDot | Token::Ellipsis => {
            let help = "`..` joins the bounds of a pattern or an estimate; a list of numbers is `range(1, 5)`";
            view.misplaced("no value").help(help)
        }
        Token::Comma
            if view.previous() == Some(Token::Number) && next == Some(Token::Number) && view.touches(at + 1) =>
        {
            let number = format!("{}_{}", view.word(at - 1), view.word(at + 1));
            let said = view.misplaced("no part of a number").help(format!("write `{number}`"));
            view.replacing(said, at - 1..at + 2, &number, &[Token::Error])
        }
        Token::Comma if view.expects(STATEMENT) => {
            view.misplaced("nothing is listed here").help("several values are a list, `[a, b]`")
        }
        Token::Or if next == Some(Token::Else) => view
            .misplaced("no operator")
            .help("what is tried when something fails stands in `attempt { .. } else { .. }`"),
        Token::Number | Token::Unit if view.previous() == Some(Token::Dot) => return None,
        Token::LBrace if view.previous()?.is_name() && next?.is_name() && view.token(2) == Some(Token::Colon) => {
            let behind = view.behind_bracket(at);
            let (name, inside) = (view.word(at - 1), view.words(at + 1..behind - 1));
            let said = view
                .misplaced("expected `(`")
                .help(format!("what a variant holds is given like arguments: `{name}({inside})`"));
            said.fix(view.over(at - 1..behind), format!("{name}({inside})")).read_as(at - 1..behind, &[Token::Error])
        }
        Token::Text | Token::TextHead if view.previous()?.is_name() && view.touches(at) => view
            .here(Code::E0110, "a string does not belong here", "expected an operator")
            .help("what a call is given stands in parentheses"),
        _ => return words(view, found).or_else(|| side_by_side(view, found)),
    })
}

/// `let a = b 2`
fn side_by_side(view: &View, found: Token) -> Option<Said> {
    use Token::{False, LBracket, None, Number, Text, TextHead, True, Unit};
    let value =
        matches!(found, Number | Unit | Text | TextHead | True | False | None | LBracket) || found == Token::Name;
    let bare = matches!(view.head(), Some(Token::Let | Token::Return | Token::Require | Token::Verify | Token::Const));
    let other = view.expects_token(Token::Then) || view.expects_token(Token::LBrace);
    (value && bare && !other && view.bracket().is_none()).then(|| {
        let said = view.misplaced("expected an operator before it");
        said.help("two values are joined by an operator such as `+` or `and`; several are a list, `[a, b]`")
    })
}

/// Words that are operators elsewhere.
fn words(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let word = view.found();
    let (left, right) = (view.word(at - 1), view.word(at + 1));
    Some(match word {
        "instanceof" | "isa" | "matches" => {
            view.instead(view.misplaced("expected `is`").help("write `is`"), "is", &[Token::Is])
        }
        "contains" | "includes" | "has" => view.misplaced("no operator").help(format!("write `{right} in {left}`")),
        "mod" | "div" | "pow" if found.is_name() => {
            view.misplaced("no operator").help(format!("write `{left}.{word}({right})`"))
        }
        _ if matches!(left, "new" | "await" | "typeof" | "return" | "yield" | "lambda") && view.statement.is_some() => {
            let said = view.said(Code::E0110, at - 1..at, format!("`{left}` does not belong here"), "no operator");
            let help = match left {
                "new" => "a record is written `{ name: value }`",
                "await" => "every step is waited for",
                _ => "remove it",
            };
            said.help(help)
        }
        _ => return None,
    })
}

/// `if c { a } else { b }`, `when c { a }` as values
fn choice(view: &View, found: Token) -> Option<Said> {
    let help = "a choice between values is `if condition then a else b`";
    let at = view.fault.at;
    if view.expects_token(Token::Then) {
        let body = found == Token::LBrace;
        let said = view.misplaced("expected `then`").help(help);
        return Some(if body || view.begins_line() {
            said
        } else if found == Token::Colon {
            view.instead(said, " then", &[Token::Then])
        } else {
            view.inserting(said, "then ", &[Token::Then])
        });
    }
    if view.expects_token(Token::LBrace) && view.patched.tokens[view.statement.unwrap_or(0)..at].contains(&Token::Match)
    {
        return Some(
            view.misplaced("expected `{`").help("a `match` is written `match value { pattern => a, _ => b }`"),
        );
    }
    if found == Token::When && view.expects("an expression") && !view.begins_line() {
        return Some(view.misplaced("a statement, not a value").help(help));
    }
    let unfinished =
        view.expects_token(Token::Else) && view.patched.tokens[view.statement.unwrap_or(0)..at].contains(&Token::Then);
    let ends = view.begins_line() || found == Token::RBrace;
    (unfinished && ends).then(|| {
        let said = view.said(Code::E0110, at - 1..at, "an `if` without `else`", "expected `else` behind this");
        said.help(help).read_as(at..at, &[Token::Else, Token::Error])
    })
}

/// `[f(x) for x in list]`
fn loop_in_list(view: &View, found: Token) -> Option<Said> {
    let open = view.bracket()?;
    (found == Token::For && view.patched.tokens[open] == Token::LBracket).then(|| {
        let said = view
            .misplaced("no loop")
            .help("a list is made from another by `list.map(x => ..)` and `list.filter(x => ..)`");
        said.read_as(open..view.behind_bracket(open), &[Token::Error])
    })
}

/// Where an operand is due.
fn operand(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let secret = view.previous() == Some(Token::Secret) || view.before(2) == Some(Token::Secret);
    if secret && matches!(found, Token::Text | Token::TextHead | Token::Dot) {
        let said = if found == Token::Dot {
            view.misplaced("expected `(`")
        } else {
            view.here(Code::E0110, "a string does not belong here", "expected where it is kept before it")
        };
        return Some(said.help("a secret says where it is kept: `secret env(\"TOKEN\")`, `secret file(\"token\")`"));
    }
    if view.previous() == Some(Token::Dot) && matches!(found, Token::Number | Token::Unit) {
        return Some(number_behind_dot(view));
    }
    if view.previous() == Some(Token::Dot) && matches!(found, Token::Slash | Token::Dot) {
        return Some(view.misplaced("no value").help("a path is text: it stands in `\"`"));
    }
    if !view.expects("an expression") {
        return not_in(view, found);
    }
    let listed = matches!(view.previous(), Some(Token::Minus | Token::Star | Token::Plus));
    if listed && view.patched.begins_line(at - 1) && sync::begins_statement(view.patched, at) {
        let message = format!("`{}` does not belong here", view.word(at - 1));
        let said = view.said(Code::E0110, at - 1..at, message, "no list");
        let said = said.help("statements stand one below the other, without a sign before them");
        return Some(view.removing(said, at - 1..at));
    }
    let twice = view.touches(at) && view.previous() == Some(found);
    match found {
        Token::Plus if twice => {
            let said = view.said(Code::E0110, at - 1..at + 1, "`++` does not belong here", "no operator");
            Some(said.help(format!("no value ever changes: `{} + 1` is a new one", view.word(at.saturating_sub(2)))))
        }
        Token::Star if twice => {
            let said = view.said(Code::E0110, at - 1..at + 1, "`**` does not belong here", "no operator");
            Some(said.help("a power is a method: `a.pow(2)`"))
        }
        _ => None,
    }
}

/// `v1.2`, `.5`, `names.0`
fn number_behind_dot(view: &View) -> Said {
    let at = view.fault.at;
    let alone = !view.before(2).is_some_and(ends_value) || view.patched.begins_line(at - 1);
    if alone && view.touches(at) {
        let number = format!("0.{}", view.found());
        let said = view.said(
            Code::E0110,
            at - 1..at + 1,
            format!("`.{}` is not a number", view.found()),
            "a digit is missing",
        );
        return view.replacing(said.help(format!("write `{number}`")), at - 1..at + 1, &number, &[Token::Error]);
    }
    view.misplaced("a field is a name").help("an item of a list is `list[0]`; a version is text and stands in `\"`")
}

/// `a not is b`, `a is in b`
fn not_in(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    if found == Token::Is && view.previous() == Some(Token::Not) {
        let said = view
            .said(Code::E0110, at - 1..at + 1, "`not is` does not belong here", "the wrong order")
            .help("write `is not`");
        return Some(view.replacing(said, at - 1..at + 1, "is not", &[Token::Is, Token::Not]));
    }
    (found == Token::In && view.previous() == Some(Token::Is)).then(|| {
        let said = view
            .said(Code::E0110, at - 1..at, "`is` does not belong here", "not needed before `in`")
            .help("write `in`");
        view.removing(said, at - 1..at)
    })
}

/// `"{count:02}"`, `"{a b}"`
fn interpolation(view: &View, found: Token) -> Option<Said> {
    let open = view.bracket().map(|open| view.patched.tokens[open]);
    if open != Some(Token::TextHead) || !(view.expects_token(Token::TextTail) || view.expects("an expression")) {
        return None;
    }
    match found {
        Token::Colon | Token::Comma => {
            Some(view.misplaced("a value has no format here").help("`.fixed(2)` and the like write a number as text"))
        }
        _ if found.is_hard() && view.expects("an expression") => Some(
            view.misplaced("a statement, not a value")
                .help("braces in a string hold a value; a brace as text is `\\{`"),
        ),
        Token::TextMiddle | Token::TextTail => None,
        _ if view.expects_token(Token::TextTail) => {
            let said = view
                .misplaced("expected `}` before it")
                .help("braces in a string hold one value; a brace as text is `\\{`");
            Some(said)
        }
        _ => None,
    }
}

/// Patterns of other languages.
fn pattern(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    if at > 0 && view.word(at - 1) == "case" && view.expects_token(Token::FatArrow) {
        let said = view.said(Code::E0110, at - 1..at, "`case` does not belong here", "not needed");
        let said = said.help("an arm is `pattern => ..`");
        let colon = (at..view.patched.tokens.len()).take(12).find(|index| view.patched.tokens[*index] == Token::Colon);
        return Some(match colon.filter(|colon| view.patched.tokens.get(colon + 1) == Some(&Token::LBrace)) {
            Some(colon) => {
                let mut read = view.patched.tokens[at..colon].to_vec();
                read.push(Token::FatArrow);
                view.replacing(said, at - 1..colon + 1, &format!("{} =>", view.words(at..colon)), &read)
            }
            None => view.removing(said, at - 1..at),
        });
    }
    let literal = matches!(found, Token::Text | Token::Number | Token::Unit | Token::True | Token::False);
    if literal && view.previous() == Some(Token::LParen) && view.expects_token(Token::Underscore) {
        let name = view.word(at.checked_sub(2)?);
        let field = if name == "some" { "value" } else { "field" };
        let said = view.here(Code::E0110, format!("`{}` has no field", view.found()), "expected a field before it");
        let said = said.help(format!("say of which field: `{name}({field}: {})`", view.found()));
        return Some(said.read_as(at - 2..view.behind_bracket(at - 1), &[Token::Error]));
    }
    (view.expects("a pattern") && matches!(found, Token::TypeName)).then(|| {
        view.misplaced("expected a pattern").help("variants are written small: `small => ..`; any other value is `_`")
    })
}
