//! Whether the time a program takes grows as its text does: programs that are long in one way each, in two sizes.
//!
//! The throughput of the larger one must be about that of the smaller one. Where it is far lower, something looks at
//! everything for each thing.

use std::fmt::Write;

use divan::{Bencher, counter::BytesCount};
use orch::check::{LoadError, check};

fn main() {
    divan::main();
}

/// A text that is written once for each number, between a beginning and an end.
fn repeated(begin: &str, part: impl Fn(usize) -> String, end: &str, count: usize) -> String {
    let mut text = begin.to_owned();
    for number in 0..count {
        writeln!(text, "{}", part(number)).unwrap_or_default();
    }
    text + end
}

const USES: &str = "uses exec(\"./ops\")\n";
const OPERATION: &str = "uses exec(\"./ops\")\n\
    action act(name: String) = exec(\"./ops\", [name]) idempotent compensate nothing\n\
    action bare(name: String) = exec(\"./ops\", [name]) idempotent\n\
    probe fine(name: String) -> Bool = exec(\"./ops\", [name])\n\
    plan long() {\n";

/// A name, and the program of so many parts.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("constants", |count| repeated("", |n| format!("const c{n} = {n} + 1"), "", count)),
    ("constants of constants", |count| {
        repeated("const c0 = 1\n", |n| format!("const c{} = c{n} + 1", n + 1), "", count)
    }),
    ("functions of functions", |count| {
        let end = format!("plan p() {{ let x = f{count}(1) require x < 3 }}");
        repeated("fn f0(x: Int) -> Int = x\n", |n| format!("fn f{}(x: Int) -> Int = f{n}(x)", n + 1), &end, count)
    }),
    ("types", |count| repeated("", |n| format!("type T{n} = {{ a: Int, b: List<String> }}"), "", count)),
    ("actions", |count| repeated(USES, |n| format!("action a{n}() = exec(\"./ops\", [\"{n}\"])"), "", count)),
    ("grants", |count| {
        let uses: Vec<String> = (0..count).map(|n| format!("exec(\"./ops{n}\")")).collect();
        let uses = format!("uses {}\n", uses.join(", "));
        repeated(&uses, |n| format!("action a{n}() = exec(\"./ops{n}\") idempotent"), "", count)
    }),
    ("items of a list", |count| repeated("const list = [", |n| format!("{n},"), "]", count)),
    ("records in a list", |count| {
        repeated("const list = [", |n| format!("{{ name: \"s{n}\", size: {n}GB }},"), "]", count)
    }),
    ("constants in a list", |count| {
        let list = repeated("const list = [", |n| format!("c{n},"), "]\n", count);
        repeated(&list, |n| format!("const c{n} = {n}"), "", count)
    }),
    ("items of a list that is gone through", |count| {
        let list = repeated("const list = [\"\"", |n| format!(", \"s{n}\""), "]\n", count);
        list + OPERATION + "for item in list { step act(item) } verify \"x\" in list }"
    }),
    ("parts of a text", |count| {
        repeated("const x = 1\nconst text = \"\"\"", |_| "{x} and".to_owned(), "\"\"\"", count)
    }),
    ("fields of a record", |count| repeated("const record = {", |n| format!("f{n}: {n},"), "}", count)),
    ("parameters", |count| repeated("fn f(", |n| format!("p{n}: Int,"), ") -> Int = 1", count)),
    ("arguments", |count| {
        let function = repeated("fn f(", |n| format!("p{n}: Int,"), ") -> Int = p0\n", count);
        function + &repeated("const c = f(", |n| format!("p{n}: {n},"), ")", count)
    }),
    ("cases of a match", |count| {
        let count = count / 10;
        let variants = repeated("type T = a", |n| format!("| v{n}"), "", count);
        let matched = repeated("fn f(x: T) -> Int = match x { a => 1,", |n| format!("v{n} => {n},"), "}", count);
        variants + &matched
    }),
    ("options", |count| {
        let head = format!("{OPERATION} decide d \"?\" by \"x\" {{");
        repeated(&head, |n| format!("option o{n} {{ step s{n} = act(\"x\") }}"), "} }", count)
    }),
    ("steps", |count| repeated(OPERATION, |n| format!("step s{n} = act(\"{n}\")"), "}", count)),
    ("steps without a way back", |count| {
        repeated(OPERATION, |n| format!("step s{n} = bare(\"{n}\") best_effort when true {{ }}"), "}", count)
    }),
    ("conditions", |count| repeated(OPERATION, |n| format!("require fine(\"{n}\")"), "}", count)),
    ("branches", |count| {
        repeated(OPERATION, |n| format!("when {n} < 1 {{ step s{n} = act(\"x\") }} else"), "{ } }", count)
    }),
    ("branches in a row", |count| {
        repeated(OPERATION, |n| format!("when {n} < 1 {{ step s{n} = act(\"x\") }}"), "}", count)
    }),
    ("phases in a row", |count| {
        repeated(OPERATION, |n| format!("phase p{n} {{ step s = act(\"{n}\") verify fine(\"x\") }}"), "}", count)
    }),
    ("phases side by side", |count| {
        let phase = |n| format!("phase p{n} after start {{ step s = act(\"{n}\") verify fine(\"x\") }}");
        repeated(OPERATION, phase, "}", count)
    }),
    ("phases side by side without a way back", |count| {
        let phase = |n| format!("phase p{n} after start {{ step s = bare(\"{n}\") best_effort }}");
        repeated(OPERATION, phase, "}", count)
    }),
    ("phases of pairs", |count| {
        let phase = |n: usize| {
            let before = n.checked_sub(2).map_or("start".to_owned(), |before| format!("p{before}"));
            format!("phase p{n} after {before} {{ step s = act(\"{n}\") verify fine(\"x\") }}")
        };
        repeated(OPERATION, phase, "}", count)
    }),
    ("phases beside a long way", |count| {
        let phase = |n: usize| {
            let before = n.checked_sub(1).map_or("start".to_owned(), |before| format!("p{before}"));
            format!("phase p{n} after {before} {{ step s = bare(\"{n}\") best_effort }}")
        };
        repeated(&format!("{OPERATION} phase beside after start {{ verify fine(\"x\") }}"), phase, "}", count)
    }),
    ("attempts", |count| {
        let attempt = |n| format!("attempt {{ step s{n} = bare(\"{n}\") best_effort }} else {{ }}");
        repeated(OPERATION, attempt, "verify fine(\"x\") }", count)
    }),
    ("guards", |count| {
        repeated(OPERATION, |n| format!("guard fine(\"{n}\") every 1m step s{n} = act(\"{n}\")"), "}", count)
    }),
    ("plans that run the next one", |count| {
        let plan = |n: usize| format!("run p{n}() }} plan p{n}() {{ step s = bare(\"x\") best_effort");
        repeated(OPERATION, plan, "verify fine(\"x\") }", count)
    }),
    ("plans that run the next one twice", |count| {
        let plan = |n: usize| format!("run a = p{n}() run b = p{n}() }} plan p{n}() {{ step s = act(\"x\")");
        repeated(OPERATION, plan, "commit \"all\" }", count)
    }),
    ("plans in a circle", |count| {
        let plan = |n: usize| format!("run p{n}() }} plan p{n}() {{ when true {{ commit \"{n}\" }}");
        repeated(OPERATION, plan, "when true { run long() } }", count)
    }),
    ("names in a compensation", |count| {
        let steps = repeated(OPERATION, |n| format!("let s{n} = \"{n}\""), "", count);
        repeated(
            &format!("{steps} step x {{ step y = act(\"y\") }} compensate {{"),
            |n| format!("step t{n} = act(s{n})"),
            "} }",
            count,
        )
    }),
    ("deep blocks", |count| {
        let (open, close) = ("when true { ".repeat(200), "}".repeat(200));
        repeated(OPERATION, |n| format!("{open} step s{n} = act(\"x\") {close}"), "}", count / 200)
    }),
    ("deep expressions", |count| {
        let (open, close) = ("(1 + ".repeat(100), ")".repeat(100));
        repeated("", |n| format!("const c{n} = {open} 1 {close}"), "", count / 200)
    }),
    ("wrong: unknown names", |count| repeated("", |n| format!("const c{n} = unknown{n}"), "", count)),
    ("wrong: unknown names in a plan", |count| {
        repeated(OPERATION, |n| format!("step s{n} = act(unknown{n})"), "}", count)
    }),
    ("wrong: nothing granted", |count| {
        repeated("", |n| format!("action a{n}() = exec(\"./ops\", [\"{n}\"])"), "", count)
    }),
    ("wrong: strings without end", |count| repeated("", |n| format!("const c{n} = \"x"), "", count)),
    ("wrong: statements", |count| repeated(OPERATION, |n| format!("step s{n} = = act(\"x\")"), "}", count)),
    ("wrong: declarations", |count| repeated("", |n| format!("const c{n} = ="), "", count)),
    ("wrong: brackets", |count| repeated("", |n| format!("const c{n} = ("), "", count)),
    ("wrong: names twice", |count| repeated("", |_| "const c = 1".to_owned(), "", count)),
];

fn names() -> impl Iterator<Item = String> {
    SHAPES.iter().flat_map(|(name, _)| [5_000, 20_000].map(|count| format!("{count:>6} {name}")))
}

fn text_of(case: &str) -> String {
    let (count, name) = case.trim().split_once(' ').unwrap_or_default();
    let shape = SHAPES.iter().find(|(shape, _)| *shape == name);
    shape.map(|(_, text)| text(count.parse().unwrap_or_default())).unwrap_or_default()
}

fn no_imports(_path: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

#[divan::bench(args = names(), sample_count = 3)]
fn shapes(bencher: Bencher, case: &str) {
    let text: std::sync::Arc<str> = text_of(case).into();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| check("generated.orch", std::sync::Arc::clone(&text), &no_imports));
}
