//! The graph: what comes after what, from top to bottom.

use maud::{Markup, html};

use super::sequence;
use crate::cli::{
    plan::{
        Preview,
        flow::{Flow, Node, Shape},
    },
    terminal::text::{shortened, width, wrapped},
};

/// How many columns a line of a node has, and how wide that is: more where no nodes stand side by side.
const ALONE: (usize, usize) = (44, 330);
const BESIDE: (usize, usize) = (29, 244);
/// How far apart two nodes are.
const GAP: usize = 22;
/// How high a line is, and how much room is around the lines of a node.
const LINE: usize = 19;
const PADDING: usize = 12;
/// How much room is between two levels.
const BETWEEN: usize = 40;

/// A node with its place.
struct Placed {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    lines: Vec<String>,
    /// How many of the lines are the first one, broken.
    first: usize,
}

/// The drawing.
pub fn graph(preview: &Preview) -> Markup {
    let flow = Flow::of(&preview.outline);
    let levels = levels(&flow);
    let widest = (0..flow.nodes.len()).map(|level| levels.iter().filter(|other| **other == level).count()).max();
    let is_several = widest.unwrap_or(1) > 1;
    let size = if is_several { BESIDE } else { ALONE };
    let placed = place(&flow, &levels, size);
    // Room for half of a thick frame on each side.
    let right = placed.iter().map(|node| node.x + node.width).max().unwrap_or(size.1) + 4;
    let bottom = placed.iter().map(|node| node.y + node.height).max().unwrap_or(0) + 4;
    let is_wide = right > 940;
    let view = format!("-2 -2 {right} {bottom}");
    let critical: Vec<bool> = flow.nodes.iter().map(|node| is_critical(preview, node)).collect();
    html! {
        div.graph.scroll.several[is_several].wide[is_wide] tabindex="0" role="region" aria-label="The plan as a graph" {
            svg viewBox=(view) width=(right) height=(bottom) role="img" aria-labelledby="graph-title graph-says" {
                title #graph-title { "The order of " (preview.outline.plan) }
                desc #graph-says { (described(&flow)) }
                defs {
                    marker #arrow viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                        path.head d="M0 0 L8 4 L0 8 z" {}
                    }
                }
                @for (from, to, label) in edges(&flow) { (edge(&placed[from], &placed[to], &label)) }
                @for ((node, placed), critical) in flow.nodes.iter().zip(&placed).zip(&critical) { (drawn(node, placed, *critical)) }
            }
        }
        @if is_several { (sequence::list(&flow, &levels, &critical)) }
        (legend(&flow, critical.contains(&true)))
    }
}

/// What frames and signs mean, as far as they are there.
fn legend(flow: &Flow, has_critical: bool) -> Markup {
    let has = |shape: Shape| flow.nodes.iter().any(|node| node.shape == shape);
    let says = |sign: &str| flow.nodes.iter().any(|node| node.lines.iter().any(|line| line.contains(sign)));
    html! {
        ul.legend {
            @if has_critical { li { span.swatch.frame {} "thick frame: decides when it is over" } }
            @if has(Shape::Decision) { li { span.swatch.choice-frame {} "round: a decision and its options" } }
            @if says("∥") { li { "∥ at the same time" } }
            @if says("⚑") { li { "⚑ what is before stays" } }
            @if says("☑") { li { "☑ a person is asked" } }
            @if says("☐") { li { "☐ a person does it" } }
            @if says("✂") { li { "✂ can't be undone" } }
            @if says("↩") { li { "↩ undoes it" } }
        }
    }
}

fn is_critical(preview: &Preview, node: &Node) -> bool {
    let slot = node.part.and_then(|part| preview.timeline.slot(part));
    slot.is_some_and(|slot| slot.critical && slot.ends > slot.begins)
}

