//! What if not: from each point of failure, what is undone in which order, and how it ends.

use maud::{Markup, html};

use super::is_guard;
use crate::{
    cli::plan::{Preview, sentence::sentence},
    plan::{
        outline::{Kind, Part},
        undo::{Ends, FailurePoints, Undone},
    },
};

/// How many points are told of one way back.
const MOST: usize = 8;

/// The section.
pub fn section(preview: &Preview) -> Markup {
    let all = preview.outline.all();
    let guards: Vec<&Part> = all.iter().copied().filter(|part| is_guard(part)).collect();
    html! {
        section #fails aria-labelledby="fails-title" {
            h2 #fails-title { "What if not" }
            p.lead { "If something fails, what was done is undone from the last to the first, back to the last ⚑ point that made it final." }
            @for guard in guards { (watched(guard)) }
            @for points in &preview.failures { (failure(points, &all)) }
        }
    }
}

/// What is watched all the time.
fn watched(guard: &Part) -> Markup {
    let said = sentence(guard);
    html! {
        div.card {
            h3 { "At any time: " code { (said.text) } }
            p.small { (said.notes.join(" · ")) }
        }
    }
}

fn failure(points: &FailurePoints, all: &[&Part]) -> Markup {
    let parts: Vec<&Part> =
        points.parts.iter().filter_map(|id| all.iter().find(|part| part.id == *id)).copied().collect();
    let more = parts.len().saturating_sub(MOST);
    html! {
        div.card.fails {
            div {
                h4 { "If this fails" }
                ul {
                    @for part in parts.iter().take(MOST) { li { (point(part)) } }
                    @if more > 0 { li.soft { "and " (more) " more" } }
                }
            }
            div {
                @if points.undone.is_empty() {
                    h4 { "nothing is to be undone" }
                } @else {
                    h4 { "this is undone, in this order" }
                    ol { @for done in &points.undone { li { (undone(done)) } } }
                }
                @if !points.stays.is_empty() {
                    p.undo.stop { "✂ stays done: " (points.stays.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")) }
                }
                p.ends {
                    @match &points.ends {
                        Ends::Compensated => { span.tag.safe { "↩ as it was before" } }
                        Ends::Halted(commit) => { span.tag.warn { "⚑ halted" } " at “" (commit) "”, and can go on from there" }
                        Ends::Otherwise(_) => { span.tag { "○ goes another way" } " inside the plan" }
                    }
                }
            }
        }
    }
}

fn point(part: &Part) -> Markup {
    let said = sentence(part);
    match &part.kind {
        Kind::Step { .. } | Kind::Task { .. } | Kind::Probe { .. } => html! {
            span.word { (said.word) } " " code { (part.address) }
        },
        Kind::Approve { by, question } => html! { span.word { (by) " says no to" } " “" (question) "”" },
        _ => html! { span.word { (said.word) } " " code { (said.text) } },
    }
}

fn undone(done: &Undone) -> Markup {
    html! {
        code { (done.undo.call) } " " span.small.soft { "undoes " (done.address) }
        @if done.each { " " span.tag { "for each that was done" } }
        @if done.perhaps { " " span.tag { "if it was done" } }
        @if done.undo.best_effort { " " span.tag { "if that works" } }
    }
}
