//! What differs between two plans in what they would do: not in lines.
//!
//! Parts are the same if they have the same address. Of those that are left, a step that calls the same in the same
//! place counts as renamed.

use std::collections::BTreeMap;

use super::outline::{Definition, Kind, Outline, Part, WayBack};
use crate::ir::Address;

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub about: About,
    /// Where; the root for what is about the whole plan.
    pub address: Address,
    /// How it was; none of what is new.
    pub before: Option<String>,
    /// How it is; none of what is gone.
    pub after: Option<String>,
}

/// What a difference is about, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// What it may touch
    Capabilities,
    /// What it is given
    Inputs,
    /// What is done to the world, by whom, and what is published
    Effects,
    /// What the actions, probes, functions and constants are that are used
    Definitions,
    /// What comes after what
    Order,
    /// Decisions and their options
    Decisions,
    /// Who approves what
    Approvals,
    /// What must hold
    Checks,
    /// How things are undone, and what makes them final
    Undo,
    /// How long it takes and how much is at stake
    Estimates,
    /// The same under another name
    Names,
}

impl About {
    /// All of them.
    pub const ALL: [About; 11] = [
        About::Capabilities,
        About::Inputs,
        About::Effects,
        About::Definitions,
        About::Order,
        About::Decisions,
        About::Approvals,
        About::Checks,
        About::Undo,
        About::Estimates,
        About::Names,
    ];

    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            About::Capabilities => "capabilities",
            About::Inputs => "inputs",
            About::Effects => "effects",
            About::Definitions => "definitions",
            About::Order => "order",
            About::Decisions => "decisions",
            About::Approvals => "approvals",
            About::Checks => "checks",
            About::Undo => "undo",
            About::Estimates => "estimates",
            About::Names => "names",
        }
    }
}

/// How a part is told: by whoever shows differences.
pub trait Telling {
    /// What a part does, without its name.
    fn part(&self, part: &Part) -> String;
    /// How something is undone.
    fn way_back(&self, way_back: &WayBack) -> String;
    /// How long something takes.
    fn takes(&self, takes: super::Takes) -> String;
    /// What a part takes and how much is at stake; empty if nobody says.
    fn estimate(&self, part: &Part) -> String;
}

/// What differs from `old` to `new`, by what it is about.
pub fn differences(old: &Outline, new: &Outline, telling: &dyn Telling) -> Vec<Difference> {
    let mut comparing = Comparing { telling, renamed: BTreeMap::new(), found: Vec::new() };
    comparing.capabilities(old, new);
    comparing.inputs(old, new);
    comparing.ends(old, new);
    let (before, after) = (places(old), places(new));
    let renamed = renamed(&before, &after, telling);
    comparing.renamed = renamed.iter().map(|(old, new)| (last_part(old), last_part(new))).collect();
    for (address, one) in &before {
        match after.get(address) {
            Some(other) => comparing.both(one, other),
            None if renamed.contains_key(address) => {}
            None => comparing.only(one, true),
        }
    }
    for (address, one) in &after {
        if !before.contains_key(address) && !renamed.values().any(|new| new == address) {
            comparing.only(one, false);
        }
    }
    for (old, new) in &renamed {
        comparing.tell(About::Names, old, Some(old.to_string()), Some(new.to_string()));
        if let (Some(one), Some(other)) = (before.get(old), after.get(new)) {
            comparing.both(one, other);
        }
    }
    comparing.sequence(&before, &after, &renamed);
    comparing.definitions(old, new);
    comparing.found.sort_by_key(|difference| difference.about);
    comparing.found
}

/// A part where it stands.
struct Placed<'o> {
    part: &'o Part,
    /// Its number in the order written.
    at: usize,
    /// The parts it waits for, of phases.
    after: Option<Vec<String>>,
}

