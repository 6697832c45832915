//! What holds for every text: nothing panics, spans lie in the text, the normal form reads as what it was made from.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

#[path = "support/chance.rs"]
mod chance;

use std::fs;
use std::path::Path;

use orch::diagnostic::{Code, Diagnostic};
use orch::source::FileId;
use orch::syntax::ast::{Block, Expr, ExprKind, Pattern, Statement, StatementKind, Type};
use orch::syntax::token::Token;
use orch::syntax::visit::{self, Visitor};
use orch::syntax::{normal, parse, parse_expression, parse_statements};
use proptest::prelude::*;

#[derive(Default)]
struct Collected {
    exprs: Vec<Expr>,
    types: usize,
    patterns: usize,
    statements: Vec<Statement>,
    blocks: usize,
}

impl Visitor for Collected {
    fn expr(&mut self, expr: &Expr) {
        self.exprs.push(expr.clone());
    }
    fn ty(&mut self, _: &Type) {
        self.types += 1;
    }
    fn pattern(&mut self, _: &Pattern) {
        self.patterns += 1;
    }
    fn statement(&mut self, statement: &Statement) {
        self.statements.push(statement.clone());
    }
    fn block(&mut self, _: &Block) {
        self.blocks += 1;
    }
}

fn collected(text: &str) -> Collected {
    let mut all = Collected::default();
    visit::file(&mut all, &parse(FileId(0), text).file);
    all
}

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let programs = fs::read_dir(folder.join("programs")).unwrap();
    let mut texts: Vec<String> = programs.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let traps = fs::read_to_string(folder.join("grammar-traps.jsonl")).unwrap();
    for line in traps.lines() {
        let trap: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = trap["text"].as_str().unwrap();
        if trap["parses"] == true {
            let file = trap["as"] == "file";
            texts.push(if file { text.to_owned() } else { format!("plan p() {{\n{text}\n}}") });
        }
    }
    assert!(texts.len() > 60, "only {} texts", texts.len());
    texts
}

#[test]
fn the_walk_meets_every_part() {
    let all = collected(
        "plan p(a: List<Int> = [1]) -> { r: T? } on E as e where b keyed c {\n\
           when d { e(f, k: 1) | none => { let g: U = h[-i] } }\n\
           step j() retry 1 backoff 2s..3s compensate { verify k is l within m every n else \"{o}\" }\n\
         }\n\
         test \"t {q}\" { given r(s, ...) returns t times u then lost returns v from w done expect x }",
    );
    let names: Vec<_> = all
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Name(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["b", "c", "d", "h", "i", "j", "k", "m", "n", "o", "q", "s", "t", "u", "v", "w", "x"]);
    assert_eq!((all.types, all.patterns, all.statements.len(), all.blocks), (6, 5, 4, 3));
}

/// The text of an expression with all that is only layout taken out of it.
fn same(left: &Expr, right: &Expr) -> bool {
    without_spans(&format!("{left:?}")) == without_spans(&format!("{right:?}"))
}

fn without_spans(debug: &str) -> String {
    let mut shown = String::new();
    let mut rest = debug;
    while let Some(at) = rest.find("Span { file: FileId(0), start: ") {
        shown.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('}').unwrap() + 1..];
    }
    shown + rest
}

fn assert_reads_back(expr: &Expr) {
    let written = normal::expression(expr);
    assert!(!written.contains('\n'), "{written}");
    let stands_alone = !matches!(expr.kind, ExprKind::Lambda { .. });
    let text = if stands_alone { written.clone() } else { format!("f({written})") };
    let (read, diagnostics) = parse_expression(FileId(0), &text);
    assert_eq!(diagnostics, [], "{written}");
    let read = match (stands_alone, read.kind) {
        (false, ExprKind::Call { mut arguments, .. }) => arguments.remove(0).value,
        (_, kind) => Expr { kind, span: read.span },
    };
    assert!(same(&read, expr), "{written}\n{read:#?}\n{expr:#?}");
    assert_eq!(normal::expression(&read), written);
}

#[test]
fn the_normal_form_of_every_expression_reads_as_that_expression() {
    let mut count = 0;
    for text in corpus() {
        for expr in collected(&text).exprs {
            assert_reads_back(&expr);
            count += 1;
        }
    }
    assert!(count > 500, "only {count} expressions");
}

#[test]
fn a_span_covers_just_what_was_read() {
    let mut count = 0;
    for text in corpus() {
        let all = collected(&text);
        for expr in all.exprs.iter().filter(|expr| !matches!(expr.kind, ExprKind::Lambda { .. })) {
            let covered = &text[expr.span.range()];
            let (read, diagnostics) = parse_expression(FileId(0), covered);
            assert_eq!(diagnostics, [], "{covered}");
            assert!(same(&read, expr), "{covered}");
            assert_eq!(read.span.range(), 0..covered.len(), "{covered}");
        }
        for statement in &all.statements {
            let covered = &text[statement.span.range()];
            let (block, diagnostics) = parse_statements(FileId(0), covered);
            assert_eq!(diagnostics, [], "{covered}");
            let [read] = block.statements.as_slice() else { panic!("{covered}") };
            assert_eq!(without_spans(&format!("{read:?}")), without_spans(&format!("{statement:?}")), "{covered}");
            assert_eq!(read.span.range(), 0..covered.len(), "{covered}");
            count += 1;
        }
    }
    assert!(count > 250, "only {count} statements");
}

