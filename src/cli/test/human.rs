//! The results as a person reads them.

use std::sync::Arc;

use super::{
    coverage, failed,
    session::{Loaded, Ran},
    trace::trace,
};
use crate::{
    cli::{compile, exit::Exit, moment::duration, terminal::Terminal},
    diagnostic::render::{counted, drawn},
    simulate::Question,
};

/// Each file with its tests, then what failed, then how many there were.
pub(super) fn show(results: &[Ran], covered: &[Arc<Loaded>], failed: Option<Exit>, terminal: Terminal) {
    let mut file = None;
    for ran in results {
        let name = &ran.program.name;
        if file != Some(name) {
            terminal.note(terminal.notes.bold(name));
            file = Some(name);
        }
        terminal.note(line(ran, terminal));
    }
    for ran in results.iter().filter(|ran| !ran.report.passed()) {
        terminal.note("");
        explain(ran, terminal);
    }
    if !results.is_empty() {
        terminal.note("");
    }
    for line in covered.iter().flat_map(|program| coverage::lines(program, terminal.notes)) {
        terminal.note(line);
    }
    if !covered.is_empty() {
        terminal.note("");
    }
    terminal.note(summary(results, failed.is_some(), terminal));
}

/// `  ✔ it is sold    2d 4h, 38 runs`
fn line(ran: &Ran, terminal: Terminal) -> String {
    let style = terminal.notes;
    let sign = if ran.report.passed() { style.green("✔") } else { style.red("✖") };
    let runs = if ran.report.runs > 1 { format!("  {} runs", ran.report.runs) } else { String::new() };
    let elapsed = if ran.report.elapsed > 0 {
        format!("  {} of virtual time", duration(ran.report.elapsed))
    } else {
        String::new()
    };
    format!("  {sign} {}{}", ran.name, style.dim(format!("{elapsed}{runs}")))
}

/// What does not hold, where, and the run up to there.
fn explain(ran: &Ran, terminal: Terminal) {
    let style = terminal.notes;
    terminal.note(style.bold(format!("test \"{}\"", ran.name)));
    for failure in &ran.report.failures {
        let diagnostic = failed::diagnostic(&ran.program.sources, failure);
        terminal.note(drawn(&ran.program.sources, &diagnostic, compile::manner(style)).trim_end());
    }
    for (question, fault) in &ran.report.faults {
        terminal.note(format_args!("with this going wrong: {} {fault}", told(question)));
    }
    if !ran.report.records.is_empty() {
        terminal.note("the run");
        trace(ran.program.suite.fresh(), &ran.report.records, style).iter().for_each(|line| terminal.note(line));
    }
}

/// Which question it is at which something goes wrong.
pub(super) fn told(question: &Question) -> String {
    format!("`{}`", question.address)
}

fn summary(results: &[Ran], failed: bool, terminal: Terminal) -> String {
    let broken = results.iter().filter(|ran| !ran.report.passed()).count();
    let passed = results.len() - broken;
    let (style, took) = (terminal.notes, results.iter().map(|ran| ran.took).sum::<std::time::Duration>());
    let took = duration(i64::try_from(took.as_nanos()).unwrap_or(i64::MAX));
    match (results.len(), broken) {
        (0, _) if failed => "no test was run".to_owned(),
        (0, _) => "there is no test".to_owned(),
        (all, 0) => format!("{} in {took}", style.green(format!("{} passed", counted(all, "test")))),
        (all, _) => {
            format!("{}, {passed} passed in {took}", style.red(format!("{broken} of {} failed", counted(all, "test"))))
        }
    }
}
