//! The parts of a run as a tree: each in the one it lies in, beside each other as they began.

use indexmap::IndexMap;

use super::View;
use crate::{
    cli::story::{self, Part, State},
    ir::Address,
    machine::{Kind, PhaseState},
};

/// What stands in the tree.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// A part that has begun.
    Part(&'a Part),
    /// The items of a loop.
    Loop(Items),
    /// A phase that waits for others.
    Ahead(&'a PhaseState),
}

/// How the items of a loop stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// They have begun and not ended.
    pub running: usize,
    /// They ended well.
    pub done: usize,
    /// They failed, or it was in them that the run failed.
    pub failed: usize,
    /// They were done, and undone since.
    pub undone: usize,
    /// They were left, because something else failed.
    pub left: usize,
    /// How many there are, while that is known: of a loop that goes on.
    pub all: Option<usize>,
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its address.
    pub address: &'a str,
    /// What is left of the address in the node around it.
    pub name: &'a str,
    /// What stands there.
    pub what: What<'a>,
    /// What lies in it.
    pub inside: Vec<Node<'a>>,
}

/// The parts that `are_shown`, as a tree with its loops.
pub fn tree<'a>(view: &View<'a>, are_shown: impl Fn(&Part) -> bool) -> Vec<Node<'a>> {
    let shown = places(view, are_shown);
    let mut lying_in: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for address in shown.keys() {
        lying_in.entry(around(&shown, address)).or_default().push(address);
    }
    nodes_in("", &shown, &lying_in)
}

/// Everything that stands in the tree, by address.
fn places<'a>(view: &View<'a>, are_shown: impl Fn(&Part) -> bool) -> IndexMap<&'a str, What<'a>> {
    let mut places: IndexMap<&str, What<'_>> = IndexMap::new();
    let has_failed = |item: &Address| view.story.failure.as_ref().is_some_and(|(failed, _)| failed.is_within(item));
    for (address, part) in &view.story.parts {
        if part.kind == Some(Kind::Item)
            && let Some(name) = loop_of(address)
        {
            let place = places.entry(name).or_insert_with(|| What::Loop(not_counted(view, name)));
            if let What::Loop(items) = place {
                items.count(&part.state, has_failed(address));
            }
        }
        if are_shown(part) && !address.is_root() {
            places.insert(address.as_str(), What::Part(part));
        }
    }
    let ahead = view.position.phases.iter().filter(|phase| !phase.begun);
    places.extend(ahead.map(|phase| (phase.address.as_str(), What::Ahead(phase))));
    places
}

/// What the addresses of all items of a loop begin with.
fn loop_of(item: &Address) -> Option<&str> {
    item.as_str().rsplit_once('[').map(|(name, _)| name)
}

fn not_counted(view: &View<'_>, name: &str) -> Items {
    let known = view.position.loops.iter().find(|known| known.address.as_str() == name);
    let all = known.map(|known| known.done + known.running + known.waiting);
    Items { all, done: view.story.done_before(name), ..Items::default() }
}

/// The nearest place around another.
fn around<'a>(places: &IndexMap<&str, What<'_>>, address: &'a str) -> &'a str {
    story::around(address).find(|outer| places.contains_key(outer)).unwrap_or_default()
}

fn nodes_in<'a>(
    outer: &str,
    places: &IndexMap<&'a str, What<'a>>,
    lying_in: &IndexMap<&str, Vec<&'a str>>,
) -> Vec<Node<'a>> {
    let node = |address: &&'a str| {
        let inside = nodes_in(address, places, lying_in);
        places.get(address).map(|what| Node { address, name: name_in(outer, address), what: *what, inside })
    };
    let nodes = lying_in.get(outer).into_iter().flatten().filter_map(node);
    // A loop whose items are all left out has nothing to tell but its count.
    nodes.collect()
}

/// What is left of an address in the node around it; an item keeps the name of its loop, a stage that of its rollout.
fn name_in<'a>(outer: &str, address: &'a str) -> &'a str {
    match address.strip_prefix(outer) {
        Some(rest) if rest.starts_with('[') => &address[outer.rfind('/').map_or(0, |at| at + 1)..],
        Some(rest) => rest.trim_start_matches('/'),
        None => address,
    }
}

impl Node<'_> {
    /// Whether it, or something in it, stands so.
    pub fn any(&self, is_so: &impl Fn(&What<'_>) -> bool) -> bool {
        is_so(&self.what) || self.inside.iter().any(|node| node.any(is_so))
    }
}

impl Items {
    fn count(&mut self, state: &State, has_failed: bool) {
        let count = match state {
            State::Open | State::InDoubt(_) | State::Stuck(_) => &mut self.running,
            State::Done | State::Skipped(_) => &mut self.done,
            State::Undone => &mut self.undone,
            State::Failed(_) | State::Tolerated(_) => &mut self.failed,
            State::Left if has_failed => &mut self.failed,
            State::Left => &mut self.left,
        };
        *count += 1;
    }

    /// How many have begun.
    pub fn begun(self) -> usize {
        self.running + self.done + self.undone + self.failed + self.left
    }

    /// How many have not begun.
    pub fn waiting(self) -> usize {
        self.all.map_or(0, |all| all.saturating_sub(self.begun()))
    }

    /// `12 of 40 done, 3 running, 25 waiting`, `29 undone, 1 failed`
    pub fn told(self) -> String {
        let of = self.all.map(|all| format!(" of {all}")).unwrap_or_default();
        let done = (self.done > 0 || self.undone == 0).then(|| format!("{}{of} done", self.done));
        let counts = [
            (self.undone, "undone"),
            (self.running, "running"),
            (self.failed, "failed"),
            (self.left, "left"),
            (self.waiting(), "waiting"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}"));
        done.into_iter().chain(counts).collect::<Vec<_>>().join(", ")
    }
}
