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
            h3 {
                @match guard.address.around().filter(|around| !around.is_root()) {
                    Some(around) => { "While " code { (around) } " goes on: " }
                    None => { "At any time: " }
                }
                code { (said.text) }
            }
            p.small { (said.notes.join(" · ")) }
        }
    }
}

fn failure(points: &FailurePoints, all: &[&Part]) -> Markup {
    let parts: Vec<&Part> =
        points.parts.iter().filter_map(|id| all.iter().find(|part| part.id == *id)).copied().collect();
    let more = parts.len().saturating_sub(MOST);
    let (beside, own): (Vec<&Undone>, Vec<&Undone>) = points.undone.iter().partition(|done| done.beside);
    html! {
        div.card.fails {
            div {
                h3 { "If this fails" }
                ul {
                    @for part in parts.iter().take(MOST) { li { (point(part)) } }
                    @if more > 0 { li.soft { "and " (more) " more" } }
                }
            }
            div {
                @if points.undone.is_empty() {
                    h3 { "nothing is to be undone" }
                } @else if own.is_empty() {
                    h3 { "nothing of what came before is to be undone" }
                } @else {
                    h3 { "this is undone, in this order" }
                    ol { @for done in &own { li { (undone(done)) } } }
                }
                @if !beside.is_empty() {
                    p.small {
                        "What goes on beside it is undone, too, in its place between these, as far as it was done by then: "
                        @for (number, done) in beside.iter().enumerate() {
                            @if number > 0 { ", " }
                            code { (done.address) }
                        }
                        @if beside.iter().any(|done| done.each) { ", of each other item" }
                        "."
                    }
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
                    @if let Some(commit) = &points.or_at { "; or at “" (commit) "”, if an item has come to that by then" }
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
        @match (done.each, done.perhaps) {
            (true, _) => { " " span.tag { "for each item before" } }
            (false, true) => { " " span.tag { "if it was done, and is not final" } }
            (false, false) => {}
        }
        @if done.undo.best_effort { " " span.tag { "if that works" } }
    }
}