/// The parts that have an address of their own. What only groups others has none.
fn places(outline: &Outline) -> BTreeMap<Address, Placed<'_>> {
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
fn renamed(
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
        let moved_to = around(old).map(|outer| renamed.get(&outer).cloned().unwrap_or(outer));
        let same = |(address, other): &&(&Address, &Placed<'_>)| {
            std::mem::discriminant(&placed.part.kind) == std::mem::discriminant(&other.part.kind)
                && around(address) == moved_to
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

fn around(address: &Address) -> Option<Address> {
    address.as_str().rsplit_once('/').map(|(outer, _)| Address::typed(outer))
}

struct Comparing<'t> {
    telling: &'t dyn Telling,
    /// Names as they were, with what they are now.
    renamed: BTreeMap<String, String>,
    found: Vec<Difference>,
}

impl Comparing<'_> {
    fn tell(&mut self, about: About, address: &Address, before: Option<String>, after: Option<String>) {
        if before != after {
            self.found.push(Difference { about, address: address.clone(), before, after });
        }
    }

    fn capabilities(&mut self, old: &Outline, new: &Outline) {
        let all = |outline: &Outline| -> Vec<String> {
            let one = |capability: &super::Capability| match capability.names.as_slice() {
                [] => vec![capability.word.to_owned()],
                names => names.iter().map(|name| format!("{} {name}", capability.word)).collect(),
            };
            outline.capabilities.iter().flat_map(one).collect()
        };
        let (before, after) = (all(old), all(new));
        for gone in before.iter().filter(|one| !after.contains(one)) {
            self.tell(About::Capabilities, &Address::root(), Some(gone.clone()), None);
        }
        for come in after.iter().filter(|one| !before.contains(one)) {
            self.tell(About::Capabilities, &Address::root(), None, Some(come.clone()));
        }
    }

    fn inputs(&mut self, old: &Outline, new: &Outline) {
        let told = |input: &super::outline::Input| {
            let default = input.value.as_ref().filter(|_| input.is_default).map(|value| format!(" = {value}"));
            format!("{}: {}{}", input.name, input.ty, default.unwrap_or_default())
        };
        for input in &old.inputs {
            let other = new.inputs.iter().find(|other| other.name == input.name);
            self.tell(About::Inputs, &Address::root(), Some(told(input)), other.map(told));
        }
        for input in new.inputs.iter().filter(|input| old.inputs.iter().all(|other| other.name != input.name)) {
            self.tell(About::Inputs, &Address::root(), None, Some(told(input)));
        }
        let begins = |outline: &Outline| Some(outline.begins.clone()).filter(|begins| !begins.is_empty());
        self.tell(About::Inputs, &Address::root(), begins(old), begins(new));
        let goals = |outline: &Outline| (!outline.goals.is_empty()).then(|| outline.goals.join("; "));
        self.tell(About::Names, &Address::root(), goals(old), goals(new));
        let said = |outline: &Outline| {
            let risk = outline.risk.map(|risk| format!("{} risk", risk.as_str()));
            let said: Vec<String> =
                outline.takes.map(|takes| self.telling.takes(takes)).into_iter().chain(risk).collect();
            (!said.is_empty()).then(|| said.join(" · "))
        };
        let (before, after) = (said(old), said(new));
        self.tell(About::Estimates, &Address::root(), before, after);
    }

    /// What a plan gives, and where it fails: statements without a name of their own, told in the order they are written.
    fn ends(&mut self, old: &Outline, new: &Outline) {
        let (before, after) = (ends(old), ends(new));
        let mut gone = before.iter().filter(|end| !after.contains(end));
        let mut come = after.iter().filter(|end| !before.contains(end));
        loop {
            let (one, other) = (gone.next(), come.next());
            let Some((place, _)) = other.or(one) else { return };
            let said = |end: Option<&(Address, String)>| end.map(|(_, said)| said.clone());
            self.tell(About::Effects, place, said(one), said(other));
        }
    }

    /// What is called, looked at or computed under a name that both use, and is something else.
    fn definitions(&mut self, old: &Outline, new: &Outline) {
        for one in &old.definitions {
            let same = |other: &&Definition| (other.word, &other.name) == (one.word, &one.name);
            let Some(other) = new.definitions.iter().find(same) else { continue };
            let told = |one: &Definition| Some(format!("{} {} = {}", one.word, one.name, one.text));
            self.tell(About::Definitions, &Address::root(), told(one), told(other));
        }
    }

    /// A part that only one of the two has.
    fn only(&mut self, placed: &Placed<'_>, is_gone: bool) {
        let part = placed.part;
        let undo = part.way_back().map(|undo| format!(" · {}", self.telling.way_back(undo))).unwrap_or_default();
        let said = Some(format!("{}{undo}", self.telling.part(part)));
        let (before, after) = if is_gone { (said, None) } else { (None, said) };
        self.tell(about(&part.kind), &part.address, before, after);
    }

    fn both(&mut self, one: &Placed<'_>, other: &Placed<'_>) {
        let address = &other.part.address;
        let (telling, found) = (self.telling, self.found.len());
        let part = |placed: &Placed<'_>| Some(telling.part(placed.part));
        self.tell(about(&one.part.kind), address, part(one), part(other));
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
            self.tell(about(&one.part.kind), address, words(one), words(other));
        }
    }

    fn options(&mut self, one: &Part, other: &Part) {
        if !matches!((&one.kind, &other.kind), (Kind::Decide { .. }, Kind::Decide { .. })) {
            return;
        }
        let told = |way: &super::outline::Way| {
            let condition =
                way.condition.as_ref().map_or("otherwise".to_owned(), |condition| format!("when {condition}"));
            format!("{} {condition}", way.name)
        };
        for way in &one.ways {
            let same = other.ways.iter().find(|new| new.name == way.name);
            self.tell(About::Decisions, &other.address, Some(told(way)), same.map(told));
            let estimate =
                |way: &super::outline::Way| way.takes.map(|takes| (takes.shortest, takes.likely, takes.longest));
            if let Some(same) = same.filter(|same| estimate(same) != estimate(way) || same.risk != way.risk) {
                let said = |way: &super::outline::Way| Some(self.telling.estimate(&as_part(one, way)));
                let (before, after) = (said(way), said(same));
                self.tell(About::Estimates, &other.address, before, after);
            }
        }
        for way in other.ways.iter().filter(|way| one.ways.iter().all(|old| old.name != way.name)) {
            self.tell(About::Decisions, &other.address, None, Some(told(way)));
        }
    }

    /// Parts that both have, in another order among those in the same place.
    fn sequence(
        &mut self,
        before: &BTreeMap<Address, Placed<'_>>,
        after: &BTreeMap<Address, Placed<'_>>,
        renamed: &BTreeMap<Address, Address>,
    ) {
        let mut groups: BTreeMap<Option<Address>, Vec<(usize, usize, Address)>> = BTreeMap::new();
        for (address, one) in before {
            let new = renamed.get(address).unwrap_or(address);
            // Phases say themselves what they come after.
            if let Some(other) = after.get(new).filter(|_| one.after.is_none()) {
                groups.entry(around(new)).or_default().push((one.at, other.at, new.clone()));
            }
        }
        for mut group in groups.into_values() {
            group.sort_by_key(|(old, _, _)| *old);
            let order = |group: &[(usize, usize, Address)]| {
                group.iter().map(|(_, _, address)| last_part(address)).collect::<Vec<_>>().join(" → ")
            };
            let old = order(&group);
            group.sort_by_key(|(_, new, _)| *new);
            let place = group.first().and_then(|(_, _, address)| around(address)).unwrap_or_default();
            self.tell(About::Order, &place, Some(old), Some(order(&group)));
        }
    }
}

