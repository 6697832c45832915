//! The phases that stand together, and which comes after which.

use std::{cmp::Reverse, collections::BinaryHeap};

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
};

/// Phases by number, each with those it waits for.
#[derive(Clone, Debug)]
pub struct PhaseGraph {
    /// An edge leads from a phase to one that waits for it.
    graph: DiGraph<(), ()>,
    order: Vec<usize>,
    /// Where a phase is in `order`; none for those that wait for themselves.
    position: Vec<Option<usize>>,
    /// How many phases are at least before each, and at least behind it, one after another.
    levels: [Vec<usize>; 2],
    /// Whether all other phases come before it or after it.
    alone: Vec<bool>,
}

impl PhaseGraph {
    /// The graph of phases of which the `i`th waits for `after[i]`.
    pub fn new(after: &[Vec<u32>]) -> PhaseGraph {
        let edges: usize = after.iter().map(Vec::len).sum();
        let mut graph = DiGraph::with_capacity(after.len(), edges);
        for _ in after {
            graph.add_node(());
        }
        for (phase, waits_for) in after.iter().enumerate() {
            for other in waits_for {
                graph.update_edge(NodeIndex::new(*other as usize), NodeIndex::new(phase), ());
            }
        }
        let order = order(&graph);
        let mut position = vec![None; after.len()];
        for (at, phase) in order.iter().enumerate() {
            position[*phase] = Some(at);
        }
        let levels = [
            levels(&graph, order.iter(), Direction::Incoming),
            levels(&graph, order.iter().rev(), Direction::Outgoing),
        ];
        let alone = alone(&graph, &order);
        PhaseGraph { graph, order, position, levels, alone }
    }

    /// How many phases there are.
    pub fn len(&self) -> usize {
        self.position.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.position.is_empty()
    }

    /// An order in which each phase comes after those it waits for, the first written first. Phases that wait for
    /// themselves, and what waits for those, are not in it.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Phases of which each waits for the next and the last for the first, if there are such.
    pub fn cycle(&self) -> Option<Vec<usize>> {
        let start = self.position.iter().position(Option::is_none)?;
        let mut step_of = vec![None; self.position.len()];
        let mut trail = Vec::new();
        let mut phase = start;
        loop {
            if let Some(first) = step_of[phase] {
                return Some(trail.split_off(first));
            }
            step_of[phase] = Some(trail.len());
            trail.push(phase);
            let mut waits_for: Vec<usize> =
                self.waits_for(phase).filter(|other| self.position[*other].is_none()).collect();
            waits_for.sort_unstable();
            phase = *waits_for.first()?;
        }
    }

    /// Whether `later` surely starts after `earlier` is done.
    pub fn comes_after(&self, later: usize, earlier: usize) -> bool {
        let (Some(from), Some(to)) = (self.position[later], self.position[earlier]) else { return false };
        if to >= from {
            return false;
        }
        let mut seen = vec![false; self.position.len()];
        let mut left = vec![later];
        while let Some(phase) = left.pop() {
            for other in self.waits_for(phase) {
                if other == earlier {
                    return true;
                }
                // What is done before `earlier` can't wait for it.
                if !seen[other] && self.position[other] > Some(to) {
                    seen[other] = true;
                    left.push(other);
                }
            }
        }
        false
    }

    /// Whether no other phase may run while `phase` does.
    pub fn is_alone(&self, phase: usize) -> bool {
        self.alone[phase]
    }

    /// The level of each phase, from the first phases on, and from the last ones. Phases of one level never wait for
    /// each other.
    pub(super) fn levels(&self) -> [&[usize]; 2] {
        [&self.levels[0], &self.levels[1]]
    }

    /// Whether each phase surely starts after `phase` is done.
    pub fn behind(&self, phase: usize) -> Vec<bool> {
        let mut behind = vec![false; self.len()];
        let mut left = vec![phase];
        while let Some(phase) = left.pop() {
            for other in self.waited_for_by(phase) {
                if !std::mem::replace(&mut behind[other], true) {
                    left.push(other);
                }
            }
        }
        behind
    }

