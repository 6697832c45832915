//! The results as a person reads them.

use super::{
    coverage::Coverage,
    failed,
    session::{Ran, Results},
    trace::trace,
};
use crate::{
    cli::{
        compile,
        exit::Exit,
        moment::duration,
        terminal::{Terminal, text::shortened},
    },
    diagnostic::render::{counted, drawn},
    simulate::{Question, test::What},
    source::Span,
};

/// Each file with its tests, then what failed, then what was covered, then how many there were.
pub(super) fn show(results: &Results, covered: Option<&Coverage>, failed: Option<Exit>, terminal: Terminal) {
    let mut file = None;
    for ran in &results.tests {
        let name = &ran.program.name;
        if file != Some(name) {
            terminal.note(terminal.notes.bold(name));
            file = Some(name);
        }
        terminal.note(line(ran, terminal));
        if ran.report.passed() {
            let warned = never_asked_for(ran).into_iter();
            warned.for_each(|line| terminal.note(format_args!("    {}", terminal.notes.yellow(line))));
        }
    }
    for ran in results.tests.iter().filter(|ran| !ran.report.passed()) {
        terminal.note("");
        explain(ran, terminal);
    }
    if !results.tests.is_empty() {
        terminal.note("");
    }
    if let Some(covered) = covered {
        if results.tests.len() < results.of {
            terminal.note(format_args!("covered by {} of {}", results.tests.len(), counted(results.of, "test")));
        }
        covered.lines(terminal.notes).iter().for_each(|line| terminal.note(line));
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
    if ran.report.failures.iter().all(|failure| is_of_a_whole_run(&failure.what)) {
        never_asked_for(ran).iter().for_each(|line| terminal.note(line));
    }
    for (question, fault) in &ran.report.faults {
        terminal.note(format_args!("with this going wrong: {} {fault}", told(question)));
    }
    let run = trace(ran.program.suite.fresh(), &ran.report.records, style);
    if !run.is_empty() {
        terminal.note("the run");
        run.iter().for_each(|line| terminal.note(line));
    }
}

/// Whether it is wrong with a run that came to where it ends.
fn is_of_a_whole_run(what: &What) -> bool {
    match what {
        What::Expected { .. } | What::Called { .. } | What::Waits(_) => true,
        What::NotGiven(_) | What::Refused { .. } | What::Endless | What::Broken(_) => false,
    }
}

/// What was given and never asked for: often where the mistake is, and a test that passes may not test what it says.
fn never_asked_for(ran: &Ran) -> Vec<String> {
    const MOST: usize = 5;
    let (sources, unused) = (&ran.program.sources, &ran.report.unused);
    let line = |span: &Span| {
        let line = sources.get(span.file).position(span.start).line;
        format!("  {line:>4}  {}", shortened(&written(ran, *span), 90))
    };
    let mut lines: Vec<String> = unused.iter().take(MOST).map(line).collect();
    if unused.len() > MOST {
        lines.push(format!("        and {} more", unused.len() - MOST));
    }
    if !lines.is_empty() {
        lines.insert(0, "given, and never asked for".to_owned());
    }
    lines
}

/// A statement of a test as it is written, in one line.
pub(super) fn written(ran: &Ran, span: Span) -> String {
    ran.program.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Which question it is at which something goes wrong.
pub(super) fn told(question: &Question) -> String {
    format!("`{}`", question.address)
}

fn summary(results: &Results, failed: bool, terminal: Terminal) -> String {
    let broken = results.tests.iter().filter(|ran| !ran.report.passed()).count();
    let passed = results.tests.len() - broken;
    let style = terminal.notes;
    let took = duration(i64::try_from(results.took.as_nanos()).unwrap_or(i64::MAX));
    match (results.tests.len(), broken) {
        (0, _) if failed => "no test was run".to_owned(),
        (0, _) => "there is no test".to_owned(),
        (all, 0) => format!("{} in {took}", style.green(format!("{} passed", counted(all, "test")))),
        (all, _) => {
            format!("{}, {passed} passed in {took}", style.red(format!("{broken} of {} failed", counted(all, "test"))))
        }
    }
}
