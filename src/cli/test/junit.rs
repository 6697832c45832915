//! The results as JUnit XML, by `quick-junit`.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{document::PLAIN, failed, session::Ran, trace::trace};
use crate::{
    cli::{exit::Exit, failure::Failure},
    diagnostic::render::{Manner, drawn},
};

/// One suite for each file; a program that was not tested is one with an error.
pub(super) fn document(results: &[Ran], not_tested: &[&str]) -> Result<String, Failure> {
    let mut report = Report::new("orch test");
    for file in results.chunk_by(|left, right| left.program.name == right.program.name) {
        let name = file.first().map(|ran| ran.program.name.as_str()).unwrap_or_default();
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(file.iter().map(case));
        report.add_test_suite(suite);
    }
    for name in not_tested {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("it has mistakes, or can't be read: it was not tested");
        let mut suite = TestSuite::new(*name);
        suite.add_test_case(TestCase::new("the program", status));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| Failure {
        exit: Exit::Bug,
        message: format!("the results can't be written: {error}"),
        help: Vec::new(),
    })
}

fn case(ran: &Ran) -> TestCase {
    let status = if ran.report.passed() { TestCaseStatus::success() } else { broken(ran) };
    let mut case = TestCase::new(ran.name.as_str(), status);
    case.set_classname(ran.program.name.as_str()).set_time(ran.took);
    case
}

fn broken(ran: &Ran) -> TestCaseStatus {
    let sources = &ran.program.sources;
    let found: Vec<_> = ran.report.failures.iter().map(|failure| failed::diagnostic(sources, failure)).collect();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let first = found.first().map(|first| (first.message.clone(), first.code.as_str()));
    if let Some((message, code)) = first {
        status.set_message(message).set_type(code);
    }
    let drawn = found.iter().map(|found| drawn(sources, found, Manner::PLAIN));
    let lines = trace(ran.program.suite.fresh(), &ran.report.records, PLAIN).into_iter().map(|line| line + "\n");
    status.set_description(drawn.chain(lines).collect::<String>());
    status
}
