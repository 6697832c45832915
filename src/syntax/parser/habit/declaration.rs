//! Declarations: what stands where one is due, and their heads.

use super::super::item::DECLARATION;
use super::super::view::{Said, View};
use super::near;
use crate::diagnostic::Code;
use crate::syntax::token::Token;

/// A word of another language that begins a declaration there.
struct Foreign {
    words: &'static [&'static str],
    help: &'static str,
    /// The word that is written here, where nothing else changes.
    meant: Option<Token>,
}

const fn foreign(words: &'static [&'static str], help: &'static str, meant: Option<Token>) -> Foreign {
    Foreign { words, help, meant }
}

const IMPORT: &str = "another file is read by `import \"./ops.orch\" as ops`";

const FOREIGN: &[Foreign] = &[
    foreign(
        &["workflow", "pipeline", "job", "playbook", "process", "saga", "procedure", "proc", "flow", "main"],
        "what can be run is a `plan name() { .. }`",
        Some(Token::Plan),
    ),
    foreign(
        &["def", "function", "func", "fun", "sub", "defn"],
        "what computes is `fn name(x: Int) -> Int = ..`",
        Some(Token::Fn),
    ),
    foreign(
        &["struct", "class", "record", "interface", "message", "object", "typedef"],
        "a type is `type Order = { id: String }`",
        None,
    ),
    foreign(&["enum", "union", "variant"], "a choice of names is `type Tier = small | large`", None),
    foreign(
        &["var", "val", "static", "define", "final"],
        "a value of the whole file is `const name = ..`",
        Some(Token::Const),
    ),
    foreign(&["include", "require", "from", "load", "source", "using", "package", "module", "namespace"], IMPORT, None),
    foreign(
        &["resource", "provider", "variable", "output", "data", "locals"],
        "a file holds `plan`, `fn`, `probe`, `action`, `type`, `const` and the like",
        None,
    ),
];

/// Words before a declaration that say who may use it.
const MODIFIERS: &[&str] =
    &["pub", "public", "private", "export", "async", "static", "inline", "default", "idempotent"];

/// Mistakes in declarations.
pub fn habit(view: &View) -> Option<Said> {
    let found = view.token(0)?;
    if view.expects(DECLARATION) || view.statement.is_none() && goes_on_after_item(view) {
        return no_declaration(view, found);
    }
    if view.statement.is_some() {
        return body(view, found);
    }
    None.or_else(|| arrow(view, found)).or_else(|| parameter(view, found)).or_else(|| body(view, found)).or_else(|| {
        match view.head()? {
            Token::Plan => plan(view, found),
            Token::Type | Token::Event => definition(view, found),
            Token::Const => constant(view, found),
            Token::Import => import(view, found),
            Token::Uses => uses(view, found),
            Token::Extern | Token::Action => action(view, found),
            _ => None,
        }
    })
}

/// Whether the mistake stands behind all brackets of a declaration, in a line of its own.
fn goes_on_after_item(view: &View) -> bool {
    let before = &view.patched.tokens[..view.fault.at.min(view.patched.tokens.len())];
    let opened = before.iter().filter(|token| token.opens()).count();
    let complete = opened == before.iter().filter(|token| token.closes()).count();
    complete
        && view.begins_line()
        && view.token(0).is_some_and(Token::begins_statement)
        && !view.expects_token(Token::LBrace)
}