/// Where a plan returns or fails, with what it says there.
fn ends(outline: &Outline) -> Vec<(Address, String)> {
    let said = |part: &Part| match &part.kind {
        Kind::Return => Some(format!("return {}", part.words)),
        Kind::Fail { .. } => Some(format!("fail {}", part.words)),
        _ => None,
    };
    outline.all().into_iter().filter_map(|part| Some((part.address.clone(), said(part)?))).collect()
}

/// What a phase waits for.
fn waits(after: &[String]) -> String {
    if after.is_empty() { "at the start".to_owned() } else { format!("after {}", after.join(", ")) }
}

fn last_part(address: &Address) -> String {
    let readable = address.to_string();
    readable.rsplit('/').next().unwrap_or(&readable).to_owned()
}

/// An option, as a part for telling what it takes.
fn as_part(decision: &Part, way: &super::outline::Way) -> Part {
    Part { name: way.name.clone(), takes: way.takes, risk: way.risk, ways: Vec::new(), ..decision.clone() }
}

fn about(kind: &Kind) -> About {
    match kind {
        Kind::Approve { .. } => About::Approvals,
        Kind::Decide { .. } => About::Decisions,
        Kind::Check(_) => About::Checks,
        Kind::Commit { .. } => About::Undo,
        Kind::Probe { .. }
        | Kind::Step { .. }
        | Kind::BlockStep { .. }
        | Kind::Task { .. }
        | Kind::Phases
        | Kind::Phase { .. }
        | Kind::When { .. }
        | Kind::Parallel { .. }
        | Kind::Branch
        | Kind::Loop(_)
        | Kind::Rollout(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::On { .. }
        | Kind::Emit { .. }
        | Kind::Attempt
        | Kind::Run { .. }
        | Kind::AfterEach
        | Kind::Fail { .. }
        | Kind::Return
        | Kind::Unwind => About::Effects,
    }
}
