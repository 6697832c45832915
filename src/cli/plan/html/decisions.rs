//! The decisions, as a tree: what is asked, what decides, and what each option leads to.

use maud::{Markup, html};

use super::{everything, taken};
use crate::{
    cli::{
        moment::duration,
        plan::{Preview, sentence::depends, text::takes},
    },
    plan::{
        Alternative,
        outline::{Kind, Part, Taken, Way},
    },
};

/// The section; none without decisions.
pub fn section(preview: &Preview) -> Option<Markup> {
    let all = preview.outline.all();
    let decisions: Vec<&Part> = all.into_iter().filter(|part| matches!(part.kind, Kind::Decide { .. })).collect();
    (!decisions.is_empty()).then(|| {
        html! {
            section #decisions aria-labelledby="decisions-title" {
                h2 #decisions-title { "Decisions" }
                ul.tree { @for part in decisions { (decision(preview, part)) } }
            }
        }
    })
}

fn decision(preview: &Preview, part: &Part) -> Markup {
    let Kind::Decide { question, by, depends_on, assumed } = &part.kind else { return html! {} };
    let is_open = part.ways.iter().all(|way| way.taken != Taken::Yes);
    let who = match (by, is_open) {
        (Some(by), _) => format!("{by} decides"),
        (None, true) => depends(depends_on).unwrap_or_else(|| "decided when it runs".to_owned()),
        (None, false) => "decided by what is known".to_owned(),
    };
    html! {
        li.card {
            h3 { "◆ " (question) }
            p.small.soft {
                code { (part.address) } " · " (who)
                @if *assumed { " · as assumed for this page" }
            }
            ul { @for way in &part.ways { (option(preview, part, way, by.is_some())) } }
        }
    }
}

fn option(preview: &Preview, part: &Part, way: &Way, by_person: bool) -> Markup {
    let condition = match &way.condition {
        Some(condition) => Some(format!("when {condition}")),
        None if by_person => None,
        None => Some("otherwise".to_owned()),
    };
    let whole = preview.alternatives.iter().find(|one| one.decision == part.address && one.option == way.name);
    html! {
        li.not[way.taken == Taken::No] {
            span.choice { (way.title.as_deref().unwrap_or(&way.name)) }
            @if way.title.is_some() { " " code.soft { (way.name) } }
            @if let Some(said) = taken(way.taken) { " " span.tag { (said) } }
            @if let Some(said) = way.takes { " " span.tag { (takes(said)) } }
            @if let Some(risk) = way.risk { " " span.tag.warn[risk >= crate::ir::Risk::High] { (risk.as_str()) " risk" } }
            @if let Some(condition) = condition { p.small { code { (condition) } } }
            @if let Some(whole) = whole { p.small.soft { (whole_if(whole)) } }
            @if !way.parts.is_empty() { (everything::parts(&way.parts)) }
        }
    }
}

/// How long the whole plan takes then.
fn whole_if(one: &Alternative) -> String {
    let timeline = &one.timeline;
    if timeline.trials == 0 {
        return format!("the whole plan then takes {}", duration(timeline.expected));
    }
    format!("the whole plan then takes {}, 80 % sure of {}", duration(timeline.expected), duration(timeline.within.p80))
}
