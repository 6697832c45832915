//! The tree of a run as rows.

use super::{
    View,
    node::{Items, Node, What, tree},
    row::Row,
    sign::Sign,
    telling::{about, at, gate, gate_name},
};
use crate::{
    cli::{
        moment::{duration, so_far},
        story::{Part, State},
    },
    ir::Address,
    machine::{GateState, Kind, PhaseState, Wait, WaitOn},
};

/// Of a loop with more items, those that are done are only counted.
const FEW: usize = 5;

/// What is shown of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it; of long loops, what is done is only counted.
    All,
    /// Every part.
    Every,
    /// What goes on, within bounds.
    Open(Bounds),
}

/// How much is told of parts that lie beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At most so many items of a loop, as the loop counts them all.
    pub items: usize,
    /// At most so many other parts.
    pub parts: usize,
}

/// The tree of a run, one row below the other.
pub fn rows(view: &View<'_>, shown: Shown) -> Vec<Row> {
    let nodes = match shown {
        Shown::All | Shown::Every => tree(view, has_a_row),
        Shown::Open(_) => open(tree(view, Part::goes_on)),
    };
    Drawer { view, shown }.siblings(&nodes, "", 0)
}

/// The rows of what lies in a part.
pub fn rows_in(view: &View<'_>, address: &str) -> Vec<Row> {
    let nodes = tree(view, has_a_row);
    let drawer = Drawer { view, shown: Shown::Every };
    find(&nodes, address).map(|node| drawer.siblings(&node.inside, "", 0)).unwrap_or_default()
}

/// The rows of what stands in the tree at an address as it was typed, with what lies in it.
pub fn rows_at(view: &View<'_>, typed: &str) -> Vec<Row> {
    let nodes = tree(view, has_a_row);
    let drawer = Drawer { view, shown: Shown::Every };
    find(&nodes, Address::typed(typed).as_str()).map(|node| drawer.node(node, "", 0)).unwrap_or_default()
}

fn find<'n, 'a>(nodes: &'n [Node<'a>], address: &str) -> Option<&'n Node<'a>> {
    nodes.iter().find_map(|node| if node.address == address { Some(node) } else { find(&node.inside, address) })
}

/// Ways back are told by their steps, unless something is the matter with them.
fn has_a_row(part: &Part) -> bool {
    part.kind != Some(Kind::Compensation) || part.state != State::Done
}

/// What goes on, with the loops something of which goes on or is to come.
fn open(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let is_open = |what: &What<'_>| match what {
        What::Part(_) | What::Ahead(_) => true,
        What::Loop(items) => items.running + items.waiting() > 0,
    };
    let nodes = nodes.into_iter().filter(|node| node.any(&is_open));
    nodes.map(|node| Node { inside: open(node.inside), ..node }).collect()
}

struct Drawer<'v, 'a> {
    view: &'v View<'a>,
    shown: Shown,
}

