//! The results as one JSON document.

use serde_json::{Value as Json, json};

use super::{
    coverage::Coverage,
    failed,
    human::{told, written},
    session::Ran,
    trace::trace,
};
use crate::{
    cli::terminal::Style,
    ir::json::to_json,
    simulate::test::{Failure, What},
};

/// Lines of a trace are whole, and have no colours.
pub(super) const PLAIN: Style = Style { colour: false, width: 120, cuts: false };

/// `{ "tests": [ .. ], "passed": 3, "failed": 1 }`
pub(super) fn document(results: &[Ran], not_tested: &[&str], covered: Option<&Coverage>) -> Json {
    let failed = results.iter().filter(|ran| !ran.report.passed()).count();
    let tests: Vec<Json> = results.iter().map(test).collect();
    let mut document = json!({ "tests": tests, "passed": results.len() - failed, "failed": failed });
    if !not_tested.is_empty() {
        document["not_tested"] = not_tested.into();
    }
    if let Some(covered) = covered {
        document["coverage"] = covered.document().into();
    }
    document
}

fn test(ran: &Ran) -> Json {
    let report = &ran.report;
    let failures: Vec<Json> = report.failures.iter().map(|failure| failure_of(ran, failure)).collect();
    let faults = report.faults.iter().map(|(question, fault)| format!("{} {fault}", told(question)));
    let trace = if report.passed() { Vec::new() } else { trace(ran.program.suite.fresh(), &report.records, PLAIN) };
    json!({
        "file": ran.program.name,
        "name": ran.name,
        "place": ran.place(),
        "passed": report.passed(),
        "runs": report.runs,
        "virtual_time": crate::ir::Value::Duration(report.elapsed).to_string(),
        "failures": failures,
        "faults": faults.collect::<Vec<_>>(),
        "never_asked_for": report.unused.iter().map(|span| written(ran, *span)).collect::<Vec<_>>(),
        "trace": trace.iter().map(|line| line.trim()).collect::<Vec<_>>(),
    })
}

fn failure_of(ran: &Ran, failure: &Failure) -> Json {
    let sources = &ran.program.sources;
    let diagnostic = failed::diagnostic(sources, failure);
    let sides = match &failure.what {
        What::Expected { sides: Some(sides), .. } => Some((to_json(&sides.actual), to_json(&sides.expected))),
        _ => None,
    };
    let (actual, expected) = sides.unzip();
    let given = match &failure.what {
        What::NotGiven(missing) => missing.given.clone(),
        _ => None,
    };
    json!({
        "code": diagnostic.code.as_str(),
        "place": sources.place(failure.span),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "actual": actual,
        "expected": expected,
        "given": given,
    })
}