    pub(super) fn waits_for(&self, phase: usize) -> impl Iterator<Item = usize> + '_ {
        self.graph.neighbors_directed(NodeIndex::new(phase), Direction::Incoming).map(NodeIndex::index)
    }

    pub(super) fn waited_for_by(&self, phase: usize) -> impl Iterator<Item = usize> + '_ {
        self.graph.neighbors_directed(NodeIndex::new(phase), Direction::Outgoing).map(NodeIndex::index)
    }
}

/// How long the longest way to each node is, for nodes in an order in which each comes after its neighbours in
/// `direction`.
fn levels<'o>(graph: &DiGraph<(), ()>, order: impl Iterator<Item = &'o usize>, direction: Direction) -> Vec<usize> {
    let mut levels = vec![0; graph.node_count()];
    for phase in order {
        let neighbours = graph.neighbors_directed(NodeIndex::new(*phase), direction);
        levels[*phase] = neighbours.map(|other| levels[other.index()] + 1).max().unwrap_or(0);
    }
    levels
}

/// Whether each node comes before or after every other one.
///
/// Going through the order, a node that is the only one ready comes before all that is left: each of those waits for
/// something that is ready. Seen from both ends that is all other nodes.
fn alone(graph: &DiGraph<(), ()>, order: &[usize]) -> Vec<bool> {
    let mut alone = vec![false; graph.node_count()];
    if order.len() < graph.node_count() {
        return alone;
    }
    let forth = only_one_ready(graph, order.iter(), Direction::Outgoing);
    let back = only_one_ready(graph, order.iter().rev(), Direction::Incoming);
    for (phase, alone) in alone.iter_mut().enumerate() {
        *alone = forth[phase] && back[phase];
    }
    alone
}

fn only_one_ready<'o>(
    graph: &DiGraph<(), ()>,
    order: impl Iterator<Item = &'o usize>,
    direction: Direction,
) -> Vec<bool> {
    let mut missing: Vec<usize> =
        graph.node_indices().map(|node| graph.neighbors_directed(node, direction.opposite()).count()).collect();
    let mut ready = missing.iter().filter(|count| **count == 0).count();
    let mut only = vec![false; missing.len()];
    for phase in order {
        only[*phase] = ready == 1;
        ready -= 1;
        for next in graph.neighbors_directed(NodeIndex::new(*phase), direction) {
            missing[next.index()] -= 1;
            ready += usize::from(missing[next.index()] == 0);
        }
    }
    only
}

/// Kahn's order, the smallest number first among those that are ready.
fn order(graph: &DiGraph<(), ()>) -> Vec<usize> {
    let waits_for = |node| graph.neighbors_directed(node, Direction::Incoming).count();
    let mut missing: Vec<usize> = graph.node_indices().map(waits_for).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        missing.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| Reverse(at)).collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse(phase)) = ready.pop() {
        order.push(phase);
        for next in graph.neighbors_directed(NodeIndex::new(phase), Direction::Outgoing) {
            missing[next.index()] -= 1;
            if missing[next.index()] == 0 {
                ready.push(Reverse(next.index()));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diamond_has_two_phases_side_by_side() {
        let graph = PhaseGraph::new(&[vec![], vec![0], vec![0], vec![1, 2]]);
        assert_eq!(graph.order(), [0, 1, 2, 3]);
        assert_eq!(graph.cycle(), None);
        assert!(graph.comes_after(3, 0) && graph.comes_after(2, 0));
        assert!(!graph.comes_after(2, 1) && !graph.comes_after(0, 3) && !graph.comes_after(1, 1));
        assert_eq!([0, 1, 2, 3].map(|phase| graph.is_alone(phase)), [true, false, false, true]);
        assert_eq!(graph.behind(1), [false, false, false, true]);
    }

    #[test]
    fn later_phases_can_be_waited_for() {
        assert_eq!(PhaseGraph::new(&[vec![1], vec![]]).order(), [1, 0]);
    }

    #[test]
    fn a_cycle_is_told_with_its_path() {
        let graph = PhaseGraph::new(&[vec![], vec![3], vec![1], vec![2], vec![3]]);
        assert_eq!(graph.cycle(), Some(vec![1, 3, 2]));
        assert_eq!(graph.order(), [0]);
        assert_eq!(PhaseGraph::new(&[vec![0]]).cycle(), Some(vec![0]));
    }
}
