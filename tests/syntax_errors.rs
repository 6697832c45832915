//! Every mistake of syntax, and what is said about it: the code, the message, the text it points at, and the help.

use std::fmt::Write;

use orch::diagnostic::Diagnostic;
use orch::source::FileId;
use orch::syntax::parse;

/// A snapshot without the texts that are in it anyway.
macro_rules! assert_snapshot {
    ($value:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($value) })
    };
}

fn shown(text: &str, diagnostic: &Diagnostic) -> String {
    let mut line = format!("  {} {}", diagnostic.code.as_str(), diagnostic.message);
    for label in &diagnostic.labels {
        let marked = text[label.span.range()].lines().next().unwrap_or_default();
        write!(line, "\n    @ {marked:?} {}", label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        write!(line, "\n    = {help}").unwrap();
    }
    for edit in diagnostic.fix.iter().flat_map(|fix| &fix.edits) {
        write!(line, "\n    > {:?} to {:?}", &text[edit.span.range()], edit.replacement).unwrap();
    }
    line
}

/// All that is said about texts, one after another.
fn said(texts: &[&str]) -> String {
    let mut all = String::new();
    for text in texts {
        let diagnostics = parse(FileId(0), text).diagnostics;
        assert!(!diagnostics.is_empty(), "nothing is said about {text}");
        writeln!(all, "{text}").unwrap();
        for diagnostic in &diagnostics {
            writeln!(all, "{}", shown(text, diagnostic)).unwrap();
        }
        all.push('\n');
    }
    all
}

/// The same about statements, each in a plan of its own.
fn said_in_plan(statements: &[&str]) -> String {
    let plans: Vec<String> = statements.iter().map(|text| format!("plan p() {{\n  {text}\n}}")).collect();
    said(&plans.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn characters_and_words() {
    assert_snapshot!(said_in_plan(&[
        "let a = 5min",
        "let a = 10kb + 3months",
        "let a = 2026-12-01",
        "let a = 5 % 2",
        "let a = b && c || !d",
        "require a; require b",
        "let a = 1 # one",
        "let a = 'text'",
        "let a = größe",
        "let maxShare = order.userId",
        "let MAX_SIZE = 3",
        "let a = $b",
    ]));
}

#[test]
fn strings() {
    assert_snapshot!(said_in_plan(&[
        "goal \"Everyone",
        "goal \"Everyone has {version\"",
        "goal \"Everyone has {version",
        "goal \"a {\"b {c\"} d\"",
        "let q = \"up{job=\\\"api\\\"}\"",
        "let q = \"up{job=~\\\"a.*\\\"} and down{job!~\\\"b\\\"}\"",
        "let q = \"{\\\"a\\\": 1}\"",
        "let q = \"{}\"",
        "let q = \"{a b}\"",
        "let q = \"{a +}\"",
        "let q = \"100\\% \\u{110000}\"",
        "let q = \"\"\"\n    a {b\n",
    ]));
}

#[test]
fn habits() {
    assert_snapshot!(said_in_plan(&[
        "ops.deploy(\"api\")",
        "deploy(\"api\")",
        "x = 1",
        "if x { step a() }",
        "if x { step a() } else if y { step b() }",
        "when x { step a() } else if y { step b() }",
        "match x { a => { } }",
        "while x { step a() }",
        "try { step a() } catch e { }",
        "else { }",
        "stpe a()\n  step b()",
        "pahse a { }",
        "banana a { }",
        "step a = f() compensate g() irreversible",
        "step a = f() compensate g() retry 3 takes 1h",
        "rollout 1% > 10% > 100% { }",
        "rollout x as share 1% => 10% { }",
        "when a = 1 { }",
        "let step = 1",
        "step when = f()",
        "let a = a < b < c",
        "require a == b == c else \"t\"",
        "let a = b is c is d",
    ]));
}

#[test]
fn statements() {
    assert_snapshot!(said_in_plan(&[
        "let",
        "let a",
        "let a =",
        "let a = not",
        "let a = f() g()",
        "let a = { x }",
        "let a = [1, 2",
        "let a = f(1,\n  step b = g()",
        "let a = { b: 1\n  step b = g()",
        "let a = match x { a => 1 b => 2 }",
        "let a = x => y",
        "let a: int = 1",
        "let a = x is y as z",
        "step a = f().id",
        "step s = fail",
        "step a = f() retry",
        "step a = f() backoff 1s",
        "phase x { } retry 3",
        "phase x retry 3 { }",
        "phase x",
        "when a { } compensate f()",
        "when x { low => { } } else { }",
        "when x { step => { } }",
        "for in xs { }",
        "for x of xs { }",
        "attempt { }",
        "goal",
        "goal banana",
        "approve \"sure?\"",
        "task a \"t\"",
        "gate a < 1%",
        "require a\n  \"t\"",
        "wait until a",
        "wait for P as e when c timeout 1h",
        "unwind x",
        "decide d \"q\" { }",
        "decide d \"q\" { option a step b() }",
        "parallel { step a() }",
        "rollout x \"beta\" -> \"all\" { }",
        "emit paid",
        "on paid { }",
        "guard a every 1m on fail explode",
        "return 1 2",
        "let a = 1..4",
        "let a = (1 + 2",
        "step a(b c)",
    ]));
}

#[test]
fn declarations() {
    assert_snapshot!(said(&[
        "let a = 1",
        "step a()\nplan p() { }",
        "import",
        "import \"x\" as",
        "type t = a",
        "type T",
        "event E = String",
        "const a: Int",
        "const a = 1 +\nconst b = 2",
        "fn f() > Int = 1",
        "fn f(): Int = 1",
        "fn f(a) -> Int = 1",
        "fn f(a Int, b: Int) -> Int { return 1 }",
        "fn f() -> Int { let y = a (y) * 2 }",
        "fn f() -> Int { step a() return 1 }",
        "fn f() -> Int { return }",
        "fn f() -> Int { return 1 +\n}",
        "probe p() -> T",
        "probe xs: T = f()",
        "action plan() = f()",
        "action a() = f() compensate { }",
        "extern fn f() -> Int",
        "plan p { }",
        "plan p(a Int) {\n  stpe b()\n}",
        "plan p()",
        "plan p() {\n} }",
        "pln p() { }",
        "def f() -> Int = 1",
        "uses",
        "uses shell exec",
        "test t { }",
        "test \"t\" { given f() }",
        "test \"t\" { given f() returns }",
        "test \"t\" {\n  step a()\n  given f() hangs\n  given g() sleeps\n  expect\n}",
    ]));
}

#[test]
fn brackets() {
    assert_snapshot!(said(&[
        "plan p() {\n  phase a {\n    step b()\n",
        "plan p() {\n  phase a {\n    when b {\n      step c()\n  }\n}\n",
        "plan p() {\n  phase a {\n    step b()\n\nplan q() {\n  step c()\n}\n",
        "plan p() {\n  step a(1))\n  step b()\n}",
        "plan p() {\n  step a(1]\n  step b()\n}",
        "plan p() {\n  let a = [f(1, 2\n  step b(\n}",
        "plan p() {\n  let a = \"{f(1}\"\n}",
        "}",
    ]));
}

#[test]
fn unrelated_mistakes_are_each_reported_once() {
    let text = "plan p() {\n  let a = 1 +\n  step b = f(,)\n  phase c {\n    verify\n    require d\n    e()\n  }\n  step g = h()\n}\n\
                \nplan q() {\n  let a = \n}\n";
    assert_snapshot!(said(&[text]));
}

#[test]
fn a_character_that_means_nothing_is_reported_once_behind_a_bracket_that_is_open() {
    let text = "plan p() {\n  probe fine = ready\n  let a = (count + 2\n  verify ready\n  verify ready;\n}\n";
    let said = parse(FileId(0), text).diagnostics;
    let at_the_sign = said.iter().filter(|diagnostic| &text[diagnostic.span().range()] == ";");
    assert_eq!(at_the_sign.map(|diagnostic| diagnostic.code.as_str()).collect::<Vec<_>>(), ["E0101"]);
}
