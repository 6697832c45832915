//! Mistakes of habit: what someone writes who comes from another language, or slips, and what is written here.

use super::fault::Expected;
use super::item::DECLARATION;
use super::report::View;
use super::statement::STATEMENT;
use crate::diagnostic::suggest::nearest_within;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::Token;

/// What to say about a mistake that many make; none about others.
pub fn habit(view: &View) -> Option<Diagnostic> {
    let found = view.token(0)?;
    let statement = view.expects(Expected::Kind(STATEMENT));
    None.or_else(|| else_if(view, found))
        .or_else(|| if statement { late_clause(view, found) } else { None })
        .or_else(|| if statement { no_statement(view, found) } else { None })
        .or_else(|| no_declaration(view, found))
        .or_else(|| wrong_arrow(view, found))
        .or_else(|| small_type(view, found))
        .or_else(|| missing_word(view, found))
        .or_else(|| chained_comparison(view, found))
        .or_else(|| assignment(view, found))
        .or_else(|| hard_name(view, found))
}

fn at(view: &View, code: Code, message: impl Into<String>, label: &str) -> Diagnostic {
    Diagnostic::new(code, view.span(), message, label)
}

/// `else if c { }`
fn else_if(view: &View, found: Token) -> Option<Diagnostic> {
    (found == Token::If && view.previous() == Some(Token::Else)).then(|| {
        at(view, Code::E0114, "`if` chooses between values, not between blocks", "no statement")
            .help("write `else when`")
            .fix(view.span(), "when")
    })
}

/// What stands where a statement is due.
fn no_statement(view: &View, found: Token) -> Option<Diagnostic> {
    let words = |message: &str, help: &str| Some(at(view, Code::E0114, message, "no statement").help(help));
    match found {
        Token::If => {
            let fix = view.span();
            words("`if` chooses between values, not between blocks", "write `when condition { .. }`")
                .map(|diagnostic| diagnostic.fix(fix, "when"))
        }
        Token::Match => {
            let help = "write `when value { pattern => { .. } }`";
            words("`match` chooses between values, not between blocks", help)
        }
        Token::While | Token::Loop | Token::Do => {
            let help = "to wait for something write `wait until condition every 10s`, to go through a list `for x in list { .. }`";
            words("there are no open loops", help)
        }
        Token::Try | Token::Catch => words("there are no exceptions", "write `attempt { .. } else as failure { .. }`"),
        Token::Else => words("`else` follows nothing here", "`else` follows the block of a `when` or `attempt`"),
        _ if found.is_name() => no_statement_word(view),
        _ => None,
    }
}

/// A name where a statement is due: a call, an assignment, or a word that was meant.
fn no_statement_word(view: &View) -> Option<Diagnostic> {
    let name = view.found();
    let start = Span { end: view.span().start, ..view.span() };
    match view.token(1) {
        Some(Token::LParen | Token::Dot) => {
            let call = call_text(view);
            let help = format!("write `step {call}(..)` to do it, or `probe seen = {call}(..)` to look");
            let diagnostic = at(view, Code::E0114, "a call alone is no statement", "begins no statement").help(help);
            Some(diagnostic.fix(start, "step "))
        }
        Some(Token::Assign) => {
            let message = format!("`{name}` is assigned to, and nothing is here");
            let diagnostic = at(view, Code::E0114, message, "begins no statement");
            Some(diagnostic.help(format!("a new value is `let {name} = ..`")).fix(start, "let "))
        }
        _ if Token::SOFT.iter().any(|(word, _)| Some(*word) == view.token(0)) => {
            Some(at(view, Code::E0110, format!("`{name}` does not belong here"), "no clause of what stands before it"))
        }
        _ => {
            let diagnostic =
                at(view, Code::E0114, format!("`{name}` begins no statement"), "expected a statement or `}`");
            Some(match near(name, Token::HARD.iter().filter(|(token, _)| begins_statement(*token))) {
                Some(word) => diagnostic.help(format!("did you mean `{word}`?")).fix(view.span(), word),
                None => diagnostic.help("each statement begins with a word such as `step`, `let`, `when` or `verify`"),
            })
        }
    }
}