fn no_declaration(view: &View, found: Token) -> Option<Said> {
    let (name, at) = (view.found(), view.fault.at);
    let foreign = FOREIGN.iter().find(|foreign| foreign.words.contains(&name));
    if let Some(Foreign { help, meant, .. }) = foreign
        && (found.is_name() || found == Token::Require && view.token(1) == Some(Token::Text))
    {
        let said = view.here(Code::E0118, format!("`{name}` begins no declaration"), "no declaration").help(*help);
        return Some(match meant {
            Some(meant) if fits(view, *meant) => view.instead(said, meant.text(), &[*meant]),
            _ => said,
        });
    }
    if found.begins_statement() {
        let said = view.here(Code::E0118, format!("`{name}` stands outside of a plan"), "no declaration");
        return Some(if found == Token::Let {
            let said =
                said.help("a value of the whole file is a `const`; other statements stand in `plan name() { .. }`");
            view.instead(said, "const", &[Token::Const])
        } else {
            said.help("statements stand in `plan name() { .. }`")
        });
    }
    if found == Token::LBrace {
        return Some(view.here(Code::E0118, "`{` begins no declaration", "no declaration").help(WHAT_A_FILE_HOLDS));
    }
    if found == Token::TypeName {
        let small = name.to_ascii_lowercase();
        let (token, word) = words().find(|(_, word)| **word == *small)?;
        let said = view.here(Code::E0118, format!("`{name}` begins no declaration"), "no declaration");
        return Some(view.instead(said.help(format!("write `{word}`")), word, &[*token]));
    }
    let misused = Token::SOFT[..7].iter().any(|(token, _)| *token == found);
    if !found.is_name() || !view.expects(DECLARATION) || misused {
        return None;
    }
    let said = view.here(Code::E0118, format!("`{name}` begins no declaration"), "no declaration");
    Some(match (view.token(1), near(name, words().map(|(_, word)| *word))) {
        _ if MODIFIERS.contains(&name) => modifier(view, said),
        (Some(Token::Assign), _) => {
            let said = said.help(format!("a value of the whole file is `const {name} = ..`"));
            view.replacing(said, at..at, "const ", &[Token::Const])
        }
        (Some(Token::Colon), _) => {
            said.help("this looks like YAML: a plan is `plan name() { .. }`, its steps stand in it")
        }
        (Some(Token::LParen), None) => said.help("what is done stands in a plan: `plan name() { step .. }`"),
        (_, Some(word)) => {
            let token = words().find(|(_, text)| *text == word).map_or(Token::Error, |(token, _)| *token);
            view.instead(said.help(format!("did you mean `{word}`?")), word, &[token])
        }
        _ => said.help(WHAT_A_FILE_HOLDS),
    })
}

const WHAT_A_FILE_HOLDS: &str = "a file holds `plan`, `fn`, `probe`, `action`, `type`, `const` and the like";

/// The words that begin declarations.
fn words() -> impl Iterator<Item = &'static (Token, &'static str)> {
    Token::HARD[..4].iter().chain(&Token::SOFT[..7])
}

