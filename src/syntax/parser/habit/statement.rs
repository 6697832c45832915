//! What stands where a statement is due.

use super::super::item::DECLARATION;
use super::super::statement::STATEMENT;
use super::super::sync;
use super::super::view::{Said, View};
use super::near;
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// A word of another language that begins a statement there.
struct Foreign {
    words: &'static [&'static str],
    help: &'static str,
    /// The word that is written here, where nothing else changes.
    meant: Option<Token>,
}

const fn foreign(words: &'static [&'static str], help: &'static str, meant: Option<Token>) -> Foreign {
    Foreign { words, help, meant }
}

const FOREIGN: &[Foreign] = &[
    foreign(
        &["var", "val", "const", "set", "local", "final", "def", "auto"],
        "a value is `let name = ..`; it never changes",
        Some(Token::Let),
    ),
    foreign(&["foreach"], "a loop is `for x in list { .. }`", Some(Token::For)),
    foreign(&["unless"], "write `when not (..) { .. }`", None),
    foreign(&["switch", "case", "select"], "write `when value { pattern => { .. } }`", None),
    foreign(
        &["until", "repeat", "times"],
        "to wait for something write `wait until condition every 10s`, to go through a list `for x in list { .. }`",
        None,
    ),
    foreign(&["sleep", "delay", "pause"], "to wait is `wait 30s`", None),
    foreign(&["throw", "raise", "error", "panic", "abort", "die"], "to fail is `fail \"why\"`", Some(Token::Fail)),
    foreign(
        &["assert", "check", "ensure", "expect", "must"],
        "what must hold is `require`, what must come to hold is `verify`",
        Some(Token::Require),
    ),
    foreign(
        &["print", "println", "puts", "echo", "log", "console"],
        "nothing is printed: `orch show` tells of each run, with its `goal`, its titles and its results",
        None,
    ),
    foreign(&["break", "continue"], "a loop goes through its whole list: filter the list, or use `when`", None),
    foreign(&["exit", "quit", "stop"], "to end is `return`, to end and undo what was done `fail \"why\"`", None),
    foreign(
        &["await", "call", "invoke", "execute", "perform", "yield"],
        "an action is done by `step`",
        Some(Token::Step),
    ),
    foreign(
        &["rollback", "undo", "revert", "cleanup", "defer", "finally", "on_failure", "on_error"],
        "what undoes a step or a phase stands behind it: `step .. compensate ..`",
        None,
    ),
    foreign(
        &["fn", "plan", "action", "type", "event", "import", "uses", "extern", "test", "function", "func"],
        "declare it in the file, outside of all plans",
        None,
    ),
];

/// What is said about `try` and its `catch`.
pub const NO_EXCEPTIONS: &str = "there are no exceptions";

/// Words of another language behind a block, as `else` is here.
const ELSE: &[(&[&str], &str, &[Token])] = &[
    (&["elif", "elsif", "elseif", "elsewhen"], "else when", &[Token::Else, Token::When]),
    (&["otherwise", "esle", "els", "eles", "elze"], "else", &[Token::Else]),
];

/// Mistakes where a statement is due.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    if found == Token::If && view.previous() == Some(Token::Else) {
        return Some(else_if(view));
    }
    if let Some(said) = call_in_when(view) {
        return Some(said);
    }
    if !view.expects(STATEMENT) || view.expects(DECLARATION) || !view.at_boundary() {
        return None;
    }
    None.or_else(|| else_word(view))
        .or_else(|| hard_word(view, found))
        .or_else(|| foreign_word(view, found))
        .or_else(|| if found.is_name() { name(view) } else { None })
        .or_else(|| capitals(view, found))
        .or_else(|| listed(view, found))
        .or_else(|| value_alone(view, found))
}

fn no_statement(view: &View, message: impl Into<String>) -> Said {
    view.here(Code::E0114, message, "expected a statement")
}

/// `else if c { }`
fn else_if(view: &View) -> Said {
    let said = view
        .here(Code::E0114, "`if` chooses between values, not between blocks", "no statement")
        .help("write `else when`");
    view.instead(said, "when", &[Token::When])
}

/// `} elif c {`, `} otherwise {`
fn else_word(view: &View) -> Option<Said> {
    let before = sync::statement_before(view.patched, view.fault.at)?;
    let when = view.patched.tokens[before] == Token::When;
    if view.previous() != Some(Token::RBrace) || view.begins_line() && !view.found().starts_with("el") {
        return None;
    }
    let (_, meant, tokens) = ELSE.iter().find(|(words, _, _)| words.contains(&view.found()))?;
    when.then(|| {
        let said = no_statement(view, format!("`{}` begins no statement", view.found()));
        view.instead(said.help(format!("write `{meant}`")), meant, tokens)
    })
}

