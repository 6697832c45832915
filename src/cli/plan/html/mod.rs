//! A plan as one page that opens anywhere: no script, nothing that is fetched.

mod chart;
mod decisions;
mod everything;
mod failures;
mod final_points;
mod graph;
mod people;
mod sequence;
mod unknown;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Preview,
    names::Names,
    text::{capability, counted, input},
    timeline_text::{path, untimed, whole},
};
use crate::{
    cli::moment::duration,
    plan::{
        outline::{Kind, Part, Taken},
        summary::Count,
        timeline::Timeline,
    },
};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn html(preview: &Preview) -> String {
    let outline = &preview.outline;
    let decisions = decisions::section(preview);
    let people = people::section(preview);
    let final_points = final_points::section(preview);
    let unknown = unknown::sentences(preview);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (outline.plan) " – what would happen" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.over { code { (outline.plan) } " · " (preview.file) " · before it runs" }
                    h1 { (outline.goals.first().map_or(outline.plan.as_str(), String::as_str)) }
                    @for goal in outline.goals.iter().skip(1) { p { (goal) } }
                    (facts(preview))
                    (warnings(preview, unknown.len()))
                    nav aria-label="On this page" { ul {
                        li { a href="#happens" { "What will happen" } }
                        @if preview.timeline.says_anything() { li { a href="#when" { "When" } } }
                        @if decisions.is_some() { li { a href="#decisions" { "Decisions" } } }
                        li { a href="#fails" { "What if not" } }
                        @if final_points.is_some() { li { a href="#final" { "No way back" } } }
                        @if people.is_some() { li { a href="#people" { "Who is asked" } } }
                        li { a href="#touches" { "What it may touch" } }
                        @if !unknown.is_empty() { li { a href="#unknown" { "Not known yet" } } }
                        li { a href="#everything" { "Every step" } }
                    } }
                }
                main {
                    section #happens aria-labelledby="happens-title" {
                        h2 #happens-title { "What will happen" }
                        (graph::graph(preview))
                    }
                    @if preview.timeline.says_anything() { (when(preview)) }
                    @if let Some(decisions) = decisions { (decisions) }
                    (failures::section(preview))
                    @if let Some(final_points) = final_points { (final_points) }
                    @if let Some(people) = people { (people) }
                    (touches(preview))
                    (unknown::section(&unknown))
                    (everything::section(preview))
                }
                footer {
                    p { "Made by orch " (env!("CARGO_PKG_VERSION")) " from " (preview.file) ", before anything was run. What it can't know yet is marked as such." }
                }
            }
        }
    };
    page.into_string()
}

/// The numbers one asks for first.
fn facts(preview: &Preview) -> Markup {
    let (timeline, summary) = (&preview.timeline, &preview.summary);
    html! {
        ul.facts {
            @if timeline.expected > 0 {
                li { b { (duration(timeline.expected)) } span { (sureness(timeline)) } }
            }
            @if summary.phases > 0 {
                li { b { (summary.undoable_phases) " of " (summary.phases) } span { "phases can be undone" } }
            }
            li {
                b { "⚑ " (number(summary.commits)) }
                span { (things(summary.commits, "point")) " from which on nothing before is undone" }
            }
            li { b { "☑ " (number(summary.approvals)) } span { (things(summary.approvals, "approval")) ", and " (counted(summary.tasks, "task")) " of people" } }
            li {
                b { "✂ " (number(summary.irreversible)) }
                span { (things(summary.irreversible, "step")) " that can't be undone, " (number(summary.without_way_back)) " without a way back" }
            }
            @if summary.open_decisions > 0 {
                li { b { "◆ " (summary.open_decisions) } span { "decisions that depend on what is found, or on people" } }
            }
        }
    }
}

/// The word for so many.
fn things(count: Count, one: &str) -> String {
    if count == Count::exactly(1) { one.to_owned() } else { format!("{one}s") }
}

fn number(count: Count) -> String {
    match count.most {
        Some(most) if most == count.least => most.to_string(),
        Some(most) => format!("{}–{most}", count.least),
        None => format!("{}+", count.least),
    }
}

fn sureness(timeline: &Timeline) -> String {
    let expected = if timeline.is_whole() { "expected" } else { "expected for what is counted: more comes on top" };
    if timeline.trials == 0 {
        return format!("{expected}; every estimate is one number, so nothing says how sure that is");
    }
    let within = timeline.within;
    format!("{expected}; 80 % sure of {}, 95 % of {}", duration(within.p80), duration(within.p95))
}

/// What would fail, and how much is not known.
fn warnings(preview: &Preview, unknown: usize) -> Markup {
    html! {
        @for (address, why) in &preview.outline.faults {
            p.note { "✖ It would fail at " code { (address) } ": " (why) }
        }
        @if unknown > 0 {
            p.note {
                a href="#unknown" { (unknown) " thing" @if unknown != 1 { "s" } " can't be known yet" }
                ": what depends on that is marked."
            }
        }
    }
}

fn when(preview: &Preview) -> Markup {
    let timeline = &preview.timeline;
    let names = Names::of(&preview.outline);
    let told = |parts: &[u32]| parts.iter().map(|part| names.of_part(*part)).collect::<Vec<_>>().join(", ");
    html! {
        section #when aria-labelledby="when-title" {
            h2 #when-title { "When" }
            p.lead { "It " (whole(preview)) "." }
            (chart::chart(preview, &names))
            @if let Some(path) = path(timeline, &names) {
                p { b { "What decides the time: " } (path) }
            }
            @if !timeline.uncounted.is_empty() {
                p.soft { "Not counted, as nobody says how long it takes: " (told(&timeline.uncounted)) "." }
            }
            @if timeline.untimed > 0 { p.soft { (untimed(timeline)) "." } }
            @if !timeline.open.is_empty() {
                p.soft { "Counted once, as nobody knows yet how often it is done: " (told(&timeline.open)) "." }
            }
        }
    }
}

fn touches(preview: &Preview) -> Markup {
    let outline = &preview.outline;
    html! {
        section #touches aria-labelledby="touches-title" {
            h2 #touches-title { "What it may touch" }
            @if outline.capabilities.is_empty() { p { "Nothing outside." } }
            ul {
                @for one in &outline.capabilities {
                    li {
                        code { (capability(one)) }
                        @if let Some(opens) = &one.opens { " " span.tag.warn { "‼ opens more" } p.small { (opens) } }
                    }
                }
            }
            @if !outline.inputs.is_empty() {
                h3 { "What it is given" }
                ul { @for one in &outline.inputs { li { code { (input(one)) } } } }
            }
        }
    }
}

/// Whether a way is taken, in words.
fn taken(way: Taken) -> Option<&'static str> {
    match way {
        Taken::Always | Taken::Open => None,
        Taken::Yes => Some("taken"),
        Taken::No => Some("not taken"),
    }
}

/// Whether a part is a guard: it may fail at any time.
fn is_guard(part: &Part) -> bool {
    matches!(&part.kind, Kind::Check(check) if matches!(check.way, crate::plan::outline::CheckKind::Guard(..)))
}
