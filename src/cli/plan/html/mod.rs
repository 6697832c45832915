//! A plan as one page that opens anywhere: no script, nothing that is fetched.

mod chart;
mod decisions;
mod everything;
mod failures;
mod graph;
mod people;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Preview,
    names::Names,
    text::{capability, counted, input},
    timeline_text::{path, whole},
};
use crate::{
    cli::moment::duration,
    plan::{
        outline::{Kind, Part, Taken},
        timeline::Timeline,
    },
};

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn html(preview: &Preview) -> String {
    let outline = &preview.outline;
    let decisions = decisions::section(preview);
    let people = people::section(preview);
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
                    (warnings(preview))
                    nav aria-label="On this page" { ul {
                        li { a href="#happens" { "What will happen" } }
                        @if preview.timeline.says_anything() { li { a href="#when" { "When" } } }
                        @if decisions.is_some() { li { a href="#decisions" { "Decisions" } } }
                        li { a href="#fails" { "What if not" } }
                        @if people.is_some() { li { a href="#people" { "Who is asked" } } }
                        li { a href="#touches" { "What it may touch" } }
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
                    @if let Some(people) = people { (people) }
                    (touches(preview))
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
            li { b { "⚑ " (number(summary.commits)) } span { "points from which on nothing before is undone" } }
            li { b { "☑ " (number(summary.approvals)) } span { "approvals, and " (counted(summary.tasks, "task")) " of people" } }
            li {
                b { "✂ " (number(summary.irreversible)) }
                span { "steps that can't be undone, " (number(summary.without_way_back)) " without a way back" }
            }
            @if summary.open_decisions > 0 {
                li { b { "◆ " (summary.open_decisions) } span { "decisions that depend on what is found, or on people" } }
            }
        }
    }
}

fn number(count: crate::plan::summary::Count) -> String {
    if count.or_more { format!("{}+", count.number) } else { count.number.to_string() }
}

fn sureness(timeline: &Timeline) -> String {
    if timeline.trials == 0 {
        return "expected; every estimate is one number, so nothing says how sure that is".to_owned();
    }
    let within = timeline.within;
    format!("expected; 80 % sure of {}, 95 % of {}", duration(within.p80), duration(within.p95))
}

/// What would fail, and what is open.
fn warnings(preview: &Preview) -> Markup {
    let open: Vec<String> = preview.outline.inputs.iter().filter(|one| one.value.is_none()).map(input).collect();
    html! {
        @for (address, why) in &preview.outline.faults {
            p.note { "✖ It would fail at " code { (address) } ": " (why) }
        }
        @if !open.is_empty() {
            p.note { "Not all is known: " (open.join(", ")) ". With " code { "--set" } " more of this page can be said." }
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
