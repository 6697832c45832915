//! Every code has a page, and the first example of the page raises exactly that code.

use std::{collections::BTreeSet, sync::Arc};

use orch::{
    check::{Checked, LoadError, check_at},
    diagnostic::{
        Code, Diagnostic, Level, Levels, Severity,
        levels::Lint,
        render::{Manner, human},
    },
    machine::{Entry, Event, Machine, Timestamp, externs},
    simulate::test::{Suite, What},
};

/// The first example of a code's page.
fn example(code: Code) -> &'static str {
    let after = code.page().split_once("```orch\n").unwrap_or_else(|| panic!("{code:?} has no example")).1;
    after.split_once("```").unwrap_or_else(|| panic!("the example of {code:?} does not end")).0
}

/// The example as a file that can import nothing, with what is said about running it; a lint that is allowed by default
/// is a warning here.
fn checked(code: Code) -> Checked {
    let nothing = |_: &str| Err(LoadError("no such file".to_owned()));
    let mut levels = Levels::default();
    if code.level() == Some(Level::Allow) {
        levels.set(Lint::One(code), Level::Warn);
    }
    let mut checked = check_at("main.orch", example(code), &nothing, &levels);
    if code == Code::E0901 {
        let program = checked.program.clone().expect("the program is good");
        checked.diagnostics = vec![fault(Machine::new(Arc::new(program)))];
    }
    if code == Code::E0902 {
        let program = checked.program.as_ref().expect("the program is good");
        let reported = externs(program, "sell").into_iter().map(|part| {
            let message = format!("{part} is done by the program that embeds orch, and `orch run` is none");
            Diagnostic::new(code, checked.sources.first_line(part.span), message, "")
        });
        checked.diagnostics = reported.collect();
    }
    if let Code::E0604 | Code::E0605 | Code::E0606 = code {
        checked.diagnostics = said_by_tests(&mut checked);
    }
    checked
}

/// What can't be computed when the run begins.
fn fault(mut machine: Machine) -> Diagnostic {
    let started =
        Event::Started { run: "run".into(), plan: "share".into(), inputs: serde_json::Map::new(), deepest: None };
    let step = machine.step(Timestamp(0), started).expect("it begins");
    let failed = step.entries.iter().find_map(|entry| match entry {
        Entry::Failed { address, reason, .. } => Some((machine.fault(address)?, reason.to_string())),
        _ => None,
    });
    let (place, reason) = failed.expect("it fails, and says where");
    Diagnostic::new(Code::E0901, place, reason, "")
}

/// What its tests say of a program.
fn said_by_tests(checked: &mut Checked) -> Vec<Diagnostic> {
    let suite = Suite::new(Arc::new(checked.program.take().expect("the program is good")));
    let failures: Vec<_> = suite.tests().flat_map(|test| suite.run(test).failures).collect();
    failures.iter().map(|failure| said(code_of(&failure.what), failure.span)).collect()
}

fn said(code: Code, span: orch::source::Span) -> Diagnostic {
    Diagnostic::new(code, span, code.title(), "")
}

/// As `orch test` says it.
fn code_of(what: &What) -> Code {
    match what {
        What::Expected { .. } | What::Called { .. } => Code::E0604,
        What::NotGiven(_) => Code::E0605,
        What::Refused { .. } | What::Waits(_) | What::Endless | What::Broken(_) => Code::E0606,
    }
}

#[test]
fn the_example_of_every_page_raises_its_code_and_no_other_error() {
    let wrong: Vec<String> = Code::ALL.iter().filter_map(|&code| misses(code)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with the example of a code.
fn misses(code: Code) -> Option<String> {
    let checked = checked(code);
    let exact = |found: &Diagnostic| found.code == code || found.severity == Severity::Warning;
    let raised = checked.diagnostics.iter().any(|found| found.code == code);
    let only = checked.diagnostics.iter().all(exact);
    (!raised || !only).then(|| format!("the example of {code:?} raises\n{}", drawn(&checked)))
}

#[test]
fn every_page_says_what_it_means_and_what_to_do() {
    for &code in Code::ALL {
        let page = code.page();
        let (before, rest) = page.split_once("```orch\n").expect("an example");
        let (_, after) = rest.split_once("```").expect("its end");
        assert!(before.trim().len() > 20 && after.trim().len() > 10, "{code:?} is not explained");
    }
}

/// Projects write the names into their files, so they are stable, too.
#[test]
fn every_lint_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for &code in Code::ALL {
        let is_lint = code.as_str().starts_with('W');
        assert_eq!((code.level().is_some(), code.name().is_some()), (is_lint, is_lint), "{code:?}");
        let Some(name) = code.name() else { continue };
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
        assert!(names.insert(name) && Code::parse(name) == Some(code), "two lints are called {name}");
    }
}

#[test]
fn what_is_said_about_every_example() {
    insta::with_settings!({ snapshot_path => "snapshots/codes", prepend_module_to_snapshot => false }, {
        for &code in Code::ALL {
            insta::assert_snapshot!(code.as_str(), drawn(&checked(code)));
        }
    });
}

/// Diagnostics as a person sees them, without colour.
fn drawn(checked: &Checked) -> String {
    human(&checked.sources, &checked.diagnostics, Manner::PLAIN)
}
