//! The chart: a row for each phase and for what takes time in it, with where it would be in 80 of a hundred trials.

use maud::{Markup, html};

use crate::{
    cli::{
        moment::duration,
        plan::{
            Preview,
            names::Names,
            timeline_text::{rows, short, span},
        },
    },
    plan::{
        outline::{Kind, Part},
        timeline::Slot,
    },
};

/// How wide a lane is, in units of its own.
const LANE: i64 = 1000;

/// How many rows lie in a phase at most.
const MOST: usize = 40;

/// Lengths between two ticks, in nanoseconds.
const TICKS: [i64; 19] = [
    1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_419_200,
    7_257_600, 31_449_600,
];

/// A row of the chart.
struct Row {
    name: String,
    slot: Slot,
    is_inner: bool,
    /// Moments in it: a sign, and what it says.
    marks: Vec<(i64, String, String)>,
}

/// The whole chart.
pub fn chart(preview: &Preview, names: &Names) -> Markup {
    let mut lines = Vec::new();
    for part in rows(preview) {
        let Some(slot) = preview.timeline.slot(part.id) else { continue };
        let title = part.title.as_deref().unwrap_or(&part.name).to_owned();
        lines.push(Row { name: title, slot: *slot, is_inner: false, marks: marks(preview, part) });
        let mut inner = Vec::new();
        inside(preview, part, names, &mut inner);
        inner.sort_by_key(|row| row.slot.begins);
        lines.extend(inner.into_iter().take(MOST));
    }
    let end = lines.iter().map(|row| row.slot.ends.max(row.slot.within.p80)).max().unwrap_or(0);
    if end == 0 {
        return html! {};
    }
    let ticks = ticks(end);
    html! {
        div.chart {
            div.row.axis aria-hidden="true" {
                div.name.wide-only {}
                div.lane { @for tick in &ticks { span.tick style=(left(*tick, end)) { (short(*tick)) } } }
                div.wide-only {}
            }
            @for row in &lines { (lane(preview, row, end, &ticks)) }
            ul.legend {
                li { span.swatch.critical {} "decides when it is over" }
                li { span.swatch {} "has time to spare" }
                @if preview.timeline.trials > 0 {
                    li { span.swatch.late {} "it ends here or before in 80 of 100 trials" }
                    li { "decides 55 %: it made the whole late in 55 of 100 trials" }
                }
                @if lines.iter().any(|row| row.slot.begins == row.slot.ends) { li { "? how long, nobody says" } }
                li { "⚑ what is before stays" }
                li { "☑ a person is asked" }
                li { "✂ can't be undone" }
            }
        }
    }
}

fn lane(preview: &Preview, row: &Row, end: i64, ticks: &[i64]) -> Markup {
    let slot = &row.slot;
    let at = |moment: i64| place(moment, end);
    let (begin, ends, late) = (at(slot.begins), at(slot.ends), at(slot.within.p80));
    let length = (ends - begin).max(if slot.ends > slot.begins { 4 } else { 0 });
    let bar = if slot.critical { "bar critical" } else { "bar" };
    let said = when(preview, slot);
    html! {
        div.row.inner[row.is_inner].first[!row.is_inner] {
            div.name { @if row.is_inner { (row.name) } @else { b { (row.name) } } }
            div.lane {
                svg viewBox=(format!("0 0 {LANE} 20")) preserveAspectRatio="none" role="img" aria-label=(format!("{}: {said}", row.name)) {
                    title { (row.name) ": " (said) }
                    @for tick in ticks { line.grid x1=(at(*tick)) x2=(at(*tick)) y1="-2" y2="22" {} }
                    @if length > 0 { rect class=(bar) x=(begin) y="3" width=(length) height="14" {} }
                    @if late > ends { line.late x1=(ends) x2=(late) y1="10" y2="10" {} }
                }
                @if length == 0 && row.marks.is_empty() { span.mark.unsaid style=(left(slot.begins, end)) aria-hidden="true" { "?" } }
                @for (moment, sign, title) in &row.marks {
                    span.mark style=(left(*moment, end)) title=(title) role="img" aria-label=(title) { (sign) }
                }
            }
            div.when { (said) }
        }
    }
}