/// `if`, `match`, `while` and the like.
fn hard_word(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let words = |message: &str, help: &str| Some(view.here(Code::E0114, message, "no statement").help(help));
    match found {
        Token::If => if_statement(view),
        Token::Match => {
            let said =
                words("`match` chooses between values, not between blocks", "write `when value { pattern => { .. } }`");
            said.map(|said| said.read_as(at..at + 1, &[Token::When]))
        }
        Token::While | Token::Loop | Token::Do => {
            let help = "to wait for something write `wait until condition every 10s`, to go through a list `for x in list { .. }`";
            words("there are no open loops", help)
        }
        Token::Try => {
            let said = words(NO_EXCEPTIONS, "write `attempt { .. } else as failure { .. }`");
            let block = view.token(1) == Some(Token::LBrace);
            said.map(|said| said.read_as(at..at + 1, if block { &[Token::Attempt] } else { &[] }))
        }
        Token::Catch => words(NO_EXCEPTIONS, "write `attempt { .. } else as failure { .. }`"),
        Token::Else => words("`else` follows nothing here", "`else` follows the block of a `when` or `attempt`"),
        Token::Compensate => {
            words("`compensate` follows nothing here", "it stands behind what it undoes: `step .. compensate ..`")
        }
        Token::Option => {
            words("`option` stands outside of a `decide`", "write `decide name \"question\" { option .. }`")
        }
        Token::Branch => words("`branch` stands outside of a `parallel`", "write `parallel { branch .. }`"),
        _ => None,
    }
}

/// `if c { .. }`; with an `else if` more than one word changes.
fn if_statement(view: &View) -> Option<Said> {
    let at = view.fault.at;
    let end = sync::next_statement(view.patched, at, at + 1);
    let chained = view.patched.tokens[at..end].windows(2).any(|pair| pair == [Token::Else, Token::If]);
    let said = view.here(Code::E0114, "`if` chooses between values, not between blocks", "no statement");
    Some(if chained {
        let help = "write `when a { .. } else when b { .. } else { .. }`";
        let whole: Vec<Token> = view.patched.tokens[at..end].iter().map(|token| when_for_if(*token)).collect();
        said.help(help).read_as(at..end, &whole)
    } else {
        view.instead(said.help("write `when condition { .. }`"), "when", &[Token::When])
    })
}

fn when_for_if(token: Token) -> Token {
    if token == Token::If { Token::When } else { token }
}

fn foreign_word(view: &View, found: Token) -> Option<Said> {
    if !found.is_name() && !matches!(found, Token::Fn | Token::Plan | Token::Action) {
        return None;
    }
    let word = view.found();
    let Foreign { help, meant, .. } = FOREIGN.iter().find(|foreign| foreign.words.contains(&word))?;
    let calls = view.token(1) == Some(Token::LParen);
    let declares = found != Token::Name
        && matches!(word, "fn" | "plan" | "action" | "type" | "event" | "import" | "uses" | "extern");
    let message = if declares { format!("`{word}` stands in a plan") } else { format!("`{word}` begins no statement") };
    let said = no_statement(view, message).help(*help);
    let at = view.fault.at;
    Some(match (word, meant) {
        ("switch", _) => said.read_as(at..at + 1, &[Token::When]),
        _ if view.token(1) == Some(Token::Colon) => return None,
        // What was meant may be another mistake where it is read as this, so the fix is all.
        (_, Some(Token::Step)) if fits(view, Token::Step) => said.fix(view.span(), "step"),
        (_, Some(meant)) if !calls && fits(view, *meant) => view.instead(said, meant.text(), &[*meant]),
        _ if declares => said.read_as(at..end_of_declaration(view), &[Token::Error]),
        _ => said,
    })
}

/// Where a declaration ends that stands in a block.
fn end_of_declaration(view: &View) -> usize {
    let at = view.fault.at;
    let end = sync::next_statement(view.patched, at, at + 1);
    match sync::body_of(view.patched, at, at + 1, end) {
        Some(body) => view.behind_bracket(body),
        None => end,
    }
}

