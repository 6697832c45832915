//! Which part of an outline an address of a run is of, and how it is told: a key that was made up is no key to tell.

use std::collections::BTreeSet;

use crate::{
    ir::Address,
    plan::outline::{Kind, Outline, Part},
    simulate::matches,
};

/// The parts of an outline by their addresses.
pub struct Places<'o> {
    outline: &'o Outline,
    /// Loops and rollouts whose keys nobody knows yet, as the outline has them.
    open: BTreeSet<Address>,
}

impl<'o> Places<'o> {
    /// Those of an outline.
    pub fn of(outline: &'o Outline) -> Places<'o> {
        let is_open = |part: &&Part| match &part.kind {
            Kind::Loop(each) => each.items.is_none(),
            Kind::Rollout(rollout) => rollout.stages.is_none(),
            _ => false,
        };
        let open = outline.all().into_iter().filter(is_open).map(|part| part.address.clone()).collect();
        Places { outline, open }
    }

    /// The part an address is of: of an item that is known, with what is known of that.
    pub fn part(&self, address: &Address) -> Option<&'o Part> {
        part_in(&self.outline.parts, address)
    }

    /// The loops over lists that are not known yet in which an address lies: what an item is called in each.
    pub fn loops(&self, address: &Address) -> Vec<&'o str> {
        let all = self.outline.all();
        let around = all.into_iter().filter(|part| self.open.contains(&part.address));
        let lies_in = |part: &&Part| {
            let depth = part.address.as_str().split('/').count();
            let outer: Vec<&str> = address.as_str().split('/').take(depth).collect();
            outer.last().is_some_and(|last| last.contains('['))
                && matches(&every(&part.address), &Address::typed(&outer.join("/")))
        };
        let named = around
            .filter(lies_in)
            .filter_map(|part| if let Kind::Loop(each) = &part.kind { Some(each.variable.as_str()) } else { None });
        named.collect()
    }

    /// An address with `*` for each key that nobody knows yet.
    pub fn readable(&self, address: &Address) -> Address {
        let mut told: Vec<String> = Vec::new();
        let mut pattern: Vec<String> = Vec::new();
        for part in address.as_str().split('/') {
            let Some((name, _)) = part.split_once('[') else {
                told.push(part.to_owned());
                pattern.push(part.split('~').next().unwrap_or(part).to_owned());
                continue;
            };
            let whole = pattern.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("/");
            let is_open = self.open.contains(&Address::typed(&whole));
            told.push(if is_open { format!("{name}[*]") } else { part.to_owned() });
            pattern.push(format!("{name}[*]"));
        }
        Address::typed(&told.join("/"))
    }
}

/// Any item or stage of a loop or rollout.
fn every(outer: &Address) -> Address {
    Address::typed(&format!("{}[*]", outer.as_str()))
}

fn part_in<'o>(parts: &'o [Part], address: &Address) -> Option<&'o Part> {
    parts.iter().find_map(|part| {
        if !part.address.is_root() && matches(&part.address, address) {
            return Some(part);
        }
        let known = match &part.kind {
            Kind::Loop(each) => each.items.iter().flatten().find_map(|item| {
                let one = part.address.with_key(&item.key);
                let way = item.way.as_ref().filter(|_| lies_in_item(&one, address))?;
                part_in(&way.parts, address)
            }),
            Kind::Rollout(rollout) => part_in(&rollout.gates, address),
            _ => None,
        };
        known.or_else(|| part.ways.iter().find_map(|way| part_in(&way.parts, address)))
    })
}

/// Whether an address lies in an item, whose own address may have `*` for the keys around it.
fn lies_in_item(item: &Address, address: &Address) -> bool {
    let depth = item.as_str().split('/').count();
    let outer: Vec<&str> = address.as_str().split('/').take(depth).collect();
    matches(item, &Address::typed(&outer.join("/")))
}
