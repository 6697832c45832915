//! Every step, in order, with what undoes it.

use maud::{Markup, html};

use super::taken;
use crate::{
    cli::plan::{
        Preview,
        sentence::{items, sentence, sign, way_back},
        text::takes,
    },
    plan::outline::{Kind, Part, Taken, Way, WayBack},
};

/// The section: phases that open, and what stands between them.
pub fn section(preview: &Preview) -> Markup {
    html! {
        section #everything aria-labelledby="everything-title" {
            h2 #everything-title { "Every step" }
            @for part in &preview.outline.parts {
                @if matches!(part.kind, Kind::Phases) {
                    @for phase in part.inside() { (opened(phase)) }
                } @else {
                    ul.parts { (item(part)) }
                }
            }
        }
    }
}

fn opened(phase: &Part) -> Markup {
    html! {
        details.phase open {
            summary {
                h3 { (phase.label()) }
                " " code.soft { (phase.name) }
                @if let Some(said) = phase.takes { " " span.tag { (takes(said)) } }
                @if let Some(risk) = phase.risk { " " span.tag.warn[risk >= crate::ir::Risk::High] { (risk.as_str()) " risk" } }
            }
            @if let Some(undo) = phase.way_back() { p { (undone(undo)) " as a whole" } }
            @for way in &phase.ways { (parts(&way.parts)) }
        }
    }
}

/// Parts, one after another.
pub fn parts(parts: &[Part]) -> Markup {
    html! { ul.parts { @for part in parts { (item(part)) } } }
}

fn item(part: &Part) -> Markup {
    if matches!(part.kind, Kind::Phases) {
        return html! { @for phase in part.inside() { li { (opened(phase)) } } };
    }
    if matches!(part.kind, Kind::Return | Kind::Unwind) {
        return html! {};
    }
    let said = sentence(part);
    let several = matches!(part.kind, Kind::When { .. } | Kind::Decide { .. } | Kind::Attempt);
    html! {
        li {
            (line(part))
            @if let Kind::Loop(each) = &part.kind {
                @if let Some(items) = items(each) { p.small { (items) } }
            }
            @if !said.notes.is_empty() || part.takes.is_some() || part.risk.is_some() {
                " " span.small.soft {
                    (said.notes.join(" · "))
                    @if let Some(said) = part.takes { " · " (takes(said)) }
                    @if let Some(risk) = part.risk { " · " (risk.as_str()) " risk" }
                }
            }
            @if let Some(undo) = part.way_back() { " " (undone(undo)) }
            @if several { ul { @for (number, way) in part.ways.iter().enumerate() { (choice(part, way, number)) } } }
            @else { @for way in &part.ways { (parts(&way.parts)) } }
            @if let Kind::Rollout(rollout) = &part.kind { (parts(&rollout.gates)) }
        }
    }
}

fn line(part: &Part) -> Markup {
    let said = sentence(part);
    let mark = sign(part);
    let is_loop = matches!(part.kind, Kind::Loop(_));
    let is_text = matches!(
        part.kind,
        Kind::Task { .. } | Kind::Approve { .. } | Kind::Commit { .. } | Kind::Decide { .. } | Kind::Fail { .. }
    );
    html! {
        @if !mark.is_empty() { (mark) " " }
        span.word { (said.word) }
        @if !part.name.is_empty() && !is_loop { " " b { (part.name) } }
        @if !said.text.is_empty() {
            " " @if is_text { "“" (said.text) "”" } @else { code { (said.text) } }
        }
    }
}

fn choice(part: &Part, way: &Way, number: usize) -> Markup {
    let attempt = matches!(part.kind, Kind::Attempt);
    let words = match &way.condition {
        Some(condition) => format!("when {condition}"),
        None if attempt && number == 0 => "at first".to_owned(),
        None if attempt => "if that fails".to_owned(),
        None => "else".to_owned(),
    };
    html! {
        li {
            @if !way.name.is_empty() { b { (way.name) } " " }
            span.small { code { (words) } }
            @if let Some(said) = taken(way.taken).filter(|_| way.taken != Taken::Always) { " " span.tag { (said) } }
            (parts(&way.parts))
        }
    }
}

fn undone(undo: &WayBack) -> Markup {
    let class = match undo {
        WayBack::Own(_) | WayBack::Inherited(_) => "undo small",
        WayBack::Irreversible => "undo stop small",
        WayBack::None => "undo warn small",
        WayBack::Scope(_) | WayBack::Nothing => "undo soft small",
    };
    let text = way_back(undo);
    html! {
        span class=(class) {
            @if let Some(call) = text.strip_prefix("↩ ") { "↩ " code { (call) } } @else { (text) }
        }
    }
}
