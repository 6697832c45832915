//! The functions of the library: every example of the table holds, and the documentation is what the table says.

#![expect(
    clippy::disallowed_methods,
    reason = "the documentation is a file, and rewriting it is asked for by a variable"
)]

use std::fmt::Write;

use orch::{
    check::{LoadError, check},
    diagnostic::Severity,
    evaluate::Constants,
    ir::{
        ConstantId, Member, Program, Value,
        library::{Row, Scheme, Variable},
    },
};

/// The program of a text without mistakes.
fn program(text: &str) -> Program {
    let nothing = |_: &str| Err(LoadError("no such file".to_owned()));
    let checked = check("main.orch", text, &nothing);
    let errors: Vec<String> = checked
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| format!("{} {:?}", diagnostic.message, diagnostic.help))
        .collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    checked.program.expect("a program without errors")
}

/// What an expression gives, or why it gives nothing.
fn evaluated(prelude: &str, expression: &str) -> String {
    let program = program(&format!("{prelude}\nconst answer = {expression}"));
    let constants = Constants::new(&program);
    let last = ConstantId(program.constants.len() as u32 - 1);
    match constants.get(last).expect("the last constant") {
        Ok(value) => value.to_string(),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn every_example_of_the_table_holds() {
    assert!(Member::ALL.len() > 90, "the table was not found");
    let examples: Vec<&str> = Member::ALL.iter().map(|member| member.row().example).collect();
    let text: String =
        examples.iter().enumerate().map(|(at, example)| format!("const example_{at} = {example}\n")).collect();
    let program = program(&format!("uses env(\"URL\")\n{text}"));
    let constants = Constants::new(&program);
    for (constant, at) in program.constants.iter().zip(0..) {
        let number: usize = constant.name.trim_start_matches("example_").parse().expect("a number");
        assert_eq!(constants.get(ConstantId(at)), Some(Ok(&Value::Bool(true))), "{}", examples[number]);
    }
}

#[test]
fn every_name_is_used_by_its_example() {
    for member in Member::ALL {
        let row = member.row();
        assert!(row.example.contains(&format!("{}(", row.name)), "{} is not in `{}`", row.name, row.example);
        assert!(row.doc.trim().ends_with('.'), "{} is not documented", row.name);
    }
}

#[test]
fn functions_give_what_is_expected_at_their_edges() {
    let check = |expression: &str, expected: &str| assert_eq!(evaluated("", expression), expected, "{expression}");
    check("range(3, 0, -1)", "[3, 2, 1]");
    check("range(3, 0)", "[]");
    check("range(0, 3, 0)", "steps of 0 lead nowhere");
    check("range(0, 2_000_000)", "the list has more than 1000000 items");
    check(
        "range(-9223372036854775808, 9223372036854775807, 9223372036854775807)",
        "[-9223372036854775808, -1, 9223372036854775806]",
    );
    check("range(0, 3).take(-1)", "[]");
    check("range(0, 3).slice(2, 1)", "[]");
    check("range(0, 3).slice(1, 100)", "[1, 2]");
    check("range(0, 3).drop(100)", "[]");
    check("range(0, 3).at(-1)", "none");
    check("range(0, 3).chunks(0)", "chunks need a size of 1 or more");
    check(
        "range(0, 1000).map(n => range(0, 1000)).flatten().flat_map(n => [n, n])",
        "the list has more than 1000000 items",
    );
    check(
        "range(0, 1000000).map(n => range(0, 1000000).sum()).sum()",
        "more than 10000000 expressions had to be evaluated",
    );
    check("[9223372036854775807, 1].sum()", "the result does not fit `Int`");
    check("range(0, 0).sum()", "0");
    check("[1h].filter(d => d > 2h).sum()", "0s");
    check("[0.5].filter(d => d > 1).sum()", "0");
    check("range(0, 0).max()", "none");
    check("[\"b\", \"a\", \"B\"].sort()", "[\"B\", \"a\", \"b\"]");
    check("[{ n: 2, s: \"x\" }, { n: 1, s: \"y\" }, { n: 1, s: \"z\" }].sort_by(.n).map(.s).join()", "yzx");
    check("[{ n: 2, s: \"x\" }, { n: 1, s: \"y\" }, { n: 1, s: \"z\" }].min_by(.n)", "{ n: 1, s: \"y\" }");
    check("[{ n: 1 }, { n: 1 }, { n: 2 }].unique().len()", "2");
    check("[[1, 2], [1, 2]].unique()", "[[1, 2]]");
    check("[1, 2, 3].all(n => 6 / n > 1) and not [0].any(n => n > 0)", "true");
    check("[1, 0].all(n => 6 / n > 10)", "false");
    check("[1, 0].map(n => 6 / n)", "division by zero");
    check("[[\"a\", \"x\"], [\"b\"]].map(.len())", "[2, 1]");
    check("[1, 2].fold(\"\", (text, n) => \"{text}{n}\")", "12");
    check("[\"x\", \"y\", \"x\"].group_by(s => s).map_values(.len())", "{ x: 2, y: 1 }");
    check("\"\".split(\",\")", "[\"\"]");
    check("\"añb\".split(\"\")", "[\"a\", \"ñ\", \"b\"]");
    check("\"añb\".slice(1, 2)", "ñ");
    check("\"añb\".index_of(\"b\")", "2");
    check("\"abc\".index_of(\"x\")", "none");
    check("\"abc\".replace(\"\", \"x\")", "abc");
    check("\"ab\".pad_left(5, \"xy\")", "xyxab");
    check("\"ab\".pad_left(5, \"\")", "ab");
    check("\"x\".repeat(-1).len()", "0");
    check("\"x\".repeat(100_000_000)", "the text has more than 16 MiB");
    check("\"x\".pad_left(100_000_000)", "the text has more than 16 MiB");
    check(
        "[\" 7 \".to_int(), \"7.5\".to_int(), \"x\".to_int(), \"9223372036854775808\".to_int()]",
        "[7, none, none, none]",
    );
    check("(-7).div(2)", "-4");
    check("(-7).mod(2)", "1");
    check("(0 - 9223372036854775807 - 1).div(-1)", "the result does not fit `Int`");
    check("7.div(0)", "division by zero");
    check("3.pow(40)", "the result does not fit `Int`");
    check("(-1).pow(9_223_372_036_854_775_807)", "-1");
    check("2.pow(-1)", "a power needs an exponent of 0 or more");
    check("2.5.round()", "2");
    check("3.5.round()", "4");
    check("1.5.round(29)", "there may be 0 to 28 digits behind the point");
    check(
        "[24.5.fixed(2), 24.0.fixed(0), 0.005.fixed(2), 2.to_decimal().fixed(1)]",
        "[\"24.50\", \"24\", \"0.00\", \"2.0\"]",
    );
    check("100000000000000000000.0.floor()", "the result does not fit `Int`");
    check("(1GB - 3GB).abs()", "2GB");
    check("5.clamp(9, 1)", "the low end is above the high end");
    check("10%.of(50)", "5");
    check("(1h10m).round_to(0s)", "division by zero");
    check("\"[1, \\{\\\"a\\\": null\\}]\".parse_json()?.items()?.last()?.get(\"a\")", "null");
    check("\"nonsense\".parse_json()", "none");
    check("{ a: 1h, b: [2TB] }.to_json()", "{\"a\":\"1h\",\"b\":[\"2TB\"]}");
}

#[test]
fn expressions_give_what_is_expected() {
    let prelude = "
        type Kind = plain | sized(size: Size, note: String?)
        type Thing = { name: String, kind: Kind, limit: Int?, price: Decimal }
        const low_risk: Risk = low
        const thing: Thing = { name: \"x\", kind: sized(size: 2TB), price: 3 }
        const other: Thing? = { ...thing, name: \"y\", limit: 5 }
        const nobody: Thing? = none
        const sizes: Map<Size> = { \"a-b\": 1KB, c: 2KB }
        fn told(kind: Kind) -> String = match kind {
          plain => \"plain\",
          sized(size: 1KB..1MB) => \"small\",
          sized(size, note: some(value)) => \"{size} {value}\",
          sized(size) => \"{size}\",
        }
        fn graded(n: Int?) -> String = match n {
          none => \"nothing\",
          0 => \"zero\",
          1..9 | 11 => \"few\",
          some(value) => if value < 0 then \"negative\" else \"many\",
        }
        fn double(n: Int) -> Int = n * 2
    ";
    let check = |expression: &str, expected: &str| assert_eq!(evaluated(prelude, expression), expected, "{expression}");
    check(
        "[told(plain), told(sized(size: 5KB)), told(sized(2GB, \"x\")), told(thing.kind)]",
        "[\"plain\", \"small\", \"2GB x\", \"2TB\"]",
    );
    check(
        "[graded(none), graded(0), graded(9), graded(11), graded(10), graded(-3)]",
        "[\"nothing\", \"zero\", \"few\", \"few\", \"many\", \"negative\"]",
    );
    check("[thing.limit ?? 1, (other?.limit) ?? 1, nobody?.limit ?? 7]", "[1, 5, 7]");
    check("nobody?.name ?? other?.name ?? \"z\"", "y");
    check("thing.limit ?? 1.5", "1.5");
    check("other?.name.len()", "1");
    check("nobody?.name.upper().len() ?? 9", "9");
    check("nobody?.kind is none", "true");
    check("nobody?.name?.len()", "none");
    check("{ ...thing, name: \"z\", kind: plain }", "{ name: \"z\", kind: plain, limit: none, price: 3 }");
    check("{ ...sizes, c: 3KB, d: 4KB }", "{ \"a-b\": 1KB, c: 3KB, d: 4KB }");
    check("{ ...{ a: 1, b: 2 }, ...{ b: 3 }, c: 4 }", "{ a: 1, b: 3, c: 4 }");
    check("sizes[\"a-b\"]", "1KB");
    check("thing.kind is sized(size: 2TB) and thing.kind is not plain and low_risk is low | medium", "true");
    check("thing.kind is sized(size: 1KB..1MB) | plain", "false");
    check("[thing].map(.name)", "[\"x\"]");
    check("[thing].filter(.price > 2 and .name != \"y\").map(t => t.price * 2)", "[6]");
    check("if thing.limit is not none then thing.limit + 1 else 0", "0");
    check("match other { some(value: _ as found) => found.name, none => \"\" }", "y");
    check("[1, 2].map(a => [10, 20].map(b => a + b).sum()).sum()", "66");
    assert_eq!(evaluated("uses env(\"A\")", "[secret env(\"A\")].len()"), "1");
}

#[test]
fn the_modules_of_the_library_compute() {
    let prelude = "
        import std/graph
        const needs: Map<List<String>> = { auth: [], users: [\"auth\"], orders: [\"users\", \"stock\"], a: [\"b\"], b: [\"a\"] }
    ";
    let check = |expression: &str, expected: &str| assert_eq!(evaluated(prelude, expression), expected, "{expression}");
    check("graph.layers(needs)", r#"[["auth", "stock"], ["users"], ["orders"]]"#);
    check("graph.layers({})", "[]");
    check("graph.circular(needs)", r#"["a", "b"]"#);
}

#[test]
fn only_what_a_plan_reaches_has_to_be_possible() {
    let text = "
        uses exec(\"x\")
        const limit = 3
        fn doubled(n: Int) -> Int = n * 2
        extern probe page() -> Int
        extern action reserve() idempotent compensate nothing
        action ran() = exec(\"x\") idempotent compensate reserve()
        action free() = exec(\"x\") idempotent compensate nothing
        plan nothing_of_it() { require doubled(limit) > 1 step free() }
        plan by_a_compensation() { step ran() }
        plan by_a_call() { let n = doubled(limit) require page() > n }
        plan by_a_sub_plan() { run by_a_call() }
        plan by_the_host() { step reserve() }
    ";
    let program = program(text);
    let words = |plan: &str| -> Vec<String> {
        orch::machine::externs(&program, plan).iter().map(ToString::to_string).collect()
    };
    assert_eq!(words("nothing_of_it"), [""; 0]);
    assert_eq!(words("by_a_compensation"), ["`action reserve`"]);
    assert_eq!(words("by_a_call"), ["`probe page`"]);
    assert_eq!(words("by_a_sub_plan"), ["`probe page`"]);
    assert_eq!(words("by_the_host"), ["`action reserve`"]);
}

#[test]
fn the_documentation_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.md");
    let expected = documentation();
    if std::env::var_os("ORCH_UPDATE").is_some() {
        std::fs::write(path, &expected).expect("the documentation can be written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "docs/library.md is not what the table says: run this test with ORCH_UPDATE=1");
}

fn documentation() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut heading = None;
    for member in Member::ALL {
        let row = member.row();
        if heading != Some(title(row)) {
            heading = Some(title(row));
            write!(page, "\n## {}\n\n| function | what it gives | example |\n|---|---|---|\n", title(row))
                .expect("a text");
        }
        let cell = |text: &str| text.replace('|', "\\|");
        let receiver = row.receiver.map(|receiver| format!("{receiver}.")).unwrap_or_default();
        let (doc, example) = (cell(row.doc.trim()), cell(row.example));
        writeln!(page, "| `{receiver}{row}` | {doc} | `{example}` |").expect("a text");
    }
    page
}

/// What the page says before the tables.
const INTRODUCTION: &str = "\
# The library

What the built-in types can do. This page is written from the table in `src/ir/library.rs`, and every example on it is
run by the tests.

`T` and `U` stand for any type, `E` for one whose values can be compared with `==`, `O` for one with an order (numbers,
units, `Risk`, `String`), `N` for numbers and units, `M` for `Decimal`, `Duration` and `Size`. A function is written
`x => ..`; one of a single value also as what is asked of it: `.size`, `.rows < 1_000_000`. What may not be there is a
`T?`. Positions count from 0, an end is not part of what it ends, and what lies outside of a list or text is left out.

A part of a secret is a secret: it is taken from the URL when an effect starts, without its percent encoding, and is
empty if it is not there.
";

fn title(row: &Row) -> &'static str {
    match row.receiver {
        None => "Without a receiver",
        Some(Scheme::List(_)) => "Lists",
        Some(Scheme::Map(_)) => "Maps",
        Some(Scheme::String) => "Texts",
        Some(Scheme::Int | Scheme::Decimal | Scheme::Of(Variable::N | Variable::O)) => "Numbers, and what has an order",
        Some(Scheme::Percent | Scheme::Duration | Scheme::Size) => "Units",
        Some(Scheme::Secret) => "Secrets",
        _ => "JSON",
    }
}