/// `pub fn`, of which only `pub` is left: the declaration is read alone.
fn modifier(view: &View, said: Said) -> Said {
    let span = view.span();
    let rest = &view.text[span.end as usize..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let help = match view.found() {
        "idempotent" => "clauses stand behind an action: `action name() = .. idempotent`",
        _ => "remove it: everything a file declares can be imported",
    };
    let said = said.help(help);
    let whole = crate::source::Span { end: span.end + blanks as u32, ..span };
    if view.found() == "idempotent" { said } else { said.fix(whole, "") }
}

fn fits(view: &View, meant: Token) -> bool {
    let named = view.token(1).is_some_and(Token::is_name);
    named && view.token(2) == Some(if meant == Token::Const { Token::Assign } else { Token::LParen })
}

/// `fn f(): Int`, `fn f() Int`, `fn f() = 1`
fn arrow(view: &View, found: Token) -> Option<Said> {
    if !view.expects_token(Token::Arrow) || view.head() == Some(Token::Extern) && found == Token::Assign {
        return None;
    }
    let word = view.head()?.text();
    let must = !view.expects_token(Token::Assign) && !view.expects_token(Token::LBrace);
    let typed = view.token(1).is_some_and(|token| token == Token::TypeName || token == Token::LBrace && must);
    match found {
        Token::Greater | Token::FatArrow | Token::Colon | Token::Minus if typed => {
            let said = view.misplaced("expected `->`").help("what it gives stands behind `->`");
            let text = if view.touches(view.fault.at) { " ->" } else { "->" };
            Some(view.instead(said, text, &[Token::Arrow]))
        }
        Token::TypeName => {
            let said = view.misplaced("expected `->` before it").help("what it gives stands behind `->`");
            Some(view.inserting(said, "-> ", &[Token::Arrow]))
        }
        Token::Assign | Token::LBrace if must => {
            let at = view.fault.at;
            let said = view.said(
                Code::E0110,
                at..at + 1,
                format!("`{}` does not belong here", view.found()),
                "expected `->` and a type before it",
            );
            Some(
                said.help(format!("a `{word}` says what it gives: `{word} name(..) -> Int ..`"))
                    .read_as(at..at, &[Token::Arrow, Token::Error]),
            )
        }
        _ => None,
    }
}

fn parameter(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let inside = view.bracket().is_some_and(|open| view.patched.tokens[open] == Token::LParen);
    if !inside || !matches!(view.head()?, Token::Fn | Token::Probe | Token::Action | Token::Plan | Token::Extern) {
        return None;
    }
    let form = "a parameter is `name: Type`";
    match found {
        Token::TypeName if view.expects("a name") && view.token(1).is_some_and(Token::is_name) => {
            let meant = format!("{}: {}", view.word(at + 1), view.found());
            let said = view.misplaced("expected a name").help(form);
            Some(view.replacing(said, at..at + 2, &meant, &[Token::Name, Token::Colon, Token::Error]))
        }
        Token::TypeName if view.expects_token(Token::Colon) => {
            let said = view.misplaced("expected `:` before it").help(form);
            let before = view.over(at - 1..at).after();
            Some(said.fix(before, ":").read_as(at..at, &[Token::Colon]))
        }
        Token::Assign if view.expects_token(Token::Colon) && view.token(1) == Some(Token::TypeName) => {
            let said = view.misplaced("expected `:`").help(form);
            let blank = crate::source::Span { start: view.over(at - 1..at).end, ..view.span() };
            Some(said.fix(blank, ":").read_as(at..at + 1, &[Token::Colon]))
        }
        Token::Question if view.expects_token(Token::Colon) => {
            let help = "a value that may be missing has a type that says so, `name: Type?`, or a default, `name: Type = value`";
            Some(view.misplaced("expected `:`").help(help).read_as(at..at + 1, &[]))
        }
        Token::Star | Token::Ellipsis if view.expects("a name") => Some(
            view.misplaced("expected a name")
                .help("a parameter for many values is a list, `names: List<String>`")
                .read_as(at..at + 1, &[]),
        ),
        _ => None,
    }
}

/// What stands in the place of a body, or in one.
fn body(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let word = *view.patched.tokens.first()?;
    if found == Token::FatArrow && view.expects_token(Token::Assign) {
        let said = view.misplaced("expected `=`").help("what it computes stands behind `=`");
        return Some(view.instead(said, "=", &[Token::Assign]));
    }
    let returns = view.previous() == Some(Token::Return) && view.before(2) == Some(Token::LBrace);
    if returns && view.before(3) == Some(Token::Assign) {
        let said = view.said(Code::E0110, at - 3..at - 2, "`=` does not belong here", "not needed before a body");
        return Some(view.removing(said.help("write `= value`, or a body, `{ return value }`"), at - 3..at - 2));
    }
    if !view.expects("`let`") && !view.expects("`let` or `probe`") {
        return None;
    }
    let what = if view.expects("`let`") { "`let`" } else { "`let` and `probe`" };
    if found == Token::RBrace {
        return None;
    }
    if found.begins_statement() || found == Token::If {
        let said = view.misplaced(format!("no part of a `{}`", word.text()));
        let help = if found == Token::If {
            "choose between values: `return if condition then a else b`".to_owned()
        } else {
            format!("its body holds {what}, and ends with `return`")
        };
        let end = super::super::sync::next_statement(view.patched, at, at + 1);
        return Some(said.help(help).read_as(at..end.max(at + 1), &[Token::Error]));
    }
    let said =
        view.misplaced("expected `return` before it").help(format!("a body holds {what}, and ends with `return`"));
    Some(view.inserting(said, "return ", &[Token::Return]))
}

fn plan(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    match found {
        // `plan p() on Paid {`
        Token::LBrace if view.expects_token(Token::As) => {
            let event = view.word(at - 1);
            let said = view.misplaced("expected `as` before it");
            let said = said.help(format!("what arrives has a name: `on {event} as e {{ .. }}`"));
            Some(said.read_as(at..at, &[Token::As, Token::Name]))
        }
        // `plan p() when Paid as e {`
        Token::When if view.token(1) == Some(Token::TypeName) => {
            let said = view.misplaced("expected `on`").help("an event starts a plan with `on Paid as e`");
            Some(view.instead(said, "on", &[Token::On]))
        }
        Token::LBrace if view.expects_token(Token::LParen) => {
            let said = view.misplaced("expected `(`").help("parameters stand in parentheses: `()` if there are none");
            let behind = view.over(at - 1..at).after();
            Some(said.fix(behind, "()").read_as(at..at, &[Token::LParen, Token::RParen]))
        }
        Token::Text | Token::TextHead if at == 1 => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected a name");
            let said = said.help("a plan has a name, `plan release() { .. }`; what it is for is its `goal`");
            Some(said.read_as(at..at + 1, &[Token::Name, Token::LParen, Token::RParen]))
        }
        Token::LParen if at == 1 => {
            let said = view.misplaced("expected a name before it").help("a plan has a name: `plan release() { .. }`");
            Some(said.read_as(at..at, &[Token::Name]))
        }
        Token::Text | Token::TextHead if view.expects_token(Token::LBrace) => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected `{`");
            Some(said.help("what a plan is for is its `goal \"..\"`, in its body").read_as(at..at + 1, &[]))
        }
        _ => None,
    }
}

