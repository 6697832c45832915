//! What was explored, for a person: how paths end, what one fault is enough for, and what takes a second one.

use super::Explored;
use crate::{
    cli::terminal::{Style, text::padded},
    diagnostic::render::counted,
    explore::{
        Ending, Finding,
        findings::{Kind, Settled},
    },
    source::Sources,
};

/// How many findings that take a second fault are listed.
const LISTED: usize = 12;

/// The lines of the page.
pub(super) fn lines(explored: &Explored<'_>, all: bool, style: Style) -> Vec<String> {
    let mut lines = head(explored, style);
    let (single, several): (Vec<&Finding>, Vec<&Finding>) =
        explored.report.findings.iter().partition(|finding| super::is_grave(finding));
    lines.push(String::new());
    if single.iter().all(|finding| finding.kind == Kind::Broken) {
        let good = match explored.settings.faults {
            0 => "without a fault, nothing needs a person and nothing is left",
            _ => "no single fault needs a person or leaves anything",
        };
        lines.push(format!("{} {good}", style.green("✔")));
    }
    for finding in &single {
        lines.extend(whole(finding, explored.sources, style));
    }
    lines.extend(of_several(&several, explored.sources, all, style));
    lines
}

/// `place_order: 43 paths, 73 states`, and how they end.
fn head(explored: &Explored<'_>, style: Style) -> Vec<String> {
    let report = &explored.report;
    let paths = usize::try_from(report.paths).unwrap_or(usize::MAX);
    let first =
        format!("{}: {}, {}", style.bold(explored.plan), counted(paths, "path"), counted(report.states, "state"));
    let mut lines = vec![first];
    lines.push(style.fitted(&format!("  {}", tried(explored.settings.faults)), style.width));
    if !explored.made_up.is_empty() {
        lines.push(format!("  ~ made up: {}", explored.made_up.join(", ")));
    }
    for (ending, count) in &report.endings {
        lines.push(format!("{count:>7} {}", said(*ending)));
    }
    if report.alike > 0 {
        lines.push(style.dim(format!("{:>7} more are like one of these, and were not walked", report.alike)));
    }
    if report.left_out > 0 {
        let left = format!("{:>7} and all that follows from them were left out: see `--limit`", report.left_out);
        lines.push(style.yellow(left));
    }
    lines
}

/// What was tried.
fn tried(faults: u32) -> String {
    match faults {
        0 => "every decision each way, and no fault".to_owned(),
        1 => "every decision each way, and every fault, with one more on the way back".to_owned(),
        faults => format!("every decision each way, up to {faults} faults together, and as many on the way back"),
    }
}

fn said(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Compensated => "compensated: all is undone",
        Ending::Halted => "halted at a commit",
        Ending::Partial => "undone, but for what is owed",
        Ending::Stuck => "stuck until a person helps",
        Ending::Paused => "paused, as the plan says, until a person lets it go on",
        Ending::Waiting => "waiting for something that does not come",
        Ending::Endless => "without an end",
    }
}

/// A finding with how it comes about and what can be done.
fn whole(finding: &Finding, sources: &Sources, style: Style) -> Vec<String> {
    let sign = style.red("‼");
    let about = if finding.kind == Kind::Broken { finding.reason.to_string() } else { shown(finding) };
    let head = format!("{sign} {}  {}", style.bold(about), problem(finding));
    let mut lines = style.hanging(&head, 2);
    let below = |text: String, lines: &mut Vec<String>| {
        lines.extend(style.hanging(&text, 4).into_iter().map(|line| format!("    {line}")));
    };
    below(format!("when  {}", when(finding)), &mut lines);
    let place = finding.span.map(|span| format!("  {}", short_place(sources, span))).unwrap_or_default();
    if !finding.advice.is_empty() {
        below(format!("do    {}{}", finding.advice, style.dim(place)), &mut lines);
    }
    lines
}

/// Findings that take more than one fault: where they are, in a line each.
fn of_several(several: &[&Finding], sources: &Sources, all: bool, style: Style) -> Vec<String> {
    if several.is_empty() {
        return Vec::new();
    }
    let (count, places) = (several.len(), if several.len() == 1 { "place" } else { "places" });
    let mut lines = vec![String::new()];
    lines.extend(
        style.hanging(
            &format!("{count} {places} where a second fault, while the first is dealt with, needs a person:"),
            2,
        ),
    );
    if all {
        lines.extend(several.iter().flat_map(|finding| whole(finding, sources, style)));
        return lines;
    }
    let column = several.iter().map(|finding| shown(finding).chars().count()).max().unwrap_or_default().min(40);
    for finding in several.iter().take(LISTED) {
        let last = finding.taken.last().map(|taken| taken.deviation.to_string()).unwrap_or_default();
        let told = match finding.settled() {
            Settled::ByLooking => format!("`confirm` {last}"),
            Settled::ByRepeating | Settled::ByUndoing | Settled::Otherwise => last,
        };
        let line = format!("  {}  {told}", padded(&shown(finding), column));
        lines.push(style.fitted(&line, style.width));
    }
    if count > LISTED {
        lines.push(format!("  and {} more", count - LISTED));
    }
    lines.push(style.dim("  (`--all` says how each comes about, and what can be done)"));
    lines
}

fn shown(finding: &Finding) -> String {
    crate::cli::terminal::text::readable(&finding.address)
}

fn problem(finding: &Finding) -> String {
    let what = match finding.kind {
        Kind::InDoubt => "nobody knows whether it was done",
        Kind::NotUndone => "it can't be undone, and what was done before it waits",
        Kind::Measure => "what is done after a phase can't be done",
        Kind::Owed => "it is left, and not undone",
        Kind::Broken => "does not hold",
    };
    format!("{what}: {}", counted(usize::try_from(finding.paths).unwrap_or(usize::MAX), "path"))
}

/// What goes otherwise on the shortest path.
fn when(finding: &Finding) -> String {
    let taken: Vec<String> = finding.taken.iter().map(ToString::to_string).collect();
    if taken.is_empty() { "always".to_owned() } else { taken.join(", then ") }
}

/// `order_saga.orch:19`
fn short_place(sources: &Sources, span: crate::source::Span) -> String {
    let place = sources.place(span);
    place.rsplit_once(':').map_or(place.clone(), |(line, _)| line.to_owned())
}
