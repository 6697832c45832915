//! Where the parts of two plans stand, and which are the same under another name.

use std::collections::BTreeMap;

use super::Telling;
use crate::{
    ir::Address,
    plan::outline::{Kind, Outline, Part},
};

/// A part where it stands.
pub(super) struct Placed<'o> {
    pub part: &'o Part,
    /// Its number in the order written.
    pub at: usize,
    /// The parts it waits for, of phases.
    pub after: Option<Vec<String>>,
}

/// The parts that have an address of their own. What only groups others has none.
pub(super) fn places(outline: &Outline) -> BTreeMap<Address, Placed<'_>> {
    let mut placed = BTreeMap::new();
    let mut left: Vec<(&Part, Option<&[Part]>)> = outline.parts.iter().map(|part| (part, None)).rev().collect();
    while let Some((part, group)) = left.pop() {
        let after = match (&part.kind, group) {
            (Kind::Phase { after, .. }, Some(group)) => Some(
                after.iter().filter_map(|before| group.get(*before)).map(|before| before.name.to_string()).collect(),
            ),
            _ => None,
        };
        let at = placed.len();
        if !is_group(&part.kind) {
            placed.entry(part.address.clone()).or_insert(Placed { part, at, after });
        }
        for way in part.ways.iter().rev() {
            left.extend(way.parts.iter().rev().map(|inner| (inner, Some(way.parts.as_slice()))));
        }
        if let Kind::Rollout(rollout) = &part.kind {
            left.extend(rollout.gates.iter().map(|gate| (gate, None)));
        }
    }
    placed
}

fn is_group(kind: &Kind) -> bool {
    match kind {
        Kind::Phases | Kind::When { .. } | Kind::Parallel { .. } | Kind::Return | Kind::Fail { .. } | Kind::Unwind => {
            true
        }
        Kind::Attempt
        | Kind::Probe { .. }
        | Kind::Step { .. }
        | Kind::BlockStep { .. }
        | Kind::Task { .. }
        | Kind::Approve { .. }
        | Kind::Phase { .. }
        | Kind::Decide { .. }
        | Kind::Branch
        | Kind::Loop(_)
        | Kind::Rollout(_)
        | Kind::Check(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::On { .. }
        | Kind::Emit { .. }
        | Kind::Commit { .. }
        | Kind::Run { .. }
        | Kind::AfterEach => false,
    }
}

/// What is gone and what is new, where both do the same in the same place.
pub(super) fn renamed(
    before: &BTreeMap<Address, Placed<'_>>,
    after: &BTreeMap<Address, Placed<'_>>,
    telling: &dyn Telling,
) -> BTreeMap<Address, Address> {
    let mut renamed: BTreeMap<Address, Address> = BTreeMap::new();
    let mut gone: Vec<(&Address, &Placed<'_>)> =
        before.iter().filter(|(address, _)| !after.contains_key(*address)).collect();
    gone.sort_by_key(|(_, placed)| placed.at);
    let mut new: Vec<(&Address, &Placed<'_>)> =
        after.iter().filter(|(address, _)| !before.contains_key(*address)).collect();
    new.sort_by_key(|(_, placed)| placed.at);
    for (old, placed) in gone {
        let place = outer(old);
        let moved_to = renamed.get(&place).unwrap_or(&place);
        let same = |(address, other): &&(&Address, &Placed<'_>)| {
            std::mem::discriminant(&placed.part.kind) == std::mem::discriminant(&other.part.kind)
                && outer(address) == *moved_to
                && !renamed.values().any(|taken| taken == *address)
                && does_the_same(placed.part, other.part, telling)
        };
        if let Some((address, _)) = new.iter().find(same) {
            renamed.insert(old.clone(), (*address).clone());
        }
    }
    renamed
}

/// Whether two parts do the same: they say the same, or hold mostly the same.
fn does_the_same(one: &Part, other: &Part, telling: &dyn Telling) -> bool {
    let said = telling.part(one);
    let holds =
        |part: &Part| -> Vec<String> { part.all().into_iter().skip(1).map(|inner| telling.part(inner)).collect() };
    let (inside, beside) = (holds(one), holds(other));
    let shared = inside.iter().filter(|line| beside.contains(line)).count();
    if inside.is_empty() && beside.is_empty() {
        return !said.is_empty() && said == telling.part(other);
    }
    2 * shared > inside.len().max(beside.len())
}

/// The part around one, or the plan itself.
pub(super) fn outer(address: &Address) -> Address {
    address.around().unwrap_or_default()
}
