//! A plan for other tools to draw: Mermaid, Graphviz, and a Gantt chart of Mermaid.

use super::{
    Preview,
    flow::{Flow, Node, Shape},
    names::Names,
    timeline_text::rows,
};
use crate::{
    cli::terminal::text::one_line,
    plan::outline::{Kind, Part},
};

/// A flowchart of Mermaid.
pub fn mermaid(preview: &Preview) -> String {
    let flow = Flow::of(&preview.outline);
    let mut lines = vec!["flowchart TD".to_owned()];
    for (number, node) in flow.nodes.iter().enumerate() {
        let text = node.lines.iter().map(|line| mermaid_text(line)).collect::<Vec<_>>().join("<br/>");
        let (open, close) = match node.shape {
            Shape::Terminal => ("([", "])"),
            Shape::Work => ("[", "]"),
            Shape::Decision => ("{", "}"),
            Shape::Option => (">", "]"),
            Shape::Person => ("[/", "/]"),
            Shape::Commit => ("[[", "]]"),
            Shape::Irreversible => ("{{", "}}"),
            Shape::Look => ("(", ")"),
        };
        lines.push(format!("  n{number}{open}\"{text}\"{close}"));
    }
    for (from, to, label) in &flow.edges {
        let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", mermaid_text(label)) };
        lines.push(format!("  n{from} -->{label} n{to}"));
    }
    lines.extend(critical(preview, &flow).map(|number| format!("  style n{number} stroke-width:3px")));
    lines.join("\n")
}

/// The nodes that decide how long the plan takes.
fn critical<'f>(preview: &'f Preview, flow: &'f Flow) -> impl Iterator<Item = usize> + 'f {
    let is_critical = |node: &Node| {
        let slot = node.part.and_then(|part| preview.timeline.slot(part));
        slot.is_some_and(|slot| slot.critical && slot.ends > slot.begins)
    };
    flow.nodes.iter().enumerate().filter(move |(_, node)| is_critical(node)).map(|(number, _)| number)
}

/// A text in quotes of Mermaid, which knows entities by number.
fn mermaid_text(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '#' | '<' | '>' | '&' | '`' | '\\' => format!("#{};", u32::from(c)),
        c => c.to_string(),
    };
    one_line(text).chars().map(escaped).collect()
}

/// A graph of Graphviz.
pub fn dot(preview: &Preview) -> String {
    let flow = Flow::of(&preview.outline);
    let mut lines = vec![
        format!("digraph {} {{", quoted(&preview.outline.plan)),
        "  node [shape=box, fontname=\"Helvetica\"];".to_owned(),
        "  edge [fontname=\"Helvetica\", fontsize=10];".to_owned(),
    ];
    let critical: Vec<usize> = critical(preview, &flow).collect();
    for (number, node) in flow.nodes.iter().enumerate() {
        let shape = match node.shape {
            Shape::Terminal => "oval",
            Shape::Work => "box",
            Shape::Decision => "diamond",
            Shape::Option => "cds",
            Shape::Person => "parallelogram",
            Shape::Commit => "folder",
            Shape::Irreversible => "octagon",
            Shape::Look => "ellipse",
        };
        let wide = if critical.contains(&number) { ", penwidth=2.5" } else { "" };
        lines.push(format!("  n{number} [label={}, shape={shape}{wide}];", quoted(&node.lines.join("\n"))));
    }
    for (from, to, label) in &flow.edges {
        let label = if label.is_empty() { String::new() } else { format!(" [label={}]", quoted(label)) };
        lines.push(format!("  n{from} -> n{to}{label};"));
    }
    lines.push("}".to_owned());
    lines.join("\n")
}

/// A text of Graphviz.
fn quoted(text: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(|line| one_line(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}

/// A Gantt chart of Mermaid. Nobody knows when the plan will begin, so it begins at a day 0: 1970-01-01.
pub fn gantt(preview: &Preview) -> String {
    let mut lines = vec![
        "gantt".to_owned(),
        format!("  title {}", gantt_text(&preview.outline.plan)),
        "  dateFormat x".to_owned(),
        "  axisFormat day %j".to_owned(),
    ];
    let names = Names::of(&preview.outline);
    for part in rows(preview) {
        lines.push(format!("  section {}", gantt_text(part.label())));
        lines.extend(bar(preview, part.id, &part.name));
        lines.extend(inner(preview, part, &names));
        for commit in part.all() {
            if let (Kind::Commit { text }, Some(slot)) = (&commit.kind, preview.timeline.slot(commit.id)) {
                lines.push(format!("  {} :milestone, {}, 0d", gantt_text(text), milliseconds(slot.ends)));
            }
        }
    }
    lines.join("\n")
}

/// What takes time in a phase: items of loops, tasks, rollouts.
fn inner(preview: &Preview, part: &Part, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for inner in part.all().into_iter().skip(1) {
        match &inner.kind {
            Kind::Loop(each) => {
                for item in each.items.iter().flatten() {
                    lines.extend(bar(preview, item.id, &item.key));
                }
            }
            Kind::Task { .. } | Kind::Rollout(_) | Kind::Wait { .. } | Kind::BlockStep { .. } | Kind::Step { .. } => {
                lines.extend(bar(preview, inner.id, &names.of_part(inner.id)));
            }
            _ => {}
        }
    }
    lines
}

fn bar(preview: &Preview, part: u32, name: &str) -> Option<String> {
    let slot = preview.timeline.slot(part).filter(|slot| slot.ends > slot.begins)?;
    let critical = if slot.critical { "crit, " } else { "" };
    Some(format!("  {} :{critical}{}, {}", gantt_text(name), milliseconds(slot.begins), milliseconds(slot.ends)))
}

fn milliseconds(moment: i64) -> i64 {
    moment / 1_000_000
}

/// Without the signs that end a name; what has no name is told by a dash, as a task must have one.
fn gantt_text(text: &str) -> String {
    let text = one_line(text).replace([':', ';', '#', ','], " ");
    let begins = |word: &&str| text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    match text.trim() {
        "" => "–".to_owned(),
        _ if GANTT_WORDS.iter().any(begins) => format!("– {text}"),
        _ => text,
    }
}

/// What a line of a Gantt chart of Mermaid may begin with that is no name (its grammar, version 11: `gantt.jison`).
const GANTT_WORDS: [&str; 18] = [
    "accDescr",
    "accTitle",
    "axisFormat",
    "call",
    "click",
    "dateFormat",
    "excludes",
    "gantt",
    "href",
    "includes",
    "inclusiveEndDates",
    "section",
    "tickInterval",
    "title",
    "todayMarker",
    "topAxis",
    "weekday",
    "weekend",
];
