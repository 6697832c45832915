//! When what would happen, as text: bars, the critical path, and how sure it is.

use super::{Preview, names::Names, sentence::length};
use crate::{
    cli::{
        moment::duration,
        terminal::{
            Style,
            text::{one_line, padded, shortened, width},
        },
    },
    plan::{
        Alternative,
        outline::{Kind, Part},
        timeline::{Slot, Timeline},
    },
};

/// How wide the column of names is at most.
const NAMES: usize = 24;

/// How wide the bars are at least; in less room there are none.
const BARS: usize = 16;

/// The section, or nothing if nobody says anything of time.
pub fn lines(preview: &Preview, style: Style) -> Vec<String> {
    let timeline = &preview.timeline;
    if !timeline.says_anything() {
        return Vec::new();
    }
    let names = Names::of(&preview.outline);
    let mut lines = vec![String::new()];
    lines.extend(bars(preview, style));
    lines.extend(style.hanging(&whole(preview), 2));
    if let Some(path) = path(timeline, &names) {
        lines.extend(style.hanging(&format!("critical path: {path}"), 2));
    }
    lines.extend(alternatives(preview, style));
    let told = |parts: &[u32]| parts.iter().map(|part| names.of_part(*part)).collect::<Vec<_>>().join(", ");
    if !timeline.uncounted.is_empty() {
        lines.extend(
            style.hanging(&format!("not counted, as nobody says how long it takes: {}", told(&timeline.uncounted)), 2),
        );
    }
    if timeline.untimed > 0 {
        lines.extend(style.hanging(&untimed(timeline), 2));
    }
    if !timeline.open.is_empty() {
        let counted = "counted once, as nobody knows yet how often it is done:";
        lines.extend(style.hanging(&format!("{counted} {}", told(&timeline.open)), 2));
    }
    lines
}

/// How many steps count as no time.
pub fn untimed(timeline: &Timeline) -> String {
    let (steps, count) = if timeline.untimed == 1 { ("step", "counts") } else { ("steps", "count") };
    format!("{} {steps} without an estimate {count} as no time", timeline.untimed)
}

/// `takes 20w`, and how sure that is.
pub fn whole(preview: &Preview) -> String {
    let timeline = &preview.timeline;
    let parts = timeline.parts.filter(|parts| *parts > 0 && *parts != timeline.expected);
    let parts =
        parts.map(|parts| format!(" · as the plan says; its parts take {}", duration(parts))).unwrap_or_default();
    let more = if timeline.is_whole() { "" } else { ", and what is not counted" };
    if timeline.expected == 0 {
        return "nobody says how long anything takes".to_owned();
    }
    if timeline.trials == 0 {
        let unsure = "every estimate is one number, so nothing says how sure that is";
        return format!("takes {}{more}; {unsure}{parts}", duration(timeline.expected));
    }
    let within = timeline.within;
    format!(
        "takes {} on average{more} · 50%: {} · 80%: {} · 95%: {}{parts}",
        duration(timeline.expected),
        duration(within.p50),
        duration(within.p80),
        duration(within.p95)
    )
}

/// The critical path: `foundation → extraction (auth → users → orders) → optimisation`.
pub fn path(timeline: &Timeline, names: &Names) -> Option<String> {
    let (mut told, mut around) = (Vec::new(), Vec::new());
    for (depth, part) in &timeline.critical {
        around.retain(|outer| outer < depth);
        if names.is_worth_naming(*part) {
            told.push((around.len(), names.of_part(*part)));
            around.push(*depth);
        }
    }
    let (text, _) = nested(&told, 0);
    (!text.is_empty()).then_some(text)
}

/// Parts of one depth in a row, those in each behind it in brackets; and how many were told.
fn nested(told: &[(usize, String)], level: usize) -> (String, usize) {
    let Some((depth, _)) = told.first() else { return (String::new(), 0) };
    let (mut text, mut at) = (String::new(), 0);
    while let Some((here, name)) = told.get(at).filter(|(here, _)| here >= depth) {
        text.push_str(if text.is_empty() { "" } else { " → " });
        text.push_str(name);
        at += 1;
        if told.get(at).is_some_and(|(next, _)| next > here) {
            let (inner, count) = nested(&told[at..], level + 1);
            if level < 1 {
                text.push_str(&format!(" ({inner})"));
            }
            at += count;
        }
    }
    (text, at)
}