/// Whether what follows can follow the word that is meant.
fn fits(view: &View, meant: Token) -> bool {
    let (next, behind) = (view.token(1), view.token(2));
    match meant {
        Token::Let => next.is_some_and(Token::is_name) && matches!(behind, Some(Token::Assign | Token::Colon)),
        Token::Fail => matches!(next, Some(Token::Text | Token::TextHead)),
        Token::Step => {
            next.is_some_and(Token::is_name) && matches!(behind, Some(Token::LParen | Token::Dot | Token::Assign))
        }
        Token::For => next.is_some_and(Token::is_name) && behind == Some(Token::In),
        _ => true,
    }
}

/// A name: a call, an assignment, or a word that was meant.
fn name(view: &View) -> Option<Said> {
    let (name, at) = (view.found(), view.fault.at);
    match (view.token(1), view.token(2)) {
        (Some(Token::LParen | Token::Dot), _) => Some(call(view)),
        (Some(Token::Assign), _) => {
            let said = no_statement(view, format!("`{name}` is assigned to, and nothing is here"));
            let said = said.help(format!("a new value is `let {name} = ..`"));
            Some(said.fix(view.over(at..at), "let "))
        }
        (Some(Token::Colon), Some(Token::Assign)) => {
            let said = no_statement(view, format!("`{name}` is assigned to, and nothing is here"));
            let said = said.help(format!("a new value is `let {name} = ..`"));
            Some(said.fix(view.over(at..at + 3), format!("let {name} =")))
        }
        (Some(Token::Plus | Token::Minus | Token::Star | Token::Slash), Some(next))
            if next == Token::Assign || next == Token::Plus || next == Token::Minus =>
        {
            let said = no_statement(view, format!("`{name}` is changed, and nothing is here"));
            Some(said.help(format!("a new value is `let next = {name} + 1`")))
        }
        (Some(Token::Text | Token::TextHead), _) if near_word(name).is_none() => Some(call_without_parentheses(view)),
        (Some(Token::Colon), _) if !name_is_declaration(view) => {
            Some(no_statement(view, format!("`{name}` begins no statement")).help(key_help(view)))
        }
        _ => Some(misspelt(view)),
    }
}

fn name_is_declaration(view: &View) -> bool {
    matches!(view.token(0), Some(Token::Uses))
}

/// What a line such as `timeout: 5m` should be.
fn key_help(view: &View) -> String {
    match view.token(0) {
        Some(token) if Token::SOFT.iter().any(|(word, _)| *word == token) => {
            format!("a clause has no `:` and stands behind what it belongs to: `step .. {} ..`", token.text())
        }
        _ => "a value is `let name = ..`, everything else begins with a word such as `step` or `verify`".to_owned(),
    }
}

/// The word that a name is almost.
pub fn near_word(name: &str) -> Option<(&'static str, Token)> {
    let words = Token::HARD.iter().filter(|(token, _)| token.begins_statement());
    let word = near(name, words.map(|(_, word)| *word))?;
    Token::HARD.iter().find(|(_, text)| *text == word).map(|(token, text)| (*text, *token))
}

/// `when ready { deploy("api") }`, where the call is read as a pattern.
fn call_in_when(view: &View) -> Option<Said> {
    let tokens = &view.patched.tokens;
    let brace = (0..view.fault.at).rev().find(|at| tokens[*at] == Token::LBrace)?;
    sync::statement_before(view.patched, brace).filter(|at| tokens[*at] == Token::When)?;
    let start = brace + 1;
    let length = tokens[start..].iter().take_while(|token| token.is_name() || **token == Token::Dot).count();
    let open = start + length;
    if length == 0 || tokens.get(open) != Some(&Token::LParen) {
        return None;
    }
    let next = tokens.get(view.behind_bracket(open));
    let is_arm = matches!(next, Some(Token::FatArrow | Token::Pipe | Token::As));
    (!is_arm && view.fault.at <= view.behind_bracket(open)).then(|| {
        let call = view.words(start..open);
        let help = format!("write `step {call}(..)` to do it, or `probe seen = {call}(..)` to look");
        let said = view.said(Code::E0114, start..open, "a call alone is no statement", "expected a statement");
        said.help(help).fix(view.over(start..start), "step ").read_as(start..start, &[Token::Step])
    })
}

