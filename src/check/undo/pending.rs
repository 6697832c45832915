//! What is done and can't be undone so far, along all ways through a plan.
//!
//! Sets that share what they have in common: a way begins with the set of the fork, ways are joined at no cost, and
//! what was taken from a set once is taken from all sets that hold it. So a plan of any shape costs as much as it has
//! statements.

/// A set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Set(u32);

/// The set of nothing.
pub(super) const EMPTY: Set = Set(0);

enum Node<T> {
    Empty,
    One { item: T, rest: Set },
    Joined(Set, Set),
}

/// All sets of a walk.
pub(super) struct Pending<T> {
    nodes: Vec<Node<T>>,
}

impl<T> Pending<T> {
    pub(super) fn new() -> Self {
        Pending { nodes: vec![Node::Empty] }
    }

    /// The set with one thing more.
    pub(super) fn with(&mut self, rest: Set, item: T) -> Set {
        self.add(Node::One { item, rest })
    }

    /// What was added to a set last, if that is all that was done to it.
    pub(super) fn last(&self, set: Set) -> Option<&T> {
        match &self.nodes[set.0 as usize] {
            Node::One { item, .. } => Some(item),
            Node::Empty | Node::Joined(..) => None,
        }
    }

    /// What is in one set or the other.
    pub(super) fn join(&mut self, left: Set, right: Set) -> Set {
        match (left, right) {
            (EMPTY, set) | (set, EMPTY) => set,
            (left, right) if left == right => left,
            (left, right) => self.add(Node::Joined(left, right)),
        }
    }

    /// Takes out all that is in a set.
    pub(super) fn take(&mut self, set: Set) -> Vec<T> {
        let (mut taken, mut left) = (Vec::new(), vec![set]);
        while let Some(set) = left.pop() {
            match std::mem::replace(&mut self.nodes[set.0 as usize], Node::Empty) {
                Node::Empty => {}
                Node::One { item, rest } => {
                    taken.push(item);
                    left.push(rest);
                }
                Node::Joined(one, other) => left.extend([other, one]),
            }
        }
        taken
    }

    fn add(&mut self, node: Node<T>) -> Set {
        self.nodes.push(node);
        Set(self.nodes.len() as u32 - 1)
    }
}
