//! What takes time in a plan, and what waits for what: a tree whose inner nodes are sequences and things side by side.
//!
//! A node comes after all that lie in it, so one pass from the first to the last computes how long each takes, and one
//! from the last to the first where each stands.

use std::ops::Range;

use super::curve::Curve;
use crate::plan::Takes;

/// In place of how many a node still waits for: it has begun.
const BEGUN: u32 = u32::MAX;

/// Nodes in an order in which each comes after those in it; the last is the whole.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub(super) nodes: Vec<Node>,
    /// The nodes that lie in others, those of one together.
    pub(super) inner: Vec<u32>,
    /// Which nodes one waits for, by their places among those beside it; those of one together.
    before: Vec<u32>,
    curves: Vec<Curve>,
    /// The estimates the curves were made of.
    shapes: Vec<Takes>,
}

/// Something that takes time.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The part or item of the outline that it is.
    pub(super) part: Option<u32>,
    /// What its author says that it takes; else, what lies in it.
    pub(super) said: Option<Said>,
    pub(super) shape: Shape,
    /// Something in it, or what is said of it, has a spread.
    varies: bool,
}

/// What somebody says that a node takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) takes: Takes,
    /// None for one number.
    curve: Option<u32>,
}

/// How what lies in a node takes its time.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// So many nanoseconds, and nothing lies in it
    Length(i64),
    /// One after another
    InOrder(Range<u32>),
    /// Side by side
    Beside(Beside),
}

/// Nodes side by side, first of those that could begin first.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    pub(super) inner: Range<u32>,
    /// What each waits for, as a range of `Network::before`.
    waits: Vec<Range<u32>>,
    /// How many at once; all, without.
    limit: Option<usize>,
}

/// Something that goes on beside others.
pub(super) struct Sibling {
    pub(super) node: u32,
    /// The siblings it waits for, by their place before they are put in order.
    pub(super) after: Vec<usize>,
    pub(super) rank: usize,
}

/// Room for the figures of one pass, so that a trial allocates nothing.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// How long each node takes.
    pub(super) length: Vec<i64>,
    /// How long what lies in each node takes.
    pub(super) inside: Vec<i64>,
    /// When each node begins, in the node it lies in.
    pub(super) begins: Vec<i64>,
    /// The node whose end let each begin; none of those that begin with the node they lie in.
    pub(super) because: Vec<Option<u32>>,
    /// Whether a longer time of this node would make the whole longer.
    pub(super) critical: Vec<bool>,
    /// What goes on at the moment while things side by side are put in order: ends and nodes.
    running: Vec<(i64, u32)>,
    /// How many each node still waits for.
    missing: Vec<u32>,
}

impl Network {
    pub(super) fn length(&mut self, part: Option<u32>, length: i64) -> u32 {
        self.push(part, None, Shape::Length(length), false)
    }

    /// A node of which somebody says what it takes, whatever lies in it.
    pub(super) fn said(&mut self, part: Option<u32>, takes: Takes, inside: Option<u32>) -> u32 {
        let curve = (!takes.is_exact()).then(|| self.curve(takes));
        if let Some(node) = inside.map(|node| &mut self.nodes[node as usize])
            && node.part == part
        {
            // What is said counts, wherever what lies in it would end.
            node.part = None;
        }
        let shape = match inside {
            Some(node) => self.in_order_shape(&[node]),
            None => Shape::Length(0),
        };
        let varies = curve.is_some() || inside.is_some_and(|node| self.nodes[node as usize].varies);
        self.push(part, Some(Said { takes, curve }), shape, varies)
    }

    fn curve(&mut self, takes: Takes) -> u32 {
        let known = self.shapes.iter().position(|known| *known == takes);
        known.unwrap_or_else(|| {
            self.shapes.push(takes);
            self.curves.push(Curve::of(takes));
            self.shapes.len() - 1
        }) as u32
    }

