//! In which order things are checked that mention each other, and where they go in circles.

use crate::source::Span;

/// The result of [`order`].
pub(super) struct Order {
    /// Every node, after all that it mentions, circles aside.
    pub(super) sequence: Vec<usize>,
    /// The ways around, one for each mention that closes a circle.
    pub(super) circles: Vec<Circle>,
}

/// Nodes each of which mentions the next, and the last the first.
pub(super) struct Circle {
    /// The nodes, in this order.
    pub(super) nodes: Vec<usize>,
    /// Where the last mentions the first.
    pub(super) closing: Span,
}

/// Orders nodes by what each mentions; without recursion, so that no chain is too long.
pub(super) fn order(mentions: &[Vec<(usize, Span)>]) -> Order {
    let mut order = Order { sequence: Vec::with_capacity(mentions.len()), circles: Vec::new() };
    let mut state = vec![State::New; mentions.len()];
    for start in 0..mentions.len() {
        if state[start] == State::New {
            visit(mentions, start, &mut state, &mut order);
        }
    }
    order
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the trail, at this depth.
    OnTrail(usize),
    Done,
}

fn visit(mentions: &[Vec<(usize, Span)>], start: usize, state: &mut [State], order: &mut Order) {
    let mut trail = vec![(start, 0)];
    state[start] = State::OnTrail(0);
    while let Some((node, next)) = trail.last_mut() {
        let (node, at) = (*node, *next);
        *next += 1;
        let Some((target, span)) = mentions[node].get(at).copied() else {
            state[node] = State::Done;
            order.sequence.push(node);
            trail.pop();
            continue;
        };
        match state[target] {
            State::Done => {}
            State::OnTrail(depth) => {
                let nodes = trail[depth..].iter().map(|(node, _)| *node).collect();
                order.circles.push(Circle { nodes, closing: span });
            }
            State::New => {
                state[target] = State::OnTrail(trail.len());
                trail.push((target, 0));
            }
        }
    }
}