/// A row for each phase, with how long what lies in it takes, where its author says something else.
fn bars(preview: &Preview, style: Style) -> Vec<String> {
    let timeline = &preview.timeline;
    let rows: Vec<(&Part, &Slot)> =
        rows(preview).into_iter().filter_map(|part| Some((part, timeline.slot(part.id)?))).collect();
    let end = rows.iter().map(|(_, slot)| slot.within.p80.max(slot.ends)).max().unwrap_or(0);
    if rows.is_empty() || end == 0 {
        return Vec::new();
    }
    let names = rows.iter().map(|(part, _)| width(&part.name)).max().unwrap_or(0).min(NAMES);
    let behind = rows.iter().map(|(_, slot)| width(&facts(slot, timeline))).max().unwrap_or(0);
    let room = style.width.saturating_sub(names + behind + 4);
    let row = |(part, slot): &(&Part, &Slot)| {
        let name = padded(&shortened(&one_line(&part.name), names), names);
        let bar = if room >= BARS { format!("  {}", bar(slot, end, room)) } else { String::new() };
        format!("{name}{bar}  {}", facts(slot, timeline))
    };
    rows.iter().map(row).collect()
}

/// The parts that have a bar: phases, or else what takes time on the plan's own way.
pub fn rows(preview: &Preview) -> Vec<&Part> {
    let phases = preview.outline.phases();
    let takes_time = |part: &&Part| preview.timeline.slot(part.id).is_some_and(|slot| slot.ends > slot.begins);
    if phases.is_empty() {
        return preview.outline.parts.iter().filter(takes_time).filter(|part| !part.name.is_empty()).collect();
    }
    let beside =
        preview.outline.parts.iter().filter(|part| matches!(part.kind, Kind::Decide { .. })).filter(takes_time);
    let mut rows: Vec<&Part> = beside.chain(phases).collect();
    rows.sort_by_key(|part| preview.timeline.slot(part.id).map(|slot| slot.begins));
    rows
}

/// A bar up to what is expected, and a thinner one up to where it ends in 80 of a hundred trials.
fn bar(slot: &Slot, end: i64, room: usize) -> String {
    let place = |moment: i64| (i128::from(moment) * room as i128 / i128::from(end.max(1))) as usize;
    let (begin, mut expected) = (place(slot.begins).min(room - 1), place(slot.ends).min(room));
    expected = expected.max(begin + 1);
    let late = place(slot.within.p80).clamp(expected, room);
    let sign = match (slot.begins == slot.ends, slot.critical) {
        (true, _) => "·",
        (false, true) => "█",
        (false, false) => "▒",
    };
    let rest = room - late;
    format!("{:begin$}{}{}{:rest$}", "", sign.repeat(expected - begin), "─".repeat(late - expected), "")
}

fn facts(slot: &Slot, timeline: &Timeline) -> String {
    if slot.begins == slot.ends {
        return format!("at {}, how long nobody says", short(slot.begins));
    }
    let mut facts = vec![span(slot)];
    if timeline.trials > 0 {
        facts.push(format!("critical in {:.0}%", slot.chance * 100.0));
    }
    if slot.slack > 0 {
        facts.push(format!("{} to spare", duration(slot.slack)));
    }
    if let Some(parts) = slot.parts.filter(|parts| *parts != slot.ends - slot.begins) {
        facts.push(format!("parts: {}", duration(parts)));
    }
    facts.join(" · ")
}

/// From when to when: exactly, where two units of time would not tell the moments apart.
pub fn span(slot: &Slot) -> String {
    let told = |moment: i64| (short(moment), if moment == 0 { short(0) } else { length(moment) });
    let ((begins, from), (ends, to)) = (told(slot.begins), told(slot.ends));
    if begins == ends { format!("{from} → {to}") } else { format!("{begins} → {ends}") }
}

/// A moment from the beginning.
pub fn short(moment: i64) -> String {
    if moment == 0 { "0".to_owned() } else { duration(moment) }
}

/// What each option that may be taken makes of the time.
fn alternatives(preview: &Preview, style: Style) -> Vec<String> {
    let said = |timeline: &Timeline| match timeline.trials {
        0 => duration(timeline.expected),
        _ => format!("{} (80%: {})", duration(timeline.expected), duration(timeline.within.p80)),
    };
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    let all = &preview.alternatives;
    let matters = |one: &&Alternative| {
        all.iter().any(|other| other.decision == one.decision && other.timeline.within != one.timeline.within)
    };
    for alternative in all.iter().filter(matters) {
        let text = format!("{} if {}", said(&alternative.timeline), alternative.option);
        match lines.last_mut().filter(|_| last == Some(&alternative.decision)) {
            Some(line) => line.push_str(&format!(", {text}")),
            None => lines.push(format!("by {}: {text}", alternative.decision)),
        }
        last = Some(&alternative.decision);
    }
    lines.iter().flat_map(|line| style.hanging(line, 2)).collect()
}