impl Drawer<'_, '_> {
    /// Nodes beside each other, below `before`; some of them may only be counted.
    fn siblings(&self, nodes: &[Node<'_>], before: &str, depth: usize) -> Vec<Row> {
        let told = self.first(nodes, self.bounds().parts);
        let more = nodes.len() - told.len();
        let more = (more > 0).then(|| Row::new(Sign::Open, &format!("… and {more} more")).at(depth));
        told.iter().flat_map(|node| self.node(node, before, depth)).chain(more).collect()
    }

    fn bounds(&self) -> Bounds {
        match self.shown {
            Shown::Open(bounds) => bounds,
            Shown::All | Shown::Every => Bounds { items: usize::MAX, parts: usize::MAX },
        }
    }

    /// At most so many, in their order: first those somebody may want to do something about.
    fn first<'n, 'b>(&self, nodes: &'n [Node<'b>], most: usize) -> Vec<&'n Node<'b>> {
        let mut first: Vec<(usize, &Node<'_>)> = nodes.iter().enumerate().collect();
        first.sort_by_key(|(at, node)| (!node.any(&is_urgent), *at));
        first.truncate(most);
        first.sort_by_key(|(at, _)| *at);
        first.into_iter().map(|(_, node)| node).collect()
    }

    fn node(&self, node: &Node<'_>, before: &str, depth: usize) -> Vec<Row> {
        let name = if before.is_empty() { node.name.to_owned() } else { format!("{before}/{}", node.name) };
        match (&node.what, node.inside.as_slice()) {
            (What::Part(part), [only]) if self.is_told_by(node, part) => {
                // A stage has the name of its rollout in its own.
                self.node(only, if only.name.starts_with(node.name) { before } else { &name }, depth)
            }
            (What::Part(part), inside) => self.part(node.address, &name, part, inside, depth),
            (What::Loop(items), inside) => self.items(&name, *items, inside, depth),
            (What::Ahead(phase), _) => vec![ahead(&name, phase).at(depth)],
        }
    }

    /// Whether a part has nothing of its own to tell but what lies in it.
    fn is_told_by(&self, node: &Node<'_>, part: &Part) -> bool {
        let is_bare = part.title.is_none() && part.tries.is_empty() && self.view.wait(node.address).is_none();
        part.kind == Some(Kind::Item) || is_bare && matches!(self.shown, Shown::Open(_)) && part.looks.is_none()
    }

    fn part(&self, address: &str, name: &str, part: &Part, inside: &[Node<'_>], depth: usize) -> Vec<Row> {
        let wait = self.view.wait(address);
        let row = Row::new(sign(part, wait), name).at(depth);
        let mut rows = vec![row.about(&self.about(address, part, wait)).took(self.took(part, wait))];
        let held = wait.map(|wait| &wait.on);
        let gates = if let Some(WaitOn::Hold { gates, .. }) = held { gates.as_slice() } else { &[] };
        let is_gate = |node: &&Node<'_>| gates.iter().any(|gate| gate.address.as_str() == node.address);
        let others: Vec<Node<'_>> = inside.iter().filter(|node| !is_gate(node)).cloned().collect();
        rows.extend(self.siblings(&others, "", depth + 1));
        rows.extend(gates.iter().map(|gate| gate_row(gate).at(depth + 1)));
        rows
    }

    fn about(&self, address: &str, part: &Part, wait: Option<&Wait>) -> String {
        let told = match (wait, &part.looks) {
            (Some(Wait { on: WaitOn::Person { by, .. }, .. }), _) if self.is_brief() => format!("waits for {by}"),
            (Some(wait), None) => self.view.waiting(wait),
            (Some(Wait { on: WaitOn::Effect { .. }, .. }), Some(_)) => format!("{}, is looking", about(part)),
            (Some(Wait { on: WaitOn::Time { until }, .. }), Some(_)) if part.goes_on() => {
                format!("{}, looks again {}", about(part), at(*until, self.view.now))
            }
            (Some(wait), Some(_)) if part.goes_on() => {
                format!("{}, {}", about(part), self.view.waiting(wait))
            }
            (Some(_), Some(_)) | (None, _) => about(part),
        };
        let planned = self.view.position.phases.iter().find(|phase| phase.address.as_str() == address);
        match planned.filter(|planned| planned.estimate > 0) {
            Some(planned) => format!("{told} (planned {})", duration(planned.estimate)),
            None => told,
        }
    }

    /// What is asked is told below the tree.
    fn is_brief(&self) -> bool {
        matches!(self.shown, Shown::Open(_))
    }

    /// How long it took, or how long it has gone on; a hold says so itself.
    fn took(&self, part: &Part, wait: Option<&Wait>) -> String {
        match part.took() {
            _ if matches!(wait, Some(Wait { on: WaitOn::Hold { .. }, .. })) => String::new(),
            Some(took) => duration(took),
            None if part.goes_on() => so_far(self.view.now.since(part.since)),
            None => String::new(),
        }
    }

    /// A loop: how many are how far, and those of which there is more to tell.
    fn items(&self, name: &str, items: Items, inside: &[Node<'_>], depth: usize) -> Vec<Row> {
        let row = Row::new(items_sign(items), name).at(depth).about(&items.told());
        let is_told = |node: &&Node<'_>| self.shown != Shown::All || items.begun() <= FEW || node.any(&is_unusual);
        let told: Vec<Node<'_>> = inside.iter().filter(is_told).cloned().collect();
        let told = self.first(&told, self.bounds().items);
        std::iter::once(row).chain(told.iter().flat_map(|node| self.node(node, "", depth + 1))).collect()
    }
}

fn gate_row(state: &GateState) -> Row {
    Row::new(Sign::of_verdict(state.last), &gate_name(state)).about(&gate(state))
}

/// Somebody may want to do something about it.
fn is_urgent(what: &What<'_>) -> bool {
    matches!(what, What::Part(Part { state: State::Stuck(_) | State::InDoubt(_) | State::Failed(_), .. }))
}

/// It did not simply go well.
fn is_unusual(what: &What<'_>) -> bool {
    match what {
        What::Part(part) => !matches!(part.state, State::Done | State::Undone | State::Left),
        What::Loop(items) => items.running + items.failed > 0,
        What::Ahead(_) => true,
    }
}

/// How a part stands that waits for that.
pub fn sign(part: &Part, wait: Option<&Wait>) -> Sign {
    match (&part.state, wait.map(|wait| &wait.on)) {
        (State::Open, Some(WaitOn::Backoff { .. })) => Sign::Again,
        (State::Open, Some(WaitOn::Person { .. } | WaitOn::Event { .. } | WaitOn::Time { .. })) => Sign::Waits,
        (State::Open | State::Done, Some(WaitOn::Paused { .. })) => Sign::Paused,
        (state, _) => Sign::of(state),
    }
}

fn items_sign(items: Items) -> Sign {
    if items.running + items.waiting() > 0 {
        Sign::Open
    } else if items.failed > 0 {
        Sign::Failed
    } else if items.left > 0 {
        Sign::Left
    } else if items.undone > 0 {
        Sign::Undone
    } else {
        Sign::Done
    }
}

/// A phase that waits for others.
fn ahead(name: &str, phase: &PhaseState) -> Row {
    let title = phase.title.as_ref().map(|title| format!("{title}, ")).unwrap_or_default();
    Row::new(Sign::Ahead, name).about(&format!("{title}after {}", phase.after.join(", ")))
}