/// How far from the beginning each node is at most.
fn levels(flow: &Flow) -> Vec<usize> {
    let mut levels = vec![0; flow.nodes.len()];
    // No way is longer than there are nodes.
    for _ in 0..flow.nodes.len() {
        let mut moved = false;
        for (from, to, _) in &flow.edges {
            if levels[*to] <= levels[*from] {
                levels[*to] = levels[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    levels
}

fn place(flow: &Flow, levels: &[usize], (columns, width): (usize, usize)) -> Vec<Placed> {
    let texts: Vec<(Vec<String>, usize)> = flow.nodes.iter().map(|node| lines(node, columns)).collect();
    let deepest = levels.iter().max().copied().unwrap_or(0);
    let rows: Vec<Vec<usize>> =
        (0..=deepest).map(|level| (0..levels.len()).filter(|node| levels[*node] == level).collect()).collect();
    let widest = rows.iter().map(Vec::len).max().unwrap_or(1);
    let whole = widest * (width + GAP) - GAP;
    let mut placed: Vec<Placed> =
        texts.into_iter().map(|(lines, first)| Placed { x: 0, y: 0, width, height: 0, lines, first }).collect();
    let mut y = 0;
    for row in rows {
        let mut highest = 0;
        for (node, x) in columns_of(flow, &row, &placed, (whole, width)) {
            let node = &node;
            let height = placed[*node].lines.len() * LINE + 2 * PADDING;
            (placed[*node].x, placed[*node].y) = (x, y);
            placed[*node].height = height;
            highest = highest.max(height);
        }
        y += highest + BETWEEN;
    }
    placed
}

/// The nodes of a row from left to right, each as far under those before it as there is room.
fn columns_of(flow: &Flow, row: &[usize], placed: &[Placed], (whole, width): (usize, usize)) -> Vec<(usize, usize)> {
    let wanted = |node: usize| {
        let before: Vec<usize> = flow.edges.iter().filter(|edge| edge.1 == node).map(|edge| placed[edge.0].x).collect();
        if before.is_empty() { (whole - width) / 2 } else { before.iter().sum::<usize>() / before.len() }
    };
    let mut row: Vec<(usize, usize)> = row.iter().map(|node| (*node, wanted(*node))).collect();
    row.sort_by_key(|(_, x)| *x);
    // Those that want the same place stand around it.
    let room = row.len() * (width + GAP) - GAP;
    let middle = row.iter().map(|(_, x)| *x + width / 2).sum::<usize>() / row.len().max(1);
    let first = middle.saturating_sub(room / 2).min(whole - room);
    let spread = row.windows(2).all(|pair| pair[1].1 >= pair[0].1 + width + GAP);
    let columns = row
        .iter()
        .enumerate()
        .map(|(at, (node, x))| (*node, if spread { (*x).min(whole - width) } else { first + at * (width + GAP) }));
    columns.collect()
}

/// The lines of a node, and how many of them are its first.
fn lines(node: &Node, columns: usize) -> (Vec<String>, usize) {
    let mut lines: Vec<String> = Vec::new();
    let mut first = 0;
    for (number, line) in node.lines.iter().enumerate() {
        lines.extend(wrapped(line, columns).iter().map(|line| shortened(line, columns)));
        first = if number == 0 { lines.len() } else { first };
    }
    (lines, first)
}

/// Edges between the same nodes as one, with what is said of each.
fn edges(flow: &Flow) -> Vec<(usize, usize, String)> {
    let mut edges: Vec<(usize, usize, String)> = Vec::new();
    for (from, to, label) in &flow.edges {
        let short = label.split(':').next().unwrap_or(label).trim();
        match edges.iter_mut().find(|edge| edge.0 == *from && edge.1 == *to) {
            Some(edge) if edge.2.is_empty() => edge.2 = short.to_owned(),
            Some(edge) if !short.is_empty() => edge.2 = format!("{} or {short}", edge.2),
            Some(_) => {}
            None => edges.push((*from, *to, short.to_owned())),
        }
    }
    edges
}

fn edge(from: &Placed, to: &Placed, label: &str) -> Markup {
    let (x1, y1) = (from.x + from.width / 2, from.y + from.height);
    let (x2, y2) = (to.x + to.width / 2, to.y);
    // Down past what stands between, and to the side just before the end.
    let (turn, middle) = (y2.saturating_sub(BETWEEN).max(y1), y2.saturating_sub(BETWEEN / 2));
    let path = format!("M{x1} {y1} L{x1} {turn} C{x1} {middle} {x2} {middle} {x2} {}", y2 - 1);
    let label = shortened(label, BESIDE.0);
    let (x, y) = (to.x + to.width / 2, y2.saturating_sub(BETWEEN / 2) + 4);
    html! {
        path.edge d=(path) marker-end="url(#arrow)" {}
        @if !label.is_empty() { text.label x=(x) y=(y) text-anchor="middle" { (label) } }
    }
}

fn drawn(node: &Node, placed: &Placed, is_critical: bool) -> Markup {
    let class = match node.shape {
        Shape::Terminal => "terminal",
        Shape::Work | Shape::Look => "work",
        Shape::Decision => "decision",
        Shape::Option => "option",
        Shape::Person => "person",
        Shape::Commit => "commit",
        Shape::Irreversible => "stop",
    };
    let class = if is_critical { format!("{class} critical") } else { class.to_owned() };
    let Placed { x, y, width: room, height, lines, first } = placed;
    let round = match node.shape {
        Shape::Terminal => height / 2,
        Shape::Decision | Shape::Option => 18,
        Shape::Work | Shape::Person | Shape::Commit | Shape::Irreversible | Shape::Look => 7,
    };
    let is_terminal = node.shape == Shape::Terminal;
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let (x, across) = if is_terminal {
        let across = (widest * 9 + 48).min(*room);
        (x + (room - across) / 2, across)
    } else {
        (*x, *room)
    };
    html! {
        g class=(class) {
            title { (node.lines.join("; ")) }
            rect.box x=(x) y=(y) width=(across) height=(height) rx=(round) {}
            @for (number, line) in lines.iter().enumerate() {
                @let class = if number < *first { "first" } else { "rest" };
                @let baseline = y + PADDING + number * LINE + 14;
                @if is_terminal {
                    text class=(class) x=(x + across / 2) y=(baseline) text-anchor="middle" { (line) }
                } @else {
                    text class=(class) x=(x + 14) y=(baseline) { (line) }
                }
            }
        }
    }
}

/// The graph for who does not see it.
fn described(flow: &Flow) -> String {
    let name = |node: usize| flow.nodes[node].lines.first().map(String::as_str).unwrap_or_default();
    let said: Vec<String> =
        flow.edges.iter().map(|(from, to, _)| format!("{}, then {}", name(*from), name(*to))).collect();
    said.join(". ")
}
