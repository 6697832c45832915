//! Who is asked, for what, and when.

use maud::{Markup, html};

use crate::{
    cli::plan::{Preview, sentence::length, timeline_text::short},
    plan::outline::{Kind, Part},
};

/// The section; none where nobody is asked.
pub fn section(preview: &Preview) -> Option<Markup> {
    let all = preview.outline.all();
    let rows: Vec<Markup> = all.into_iter().filter_map(|part| row(preview, part)).collect();
    (!rows.is_empty()).then(|| {
        html! {
            section #people aria-labelledby="people-title" {
                h2 #people-title { "Who is asked" }
                table {
                    thead { tr { th scope="col" { "Who" } th scope="col" { "For what" } th scope="col" { "When" } th scope="col" { "A no, or too late" } } }
                    tbody { @for row in &rows { (row) } }
                }
            }
        }
    })
}

fn row(preview: &Preview, part: &Part) -> Option<Markup> {
    let (by, asks, text) = match &part.kind {
        Kind::Approve { question, by } => (by, "☑ approves", question),
        Kind::Task { text, by, .. } => (by, "☐ does", text),
        Kind::Decide { question, by: Some(by), .. } => (by, "◆ decides", question),
        _ => return None,
    };
    let begins = preview.timeline.slot(part.id).map(|slot| match slot.begins {
        0 => "at the beginning".to_owned(),
        begins => format!("after {}", short(begins)),
    });
    let points = preview.failures.iter().find(|points| points.parts.contains(&part.id));
    let undone = points.map(|points| {
        let at_most = if points.undone.iter().any(|one| one.perhaps) { "up to " } else { "" };
        let more = if points.undone.iter().any(|one| one.each) { " or more" } else { "" };
        match points.undone.len() {
            0 => "undoes nothing".to_owned(),
            1 => format!("undoes {at_most}1 step{more}"),
            steps => format!("undoes {at_most}{steps} steps{more}"),
        }
    });
    let timeout = part.timeout.map(|timeout| format!("has {}", length(timeout)));
    Some(html! {
        tr {
            td { b { (by) } }
            td { span.word { (asks) } " " (text) br; code.soft.small { (part.address) } }
            td { (begins.unwrap_or_else(|| "not known".to_owned())) @if let Some(timeout) = timeout { br; (timeout) } }
            td { (undone.unwrap_or_else(|| "–".to_owned())) }
        }
    })
}