fn definition(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let (word, form) = match view.head()? {
        Token::Type => ("type", "a type is `type Order = { id: String }` or `type Tier = small | large`"),
        _ => ("event", "an event is `event Paid = { id: String }`"),
    };
    if at == 2 && view.expects_token(Token::Assign) {
        return match found {
            Token::LBrace => {
                let said = view.misplaced("expected `=` before it").help(form);
                Some(view.inserting(said, "= ", &[Token::Assign]))
            }
            Token::Colon => {
                let said = view.misplaced("expected `=`").help(form);
                Some(view.instead(said, " =", &[Token::Assign]))
            }
            Token::LParen => {
                let behind = view.behind_bracket(at);
                let inside = view.words(at + 1..behind - 1);
                let said = view.misplaced("expected `=`").help(form);
                Some(
                    said.fix(view.over(at..behind), format!(" = {{ {inside} }}"))
                        .read_as(at..behind, &[Token::Assign, Token::Error]),
                )
            }
            _ => None,
        };
    }
    match found {
        Token::Comma if view.expects_token(Token::Pipe) => {
            let said = view.misplaced("expected `|`").help("variants are joined by `|`");
            Some(view.instead(said, " |", &[Token::Pipe]))
        }
        Token::Text if word == "type" && view.expects_token(Token::Pipe) => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected a variant");
            Some(
                said.help("variants stand without quotes: `type Tier = small | large`")
                    .read_as(at..view.patched.tokens.len(), &[Token::Error]),
            )
        }
        Token::TypeName if view.expects("a name") && view.patched.tokens.contains(&Token::LParen) => {
            let help = "what a variant holds has a name: `mixed(count: Int)`";
            Some(
                view.misplaced("expected a name and `:` before it")
                    .help(help)
                    .read_as(at..at, &[Token::Name, Token::Colon]),
            )
        }
        Token::TypeName if view.expects_token(Token::Colon) && view.previous()?.is_word() => {
            let said = view.misplaced("expected `:` before it");
            let said = said.help(format!("a field is `{}: {}`", view.word(at - 1), view.found()));
            let behind = view.over(at - 1..at).after();
            Some(said.fix(behind, ":").read_as(at..at, &[Token::Colon]))
        }
        Token::Question if view.expects_token(Token::Colon) && view.token(1) == Some(Token::Colon) => {
            let (name, ty) = (view.word(at - 1), view.word(at + 2));
            let said = view.misplaced("belongs behind the type");
            let said = said.help(format!("what may be missing has a type that says so: `{name}: {ty}?`"));
            Some(if matches!(view.token(3), Some(Token::Comma | Token::RBrace)) {
                said.fix(view.over(at..at + 3), format!(": {ty}?")).read_as(at..at + 3, &[Token::Colon, Token::Error])
            } else {
                said.read_as(at..at + 1, &[])
            })
        }
        Token::Assign if view.expects_token(Token::Comma) => Some(
            view.misplaced("no default")
                .help("a field that may be missing has the type `T?`; parameters have defaults"),
        ),
        Token::Pipe if view.expects_token(Token::Colon) => {
            let said =
                view.misplaced("expected `:`").help("variants stand without braces: `type Tier = small | large`");
            Some(said.read_as(2.min(at)..view.patched.tokens.len(), &[Token::Assign, Token::Error]))
        }
        _ if word == "event" && view.previous() == Some(Token::Assign) => {
            Some(view.misplaced("expected `{`").help("what an event tells is a record: `event Paid = { id: String }`"))
        }
        _ => None,
    }
}

