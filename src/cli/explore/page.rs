//! What was explored, for a person: how paths end, what one fault is enough for, and what takes a second one.

use super::Explored;
use crate::{
    cli::{
        terminal::{
            Style,
            text::{padded, readable},
        },
        test::trace::trace,
    },
    diagnostic::render::counted,
    explore::{
        Ending, Finding,
        findings::{Kind, Settled},
    },
    source::Sources,
};

/// How many findings that take a second fault are listed.
const LISTED: usize = 12;

/// How many places are named that no path came to.
const PLACES: usize = 6;

/// How much is told of what takes a second fault.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told<'c> {
    /// What happens most often, a line each, and which command or flag tells all, if there is one
    Most(Option<&'c str>),
    /// All, with how each comes about and what can be done
    All,
}

/// The lines of the page.
pub(super) fn lines(explored: &Explored<'_>, told: Told<'_>, style: Style) -> Vec<String> {
    let mut lines = head(explored, style);
    let (single, several): (Vec<&Finding>, Vec<&Finding>) =
        explored.report.findings.iter().partition(|finding| super::is_grave(finding));
    lines.push(String::new());
    let doubts = doubts(explored);
    if single.iter().all(|finding| finding.kind == Kind::Broken) {
        let good = match explored.settings.faults {
            0 => "without a fault, nothing needs a person and nothing is left",
            _ => "no single fault needs a person or leaves anything",
        };
        match doubts.is_empty() {
            true => lines.push(format!("{} {good}", style.green("✔"))),
            false => lines.extend(style.hanging(&format!("of what was walked: {good}"), 2)),
        }
    }
    for doubt in &doubts {
        lines.extend(style.hanging(&format!("{} {doubt}", style.yellow("!")), 2));
    }
    for kept in explored.kept() {
        lines.extend(style.hanging(&format!("{} {kept}", style.green("✔")), 2));
    }
    for finding in &single {
        lines.extend(whole(finding, explored, style));
    }
    lines.extend(of_several(&several, explored, told, style));
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

/// Why it says less than it seems to: what no path came to.
fn doubts(explored: &Explored<'_>) -> Vec<String> {
    let report = &explored.report;
    let mut doubts = Vec::new();
    if let Some((ending, failed)) = &report.undisturbed
        && !report.endings.contains_key(&Ending::Completed)
    {
        let why = failed.as_ref().map(|(address, reason)| format!(", as `{}`: {reason}", readable(address.as_str())));
        doubts.push(format!(
            "no path completes; if nothing goes wrong, it ends {}{}: give what is made up with `--set` and `--given`, or try another `--seed`",
            said(*ending),
            why.unwrap_or_default()
        ));
    }
    if !report.not_reached.is_empty() {
        let places: Vec<String> = report.not_reached.iter().map(|span| short_place(explored.sources, *span)).collect();
        let shown = one_file_once(places.iter().take(PLACES));
        let more = places.len().checked_sub(PLACES).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        doubts.push(format!(
            "never reached with what is made up: {} ({shown}{more}): `--set`, `--given` and `--seed` give something else",
            counted(places.len(), "statement")
        ));
    }
    doubts.extend(explored.unused().map(|given| format!("no path asked for `{given}`")));
    if report.left_out > 0 {
        let left = usize::try_from(report.left_out).unwrap_or(usize::MAX);
        doubts.push(format!("{} left out: `--limit` bounds them", counted(left, "path")));
    }
    doubts
}

/// `shop.orch:19, 21, 40`: the file of a place is named where it is another one.
fn one_file_once<'p>(places: impl Iterator<Item = &'p String>) -> String {
    let mut last = "";
    let named = places.map(|place| {
        let (file, line) = place.rsplit_once(':').unwrap_or((place, ""));
        let is_known = std::mem::replace(&mut last, file) == file;
        if is_known { line } else { place }
    });
    named.collect::<Vec<_>>().join(", ")
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
fn whole(finding: &Finding, explored: &Explored<'_>, style: Style) -> Vec<String> {
    let sign = style.red("‼");
    let about = if finding.kind == Kind::Broken { finding.reason.to_string() } else { shown(finding) };
    let head = format!("{sign} {}  {}", style.bold(about), problem(finding));
    let mut lines = style.hanging(&head, 2);
    let below = |text: String, lines: &mut Vec<String>| {
        lines.extend(style.hanging(&text, 4).into_iter().map(|line| format!("    {line}")));
    };
    below(format!("when  {}", when(finding)), &mut lines);
    let place = finding.span.map(|span| format!("  {}", short_place(explored.sources, span))).unwrap_or_default();
    if !finding.advice.is_empty() {
        below(format!("do    {}{}", finding.advice, style.dim(place)), &mut lines);
    } else if !place.is_empty() {
        below(format!("at  {}", style.dim(place)), &mut lines);
    }
    if let Some(runs) = explored.runs {
        let narrow = Style { width: style.width.saturating_sub(4), ..style };
        let told = trace(runs.machine(), &runs.journal(&finding.taken), narrow);
        lines.extend(told.into_iter().map(|line| format!("    {line}")));
    }
    lines
}

/// Findings that take more than one fault: where they are, in a line each.
fn of_several(several: &[&Finding], explored: &Explored<'_>, told: Told<'_>, style: Style) -> Vec<String> {
    if several.is_empty() {
        return Vec::new();
    }
    let (count, places) = (several.len(), if several.len() == 1 { "place" } else { "places" });
    let mut several = several.to_vec();
    several.sort_by_key(|finding| finding.faults());
    let mut lines = vec![String::new()];
    lines.extend(style.hanging(
        &format!("{count} {places} where {}, while the first is dealt with, needs a person:", one_more(&several)),
        2,
    ));
    let Told::Most(command) = told else {
        lines.extend(several.iter().flat_map(|finding| whole(finding, explored, style)));
        return lines;
    };
    let column = several.iter().map(|finding| shown(finding).chars().count()).max().unwrap_or_default().min(40);
    for finding in several.iter().take(LISTED) {
        let last = finding.taken.last().map(|taken| taken.deviation.to_string()).unwrap_or_default();
        let told = match finding.settled() {
            Settled::ByLooking => format!("`confirm` {last}"),
            Settled::ByRepeating | Settled::ByUndoing | Settled::Otherwise => last,
        };
        let many = Some(finding.faults()).filter(|faults| *faults > 2);
        let many = many.map(|faults| format!(" ({faults} faults together)")).unwrap_or_default();
        let line = format!("  {}  {told}{many}", padded(&shown(finding), column));
        lines.push(style.fitted(&line, style.width));
    }
    if count > LISTED {
        lines.push(format!("  and {} more", count - LISTED));
    }
    if let Some(command) = command {
        let hint = format!("(`{command}` says how each comes about, and what can be done)");
        lines.extend(style.hanging(&hint, 2).iter().map(|line| style.dim(format!("  {}", line.trim_start()))));
    }
    lines
}

fn one_more(several: &[&Finding]) -> &'static str {
    match several.iter().any(|finding| finding.faults() > 2) {
        true => "a second or a third fault",
        false => "a second fault",
    }
}

fn shown(finding: &Finding) -> String {
    readable(&finding.address)
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
