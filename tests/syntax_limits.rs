//! Texts made to hurt: whatever is read, nothing overflows a small stack and nothing takes long.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::thread;
use std::time::{Duration, Instant};

use orch::diagnostic::{Code, Diagnostic};
use orch::source::FileId;
use orch::syntax::{parse, parse_expression};

/// Parses and drops on a stack of 512 KiB; gives what was said.
fn said(text: String) -> Vec<Diagnostic> {
    let start = Instant::now();
    let work = move || parse(FileId(0), &text).diagnostics;
    let diagnostics = thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(30), "took {:?}", start.elapsed());
    diagnostics
}

fn codes(text: String) -> Vec<Code> {
    said(text).iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn brackets_are_too_deep_once() {
    assert_eq!(codes(format!("const a = {}", "[".repeat(1_000_000))), [Code::E0113]);
    assert_eq!(codes("(".repeat(10_000_000)), [Code::E0113]);
    assert_eq!(codes(format!("const a = {}", "{ a: ".repeat(100_000))), [Code::E0113]);
    assert_eq!(codes(format!("const a = {}", "\"{".repeat(100_000))), [Code::E0103]);
    assert_eq!(codes(format!("plan p() {}", "{ when a ".repeat(100_000))), [Code::E0113]);
    assert_eq!(codes(format!("const a: {} = 1", "List<".repeat(100_000))), [Code::E0113]);
    assert_eq!(codes(format!("const a = b is {}", "c(d: ".repeat(100_000))), [Code::E0113]);
}

#[test]
fn chains_are_too_deep_once() {
    let chains = [
        ("", "- "),
        ("", "not "),
        ("", "1 + "),
        ("", "a ?? "),
        ("", "a or "),
        ("", "if a then b else "),
        ("a", ".b"),
        ("a", "?.step"),
        ("a", "()"),
        ("a", "[0]"),
    ];
    for (start, link) in chains {
        let (expr, diagnostics) = parse_expression(FileId(0), &format!("{start}{}1", link.repeat(100)));
        drop(expr);
        assert!(diagnostics.iter().all(|said| said.code != Code::E0113), "{link}: {diagnostics:?}");
        assert_eq!(codes(format!("const a = {start}{}1", link.repeat(1_000_000))), [Code::E0113], "{link}");
    }
}

/// As deep as may be, in every way: parsed, walked over and dropped.
#[test]
fn what_is_not_too_deep_is_read() {
    let deep = [
        format!("const a = {}1{}", "[".repeat(255), "]".repeat(255)),
        format!("const a = {}1{}", "f(".repeat(255), ")".repeat(255)),
        format!("const a = {}1", "- ".repeat(255)),
        format!("const a = {}1", "not ".repeat(255)),
        format!("const a = {}1", "1 + ".repeat(255)),
        format!("const a = {}1", "if a then b else ".repeat(255)),
        format!("const a = b{}", ".c".repeat(255)),
        format!("const a: {}T{} = 1", "List<".repeat(255), ">".repeat(255)),
        format!("plan p() {{ {} {} }}", "when a { ".repeat(250), "}".repeat(250)),
        format!("const a = {}1{}", "\"{".repeat(255), "}\"".repeat(255)),
    ];
    for text in deep {
        assert_eq!(said(text.clone()), [], "{text}");
    }
}

#[test]
fn what_is_long_is_not_deep() {
    let wide = [
        format!("const a = [{}]", "a.b(c) + -1, ".repeat(10_000)),
        format!("plan p() {{ {} }}", "require a.b(c) and not d else \"t\"\n".repeat(10_000)),
        format!("test \"t\" {{ {} }}", "expect called == 1\ngiven f(_) returns 1\n".repeat(10_000)),
        format!("plan p() {{ rollout {}100% {{ }} }}", "1% for 1h -> ".repeat(10_000)),
        format!("plan p() {{ when a {{ {} }} }}", "b | c => { }\n".repeat(10_000)),
        format!("const a = match b {{ {} }}", "-1 | -2 => { c: 1 }, ".repeat(10_000)),
        format!("plan p() {{ when a {{ }} {} }}", "else when b { }".repeat(10_000)),
        format!("const a = \"{}\"", "{b.c + 1} ".repeat(10_000)),
        format!("const a = [{}]", "\"{b}\", ".repeat(100_000)),
    ];
    for text in wide {
        assert_eq!(said(text.clone()), [], "{}", &text[..100]);
    }
}

#[test]
fn a_line_of_megabytes_is_read_once() {
    let pieces = [
        "a ",
        "'",
        "\"",
        "/*",
        "/**/",
        "{}",
        "\"{{ \"",
        "«",
        ";",
        "(;",
        "r#\"",
        "plan p() { probe x(",
        "<<<<<<<",
        "é",
        ".",
    ];
    for piece in pieces {
        said(format!("plan p() {{ {} }}", piece.repeat(1_000_000 / piece.len())));
        said(format!("\"{}\"", piece.repeat(1_000_000 / piece.len())));
    }
    assert_eq!(said(format!("const a = [{}]", "1, ".repeat(700_000))), []);
    assert_eq!(said(format!("const a = \"{}\"", "long ".repeat(2_000_000))), []);
}

#[test]
fn of_a_million_mistakes_enough_are_reported() {
    assert_eq!(said("banana = \n".repeat(1_000_000)).len(), 1);
    assert_eq!(said("plan p() { let }\n".repeat(100_000)).len(), 5_000);
    assert_eq!(said(format!("plan p() {{\n{}}}", "let a = 1;\n".repeat(200_000))).len(), 200_000);
    assert!(said(format!("plan p() {{\n{}}}", "x.\nstep a(\n".repeat(300_000))).len() <= 128);
}

#[test]
fn many_mistakes_take_little_time() {
    let mistakes = format!("plan p() {{\n{}}}", "  let a = \n".repeat(20_000));
    assert_eq!(said(mistakes).len(), 32);
    let brackets = format!("plan p() {{\n{}}}", "  step a(\n".repeat(2_000));
    assert!(said(brackets).len() <= 64);
    assert!(said("}".repeat(100_000)).len() <= 64);
}
