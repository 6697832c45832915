//! From where there is no way back: what makes final what was done before it, and what can't be undone.

use maud::{Markup, html};

use crate::{
    cli::plan::{Preview, sentence::sentence, timeline_text::short},
    plan::outline::{Kind, Part, Taken, WayBack},
};

/// The section; none where everything can be undone to the end.
pub fn section(preview: &Preview) -> Option<Markup> {
    let mut rows = Vec::new();
    rows_of(preview, &preview.outline.parts, &[], &mut rows);
    (!rows.is_empty()).then(|| {
        html! {
            section #final aria-labelledby="final-title" {
                h2 #final-title { "From where there is no way back" }
                table {
                    thead { tr { th scope="col" { "What" } th scope="col" { "When" } th scope="col" { "From then on" } } }
                    tbody { @for row in &rows { (row) } }
                }
            }
        }
    })
}

/// The rows of parts that lie in these loops.
fn rows_of(preview: &Preview, parts: &[Part], loops: &[&str], rows: &mut Vec<Markup>) {
    for part in parts {
        let said = sentence(part);
        let found = match &part.kind {
            Kind::Commit { .. } => Some(("⚑", html! { "“" (said.text) "”" }, "what was done before it stays done")),
            Kind::Step { way_back: WayBack::Irreversible, .. } => {
                Some(("✂", html! { code { (said.text) } }, "this can't be undone"))
            }
            Kind::Step { way_back: WayBack::None, .. } => {
                Some(("", html! { code { (said.text) } }, "nobody says how this is undone"))
            }
            _ => None,
        };
        rows.extend(found.map(|(sign, what, then)| row(preview, part, loops, (sign, &what, then))));
        let mut around = loops.to_vec();
        if let Kind::Loop(each) = &part.kind {
            around.push(&each.variable);
        }
        for way in part.ways.iter().filter(|way| way.taken != Taken::No) {
            rows_of(preview, &way.parts, &around, rows);
        }
    }
}

fn row(preview: &Preview, part: &Part, loops: &[&str], (sign, what, then): (&str, &Markup, &str)) -> Markup {
    let when = match preview.timeline.slot(part.id) {
        Some(slot) if loops.is_empty() => match slot.ends {
            0 => "at the beginning".to_owned(),
            ends => format!("after {}", short(ends)),
        },
        _ if loops.is_empty() => "not known".to_owned(),
        _ => format!("for each {}, at its own time", loops.join(" and ")),
    };
    html! {
        tr {
            td { (sign) " " (what) br; code.soft.small { (part.address) } }
            td { (when) }
            td { (then) }
        }
    }
}
