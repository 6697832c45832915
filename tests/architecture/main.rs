//! The tables of `ARCHITECTURE.md`, and what keeps the code readable, held against the code.

#![expect(clippy::disallowed_methods, reason = "a test that reads the project")]

mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use orch::diagnostic::Code;
use source::{File, files, modules_named, names_crate};

/// The most lines of code a file may have, without blank lines and comments.
const LONGEST_FILE: usize = 1_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The modules at the top, from the lowest to the highest, with those each may use.
fn layers() -> Vec<(String, Vec<String>)> {
    let rows = table::rows(&read("ARCHITECTURE.md"), "Who may know whom");
    rows.into_iter().map(|(module, uses)| (module.concat(), uses)).collect()
}

/// The crates the project depends on, with the modules that may use each; `None` means all of them.
fn crates() -> BTreeMap<String, Option<Vec<String>>> {
    let rows = table::rows(&read("ARCHITECTURE.md"), "Which crate stands where");
    let entry = |(names, modules): (Vec<String>, Vec<String>)| {
        let modules = (!modules.is_empty()).then_some(modules);
        names.into_iter().map(move |name| (name, modules.clone()))
    };
    rows.into_iter().flat_map(entry).collect()
}

/// The files of the crate that are neither its roots nor tests, each with its module and its code.
fn modules() -> Vec<(String, File, String)> {
    let library = files(root(), "src", "rs").into_iter().filter(|file| !file.is_test() && !file.module().is_empty());
    library.map(|file| (file.module(), file.code(), file)).map(|(module, code, file)| (module, file, code)).collect()
}

/// Fails with all findings at once.
fn none(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn a_module_uses_only_what_its_row_says() {
    let layers: BTreeMap<_, _> = layers().into_iter().collect();
    let mut findings = Vec::new();
    for (module, file, code) in modules() {
        let top = module.split('/').next().unwrap_or_default();
        let allowed = layers.get(top).unwrap_or_else(|| panic!("ARCHITECTURE.md does not know `{top}`"));
        let others: BTreeSet<String> = modules_named(&module, &code).into_iter().filter(|name| name != top).collect();
        let wrong = others.into_iter().filter(|name| !allowed.contains(name));
        findings.extend(wrong.map(|name| format!("{}: `{top}` may not use `{name}`", file.path.display())));
    }
    none(findings);
}

#[test]
fn the_rows_are_the_modules_and_go_from_the_bottom_up() {
    let lib = File { path: "src/lib.rs".into(), text: read("src/lib.rs") };
    let mut below: BTreeSet<String> = BTreeSet::new();
    for (module, uses) in layers() {
        let upward: Vec<_> = uses.iter().filter(|used| !below.contains(*used)).collect();
        assert!(upward.is_empty(), "`{module}` uses {upward:?}, which do not stand above it in the table");
        below.insert(module);
    }
    assert_eq!(below, lib.submodules(), "the table and src/lib.rs have different modules");
}

#[test]
fn a_crate_stands_where_its_row_says() {
    let crates = crates();
    let mut findings = Vec::new();
    for (module, file, code) in modules() {
        for (name, allowed) in &crates {
            let Some(allowed) = allowed else { continue };
            let inside = allowed.iter().any(|place| Path::new(&module).starts_with(place));
            if !inside && names_crate(&code, &name.replace('-', "_")) {
                findings.push(format!("{}: `{name}` stands only in {}", file.path.display(), allowed.join(", ")));
            }
        }
    }
    none(findings);
}

#[test]
fn the_rows_are_the_dependencies() {
    let manifest = read("Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).expect("a section with the dependencies");
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let declared: BTreeSet<&str> = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    let crates = crates();
    assert_eq!(crates.keys().map(String::as_str).collect::<BTreeSet<_>>(), declared);
}

#[test]
fn every_file_is_part_of_the_crate() {
    let all = files(root(), "src", "rs");
    let declared: BTreeSet<String> = all.iter().flat_map(File::submodules).collect();
    let orphans = all.iter().filter(|file| !file.module().is_empty() && !declared.contains(&file.module()));
    none(orphans.map(|file| format!("{}: nobody declares it", file.path.display())).collect());
}

#[test]
fn every_page_is_one_of_a_code() {
    let pages: BTreeSet<String> = files(root(), "src/diagnostic/pages", "md")
        .iter()
        .map(|file| file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    assert_eq!(pages, Code::ALL.iter().map(|code| code.as_str().to_owned()).collect());
}

#[test]
fn files_are_small() {
    let counted = |file: &File| {
        let lines = file.text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    let long = all_rust().into_iter().filter(|file| counted(file) > LONGEST_FILE);
    none(long.map(|file| format!("{}: {} lines of code", file.path.display(), counted(&file))).collect());
}

fn all_rust() -> Vec<File> {
    ["src", "tests"].into_iter().flat_map(|folder| files(root(), folder, "rs")).collect()
}

#[test]
fn nothing_is_left_for_later() {
    let banned = [concat!("TO", "DO"), concat!("FIX", "ME"), "todo!(", "unimplemented!(", "dbg!("];
    let mut findings = Vec::new();
    for file in all_rust().into_iter().filter(|file| !file.path.ends_with("architecture/main.rs")) {
        let found = banned.into_iter().filter(|word| file.text.contains(word));
        findings.extend(found.map(|word| format!("{}: {word}", file.path.display())));
    }
    none(findings);
}

/// A method of one's own may have such a name; it is called on `self`, which is neither an option nor a result.
#[test]
fn nothing_panics_by_unwrapping() {
    let calls = [".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("];
    let mut findings = Vec::new();
    for (_, file, code) in modules() {
        let unwraps = |call: &&str| code.match_indices(call).any(|(at, _)| !code[..at].ends_with("self"));
        let found = calls.iter().filter(|call| unwraps(call));
        findings.extend(found.map(|call| format!("{}: {call} outside of tests", file.path.display())));
    }
    none(findings);
}

#[test]
fn the_scanner_sees_paths_and_nothing_else() {
    let named = |module: &str, code: &str| {
        let file = File { path: "src/x.rs".into(), text: code.to_owned() };
        modules_named(module, &file.code())
    };
    assert_eq!(named("a/b", "use crate::syntax::ast;"), ["syntax"]);
    assert_eq!(named("a/b", "use crate::{\n  check::{x, y},\n  run,\n};"), ["check", "run"]);
    assert_eq!(named("a/b", "fn f() -> crate::ir::Value { super::super::plan::of() }"), ["ir", "plan"]);
    assert_eq!(named("a", "use super::{ir::Value, run};"), ["ir", "run"]);
    assert_eq!(named("a/b", "use super::ast; let my_crate::x = 1;"), Vec::<String>::new());
    assert_eq!(named("a", "// crate::x\n/* crate::x */ \"crate::x\" r#\"crate::x \"\"# '\"' crate::y"), ["y"]);
    assert_eq!(named("a", "fn f<'a>(x: &'a str) { crate::y }"), ["y"]);
    assert_eq!(named("a", "#[cfg(test)]\nmod tests { use crate::x; } #[cfg(test)] use crate::z; crate::y"), ["y"]);
}

#[test]
fn the_scanner_sees_crates() {
    for code in ["use tokio::time;", "tokio::select! {}", "use tokio;", "x(tokio::spawn(y))", "use {tokio::time, x};"] {
        assert!(names_crate(code, "tokio"), "{code}");
    }
    for code in ["use a::tokio::b;", "let tokio = 1;", "tokio_util::x()", "a.tokio::<u8>()"] {
        assert!(!names_crate(code, "tokio"), "{code}");
    }
}