/// `ops.deploy("api")`
fn call(view: &View) -> Said {
    let at = view.fault.at;
    let tokens = &view.patched.tokens[at..];
    let length = tokens.iter().take_while(|token| token.is_word() || **token == Token::Dot).count();
    let call = view.words(at..at + length.max(1));
    let said = view.here(Code::E0114, "a call alone is no statement", "expected a statement");
    if let Some((list, "forEach" | "for_each" | "each")) = call.rsplit_once('.') {
        let end = view.behind_bracket(at + length);
        return said.help(format!("a loop is `for x in {list} {{ .. }}`")).read_as(at..end, &[Token::Error]);
    }
    let help = format!("write `step {call}(..)` to do it, or `probe seen = {call}(..)` to look");
    said.help(help).fix(view.over(at..at), "step ")
}

/// `deploy "web"`
fn call_without_parentheses(view: &View) -> Said {
    let at = view.fault.at;
    let (name, text) = (view.found(), view.word(at + 1));
    let said = no_statement(view, format!("`{name}` begins no statement"));
    said.help(format!("an action is done by `step {name}({text})`"))
}

fn misspelt(view: &View) -> Said {
    let name = view.found();
    if let Some((word, token)) = near_word(name) {
        let said = no_statement(view, format!("`{name}` begins no statement"));
        return view.instead(said.help(format!("did you mean `{word}`?")), word, &[token]);
    }
    let joined = format!("{name}{}", view.word(view.fault.at + 1));
    if let Some((token, word)) = Token::HARD.iter().find(|(token, word)| token.begins_statement() && *word == joined) {
        let said = no_statement(view, format!("`{name}` begins no statement")).help(format!("`{word}` is one word"));
        let at = view.fault.at;
        return view.replacing(said, at..at + 2, word, &[*token]);
    }
    let soft = view.token(0).is_some_and(|token| token != Token::Name);
    if soft {
        return view.misplaced("no clause of what stands before it").help(key_help(view));
    }
    let command = view.token(1) == Some(Token::Name) && view.token(2) != Some(Token::LBrace)
        || matches!(view.token(1), Some(Token::Minus | Token::Slash | Token::Dot));
    let said = no_statement(view, format!("`{name}` begins no statement"));
    if command {
        said.help(format!(
            "a program is started by `step exec(\"{name}\", [\"..\"])`, a command line by `step shell(\"..\")`"
        ))
    } else {
        said.help("each statement begins with a word such as `step`, `let`, `when` or `verify`")
    }
}

/// `Phase a { .. }`, `STEP a = f()`
fn capitals(view: &View, found: Token) -> Option<Said> {
    let small = view.found().to_ascii_lowercase();
    let (token, word) = Token::HARD.iter().find(|(token, word)| token.begins_statement() && *word == small)?;
    (found == Token::TypeName).then(|| {
        let said = no_statement(view, format!("`{}` begins no statement", view.found()));
        view.instead(said.help(format!("write `{word}`")), word, &[*token])
    })
}

/// `- step a()`
fn listed(view: &View, found: Token) -> Option<Said> {
    let listed = matches!(found, Token::Minus | Token::Star | Token::Plus);
    let statement = view.token(1).is_some_and(Token::begins_statement);
    (listed && (statement || sync::begins_statement(view.patched, view.fault.at + 1))).then(|| {
        let said = view.misplaced("no list").help("statements stand one below the other, without a sign before them");
        if view.token(2) == Some(Token::Colon) {
            let end = sync::next_statement(view.patched, view.fault.at + 1, view.fault.at + 2);
            return said
                .help("this looks like YAML: a step is `step name = call(..)`")
                .read_as(view.fault.at..end, &[Token::Error]);
        }
        view.removing(said, view.fault.at..view.fault.at + 1)
    })
}

/// A string or a number alone.
fn value_alone(view: &View, found: Token) -> Option<Said> {
    let help = match found {
        Token::Text | Token::TextHead => "what a plan is for is its `goal \"..\"`; a remark is a comment, `// ..`",
        Token::Number | Token::Unit | Token::True | Token::False | Token::None => {
            "a value alone does nothing: `let name = ..` binds it, `return ..` gives it back"
        }
        // `./ops deploy web`
        Token::Dot | Token::Slash => {
            let help =
                "a program is started by `step exec(\"./ops\", [\"deploy\"])`, a command line by `step shell(\"..\")`";
            let end = sync::next_statement(view.patched, view.fault.at, view.fault.at + 1);
            let said = view.here(Code::E0114, "a command is no statement", "expected a statement").help(help);
            return Some(said.read_as(view.fault.at..end, &[Token::Error]));
        }
        _ => return None,
    };
    Some(view.here(Code::E0114, "a value alone is no statement", "expected a statement").help(help))
}
