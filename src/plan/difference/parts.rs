//! What differs in the parts of a plan: what is done, in which order, and how it is undone.

use std::collections::BTreeMap;

use super::{
    About, Comparing,
    placed::{Placed, outer},
};
use crate::{
    ir::Address,
    plan::outline::{Kind, Part, Way},
};

impl Comparing<'_> {
    /// What both plans have, what only one has, and in which order.
    pub(super) fn parts(
        &mut self,
        before: &BTreeMap<Address, Placed<'_>>,
        after: &BTreeMap<Address, Placed<'_>>,
        renamed: &BTreeMap<Address, Address>,
    ) {
        for (address, one) in before {
            match after.get(address) {
                Some(other) => self.both(one, other),
                None if renamed.contains_key(address) => {}
                None => self.tell_only(one, |said| (Some(said), None)),
            }
        }
        for (address, one) in after {
            if !before.contains_key(address) && !renamed.values().any(|new| new == address) {
                self.tell_only(one, |said| (None, Some(said)));
            }
        }
        for (old, new) in renamed {
            self.tell(About::Names, old, Some(old.to_string()), Some(new.to_string()));
            if let (Some(one), Some(other)) = (before.get(old), after.get(new)) {
                self.both(one, other);
            }
        }
        self.sequence(before, after, renamed);
    }

    /// A part that only one of the two has: before, or after.
    fn tell_only(&mut self, placed: &Placed<'_>, sides: impl FnOnce(String) -> (Option<String>, Option<String>)) {
        let part = placed.part;
        let undo = part.way_back().map(|undo| format!(" · {}", self.telling.way_back(undo))).unwrap_or_default();
        let (before, after) = sides(format!("{}{undo}", self.telling.part(part)));
        self.tell(About::of(&part.kind), &part.address, before, after);
    }

    fn both(&mut self, one: &Placed<'_>, other: &Placed<'_>) {
        let address = &other.part.address;
        let (telling, found) = (self.telling, self.found.len());
        let part = |placed: &Placed<'_>| Some(telling.part(placed.part));
        self.tell(About::of(&one.part.kind), address, part(one), part(other));
        self.tell(About::Names, address, one.part.title.clone(), other.part.title.clone());
        let estimate = |placed: &Placed<'_>| Some(telling.estimate(placed.part)).filter(|said| !said.is_empty());
        self.tell(About::Estimates, address, estimate(one), estimate(other));
        let undo = |placed: &Placed<'_>| placed.part.way_back().map(|way_back| telling.way_back(way_back));
        self.tell(About::Undo, address, undo(one), undo(other));
        let now = |name: &String| self.renamed.get(name).unwrap_or(name).clone();
        let was = one.after.as_ref().map(|after| waits(&after.iter().map(now).collect::<Vec<_>>()));
        self.tell(About::Order, address, was, other.after.as_deref().map(waits));
        self.options(one.part, other.part);
        // What no other word tells is told as it is written: a pause between tries, a key, what an event carries.
        if self.found.len() == found {
            let words = |placed: &Placed<'_>| Some(placed.part.words.clone());
            self.tell(About::of(&one.part.kind), address, words(one), words(other));
        }
    }

    fn options(&mut self, one: &Part, other: &Part) {
        if !matches!((&one.kind, &other.kind), (Kind::Decide { .. }, Kind::Decide { .. })) {
            return;
        }
        for way in &one.ways {
            let same = other.ways.iter().find(|new| new.name == way.name);
            self.tell(About::Decisions, &other.address, Some(option(way)), same.map(option));
            let estimate = |way: &Way| way.takes.map(|takes| (takes.shortest, takes.likely, takes.longest));
            if let Some(same) = same.filter(|same| estimate(same) != estimate(way) || same.risk != way.risk) {
                let said = |way: &Way| Some(self.telling.estimate(&as_part(one, way)));
                let (before, after) = (said(way), said(same));
                self.tell(About::Estimates, &other.address, before, after);
            }
        }
        for way in other.ways.iter().filter(|way| one.ways.iter().all(|old| old.name != way.name)) {
            self.tell(About::Decisions, &other.address, None, Some(option(way)));
        }
    }

    /// Parts that both have, in another order among those in the same place.
    fn sequence(
        &mut self,
        before: &BTreeMap<Address, Placed<'_>>,
        after: &BTreeMap<Address, Placed<'_>>,
        renamed: &BTreeMap<Address, Address>,
    ) {
        let mut groups: BTreeMap<Address, Vec<(usize, usize, Address)>> = BTreeMap::new();
        for (address, one) in before {
            let new = renamed.get(address).unwrap_or(address);
            // Phases say themselves what they come after.
            if let Some(other) = after.get(new).filter(|_| one.after.is_none()) {
                groups.entry(outer(new)).or_default().push((one.at, other.at, new.clone()));
            }
        }
        for (place, mut group) in groups {
            group.sort_by_key(|(old, _, _)| *old);
            let order = |group: &[(usize, usize, Address)]| {
                group.iter().map(|(_, _, address)| address.last_part()).collect::<Vec<_>>().join(" → ")
            };
            let old = order(&group);
            group.sort_by_key(|(_, new, _)| *new);
            self.tell(About::Order, &place, Some(old), Some(order(&group)));
        }
    }
}

/// `grow when used > 80%`
fn option(way: &Way) -> String {
    let condition = way.condition.as_ref().map_or("otherwise".to_owned(), |condition| format!("when {condition}"));
    format!("{} {condition}", way.name)
}

/// What a phase waits for.
fn waits(after: &[String]) -> String {
    if after.is_empty() { "at the start".to_owned() } else { format!("after {}", after.join(", ")) }
}

/// An option, as a part for telling what it takes.
fn as_part(decision: &Part, way: &Way) -> Part {
    Part { name: way.name.clone(), takes: way.takes, risk: way.risk, ways: Vec::new(), ..decision.clone() }
}
