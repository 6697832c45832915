//! Programs, fragments and values are what the page says they are.

use std::{collections::BTreeMap, fs, sync::Arc};

use orch::{
    check::{Checked, LoadError, check},
    diagnostic::{Diagnostic, Severity},
    evaluate::Constants,
    format::format,
    ir::{ConstantId, Value},
    simulate::test::Suite,
    source::FileId,
};

use super::page::{Block, Page, pages};

/// What stands before the fragments and values of a page that has no prelude.
const NO_PRELUDE: &str = "plan page() {\n}\n";

/// What was wrong with how many blocks.
#[derive(Default)]
struct Report {
    blocks: usize,
    wrong: Vec<String>,
}

impl Report {
    fn add(&mut self, page: &Page, block: &Block, wrong: Vec<String>) {
        self.blocks += 1;
        self.wrong.extend(wrong.iter().map(|wrong| format!("{}: {wrong}", page.place(block))));
    }

    fn assert_clean(self, at_least: usize) {
        assert!(self.blocks >= at_least, "only {} blocks were found", self.blocks);
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

#[test]
fn about_programs_nothing_is_said_but_what_the_page_says() {
    let mut report = Report::default();
    for page in pages() {
        for (block, checked) in whole_programs(&page) {
            // What is said about it is shown by the session that checks it.
            let shown = block.has("mistakes") && !block.text.contains("//~");
            let mut wrong = if shown { must_say_something(&checked) } else { unexpected(&checked, &block.text, 0) };
            wrong.extend(not_canonical(&block.text));
            report.add(&page, &block, wrong);
        }
    }
    report.assert_clean(5);
}

#[test]
fn the_tests_of_programs_hold_unless_the_page_says_that_they_fail() {
    let mut report = Report::default();
    for page in pages() {
        for (block, checked) in whole_programs(&page) {
            let Some(program) = checked.program.filter(|program| !program.tests.is_empty()) else { continue };
            let suite = Suite::new(Arc::new(program));
            let failed = suite.tests().flat_map(|test| suite.run(test).failures);
            let failed: Vec<String> = failed.map(|failure| format!("{failure:?}")).collect();
            let wrong = match (block.has("fails"), failed.is_empty()) {
                (true, true) => vec!["its tests hold".to_owned()],
                (true, false) => Vec::new(),
                (false, _) => failed,
            };
            report.add(&page, &block, wrong);
        }
    }
    report.assert_clean(5);
}

#[test]
fn fragments_stand_in_the_plan_of_the_prelude() {
    let mut report = Report::default();
    for page in pages() {
        for (block, checked) in fragments(&page) {
            let program = checked.sources.get(FileId(0)).text().to_owned();
            let lines_after_it = 1;
            let lines_before = program.lines().count() - block.text.lines().count() - lines_after_it;
            let mut wrong = unexpected(&checked, &program, lines_before);
            wrong.extend(not_canonical(&program));
            report.add(&page, &block, wrong);
        }
    }
    report.assert_clean(10);
}

#[test]
fn values_are_true() {
    let mut report = Report::default();
    for page in pages() {
        let mut prelude = String::new();
        for block in page.blocks() {
            if block.has("prelude") {
                prelude.clone_from(&block.text);
            }
            if block.has("values") {
                report.add(&page, &block, not_true(&page, &prelude, &block.text));
            }
        }
    }
    report.assert_clean(4);
}

/// The whole programs of a page, and what is said about them; each can import the files above it.
pub fn whole_programs(page: &Page) -> Vec<(Block, Checked)> {
    let mut files = BTreeMap::new();
    let is_whole = |block: &Block| block.is("orch") && !block.has("fragment") && !block.has("values");
    let check = |block: Block| {
        if let Some(name) = block.file() {
            files.insert(name.to_owned(), block.text.clone());
        }
        let checked = checked(page, &block.text, &files);
        (block, checked)
    };
    page.blocks().into_iter().filter(is_whole).map(check).collect()
}

/// The fragments of a page, each as a program with the prelude that stands above it.
pub fn fragments(page: &Page) -> Vec<(Block, Checked)> {
    let mut prelude = NO_PRELUDE.to_owned();
    let mut fragments = Vec::new();
    for block in page.blocks() {
        if block.has("prelude") {
            prelude.clone_from(&block.text);
        }
        if block.has("fragment") {
            let checked = checked(page, &within(&prelude, &block.text), &BTreeMap::new());
            fragments.push((block, checked));
        }
    }
    fragments
}

/// A program with the files of its page to import.
fn checked(page: &Page, text: &str, files: &BTreeMap<String, String>) -> Checked {
    let load = |path: &str| {
        let name = path.trim_start_matches("./");
        let beside = || page.companion().and_then(|folder| fs::read_to_string(folder.join(name)).ok());
        files.get(name).cloned().or_else(beside).ok_or_else(|| LoadError("no such file".to_owned()))
    };
    check("page.orch", text, &load)
}

/// A fragment at the end of the last plan of a prelude.
fn within(prelude: &str, fragment: &str) -> String {
    let head = prelude.trim_end().strip_suffix('}').expect("a prelude ends with a plan");
    let indented = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    let body: String = fragment.lines().map(indented).collect();
    format!("{head}{body}}}\n")
}

/// What is said where the text does not expect it, or is not said where it does, in the lines behind so many.
fn unexpected(checked: &Checked, text: &str, lines_before: usize) -> Vec<String> {
    let mut said: Vec<(usize, String)> = Vec::new();
    for diagnostic in &checked.diagnostics {
        let source = checked.sources.get(diagnostic.span().file);
        let line = source.position(diagnostic.span().start).line as usize;
        if line > lines_before || diagnostic.severity == Severity::Error {
            said.push((line, line_of(diagnostic)));
        }
    }
    let mut wrong = Vec::new();
    for (line, expected) in expectations(text) {
        match said.iter().position(|(at, said)| *at == line && meets(said, expected)) {
            Some(found) => drop(said.remove(found)),
            None => wrong.push(format!("line {line} should say {expected}")),
        }
    }
    wrong.extend(said.iter().map(|(line, said)| format!("line {line} says {said}")));
    wrong
}

fn must_say_something(checked: &Checked) -> Vec<String> {
    let silent = checked.diagnostics.is_empty();
    silent.then(|| "there is no mistake in it".to_owned()).into_iter().collect()
}

/// `error[E0412]: message (help: ..)`
fn line_of(diagnostic: &Diagnostic) -> String {
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    let help = diagnostic.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
    format!("{severity}[{}]: {}{help}", diagnostic.code.as_str(), diagnostic.message)
}

/// Whether the code is that, and the rest is a part of what is said.
fn meets(said: &str, expected: &str) -> bool {
    let (code, part) = expected.split_once(": ").unwrap_or((expected, ""));
    said.starts_with(code) && said.contains(part)
}

/// What stands behind `//~`, with its line.
fn expectations(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let behind = |(line, number)| str::split(line, "//~").skip(1).map(move |expected| (number, expected.trim()));
    text.lines().zip(1..).flat_map(behind)
}

/// Whether `orch fmt` would write it otherwise; what can't be read has no canonical form.
fn not_canonical(text: &str) -> Option<String> {
    let formatted = format(FileId(0), text).ok()?;
    let different = formatted.lines().zip(text.lines()).find(|(ours, theirs)| ours != theirs);
    match different {
        Some((ours, _)) => Some(format!("`orch fmt` writes `{}`", ours.trim())),
        None if formatted == text => None,
        None => Some("`orch fmt` would change its blank lines or its end".to_owned()),
    }
}

/// What is not true of these expressions.
fn not_true(page: &Page, prelude: &str, expressions: &str) -> Vec<String> {
    let lines: Vec<&str> = expressions.lines().filter(|line| !line.is_empty()).collect();
    let constants = lines.iter().zip(0..).map(|(line, at)| format!("const value_{at}: Bool = {line}\n"));
    let constants: String = constants.collect();
    let checked = checked(page, &format!("{constants}\n{prelude}"), &BTreeMap::new());
    let mut wrong = unexpected(&checked, "", 0);
    wrong.retain(|said| said.contains("error"));
    wrong.extend(not_canonical(&constants));
    if let Some(program) = &checked.program {
        let values = Constants::new(program);
        for (constant, at) in program.constants.iter().zip(0..) {
            let number = constant.name.strip_prefix("value_").and_then(|number| number.parse::<usize>().ok());
            let Some(number) = number else { continue };
            match values.get(ConstantId(at)) {
                Some(Ok(Value::Bool(true))) => {}
                other => wrong.push(format!("`{}` is {other:?}", lines[number])),
            }
        }
    }
    wrong
}