    pub(super) fn in_order(&mut self, part: Option<u32>, nodes: &[u32]) -> u32 {
        let shape = self.in_order_shape(nodes);
        let varies = nodes.iter().any(|node| self.nodes[*node as usize].varies);
        self.push(part, None, shape, varies)
    }

    fn in_order_shape(&mut self, nodes: &[u32]) -> Shape {
        let begin = self.inner.len() as u32;
        self.inner.extend(nodes);
        Shape::InOrder(begin..self.inner.len() as u32)
    }

    /// Siblings must not wait for each other in a circle; those in one are left out.
    pub(super) fn beside(&mut self, part: Option<u32>, siblings: &[Sibling], limit: Option<usize>) -> u32 {
        let after: Vec<Vec<u32>> =
            siblings.iter().map(|sibling| sibling.after.iter().map(|at| *at as u32).collect()).collect();
        let graph = crate::plan::PhaseGraph::new(&after);
        let mut order = graph.order().to_vec();
        // With a limit the order decides who begins; without, each must come after those it waits for.
        if limit.is_some() {
            order.sort_by_key(|at| siblings[*at].rank);
        }
        let mut place = vec![0; siblings.len()];
        order.iter().enumerate().for_each(|(at, sibling)| place[*sibling] = at as u32);
        let begin = self.inner.len() as u32;
        let mut waits = Vec::with_capacity(order.len());
        for sibling in &order {
            let sibling = &siblings[*sibling];
            self.inner.push(sibling.node);
            let first = self.before.len() as u32;
            self.before.extend(sibling.after.iter().map(|at| place[*at]));
            waits.push(first..self.before.len() as u32);
        }
        let varies = siblings.iter().any(|sibling| self.nodes[sibling.node as usize].varies);
        let shape = Shape::Beside(Beside { inner: begin..self.inner.len() as u32, waits, limit });
        self.push(part, None, shape, varies)
    }

    fn push(&mut self, part: Option<u32>, said: Option<Said>, shape: Shape, varies: bool) -> u32 {
        self.nodes.push(Node { part, said, shape, varies });
        self.nodes.len() as u32 - 1
    }

    pub(super) fn inner_of(&self, range: &Range<u32>) -> &[u32] {
        &self.inner[range.start as usize..range.end as usize]
    }

    /// What those at these places wait for, by place.
    pub(super) fn waits(&self, beside: &Beside, place: usize) -> &[u32] {
        let range = &beside.waits[place];
        &self.before[range.start as usize..range.end as usize]
    }

    /// Whether anything has a spread.
    pub(super) fn varies(&self) -> bool {
        self.nodes.last().is_some_and(|node| node.varies)
    }

    /// The figures where everything takes its mean.
    pub(super) fn expected(&self) -> Figures {
        let count = self.nodes.len();
        let mut figures = Figures {
            length: vec![0; count],
            inside: vec![0; count],
            begins: vec![0; count],
            because: vec![None; count],
            critical: vec![false; count],
            running: Vec::with_capacity(count),
            missing: vec![0; count],
        };
        for node in 0..count {
            self.lengthen(node, &mut figures, |said| said.takes.mean());
        }
        self.mark(&mut figures);
        figures
    }

    /// One trial: what has a spread is drawn anew. `figures` are those of [`Network::expected`] or of a trial before.
    pub(super) fn trial(&self, figures: &mut Figures, random: &mut fastrand::Rng) {
        for node in (0..self.nodes.len()).filter(|node| self.nodes[*node].varies) {
            self.lengthen(node, figures, |said| match said.curve {
                None => said.takes.likely,
                Some(curve) => {
                    let share = self.curves[curve as usize].at(random.u64(..));
                    let spread = (said.takes.longest - said.takes.shortest) as f64;
                    said.takes.shortest + (share * spread) as i64
                }
            });
        }
        self.mark(figures);
    }