/// `ops.deploy` of `ops.deploy(..)`
fn call_text<'a>(view: &View<'a>) -> &'a str {
    let tokens = &view.patched.tokens[view.fault.at..];
    let length = tokens.iter().take_while(|token| token.is_word() || **token == Token::Dot).count();
    let last = view.patched.spans[view.fault.at + length.max(1) - 1];
    &view.text[view.span().to(last).range()]
}

/// Whether a hard word can begin a statement.
fn begins_statement(token: Token) -> bool {
    (Token::Goal..=Token::Unwind).contains(&token) && !matches!(token, Token::Option | Token::Branch)
        || token == Token::Probe
}

/// `step a = f() compensate g() takes 1h`
fn late_clause(view: &View, found: Token) -> Option<Diagnostic> {
    use Token::{BestEffort, Idempotent, Irreversible, Retry, Risk, Takes, Timeout};
    let clause = matches!(found, Takes | Risk | Irreversible | BestEffort | Retry | Timeout | Idempotent);
    let compensate = last_compensate(view)?;
    clause.then(|| {
        at(view, Code::E0117, format!("`{}` stands behind `compensate`", view.found()), "belongs before `compensate`")
            .label(compensate, "the compensation begins here")
            .help("`compensate` comes last; only its own `retry` and `timeout` may follow it")
    })
}

/// The `compensate` of the statement that ends just before the mistake.
fn last_compensate(view: &View) -> Option<Span> {
    let start = last_word(view)?;
    (view.patched.tokens[start] == Token::Compensate).then(|| view.patched.spans[start])
}

/// The last word before the mistake that begins a statement or its `compensate`.
pub fn last_word(view: &View) -> Option<usize> {
    let patched = view.patched;
    (0..view.fault.at).rev().find(|at| patched.tokens[*at] <= Token::Compensate && !patched.is_name_by_place(*at))
}

/// What stands where a declaration is due, or behind one.
fn no_declaration(view: &View, found: Token) -> Option<Diagnostic> {
    let due = view.expects(Expected::Kind(DECLARATION)) || (view.statement.is_none() && goes_on_after_item(view));
    if !due {
        return None;
    }
    let name = view.found();
    if begins_statement(found) || found == Token::Let {
        let help = if found == Token::Let {
            "a value of the whole file is a `const`; other statements stand in `plan name() { .. }`"
        } else {
            "statements stand in `plan name() { .. }`"
        };
        return Some(at(view, Code::E0118, format!("`{name}` stands outside of a plan"), "no declaration").help(help));
    }
    if !found.is_name() || !view.expects(Expected::Kind(DECLARATION)) {
        return None;
    }
    let words = Token::HARD[..4].iter().chain(&Token::SOFT[..7]);
    let diagnostic = at(view, Code::E0118, format!("`{name}` begins no declaration"), "no declaration");
    Some(match near(name, words) {
        Some(word) => diagnostic.help(format!("did you mean `{word}`?")).fix(view.span(), word),
        None => diagnostic.help("a file holds `plan`, `fn`, `probe`, `action`, `type`, `const` and the like"),
    })
}

/// Whether the mistake stands behind all brackets of a declaration.
fn goes_on_after_item(view: &View) -> bool {
    let before = &view.patched.tokens[..view.fault.at];
    let opened = before.iter().filter(|token| token.opens()).count();
    opened == before.iter().filter(|token| token.closes()).count() && view.patched.begins_line(view.fault.at)
}

/// `>` for `->`, `=>` for `->`, `->` for `=>`
fn wrong_arrow(view: &View, found: Token) -> Option<Diagnostic> {
    let rollout = view.statement.is_some_and(|start| view.patched.tokens[start] == Token::Rollout);
    let arrow = view.expects(Expected::Token(Token::Arrow));
    let meant = match found {
        Token::Greater if rollout || arrow => "->",
        Token::FatArrow if arrow => "->",
        Token::Arrow if view.expects(Expected::Token(Token::FatArrow)) => "=>",
        Token::Colon if arrow => "->",
        _ => return None,
    };
    let diagnostic = at(view, Code::E0110, format!("`{}` does not belong here", view.found()), "the wrong sign");
    let help = if rollout { "stages are joined by `->`".to_owned() } else { format!("write `{meant}`") };
    Some(diagnostic.help(help).fix(view.span(), meant))
}