/// When, and what is to be known of that.
fn when(preview: &Preview, slot: &Slot) -> String {
    if slot.begins == slot.ends {
        return format!("at {}, how long nobody says", short(slot.begins));
    }
    let mut said = vec![span(slot)];
    if preview.timeline.trials > 0 && slot.within.p80 > slot.ends {
        said.push(format!("80 %: {}", short(slot.within.p80)));
    }
    if preview.timeline.trials > 0 {
        said.push(format!("decides {:.0} %", slot.chance * 100.0));
    }
    if slot.slack > 0 {
        said.push(format!("{} to spare", duration(slot.slack)));
    }
    if let Some(parts) = slot.parts.filter(|parts| *parts != slot.ends - slot.begins) {
        said.push(format!("its parts take {}", duration(parts)));
    }
    said.join(" · ")
}

/// What takes time in a phase.
fn inside(preview: &Preview, part: &Part, names: &Names, found: &mut Vec<Row>) {
    for inner in part.inside() {
        let mut add = |id: u32| {
            if let Some(slot) = preview.timeline.slot(id).filter(|slot| slot.ends > slot.begins) {
                found.push(Row { name: names.of_part(id), slot: *slot, is_inner: true, marks: Vec::new() });
            }
        };
        match &inner.kind {
            Kind::Loop(each) if each.items.is_some() => {
                each.items.iter().flatten().for_each(|item| add(item.id));
            }
            Kind::Task { .. }
            | Kind::Rollout(_)
            | Kind::Wait { .. }
            | Kind::Step { .. }
            | Kind::BlockStep { .. }
            | Kind::Approve { .. } => {
                add(inner.id);
            }
            _ => inside(preview, inner, names, found),
        }
    }
}

/// Commits, approvals and what can't be undone on the way of a phase, those of one moment together.
fn marks(preview: &Preview, part: &Part) -> Vec<(i64, String, String)> {
    let mut marks: Vec<(i64, String, String)> = Vec::new();
    for (moment, sign, said) in moments(preview, part) {
        match marks.iter_mut().find(|mark| mark.0 == moment) {
            Some((_, signs, all)) => {
                signs.push_str(sign);
                all.push_str(&format!(", then {said}"));
            }
            None => marks.push((moment, sign.to_owned(), said)),
        }
    }
    marks
}

/// The same one by one, without those in loops.
fn moments(preview: &Preview, part: &Part) -> Vec<(i64, &'static str, String)> {
    let mut marks = Vec::new();
    for inner in part.inside() {
        let said = match &inner.kind {
            Kind::Commit { text } => format!("⚑ {text}"),
            Kind::Approve { question, by } => format!("☑ {by}: {question}"),
            Kind::Step { call, way_back: crate::plan::outline::WayBack::Irreversible, .. } => {
                format!("✂ {call} can't be undone")
            }
            Kind::Loop(_) => continue,
            _ => {
                marks.extend(moments(preview, inner));
                continue;
            }
        };
        if let Some(slot) = preview.timeline.slot(inner.id) {
            marks.push((slot.ends, super::super::sentence::sign(inner), said));
        }
    }
    marks
}

fn place(moment: i64, end: i64) -> i64 {
    (i128::from(moment) * i128::from(LANE) / i128::from(end.max(1))) as i64
}

fn left(moment: i64, end: i64) -> String {
    format!("left:{:.2}%", moment as f64 * 100.0 / end.max(1) as f64)
}

/// Moments to orient by: at most nine.
fn ticks(end: i64) -> Vec<i64> {
    let lengths = TICKS.iter().map(|seconds| seconds * 1_000_000_000);
    let apart = lengths.filter(|apart| end / apart < 9).min().unwrap_or(end.max(1));
    (0..).map(|number| number * apart).take_while(|moment| *moment <= end).collect()
}