    /// Computes one node, whose inner ones are computed.
    fn lengthen(&self, node: usize, figures: &mut Figures, mut draw: impl FnMut(&Said) -> i64) {
        let inside = match &self.nodes[node].shape {
            Shape::Length(length) => *length,
            Shape::InOrder(inner) => {
                let mut end: i64 = 0;
                for inner in self.inner_of(inner) {
                    figures.begins[*inner as usize] = end;
                    end = end.saturating_add(figures.length[*inner as usize]);
                }
                end
            }
            Shape::Beside(beside) => match beside.limit {
                None => self.free(beside, figures),
                Some(limit) => self.limited(beside, limit.max(1), figures),
            },
        };
        figures.inside[node] = inside;
        figures.length[node] = self.nodes[node].said.as_ref().map_or(inside, &mut draw);
    }

    /// Each begins as soon as those it waits for are done.
    fn free(&self, beside: &Beside, figures: &mut Figures) -> i64 {
        let inner = self.inner_of(&beside.inner);
        let mut whole = 0;
        for (place, node) in inner.iter().enumerate() {
            let (mut begins, mut because) = (0, None);
            for before in self.waits(beside, place) {
                let before = inner[*before as usize];
                let end = figures.end(before);
                if end > begins || because.is_none() {
                    (begins, because) = (end, Some(before));
                }
            }
            figures.begins[*node as usize] = begins;
            figures.because[*node as usize] = because;
            whole = whole.max(figures.end(*node));
        }
        whole
    }

    /// Whenever there is room, the first begins of those that could.
    fn limited(&self, beside: &Beside, limit: usize, figures: &mut Figures) -> i64 {
        let inner = self.inner_of(&beside.inner);
        let (mut now, mut left, mut last) = (0, inner.len(), None);
        figures.running.clear();
        for (place, node) in inner.iter().enumerate() {
            figures.missing[*node as usize] = self.waits(beside, place).len() as u32;
        }
        while left > 0 || !figures.running.is_empty() {
            for node in inner {
                let at = *node as usize;
                if figures.running.len() < limit && figures.missing[at] == 0 {
                    (figures.begins[at], figures.because[at]) = (now, last);
                    figures.missing[at] = BEGUN;
                    figures.running.push((now.saturating_add(figures.length[at]), *node));
                    left -= 1;
                }
            }
            let Some(next) = figures.running.iter().enumerate().min_by_key(|(_, (end, _))| *end).map(|(at, _)| at)
            else {
                break;
            };
            let (end, done) = figures.running.swap_remove(next);
            (now, last) = (end, Some(done));
            for (place, node) in inner.iter().enumerate() {
                let waits = self.waits(beside, place).iter().filter(|before| inner[**before as usize] == done);
                let waits = waits.count() as u32;
                let missing = &mut figures.missing[*node as usize];
                *missing = if *missing == BEGUN { BEGUN } else { *missing - waits };
            }
        }
        now
    }

    /// Marks what decides how long the whole takes.
    fn mark(&self, figures: &mut Figures) {
        figures.critical.fill(false);
        if let Some(whole) = figures.critical.last_mut() {
            *whole = true;
        }
        for node in (0..self.nodes.len()).rev() {
            if !figures.critical[node] {
                continue;
            }
            match &self.nodes[node].shape {
                Shape::Length(_) => {}
                Shape::InOrder(inner) => {
                    for inner in self.inner_of(inner) {
                        figures.critical[*inner as usize] = true;
                    }
                }
                Shape::Beside(beside) => {
                    let inner = self.inner_of(&beside.inner).iter().copied();
                    let mut at =
                        inner.reduce(|one, other| if figures.end(other) > figures.end(one) { other } else { one });
                    while let Some(node) = at {
                        figures.critical[node as usize] = true;
                        at = figures.because[node as usize];
                    }
                }
            }
        }
    }
}

impl Figures {
    /// When a node ends, in the one it lies in.
    pub(super) fn end(&self, node: u32) -> i64 {
        self.begins[node as usize].saturating_add(self.length[node as usize])
    }

    /// How long the whole takes.
    pub(super) fn whole(&self) -> i64 {
        self.length.last().copied().unwrap_or(0)
    }
}