fn constant(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let value = matches!(
        found,
        Token::Number | Token::Unit | Token::Text | Token::TextHead | Token::True | Token::False | Token::LBracket
    );
    (value && view.expects("a type") && view.previous() == Some(Token::Colon)).then(|| {
        let said = view.misplaced("a value, not a type").help("a constant is `const name = value`");
        said.fix(view.over(at - 1..at), " =").read_as(at - 1..at, &[Token::Assign])
    })
}

fn import(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let path = (at..view.patched.tokens.len()).find(|index| view.patched.tokens[*index] == Token::Text);
    let path = path.map_or("\"./ops.orch\"", |index| view.word(index));
    let end = view.patched.tokens.len();
    Some(match found {
        _ if view.found() == "from" && at == 2 => {
            let name = view.word(1);
            let said = view.misplaced("expected a path before it").help(format!("write `import {path} as {name}`"));
            said.fix(view.over(1..end), format!("{path} as {name}")).read_as(0..end, &[Token::Error])
        }
        Token::LBrace if at == 1 => {
            let names = view.words(at..view.behind_bracket(at));
            let said = view.misplaced("expected a path before it").help(format!("write `import {path} {names}`"));
            said.fix(view.over(1..end), format!("{path} {names}")).read_as(0..end, &[Token::Error])
        }
        Token::Star => {
            let help = "a file is imported under a name, `import \"./ops.orch\" as ops`, or names are taken from it, `import \"./ops.orch\" { deploy }`";
            view.misplaced("expected a path").help(help).read_as(0..end, &[Token::Error])
        }
        Token::Dot | Token::Slash if at == 1 => view
            .misplaced("expected a path")
            .help("a path stands in `\"`: `import \"./ops.orch\" as ops`")
            .read_as(0..end, &[Token::Error]),
        Token::Dot if view.token(1).is_some_and(Token::is_name) => {
            let said = view.misplaced("expected `/`").help("the parts of a module stand apart by `/`");
            view.instead(said, "/", &[Token::Slash])
        }
        Token::Text if view.previous() == Some(Token::As) => {
            let name = view.found().trim_matches('"');
            let said = view.here(Code::E0110, "a string does not belong here", "expected a name");
            view.instead(said.help("the name stands without quotes"), name, &[Token::Name])
        }
        _ => return None,
    })
}

fn uses(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    match found {
        Token::Text | Token::TextHead if at == 1 || view.previous() == Some(Token::Comma) => {
            let said = view.here(Code::E0110, "a string does not belong here", "expected a capability");
            Some(said.help(format!("say for what it is used: `exec({0})`, `file({0})`, `env({0})`", view.found())))
        }
        Token::Dot | Token::Slash if view.previous() == Some(Token::LParen) => {
            let open = at - 1;
            let close = view.behind_bracket(open) - 1;
            let written = view.words(at..close);
            let said =
                view.said(Code::E0110, at..close, format!("`{written}` does not belong here"), "expected a string");
            let said = said.help(format!("a path is text: `\"{written}\"`"));
            Some(view.replacing(said, at..close, &format!("\"{written}\""), &[Token::Error]))
        }
        Token::LBracket | Token::LBrace => {
            Some(view.misplaced("no list").help("capabilities stand one after another: `uses exec(\"./ops\"), shell`"))
        }
        _ => None,
    }
}

fn action(view: &View, found: Token) -> Option<Said> {
    let at = view.fault.at;
    let external = view.head() == Some(Token::Extern);
    match found {
        Token::LBrace if view.expects("a call") => {
            let said = view.misplaced("expected a call");
            let help = "an action is undone by one call: `compensate remove(..)`; what takes several stands in a phase";
            Some(said.help(help).read_as(at..view.behind_bracket(at), &[Token::Error]))
        }
        Token::Fn | Token::Plan if external => Some(
            view.misplaced("expected `probe` or `action`")
                .help("a host provides `extern probe` to look and `extern action` to change"),
        ),
        Token::Assign | Token::LBrace if external => Some(
            view.misplaced("no body").help("what is `extern` is done by the host: leave out its body, or `extern`"),
        ),
        Token::Colon if view.token(1) == Some(Token::True) => {
            let word = view.word(at - 1);
            let said = view.misplaced(format!("`{word}` has no `:`")).help(format!("write `{word}` alone"));
            Some(view.removing(said, at..at + 2))
        }
        _ => None,
    }
}
