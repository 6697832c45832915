//! What a page can't say before the plan runs, and what it would take to say it.

use maud::{Markup, html};

use crate::{
    cli::plan::{Preview, names::Names, sentence::depends, text::counted, text::input},
    plan::{
        outline::{Answer, Kind, Part, Taken},
        summary::Count,
    },
};

/// Everything that is not known, a sentence each.
pub fn sentences(preview: &Preview) -> Vec<Markup> {
    let (outline, timeline) = (&preview.outline, &preview.timeline);
    let mut said: Vec<Markup> = Vec::new();
    let open = outline.inputs.iter().filter(|one| one.value.is_none());
    said.extend(open.map(|one| html! { (input(one)) ". " code { "--set" } " gives it." }));
    said.extend(outline.all().into_iter().filter_map(part));
    let names = Names::of(outline);
    let of = |parts: &[u32]| parts.iter().map(|part| names.of_part(*part)).collect::<Vec<_>>().join(", ");
    if !timeline.uncounted.is_empty() {
        said.push(
            html! { "How long these take, which nobody says: " (of(&timeline.uncounted)) ". They count as no time." },
        );
    }
    if timeline.untimed > 0 && timeline.says_anything() {
        let steps = Count::exactly(timeline.untimed as usize);
        said.push(html! { "How long " (counted(steps, "step")) " without " code { "takes" } " will need. They count as no time." });
    }
    if !timeline.says_anything() {
        said.push(html! { "How long it takes: nobody says how long anything in it takes." });
    }
    said
}

/// What is not known of a part.
fn part(part: &Part) -> Option<Markup> {
    let because = |names: &[smol_str::SmolStr]| depends(names).map(|said| format!(": it {said}")).unwrap_or_default();
    let is_open = || part.ways.iter().all(|way| matches!(way.taken, Taken::Open | Taken::No));
    match &part.kind {
        Kind::Probe { answer: Answer::Failed(why), .. } => {
            Some(html! { "What " code { (part.address) } " would find: it was asked and gave no answer (" (why) ")." })
        }
        Kind::Decide { by: Some(by), .. } if is_open() => {
            Some(html! { "How " code { (part.address) } " is decided: " (by) " will choose." })
        }
        Kind::Decide { depends_on, .. } if is_open() => {
            Some(html! { "How " code { (part.address) } " is decided" (because(depends_on)) "." })
        }
        Kind::Loop(each) if each.items.is_none() => Some(
            html! { "How many times it is done for each " code { (each.variable) } " of " code { (each.list) } (because(&each.depends_on)) "." },
        ),
        Kind::Rollout(rollout) if rollout.stages.is_none() => {
            Some(html! { "Which stages " code { (part.address) } " has" (because(&rollout.depends_on)) "." })
        }
        _ => None,
    }
}

/// The section; none where all is known.
pub fn section(said: &[Markup]) -> Markup {
    html! {
        @if !said.is_empty() {
            section #unknown aria-labelledby="unknown-title" {
                h2 #unknown-title { "What can't be known yet" }
                ul { @for one in said { li { (one) } } }
            }
        }
    }
}
