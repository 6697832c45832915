//! The tree of each construct, without its places.

use std::fmt::Write;

use orch::source::FileId;
use orch::syntax::{parse, parse_statements};

/// A snapshot without the texts that are in it anyway.
macro_rules! assert_snapshot {
    ($value:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($value) })
    };
}

/// The tree of a text on one line: no spans, names as their text, absent parts left out.
fn shown(tree: &impl std::fmt::Debug) -> String {
    let mut shown = String::new();
    let debug = format!("{tree:?}");
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("Span { file: FileId(0), start: ") {
        let before = &rest[..at];
        shown.push_str(before.strip_suffix(", span: ").or(before.strip_suffix("op_span: ")).unwrap_or(before));
        rest = &rest[at + rest[at..].find('}').unwrap() + 1..];
    }
    shown.push_str(rest);
    let mut plain = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Name { text: ") {
        plain.push_str(&rest[..at]);
        let (text, after) = rest[at + "Name { text: ".len()..].split_once(" }").unwrap();
        plain.push_str(text);
        rest = after;
    }
    plain.push_str(rest);
    plain
        .replace("docs: [], ", "")
        .replace("{ kind: ", "{ ")
        .replace("Expr { ", "{ ")
        .replace("Template { parts: ", "{ ")
}

fn trees(texts: &[&str], tree: fn(&str) -> String) -> String {
    texts.iter().fold(String::new(), |mut all, text| {
        writeln!(all, "{text}\n  {}\n", tree(text)).unwrap();
        all
    })
}

#[test]
fn statements() {
    let tree = |text: &str| {
        let (block, diagnostics) = parse_statements(FileId(0), text);
        assert_eq!(diagnostics, [], "{text}");
        block.statements.iter().map(|statement| shown(&statement.kind)).collect::<Vec<_>>().join("\n  ")
    };
    assert_snapshot!(trees(
        &[
            "goal \"g\"",
            "let a: T = b",
            "probe a: T = b() retry 1 timeout c",
            "step a \"t\": T = b.c() best_effort irreversible compensate always d() retry 2",
            "step a.b() risk high compensate nothing",
            "step a \"t\" takes 1h { } compensate best_effort { unwind }",
            "task a: T \"t\" by \"b\" takes 1d..2d..3d timeout 4d",
            "phase a \"t\" after b, c { } compensate d()",
            "when a { } else when b { } else { }",
            "when a { b => { } }",
            "decide a \"q\" by \"b\" timeout 1d { option c \"t\" when d risk low { } option e otherwise { } option f { } }",
            "parallel limit 2 { branch a \"t\" takes 1d { } }",
            "for a in b keyed c parallel limit d after e by f descending as g { } compensate h()",
            "rollout a \"t\" as b 1% for c -> 2% { } compensate d()",
            "rollout a as b in c for d { }",
            "gate a: b every c tolerate 1 on unknown pause on fail step_back else \"t\"",
            "guard a: b every c until d on fail undo",
            "require a: b else \"t\"",
            "verify a: b within c every d else \"t\"",
            "on a.B as c where d { }",
            "wait a: until b every c timeout d",
            "wait for A as b where c timeout d",
            "wait 1h",
            "approve a \"q\" by \"b\" timeout 1d",
            "emit A { b: c }",
            "attempt a { } else as b { }",
            "commit a \"t\"",
            "run a: T = b() takes 1d compensate c()",
            "after each phase as a { }",
            "fail \"t\"",
            "return a",
            "return",
        ],
        tree
    ));
}

#[test]
fn declarations() {
    let tree = |text: &str| {
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.diagnostics, [], "{text}");
        parsed.file.items.iter().map(|item| shown(&item.kind)).collect::<Vec<_>>().join("\n  ")
    };
    assert_snapshot!(trees(
        &[
            "uses shell, exec(\"a\", \"b\")",
            "import a/b as c { d, E }",
            "import \"./a\"",
            "type A = { b: c.D<E?>, on: { } }",
            "type A = b",
            "type A = | b(c: D) | e",
            "const a: B = c",
            "event A = { b: C }",
            "fn a(b: C = d) -> E = f",
            "fn a() -> B { let c = d return e }",
            "probe a() -> B { probe c = d() return e } timeout f",
            "extern probe a() -> B retry 1",
            "action a() -> B = c() idempotent irreversible confirm d timeout e compensate always f() retry 1",
            "extern action a() compensate nothing",
            "plan a() -> B on c.D as e where f keyed g takes 1d risk low { }",
            "test \"t\" { let a = b given operator pause \"w\" at \"x\" given A { } after b given \"x\" done run a() under every crash }",
            "test \"t\" { given a.b(c: _ as d, ..., e) returns f times 2 takes g then fails \"t\" from h lost not done }",
            "test \"t\" { expect called a(_) times 2 expect never b() expect c given d() crashes after then refused \"t\" then chooses e }",
        ],
        tree
    ));
}

#[test]
fn a_declaration_has_what_the_comments_directly_before_it_say() {
    let text = "//! all of it\n//!  and more\n\n// none\n/// one\n///two\nplan a() {\n  /// of the step\n  step b()\n}\n\
                const c = 1\n/// three\nfn d( -> Int\n/// of nothing";
    let file = parse(FileId(0), text).file;
    assert_eq!(file.docs, ["all of it", " and more"]);
    let docs: Vec<_> = file.items.iter().map(|item| item.docs.join("|")).collect();
    assert_eq!(docs, ["one|two", "", "three"]);
}