#[test]
fn the_normal_form_does_not_depend_on_the_layout() {
    let table = [
        ("a+b  *-c", "a + b * -c"),
        ("f( a,k:b, )", "f(a, k: b)"),
        ("{a:1,\"b\":2, \"c-d\" : 3,\n...e}", "{ a: 1, b: 2, \"c-d\": 3, ...e }"),
        ("{ }", "{ }"),
        ("[1,2, // two\n 3]", "[1, 2, 3]"),
        ("a . b\n?.step [ 0 ]", "a.b?.step[0]"),
        ("not a in b", "not a in b"),
        ("a not   in b", "a not in b"),
        ("x is not low|m( a , b : _ )", "x is not low | m(a, b: _)"),
        ("if a then b else c", "if a then b else c"),
        ("match a{ 1 .. 2=>b , _ as v=>c }", "match a { 1..2 => b, _ as v => c }"),
        ("f((a,b)=>a,_=>1,.x)", "f((a, b) => a, _ => 1, .x)"),
        ("\"a{ b }\\u{7}\"", "\"a{b}\\u{7}\""),
        ("r\"a{b}\\\"", "\"a\\{b\\}\\\\\""),
        ("\"\"\"\n  a\n  b\n\"\"\"", "\"a\\nb\""),
        ("secret env( \"X\" )", "secret env(\"X\")"),
        ("( (1_000) )", "((1_000))"),
        ("1h30m??2.50", "1h30m ?? 2.50"),
    ];
    for (written, normal) in table {
        let (expr, diagnostics) = parse_expression(FileId(0), written);
        assert_eq!(diagnostics, [], "{written}");
        assert_eq!(normal::expression(&expr), normal);
        assert_reads_back(&expr);
    }
}

#[test]
fn what_is_right_around_a_mistake_is_kept() {
    let text = "plan p() {\n  let a = 1 +\n  step b = f(,) retry 2\n  phase c { banana }\n  require d\n}";
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics.len(), 3);
    let all = collected(text);
    let kinds: Vec<&str> = all
        .statements
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Let { name, .. } => name.text.as_str(),
            StatementKind::Step(step) => step.name.as_ref().map_or("", |name| name.text.as_str()),
            StatementKind::Phase { name, .. } => name.text.as_str(),
            StatementKind::Require { .. } => "require",
            StatementKind::Error => "error",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind != "error").collect::<Vec<_>>(), [&"a", &"b", &"c", &"require"]);
}

#[test]
fn the_example_of_each_page_raises_its_code() {
    let syntax: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.as_str().starts_with("E01")).collect();
    assert!(syntax.len() > 10);
    for code in syntax {
        let example = code.page().split("```orch\n").nth(1).and_then(|rest| rest.split("```").next());
        let example = example.unwrap_or_else(|| panic!("{} has no example", code.as_str()));
        let said: Vec<Code> = parse(FileId(0), example).diagnostics.iter().map(|said| said.code).collect();
        assert_eq!(said, [code], "{example}");
    }
}

fn assert_within(text: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.range()).is_some(), "{:?} of {text:?}", label.span);
        }
    }
}

fn read_every_way(text: &str) {
    let parsed = parse(FileId(0), text);
    assert_within(text, &parsed.diagnostics);
    assert_within(text, &parse_expression(FileId(0), text).1);
    assert_within(text, &parse_statements(FileId(0), text).1);
    let all = collected(text);
    for span in all.exprs.iter().map(|expr| expr.span).chain(all.statements.iter().map(|statement| statement.span)) {
        assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
    }
    if parsed.diagnostics.is_empty() {
        let unreadable = all.exprs.iter().any(|expr| expr.kind == ExprKind::Error);
        assert!(!unreadable, "unreadable without a word: {text}");
        all.exprs.iter().for_each(assert_reads_back);
    }
}

fn any_token() -> impl Strategy<Value = String> {
    let words = [Token::HARD, Token::KEPT, Token::SOFT, Token::SIGNS].concat();
    let word = proptest::sample::select(words).prop_map(|(_, text)| text.to_owned());
    let other = proptest::sample::select(vec![
        "x",
        "y",
        "T",
        "1",
        "2.5",
        "3h",
        "10%",
        "\"t\"",
        "\"{",
        "}\"",
        "\"a {b} c\"",
        "\"",
        "\"\"\"",
        "r\"",
        "\n",
        ";",
        "@",
        "// c\n",
        "plan p() {",
        "step f()",
        "let a =",
        "}",
        "}",
    ]);
    prop_oneof![3 => word, 2 => other.prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(chance::config(200))]

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        read_every_way(&text);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_every_way(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_tokens_panic(tokens in proptest::collection::vec(any_token(), 0..60)) {
        read_every_way(&tokens.join(" "));
    }

    #[test]
    fn a_program_with_a_piece_cut_out_is_read(at in 0usize..3000, length in 1usize..40, program in 0usize..6) {
        let text = &corpus()[program];
        let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + length..).find(|at| *at >= text.len() || text.is_char_boundary(*at)).unwrap().min(text.len());
        read_every_way(&format!("{}{}", &text[..start], &text[end..]));
    }
}

#[test]
fn what_an_unfinished_string_leaves_open_is_marked_within_the_text() {
    let text = "step f() \"\"\" { takes r\" \n plan p() { undo y granted event y \" catch verify // c\n true ) } return when run";
    read_every_way(text);
}

#[test]
fn what_is_wrong_up_to_the_end_of_the_text_is_read() {
    read_every_way("plan a ( ) -> T < { a : { } } > -> }");
    read_every_way("plan a() -> T ->");
}
