//! Texts made to hurt: formatting overflows no small stack, and takes no time that grows faster than they do.

#![expect(clippy::disallowed_methods, reason = "a stack of a known size is what is tested")]

use std::thread;

use orch::format::format;
use orch::source::FileId;

/// Formats on a stack of 512 KiB, twice: the form is its own.
fn formatted(text: String) -> String {
    let work = move || {
        let once = format(FileId(0), &text).unwrap_or_else(|wrong| panic!("{wrong:?} in {}", &text[..60]));
        assert!(format(FileId(0), &once).unwrap() == once, "not its own form");
        once
    };
    thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap()
}

/// As deep as may be, in every way.
#[test]
fn what_is_deep_is_formatted() {
    let deep = [
        format!("const a = {}1{}", "[".repeat(255), "]".repeat(255)),
        format!("const a = {}1{}", "f(".repeat(255), ")".repeat(255)),
        format!("const a = {}1{}", "(".repeat(255), ")".repeat(255)),
        format!("const a = {}1{}", "{ a: ".repeat(255), "}".repeat(255)),
        format!("const a = {}1{}", "f(x => ".repeat(127), ")".repeat(127)),
        format!("const a = {}1{}", "match b { c => ".repeat(255), "}".repeat(255)),
        format!("const a = {}1", "- ".repeat(255)),
        format!("const a = {}1", "not ".repeat(255)),
        format!("const a = {}1", "1 + ".repeat(255)),
        format!("const a = {}1", "if a then b else ".repeat(255)),
        format!("const a = {}1{}", "if ".repeat(255), " then b else c".repeat(255)),
        format!("const a = b{}", ".c".repeat(255)),
        format!("const a = b{}", ".c()".repeat(127)),
        format!("const a = b is {}c{}", "c(d: ".repeat(255), ")".repeat(255)),
        format!("const a: {}T{} = 1", "List<".repeat(255), ">".repeat(255)),
        format!("const a: {}T{} = 1", "{ a: ".repeat(255), "}".repeat(255)),
        format!("plan p() {{ {} {} }}", "when a { ".repeat(250), "}".repeat(250)),
        format!("plan p() {{ {} {} }}", "phase a { ".repeat(250), "}".repeat(250)),
        format!("plan p() {{ {} {} }}", "attempt { } else { ".repeat(125), "}".repeat(125)),
        format!("plan p() {{ {} {} }}", "step a { } compensate { ".repeat(125), "}".repeat(125)),
        format!("plan p() {{ {} {} }}", "parallel { branch a { ".repeat(125), "} }".repeat(125)),
        format!("plan p() {{ {} {} }}", "decide a \"b\" { option c otherwise { ".repeat(125), "} }".repeat(125)),
        format!("plan p() {{ {} {} }}", "rollout as_x as a 1% for b -> 2% { ".repeat(250), "}".repeat(250)),
        format!("const a = {}1{}", "\"{".repeat(255), "}\"".repeat(255)),
    ];
    for text in deep {
        formatted(text);
    }
}

#[test]
fn what_is_long_is_formatted() {
    let long = [
        format!("const a = [{}]", "a.b(c) + -1, ".repeat(20_000)),
        format!("plan p() {{ {} }}", "require a.b(c) and not d else \"t\" ".repeat(10_000)),
        format!("plan p() {{ {} }}", "// c\nstep a = b() // d\n".repeat(10_000)),
        format!("plan p() {{ rollout {}100% {{ }} }}", "1% for 1h -> ".repeat(20_000)),
        format!("plan p() {{ when a {{ {} }} }}", "b | c => { }\n".repeat(10_000)),
        format!("plan p() {{ when a {{ }} {} }}", "else when b { }".repeat(10_000)),
        format!("const a = \"{}\" // b\nconst c = 1 // d", "e".repeat(10_000_000)),
        format!("const a = 1 {}", "// b\n".repeat(100_000)),
        format!("const a = [{}]", "\"\"\"\n\"\"\", ".repeat(20_000)),
        format!("const a = {}1{} // b\n", "[".repeat(250), "]".repeat(250)).repeat(20),
    ];
    for text in long {
        formatted(text);
    }
}