/// `let a: int = 1`, `emit paid`
fn small_type(view: &View, found: Token) -> Option<Diagnostic> {
    let event = view.expects(Expected::Kind("an event"));
    let kind = if event { "an event" } else { "a type" };
    let due = view.expects(Expected::Kind(kind)) && found.is_name();
    due.then(|| {
        let pascal: String = view.found().split('_').map(capitalised).collect();
        at(view, Code::E0110, format!("`{}` does not belong here", view.found()), &format!("expected {kind}"))
            .help(format!("types and events are written `PascalCase`, as in `{pascal}`"))
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// A word or sign that is left out: `require c "text"`, `plan p { }`, and functions and ranges where none can stand.
fn missing_word(view: &View, found: Token) -> Option<Diagnostic> {
    let text = view.found();
    let start = Span { end: view.span().start, ..view.span() };
    let statement = view.expects(Expected::Kind(STATEMENT));
    match found {
        Token::Text | Token::TextHead if view.expects(Expected::Token(Token::Else)) => {
            let diagnostic = at(view, Code::E0110, "a string does not belong here", "expected `else` before it");
            Some(diagnostic.help("write `else` before the text").fix(start, "else "))
        }
        Token::LBrace if view.expects(Expected::Token(Token::LParen)) && view.statement.is_none() => {
            let diagnostic = at(view, Code::E0110, format!("`{text}` does not belong here"), "expected `(`");
            Some(diagnostic.help("parameters stand in parentheses: `()` if there are none").fix(start, "() "))
        }
        Token::FatArrow if statement => {
            let diagnostic = at(view, Code::E0110, format!("`{text}` does not belong here"), "no argument");
            Some(diagnostic.help("a function `x => ..` can only be an argument of a call"))
        }
        Token::DotDot if statement => {
            let diagnostic = at(view, Code::E0110, format!("`{text}` does not belong here"), "no value");
            Some(
                diagnostic
                    .help("`..` joins the bounds of a pattern or an estimate; a list of numbers is `range(1, 5)`"),
            )
        }
        _ => None,
    }
}

/// `a < b < c`
fn chained_comparison(view: &View, found: Token) -> Option<Diagnostic> {
    use Token::{Equal, Greater, GreaterEqual, In, Is, Less, LessEqual, NotEqual};
    let compares =
        |token: &Token| matches!(token, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | In | Is);
    let start = last_word(view).unwrap_or(0);
    let before = view.patched.tokens[start..view.fault.at].iter().any(compares);
    (compares(&found) && before && ends_value(view.previous()?)).then(|| {
        at(view, Code::E0116, "a comparison cannot be compared again", "the second comparison")
            .help("join two comparisons with `and`: `a < b and b < c`")
    })
}

fn ends_value(token: Token) -> bool {
    use Token::{False, None, Number, RBracket, RParen, Text, TextTail, True, Unit};
    token.is_name() || matches!(token, False | None | Number | RBracket | RParen | Text | TextTail | True | Unit)
}

/// `when a = b { }`
fn assignment(view: &View, found: Token) -> Option<Diagnostic> {
    (found == Token::Assign
        && ends_value(view.previous()?)
        && view.expects(Expected::Kind(super::expression::OPERATOR)))
    .then(|| {
        at(view, Code::E0110, "`=` does not belong here", "not a comparison")
            .help("to compare write `==`")
            .fix(view.span(), "==")
    })
}

/// `let step = 1`
fn hard_name(view: &View, found: Token) -> Option<Diagnostic> {
    let named = view.expects(Expected::Kind("a name"));
    let other = view.expects(Expected::Kind("an expression")) || view.expects(Expected::Kind("a string"));
    (named && !other && found.is_hard()).then(|| {
        let name = view.found();
        at(view, Code::E0115, format!("`{name}` is a word of the language"), "cannot be a name")
            .help(format!("choose another name, such as `{name}_`"))
    })
}

/// The word that `name` was probably meant to be.
fn near<'w>(name: &str, words: impl Iterator<Item = &'w (Token, &'static str)>) -> Option<&'static str> {
    let edits = if name.len() < 5 { 1 } else { 2 };
    nearest_within(name, edits, words.map(|(_, word)| *word))
}
