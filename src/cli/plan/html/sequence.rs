//! The graph as a list, for screens on which things have no room side by side.

use maud::{Markup, html};

use crate::cli::plan::flow::{Flow, Node, Shape};

/// Nodes one below the other, each with what it comes after, where that is not the one above.
pub fn list(flow: &Flow, levels: &[usize], critical: &[bool]) -> Markup {
    let mut order: Vec<usize> = (0..flow.nodes.len()).collect();
    order.sort_by_key(|node| levels[*node]);
    html! {
        ol.sequence aria-label="The plan as a list" {
            @for (place, node) in order.iter().enumerate() {
                @let above = place.checked_sub(1).map(|above| order[above]);
                li class=(class(flow.nodes[*node].shape, critical[*node])) {
                    @if let Some(after) = after(flow, *node, above) { p.small.soft { (after) } }
                    @for (number, line) in flow.nodes[*node].lines.iter().enumerate() {
                        @if number == 0 { p { b { (line) } } } @else { p.small { (line) } }
                    }
                }
            }
        }
    }
}

/// What a node comes after; nothing, if that is just the one above it.
fn after(flow: &Flow, node: usize, above: Option<usize>) -> Option<String> {
    let before: Vec<&(usize, usize, String)> = flow.edges.iter().filter(|edge| edge.1 == node).collect();
    if before.iter().all(|(from, _, label)| Some(*from) == above && label.is_empty()) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for (from, _, label) in before {
        let name = name(&flow.nodes[*from]);
        let name = if label.is_empty() { name.to_owned() } else { format!("{name}, if {label}") };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(format!("after {}", names.join(" · ")))
}

/// The first word of a node: its name, or its title up to what else is said of it.
fn name(node: &Node) -> &str {
    let line = node.lines.first().map(String::as_str).unwrap_or_default();
    let line = line.split(" · ").next().unwrap_or(line);
    match node.shape {
        Shape::Decision => line.split(": ").next().unwrap_or(line),
        Shape::Terminal
        | Shape::Work
        | Shape::Option
        | Shape::Person
        | Shape::Commit
        | Shape::Irreversible
        | Shape::Look => line,
    }
}

fn class(shape: Shape, is_critical: bool) -> String {
    let shape = match shape {
        Shape::Terminal | Shape::Work | Shape::Look | Shape::Person | Shape::Commit => "work",
        Shape::Decision => "decision",
        Shape::Option => "option",
        Shape::Irreversible => "stop",
    };
    if is_critical { format!("{shape} critical") } else { shape.to_owned() }
}
